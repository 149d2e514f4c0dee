//! The built-in rules: free of problems, and true to their own tests.

use fasscan::framework;
use fasscan::inventory::schema::Schema;
use fasscan::rule::{Checks, Conventions, RuleSet, builtin_files, load_checked};

fn project_rules() -> (RuleSet, Vec<fasscan::source::Diagnostic>) {
    let checks =
        Checks { schema: Schema::embedded(), frameworks: framework::builtin(), conventions: Conventions::Project };
    load_checked(&builtin_files(), &checks, RuleSet::default())
}

#[test]
fn every_rule_file_loads_without_a_problem() {
    let (rules, problems) = project_rules();
    let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    assert!(rules.rules.len() >= 30);
}

#[test]
fn every_inline_test_of_every_rule_holds() {
    let (mut rules, _) = project_rules();
    let summary = fasscan::rule_tests::run(&mut rules, "2026-11-21");
    let failures: Vec<String> = summary.failures.iter().map(ToString::to_string).collect();
    assert!(
        failures.is_empty(),
        "{} of {} fail\n{}",
        summary.failed,
        summary.failed + summary.passed,
        failures.join("\n")
    );
    assert!(summary.passed > 100);
}
