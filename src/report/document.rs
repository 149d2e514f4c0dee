//! The one document that every format is rendered from, and that the JSON format is.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::assessment::{FrameworkResult, Settings};

/// The version of the JSON document; it changes when a consumer could break.
pub const VERSION: &str = "1.0";

/// Everything that a scan found, and everything that it did not look at.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Report {
    /// Version of this document's shape.
    pub version: String,
    /// The program that wrote it.
    pub tool: Tool,
    /// Day that "today" meant, `YYYY-MM-DD`.
    pub date: String,
    /// Counts, and whether the gate passed.
    pub summary: Summary,
    /// By what the scan judged.
    pub settings: Settings,
    /// The environments that were named, in the order in which they were.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub environments: Vec<Environment>,
    /// What was scanned.
    pub inputs: Vec<Input>,
    /// The rules that were evaluated; others refer to them by index.
    pub rules: Vec<RuleInfo>,
    /// The resources; others refer to them by index.
    pub resources: Vec<ResourceInfo>,
    /// One verdict for each rule and resource that the rule selects.
    pub verdicts: Vec<Verdict>,
    /// What the scan says of each control of the frameworks.
    pub frameworks: Vec<FrameworkResult>,
    /// What is wrong, most severe first.
    pub findings: Vec<Finding>,
    /// What the templates ask tools not to apply. It changes no verdict and no finding.
    pub suppressions: Vec<Suppression>,
    /// What was there and could not be evaluated (remote nested stacks, macros, calls of an API that were denied).
    pub gaps: Vec<Gap>,
    /// Files that were not scanned, and why.
    pub skipped: Vec<Skipped>,
    /// What could not be read, or does not mean what its author thinks.
    pub diagnostics: Vec<Diagnostic>,
}

/// The program.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Tool {
    /// `fasscan`.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// Counts. What differs between environments counts once for each difference.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Summary {
    /// Verdicts that pass, those by AWS's default only included.
    pub pass: usize,
    /// Of these, the ones that rest on AWS's default only.
    pub pass_by_default: usize,
    /// Verdicts that fail, those that fail in some cases only included.
    pub fail: usize,
    /// Of these, the ones that fail in some cases only.
    pub fail_conditionally: usize,
    /// Verdicts that nobody can tell from the input.
    pub unknown: usize,
    /// Verdicts of rules that turned out not to concern the resource.
    pub not_applicable: usize,
    /// Findings by severity.
    pub findings: BySeverity,
    /// Resources outside the declared scope.
    #[serde(default)]
    pub resources_out_of_scope: usize,
    /// Of the findings, those outside the declared scope; the gate and the controls do not count them.
    #[serde(default)]
    pub findings_out_of_scope: usize,
    /// Files that were not scanned.
    pub skipped: usize,
    /// Whether everything that was named could be read, and everything that was there examined.
    pub complete: bool,
    /// What the gate says.
    pub gate: Gate,
}

/// A count for each severity.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BySeverity {
    /// Critical.
    pub critical: usize,
    /// High.
    pub high: usize,
    /// Medium.
    pub medium: usize,
    /// Low.
    pub low: usize,
}

/// The gate.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Gate {
    /// The severity from which on a finding fails the gate; none: no finding does.
    pub fail_on: Option<Severity>,
    /// Whether it passed.
    pub passed: bool,
    /// How many findings fail it.
    pub failing: usize,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Low,
    /// To be fixed in time.
    Medium,
    /// To be fixed soon.
    High,
    /// To be fixed now.
    Critical,
}

/// An environment: values for the parameters of the templates.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Environment {
    /// What it is called.
    pub name: String,
    /// The files that the values come from; later ones win.
    pub files: Vec<String>,
    /// Where it is deployed to, when its files say so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Verdicts that pass there.
    pub pass: usize,
    /// Verdicts that fail there.
    pub fail: usize,
    /// Verdicts that nobody can tell there.
    pub unknown: usize,
    /// Verdicts of rules that do not concern the resource there.
    pub not_applicable: usize,
    /// Findings there, by severity.
    pub findings: BySeverity,
}

/// Something that was scanned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Input {
    /// Relative path, forward slashes; `<stdin>` for standard input.
    pub path: String,
    /// `assembly`, `template`, `snapshot` or `stdin`.
    pub kind: String,
}

/// A rule, as a reader of the report needs it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RuleInfo {
    /// Its id.
    pub id: String,
    /// What is wrong when it fails.
    pub title: String,
    /// How bad that is.
    pub severity: Severity,
    /// Why it matters.
    pub description: String,
    /// What to do.
    pub remediation: String,
    /// Where the facts come from.
    pub references: Vec<String>,
    /// The profile that it belongs to; such a rule counts for no control.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// The controls that it bears on.
    pub controls: Vec<Control>,
    /// The same control elsewhere: scanner and ids there.
    pub peers: std::collections::BTreeMap<String, Vec<String>>,
}

/// A control of a framework that a rule bears on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Control {
    /// Such as `pci-dss-4.0.1`.
    pub framework: String,
    /// Such as `3.5.1`.
    pub id: String,
    /// `direct` or `supports`.
    pub strength: String,
    /// Why.
    pub rationale: String,
}

/// A resource.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ResourceInfo {
    /// Its CloudFormation type.
    #[serde(rename = "type")]
    pub type_name: String,
    /// Its logical id; in an account its physical id.
    pub logical_id: String,
    /// The stack; in an account `ACCOUNT/REGION`.
    pub stack: String,
    /// Twelve digits, when known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// When known, and the same in every environment; `global` for what an account has in no region.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Its ARN; only of resources of an account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arn: Option<String>,
    /// When it was seen in the account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen_at: Option<String>,
    /// The construct path of the CDK app.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cdk_path: Option<String>,
    /// The resource of the template that a transform made it of, such as the `AWS::Serverless::Api` of a stage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made_of: Option<String>,
    /// The template or snapshot.
    pub file: String,
    /// 1-based line of its definition.
    pub line: u32,
    /// Whether it is outside the declared scope.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub out_of_scope: bool,
}

impl ResourceInfo {
    /// Whether it is one of an account, and not of a template.
    #[must_use]
    pub fn is_live(&self) -> bool {
        let place = self.account.as_deref().zip(self.region.as_deref());
        self.arn.is_some() || place.is_some_and(|(account, region)| self.stack == format!("{account}/{region}"))
    }
}

/// Outcome of a verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It holds.
    Pass,
    /// It does not, at least in some cases.
    Fail,
    /// Nobody can tell from the input.
    Unknown,
    /// The rule does not concern the resource.
    NotApplicable,
}

/// What one rule says of one resource.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Verdict {
    /// Index into `rules`.
    pub rule: usize,
    /// Index into `resources`.
    pub resource: usize,
    /// The outcome.
    pub outcome: Outcome,
    /// A pass that rests on AWS's default only.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_default: bool,
    /// Why the rule does not concern the resource.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Why it is unknown.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub causes: Vec<Cause>,
    /// The case in which it fails.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub when: Vec<Case>,
    /// The environments in which it is so; empty: no environment was named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub environments: Vec<String>,
}

/// Why something is unknown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Cause {
    /// Stable identifier, such as `parameter-without-default`.
    pub id: String,
    /// For people.
    pub text: String,
}

/// One decided thing of a case: a parameter with its value, or a condition with its truth.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Case {
    /// Parameter or condition.
    pub name: String,
    /// Its value; `any other value` when it is none of those in `not`.
    pub value: String,
    /// The values that it does not have.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not: Vec<String>,
}

/// Line and column, 1-based; columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Position {
    /// 1-based line.
    pub line: u32,
    /// 1-based column.
    pub column: u32,
}

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Location {
    /// Relative path, forward slashes.
    pub file: String,
    /// First character.
    pub start: Position,
    /// One past the last character.
    pub end: Position,
    /// Byte offsets `[start, end)` in the file.
    pub bytes: [u32; 2],
}

/// The lines of a finding, redacted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Excerpt {
    /// 1-based line of the first one.
    pub line: u32,
    /// The lines, joined by line feeds; long ones are cut.
    pub text: String,
    /// Byte range `[start, end)` in `text` of what is wrong.
    pub mark: [usize; 2],
}

/// The line of the program that made a resource.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SourceFrame {
    /// Relative path, forward slashes.
    pub file: String,
    /// 1-based line.
    pub line: u32,
    /// 1-based column.
    pub column: u32,
    /// Whether the file is where the path says.
    pub exists: bool,
}

/// A further place that belongs to a finding.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RelatedLocation {
    /// Where.
    pub location: Location,
    /// What is there.
    pub message: String,
}

/// Something that is wrong, at the place where it would be fixed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// Index into `rules`.
    pub rule: usize,
    /// Index into `resources`.
    pub resource: usize,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, in one sentence.
    pub message: String,
    /// The property, such as `Properties.StorageEncrypted`.
    pub path: String,
    /// The value that was found, redacted; none when nothing is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found: Option<String>,
    /// Whether nothing is there, and the location is where it would stand.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub absent: bool,
    /// Where in the template.
    pub location: Location,
    /// The lines there.
    pub excerpt: Excerpt,
    /// Where in the CDK app.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceFrame>,
    /// Further places.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub related: Vec<RelatedLocation>,
    /// The case in which it fails; empty: in every case.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub when: Vec<Case>,
    /// Identity of the finding over time: no line, message, severity or environment is in it.
    pub fingerprint: String,
    /// Whether the resource is outside the declared scope.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub out_of_scope: bool,
    /// The environments in which it is so; empty: no environment was named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub environments: Vec<String>,
}

/// A rule that a template asks a tool not to apply.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Suppression {
    /// The tool: `cdk-nag`, `cfn_nag`, `checkov`, `cfn-lint`, `cfn-guard` or `fasscan`.
    pub tool: String,
    /// The rule, by its name in that tool.
    pub id: String,
    /// Index into `resources`; none: the whole template.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<usize>,
    /// Why, where a reason is given; redacted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Where it is written.
    pub location: Location,
}

/// Something that was there and could not be evaluated.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Gap {
    /// What it is.
    pub what: String,
    /// Why.
    pub cause: Cause,
    /// Where.
    pub location: Location,
    /// The environments in which it is so; empty: in all of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub environments: Vec<String>,
}

/// A file that was not scanned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Skipped {
    /// Relative path.
    pub path: String,
    /// Why.
    pub reason: String,
}

/// A problem of the input, with its place as far as it is known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Diagnostic {
    /// `error`, `warning` or `note`.
    pub level: String,
    /// One sentence.
    pub message: String,
    /// Relative path; empty when no file is concerned.
    pub path: String,
    /// Where in the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
    /// The line there, redacted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub excerpt: Option<Excerpt>,
    /// Further places of the same file: position and what is there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<DiagnosticNote>,
    /// What to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// The environments in which it is so; empty: in all of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub environments: Vec<String>,
}

/// A further place of a problem.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DiagnosticNote {
    /// Where.
    pub position: Position,
    /// What is there.
    pub message: String,
}
