//! Patterns with `*` over texts with tokens.

use super::text::Text;
use crate::iam::document::{ACCOUNT, REGION};
use crate::value::{Cause, OPAQUE};

/// Texts longer than this are not compared character by character.
const LONG: usize = 2_000;

/// Whether a text fits a pattern. What only deployment decides, the account and region included, makes it open where the
/// rest fits.
pub(super) fn fits(pattern: &Text, text: &Text) -> Result<bool, Cause> {
    if pattern.cause.is_none() && text.cause.is_none() && overlap(&pattern.text, &text.text.replace('*', "\u{2}")) {
        return Ok(true);
    }
    let (wide_pattern, wide_text) = (widened(&pattern.text), widened(&text.text));
    if wide_pattern == pattern.text && wide_text == text.text {
        return Ok(false);
    }
    if wide_pattern.len() > LONG || wide_text.len() > LONG || arns_overlap(&wide_pattern, &wide_text) {
        let cause = pattern.cause.clone().or_else(|| text.cause.clone());
        return Err(cause.unwrap_or(Cause::Environment { name: "AWS::AccountId".into() }));
    }
    Ok(false)
}

/// The text with `*` for each part that is not known.
fn widened(text: &str) -> String {
    let mut wide = String::with_capacity(text.len());
    for (index, part) in text.split(OPAQUE).enumerate() {
        let open = part.starts_with('?') || [ACCOUNT, REGION].iter().any(|token| token.trim_matches(OPAQUE) == part);
        match index % 2 {
            1 if open => wide.push('*'),
            1 => wide.push_str(&format!("{OPAQUE}{part}{OPAQUE}")),
            _ => wide.push_str(part),
        }
    }
    wide
}

/// Whether some text fits both patterns; of two ARNs with all their parts, part by part.
fn arns_overlap(a: &str, b: &str) -> bool {
    let parts = |text: &str| text.splitn(6, ':').map(str::to_owned).collect::<Vec<_>>();
    let (a_parts, b_parts) = (parts(a), parts(b));
    match a_parts.len() == 6 && b_parts.len() == 6 {
        true => a_parts.iter().zip(&b_parts).all(|(a, b)| overlap(a, b)),
        false => overlap(a, b),
    }
}

/// Whether some text fits both patterns.
fn overlap(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    // Whether the rests from the positions on overlap, row by row from the end.
    let mut next = vec![false; b.len() + 1];
    for i in (0..=a.len()).rev() {
        let mut row = vec![false; b.len() + 1];
        for j in (0..=b.len()).rev() {
            row[j] = match (a.get(i), b.get(j)) {
                (None, None) => true,
                (Some('*'), Some('*')) => next[j] || row[j + 1],
                (Some('*'), other) => next[j] || (other.is_some() && row[j + 1]),
                (other, Some('*')) => row[j + 1] || (other.is_some() && next[j]),
                (Some(a), Some(b)) => a == b && next[j + 1],
                _ => false,
            };
        }
        next = row;
    }
    next[0]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_fit_texts_and_tokens_are_characters() {
        let fits = |pattern: &str, text: &str| fits(&Text::known(pattern), &Text::known(text));
        assert_eq!(fits("*", "arn:aws:s3:::a"), Ok(true));
        assert_eq!(fits("arn:aws:s3:::a*", "arn:aws:s3:::ab"), Ok(true));
        assert_eq!(fits("arn:aws:s3:::a*", "arn:aws:s3:::b"), Ok(false));
        assert_eq!(fits("arn:aws:rds:*:*:db:*", &format!("arn:aws:rds:{REGION}:{ACCOUNT}:db:\u{1}1.D\u{1}")), Ok(true));
        assert!(fits("arn:aws:rds:*:111122223333:db:*", &format!("arn:aws:rds:{REGION}:{ACCOUNT}:db:x")).is_err());
        assert_eq!(
            fits("arn:aws:rds:*:111122223333:cluster:*", &format!("arn:aws:rds:{REGION}:{ACCOUNT}:db:x")),
            Ok(false)
        );
    }
}
