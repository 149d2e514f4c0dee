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
    matches_by(pattern.as_bytes(), text.as_bytes(), |a, b| a == b)
}

/// [`matches`] without regard to the case of ASCII letters, as the names of actions and condition keys are compared.
#[must_use]
pub fn matches_ignoring_case(pattern: &str, text: &str) -> bool {
    matches_by(pattern.as_bytes(), text.as_bytes(), |a, b| a.eq_ignore_ascii_case(&b))
}

fn matches_by(pattern: &[u8], text: &[u8], same: impl Fn(u8, u8) -> bool) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(byte) if *byte == b'?' || same(*byte, text[t]) => {
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

/// Whether the text has unknown parts, and would pass with some text or wildcard in their place.
#[must_use]
pub(super) fn could_be(text: &str, test: impl Fn(&str) -> bool) -> bool {
    let unknown = format!("{OPAQUE}?{OPAQUE}");
    if !text.contains(&unknown) {
        return false;
    }
    let mut text = text.to_owned();
    while text.contains(&unknown.repeat(2)) {
        text = text.replace(&unknown.repeat(2), &unknown);
    }
    let all = |part: &str| text.replace(&unknown, part);
    [all("*"), all("a:*"), text.replacen(&unknown, "a", 1).replace(&unknown, "*")].iter().any(|text| test(text))
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

    #[test]
    fn a_text_could_be_what_its_unknown_parts_make_possible() {
        let any = |text: &str| text == "*";
        assert!(could_be("\u{1}?\u{1}", any) && could_be("\u{1}?\u{1}\u{1}?\u{1}", any));
        assert!(!could_be("arn:\u{1}?\u{1}", any) && !could_be("*", any));
        let service = |text: &str| text.strip_suffix(":*").is_some_and(|service| !service.contains(['*', ':']));
        for action in ["s3:\u{1}?\u{1}", "\u{1}?\u{1}\u{1}?\u{1}", "\u{1}?\u{1}:\u{1}?\u{1}"] {
            assert!(could_be(action, service), "{action}");
        }
        assert!(!could_be("s3:Get\u{1}?\u{1}", service));
    }
}
