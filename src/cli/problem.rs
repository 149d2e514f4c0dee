//! Why a command could not do what was asked.

use std::path::Path;

use super::{Color, write};
use crate::report::document;
use crate::report::text::{TextOptions, diagnostics};
use crate::scan::{parameter_diagnostic, plain_diagnostic};
use crate::source::Diagnostic;

/// One or several problems for standard error.
#[derive(Debug)]
pub(super) struct Problem(Vec<document::Diagnostic>);

impl Problem {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Diagnostic::of_path(crate::source::Level::Error, "", message.into()).into()
    }

    /// The same with help for the (only) problem.
    pub(super) fn with_help(mut self, help: Option<String>) -> Self {
        if let Some(last) = self.0.last_mut() {
            last.help = help;
        }
        self
    }

    /// A file or directory that could not be read or written.
    pub(super) fn of_path(path: &Path, message: String) -> Self {
        let path = crate::source::paths::slashed(path);
        Diagnostic::of_path(crate::source::Level::Error, path, message).into()
    }

    /// What is wrong with files of parameters; no line of them is shown.
    pub(super) fn of_parameters(problems: Vec<Diagnostic>) -> Self {
        Self(problems.into_iter().map(parameter_diagnostic).collect())
    }

    /// What a report says was wrong with its input.
    pub(super) fn told(problems: &[document::Diagnostic]) -> Self {
        Self(problems.to_vec())
    }

    /// Writes the problems to standard error.
    pub(super) fn print(&self, color: Color) {
        let options = TextOptions { color: color.on(&std::io::stderr()), ..TextOptions::default() };
        write::stderr(&diagnostics(&self.0, &options));
    }
}

impl From<Diagnostic> for Problem {
    fn from(problem: Diagnostic) -> Self {
        Self(vec![plain_diagnostic(problem)])
    }
}

impl From<Vec<Diagnostic>> for Problem {
    fn from(problems: Vec<Diagnostic>) -> Self {
        Self(problems.into_iter().map(plain_diagnostic).collect())
    }
}
