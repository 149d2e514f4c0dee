//! The indexes.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{SCANNERS, cell};
use crate::framework::Framework;
use crate::rule::ast::{Rule, RuleSet, Strength};

/// The service of a rule: the folder of its file, or the first word of its id.
fn service(rule: &Rule) -> &str {
    let folder = rule.file.path().rsplit('/').nth(1);
    folder.unwrap_or_else(|| rule.id.split('-').next().unwrap_or_default())
}

pub(super) fn by_service(rules: &RuleSet) -> String {
    let mut services: BTreeMap<&str, Vec<&Rule>> = BTreeMap::new();
    for rule in &rules.rules {
        services.entry(service(rule)).or_default().push(rule);
    }
    let mut out = format!(
        "# Rules\n\n{} rules in {} services. Other ways in: [by the requirement of a framework](frameworks.md), [by the id that another\nscanner has](peers.md).\n",
        rules.rules.len(),
        services.len()
    );
    for (service, rules) in services {
        let _ = write!(out, "\n## {service}\n\n| rule | severity | what is wrong |\n|---|---|---|\n");
        for rule in rules {
            let _ = writeln!(out, "| {} | {} | {} |", link(rule), rule.severity.as_str(), cell(&rule.title));
        }
    }
    out
}

pub(super) fn by_framework(rules: &RuleSet, frameworks: &[Framework]) -> String {
    let mut out =
        "# Rules by requirement\n\nA rule in bold tests what the requirement asks; the others support it.\n".to_owned();
    for framework in frameworks {
        let _ = write!(
            out,
            "\n## {} {}\n\n| requirement | what it asks | a scan answers it | rules |\n|---|---|---|---|\n",
            framework.title, framework.version
        );
        for control in &framework.controls {
            let mut bearing = Vec::new();
            for rule in &rules.rules {
                let mut of_this = rule
                    .controls
                    .iter()
                    .filter(|of| *of.framework == *framework.id && of.ids.iter().any(|id| **id == *control.id));
                match of_this.next().map(|of| of.strength) {
                    Some(Strength::Direct) => bearing.push(format!("**{}**", link(rule))),
                    Some(Strength::Supports) => bearing.push(link(rule)),
                    None => {}
                }
            }
            let (id, title, automation) = (&control.id, cell(&control.title), control.automation.as_str());
            let _ = writeln!(out, "| {id} | {title} | {automation} | {} |", bearing.join(", "));
        }
    }
    out
}

pub(super) fn by_peer(rules: &RuleSet) -> String {
    let mut out =
        "# Rules by the ids of other scanners\n\n`fasscan rules show ID` finds them by these ids too.\n".to_owned();
    for (key, name) in SCANNERS {
        let mut ids: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for rule in &rules.rules {
            for (_, id) in rule.peers.iter().filter(|(scanner, _)| &**scanner == key) {
                ids.entry(id).or_default().push(link(rule));
            }
        }
        if ids.is_empty() {
            continue;
        }
        let _ = write!(out, "\n## {name}\n\n| id | rules |\n|---|---|\n");
        for (id, rules) in ids {
            let _ = writeln!(out, "| `{id}` | {} |", rules.join(", "));
        }
    }
    out
}

fn link(rule: &Rule) -> String {
    format!("[{0}]({0}.md)", rule.id)
}
