//! Whole decisions.

use super::testing::{answer, policy, request, statements, word};
use super::*;

const BOB: &str = "arn:aws:iam::111122223333:user/bob";
const SESSION: &str = "arn:aws:sts::111122223333:assumed-role/app/one";
const ROLE: &str = "arn:aws:iam::111122223333:role/app";
const OBJECT: &str = "arn:aws:s3:::bucket/key";
const HOME: &str = "111122223333";
const AWAY: &str = "999988887777";

fn get(principal: &str, account: &str) -> Request {
    request(principal, "s3:GetObject", OBJECT, account)
}

/// An identity policy with one statement about the object, with these conditions, and a request with these keys.
fn conditions(conditions: &str, context: Context) -> &'static str {
    let allow =
        statements(&format!(r#"{{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{{{conditions}}}}}"#));
    let policies = Policies { identity: vec![&allow], ..Policies::default() };
    let request = Request::new(Principal::parse(BOB).unwrap(), "s3:GetObject", OBJECT, Some(HOME), context);
    answer(&policies, &request)
}

fn all() -> Policy {
    statements(r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#)
}

fn ec2_only() -> Policy {
    statements(r#"{"Effect":"Allow","Action":"ec2:*","Resource":"*"}"#)
}

/// A resource policy that lets these principals do everything.
fn to(principal: &str) -> Policy {
    statements(&format!(r#"{{"Effect":"Allow","Principal":{principal},"Action":"*","Resource":"*"}}"#))
}

#[test]
fn nothing_is_allowed_without_a_statement_but_to_the_root_user() {
    let none = Policies::default();
    assert_eq!(answer(&none, &get(BOB, HOME)), "denied");
    assert_eq!(answer(&none, &get(HOME, HOME)), "allowed");
    assert_eq!(answer(&none, &get(HOME, AWAY)), "denied");
    assert_eq!(answer(&none, &request(BOB, "sts:GetCallerIdentity", "*", "")), "allowed");
}

#[test]
fn a_deny_anywhere_wins() {
    let (all, to_all) = (all(), to("\"*\""));
    let deny = statements(r#"{"Effect":"Deny","Action":"S3:getobject","Resource":"arn:aws:s3:::bucket/*"}"#);
    let deny_all = statements(r#"{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*"}"#);
    let open = || Policies { identity: vec![&all], resource: Some(vec![&to_all]), ..Policies::default() };
    assert_eq!(answer(&open(), &get(BOB, HOME)), "allowed");
    for policies in [
        Policies { identity: vec![&all, &deny], ..open() },
        Policies { boundary: Some(vec![&all, &deny]), ..open() },
        Policies { session: Some(vec![&all, &deny]), ..open() },
        Policies { resource: Some(vec![&to_all, &deny_all]), ..open() },
        Policies { endpoint: Some(vec![&to_all, &deny_all]), ..open() },
        Policies { scps: Some(vec![vec![&all], vec![&all, &deny]]), ..open() },
        Policies { rcps: Some(vec![vec![&deny_all]]), ..open() },
    ] {
        assert_eq!(answer(&policies, &get(BOB, HOME)), "explicitly denied", "{policies:?}");
    }
}

#[test]
fn who_is_named_by_a_resource_policy_decides_what_limits_it() {
    let (all, ec2) = (all(), ec2_only());
    let cases: [(&str, &str, [&str; 4]); 11] = [
        // The principal, the policy's principal; answers without identity policies, limited by a boundary, by a session, and
        // with everything.
        (BOB, r#"{"AWS":"arn:aws:iam::111122223333:user/bob"}"#, ["allowed", "allowed", "allowed", "allowed"]),
        (BOB, r#"{"AWS":"111122223333"}"#, ["denied", "denied", "denied", "allowed"]),
        (BOB, r#"{"AWS":"arn:aws:iam::111122223333:root"}"#, ["denied", "denied", "denied", "allowed"]),
        (BOB, r#"{"AWS":"arn:aws:iam::111122223333:user/ann"}"#, ["denied", "denied", "denied", "allowed"]),
        (BOB, r#""*""#, ["allowed", "allowed", "allowed", "allowed"]),
        (SESSION, r#"{"AWS":"arn:aws:iam::111122223333:role/app"}"#, ["allowed", "denied", "denied", "allowed"]),
        (SESSION, r#"{"AWS":"arn:aws:iam::111122223333:role/path/app"}"#, ["allowed", "denied", "denied", "allowed"]),
        (
            SESSION,
            r#"{"AWS":"arn:aws:sts::111122223333:assumed-role/app/one"}"#,
            ["allowed", "allowed", "allowed", "allowed"],
        ),
        (
            SESSION,
            r#"{"AWS":"arn:aws:sts::111122223333:assumed-role/app/two"}"#,
            ["denied", "denied", "denied", "allowed"],
        ),
        (
            ROLE,
            r#"{"AWS":"arn:aws:sts::111122223333:assumed-role/app/one"}"#,
            ["unknown", "unknown", "unknown", "allowed"],
        ),
        (SESSION, r#"{"Service":"lambda.amazonaws.com"}"#, ["denied", "denied", "denied", "allowed"]),
    ];
    for (principal, named, expected) in cases {
        let named_policy = to(named);
        let resource = || Some(vec![&named_policy]);
        let found = [
            Policies { resource: resource(), ..Policies::default() },
            Policies { identity: vec![&all], boundary: Some(vec![&ec2]), resource: resource(), ..Policies::default() },
            Policies { identity: vec![&all], session: Some(vec![&ec2]), resource: resource(), ..Policies::default() },
            Policies { identity: vec![&all], resource: resource(), ..Policies::default() },
        ]
        .map(|policies| answer(&policies, &get(principal, HOME)));
        assert_eq!(found, expected, "{principal} {named}");
    }
}

#[test]
fn across_accounts_both_sides_must_allow() {
    let (all, ec2) = (all(), ec2_only());
    for (named, expected) in [
        (r#"{"AWS":"111122223333"}"#, "allowed"),
        (r#"{"AWS":"arn:aws:iam::111122223333:user/bob"}"#, "allowed"),
        (r#""*""#, "allowed"),
        (r#"{"AWS":"999988887777"}"#, "denied"),
    ] {
        let resource = to(named);
        let both = Policies { identity: vec![&all], resource: Some(vec![&resource]), ..Policies::default() };
        assert_eq!(answer(&both, &get(BOB, AWAY)), expected, "{named}");
        let alone = Policies { identity: vec![], ..both.clone() };
        assert_eq!(answer(&alone, &get(BOB, AWAY)), "denied", "{named}");
        let bounded = Policies { boundary: Some(vec![&ec2]), ..both };
        assert_eq!(answer(&bounded, &get(BOB, AWAY)), "denied", "{named}");
    }
    let alone = Policies { identity: vec![&all], ..Policies::default() };
    assert_eq!(answer(&alone, &get(BOB, AWAY)), "denied");
    assert_eq!(answer(&alone, &get(BOB, "")), "unknown", "nobody says whose the bucket is");
}

#[test]
fn services_and_anonymous_callers_need_the_resource_policy_only() {
    let (ec2, public) = (ec2_only(), to("\"*\""));
    let service = to(r#"{"Service":"lambda.amazonaws.com"}"#);
    // Neither identity policies nor SCPs are theirs.
    let with =
        |resource| Policies { resource: Some(vec![resource]), scps: Some(vec![vec![&ec2]]), ..Policies::default() };
    assert_eq!(answer(&with(&service), &get("lambda.amazonaws.com", HOME)), "allowed");
    assert_eq!(answer(&with(&service), &get("sns.amazonaws.com", HOME)), "denied");
    assert_eq!(answer(&with(&service), &get("anonymous", HOME)), "denied");
    assert_eq!(answer(&with(&public), &get("anonymous", HOME)), "allowed");
    assert_eq!(answer(&with(&public), &get("sns.amazonaws.com", HOME)), "allowed");
}

#[test]
fn keys_and_roles_need_their_own_policy() {
    let all = all();
    let key = request(BOB, "kms:Decrypt", "arn:aws:kms:eu-west-1:111122223333:key/k", "");
    let assume = request(BOB, "sts:AssumeRole", "arn:aws:iam::111122223333:role/app", "");
    let (delegated, named, other) = (
        to(r#"{"AWS":"111122223333"}"#),
        to(r#"{"AWS":"arn:aws:iam::111122223333:user/bob"}"#),
        to(r#"{"AWS":"999988887777"}"#),
    );
    for request in [key, assume] {
        let with = |identity: Vec<_>, resource: Option<_>| {
            let resource = resource.map(|policy| vec![policy]);
            answer(&Policies { identity, resource, ..Policies::default() }, &request)
        };
        assert_eq!(with(vec![&all], Some(&delegated)), "allowed");
        assert_eq!(with(vec![], Some(&delegated)), "denied");
        assert_eq!(with(vec![], Some(&named)), "allowed");
        assert_eq!(with(vec![&all], Some(&other)), "denied");
        assert_eq!(with(vec![&all], None), "unknown", "there is such a policy");
    }
    // A trust policy has no resource.
    let trust =
        statements(r#"{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}"#);
    let policies = Policies { resource: Some(vec![&trust]), ..Policies::default() };
    assert_eq!(answer(&policies, &request("ec2.amazonaws.com", "sts:AssumeRole", ROLE, "")), "allowed");
    let aliases = request(BOB, "kms:ListAliases", "*", "");
    assert_eq!(answer(&Policies { identity: vec![&all], ..Policies::default() }, &aliases), "allowed");
}

#[test]
fn every_level_of_an_organisation_must_allow() {
    let (all, ec2) = (all(), ec2_only());
    let with = |scps: Vec<Vec<_>>| Policies { identity: vec![&all], scps: Some(scps), ..Policies::default() };
    assert_eq!(answer(&with(vec![vec![&all], vec![&all]]), &get(BOB, HOME)), "allowed");
    assert_eq!(answer(&with(vec![vec![&all], vec![&ec2, &all]]), &get(BOB, HOME)), "allowed");
    let limited = with(vec![vec![&all], vec![&ec2]]);
    let decision = decide(&limited, &get(BOB, HOME));
    assert_eq!(decision.verdict, Verdict::Denied(Denial { explicit: false, layers: vec![Layer::Scp(1)] }));
    assert_eq!(answer(&with(vec![vec![&all], vec![]]), &get(BOB, HOME)), "denied");
    assert_eq!(answer(&limited, &get(HOME, HOME)), "denied", "root users of member accounts too");
    let management = Policies { management: Some(HOME), ..limited.clone() };
    assert_eq!(answer(&management, &get(BOB, HOME)), "allowed");
    let linked = "arn:aws:iam::111122223333:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX";
    assert_eq!(answer(&limited, &get(linked, HOME)), "allowed");
}

#[test]
fn resource_control_policies_only_deny_and_not_everything() {
    let all = all();
    let deny = statements(r#"{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}"#);
    let with = || Policies { identity: vec![&all], rcps: Some(vec![vec![], vec![&deny]]), ..Policies::default() };
    assert_eq!(answer(&with(), &get(BOB, HOME)), "explicitly denied");
    assert_eq!(answer(&Policies { rcps: Some(vec![vec![]]), ..with() }, &get(BOB, HOME)), "allowed");
    assert_eq!(answer(&Policies { management: Some(HOME), ..with() }, &get(BOB, HOME)), "allowed");
    // The list of services grows.
    let machine = request(BOB, "ec2:StopInstances", "arn:aws:ec2:eu-west-1:111122223333:instance/i-1", "");
    assert_eq!(answer(&with(), &machine), "unknown");
}

#[test]
fn what_is_not_principal_is_everyone_else() {
    let all = all();
    let deny = |listed: &str| {
        statements(&format!(r#"{{"Effect":"Deny","NotPrincipal":{{"AWS":[{listed}]}},"Action":"*","Resource":"*"}}"#))
    };
    let user = r#""arn:aws:iam::111122223333:user/bob""#;
    for (listed, expected) in [
        (r#""arn:aws:iam::111122223333:user/ann""#.to_owned(), "explicitly denied"),
        (user.to_owned(), "unknown"),
        (r#""111122223333""#.to_owned(), "unknown"),
        (format!(r#"{user}, "111122223333""#), "allowed"),
        (r#""*""#.to_owned(), "allowed"),
    ] {
        let deny = deny(&listed);
        let policies = Policies { identity: vec![&all], resource: Some(vec![&deny]), ..Policies::default() };
        assert_eq!(answer(&policies, &get(BOB, HOME)), expected, "{listed}");
    }
    let deny = deny(&format!(r#"{user}, "111122223333""#));
    let bounded = Policies {
        identity: vec![&all],
        boundary: Some(vec![&all]),
        resource: Some(vec![&deny]),
        ..Policies::default()
    };
    assert_eq!(answer(&bounded, &get(BOB, HOME)), "explicitly denied");
}

#[test]
fn operators_do_what_is_documented() {
    let empty = Context::new;
    let key = |value: &str| Context::new().with("aws:X", value);
    let many = |values: &[&str]| Context::new().with_all("AWS:x", values.iter().copied());
    for (text, context, expected) in [
        (r#""StringEquals":{"aws:x":"a"}"#, key("a"), true),
        (r#""StringEquals":{"aws:x":"a"}"#, key("A"), false),
        (r#""StringEquals":{"aws:x":"a*"}"#, key("ab"), false),
        (r#""StringEquals":{"aws:x":["b","a"]}"#, key("a"), true),
        (r#""StringEquals":{"aws:x":"a"}"#, empty(), false),
        (r#""StringNotEquals":{"aws:x":["a","b"]}"#, key("b"), false),
        (r#""StringNotEquals":{"aws:x":["a","b"]}"#, key("c"), true),
        (r#""StringNotEquals":{"aws:x":"a"}"#, empty(), true),
        (r#""StringEqualsIgnoreCase":{"aws:x":"A"}"#, key("a"), true),
        (r#""StringLike":{"aws:x":"a*c?"}"#, key("abbcd"), true),
        (r#""StringLike":{"aws:x":"A*"}"#, key("abc"), false),
        (r#""StringNotLike":{"aws:x":"a*"}"#, key("abc"), false),
        (r#""StringEqualsIfExists":{"aws:x":"a"}"#, empty(), true),
        (r#""StringEqualsIfExists":{"aws:x":"a"}"#, key("b"), false),
        (r#""StringNotEqualsIfExists":{"aws:x":"a"}"#, empty(), true),
        (r#""Null":{"aws:x":"true"}"#, empty(), true),
        (r#""Null":{"aws:x":"true"}"#, key("a"), false),
        (r#""Null":{"aws:x":false}"#, key("a"), true),
        (r#""Null":{"aws:x":"true"}"#, many(&[]), true),
        (r#""ForAllValues:StringEquals":{"aws:x":["a","b"]}"#, many(&["a", "b"]), true),
        (r#""ForAllValues:StringEquals":{"aws:x":["a","b"]}"#, many(&["a", "c"]), false),
        (r#""ForAllValues:StringEquals":{"aws:x":["a","b"]}"#, many(&[]), true),
        (r#""ForAllValues:StringEquals":{"aws:x":"a"}"#, empty(), true),
        (r#""ForAnyValue:StringEquals":{"aws:x":["a","b"]}"#, many(&["c", "b"]), true),
        (r#""ForAnyValue:StringEquals":{"aws:x":["a","b"]}"#, many(&["c"]), false),
        (r#""ForAnyValue:StringEquals":{"aws:x":"a"}"#, empty(), false),
        (r#""ForAnyValue:StringNotEquals":{"aws:x":"a"}"#, many(&["a", "b"]), true),
        (r#""ForAnyValue:StringNotEquals":{"aws:x":"a"}"#, many(&["a"]), false),
        (r#""ForAllValues:StringNotEquals":{"aws:x":"a"}"#, many(&["b", "a"]), false),
        (r#""ForAnyValue:StringEqualsIfExists":{"aws:x":"a"}"#, empty(), true),
        (r#""StringEquals":{"aws:x":"a"}"#, many(&["a"]), false),
        (r#""StringNotEquals":{"aws:x":"b"}"#, many(&["a"]), false),
        (r#""NumericLessThan":{"aws:x":10}"#, key("9.5"), true),
        (r#""NumericGreaterThanEquals":{"aws:x":"10"}"#, key("10.0"), true),
        (r#""NumericNotEquals":{"aws:x":"10"}"#, empty(), true),
        (r#""NumericEquals":{"aws:x":"ten"}"#, key("ten"), false),
        (r#""DateGreaterThan":{"aws:x":"2020-01-01T00:00:01Z"}"#, key("1577836802"), true),
        (r#""DateLessThan":{"aws:x":"2020-01-01"}"#, key("2019-12-31T23:59:59Z"), true),
        (r#""Bool":{"aws:x":"true"}"#, key("true"), true),
        (r#""Bool":{"aws:x":true}"#, key("false"), false),
        (r#""Bool":{"aws:x":"false"}"#, empty(), false),
        (r#""BoolIfExists":{"aws:x":"false"}"#, empty(), true),
        (r#""BinaryEquals":{"aws:x":"QmluYXJ5"}"#, key("QmluYXJ5"), true),
        (r#""IpAddress":{"aws:x":["203.0.113.0/24","2001:DB8::/32"]}"#, key("203.0.113.9"), true),
        (r#""IpAddress":{"aws:x":"0.0.0.0/0"}"#, key("8.8.8.8"), true),
        (r#""IpAddress":{"aws:x":"0.0.0.0/0"}"#, key("2001:db8::1"), false),
        (r#""NotIpAddress":{"aws:x":"203.0.113.0/24"}"#, key("8.8.8.8"), true),
        (
            r#""ArnEquals":{"aws:x":"arn:aws:sns:*:111122223333:t*"}"#,
            key("arn:aws:sns:eu-west-1:111122223333:topic"),
            true,
        ),
        (
            r#""ArnLike":{"aws:x":"arn:aws:someservice:*:111122223333:finance/*"}"#,
            key("arn:aws:someservice:us-east-2:999999999999:store/abc:111122223333:finance/document.txt"),
            false,
        ),
        (
            r#""StringLike":{"aws:x":"arn:aws:someservice:*:111122223333:finance/*"}"#,
            key("arn:aws:someservice:us-east-2:999999999999:store/abc:111122223333:finance/document.txt"),
            true,
        ),
        (r#""ArnNotLike":{"aws:x":"arn:aws:sns:*:*:t*"}"#, key("arn:aws:sqs:eu-west-1:111122223333:t"), true),
        // Two operators, two keys: all must hold.
        (r#""StringEquals":{"aws:x":"a","aws:username":"ann"}"#, key("a"), false),
        (r#""StringLike":{"aws:x":"a*"},"StringNotEquals":{"aws:x":"ab"}"#, key("ab"), false),
        // Variables.
        (r#""StringEquals":{"aws:x":"${aws:username}"}"#, key("bob"), true),
        (r#""StringEquals":{"aws:x":"${aws:PrincipalTag/t}"}"#, key("bob"), false),
        (r#""StringNotEquals":{"aws:x":"${aws:PrincipalTag/t}"}"#, key("bob"), true),
        (r#""StringEquals":{"aws:x":"${aws:PrincipalTag/t, 'none'}"}"#, key("none"), true),
        (r#""StringLike":{"aws:x":"${*}a*"}"#, key("*ab"), true),
        (r#""StringLike":{"aws:x":"${*}a*"}"#, key("bab"), false),
        (r#""ArnLike":{"aws:PrincipalArn":"arn:aws:iam::${aws:PrincipalAccount}:user/*"}"#, empty(), true),
    ] {
        assert_eq!(
            conditions(text, context.clone()),
            if expected { "allowed" } else { "denied" },
            "{text} {context:?}"
        );
    }
}

#[test]
fn what_is_not_documented_is_unknown() {
    let key = |value: &str| Context::new().with("aws:X", value);
    for (text, context) in [
        (r#""NumericNotEquals":{"aws:x":"ten"}"#, key("10")),
        (r#""DateLessThan":{"aws:x":"2020"}"#, key("2019-01-01")),
        (r#""ArnNotLike":{"aws:x":"nothing"}"#, key("arn:aws:sns:eu-west-1:111122223333:topic")),
        (r#""ArnLike":{"aws:x":"*"}"#, key("arn:aws:sns:eu-west-1:111122223333:topic")),
        (r#""NotIpAddress":{"aws:x":"home"}"#, key("10.0.0.1")),
        (r#""IpAddress":{"aws:x":"2001:db8::1"}"#, key("2001:db8::2")),
        (r#""Bool":{"aws:x":"${aws:username}"}"#, key("true")),
        (r#""ForAnyValue:Null":{"aws:x":"true"}"#, key("true")),
        (r#""StringEquals":{"aws:userid":"AIDA1"}"#, key("true")),
    ] {
        assert_eq!(conditions(text, context), "unknown", "{text}");
    }
}

#[test]
fn variables_of_resources_are_text_and_need_the_current_version() {
    let home = r#"{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::bucket/${aws:username}/*"}"#;
    let ask = |policy: &Policy, key: &str| {
        let request = request(BOB, "s3:GetObject", &format!("arn:aws:s3:::bucket/{key}"), HOME);
        answer(&Policies { identity: vec![policy], ..Policies::default() }, &request)
    };
    let new = statements(home);
    assert_eq!((ask(&new, "bob/x"), ask(&new, "ann/x")), ("allowed", "denied"));
    let old = policy(&format!(r#"{{"Version":"2008-10-17","Statement":{home}}}"#));
    assert_eq!((ask(&old, "bob/x"), ask(&old, "${aws:username}/x")), ("denied", "allowed"));
    let missing = statements(&home.replace("aws:username", "aws:PrincipalTag/t"));
    assert_eq!(ask(&missing, "bob/x"), "denied");
    let excluded = statements(&home.replace("aws:username", "aws:PrincipalTag/t").replace("Resource", "NotResource"));
    assert_eq!(ask(&excluded, "bob/x"), "allowed");
}

#[test]
fn keys_of_the_principal_win_over_keys_that_contradict_them() {
    let given = Context::new()
        .with("aws:PrincipalAccount", "1")
        .with("aws:username", "ann")
        .with("AWS:PRINCIPALARN", "arn:aws:iam::111122223333:role/path/app")
        .with("aws:userid", "AROA1:one");
    let one = |principal: &str, key: &str| {
        let request = Request::new(Principal::parse(principal).unwrap(), "s3:GetObject", OBJECT, None, given.clone());
        request.context().one(key).map(str::to_owned)
    };
    assert_eq!(one(BOB, "aws:PrincipalAccount").as_deref(), Some(HOME));
    assert_eq!(one(BOB, "aws:PrincipalArn").as_deref(), Some(BOB));
    assert_eq!(one(BOB, "aws:username").as_deref(), Some("bob"));
    assert_eq!(one(SESSION, "aws:username"), None);
    assert_eq!(one(SESSION, "aws:PrincipalArn").as_deref(), Some("arn:aws:iam::111122223333:role/path/app"));
    assert_eq!(one(SESSION, "aws:PrincipalType").as_deref(), Some("AssumedRole"));
    assert_eq!(one(SESSION, "aws:userid").as_deref(), Some("AROA1:one"));
    assert_eq!(one("anonymous", "aws:PrincipalAccount").as_deref(), Some("anonymous"));
    assert_eq!(one("lambda.amazonaws.com", "aws:PrincipalServiceName").as_deref(), Some("lambda.amazonaws.com"));
}

#[test]
fn an_unknown_part_is_unknown_only_where_it_decides() {
    const U: &str = "\\u0001?\\u0001";
    let all = all();
    let ask = |text: &str, allowed: bool| {
        let policy = statements(&text.replace('~', U));
        let identity = if allowed { vec![&all, &policy] } else { vec![&policy] };
        answer(&Policies { identity, ..Policies::default() }, &get(BOB, HOME))
    };
    for (text, alone, with_all) in [
        (r#"{"Effect":"Allow","Action":"~","Resource":"*"}"#, "unknown", "allowed"),
        (r#"{"Effect":"Allow","Action":"ec2:~","Resource":"*"}"#, "denied", "allowed"),
        (r#"{"Effect":"Deny","Action":"s3:~","Resource":"*"}"#, "denied", "unknown"),
        (
            r#"{"Effect":"Deny","Action":["s3:~","s3:GetObject"],"Resource":"*"}"#,
            "explicitly denied",
            "explicitly denied",
        ),
        (r#"{"Effect":"Deny","NotAction":"s3:~","Resource":"*"}"#, "denied", "unknown"),
        (r#"{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::~/key"}"#, "unknown", "allowed"),
        (r#"{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::~/other"}"#, "denied", "allowed"),
        (r#"{"Effect":"~","Action":"*","Resource":"*"}"#, "unknown", "unknown"),
        (
            r#"{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringLike":{"aws:username":"b~"}}}"#,
            "unknown",
            "allowed",
        ),
        (
            r#"{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringLike":{"aws:username":"a~"}}}"#,
            "denied",
            "allowed",
        ),
        (
            r#"{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"NoSuch":{"aws:username":"a"}}}"#,
            "unknown",
            "allowed",
        ),
    ] {
        assert_eq!((ask(text, false), ask(text, true)), (alone, with_all), "{text}");
    }
}

#[test]
fn near_misses_say_what_did_not_match() {
    let policy = statements(
        r#"{"Effect":"Allow","Action":"s3:PutObject","Resource":"*"},
           {"Effect":"Allow","Action":"s3:Get*","Resource":"arn:aws:s3:::other/*"},
           {"Effect":"Allow","Action":"s3:Get*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"true"}}}"#,
    );
    let policies = Policies { identity: vec![&policy], ..Policies::default() };
    let misses = |decision: Decision| -> Vec<(usize, Outcome)> {
        assert_eq!(word(&decision), "denied");
        decision.statements.into_iter().map(|finding| (finding.statement, finding.outcome)).collect()
    };
    let near = vec![(1, Outcome::Misses(Miss::Resource)), (2, Outcome::Misses(Miss::Condition(0)))];
    assert_eq!(misses(decide(&policies, &get(BOB, HOME))), near);
    assert_eq!(misses(explain(&policies, &get(BOB, HOME)))[0], (0, Outcome::Misses(Miss::Action)));
}
