//! SARIF 2.1.0, as GitHub code scanning and other consumers of it accept it.
//!
//! Only this folder knows the types of `serde-sarif`. One run; rules and taxonomies come from `rules`, results from
//! `results`, what was not read or examined from `notifications`, places from `places`, and `log` holds them together.

mod log;
mod notifications;
mod places;
mod results;
mod rules;

use super::{Report, compact_json};
use log::{Driver, Each, Log, Run, Tool};
use serde_sarif::sarif::{ArtifactLocation, Invocation, PropertyBag, ResultColumnKind, RunAutomationDetails, Version};
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
    let frameworks = rules::frameworks(report);
    let (results, left_out) = results::all(report, *options);
    let invocation = Invocation::builder()
        .execution_successful(report.summary.complete)
        .tool_execution_notifications(notifications::all(report, left_out))
        .build();
    let environments = (!report.environments.is_empty()).then(|| ("environments", json(&report.environments)));
    let about = [("date", report.date.clone().into()), ("summary", json(&report.summary))];
    let root = ArtifactLocation::builder().description("The folder that the paths are relative to.").build();
    let run = Run {
        automation_details: RunAutomationDetails::builder().id("fasscan/").build(),
        column_kind: json(&ResultColumnKind::UnicodeCodePoints),
        invocations: [invocation],
        original_uri_base_ids: BTreeMap::from([(places::ROOT, root)]),
        properties: bag(about.into_iter().chain(environments)),
        results: Each(results),
        taxonomies: frameworks.iter().map(rules::taxonomy).collect(),
        tool: Tool { driver: driver(report, &frameworks) },
    };
    compact_json(&Log { schema: SCHEMA, runs: [run], version: json(&Version::V2_1_0) })
}

fn driver<'a>(report: &'a Report, frameworks: &'a [rules::Framework<'_>]) -> Driver<impl serde::Serialize + 'a> {
    Driver {
        information_uri: HOME,
        name: report.tool.name.clone(),
        notifications: notifications::descriptors(),
        organization: "fasscan",
        rules: Each(move || report.rules.iter().map(move |rule| rules::descriptor(rule, frameworks))),
        semantic_version: report.tool.version.clone(),
        supported_taxonomies: frameworks.iter().enumerate().map(|(at, one)| rules::reference(at, one)).collect(),
        version: report.tool.version.clone(),
    }
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
