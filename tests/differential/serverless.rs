//! SAM: what `AWS::Serverless-2016-10-31` makes of a template, as aws-sam-translator transforms it.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};

use crate::differences::Comparison;
use crate::dump::resolve;
use crate::oracle::{ROOT, ask, templates};

/// A name without the digests at its end, in which the names of what changes with its content end: deployments, versions,
/// layers, domain names, made conditions. They say nothing about what the thing is.
fn without_digest(name: &str) -> &str {
    let mut name = name;
    while let Some(at) = name.len().checked_sub(10).filter(|at| *at > 0 && name.is_char_boundary(*at)) {
        if !name[at..].bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
            break;
        }
        name = &name[..at];
    }
    name
}

/// For each logical id that ends in a digest, one that does not; those that would be the same are numbered by content.
fn plain_ids(dump: &Value) -> BTreeMap<String, String> {
    let mut same: BTreeMap<&str, Vec<(String, &String)>> = BTreeMap::new();
    let resources = dump["resources"].as_object().unwrap();
    let stripped: BTreeMap<String, String> =
        resources.keys().map(|id| (id.clone(), without_digest(id).to_owned())).collect();
    for (id, resource) in resources {
        let name = without_digest(id);
        if name != id {
            same.entry(name).or_default().push((plain(resource, "", &stripped).to_string(), id));
        }
    }
    let mut ids = BTreeMap::new();
    for (name, mut resources) in same {
        resources.sort();
        for (index, (_, id)) in resources.into_iter().enumerate() {
            ids.insert(id.clone(), format!("{name}#{}", index + 1));
        }
    }
    ids
}

/// The same value with other ids, and in one order where none counts. `key` is what the value stands under.
fn plain(value: &Value, key: &str, ids: &BTreeMap<String, String>) -> Value {
    const DEPLOYMENT: &str = "RestApi deployment id: ";
    match value {
        Value::String(text) if key == "condition" => without_digest(text).into(),
        Value::String(text) if text.starts_with(DEPLOYMENT) => DEPLOYMENT.into(),
        Value::String(text) => ids.get(text).unwrap_or(text).as_str().into(),
        Value::Array(items) if key == "$if" => {
            let rest = items.iter().skip(1).map(|item| plain(item, "", ids));
            items.first().map(|name| plain(name, "condition", ids)).into_iter().chain(rest).collect()
        }
        Value::Array(items) => {
            let mut items: Vec<Value> = items.iter().map(|item| plain(item, "", ids)).collect();
            if matches!(key, "Statement" | "DependsOn" | "tags" | "RecordSets") {
                items.sort_by_key(Value::to_string);
            }
            items.into()
        }
        Value::Object(map) => {
            let entry = |(key, value): (&String, &Value)| (ids.get(key).unwrap_or(key).clone(), plain(value, key, ids));
            // Sorted, so that the text of a value depends on no order.
            let sorted: BTreeMap<String, Value> = map.iter().map(entry).collect();
            Value::Object(sorted.into_iter().collect())
        }
        other => other.clone(),
    }
}

#[test]
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
        let gaps = json!(theirs.gaps());
        match resolve(Path::new(ROOT), file) {
            Ok(ours) => {
                let [ours_dump, theirs] = [ours.dump(), theirs.dump()].map(|dump| plain(&dump, "", &plain_ids(&dump)));
                comparison.same(file, "", &ours_dump, &theirs);
                comparison.same(file, "errors", &json!(ours.errors), &json!([]));
                comparison.same(file, "gaps", &json!(ours.gaps()), &gaps);
            }
            Err(ours) => comparison.differ(file, "", &ours.into(), &"transformed".into()),
        }
    }
    comparison.finish("aws-sam-translator");
}

#[test]
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
fn ids_lose_their_digest_and_stay_apart() {
    let dump = |first: &str, second: &str| {
        let resources = json!({
            format!("Name{first}"): {"properties": {"DomainName": "a"}, "condition": format!("NotProd{first}{second}")},
            format!("Name{second}"): {"properties": {"DomainName": "b"}},
            "Record": {"properties": {"Target": {"$reference": [format!("Name{second}"), "Ref"]}, "Zone": "Z0123456789"}},
        });
        json!({ "resources": resources })
    };
    let plain = |dump: Value| plain(&dump, "", &plain_ids(&dump));
    let expected = json!({ "resources": {
        "Name#1": {"properties": {"DomainName": "a"}, "condition": "NotProd"},
        "Name#2": {"properties": {"DomainName": "b"}},
        "Record": {"properties": {"Target": {"$reference": ["Name#2", "Ref"]}, "Zone": "Z0123456789"}},
    } });
    assert_eq!(plain(dump("5fb3c8a1d2", "640128d35d")), expected);
    assert_eq!(plain(dump("fffffffff1", "000000000a")), expected);
}
