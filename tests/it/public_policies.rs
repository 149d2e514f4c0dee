//! Policies of AWS's documentation: who gets in by our proof, and what S3's own classification says.

use std::path::Path;
use std::sync::Arc;

use fasscan::iam::document::{Policy, Reader};
use fasscan::iam::{Evidence, Outsider, lets_in, s3_public};
use fasscan::source::{Files, Limits, SourceFile, json, toml};
use fasscan::value::{Values, View, World};

fn policy(text: &str) -> Policy {
    let mut files = Files::default();
    let file = Arc::new(SourceFile::new("", text.to_owned()));
    let tree = json::parse(&file, Limits::default()).unwrap();
    let mut values = Values::default();
    let root = values.push_tree(&tree, tree.root(), files.add(Arc::clone(&file)));
    Reader::new(View::new(&values, &World::open()), &tree.keys).policy(root)
}

fn word(public: bool) -> &'static str {
    if public { "public" } else { "not public" }
}

#[test]
fn documented_policies_are_public_or_not_as_aws_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/iam/public");
    let mut cases = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let file = Arc::new(SourceFile::new("cases.toml", std::fs::read_to_string(&path).unwrap()));
        let tree = toml::parse(&file, Limits::default()).unwrap();
        let own = tree.get(tree.root(), "own").and_then(|own| tree.string(own)).unwrap();
        for case in tree.items(tree.get(tree.root(), "case").unwrap()) {
            cases += 1;
            let get = |key: &str| tree.get(*case, key).and_then(|value| tree.string(value));
            let name = get("name").unwrap();
            assert!(get("source").unwrap().starts_with("https://docs.aws.amazon.com/"), "{name}");
            let policy = policy(get("policy").unwrap());
            let entry = lets_in(&policy, &["*"], own, Outsider::Stranger);
            assert_eq!(entry.unknown, [], "{name}");
            let exact = word(!entry.found.is_empty());
            assert_eq!(exact, get("exact").unwrap(), "{name}");
            let s3 = match s3_public(&policy) {
                Evidence::Yes(_) => "public",
                Evidence::No => "not public",
                Evidence::Unknown(causes) => panic!("{name}: {causes:?}"),
            };
            assert_eq!(get("s3").unwrap_or(s3), s3, "{name}");
            // AWS's answer is that of S3 for buckets, and ours for all others.
            let ours = if get("s3").is_some() { s3 } else { exact };
            assert_eq!(get("documented").unwrap_or(ours), ours, "{name}");
            assert_eq!(get("s3").is_some_and(|s3| s3 != exact), get("why").is_some(), "{name}: say why they differ");
        }
    }
    assert!(cases > 25);
}
