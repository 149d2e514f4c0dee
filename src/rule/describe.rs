//! Rules as text for people.

use std::fmt::Write as _;

use super::ast::{Param, Rule, RuleSet, Status, Strength};

impl Status {
    /// As rule files and reports write it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Preview => "preview",
            Self::Stable => "stable",
            Self::Deprecated => "deprecated",
        }
    }
}

impl Strength {
    /// As rule files and reports write it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Direct => "direct",
            Self::Supports => "supports",
        }
    }
}

/// One line for each rule, by id: id, severity, resource types, number of controls, title, in aligned columns under a header.
#[must_use]
pub fn list(rules: &RuleSet) -> String {
    let header = ["ID", "SEVERITY", "TYPES", "CONTROLS", "TITLE"].map(str::to_owned);
    let row = |rule: &Rule| {
        let controls: usize = rule.controls.iter().map(|control| control.ids.len()).sum();
        let types = match &*rule.types {
            [first, _, ..] => format!("{first} and {} more", rule.types.len() - 1),
            types => types.concat(),
        };
        [rule.id.to_string(), rule.severity.as_str().to_owned(), types, controls.to_string(), rule.title.to_string()]
    };
    let rows: Vec<[String; 5]> = std::iter::once(header).chain(rules.rules.iter().map(row)).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths = [width(0), width(1), width(2), width(3)];
    let mut out = String::new();
    for [id, severity, types, controls, title] in &rows {
        let [a, b, c, d] = widths;
        let _ = writeln!(out, "{id:a$}  {severity:b$}  {types:c$}  {controls:>d$}  {title}");
    }
    out
}

/// Everything about one rule but its tests.
#[must_use]
pub fn show(rule: &Rule) -> String {
    let mut out = format!("{}\n{}\n\n", rule.id, rule.title);
    let mut field = |name: &str, value: &str| {
        if !value.is_empty() {
            let _ = writeln!(out, "{name:12}{value}");
        }
    };
    field("severity", rule.severity.as_str());
    field("status", rule.status.as_str());
    field("reviewed", &rule.reviewed);
    field("types", &rule.types.join(", "));
    field("aliases", &rule.aliases.join(", "));
    let peers: Vec<String> = rule.peers.iter().map(|(scanner, id)| format!("{scanner} {id}")).collect();
    field("peers", &peers.join(", "));
    field("file", rule.file.path());
    paragraph(&mut out, "Why it matters", &rule.description);
    let asserts: Vec<&str> = rule.asserts.iter().map(|assert| &*assert.message.0).collect();
    items(&mut out, "Fails when", &asserts);
    let params: Vec<String> = rule.params.iter().map(param).collect();
    items(&mut out, "Parameters", &params);
    let controls: Vec<String> = rule
        .controls
        .iter()
        .map(|control| {
            let (framework, strength) = (&control.framework, control.strength.as_str());
            format!("{framework} {} ({strength}): {}", control.ids.join(", "), control.rationale)
        })
        .collect();
    items(&mut out, "Controls", &controls);
    paragraph(&mut out, "Remediation", &rule.remediation);
    if let Some(fix) = &rule.fix {
        let caution = match (&fix.why, fix.safe) {
            (Some(why), false) => format!(" (not safe to apply unseen: {why})"),
            (None, false) => " (not safe to apply unseen)".to_owned(),
            (_, true) => String::new(),
        };
        paragraph(&mut out, "Fix", &format!("set `{}` to `{}`{caution}", fix.set, fix.value));
    }
    items(&mut out, "References", &rule.references);
    out
}

fn param(param: &Param) -> String {
    format!("{} = {}", param.name, param.value)
}

fn paragraph(out: &mut String, heading: &str, text: &str) {
    let _ = write!(out, "\n{heading}\n  {}\n", text.trim().replace('\n', "\n  "));
}

fn items(out: &mut String, heading: &str, items: &[impl AsRef<str>]) {
    if items.is_empty() {
        return;
    }
    let _ = write!(out, "\n{heading}\n");
    for item in items {
        let _ = writeln!(out, "  - {}", item.as_ref());
    }
}
