//! Rules as JSON, for programs.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Serialize;

use super::ast::{Rule, RuleSet};

#[derive(Serialize)]
struct Listed<'a> {
    id: &'a str,
    title: &'a str,
    severity: &'static str,
    status: &'static str,
    reviewed: &'a str,
    types: &'a [Box<str>],
    aliases: &'a [Box<str>],
    peers: BTreeMap<&'a str, Vec<&'a str>>,
    params: BTreeMap<&'a str, String>,
    controls: Vec<Control<'a>>,
    description: &'a str,
    remediation: &'a str,
    references: &'a [Cow<'static, str>],
}

#[derive(Serialize)]
struct Control<'a> {
    framework: &'a str,
    ids: &'a [Cow<'static, str>],
    strength: &'static str,
    rationale: &'a str,
}

/// A list of all rules without their conditions and tests, by id, pretty-printed.
#[must_use]
pub fn list_json(rules: &RuleSet) -> String {
    let listed: Vec<Listed<'_>> = rules.rules.iter().map(listed).collect();
    let mut text = serde_json::to_string_pretty(&listed).unwrap_or_default();
    text.push('\n');
    text
}

fn listed(rule: &Rule) -> Listed<'_> {
    let mut peers: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (scanner, id) in &rule.peers {
        peers.entry(scanner).or_default().push(id);
    }
    Listed {
        id: &rule.id,
        title: &rule.title,
        severity: rule.severity.as_str(),
        status: rule.status.as_str(),
        reviewed: &rule.reviewed,
        types: &rule.types,
        aliases: &rule.aliases,
        peers,
        params: rule.params.iter().map(|param| (&*param.name, param.value.to_string())).collect(),
        controls: rule
            .controls
            .iter()
            .map(|of| Control {
                framework: &of.framework,
                ids: &of.ids,
                strength: of.strength.as_str(),
                rationale: &of.rationale,
            })
            .collect(),
        description: rule.description.trim(),
        remediation: rule.remediation.trim(),
        references: &rule.references,
    }
}
