//! What went wrong and where, in one shape for every module.

use std::sync::Arc;

use super::{Position, SourceFile, Span};

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Nothing was lost; said so that nobody is surprised.
    Note,
    /// Something may not mean what its author thinks; the scan is complete.
    Warning,
    /// Something could not be read: the scan is incomplete and exits with 2.
    Error,
}

/// A second place that belongs to the diagnostic, such as the first of two equal keys.
#[derive(Debug, Clone)]
pub struct Note {
    /// Where, in the same file as the diagnostic.
    pub span: Span,
    /// What is there.
    pub message: String,
}

/// One problem: a single sentence in lower case without a full stop, its place when it has one, and help apart from it.
#[derive(Debug, Clone)]
pub struct Diagnostic {
    /// How bad it is.
    pub level: Level,
    /// What is wrong. User input stands in backticks.
    pub message: String,
    /// The file, when it could be read as text.
    pub file: Option<Arc<SourceFile>>,
    /// The path as reports show it; empty when no file is concerned.
    pub path: Box<str>,
    /// The place in the file.
    pub span: Option<Span>,
    /// Further places in the same file.
    pub notes: Vec<Note>,
    /// What to do about it.
    pub help: Option<String>,
}

impl Diagnostic {
    /// A problem at a place of a file.
    pub fn at(level: Level, file: &Arc<SourceFile>, span: Span, message: impl Into<String>) -> Self {
        Self {
            level,
            message: message.into(),
            path: file.path().into(),
            file: Some(Arc::clone(file)),
            span: Some(span),
            notes: Vec::new(),
            help: None,
        }
    }

    /// A problem of a path of which no text is at hand.
    pub fn of_path(level: Level, path: impl Into<Box<str>>, message: impl Into<String>) -> Self {
        Self {
            level,
            message: message.into(),
            file: None,
            path: path.into(),
            span: None,
            notes: Vec::new(),
            help: None,
        }
    }

    /// The same with a further place.
    #[must_use]
    pub fn with_note(mut self, span: Span, message: impl Into<String>) -> Self {
        self.notes.push(Note { span, message: message.into() });
        self
    }

    /// The same with help.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Line and column, when the problem has a place.
    #[must_use]
    pub fn position(&self) -> Option<Position> {
        Some(self.file.as_ref()?.position(self.span?.start))
    }
}

impl std::fmt::Display for Diagnostic {
    /// `path:line:column: message`, as much of it as is known.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.path.is_empty(), self.position()) {
            (true, _) => f.write_str(&self.message),
            (false, None) => write!(f, "{}: {}", self.path, self.message),
            (false, Some(at)) => write!(f, "{}:{}:{}: {}", self.path, at.line, at.column, self.message),
        }
    }
}
