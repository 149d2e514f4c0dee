//! Findings, and on request all other verdicts, as results.
//!
//! The primary location is where a person would change something: the line of the CDK app if that file is there, or else
//! the template. In the first case the exact place in the template is the first related location.

use super::{SarifOptions, bag, places, rules, sentence, signed};
use crate::report::document::{Finding, Outcome, Report, ResourceInfo, Verdict};
use crate::report::{case_text, environments_text, ordered, resource_name, rule_id, severity_name, statement};
use serde_sarif::sarif::{Location, Message, PropertyBag, Result, ResultKind, ResultLevel};
use std::collections::BTreeMap;

/// GitHub rejects a run with more results.
const MOST_RESULTS: usize = 25_000;
/// GitHub rejects a result with more locations; one is the primary one.
const MOST_RELATED: usize = 999;

/// What makes the results, most severe first, and how many there was no room for.
pub(super) fn all<'a>(
    report: &'a Report,
    options: SarifOptions,
) -> (impl Fn() -> Box<dyn Iterator<Item = Result> + 'a>, usize) {
    let others = report.verdicts.iter().filter(move |verdict| options.all && verdict.outcome != Outcome::Fail);
    // Who asks for everything gets everything; such a log is not for GitHub.
    let most = if options.all { usize::MAX } else { MOST_RESULTS };
    let left_out = (report.findings.len() + others.clone().count()).saturating_sub(most);
    let make = move || -> Box<dyn Iterator<Item = Result> + 'a> {
        let findings = ordered(report).into_iter().map(|finding| from_finding(report, finding));
        let others = others.clone().filter_map(|verdict| from_verdict(report, verdict));
        Box::new(findings.chain(others).take(most))
    };
    (make, left_out)
}

fn from_finding(report: &Report, finding: &Finding) -> Result {
    let resource = report.resources.get(finding.resource);
    let template = places::template(&finding.location, Some(&finding.excerpt));
    let mut related = Vec::new();
    let mut primary = match finding.source.as_ref().filter(|frame| frame.exists) {
        Some(frame) => {
            related.push(places::related(template, 1, "In the template"));
            places::source(frame)
        }
        None => template,
    };
    let linked = !related.is_empty();
    for place in finding.related.iter().take(MOST_RELATED - related.len()) {
        let location = places::template(&place.location, None);
        related.push(places::related(location, related.len() + 1, &place.message));
    }
    name(&mut primary, resource);
    let mut result = base(report, finding.rule, finding_text(report, finding, resource, linked), primary);
    result.kind = Some(ResultKind::Fail);
    // Nothing outside the scope holds up a pull request.
    result.level = Some(if finding.out_of_scope { ResultLevel::Note } else { rules::level(finding.severity) });
    result.related_locations = (!related.is_empty()).then_some(related);
    result.partial_fingerprints = Some(BTreeMap::from([("fasscan/v1".to_owned(), finding.fingerprint.clone())]));
    result.properties = Some(finding_properties(finding, resource));
    result
}

/// The verdict on a resource that is not a finding. It has no level, so that no consumer takes it for a problem.
fn from_verdict(report: &Report, verdict: &Verdict) -> Option<Result> {
    let resource = report.resources.get(verdict.resource)?;
    let rule = rule_id(report, verdict.rule);
    let called = resource_name(resource);
    let causes: Vec<&str> = verdict.causes.iter().map(|cause| cause.text.as_str()).collect();
    let (kind, text) = match verdict.outcome {
        Outcome::Pass if verdict.by_default => {
            (ResultKind::Pass, format!("`{called}` passes `{rule}` by the default of AWS"))
        }
        Outcome::Pass => (ResultKind::Pass, format!("`{called}` passes `{rule}`")),
        Outcome::Unknown => {
            (ResultKind::Open, format!("whether `{called}` passes `{rule}` cannot be told: {}", causes.join("; ")))
        }
        Outcome::NotApplicable => {
            let reason = verdict.reason.as_deref().map(|reason| format!(": {reason}")).unwrap_or_default();
            (ResultKind::NotApplicable, format!("`{rule}` does not concern `{called}`{reason}"))
        }
        Outcome::Fail => return None,
    };
    let position = crate::report::document::Position { line: resource.line, column: 1 };
    let mut primary = places::at(&resource.file, Some(position));
    name(&mut primary, Some(resource));
    let mut text = sentence(&text);
    if let Some(environments) = environments_text(report, &verdict.environments) {
        text += &format!(" {}", sentence(&environments));
    }
    let mut result = base(report, verdict.rule, without_links(&text), primary);
    result.kind = Some(kind);
    result.level = Some(ResultLevel::None);
    let environments = in_environments(&verdict.environments);
    result.properties = Some(bag(about_resource(resource).into_iter().chain(environments)));
    Some(result)
}

fn base(report: &Report, rule: usize, text: String, primary: Location) -> Result {
    let mut result = Result::builder()
        .rule_id(rule_id(report, rule))
        .message(Message::from(text.as_str()))
        .locations(vec![primary])
        .build();
    result.rule_index = (rule < report.rules.len()).then(|| signed(rule));
    result
}

/// Texts from templates make no links: these would point at related locations.
fn without_links(text: &str) -> String {
    text.replace("](", "] (")
}

/// What is wrong, with which resource, when, and a link to the template if the result stands elsewhere.
fn finding_text(report: &Report, finding: &Finding, resource: Option<&ResourceInfo>, linked: bool) -> String {
    let mut text = sentence(&statement(report, finding));
    if let Some(resource) = resource {
        text += &format!(" Resource: `{}` ({}).", resource_name(resource), resource.type_name);
    }
    if !finding.when.is_empty() {
        text += &format!(" Fails when {}.", case_text(&finding.when));
    }
    if let Some(environments) = environments_text(report, &finding.environments) {
        text += &format!(" {}", sentence(&environments));
    }
    let mut text = without_links(&text);
    if linked {
        text += " See it [in the template](1).";
    }
    text
}

fn finding_properties(finding: &Finding, resource: Option<&ResourceInfo>) -> PropertyBag {
    let mut entries: Vec<(&str, serde_json::Value)> = vec![("severity", severity_name(finding.severity).into())];
    entries.extend(resource.into_iter().flat_map(about_resource));
    entries.push(("path", finding.path.clone().into()));
    if let Some(found) = &finding.found {
        entries.push(("found", found.clone().into()));
    }
    if !finding.when.is_empty() {
        entries.push(("when", super::json(&finding.when)));
    }
    if finding.out_of_scope {
        entries.push(("out_of_scope", true.into()));
    }
    entries.extend(in_environments(&finding.environments));
    if let Some(frame) = finding.source.as_ref().filter(|frame| !frame.exists) {
        entries.push(("source", format!("{}:{}:{}", frame.file, frame.line, frame.column).into()));
    }
    bag(entries)
}

fn in_environments(names: &[String]) -> Option<(&'static str, serde_json::Value)> {
    (!names.is_empty()).then(|| ("environments", super::json(&names)))
}

fn about_resource(resource: &ResourceInfo) -> Vec<(&'static str, serde_json::Value)> {
    let mut entries = vec![
        ("resource_type", resource.type_name.clone().into()),
        ("logical_id", resource.logical_id.clone().into()),
        ("stack", resource.stack.clone().into()),
    ];
    let places = [("account", &resource.account), ("region", &resource.region)];
    for (key, value) in places.into_iter().chain([("arn", &resource.arn), ("seen_at", &resource.seen_at)]) {
        entries.extend(value.clone().map(|value| (key, value.into())));
    }
    entries
}

fn name(location: &mut Location, resource: Option<&ResourceInfo>) {
    location.logical_locations = resource.map(places::logical);
}
