//! The errors of the YAML library, said in the words of this program.

use std::sync::Arc;

use granit_parser::{ErrorKind, ScanError};

use crate::source::{Diagnostic, Level, Limits, SourceFile, Span};

/// The diagnostic of an error of syntax.
pub(super) fn diagnostic(error: &ScanError, file: &Arc<SourceFile>, limits: Limits) -> Diagnostic {
    let text = file.text();
    let mut start = error.marker().byte_offset().unwrap_or(text.len()).min(text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    if *error.kind() == ErrorKind::TabInPlainScalar {
        start = tab_after(text, start);
    }
    let rest = &text[start..];
    let len = rest.chars().next().filter(|first| *first != '\n').map_or(0, char::len_utf8);
    let span = Span::new(start as u32, (start + len) as u32);
    if *error.kind() == ErrorKind::RecursionLimitExceeded {
        return limits.too_deep(file, span);
    }
    let (message, help) = sentence(error.kind(), rest);
    let problem = Diagnostic::at(Level::Error, file, span, message);
    match help {
        Some(help) => problem.with_help(help),
        None => problem,
    }
}

/// The tab that indents the next line that begins with one: the library names the value before it.
fn tab_after(text: &str, start: usize) -> usize {
    text[start..].find("\n\t").map_or(start, |newline| start + newline + 1)
}

/// Message and help for the mistakes that people make; the library's own words for the rest.
fn sentence(kind: &ErrorKind, rest: &str) -> (String, Option<&'static str>) {
    use ErrorKind as E;
    let (message, help): (String, _) = match kind {
        E::TabInBlockIndentation
        | E::TabInIndentation
        | E::TabNotAllowed
        | E::TabAtBlockScalarStart
        | E::TabInPlainScalar => ("a tab stands where only spaces may indent".into(), Some("indent with spaces")),
        E::ExpectedBlockMappingKey | E::ExpectedBlockSequenceEntry if rest.starts_with('!') => (
            "a value has two tags".into(),
            Some("write the outer function in its long form, such as `Fn::Base64:` before `!Sub`"),
        ),
        E::ExpectedBlockMappingKey | E::InvalidIndentation => (
            "expected a key of the map that is open here".into(),
            Some("keys of one map start in the same column, and items of its lists further right or in it"),
        ),
        E::ExpectedBlockSequenceEntry => {
            ("expected `-`, the next item of a list".into(), Some("the items of one list start in the same column"))
        }
        E::MappingValueNotAllowed => (
            "a `:` starts a value where none may stand".into(),
            Some("put the text in quotes if the `:` belongs to it"),
        ),
        E::SimpleKeyExpected | E::InvalidSimpleKey => ("expected `:` after a key".into(), None),
        E::UnexpectedCharacter { character } => {
            (format!("a plain value cannot start with `{}`", character.escape_debug()), Some("put the value in quotes"))
        }
        E::UnclosedQuotedScalar => ("this quote is not closed".into(), None),
        E::UnclosedFlowCollection { open } => (format!("this `{open}` is not closed"), None),
        E::MismatchedFlowCollectionEnd { open, close } => (format!("`{open}` is closed by `{close}`"), None),
        E::MisplacedFlowCollectionEnd => ("this bracket closes nothing".into(), None),
        E::ExpectedFlowMappingSeparator => ("expected `,` or `}` after a member".into(), None),
        E::ExpectedFlowSequenceSeparator => ("expected `,` or `]` after an item".into(), None),
        E::InvalidTrailingSingleQuotedScalar | E::InvalidTrailingDoubleQuotedScalar => {
            ("text after the closing quote".into(), Some("a quote inside a quoted text is doubled in single quotes"))
        }
        E::UnknownQuotedScalarEscape => {
            ("unknown escape in double quotes".into(), Some("write `\\\\` for a backslash, or use single quotes"))
        }
        E::InvalidLowSurrogate | E::MissingLowSurrogate | E::UnpairedLowSurrogate => {
            ("lone surrogate in a string".into(), None)
        }
        E::UndeclaredTagHandle => ("the handle of this tag is not declared".into(), None),
        E::MissingAnchorOrAliasName => {
            ("an anchor or alias has no name".into(), Some("put the value in quotes if the `*` or `&` belongs to it"))
        }
        other => (other.to_string().replace(['\'', '"'], "`"), None),
    };
    (message, help)
}
