//! Profiles, the configuration file, and the scope.

use std::path::Path;

use serde_json::Value;

use crate::run::{ROOT, Run, fasscan_in, write};

const LOGS: &str = "logs-log-group-retention-short";

/// A folder with a log group that keeps its records for a month.
fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    write(
        dir.path(),
        "app.yaml",
        "Resources:\n  Log:\n    Type: AWS::Logs::LogGroup\n    Properties:\n      RetentionInDays: 30\n",
    );
    for (name, text) in files {
        write(dir.path(), name, text);
    }
    dir
}

fn check(dir: &Path, args: &[&str]) -> Run {
    fasscan_in(dir, &[&["check", "app.yaml", "--today", "2026-11-21"], args].concat())
}

fn json(dir: &Path, args: &[&str]) -> Value {
    check(dir, &[args, &["--output", "json"]].concat()).json()
}

#[test]
fn one_setting_with_two_thresholds_is_decided_by_the_profile() {
    let dir = folder(&[]);
    let code = |args: &[&str]| check(dir.path(), &[&["--rule", LOGS], args].concat()).code();
    assert_eq!(code(&[]), 1, "a year by default");
    assert_eq!(code(&["--profile", "pci-cde"]), 1);
    assert_eq!(code(&["--profile", "operational"]), 0);
}

#[test]
fn profiles_that_contradict_each_other_are_refused_until_it_is_settled() {
    let month = format!(
        "id = \"month\"\ntitle = \"Month\"\ndescription = \"A month.\"\n[params.\"{LOGS}\"]\nminimum_days = 30\n"
    );
    let dir = folder(&[("month.toml", &month)]);
    let both = ["--profile", "pci-cde", "--profile", "month.toml", "--rule", LOGS];
    let run = check(dir.path(), &both);
    assert_eq!((run.code(), run.stdout.as_str()), (2, ""));
    insta::assert_snapshot!(run.stderr, @r##"
    error: profile `pci-cde` sets `minimum_days` of rule `logs-log-group-retention-short` to 365, and profile `month` to 30
     |
     = help: scan once by each, or settle it with `--rule-param logs-log-group-retention-short.minimum_days=VALUE`
    "##);
    let param = format!("{LOGS}.minimum_days=90");
    assert_eq!(check(dir.path(), &[&both[..], &["--rule-param", &param]].concat()).code(), 1);
    write(dir.path(), "fasscan.toml", &format!("[params.\"{LOGS}\"]\nminimum_days = 7\n"));
    assert_eq!(check(dir.path(), &both).code(), 0);
}

#[test]
fn flags_win_over_the_file_and_the_file_over_profiles_and_the_report_says_which() {
    let config = format!("profiles = [\"operational\"]\n\n[params.\"{LOGS}\"]\nminimum_days = 60\n");
    let dir = folder(&[("fasscan.toml", &config), ("deep/er/app.yaml", "Resources: {}\n")]);
    let set = |dir: &Path, args: &[&str]| {
        let report = json(dir, args);
        let settings = &report["settings"];
        let param = settings["params"].as_array().unwrap().iter().find(|param| param["rule"] == LOGS).unwrap().clone();
        assert_eq!(settings["params"].as_array().unwrap().iter().filter(|param| param["rule"] == LOGS).count(), 1);
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        (text(&param["value"]), text(&param["set_by"]), settings["profiles"].to_string())
    };
    let expected = |value: &str, by: &str, profiles: &str| (value.to_owned(), by.to_owned(), profiles.to_owned());
    assert_eq!(set(dir.path(), &[]), expected("60", "fasscan.toml:4", "[\"operational\"]"));
    let upwards = set(&dir.path().join("deep/er"), &[]);
    assert_eq!((&*upwards.0, upwards.1.ends_with("/fasscan.toml:4")), ("60", true), "{}", upwards.1);
    let param = format!("{LOGS}.minimum_days=90");
    let flag = set(dir.path(), &["--rule-param", &param, "--profile", "pci-cde"]);
    assert_eq!(flag, expected("90", "--rule-param", "[\"pci-cde\"]"));
    write(dir.path(), "other.toml", "");
    let profile = set(dir.path(), &["--config", "other.toml", "--profile", "operational"]);
    assert_eq!(profile, expected("30", "profile `operational`", "[\"operational\"]"));
}

#[test]
fn what_is_wrong_with_the_file_is_told_at_its_place_and_nothing_is_scanned() {
    let dir = folder(&[]);
    let told = |text: &str| {
        write(dir.path(), "fasscan.toml", text);
        let run = check(dir.path(), &[]);
        assert_eq!((run.code(), run.stdout.as_str()), (2, ""), "{}", run.stderr);
        run.stderr
    };
    insta::assert_snapshot!(told("profile = [\"pci-cde\"]\n[scope]\ntag = 1\n"), @r##"
    error: unknown key `profile`
     --> fasscan.toml:1:1
      |
    1 | profile = ["pci-cde"]
      | ^^^^^^^
      |
      = help: did you mean `profiles`

    error: unknown key `tag`
     --> fasscan.toml:3:1
      |
    3 | tag = 1
      | ^^^
      |
      = help: did you mean `tags`
    "##);
    insta::assert_snapshot!(told("profiles = [\"pci-cd\"]\n"), @r##"
    error: there is no profile `pci-cd`
     --> fasscan.toml:1:13
      |
    1 | profiles = ["pci-cd"]
      |             ^^^^^^^^
      |
      = help: did you mean `pci-cde`
    "##);
    insta::assert_snapshot!(told("[params.\"logs-log-group-retention-shrt\"]\nminimum_days = 1\n"), @r##"
    error: there is no rule `logs-log-group-retention-shrt`
     --> fasscan.toml:1:9
      |
    1 | [params."logs-log-group-retention-shrt"]
      |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: did you mean `logs-log-group-retention-short`
    "##);
    insta::assert_snapshot!(told("[params.\"logs-log-group-retention-short\"]\ndays = 1\nminimum_days = \"x\"\n"), @r##"
    error: rule `logs-log-group-retention-short` has no parameter `days`
     --> fasscan.toml:2:1
      |
    2 | days = 1
      | ^^^^
      |
      = help: did you mean `minimum_days`

    error: parameter `minimum_days` is to be a number, not a text
     --> fasscan.toml:3:16
      |
    3 | minimum_days = "x"
      |                ^^^
    "##);
    let run = check(dir.path(), &["--config", "none.toml"]);
    assert_eq!((run.code(), run.stdout.as_str()), (2, ""));
    assert!(run.stderr.contains("none.toml"), "{}", run.stderr);
}

#[test]
fn frameworks_of_the_file_are_reported_on() {
    let dir = folder(&[("fasscan.toml", "frameworks = [\"soc2-2017\"]\n")]);
    let ids = |args: &[&str]| {
        let report = json(dir.path(), args);
        report["frameworks"].as_array().unwrap().iter().map(|one| one["id"].to_string()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(ids(&[]), "\"soc2-2017\"");
    assert_eq!(ids(&["--framework", "pci-dss-4.0.1"]), "\"pci-dss-4.0.1\"");
    assert_eq!(ids(&["--config", "/dev/null"]), "\"pci-dss-4.0.1\" \"soc2-2017\"");
}

/// The rule of the tests as one of a platform team.
fn platform_rule(dir: &Path) {
    let text = std::fs::read_to_string(Path::new(ROOT).join("fixtures/rules/test-database-unencrypted.toml")).unwrap();
    let (head, rest) = text.split_once("[[control]]").unwrap();
    let (_, rest) = rest.split_once("[remediation]").unwrap();
    let text = format!("{head}[remediation]{rest}").replace("test-database-unencrypted", "test-house-style");
    write(dir, "rules/test-house-style.toml", &text.replace("status ", "profile = \"platform\"\nstatus "));
}

#[test]
fn a_rule_of_the_platform_is_reported_and_counts_for_no_requirement() {
    let dir = folder(&[]);
    platform_rule(dir.path());
    write(dir.path(), "app.yaml", &crate::run::database(false));
    let rules = ["--rules", "rules"];
    let found = |args: &[&str]| {
        let report = json(dir.path(), &[&rules[..], args].concat());
        let ids = report["findings"].as_array().unwrap().iter().map(|finding| {
            report["rules"][finding["rule"].as_u64().unwrap() as usize]["id"].as_str().unwrap().to_owned()
        });
        (ids.collect::<Vec<_>>(), report["frameworks"].clone())
    };
    let (all, frameworks) = found(&[]);
    assert!(all.contains(&"test-house-style".to_owned()) && all.len() > 1);
    let (of_pci, _) = found(&["--profile", "pci-cde"]);
    assert!(!of_pci.contains(&"test-house-style".to_owned()) && !of_pci.is_empty());
    let (own, none) = found(&["--profile", "platform"]);
    assert!(own.contains(&"test-house-style".to_owned()) && own.len() < all.len());
    assert_eq!(none, Value::Array(Vec::new()), "no score");
    let (_, without) = (0, json(dir.path(), &[])["frameworks"].clone());
    assert_eq!(frameworks, without, "the scores do not know of it");
}

#[test]
fn a_profile_of_ones_own_leaves_rules_out_and_draws_a_scope() {
    let own = format!(
        "id = \"own\"\ntitle = \"Own\"\ndescription = \"Own.\"\nframeworks = [\"pci-dss-4.0.1\"]\nleave_out = [\"{LOGS}\"]\n\
         [scope]\ntags = {{ Tier = [\"one\", \"two\"] }}\n"
    );
    let config = ("conf/fasscan.toml", "profiles = [\"./own.toml\"]\n");
    let dir = folder(&[("conf/own.toml", &own), config]);
    for args in [&["--profile", "conf/own.toml"][..], &["--config", "conf/fasscan.toml"]] {
        let report = json(dir.path(), args);
        assert!(report["rules"].as_array().unwrap().iter().all(|rule| rule["id"] != LOGS), "{args:?}");
        assert_eq!(report["settings"]["left_out"], serde_json::json!([LOGS]));
        assert_eq!(report["settings"]["scope"], serde_json::json!([{ "Tier": ["one", "two"] }]));
    }
    let run = check(dir.path(), &["--profile", "pci"]);
    assert!(run.stderr.contains("there is no profile `pci`") && run.stderr.contains("pci-cde"), "{}", run.stderr);
}

const SCOPED: &str = "\
Parameters:
  Scope: {Type: String}
Resources:
  Inside:
    Type: AWS::RDS::DBInstance
    Properties: {StorageEncrypted: true, Tags: [{Key: Compliance, Value: PCI-DSS}]}
  Outside:
    Type: AWS::RDS::DBInstance
    Properties: {StorageEncrypted: false, Tags: [{Key: Owner, Value: me}]}
  Other:
    Type: AWS::RDS::DBInstance
    Properties: {StorageEncrypted: false, Tags: [{Key: Compliance, Value: none}]}
  Unknown:
    Type: AWS::RDS::DBInstance
    Properties: {StorageEncrypted: true, Tags: [{Key: Compliance, Value: !Ref Scope}]}
  Attached:
    Type: AWS::S3::BucketPolicy
    Properties: {Bucket: ledger, PolicyDocument: {}}
";

/// The logical ids in the scope.
fn inside(report: &Value) -> String {
    let resources = report["resources"].as_array().unwrap().iter();
    let ids: Vec<&str> =
        resources.filter(|one| one["out_of_scope"] != true).map(|one| one["logical_id"].as_str().unwrap()).collect();
    ids.join(" ")
}

fn scan(dir: &Path, args: &[&str]) -> Run {
    let rules = format!("{ROOT}/fixtures/rules");
    let head = ["--rules", &rules, "--rule", "test-database-unencrypted"];
    check(dir, &[&head, args].concat())
}

#[test]
fn what_lies_outside_the_scope_is_shown_and_counts_for_nothing() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "app.yaml", SCOPED);
    assert_eq!(scan(dir.path(), &[]).code(), 1);
    let run = scan(dir.path(), &["--scope", "Compliance=PCI-DSS"]);
    assert_eq!(run.code(), 0, "{}", run.stdout);
    assert_eq!(run.stdout.matches("= note: out of scope").count(), 2, "{}", run.stdout);
    assert!(
        run.stdout.contains("scope: 3 of 5 resources by Compliance = PCI-DSS; 2 findings are outside\n"),
        "{}",
        run.stdout
    );
    let report = scan(dir.path(), &["--scope", "Compliance=PCI-DSS", "--output", "json"]).json();
    assert_eq!(inside(&report), "Inside Unknown Attached");
    let pci = &report["frameworks"][0]["controls"];
    let control = pci.as_array().unwrap().iter().find(|one| one["id"] == "3.5.1").unwrap();
    assert_eq!((&control["status"], &control["resources"]["pass"]), (&"partial".into(), &2.into()));
    let sarif = scan(dir.path(), &["--scope", "Compliance=PCI-DSS", "--output", "sarif"]).json();
    for result in sarif["runs"][0]["results"].as_array().unwrap() {
        assert_eq!((&result["level"], &result["properties"]["out_of_scope"]), (&"note".into(), &true.into()));
    }
    let both = scan(dir.path(), &["--scope", "Compliance=PCI-DSS", "--scope", "Compliance=none", "--output", "json"]);
    assert_eq!(inside(&both.json()), "Inside Other Unknown Attached");
    let and = scan(dir.path(), &["--scope", "Compliance=PCI-DSS", "--scope", "Owner=me", "--output", "json"]);
    assert_eq!(inside(&and.json()), "", "no resource has both");
}

#[test]
fn tags_of_the_stack_are_tags_of_its_resources_unless_they_say_otherwise() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "app.yaml", SCOPED);
    write(
        dir.path(),
        "prod.json",
        "{\"Parameters\": {\"Scope\": \"none\"}, \"Tags\": {\"Compliance\": \"PCI-DSS\"}}\n",
    );
    let scope = ["--scope", "Compliance=PCI-DSS", "--output", "json"];
    let report = scan(dir.path(), &[&scope[..], &["--parameters", "prod.json"]].concat()).json();
    assert_eq!(inside(&report), "Inside Outside Attached");
}

#[test]
fn an_input_without_any_tag_of_the_scope_is_not_a_clean_one() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "app.yaml", &crate::run::database(false));
    let run = scan(dir.path(), &["--scope", "Compliance=PCI-DSS"]);
    assert_eq!(run.code(), 1);
    let warning = "warning: nothing of the input has a tag `Compliance`, so everything counts as in scope";
    assert!(run.stdout.contains(warning), "{}", run.stdout);
    for wrong in ["Compliance", "=x", "Compliance="] {
        assert_eq!(scan(dir.path(), &["--scope", wrong]).code(), 2, "{wrong}");
    }
}

#[test]
fn rules_can_ask_whether_a_resource_is_in_the_scope() {
    let dir = tempfile::tempdir().unwrap();
    let rule = r#"
id          = "own-scope"
title       = "A database beside the scope"
severity    = "low"
status      = "stable"
reviewed    = 2026-11-21
description = "Whoever reaches it may reach the scope."
[select]
types = ["AWS::RDS::DBInstance"]
where = [{ tags = { in_scope = true } }]
[related.snapshot]
type = "AWS::RDS::DBInstance"
to   = "SourceDBInstanceIdentifier"
[[assert]]
on      = "snapshot"
missing = "pass"
match   = [{ tags = { in_scope = true } }]
message = "{partner} is not in the scope"
[remediation]
text = "Tag it."
[[test]]
name     = "the source of a replica in the scope is in it"
scope    = { Compliance = "PCI-DSS" }
template = """
Parameters: { Tag: { Type: String } }
Resources:
  Tagged: { Type: AWS::RDS::DBInstance, Properties: { Tags: [{ Key: Compliance, Value: PCI-DSS }] } }
  Bare: { Type: AWS::RDS::DBInstance, Properties: { Tags: [{ Key: Compliance, Value: none }] } }
  Right: { Type: AWS::RDS::DBInstance, Properties: { SourceDBInstanceIdentifier: !Ref Tagged, Tags: [{ Key: Compliance, Value: PCI-DSS }] } }
  Wrong:
    Type: AWS::RDS::DBInstance
    Properties: { SourceDBInstanceIdentifier: !Ref Bare, Tags: [{ Key: Compliance, Value: PCI-DSS }] }
  Open: { Type: AWS::RDS::DBInstance, Properties: { Tags: [{ Key: Compliance, Value: !Ref Tag }], SourceDBInstanceIdentifier: !Ref Bare } }
"""
expect   = [
  { resource = "Right", outcome = "pass" },
  { resource = "Bare", outcome = "not-applicable" },
  { resource = "Wrong", outcome = "fail", line = 8 },
  { resource = "Open", outcome = "unknown" },
]
[[test]]
name     = "without a declared scope nothing is asked"
template = """
Resources:
  Tagged: { Type: AWS::RDS::DBInstance, Properties: { Tags: [{ Key: Compliance, Value: PCI-DSS }] } }
"""
expect   = [{ resource = "Tagged", outcome = "not-applicable" }]
"#;
    write(dir.path(), "own-scope.toml", rule);
    let run = fasscan_in(dir.path(), &["rules", "test", "own-scope.toml"]);
    assert_eq!(run.stdout, "2 passed, 0 failed\n", "{}", run.stderr);
    write(dir.path(), "own-scope.toml", &rule.replacen("in_scope = true }", "in_scope = true, present = [\"A\"] }", 1));
    let run = fasscan_in(dir.path(), &["rules", "lint", "own-scope.toml"]);
    assert!(run.stdout.contains("`present` and `in_scope` are two questions"), "{}", run.stdout);
}
