//! Conditions of statements at one point: some keys have a value, are missing or are not known, and all others are free.

use rustc_hash::FxHashMap;

use crate::iam::document::{Condition, Quantifier, Test, UNKNOWN};
use crate::iam::{Match, covers, matches};
use crate::value::OPAQUE;

/// What a context key is in a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Given {
    /// Missing.
    Absent,
    /// This value.
    Is(String),
    /// A value that the input does not show, with a noun phrase for it.
    Hidden(&'static str),
}

/// The context keys of a request that are settled, by their names in lower case.
#[derive(Debug, Clone, Default)]
pub(super) struct Keys(FxHashMap<Box<str>, Given>);

impl Keys {
    pub(super) fn set(&mut self, key: &str, given: Given) {
        self.0.insert(key.to_ascii_lowercase().into(), given);
    }

    pub(super) fn get(&self, key: &str) -> Option<&Given> {
        self.0.get(&*key.to_ascii_lowercase())
    }
}

/// Whether something holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Holds {
    Yes,
    /// It depends on keys that are free.
    Free,
    /// It depends on what is not known.
    Unknown,
    No,
}

impl Holds {
    /// Both: the worse of the two, as the order has it.
    pub(super) fn and(self, other: Self) -> Self {
        self.max(other)
    }
}

impl From<Match> for Holds {
    fn from(found: Match) -> Self {
        match found {
            Match::Yes => Self::Yes,
            Match::No => Self::No,
            Match::Unknown => Self::Unknown,
        }
    }
}

/// Whether a condition holds.
pub(super) fn holds(condition: &Condition, keys: &Keys) -> Holds {
    match keys.get(&condition.key) {
        None => Holds::Free,
        Some(Given::Hidden(_)) => Holds::Unknown,
        Some(Given::Absent) => absent(condition).into(),
        Some(Given::Is(value)) => present(condition, value, keys).into(),
    }
}

/// "Condition keys that are not present", and "Multivalued context keys", IAM User Guide.
fn absent(condition: &Condition) -> Match {
    let operator = condition.operator;
    let yes = match (operator.test, operator.quantifier) {
        (Test::Null, _) => return null(condition, true),
        (_, Some(Quantifier::All)) => true,
        (_, Some(Quantifier::Any)) => operator.if_exists,
        (test, None) => operator.if_exists || test.is_negated(),
    };
    if yes { Match::Yes } else { Match::No }
}

fn null(condition: &Condition, is_absent: bool) -> Match {
    any(condition, |text| match text {
        _ if !text.contains(OPAQUE) => {
            if text.eq_ignore_ascii_case(if is_absent { "true" } else { "false" }) {
                Match::Yes
            } else {
                Match::No
            }
        }
        _ => Match::Unknown,
    })
}

fn present(condition: &Condition, value: &str, keys: &Keys) -> Match {
    let test = condition.operator.test;
    if test == Test::Null {
        return null(condition, false);
    }
    let found = any(condition, |text| one(test, text, value, keys));
    match (test.is_negated(), found) {
        (false, found) => found,
        (true, Match::Yes) => Match::No,
        (true, Match::No) => Match::Yes,
        (true, Match::Unknown) => Match::Unknown,
    }
}

/// Whether any of the values passes.
fn any(condition: &Condition, test: impl Fn(&str) -> Match) -> Match {
    let mut found = if condition.open.is_empty() { Match::No } else { Match::Unknown };
    for value in &condition.values {
        match test(&value.text) {
            Match::Yes => return Match::Yes,
            Match::Unknown => found = Match::Unknown,
            Match::No => {}
        }
    }
    found
}

/// Whether a value of the request matches one of the policy.
fn one(test: Test, text: &str, value: &str, keys: &Keys) -> Match {
    let Some(text) = substituted(text, keys) else { return Match::Unknown };
    let equal = |a: &str, b: &str| match a.contains(UNKNOWN) {
        true => covers(a, b),
        false if a == b => Match::Yes,
        false => Match::No,
    };
    match test {
        Test::StringEquals | Test::StringNotEquals => equal(&text, value),
        Test::StringEqualsIgnoreCase | Test::StringNotEqualsIgnoreCase | Test::Bool => {
            equal(&text.to_lowercase(), &value.to_lowercase())
        }
        Test::StringLike | Test::StringNotLike => covers(&text, value),
        Test::ArnEquals | Test::ArnNotEquals | Test::ArnLike | Test::ArnNotLike => arn_like(&text, value),
        _ => Match::Unknown,
    }
}

/// The text with the values of its policy variables; `None` when one of them is not settled.
pub(super) fn substituted(text: &str, keys: &Keys) -> Option<String> {
    let (mut whole, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(start) = rest.find("${") {
        let end = start + rest[start..].find('}')?;
        whole.push_str(&rest[..start]);
        match (&rest[start + 2..end], keys.get(&rest[start + 2..end])) {
            ("*" | "?" | "$", _) => return None,
            (_, Some(Given::Is(value))) => whole.push_str(value),
            _ => return None,
        }
        rest = &rest[end + 1..];
    }
    whole.push_str(rest);
    Some(whole)
}

/// "Each of the six colon-delimited components of the ARN is checked separately": Condition operators, IAM User Guide.
pub(super) fn arn_like(pattern: &str, value: &str) -> Match {
    if pattern.contains(UNKNOWN) {
        // What is unknown may hold colons.
        return covers(pattern, value);
    }
    if pattern == value {
        return Match::Yes;
    }
    let (pattern, value): (Vec<&str>, Vec<&str>) = (pattern.splitn(6, ':').collect(), value.splitn(6, ':').collect());
    // `*` alone is no ARN; AWS takes it for any.
    let all = match pattern.as_slice() {
        ["*"] => true,
        _ => pattern.len() == value.len() && pattern.iter().zip(&value).all(|(part, value)| matches(part, value)),
    };
    if all { Match::Yes } else { Match::No }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::iam::document::{Operator, Text};
    use crate::source::{FileId, Span};
    use crate::value::Place;

    fn check(operator: &str, values: &[&str], given: Option<&str>) -> Holds {
        let place = Place { file: FileId(0), span: Span { start: 0, end: 0 } };
        let condition = Condition {
            operator: Operator::parse(operator).unwrap(),
            key: "aws:Key".into(),
            values: values.iter().map(|text| Text { text: (*text).into(), place }).collect(),
            open: Vec::new(),
            place,
        };
        let mut keys = Keys::default();
        keys.set("AWS:key", given.map_or(Given::Absent, |value| Given::Is(value.to_owned())));
        keys.set("aws:PrincipalAccount", Given::Is("111122223333".to_owned()));
        holds(&condition, &keys)
    }

    #[test]
    fn negated_operators_hold_when_the_key_is_missing_and_positive_ones_do_not() {
        for (operator, holds) in [
            ("StringNotEquals", Holds::Yes),
            ("StringEquals", Holds::No),
            ("StringEqualsIfExists", Holds::Yes),
            ("ArnNotLike", Holds::Yes),
            ("ForAllValues:StringEquals", Holds::Yes),
            ("ForAnyValue:StringNotEquals", Holds::No),
            ("Bool", Holds::No),
            ("BoolIfExists", Holds::Yes),
        ] {
            assert_eq!(check(operator, &["a"], None), holds, "{operator}");
        }
        assert_eq!(check("Null", &["true"], None), Holds::Yes);
        assert_eq!(check("Null", &["true"], Some("x")), Holds::No);
    }

    #[test]
    fn arns_are_compared_by_component_and_texts_as_a_whole() {
        let role = "arn:aws:iam::111122223333:role/a/Admin";
        assert_eq!(check("ArnLike", &["arn:aws:iam::*:role/*Admin"], Some(role)), Holds::Yes);
        assert_eq!(check("ArnLike", &["arn:*:role/*"], Some(role)), Holds::No);
        assert_eq!(check("StringLike", &["arn:*:role/*"], Some(role)), Holds::Yes);
        assert_eq!(check("StringEquals", &["arn:*:role/*"], Some(role)), Holds::No);
        assert_eq!(check("ArnNotEquals", &["arn:aws:iam::*:role/a/*"], Some(role)), Holds::No);
    }

    #[test]
    fn variables_have_the_values_of_the_request() {
        let role = "arn:aws:iam::111122223333:role/x";
        assert_eq!(check("ArnLike", &["arn:aws:iam::${aws:PrincipalAccount}:role/x"], Some(role)), Holds::Yes);
        assert_eq!(check("ArnLike", &["arn:aws:iam::${aws:SourceVpc}:role/x"], Some(role)), Holds::Unknown);
    }

    #[test]
    fn what_is_not_known_decides_nothing() {
        assert_eq!(check("StringLike", &["us-\u{1}?\u{1}"], Some("us-east-1")), Holds::Unknown);
        assert_eq!(check("StringLike", &["us-\u{1}?\u{1}"], Some("eu-west-1")), Holds::No);
        assert_eq!(check("StringNotEquals", &["\u{1}?\u{1}"], Some("eu-west-1")), Holds::Unknown);
        assert_eq!(check("NumericLessThan", &["3"], Some("2")), Holds::Unknown);
    }
}
