//! Values for the parameters of templates: on the command line, in files, and environments side by side.

use std::path::Path;

use crate::generated::check_block;
use crate::run::{ROOT, RULE, Run, fasscan_in, write};

/// Two databases: one is encrypted in production only, the other as a parameter says.
const TEMPLATE: &str = "\
Parameters:
  Env:
    Type: String
    AllowedValues: [dev, prod]
    Default: dev
  Encrypted: {Type: String, Default: 'true'}
Conditions:
  IsProd: !Equals [!Ref Env, prod]
Resources:
  Ledger:
    Type: AWS::RDS::DBInstance
    Properties:
      StorageEncrypted: !If [IsProd, true, false]
  Archive:
    Type: AWS::RDS::DBInstance
    Properties:
      StorageEncrypted: !Ref Encrypted
";

fn check(dir: &Path, args: &[&str]) -> Run {
    let rules = format!("{ROOT}/{}", RULE[1]);
    let head = ["check", "app.yaml", "--today", "2026-11-21", "--rules", &rules, "--rule", RULE[3]];
    fasscan_in(dir, &[&head, args].concat())
}

/// A folder with the template and these files.
fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "app.yaml", TEMPLATE);
    for (name, text) in files {
        write(dir.path(), name, text);
    }
    dir
}

const DEV: (&str, &str) = ("dev.json", "{\"Env\": \"dev\", \"Encrypted\": \"false\"}\n");
const PROD: (&str, &str) = ("prod.json", "[{\"ParameterKey\": \"Env\", \"ParameterValue\": \"prod\"}]\n");

#[test]
fn a_condition_is_explained_and_a_parameter_decides_it() {
    let dir = folder(&[]);
    insta::assert_snapshot!("undecided", check(dir.path(), &[]).stdout);
    insta::assert_snapshot!("decided_for_dev", check(dir.path(), &["--param", "Env=dev"]).stdout);
    let prod = check(dir.path(), &["--param", "Env=prod"]);
    insta::assert_snapshot!("decided_for_prod", prod.stdout);
    assert_eq!(prod.code(), 0);
}

#[test]
fn environments_stand_side_by_side() {
    let dir = folder(&[DEV, PROD]);
    let run = check(dir.path(), &["--env", "dev=dev.json", "--env", "prod=prod.json"]);
    insta::assert_snapshot!("side_by_side", run.stdout);
    assert_eq!((run.code(), run.stderr.as_str()), (1, ""));
    let quiet = check(dir.path(), &["--env", "dev=dev.json", "--env", "prod=prod.json", "--quiet"]);
    insta::assert_snapshot!("side_by_side_quiet", quiet.stdout);
}

#[test]
fn the_document_has_what_is_the_same_once_and_what_differs_apart() {
    let dir = folder(&[DEV, PROD, ("both.yaml", "Encrypted: false\n")]);
    let args = ["--parameters", "both.yaml", "--env", "dev=dev.json", "--env", "prod=prod.json", "--output", "json"];
    let report = check(dir.path(), &args).json();
    insta::assert_snapshot!("document_environments", serde_json::to_string_pretty(&report["environments"]).unwrap());
    insta::assert_snapshot!("document_verdicts", serde_json::to_string_pretty(&report["verdicts"]).unwrap());
    let names: Vec<&serde_json::Value> =
        report["findings"].as_array().unwrap().iter().map(|finding| &finding["environments"]).collect();
    assert_eq!(names, [&serde_json::json!(["dev"]), &serde_json::json!(["dev", "prod"])]);
    assert_eq!(report["resources"].as_array().unwrap().len(), 2);
}

#[test]
fn sarif_says_in_which_environments() {
    let dir = folder(&[DEV, PROD]);
    let log = check(dir.path(), &["--env", "dev=dev.json", "--env", "prod=prod.json", "--output", "sarif"]).json();
    let result = &log["runs"][0]["results"][0];
    assert_eq!(result["properties"]["environments"], serde_json::json!(["dev"]));
    let text = result["message"]["text"].as_str().unwrap();
    assert!(text.ends_with(" In dev only."), "{text}");
    assert_eq!(log["runs"][0]["properties"]["environments"][1]["name"], "prod");
}

#[test]
fn an_environment_more_changes_no_fingerprint() {
    let dir = folder(&[DEV, PROD]);
    let prints = |args: &[&str]| {
        let report = check(dir.path(), &[args, &["--output", "json"]].concat()).json();
        let findings = report["findings"].as_array().unwrap().clone();
        findings.into_iter().map(|finding| finding["fingerprint"].clone()).collect::<Vec<_>>()
    };
    let plain = prints(&["--parameters", "dev.json"]);
    assert_eq!(plain.len(), 2);
    assert_eq!(prints(&["--env", "dev=dev.json"]), plain);
    assert_eq!(prints(&["--env", "prod=prod.json", "--env", "dev=dev.json"]), plain);
    assert_eq!(prints(&["--env", "a=dev.json", "--env", "b=dev.json"]), plain);
}

#[test]
fn a_parameter_beats_an_environment_which_beats_files_of_which_the_last_wins() {
    let dir = folder(&[("a.json", "{\"Encrypted\": \"a\"}"), ("b.json", "{\"Encrypted\": \"b\"}"), PROD, DEV]);
    let found = |args: &[&str]| {
        let report = check(dir.path(), &[args, &["--param", "Env=prod", "--output", "json"]].concat()).json();
        report["findings"][0]["found"].clone()
    };
    assert_eq!(found(&["--parameters", "b.json", "--parameters", "a.json"]), "a");
    assert_eq!(found(&["--parameters", "file://a.json", "--parameters", "b.json"]), "b");
    assert_eq!(found(&["--parameters", "a.json", "--env", "x=b.json"]), "b");
    assert_eq!(found(&["--env", "x=a.json", "--env", "x=b.json"]), "b", "the same environment");
    assert_eq!(found(&["--env", "x=a.json", "--param", "Encrypted=c", "--param", "Encrypted=d"]), "d");
}

#[test]
fn a_file_of_sam_gives_each_environment_its_own_values_and_region() {
    let sam = "[default.deploy.parameters]\nparameter_overrides = \"Env=dev\"\n\n\
        [prod.deploy.parameters]\nparameter_overrides = \"Env=prod Encrypted=\\\"false\\\"\"\nregion = \"eu-central-2\"\n";
    let dir = folder(&[("samconfig.toml", sam)]);
    let args = ["--env", "test=samconfig.toml", "--env", "prod=samconfig.toml", "--output", "json"];
    let report = check(dir.path(), &args).json();
    let failing = |name: &str| {
        let verdicts = report["verdicts"].as_array().unwrap().iter();
        let failing = verdicts.filter(|one| one["outcome"] == "fail" && one["environments"][0] == name);
        failing.map(|one| one["resource"].as_u64().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!((failing("test"), failing("prod")), (vec![0], vec![1]));
    assert_eq!(report["environments"][1]["region"], "eu-central-2");
    let prod = check(dir.path(), &["--env", "prod=samconfig.toml", "--output", "json"]).json();
    assert_eq!(prod["resources"][0]["region"], "eu-central-2");
    let named = ["--env", "prod=samconfig.toml", "--region", "us-east-1", "--output", "json"];
    assert_eq!(check(dir.path(), &named).json()["resources"][0]["region"], "us-east-1", "a flag wins");
}

#[test]
fn values_that_no_template_takes_or_knows_are_said_at_their_place() {
    let stage = ("stage.json", "{\n  \"Env\": \"staging\",\n  \"Encryptd\": \"true\"\n}\n");
    let dir = folder(&[PROD, stage]);
    let args = ["--env", "stage=stage.json", "--env", "prod=prod.json", "--param", "Nothing=1", "--quiet"];
    let run = check(dir.path(), &args);
    assert_eq!(run.code(), 2);
    insta::assert_snapshot!("refused", run.stdout);
    let verbose = &args[..6];
    insta::assert_snapshot!("refused_in_full", check(dir.path(), verbose).stdout);
}

#[test]
fn what_is_wrong_with_the_arguments_or_files_stops_the_scan() {
    let dir = folder(&[
        ("bad.json", "{\"Pin\": {\"a\": \"hunter22\"},\n \"List\": [[1]]}"),
        ("twice.json", "{\"Pin\": \"hunter22\",\n \"Pin\": \"hunter23\"}"),
    ]);
    let run = check(dir.path(), &["--parameters", "bad.json", "--env", "x=twice.json", "--env", "y=gone.json"]);
    insta::assert_snapshot!("broken_files", run.stderr);
    assert_eq!((run.code(), run.stdout.as_str()), (2, ""));
    for args in [
        &["--param", "hunter22"][..],
        &["--param", "=hunter22"],
        &["--param", "test-database-unencrypted.wanted=hunter22"],
        &["--parameters", "gone.json"],
        &["--env", "prod"],
        &["--env", "=dev.json"],
        &["--env", "a b=dev.json"],
        &["--env", "prod="],
    ] {
        let run = check(dir.path(), args);
        assert_eq!((run.code(), run.stdout.as_str()), (2, ""), "{args:?}");
        assert!(run.stderr.contains("error") && !run.stderr.contains("hunter22"), "{args:?}: {}", run.stderr);
    }
    let run = check(dir.path(), &["--param", "test-database-unencrypted.wanted=false"]);
    assert!(run.stderr.contains("`--rule-param test-database-unencrypted.wanted=VALUE`"), "{}", run.stderr);
}

#[test]
fn the_values_of_an_assembly_are_lowest_and_a_stack_gets_those_that_it_declares() {
    let dir = tempfile::tempdir().unwrap();
    let manifest = "{\"version\": \"36.0.0\", \"artifacts\": {\
        \"One\": {\"type\": \"aws:cloudformation:stack\", \"properties\": {\"templateFile\": \"One.template.json\", \"parameters\": {\"Encrypted\": \"m\"}}},\
        \"Two\": {\"type\": \"aws:cloudformation:stack\", \"properties\": {\"templateFile\": \"Two.template.json\"}}}}";
    let resources = |value: &str| {
        format!(
            "\"Resources\": {{\"Db\": {{\"Type\": \"AWS::RDS::DBInstance\", \"Properties\": {{\"StorageEncrypted\": {value}}}}}}}"
        )
    };
    let one = format!(
        "{{\"Parameters\": {{\"Encrypted\": {{\"Type\": \"String\"}}}}, {}}}",
        resources("{\"Ref\": \"Encrypted\"}")
    );
    write(dir.path(), "app.yaml/manifest.json", manifest);
    write(dir.path(), "app.yaml/One.template.json", &one);
    write(dir.path(), "app.yaml/Two.template.json", &format!("{{{}}}", resources("false")));
    let found = |args: &[&str]| {
        let report = check(dir.path(), &[args, &["--output", "json"]].concat()).json();
        assert_eq!(report["diagnostics"], serde_json::json!([]));
        let findings = report["findings"].as_array().unwrap().clone();
        findings.into_iter().map(|finding| finding["found"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(found(&[]), ["m", "false"]);
    assert_eq!(found(&["--param", "Encrypted=c"]), ["c", "false"]);
}

#[test]
fn tags_of_a_template_configuration_are_on_every_resource() {
    let configuration = "{\"Parameters\": {\"Env\": \"prod\"}, \"Tags\": {\"Owner\": \"payments\"}}";
    let dir = folder(&[("prod.json", configuration)]);
    let run = |args: &[&str]| {
        let rule = "tagging-required-tags-missing";
        let required = "tagging-required-tags-missing.required_tags=Owner";
        let head = ["check", "app.yaml", "--rule", rule, "--rule-param", required, "--quiet"];
        fasscan_in(dir.path(), &[&head, args].concat())
    };
    assert_eq!(run(&[]).code(), 1);
    assert_eq!(run(&["--parameters", "prod.json"]).code(), 0);
}

#[test]
fn templates_of_standard_input_get_values_as_well() {
    let args = ["--param", "Env=prod", "--quiet"];
    let run = crate::run::check_stdin(TEMPLATE, &args);
    assert_eq!(run.code(), 0, "{run:?}");
}

/// The program's output for the documentation.
fn shown(args: &[&str]) -> String {
    let rules = ["--rule", "rds-storage-unencrypted", "--rule", "rds-instance-public", "--today", "2026-11-21"];
    let run = fasscan_in(Path::new(&format!("{ROOT}/fixtures/environments")), &[&["check"], args, &rules].concat());
    format!("```text\n{}\n```", run.stdout.trim_end())
}

#[test]
fn generated_output_of_the_page_about_environments() {
    let check = |name: &str, args: &[&str]| check_block("docs/environments.md", name, &shown(args));
    check("undecided", &["app.yaml"]);
    check("side-by-side", &["app.yaml", "--env", "dev=samconfig.toml", "--env", "prod=prod.json"]);
}

#[test]
fn environments_without_values_give_the_report_that_there_is_without_them() {
    let empty = tempfile::tempdir().unwrap();
    let file = write(empty.path(), "none.json", "{}");
    let (a, b) = (format!("a={file}"), format!("b={file}"));
    let report = |args: &[&str]| {
        let head = ["check", "fixtures", "--output", "json", "--today", "2026-11-21"];
        fasscan_in(Path::new(ROOT), &[&head, args].concat()).json()
    };
    let (plain, mut named) = (report(&[]), report(&["--env", &a, "--env", &b]));
    for part in ["verdicts", "findings"] {
        for entry in named[part].as_array_mut().unwrap() {
            let names = entry.as_object_mut().unwrap().shift_remove("environments");
            assert_eq!(names, Some(serde_json::json!(["a", "b"])), "{entry}");
        }
    }
    named.as_object_mut().unwrap().shift_remove("environments");
    for (part, value) in plain.as_object().unwrap() {
        assert!(named[part] == *value, "{part} differs");
    }
    assert_eq!(named, plain);
}
