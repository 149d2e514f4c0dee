//! Conditions under a context in which every key has one value or none.
//!
//! Source: "IAM JSON policy elements: Condition operators" and "Policy variables with no value" in the IAM User Guide: a
//! missing key satisfies negated operators, `...IfExists` and `ForAllValues`, and nothing else.

use std::net::IpAddr;

use rustc_hash::FxHashMap;

use crate::iam::document::{Condition, Quantifier, Test, UNKNOWN};
use crate::iam::{Match, matches};

/// The keys of a request, in lower case, with their values; `None`: the key is not there.
#[derive(Debug, Clone, Default)]
pub(super) struct Context {
    keys: FxHashMap<String, Option<String>>,
}

impl Context {
    /// Sets a key.
    pub(super) fn set(&mut self, key: &str, value: Option<&str>) {
        self.keys.insert(key.to_ascii_lowercase(), value.map(str::to_owned));
    }

    /// The value of a key that is decided.
    pub(super) fn get(&self, key: &str) -> Option<Option<&str>> {
        self.keys.get(&key.to_ascii_lowercase()).map(Option::as_deref)
    }

    /// Fills in the policy variables of a text; `None` where one has no value. What is not decided becomes an unknown part.
    ///
    /// Source: "IAM policy elements: Variables and tags".
    pub(super) fn expand(&self, text: &str) -> Option<String> {
        let (mut whole, mut rest) = (String::with_capacity(text.len()), text);
        while let Some(start) = rest.find("${") {
            whole.push_str(&rest[..start]);
            let end = rest[start..].find('}')? + start;
            let name = &rest[start + 2..end];
            match name {
                "*" | "?" | "$" => whole.push_str(name),
                name => {
                    let (key, default) = match name.split_once(',') {
                        Some((key, default)) => (key.trim(), Some(default.trim().trim_matches('\''))),
                        None => (name.trim(), None),
                    };
                    match self.get(key) {
                        // A tag of the principal, say: it has some value, or none.
                        None => whole.push_str(UNKNOWN),
                        Some(value) => whole.push_str(value.or(default)?),
                    }
                }
            }
            rest = &rest[end + 1..];
        }
        whole.push_str(rest);
        Some(whole)
    }
}

/// Whether a condition holds; every key that it needs is decided in the context, those that are not are taken as missing.
pub(super) fn holds(condition: &Condition, variables: bool, context: &Context) -> Match {
    let operator = condition.operator;
    let value = context.get(&condition.key).flatten();
    if operator.test == Test::Null {
        return any(condition, |wanted| known(wanted.eq_ignore_ascii_case("true") == value.is_none()));
    }
    let Some(value) = value else {
        let missing = match operator.quantifier {
            Some(Quantifier::All) => true,
            Some(Quantifier::Any) => false,
            None => operator.if_exists || operator.test.is_negated(),
        };
        return known(missing || operator.if_exists);
    };
    let found = any(condition, |wanted| {
        let expanded;
        let wanted = if variables && wanted.contains("${") {
            match context.expand(wanted) {
                Some(text) => {
                    expanded = text;
                    expanded.as_str()
                }
                None => return Match::No,
            }
        } else {
            wanted
        };
        compare(operator.test, value, wanted)
    });
    match (operator.test.is_negated(), found) {
        (false, found) => found,
        (true, Match::Yes) => Match::No,
        (true, Match::No) => Match::Yes,
        (true, Match::Unknown) => Match::Unknown,
    }
}

fn known(truth: bool) -> Match {
    if truth { Match::Yes } else { Match::No }
}

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

/// Compares by the positive form of a test.
fn compare(test: Test, value: &str, wanted: &str) -> Match {
    if wanted.contains(UNKNOWN) {
        return super::permit::pattern_matches(wanted, value);
    }
    let number = |text: &str| text.trim().parse::<f64>().ok();
    let numbers = |compare: fn(&f64, &f64) -> bool| match (number(value), number(wanted)) {
        (Some(value), Some(wanted)) => known(compare(&value, &wanted)),
        _ => Match::No,
    };
    match test {
        Test::StringEquals | Test::StringNotEquals | Test::BinaryEquals => known(value == wanted),
        Test::StringEqualsIgnoreCase | Test::StringNotEqualsIgnoreCase | Test::Bool => {
            known(value.eq_ignore_ascii_case(wanted))
        }
        Test::StringLike | Test::StringNotLike => known(matches(wanted, value)),
        Test::ArnEquals | Test::ArnNotEquals | Test::ArnLike | Test::ArnNotLike => known(arn_like(wanted, value)),
        Test::NumericEquals | Test::NumericNotEquals => numbers(|a, b| a == b),
        Test::NumericLessThan => numbers(|a, b| a < b),
        Test::NumericLessThanEquals => numbers(|a, b| a <= b),
        Test::NumericGreaterThan => numbers(|a, b| a > b),
        Test::NumericGreaterThanEquals => numbers(|a, b| a >= b),
        // Dates of one format are ordered as texts are.
        Test::DateEquals | Test::DateNotEquals => known(value == wanted),
        Test::DateLessThan => known(value < wanted),
        Test::DateLessThanEquals => known(value <= wanted),
        Test::DateGreaterThan => known(value > wanted),
        Test::DateGreaterThanEquals => known(value >= wanted),
        Test::IpAddress | Test::NotIpAddress => match (value.parse(), block(wanted)) {
            (Ok(address), Some((network, length))) => known(within(address, network, length)),
            _ => Match::No,
        },
        Test::Null => Match::No,
    }
}

/// ARNs are compared segment by segment.
fn arn_like(pattern: &str, text: &str) -> bool {
    if pattern == "*" {
        return true;
    }
    let (mut patterns, mut texts) = (pattern.splitn(6, ':'), text.splitn(6, ':'));
    loop {
        match (patterns.next(), texts.next()) {
            (None, None) => return true,
            (Some(pattern), Some(text)) if matches(pattern, text) => {}
            _ => return false,
        }
    }
}

fn block(text: &str) -> Option<(IpAddr, u32)> {
    let (address, length) = text.split_once('/').map_or((text, None), |(address, length)| (address, Some(length)));
    let address: IpAddr = address.trim().parse().ok()?;
    let most = if address.is_ipv4() { 32 } else { 128 };
    let length = length.map_or(Some(most), |length| length.trim().parse().ok())?;
    (length <= most).then_some((address, length))
}

fn within(address: IpAddr, network: IpAddr, length: u32) -> bool {
    let bits = |address: IpAddr| match address {
        IpAddr::V4(address) => u128::from(address.to_bits()) << 96,
        IpAddr::V6(address) => address.to_bits(),
    };
    let shift = 128 - length;
    address.is_ipv4() == network.is_ipv4()
        && bits(address).checked_shr(shift).unwrap_or(0) == bits(network).checked_shr(shift).unwrap_or(0)
}

/// Values of its key with which a condition may hold, or fail to.
pub(super) fn candidates(condition: &Condition, variables: bool, context: &Context, found: &mut Vec<String>) {
    let mut push = |text: String| {
        if !found.contains(&text) {
            found.push(text);
        }
    };
    match condition.operator.test {
        Test::Bool => ["true", "false"].map(str::to_owned).into_iter().for_each(push),
        Test::Null => {}
        test => {
            for value in &condition.values {
                let text = if variables { context.expand(&value.text) } else { Some(value.text.to_string()) };
                let Some(text) = text else { continue };
                match test {
                    Test::IpAddress | Test::NotIpAddress => push(text.split('/').next().unwrap_or_default().to_owned()),
                    Test::StringEquals | Test::StringNotEquals => push(text),
                    _ => {
                        if let Ok(number) = text.trim().parse::<f64>() {
                            push((number - 1.0).to_string());
                            push((number + 1.0).to_string());
                        }
                        push(super::permit::filled(&text));
                    }
                }
            }
        }
    }
}
