//! What a plain scalar means: YAML 1.1, as CloudFormation reads it, with the number forms of YAML 1.2 beside it.
//!
//! Left as strings, because JSON has no such values and CloudFormation keeps their text: dates (`2012-10-17`), base 60
//! (`22:22`), `.inf`, `.nan`, whole numbers past 128 bits in another base than ten, digits such as `08` that begin like an octal
//! number and are none, and `y` and `n`.

use std::borrow::Cow;

/// The meaning of a plain scalar.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Plain<'a> {
    Null,
    Bool(bool),
    /// The canonical decimal text.
    Number(Cow<'a, str>),
    String,
}

/// Resolves the text of a plain scalar.
pub(super) fn resolve(text: &str) -> Plain<'_> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Plain::Null,
        "yes" | "Yes" | "YES" | "on" | "On" | "ON" | "true" | "True" | "TRUE" => Plain::Bool(true),
        "no" | "No" | "NO" | "off" | "Off" | "OFF" | "false" | "False" | "FALSE" => Plain::Bool(false),
        _ if !text.starts_with(|first: char| first.is_ascii_digit() || matches!(first, '+' | '-' | '.')) => {
            Plain::String
        }
        _ if keeps_its_zero(text) => Plain::String,
        _ => integer(text).or_else(|| float(text)).map_or(Plain::String, Plain::Number),
    }
}

/// Digits with a leading zero, such as an account id, are an octal number or, with an 8 or 9 in them, no number at all.
fn keeps_its_zero(text: &str) -> bool {
    let digits = sign(text).1;
    digits.starts_with('0')
        && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_')
        && digits.contains(['8', '9'])
}

/// The canonical decimal text of a whole number.
pub(super) fn integer(text: &str) -> Option<Cow<'_, str>> {
    let (minus, digits) = sign(text);
    let (radix, digits) = match digits.as_bytes() {
        [b'0', b'x', ..] => (16, &digits[2..]),
        [b'0', b'b', ..] => (2, &digits[2..]),
        [b'0', b'o', ..] => (8, &digits[2..]),
        [b'0', b'0'..=b'7' | b'_', ..] if digits.bytes().all(|byte| matches!(byte, b'0'..=b'7' | b'_')) => (8, digits),
        _ => (10, digits),
    };
    if !digits.chars().all(|digit| digit.is_digit(radix) || digit == '_') || !digits.starts_with(|first| first != '_') {
        return None;
    }
    if radix == 10 {
        return Some(canonical(text, minus, digits));
    }
    let value = u128::from_str_radix(&digits.replace('_', ""), radix).ok()?;
    Some(Cow::Owned(format!("{minus}{value}")))
}

/// The canonical decimal text of a number with a fraction or an exponent.
fn float(text: &str) -> Option<Cow<'_, str>> {
    let (minus, number) = sign(text);
    let (mantissa, exponent) = match number.find(['e', 'E']) {
        Some(at) => (&number[..at], Some(&number[at + 1..])),
        None => (number, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_');
    let some = |part: &str| part.bytes().any(|byte| byte.is_ascii_digit());
    let valid = digits(whole)
        && !whole.starts_with('_')
        && fraction.is_none_or(digits)
        && (some(whole) || fraction.is_some_and(some))
        && exponent.is_none_or(|exponent| {
            let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
            !exponent.is_empty() && exponent.bytes().all(|byte| byte.is_ascii_digit())
        });
    if !valid {
        return None;
    }
    match fraction {
        // JSON wants a digit on both sides of the point.
        Some(fraction) if !some(whole) || !some(fraction) => {
            let pad = |part: &str| if some(part) { part.replace('_', "") } else { "0".to_owned() };
            let exponent = exponent.map_or(String::new(), |exponent| format!("e{exponent}"));
            let number = format!("{}.{}{exponent}", pad(whole), pad(fraction));
            Some(Cow::Owned(format!("{minus}{}", canonical(&number, "", &number))))
        }
        _ => Some(canonical(text, minus, number)),
    }
}

/// Splits off the sign: `-` or nothing, and the rest.
fn sign(text: &str) -> (&'static str, &str) {
    match text.as_bytes() {
        [b'-', ..] => ("-", &text[1..]),
        [b'+', ..] => ("", &text[1..]),
        _ => ("", text),
    }
}

/// `text` (a number of base ten whose part after the sign is `number`) without plus, underscores and leading zeros.
fn canonical<'a>(text: &'a str, minus: &str, number: &str) -> Cow<'a, str> {
    let extra_zero =
        number.starts_with('0') && number[1..].starts_with(|next: char| next.is_ascii_digit() || next == '_');
    if !extra_zero && !text.starts_with('+') && !number.contains('_') {
        return Cow::Borrowed(text);
    }
    let number = number.replace('_', "");
    let stripped = number.trim_start_matches('0');
    let zero = if stripped.starts_with(|first: char| first.is_ascii_digit()) { "" } else { "0" };
    Cow::Owned(format!("{minus}{zero}{stripped}"))
}
