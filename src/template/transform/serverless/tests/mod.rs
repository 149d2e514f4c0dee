//! What the serverless types become, as a template.

use std::sync::Arc;

use rustc_hash::FxHashMap;
use serde_json::{Map, Value};

use crate::source::{Kind, Limits, Loader, NodeId, SourceFile, Tree};
use crate::template::transform::{Deployment, Parameter, Problem, expand};
use crate::template::unit::Environment;

/// A template after its transforms.
struct Expanded {
    tree: Tree,
    problems: Vec<Problem>,
}

/// The template `text`, deployed to `us-east-1`, with the defaults of its parameters.
fn expanded(text: &str) -> Expanded {
    let loader = Loader::new(".", Limits::default());
    let file = Arc::new(SourceFile::new("template.yaml", text));
    let documents = loader.parse(&file).unwrap_or_else(|problems| panic!("{problems:?}"));
    let tree = documents.trees.into_iter().next().expect("a document");
    let mut parameters = FxHashMap::default();
    if let Some(section) = tree.get(tree.root(), "Parameters") {
        for member in tree.members(section) {
            let name = tree.key(member);
            let value = match tree.get(member.value, "Default").and_then(|default| tree.scalar(default)) {
                Some(text) => Parameter::Text(text.into()),
                None => Parameter::Open(crate::value::Cause::ParameterWithoutDefault { name: name.into() }),
            };
            parameters.insert(name, value);
        }
    }
    let included = FxHashMap::default();
    let environment = Environment { account: None, region: Some("us-east-1".into()) };
    let deployment = Deployment { parameters, environment, stack_name: None, included: &included };
    let expansion = expand(&tree, &deployment);
    Expanded { tree: expansion.tree, problems: expansion.problems }
}

fn plain(tree: &Tree, node: NodeId) -> Value {
    match tree.kind(node) {
        Kind::Null => Value::Null,
        Kind::Bool(truth) => truth.into(),
        Kind::Number(text) => serde_json::from_str(tree.text(text)).expect("a number"),
        Kind::String(text) => tree.text(text).into(),
        Kind::List { .. } => tree.items(node).iter().map(|item| plain(tree, *item)).collect(),
        Kind::Map { .. } => Value::Object(
            tree.members(node).iter().map(|member| (tree.key(member).to_owned(), plain(tree, member.value))).collect(),
        ),
    }
}

impl Expanded {
    fn section(&self, name: &str) -> Map<String, Value> {
        match self.tree.get(self.tree.root(), name).map(|node| plain(&self.tree, node)) {
            Some(Value::Object(section)) => section,
            _ => Map::new(),
        }
    }
}

#[test]
fn zz_dump() {
    let Ok(dir) = std::env::var("SAM1_DUMP") else { return };
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|e| e != "yaml") {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let done = expanded(&text);
        let said: Vec<String> = done.problems.iter().map(|p| format!("{p:?}")).collect();
        let all = serde_json::json!({"Resources": done.section("Resources"), "Conditions": done.section("Conditions"), "Outputs": done.section("Outputs"), "said": said});
        std::fs::write(path.with_extension("ours.json"), serde_json::to_string_pretty(&all).unwrap()).unwrap();
    }
}
