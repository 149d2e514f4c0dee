//! The last lines: what was counted, and what the gate says.

use super::Page;
use super::paint::{clean, count, wrap};
use super::severity_name;
use crate::report::assessment::{ByStatus, FrameworkResult};
use crate::report::document::Severity;

/// The summary, without a line feed at the end.
pub(super) fn block(page: Page<'_>) -> String {
    let mut lines = Vec::new();
    if page.report.inputs.is_empty() {
        let what = "no CloudFormation template and no CDK assembly was found";
        lines.push(format!("{}: {what}", page.paint.doubtful("nothing to scan")));
        lines.extend(skipped(page));
    } else {
        lines.push(counts(page));
        lines.push(findings(page));
        lines.extend(scope(page));
        lines.extend(frameworks(page));
    }
    if !page.report.summary.complete {
        let incomplete = page.paint.bad("incomplete");
        lines.push(format!("{incomplete}: not everything that was named could be read and examined"));
    }
    if !page.report.inputs.is_empty() {
        lines.push(gate(page));
    }
    lines.join("\n")
}

fn skipped(page: Page<'_>) -> Option<String> {
    let number = page.report.summary.skipped;
    (number > 0).then(|| format!("{} skipped", count(number, "file", "files")))
}

/// `120 pass (30 by default), 7 fail (1 in some cases only), ...`.
fn counts(page: Page<'_>) -> String {
    let summary = &page.report.summary;
    let of_these = |number: usize, what: &str| match number {
        0 => String::new(),
        number => format!(" ({number} {what})"),
    };
    let mut parts = vec![
        format!("{} pass{}", summary.pass, of_these(summary.pass_by_default, "by AWS's default")),
        format!("{} fail{}", summary.fail, of_these(summary.fail_conditionally, "in some cases only")),
        format!("{} unknown", summary.unknown),
        format!("{} not applicable", summary.not_applicable),
    ];
    parts.extend(skipped(page));
    if !page.report.gaps.is_empty() {
        parts.push(format!("{} not examined", count(page.report.gaps.len(), "part", "parts")));
    }
    let lines = wrap(&parts.join(", "), page.width.saturating_sub("verdicts: ".len()));
    format!("{} {}", page.paint.strong("verdicts:"), lines.join("\n          "))
}

/// `1 critical, 3 high`, or that there is none and what that is worth.
fn findings(page: Page<'_>) -> String {
    let (report, paint) = (page.report, page.paint);
    let by = report.summary.findings;
    let numbers = [
        (Severity::Critical, by.critical),
        (Severity::High, by.high),
        (Severity::Medium, by.medium),
        (Severity::Low, by.low),
    ];
    let parts: Vec<String> = numbers
        .into_iter()
        .filter(|(_, number)| *number > 0)
        .map(|(severity, number)| paint.severity(severity, &format!("{number} {}", severity_name(severity))))
        .collect();
    let text = match parts.is_empty() {
        false => parts.join(", "),
        true if report.verdicts.is_empty() => "none, because no rule concerns what was scanned".to_owned(),
        true if report.summary.unknown > 0 => {
            format!("none, but {} unknown", count(report.summary.unknown, "verdict is", "verdicts are"))
        }
        true => "none".to_owned(),
    };
    format!("{} {text}", paint.strong("findings:"))
}

/// How much of the input counts, when a scope is declared.
fn scope(page: Page<'_>) -> Option<String> {
    let report = page.report;
    if report.settings.scope.is_empty() {
        return None;
    }
    let tags = report.settings.scope.iter().map(|tags| {
        let parts: Vec<String> = tags.iter().map(|(key, values)| format!("{key} = {}", values.join(" or "))).collect();
        parts.join(" and ")
    });
    let (all, outside) = (report.resources.len(), report.summary.resources_out_of_scope);
    let mut text = format!(
        "{} of {} by {}",
        all.saturating_sub(outside),
        count(all, "resource", "resources"),
        tags.collect::<Vec<_>>().join(", or ")
    );
    match report.summary.findings_out_of_scope {
        0 => {}
        number => text += &format!("; {} outside", count(number, "finding is", "findings are")),
    }
    let lines = wrap(&clean(&text), page.width.saturating_sub("scope: ".len()));
    Some(format!("{} {}", page.paint.strong("scope:"), lines.join("\n       ")))
}

/// One line for each framework that the scan has something to say about: how many of its controls have which status.
fn frameworks(page: Page<'_>) -> Vec<String> {
    let line = |framework: &FrameworkResult| {
        let (title, version) = (clean(&framework.title), clean(&framework.version));
        let head = format!("{title} {version}:");
        let lines = wrap(&framework.counts(), page.width.saturating_sub(head.chars().count() + 1));
        let indent = format!("\n{}", " ".repeat(head.chars().count() + 1));
        format!("{} {}", page.paint.strong(&head), lines.join(&indent))
    };
    let assessed = |framework: &&FrameworkResult| {
        let ByStatus { fail, unknown, partial, pass, .. } = framework.summary;
        fail + unknown + partial + pass > 0
    };
    page.report.frameworks.iter().filter(assessed).map(line).collect()
}

fn gate(page: Page<'_>) -> String {
    let gate = &page.report.summary.gate;
    let passed = match page.report.summary.complete {
        true => page.paint.good("gate passed"),
        false => page.paint.doubtful("gate passed as far as could be read"),
    };
    let Some(severity) = gate.fail_on else {
        return format!("{passed}: no severity fails it");
    };
    let above = match severity {
        Severity::Critical => "critical".to_owned(),
        lower => format!("{} or above", severity_name(lower)),
    };
    if gate.passed {
        let inside = if page.report.settings.scope.is_empty() { "" } else { " in the scope" };
        return format!("{passed}: no finding of severity {above}{inside}");
    }
    let failing = count(gate.failing, "finding", "findings");
    format!("{}: {failing} of severity {above}", page.paint.bad("gate failed"))
}
