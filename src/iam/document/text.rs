//! Texts of policies.

use std::borrow::Cow;

use super::policy::Version;
use crate::value::{OPAQUE, Place};

/// A part of a text that is not known: it could be anything, wildcards included.
pub const UNKNOWN: &str = "\u{1}?\u{1}";
/// What stands in texts for the account that a stack is deployed to, where it is not known: one fixed text.
pub const ACCOUNT: &str = "\u{1}account\u{1}";
/// What stands in texts for the region that a stack is deployed to, where it is not known: one fixed text.
pub const REGION: &str = "\u{1}region\u{1}";

/// A text of a policy with its place. References that the template does not decide are tokens between two [`OPAQUE`]
/// characters: equal tokens are equal texts, and analysis takes their characters as they are. [`UNKNOWN`] parts are not known
/// at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// The characters, wildcards and policy variables as they are written.
    pub text: Box<str>,
    /// Where it is written.
    pub place: Place,
}

impl Text {
    /// Whether no part of it is unknown.
    #[must_use]
    pub fn is_known(&self) -> bool {
        !self.text.contains(UNKNOWN)
    }

    /// Whether a part of it only deployment knows: it is a token, or not known at all.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.text.contains(OPAQUE)
    }

    /// Its parts: see [`parts`].
    #[must_use]
    pub fn parts(&self, version: Version) -> Vec<Part<'_>> {
        parts(&self.text, version)
    }

    /// The text with `*` for unknown parts: everything that it could match. With the text itself for known ones.
    #[must_use]
    pub fn widened(&self) -> Cow<'_, str> {
        match self.is_known() {
            true => Cow::Borrowed(&self.text),
            false => Cow::Owned(self.text.replace(UNKNOWN, "*")),
        }
    }

    /// The text for people: tokens as `${...}`.
    #[must_use]
    pub fn shown(&self) -> String {
        shown(&self.text)
    }
}

/// A text with tokens for people: tokens as `${...}`.
#[must_use]
pub fn shown(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for (index, part) in text.split(OPAQUE).enumerate() {
        match (index % 2, part) {
            (0, part) => shown.push_str(part),
            (_, "?") => shown.push_str("${?}"),
            (_, "account") => shown.push_str("${AWS::AccountId}"),
            (_, "region") => shown.push_str("${AWS::Region}"),
            // The number before the name tells resources apart.
            (_, part) => {
                let name = part.trim_start_matches(|digit: char| digit.is_ascii_digit()).trim_start_matches('.');
                shown.push_str(&format!("${{{name}}}"));
            }
        }
    }
    shown
}

/// A part of a text of a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part<'t> {
    /// Characters that stand for themselves, tokens with their marks included. That of `${*}`, `${?}` and `${$}` is the character
    /// alone.
    Literal(&'t str),
    /// `*`: any text. Only where wildcards are read: for `StringEquals` and its like it stands for itself.
    Many,
    /// `?`: any character. As `*`.
    One,
    /// A part of which nothing is known: any text, wildcards and variables included.
    Unknown,
    /// `${key}` or `${key, 'default'}`: the value of a key of the request. What it stands for is plain text.
    Variable {
        /// The key as it is written; compared without regard to case.
        key: &'t str,
        /// What it stands for when the request has no such key.
        default: Option<&'t str>,
    },
}

/// The parts of a text. Only the language of 2012 has variables; before, `${...}` stands for itself.
///
/// Source: "IAM policy elements: Variables and tags" in the IAM User Guide. What opens as a variable and does not close is plain text.
#[must_use]
pub fn parts(text: &str, version: Version) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let (mut rest, mut plain) = (text, 0);
    // Where no default closes any more, none is looked for: else many that do not close would take their square.
    let last_default = text.rfind("'}").unwrap_or(0);
    loop {
        let ahead = rest.get(plain..).unwrap_or_default();
        let special = |c: char| matches!(c, '*' | '?' | '$' | OPAQUE);
        let at = plain + ahead.find(special).unwrap_or(ahead.len());
        let here = rest.get(at..).unwrap_or_default();
        let (part, len) = match here.chars().next() {
            None => break,
            Some('*') => (Part::Many, 1),
            Some('?') => (Part::One, 1),
            Some('$') => match version {
                Version::V2012 => match variable(here, text.len() - here.len() < last_default) {
                    Some(found) => found,
                    None => {
                        plain = at + 1;
                        continue;
                    }
                },
                Version::V2008 => {
                    plain = at + 1;
                    continue;
                }
            },
            Some(_) if here.starts_with(UNKNOWN) => (Part::Unknown, UNKNOWN.len()),
            Some(_) => {
                // A token: what is between its marks is plain.
                let end = here.get(1..).and_then(|inner| inner.find(OPAQUE)).map_or(here.len(), |end| end + 2);
                plain = at + end;
                continue;
            }
        };
        if let Some(literal) = rest.get(..at).filter(|literal| !literal.is_empty()) {
            parts.push(Part::Literal(literal));
        }
        parts.push(part);
        rest = rest.get(at + len..).unwrap_or_default();
        plain = 0;
    }
    if !rest.is_empty() {
        parts.push(Part::Literal(rest));
    }
    parts
}

/// The variable that a text begins with, and its length; `defaults`: whether one may close somewhere.
fn variable(text: &str, defaults: bool) -> Option<(Part<'_>, usize)> {
    let inner = text.strip_prefix("${")?;
    if let Some(escaped) = inner.get(..2).filter(|escaped| matches!(*escaped, "*}" | "?}" | "$}")) {
        return Some((Part::Literal(escaped.get(..1)?), 4));
    }
    let end = inner.find(['}', ',', '{'])?;
    let key = inner.get(..end)?.trim();
    let is_key = !key.is_empty() && !key.contains([OPAQUE, '$']);
    match inner.as_bytes().get(end)? {
        b'}' if is_key => Some((Part::Variable { key, default: None }, end + 3)),
        b',' if is_key && defaults => {
            let quoted = inner.get(end + 1..)?;
            let open = quoted.find('\'').filter(|at| quoted[..*at].trim().is_empty())?;
            let default = quoted.get(open + 1..)?;
            let close = default.find("\'}").map(|at| (at, 2));
            let (close, len) = close?;
            let whole = 2 + end + 1 + open + 1 + close + len;
            Some((Part::Variable { key, default: default.get(..close) }, whole))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Vec<Part<'_>> {
        parts(text, Version::V2012)
    }

    #[test]
    fn wildcards_and_variables_stand_between_plain_characters() {
        let username = Part::Variable { key: "aws:username", default: None };
        assert_eq!(of("home/${aws:username}/*"), [Part::Literal("home/"), username, Part::Literal("/"), Part::Many]);
        assert_eq!(of("a?${aws:username}"), [Part::Literal("a"), Part::One, username]);
        assert_eq!(of(""), []);
        assert_eq!(of("plain"), [Part::Literal("plain")]);
    }

    #[test]
    fn a_variable_may_have_a_default() {
        let team = |default| [Part::Variable { key: "aws:PrincipalTag/team", default: Some(default) }];
        assert_eq!(of("${aws:PrincipalTag/team, 'company-wide'}"), team("company-wide"));
        assert_eq!(of("${aws:PrincipalTag/team,'it\'s {x}'}"), team("it\'s {x}"));
    }

    #[test]
    fn escaped_wildcards_are_plain_characters() {
        assert_eq!(of("${*}${?}${$}"), [Part::Literal("*"), Part::Literal("?"), Part::Literal("$")]);
        assert_eq!(of("a${*}b"), [Part::Literal("a"), Part::Literal("*"), Part::Literal("b")]);
    }

    #[test]
    fn before_2012_there_are_no_variables() {
        let plain = [Part::Literal("${aws:username}/"), Part::Many];
        assert_eq!(parts("${aws:username}/*", Version::V2008), plain);
    }

    #[test]
    fn what_does_not_close_is_plain_text() {
        for text in ["${aws:username", "$", "${", "${}", "${a{b}", "${aws:x, 'y}", "${aws:x, y}", "$$"] {
            assert_eq!(of(text), [Part::Literal(text)], "{text}");
        }
    }

    #[test]
    fn tokens_are_plain_and_unknown_parts_are_not() {
        assert_eq!(of("a\u{1}3.B*.Arn\u{1}/*"), [Part::Literal("a\u{1}3.B*.Arn\u{1}/"), Part::Many]);
        assert_eq!(of("a\u{1}?\u{1}b"), [Part::Literal("a"), Part::Unknown, Part::Literal("b")]);
        assert_eq!(of("\u{1}open"), [Part::Literal("\u{1}open")]);
    }
}
