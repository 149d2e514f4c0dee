//! Questions about policies in words.

use super::value;
use crate::rule::ast::{IamQuestion, IamRequest, LeastQuestion, Rule};

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
        IamQuestion::SamePrincipalMay { one, other, context } => {
            let with: Vec<String> = context.iter().map(|(key, value)| format!(" with `{key}` = `{value}`")).collect();
            format!("allow one principal both {} and {}{}", list(one), list(other), with.concat())
        }
        IamQuestion::Escalates => "lead to administrator rights".to_owned(),
        IamQuestion::Least(question) => least(rule, question),
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

fn least(rule: &Rule, question: &LeastQuestion) -> String {
    match question {
        LeastQuestion::WildcardActions => "allow more than the wildcards in their actions speak of".to_owned(),
        LeastQuestion::WildcardResources(besides) => {
            let names: Vec<&str> = besides.iter().map(|risk| risk.name()).collect();
            let besides = if names.is_empty() { String::new() } else { format!(" (besides {})", names.join(", ")) };
            format!("allow actions on every resource that could be allowed on named ones{besides}")
        }
        LeastQuestion::Risk(risk) => format!("allow {} on every resource", risk.name().replace('-', " ")),
        LeastQuestion::ServiceWildcardRisk(risk) => {
            format!("allow {} by allowing a service as a whole", risk.name().replace('-', " "))
        }
        LeastQuestion::PassRoleUnscoped => "allow to pass every role".to_owned(),
        LeastQuestion::InvertedAllow => "allow everything but what they list".to_owned(),
        LeastQuestion::RegionUnrestricted(regions) => format!("work in other regions than {}", value(rule, regions)),
    }
}
