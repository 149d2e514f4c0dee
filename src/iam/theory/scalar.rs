//! Values other than texts: numbers, moments and addresses, each with an order, so that sets are made of intervals.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Fractional digits that numbers keep.
const DIGITS: u32 = 9;

/// A decimal number, in thousand-millionths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::iam) struct Number(i128);

impl Number {
    /// Reads `-12.5`; nothing when it is no number, or has more digits than are kept.
    pub(in crate::iam) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let fraction = fraction.trim_end_matches('0');
        let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.len() + fraction.len() == 0 || !plain(whole) || !plain(fraction) || whole.len() > 25 {
            return None;
        }
        if fraction.len() > DIGITS as usize {
            return None;
        }
        let number: i128 = format!("{whole}{fraction:0<width$}", width = DIGITS as usize).parse().ok()?;
        Some(Self(if negative { -number } else { number }))
    }

    fn show(self) -> String {
        let unit = 10_i128.pow(DIGITS);
        let sign = if self.0 < 0 { "-" } else { "" };
        let (whole, fraction) = (self.0.abs() / unit, self.0.abs() % unit);
        let text = format!("{sign}{whole}.{fraction:0width$}", width = DIGITS as usize);
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    }
}

/// A moment, in nanoseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::iam) struct Moment(i128);

impl Moment {
    /// Reads `2020-04-01T00:00:00Z`, `2020-04-01`, or seconds since 1970.
    pub(in crate::iam) fn parse(text: &str) -> Option<Self> {
        if let Some(Number(number)) = Number::parse(text) {
            return Some(Self(number));
        }
        if let Ok(moment) = text.parse::<jiff::Timestamp>() {
            return Some(Self(moment.as_nanosecond()));
        }
        let date: jiff::civil::Date = text.parse().ok()?;
        let moment = date.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
        Some(Self(moment.timestamp().as_nanosecond()))
    }

    fn show(self) -> String {
        match jiff::Timestamp::from_nanosecond(self.0) {
            Ok(moment) => moment.to_string(),
            Err(_) => Number(self.0).show(),
        }
    }
}

/// How numbers and moments are compared with a bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::iam) enum Compare {
    /// Equal.
    Equal,
    /// Less.
    Less,
    /// Less or equal.
    AtMost,
    /// Greater.
    Greater,
    /// Greater or equal.
    AtLeast,
}

impl Compare {
    /// Whether `value` is so compared with `bound`.
    pub(in crate::iam) fn holds<T: Ord>(self, value: &T, bound: &T) -> bool {
        match self {
            Compare::Equal => value == bound,
            Compare::Less => value < bound,
            Compare::AtMost => value <= bound,
            Compare::Greater => value > bound,
            Compare::AtLeast => value >= bound,
        }
    }
}

/// Addresses of one family, from and to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::iam) struct Network {
    v6: bool,
    from: u128,
    to: u128,
}

impl Network {
    /// Reads an address, or a range such as `10.0.0.0/8`.
    pub(in crate::iam) fn parse(text: &str) -> Option<Self> {
        let (address, length) = match text.trim().split_once('/') {
            Some((address, length)) => (address, Some(length.parse::<u32>().ok()?)),
            None => (text.trim(), None),
        };
        let (v6, bits, width) = match address.parse::<IpAddr>().ok()? {
            IpAddr::V4(address) => (false, u128::from(u32::from(address)), 32),
            IpAddr::V6(address) => (true, u128::from(address), 128),
        };
        let length = length.unwrap_or(width);
        if length > width {
            return None;
        }
        let host = if length == width { 0 } else { u128::MAX >> (128 - (width - length)) };
        Some(Self { v6, from: bits & !host, to: bits | host })
    }

    /// Reads a single address, as requests have them.
    pub(in crate::iam) fn address(text: &str) -> Option<Self> {
        Self::parse(text).filter(|network| network.from == network.to)
    }

    /// Whether `other` lies within.
    pub(in crate::iam) fn holds(&self, other: &Self) -> bool {
        self.v6 == other.v6 && self.from <= other.from && other.to <= self.to
    }

    fn show(v6: bool, bits: u128) -> Option<String> {
        if v6 {
            return Some(Ipv6Addr::from(bits).to_string());
        }
        u32::try_from(bits).ok().map(|bits| Ipv4Addr::from(bits).to_string())
    }
}

/// Numbers such that every other compares with all `bounds` like one of them.
pub(super) fn numbers(bounds: impl Iterator<Item = Number>) -> Vec<String> {
    let unit = 10_i128.pow(DIGITS);
    between(bounds.map(|bound| bound.0), unit).into_iter().map(|number| Number(number).show()).collect()
}

/// Moments such that every other compares with all `bounds` like one of them.
pub(super) fn moments(bounds: impl Iterator<Item = Moment>) -> Vec<String> {
    let day = 86_400 * 10_i128.pow(9);
    between(bounds.map(|bound| bound.0), day).into_iter().map(|moment| Moment(moment).show()).collect()
}

fn between(bounds: impl Iterator<Item = i128>, step: i128) -> Vec<i128> {
    let mut bounds: Vec<i128> = bounds.collect();
    bounds.sort_unstable();
    bounds.dedup();
    let (Some(first), Some(last)) = (bounds.first(), bounds.last()) else { return vec![step] };
    let mut found = vec![first - step, last + step];
    for pair in bounds.windows(2) {
        // A round number where there is one.
        let round = (pair[0] / step + 1) * step;
        found.push(if pair[0] < round && round < pair[1] { round } else { pair[0].midpoint(pair[1]) });
    }
    found.extend(bounds);
    found
}

/// Addresses such that every other lies in the same `networks` as one of them.
pub(super) fn addresses<'n>(networks: impl Iterator<Item = &'n Network>) -> Vec<String> {
    let mut found = vec!["203.0.113.1".to_owned(), "0.0.0.0".to_owned(), "2001:db8::1".to_owned(), "::".to_owned()];
    for network in networks {
        found.extend(Network::show(network.v6, network.from));
        found.extend(network.to.checked_add(1).and_then(|bits| Network::show(network.v6, bits)));
    }
    found
}
