//! Commands, flags and exit codes.

use crate::run::{RULE, check, check_stdin, database, fasscan, fasscan_in, write};

#[test]
fn help_is_as_it_was() {
    insta::assert_snapshot!("help", fasscan(&["--help"]).stdout);
    insta::assert_snapshot!("help_check", fasscan(&["check", "--help"]).stdout);
    insta::assert_snapshot!("help_rules", fasscan(&["rules", "--help"]).stdout);
    insta::assert_snapshot!("help_rules_test", fasscan(&["rules", "test", "--help"]).stdout);
}

#[test]
fn the_exit_code_says_how_the_gate_stands() {
    let dir = tempfile::tempdir().unwrap();
    let good = write(dir.path(), "good.yaml", &database(true));
    let bad = write(dir.path(), "bad.yaml", &database(false));
    let broken = write(dir.path(), "broken.yaml", "Resources:\n  A: [\n");
    let other = write(dir.path(), "other/notes.txt", "nothing");
    assert_eq!(check(&[&good]).code(), 0);
    assert_eq!(check(&[&bad]).code(), 1);
    assert_eq!(check(&[&broken]).code(), 2);
    assert_eq!(check(&[&good, &broken]).code(), 2);
    assert_eq!(check(&[&bad, &broken]).code(), 2, "incomplete comes before failed");
    assert_eq!(check(&[&bad, &broken, "--allow-incomplete"]).code(), 1);
    assert_eq!(check(&[&good, &broken, "--allow-incomplete"]).code(), 0);
    assert_eq!(check(&[dir.path().join("other").to_str().unwrap()]).code(), 3);
    assert_eq!(check(&[&other]).code(), 2, "what is named is to be a template");
    assert_eq!(check(&["no/such/path"]).code(), 2);
}

#[test]
fn the_gate_fails_from_the_given_severity_on() {
    let dir = tempfile::tempdir().unwrap();
    let bad = write(dir.path(), "bad.yaml", &database(false));
    for (fail_on, code) in [("critical", 0), ("high", 1), ("medium", 1), ("low", 1), ("none", 0)] {
        assert_eq!(check(&[&bad, "--fail-on", fail_on]).code(), code, "{fail_on}");
    }
}

#[test]
fn unknown_and_contradicting_flags_are_refused() {
    for args in [
        &["--no-such-flag"][..],
        &["--output", "yaml"],
        &["--output", "json="],
        &["--output", "json", "--output", "sarif"],
        &["--output", "json=x.out", "--output", "sarif=x.out"],
        &["--output", "json", "--verbose"],
        &["--verbose", "--quiet"],
        &["--fail-on", "severe"],
        &["--today", "2026-02-30"],
        &["--today", "20260101"],
        &["--account", "123"],
        &["--region", "moon"],
        &["--jobs", "0"],
        &["--framework", "pci-dss-3"],
        &["--rule", "no-such-rule"],
        &["--rules", "no/such/folder"],
        &["--rule-param", "nonsense"],
        &["--rule-param", "test-database-unencrypted.unwanted=true"],
        &["--rule-param", "test-database-unencrypted.wanted=7"],
    ] {
        let run = check(&[&["fixtures/traps/a1.yaml"], args].concat());
        assert_eq!(run.code(), 2, "{args:?}");
        assert!(run.stdout.is_empty() && run.stderr.contains("error"), "{args:?}: {run:?}");
    }
    assert_eq!(fasscan(&["check"]).code(), 2);
    assert_eq!(fasscan(&["frobnicate"]).code(), 2);
}

#[test]
fn a_misspelt_rule_is_guessed() {
    let run = fasscan(&["check", "--rule", "rds-storage-unencryptd", "fixtures/traps/a1.yaml"]);
    assert!(run.stderr.contains("did you mean `rds-storage-unencrypted`"), "{}", run.stderr);
}

#[test]
fn a_parameter_changes_what_a_rule_wants() {
    let dir = tempfile::tempdir().unwrap();
    let bad = write(dir.path(), "bad.yaml", &database(false));
    assert_eq!(check(&[&bad, "--rule-param", "test-database-unencrypted.wanted=false"]).code(), 0);
}

#[test]
fn frameworks_choose_rules() {
    let rules = |args: &[&str]| fasscan(&[&["rules", "list"], args].concat()).stdout.lines().count();
    assert!(rules(&["--framework", "pci-dss-4.0.1"]) < rules(&[]) + 1);
    assert!(rules(&["--framework", "soc2-2017"]) > 10);
    let dir = tempfile::tempdir().unwrap();
    let bad = write(dir.path(), "bad.yaml", &database(false));
    assert_eq!(check(&[&bad, "--framework", "pci-dss-4.0.1"]).code(), 1);
    let run = check(&[&bad, "--framework", "soc2-2017"]);
    assert_eq!(run.code(), 2);
    assert!(run.stderr.contains("leave no rule"), "{}", run.stderr);
}

#[test]
fn standard_input_is_a_template() {
    let run = check_stdin(&database(false), &["--quiet"]);
    assert_eq!(run.code(), 1);
    assert!(run.stdout.starts_with("<stdin>:5:25: high[test-database-unencrypted]"), "{}", run.stdout);
    assert_eq!(check_stdin("", &[]).code(), 2);
}

#[test]
fn rules_are_listed_shown_checked_and_tested() {
    let list = fasscan(&["rules", "list", "--rules", "fixtures/rules"]);
    assert_eq!(list.code(), 0);
    assert!(list.stdout.contains("test-database-unencrypted"));
    let show = fasscan(&["rules", "show", "test-database-unencrypted", "--rules", "fixtures/rules"]);
    assert!(show.stdout.contains("Set `StorageEncrypted: true`."), "{}", show.stdout);
    for peer in ["CKV_AWS_16", "RDS_STORAGE_ENCRYPTED", "rds-storage-encrypted"] {
        let show = fasscan(&["rules", "show", peer]);
        assert!(show.stdout.starts_with("rds-storage-unencrypted\n"), "{peer}: {}", show.stdout);
    }
    assert_eq!(fasscan(&["rules", "show", "nothing"]).code(), 2);
    assert_eq!(fasscan(&["rules", "lint", "fixtures/rules"]).code(), 0);
    let test = fasscan(&["rules", "test", "fixtures/rules"]);
    assert_eq!((test.code(), test.stdout.as_str()), (0, "3 passed, 0 failed\n"));
}

#[test]
fn a_test_that_does_not_hold_is_shown_at_its_place() {
    let dir = tempfile::tempdir().unwrap();
    let text = std::fs::read_to_string("fixtures/rules/test-database-unencrypted.toml").unwrap();
    write(dir.path(), "test-database-unencrypted.toml", &text.replace("line = 5", "line = 3"));
    let run = fasscan_in(dir.path(), &["rules", "test", "."]);
    assert_eq!(run.code(), 1);
    assert!(run.stdout.contains("test-database-unencrypted.toml:39:"), "{}", run.stdout);
    assert!(run.stdout.contains("fails at line 5, not 3"), "{}", run.stdout);
    assert!(run.stdout.ends_with("2 passed, 1 failed\n"), "{}", run.stdout);
}

#[test]
fn a_rule_file_with_errors_stops_the_scan_with_all_of_them() {
    let run = fasscan(&["check", "--rules", "fixtures/broken/rules", "fixtures/traps/a1.yaml"]);
    assert_eq!(run.code(), 2);
    assert!(run.stdout.is_empty(), "nothing was scanned");
    assert_eq!(run.stderr.matches("\nerror: ").count() + 1, 10, "{}", run.stderr);
    assert!(run.stderr.matches("ten-errors.toml:").count() >= 10, "{}", run.stderr);
}

#[test]
fn colours_are_for_terminals_unless_asked_for() {
    let dir = tempfile::tempdir().unwrap();
    let bad = write(dir.path(), "bad.yaml", &database(false));
    assert!(!check(&[&bad]).stdout.contains('\u{1b}'));
    assert!(check(&[&bad, "--color", "always"]).stdout.contains('\u{1b}'));
    let mut command =
        crate::run::command(std::path::Path::new(crate::run::ROOT), &[&["check", &bad], &RULE[..]].concat());
    command.env("NO_COLOR", "1");
    assert!(!crate::run::finish(command).stdout.contains('\u{1b}'));
}

#[test]
#[cfg(unix)]
fn a_reader_that_has_seen_enough_is_no_error() {
    use std::process::Stdio;
    let args = ["check", "fixtures/systems/fas-openvpn/cdk.out", "--output", "json"];
    let mut command = crate::run::command(std::path::Path::new(crate::run::ROOT), &args);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert_ne!(output.status.code(), Some(2));
}
