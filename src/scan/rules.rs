//! The rules as reports have them.

use std::collections::BTreeMap;

use super::redact::says;
use crate::eval::looks_for_secrets;
use crate::report::document::{Control, RuleInfo, Severity};
use crate::rule::{self, RuleSet};

/// What a reader of the report needs of a rule.
#[must_use]
pub fn info(rule: &rule::Rule) -> RuleInfo {
    let controls = rule.controls.iter().flat_map(|reference| {
        reference.ids.iter().map(|id| Control {
            framework: reference.framework.to_string(),
            id: id.to_string(),
            strength: strength(reference.strength).to_owned(),
            rationale: reference.rationale.to_string(),
        })
    });
    let mut peers: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (scanner, id) in &rule.peers {
        peers.entry(scanner.to_string()).or_default().push(id.to_string());
    }
    RuleInfo {
        id: rule.id.to_string(),
        title: rule.title.to_string(),
        severity: severity(rule.severity),
        description: rule.description.to_string(),
        remediation: rule.remediation.to_string(),
        references: rule.references.iter().map(ToString::to_string).collect(),
        profile: rule.profile.as_deref().map(str::to_owned),
        controls: controls.collect(),
        peers,
    }
}

/// The severity as reports have it.
pub(super) const fn severity(severity: rule::Severity) -> Severity {
    match severity {
        rule::Severity::Low => Severity::Low,
        rule::Severity::Medium => Severity::Medium,
        rule::Severity::High => Severity::High,
        rule::Severity::Critical => Severity::Critical,
    }
}

const fn strength(strength: rule::Strength) -> &'static str {
    match strength {
        rule::Strength::Direct => "direct",
        rule::Strength::Supports => "supports",
    }
}

/// Whether the message of a rule has this word.
pub(super) fn say(rules: &RuleSet, word: &str) -> bool {
    let mut asserts = rules.rules.iter().flat_map(|rule| &rule.asserts);
    asserts.any(|assert| says(&assert.message.0, word))
}

/// Whether the rule has a clause about secrets in clear text.
pub(super) fn is_about_secrets(rule: &rule::Rule) -> bool {
    rule.asserts.iter().any(|assert| looks_for_secrets(&assert.clause)) || rule.conditions.iter().any(looks_for_secrets)
}
