//! What AWS's documentation says about requests, and what fasscan decides.

use std::sync::Arc;

use fasscan::iam::Policy;
use fasscan::iam::decide::{Context, Policies, Principal, Request, Verdict, decide};
use fasscan::iam::document::Reader;
use fasscan::source::{Files, Limits, SourceFile, json};
use fasscan::value::{Values, View, World};
use toml::{Table, Value};

fn policy(text: &str) -> Policy {
    let file = Arc::new(SourceFile::new("policy.json", text));
    let tree = json::parse(&file, Limits::default()).unwrap();
    let (mut values, world) = (Values::default(), World::open());
    let root = values.push_tree(&tree, tree.root(), Files::default().add(Arc::clone(&file)));
    let policy = Reader::new(View::new(&values, &world), &tree.keys).policy(root);
    assert!(!policy.statements.is_empty() && policy.open.is_empty(), "{text}");
    policy
}

/// A policy by its name in the file, or as it is.
fn named(names: &Table, text: &Value) -> Policy {
    let text = text.as_str().unwrap();
    policy(names.get(text).map_or(text, |policy| policy.as_str().unwrap()))
}

fn decided(names: &Table, case: &Table) -> &'static str {
    let list =
        |value: &Value| -> Vec<Policy> { value.as_array().unwrap().iter().map(|text| named(names, text)).collect() };
    let all = |name: &str| case.get(name).map(list).unwrap_or_default();
    let one = |name: &str| case.get(name).map(|text| vec![named(names, text)]);
    let levels = |name: &str| -> Option<Vec<Vec<Policy>>> {
        case.get(name).map(|levels| levels.as_array().unwrap().iter().map(list).collect())
    };
    fn refer(policies: &[Policy]) -> Vec<&Policy> {
        policies.iter().collect()
    }
    let (identity, boundary, session, resource) = (all("identity"), one("boundary"), one("session"), one("resource"));
    let (scps, rcps) = (levels("scps"), levels("rcps"));
    fn each(levels: &[Vec<Policy>]) -> Vec<Vec<&Policy>> {
        levels.iter().map(|level| refer(level)).collect()
    }
    let text = |name: &str, usual: &'static str| {
        case.get(name).map_or(usual.to_owned(), |text| text.as_str().unwrap().to_owned())
    };
    let management = text("management", "");
    let policies = Policies {
        identity: refer(&identity),
        boundary: boundary.as_deref().map(refer),
        session: session.as_deref().map(refer),
        resource: resource.as_deref().map(refer),
        scps: scps.as_deref().map(each),
        rcps: rcps.as_deref().map(each),
        endpoint: None,
        management: Some(management.as_str()).filter(|account| !account.is_empty()),
    };
    let mut context = Context::new();
    for (key, value) in case.get("context").and_then(Value::as_table).into_iter().flatten() {
        context = context.with(key, value.as_str().unwrap());
    }
    let principal = Principal::parse(&text("principal", "arn:aws:iam::111122223333:user/carlos")).unwrap();
    let on = text("on", "arn:aws:s3:::amzn-s3-demo-bucket/a.txt");
    let account = text("account", "111122223333");
    let request = Request::new(principal, &text("action", "s3:GetObject"), &on, Some(&account), context);
    match decide(&policies, &request).verdict {
        Verdict::Allowed => "allowed",
        Verdict::Denied(denial) if denial.explicit => "explicit",
        Verdict::Denied(_) => "denied",
        Verdict::Unknown(_) => "unknown",
    }
}

#[test]
fn requests_are_decided_as_aws_documents_it() {
    let file: Table = include_str!("../../fixtures/iam/documented.toml").parse().unwrap();
    let names = file["policies"].as_table().unwrap();
    let cases = file["case"].as_array().unwrap();
    assert!(cases.len() > 40);
    let wrong: Vec<String> = cases
        .iter()
        .filter_map(|case| {
            let case = case.as_table().unwrap();
            assert!(case["source"].as_str().unwrap().starts_with("https://docs.aws.amazon.com/"));
            let (found, documented) = (decided(names, case), case["answer"].as_str().unwrap());
            (found != documented).then(|| format!("{}: documented {documented}, found {found}", case["name"]))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
