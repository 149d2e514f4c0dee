//! Makes the built-in rules, frameworks and profiles of `rules/` part of the program.
//!
//! `rules.json` is a list of the rules without their tests and prose, as JSON, which is read faster than TOML; `rules.rs` is a table of
//! them: path, id, resource types, prose, and where in that list the rule is. `sources.rs` has the files themselves, for the commands
//! that test and check rules; `frameworks.json` all frameworks, `profiles.json` all profiles, and `profile_ids.rs` their ids. A file that is not TOML ends the build with its place;
//! everything else that can be wrong with a rule is found by the tests.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use serde_json::{Map, Value};
use toml::de::{DeTable, DeValue};

fn main() {
    println!("cargo::rerun-if-changed=rules");
    println!("cargo::rerun-if-changed=build.rs");
    if let Err(error) = run() {
        println!("cargo::error={error}");
    }
}

fn run() -> Result<(), String> {
    let variable = |name: &str| env::var(name).map_err(|_| format!("{name} is not set"));
    let root = PathBuf::from(variable("CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(variable("OUT_DIR")?);
    let mut rules = String::from("&[\n");
    let mut all = String::from("[");
    let mut sources = String::from("&[\n");
    for path in toml_files(&root, "rules/aws")? {
        let mut rule = read(&root, &path)?;
        rule.remove("test");
        let prose = prose(&mut rule);
        let id = rule.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
        let types = rule.get("select").and_then(|select| select.get("types")).and_then(Value::as_array);
        let mut types: Vec<&str> = types.into_iter().flatten().filter_map(Value::as_str).collect();
        let section = rule.get("select").and_then(|select| select.get("section")).and_then(Value::as_str);
        types.extend(section.and_then(|section| match section {
            "Parameters" => Some("Fasscan::Template::Parameter"),
            "Outputs" => Some("Fasscan::Template::Output"),
            _ => None,
        }));
        let types = format!("&{types:?}");
        let json = Value::Object(rule).to_string();
        if all.len() > 1 {
            all.push(',');
        }
        let start = all.len();
        all.push_str(&json);
        let json = format!("({start}, {})", all.len());
        let _ = writeln!(
            rules,
            "    Builtin {{ path: {path:?}, id: {id:?}, types: {types}, json: {json}, prose: {prose} }},"
        );
        let absolute = root.join(&path);
        let _ = writeln!(sources, "    ({path:?}, include_str!({:?})),", absolute.to_string_lossy());
    }
    rules.push_str("]\n");
    sources.push_str("]\n");
    all.push_str("]\n");
    let mut frameworks = Vec::new();
    for path in toml_files(&root, "rules/frameworks")? {
        frameworks.push(Value::Object(read(&root, &path)?));
    }
    let (mut profiles, mut ids) = (Vec::new(), Vec::new());
    for path in toml_files(&root, "rules/profiles")? {
        ids.push(path.rsplit('/').next().unwrap_or_default().trim_end_matches(".toml").to_owned());
        profiles.push(Value::Object(read(&root, &path)?));
    }
    write(&out.join("profile_ids.rs"), &format!("&{ids:?}"))?;
    write(&out.join("profiles.json"), &Value::Array(profiles).to_string())?;
    write(&out.join("rules.rs"), &rules)?;
    write(&out.join("rules.json"), &all)?;
    write(&out.join("frameworks.json"), &Value::Array(frameworks).to_string())?;
    write(&out.join("sources.rs"), &sources)
}

/// Takes what only reports and documentation say out of a rule, as an expression of `Prose`: it is there without being read.
fn prose(rule: &mut Map<String, Value>) -> String {
    let text = |value: Option<Value>| value.as_ref().and_then(Value::as_str).unwrap_or_default().to_owned();
    let list = |value: Option<&Value>| -> Vec<String> {
        value.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let description = text(rule.remove("description"));
    let references = list(rule.remove("references").as_ref());
    let mut peers = Vec::new();
    for (scanner, ids) in rule.remove("peers").as_ref().and_then(Value::as_object).into_iter().flatten() {
        let ids = ids.as_str().map_or_else(|| list(Some(ids)), |id| vec![id.to_owned()]);
        peers.extend(ids.into_iter().map(|id| (scanner.clone(), id)));
    }
    let controls = rule.remove("control");
    let controls = controls.as_ref().and_then(Value::as_array).into_iter().flatten().map(|control| {
        let text = |key| text(control.get(key).cloned());
        let ids = list(control.get("ids"));
        format!("({:?}, &{ids:?}, {:?}, {:?})", text("framework"), text("strength"), text("rationale"))
    });
    let controls = controls.collect::<Vec<_>>().join(", ");
    let remediation = rule.get_mut("remediation").and_then(Value::as_object_mut).and_then(|part| part.remove("text"));
    let remediation = text(remediation);
    format!(
        "Prose {{ description: {description:?}, references: &{references:?}, peers: &{peers:?}, controls: &[{controls}], remediation: {remediation:?} }}"
    )
}

/// The TOML files below a folder, sorted, relative to `root` with forward slashes.
fn toml_files(root: &Path, folder: &str) -> Result<Vec<String>, String> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(root.join(&folder)).map_err(|error| format!("{folder}: {error}"))?;
        for entry in entries {
            let entry = entry.map_err(|error| format!("{folder}: {error}"))?;
            let path = format!("{folder}/{}", entry.file_name().to_string_lossy());
            if entry.path().is_dir() {
                folders.push(path);
            } else if path.ends_with(".toml") {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}

fn read(root: &Path, path: &str) -> Result<Map<String, Value>, String> {
    let text = fs::read_to_string(root.join(path)).map_err(|error| format!("{path}: {error}"))?;
    let (table, errors) = DeTable::parse_recoverable(&text);
    if let Some(error) = errors.first() {
        let before = text.get(..error.span().map_or(0, |span| span.start)).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        return Err(format!("{path}:{line}:{column}: {}", error.message()));
    }
    to_map(table.get_ref()).map_err(|error| format!("{path}: {error}"))
}

/// A table as JSON, in the order of the file, which the library's own order is not.
fn to_map(table: &DeTable<'_>) -> Result<Map<String, Value>, String> {
    let mut members: Vec<_> = table.iter().collect();
    members.sort_by_key(|(key, _)| key.span().start);
    members.into_iter().map(|(key, value)| Ok((key.get_ref().to_string(), to_json(value.get_ref())?))).collect()
}

/// The same value as JSON; dates become text.
fn to_json(value: &DeValue<'_>) -> Result<Value, String> {
    let number = |text: &str| serde_json::from_str(text).map_err(|_| format!("`{text}` is not a number for a rule"));
    Ok(match value {
        DeValue::String(text) => Value::String(text.to_string()),
        DeValue::Integer(integer) => number(integer.as_str())?,
        DeValue::Float(float) => number(float.as_str())?,
        DeValue::Boolean(value) => Value::Bool(*value),
        DeValue::Datetime(date) => Value::String(date.to_string()),
        DeValue::Array(items) => {
            Value::Array(items.iter().map(|item| to_json(item.get_ref())).collect::<Result<_, _>>()?)
        }
        DeValue::Table(table) => Value::Object(to_map(table)?),
    })
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
}
