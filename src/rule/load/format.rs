//! Formats of texts in rules: identifiers, dates, address blocks, regular expressions, sentences.

use std::net::IpAddr;

use jiff::civil::Date;
use regex_automata::meta::Regex;

/// Whether the text is lower-case words of letters and digits, joined by single hyphens.
pub(crate) fn is_kebab_case(text: &str) -> bool {
    text.split('-')
        .all(|word| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()))
}

/// Whether the text is a name that a message can use: letters, digits, hyphens and underscores.
pub(crate) fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

/// Whether the text is a date that exists, as `YYYY-MM-DD`.
pub(crate) fn is_date(text: &str) -> bool {
    text.len() == 10 && text.parse::<Date>().is_ok()
}

/// What is wrong with an address block.
pub(crate) fn cidr_problem(text: &str) -> Option<String> {
    let parsed = text.split_once('/').and_then(|(address, prefix)| {
        let plain = !prefix.is_empty() && prefix.bytes().all(|byte| byte.is_ascii_digit());
        Some((address.parse::<IpAddr>().ok()?, prefix.parse::<u32>().ok().filter(|_| plain)?))
    });
    let (bits, width, prefix) = match parsed {
        Some((IpAddr::V4(address), prefix)) => (u128::from(u32::from(address)), 32, prefix),
        Some((IpAddr::V6(address), prefix)) => (u128::from(address), 128, prefix),
        None => return Some(format!("`{text}` is not an address block")),
    };
    if prefix > width {
        return Some(format!("`{text}` has a prefix longer than {width} bits"));
    }
    let host = if prefix == 0 { u128::MAX } else { (1u128 << (width - prefix)) - 1 };
    (bits & host != 0).then(|| format!("`{text}` has address bits after its prefix"))
}

/// What is wrong with a regular expression, in one line.
pub(crate) fn regex_problem(text: &str) -> Option<String> {
    use std::error::Error;
    let error = Regex::new(text).err()?;
    // The outer error says no more than that building failed; the innermost draws the expression over several lines.
    let mut reason: &dyn Error = &error;
    while let Some(source) = reason.source() {
        reason = source;
    }
    let told = reason.to_string();
    let last = told.lines().last().unwrap_or_default();
    Some(format!("`{text}` is not a regular expression: {}", last.strip_prefix("error: ").unwrap_or(last)))
}

/// What is wrong with a text that is to be one sentence without a full stop.
pub(crate) fn sentence_problem(text: &str) -> Option<&'static str> {
    if text.contains('\n') {
        return Some("has more than one line");
    }
    if text.trim() != text {
        return Some("starts or ends with a space");
    }
    if text.ends_with(['.', '!', '?']) {
        return Some("ends with a full stop");
    }
    let next = |at: usize| text.get(at + 2..).and_then(|rest| rest.chars().next());
    let several = text.match_indices(". ").any(|(at, _)| next(at).is_some_and(char::is_uppercase));
    several.then_some("is more than one sentence")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kebab_case_is_lower_case_words_joined_by_single_hyphens() {
        for good in ["s3", "rds-storage-unencrypted", "elb-tls-1-2"] {
            assert!(is_kebab_case(good), "{good}");
        }
        for bad in ["", "S3", "s3_public", "s3--public", "-s3", "s3-", "s 3"] {
            assert!(!is_kebab_case(bad), "{bad}");
        }
    }

    #[test]
    fn only_dates_that_exist_are_dates() {
        assert!(is_date("2026-11-21"));
        for bad in ["2026-02-30", "2026-1-1", "21.11.2026", "2026-11-21T00:00:00", ""] {
            assert!(!is_date(bad), "{bad}");
        }
    }

    #[test]
    fn address_blocks_name_their_problem() {
        for good in ["0.0.0.0/0", "::/0", "10.0.0.0/8", "192.0.2.1/32", "2001:db8::/32"] {
            assert_eq!(cidr_problem(good), None, "{good}");
        }
        for bad in ["10.0.0.0", "10.0.0.0/33", "::/129", "10.0.0.1/8", "10.0.0/8", "a/8", "10.0.0.0/+8", "1.0.0.0/0"] {
            assert!(cidr_problem(bad).is_some(), "{bad}");
        }
    }

    #[test]
    fn the_reason_of_a_broken_expression_is_told_in_one_line() {
        assert_eq!(regex_problem("^a+$"), None);
        assert_eq!(regex_problem("(a").as_deref(), Some("`(a` is not a regular expression: unclosed group"));
    }

    #[test]
    fn a_message_is_one_sentence_without_a_full_stop() {
        for good in ["`A.B` is {value}", "version 1.2 is old", "e.g. this", "a; b"] {
            assert_eq!(sentence_problem(good), None, "{good}");
        }
        for bad in ["It is bad.", "it is. Very bad", "one\ntwo", " a", "why?"] {
            assert!(sentence_problem(bad).is_some(), "{bad}");
        }
    }
}
