//! The answer for programs.

use serde::Serialize;

use super::Answer;

#[derive(Serialize)]
struct Document<'a> {
    /// Of the form of this document.
    version: u32,
    answers: &'a [Answer],
}

/// JSON with a line feed at the end.
pub(super) fn render(answers: &[Answer]) -> String {
    let mut text = serde_json::to_string_pretty(&Document { version: 1, answers }).unwrap_or_default();
    text.push('\n');
    text
}
