//! What only some kinds of policies may say.

use super::{problems_of, read};
use crate::iam::document::PolicyKind::{self, Boundary, Identity, Rcp, Resource, Scp, Session, Trust};

const ALL: [PolicyKind; 7] = [Identity, Resource, Trust, Scp, Rcp, Boundary, Session];

/// The messages of a policy of one statement.
fn of(kind: PolicyKind, statement: &str) -> Vec<String> {
    let text = format!("{{\"Version\": \"2012-10-17\", \"Statement\": {{\n{statement}}}}}");
    problems_of(&text, Some(kind)).iter().map(|line| line.split_once(' ').expect("a place").1.to_owned()).collect()
}

#[test]
fn principals_are_for_policies_of_resources() {
    let with = r#""Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRole""#;
    let without = r#""Effect": "Deny", "Action": "sts:AssumeRole""#;
    for kind in ALL {
        let resource = if kind == Trust { "" } else { ", \"Resource\": \"*\"" };
        let (with, without) = (of(kind, &format!("{with}{resource}")), of(kind, &format!("{without}{resource}")));
        match kind {
            Resource | Trust | Rcp => {
                assert_eq!(with, [""; 0], "{kind:?}");
                assert!(
                    without[0].contains(&format!("the statement has no `Principal`, which {} needs", kind.described())),
                    "{without:?}"
                );
            }
            _ => {
                assert_eq!(without, [""; 0], "{kind:?}");
                assert!(
                    with[0].starts_with(&format!("\"Principal\": {} has no `Principal`", kind.described())),
                    "{with:?}"
                );
            }
        }
    }
}

#[test]
fn resources_are_for_all_but_trust_policies() {
    let trust =
        r#""Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "sts:AssumeRole", "Resource": "*""#;
    assert_eq!(
        of(Trust, trust),
        ["\"Resource\": a trust policy has no `Resource` | leave it out: the policy is about its role"]
    );
    for kind in [Identity, Scp, Boundary, Session] {
        let problems = of(kind, r#""Effect": "Deny", "Action": "s3:*""#);
        assert!(problems[0].contains("the statement has no `Resource`"), "{problems:?}");
    }
    assert_eq!(of(Resource, r#""Effect": "Deny", "Principal": "*", "Action": "ecr:BatchGetImage""#), [""; 0]);
}

#[test]
fn trust_policies_are_about_assuming_the_role() {
    let problems = of(
        Trust,
        r#""Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": ["s3:GetObject", "STS:AssumeRole"]"#,
    );
    assert_eq!(
        problems,
        [
            "\"s3:GetObject\": a trust policy cannot be about `s3:GetObject` | a role is assumed with `sts:AssumeRole` or one of its kin"
        ]
    );
}

#[test]
fn resource_control_policies_only_deny_everyone_named_actions() {
    let problems =
        of(Rcp, r#""Effect": "Allow", "Principal": {"AWS": "111122223333"}, "NotAction": "s3:*", "Resource": "*""#);
    let messages: Vec<&str> = problems.iter().filter_map(|line| line.split(" | ").next()).collect();
    assert_eq!(
        messages,
        [
            "\"Allow\": a resource control policy can only deny",
            "\"NotAction\": a resource control policy has no `NotAction`",
            "\"111122223333\": the `Principal` of a resource control policy is `*`",
        ]
    );
    assert_eq!(
        of(Rcp, r#""Effect": "Deny", "Principal": {"AWS": "*"}, "Action": "s3:*", "NotResource": "*""#),
        [""; 0]
    );
}

#[test]
fn policies_of_organisations_have_the_version_of_2012() {
    let statement = r#""Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}"#;
    assert_eq!(problems_of(&format!("{{{statement}}}"), Some(Scp)).len(), 1);
    assert_eq!(problems_of(&format!(r#"{{"Version": "2008-10-17", {statement}}}"#), Some(Scp)).len(), 1);
    assert_eq!(problems_of(&format!("{{{statement}}}"), Some(Identity)), [""; 0]);
}

#[test]
fn sids_of_iam_have_letters_and_digits_only() {
    let statement = r#""Sid": "Allow it", "Effect": "Deny", "Action": "*", "Resource": "*""#;
    assert_eq!(
        of(Identity, statement),
        ["\"Allow it\": the `Sid` `Allow it` has characters other than letters and digits | write `Allowit`"]
    );
    assert_eq!(of(Resource, &format!("{statement}, \"Principal\": \"*\"")), [""; 0], "services take more");
}

#[test]
fn the_kind_is_guessed_from_what_a_policy_says() {
    let guess = |statement: &str| PolicyKind::guess(&read(&format!("{{\"Statement\": {{{statement}}}}}"), None).0);
    assert_eq!(guess(r#""Effect": "Allow", "Action": "sts:AssumeRole", "Principal": "*""#), Trust);
    assert_eq!(guess(r#""Effect": "Allow", "Action": "sqs:SendMessage", "Principal": "*""#), Resource);
    assert_eq!(guess(r#""Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*""#), Identity);
}
