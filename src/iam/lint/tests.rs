//! What is found in policies, and that AWS's own have no errors.

use std::sync::Arc;

use super::{Finding, Severity, Subject, lint};
use crate::iam::catalogue::{managed_policy, managed_policy_names};
use crate::iam::document::{PolicyKind, Reader, Setting};
use crate::source::{Files, Limits, SourceFile, json};
use crate::value::{Values, View, World};

fn findings(text: &str, kind: PolicyKind) -> (Vec<Finding>, Arc<SourceFile>) {
    let file = Arc::new(SourceFile::new("p.json", text));
    let tree = json::parse(&file, Limits::default()).expect("parses");
    let (mut files, mut values) = (Files::default(), Values::default());
    let root = values.push_tree(&tree, tree.root(), files.add(Arc::clone(&file)));
    let world = World::open();
    let reader = Reader::new(View::new(&values, &world), &tree.keys);
    let policy = reader.policy_in(root, Setting { kind: Some(kind), files: Some(&files) });
    (lint(&policy, &Subject { kind, holder: None, size: reader.size(root) }), file)
}

/// The findings of an identity policy of one statement: `severity id what is there: message | help`.
fn in_statement(statement: &str) -> Vec<String> {
    of(&format!("{{\"Version\": \"2012-10-17\", \"Statement\": {{{statement}}}}}"), PolicyKind::Identity)
}

fn of(text: &str, kind: PolicyKind) -> Vec<String> {
    let (found, file) = findings(text, kind);
    let line = |finding: &Finding| {
        let there: String = finding.place.span.slice(file.text()).chars().take(20).collect();
        let help = finding.help.as_ref().map(|help| format!(" | {help}")).unwrap_or_default();
        format!("{} {} {there}: {}{help}", finding.severity.as_str(), finding.id, finding.message)
    };
    found.iter().map(line).collect()
}

fn allow(action: &str, resource: &str, condition: &str) -> Vec<String> {
    let condition = if condition.is_empty() { String::new() } else { format!(r#", "Condition": {condition}"#) };
    in_statement(&format!(r#""Effect": "Allow", "Action": {action}, "Resource": {resource}{condition}"#))
}

#[test]
fn a_sound_policy_has_no_finding() {
    assert_eq!(
        allow(
            r#"["s3:GetObject", "s3:PutObject*", "kms:Decrypt"]"#,
            r#"["arn:aws:s3:::logs/${aws:username}/*", "arn:aws:kms:eu-west-1:111122223333:key/*"]"#,
            r#"{"Bool": {"aws:SecureTransport": true}, "StringLike": {"s3:x-amz-acl": "bucket*"},
                "ForAnyValue:StringEquals": {"aws:TagKeys": ["a", "b"]}, "ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/x"}}"#
        ),
        [""; 0]
    );
    assert_eq!(allow("\"*\"", "\"*\"", ""), [""; 0]);
}

#[test]
fn names_that_the_data_do_not_have_are_unknown_and_what_was_meant_is_said() {
    let date = crate::iam::catalogue::catalogue().date();
    assert_eq!(
        allow(r#"["s3:GetObjct", "dynamo:GetItem", "s3:Frob*", "S3:getobject"]"#, "\"*\"", ""),
        [
            format!(
                "warning unknown-action \"s3:GetObjct\": the action `s3:GetObjct` is unknown to the data of {date} | did you mean `s3:GetObject`"
            ),
            format!(
                "warning unknown-service \"dynamo:GetItem\": the service `dynamo` is unknown to the data of {date} | did you mean `dynamodb:GetItem`"
            ),
            format!("warning matches-nothing \"s3:Frob*\": `s3:Frob*` matches no action of the data of {date}"),
        ]
    );
    assert_eq!(
        allow(
            "\"s3:GetObject\"",
            "\"*\"",
            r#"{"StringEquals": {"aws:SourceVPC2": "x", "token.actions.example.com:sub": "y"}}"#
        ),
        [format!(
            "warning unknown-key \"x\": the condition key `aws:SourceVPC2` is unknown to the data of {date} | did you mean `aws:SourceVpc`"
        )]
    );
}

#[test]
fn what_another_text_covers_is_redundant() {
    assert_eq!(
        allow(r#"["s3:Get*", "s3:getobject", "s3:Get*"]"#, r#"["arn:aws:s3:::a/*", "arn:aws:s3:::a/b*"]"#, ""),
        [
            "suggestion redundant \"s3:getobject\": `s3:Get*` in this `Action` covers `s3:getobject` | leave it out",
            "suggestion redundant \"s3:Get*\": `s3:Get*` stands in this `Action` already | leave it out",
            "suggestion redundant \"arn:aws:s3:::a/b*\": `arn:aws:s3:::a/*` in this `Resource` covers `arn:aws:s3:::a/b*` | leave it out",
        ]
    );
    let statement = |sid: &str, actions: &str| {
        format!(r#"{{"Sid": "{sid}", "Effect": "Deny", "Action": {actions}, "Resource": "*"}}"#)
    };
    let two = [
        statement("A", r#"["s3:GetObject", "ec2:RunInstances"]"#),
        statement("B", r#"["EC2:RunInstances", "s3:GetObject"]"#),
    ];
    assert_eq!(
        of(&format!("{{\"Statement\": [{}]}}", two.join(", ")), PolicyKind::Identity),
        ["suggestion redundant {\"Sid\": \"B\", \"Effect: the statement says what statement `A` says | leave it out"]
    );
}

#[test]
fn arns_have_six_parts_of_a_known_partition_and_account() {
    assert_eq!(
        allow("\"s3:GetObject\"", r#"["arn:aws-en:s3:::b/*", "arn:aws:s3:b", "arn:aws:s3::11112222:b/*"]"#, "")[..3],
        [
            "warning partition \"arn:aws-en:s3:::b/*: there is no partition `aws-en` as in `arn:aws-en:s3:::b/*` | did you mean `aws-cn`",
            "warning arn \"arn:aws:s3:b\": the ARN `arn:aws:s3:b` has 4 of its 6 parts | it has the form \
             `arn:partition:service:region:account:resource`",
            "warning unused-resource \"arn:aws:s3:b\": no action of the statement is used on `arn:aws:s3:b`",
        ]
    );
    let found = allow("\"s3:GetObject\"", r#""arn:aws:s3::11112222:b/*""#, "");
    assert!(
        found.iter().any(|one| one.contains("`11112222` in `arn:aws:s3::11112222:b/*` is no account id")),
        "{found:?}"
    );
}

#[test]
fn actions_and_resources_that_have_nothing_to_do_with_each_other_are_found() {
    assert_eq!(
        allow(
            r#"["s3:GetObject", "s3:ListBucket", "ec2:DescribeVpcs"]"#,
            r#"["arn:aws:s3:::b/*", "arn:aws:sqs:*:*:q"]"#,
            ""
        ),
        [
            "warning unused-action \"s3:ListBucket\": `s3:ListBucket` is not allowed here: it is used on none of the resources of the \
             statement | it is used on `arn:${Partition}:s3:${Region}:${Account}:accesspoint/${AccessPointName}`, `arn:${Partition}:s3:::${BucketName}`",
            "warning unused-action \"ec2:DescribeVpcs\": `ec2:DescribeVpcs` is not allowed here: it is not used on single resources | \
             give it a statement with `\"Resource\": \"*\"`",
            "warning unused-resource \"arn:aws:sqs:*:*:q\": no action of the statement is used on `arn:aws:sqs:*:*:q`",
        ]
    );
    assert_eq!(
        allow(r#"["s3:*", "ec2:New"]"#, r#""arn:aws:sqs:*:*:q""#, "").len(),
        2,
        "an unknown action may be used on anything"
    );
    assert_eq!(in_statement(r#""Effect": "Allow", "NotAction": "s3:*", "Resource": "arn:aws:s3:::b""#), [""; 0]);
}

#[test]
fn conditions_that_never_or_always_hold_are_found() {
    for (condition, expected) in [
        (
            r#"{"StringEquals": {"aws:SourceIp": "10.0.0.1"}}"#,
            "warning operator-type \"10.0.0.1\": `StringEquals` does not compare values like those of `aws:SourceIp` | the operators for it are \
             `IpAddress` and `NotIpAddress`",
        ),
        (
            r#"{"StringEquals": {"aws:TagKeys": "a"}}"#,
            "warning set-operator \"a\": `aws:TagKeys` can have several values, and `StringEquals` compares only one | write \
             `ForAnyValue:StringEquals` or `ForAllValues:StringEquals`",
        ),
        (
            r#"{"ForAllValues:StringEquals": {"aws:PrincipalOrgID": "o-a"}}"#,
            "warning set-operator \"o-a\": `aws:PrincipalOrgID` has one value, and `ForAllValues:StringEquals` also holds when it has none | write \
             `StringEquals`",
        ),
        (
            r#"{"ForAllValues:StringEquals": {"aws:TagKeys": "a"}}"#,
            "warning for-all-values \"a\": `ForAllValues:StringEquals` also holds when the request has no `aws:TagKeys` | add `\"Null\": \
             {\"aws:TagKeys\": \"false\"}` if it must be there",
        ),
        (
            r#"{"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}"#,
            "warning unsupported-key \"ec2.amazonaws.com\": no action of the statement has the condition key `iam:PassedToService` | the \
             condition never holds for them",
        ),
        (
            r#"{"StringNotEquals": {"aws:PrincipalTag/team": "red*"}}"#,
            "warning literal-wildcard \"red*\": `StringNotEquals` takes `*` in `red*` as the character | write `StringNotLike` for wildcards",
        ),
        (
            r#"{"StringEquals": {"aws:PrincipalTag/team": []}}"#,
            "warning no-value []: `aws:PrincipalTag/team` is compared with no value, so the condition never holds",
        ),
    ] {
        let found = allow("\"s3:GetObject\"", "\"*\"", condition);
        assert_eq!(found, [expected.chars().collect::<String>()].map(|line| shortened(&line)));
    }
    let guarded = r#"{"ForAllValues:StringEquals": {"aws:TagKeys": "a"}, "Null": {"aws:TagKeys": "false"}}"#;
    assert_eq!(allow("\"s3:GetObject\"", "\"*\"", guarded), [""; 0]);
}

/// What is there is shown up to 20 characters.
fn shortened(line: &str) -> String {
    let Some((head, tail)) = line.split_once(": ") else { return line.to_owned() };
    let mut words = head.splitn(3, ' ');
    let (severity, id, there) = (words.next().unwrap(), words.next().unwrap(), words.next().unwrap());
    format!("{severity} {id} {}: {tail}", there.chars().take(20).collect::<String>())
}

#[test]
fn variables_need_the_version_of_2012_and_a_known_key() {
    let statement = r#"{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/${aws:username}"}"#;
    assert_eq!(
        of(&format!("{{\"Statement\": {statement}}}"), PolicyKind::Identity),
        [
            "warning version \"arn:aws:s3:::b/${aw: `arn:aws:s3:::b/${aws:username}` has no variables: the policy is not of version \
          `2012-10-17` | add `\"Version\": \"2012-10-17\"` to the policy"
        ]
    );
    let variable = |text: &str| allow("\"s3:GetObject\"", &format!("\"arn:aws:s3:::b/{text}\""), "");
    assert_eq!(variable("${*}${aws:PrincipalTag/team, 'none'}"), [""; 0]);
    assert!(variable("${aws:usrname}")[0].contains("did you mean `${aws:username}`"));
    assert!(variable("${aws:username")[0].contains("opens no policy variable"));
    assert!(variable("${aws:TagKeys}")[0].contains("`aws:TagKeys` can have several values"));
}

#[test]
fn to_allow_all_but_some_is_to_allow_everyone_else() {
    let policy = r#"{"Statement": {"Effect": "Allow", "NotPrincipal": {"AWS": "111122223333"}, "Action": "s3:GetObject", "Resource": "*"}}"#;
    assert!(
        of(policy, PolicyKind::Resource)[0]
            .starts_with("warning not-principal {\"AWS\": \"11112222333: `Allow` with `NotPrincipal`")
    );
}

#[test]
fn a_policy_is_no_longer_than_its_quota() {
    let policy = |length: usize| {
        let rest = r#"{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*","Resource":"arn:aws:s3:::"}}"#;
        rest.replace(":::", &format!(":::{}", "b".repeat(length - rest.len())))
    };
    let sizes = |kind: PolicyKind, limit: usize| {
        let long = |length| of(&policy(length), kind).iter().any(|line| line.contains("too-long"));
        assert!(!long(limit) && long(limit + 1), "{kind:?}");
    };
    sizes(PolicyKind::Identity, 6_144);
    sizes(PolicyKind::Boundary, 6_144);
    sizes(PolicyKind::Scp, 10_240);
    sizes(PolicyKind::Rcp, 5_120);
    sizes(PolicyKind::Session, 2_048);
    sizes(PolicyKind::Trust, 2_048);
    let message = &of(&policy(10_241), PolicyKind::Identity)[0];
    assert!(
        message.contains("error too-long") && message.contains("10,241 characters") && message.contains("10,240"),
        "{message}"
    );
}

#[test]
fn the_policies_of_aws_break_no_rule_of_the_grammar() {
    for (index, name) in managed_policy_names().enumerate() {
        let policy = managed_policy(name).unwrap();
        // All of them hold; a part is enough to know.
        if index % 8 == 0 {
            let (found, _) = findings(&policy.document, PolicyKind::Identity);
            let refused = found.iter().find(|finding| finding.severity == Severity::Error && finding.id != "too-long");
            assert_eq!(refused, None, "{name}");
        }
    }
}
