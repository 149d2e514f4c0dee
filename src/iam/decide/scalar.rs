//! Numbers, dates, addresses and bytes, as condition operators compare them.

use std::cmp::Ordering;
use std::net::IpAddr;

/// Compares two decimal numbers exactly; `None` when one of them is none.
pub(super) fn compare_numbers(a: &str, b: &str) -> Option<Ordering> {
    let (a, b) = (Decimal::parse(a)?, Decimal::parse(b)?);
    Some(match (a.negative, b.negative) {
        (false, false) => a.magnitude(&b),
        (true, true) => b.magnitude(&a),
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
    })
}

/// A number without zeros that say nothing.
struct Decimal<'a> {
    negative: bool,
    whole: &'a str,
    fraction: &'a str,
}

impl<'a> Decimal<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let all = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if (whole.is_empty() && fraction.is_empty()) || !all(whole) || !all(fraction) {
            return None;
        }
        let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
        Some(Self { negative: negative && !(whole.is_empty() && fraction.is_empty()), whole, fraction })
    }

    fn magnitude(&self, other: &Self) -> Ordering {
        let whole = self.whole.len().cmp(&other.whole.len()).then_with(|| self.whole.cmp(other.whole));
        whole.then_with(|| self.fraction.cmp(other.fraction))
    }
}

/// A moment: seconds since 1970, and the digits of its fraction of a second.
///
/// AWS takes the W3C profile of ISO 8601 (a year to a fraction of a second, with a time zone as soon as there is a time) and
/// seconds since 1970. Four digits could be either: they are neither here.
pub(super) fn moment(text: &str) -> Option<(i64, &str)> {
    if text.len() > 4 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().ok().map(|seconds| (seconds, ""));
    }
    let (date, time) = match text.split_once('T') {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    let mut parts = date.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next());
    if parts.next().is_some() || year.len() != 4 || (time.is_some() && day.is_none()) {
        return None;
    }
    let month = number(month, 1..=12)?;
    let days = days(number(year, 0..=9999)?, month, number(day.unwrap_or("01"), 1..=31)?)?;
    let (seconds, fraction) = time.map_or(Some((0, "")), clock)?;
    Some((days * 86_400 + seconds, fraction))
}

/// Two (or four) digits in a range.
fn number(text: &str, range: std::ops::RangeInclusive<i64>) -> Option<i64> {
    let digits = (text.len() == 2 || text.len() == 4) && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|number| digits && range.contains(number))
}

/// Days from 1970-01-01 to a day of the Gregorian calendar; `None` when its month has no such day.
fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    let leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    let longest = match month {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    // Years begin in March, so that the leap day is the last one.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let before = 365 * year + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    (day <= longest).then_some(before + (153 * month + 2) / 5 + day - 1 - 719_468)
}

/// Seconds of `hh:mm[:ss[.f]]` with a time zone, in UTC.
fn clock(text: &str) -> Option<(i64, &str)> {
    let at = text.find(['Z', '+', '-'])?;
    let (time, zone) = text.split_at(at);
    let offset = match zone.split_at(1) {
        ("Z", "") => 0,
        (sign, offset) if sign != "Z" => {
            let (hours, minutes) = offset.split_once(':')?;
            let seconds = number(hours, 0..=23)? * 3600 + number(minutes, 0..=59)? * 60;
            if sign == "+" { seconds } else { -seconds }
        }
        _ => return None,
    };
    let mut parts = time.splitn(3, ':');
    let (hours, minutes, seconds) = (parts.next()?, parts.next()?, parts.next().unwrap_or("00"));
    let (seconds, fraction) = seconds.split_once('.').unwrap_or((seconds, "0"));
    if fraction.is_empty() || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let total = number(hours, 0..=23)? * 3600 + number(minutes, 0..=59)? * 60 + number(seconds, 0..=60)?;
    Some((total - offset, fraction.trim_end_matches('0')))
}

/// A range of addresses: its first address as bits, their number, and how many of them count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Range {
    bits: u128,
    width: u32,
    prefix: u32,
}

impl Range {
    /// Reads an address or a range of addresses, without a prefix when there is none.
    fn parts(text: &str) -> Option<(IpAddr, Option<u32>)> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) if prefix.bytes().all(|byte| byte.is_ascii_digit()) => (address, Some(prefix)),
            Some(_) => return None,
            None => (text, None),
        };
        let prefix = prefix.map(|prefix| prefix.parse().ok()).map_or(Some(None), |prefix| prefix.map(Some))?;
        Some((address.parse().ok()?, prefix))
    }

    fn new(address: IpAddr, prefix: Option<u32>) -> Option<Self> {
        let (bits, width) = match address {
            IpAddr::V4(address) => (u128::from(address.to_bits()), 32),
            IpAddr::V6(address) => (address.to_bits(), 128),
        };
        let prefix = prefix.unwrap_or(width);
        (prefix <= width).then_some(Self { bits, width, prefix })
    }

    /// The range of a policy, and whether it is sure: the documentation has a prefix of 32 bits where there is none, which
    /// cannot be meant for IPv6.
    pub(super) fn of_policy(text: &str) -> Option<(Self, bool)> {
        let (address, prefix) = Self::parts(text)?;
        Some((Self::new(address, prefix)?, prefix.is_some() || address.is_ipv4()))
    }

    /// The address of a request.
    pub(super) fn of_request(text: &str) -> Option<Self> {
        let (address, prefix) = Self::parts(text)?;
        Self::new(address, prefix)
    }

    /// The same with the given prefix.
    pub(super) fn widened(self, prefix: u32) -> Self {
        Self { prefix, ..self }
    }

    /// Whether all addresses of `other` are in it.
    pub(super) fn contains(self, other: Self) -> bool {
        let shift = self.width - self.prefix;
        // Nothing is left of a number that is shifted by all of its bits.
        let same = self.bits.checked_shr(shift).unwrap_or(0) == other.bits.checked_shr(shift).unwrap_or(0);
        self.width == other.width && self.prefix <= other.prefix && same
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_compared_exactly() {
        for (a, b, expected) in [
            ("10", "9", Ordering::Greater),
            ("-1", "1", Ordering::Less),
            ("-2", "-1", Ordering::Less),
            ("1.50", "1.5", Ordering::Equal),
            ("-0", "+0.0", Ordering::Equal),
            (".5", "0.49", Ordering::Greater),
            ("9007199254740993", "9007199254740992", Ordering::Greater),
        ] {
            assert_eq!(compare_numbers(a, b), Some(expected), "{a} {b}");
        }
        for text in ["", "-", ".", "1e3", "0x1", "1,0", " 1"] {
            assert_eq!(compare_numbers(text, "1"), None, "{text}");
        }
    }

    #[test]
    fn dates_are_moments() {
        assert_eq!(moment("1970-01-01"), Some((0, "")));
        assert_eq!(moment("2020-01-01T00:00:01Z"), Some((1_577_836_801, "")));
        assert_eq!(moment("1577836801"), Some((1_577_836_801, "")));
        assert_eq!(moment("2020-02"), moment("2020-02-01T00:00Z"));
        assert_eq!(moment("2020-02-29T01:30:00.250+01:30"), Some((1_582_934_400, "25")));
        assert_eq!(moment("1969-12-31T23:59:59Z"), Some((-1, "")));
        for text in ["", "2020", "2021-02-29", "2020-13-01", "2020-01-01T00:00:00", "2020-1-1", "x", "2020-01-01T1Z"] {
            assert_eq!(moment(text), None, "{text}");
        }
    }

    #[test]
    fn ranges_hold_addresses_of_their_kind() {
        let holds = |range: &str, address: &str| {
            Range::of_policy(range).unwrap().0.contains(Range::of_request(address).unwrap())
        };
        assert!(holds("203.0.113.0/24", "203.0.113.255") && !holds("203.0.113.0/24", "203.0.114.0"));
        assert!(holds("0.0.0.0/0", "8.8.8.8") && !holds("0.0.0.0/0", "::1") && !holds("::/0", "8.8.8.8"));
        assert!(holds("203.0.113.7/24", "203.0.113.1") && holds("10.0.0.1", "10.0.0.1"));
        assert!(holds("2001:DB8:1234:5678::/64", "2001:db8:1234:5678::9"));
        assert!(!Range::of_policy("2001:db8::1").unwrap().1);
        for text in ["10.0.0.0/33", "10.0.0", "10.0.0.0/-1", "x/8", "10.0.0.0/"] {
            assert_eq!(Range::of_policy(text), None, "{text}");
        }
    }
}
