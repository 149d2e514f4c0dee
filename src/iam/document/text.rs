//! Texts of policies.

use std::borrow::Cow;

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
        let mut shown = String::with_capacity(self.text.len());
        for (index, part) in self.text.split(OPAQUE).enumerate() {
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
}
