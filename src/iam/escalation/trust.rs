//! Trust policies: whom a role admits.

use super::account::Principal;
use super::methods::Catalogue;
use super::permit::{Clause, Compiled, pattern_matches, principals};
use crate::iam::document::{Effect, PrincipalKind as Named};
use crate::iam::{Match, matches};

/// How a statement of a trust policy names a principal of the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Admission {
    /// By its ARN, or everyone: no permission of its own is needed.
    ///
    /// Source: "Policy evaluation logic" in the IAM User Guide: within an account, a resource-based policy that names the
    /// principal allows by itself.
    Direct,
    /// By its account: the principal needs the permission as well.
    Delegated,
}

/// The clauses of a trust policy that are about assuming by a principal of the account, each with how it names it.
pub(super) fn admissions<'i, 'a>(
    trust: &'i Compiled<'a>,
    who: &Principal,
    account: &str,
    catalogue: &Catalogue,
) -> Vec<(&'i Clause<'a>, Admission, Match)> {
    let Some(assume) = catalogue.id("sts:AssumeRole") else { return Vec::new() };
    let mut found = Vec::new();
    for clause in &trust.clauses {
        let about = clause.action(assume);
        let Some(named) = principals(clause.statement).filter(|_| about != Match::No) else { continue };
        let (mut direct, mut delegated) = (Match::No, Match::No);
        let better = |old: Match, new: Match| if old == Match::Yes || new == Match::No { old } else { new };
        for principal in &named.list {
            let text = &*principal.text.text;
            match principal.kind {
                Named::Anyone => direct = Match::Yes,
                Named::Aws => {
                    let text_is = |other: &str| pattern_matches(text, other);
                    let root = format!("arn:aws:iam::{account}:root");
                    let is_root = text == account || same_but_partition(text, &root);
                    if is_root {
                        delegated = Match::Yes;
                    } else if !who.arn.is_empty() && (same_but_partition(text, &who.arn) || text == who.arn) {
                        direct = Match::Yes;
                    } else if !principal.text.is_known() && !who.arn.is_empty() {
                        direct = better(direct, text_is(&who.arn));
                        delegated = better(delegated, text_is(&root));
                    }
                }
                _ => {}
            }
        }
        if !named.open.is_empty() {
            delegated = better(delegated, Match::Unknown);
        }
        if named.negated {
            // Everyone but some.
            (direct, delegated) = match (direct, delegated) {
                (Match::Yes, _) | (_, Match::Yes) => (Match::No, Match::No),
                (Match::No, Match::No) => (Match::Yes, Match::No),
                _ => (Match::Unknown, Match::No),
            };
        }
        if direct != Match::No {
            found.push((clause, Admission::Direct, Match::and(about, direct)));
        } else if delegated != Match::No {
            found.push((clause, Admission::Delegated, Match::and(about, delegated)));
        }
    }
    found
}

/// Whether two ARNs are the same, in whichever partition the first is.
fn same_but_partition(a: &str, b: &str) -> bool {
    let rest =
        |text: &str| text.strip_prefix("arn:").and_then(|text| text.split_once(':')).map(|(_, rest)| rest.to_owned());
    match (rest(a), rest(b)) {
        (Some(a), Some(b)) => a == b,
        _ => false,
    }
}

/// Whether a trust policy admits one of these services.
pub(super) fn admits_service(trust: &Compiled<'_>, services: &[String]) -> Match {
    named(trust, |kind, text| {
        // Identity pools are named as identity providers.
        matches!(kind, Named::Service | Named::Federated) && services.iter().any(|service| is_service(text, service))
    })
}

/// The services of other partitions and regions have their suffix: `codedeploy.us-east-1.amazonaws.com`.
fn is_service(text: &str, service: &str) -> bool {
    let name = service.trim_end_matches(".amazonaws.com");
    text == service
        || text.strip_suffix(".amazonaws.com.cn").unwrap_or_default() == name
        || (text.ends_with(".amazonaws.com")
            && text.strip_prefix(name).is_some_and(|rest| matches(".*-*-*.amazonaws.com", rest)))
}

/// The ARNs of the identity providers that a trust policy admits and that contain `part`.
pub(super) fn providers(trust: &Compiled<'_>, part: &str) -> Vec<String> {
    let mut found = Vec::new();
    for clause in trust.clauses.iter().filter(|clause| clause.effect == Some(Effect::Allow)) {
        let list = principals(clause.statement).into_iter().flat_map(|named| &named.list);
        let federated =
            list.filter(|principal| principal.kind == Named::Federated && principal.text.text.contains(part));
        found.extend(federated.map(|principal| principal.text.text.to_string()));
    }
    found
}

fn named(trust: &Compiled<'_>, test: impl Fn(Named, &str) -> bool) -> Match {
    let mut answer = if trust.policy.open.is_empty() { Match::No } else { Match::Unknown };
    for clause in trust.clauses.iter().filter(|clause| clause.effect != Some(Effect::Deny)) {
        let Some(named) = principals(clause.statement).filter(|named| !named.negated) else { continue };
        for principal in &named.list {
            if test(principal.kind, &principal.text.text) {
                match clause.effect {
                    Some(_) => return Match::Yes,
                    None => answer = Match::Unknown,
                }
            } else if !principal.text.is_known() && matches!(principal.kind, Named::Service | Named::Federated) {
                answer = Match::Unknown;
            }
        }
        if !named.open.is_empty() {
            answer = Match::Unknown;
        }
    }
    answer
}
