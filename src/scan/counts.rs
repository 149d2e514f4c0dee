//! What is counted in a report, in all of it and by environment.

use crate::report::Report;
use crate::report::document::{self as doc, Severity};

/// Counts what each environment has.
pub(super) fn environments(report: &mut Report) {
    let mut environments = std::mem::take(&mut report.environments);
    environments.iter_mut().for_each(|environment| count(environment, report));
    report.environments = environments;
}

fn count(environment: &mut doc::Environment, report: &Report) {
    let of = |names: &[String]| names.contains(&environment.name);
    let outcomes = report.verdicts.iter().filter(|verdict| of(&verdict.environments)).map(|verdict| verdict.outcome);
    let severities = report.findings.iter().filter(|finding| of(&finding.environments)).map(|finding| finding.severity);
    let (mut counts, findings) = ([0; 4], by_severity(severities));
    for outcome in outcomes {
        counts[outcome as usize] += 1;
    }
    [environment.pass, environment.fail, environment.unknown, environment.not_applicable] = counts;
    environment.findings = findings;
}

/// How many there are of each severity.
pub(super) fn by_severity(severities: impl Iterator<Item = Severity>) -> doc::BySeverity {
    let mut counts = doc::BySeverity::default();
    for severity in severities {
        *match severity {
            Severity::Critical => &mut counts.critical,
            Severity::High => &mut counts.high,
            Severity::Medium => &mut counts.medium,
            Severity::Low => &mut counts.low,
        } += 1;
    }
    counts
}
