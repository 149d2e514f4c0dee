//! S3's own classification of bucket policies: what `BlockPublicPolicy` refuses, and what `RestrictPublicBuckets` acts on.
//!
//! It is a test of form: a policy is public unless every Allow is limited to fixed values, and a Deny changes nothing. Whether
//! a stranger gets in is another question, which has its answer from [`super::grants_public`].
//!
//! Source: "Blocking public access to your Amazon S3 storage: the meaning of public" in the S3 User Guide, checked 2026-11-21.

use super::Evidence;
use super::document::{Condition, Effect, Policy, Principal, PrincipalKind, Quantifier, Statement, Test, Text};

/// Whether S3 calls the policy public, because of which statements.
#[must_use]
pub fn s3_public(policy: &Policy) -> Evidence {
    Evidence::of(policy, |statement| match statement.effect {
        Some(Effect::Deny) => Some(false),
        Some(Effect::Allow) => is_limited(statement).map(|limited| !limited),
        None => is_limited(statement).and_then(|limited| limited.then_some(false)),
    })
}

/// Whether the statement is limited to fixed values; `None` when that is not known.
fn is_limited(statement: &Statement) -> Option<bool> {
    let conditions = any(statement.conditions.iter().map(limits));
    let open = if statement.conditions_open.is_empty() { Some(false) } else { None };
    any([principals_are_fixed(statement), conditions, open].into_iter())
}

/// Kleene's disjunction.
fn any(parts: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    parts.fold(Some(false), |any, part| match (any, part) {
        (Some(true), _) | (_, Some(true)) => Some(true),
        (None, _) | (_, None) => None,
        _ => Some(false),
    })
}

/// Kleene's conjunction.
fn all(parts: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    any(parts.map(|part| part.map(|part| !part))).map(|any| !any)
}

fn principals_are_fixed(statement: &Statement) -> Option<bool> {
    let Some(principals) = &statement.principals else { return Some(false) };
    if principals.negated {
        return Some(false);
    }
    let open = if principals.open.is_empty() { Some(true) } else { None };
    all(principals.list.iter().map(is_fixed_principal).chain([open]))
}

/// Identity providers with which everyone may have an account.
pub(super) const OPEN_PROVIDERS: [&str; 4] =
    ["accounts.google.com", "cognito-identity.amazonaws.com", "graph.facebook.com", "www.amazon.com"];

fn is_fixed_principal(principal: &Principal) -> Option<bool> {
    match principal.kind {
        PrincipalKind::Anyone => Some(false),
        PrincipalKind::Federated if OPEN_PROVIDERS.contains(&&*principal.text.text) => Some(false),
        _ => is_fixed(&principal.text),
    }
}

/// Whether the text has neither wildcards nor variables.
fn is_fixed(text: &Text) -> Option<bool> {
    let has = |text: &str| text.contains(['*', '?']) || text.contains("${");
    match text.is_known() {
        true => Some(!has(&text.text)),
        false => None,
    }
}

/// Keys whose fixed values limit who asks.
const KEYS: [&str; 22] = [
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalisawsservice",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:principalservicename",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceip",
    "aws:sourceorgid",
    "aws:sourceorgpaths",
    "aws:sourceowner",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:userid",
    "aws:vpceaccount",
    "aws:vpceorgid",
    "aws:vpceorgpaths",
    "s3:dataaccesspointaccount",
    "s3:dataaccesspointarn",
    "s3:x-amz-server-side-encryption-aws-kms-key-id",
    "s3express:dataaccesspointaccount",
];

/// Whether a condition limits its statement to fixed values.
fn limits(condition: &Condition) -> Option<bool> {
    let key = condition.key.to_ascii_lowercase();
    let operator = condition.operator;
    let positive = match operator.test {
        Test::StringEquals | Test::StringEqualsIgnoreCase | Test::StringLike | Test::ArnEquals | Test::ArnLike => true,
        Test::IpAddress => key == "aws:sourceip",
        Test::Bool => key == "aws:principalisawsservice",
        _ => false,
    };
    // What holds without the key limits nobody.
    let holes = operator.if_exists || operator.quantifier == Some(Quantifier::All);
    if !positive || holes || !KEYS.contains(&&*key) || (condition.values.is_empty() && condition.open.is_empty()) {
        return Some(false);
    }
    let open = if condition.open.is_empty() { Some(true) } else { None };
    all(condition.values.iter().map(|value| is_fixed_value(&key, value)).chain([open]))
}

fn is_fixed_value(key: &str, value: &Text) -> Option<bool> {
    let text = &*value.text;
    if !value.is_known() {
        return None;
    }
    let parts = |separator: char, wanted: usize| {
        let parts: Vec<&str> = text.splitn(wanted, separator).collect();
        (parts.len() == wanted).then_some(parts)
    };
    let fixed = |text: &str| !text.is_empty() && !text.contains(['*', '?']) && !text.contains("${");
    Some(match key {
        "aws:sourceip" => !is_broad(text),
        "aws:principalisawsservice" => text.eq_ignore_ascii_case("true"),
        // The name of an access point may be a pattern where its account is fixed; the sessions of a role may be where its id is;
        // the paths of an organisation may be where its id is.
        "s3:dataaccesspointarn" => parts(':', 6).is_some_and(|parts| fixed(parts[4])),
        "aws:userid" => fixed(text.split(':').next().unwrap_or_default()),
        "aws:principalorgpaths" | "aws:sourceorgpaths" | "aws:vpceorgpaths" => {
            fixed(text.split('/').next().unwrap_or_default())
        }
        _ => fixed(text),
    })
}

/// Whether an address block is broader than `/8` (IPv4) or `/32` (IPv6), or is none.
pub(super) fn is_broad(text: &str) -> bool {
    let (address, length) = text.split_once('/').map_or((text, None), |(address, length)| (address, Some(length)));
    let Ok(address) = address.parse::<std::net::IpAddr>() else { return true };
    let (full, least) = if address.is_ipv4() { (32, 8) } else { (128, 32) };
    let length = length.map_or(Some(full), |length| length.parse::<u8>().ok());
    length.is_none_or(|length| length < least)
}
