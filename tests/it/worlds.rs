//! Cases of a template: only those that may be deployed, all of them, and each finding with the smallest that makes it.

use std::collections::BTreeMap;
use std::sync::Arc;

use fasscan::eval::{self, Outcome, When};
use fasscan::inventory::Inventory;
use fasscan::rule::RuleSet;
use fasscan::source::{Diagnostic, Limits, Loader, SourceFile, json};
use fasscan::template::load::load_stdin;
use fasscan::template::unit::{Environment, Root, Template, Unit};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::run::write;

const DATABASE: &str = "rds-storage-unencrypted";

fn rules() -> &'static RuleSet {
    static RULES: std::sync::OnceLock<RuleSet> = std::sync::OnceLock::new();
    RULES.get_or_init(|| RuleSet::builtin().0)
}

fn options() -> eval::Options {
    eval::Options { today: "2026-11-21".into(), strict: false, ..Default::default() }
}

/// What the rule about databases says of each resource, and what is said of the template.
fn judged(template: &str) -> (BTreeMap<String, String>, Vec<Diagnostic>) {
    let loader = Loader::new(std::env::temp_dir(), Limits::default());
    let loaded = load_stdin(template.as_bytes(), &loader, &Environment::default());
    let (inventory, problems) = loaded.units[0].resolve();
    let verdicts = eval::evaluate(&inventory, rules(), &options());
    let said = verdicts
        .into_iter()
        .filter(|verdict| *rules().rules[verdict.rule].id == *DATABASE)
        .map(|verdict| {
            let id = inventory.resource(verdict.resource).logical_id.to_string();
            (id, outcome(&verdict.outcome))
        })
        .collect();
    (said, problems)
}

fn outcome(outcome: &Outcome) -> String {
    let case = |when: &Option<When>| when.as_ref().map_or(String::new(), |when| format!(" when {when}"));
    match outcome {
        Outcome::Pass { .. } => "pass".to_owned(),
        Outcome::Fail { violations, .. } => {
            let said: Vec<String> = violations.iter().map(|violation| case(&violation.when)).collect();
            format!("fail{}", said.join(","))
        }
        Outcome::Unknown { causes, when } => {
            let causes: Vec<&str> = causes.iter().map(|cause| cause.id()).collect();
            format!("unknown, {}{}", causes.join(", "), case(when))
        }
        Outcome::NotApplicable { reason } => format!("not applicable: {reason}"),
    }
}

/// A database that is not encrypted where both conditions hold.
fn both(head: &str, a: &str, b: &str) -> String {
    let template = format!(
        "{head}
Conditions:
  A: {a}
  B: {b}
Resources:
  Db:
    Type: AWS::RDS::DBInstance
    Properties: {{StorageEncrypted: !If [A, !If [B, false, true], true]}}
"
    );
    let (mut said, problems) = judged(&template);
    assert!(problems.is_empty(), "{problems:?}");
    said.remove("Db").unwrap()
}

const ENV: &str = "Parameters: {Env: {Type: String, Default: dev}, Other: {Type: String, Default: dev}}";

#[test]
fn a_parameter_has_one_value_on_whichever_side_it_stands() {
    assert_eq!(both(ENV, "!Equals [!Ref Env, prod]", "!Equals [test, !Ref Env]"), "pass");
    assert_eq!(both(ENV, "!Equals [!Ref Env, prod]", "!Equals [prod, !Ref Env]"), "fail when Env = prod");
    assert_eq!(both(ENV, "!Equals [!Ref Env, prod]", "!Not [!Equals [prod, !Ref Env]]"), "pass");
    assert_eq!(both(ENV, "!Not [!Equals [!Ref Env, !Ref Env]]", "!Equals [1, 1]"), "pass");
}

#[test]
fn two_parameters_are_equal_or_not_in_both_conditions() {
    let equal = "!Equals [!Ref Env, !Ref Other]";
    assert_eq!(both(ENV, equal, "!Not [!Equals [!Ref Other, !Ref Env]]"), "pass");
    let apart = "!And [!Equals [!Ref Env, prod], !Not [!Equals [!Ref Other, prod]]]";
    assert_eq!(both(ENV, equal, apart), "pass");
    let together = "!Equals [!Ref Other, prod]";
    assert_eq!(both(ENV, equal, together), "fail when Env = prod and Other = prod");
}

#[test]
fn a_mapping_of_a_parameter_goes_with_the_parameter() {
    let head = format!("{ENV}\nMappings: {{M: {{dev: {{k: small}}, prod: {{k: large}}}}}}");
    let large = "!Equals [!FindInMap [M, !Ref Env, k], large]";
    assert_eq!(both(&head, large, "!Equals [!Ref Env, dev]"), "pass");
    assert_eq!(both(&head, large, "!Equals [!Ref Env, prod]"), "fail when Env = prod");
}

#[test]
fn what_functions_make_of_a_parameter_goes_with_the_parameter() {
    let prod = "!Equals [!Ref Env, prod]";
    assert_eq!(both(ENV, "!Equals [!Sub '${Env}-x', dev-x]", prod), "pass");
    assert_eq!(both(ENV, "!Equals [!Sub '${Env}-x', prod-x]", prod), "fail when Env = prod");
    assert_eq!(both(ENV, "!Equals [!Join ['-', [!Ref Env, x]], test-x]", "!Equals [!Sub '${Env}:y', 'qa:y']"), "pass");
    assert_eq!(both(ENV, "!Equals [!Sub '${Env}-x', nothing]", "!Equals [1, 1]"), "pass", "no text ends like that");
    let first = "!Equals [!Select [0, !Split ['-', !Ref Env]], a]";
    assert_eq!(both(ENV, first, prod), "pass");
    assert_eq!(both(ENV, first, "!Equals [!Select [0, !Split ['-', !Ref Env]], b]"), "pass");
    let second = "!Equals [!Select [1, !Split ['-', !Ref Env]], a]";
    assert!(both(ENV, first, second).starts_with("fail when"), "another part is another text");
}

#[test]
fn a_region_that_is_not_known_is_one_region() {
    let here = "!Equals [!Ref AWS::Region, us-east-1]";
    assert_eq!(both("", here, "!Equals [!Ref AWS::Region, eu-west-1]"), "pass");
    assert_eq!(both("", here, "!Not [!Equals [!Ref AWS::Region, us-east-1]]"), "pass");
    assert_eq!(both("", here, "!Equals [!Ref AWS::Region, us-east-1]"), "fail when AWS::Region = us-east-1");
    assert_eq!(
        both("", "!Not [!Equals [!Ref AWS::Region, us-east-1]]", "!Equals [1, 1]"),
        "fail when AWS::Region is not us-east-1"
    );
    let china = "!Equals [!Ref AWS::Partition, aws-cn]";
    assert_eq!(both("", here, china), "pass", "a region is in one partition");
    assert_eq!(both("", china, "!Equals [!Ref AWS::Region, cn-north-1]"), "fail when AWS::Region = cn-north-1");
    let accounts = ["!Equals [!Ref AWS::AccountId, '111111111111']", "!Equals [!Ref AWS::AccountId, '222222222222']"];
    assert_eq!(both("", accounts[0], accounts[1]), "pass");
    let head = "Mappings: {M: {us-east-1: {k: x}, eu-west-1: {k: y}}}";
    assert_eq!(both(head, "!Equals [!FindInMap [M, !Ref AWS::Region, k], y]", here), "pass");
}

#[test]
fn numbers_and_booleans_are_compared_as_texts() {
    let head = "Parameters: {Count: {Type: Number, Default: 1}, On: {Type: String, Default: 'true', AllowedValues: [true, false]}}";
    assert_eq!(both(head, "!Equals [!Ref Count, 2]", "!Equals [!Ref Count, '2']"), "fail when Count = 2");
    assert_eq!(both(head, "!Equals [!Ref Count, 2]", "!Equals [!Ref Count, 3]"), "pass");
    assert_eq!(both(head, "!Equals [!Ref On, true]", "!Equals [!Ref On, 'false']"), "pass");
    assert_eq!(both(head, "!Equals [!Ref On, false]", "!Not [!Equals [!Ref On, 'true']]"), "fail when On = false");
}

#[test]
fn a_value_that_the_declaration_forbids_is_no_case() {
    let forbidden = |constraint: &str, text: &str| {
        let head = format!("Parameters: {{P: {{Type: String, {constraint}}}}}");
        both(&head, &format!("!Equals [!Ref P, {text}]"), "!Equals [1, 1]")
    };
    assert_eq!(forbidden("MinLength: 1", "''"), "pass");
    assert_eq!(forbidden("MinLength: 0", "''"), "fail when P = ");
    assert_eq!(forbidden("MaxLength: 3", "prod"), "pass");
    assert_eq!(forbidden("AllowedPattern: '[a-z]+'", "prod1"), "pass", "the whole value must match");
    assert_eq!(forbidden("AllowedPattern: '[a-z]+'", "prod"), "fail when P = prod");
    assert_eq!(
        forbidden("AllowedPattern: '(?!x).*'", "prod"),
        "fail when P = prod",
        "what is not understood forbids nothing"
    );
    assert_eq!(forbidden("AllowedValues: [a, b]", "c"), "pass");
    let typed = |kind: &str, more: &str, text: &str| {
        let head = format!("Parameters: {{P: {{Type: '{kind}'{more}}}}}");
        both(&head, &format!("!Equals [!Ref P, {text}]"), "!Equals [1, 1]")
    };
    assert_eq!(typed("Number", "", "''"), "pass");
    assert_eq!(typed("Number", ", MinValue: 2, MaxValue: 4", "1"), "pass");
    assert_eq!(typed("Number", ", MinValue: 2, MaxValue: 4", "3"), "fail when P = 3");
    assert_eq!(typed("AWS::EC2::VPC::Id", "", "''"), "pass");
    assert_eq!(typed("AWS::EC2::VPC::Id", "", "none"), "pass");
    assert_eq!(typed("AWS::EC2::KeyPair::KeyName", "", "''"), "pass");
    assert_eq!(typed("AWS::EC2::KeyPair::KeyName", "", "mine"), "fail when P = mine");
    let list = |kind: &str, text: &str| {
        let head = format!("Parameters: {{P: {{Type: {kind}}}}}");
        both(&head, &format!("!Equals [!Join [',', !Ref P], {text}]"), &format!("!Equals [!Ref P, {text}]"))
    };
    assert_eq!(list("List<Number>", "'1,x'"), "pass");
    assert_eq!(list("List<Number>", "'1,2'"), "fail when P = 1,2");
}

#[test]
fn a_default_that_is_not_allowed_must_be_overridden() {
    let head = "Parameters: {P: {Type: String, Default: '', AllowedPattern: '.+'}}";
    assert_eq!(both(head, "!Equals [!Ref P, '']", "!Equals [1, 1]"), "pass");
}

#[test]
fn a_pattern_of_alternatives_leaves_no_other_value() {
    let head = "Parameters: {P: {Type: String, Default: 'true', AllowedPattern: '^(true|false)$'}}";
    assert_eq!(both(head, "!Not [!Equals [!Ref P, 'true']]", "!Not [!Equals [!Ref P, 'false']]"), "pass");
}

#[test]
fn a_default_that_is_an_allowed_number_in_other_digits_counts() {
    let head = "Parameters: {P: {Type: Number, Default: '2.0', AllowedValues: [1, 2]}}
Rules: {OnlyOne: {Assertions: [{Assert: !Equals [!Ref P, 1], AssertDescription: one}]}}";
    let (_, problems) = judged(&format!("{head}\nResources: {{}}\n"));
    let said: Vec<&str> = problems.iter().map(|problem| problem.message.as_str()).collect();
    assert_eq!(said, ["rule `OnlyOne` refuses the default values of the parameters"]);
}

const RULES: &str = "
Parameters: {Env: {Type: String, Default: dev, AllowedValues: [dev, prod]}, Size: {Type: String, Default: s, AllowedValues: [s, m, l]}}
Rules:
  Large:
    RuleCondition: !Equals [!Ref Env, prod]
    Assertions: [{Assert: {'Fn::Contains': [[m, l], !Ref Size]}, AssertDescription: production is not small}]
";

#[test]
fn a_case_that_a_rule_of_the_template_refuses_is_not_explored() {
    let prod = "!Equals [!Ref Env, prod]";
    assert_eq!(both(RULES, prod, "!Equals [!Ref Size, s]"), "pass");
    assert_eq!(both(RULES, prod, "!Equals [!Ref Size, m]"), "fail when Env = prod and Size = m");
    assert_eq!(both(RULES, "!Not [!Equals [!Ref Size, l]]", prod), "fail when Env = prod and Size = m");
    let each = |assert: &str| {
        format!(
            "Parameters: {{P: {{Type: String}}, Q: {{Type: String}}}}\nRules: {{R: {{Assertions: [{{Assert: {assert}}}]}}}}"
        )
    };
    let (p, q) = ("!Equals [!Ref P, a]", "!Equals [!Ref Q, b]");
    assert_eq!(both(&each("{'Fn::EachMemberEquals': [[!Ref P, !Ref Q], a]}"), p, q), "pass");
    assert_eq!(both(&each("{'Fn::EachMemberIn': [[!Ref P, !Ref Q], [a, c]]}"), p, q), "pass");
    assert_eq!(both(&each("{'Fn::EachMemberIn': [[!Ref P, !Ref Q], [a, b]]}"), p, q), "fail when P = a and Q = b");
    assert_eq!(both(&each("{'Fn::Not': [{'Fn::And': [!Equals [!Ref P, a], !Equals [!Ref Q, b]]}]}"), p, q), "pass");
    // What only the account shows refuses nothing.
    let account = each(
        "{'Fn::EachMemberIn': [{'Fn::ValueOfAll': ['AWS::EC2::Subnet::Id', VpcId]}, {'Fn::RefAll': 'AWS::EC2::VPC::Id'}]}",
    );
    assert_eq!(both(&account, p, q), "fail when P = a and Q = b");
    let contains = each("{'Fn::Contains': [{'Fn::RefAll': 'AWS::EC2::VPC::Id'}, !Ref P]}");
    assert_eq!(both(&contains, p, q), "fail when P = a and Q = b");
}

#[test]
fn a_failure_that_a_rule_makes_certain_has_no_case() {
    let head = "Parameters: {Env: {Type: String, AllowedValues: [dev, prod]}}
Rules: {OnlyProd: {Assertions: [{Assert: !Equals [!Ref Env, prod]}]}}";
    assert_eq!(both(head, "!Equals [!Ref Env, prod]", "!Equals [1, 1]"), "fail");
}

#[test]
fn values_that_a_rule_refuses_are_said_and_the_scan_goes_on() {
    let template = |default: &str, assert: &str| {
        format!(
            "Parameters: {{Env: {{Type: String, Default: {default}, AllowedValues: [dev, prod]}}}}
Rules: {{OnlyProd: {{Assertions: [{{Assert: {assert}, AssertDescription: production only}}]}}}}
Resources: {{Db: {{Type: 'AWS::RDS::DBInstance', Properties: {{StorageEncrypted: false}}}}}}
"
        )
    };
    let said = |template: String| {
        let (verdicts, problems) = judged(&template);
        assert_eq!(verdicts["Db"], "fail");
        problems
            .iter()
            .map(|one| format!("{:?}: {} ({})", one.level, one.message, one.help.as_deref().unwrap_or("")))
            .collect::<Vec<_>>()
    };
    assert_eq!(said(template("prod", "!Equals [!Ref Env, prod]")), [""; 0]);
    assert_eq!(
        said(template("dev", "!Equals [!Ref Env, prod]")),
        ["Warning: rule `OnlyProd` refuses the default values of the parameters (production only)"]
    );
    assert_eq!(
        said(template("dev", "!Equals [!Ref Env, test]")),
        ["Warning: rule `OnlyProd` refuses every value that the parameters may have here (production only)"]
    );
    assert_eq!(
        said(template("dev", "!FindInMap [a, b, c]")),
        ["Error: `Fn::FindInMap` does not say whether a rule holds ()"]
    );
    assert_eq!(
        said(template("dev", "{'Fn::Contains': [a]}")),
        ["Error: `Fn::Contains` has the wrong number of arguments ()"]
    );
}

#[test]
fn the_bootstrap_check_of_cdk_says_nothing_and_refuses_nothing() {
    let head = "
Parameters: {BootstrapVersion: {Type: 'AWS::SSM::Parameter::Value<String>', Default: /cdk-bootstrap/hnb659fds/version}, Env: {Type: String, Default: dev}}
Rules: {CheckBootstrapVersion: {Assertions: [{Assert: {'Fn::Not': [{'Fn::Contains': [['1', '2', '3', '4', '5'], !Ref BootstrapVersion]}]}, AssertDescription: CDK bootstrap stack version 6 required.}]}}";
    assert_eq!(both(head, "!Equals [!Ref Env, prod]", "!Equals [1, 1]"), "fail when Env = prod");
}

#[test]
fn nested_stacks_that_are_given_the_same_parameter_see_the_same_value() {
    let dir = tempfile::tempdir().unwrap();
    let parent = "
Parameters: {Env: {Type: String, Default: dev}}
Resources:
  One: {Type: 'AWS::CloudFormation::Stack', Properties: {TemplateURL: one.yaml, Parameters: {Stage: !Ref Env}}}
  Two: {Type: 'AWS::CloudFormation::Stack', Properties: {TemplateURL: two.yaml, Parameters: {Level: !Ref Env, Off: !GetAtt One.Outputs.Off}}}
";
    let one = "
Parameters: {Stage: {Type: String}}
Conditions: {Prod: !Equals [!Ref Stage, prod]}
Resources: {}
Outputs: {Off: {Value: !If [Prod, 'false', 'true']}}
";
    let two = "
Parameters: {Level: {Type: String}, Off: {Type: String}}
Conditions: {Test: !Equals [!Ref Level, test], Prod: !Equals [!Ref Level, prod]}
Resources:
  Never: {Type: 'AWS::RDS::DBInstance', Properties: {StorageEncrypted: !If [Test, !Ref Off, true]}}
  Prod: {Type: 'AWS::RDS::DBInstance', Properties: {StorageEncrypted: !If [Prod, !Ref Off, true]}}
";
    for (name, text) in [("parent.yaml", parent), ("one.yaml", one), ("two.yaml", two)] {
        write(dir.path(), name, text);
    }
    let loader = Loader::new(dir.path(), Limits::default());
    let input = fasscan::source::discover::Input::Template { path: dir.path().join("parent.yaml") };
    let loaded = fasscan::template::load::load(&input, &loader, &Environment::default());
    let (inventory, problems) = loaded.units[0].resolve();
    assert!(problems.is_empty(), "{problems:?}");
    let said: Vec<String> = eval::evaluate(&inventory, rules(), &options())
        .iter()
        .filter(|verdict| *rules().rules[verdict.rule].id == *DATABASE)
        .map(|verdict| format!("{} {}", inventory.resource(verdict.resource).logical_id, outcome(&verdict.outcome)))
        .collect();
    assert_eq!(said, ["Never pass", "Prod fail when Env = prod"]);
}

#[test]
fn the_case_is_the_smallest_and_in_words_of_the_parameters() {
    let says = |head: &str, value: &str| {
        let template = format!(
            "{head}\nResources: {{Db: {{Type: 'AWS::RDS::DBInstance', Properties: {{StorageEncrypted: {value}}}}}}}\n"
        );
        judged(&template).0.remove("Db").unwrap()
    };
    let head = "
Parameters: {Env: {Type: String, Default: dev, AllowedValues: [dev, test, prod]}, Zone: {Type: String, Default: a}}
Conditions:
  Prod: !Equals [!Ref Env, prod]
  Zoned: !Equals [!Ref Zone, a]
  Imported: !Equals [!Select [0, !Split ['-', !Ref Zone]], eu]
  Deep: !And [!Condition Zoned, !Condition Prod]";
    assert_eq!(says(head, "!If [Prod, true, false]"), "fail when Env is not prod", "both other values make it fail");
    assert_eq!(says(head, "!If [Prod, false, true]"), "fail when Env = prod");
    assert_eq!(says(head, "!If [Zoned, true, false]"), "fail when Zone is not a");
    assert_eq!(
        says(head, "!If [Zoned, !If [Prod, false, true], !If [Prod, false, true]]"),
        "fail when Env = prod and Zone = a, when Env = prod and Zone is not a"
    );
    assert_eq!(says(head, "!If [Deep, false, true]"), "fail when Env = prod and Zone = a");
    assert_eq!(says(head, "!If [Imported, false, true]"), "fail when Zone is not a and Imported = true");
    assert_eq!(says(head, "!If [Prod, false, false]"), "fail when Env = prod, when Env is not prod");
}

#[test]
fn a_violation_in_every_case_has_no_case_because_another_has_one() {
    let dir = tempfile::tempdir().unwrap();
    let template = "
Parameters: {Env: {Type: String, Default: dev, AllowedValues: [dev, prod]}}
Conditions: {Prod: !Equals [!Ref Env, prod]}
Resources:
  Group:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: g
      SecurityGroupIngress:
        - {IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIp: 0.0.0.0/0}
        - !If
          - Prod
          - {IpProtocol: tcp, FromPort: 3389, ToPort: 3389, CidrIp: 0.0.0.0/0}
          - !Ref AWS::NoValue
        - {IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: !If [Prod, 10.0.0.0/8, 10.1.0.0/16]}
";
    let path = write(dir.path(), "t.yaml", template);
    let run = fasscan_check(&path);
    insta::assert_snapshot!(run.replace(dir.path().to_str().unwrap(), "DIR"), @r"
    high[ec2-security-group-open-admin-port]: A security group opens a remote administration port to the internet
      --> DIR/t.yaml:10:11
       |
    10 |         - {IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIp: 0.0.0.0/0}
       |           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ 0.0.0.0/0 reaches port 22
       |
       = resource: AWS::EC2::SecurityGroup `Group` in stack `t`
       = help: Remove the rule and administer through Systems Manager Session Manager, or admit only the addresses of the
               VPN

    high[ec2-security-group-open-admin-port]: A security group opens a remote administration port to the internet
      --> DIR/t.yaml:13:13
       |
    13 |           - {IpProtocol: tcp, FromPort: 3389, ToPort: 3389, CidrIp: 0.0.0.0/0}
       |             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ 0.0.0.0/0 reaches port 3389
       |
       = resource: AWS::EC2::SecurityGroup `Group` in stack `t`
       = note: fails when Env = prod
       = help: Remove the rule and administer through Systems Manager Session Manager, or admit only the addresses of the
               VPN

    verdicts: 0 pass, 1 fail, 0 unknown, 0 not applicable
    findings: 2 high
    PCI DSS 4.0.1: 4 fail, 154 not assessed, 13 inherited, 109 manual
    SOC 2 Trust Services Criteria 2017: 1 fail, 33 not assessed, 1 inherited, 26 manual
    gate failed: 2 findings of severity low or above
    ");
}

fn fasscan_check(path: &str) -> String {
    let run = crate::run::fasscan(&["check", path, "--rule", "ec2-security-group-open-admin-port", "--output", "text"]);
    assert_eq!(run.code(), 1, "{}", run.stderr);
    run.stdout
}

#[test]
fn a_resource_is_judged_where_it_exists() {
    let template = "
Parameters: {Env: {Type: String, Default: dev, AllowedValues: [dev, prod]}}
Conditions:
  Prod: !Equals [!Ref Env, prod]
  Never: !And [!Condition Prod, !Equals [!Ref Env, dev]]
Resources:
  Never: {Type: 'AWS::RDS::DBInstance', Condition: Never, Properties: {StorageEncrypted: false}}
  Prod: {Type: 'AWS::RDS::DBInstance', Condition: Prod, Properties: {StorageEncrypted: !If [Prod, true, false]}}
  Bad: {Type: 'AWS::RDS::DBInstance', Condition: Prod, Properties: {StorageEncrypted: false}}
";
    let (said, _) = judged(template);
    assert_eq!(said["Never"], "not applicable: its condition is false");
    assert_eq!(said["Prod"], "pass");
    assert_eq!(said["Bad"], "fail when Env = prod");
}

#[test]
fn a_value_that_nobody_gives_is_a_possibility_and_no_failure() {
    let template = |value: &str| {
        format!(
            "Parameters: {{On: {{Type: String, AllowedValues: ['true', 'false']}}, Env: {{Type: String, Default: dev}}}}
Conditions: {{Prod: !Equals [!Ref Env, prod]}}
Resources: {{Db: {{Type: 'AWS::RDS::DBInstance', Properties: {{StorageEncrypted: {value}}}}}}}
"
        )
    };
    let says = |value: &str| judged(&template(value)).0.remove("Db").unwrap();
    assert_eq!(says("!Ref On"), "unknown, parameter-without-default when On = false");
    assert_eq!(says("!If [Prod, !Ref On, true]"), "unknown, parameter-without-default when On = false and Env = prod");
    assert_eq!(says("!If [Prod, false, !Ref On]"), "fail when Env = prod");
}

#[test]
fn forty_conditional_entries_are_decided() {
    let parameters: Map<String, Value> =
        (0..40).map(|n| (format!("P{n}"), json!({"Type": "String", "Default": "a"}))).collect();
    let conditions: Map<String, Value> =
        (0..40).map(|n| (format!("C{n}"), json!({"Fn::Equals": [{"Ref": format!("P{n}")}, "a"]}))).collect();
    let entries: Vec<Value> = (0..40)
        .map(|n| {
            let cidr = if n % 10 == 3 { "0.0.0.0/0" } else { "10.0.0.0/8" };
            let rule = json!({"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIp": cidr, "Description": "x"});
            json!({"Fn::If": [format!("C{n}"), rule, {"Ref": "AWS::NoValue"}]})
        })
        .collect();
    let group = json!({"Type": "AWS::EC2::SecurityGroup", "Properties": {"GroupDescription": "g", "SecurityGroupIngress": entries}});
    let template = json!({"Parameters": parameters, "Conditions": conditions, "Resources": {"G": group}});
    let inventory = inventory(&template, &[]);
    for verdict in eval::evaluate(&inventory, rules(), &options()) {
        let id = &*rules().rules[verdict.rule].id;
        let said = outcome(&verdict.outcome);
        assert!(!said.contains("limit"), "{id}: {said}");
        if id == "ec2-security-group-open-admin-port" {
            assert_eq!(said, "fail when P3 = a, when P13 = a, when P23 = a, when P33 = a");
        }
    }
}

#[test]
fn tags_under_conditions_matter_only_where_they_are_the_wanted_ones() {
    let conditions: Map<String, Value> =
        (0..12).map(|n| (format!("C{n}"), json!({"Fn::Equals": [{"Ref": format!("P{n}")}, "a"]}))).collect();
    let parameters: Map<String, Value> =
        (0..12).map(|n| (format!("P{n}"), json!({"Type": "String", "Default": "a"}))).collect();
    let says = |last: &str| {
        let tag = |n: usize| {
            let key = if n == 11 { last.to_owned() } else { format!("t{n}") };
            json!({"Fn::If": [format!("C{n}"), {"Key": key, "Value": "v"}, {"Ref": "AWS::NoValue"}]})
        };
        let sure = ["CostCenter", "DataClassification"].map(|key| json!({"Key": key, "Value": "v"}));
        let tags: Vec<Value> = (0..12).map(tag).chain(sure).collect();
        let bucket = json!({"Type": "AWS::S3::Bucket", "Properties": {"Tags": tags}});
        let template = json!({"Parameters": parameters, "Conditions": conditions, "Resources": {"B": bucket}});
        let wanted = |verdict: &eval::Verdict| *rules().rules[verdict.rule].id == *"tagging-required-tags-missing";
        let inventory = inventory(&template, &[]);
        let verdicts = eval::evaluate(&inventory, rules(), &options());
        verdicts.iter().filter(|one| wanted(one)).map(|one| outcome(&one.outcome)).collect::<Vec<_>>()
    };
    assert_eq!(says("other"), ["fail"]);
    assert_eq!(says("Environment"), ["fail when P11 is not a"]);
}

fn inventory(template: &Value, given: &[(String, String)]) -> Inventory {
    let file = Arc::new(SourceFile::new("t.json", template.to_string()));
    let tree = json::parse(&file, Limits::default()).unwrap();
    let environment = Environment { account: Some("123456789012".into()), region: Some("us-east-1".into()) };
    let parameters = given.iter().map(|(name, value)| (name.as_str().into(), value.as_str().into())).collect();
    let root = Root { template: 0, name: "t".into(), environment, parameters, tags: Vec::new() };
    let templates = vec![Template::new(tree)];
    fasscan::template::resolve(&Unit { templates, roots: vec![root] }).0
}

const VALUES: [&str; 3] = ["a", "b", "c"];

/// How each of three parameters is deployed.
type Deployed = [usize; 3];

fn deployments() -> impl Iterator<Item = Deployed> {
    (0..27).map(|n| [n % 3, n / 3 % 3, n / 9])
}

/// A condition over three parameters, and when it holds.
fn condition() -> BoxedStrategy<Value> {
    let leaf = (0usize..3, 0usize..3).prop_map(|(p, v)| json!({"Fn::Equals": [{"Ref": format!("P{p}")}, VALUES[v]]}));
    let pair = (0usize..3, 0usize..3)
        .prop_map(|(a, b)| json!({"Fn::Equals": [{"Ref": format!("P{a}")}, {"Ref": format!("P{b}")}]}));
    prop_oneof![4 => leaf, 1 => pair]
        .prop_recursive(2, 6, 2, |inner| {
            prop_oneof![
                inner.clone().prop_map(|part| json!({"Fn::Not": [part]})),
                (inner.clone(), inner.clone()).prop_map(|(a, b)| json!({"Fn::And": [a, b]})),
                (inner.clone(), inner).prop_map(|(a, b)| json!({"Fn::Or": [a, b]})),
            ]
        })
        .boxed()
}

fn holds(condition: &Value, deployed: &Deployed) -> bool {
    let text = |value: &Value| match value["Ref"].as_str() {
        Some(name) => VALUES[deployed[name[1..].parse::<usize>().unwrap()]].to_owned(),
        None => value.as_str().unwrap().to_owned(),
    };
    let (name, parts) = condition.as_object().unwrap().iter().next().unwrap();
    let parts = parts.as_array().unwrap();
    match name.as_str() {
        "Fn::Equals" => text(&parts[0]) == text(&parts[1]),
        "Fn::Not" => !holds(&parts[0], deployed),
        "Fn::And" => parts.iter().all(|part| holds(part, deployed)),
        _ => parts.iter().any(|part| holds(part, deployed)),
    }
}

/// One of these values, or one of two by a condition, or one that is there by a condition only.
fn open(values: Vec<Value>) -> BoxedStrategy<Value> {
    let value = prop::sample::select(values);
    let name = "C[0-3]";
    prop_oneof![
        2 => value.clone(),
        2 => (name, value.clone(), value.clone()).prop_map(|(c, a, b)| json!({"Fn::If": [c, a, b]})),
        2 => (name, value.clone()).prop_map(|(c, a)| json!({"Fn::If": [c, a, {"Ref": "AWS::NoValue"}]})),
        1 => (name, name, value.clone(), value).prop_map(|(c, d, a, b)| json!({"Fn::If": [c, {"Fn::If": [d, a, b]}, {"Ref": "AWS::NoValue"}]})),
        1 => Just(json!({"Ref": "Unknown"})),
    ]
    .boxed()
}

fn flags() -> BoxedStrategy<Value> {
    open(vec![json!(true), json!(false)])
}

fn entries() -> BoxedStrategy<Value> {
    let entry = |cidr: &str, port: u32| json!({"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "CidrIp": cidr, "Description": "d"});
    let entries = vec![
        entry("0.0.0.0/0", 22),
        entry("10.0.0.0/8", 22),
        entry("0.0.0.0/1", 5432),
        entry("128.0.0.0/1", 5432),
        json!({"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIp": {"Fn::If": ["C0", "0.0.0.0/0", "10.0.0.0/8"]}, "Description": "d"}),
    ];
    let list = prop::collection::vec(open(entries), 0..4).prop_map(Value::from).boxed();
    prop_oneof![3 => list.clone(), 1 => ("C[0-3]", list.clone(), list).prop_map(|(c, a, b)| json!({"Fn::If": [c, a, b]}))].boxed()
}

fn resources() -> BoxedStrategy<Vec<(String, Value)>> {
    let gate = prop::option::weighted(0.4, "C[0-3]");
    let database = (flags(), flags(), flags(), gate.clone()).prop_map(|(encrypted, public, copy, gate)| {
        let properties = json!({"StorageEncrypted": encrypted, "PubliclyAccessible": public, "CopyTagsToSnapshot": copy, "Engine": "postgres"});
        vec![("Db", "AWS::RDS::DBInstance", properties, gate)]
    });
    let separate = open(vec![json!("0.0.0.0/0"), json!("128.0.0.0/1"), json!("10.0.0.0/8")]);
    let group = (entries(), separate, gate.clone(), gate.clone()).prop_map(|(entries, cidr, gate, other)| {
        let rule = json!({"GroupId": {"Fn::GetAtt": ["Group", "GroupId"]}, "IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "CidrIp": cidr});
        let group = json!({"GroupDescription": "g", "SecurityGroupIngress": entries});
        vec![("Group", "AWS::EC2::SecurityGroup", group, gate), ("Rule", "AWS::EC2::SecurityGroupIngress", rule, other)]
    });
    let deny = open(vec![
        json!({"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": [{"Fn::GetAtt": ["Bucket", "Arn"]}, {"Fn::Sub": "${Bucket.Arn}/*"}],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}}}),
        json!({"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": {"Fn::Sub": "${Bucket.Arn}/*"}}),
    ]);
    let bucket = (flags(), flags(), prop::collection::vec(deny, 1..3), gate.clone(), gate.clone()).prop_map(|(acls, policy, statements, gate, other)| {
        let block = json!({"BlockPublicAcls": acls, "BlockPublicPolicy": policy, "IgnorePublicAcls": true, "RestrictPublicBuckets": true});
        let bucket = json!({"PublicAccessBlockConfiguration": block});
        let policy = json!({"Bucket": {"Ref": "Bucket"}, "PolicyDocument": {"Statement": statements}});
        vec![("Bucket", "AWS::S3::Bucket", bucket, gate), ("Policy", "AWS::S3::BucketPolicy", policy, other)]
    });
    let text = || open(vec![json!("s3cr3t-value-1"), json!("{{resolve:ssm:/a}}")]);
    let function = (text(), text(), gate).prop_map(|(token, mode, gate)| {
        let environment = json!({"Variables": {"AUTH_TOKEN": token, "API_PASSWORD": mode}});
        vec![("Function", "AWS::Lambda::Function", json!({"Runtime": "python3.14", "Environment": environment}), gate)]
    });
    prop_oneof![database, group, bucket, function]
        .prop_map(|resources| {
            let resource = |(name, kind, properties, gate): (&str, &str, Value, Option<String>)| {
                let mut resource = json!({"Type": kind, "Properties": properties});
                if let Some(gate) = gate {
                    resource["Condition"] = gate.into();
                }
                (name.to_owned(), resource)
            };
            resources.into_iter().map(resource).collect()
        })
        .boxed()
}

/// Rule and resource to the outcome and to the places that are wrong, each with its case.
type Said = BTreeMap<(String, String), (&'static str, BTreeMap<(u32, String), Option<When>>)>;

fn said(inventory: &Inventory) -> Said {
    let name = |id| inventory.resource(id).logical_id.to_string();
    let verdicts = eval::evaluate(inventory, rules(), &options()).into_iter();
    let said = verdicts.map(|verdict| {
        let mut places = BTreeMap::new();
        let outcome = match verdict.outcome {
            Outcome::Pass { .. } => "pass",
            Outcome::Unknown { .. } => "unknown",
            Outcome::NotApplicable { .. } => "not applicable",
            Outcome::Fail { violations, .. } => {
                // What is not there at all has no place that is the same however the template is deployed.
                let place = |one: &eval::Violation| match one.absent {
                    true => (0, one.path.clone()),
                    false => (one.place.span.start, name(one.owner)),
                };
                places.extend(violations.into_iter().map(|one| (place(&one), one.when)));
                "fail"
            }
        };
        ((rules().rules[verdict.rule].id.to_string(), name(verdict.resource)), (outcome, places))
    });
    said.collect()
}

fn includes(when: &When, deployed: &Deployed) -> bool {
    when.parameters.iter().all(|(name, case)| {
        let value = VALUES[deployed[name[1..].parse::<usize>().unwrap()]];
        match case {
            eval::Case::Is(is) => **is == *value,
            eval::Case::IsNot(not) => not.iter().all(|not| **not != *value),
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    /// What the exploration says is what deploying the template with every value of its parameters says.
    #[test]
    fn exploring_agrees_with_deploying_every_case(
        conditions in prop::collection::vec(condition(), 4),
        assertion in prop::option::weighted(0.3, condition()),
        resources in resources(),
    ) {
        let allowed: Vec<Deployed> =
            deployments().filter(|deployed| assertion.as_ref().is_none_or(|assertion| holds(assertion, deployed))).collect();
        prop_assume!(!allowed.is_empty());
        let parameter = json!({"Type": "String", "Default": "a", "AllowedValues": VALUES});
        let mut parameters: Map<String, Value> = (0..3).map(|n| (format!("P{n}"), parameter.clone())).collect();
        parameters.insert("Unknown".to_owned(), json!({"Type": "String"}));
        let conditions: Map<String, Value> = conditions.into_iter().enumerate().map(|(n, one)| (format!("C{n}"), one)).collect();
        let assertions: Map<String, Value> =
            assertion.into_iter().map(|one| ("R".to_owned(), json!({"Assertions": [{"Assert": one}]}))).collect();
        let resources: Map<String, Value> = resources.into_iter().collect();
        let template = json!({"Parameters": parameters, "Conditions": conditions, "Rules": assertions, "Resources": resources});

        let explored = said(&inventory(&template, &[]));
        let worlds: Vec<(Deployed, Said)> = allowed
            .into_iter()
            .map(|deployed| {
                let given: Vec<(String, String)> =
                    (0..3).map(|p| (format!("P{p}"), VALUES[deployed[p]].to_owned())).collect();
                (deployed, said(&inventory(&template, &given)))
            })
            .collect();
        for (key, (outcome, places)) in &explored {
            let has = |wanted: &str| worlds.iter().any(|(_, said)| said[key].0 == wanted);
            let expected = ["fail", "unknown", "pass", "not applicable"].into_iter().find(|wanted| has(wanted));
            prop_assert_eq!(Some(*outcome), expected, "{:?} of {}", key, template);
            for (deployed, said) in &worlds {
                for place in said[key].1.keys() {
                    prop_assert!(places.contains_key(place), "{:?}: {:?} is missing in {:?} of {}", key, place, places, template);
                }
                for (place, when) in places {
                    let applies = when.as_ref().is_none_or(|when| includes(when, deployed));
                    let there = said[key].1.contains_key(place);
                    prop_assert!(!applies || there, "{:?}: {:?} {:?} but not for {:?} of {}", key, place, when, deployed, template);
                }
            }
        }
    }
}
