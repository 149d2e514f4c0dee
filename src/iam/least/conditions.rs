//! Conditions that name resources in another way than `Resource` does.

use crate::iam::Match;
use crate::iam::catalogue::{ActionRef, ConditionKey};
use crate::iam::document::{Condition, Quantifier, Statement, Test};

use super::risk::narrowing;

/// Whether the conditions of a statement narrow down which resources an action is used on, or through what.
pub(super) fn narrow(statement: &Statement, action: &ActionRef) -> Match {
    let open = if statement.conditions_open.is_empty() { Match::No } else { Match::Unknown };
    statement.conditions.iter().map(|condition| narrows(condition, action)).fold(open, Match::or)
}

/// Whether a denial with this condition leaves only narrow requests: the opposite of the condition narrows.
pub(super) fn denial_narrows(condition: &Condition, action: &ActionRef) -> Match {
    let positive = match condition.operator.test {
        Test::StringNotEquals => Test::StringEquals,
        Test::StringNotEqualsIgnoreCase => Test::StringEqualsIgnoreCase,
        Test::StringNotLike => Test::StringLike,
        Test::ArnNotEquals => Test::ArnEquals,
        Test::ArnNotLike => Test::ArnLike,
        _ => return Match::No,
    };
    let mut opposite = condition.clone();
    opposite.operator.test = positive;
    // A denial with `...IfExists` does apply to requests without the key.
    opposite.operator.if_exists = false;
    match condition.operator.quantifier {
        None => narrows(&opposite, action),
        Some(_) => Match::No,
    }
}

fn narrows(condition: &Condition, action: &ActionRef) -> Match {
    let operator = condition.operator;
    // Both hold for requests without the key.
    if operator.if_exists || operator.quantifier == Some(Quantifier::All) || !names_resources(&condition.key, action) {
        return Match::No;
    }
    let unknown = !condition.open.is_empty() || condition.values.iter().any(|value| !value.is_known());
    let has = |text: &str| match condition.values.iter().any(|value| value.text.eq_ignore_ascii_case(text)) {
        true => Match::Yes,
        false if unknown => Match::Unknown,
        false => Match::No,
    };
    match operator.test {
        Test::StringEquals | Test::StringEqualsIgnoreCase => Match::Yes,
        Test::Bool => has("true"),
        Test::Null => has("false"),
        Test::StringLike | Test::ArnEquals | Test::ArnLike => {
            let all = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte == b'*');
            if condition.values.iter().any(|value| all(&value.text)) {
                Match::No
            } else if !condition.open.is_empty() || condition.values.iter().any(|value| all(&value.widened())) {
                Match::Unknown
            } else {
                Match::Yes
            }
        }
        _ => Match::No,
    }
}

/// Whether a condition key says which resource is used, or through what. Keys about the caller, the time or the network say
/// nothing about resources.
fn names_resources(key: &str, action: &ActionRef) -> bool {
    let narrowing = narrowing();
    if key.len() > 4 && key.get(..4).is_some_and(|prefix| prefix.eq_ignore_ascii_case("aws:")) {
        return narrowing.is_narrowing_key(key);
    }
    let offered = |keys: &[&'static ConditionKey]| keys.iter().any(|known| known.is(key));
    let known = offered(action.action.condition_keys)
        || action
            .action
            .resource_types
            .iter()
            .any(|used| offered(used.condition_keys) || offered(used.resource.condition_keys));
    known && !narrowing.is_other_key(key)
}
