//! The controls of frameworks as a list of their own: a table for people, JSON, and CSV for spreadsheets.
//!
//! Before a scan it is the coverage: which rules answer for what, how far, and what a person shows. After one it has the status.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;

use super::assessment::{ControlResult, FrameworkResult, ResourceCounts, RuleCounts, Settings};
use super::document::{Outcome, Report};
use super::pretty_json;
use super::text::{clean, wrap};
use crate::framework::{Automation, Status};

/// The version of the JSON form; it changes when a consumer could break.
pub const VERSION: &str = "1.0";

/// Columns when nobody says how wide the terminal is.
const DEFAULT_WIDTH: usize = 120;
/// Below this, wrapped text is harder to read than text that the terminal breaks.
const LEAST_WIDTH: usize = 60;

/// What is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// Which rules answer for each control.
    Coverage,
    /// What a scan says of each control.
    Statuses,
}

/// A rule that bears on a control.
#[derive(Serialize)]
struct Mapping<'a> {
    rule: &'a str,
    strength: &'a str,
    rationale: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    resources: Option<ResourceCounts>,
}

/// A control with the rules that bear on it.
#[derive(Serialize)]
struct Row<'a> {
    id: &'a str,
    title: &'a str,
    automation: Automation,
    applies_to: crate::framework::AppliesTo,
    #[serde(skip_serializing_if = "Option::is_none")]
    category: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    superseded_by: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<Status>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resources: Option<ResourceCounts>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rules: Option<RuleCounts>,
    mappings: Vec<Mapping<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    evidence: Option<&'a str>,
}

/// The rules that bear on each control of each framework.
struct Mappings<'a> {
    report: &'a Report,
    content: Content,
    /// Framework and control to rule and the index of the mapping in it.
    by_control: BTreeMap<(&'a str, &'a str), Vec<(usize, usize)>>,
    /// What each rule says of the resources in the scope.
    counts: Vec<ResourceCounts>,
}

impl<'a> Mappings<'a> {
    fn new(report: &'a Report, content: Content) -> Self {
        let mut by_control: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (rule, info) in report.rules.iter().enumerate() {
            for (mapping, control) in info.controls.iter().enumerate() {
                let key = (control.framework.as_str(), control.id.as_str());
                by_control.entry(key).or_default().push((rule, mapping));
            }
        }
        let mut counts = vec![ResourceCounts::default(); report.rules.len()];
        for verdict in &report.verdicts {
            let outside = report.resources.get(verdict.resource).is_some_and(|resource| resource.out_of_scope);
            let Some(counts) = counts.get_mut(verdict.rule).filter(|_| !outside) else { continue };
            match verdict.outcome {
                Outcome::Pass => counts.pass += 1,
                Outcome::Fail => counts.fail += 1,
                Outcome::Unknown => counts.unknown += 1,
                Outcome::NotApplicable => {}
            }
        }
        Self { report, content, by_control, counts }
    }

    fn of(&self, framework: &str, control: &str) -> Vec<Mapping<'a>> {
        let places = self.by_control.get(&(framework, control)).map_or(&[][..], Vec::as_slice);
        let mapping = |(rule, mapping): &(usize, usize)| {
            let info = &self.report.rules[*rule];
            let control = &info.controls[*mapping];
            let resources = (self.content == Content::Statuses).then(|| self.counts[*rule]);
            Mapping { rule: &info.id, strength: &control.strength, rationale: &control.rationale, resources }
        };
        places.iter().map(mapping).collect()
    }

    fn row(&self, framework: &'a FrameworkResult, control: &'a ControlResult) -> Row<'a> {
        let scanned = self.content == Content::Statuses;
        Row {
            id: &control.id,
            title: &control.title,
            automation: control.automation,
            applies_to: control.applies_to,
            category: control.category.as_deref(),
            superseded_by: control.superseded_by.as_deref(),
            status: scanned.then_some(control.status),
            resources: scanned.then_some(control.resources),
            rules: scanned.then_some(control.rules),
            mappings: self.of(&framework.id, &control.id),
            evidence: control.evidence.as_deref(),
        }
    }
}

/// One JSON document.
#[must_use]
pub fn json(report: &Report, content: Content) -> String {
    #[derive(Serialize)]
    struct Listed<'a> {
        id: &'a str,
        title: &'a str,
        version: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        summary: Option<super::assessment::ByStatus>,
        controls: Vec<Row<'a>>,
    }
    #[derive(Serialize)]
    struct Document<'a> {
        version: &'a str,
        date: &'a str,
        settings: &'a Settings,
        #[serde(skip_serializing_if = "Option::is_none")]
        complete: Option<bool>,
        frameworks: Vec<Listed<'a>>,
    }
    let mappings = Mappings::new(report, content);
    let scanned = content == Content::Statuses;
    let listed = report.frameworks.iter().map(|framework| Listed {
        id: &framework.id,
        title: &framework.title,
        version: &framework.version,
        summary: scanned.then_some(framework.summary),
        controls: framework.controls.iter().map(|control| mappings.row(framework, control)).collect(),
    });
    pretty_json(&Document {
        version: VERSION,
        date: &report.date,
        settings: &report.settings,
        complete: scanned.then_some(report.summary.complete),
        frameworks: listed.collect(),
    })
}

/// The header of the CSV form.
const HEADER: &str = "framework,id,title,automation,applies_to,category,superseded_by,status,resources_pass,resources_fail,\
    resources_unknown,rules_pass,rules_fail,rules_unknown,rules_not_evaluated,rules_left_out,rules_direct,rules_supporting,\
    evidence\n";

/// One line for each control under a header; the columns of a scan are empty without one.
#[must_use]
pub fn csv(report: &Report, content: Content) -> String {
    let mappings = Mappings::new(report, content);
    let mut out = HEADER.to_owned();
    for framework in &report.frameworks {
        for control in &framework.controls {
            let row = mappings.row(framework, control);
            let number = |number: Option<usize>| number.map(|number| number.to_string()).unwrap_or_default();
            let of = |strength: &str| {
                let rules: Vec<&str> =
                    row.mappings.iter().filter(|one| one.strength == strength).map(|one| one.rule).collect();
                rules.join(" ")
            };
            let (resources, rules) = (row.resources, row.rules);
            let cells = [
                framework.id.clone(),
                row.id.to_owned(),
                row.title.to_owned(),
                row.automation.as_str().to_owned(),
                row.applies_to.as_str().to_owned(),
                row.category.unwrap_or_default().to_owned(),
                row.superseded_by.unwrap_or_default().to_owned(),
                row.status.map(Status::as_str).unwrap_or_default().to_owned(),
                number(resources.map(|counts| counts.pass)),
                number(resources.map(|counts| counts.fail)),
                number(resources.map(|counts| counts.unknown)),
                number(rules.map(|counts| counts.pass)),
                number(rules.map(|counts| counts.fail)),
                number(rules.map(|counts| counts.unknown)),
                number(rules.map(|counts| counts.not_evaluated)),
                number(rules.map(|counts| counts.left_out)),
                of("direct"),
                of("supports"),
                row.evidence.unwrap_or_default().to_owned(),
            ];
            out += &cells.map(|cell| quoted(&cell)).join(",");
            out.push('\n');
        }
    }
    out
}

/// A cell as RFC 4180 has it.
fn quoted(cell: &str) -> String {
    match cell.contains([',', '"', '\n', '\r']) {
        true => format!("\"{}\"", cell.replace('"', "\"\"")),
        false => cell.to_owned(),
    }
}

/// The list for people, each framework with its counts at the end.
#[must_use]
pub fn text(report: &Report, content: Content, width: Option<usize>) -> String {
    let width = width.unwrap_or(DEFAULT_WIDTH).max(LEAST_WIDTH);
    let mappings = Mappings::new(report, content);
    let mut blocks = Vec::new();
    for framework in &report.frameworks {
        let rows: Vec<Row<'_>> = framework.controls.iter().map(|control| mappings.row(framework, control)).collect();
        let ids = rows.iter().map(|row| row.id.chars().count()).max().unwrap_or(0);
        let mut block = format!("{} {}\n\n", clean(&framework.title), clean(&framework.version));
        match content {
            Content::Coverage => rows.iter().for_each(|row| covered(&mut block, row, ids, width)),
            Content::Statuses => table(&mut block, &rows, ids),
        }
        let number = framework.controls.len();
        let counts = match content {
            Content::Coverage => classes(&rows),
            Content::Statuses => framework.counts(),
        };
        let _ = write!(block, "\n{number} requirements: {counts}\n");
        blocks.push(block);
    }
    if content == Content::Statuses && !report.summary.complete {
        blocks.push("incomplete: not everything that was named could be read and examined\n".to_owned());
    }
    blocks.join("\n")
}

/// A control, the rules that answer for it, and what a person shows.
fn covered(out: &mut String, row: &Row<'_>, ids: usize, width: usize) {
    let class = row.automation.as_str();
    let _ = writeln!(out, "{:ids$}  {class:9}  {}", clean(row.id), clean(&title(row)));
    let indent = " ".repeat(ids + 2);
    let mut line = |head: &str, text: &str| {
        let head = format!("{indent}{head:9}  ");
        let lines = wrap(&clean(text), width.saturating_sub(head.len()));
        let _ = writeln!(out, "{head}{}", lines.join(&format!("\n{}", " ".repeat(head.len()))));
    };
    let rules: Vec<String> = row.mappings.iter().map(|one| format!("{} ({})", one.rule, one.strength)).collect();
    if !rules.is_empty() {
        line("rules", &rules.join(", "));
    }
    if let Some(evidence) = row.evidence {
        line("evidence", evidence);
    }
}

/// The title, with whom it concerns where that is not everyone.
fn title(row: &Row<'_>) -> String {
    let mut notes = Vec::new();
    if row.applies_to != crate::framework::AppliesTo::All {
        notes.push(row.applies_to.as_str().replace('-', " "));
    }
    notes.extend(row.superseded_by.map(|id| format!("superseded by {id}")));
    match notes.is_empty() {
        true => row.title.to_owned(),
        false => format!("{} ({})", row.title, notes.join("; ")),
    }
}

/// `38 direct (30 with rules), 120 partial (80 with rules), 13 inherited, 109 none`.
fn classes(rows: &[Row<'_>]) -> String {
    let part = |class: &Automation| {
        let of: Vec<&Row<'_>> = rows.iter().filter(|row| row.automation == *class).collect();
        let with_rules = of.iter().filter(|row| !row.mappings.is_empty()).count();
        let note = if with_rules > 0 { format!(" ({with_rules} with rules)") } else { String::new() };
        (!of.is_empty()).then(|| format!("{} {}{note}", of.len(), class.as_str()))
    };
    Automation::ALL.iter().filter_map(part).collect::<Vec<_>>().join(", ")
}

/// One line for each control: status, class, resources, rules, title.
fn table(out: &mut String, rows: &[Row<'_>], ids: usize) {
    let _ = writeln!(
        out,
        "{:ids$}  {:12}  {:9}  {:>5}  {:>5}  {:>7}  {:>5}  TITLE",
        "ID", "STATUS", "CLASS", "PASS", "FAIL", "UNKNOWN", "RULES"
    );
    for row in rows {
        let (resources, rules) = (row.resources.unwrap_or_default(), row.rules.unwrap_or_default());
        let evaluated = rules.pass + rules.fail + rules.unknown;
        let rules = format!("{evaluated}/{}", evaluated + rules.not_evaluated + rules.left_out);
        let status = row.status.map_or("", Status::as_str);
        let (class, title) = (row.automation.as_str(), clean(&title(row)));
        let (pass, fail, unknown) = (resources.pass, resources.fail, resources.unknown);
        let id = clean(row.id);
        let _ =
            writeln!(out, "{id:ids$}  {status:12}  {class:9}  {pass:>5}  {fail:>5}  {unknown:>7}  {rules:>5}  {title}");
    }
}
