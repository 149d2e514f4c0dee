//! Principals of one kind of trap each: who is an administrator, who can become one, and who only seems so.

use super::*;

const ROOT: &str = r#"{"AWS": "arn:aws:iam::111122223333:root"}"#;
const LAMBDA: &str = r#"{"Service": "lambda.amazonaws.com"}"#;
const EC2: &str = r#"{"Service": "ec2.amazonaws.com"}"#;

/// What is expected of a principal.
#[derive(Debug, PartialEq)]
enum Expected {
    Administrator,
    /// By the method that the path begins with.
    By(&'static str),
    /// The same, with something that is not in the input.
    Assumed(&'static str),
    Unknown,
    No,
}
use Expected::{Administrator, Assumed, By, No, Unknown};

fn found(analysis: &Analysis, at: usize) -> Expected {
    let standing = &analysis.standings[at];
    let first = || standing.steps.first().map_or("", |step| step.method.id.as_str());
    match &standing.verdict {
        Verdict::Administrator(..) => Administrator,
        Verdict::Escalates(Level::Assumed) => Assumed(first()),
        Verdict::Escalates(_) => By(first()),
        Verdict::Unknown(_) => Unknown,
        Verdict::No => No,
    }
}

fn star() -> String {
    allow("*", "*")
}

fn conditional(actions: &str, resource: &str, condition: &str) -> String {
    statement("Allow", actions, resource, condition)
}

/// One user with these statements, in an account with an administrator role for functions and one that trusts the account.
fn one(list: &[String]) -> Expected {
    let mut lab = Builder::new();
    let at = lab.user("start", list);
    lab.role("functions", LAMBDA, &[star()]);
    lab.role("instances", EC2, &[allow("s3:*", "*")]);
    lab.role("operators", ROOT, &[star()]);
    found(&lab.analysis(), at)
}

#[test]
fn administrators_are_who_may_do_everything() {
    assert_eq!(one(&[star()]), Administrator);
    assert_eq!(one(&[allow("*:*", "*")]), Administrator);
    // In two statements; with a request that has multi-factor authentication; less something small.
    assert_eq!(one(&[allow("s3:*", "*"), star()]), Administrator);
    assert_eq!(one(&[conditional("*", "*", r#"{"Bool": {"aws:MultiFactorAuthPresent": "true"}}"#)]), Administrator);
    assert_eq!(one(&[star(), deny("s3:DeleteBucket", "*")]), Administrator);
    // Everything but IAM and what passes roles is not everything.
    assert_eq!(one(&[star(), deny("iam:* sts:AssumeRole", "*")]), Assumed("lambda-update-function-code"));
    assert_eq!(one(&[star(), deny("*", "*")]), No);
    // The condition cannot hold: the user is not that role.
    let other = r#"{"ArnEquals": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/other"}}"#;
    assert_eq!(one(&[conditional("*", "*", other)]), No);
    // Of one resource only.
    assert_eq!(one(&[allow("*", "arn:aws:s3:::bucket/*")]), No);
    // Denied wherever there is no multi-factor authentication: there is a request with it.
    let without = r#"{"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}"#;
    assert_eq!(one(&[star(), statement("Deny", "*", "*", without)]), Administrator);
    // IAM is in one region, which this condition excludes; roles are assumed in others.
    let elsewhere = r#"{"StringEquals": {"aws:RequestedRegion": "eu-central-1"}}"#;
    assert_eq!(one(&[conditional("iam:*", "*", elsewhere)]), No);
    assert_eq!(one(&[conditional("sts:AssumeRole", "*", elsewhere)]), By("sts-assume-role"));
}

#[test]
fn resources_decide() {
    assert_eq!(one(&[allow("iam:PutUserPolicy", "arn:aws:iam::111122223333:user/start")]), By("iam-put-user-policy"));
    assert_eq!(one(&[allow("iam:PutUserPolicy", "arn:aws:iam::111122223333:user/other")]), No);
    assert_eq!(one(&[allow("iam:PutUserPolicy", "arn:aws:iam::111122223333:user/st?rt")]), By("iam-put-user-policy"));
    assert_eq!(one(&[allow("iam:PutUserPolicy", "arn:aws:iam::*:user/${aws:username}")]), By("iam-put-user-policy"));
    assert_eq!(one(&[allow("iam:PutUserPolicy", "arn:aws:iam::999999999999:user/start")]), No);
    // Users and roles are not the same.
    assert_eq!(one(&[allow("iam:PutRolePolicy", "arn:aws:iam::111122223333:user/*")]), No);
    // Roles are passed by name and by service.
    let both = |role: &str| {
        one(&[
            allow("lambda:CreateFunction lambda:InvokeFunction", "*"),
            allow("iam:PassRole", &format!("arn:aws:iam::111122223333:role/{role}")),
        ])
    };
    assert_eq!(both("functions"), By("lambda-create-function-invoke"));
    assert_eq!(both("instances"), No);
    assert_eq!(both("operators"), No);
    assert_eq!(both("function*"), By("lambda-create-function-invoke"));
    assert_eq!(both("elsewhere"), Unknown);
    // Not to functions of that name, but to others.
    let named = allow("lambda:CreateFunction lambda:InvokeFunction", "arn:aws:lambda:*:*:function:team-*");
    assert_eq!(one(&[named, allow("iam:PassRole", "*")]), By("lambda-create-function-invoke"));
}

#[test]
fn conditions_decide() {
    let pass = |condition: &str| {
        let create = allow("lambda:CreateFunction lambda:InvokeFunction", "*");
        one(&[create, conditional("iam:PassRole", "arn:aws:iam::*:role/functions", condition)])
    };
    let service = |name: &str| format!(r#"{{"StringEquals": {{"iam:PassedToService": "{name}"}}}}"#);
    assert_eq!(pass(&service("lambda.amazonaws.com")), By("lambda-create-function-invoke"));
    assert_eq!(pass(&service("ec2.amazonaws.com")), No);
    assert_eq!(
        pass(r#"{"StringLike": {"iam:PassedToService": "*.amazonaws.com"}}"#),
        By("lambda-create-function-invoke")
    );
    // Only a harmless policy may be attached.
    let attach = |policy: &str| {
        let condition = format!(r#"{{"ArnEquals": {{"iam:PolicyARN": "arn:aws:iam::aws:policy/{policy}"}}}}"#);
        one(&[conditional("iam:AttachUserPolicy", "*", &condition)])
    };
    assert_eq!(attach("ReadOnlyAccess"), No);
    assert_eq!(attach("AdministratorAccess"), By("iam-attach-user-policy"));
    // Principals may be made only with a boundary.
    let bounded = r#"{"StringEquals": {"iam:PermissionsBoundary": "arn:aws:iam::111122223333:policy/boundary"}}"#;
    let make = "iam:CreateUser iam:AttachUserPolicy iam:CreateRole iam:AttachRolePolicy";
    assert_eq!(one(&[conditional(make, "*", bounded)]), No);
    assert_eq!(one(&[allow(make, "*")]), By("iam-attach-user-policy"));
    // What denies has a condition that the request need not meet, or cannot avoid.
    let create = || allow("iam:CreatePolicyVersion iam:AttachUserPolicy", "*");
    let outside = r#"{"NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}}"#;
    assert_eq!(one(&[create(), statement("Deny", "iam:*", "*", outside)]), By("iam-attach-user-policy"));
    let users = r#"{"StringEquals": {"aws:PrincipalType": "User"}}"#;
    assert_eq!(one(&[create(), statement("Deny", "iam:*", "*", users)]), No);
}

#[test]
fn boundaries_and_service_control_policies_limit() {
    let mut lab = Builder::new();
    let bounded = lab.user("bounded", &[star()]);
    lab.boundary(bounded, &[allow("s3:* ec2:Describe*", "*")]);
    let wide = lab.user("wide", &[star()]);
    lab.boundary(wide, &[star()]);
    let escapes = lab.user("escapes", &[star()]);
    lab.boundary(escapes, &[allow("s3:* iam:DeleteUserPermissionsBoundary", "*")]);
    let makes = lab.user("makes", &[star()]);
    lab.boundary(makes, &[allow("iam:Create* iam:AttachUserPolicy", "*")]);
    let own = lab.role("own", ROOT, &[allow("iam:PutRolePolicy", "*")]);
    lab.boundary(own, &[allow("s3:* iam:PutRolePolicy", "arn:aws:iam::111122223333:role/own")]);
    let open = lab.user("open", &[star()]);
    lab.0.principals[open].boundary_open.push(crate::value::Cause::Undecided);
    let controlled = lab.user("controlled", &[star()]);
    let level = |lab: &mut Builder, list: &[String]| vec![lab.0.add(Attached::of(statements(&list.join(", "))))];
    let scps = vec![level(&mut lab, &[star()]), level(&mut lab, &[star(), deny("iam:* sts:* organizations:*", "*")])];
    lab.0.principals[controlled].scps = scps;
    let listed = lab.user("listed", &[allow("iam:AttachUserPolicy", "*")]);
    lab.0.principals[listed].scps = vec![level(&mut lab, &[allow("ec2:*", "*")])];
    let analysis = lab.analysis();
    assert_eq!(found(&analysis, bounded), No);
    assert_eq!(found(&analysis, wide), Administrator);
    assert_eq!(found(&analysis, escapes), By("iam-delete-user-permissions-boundary"));
    assert_eq!(found(&analysis, makes), By("iam-create-user-attach-policy-access-key"));
    assert_eq!(found(&analysis, own), No);
    assert_eq!(found(&analysis, open), Unknown);
    assert_ne!(found(&analysis, controlled), Administrator);
    assert_eq!(found(&analysis, listed), No);
}

#[test]
fn trust_policies_decide_who_assumes_a_role() {
    let verdict = |trusts: &str, list: &[String]| {
        let mut lab = Builder::new();
        let at = lab.user("start", list);
        lab.role("administrator", trusts, &[star()]);
        found(&lab.analysis(), at)
    };
    let may = || allow("sts:AssumeRole", "arn:aws:iam::111122223333:role/administrator");
    let aws = |arn: &str| format!(r#"{{"AWS": "{arn}"}}"#);
    assert_eq!(verdict(ROOT, &[may()]), By("sts-assume-role"));
    assert_eq!(verdict(&aws("111122223333"), &[may()]), By("sts-assume-role"));
    assert_eq!(verdict(ROOT, &[]), No);
    // Named itself, a user needs no permission of its own; a Deny statement counts all the same.
    let own = aws("arn:aws:iam::111122223333:user/start");
    assert_eq!(verdict(&own, &[]), By("sts-assume-role"));
    assert_eq!(verdict(&own, &[may()]), By("sts-assume-role"));
    assert_eq!(verdict(&own, &[may(), deny("sts:*", "*")]), No);
    assert_eq!(verdict(&aws("arn:aws:iam::999999999999:root"), &[may()]), No);
    assert_eq!(verdict(&aws("arn:aws:iam::111122223333:user/other"), &[may()]), No);
    assert_eq!(verdict(LAMBDA, &[may()]), No);
    assert_eq!(verdict("\"*\"", &[may()]), By("sts-assume-role"));
}

#[test]
fn paths_go_over_groups_roles_and_workloads() {
    let mut lab = Builder::new();
    let user = lab.user("user", &[]);
    let team = lab.group("team", &[allow("sts:AssumeRole", "arn:aws:iam::111122223333:role/deploy")]);
    lab.0.principals[user].groups.push(team as u32);
    let deploy = lab.role("deploy", ROOT, &[allow("lambda:UpdateFunctionCode", "arn:aws:lambda:*:*:function:jobs")]);
    let runs = lab.role("runs", LAMBDA, &[allow("iam:PutRolePolicy", "arn:aws:iam::111122223333:role/runs")]);
    lab.workload("lambda-function", "jobs", runs);
    let joins = lab.user("joins", &[allow("iam:AddUserToGroup", "arn:aws:iam::111122223333:group/admins")]);
    lab.group("admins", &[star()]);
    let lost = lab.user("lost", &[allow("lambda:UpdateFunctionCode", "arn:aws:lambda:*:*:function:other")]);
    let other = lab.role("other", LAMBDA, &[allow("s3:*", "*")]);
    lab.workload("lambda-function", "other", other);
    let keys = lab.user("keys", &[allow("iam:CreateAccessKey", "arn:aws:iam::111122223333:user/joins")]);
    let analysis = lab.analysis();
    assert_eq!(found(&analysis, user), By("sts-assume-role"));
    assert_eq!(found(&analysis, deploy), By("lambda-update-function-code"));
    assert_eq!(found(&analysis, runs), By("iam-put-role-policy"));
    assert_eq!(found(&analysis, joins), By("iam-add-user-to-group"));
    assert_eq!(found(&analysis, keys), By("iam-create-access-key"));
    assert_eq!(found(&analysis, lost), No);
    assert_eq!(
        analysis.shown_path(&lab.0, user),
        "user `user` --sts:AssumeRole--> role `deploy` --lambda:UpdateFunctionCode--> role `runs` of `jobs` \
         --iam:PutRolePolicy--> administrator"
    );
    assert_eq!(
        analysis.shown_path(&lab.0, keys),
        "user `keys` --iam:CreateAccessKey--> user `joins` --iam:AddUserToGroup--> group `admins` (administrator)"
    );
}

#[test]
fn what_is_not_in_the_input_is_said() {
    let alone = |list: &[String]| {
        let mut lab = Builder::new();
        let at = lab.user("start", list);
        let analysis = lab.analysis();
        (found(&analysis, at), analysis.shown_path(&lab.0, at))
    };
    let (verdict, path) = alone(&[allow("iam:PassRole lambda:CreateFunction lambda:InvokeFunction", "*")]);
    assert_eq!(verdict, Assumed("lambda-create-function-invoke"));
    assert!(path.ends_with("--> any privileged role that trusts `lambda.amazonaws.com`"), "{path}");
    let (verdict, path) = alone(&[allow("ssm:StartSession", "*")]);
    assert_eq!(verdict, Assumed("ssm-start-session"));
    assert!(path.ends_with("--> an instance with a privileged role"), "{path}");
    // One role of a name: nobody knows what it may do. In another account it is no matter of this one.
    assert_eq!(alone(&[allow("sts:AssumeRole", "arn:aws:iam::111122223333:role/deploy")]).0, Unknown);
    assert_eq!(alone(&[allow("sts:AssumeRole", "arn:aws:iam::999999999999:role/deploy")]).0, No);
    assert_eq!(alone(&[allow("iam:SetDefaultPolicyVersion", "*")]).0, No);
    assert_eq!(alone(&[allow("s3:* dynamodb:*", "*")]).0, No);
    // Credentials of something else are no way to become an administrator.
    assert_eq!(alone(&[allow("secretsmanager:GetSecretValue", "*")]).0, No);
}

#[test]
fn patterns_that_overlap_partly_leave_what_both_match() {
    let analysed = |boundary: &str| {
        let mut lab = Builder::new();
        let list = [
            allow("iam:PassRole", "arn:aws:iam::*:role/app-*"),
            allow("lambda:CreateFunction lambda:InvokeFunction", "*"),
        ];
        let at = lab.user("start", &list);
        lab.boundary(at, &[allow("iam:PassRole", boundary), allow("lambda:*", "*")]);
        let analysis = lab.analysis();
        let verdict = found(&analysis, at);
        let steps = &analysis.standings[at].steps;
        let step = steps.iter().find(|step| step.method.id == "lambda-create-function-invoke");
        let passed = step.and_then(|step| step.witnesses.iter().find(|one| one.action == "iam:PassRole"));
        (verdict, passed.map(|one| one.resource.clone()).unwrap_or_default())
    };
    let (verdict, role) = analysed("arn:aws:iam::*:role/*-dev");
    assert_eq!(verdict, Unknown);
    assert!(role.starts_with("arn:aws:iam::111122223333:role/app-") && role.ends_with("-dev"), "{role}");
    assert_eq!(analysed("arn:aws:iam::*:role/dev-*"), (No, String::new()));
}

#[test]
fn conditions_whose_patterns_intersect_are_met_by_one_value() {
    let like = |pattern: &str| format!(r#"{{"StringLike": {{"aws:PrincipalTag/team": "{pattern}"}}}}"#);
    let both = |identity: &str, boundary: &str| {
        let mut lab = Builder::new();
        let at = lab.user("start", &[conditional("iam:CreateAccessKey", "*", &like(identity))]);
        lab.boundary(at, &[conditional("iam:*", "*", &like(boundary))]);
        let administrator = lab.user("administrator", &[star()]);
        let analysis = lab.analysis();
        assert_eq!(found(&analysis, administrator), Administrator);
        let step = analysis.standings[at].steps.first().cloned();
        (found(&analysis, at), step.map(|step| step.witnesses[0].given.join(", ")).unwrap_or_default())
    };
    let (verdict, given) = both("a*", "*b");
    assert_eq!(verdict, By("iam-create-access-key"));
    assert!(given.starts_with("aws:PrincipalTag/team = a") && given.ends_with('b'), "{given}");
    assert_eq!(both("a*", "b*").0, No);
}

#[test]
fn a_new_principal_is_named_as_all_its_actions_allow() {
    let makes = |attach: &str| {
        one(&[
            allow("iam:CreateUser iam:CreateAccessKey", "arn:aws:iam::*:user/app-*"),
            allow("iam:AttachUserPolicy", attach),
        ])
    };
    assert_eq!(makes("arn:aws:iam::*:user/*-dev"), By("iam-create-user-attach-policy-access-key"));
    // Whether there is a privileged user of that name whose keys it may make, nobody knows.
    assert_eq!(makes("arn:aws:iam::*:user/dev-*"), Unknown);
}
