//! IAM policy documents.

use std::sync::Arc;

use fasscan::iam::document::{PolicyKind, Reader, Setting};
use fasscan::iam::lint::{Subject, lint, overview};
use fasscan::iam::{Evidence, Policy, Requests, denies, grants_administrator, grants_service_wildcard};
use fasscan::source::{Limits, SourceFile, json};
use fasscan::template::unit::{Environment, Root, Template, Unit};
use fasscan::value::{View, World};

use super::check;

/// What stands around a document; parameters and conditions for its functions.
const BEFORE: &str = r#"{"Parameters": {"P": {"Type": "String"}, "D": {"Type": "String", "Default": "*"}},
"Conditions": {"C": {"Fn::Equals": [{"Ref": "P"}, "x"]}},
"Resources": {"B": {"Type": "AWS::S3::Bucket"}, "R": {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": "#;
const AFTER: &str = "}}}}";

/// A document is read as each kind of policy, what is wrong with it has a place in the file, and questions about it are answered.
pub fn policy(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let file = Arc::new(SourceFile::new("t.json", format!("{BEFORE}{text}{AFTER}")));
    let Ok(tree) = json::parse(&file, Limits::default()) else { return };
    let root = Root {
        template: 0,
        name: "t".into(),
        environment: Environment::default(),
        parameters: Vec::new(),
        tags: Vec::new(),
    };
    let unit = Unit { templates: vec![Template::new(tree)], roots: vec![root] };
    let (inventory, problems) = fasscan::template::resolve(&unit);
    check::diagnostics(&problems);
    let world = World::open();
    let view = View::new(&inventory.values, &world);
    for (id, _) in inventory.resources() {
        let value = inventory.property(&view, id, &["PolicyDocument"]);
        let reader = Reader::new(view, &inventory.names);
        let policy = reader.policy(value);
        for kind in KINDS {
            let policy = reader.policy_in(value, Setting { kind: Some(kind), files: Some(&inventory.files) });
            for statement in &policy.statements {
                check::inside(file.text(), statement.place.span);
            }
            for finding in lint(&policy, &Subject { kind, holder: None, size: reader.size(value) }) {
                check::inside(file.text(), finding.place.span);
                assert!(!finding.message.is_empty());
            }
        }
        let _ = overview(&policy);
        answers(&policy);
    }
}

/// Each kind has rules of its own.
const KINDS: [PolicyKind; 7] = [
    PolicyKind::Identity,
    PolicyKind::Resource,
    PolicyKind::Trust,
    PolicyKind::Scp,
    PolicyKind::Rcp,
    PolicyKind::Boundary,
    PolicyKind::Session,
];

/// Answers name statements that there are, and an unknown one has causes.
fn answers(policy: &Policy) {
    let requests = Requests {
        principal: "*",
        actions: vec!["s3:GetObject".to_owned()],
        resources: vec!["arn:aws:s3:::b/*".to_owned()],
        context: vec![("aws:SecureTransport".to_owned(), "false".to_owned())],
    };
    for evidence in [grants_administrator(policy), grants_service_wildcard(policy), denies(policy, &requests)] {
        match evidence {
            Evidence::Yes(statements) => {
                assert!(statements.iter().all(|index| *index < policy.statements.len()));
                assert!(!statements.is_empty());
            }
            Evidence::Unknown(causes) => assert!(!causes.is_empty(), "unknown without a cause"),
            Evidence::No => {}
        }
    }
}
