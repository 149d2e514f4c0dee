//! The built-in rules: free of problems, and true to their own tests. So are the rules that show what the language says.

use std::sync::Arc;

use fasscan::framework;
use fasscan::inventory::schema::Schema;
use fasscan::rule::{Checks, Conventions, RuleSet, builtin_files, load_checked, load_user};
use fasscan::source::{Level, SourceFile};

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

#[test]
fn every_part_of_the_language_means_what_its_example_expects() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/language");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let read = |path: &std::path::PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        Arc::new(SourceFile::new(name, std::fs::read_to_string(path).unwrap()))
    };
    let files: Vec<Arc<SourceFile>> = files.iter().map(read).collect();
    let (mut rules, problems) = load_user(&files, framework::builtin(), RuleSet::default());
    // An example need not show every outcome.
    let errors = problems.iter().filter(|problem| problem.level == Level::Error);
    let problems: Vec<String> = errors.map(ToString::to_string).collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    assert_eq!(rules.rules.len(), files.len());
    let summary = fasscan::rule_tests::run(&mut rules, "2026-11-21");
    let failures: Vec<String> = summary.failures.iter().map(ToString::to_string).collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
