//! Condition operators.
//!
//! Source: "IAM JSON policy elements: Condition operators" in the IAM User Guide.

use std::fmt;

/// What a condition operator compares, without its modifiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the names are AWS's own")]
pub enum Test {
    StringEquals,
    StringNotEquals,
    StringEqualsIgnoreCase,
    StringNotEqualsIgnoreCase,
    StringLike,
    StringNotLike,
    NumericEquals,
    NumericNotEquals,
    NumericLessThan,
    NumericLessThanEquals,
    NumericGreaterThan,
    NumericGreaterThanEquals,
    DateEquals,
    DateNotEquals,
    DateLessThan,
    DateLessThanEquals,
    DateGreaterThan,
    DateGreaterThanEquals,
    Bool,
    BinaryEquals,
    IpAddress,
    NotIpAddress,
    ArnEquals,
    ArnLike,
    ArnNotEquals,
    ArnNotLike,
    Null,
}

/// All tests by their names.
const TESTS: [(&str, Test); 27] = [
    ("StringEquals", Test::StringEquals),
    ("StringNotEquals", Test::StringNotEquals),
    ("StringEqualsIgnoreCase", Test::StringEqualsIgnoreCase),
    ("StringNotEqualsIgnoreCase", Test::StringNotEqualsIgnoreCase),
    ("StringLike", Test::StringLike),
    ("StringNotLike", Test::StringNotLike),
    ("NumericEquals", Test::NumericEquals),
    ("NumericNotEquals", Test::NumericNotEquals),
    ("NumericLessThan", Test::NumericLessThan),
    ("NumericLessThanEquals", Test::NumericLessThanEquals),
    ("NumericGreaterThan", Test::NumericGreaterThan),
    ("NumericGreaterThanEquals", Test::NumericGreaterThanEquals),
    ("DateEquals", Test::DateEquals),
    ("DateNotEquals", Test::DateNotEquals),
    ("DateLessThan", Test::DateLessThan),
    ("DateLessThanEquals", Test::DateLessThanEquals),
    ("DateGreaterThan", Test::DateGreaterThan),
    ("DateGreaterThanEquals", Test::DateGreaterThanEquals),
    ("Bool", Test::Bool),
    ("BinaryEquals", Test::BinaryEquals),
    ("IpAddress", Test::IpAddress),
    ("NotIpAddress", Test::NotIpAddress),
    ("ArnEquals", Test::ArnEquals),
    ("ArnLike", Test::ArnLike),
    ("ArnNotEquals", Test::ArnNotEquals),
    ("ArnNotLike", Test::ArnNotLike),
    ("Null", Test::Null),
];

impl Test {
    /// AWS's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        TESTS.iter().find(|(_, test)| *test == self).map_or("", |(name, _)| name)
    }

    /// All names, for suggestions.
    pub fn names() -> impl Iterator<Item = &'static str> {
        TESTS.iter().map(|(name, _)| *name)
    }

    /// Whether it is a negated form: it holds when the key is missing, and when none of its values matches.
    #[must_use]
    pub const fn is_negated(self) -> bool {
        matches!(
            self,
            Self::StringNotEquals
                | Self::StringNotEqualsIgnoreCase
                | Self::StringNotLike
                | Self::NumericNotEquals
                | Self::DateNotEquals
                | Self::NotIpAddress
                | Self::ArnNotEquals
                | Self::ArnNotLike
        )
    }
}

/// Which of the values of a multivalued key must pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Quantifier {
    /// `ForAllValues`: each of them; also when there is none.
    All,
    /// `ForAnyValue`: at least one.
    Any,
}

/// A condition operator with its modifiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Operator {
    /// `ForAllValues:` or `ForAnyValue:`.
    pub quantifier: Option<Quantifier>,
    /// What is compared.
    pub test: Test,
    /// `...IfExists`: it holds when the key is missing.
    pub if_exists: bool,
}

impl Operator {
    /// Reads the name of an operator in any case, as AWS does; `None` when there is no such operator.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let (quantifier, rest) = match name.split_once(':') {
            Some((set, rest)) if set.eq_ignore_ascii_case("ForAllValues") => (Some(Quantifier::All), rest),
            Some((set, rest)) if set.eq_ignore_ascii_case("ForAnyValue") => (Some(Quantifier::Any), rest),
            Some(_) => return None,
            None => (None, name),
        };
        let test = |name: &str| TESTS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, test)| *test);
        if let Some(test) = test(rest) {
            return Some(Self { quantifier, test, if_exists: false });
        }
        let start = rest.len().checked_sub("IfExists".len())?;
        let (base, suffix) = (rest.get(..start)?, rest.get(start..)?);
        // `Null` asks for existence itself.
        let test = test(base).filter(|test| *test != Test::Null && suffix.eq_ignore_ascii_case("IfExists"))?;
        Some(Self { quantifier, test, if_exists: true })
    }
}

impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.quantifier {
            Some(Quantifier::All) => f.write_str("ForAllValues:")?,
            Some(Quantifier::Any) => f.write_str("ForAnyValue:")?,
            None => {}
        }
        f.write_str(self.test.name())?;
        if self.if_exists { f.write_str("IfExists") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operator_is_read_in_any_case_and_written_as_aws_does() {
        for name in Test::names() {
            for text in [name.to_owned(), name.to_lowercase(), format!("forAnyValue:{name}"), format!("{name}IFEXISTS")]
            {
                let operator = Operator::parse(&text);
                if name == "Null" && text.ends_with("IFEXISTS") {
                    assert_eq!(operator, None);
                    continue;
                }
                let shown = operator.map(|operator| operator.to_string()).unwrap_or_default();
                assert!(shown.eq_ignore_ascii_case(&text), "{text}: {shown}");
            }
        }
        assert_eq!(Operator::parse("StringEqual"), None);
        assert_eq!(Operator::parse("ForSomeValues:StringEquals"), None);
        assert_eq!(Operator::parse("\u{e9}"), None);
    }
}
