//! The page of a rule.

use std::fmt::Write as _;

use super::{cell, scanner};
use crate::framework::Framework;
use crate::rule::ast::{Absent, Clause, Fallback, OutcomeName, Rule, RuleTest, Subject};
use crate::rule::words;

pub(super) fn page(rule: &Rule, frameworks: &[Framework]) -> String {
    let mut out = format!("# {}\n\n**{}.**\n\n", rule.id, rule.title);
    let _ = writeln!(
        out,
        "{}\n\nSeverity {}, {}; checked against the documentation of AWS on {}.",
        rule.description.trim(),
        rule.severity.as_str(),
        rule.status.as_str(),
        rule.reviewed
    );
    checked(&mut out, rule);
    absent(&mut out, rule);
    examples(&mut out, rule);
    remedy(&mut out, rule);
    params(&mut out, rule);
    controls(&mut out, rule, frameworks);
    elsewhere(&mut out, rule);
    let references: Vec<String> = rule.references.iter().map(|page| format!("<{page}>")).collect();
    list(&mut out, "References", &references);
    out
}

fn list(out: &mut String, heading: &str, items: &[String]) {
    if !items.is_empty() {
        let _ = write!(out, "\n## {heading}\n\n");
        items.iter().for_each(|item| {
            let _ = writeln!(out, "- {item}");
        });
    }
}

fn checked(out: &mut String, rule: &Rule) {
    let types: Vec<String> = rule.types.iter().map(|name| format!("`{name}`")).collect();
    let _ = write!(out, "\n## What it checks\n\nIt judges {}", types.join(", "));
    let _ = writeln!(out, "{}", if rule.conditions.is_empty() { "." } else { " where" });
    clauses(out, rule, rule.conditions.iter());
    let _ = writeln!(out, "\nIt passes when");
    clauses(out, rule, rule.asserts.iter().map(|assert| &assert.clause));
}

fn clauses<'r>(out: &mut String, rule: &Rule, clauses: impl Iterator<Item = &'r Clause>) {
    let mut lines = Vec::new();
    clauses.for_each(|clause| words::clause(rule, clause, 0, &mut lines));
    if !lines.is_empty() {
        out.push('\n');
    }
    for (depth, line) in lines {
        let _ = writeln!(out, "{}- {line}", "  ".repeat(depth));
    }
}

/// What AWS's defaults mean, for the properties that the asserts name.
fn absent(out: &mut String, rule: &Rule) {
    let mut found = Vec::new();
    rule.asserts.iter().for_each(|assert| defaults(rule, &assert.clause, &mut found));
    list(out, "When it is not set", &found);
}

fn defaults(rule: &Rule, clause: &Clause, found: &mut Vec<String>) {
    match clause {
        Clause::Test { subject: Subject::Property(path) | Subject::Attribute(path), absent: Some(absent), .. } => {
            let means = match absent {
                Fallback::Holds(Absent::Fail) => "fails, by what AWS does then".to_owned(),
                Fallback::Holds(Absent::Pass) => "passes by AWS's default (`--strict` fails it)".to_owned(),
                Fallback::Holds(Absent::Harmless) => "passes".to_owned(),
                Fallback::Holds(Absent::Unknown) => "unknown".to_owned(),
                Fallback::Value(value) => format!("as if it were `{}`, AWS's default", rule.operand(value)),
            };
            let name = format!("`{}`: ", path.text);
            // Of several ways to pass, the first says what is wanted.
            if !found.iter().any(|line| line.starts_with(&name)) {
                found.push(format!("{name}{means}"));
            }
        }
        Clause::All(inner) | Clause::Any(inner) => inner.iter().for_each(|clause| defaults(rule, clause, found)),
        _ => {}
    }
}

/// The first test that fails, and the first that passes by what is written in it.
fn examples(out: &mut String, rule: &Rule) {
    let plain = |test: &&RuleTest| test.params.is_empty() && !test.strict;
    let fails = |test: &&RuleTest| test.expect.iter().any(|one| one.outcome == OutcomeName::Fail);
    let passes = |test: &&RuleTest| {
        let right = |outcome| matches!(outcome, OutcomeName::Pass | OutcomeName::NotApplicable);
        test.expect.iter().all(|one| right(one.outcome) && one.by_default != Some(true))
            && test.expect.iter().any(|one| one.outcome == OutcomeName::Pass)
    };
    let first = |wanted: &dyn Fn(&&RuleTest) -> bool| {
        let of = |plainly: bool| rule.tests.iter().find(|test| wanted(test) && (!plainly || plain(test)));
        of(true).or_else(|| of(false))
    };
    if let Some(test) = first(&fails) {
        let lines: Vec<String> = test
            .expect
            .iter()
            .filter(|one| one.outcome == OutcomeName::Fail)
            .map(|one| match one.line {
                Some(line) => format!("`{}`, line {line}", one.resource),
                None => format!("`{}`", one.resource),
            })
            .collect();
        example(out, "A template that fails", test, &format!("Finding at {}.", lines.join("; ")));
    }
    if let Some(test) = first(&passes) {
        example(out, "A template that passes", test, "");
    }
}

fn example(out: &mut String, heading: &str, test: &RuleTest, note: &str) {
    let text = test.template.trim_end();
    let language = if text.trim_start().starts_with('{') { "json" } else { "yaml" };
    let fence = if text.contains("```") { "````" } else { "```" };
    let _ = write!(out, "\n## {heading}\n\n{}.", capital(&test.name));
    if !note.is_empty() {
        let _ = write!(out, " {note}");
    }
    let _ = write!(out, "\n\n{fence}{language}\n{text}\n{fence}\n");
}

fn capital(text: &str) -> String {
    let mut letters = text.trim_end_matches('.').chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn remedy(out: &mut String, rule: &Rule) {
    let _ = write!(out, "\n## How to fix it\n\n{}\n", rule.remediation.trim());
    if let Some(fix) = &rule.fix {
        let caution = match (&fix.why, fix.safe) {
            (_, true) => " It is safe: it replaces and interrupts nothing.".to_owned(),
            (Some(why), false) => format!(" Look before you apply it: {why}."),
            (None, false) => " Look before you apply it.".to_owned(),
        };
        let _ = write!(out, "\nThe edit: set `{}` to `{}`.{caution}\n", fix.set, rule.operand(&fix.value));
    }
}

fn params(out: &mut String, rule: &Rule) {
    if rule.params.is_empty() {
        return;
    }
    let _ = write!(out, "\n## Parameters\n\n| name | default |\n|---|---|\n");
    for param in &rule.params {
        let _ = writeln!(out, "| `{}` | `{}` |", param.name, cell(&param.value.to_string()));
    }
}

fn controls(out: &mut String, rule: &Rule, frameworks: &[Framework]) {
    if rule.controls.is_empty() {
        return;
    }
    let _ = write!(out, "\n## Requirements\n\n| framework | requirement | strength | why |\n|---|---|---|---|\n");
    for reference in &rule.controls {
        let framework = frameworks.iter().find(|framework| *framework.id == *reference.framework);
        let name =
            framework.map_or(reference.framework.to_string(), |known| format!("{} {}", known.title, known.version));
        for id in &reference.ids {
            let title = framework.and_then(|known| known.control(id)).map_or("", |control| &*control.title);
            let (strength, why) = (reference.strength.as_str(), cell(&reference.rationale));
            let _ = writeln!(out, "| {name} | {id} {} | {strength} | {why} |", cell(title));
        }
    }
}

fn elsewhere(out: &mut String, rule: &Rule) {
    let peers: Vec<String> = rule.peers.iter().map(|(key, id)| format!("{}: `{id}`", scanner(key))).collect();
    list(out, "The same elsewhere", &peers);
}
