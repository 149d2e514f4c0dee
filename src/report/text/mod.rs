//! The report for people: findings with the lines they are about, what is unknown, what was not examined, the counts.
//!
//! Whether there are colours and how wide the terminal is, the caller knows.

mod environments;
mod folds;
mod lists;
mod paint;
mod snippet;
mod summary;

use super::{Report, case_text, document, environments_text, ordered, rule_id, severity_name, statement};
use paint::Paint;

pub use paint::clean;
pub(super) use paint::wrap;

/// Columns when nobody says how wide the terminal is.
const DEFAULT_WIDTH: usize = 120;
/// Below this, wrapped text is harder to read than text that the terminal breaks.
const LEAST_WIDTH: usize = 40;

/// How much is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Detail {
    /// One line for each finding and error, and the summary.
    Quiet,
    /// Findings with their lines; long lists of other things are folded to counts.
    #[default]
    Normal,
    /// Everything.
    Verbose,
}

/// How the report is written.
#[derive(Debug, Clone, Copy, Default)]
pub struct TextOptions {
    /// With ANSI colours.
    pub color: bool,
    /// Columns of the terminal; none: 120.
    pub width: Option<usize>,
    /// How much is written.
    pub detail: Detail,
}

/// What every part of the page needs.
#[derive(Clone, Copy)]
struct Page<'a> {
    report: &'a Report,
    paint: Paint,
    width: usize,
    detail: Detail,
}

/// The report for people, with a line feed at the end.
#[must_use]
pub fn render(report: &Report, options: &TextOptions) -> String {
    let width = options.width.unwrap_or(DEFAULT_WIDTH).max(LEAST_WIDTH);
    let page = Page { report, paint: Paint::new(options.color), width, detail: options.detail };
    let mut blocks = Vec::new();
    if options.detail == Detail::Quiet {
        blocks.extend(quiet(page));
    } else {
        blocks.extend(folds::entries(page).iter().map(|entry| snippet::finding(page, entry)));
        blocks.extend([lists::unknown(page), lists::gaps(page), lists::skipped(page)].into_iter().flatten());
        blocks.extend(lists::diagnostics(report).into_iter().map(|diagnostic| snippet::diagnostic(page, diagnostic)));
    }
    if options.detail != Detail::Quiet {
        blocks.extend(environments::table(page));
    }
    blocks.push(summary::block(page));
    let mut text = blocks.join("\n\n");
    text.push('\n');
    text
}

/// Problems alone, each followed by an empty line; nothing when there is none.
#[must_use]
pub fn diagnostics(problems: &[document::Diagnostic], options: &TextOptions) -> String {
    let width = options.width.unwrap_or(DEFAULT_WIDTH).max(LEAST_WIDTH);
    let report = Report::default();
    let page = Page { report: &report, paint: Paint::new(options.color), width, detail: options.detail };
    let blocks = problems.iter().map(|problem| snippet::diagnostic(page, problem));
    blocks.map(|block| block + "\n\n").collect()
}

/// Findings and errors, one line each.
fn quiet(page: Page<'_>) -> Option<String> {
    let report = page.report;
    let mut lines: Vec<String> = Vec::new();
    for finding in ordered(report) {
        let at = &finding.location;
        let place = paint::clean(&format!("{}:{}:{}", at.file, at.start.line, at.start.column));
        let name = format!("{}[{}]", severity_name(finding.severity), rule_id(report, finding.rule));
        let name = page.paint.severity(finding.severity, &paint::clean(&name));
        let mut when = match finding.when.as_slice() {
            [] => String::new(),
            when => format!(" (when {})", case_text(when)),
        };
        if let Some(environments) = environments_text(report, &finding.environments) {
            when += &format!(" ({environments})");
        }
        if finding.out_of_scope {
            when += " (out of scope)";
        }
        lines.push(format!("{place}: {name}: {}", paint::clean(&(statement(report, finding) + &when))));
    }
    for diagnostic in lists::diagnostics(report).into_iter().filter(|diagnostic| diagnostic.level == "error") {
        let place = match (diagnostic.path.as_str(), diagnostic.position) {
            ("", _) => String::new(),
            (path, None) => format!("{path}: "),
            (path, Some(at)) => format!("{path}:{}:{}: ", at.line, at.column),
        };
        let (place, message) = (paint::clean(&place), paint::clean(&diagnostic.message));
        lines.push(format!("{place}{}: {message}", page.paint.bad("error")));
    }
    (!lines.is_empty()).then(|| lines.join("\n"))
}
