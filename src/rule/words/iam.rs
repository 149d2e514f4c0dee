//! Questions about policies in words.

use super::value;
use crate::rule::ast::{IamQuestion, IamRequest, Rule};

/// What the policies do, as what follows "the policies": `allow ...`.
pub(super) fn iam(rule: &Rule, question: &IamQuestion) -> String {
    let list = |operand| value(rule, operand);
    match question {
        IamQuestion::Denies(requests) => format!("deny {}", request(rule, requests)),
        IamQuestion::Allows(requests) => format!("allow some of {}", request(rule, requests)),
        IamQuestion::GrantsAdministrator => "allow every action on every resource".to_owned(),
        IamQuestion::GrantsServiceWildcard => "allow every action of a service on every resource".to_owned(),
        IamQuestion::GrantsPublic(actions) => format!("allow strangers {}", list(actions)),
        IamQuestion::GrantsOutside { actions, trusted, whole } => {
            let who = if *whole { "all of another account" } else { "another account" };
            format!("allow {who} that they name {} (trusted: {})", list(actions), list(trusted))
        }
        IamQuestion::GrantsService { actions, services } => {
            format!("allow {} to {} in the name of strangers", list(actions), list(services))
        }
        IamQuestion::GrantsFederated(actions) => {
            format!("allow strangers at the identity provider that they name {}", list(actions))
        }
        IamQuestion::S3Public => "are public as S3 classifies them".to_owned(),
        IamQuestion::GrantsAllBut => "allow everyone but some (`NotPrincipal`)".to_owned(),
        IamQuestion::SamePrincipalMay { one, other } => {
            format!("allow one principal both {} and {}", list(one), list(other))
        }
        IamQuestion::ManagedPolicy(names) => format!("have the AWS managed policy {}", list(names)),
    }
}

fn request(rule: &Rule, request: &IamRequest) -> String {
    let mut text = value(rule, &request.actions);
    if !request.resources.is_empty() {
        text.push_str(&format!(" on `{}`", request.resources.join("`, `")));
    }
    text.push_str(&format!(" to `{}`", request.principal));
    let context: Vec<String> = request.context.iter().map(|(key, value)| format!("`{key}` = `{value}`")).collect();
    if !context.is_empty() {
        text.push_str(&format!(" when {}", context.join(", ")));
    }
    text
}
