//! Texts with policy variables.
//!
//! Source: "IAM policy elements: Variables and tags" in the IAM User Guide, read 2026-11-21.

use super::context::{Context, Values};
use super::doubt::Doubt;
use crate::iam::document::{UNKNOWN, Version};
use crate::iam::pattern::Token;

/// A text with its variables replaced.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Expanded {
    /// What it matches.
    Tokens {
        tokens: Vec<Token>,
        /// A variable stands before this many tokens.
        first_variable: Option<usize>,
        /// A part of it could be anything; there it has [`Token::Many`].
        open: bool,
    },
    /// It has a variable without a value, and equals nothing.
    Null,
    /// Nobody knows.
    Unknown(Doubt),
}

/// Whether a text has to be expanded before it is compared.
pub(super) fn is_special(text: &str, version: Version) -> bool {
    text.contains(UNKNOWN) || (version == Version::V2012 && text.contains("${"))
}

/// Replaces variables; `*` and `?` are wildcards only where `wildcards` says so, and never in the value of a variable.
pub(super) fn expand(text: &str, version: Version, wildcards: bool, context: &Context) -> Expanded {
    if text.contains(UNKNOWN) {
        return open(text, version, wildcards);
    }
    let (mut tokens, mut first_variable) = (Vec::with_capacity(text.len()), None);
    let mut rest = text;
    while let Some((head, name, tail)) = next_variable(rest, version) {
        push(&mut tokens, head, wildcards);
        rest = tail;
        if matches!(name, "*" | "?" | "$") {
            push(&mut tokens, name, false);
            continue;
        }
        first_variable = first_variable.or(Some(tokens.len()));
        let (key, default) = match name.split_once(',') {
            Some((key, default)) => (key.trim(), Some(default.trim().trim_matches('\''))),
            None => (name.trim(), None),
        };
        match (context.get(key), default) {
            (Some(Values::One(value)), _) => push(&mut tokens, value, false),
            (Some(Values::Many(_)), _) => {
                return Expanded::Unknown(Doubt::Undocumented("a multivalued key as a policy variable"));
            }
            (Some(Values::Unknown), _) => return Expanded::Unknown(Doubt::NotGiven("the value of a policy variable")),
            (None, Some(default)) => push(&mut tokens, default, false),
            (None, None) => return Expanded::Null,
        }
    }
    push(&mut tokens, rest, wildcards);
    Expanded::Tokens { tokens, first_variable, open: false }
}

/// What stands before the first variable of a text, its name, and what follows it.
fn next_variable(text: &str, version: Version) -> Option<(&str, &str, &str)> {
    if version == Version::V2008 {
        return None;
    }
    let start = text.find("${")?;
    let end = start + text.get(start..)?.find('}')?;
    Some((text.get(..start)?, text.get(start + 2..end)?, text.get(end + 1..)?))
}

/// A text with unknown parts: what is known are its ends, up to what an unknown part or a variable can touch.
fn open(text: &str, version: Version, wildcards: bool) -> Expanded {
    let variables = version == Version::V2012;
    let first = text.find(UNKNOWN).unwrap_or(text.len());
    let head = text.get(..first).unwrap_or_default();
    // The `{` of a variable could be in the unknown part.
    let head = if variables { head.split("${").next().unwrap_or_default().trim_end_matches('$') } else { head };
    let tail = text.rsplit(UNKNOWN).next().unwrap_or_default();
    let tail = if variables && (tail.contains("${") || tail.contains('}')) { "" } else { tail };
    let mut tokens = Vec::with_capacity(head.len() + tail.len() + 1);
    push(&mut tokens, head, wildcards);
    tokens.push(Token::Many);
    push(&mut tokens, tail, wildcards);
    Expanded::Tokens { tokens, first_variable: None, open: true }
}

fn push(tokens: &mut Vec<Token>, text: &str, wildcards: bool) {
    tokens.extend(text.bytes().map(|byte| match byte {
        b'*' if wildcards => Token::Many,
        b'?' if wildcards => Token::One,
        byte => Token::Byte(byte),
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(policy: &str, context: &Context) -> Option<String> {
        match expand(policy, Version::V2012, true, context) {
            Expanded::Tokens { tokens, .. } => Some(
                tokens
                    .iter()
                    .map(|token| match token {
                        Token::Byte(byte) => char::from(*byte),
                        Token::One => '1',
                        _ => '#',
                    })
                    .collect(),
            ),
            _ => None,
        }
    }

    #[test]
    fn variables_are_replaced_by_text_that_has_no_wildcards() {
        let context = Context::new().with("aws:username", "a*b").with_all("aws:TagKeys", ["x"]);
        assert_eq!(text("home/${AWS:UserName}/*", &context).as_deref(), Some("home/a*b/#"));
        assert_eq!(text("${*}${?}${$}*?", &context).as_deref(), Some("*?$#1"));
        assert_eq!(text("${aws:PrincipalTag/team, 'co, ltd'}/x", &context).as_deref(), Some("co, ltd/x"));
        assert_eq!(text("${aws:username, 'other'}", &context).as_deref(), Some("a*b"));
        assert_eq!(text("a${b", &context).as_deref(), Some("a${b"));
        assert_eq!(expand("${aws:userid}", Version::V2012, true, &context), Expanded::Null);
        assert!(matches!(expand("${aws:TagKeys}", Version::V2012, true, &context), Expanded::Unknown(_)));
        let old = expand("${aws:username}", Version::V2008, true, &context);
        assert!(matches!(old, Expanded::Tokens { tokens, .. } if tokens.len() == 15));
    }

    #[test]
    fn an_unknown_part_could_be_anything_even_the_middle_of_a_variable() {
        let context = Context::new();
        assert_eq!(text("a/\u{1}?\u{1}/b", &context).as_deref(), Some("a/#/b"));
        assert_eq!(text("a/${x\u{1}?\u{1}}/b", &context).as_deref(), Some("a/#"));
        assert_eq!(text("a/$\u{1}?\u{1}/b", &context).as_deref(), Some("a/#/b"));
    }
}
