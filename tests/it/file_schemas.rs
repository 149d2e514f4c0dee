//! The JSON Schemas of rules, frameworks, profiles and `fasscan.toml`: they take what the loaders take, and refuse the keys
//! that these do not know. What is asked of the loaders is what a changed file makes them say.
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use fasscan::rule::RuleSet;
use fasscan::source::{Diagnostic, Kind, Level, Limits, NodeId, SourceFile, Tree, toml};
use fasscan::{config, framework, profile, rule};
use serde_json::{Map, Value, json};

fn to_json(tree: &Tree, node: NodeId) -> Value {
    match tree.kind(node) {
        Kind::Null => Value::Null,
        Kind::Bool(value) => value.into(),
        Kind::Number(text) => serde_json::from_str(&tree.text(text).replace('_', "")).unwrap(),
        Kind::String(text) => tree.text(text).into(),
        Kind::List { .. } => tree.items(node).iter().map(|item| to_json(tree, *item)).collect(),
        Kind::Map { .. } => {
            let members = tree.members(node).iter();
            Value::Object(members.map(|member| (tree.key(member).to_owned(), to_json(tree, member.value))).collect())
        }
    }
}

fn read(file: &Arc<SourceFile>) -> Value {
    let tree = toml::parse(file, Limits::default()).unwrap();
    to_json(&tree, tree.root())
}

/// A value as TOML: a JSON text is one of TOML, too.
fn inline(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let members: Vec<String> =
                members.iter().map(|(key, value)| format!("{} = {}", json!(key), inline(value))).collect();
            format!("{{ {} }}", members.join(", "))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(inline).collect::<Vec<_>>().join(", ")),
        scalar => scalar.to_string().replace('\u{7f}', "\\u007f"),
    }
}

fn to_toml(value: &Value) -> String {
    let members = value.as_object().unwrap().iter();
    members.map(|(key, value)| format!("{} = {}\n", json!(key), inline(value))).collect()
}

fn files(folder: &str) -> Vec<Arc<SourceFile>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    let mut folders = vec![root.join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "toml") {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
                found.push(Arc::new(SourceFile::new(name, std::fs::read_to_string(&path).unwrap())));
            }
        }
    }
    found.sort_by(|a, b| a.path().cmp(b.path()));
    found
}

/// One kind of file that people write.
struct Written {
    schema: String,
    files: Vec<Arc<SourceFile>>,
    load: fn(&Arc<SourceFile>) -> Vec<Diagnostic>,
}

/// Parameters of built-in rules that there are not, or that have another kind of value.
fn misset(params: &[profile::ParamSetting], file: &Arc<SourceFile>) -> Vec<Diagnostic> {
    let (mut rules, _) = RuleSet::builtin();
    let known = params.iter().filter(|param| fasscan::rule::Builtin::all().iter().any(|rule| rule.id == &*param.rule));
    let set =
        known.filter_map(|param| Some((param, rules.set_param(&param.rule, &param.name, param.value.clone()).err()?)));
    set.map(|(param, error)| Diagnostic::at(Level::Error, file, param.name_span, error.to_string())).collect()
}

fn written() -> [Written; 4] {
    let own = "profiles = [\"pci-cde\", \"./own.toml\"]\nframeworks = [\"soc2-2017\"]\n\
        [params.\"logs-log-group-retention-short\"]\nminimum_days = 365\n\
        [scope]\ntags = { Compliance = \"PCI-DSS\", Env = [\"prod\", \"stage\"] }\n";
    let mut rules = files("rules/aws");
    rules.extend(files("fixtures/rules"));
    rules.extend(files("fixtures/language"));
    [
        Written {
            schema: rule::schema(framework::builtin()),
            files: rules,
            load: |file| rule::load_user(std::slice::from_ref(file), framework::builtin(), RuleSet::default()).1,
        },
        Written {
            schema: framework::schema(),
            files: files("rules/frameworks"),
            load: |file| framework::load(file).err().unwrap_or_default(),
        },
        Written {
            schema: profile::schema(),
            files: files("rules/profiles"),
            load: |file| profile::load(file).map_or_else(|problems| problems, |profile| misset(&profile.params, file)),
        },
        Written {
            schema: config::schema(),
            files: vec![Arc::new(SourceFile::new("fasscan.toml", own))],
            load: |file| config::load(file).map_or_else(|problems| problems, |config| misset(&config.params, file)),
        },
    ]
}

#[test]
fn a_validator_of_others_finds_nothing_wrong_with_the_schemas_and_the_files_that_are_carried() {
    let folder = tempfile::tempdir().unwrap();
    for (index, of) in written().iter().enumerate() {
        let write = |name: String, text: String| -> PathBuf {
            let path = folder.path().join(format!("{index}-{}", name.replace('/', "-")));
            std::fs::write(&path, text).unwrap();
            path
        };
        let mut arguments = vec![write("schema.json".to_owned(), of.schema.clone())];
        let carried =
            of.files.iter().filter(|file| !(of.load)(file).iter().any(|problem| problem.level == Level::Error));
        arguments.extend(carried.map(|file| write(format!("{}.json", file.path()), read(file).to_string())));
        crate::sarif_validators::validate("json-schema.sh", &arguments);
    }
}

#[test]
fn every_key_is_explained() {
    fn walk(whole: &Value, schema: &Value, path: &str, silent: &mut Vec<String>) {
        if let Some(properties) = schema.get("properties").and_then(Value::as_object)
            && schema.get("type").is_some()
        {
            for (key, value) in properties {
                let of = |value: &Value| {
                    value.get("description").and_then(Value::as_str).is_some_and(|text| !text.is_empty())
                };
                let referred = value.get("$ref").and_then(Value::as_str).and_then(|to| whole.pointer(&to[1..]));
                if !of(value) && !referred.is_some_and(of) {
                    silent.push(format!("{path}.{key}"));
                }
            }
        }
        match schema {
            Value::Object(members) => {
                members.iter().for_each(|(key, value)| walk(whole, value, &format!("{path}.{key}"), silent))
            }
            Value::Array(items) => items.iter().for_each(|value| walk(whole, value, path, silent)),
            _ => {}
        }
    }
    for of in written() {
        let mut silent = Vec::new();
        let schema: Value = serde_json::from_str(&of.schema).unwrap();
        walk(&schema, &schema, "", &mut silent);
        assert_eq!(silent, Vec::<String>::new());
    }
}

/// All tables inside of a value, as pointers, with their paths without positions.
fn tables(value: &Value, pointer: &str, path: &str, found: &mut Vec<(String, String)>) {
    match value {
        Value::Object(members) => {
            found.push((pointer.to_owned(), path.to_owned()));
            for (key, value) in members {
                let escaped = key.replace('~', "~0").replace('/', "~1");
                tables(value, &format!("{pointer}/{escaped}"), &format!("{path}/{key}"), found);
            }
        }
        Value::Array(items) => items.iter().enumerate().for_each(|(index, item)| {
            tables(item, &format!("{pointer}/{index}"), path, found);
        }),
        _ => {}
    }
}

/// The ways in which one table may be wrong: a key that is misspelt, missing or too much, and a value of another type.
fn changes(table: &Map<String, Value>) -> Vec<(String, Map<String, Value>)> {
    let mut changes = Vec::new();
    for (position, key) in table.keys().enumerate() {
        for misspelt in [format!("{key}s"), key[..key.len().saturating_sub(1)].to_owned()] {
            let renamed = table.iter().enumerate().map(|(index, (key, value))| {
                (if index == position { misspelt.clone() } else { key.clone() }, value.clone())
            });
            changes.push((format!("{key} as {misspelt}"), renamed.collect()));
        }
        let mut without = table.clone();
        without.shift_remove(key);
        changes.push((format!("without {key}"), without));
        for other in [json!({}), json!([1]), json!(1.5), json!(true)] {
            let mut with = table.clone();
            with.insert(key.clone(), other.clone());
            changes.push((format!("{key} is {other}"), with));
        }
    }
    let extra = json!({
        "path": "A", "attribute": "DeletionPolicy", "by_default": "so", "equals": 1, "exists": true, "absent": "fail",
        "case": "ignore", "match": [{ "path": "A", "exists": true }], "missing": "fail", "quantifier": "each",
        "message": "it is so", "type": "AWS::S3::Bucket", "types": ["AWS::S3::Bucket"], "to": "A", "derived": "user",
        "where": [{ "path": "A", "exists": true }], "section": "Outputs", "s3_public": true, "valid": true, "line": 1,
        "cause": "macro", "at_most": 1, "present": ["A"], "why": "so", "param": "names", "customer": true,
        "profile": "platform", "subnet_internet_routed": true, "evidence": "So.", "description": "So.",
    });
    for (key, value) in extra.as_object().unwrap().iter().filter(|(key, _)| !table.contains_key(*key)) {
        let mut with = table.clone();
        with.insert(key.clone(), value.clone());
        changes.push((format!("with {key}"), with));
    }
    changes
}

/// What a table is, so that one of each kind is changed: where it stands, without the names that a rule chooses, and what it
/// asks. Beside an operator, others are like it.
fn kind_of(path: &str, table: &Map<String, Value>) -> String {
    let mut steps = path.rsplit('/');
    let (last, before) = (steps.next().unwrap_or_default(), steps.next().unwrap_or_default());
    let place = if matches!(before, "related" | "params") { before } else { last };
    let together: Vec<&str> = match path {
        "" => Vec::new(),
        _ => table.keys().map(String::as_str).filter(|key| !matches!(*key, "message" | "case")).collect(),
    };
    format!("{place} {together:?}")
}

/// Whether what a loader says is something that a schema can see: keys, and which of them go together.
fn is_about_shape(problem: &Diagnostic) -> bool {
    let message = problem.message.as_str();
    // Whether it is needed depends on the property.
    let depends = ["`absent` is missing:", "`keys` is missing:"].iter().any(|start| message.starts_with(start))
        || message.contains("asks nothing of a list");
    let shape = [
        "unknown key",
        "unknown operator",
        "is missing",
        "does not go with",
        "do not go together",
        "two subjects",
        "two operators",
        "two questions",
        "is two questions",
        "nothing is asked of",
        "asks nothing",
        "does not say what it looks at",
    ];
    problem.level == Level::Error && !depends && shape.iter().any(|part| message.contains(part))
}

#[test]
fn a_schema_refuses_the_keys_that_the_loader_refuses_and_no_others() {
    let mut seen = BTreeSet::new();
    let (mut tried, mut refused, mut wrong) = (0, 0, Vec::new());
    for of in written() {
        let validator = jsonschema::validator_for(&serde_json::from_str(&of.schema).unwrap()).unwrap();
        for file in &of.files {
            let mut value = read(file);
            // One test is like another.
            if let Some(tests) = value.get_mut("test").and_then(Value::as_array_mut) {
                tests.truncate(1);
            }
            let mut found = Vec::new();
            tables(&value, "", "", &mut found);
            for (pointer, path) in found {
                let table = value.pointer(&pointer).unwrap().as_object().unwrap();
                let what = kind_of(&path, table);
                for (change, changed) in changes(table) {
                    if !seen.insert(format!("{what} {change}")) {
                        continue;
                    }
                    let mut whole = value.clone();
                    *whole.pointer_mut(&pointer).unwrap() = Value::Object(changed);
                    let problems = (of.load)(&Arc::new(SourceFile::new(file.path(), to_toml(&whole))));
                    let valid = validator.is_valid(&whole);
                    tried += 1;
                    let problem = problems.iter().find(|problem| is_about_shape(problem));
                    refused += usize::from(problem.is_some());
                    match problem {
                        Some(problem) if valid => {
                            wrong.push(format!("{}{pointer}: {change}: only the loader says: {problem}", file.path()));
                        }
                        None if !valid && !problems.iter().any(|problem| problem.level == Level::Error) => {
                            let error = validator.iter_errors(&whole).next().unwrap();
                            wrong.push(format!("{}{pointer}: {change}: only the schema says: {error}", file.path()));
                        }
                        _ => {}
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {tried}:\n{}", wrong.len(), wrong[..wrong.len().min(20)].join("\n"));
    assert!(refused > 1000, "{refused} of {tried}");
}
