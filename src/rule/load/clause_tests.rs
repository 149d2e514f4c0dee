//! What is said of single clauses that ask something wrong.

use super::tests::{load, told};

/// What is told about a rule on this type that asserts one clause, without the warning that it has no tests.
fn told_of(resource_type: &str, clause: &str) -> String {
    let text = format!(
        r#"id          = "own-rule"
title       = "It is odd"
severity    = "low"
status      = "preview"
reviewed    = 2026-11-21
description = "It is odd."
[params]
number = 2
texts  = ["A", "B"]
[select]
types = ["{resource_type}"]
[related.bucket]
type = "AWS::S3::Bucket"
via  = "BucketName"
[remediation]
text = "Repair it."
[[assert]]
all     = [{{ relation = {{ name = "bucket", exists = true }} }}, {clause}]
message = "it is odd beside {{param.number}} and {{param.texts}}"
"#
    );
    let (_, problems) = load(&text);
    let errors: Vec<_> = problems.into_iter().filter(|problem| !problem.message.starts_with("no test")).collect();
    told(&errors)
        .lines()
        .map(|line| line.split_once(": ").map_or(line, |(_, told)| told))
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn the_value_of_a_tag_is_asked_by_one_operator_and_says_what_holds_without() {
    let tags = |question: &str| told_of("AWS::S3::Bucket", &format!("{{ tags = {question} }}"));
    assert_eq!(tags(r#"{ key = "A", one_of = { param = "texts" }, absent = "fail" }"#), "");
    assert_eq!(tags(r#"{ key = "A", exists = true }"#), "");
    insta::assert_snapshot!(tags(r#"{ key = "A", one_of = ["a"] }"#), @r#"
    `absent` is missing: it says what holds without the tag
    write `absent = "fail"`, `"harmless"` or `"unknown"`
    "#);
    insta::assert_snapshot!(tags(r#"{ key = "A", absent = "fail" }"#), @r#"
    nothing is asked of this `key`
    write one of `equals`, `not_equals`, `one_of`, `not_one_of`, `matches`, `not_matches`, `starts_with`, `ends_with`, `contains`, `not_contains`, `at_least`, `at_most`, `exists`, `cidr_within`, `before_today`, `older_than_days`, `not_older_than_days`, `expires_within_days`, `not_expires_within_days`
    "#);
    insta::assert_snapshot!(tags(r#"{ key = "A", equals = "a", starts_with = "a", absent = "fail" }"#), @r#"
    `equals` and `starts_with` are two operators in one clause
    the first
    write two clauses, in `all` or `any`
    "#);
    insta::assert_snapshot!(tags(r#"{ key = { param = "texts" }, equals = "a", absent = "fail" }"#), @"`key` is to be the key of a tag, not a list");
    insta::assert_snapshot!(tags(r#"{ presents = ["a"] }"#), @r#"
    `present` is missing
    unknown key `presents`
    did you mean `present`
    "#);
    let untagged = told_of("AWS::S3::BucketPolicy", r#"{ tags = { key = "A", exists = true } }"#);
    insta::assert_snapshot!(untagged, @"`AWS::S3::BucketPolicy` has no tags");
}

#[test]
fn dates_are_compared_with_a_number_of_whole_days() {
    let date = |question: &str| {
        told_of("AWS::S3::Bucket", &format!("{{ path = \"BucketName\", absent = \"fail\", {question} }}"))
    };
    assert_eq!(date("older_than_days = { param = \"number\" }"), "");
    insta::assert_snapshot!(date("not_expires_within_days = \"30\""), @"`not_expires_within_days` is to be a whole number, not a text");
    insta::assert_snapshot!(date("older_than_days = -1"), @"`older_than_days` is to be a whole number, not `-1`");
    insta::assert_snapshot!(date("older_than_day = 1"), @r#"
    unknown operator `older_than_day`
    did you mean `older_than_days`
    "#);
    insta::assert_snapshot!(told_of("AWS::Lambda::Function", "{ path = \"Layers\", older_than_days = 1, absent = \"fail\" }"), @r#"
    `older_than_days` does not fit `Layers`, which is a list
    use `contains`, the path `Layers[]`, or a quantifier such as `some = "Layers"`
    "#);
}

#[test]
fn a_default_that_no_property_says_has_a_reason() {
    assert_eq!(told_of("AWS::S3::Bucket", "{ by_default = \"TLS 1.2\" }"), "");
    insta::assert_snapshot!(told_of("AWS::S3::Bucket", "{ by_default = true }"), @"`by_default` is to be a text, not a boolean");
    insta::assert_snapshot!(told_of("AWS::S3::Bucket", "{ by_default = \"TLS 1.2\", absent = \"pass\" }"), @"`absent` does not go with `by_default`");
}

#[test]
fn what_is_counted_has_one_bound() {
    let bucket = |clause: &str| told_of("AWS::S3::Bucket", clause);
    assert_eq!(bucket(r#"{ relation = { name = "bucket", at_least = { param = "number" } } }"#), "");
    assert_eq!(bucket(r#"{ distinct = { path = "Tags[].Key", at_most = 2 } }"#), "");
    insta::assert_snapshot!(bucket(r#"{ relation = { name = "bucket", at_least = 1, exists = true } }"#), @"`exists` does not go with `at_least` or `at_most`");
    insta::assert_snapshot!(bucket(r#"{ relation = { name = "bucket", at_least = 1, at_most = 2 } }"#), @"`relation` asks two questions in one clause");
    insta::assert_snapshot!(bucket(r#"{ relation = { name = "bucket", at_least = 0.5 } }"#), @"`at_least` is to be a whole number, not `0.5`");
    insta::assert_snapshot!(bucket(r#"{ distinct = { path = "Tags" } }"#), @r#"
    `distinct` does not say how many
    write `at_least` or `at_most`
    "#);
    insta::assert_snapshot!(bucket(r#"{ distinct = { path = "Tag", at_least = 2 } }"#), @r#"
    `Tag` is not a property of `AWS::S3::Bucket`
    did you mean `Tags`
    "#);
    insta::assert_snapshot!(bucket(r#"{ distinct = { path = "Tags", at_least = 2, match = [] } }"#), @"`match` goes with `on`, whose partners it chooses");
}
