//! SAM: what `AWS::Serverless-2016-10-31` makes of a template, as aws-sam-translator transforms it.

use std::path::Path;

use serde_json::{Map, Value, json};

use crate::differences::Comparison;
use crate::dump::resolve;
use crate::oracle::{ROOT, ask, templates};

/// Ids of resources that change with their content end in a digest of it, which is no part of what they are.
fn without_digest(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_ascii_hexdigit() && !c.is_ascii_uppercase()) {
        let run = rest[start..].find(|c: char| !c.is_ascii_hexdigit() || c.is_ascii_uppercase());
        let end = run.map_or(rest.len(), |run| start + run);
        shown.push_str(&rest[..start]);
        // A word such as `Added` before the digest ends in hexadecimal digits too.
        let digits = &rest[start..end];
        let digest = match digits.len() {
            40.. => 40,
            10..=14 if shown.ends_with(|c: char| c.is_ascii_alphanumeric()) => 10,
            _ => 0,
        };
        shown.push_str(&digits[..digits.len() - digest]);
        if digest > 0 {
            shown.push('#');
        }
        rest = &rest[end..];
    }
    shown + rest
}

/// The same value, digests as `#`.
fn plain(value: &Value) -> Value {
    match value {
        Value::String(text) => without_digest(text).into(),
        Value::Array(items) => items.iter().map(plain).collect(),
        Value::Object(map) => {
            let mut shown = Map::new();
            for (key, value) in map {
                let mut key = without_digest(key);
                while shown.contains_key(&key) {
                    key.push('+');
                }
                shown.insert(key, plain(value));
            }
            Value::Object(shown)
        }
        other => other.clone(),
    }
}

#[test]
#[ignore = "fasscan does not expand SAM yet"]
fn serverless_resources_become_what_aws_makes_of_them() {
    let files = templates(&["transforms/serverless"]);
    let theirs = ask("sam.py", &json!(files));
    let folder = tempfile::tempdir().unwrap();
    let mut comparison = Comparison::default();
    for file in &files {
        comparison.count("templates");
        let template = theirs[file].get("template").unwrap_or_else(|| panic!("{file}: {}", theirs[file]["error"]));
        std::fs::write(folder.path().join("theirs.json"), template.to_string()).unwrap();
        // What AWS makes is resolved as a plain template: what is compared is the inventories.
        let theirs = resolve(folder.path(), "theirs.json").unwrap();
        match resolve(Path::new(ROOT), file) {
            Ok(ours) => {
                comparison.same(file, "", &plain(&ours.dump()), &plain(&theirs.dump()));
                comparison.same(file, "errors", &json!(ours.errors), &json!([]));
                comparison.same(file, "gaps", &json!(ours.gaps()), &json!(theirs.gaps()));
            }
            Err(ours) => comparison.differ(file, "", &ours.into(), &"transformed".into()),
        }
    }
    comparison.finish("aws-sam-translator");
}

#[test]
#[ignore = "fasscan does not expand SAM yet"]
fn what_aws_refuses_is_refused_or_said_to_be_unexamined() {
    let files = templates(&["transforms/serverless-refused"]);
    let theirs = ask("sam.py", &json!(files));
    let mut comparison = Comparison::default();
    for file in &files {
        comparison.count("templates");
        let error = theirs[file].get("error").unwrap_or_else(|| panic!("{file}: AWS transforms it"));
        match resolve(Path::new(ROOT), file) {
            Ok(ours) if ours.errors.is_empty() && ours.gaps().is_empty() => {
                comparison.differ(file, "", &"transformed".into(), error);
            }
            _ => comparison.count("refused by both"),
        }
    }
    comparison.finish("aws-sam-translator refusals");
}

#[test]
fn a_digest_is_taken_from_the_end_of_an_id_only() {
    assert_eq!(without_digest("BankDeployment5fb3c8a1d2"), "BankDeployment#");
    assert_eq!(without_digest("Authorise.Version640128d35d"), "Authorise.Version#");
    assert_eq!(without_digest("arn:aws:iam::123456789012:role/x"), "arn:aws:iam::123456789012:role/x");
    assert_eq!(without_digest("added-facade"), "added-facade");
    assert_eq!(without_digest("id 5fb3c8a1d25fb3c8a1d25fb3c8a1d25fb3c8a1d2"), "id #");
}
