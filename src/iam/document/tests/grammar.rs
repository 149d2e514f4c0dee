//! What every kind of policy must look like.

use super::{in_statement, policy, problems};
use crate::iam::document::Effect;
use crate::value::Cause;

#[test]
fn a_sound_policy_has_no_problem() {
    let text = r#"{"Version": "2012-10-17", "Id": "x", "Statement": [
        {"Sid": "A", "Effect": "Allow", "Principal": {"AWS": ["111122223333", "arn:aws:iam::111122223333:role/a/b"],
         "Service": "s3.amazonaws.com", "Federated": "accounts.google.com"}, "Action": ["s3:Get*", "*"],
         "Resource": ["arn:aws:s3:::b/${aws:username}/*", "*"],
         "Condition": {"ForAnyValue:StringLikeIfExists": {"aws:TagKeys": ["a", 1, true]}, "Bool": {"aws:SecureTransport": true}}},
        {"Sid": "B", "Effect": "Deny", "NotPrincipal": "*", "NotAction": "iam:*", "NotResource": "execute-api:/*"}]}"#;
    assert_eq!(problems(text), [""; 0]);
    assert_eq!(policy(text).statements.len(), 2);
}

#[test]
fn unknown_elements_are_refused_at_their_key_with_the_name_that_was_meant() {
    assert_eq!(
        problems(
            "{\"version\": \"2012-10-17\",\n \"Statement\": {\"Effect\": \"Deny\", \"action\": \"*\", \"Action\": \"*\"}}"
        ),
        [
            "1:2 \"version\": a policy has no element `version` | did you mean `Version`",
            "2:34 \"action\": a statement has no element `action` | did you mean `Action`",
        ]
    );
    assert_eq!(
        in_statement(r#""Grant": "*""#),
        [
            "\"Grant\": a statement has no element `Grant` | the elements of a statement are `Sid`, `Effect`, `Principal`, \
          `NotPrincipal`, `Action`, `NotAction`, `Resource`, `NotResource` and `Condition`"
        ]
    );
}

#[test]
fn what_a_policy_must_have_is_missed() {
    assert_eq!(problems("{}"), ["1:1 {}: the policy has no `Statement`"]);
    assert_eq!(problems(r#"{"Statement": []}"#), ["1:15 []: `Statement` is empty"]);
    assert_eq!(
        problems(r#"{"Statement": [{}, "Allow"]}"#),
        [
            "1:16 {}: the statement has no `Effect` | write `Allow` or `Deny`",
            "1:16 {}: the statement has no `Action` | name what it is about with `Action` or `NotAction`",
            "1:20 \"Allow\": a statement is an object",
        ]
    );
    assert_eq!(problems("[1]"), ["1:1 [1]: a policy document is an object"]);
}

#[test]
fn only_the_two_versions_exist() {
    let statement = r#""Statement": {"Effect": "Deny", "Action": "*"}"#;
    assert_eq!(
        problems(&format!(r#"{{"Version": "2012-10-18", {statement}}}"#)),
        [
            "1:13 \"2012-10-18\": there is no version `2012-10-18` of the policy language | write `\"Version\": \"2012-10-17\"`"
        ]
    );
    assert_eq!(problems(&format!("{{\"Version\": [], {statement}}}")).len(), 1);
    assert_eq!(problems(&format!("{{\"Version\": \"2008-10-17\", {statement}}}")), [""; 0]);
    assert_eq!(problems("Version: 2012-10-17\nStatement: {Effect: Deny, Action: '*'}"), [""; 0]);
}

#[test]
fn the_effect_is_allow_or_deny_in_this_case() {
    assert_eq!(in_statement(r#""Effect": "allow""#), ["\"allow\": there is no effect `allow` | did you mean `Allow`"]);
    assert_eq!(in_statement(r#""Effect": "x""#), ["\"x\": there is no effect `x` | write `Allow` or `Deny`"]);
    assert_eq!(in_statement(r#""Effect": ["Allow"]"#).len(), 1);
    let read = policy(r#"{"Statement": {"Effect": "allow", "Action": "*"}}"#);
    assert_eq!((read.statements[0].effect, read.statements[0].causes.as_slice()), (None, &[Cause::Invalid][..]));
}

#[test]
fn an_element_and_its_opposite_exclude_each_other() {
    for name in ["Action", "Resource", "Principal"] {
        let both = format!(r#""{name}": "*", "Not{name}": "*""#);
        assert_eq!(in_statement(&both), [format!("\"Not{name}\": a statement has either `{name}` or `Not{name}`")]);
    }
    let read = policy(r#"{"Statement": {"Effect": "Deny", "Action": "s3:*", "NotAction": "iam:*"}}"#);
    assert_eq!(read.statements[0].actions.open, [Cause::Invalid], "which of them holds is not known");
}

#[test]
fn actions_are_texts_with_a_service() {
    for (action, message) in [
        ("\"GetObject\"", "\"GetObject\": the action `GetObject` has no service | write it as in `s3:GetObject`"),
        ("\"s3:a:b\"", "\"s3:a:b\": the action `s3:a:b` has more than one colon"),
        (
            "\"s*:Get\"",
            "\"s*:Get\": the action `s*:Get` does not name one service | wildcards stand behind the colon, or `*` for everything",
        ),
        ("\"s3:\"", "\"s3:\": the action `s3:` is no name behind its colon"),
        ("\"s3:Get Object\"", "\"s3:Get Object\": the action `s3:Get Object` is no name behind its colon"),
        ("[]", "[]: `Action` is empty"),
        ("5", "5: `Action` is a text | write `\"5\"`"),
        ("{}", "{}: `Action` is a text or a list of texts"),
    ] {
        assert_eq!(in_statement(&format!("\"Action\": {action}")), [message]);
    }
    assert_eq!(in_statement(r#""Action": ["*:*", "s3:*", "a4b:Get?"]"#), [""; 0]);
}

#[test]
fn resources_are_arns_of_one_service() {
    assert_eq!(
        in_statement(r#""Resource": ["my-bucket", "arn:aws:*:*:111122223333:*", "**"]"#),
        [
            "\"my-bucket\": the resource `my-bucket` is no ARN | write it as in `arn:aws:s3:::bucket/key`, or `*` for everything",
            "\"arn:aws:*:*:11112222333: the resource `arn:aws:*:*:111122223333:*` has a wildcard for its service | an ARN names its \
             service; `*` alone stands for every resource",
            "\"**\": the resource `**` is no ARN | write it as in `arn:aws:s3:::bucket/key`, or `*` for everything",
        ]
    );
}

#[test]
fn sids_are_texts_and_each_is_there_once() {
    assert_eq!(in_statement(r#""Sid": {}"#), ["{}: `Sid` is a text"]);
    let statement = |sid: &str| format!(r#"{{"Sid": "{sid}", "Effect": "Deny", "Action": "*"}}"#);
    let three = [statement("A"), statement("B"), statement("A"), statement(""), statement("")].join(",\n");
    assert_eq!(
        problems(&format!("{{\"Statement\": [{three}]}}")),
        ["3:9 \"A\": statement 1 has the `Sid` `A` already | give each statement its own"]
    );
}

#[test]
fn principals_stand_under_their_kind() {
    for (principal, message) in [
        ("{\"Aws\": \"*\"}", "\"Aws\": `Aws` is no kind of principal | did you mean `AWS`"),
        (
            "{\"Everyone\": \"*\"}",
            "\"Everyone\": `Everyone` is no kind of principal | the kinds are `AWS`, `Service`, `Federated` and `CanonicalUser`",
        ),
        (
            "\"111122223333\"",
            "\"111122223333\": the principal `111122223333` is named without its kind | write `{\"AWS\": \"111122223333\"}`",
        ),
        (
            "\"s3.amazonaws.com\"",
            "\"s3.amazonaws.com\": the principal `s3.amazonaws.com` is named without its kind | write `{\"Service\": \
             \"s3.amazonaws.com\"}`",
        ),
        (
            "[\"*\"]",
            "[\"*\"]: principals are named by their kind | write `\"*\"`, or lists under the kinds as in `{\"AWS\": [...]}`",
        ),
        ("{}", "{}: the statement names no principal"),
        ("{\"AWS\": []}", "[]: `AWS` is empty"),
        ("{\"AWS\": {}}", "{}: `AWS` is a text or a list of texts"),
        (
            "{\"Service\": \"*\"}",
            "\"*\": the service `*` has a wildcard | name each service, as in `lambda.amazonaws.com`",
        ),
        ("{\"Service\": \"lambda\"}", "\"lambda\": `lambda` is no service | did you mean `lambda.amazonaws.com`"),
        (
            "{\"AWS\": \"ec2.amazonaws.com\"}",
            "\"ec2.amazonaws.com\": `ec2.amazonaws.com` is a service | write it under `Service`",
        ),
        (
            "{\"AWS\": \"arn:aws:iam::111122223333:role/*\"}",
            "\"arn:aws:iam::1111222233: the principal `arn:aws:iam::111122223333:role/*` has a wildcard, and `*` can only stand for \
             everyone | name it in full, or name its account and add a condition on `aws:PrincipalArn`",
        ),
        (
            "{\"AWS\": \"arn:aws:iam::1111:root\"}",
            "\"arn:aws:iam::1111:root\": the principal `arn:aws:iam::1111:root` has no account id of twelve digits",
        ),
        (
            "{\"AWS\": \"arn:aws:iam::111122223333:group/a\"}",
            "\"arn:aws:iam::1111222233: the principal `arn:aws:iam::111122223333:group/a` is a group | groups cannot be principals: \
             name users or roles",
        ),
        (
            "{\"AWS\": \"me\"}",
            "\"me\": `me` is no principal of AWS | write an account id, or the ARN of an account, user, role or session",
        ),
        ("{\"CanonicalUser\": \"79a5\"}", "\"79a5\": `79a5` is no canonical user id | it has 64 hexadecimal digits"),
    ] {
        assert_eq!(in_statement(&format!("\"Principal\": {principal}")), [message]);
    }
    let origin = r#""Principal": {"AWS": ["arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1", "AROAEXAMPLEEXAMPLE123"]}"#;
    assert_eq!(in_statement(origin), [""; 0]);
}

#[test]
fn conditions_are_operators_with_keys_with_values() {
    for (condition, message) in [
        ("[]", "[]: `Condition` is an object of operators"),
        (
            "{\"StringEqual\": {}}",
            "\"StringEqual\": there is no condition operator `StringEqual` | did you mean `StringEquals`",
        ),
        (
            "{\"ForAnyValues:StringLikeIfExist\": {}}",
            "\"ForAnyValues:StringLike: there is no condition operator `ForAnyValues:StringLikeIfExist` | did you mean \
             `ForAnyValue:StringLikeIfExists`",
        ),
        (
            "{\"NullIfExists\": {}}",
            "\"NullIfExists\": there is no condition operator `NullIfExists` | did you mean `Null`",
        ),
        ("{\"Bool\": \"true\"}", "\"true\": `Bool` is an object of condition keys"),
        (
            "{\"Bool\": {\"SecureTransport\": true}}",
            "\"SecureTransport\": the condition key `SecureTransport` has no service | write it as in `aws:SourceIp`",
        ),
        ("{\"Bool\": {\"aws:x\": {}}}", "{}: `aws:x` is a text or a list of texts"),
        (
            "{\"StringLike\": {\"aws:x\": \"a\", \"AWS:X\": \"b\"}}",
            "\"AWS:X\": the condition key `AWS:X` is the same as `aws:x` above | give one of them all values",
        ),
        ("{\"Bool\": {\"aws:x\": \"yes\"}}", "\"yes\": `Bool` compares with `yes` | write `true` or `false`"),
        ("{\"Null\": {\"aws:x\": 1}}", "1: `Null` compares with `1` | write `true` or `false`"),
        ("{\"NumericLessThan\": {\"aws:x\": \"one\"}}", "\"one\": `one` is no number"),
        (
            "{\"DateLessThan\": {\"aws:x\": \"tomorrow\"}}",
            "\"tomorrow\": `tomorrow` is no date | write it as in `2026-01-31T00:00:00Z`, or as seconds since 1970",
        ),
        (
            "{\"IpAddress\": {\"aws:x\": \"10.0.0.0/33\"}}",
            "\"10.0.0.0/33\": `10.0.0.0/33` is no IP address or range | write it as in `203.0.113.0/24`",
        ),
        (
            "{\"ArnLike\": {\"aws:x\": \"111122223333\"}}",
            "\"111122223333\": `111122223333` is no ARN | compare other texts with `StringEquals` or `StringLike`",
        ),
        ("{\"BinaryEquals\": {\"aws:x\": \"!\"}}", "\"!\": `!` is no base64"),
    ] {
        assert_eq!(in_statement(&format!("\"Condition\": {condition}")), [message]);
    }
    let right = r#""Condition": {"DateLessThan": {"aws:CurrentTime": ["2026-01-31", "2026-01-31T00:00:00Z", "2026-01-31T00:00:00.5+01:00", 1]},
        "IpAddress": {"aws:SourceIp": ["10.0.0.1", "2001:db8::/32"]}, "NumericEquals": {"a:b": -1.5}, "ArnLike": {"a:b": "*"},
        "Bool": {"a:b": "${aws:SecureTransport}"}}"#;
    assert_eq!(in_statement(right), [""; 0]);
}

#[test]
fn what_is_refused_is_unknown_and_the_rest_is_read() {
    let text = r#"{"Statement": [{"Effect": "Allow", "Action": ["s3:*", {}], "Resource": "*", "Condition": {"Same": {}}}, {"Effect": "Deny"}]}"#;
    let read = policy(text);
    let [first, second] = read.statements.as_slice() else { panic!("two statements") };
    assert_eq!(first.effect, Some(Effect::Allow));
    assert_eq!((first.actions.texts.len(), first.actions.open.as_slice()), (1, &[Cause::Invalid][..]));
    assert_eq!(first.conditions_open, [Cause::Invalid]);
    assert_eq!(second.actions.open, [Cause::Invalid]);
    assert_eq!(policy("{}").open, [Cause::Invalid]);
}
