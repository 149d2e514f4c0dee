//! What is one finding and what are several: one for each thing that has to change.

use crate::run::{fasscan_in, write};

/// A rule with these asserts.
fn rule(select: &str, asserts: &str) -> String {
    format!(
        r#"
id          = "own-rule"
title       = "The own rule"
severity    = "low"
status      = "preview"
reviewed    = 2026-11-21
description = "What has to change."

[select]
types = ["{select}"]
{asserts}
[remediation]
text = "Change it."
"#
    )
}

/// The findings of a rule: message, path, line, and the messages of its other places.
fn findings(rule: &str, template: &str) -> Vec<(String, String, u64, Vec<String>)> {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "rules/own-rule.toml", rule);
    write(folder.path(), "t.yaml", template);
    let arguments = ["check", "t.yaml", "--rules", "rules", "--rule", "own-rule", "-o", "json", "--fail-on", "none"];
    let report = fasscan_in(folder.path(), &arguments).json();
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let list = |value: &serde_json::Value| value.as_array().cloned().unwrap_or_default();
    list(&report["findings"])
        .iter()
        .map(|one| {
            let related = list(&one["related"]).iter().map(|place| text(&place["message"])).collect();
            (text(&one["message"]), text(&one["path"]), one["location"]["start"]["line"].as_u64().unwrap(), related)
        })
        .collect()
}

#[test]
fn asserts_that_fail_at_the_same_value_are_findings_of_their_own() {
    let rule = rule(
        "AWS::RDS::DBInstance",
        r#"
[[assert]]
path    = "BackupRetentionPeriod"
at_least = 7
absent  = "fail"
message = "kept for {value} days, less than a week"

[[assert]]
path    = "BackupRetentionPeriod"
at_least = 30
absent  = "fail"
message = "kept for {value} days, less than a month"
"#,
    );
    let template = "Resources:\n  Db:\n    Type: AWS::RDS::DBInstance\n    Properties: { BackupRetentionPeriod: 3 }\n";
    let found: Vec<String> = findings(&rule, template).into_iter().map(|(message, ..)| message).collect();
    assert_eq!(found, ["kept for 3 days, less than a week", "kept for 3 days, less than a month"]);
    let template = template.replace('3', "14");
    let found: Vec<String> = findings(&rule, &template).into_iter().map(|(message, ..)| message).collect();
    assert_eq!(found, ["kept for 14 days, less than a month"]);
}

#[test]
fn asserts_that_say_the_same_of_one_place_are_one_finding() {
    let assert =
        "[[assert]]\npath = \"DeletionProtection\"\nequals = true\nabsent = \"fail\"\nmessage = \"it can go\"\n";
    let rule = rule("AWS::RDS::DBInstance", &assert.repeat(2));
    let template = "Resources:\n  Db: { Type: AWS::RDS::DBInstance }\n";
    assert_eq!(findings(&rule, template).len(), 1);
}

#[test]
fn what_is_missing_at_one_place_is_one_finding_and_what_is_wrong_elsewhere_another() {
    let rule = rule(
        "AWS::S3::Bucket",
        r#"
[[assert]]
all = [
    { path = "PublicAccessBlockConfiguration.BlockPublicAcls", equals = true, absent = "fail" },
    { path = "PublicAccessBlockConfiguration.IgnorePublicAcls", equals = true, absent = "fail" },
    { path = "PublicAccessBlockConfiguration.BlockPublicPolicy", equals = true, absent = "fail" },
]
message = "the block is not whole"
"#,
    );
    let nothing = "Resources:\n  Store: { Type: AWS::S3::Bucket }\n";
    let path = "Properties.PublicAccessBlockConfiguration.BlockPublicAcls";
    assert_eq!(findings(&rule, nothing), [("the block is not whole".into(), path.into(), 2, vec![])]);
    let two = "Resources:
  Store:
    Type: AWS::S3::Bucket
    Properties:
      PublicAccessBlockConfiguration:
        BlockPublicAcls: false
        IgnorePublicAcls: false
";
    let lines: Vec<u64> = findings(&rule, two).into_iter().map(|(_, _, line, _)| line).collect();
    assert_eq!(lines, [5, 6, 7]);
}

#[test]
fn of_clauses_that_are_wrong_together_the_first_is_the_finding() {
    let rule = rule(
        "AWS::ApiGatewayV2::Api",
        r#"
[[assert]]
not = { all = [
    { path = "CorsConfiguration.AllowCredentials", equals = true, absent = "fail" },
    { some = "CorsConfiguration.AllowOrigins", match = [{ path = ".", equals = "*" }] },
] }
message = "every origin gets in"
"#,
    );
    let template = "Resources:
  Api:
    Type: AWS::ApiGatewayV2::Api
    Properties:
      CorsConfiguration:
        AllowOrigins: ['*']
        AllowCredentials: true
";
    let found = findings(&rule, template);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!((found[0].1.as_str(), found[0].2), ("Properties.CorsConfiguration.AllowCredentials", 7));
}

#[test]
fn partners_that_should_not_be_there_are_one_finding_with_all_places() {
    let of = |message: &str| {
        let assert = format!(
            "\n[related.address]\ntype = \"AWS::EC2::EIP\"\nvia  = \"InstanceId\"\n\n[[assert]]\non = \"address\"\n\
             quantifier = \"none\"\nmatch = []\nmissing = \"pass\"\nmessage = \"{message}\"\n"
        );
        rule("AWS::EC2::Instance", &assert)
    };
    let template = "Resources:
  Host: { Type: AWS::EC2::Instance }
  A: { Type: AWS::EC2::EIP, Properties: { InstanceId: !Ref Host } }
  B: { Type: AWS::EC2::EIP, Properties: { InstanceId: !Ref Host } }
";
    let found = findings(&of("it has public addresses"), template);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].2, 3);
    assert!(found[0].3.contains(&"the same is said of `B` (AWS::EC2::EIP)".to_owned()), "{found:?}");
    assert_eq!(findings(&of("{partner} makes it public"), template).len(), 2);
}
