//! Questions about policies in words.

use super::value;
use crate::rule::ast::{IamQuestion, Rule};

/// What the policies do, as what follows "the policies": `allow ...`.
pub(super) fn iam(rule: &Rule, question: &IamQuestion) -> String {
    match question {
        IamQuestion::Denies(request) => {
            let context: Vec<String> =
                request.context.iter().map(|(key, value)| format!("`{key}` = `{value}`")).collect();
            let when = if context.is_empty() { String::new() } else { format!(" when {}", context.join(", ")) };
            format!("deny `{}` on `{}` to `{}`{when}", request.action, request.resource, request.principal)
        }
        IamQuestion::GrantsAdministrator => "allow every action on every resource".to_owned(),
        IamQuestion::GrantsServiceWildcard => "allow every action of a service on every resource".to_owned(),
        IamQuestion::GrantsPublic(actions) => format!("allow everyone {}", value(rule, actions)),
        IamQuestion::ManagedPolicy(names) => format!("have the AWS managed policy {}", value(rule, names)),
    }
}
