//! What the commands write alike.

use clap::ValueEnum;

use super::super::{Color, write};
use crate::report::document::Diagnostic;
use crate::report::text::{TextOptions, diagnostics};

/// The version of the JSON that these commands write.
pub(super) const VERSION: u32 = 1;

/// A format of results.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Output {
    /// For people.
    Text,
    /// One JSON object.
    Json,
}

/// Writes problems of inputs to standard error.
pub(super) fn problems(problems: &[Diagnostic], color: Color) {
    let options = TextOptions { color: color.on(&std::io::stderr()), ..TextOptions::default() };
    write::stderr(&diagnostics(problems, &options));
}

/// Whether none of the problems kept something from being read.
pub(super) fn is_complete(problems: &[Diagnostic]) -> bool {
    problems.iter().all(|problem| problem.level != "error")
}

/// JSON with a line feed at its end.
pub(super) fn json(value: &serde_json::Value) -> String {
    format!("{value:#}\n")
}

/// `1 policy`, `2 policies`.
pub(super) fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}
