//! Named cases: the holes that people know, and what the fragment decides.

use super::super::{
    Accounts, Caller, Constraint, Membership, Proof, Prover, Question, Reason, Space, Who, allows_any, ask, included,
    is_public, reachable_from_outside,
};
use super::policy;
use crate::iam::document::Policy;
use serde_json::{Value as Json, json};

/// A policy of version 2012.
fn of(statements: &Json) -> Policy {
    policy(&json!({"Version": "2012-10-17", "Statement": statements}))
}

/// The same statement with a condition.
fn bucket(condition: &Json) -> Policy {
    of(
        &json!([{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*", "Condition": condition}]),
    )
}

fn outside(policy: &Policy) -> Proof {
    reachable_from_outside(policy, &["s3:*"], Who::OutsideOrganisation("o-mine".into()))
}

fn caller(proof: &Proof) -> &Caller {
    match proof {
        Proof::Yes(witness) => &witness.principal,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_usual_organisation_condition_keeps_outsiders_out() {
    assert_eq!(outside(&bucket(&json!({"StringEquals": {"aws:PrincipalOrgID": "o-mine"}}))), Proof::No);
    assert_eq!(outside(&bucket(&json!({"ForAnyValue:StringEquals": {"aws:PrincipalOrgID": "o-mine"}}))), Proof::No);
    let deny = of(&json!([
        {"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*"},
        {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*",
         "Condition": {"StringNotEquals": {"aws:PrincipalOrgID": "o-mine"}}}
    ]));
    assert_eq!(outside(&deny), Proof::No);
}

#[test]
fn conditions_that_pass_without_the_key_let_anonymous_users_in() {
    for operator in ["ForAllValues:StringEquals", "StringEqualsIfExists"] {
        let proof = outside(&bucket(&json!({operator: {"aws:PrincipalOrgID": "o-mine"}})));
        assert_eq!(*caller(&proof), Caller::Anonymous, "{operator}");
    }
}

#[test]
fn the_account_of_the_resource_says_nothing_about_who_asks() {
    let proof = outside(&bucket(&json!({"StringEquals": {"aws:ResourceAccount": "111122223333"}})));
    assert_eq!(*caller(&proof), Caller::Anonymous);
    let own = bucket(&json!({"StringEquals": {"aws:ResourceAccount": "${aws:PrincipalAccount}"}}));
    let space = Space {
        who: Who::OutsideAccounts(vec!["111122223333".into()]),
        keys: vec![("aws:ResourceAccount".into(), Constraint::In(vec!["111122223333".into()]))],
        ..Space::default()
    };
    assert_eq!(ask(&Question { groups: vec![vec![&own]], space, ..Question::default() }), Proof::No);
}

#[test]
fn a_deny_that_forgets_the_bucket_itself_leaves_it_open() {
    let policy = of(&json!([
        {"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": ["arn:aws:s3:::b", "arn:aws:s3:::b/*"]},
        {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::b/*",
         "Condition": {"StringNotEquals": {"aws:PrincipalOrgID": "o-mine"}}}
    ]));
    match outside(&policy) {
        Proof::Yes(witness) => {
            assert_eq!((witness.resource.as_str(), &*witness.by), ("arn:aws:s3:::b", &[vec![(0, 0)]][..]))
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_policy_is_public_when_it_means_no_one_in_particular() {
    let public = |condition: Json| is_public(&bucket(&condition), &["s3:*"]);
    assert!(matches!(public(json!({})), Proof::Yes(_)));
    assert!(matches!(public(json!({"StringLike": {"aws:PrincipalArn": "*"}})), Proof::Yes(_)));
    assert!(matches!(public(json!({"StringNotEquals": {"aws:PrincipalAccount": "111122223333"}})), Proof::Yes(_)));
    assert_eq!(public(json!({"StringEquals": {"aws:PrincipalAccount": "111122223333"}})), Proof::No);
    assert_eq!(public(json!({"ArnLike": {"aws:SourceArn": "arn:aws:sns:*:111122223333:*"}})), Proof::No);
    assert_eq!(public(json!({"Bool": {"aws:PrincipalIsAWSService": "true"}})), Proof::No);
    let but =
        of(&json!([{"Effect": "Allow", "NotPrincipal": {"AWS": "111122223333"}, "Action": "s3:*", "Resource": "*"}]));
    assert!(matches!(is_public(&but, &["s3:*"]), Proof::Yes(_)));
    let named =
        of(&json!([{"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "s3:*", "Resource": "*"}]));
    assert_eq!(is_public(&named, &["s3:*"]), Proof::No);
}

#[test]
fn an_account_is_everyone_in_it_and_a_session_only_itself() {
    let trust = |principal: &str| {
        of(&json!([{"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole"}]))
    };
    let who = |arn: &str| Who::Arns(vec![arn.to_owned()]);
    let account = trust("111122223333");
    let asks = |policy: &Policy, arn: &str| reachable_from_outside(policy, &["sts:AssumeRole"], who(arn));
    assert!(matches!(asks(&account, "arn:aws:iam::111122223333:user/ann"), Proof::Yes(_)));
    assert_eq!(asks(&account, "arn:aws:iam::444455556666:user/ann"), Proof::No);
    let session = trust("arn:aws:sts::111122223333:assumed-role/dev/me");
    match asks(&session, "arn:aws:iam::111122223333:role/dev") {
        Proof::Yes(witness) => {
            assert!(matches!(witness.principal, Caller::Account { session: Some(name), .. } if name == "me"))
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn keys_that_follow_from_who_asks_cannot_contradict() {
    let policy = of(&json!([{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {
        "StringEquals": {"aws:PrincipalAccount": "111122223333", "aws:PrincipalType": "User"},
        "ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:user/*"}
    }}]));
    let foreign = of(&json!([{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {
        "StringEquals": {"aws:PrincipalAccount": "111122223333"},
        "ArnLike": {"aws:PrincipalArn": "arn:aws:iam::444455556666:*"}
    }}]));
    let role = of(&json!([{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {
        "StringLike": {"aws:username": "a*"}, "ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/*"}
    }}]));
    for policy in [&foreign, &role] {
        assert_eq!(allows_any(&[policy], &[], &[]), Proof::No);
    }
    // Of other partitions there may be users whose ARN the pattern does not match.
    match allows_any(&[&policy], &[], &[]) {
        Proof::Yes(witness) => assert!(!witness.context["aws:principalarn"][0].starts_with("arn:aws:")),
        other => panic!("{other:?}"),
    }
}

#[test]
fn known_accounts_have_the_organisation_they_are_in() {
    let mut accounts = Accounts::new();
    let member = |path: &str| Membership { organisation: "o-mine".into(), path: format!("o-mine/r-1/{path}/") };
    accounts.insert("111122223333".into(), member("ou-prod"));
    accounts.insert("444455556666".into(), member("ou-dev"));
    let prod = bucket(&json!({"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-mine/*/ou-prod/*"}}));
    let mine = bucket(&json!({"StringEquals": {"aws:PrincipalOrgID": "o-mine"}}));
    let mut prover = Prover::with_accounts(accounts);
    let mut outside = |policy, account: &str| {
        let space = Space { who: Who::OutsideAccounts(vec![account.into()]), ..Space::default() };
        prover.ask(&Question { groups: vec![vec![policy]], space, ..Question::default() })
    };
    assert_eq!(outside(&prod, "111122223333"), Proof::No);
    match outside(&mine, "111122223333") {
        Proof::Yes(witness) => assert_eq!(witness.context["aws:principalaccount"], ["444455556666"]),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_variable_within_a_text_is_tried_with_a_value() {
    let home = of(&json!([{"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::b/home/${aws:username}/*"}]));
    let all = of(&json!([{"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::b/home/*"}]));
    let other = of(&json!([{"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::c/*"}]));
    assert_eq!(included(&[&home], &[&all]), Proof::No);
    assert_eq!(included(&[&home], &[&home]), Proof::No, "the same texts mean the same");
    let part =
        of(&json!([{"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::b/home/${aws:username}/x*"}]));
    assert_eq!(included(&[&part], &[&home]), Proof::Unknown(vec![Reason::Variable("aws:username".into())]));
    match included(&[&home], &[&other]) {
        Proof::Yes(witness) => {
            let name = &witness.context["aws:username"][0];
            assert!(witness.resource.starts_with(&format!("arn:aws:s3:::b/home/{name}/")), "{witness:?}");
        }
        other => panic!("{other:?}"),
    }
    // In the older version it is plain text.
    let plain = policy(
        &json!({"Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::b/${aws:username}"}}),
    );
    match allows_any(&[&plain], &[], &[]) {
        Proof::Yes(witness) => assert_eq!(witness.resource, "arn:aws:s3:::b/${aws:username}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_not_known_decides_nothing_by_itself() {
    let unknown = "\u{1}?\u{1}";
    let maybe =
        of(&json!([{"Effect": "Allow", "Action": "s3:GetObject", "Resource": format!("arn:aws:s3:::{unknown}")}]));
    assert!(matches!(allows_any(&[&maybe], &["s3:*"], &["arn:aws:s3:::b"]), Proof::Unknown(_)));
    assert_eq!(allows_any(&[&maybe], &["s3:*"], &["arn:aws:sqs:*:*:*"]), Proof::No);
    assert_eq!(allows_any(&[&maybe], &["iam:*"], &[]), Proof::No);
    let shut = of(&json!([
        {"Effect": "Allow", "Action": ["s3:GetObject", "sqs:*"], "Resource": "*"},
        {"Effect": "Deny", "Action": "s3:*", "Resource": unknown}
    ]));
    assert!(matches!(allows_any(&[&shut], &["s3:*"], &[]), Proof::Unknown(_)));
    assert!(matches!(allows_any(&[&shut], &[], &[]), Proof::Yes(_)), "the deny says nothing of queues");
}

#[test]
fn tokens_are_equal_to_themselves_only() {
    let token =
        |name: &str| of(&json!([{"Effect": "Allow", "Action": "s3:*", "Resource": format!("\u{1}{name}\u{1}/*")}]));
    assert_eq!(included(&[&token("7.Arn")], &[&token("7.Arn")]), Proof::No);
    assert!(matches!(included(&[&token("7.Arn")], &[&token("8.Arn")]), Proof::Yes(_)));
}

#[test]
fn boundaries_and_guardrails_limit_together() {
    let admin = of(&json!([{"Effect": "Allow", "Action": "*", "Resource": "*"}]));
    let boundary = of(&json!([{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}]));
    let lock = of(&json!([{"Effect": "Deny", "NotAction": "kms:*", "Resource": "*",
        "Condition": {"StringNotEquals": {"aws:RequestedRegion": ["eu-central-1"]}}}]));
    let asks = |actions: &str| {
        let space = Space {
            actions: vec![actions.into()],
            keys: vec![("aws:RequestedRegion".into(), Constraint::NotIn(vec!["eu-central-1".into()]))],
            ..Space::default()
        };
        ask(&Question {
            groups: vec![vec![&admin], vec![&boundary]],
            denies: vec![&lock],
            space,
            ..Question::default()
        })
    };
    assert_eq!(asks("ec2:*"), Proof::No);
    assert_eq!(asks("iam:*"), Proof::No);
    match asks("kms:*") {
        Proof::Yes(witness) => {
            assert!(witness.context["aws:requestedregion"] != ["eu-central-1"]);
            assert_eq!(witness.by, [vec![(0, 0)], vec![(0, 0)]]);
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_wildcard_in_a_bucket_name_reaches_objects_of_others() {
    let policy = of(&json!([{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::ap*-prod/*"}]));
    assert!(matches!(allows_any(&[&policy], &["s3:GetObject"], &["arn:aws:s3:::ap/?-prod/*"]), Proof::Yes(_)));
}

#[test]
fn known_actions_are_listed_by_classes() {
    let catalogue = crate::iam::catalogue::catalogue();
    let full = of(&json!([{"Effect": "Allow", "Action": "*", "Resource": "*"}]));
    let lock = of(&json!([{"Effect": "Deny", "NotAction": ["kms:*", "acm:*"], "Resource": "*",
        "Condition": {"StringNotEquals": {"aws:RequestedRegion": "eu-central-1"}}}]));
    let question = Question {
        groups: vec![vec![&full]],
        denies: vec![&lock],
        space: Space {
            keys: vec![("aws:RequestedRegion".into(), Constraint::NotIn(vec!["eu-central-1".into()]))],
            ..Space::default()
        },
        ..Question::default()
    };
    let all = catalogue.set_matching(["ec2:*", "kms:*", "acm:*", "s3:*"]);
    let mut prover = Prover::default().of_known_actions();
    let found = prover.possible(&question, &all);
    let open: usize = found.yes.iter().map(|(set, _)| set.len()).sum();
    assert_eq!(open, catalogue.set_matching(["kms:*", "acm:*"]).len());
    assert!(found.unknown.is_empty());
    assert!(found.yes.iter().all(|(set, witness)| set.contains(catalogue.action(&witness.action).unwrap().id)));
}

#[test]
fn known_actions_decide_what_patterns_of_names_leave_open() {
    let gets = of(&json!([{"Effect": "Allow", "Action": "sts:*", "Resource": "*"}]));
    let names: Vec<String> = crate::iam::catalogue::catalogue()
        .set_matching(["sts:*"])
        .iter()
        .filter_map(|id| crate::iam::catalogue::catalogue().by_id(id))
        .map(|action| action.to_string())
        .collect();
    let listed = of(&json!([{"Effect": "Allow", "Action": names, "Resource": "*"}]));
    assert!(matches!(included(&[&gets], &[&listed]), Proof::Yes(_)), "AWS may add actions");
    assert_eq!(Prover::default().of_known_actions().included(&[&gets], &[&listed]), Proof::No);
}

#[test]
fn a_witness_has_an_action_on_a_resource_that_it_is_for() {
    let old = of(&json!([{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::reports/*"}]));
    let both = ["arn:aws:s3:::reports", "arn:aws:s3:::reports/*"];
    let ask = |action: &str, resource: &Json| {
        let new = of(&json!([{"Effect": "Allow", "Action": action, "Resource": resource}]));
        Prover::default().of_known_actions().included(&[&new], &[&old])
    };
    let found = |action: &str, resource: &Json| match ask(action, resource) {
        Proof::Yes(witness) => format!("{} {}", witness.action, witness.resource),
        other => format!("{other:?}"),
    };
    assert_eq!(found("s3:List*", &json!(both)), "s3:ListBucket arn:aws:s3:::reports");
    // Of services of which there is no ARN, nothing is possible, however many they are.
    assert_eq!(found("a*", &json!(both)), "No");
    assert_eq!(
        found("*", &json!("arn:aws:sqs:eu-central-1:111122223333:jobs")),
        "sqs:AddPermission arn:aws:sqs:eu-central-1:111122223333:jobs"
    );
    assert_eq!(found("iam:PassRole", &json!("*")), "iam:PassRole arn:aws:iam::111122223333:role/x");
}

#[test]
fn a_grant_on_a_resource_that_the_action_is_not_for_grants_nothing() {
    let ask = |prover: Prover<'_>, action: &str, resource: &str| {
        let policy = of(&json!([{"Effect": "Allow", "Action": action, "Resource": resource}]));
        let mut prover: Prover<'_> = prover;
        matches!(prover.included(&[&policy], &[]), Proof::No)
    };
    let nothing = |action: &str, resource: &str| {
        let known = ask(Prover::default().of_known_actions(), action, resource);
        assert_eq!(known, ask(Prover::default().typed(), action, resource), "{action} {resource}");
        known
    };
    assert!(nothing("s3:GetObject", "arn:aws:s3:::reports"));
    assert!(nothing("s3:ListBucket", "arn:aws:s3:::reports/*"));
    assert!(nothing("s3:ListAllMyBuckets", "arn:aws:s3:::*"));
    assert!(nothing("sqs:SendMessage", "arn:aws:sns:*:*:*"));
    assert!(!nothing("s3:GetObject", "arn:aws:s3:::reports*"));
    assert!(!nothing("s3:ListAllMyBuckets", "*"));
    // Of references nothing is known, and regions and accounts may be empty.
    for resource in
        ["\u{1}0.Arn\u{1}", "\u{1}0.Arn\u{1}/*", "arn:aws:s3:::\u{1}0.Path\u{1}", "arn:\u{1}p\u{1}:s3:::b/k"]
    {
        assert!(!nothing("s3:GetObject", resource), "{resource:?}");
    }
    assert!(!nothing("iam:PassRole", "arn:aws:iam::\u{1}account\u{1}:\u{1}0.Path\u{1}"));
    assert!(!nothing("ssm:GetDocument", "arn:aws:ssm:eu-central-1::document/AWS-RunShellScript"));
}
