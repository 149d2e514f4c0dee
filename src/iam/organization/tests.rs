//! Guardrails of small organisations, and the agreement with the evaluator and the prover.

use std::sync::Arc;

use super::*;
use crate::iam::catalogue::catalogue;
use crate::iam::decide::{self, Context, Policies, Request};
use crate::iam::document::{Policy, Reader};
use crate::iam::prove::{Constraint, Proof, Question, Space, Who, ask};
use crate::source::{Files, Limits, SourceFile, json};
use crate::value::{Values, View, World};

const SAMPLE: &str = include_str!("../../../fixtures/organizations/region-lock-sample/deny-outside-regions.json");
const FULL_ACCESS: &str =
    r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}"#;
const HOME: [&str; 1] = ["us-east-1"];

fn policy(text: &str) -> Policy {
    let mut files = Files::default();
    let file = Arc::new(SourceFile::new("policy.json", text));
    let tree = json::parse(&file, Limits::default()).unwrap();
    let mut values = Values::default();
    let root = values.push_tree(&tree, tree.root(), files.add(file));
    let world = World::open();
    Reader::new(View::new(&values, &world), &tree.keys).policy(root)
}

/// A policy of one statement that denies.
fn deny(rest: &str) -> String {
    format!(r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "Deny", {rest}}}]}}"#)
}

/// An account below a unit below the root, with policies at each of the three.
fn organization(levels: [&[&str]; 3]) -> (Organization, Chain) {
    let mut organization = Organization::default();
    let mut parent = Parent::None;
    for (index, kind) in [NodeKind::Root, NodeKind::Unit, NodeKind::Account].into_iter().enumerate() {
        let account = (kind == NodeKind::Account).then(|| "444455556666".into());
        let name = format!("{kind:?}").into();
        let node = organization.push(Node {
            kind,
            name,
            account,
            parent,
            management: false,
            full_access: true,
            place: None,
            resource: None,
        });
        parent = Parent::Node(node);
        for text in levels[index] {
            organization.policies.push(ControlPolicy {
                name: "policy".into(),
                kind: ControlKind::Service,
                document: policy(text),
                targets: vec![node],
                open: Vec::new(),
                resource: None,
            });
        }
    }
    let chain = organization.chain(NodeId(2));
    (organization, chain)
}

fn lock(policies: &[&str], break_glass: &[&str]) -> RegionLock {
    let (organization, chain) = organization([policies, &[], &[]]);
    let options =
        Options { break_glass: break_glass.iter().map(|text| (*text).into()).collect(), ..Options::default() };
    region_lock(&organization, &chain, &HOME, &options)
}

fn protects(policies: &[&str], action: &str, break_glass: &[&str]) -> Protection {
    let (organization, chain) = organization([policies, &[], &[]]);
    let options =
        Options { break_glass: break_glass.iter().map(|text| (*text).into()).collect(), ..Options::default() };
    protection(&organization, &chain, &[action], &options)
}

const OUTSIDE: &str = r#""Condition": {"StringNotEquals": {"aws:RequestedRegion": "us-east-1"}}"#;

#[test]
fn a_lock_of_everything_is_proved_and_an_exemption_is_a_hole_with_a_request() {
    let found = lock(&[&deny(&format!(r#""Action": "*", "Resource": "*", {OUTSIDE}"#))], &[]);
    assert_eq!((found.verdict, found.open, found.later), (Verdict::Proved, 0, true));
    assert!(found.regional > 20_000 && found.global > 1_000, "{found:?}");
    let found =
        lock(&[&deny(&format!(r#""NotAction": ["iam:*", "KMS:Decrypt", "sts:*"], "Resource": "*", {OUTSIDE}"#))], &[]);
    assert_eq!((found.verdict, found.open), (Verdict::Violated, 1));
    assert_eq!(found.holes.len(), 1);
    assert_eq!(found.holes[0].kind, HoleKind::Exempted("KMS:Decrypt".to_owned()));
    assert_eq!(found.holes[0].witness.action, "kms:Decrypt");
    assert!(!HOME.contains(&&*found.holes[0].witness.region));
    assert!(found.tolerated.iter().any(|(service, _)| *service == "sts"), "{:?}", found.tolerated);
}

#[test]
fn two_statements_close_each_others_holes() {
    let rest = |action: &str| deny(&format!(r#"{action}, "Resource": "*", {OUTSIDE}"#));
    let found = lock(&[&rest(r#""NotAction": ["iam:*", "kms:*"]"#), &rest(r#""Action": "kms:*""#)], &[]);
    assert_eq!(found.verdict, Verdict::Proved);
}

#[test]
fn a_lock_is_as_wide_as_its_regions() {
    let condition =
        |condition: &str| lock(&[&deny(&format!(r#""Action": "*", "Resource": "*", "Condition": {condition}"#))], &[]);
    let found = condition(r#"{"StringNotLike": {"aws:requestedregion": "us-*"}}"#);
    assert_eq!(found.verdict, Verdict::Violated);
    assert_eq!(found.holes[0].kind, HoleKind::Region("us-east-2".to_owned()));
    assert_eq!(
        condition(r#"{"StringNotEqualsIfExists": {"aws:RequestedRegion": "us-east-1"}}"#).verdict,
        Verdict::Proved
    );
    assert_eq!(
        condition(r#"{"ForAnyValue:StringNotEquals": {"aws:RequestedRegion": "us-east-1"}}"#).verdict,
        Verdict::Proved
    );
    // A list of the regions of today leaves those of tomorrow open.
    let others: Vec<String> = REGIONS.iter().filter(|r| **r != "us-east-1").map(|r| format!("\"{r}\"")).collect();
    let found = condition(&format!(r#"{{"StringEquals": {{"aws:RequestedRegion": [{}]}}}}"#, others.join(",")));
    assert_eq!(found.verdict, Verdict::Violated);
    assert_eq!(found.holes[0].kind, HoleKind::Region("xx-later-1".to_owned()));
}

#[test]
fn who_is_left_out_is_named_unless_that_is_meant() {
    let text = deny(
        r#""Action": "*", "Resource": "*", "Condition": {
            "StringNotEquals": {"aws:RequestedRegion": "us-east-1"},
            "ArnNotLike": {"aws:PrincipalArn": ["arn:aws:iam::*:role/Deploy*", "arn:aws:iam::*:role/aws-service-role/*"]}}"#,
    );
    let found = lock(&[&text], &[]);
    assert_eq!((found.verdict, found.open), (Verdict::Violated, 0));
    let patterns: Vec<&[String]> = found.exempt.iter().map(|exempt| &*exempt.patterns).collect();
    assert_eq!(patterns, [["arn:aws:iam::*:role/Deploy*"]]);
    assert_eq!(lock(&[&text], &["arn:aws:iam::*:role/Deploy*"]).verdict, Verdict::Proved);
    assert_eq!(lock(&[&text], &["arn:aws:iam::*:role/Deployment"]).verdict, Verdict::Violated);
}

#[test]
fn a_level_without_an_allow_denies_everything() {
    let (mut organization, _) = organization([&[], &[], &[]]);
    organization.nodes[1].full_access = false;
    let chain = organization.chain(NodeId(2));
    let found = region_lock(&organization, &chain, &HOME, &Options::default());
    assert_eq!((found.verdict, found.nothing_allowed_at), (Verdict::Proved, Some(NodeId(1))));
    let list = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}"#;
    let (mut organization, _) = self::organization([&[], &[list], &[]]);
    organization.nodes[1].full_access = false;
    let found = region_lock(&organization, &organization.chain(NodeId(2)), &HOME, &Options::default());
    let services: Vec<&str> = found.services().into_iter().map(|(name, _)| name).collect();
    assert_eq!((found.verdict, services), (Verdict::Violated, vec!["s3"]));
}

#[test]
fn what_only_the_root_user_can_repair_may_stay() {
    let root = |rest: &str| {
        let (organization, chain) = organization([&[&deny(rest)], &[], &[]]);
        root_user(&organization, &chain, &Options::default())
    };
    let who = r#""Resource": "*", "Condition": {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:root"}}"#;
    assert_eq!(root(&format!(r#""Action": "*", {who}"#)).verdict, Verdict::Proved);
    let repairs = root(&format!(r#""NotAction": ["s3:PutBucketPolicy", "s3:DeleteBucketPolicy"], {who}"#));
    assert_eq!((repairs.verdict, repairs.tolerated.len()), (Verdict::Proved, 2));
    let found = root(&format!(r#""NotAction": "iam:*", {who}"#));
    assert_eq!((found.verdict, found.services[0].0), (Verdict::Violated, "iam"));
    assert_eq!(found.witness.unwrap().principal, "arn:aws:iam::444455556666:root");
    let other = r#""Action": "*", "Resource": "*", "Condition": {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::777788889999:root"}}"#;
    assert_eq!(root(other).verdict, Verdict::Violated, "the root user of another account");
}

#[test]
fn a_denial_of_some_resources_protects_those_only() {
    let of = |resource: &str| deny(&format!(r#""Action": "cloudtrail:StopLogging", "Resource": {resource}"#));
    let stop = "cloudtrail:StopLogging";
    assert_eq!(protects(&[&of(r#""arn:aws:cloudtrail:*:*:trail/org-*""#)], stop, &[]).verdict, Verdict::Violated);
    assert_eq!(protects(&[&of(r#""arn:aws:cloudtrail:*:*:trail/*""#)], stop, &[]).verdict, Verdict::Proved);
    assert_eq!(protects(&[&of(r#"["arn:aws:cloudtrail:*:*:trail/?*", "arn:*"]"#)], stop, &[]).verdict, Verdict::Proved);
}

#[test]
fn further_conditions_are_looked_through() {
    let of = |condition: &str| deny(&format!(r#""Action": "kms:*", "Resource": "*", "Condition": {condition}"#));
    let verdict = |policies: &[&str]| protects(policies, "kms:ScheduleKeyDeletion", &[]).verdict;
    let mfa = of(r#"{"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}"#);
    let found = protects(&[&mfa], "kms:ScheduleKeyDeletion", &[]);
    assert_eq!(found.verdict, Verdict::Violated);
    assert_eq!(found.open[0].witness.keys, [("aws:MultiFactorAuthPresent".to_owned(), Some("true".to_owned()))]);
    assert_eq!(verdict(&[&mfa, &of(r#"{"Bool": {"aws:MultiFactorAuthPresent": "true"}}"#)]), Verdict::Proved);
    // Two texts that overlap, and nothing between them.
    let (starts, ends) = (
        r#"{"StringNotLike": {"aws:PrincipalTag/team": "a*"}}"#,
        r#"{"StringNotLike": {"aws:PrincipalTag/team": "*b"}}"#,
    );
    let found = protects(&[&of(starts), &of(ends)], "kms:ScheduleKeyDeletion", &[]);
    assert_eq!(found.open[0].witness.keys, [("aws:PrincipalTag/team".to_owned(), Some("ab".to_owned()))]);
    assert_eq!(
        verdict(&[&of(starts), &of(ends), &of(r#"{"StringLike": {"aws:PrincipalTag/team": "a*b"}}"#)]),
        Verdict::Proved
    );
    assert_eq!(verdict(&[&of(r#"{"NumericGreaterThan": {"aws:MultiFactorAuthAge": "60"}}"#)]), Verdict::Violated);
    assert_eq!(
        verdict(&[&of(r#"{"NumericGreaterThanIfExists": {"aws:MultiFactorAuthAge": "60"}}"#)]),
        Verdict::Unknown
    );
}

#[test]
fn a_policy_that_may_be_attached_leaves_the_answer_open() {
    let (mut organization, _) = organization([&[&deny(r#""Action": "organizations:*", "Resource": "*""#)], &[], &[]]);
    let leave = |organization: &Organization| {
        let chain = organization.chain(NodeId(2));
        protection(organization, &chain, &["organizations:LeaveOrganization"], &Options::default()).verdict
    };
    assert_eq!(leave(&organization), Verdict::Proved);
    organization.policies[0].targets.clear();
    assert_eq!(leave(&organization), Verdict::Violated);
    organization.policies[0].open.push(crate::value::Cause::DynamicReference { service: "ssm".into() });
    assert_eq!(leave(&organization), Verdict::Unknown);
}

/// AWS's own sample of a region lock, with its list of exemptions as documented. An earlier measurement on the same data counted 651
/// of 14,173: actions whose resources have a region in their ARN. 6,806 actions have no resource type, so that their region
/// cannot be read from an ARN; here the table of endpoints says where requests go, and it is asked of all of them.
#[test]
fn the_sample_lock_of_aws_leaves_regional_services_open() {
    let (organization, chain) = organization([&[SAMPLE], &[], &[]]);
    let regions = ["eu-central-1", "eu-west-1"];
    let options = Options { break_glass: vec!["arn:aws:iam::*:role/PRIVILEGED_ROLE".into()], ..Options::default() };
    let found = region_lock(&organization, &chain, &regions, &options);
    assert_eq!((found.verdict, found.open, found.regional), (Verdict::Violated, 1_133, 20_854));
    let services: Vec<&str> = found.services().into_iter().map(|(name, _)| name).collect();
    for service in ["kms", "acm", "config", "wafv2", "chime", "wellarchitected"] {
        assert!(services.contains(&service), "{service}");
    }
    let in_arn = |action: &crate::iam::catalogue::ActionRef| {
        action.action.resource_types.iter().any(|used| used.resource.arn.contains("${Region}"))
    };
    let regional: Vec<_> = super::clause::all_actions().filter(in_arn).collect();
    assert_eq!(regional.len(), 14_173);
    let texts = &organization.policies[0].document.statements[0].actions.texts;
    let exempted: Vec<String> = texts.iter().map(|text| text.text.to_lowercase()).collect();
    let open = regional
        .iter()
        .filter(|action| exempted.iter().any(|text| crate::iam::matches(text, &action.to_string().to_lowercase())))
        .count();
    assert_eq!(open, 651);
}

/// The policies of each level, with AWS's own.
fn levels<'a>(organization: &'a Organization, chain: &Chain, full: &'a Policy) -> Vec<Vec<&'a Policy>> {
    let level = |level: &Level| {
        let own = level.policies.iter().map(|index| &organization.policies[*index].document);
        own.chain(level.full_access.then_some(full)).collect()
    };
    chain.levels.iter().map(level).collect()
}

/// Whether the evaluator lets the request of a witness pass.
fn replay(organization: &Organization, chain: &Chain, witness: &Witness) -> decide::Verdict {
    let full = policy(FULL_ACCESS);
    // A key has a policy of its own.
    let open = policy(
        r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]}"#,
    );
    let scps = Some(levels(organization, chain, &full));
    let policies = Policies { identity: vec![&full], resource: Some(vec![&open]), scps, ..Policies::default() };
    let mut context = Context::new().with("aws:RequestedRegion", &*witness.region);
    for (key, value) in &witness.keys {
        if let Some(value) = value {
            context = context.with(key, &**value);
        }
    }
    let principal = decide::Principal::parse(&witness.principal).unwrap();
    let request = Request::new(principal, &witness.action, &witness.resource, Some("444455556666"), context);
    decide::decide(&policies, &request).verdict
}

/// Policies with the features that the answers depend on.
fn many() -> Vec<String> {
    let mut all = vec![
        SAMPLE.to_owned(),
        deny(r#""Action": ["kms:*", "ec2:Run*"], "Resource": "*""#),
        deny(
            r#""NotAction": "iam:*", "Resource": "*", "Condition": {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:*"}}"#,
        ),
    ];
    for who in [
        r#""ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/a*"}"#,
        r#""StringNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/*b"}"#,
        r#""ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:user/*"}"#,
        r#""Bool": {"aws:MultiFactorAuthPresent": "false"}"#,
        r#""StringNotEquals": {"aws:RequestedRegion": "us-east-1"}"#,
        r#""StringNotLikeIfExists": {"aws:RequestedRegion": "us-*"}"#,
        r#""Null": {"aws:PrincipalTag/team": "true"}"#,
    ] {
        for what in [
            r#""Action": "*", "Resource": "*""#,
            r#""NotAction": ["iam:*", "kms:*"], "Resource": "*""#,
            r#""Action": ["kms:*", "s3:Put*"], "NotResource": "arn:aws:s3:::logs-*""#,
        ] {
            all.push(deny(&format!(r#"{what}, "Condition": {{{who}}}"#)));
        }
    }
    all
}

#[test]
fn every_witness_passes_the_evaluator_and_every_proof_the_prover() {
    let all = many();
    let (mut proved, mut violated, mut compared) = (0, 0, 0);
    for (index, first) in all.iter().enumerate() {
        let second = &all[(index * 7 + 3) % all.len()];
        let third = &all[(index * 5 + 1) % all.len()];
        let (organization, chain) = organization([&[first], &[second], &[third]]);
        for name in ["kms:Decrypt", "s3:PutObject", "ec2:RunInstances", "iam:CreateRole", "dynamodb:GetItem"] {
            let found = protection(&organization, &chain, &[name], &Options::default());
            match found.verdict {
                Verdict::Violated => {
                    violated += 1;
                    let witness = &found.open[0].witness;
                    let verdict = replay(&organization, &chain, witness);
                    assert_eq!(verdict, decide::Verdict::Allowed, "{first}\n{second}\n{third}\n{witness:?}");
                }
                Verdict::Proved => proved += 1,
                Verdict::Unknown => continue,
            }
            let full = policy(FULL_ACCESS);
            let mut groups = levels(&organization, &chain, &full);
            groups.push(vec![&full]);
            let regions = REGIONS.iter().map(|region| (*region).to_owned()).collect();
            // IAM answers in one region only.
            let regions = if name.starts_with("iam:") { vec!["us-east-1".to_owned()] } else { regions };
            let space = Space {
                actions: vec![name.to_owned()],
                who: Who::Arns(vec![
                    "arn:aws:iam::444455556666:role/*".to_owned(),
                    "arn:aws:iam::444455556666:user/*".to_owned(),
                    "arn:aws:iam::444455556666:root".to_owned(),
                ]),
                keys: vec![("aws:RequestedRegion".to_owned(), Constraint::In(regions))],
                ..Space::default()
            };
            let answer = ask(&Question { groups, space, ..Question::default() });
            match (found.verdict, &answer) {
                (_, Proof::Unknown(_)) => continue,
                (Verdict::Proved, Proof::No) | (Verdict::Violated, Proof::Yes(_)) => compared += 1,
                _ => panic!("{name}: {:?} and {answer:?}\n{first}\n{second}\n{third}", found.verdict),
            }
        }
    }
    assert!(proved > 5 && violated > 20 && compared > 50, "{proved} {violated} {compared}");
}

#[test]
fn the_catalogue_says_where_global_services_are() {
    let found = lock(&[&deny(&format!(r#""Action": "*", "Resource": "*", {OUTSIDE}"#))], &[]);
    assert!(found.broken.iter().any(|broken| (broken.service, broken.region) == ("globalaccelerator", "us-west-2")));
    assert!(found.broken.iter().all(|broken| broken.service != "iam"), "us-east-1 is allowed");
    assert!(catalogue().service("globalaccelerator").is_some());
}
