//! `fasscan iam compare`.

use crate::run::{Run, fasscan};

fn compare(old: &str, new: &str, more: &[&str]) -> Run {
    let path = |name: &str| format!("fixtures/iam/compare/{name}");
    fasscan(&[&["iam", "compare", &path(old), &path(new)], more].concat())
}

#[test]
fn a_policy_that_is_written_otherwise_and_means_the_same_is_proved_to() {
    let run = compare("old.json", "same.yaml", &["--both"]);
    insta::assert_snapshot!(run.stdout);
    assert_eq!((run.code(), run.stderr.as_str()), (0, ""));
}

#[test]
fn new_access_has_a_request_and_the_statement_that_allows_it() {
    let run = compare("old.json", "wider.json", &[]);
    assert_eq!((run.code(), run.stderr.as_str()), (1, ""));
    insta::assert_snapshot!(run.stdout);
    let json = compare("old.json", "wider.json", &["--output", "json"]).json();
    let answer = &json["answers"][0];
    assert_eq!(answer["answer"], "yes");
    assert_eq!(answer["statements"][0]["file"], "fixtures/iam/compare/wider.json");
}

#[test]
fn less_access_is_no_new_access_unless_both_are_asked_for() {
    assert_eq!(compare("wider.json", "wider.json", &["--both"]).code(), 0);
    let less = ["old.json", "undecided.json"];
    let run = compare(less[0], less[1], &[]);
    insta::assert_snapshot!(format!("{}{}", run.stderr, run.stdout));
    let both = compare("template-new.yaml", "template-old.yaml", &["--both"]);
    assert_eq!((compare("template-new.yaml", "template-old.yaml", &[]).code(), both.code()), (0, 1), "{}", both.stdout);
}

#[test]
fn policies_of_templates_are_compared_place_by_place() {
    let run = compare("template-old.yaml", "template-new.yaml", &[]);
    assert_eq!(run.code(), 1);
    insta::assert_snapshot!(run.stdout);
}

#[test]
fn what_cannot_be_read_is_no_answer() {
    let run = fasscan(&["iam", "compare", "fixtures/iam/compare/old.json", "fixtures/iam/compare/gone.json"]);
    assert_eq!(run.code(), 2);
    assert!(run.stderr.contains("gone.json"), "{}", run.stderr);
}
