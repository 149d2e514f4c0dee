//! Resolving and places: what properties are worth and where they stand, as cloudformation-validate says.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use fasscan::source::{NodeId, Tree};
use serde_json::{Map, Value, json};

use crate::differences::{Comparison, equal};
use crate::dump::{Resolved, resolve, tree};
use crate::oracle::{ROOT, ask, templates};

/// Every key below `node` that the other implementation can be asked for, with its path and place.
fn places(tree: &Tree, node: NodeId, path: &str, found: &mut Vec<(String, Value)>) {
    for member in tree.members(node) {
        let key = tree.key(member);
        let place = tree.file().position(member.key_span.start);
        let path = if path.is_empty() { key.to_owned() } else { format!("{path}/{key}") };
        // A short tag has no key, and the other one takes a slash for a step.
        let is_written = !member.key_span.slice(tree.file().text()).starts_with('!') && !key.contains('/');
        if is_written {
            found.push((path.clone(), json!([place.line, place.column])));
        }
        if !key.contains('/') {
            places(tree, member.value, &path, found);
        }
    }
    for (index, item) in tree.items(node).iter().enumerate() {
        places(tree, *item, &format!("{path}/{index}"), found);
    }
}

/// The key of an object that stands for something not known.
fn special(value: &Value) -> Option<&str> {
    let map = value.as_object().filter(|map| map.len() == 1)?;
    map.keys().next().map(String::as_str).filter(|key| key.starts_with('$'))
}

/// What is left when both sides are looked at as CloudFormation passes them on: a scalar is its text.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        _ => None,
    }
}

/// Compares resolved values: what both know must be equal, what depends on a condition must do so on both sides, and what
/// fasscan does not know the other one may not know either.
fn compare(comparison: &mut Comparison, file: &str, path: &str, ours: &Value, theirs: &Value) {
    match (special(ours), special(theirs)) {
        (Some("$if"), Some("$if")) => {
            let (ours, theirs) = (&ours["$if"], &theirs["$if"]);
            comparison.same(file, &format!("{path}/condition"), &ours[0], &theirs[0]);
            compare(comparison, file, &format!("{path}/then"), &ours[1], &theirs[1]);
            compare(comparison, file, &format!("{path}/else"), &ours[2], &theirs[2]);
        }
        (Some("$reference"), Some("$reference")) => comparison.same(file, path, ours, theirs),
        (Some("$if"), Some("$unknown")) => comparison.count("known to us only"),
        (Some("$if"), _) | (_, Some("$if")) => comparison.differ(file, path, ours, theirs),
        (Some(_), Some(_)) => comparison.count("unknown to both"),
        (None, Some(_)) => comparison.count("known to us only"),
        (Some(_), None) => comparison.differ(file, path, ours, theirs),
        (None, None) => match (ours, theirs) {
            (Value::Object(ours_map), Value::Object(theirs_map)) => {
                let keys: BTreeSet<&String> = ours_map.keys().chain(theirs_map.keys()).collect();
                for key in keys {
                    compare(comparison, file, &format!("{path}/{key}"), &ours[key], &theirs[key]);
                }
            }
            (Value::Array(ours), Value::Array(theirs)) if ours.len() == theirs.len() => {
                for (index, (ours, theirs)) in ours.iter().zip(theirs).enumerate() {
                    compare(comparison, file, &format!("{path}/{index}"), ours, theirs);
                }
            }
            _ if equal(ours, theirs) => comparison.count("equal values"),
            _ if text(ours).is_some() && text(ours) == text(theirs) => comparison.count("equal as text"),
            _ => comparison.differ(file, path, ours, theirs),
        },
    }
}

/// The other one's value with the arm taken of every condition that fasscan found decided: it leaves all of them open.
fn settle(value: &Value, decided: &BTreeMap<String, bool>) -> Value {
    match value {
        Value::Object(map) => {
            if let Some([Value::String(name), then, otherwise]) =
                map.get("$if").and_then(Value::as_array).map(Vec::as_slice)
                && let Some(truth) = decided.get(name)
            {
                return settle(if *truth { then } else { otherwise }, decided);
            }
            Value::Object(map.iter().map(|(key, value)| (key.clone(), settle(value, decided))).collect())
        }
        Value::Array(items) => {
            let settled = items.iter().map(|item| (item, settle(item, decided)));
            settled.filter(|(item, settled)| !settled.is_null() || item.is_null()).map(|(_, settled)| settled).collect()
        }
        other => other.clone(),
    }
}

/// Compares what the template declares; the attributes beside the properties are ours alone.
fn compare_template(comparison: &mut Comparison, file: &str, ours: &Resolved, theirs: &Value) {
    let decided = ours.decided();
    let ours = ours.dump();
    let section = |of: &Value, name: &str| of[name].as_object().cloned().unwrap_or_default();
    let (ours_resources, theirs_resources) = (section(&ours, "resources"), section(theirs, "resources"));
    for id in ours_resources.keys().chain(theirs_resources.keys().filter(|id| !ours_resources.contains_key(*id))) {
        let path = format!("Resources/{id}");
        match (ours_resources.get(id), theirs_resources.get(id)) {
            (Some(ours), Some(theirs)) => {
                comparison.same(file, &format!("{path}/Type"), &ours["type"], &theirs["type"]);
                let always = theirs["condition"].as_str().and_then(|name| decided.get(name)) == Some(&true);
                let condition = if always { &Value::Null } else { &theirs["condition"] };
                comparison.same(file, &format!("{path}/Condition"), &ours["condition"], condition);
                let none = json!({});
                let ours = if ours["properties"].is_null() { &none } else { &ours["properties"] };
                let theirs = settle(&theirs["properties"], &decided);
                compare(comparison, file, &format!("{path}/Properties"), ours, &theirs);
            }
            (ours, theirs) => {
                let type_of = |of: Option<&Value>| of.map_or("(not there)".into(), |of| of["type"].clone());
                comparison.differ(file, &path, &type_of(ours), &type_of(theirs));
            }
        }
    }
    let (ours, theirs) = (section(&ours, "outputs"), section(theirs, "outputs"));
    for name in ours.keys().chain(theirs.keys().filter(|name| !ours.contains_key(*name))) {
        let path = format!("Outputs/{name}");
        match (ours.get(name), theirs.get(name)) {
            (Some(ours), Some(theirs)) => {
                // Under a condition of the output, fasscan's value is there in one case only.
                let theirs = match &theirs["condition"] {
                    Value::String(condition) => json!({ "$if": [condition, theirs["value"], null] }),
                    _ => theirs["value"].clone(),
                };
                compare(comparison, file, &path, ours, &settle(&theirs, &decided));
            }
            (ours, theirs) => {
                let shown = |of: Option<&Value>| of.cloned().unwrap_or("(not there)".into());
                comparison.differ(file, &path, &shown(ours), &shown(theirs));
            }
        }
    }
}

/// The templates of these folders, with the keys in them and their places.
fn questions(folders: &[&str]) -> Vec<(String, Vec<(String, Value)>)> {
    let asked = |file: String| {
        let mut found = Vec::new();
        if let Ok(tree) = tree(&file) {
            places(&tree, tree.root(), "", &mut found);
        }
        (file, found)
    };
    templates(folders).into_iter().map(asked).collect()
}

fn answers(questions: &[(String, Vec<(String, Value)>)]) -> Value {
    let paths = |places: &[(String, Value)]| places.iter().map(|(path, _)| path.as_str()).collect::<Value>();
    let asked: Map<String, Value> = questions.iter().map(|(file, places)| (file.clone(), paths(places))).collect();
    ask("model.py", &Value::Object(asked))
}

/// Compares the values of a template, if both can read it, and where fasscan says that they stand.
fn compare_values(comparison: &mut Comparison, file: &str, places: &[(String, Value)], theirs: &Value) {
    match (resolve(Path::new(ROOT), file), theirs.get("error")) {
        (Ok(ours), None) => {
            compare_template(comparison, file, &ours, theirs);
            let resolved = ours.places();
            // The places of what was read are compared already; these must be the same, wherever the value went.
            for (path, written) in places {
                match resolved.get(path) {
                    Some(place) if place == written => comparison.count("places kept"),
                    Some(place) => comparison.differ(file, &format!("{path}@@"), place, written),
                    None => {}
                }
            }
        }
        (Err(_), Some(_)) => comparison.count("refused by both"),
        (Ok(_), Some(theirs)) => comparison.differ(file, "", &"read".into(), theirs),
        (Err(ours), None) => comparison.differ(file, "", &ours.into(), &"read".into()),
    }
}

#[test]
fn values_and_places_are_those_of_cloudformation_validate() {
    let questions = questions(&["systems", "assemblies", "cloudformation", "traps", "transforms", "scalars"]);
    let answers = answers(&questions);
    let mut comparison = Comparison::default();
    for (file, places) in &questions {
        comparison.count("templates");
        let theirs = &answers[file];
        for ((path, ours), theirs) in places.iter().zip(theirs["places"].as_array().into_iter().flatten()) {
            match ours == theirs {
                true => comparison.count("equal places"),
                false => comparison.differ(file, &format!("{path}@"), ours, theirs),
            }
        }
        // SAM it leaves as it is, and loops have a test of their own.
        let text = std::fs::read_to_string(Path::new(ROOT).join(file)).unwrap();
        if !text.contains("AWS::Serverless-2016-10-31") && !file.contains("/language/") && !text.contains("Fn::ForEach")
        {
            compare_values(&mut comparison, file, places, theirs);
        }
    }
    comparison.finish("cloudformation-validate");
}

#[test]
fn loops_become_what_cloudformation_validate_makes_of_them() {
    let mut questions = questions(&["transforms/language"]);
    for file in ["fixtures/cloudformation/11-foreach.yaml", "fixtures/traps/c8_foreach.yaml"] {
        questions.push((file.to_owned(), Vec::new()));
    }
    let answers = answers(&questions);
    let mut comparison = Comparison::default();
    for (file, places) in &questions {
        comparison.count("templates");
        compare_values(&mut comparison, file, places, &answers[file]);
    }
    comparison.finish("cloudformation-validate loops");
}
