//! What one statement says of one request, computed from the statement itself and not from its boxes. Every witness passes here
//! before it is shown.

use super::super::document::{
    Condition, Effect, Element, Policy, PrincipalKind, Principals, Quantifier, Statement, Test, Text, Version,
};
use super::super::pattern::Match;
use super::super::theory::{Compare, Glob, Moment, Network, Number};
use super::variable::{self, Filling};
use super::{Caller, Witness};
use crate::value::OPAQUE;

/// What the statements of a policy with this effect say: whether one of them matches, and which ones surely do.
pub(super) fn policy(policy: &Policy, effect: Effect, request: &Witness) -> (Match, Vec<usize>) {
    let mut found = if policy.open.is_empty() { Match::No } else { Match::Unknown };
    let mut by = Vec::new();
    for statement in &policy.statements {
        if statement.effect.is_some_and(|other| other != effect) {
            continue;
        }
        let mut matched = self::statement(statement, policy.version, request);
        if statement.effect.is_none() {
            matched = Match::and(matched, Match::Unknown);
        }
        if matched == Match::Yes {
            by.push(statement.index);
        }
        found = Match::or(found, matched);
    }
    (found, by)
}

fn statement(statement: &Statement, version: Version, request: &Witness) -> Match {
    let mut found = element(&statement.actions, version, request, |text| Glob::like(text, true), &request.action);
    if let Some(resources) = &statement.resources {
        found = Match::and(found, element(resources, version, request, Glob::resource, &request.resource));
    }
    if let Some(principals) = &statement.principals {
        found = Match::and(found, self::principals(principals, &request.principal));
    }
    for condition in &statement.conditions {
        found = Match::and(found, self::condition(condition, version, request));
    }
    if statement.conditions_open.is_empty() { found } else { Match::and(found, Match::Unknown) }
}

fn element(element: &Element, version: Version, request: &Witness, glob: impl Fn(&str) -> Glob, text: &str) -> Match {
    // Most patterns are of other services: their beginnings tell, before anything is built.
    let near = element.texts.iter().filter(|pattern| may_match(&pattern.text, text));
    let any = near.map(|pattern| {
        if !pattern.is_known() {
            return Match::and(
                Match::Unknown,
                Match::from(Glob::like(&pattern.widened(), glob("").fold()).matches(text)),
            );
        }
        Match::from(filled(pattern, version, request, &glob).is_some_and(|glob| glob.matches(text)))
    });
    let mut found = any.fold(Match::No, Match::or);
    if !element.open.is_empty() {
        found = Match::or(found, Match::Unknown);
    }
    if element.negated { Match::negated(found) } else { found }
}

/// Whether the text begins like the pattern, up to the first character that is more than itself.
fn may_match(pattern: &str, text: &str) -> bool {
    for (wanted, found) in pattern.bytes().zip(text.bytes()) {
        if matches!(wanted, b'*' | b'?' | b'$') || wanted == OPAQUE as u8 {
            return true;
        }
        if !wanted.eq_ignore_ascii_case(&found) {
            return false;
        }
    }
    true
}

/// The pattern of a text with the values of the request for variables; nothing when one has no value.
fn filled(text: &Text, version: Version, request: &Witness, glob: impl Fn(&str) -> Glob) -> Option<Glob> {
    if version == Version::V2008 || !text.text.contains("${") {
        return Some(glob(&text.text));
    }
    variable::filled(&text.text, glob, |key, default| match request.context.get(key).map(Vec::as_slice) {
        Some([value]) => Filling::Text(value.clone()),
        _ => default.map_or(Filling::Never, |default| Filling::Text(default.to_owned())),
    })
}

fn principals(principals: &Principals, caller: &Caller) -> Match {
    let mut found = if principals.open.is_empty() { Match::No } else { Match::Unknown };
    for principal in &principals.list {
        let text = principal.text.widened();
        let same = |other: &str| Glob::like(&text, false).matches(other);
        let one = match (principal.kind, caller) {
            (PrincipalKind::Anyone, _) => true,
            (PrincipalKind::Aws, _) if !principal.text.is_known() && text.starts_with('*') => true,
            (PrincipalKind::Aws, Caller::Account { arn, session }) => names(&text, arn, session.as_deref()),
            (PrincipalKind::Service, Caller::Service(name)) => same(name),
            (PrincipalKind::Federated, Caller::Federated(name)) => same(name),
            (PrincipalKind::CanonicalUser, Caller::Canonical(id)) => same(id),
            _ => false,
        };
        let one =
            if principal.text.is_known() { Match::from(one) } else { Match::and(Match::from(one), Match::Unknown) };
        found = Match::or(found, one);
    }
    if principals.negated { Match::negated(found) } else { found }
}

/// Whether an `AWS` principal means the caller.
fn names(text: &str, arn: &str, session: Option<&str>) -> bool {
    let account = arn.split(':').nth(4).unwrap_or_default();
    if !text.contains(':') {
        return Glob::like(text, false).matches(account);
    }
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    if let [_, _, "iam", _, named, "root"] = parts.as_slice() {
        return Glob::like(named, false).matches(account);
    }
    if let [_, _, "sts", _, named, rest] = parts.as_slice()
        && let Some(rest) = rest.strip_prefix("assumed-role/")
    {
        let (role, name) = rest.split_once('/').unwrap_or((rest, "*"));
        let own = arn.split_once(":role/").and_then(|(_, path)| path.rsplit('/').next());
        return Glob::like(named, false).matches(account)
            && own == Some(role)
            && session.is_some_and(|session| Glob::like(name, false).matches(session));
    }
    Glob::like(text, false).matches(arn)
}

fn condition(condition: &Condition, version: Version, request: &Witness) -> Match {
    let operator = condition.operator;
    let values = request.context.get(condition.key.to_ascii_lowercase().as_str()).map(Vec::as_slice);
    let open = !condition.open.is_empty() || condition.values.iter().any(|value| !value.is_known());
    let unsure = |found: Match| if open { Match::Unknown } else { found };
    if operator.test == Test::Null {
        let wanted = if values.is_some() { "false" } else { "true" };
        return unsure(Match::from(condition.values.iter().any(|value| value.text.eq_ignore_ascii_case(wanted))));
    }
    let negated = operator.test.is_negated();
    let Some(values) = values else {
        return Match::from(match operator.quantifier {
            None => negated || operator.if_exists,
            Some(Quantifier::All) => true,
            Some(Quantifier::Any) => operator.if_exists,
        });
    };
    let each = values.iter().map(|value| {
        let one = |text: &Text| {
            text.is_known() && filled_value(text, version, request, operator.test).is_some_and(|test| test(value))
        };
        let hit = condition.values.iter().any(one);
        if open && !hit { Match::Unknown } else { Match::from(hit != negated) }
    });
    match operator.quantifier {
        Some(Quantifier::All) => each.fold(Match::Yes, Match::and),
        Some(Quantifier::Any) => each.fold(Match::No, Match::or),
        None if values.len() > 1 => Match::Unknown,
        None => each.fold(Match::Yes, Match::and),
    }
}

type Check = Box<dyn Fn(&str) -> bool>;

/// The test of one value of a condition; nothing when a variable in it has no value.
fn filled_value(text: &Text, version: Version, request: &Witness, test: Test) -> Option<Check> {
    let number = |how: Compare| -> Option<Check> {
        let bound = Number::parse(&text.text)?;
        Some(Box::new(move |value| Number::parse(value).is_some_and(|value| how.holds(&value, &bound))))
    };
    let moment = |how: Compare| -> Option<Check> {
        let bound = Moment::parse(&text.text)?;
        Some(Box::new(move |value| Moment::parse(value).is_some_and(|value| how.holds(&value, &bound))))
    };
    match test {
        Test::NumericEquals | Test::NumericNotEquals => number(Compare::Equal),
        Test::NumericLessThan => number(Compare::Less),
        Test::NumericLessThanEquals => number(Compare::AtMost),
        Test::NumericGreaterThan => number(Compare::Greater),
        Test::NumericGreaterThanEquals => number(Compare::AtLeast),
        Test::DateEquals | Test::DateNotEquals => moment(Compare::Equal),
        Test::DateLessThan => moment(Compare::Less),
        Test::DateLessThanEquals => moment(Compare::AtMost),
        Test::DateGreaterThan => moment(Compare::Greater),
        Test::DateGreaterThanEquals => moment(Compare::AtLeast),
        Test::IpAddress | Test::NotIpAddress => {
            let network = Network::parse(&text.text)?;
            Some(Box::new(move |value| Network::address(value).is_some_and(|value| network.holds(&value))))
        }
        _ => {
            let glob = filled(text, version, request, |text| super::condition::glob(test, text))?;
            Some(Box::new(move |value| glob.matches(value)))
        }
    }
}
