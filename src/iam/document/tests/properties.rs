//! What holds of every document.

use proptest::prelude::*;

use super::read;
use crate::iam::document::{Policy, PolicyKind, Version, parts};

/// Keys and texts that mean something, and some that do not.
const WORDS: [&str; 24] = [
    "Version",
    "2012-10-17",
    "Id",
    "Statement",
    "Sid",
    "Effect",
    "Allow",
    "Deny",
    "Principal",
    "NotPrincipal",
    "AWS",
    "Service",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
    "StringLike",
    "Bool",
    "aws:x",
    "*",
    "s3:*",
    "arn:aws:s3:::b",
    "\u{1}?\u{1}",
];

fn json() -> impl Strategy<Value = serde_json::Value> {
    let word =
        || prop_oneof![8 => prop::sample::select(&WORDS[..]).prop_map(str::to_owned), 1 => "[a-z\"\\\\ é\n]{0,8}"];
    let leaf = prop_oneof![
        4 => word().prop_map(serde_json::Value::from),
        1 => any::<bool>().prop_map(serde_json::Value::from),
        1 => any::<i32>().prop_map(serde_json::Value::from),
        1 => Just(serde_json::Value::Null),
    ];
    leaf.prop_recursive(6, 64, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(serde_json::Value::from),
            prop::collection::vec((word(), inner), 0..6)
                .prop_map(|members| serde_json::Value::Object(members.into_iter().collect())),
        ]
    })
}

fn all_places_lie_in(policy: &Policy, len: usize) -> bool {
    let places = policy.problems.iter().map(|problem| problem.place);
    places.chain(policy.statements.iter().map(|statement| statement.place)).all(|place| place.span.end as usize <= len)
}

proptest! {
    #[test]
    fn any_json_is_read_and_every_place_lies_in_it(value in json(), kind in 0..8_usize, nested in any::<bool>()) {
        use PolicyKind::{Boundary, Identity, Rcp, Resource, Scp, Session, Trust};
        let kind = [Identity, Resource, Trust, Scp, Rcp, Boundary, Session].get(kind).copied();
        let text = serde_json::to_string_pretty(&value).unwrap();
        let text = if nested { serde_json::Value::from(text).to_string() } else { text };
        let (policy, _, file) = read(&text, kind);
        prop_assert!(all_places_lie_in(&policy, file.text().len()));
        // What cannot be a policy says so, and what could be anything is open.
        let says = !policy.problems.is_empty() || !policy.open.is_empty();
        prop_assert!(!policy.statements.is_empty() || says || value.is_null(), "{text}");
        for statement in &policy.statements {
            if statement.effect.is_none() {
                prop_assert!(!statement.causes.is_empty());
            }
        }
    }

    #[test]
    fn the_parts_of_a_text_are_the_text(text in "([*?$,'{}ab:\u{1}]|\\$\\{|'\\})*") {
        let together = |version| parts(&text, version).iter().map(|part| match part {
            crate::iam::document::Part::Literal(plain) => (*plain).to_owned(),
            crate::iam::document::Part::Many => "*".to_owned(),
            crate::iam::document::Part::One => "?".to_owned(),
            crate::iam::document::Part::Unknown => "\u{1}?\u{1}".to_owned(),
            crate::iam::document::Part::Variable { .. } => "${}".to_owned(),
        }).collect::<String>();
        prop_assert_eq!(together(Version::V2008), text.clone());
        prop_assert!(together(Version::V2012).len() <= text.len() + 3);
    }
}

#[test]
fn many_variables_that_do_not_close_take_no_longer_than_their_length() {
    let text = "${a,'".repeat(100_000);
    let start = std::time::Instant::now();
    assert_eq!(parts(&text, Version::V2012).len(), 1);
    assert!(start.elapsed().as_secs() < 5);
}

#[test]
fn thousands_of_statements_with_the_same_faults_are_read_in_no_time() {
    let statement = r#"{"Sid": "a", "effect": "Allow", "Condition": {"Same": {"x": "y"}}, "Action": ["Get", 1, {}]}"#;
    let text = format!("{{\"Statement\": [{}]}}", vec![statement; 5_000].join(","));
    let start = std::time::Instant::now();
    let (policy, ..) = read(&text, Some(PolicyKind::Identity));
    assert_eq!(policy.statements.len(), 5_000);
    assert!(start.elapsed().as_secs() < 10);
}
