//! Questions about policies in words.

use super::value;
use crate::rule::ast::{IamQuestion, LeastQuestion, Rule};

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
        IamQuestion::Least(question) => least(rule, question),
    }
}

fn least(rule: &Rule, question: &LeastQuestion) -> String {
    match question {
        LeastQuestion::WildcardActions => "allow more than the wildcards in their actions speak of".to_owned(),
        LeastQuestion::WildcardResources(besides) => {
            let names: Vec<&str> = besides.iter().map(|risk| risk.name()).collect();
            let besides = if names.is_empty() { String::new() } else { format!(" (besides {})", names.join(", ")) };
            format!("allow actions on every resource that could be allowed on named ones{besides}")
        }
        LeastQuestion::Risk(risk) => format!("allow {} on every resource", risk.name().replace('-', " ")),
        LeastQuestion::PassRoleUnscoped => "allow to pass every role".to_owned(),
        LeastQuestion::InvertedAllow => "allow everything but what they list".to_owned(),
        LeastQuestion::RegionUnrestricted(regions) => format!("work in other regions than {}", value(rule, regions)),
    }
}
