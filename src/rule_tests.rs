//! The inline tests of rules, run: each test's template is resolved and judged by its one rule.

use std::sync::Arc;

use crate::eval::{self, Case, Outcome, Verdict, When};
use crate::inventory::Inventory;
use crate::rule::{Expectation, OutcomeName, RuleSet, RuleTest};
use crate::source::{Diagnostic, Level, Limits, SourceFile, json, yaml};
use crate::template::unit::{Environment, Root, Template, Unit};

/// The account of a test that names none.
const ACCOUNT: &str = "123456789012";
/// The region of a test that names none.
const REGION: &str = "us-east-1";

/// What the tests of some rules gave.
#[derive(Debug, Default)]
pub struct Summary {
    /// How many tests did what they expect.
    pub passed: usize,
    /// How many did not.
    pub failed: usize,
    /// What the failed ones gave instead, at the expectation in the rule file.
    pub failures: Vec<Diagnostic>,
}

/// Runs the inline tests of every rule. `today` is the day for rules that compare dates, `YYYY-MM-DD`.
pub fn run(rules: &mut RuleSet, today: &str) -> Summary {
    let mut summary = Summary::default();
    for index in 0..rules.rules.len() {
        for test in std::mem::take(&mut rules.rules[index].tests) {
            let failures = run_one(rules, index, &test, today);
            if failures.is_empty() {
                summary.passed += 1;
            } else {
                summary.failed += 1;
                summary.failures.extend(failures);
            }
            rules.rules[index].tests.push(test);
        }
    }
    summary
}

fn run_one(rules: &mut RuleSet, rule: usize, test: &RuleTest, today: &str) -> Vec<Diagnostic> {
    let file = Arc::clone(&rules.rules[rule].file);
    let say =
        |span, message: String| Diagnostic::at(Level::Error, &file, span, format!("test `{}`: {message}", test.name));
    let id = rules.rules[rule].id.clone();
    let saved = rules.rules[rule].params.clone();
    for (name, value) in &test.params {
        if let Err(error) = rules.set_param(&id, name, value.clone()) {
            return vec![say(test.span, error.to_string())];
        }
    }
    let failures = match inventory_of(test) {
        Err(message) => vec![say(test.span, message)],
        Ok(inventory) => {
            let options = eval::Options {
                today: test.today.as_deref().unwrap_or(today).into(),
                strict: test.strict,
                scope: test.scope.clone(),
            };
            let verdicts = eval::evaluate_rule(&inventory, rules, rule, &options);
            test.expect
                .iter()
                .filter_map(|expected| Some(say(expected.span, difference(&inventory, &verdicts, expected)?)))
                .collect()
        }
    };
    for param in saved {
        // A value that was there before is valid.
        let _ = rules.set_param(&id, &param.name, param.value);
    }
    failures
}

/// The inventory of a test's template.
fn inventory_of(test: &RuleTest) -> Result<Inventory, String> {
    let text: &str = &test.template;
    let file = Arc::new(SourceFile::new("template", text));
    let first = |problems: Vec<Diagnostic>| {
        problems.first().map_or_else(String::new, |problem| format!("the template does not parse: {problem}"))
    };
    let tree = if text.trim_start().starts_with('{') {
        json::parse(&file, Limits::default()).map_err(first)?
    } else {
        let documents = yaml::parse(&file, Limits::default()).map_err(first)?;
        documents.trees.into_iter().next().ok_or("the template is empty")?
    };
    let environment = Environment {
        account: Some(test.account.clone().unwrap_or_else(|| ACCOUNT.into())),
        region: Some(test.region.clone().unwrap_or_else(|| REGION.into())),
    };
    let root = Root { template: 0, name: "test".into(), environment, parameters: Vec::new(), tags: Vec::new() };
    let unit = Unit { templates: vec![Template::new(tree)], roots: vec![root] };
    Ok(crate::template::resolve(&unit).0)
}

/// How a verdict differs from what is expected, as a sentence.
fn difference(inventory: &Inventory, verdicts: &[Verdict], expected: &Expectation) -> Option<String> {
    let Some(verdict) =
        verdicts.iter().find(|verdict| inventory.resource(verdict.resource).logical_id == expected.resource)
    else {
        return Some(format!("the rule does not judge `{}`", expected.resource));
    };
    let got = outcome_name(&verdict.outcome);
    if got != expected.outcome {
        return Some(format!(
            "`{}` is {}, not {}",
            expected.resource,
            describe(inventory, &verdict.outcome),
            expected.outcome.as_str()
        ));
    }
    match &verdict.outcome {
        Outcome::Fail { violations, always } => {
            if let (Some(line), Some(violation)) = (expected.line, violations.first()) {
                let file = inventory.files.get(violation.place.file);
                let got = file.position(violation.place.span.start).line;
                if got != line {
                    return Some(format!("`{}` fails at line {got}, not {line}", expected.resource));
                }
            }
            let first = if *always { None } else { violations.first() };
            different_case(expected, first.and_then(|violation| violation.when.as_ref()))
        }
        Outcome::Unknown { causes, when } => {
            if let Some(cause) = &expected.cause
                && !causes.iter().any(|known| known.id() == &**cause)
            {
                let known: Vec<&str> = causes.iter().map(crate::value::Cause::id).collect();
                return Some(format!("`{}` is unknown for {}, not {cause}", expected.resource, known.join(", ")));
            }
            if expected.when.is_empty() { None } else { different_case(expected, when.as_ref()) }
        }
        Outcome::Pass { by_default } => match expected.by_default {
            Some(wanted) if wanted != *by_default => Some(format!(
                "`{}` passes {}",
                expected.resource,
                if *by_default { "by default only" } else { "on its own" }
            )),
            _ => None,
        },
        Outcome::NotApplicable { .. } => None,
    }
}

fn different_case(expected: &Expectation, when: Option<&When>) -> Option<String> {
    let Some(when) = when else {
        let message = format!("`{}` fails in every case", expected.resource);
        return (!expected.when.is_empty()).then_some(message);
    };
    if expected.when.is_empty() {
        return Some(format!("`{}` fails in some cases only: when {when}", expected.resource));
    }
    let fits = expected.when.iter().all(|(name, value)| {
        let is = |case: &Case| matches!(case, Case::Is(is) if is == value);
        when.parameters.iter().any(|(known, case)| known == name && is(case))
            || when.asked.iter().any(|(known, truth)| known == name && **value == *truth.to_string())
    });
    (!fits).then(|| format!("`{}` fails when {when}", expected.resource))
}

fn outcome_name(outcome: &Outcome) -> OutcomeName {
    match outcome {
        Outcome::Pass { .. } => OutcomeName::Pass,
        Outcome::Fail { .. } => OutcomeName::Fail,
        Outcome::Unknown { .. } => OutcomeName::Unknown,
        Outcome::NotApplicable { .. } => OutcomeName::NotApplicable,
    }
}

/// An outcome with its reason, for people who compare it with what they expected.
fn describe(inventory: &Inventory, outcome: &Outcome) -> String {
    let name = outcome_name(outcome).as_str();
    match outcome {
        Outcome::Fail { violations, .. } => {
            let first = violations.first().map(|violation| {
                let line = inventory.files.get(violation.place.file).position(violation.place.span.start).line;
                format!(" (line {line}: {})", violation.message)
            });
            format!("{name}{}", first.unwrap_or_default())
        }
        Outcome::Unknown { causes, .. } => {
            let causes: Vec<String> = causes.iter().map(ToString::to_string).collect();
            format!("{name} ({})", causes.join("; "))
        }
        Outcome::NotApplicable { reason } => format!("{name} ({reason})"),
        Outcome::Pass { .. } => name.to_owned(),
    }
}
