//! Colours, and text that is fit for a terminal.

use crate::report::document::Severity;
use annotate_snippets::renderer::{
    AnsiColor, DEFAULT_EMPHASIS_STYLE, DEFAULT_ERROR_STYLE, DEFAULT_INFO_STYLE, DEFAULT_LINE_NUM_STYLE,
    DEFAULT_NOTE_STYLE, DEFAULT_WARNING_STYLE, Style,
};
use std::borrow::Cow;

/// Puts colours around text, or not.
#[derive(Clone, Copy)]
pub(super) struct Paint {
    on: bool,
}

impl Paint {
    pub(super) const fn new(on: bool) -> Self {
        Self { on }
    }

    pub(super) const fn on(self) -> bool {
        self.on
    }

    fn with(self, style: Style, text: &str) -> String {
        if self.on { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }

    pub(super) fn severity(self, severity: Severity, text: &str) -> String {
        let style = match severity {
            Severity::Critical | Severity::High => DEFAULT_ERROR_STYLE,
            Severity::Medium => DEFAULT_WARNING_STYLE,
            Severity::Low => DEFAULT_INFO_STYLE,
        };
        self.with(style, text)
    }

    pub(super) fn bad(self, text: &str) -> String {
        self.with(DEFAULT_ERROR_STYLE, text)
    }

    pub(super) fn doubtful(self, text: &str) -> String {
        self.with(DEFAULT_WARNING_STYLE, text)
    }

    pub(super) fn good(self, text: &str) -> String {
        self.with(DEFAULT_NOTE_STYLE, text)
    }

    pub(super) fn strong(self, text: &str) -> String {
        self.with(DEFAULT_EMPHASIS_STYLE, text)
    }

    pub(super) fn arrow(self, text: &str) -> String {
        self.with(DEFAULT_LINE_NUM_STYLE, text)
    }

    pub(super) fn dim(self, text: &str) -> String {
        self.with(AnsiColor::BrightBlack.on_default(), text)
    }
}

/// One line without control sequences: templates must not be able to write to the terminal.
#[must_use]
pub fn clean(text: &str) -> String {
    let line: String = text.chars().map(|c| if matches!(c, '\n' | '\r' | '\t') { ' ' } else { printable(c) }).collect();
    annotate_snippets::normalize_untrusted_str(&line)
}

/// Lines without the control characters that the drawing of snippets lets through; of the same length in bytes.
pub(super) fn clean_lines(text: &str) -> Cow<'_, str> {
    if text.contains(|c| c != printable(c)) { text.chars().map(printable).collect() } else { text.into() }
}

/// The second set of control characters, of which one begins a sequence in some terminals, becomes a dot.
const fn printable(c: char) -> char {
    if matches!(c, '\u{80}'..='\u{9f}') { '·' } else { c }
}

/// Breaks a line at blanks so that none is longer than `width` characters, except for words that are.
pub(in crate::report) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut used = 0;
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if used > 0 && used + 1 + length > width {
            lines.push(std::mem::take(&mut line));
            used = 0;
        }
        if used > 0 {
            line.push(' ');
            used += 1;
        }
        line.push_str(word);
        used += length;
    }
    lines.push(line);
    lines
}

/// `1 file`, `2 files`.
pub(super) fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}
