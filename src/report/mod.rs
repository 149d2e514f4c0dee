//! Reports: text, JSON, SARIF, all from one [`Report`] document.
//!
//! A report is a pure function of its document: no file, clock or environment. The document holds no secret: values and
//! lines are redacted before they enter it. What it holds comes from templates all the same, so nothing of it may panic
//! a format or reach a terminal as a control sequence.

pub mod assessment;
pub mod controls;
pub mod document;
pub mod json;
pub mod sarif;
pub mod text;

pub use document::Report;
use document::{Case, Finding, ResourceInfo, RuleInfo, Severity};

/// The rule of an index, as far as the document has it: a document that was read from a file may be wrong.
fn rule_id(report: &Report, index: usize) -> &str {
    report.rules.get(index).map_or("unknown-rule", |rule: &RuleInfo| &rule.id)
}

/// Findings most severe first, then by place, then by rule; the same for every order of the document.
fn ordered(report: &Report) -> Vec<&Finding> {
    let mut findings: Vec<&Finding> = report.findings.iter().collect();
    findings.sort_by(|a, b| {
        let place = |finding: &Finding| (finding.location.start.line, finding.location.start.column);
        (b.severity.cmp(&a.severity))
            .then_with(|| a.location.file.cmp(&b.location.file))
            .then_with(|| place(a).cmp(&place(b)))
            .then_with(|| rule_id(report, a.rule).cmp(rule_id(report, b.rule)))
            .then_with(|| a.fingerprint.cmp(&b.fingerprint))
    });
    findings
}

/// What is wrong, with the rule's title in front unless the message is, or says, the title.
fn statement(report: &Report, finding: &Finding) -> String {
    match report.rules.get(finding.rule).map(|rule| rule.title.as_str()) {
        Some(title) if !title.is_empty() && !finding.message.contains(title) => format!("{title}: {}", finding.message),
        _ => finding.message.clone(),
    }
}

/// What a resource is called: its construct path or ARN, or stack and logical id.
fn resource_name(resource: &ResourceInfo) -> String {
    match resource.cdk_path.as_ref().or(resource.arn.as_ref()) {
        Some(path) => path.clone(),
        None if resource.stack.is_empty() => resource.logical_id.clone(),
        None => format!("{}/{}", resource.stack, resource.logical_id),
    }
}

/// So many values that a parameter does not have are listed.
const LISTED: usize = 5;

/// `Env = prod and IsProd = true`.
fn case_text(when: &[Case]) -> String {
    let parts: Vec<String> = when.iter().map(|case| format!("{} {}", case.name, values_text(case))).collect();
    parts.join(" and ")
}

/// `in prod only`, `in dev, prod`; nothing when no environment is named.
fn environments_text(report: &Report, names: &[String]) -> Option<String> {
    match names {
        [] => None,
        [one] if report.environments.len() > 1 => Some(format!("in {one} only")),
        names => Some(format!("in {}", names.join(", "))),
    }
}

fn values_text(case: &Case) -> String {
    match case.not.as_slice() {
        [] => format!("= {}", case.value),
        [one] => format!("is not {one}"),
        [first, second] => format!("is neither {first} nor {second}"),
        values if values.len() <= LISTED => format!("is none of {}", values.join(", ")),
        _ => format!("= {}", case.value),
    }
}

/// The word for a severity, as the document has it.
const fn severity_name(severity: Severity) -> &'static str {
    match severity {
        Severity::Low => "low",
        Severity::Medium => "medium",
        Severity::High => "high",
        Severity::Critical => "critical",
    }
}

/// Indented JSON with a line feed at the end.
fn pretty_json<T: serde::Serialize>(value: &T) -> String {
    ended(serde_json::to_string_pretty(value))
}

/// JSON on one line with a line feed at the end.
fn compact_json<T: serde::Serialize>(value: &T) -> String {
    ended(serde_json::to_string(value))
}

#[expect(clippy::expect_used, reason = "the documents have string keys only, and writing to memory does not fail")]
fn ended(json: serde_json::Result<String>) -> String {
    let mut text = json.expect("a document is representable as JSON");
    text.push('\n');
    text
}

/// The text that an excerpt marks. The range is moved to where it may cut the text.
fn marked(excerpt: &document::Excerpt) -> std::ops::Range<usize> {
    let floor = |at: usize| excerpt.text.floor_char_boundary(at.min(excerpt.text.len()));
    let start = floor(excerpt.mark[0]);
    start..floor(excerpt.mark[1]).max(start)
}
