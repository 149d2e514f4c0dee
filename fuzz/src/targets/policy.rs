//! IAM policy documents.

use std::sync::Arc;

use fasscan::iam::{
    Evidence, PolicyDocument, Request, denies, grants_administrator, grants_public, grants_service_wildcard,
};
use fasscan::source::{Limits, SourceFile, json};
use fasscan::template::unit::{Environment, Root, Template, Unit};
use fasscan::value::{View, World};

use super::check;

/// What stands around a document; parameters and conditions for its functions.
const BEFORE: &str = r#"{"Parameters": {"P": {"Type": "String"}, "D": {"Type": "String", "Default": "*"}},
"Conditions": {"C": {"Fn::Equals": [{"Ref": "P"}, "x"]}},
"Resources": {"B": {"Type": "AWS::S3::Bucket"}, "R": {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": "#;
const AFTER: &str = "}}}}";

/// A document is read, and questions about it are answered, each by statements that it has.
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
        let document = PolicyDocument::read(&view, &inventory.names, value);
        for statement in &document.statements {
            check::inside(file.text(), statement.place.span);
        }
        let resources = ["*".to_owned(), "arn:aws:s3:::b/*".to_owned()];
        let context = [("aws:SecureTransport".into(), "false".into())];
        let request = Request { principal: "*", action: "s3:GetObject", resources: &resources, context: &context };
        for evidence in [
            grants_administrator(&document),
            grants_service_wildcard(&document),
            grants_public(&document, &["s3:*", "kms:Decrypt"]),
            denies(&document, &request),
        ] {
            match evidence {
                Evidence::Yes(statements) => {
                    assert!(statements.iter().all(|index| *index < document.statements.len()));
                    assert!(!statements.is_empty());
                }
                Evidence::Unknown(causes) => assert!(!causes.is_empty(), "unknown without a cause"),
                Evidence::No => {}
            }
        }
    }
}
