//! What is not a finding: unknown verdicts, gaps, skipped files, and the order of diagnostics.

use super::paint::{clean, count, wrap};
use super::{Detail, Page, environments_text, rule_id};
use crate::report::document::{Diagnostic, Outcome, Report, Verdict};
use crate::report::resource_name;
use std::collections::BTreeMap;

/// Lists longer than this are folded, unless everything is wanted.
const FOLD: usize = 10;

/// The verdicts that nobody can tell.
pub(super) fn unknown(page: Page<'_>) -> Option<String> {
    let verdicts: Vec<&Verdict> =
        page.report.verdicts.iter().filter(|verdict| verdict.outcome == Outcome::Unknown).collect();
    let title = count(verdicts.len(), "verdict", "verdicts");
    if folded(page, verdicts.len()) {
        let mut causes = BTreeMap::new();
        for verdict in &verdicts {
            let texts: std::collections::BTreeSet<&str> = verdict.causes.iter().map(|c| c.text.as_str()).collect();
            for text in texts {
                *causes.entry(text).or_insert(0) += 1;
            }
        }
        return section(page, "unknown", &format!("{title}, by cause"), tally(&causes));
    }
    let lines = verdicts.into_iter().map(|verdict| {
        let resource = page.report.resources.get(verdict.resource).map(resource_name).unwrap_or_default();
        let causes: Vec<&str> = verdict.causes.iter().map(|cause| cause.text.as_str()).collect();
        let place = environments(page, &verdict.environments);
        format!("{resource}: {}: {}{place}", rule_id(page.report, verdict.rule), causes.join("; "))
    });
    section(page, "unknown", &title, lines.collect())
}

/// What was there and could not be evaluated.
pub(super) fn gaps(page: Page<'_>) -> Option<String> {
    let gaps = &page.report.gaps;
    let lines = gaps.iter().map(|gap| {
        let at = &gap.location;
        let place = environments(page, &gap.environments);
        format!("{}: {} ({}:{}:{}){place}", gap.what, gap.cause.text, at.file, at.start.line, at.start.column)
    });
    section(page, "not examined", &count(gaps.len(), "part", "parts"), lines.collect())
}

/// ` (in prod only)`, to stand at the end of a line.
fn environments(page: Page<'_>, names: &[String]) -> String {
    environments_text(page.report, names).map(|text| format!(" ({text})")).unwrap_or_default()
}

/// The files that were not scanned.
pub(super) fn skipped(page: Page<'_>) -> Option<String> {
    let files = &page.report.skipped;
    let title = count(files.len(), "file", "files");
    if page.detail == Detail::Verbose {
        let lines = files.iter().map(|file| format!("{}: {}", file.path, file.reason));
        return section(page, "skipped", &title, lines.collect());
    }
    let mut reasons = BTreeMap::new();
    for file in files {
        *reasons.entry(file.reason.as_str()).or_insert(0) += 1;
    }
    section(page, "skipped", &format!("{title}, by reason"), tally(&reasons))
}

/// Errors first, then as they were found.
pub(super) fn diagnostics(report: &Report) -> Vec<&Diagnostic> {
    let mut sorted: Vec<&Diagnostic> = report.diagnostics.iter().collect();
    sorted.sort_by_key(|diagnostic| match diagnostic.level.as_str() {
        "error" => 0,
        "warning" => 1,
        _ => 2,
    });
    sorted
}

fn folded(page: Page<'_>, length: usize) -> bool {
    page.detail != Detail::Verbose && length > FOLD
}

/// How often each thing occurs, most often first, numbers aligned.
fn tally(counts: &BTreeMap<&str, usize>) -> Vec<String> {
    let mut sorted: Vec<(&str, usize)> = counts.iter().map(|(&text, &number)| (text, number)).collect();
    sorted.sort_by_key(|&(_, number)| std::cmp::Reverse(number));
    let digits = sorted.first().map_or(0, |(_, number)| number.to_string().len());
    sorted.into_iter().map(|(text, number)| format!("{number:>digits$} {text}")).collect()
}

/// A heading with its lines, folded to the first ones; nothing when there is no line.
fn section(page: Page<'_>, name: &str, title: &str, lines: Vec<String>) -> Option<String> {
    if lines.is_empty() {
        return None;
    }
    let shown = if folded(page, lines.len()) { FOLD } else { lines.len() };
    let mut text = format!("{}{}", page.paint.doubtful(name), page.paint.strong(&format!(": {title}")));
    for line in &lines[..shown] {
        // A tally is aligned by blanks in front, which wrapping would lose.
        let line = clean(line);
        let blanks = line.len() - line.trim_start().len();
        let broken = wrap(&line, page.width.saturating_sub(4 + blanks).max(super::LEAST_WIDTH));
        text += &format!("\n  {}{}", " ".repeat(blanks), broken.join("\n      "));
    }
    if shown < lines.len() {
        let rest = format!("... and {} more (all with --verbose)", lines.len() - shown);
        text += &format!("\n  {}", page.paint.dim(&rest));
    }
    Some(text)
}
