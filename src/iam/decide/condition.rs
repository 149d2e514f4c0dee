//! Conditions of a statement against the keys of a request.
//!
//! Source: "IAM JSON policy elements: Condition operators" and "Single-valued vs. multivalued context keys" in the IAM User
//! Guide, read 2026-11-21.

use std::cmp::Ordering;

use super::context::Values;
use super::doubt::Doubt;
use super::scalar::{Range, compare_numbers, moment};
use super::statement::Scope;
use super::variable::{Expanded, expand, is_special};
use crate::iam::document::{Condition, Quantifier, Test, Text, UNKNOWN};
use crate::iam::pattern::{Match, Token, arn_head, matches, matches_arn, matches_tokens};
use crate::value::base64;

/// Whether a condition holds.
pub(super) fn holds(condition: &Condition, scope: &mut Scope<'_>) -> Match {
    let operator = condition.operator;
    let found = scope.context.get(&condition.key);
    if matches!(found, Some(Values::Unknown)) {
        scope.doubts.push(Doubt::NotGiven("the value of a condition key"));
        return Match::Unknown;
    }
    if operator.test == Test::Null {
        return presence(condition, found.is_none(), scope);
    }
    let Some(found) = found else {
        return match operator.quantifier {
            // "If the key is not present, evaluate the condition element as true": any operator but `Null` can ask for that.
            _ if operator.if_exists => Match::Yes,
            Some(Quantifier::All) => Match::Yes,
            Some(Quantifier::Any) => Match::No,
            None => operator.test.is_negated().into(),
        };
    };
    let one = |value: &str, scope: &mut Scope<'_>| passes(condition, value, scope);
    match (found, operator.quantifier) {
        (Values::One(value), _) => one(value, scope),
        (Values::Many(values), Some(Quantifier::Any)) => Match::any(values.iter().map(|value| one(value, scope))),
        (Values::Many(values), Some(Quantifier::All)) => {
            values.iter().fold(Match::Yes, |all, value| all.and(one(value, scope)))
        }
        // "Multivalued context keys require a condition set operator." Without one nothing matches, negated or not: observed,
        // and said by AWS at re:Inforce 2025 (IAM431).
        (Values::Many(_), None) | (Values::Unknown, _) => Match::No,
    }
}

/// `Null`: whether the key is missing.
fn presence(condition: &Condition, missing: bool, scope: &mut Scope<'_>) -> Match {
    if condition.operator.quantifier.is_some() {
        scope.doubts.push(Doubt::Undocumented("`Null` with a set operator"));
        return Match::Unknown;
    }
    let found = Match::any(condition.values.iter().map(|value| {
        if value.text.eq_ignore_ascii_case("true") {
            missing.into()
        } else if value.text.eq_ignore_ascii_case("false") {
            (!missing).into()
        } else {
            if value.is_known() {
                scope.doubts.push(Doubt::Refused("`Null` with a value other than `true` and `false`"));
                return Match::Unknown;
            }
            scope.unknown_part()
        }
    }));
    or_others(found, condition, scope)
}

/// Whether one value of the request passes: one of the values of the policy matches it, or none of them where the operator
/// is negated.
fn passes(condition: &Condition, value: &str, scope: &mut Scope<'_>) -> Match {
    let mut found = Match::No;
    for expected in &condition.values {
        found = found.or(compare(condition, expected, value, scope));
        if found == Match::Yes {
            break;
        }
    }
    let found = or_others(found, condition, scope);
    if condition.operator.test.is_negated() { found.negated() } else { found }
}

/// There may be values that are not in sight.
fn or_others(found: Match, condition: &Condition, scope: &mut Scope<'_>) -> Match {
    if found == Match::Yes || condition.open.is_empty() {
        return found;
    }
    scope.doubts.extend(condition.open.iter().cloned().map(Doubt::Policy));
    Match::Unknown
}

/// Whether a value of the policy matches one of the request, in the positive form of the operator.
fn compare(condition: &Condition, expected: &Text, value: &str, scope: &mut Scope<'_>) -> Match {
    use Test::{
        ArnEquals, ArnLike, ArnNotEquals, ArnNotLike, Bool, StringEquals, StringEqualsIgnoreCase, StringLike,
        StringNotEquals, StringNotEqualsIgnoreCase, StringNotLike,
    };
    let test = condition.operator.test;
    let text = &*expected.text;
    match test {
        StringEquals
        | StringNotEquals
        | StringEqualsIgnoreCase
        | StringNotEqualsIgnoreCase
        | StringLike
        | StringNotLike
        | ArnEquals
        | ArnLike
        | ArnNotEquals
        | ArnNotLike => {
            let arn = matches!(test, ArnEquals | ArnLike | ArnNotEquals | ArnNotLike);
            let like = arn || matches!(test, StringLike | StringNotLike);
            let ignore_case = matches!(test, StringEqualsIgnoreCase | StringNotEqualsIgnoreCase);
            if !is_special(text, scope.version) {
                return match () {
                    () if arn => arn_matches(text, value, scope, test),
                    () if like => matches(text, value).into(),
                    () if ignore_case => text.eq_ignore_ascii_case(value).into(),
                    () => (text == value).into(),
                };
            }
            match expand(text, scope.version, like, scope.context) {
                Expanded::Null => Match::No,
                Expanded::Unknown(doubt) => {
                    scope.doubts.push(doubt);
                    Match::Unknown
                }
                Expanded::Tokens { tokens, open, .. } => {
                    let found = match () {
                        () if arn => arn_tokens(tokens, value, open, scope, test),
                        () if ignore_case => matches_tokens(&lowered(&tokens), &value.to_ascii_lowercase()).into(),
                        () => matches_tokens(&tokens, value).into(),
                    };
                    if open && found != Match::No {
                        return scope.unknown_part();
                    }
                    found
                }
            }
        }
        _ if text.contains(UNKNOWN) => scope.unknown_part(),
        // The page of operators allows variables here, the page of variables does not.
        Bool if is_special(text, scope.version) => {
            scope.doubts.push(Doubt::Undocumented("policy variables with `Bool`"));
            Match::Unknown
        }
        Bool => {
            let known = |text: &str| text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false");
            (known(text) && text.eq_ignore_ascii_case(value)).into()
        }
        _ => scalar(test, text, value, scope),
    }
}

/// Numbers, dates, addresses and bytes.
fn scalar(test: Test, text: &str, value: &str, scope: &mut Scope<'_>) -> Match {
    use Test::{
        BinaryEquals, DateEquals, DateGreaterThan, DateGreaterThanEquals, DateLessThan, DateLessThanEquals,
        DateNotEquals, IpAddress, NotIpAddress, NumericEquals, NumericGreaterThan, NumericGreaterThanEquals,
        NumericLessThan, NumericLessThanEquals, NumericNotEquals,
    };
    // What the request has is compared with what the policy has.
    let order = match test {
        NumericEquals
        | NumericNotEquals
        | NumericLessThan
        | NumericLessThanEquals
        | NumericGreaterThan
        | NumericGreaterThanEquals => compare_numbers(value, text),
        BinaryEquals => {
            let equal =
                text == value || base64::decoded(text).is_some_and(|bytes| base64::decoded(value) == Some(bytes));
            return equal.into();
        }
        IpAddress | NotIpAddress => return address(test, text, value, scope),
        _ => moment(value).zip(moment(text)).map(|(value, text)| value.cmp(&text)),
    };
    let Some(order) = order else {
        // What is no number or date equals none, and is not more or less; what the negated form makes of it is not said.
        if matches!(test, NumericNotEquals | DateNotEquals) {
            scope.doubts.push(Doubt::Undocumented("negated comparisons of what is no number or date"));
            return Match::Unknown;
        }
        if test_of_date(test) && (four_digits(text) || four_digits(value)) {
            scope.doubts.push(Doubt::Undocumented("whether four digits are a year or seconds"));
            return Match::Unknown;
        }
        return Match::No;
    };
    match test {
        NumericEquals | NumericNotEquals | DateEquals | DateNotEquals => order == Ordering::Equal,
        NumericLessThan | DateLessThan => order == Ordering::Less,
        NumericLessThanEquals | DateLessThanEquals => order != Ordering::Greater,
        NumericGreaterThan | DateGreaterThan => order == Ordering::Greater,
        NumericGreaterThanEquals | DateGreaterThanEquals => order != Ordering::Less,
        _ => false,
    }
    .into()
}

fn four_digits(text: &str) -> bool {
    text.len() <= 4 && !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

const fn test_of_date(test: Test) -> bool {
    use Test::{DateEquals, DateGreaterThan, DateGreaterThanEquals, DateLessThan, DateLessThanEquals};
    matches!(test, DateEquals | DateLessThan | DateLessThanEquals | DateGreaterThan | DateGreaterThanEquals)
}

fn address(test: Test, text: &str, value: &str, scope: &mut Scope<'_>) -> Match {
    match (Range::of_policy(text), Range::of_request(value)) {
        (Some((range, true)), Some(address)) => range.contains(address).into(),
        (Some((range, false)), Some(address)) => {
            let (narrow, wide) = (range.contains(address), range.widened(32).contains(address));
            if narrow != wide {
                scope.doubts.push(Doubt::Undocumented("the default prefix of an IPv6 address"));
                return Match::Unknown;
            }
            narrow.into()
        }
        _ if test == Test::NotIpAddress => {
            scope.doubts.push(Doubt::Undocumented("`NotIpAddress` with what is no address"));
            Match::Unknown
        }
        _ => Match::No,
    }
}

/// The six parts of an ARN, each by itself.
fn arn_matches(pattern: &str, value: &str, scope: &mut Scope<'_>, test: Test) -> Match {
    match well_formed(pattern) && well_formed(value) {
        true => matches_arn(pattern, value).into(),
        false => malformed(matches(pattern, value), scope, test),
    }
}

fn well_formed(arn: &str) -> bool {
    arn_head(arn.as_bytes()).is_some_and(|head| head < arn.len())
}

fn arn_tokens(mut tokens: Vec<Token>, value: &str, open: bool, scope: &mut Scope<'_>, test: Test) -> Match {
    let colon = Token::Byte(b':');
    let fifth = tokens.iter().enumerate().filter(|(_, token)| **token == colon).nth(4).map(|(at, _)| at);
    let arn = b"arn:".iter().zip(&tokens).all(|(byte, token)| *token == Token::Byte(*byte));
    match fifth {
        // An unknown part may have any number of parts.
        _ if open => matches_tokens(&tokens, value).into(),
        Some(fifth) if arn && well_formed(value) => {
            for token in tokens.iter_mut().take(fifth) {
                *token = match *token {
                    Token::Many => Token::ManyInside,
                    Token::One => Token::OneInside,
                    other => other,
                };
            }
            matches_tokens(&tokens, value).into()
        }
        _ => malformed(matches_tokens(&tokens, value), scope, test),
    }
}

/// What is no ARN has no parts that could match. When it would match as a text, or the operator is negated, nobody says.
fn malformed(as_text: bool, scope: &mut Scope<'_>, test: Test) -> Match {
    if !as_text && !test.is_negated() {
        return Match::No;
    }
    scope.doubts.push(Doubt::Undocumented("ARN operators with what is no ARN"));
    Match::Unknown
}

fn lowered(tokens: &[Token]) -> Vec<Token> {
    let lower = |token: &Token| match token {
        Token::Byte(byte) => Token::Byte(byte.to_ascii_lowercase()),
        other => *other,
    };
    tokens.iter().map(lower).collect()
}
