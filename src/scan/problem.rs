//! What is wrong with inputs, as reports have it: what is quoted of a file has no secrets.

use super::excerpt::excerpt;
use super::redact::unparsed_spans;
use super::{level_name, position};
use crate::report::document as doc;
use crate::source::{Diagnostic, SourceFile, Span};

/// A problem of a file of parameters, of which no line is shown: nothing tells which values in it are secrets.
#[must_use]
pub fn parameter_diagnostic(problem: Diagnostic) -> doc::Diagnostic {
    without_lines(problem, str::to_owned)
}

/// A problem without the lines that it is about.
pub(super) fn without_lines(problem: Diagnostic, mask: impl Fn(&str) -> String) -> doc::Diagnostic {
    let shown = self::problem(problem, mask, |_, _| doc::Excerpt { line: 0, text: String::new(), mark: [0, 0] });
    doc::Diagnostic { excerpt: None, ..shown }
}

/// A problem of a file that holds no secrets, such as a rule, as reports have it.
#[must_use]
pub fn plain_diagnostic(problem: Diagnostic) -> doc::Diagnostic {
    self::problem(problem, str::to_owned, |file, span| excerpt(file, span, |_, _| Vec::new()))
}

/// A problem of a file that is not part of a unit, most often because it could not be parsed.
#[must_use]
pub fn bare_diagnostic(problem: Diagnostic) -> doc::Diagnostic {
    self::problem(problem, str::to_owned, |file, span| {
        excerpt(file, span, |start, end| unparsed_spans(file.text(), start, end))
    })
}

/// A problem as reports have it.
pub(super) fn problem(
    problem: Diagnostic,
    mask: impl Fn(&str) -> String,
    excerpt: impl Fn(&SourceFile, Span) -> doc::Excerpt,
) -> doc::Diagnostic {
    let file = problem.file.as_deref();
    let note = |note: &crate::source::Note| {
        Some(doc::DiagnosticNote { position: position(file?.position(note.span.start)), message: mask(&note.message) })
    };
    doc::Diagnostic {
        level: level_name(problem.level).to_owned(),
        message: mask(&problem.message),
        path: problem.path.to_string(),
        position: problem.position().map(position),
        excerpt: file.zip(problem.span).map(|(file, span)| excerpt(file, span)),
        notes: problem.notes.iter().filter_map(note).collect(),
        help: problem.help.as_deref().map(mask),
        environments: Vec::new(),
    }
}
