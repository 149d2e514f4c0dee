//! Questions about one policy document. Each answer is three-valued and names the statements that decide it.

use super::Evidence;
use super::document::{Condition, Effect, Element, Policy, PrincipalKind, Statement, Test};
use super::pattern::{Match, could_be, covers, matches};
use crate::value::OPAQUE;

/// A kind of request.
#[derive(Debug, Clone)]
pub struct Request<'a> {
    /// `*` for anyone.
    pub principal: &'a str,
    /// Such as `s3:GetObject`.
    pub action: &'a str,
    /// Texts that stand for the resource, any of which a statement may use.
    pub resources: &'a [String],
    /// Context keys (any case) with their values.
    pub context: &'a [(Box<str>, Box<str>)],
}

/// Whether a statement allows every action on every resource without a condition.
#[must_use]
pub fn grants_administrator(document: &Policy) -> Evidence {
    ask(document, |statement| {
        both([
            is_effect(statement, Effect::Allow),
            any_text(&statement.actions, |action| matches!(action, "*" | "*:*")),
            any_resource(statement, |resource| resource == "*"),
            unconditional(statement),
        ])
    })
}

/// Whether a statement allows all actions of a service on every resource without a condition.
#[must_use]
pub fn grants_service_wildcard(document: &Policy) -> Evidence {
    ask(document, |statement| {
        both([
            is_effect(statement, Effect::Allow),
            any_text(&statement.actions, |action| {
                action
                    .strip_suffix(":*")
                    .is_some_and(|service| !service.is_empty() && !service.contains(['*', '?', ':']))
            }),
            any_resource(statement, |resource| resource == "*"),
            unconditional(statement),
        ])
    })
}

/// Whether a statement lets anyone use an action that one of `patterns` also means, with nothing that restricts who.
#[must_use]
pub fn grants_public(document: &Policy, patterns: &[&str]) -> Evidence {
    ask(document, |statement| {
        let anyone = match &statement.principals {
            None => Match::No,
            // Everyone but some.
            Some(principals) if principals.negated => Match::Yes,
            Some(_) => anyone(statement),
        };
        let action = if statement.actions.negated {
            Match::Yes
        } else {
            any_text(&statement.actions, |action| {
                let action = action.to_ascii_lowercase();
                patterns.iter().any(|pattern| overlap(&action, &pattern.to_ascii_lowercase()))
            })
        };
        let restricted = if statement.conditions.iter().any(restricts_who) {
            Match::No
        } else if !statement.conditions_open.is_empty() || statement.conditions.iter().any(may_restrict_who) {
            Match::Unknown
        } else {
            Match::Yes
        };
        both([is_effect(statement, Effect::Allow), anyone, action, restricted])
    })
}

/// Whether every such request is denied by an explicit statement.
#[must_use]
pub fn denies(document: &Policy, request: &Request<'_>) -> Evidence {
    ask(document, |statement| {
        let principal = match &statement.principals {
            Some(principals) if principals.negated => Match::No,
            _ => anyone(statement),
        };
        let action = request.action.to_ascii_lowercase();
        let action = any_match(&statement.actions, |text| covers(&text.to_ascii_lowercase(), &action));
        let resource = match &statement.resources {
            None => Match::No,
            Some(resources) => any_match(resources, |text| {
                request.resources.iter().map(|resource| covers(text, resource)).fold(Match::No, better)
            }),
        };
        let mut condition = Match::Yes;
        for entry in &statement.conditions {
            condition = both([condition, satisfied(entry, request.context)]);
        }
        if !statement.conditions_open.is_empty() {
            condition = both([condition, Match::Unknown]);
        }
        both([is_effect(statement, Effect::Deny), principal, action, resource, condition])
    })
}

fn ask(document: &Policy, test: impl Fn(&Statement) -> Match) -> Evidence {
    Evidence::of(document, |statement| match test(statement) {
        Match::Yes => Some(true),
        Match::No => Some(false),
        Match::Unknown => None,
    })
}

fn is_effect(statement: &Statement, effect: Effect) -> Match {
    match statement.effect {
        Some(known) if known == effect => Match::Yes,
        Some(_) => Match::No,
        None => Match::Unknown,
    }
}

fn unconditional(statement: &Statement) -> Match {
    if !statement.conditions.is_empty() {
        Match::No
    } else if !statement.conditions_open.is_empty() {
        Match::Unknown
    } else {
        Match::Yes
    }
}

fn both<const N: usize>(parts: [Match; N]) -> Match {
    if parts.contains(&Match::No) {
        Match::No
    } else if parts.contains(&Match::Unknown) {
        Match::Unknown
    } else {
        Match::Yes
    }
}

fn better(a: Match, b: Match) -> Match {
    match (a, b) {
        (Match::Yes, _) | (_, Match::Yes) => Match::Yes,
        (Match::Unknown, _) | (_, Match::Unknown) => Match::Unknown,
        _ => Match::No,
    }
}

fn any_match(texts: &Element, test: impl Fn(&str) -> Match) -> Match {
    // The `Not` forms are left to the exact analysis; here they decide nothing.
    if texts.negated {
        return Match::Unknown;
    }
    let found = texts.texts.iter().map(|text| test(&text.text)).fold(Match::No, better);
    if !texts.open.is_empty() { better(found, Match::Unknown) } else { found }
}

fn any_resource(statement: &Statement, test: impl Fn(&str) -> bool) -> Match {
    statement.resources.as_ref().map_or(Match::No, |resources| any_text(resources, test))
}

/// Whether the principals are everyone.
fn anyone(statement: &Statement) -> Match {
    let Some(principals) = &statement.principals else { return Match::No };
    let could = |text: &str| could_be(text, |text| text == "*");
    if principals.list.iter().any(|principal| principal.kind == PrincipalKind::Anyone) {
        Match::Yes
    } else if !principals.open.is_empty() || principals.list.iter().any(|principal| could(&principal.text.text)) {
        Match::Unknown
    } else {
        Match::No
    }
}

fn any_text(texts: &Element, test: impl Fn(&str) -> bool) -> Match {
    if texts.negated {
        return Match::No;
    }
    any_match(texts, |text| {
        if test(text) {
            Match::Yes
        } else if could_be(text, &test) {
            Match::Unknown
        } else {
            Match::No
        }
    })
}

/// Whether two action patterns have an action in common. Exact where one of them has its wildcard at the end only.
fn overlap(a: &str, b: &str) -> bool {
    let prefix = |text: &str| text.split(['*', '?']).next().unwrap_or_default().len();
    matches(a, b)
        || matches(b, a)
        || (a.contains('*') && b.contains('*') && {
            let shared = prefix(a).min(prefix(b));
            a[..shared] == b[..shared]
        })
}

/// Condition keys that say who asks, or from where.
const WHO: [&str; 14] = [
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:vpcsourceip",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:principalaccount",
    "aws:principalarn",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceorgid",
    "aws:sourceip",
    "aws:userid",
    "kms:calleraccount",
    "s3:dataaccesspointaccount",
];

fn names_who(entry: &Condition) -> bool {
    let operator = entry.operator;
    let positive = matches!(
        operator.test,
        Test::StringEquals
            | Test::StringEqualsIgnoreCase
            | Test::StringLike
            | Test::ArnEquals
            | Test::ArnLike
            | Test::IpAddress
    );
    positive && !operator.if_exists && WHO.contains(&&*entry.key.to_ascii_lowercase())
}

/// Whether the condition lets only some ask: a positive operator on a key that is always there, with values that are not open.
fn restricts_who(entry: &Condition) -> bool {
    names_who(entry)
        && !entry.values.is_empty()
        && entry.open.is_empty()
        && entry.values.iter().all(|value| !matches!(&*value.text, "*" | "0.0.0.0/0" | "::/0") && value.is_known())
}

/// The same where a value is not known.
fn may_restrict_who(entry: &Condition) -> bool {
    names_who(entry) && (!entry.open.is_empty() || entry.values.iter().any(|value| !value.is_known()))
}

/// Whether a request of this context satisfies the condition.
fn satisfied(entry: &Condition, context: &[(Box<str>, Box<str>)]) -> Match {
    let Some((_, given)) = context.iter().find(|(key, _)| key.eq_ignore_ascii_case(&entry.key)) else {
        return Match::No;
    };
    match entry.operator.test {
        Test::Bool | Test::StringEquals | Test::StringEqualsIgnoreCase | Test::StringLike => entry
            .values
            .iter()
            .map(|value| {
                if value.text.contains(OPAQUE) {
                    Match::Unknown
                } else if value.text.eq_ignore_ascii_case(given) {
                    Match::Yes
                } else {
                    Match::No
                }
            })
            .fold(Match::No, better),
        _ => Match::Unknown,
    }
}
