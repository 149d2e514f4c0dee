//! Wildcard patterns of actions and resources: `*` stands for any text, `?` for one character.

use crate::value::OPAQUE;

/// Whether a pattern matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Match {
    /// It does.
    Yes,
    /// It does not.
    No,
    /// A part of it is not known.
    Unknown,
}

/// Whether `pattern` matches the whole of `text`. Linear in practice: backtracks to the last `*` only.
#[must_use]
pub fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(byte) if *byte == b'?' || *byte == text[t] => {
                p += 1;
                t += 1;
            }
            _ => match star {
                Some((at, from)) => {
                    p = at + 1;
                    t = from + 1;
                    star = Some((at, from + 1));
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|byte| *byte == b'*')
}

/// Whether `pattern`, which may have unknown parts, matches everything that `request` stands for. Wildcards in `request` are
/// taken as text, so `arn:x/*` covers `arn:x/*`.
#[must_use]
pub fn covers(pattern: &str, request: &str) -> Match {
    let unknown = format!("{OPAQUE}?{OPAQUE}");
    if !pattern.contains(&unknown) {
        return if matches(pattern, request) { Match::Yes } else { Match::No };
    }
    // An unknown part could be anything: only what stands around it can rule a match out.
    if matches(&pattern.replace(&unknown, "*"), request) { Match::Unknown } else { Match::No }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_match_any_text_and_question_marks_one_character() {
        assert!(matches("s3:Get*", "s3:GetObject"));
        assert!(matches("*", ""));
        assert!(matches("a*b*c", "aXbYbZc"));
        assert!(matches("s3:?et*", "s3:GetObject"));
        assert!(!matches("s3:Get*", "s3:PutObject"));
        assert!(!matches("s3:Get?", "s3:Get"));
    }

    #[test]
    fn an_unknown_part_is_unknown_unless_the_rest_rules_it_out() {
        assert_eq!(covers("arn:\u{1}?\u{1}/*", "arn:x/*"), Match::Unknown);
        assert_eq!(covers("urn:\u{1}?\u{1}/*", "arn:x/*"), Match::No);
    }
}
