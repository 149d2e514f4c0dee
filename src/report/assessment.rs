//! The part of the document that is about frameworks: what was asked of the scan, and what it says of each control.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::framework::{AppliesTo, Automation, Control, Framework, Status};

/// By what the scan judged, as far as it differs from the rules as they are.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Settings {
    /// The configuration file; none was there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config: Option<String>,
    /// The profiles, in the order in which they were named.
    pub profiles: Vec<String>,
    /// Tags of which a resource must have all to be in the scope, each with one of its values; one element is enough. Empty:
    /// everything is in the scope.
    pub scope: Vec<BTreeMap<String, Vec<String>>>,
    /// The parameters of rules that were set, by rule and name.
    pub params: Vec<Param>,
    /// The rules that were not evaluated, by choice.
    pub left_out: Vec<String>,
}

/// A parameter of a rule that was set.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Param {
    /// The rule.
    pub rule: String,
    /// The parameter.
    pub name: String,
    /// Its value; the elements of a list are separated by commas.
    pub value: String,
    /// Where it was set: ``profile `pci-cde` ``, `fasscan.toml:7`, `--rule-param`.
    pub set_by: String,
}

/// What the scan says of a framework.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FrameworkResult {
    /// Such as `pci-dss-4.0.1`.
    pub id: String,
    /// Such as `PCI DSS`.
    pub title: String,
    /// Such as `4.0.1`.
    pub version: String,
    /// How many controls have each status.
    pub summary: ByStatus,
    /// The controls, in the order of the framework.
    pub controls: Vec<ControlResult>,
}

/// A count for each status.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ByStatus {
    /// A resource fails a rule.
    pub fail: usize,
    /// No resource fails, and of some nobody can tell.
    pub unknown: usize,
    /// What was evaluated passes, and that is not all that the control asks.
    pub partial: usize,
    /// All that the control asks was evaluated, and passes.
    pub pass: usize,
    /// A scan can answer it, and nothing of the input was evaluated for it.
    pub not_assessed: usize,
    /// AWS answers for it.
    pub inherited: usize,
    /// People answer for it.
    pub manual: usize,
}

/// What the scan says of a control.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ControlResult {
    /// Such as `3.5.1`.
    pub id: String,
    /// What it asks, in own words.
    pub title: String,
    /// How far a scan can answer it.
    pub automation: Automation,
    /// Whom it concerns.
    pub applies_to: AppliesTo,
    /// The part of the framework, where that is a choice of the audited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// The control that has taken its place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub superseded_by: Option<String>,
    /// What the scan says.
    pub status: Status,
    /// Resources in the scope, each by its worst verdict of the rules that bear on the control.
    pub resources: ResourceCounts,
    /// The rules that bear on it, each by its worst verdict.
    pub rules: RuleCounts,
    /// What a person must show for what no scan can attest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<String>,
}

/// Resources by their worst verdict.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ResourceCounts {
    /// They pass every rule that concerns them.
    pub pass: usize,
    /// They fail a rule.
    pub fail: usize,
    /// They fail none, and of some rule nobody can tell.
    pub unknown: usize,
}

/// Rules by their worst verdict.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RuleCounts {
    /// They pass every resource that they concern.
    pub pass: usize,
    /// They fail a resource.
    pub fail: usize,
    /// They fail none, and of some nobody can tell.
    pub unknown: usize,
    /// Nothing in the scope concerns them.
    pub not_evaluated: usize,
    /// They were not evaluated, by choice.
    pub left_out: usize,
}

impl Settings {
    /// Notes parameters that were set later than the ones before.
    pub fn set_params(&mut self, params: Vec<Param>) {
        for param in params {
            self.params.retain(|other| (&other.rule, &other.name) != (&param.rule, &param.name));
            self.params.push(param);
        }
        self.params.sort();
    }
}

impl ByStatus {
    /// Counts one more.
    pub const fn add(&mut self, status: Status) {
        *self.of_mut(status) += 1;
    }

    /// The count of a status.
    #[must_use]
    pub const fn of(mut self, status: Status) -> usize {
        *self.of_mut(status)
    }

    const fn of_mut(&mut self, status: Status) -> &mut usize {
        match status {
            Status::Fail => &mut self.fail,
            Status::Unknown => &mut self.unknown,
            Status::Partial => &mut self.partial,
            Status::Pass => &mut self.pass,
            Status::NotAssessed => &mut self.not_assessed,
            Status::Inherited => &mut self.inherited,
            Status::Manual => &mut self.manual,
        }
    }
}

impl FrameworkResult {
    /// A framework without a control yet.
    #[must_use]
    pub fn of(framework: &Framework) -> Self {
        Self {
            id: framework.id.to_string(),
            title: framework.title.to_string(),
            version: framework.version.to_string(),
            summary: ByStatus::default(),
            controls: Vec::with_capacity(framework.controls.len()),
        }
    }

    /// `4 fail, 1 unknown`: the counts that are not zero.
    #[must_use]
    pub fn counts(&self) -> String {
        let words = Status::ALL.iter().map(|status| (self.summary.of(*status), status.as_str().replace('-', " ")));
        let parts: Vec<String> =
            words.filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
        parts.join(", ")
    }
}

impl ControlResult {
    /// A control of which a scan says this.
    #[must_use]
    pub fn of(control: &Control, status: Status, resources: ResourceCounts, rules: RuleCounts) -> Self {
        let text = |text: &Option<Box<str>>| text.as_deref().map(str::to_owned);
        Self {
            id: control.id.to_string(),
            title: control.title.to_string(),
            automation: control.automation,
            applies_to: control.applies_to,
            category: text(&control.category),
            superseded_by: text(&control.superseded_by),
            status,
            resources,
            rules,
            evidence: text(&control.evidence),
        }
    }
}
