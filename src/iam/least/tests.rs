//! The questions, asked of policies as people write them.

use super::*;
use crate::iam::Policy;
use crate::iam::document::Reader;
use crate::source::{Files, Limits, SourceFile, json};
use crate::value::{Place, Values, View, World};

/// A place for texts that stand nowhere.
pub(super) fn nowhere() -> Place {
    policy("{}").place
}

fn policy(text: &str) -> Policy {
    let mut files = Files::default();
    let file = std::sync::Arc::new(SourceFile::new("policy.json", text.to_owned()));
    let tree = json::parse(&file, Limits::default()).expect("JSON");
    let mut values = Values::default();
    let root = values.push_tree(&tree, tree.root(), files.add(std::sync::Arc::clone(&file)));
    let world = World::open();
    Reader::new(View::new(&values, &world), &tree.keys).policy(root)
}

/// A policy of these statements; `'` stands for `"`.
fn statements(text: &str) -> std::sync::Arc<Policy> {
    std::sync::Arc::new(policy(&format!("{{'Version': '2012-10-17', 'Statement': [{text}]}}").replace('\'', "\"")))
}

fn allow(actions: &str, resources: &str) -> String {
    format!("{{'Effect': 'Allow', 'Action': {actions}, 'Resource': {resources}}}")
}

/// What is found: the text at fault, and the actions.
fn found(ask: impl Fn(&Allows) -> Answer, text: &str) -> Vec<String> {
    let policy = statements(text);
    let answer = ask(&Allows::new(&policy));
    assert_eq!(answer.open, Vec::new(), "{text}");
    answer
        .findings
        .iter()
        .map(|finding| format!("{}: {}", finding.wildcards.join(" "), finding.actions_text()))
        .collect()
}

fn resources(text: &str) -> Vec<String> {
    found(|allows| wildcard_resources(allows, &[]), text)
}

const NONE: [&str; 0] = [];

#[test]
fn what_aws_cannot_scope_is_no_wildcard() {
    for action in [
        "['xray:PutTraceSegments', 'xray:PutTelemetryRecords']",
        "'ec2:Describe*'",
        "['ec2:CreateNetworkInterface', 'ec2:DescribeNetworkInterfaces', 'ec2:DeleteNetworkInterface']",
        "'cloudwatch:PutMetricData'",
        "['ecr:GetAuthorizationToken', 'kms:ListKeys', 'kinesis:ListStreams']",
        "'rds:DescribeDBInstances'",
        "'logs:CreateLogGroup'",
    ] {
        assert_eq!(resources(&allow(action, "'*'")), NONE, "{action}");
    }
}

#[test]
fn what_changes_or_hands_out_data_on_every_resource_is_named_with_the_gravest_first() {
    let text = allow("['s3:ListBucket', 's3:GetObject', 's3:PutObject', 's3:PutBucketPolicy']", "['*']");
    assert_eq!(resources(&text), ["*: `s3:GetObject`, `s3:PutBucketPolicy` and `s3:PutObject`"]);
    assert_eq!(
        resources(&allow("'kinesis:GetRecords'", "'arn:aws:kinesis:*:*:*'")),
        ["arn:aws:kinesis:*:*:*: `kinesis:GetRecords`"]
    );
    let besides = |text: &str| {
        found(|allows| wildcard_resources(allows, &[Risk::DataExfiltration, Risk::ResourceExposure]), text)
    };
    assert_eq!(besides(&text), ["*: `s3:PutObject`"]);
}

#[test]
fn a_finding_says_which_arns_would_do() {
    let policy = statements(&allow("'dynamodb:PutItem'", "'*'"));
    let answer = wildcard_resources(&Allows::new(&policy), &[]);
    assert_eq!(
        answer.findings[0].formats_text(),
        "`arn:${Partition}:dynamodb:${Region}:${Account}:table/${TableName}`"
    );
    assert_eq!(answer.findings[0].concern, Concern::Medium);
}

#[test]
fn named_resources_are_no_finding_and_one_wildcard_among_them_is() {
    assert_eq!(resources(&allow("'s3:PutObject'", "['arn:aws:s3:::a/*', 'arn:aws:s3:::b-*/*']")), NONE);
    assert_eq!(
        resources(&allow("'s3:PutObject'", "['arn:aws:s3:::a/*', 'arn:aws:s3:::*']")),
        ["arn:aws:s3:::*: `s3:PutObject`"]
    );
}

#[test]
fn a_condition_counts_when_it_says_which_resources_or_through_what() {
    let with = |action: &str, condition: &str| {
        format!("{{'Effect': 'Allow', 'Action': '{action}', 'Resource': '*', 'Condition': {condition}}}")
    };
    for (action, condition) in [
        ("ec2:StopInstances", "{'StringEquals': {'aws:ResourceTag/team': 'a'}}"),
        ("ec2:StopInstances", "{'StringEquals': {'ec2:ResourceTag/team': '${aws:PrincipalTag/team}'}}"),
        ("kms:Decrypt", "{'StringLike': {'kms:ViaService': 's3.*.amazonaws.com'}}"),
        ("kms:Decrypt", "{'StringEquals': {'kms:EncryptionContext:app': 'x'}}"),
        ("ec2:CreateTags", "{'StringEquals': {'ec2:CreateAction': 'RunInstances'}}"),
        (
            "athena:StartQueryExecution",
            "{'ForAnyValue:StringEquals': {'aws:CalledVia': 'cloudformation.amazonaws.com'}}",
        ),
        ("ecs:RunTask", "{'ArnEquals': {'ecs:cluster': 'arn:aws:ecs:eu-west-1:111122223333:cluster/a'}}"),
    ] {
        assert_eq!(resources(&with(action, condition)), NONE, "{action} {condition}");
    }
    for (action, condition) in [
        ("ec2:StopInstances", "{'StringLike': {'aws:ResourceTag/team': '*'}}"),
        ("ec2:StopInstances", "{'StringEqualsIfExists': {'aws:ResourceTag/team': 'a'}}"),
        ("ec2:StopInstances", "{'StringNotEquals': {'aws:ResourceTag/team': 'a'}}"),
        ("s3:GetObject", "{'Bool': {'aws:SecureTransport': 'true'}}"),
        ("s3:GetObject", "{'StringEquals': {'aws:RequestedRegion': 'eu-west-1'}}"),
        ("s3:GetObject", "{'StringEquals': {'aws:ResourceAccount': '${aws:PrincipalAccount}'}}"),
        ("s3:GetObject", "{'NumericGreaterThan': {'s3:TlsVersion': '1.1'}}"),
        ("sqs:SendMessage", "{'StringEquals': {'kms:ViaService': 's3.eu-west-1.amazonaws.com'}}"),
    ] {
        assert_eq!(resources(&with(action, condition)).len(), 1, "{action} {condition}");
    }
}

#[test]
fn a_denial_of_the_same_policy_takes_back_what_it_covers() {
    let grant = allow("['s3:PutObject', 's3:DeleteObject']", "'*'");
    let with = |deny: &str| resources(&format!("{grant}, {{'Effect': 'Deny', {deny}}}"));
    assert_eq!(with("'Action': 's3:Delete*', 'Resource': '*'"), ["*: `s3:PutObject`"]);
    assert_eq!(with("'NotAction': 's3:PutObject', 'Resource': '*'"), ["*: `s3:PutObject`"]);
    // Everything but one bucket.
    assert_eq!(with("'Action': 's3:*', 'NotResource': ['arn:aws:s3:::a', 'arn:aws:s3:::a/*']"), NONE);
    assert_eq!(
        with("'Action': 's3:*', 'Resource': '*', 'Condition': {'StringNotEquals': {'aws:ResourceTag/a': 'b'}}"),
        NONE
    );
    // These leave nearly everything.
    for deny in [
        "'Action': 's3:*', 'Resource': 'arn:aws:s3:::audit/*'",
        "'Action': 's3:*', 'Resource': '*', 'Condition': {'Bool': {'aws:SecureTransport': 'false'}}",
        "'Action': 's3:Get*', 'Resource': '*'",
    ] {
        assert_eq!(with(deny), ["*: `s3:DeleteObject` and `s3:PutObject`"], "{deny}");
    }
}

#[test]
fn what_grants_of_the_cdk_write_is_no_wildcard_action() {
    let bucket = "['arn:aws:s3:::a', 'arn:aws:s3:::a/*']";
    let actions = "['s3:Abort*', 's3:DeleteObject*', 's3:GetBucket*', 's3:GetObject*', 's3:List*', 's3:PutObject']";
    let key = "'arn:aws:kms:eu-west-1:111122223333:key/k'";
    assert_eq!(found(wildcard_actions, &allow(actions, bucket)), NONE);
    assert_eq!(found(wildcard_actions, &allow("['kms:GenerateDataKey*', 'kms:ReEncrypt*', 'kms:Decrypt']", key)), NONE);
    assert_eq!(resources(&allow(actions, bucket)), NONE);
}

#[test]
fn a_wildcard_that_gives_more_than_it_speaks_of_is_found() {
    let bucket = "['arn:aws:s3:::a', 'arn:aws:s3:::a/*']";
    let put = found(wildcard_actions, &allow("'s3:Put*'", bucket));
    assert!(put[0].starts_with("s3:Put*: `s3:PutBucketPolicy`"), "{put:?}");
    let all = found(wildcard_actions, &allow("'dynamodb:*'", "'arn:aws:dynamodb:eu-west-1:111122223333:table/t'"));
    assert!(all[0].starts_with("dynamodb:*: ") && all[0].contains("more"), "{all:?}");
    let star = found(wildcard_actions, &allow("'*'", "'arn:aws:sqs:eu-west-1:111122223333:q'"));
    assert!(star[0].starts_with("*: `sqs:AddPermission`"), "{star:?}");
    // Where resources are open, other questions speak.
    assert_eq!(found(wildcard_actions, &allow("'s3:*'", "'*'")), NONE);
    assert_eq!(found(wildcard_actions, &allow("'s3:Get*'", bucket)), NONE);
}

#[test]
fn a_service_as_a_whole_is_found_however_it_is_written() {
    for (action, resource) in [("'s3:*'", "'*'"), ("'S3:**'", "'arn:aws:s3:::*'"), ("['a4b:*', 's3:*']", "['*']")] {
        let found = found(service_wildcards, &allow(action, resource));
        assert_eq!(found.len(), 1, "{action}: {found:?}");
    }
    for (action, resource) in
        [("'s3:*'", "'arn:aws:s3:::a/*'"), ("'s3:Get*'", "'*'"), ("'*'", "'*'"), ("'pricing:*'", "'*'")]
    {
        assert_eq!(found(service_wildcards, &allow(action, resource)), NONE, "{action} {resource}");
    }
}

#[test]
fn what_is_no_whole_service_is_found_by_its_risks() {
    // Objects of every bucket, but nothing about buckets.
    let objects = allow("'s3:*'", "'arn:aws:s3:::*/*'");
    assert_eq!(found(service_wildcards, &objects), NONE);
    assert_eq!(found(|allows| risk(allows, Risk::DataExfiltration), &objects).len(), 1);
    let whole = allow("'s3:*'", "'*'");
    assert_eq!(found(|allows| risk(allows, Risk::DataExfiltration), &whole), NONE);
    assert_eq!(found(|allows| service_wildcard_risk(allows, Risk::DataExfiltration), &whole).len(), 1);
    let with = |condition: &str| {
        let text = format!(
            "{{'Effect': 'Allow', 'Action': 's3:*', 'Resource': '*', 'Condition': {{'Bool': {{'{condition}': 'true'}}}}}}"
        );
        (found(service_wildcards, &text).len(), found(|allows| risk(allows, Risk::DataExfiltration), &text).len())
    };
    assert_eq!(with("aws:SecureTransport"), (1, 0));
    assert_eq!(with("aws:MultiFactorAuthPresent"), (0, 1));
}

#[test]
fn an_administrator_stays_one_in_a_region_or_without_the_audit_trail_and_not_without_everything_else() {
    let admin = allow("'*'", "'*'");
    assert_eq!(found(administrator, &admin).len(), 1);
    assert_eq!(found(administrator, &allow("['s3:Get*', '*:*']", "'*'")), ["*:*: "]);
    let with = |deny: &str| found(administrator, &format!("{admin}, {{'Effect': 'Deny', {deny}}}")).len();
    assert_eq!(with("'Action': 'cloudtrail:*', 'Resource': '*'"), 1);
    assert_eq!(
        with("'Action': '*', 'Resource': '*', 'Condition': {'StringNotEquals': {'aws:RequestedRegion': 'eu-west-1'}}"),
        1
    );
    assert_eq!(with("'NotAction': 's3:*', 'Resource': '*'"), 0);
}

#[test]
fn risks_are_of_what_is_really_open() {
    let ask = |of: Risk, text: &str| found(move |allows| risk(allows, of), text);
    let secret = allow("'secretsmanager:Get*'", "'*'");
    assert_eq!(ask(Risk::CredentialsExposure, &secret), ["*: `secretsmanager:GetSecretValue`"]);
    assert_eq!(ask(Risk::DataExfiltration, &secret), NONE);
    assert_eq!(ask(Risk::Decryption, &allow("['kms:Decrypt', 'kms:DescribeKey']", "'arn:aws:kms:*:*:key/*'")).len(), 1);
    assert_eq!(
        ask(
            Risk::CredentialsExposure,
            &allow("'secretsmanager:GetSecretValue'", "'arn:aws:secretsmanager:*:*:secret:app/*'")
        ),
        NONE
    );
    // What an inverted statement gives counts as well.
    let inverted = "{'Effect': 'Allow', 'NotAction': 'iam:*', 'Resource': '*'}";
    assert_eq!(ask(Risk::CredentialsExposure, inverted).len(), 1);
}

#[test]
fn every_role_may_be_passed_with_or_without_a_service() {
    let ask = |text: &str| found(pass_role_unscoped, text);
    assert_eq!(ask(&allow("'iam:PassRole'", "'*'")), ["*: `iam:PassRole`"]);
    assert_eq!(ask(&allow("'iam:Pass*'", "'arn:aws:iam::111122223333:role/*'")).len(), 1);
    assert_eq!(ask(&allow("'iam:PassRole'", "'arn:aws:iam::111122223333:role/app'")), NONE);
    assert_eq!(resources(&allow("'iam:PassRole'", "'*'")), NONE, "another question asks for it");
}

#[test]
fn the_policy_of_a_resource_speaks_of_that_resource() {
    let key = "{'Effect': 'Allow', 'Principal': {'AWS': 'arn:aws:iam::111122223333:root'}, 'Action': 'kms:*', 'Resource': '*'}";
    assert_eq!(resources(key), NONE);
    assert_eq!(found(service_wildcards, key), NONE);
    assert_eq!(found(|allows| risk(allows, Risk::Decryption), key), NONE);
}

#[test]
fn regions_are_limited_by_names_conditions_or_denials() {
    let ask = |text: &str| found(|allows| region_unrestricted(allows, &["eu-west-1"]), text).len();
    assert_eq!(ask(&allow("'dynamodb:PutItem'", "'arn:aws:dynamodb:eu-west-1:111122223333:table/t'")), 0);
    assert_eq!(ask(&allow("'dynamodb:PutItem'", "'arn:aws:dynamodb:us-east-1:111122223333:table/t'")), 1);
    assert_eq!(ask(&allow("'dynamodb:PutItem'", "'arn:aws:dynamodb:*:111122223333:table/t'")), 1);
    assert_eq!(ask(&allow("'iam:CreateRole'", "'*'")), 0, "a global service");
    assert_eq!(ask(&allow("'xray:PutTraceSegments'", "'*'")), 0, "nothing lies in a region");
    assert_eq!(ask(&allow("'s3:PutObject'", "'arn:aws:s3:::a/*'")), 0, "a bucket lies in one region");
    let condition = "'Condition': {'StringEquals': {'aws:RequestedRegion': 'eu-west-1'}}";
    assert_eq!(ask(&format!("{{'Effect': 'Allow', 'Action': 'sqs:*', 'Resource': '*', {condition}}}")), 0);
    let deny = "{'Effect': 'Deny', 'Action': '*', 'Resource': '*', 'Condition': {'StringNotEquals': {'aws:RequestedRegion': ['eu-west-1']}}}";
    assert_eq!(ask(&format!("{}, {deny}", allow("'sqs:*'", "'*'"))), 0);
}

#[test]
fn unknown_parts_are_open_and_never_a_finding() {
    // A token for what nobody knows stands in the text.
    let unknown = |text: &str| {
        let policy = statements(&text.replace('?', "\\u0001?\\u0001"));
        let answer = wildcard_resources(&Allows::new(&policy), &[]);
        (answer.findings.len(), answer.open.len())
    };
    assert_eq!(unknown(&allow("'s3:PutObject'", "'?'")), (0, 1));
    assert_eq!(unknown(&allow("'s3:PutObject'", "'arn:aws:s3:::a/?'")), (0, 0));
    assert_eq!(unknown(&allow("'?'", "'*'")), (0, 1));
    assert_eq!(unknown(&allow("['?', 's3:PutObject']", "'*'")), (1, 0));
}

#[test]
fn services_are_summed_up_by_access_level() {
    let policy = statements(&format!(
        "{}, {}",
        allow("['s3:GetObject', 's3:PutObject']", "'*'"),
        allow("'sqs:SendMessage'", "'arn:aws:sqs:eu-west-1:111122223333:q'")
    ));
    let services = services(&Allows::new(&policy));
    let s3 = &services[0];
    assert_eq!((s3.prefix, s3.levels, s3.unscoped), ("s3", [0, 1, 0, 1, 0], 2));
    assert_eq!(s3.risks, [Risk::DataExfiltration]);
    assert_eq!((services[1].prefix, services[1].unscoped), ("sqs", 0));
}

#[test]
fn a_suggestion_names_what_the_template_has_and_is_proved_to_allow_nothing_new() {
    let actions = "['s3:GetObject', 's3:ListBucket', 'kinesis:GetRecords', 'xray:PutTraceSegments', 'sqs:SendMessage']";
    let policy = statements(&allow(actions, "'*'"));
    let candidates =
        ["arn:aws:s3:::\u{1}3.Data\u{1}", "arn:aws:kinesis:\u{1}region\u{1}:\u{1}account\u{1}:stream/\u{1}4.In\u{1}"]
            .map(|arn| Candidate { arn: arn.to_owned() });
    let suggestion = suggest(&policy, &candidates).expect("a suggestion");
    let parts = suggestion.document["Statement"].as_array().unwrap();
    let parts: Vec<String> = parts.iter().map(|one| format!("{} {}", one["Action"], one["Resource"])).collect();
    assert_eq!(
        parts,
        [
            r#"["xray:PutTraceSegments","sqs:SendMessage"] "*""#,
            r#""kinesis:GetRecords" "arn:aws:kinesis:${AWS::Region}:${AWS::AccountId}:stream/${In}""#,
            r#""s3:ListBucket" "arn:aws:s3:::${Data}""#,
            r#""s3:GetObject" "arn:aws:s3:::${Data}/*""#,
        ]
    );
    assert!(suggestion.proved);
    assert_eq!(
        suggestion.notes,
        [
            "`xray:PutTraceSegments` has no resources to name",
            "`sqs:SendMessage` fits no resource of the template, or not only such",
        ]
    );
    assert_eq!(suggest(&policy, &[]), None);
    let named = statements(&allow("'s3:GetObject'", "'arn:aws:s3:::other/*'"));
    assert_eq!(suggest(&named, &candidates), None, "nothing is open in it");
}

/// Whether a question finds something: yes, no or (`None`) not known.
fn says(ask: impl Fn(&Allows) -> Answer, text: &str) -> Option<bool> {
    let policy = statements(text);
    let answer = ask(&Allows::new(&policy));
    match (answer.findings.is_empty(), answer.open.is_empty()) {
        (false, _) => Some(true),
        (true, true) => Some(false),
        (true, false) => None,
    }
}

#[test]
fn what_nobody_can_read_may_be_a_denial_that_takes_everything_back() {
    type Question = (&'static str, fn(&Allows) -> Answer, String);
    let questions: [Question; 8] = [
        ("administrator", administrator, allow("'*'", "'*'")),
        ("service wildcard", service_wildcards, allow("'s3:*'", "'*'")),
        ("service wildcard risk", |all| service_wildcard_risk(all, Risk::DataExfiltration), allow("'s3:*'", "'*'")),
        ("wildcard action", wildcard_actions, allow("'s3:*'", "'arn:aws:s3:::a/*'")),
        ("wildcard resource", |all| wildcard_resources(all, &[]), allow("'s3:PutObject'", "'*'")),
        ("risk", |all| risk(all, Risk::DataExfiltration), allow("'s3:GetObject'", "'*'")),
        ("pass role", pass_role_unscoped, allow("'iam:PassRole'", "'*'")),
        ("region", |all| region_unrestricted(all, &["eu-west-1"]), allow("'sqs:SendMessage'", "'*'")),
    ];
    // A whole statement, and each element of a denial; a number is as little known as a reference to nothing.
    let denial = |effect: &str, action: &str, resource: &str, more: &str| {
        format!("{{'Effect': {effect}, 'Action': {action}, 'Resource': {resource}{more}}}")
    };
    let unknown = "'\\u0001?\\u0001'";
    let denials = [
        denial(unknown, "'*'", "'*'", ""),
        denial("'Deny'", unknown, "'*'", ""),
        denial("'Deny'", "'*'", unknown, ""),
        denial("'Deny'", "'*'", "'*'", ", 'Condition': 7"),
        "7".to_owned(),
    ];
    for (name, ask, allowed) in &questions {
        assert_eq!(says(ask, allowed), Some(true), "{name}");
        assert_eq!(says(ask, &format!("{allowed}, {}", denial("'Deny'", "'*'", "'*'", ""))), Some(false), "{name}");
        for denied in &denials {
            assert_eq!(says(ask, &format!("{allowed}, {denied}")), None, "{name}, {denied}");
        }
        let elsewhere = denial("'Deny'", "'sns:*'", unknown, "");
        assert_eq!(
            says(ask, &format!("{allowed}, {elsewhere}")),
            Some(true),
            "{name}: an unknown that changes nothing"
        );
    }
    let all_but = format!("{}, 7", allow("'*'", "'*'").replace("'Action'", "'NotAction'"));
    assert_eq!(says(inverted_allow, &all_but), Some(true), "a denial changes nothing about the form");
}

#[test]
fn a_risk_is_not_asked_about_where_the_whole_service_may_be() {
    let deny = "{'Effect': 'Deny', 'Action': ['s3:Put*', 's3:Delete*', 's3:Create*'], 'Resource': '\\u0001?\\u0001'}";
    let text = format!("{}, {deny}", allow("'s3:*'", "'*'"));
    assert_eq!(says(service_wildcards, &text), None);
    assert_eq!(says(|all| risk(all, Risk::DataExfiltration), &text), None);
}

#[test]
fn a_condition_with_an_unknown_value_may_narrow() {
    for condition in
        ["{'Bool': {'aws:ViaAWSService': '\\u0001?\\u0001'}}", "{'Null': {'aws:ResourceTag/a': '\\u0001?\\u0001'}}"]
    {
        let text =
            format!("{{'Effect': 'Allow', 'Action': 'sqs:SendMessage', 'Resource': '*', 'Condition': {condition}}}");
        assert_eq!(says(|all| wildcard_resources(all, &[]), &text), None, "{condition}");
    }
}
