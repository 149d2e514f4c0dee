//! SARIF 2.1.0, as GitHub code scanning and other consumers of it accept it.
//!
//! Only this folder knows the types of `serde-sarif`. One run; rules and taxonomies come from `rules`, results from
//! `results`, what was not read or examined from `notifications`, places from `places`.

mod notifications;
mod places;
mod results;
mod rules;

use super::{Report, compact_json};
use serde_sarif::sarif::{
    ArtifactLocation, Invocation, PropertyBag, ResultColumnKind, Run, RunAutomationDetails, Sarif, Tool, ToolComponent,
    Version,
};
use std::collections::BTreeMap;

/// Where the project lives.
const HOME: &str = "https://github.com/fasscan/fasscan";
/// The schema that the log names; the address is the one that OASIS publishes.
const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// How the log is written.
#[derive(Debug, Clone, Copy, Default)]
pub struct SarifOptions {
    /// Verdicts that are not findings become results too: `pass`, `open` (unknown) and `notApplicable`.
    pub all: bool,
}

/// The log, with a line feed at the end. It stands on one line: programs read it, and it is half as long so.
#[must_use]
pub fn render(report: &Report, options: &SarifOptions) -> String {
    compact_json(&log(report, *options))
}

fn log(report: &Report, options: SarifOptions) -> Sarif {
    let frameworks = rules::frameworks(report);
    let (results, left_out) = results::all(report, options);
    let invocation = Invocation::builder()
        .execution_successful(report.summary.complete)
        .tool_execution_notifications(notifications::all(report, left_out))
        .build();
    let about = [("date", report.date.clone().into()), ("summary", json(&report.summary))];
    let root = ArtifactLocation::builder().description("The folder that the paths are relative to.").build();
    let run = Run::builder()
        .tool(Tool::from(driver(report, &frameworks)))
        .taxonomies(frameworks.iter().map(rules::taxonomy).collect::<Vec<_>>())
        .automation_details(RunAutomationDetails::builder().id("fasscan/").build())
        .original_uri_base_ids(BTreeMap::from([(places::ROOT.to_owned(), root)]))
        .column_kind(json(&ResultColumnKind::UnicodeCodePoints))
        .invocations(vec![invocation])
        .results(results)
        .properties(bag(about))
        .build();
    Sarif::builder().schema(SCHEMA).version(json(&Version::V2_1_0)).runs(vec![run]).build()
}

fn driver(report: &Report, frameworks: &[rules::Framework<'_>]) -> ToolComponent {
    ToolComponent::builder()
        .name(&report.tool.name)
        .organization("fasscan")
        .version(&report.tool.version)
        .semantic_version(&report.tool.version)
        .information_uri(HOME)
        .rules(report.rules.iter().map(|rule| rules::descriptor(rule, frameworks)).collect::<Vec<_>>())
        .notifications(notifications::descriptors())
        .supported_taxonomies(
            frameworks.iter().enumerate().map(|(at, one)| rules::reference(at, one)).collect::<Vec<_>>(),
        )
        .build()
}

fn bag<'a>(entries: impl IntoIterator<Item = (&'a str, serde_json::Value)>) -> PropertyBag {
    let entries: BTreeMap<String, serde_json::Value> =
        entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
    PropertyBag::builder().additional_properties(entries).build()
}

/// A value of our own types; they all have a JSON form.
fn json(value: &impl serde::Serialize) -> serde_json::Value {
    serde_json::to_value(value).unwrap_or_default()
}

/// Indexes and counts of SARIF are signed.
fn signed(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A text as a sentence, as viewers put several beside each other: a capital in front unless it begins with a name, and
/// an end.
fn sentence(text: &str) -> String {
    let text = text.trim();
    let word = text.split_whitespace().next().unwrap_or_default();
    let mut sentence = text.to_owned();
    if word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b',' || byte == b':') {
        sentence.get_mut(..1).into_iter().for_each(str::make_ascii_uppercase);
    }
    if !text.is_empty() && !text.ends_with(['.', '!', '?']) {
        sentence.push('.');
    }
    sentence
}
