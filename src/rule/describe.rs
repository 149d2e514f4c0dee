//! Rules as text for people.

use std::fmt::Write as _;

use super::ast::{Clause, Param, Rule, RuleSet, Status, Strength};
use super::words;

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
    field("profile", rule.profile.as_deref().unwrap_or_default());
    field("file", rule.file.path());
    paragraph(&mut out, "Why it matters", &rule.description);
    clauses(&mut out, "Applies when", rule, rule.conditions.iter());
    clauses(&mut out, "Passes when", rule, rule.asserts.iter().map(|assert| &assert.clause));
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
        paragraph(&mut out, "Fix", &format!("set `{}` to `{}`{caution}", fix.set, rule.operand(&fix.value)));
    }
    items(&mut out, "References", &rule.references);
    out
}

fn clauses<'r>(out: &mut String, heading: &str, rule: &Rule, clauses: impl Iterator<Item = &'r Clause>) {
    let mut lines = Vec::new();
    clauses.for_each(|clause| words::clause(rule, clause, 0, &mut lines));
    if !lines.is_empty() {
        let _ = write!(out, "\n{heading}\n");
    }
    for (depth, line) in lines {
        let _ = writeln!(out, "  {}- {line}", "  ".repeat(depth));
    }
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::framework;
    use crate::rule::load::tests::RULE;
    use crate::rule::load_user;
    use crate::source::SourceFile;

    fn example() -> RuleSet {
        let file = Arc::new(SourceFile::new("own-rule.toml", RULE));
        load_user(&[file], framework::builtin(), RuleSet::default()).0
    }

    #[test]
    fn the_list_has_one_aligned_line_for_each_rule() {
        let mut rules = example();
        let mut other = example().rules;
        other[0].id = "a-much-longer-id".into();
        other[0].types.push("AWS::S3::Bucket".into());
        rules.rules.splice(0..0, other);
        insta::assert_snapshot!(list(&rules), @r#"
        ID                SEVERITY  TYPES                             CONTROLS  TITLE
        a-much-longer-id  low       AWS::Lambda::Function and 1 more         1  Function is odd
        own-rule          low       AWS::Lambda::Function                    1  Function is odd
        "#);
    }

    #[test]
    fn a_rule_is_shown_with_all_that_a_reader_needs() {
        insta::assert_snapshot!(show(&example().rules[0]), @r#"
        own-rule
        Function is odd

        severity    low
        status      preview
        reviewed    2026-11-21
        types       AWS::Lambda::Function
        aliases     own-rule-before
        peers       checkov CKV_1, checkov CKV_2
        file        own-rule.toml

        Why it matters
          It is odd.

        Applies when
          - `Runtime` is set

        Passes when
          - `Runtime` is one of `python3.13`, `nodejs22.x`
          - `Timeout` is at least `7`, or is not set
          - for no element of `Environment.Variables`:
            - its key is one of `A`, `B`
            - it matches `^x`
          - for at least one key (AWS::KMS::Key; unknown without one):
            - `EnableKeyRotation` is `true`

        Parameters
          - names = A, B
          - days = 7

        Controls
          - soc2-2017 CC6.1 (direct): Because.

        Remediation
          Repair it.

        Fix
          set `Timeout` to `7`

        References
          - https://example.com/a
        "#);
    }

    #[test]
    fn every_built_in_condition_has_words() {
        let (rules, _) = RuleSet::builtin();
        for rule in &rules.rules {
            let text = show(rule);
            assert!(text.contains("\nPasses when\n  - "), "{text}");
            assert!(!text.contains("``") && !text.contains("  \n"), "{text}");
        }
    }
}
