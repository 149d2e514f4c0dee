//! `fasscan scp check`: guardrails of organisations, from templates, folders and single files.

use crate::run::{fasscan, fasscan_in, write};

const LOCK: &str = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "NotAction": ["iam:*", "sts:*"], "Resource": "*",
  "Condition": {"StringNotEquals": {"aws:RequestedRegion": "us-east-1"}}}]}"#;

#[test]
fn the_organisation_of_an_assembly_is_answered_for_every_account() {
    let run = fasscan(&["scp", "check", "fixtures/systems/global-platform/cdk.out"]);
    assert_eq!(run.code(), 1, "{}", run.stderr);
    insta::assert_snapshot!("scp_global_platform", run.stdout);
}

#[test]
fn holes_are_shown_with_their_requests() {
    let run = fasscan(&["scp", "check", "fixtures/organizations/region-lock-sample", "--guardrail", "region-lock"]);
    assert_eq!(run.code(), 1);
    insta::assert_snapshot!("scp_region_lock_sample", run.stdout);
}

#[test]
fn a_description_has_units_accounts_and_what_is_attached_where() {
    let asked = ["--guardrail", "region-lock", "--guardrail", "root-user", "--guardrail", "cloudtrail"];
    let pass = ["--break-glass", "arn:aws:iam::*:role/SecurityAdmin"];
    let run = fasscan(&[&["scp", "check", "fixtures/organizations/tree"], &asked[..], &pass].concat());
    insta::assert_snapshot!("scp_tree", run.stdout);
    let json = fasscan(&[&["scp", "check", "fixtures/organizations/tree", "-o", "json"], &asked[..], &pass].concat());
    let json = json.json();
    let guardrails = json["organizations"][0]["guardrails"].as_array().unwrap();
    let verdicts: Vec<String> = guardrails
        .iter()
        .map(|one| format!("{} {} {}", one["id"].as_str().unwrap(), one["verdict"].as_str().unwrap(), one["accounts"]))
        .collect();
    assert_eq!(
        verdicts,
        [
            r#"region-lock violated ["shop-prod"]"#,
            r#"region-lock proved ["playground"]"#,
            r#"root-user proved ["shop-prod"]"#,
            r#"root-user proved ["playground"]"#,
            r#"cloudtrail violated ["shop-prod"]"#,
            r#"cloudtrail proved ["playground"]"#,
        ]
    );
    assert_eq!(guardrails[0]["holes"][0]["at"], "fixtures/organizations/tree/policies/region-lock.json:7");
}

#[test]
fn folders_are_units_and_accounts() {
    let run = fasscan(&["scp", "check", "fixtures/organizations/folders", "--guardrail", "cloudtrail"]);
    assert_eq!(run.code(), 1);
    let tree = "  root: region-lock\n    unit Sandbox: deny-regions\n    unit Workloads: protect\n      unit Prod\n        account 222233334444\n";
    assert!(run.stdout.contains(tree), "{}", run.stdout);
    assert!(run.stdout.contains("policy `deny-regions` is attached where there is no account"), "{}", run.stdout);
}

#[test]
fn the_exit_code_says_whether_everything_is_proved() {
    let dir = tempfile::tempdir().unwrap();
    let lock = write(dir.path(), "lock.json", LOCK);
    let hours = LOCK.replace(
        "\"Condition\": {",
        "\"Condition\": {\"NumericLessThanIfExists\": {\"aws:MultiFactorAuthAge\": \"60\"}, ",
    );
    let hours = write(dir.path(), "hours.json", &hours);
    let code = |path: &str, guardrail: &str| fasscan(&["scp", "check", path, "--guardrail", guardrail]).code();
    assert_eq!(code(&lock, "region-lock"), 0);
    assert_eq!(code(&lock, "root-user"), 1);
    assert_eq!(code(&hours, "region-lock"), 2, "nobody can tell");
    let template = write(dir.path(), "template.yaml", "Resources: { B: { Type: 'AWS::S3::Bucket' } }\n");
    assert_eq!(code(&template, "region-lock"), 3, "no organisation");
    assert_eq!(code("no/such/path", "region-lock"), 2);
    let wider = fasscan(&["scp", "check", &lock, "--guardrail", "region-lock", "--regions", "eu-west-1,us-east-1"]);
    assert_eq!(wider.code(), 0);
    let other = fasscan(&["scp", "check", &lock, "--guardrail", "region-lock", "--regions", "eu-west-1"]);
    assert_eq!(other.code(), 1);
    assert!(other.stdout.contains("lets us-east-1 pass"), "{}", other.stdout);
}

#[test]
fn the_output_of_the_aws_cli_is_a_policy() {
    let dir = tempfile::tempdir().unwrap();
    let content = serde_json::to_string(LOCK).unwrap();
    let text = format!(r#"{{"Policy": {{"PolicySummary": {{"Name": "Lock"}}, "Content": {content}}}}}"#);
    let path = write(dir.path(), "lock.json", &text);
    assert_eq!(fasscan(&["scp", "check", &path, "--guardrail", "region-lock"]).code(), 0);
}

#[test]
fn what_is_wrong_with_an_organisation_is_said_with_its_place() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "lock.json", LOCK);
    let description = "[root]\npolicies = [\"lock.json\", \"gone.json\"]\nname = 1\n\n[[account]]\nid = \"12\"\n\n\
                       [[account]]\nid = \"111122223333\"\nunit = \"Prod\"\n\n[[unit]]\npath = \"a//b\"\n";
    write(dir.path(), "organization.toml", description);
    let run = fasscan_in(dir.path(), &["scp", "check", "."]);
    assert_eq!((run.code(), &*run.stdout), (2, ""));
    for (line, message) in [
        (2, "there is no file `gone.json`"),
        (3, "unknown key `name`"),
        (6, "`12` is no account: it has twelve digits"),
        (10, "there is no unit `Prod`"),
        (13, "`a//b` is no path of a unit"),
    ] {
        assert!(run.stderr.contains(message), "{message}: {}", run.stderr);
        assert!(run.stderr.contains(&format!("organization.toml:{line}:")), "{line}: {}", run.stderr);
    }
    let outside = write(dir.path(), "other/organization.toml", "[root]\npolicies = [\"../lock.json\"]\n");
    let outside = std::path::Path::new(&outside).parent().unwrap().to_str().unwrap().to_owned();
    assert_eq!(fasscan(&["scp", "check", &outside]).code(), 2, "only what is below it is read");
}

#[test]
fn unknown_names_are_refused() {
    let tree = "fixtures/organizations/tree";
    for args in [
        &["--regions", "moon"][..],
        &["--break-glass", "Admin"],
        &["--guardrail", "no-such"],
        &["--account", "999988887777"],
        &["--output", "sarif"],
    ] {
        let run = fasscan(&[&["scp", "check", tree], args].concat());
        assert_eq!(run.code(), 2, "{args:?}");
        assert!(run.stdout.is_empty() && run.stderr.contains("error"), "{args:?}: {run:?}");
    }
}
