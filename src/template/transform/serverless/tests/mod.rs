//! What the serverless types become, as a template.

mod events;
mod function;
mod globals;
mod places;
mod policies;

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

    /// Logical ids and types, by id.
    fn resources(&self) -> Vec<String> {
        let resources = self.section("Resources");
        let mut all: Vec<String> =
            resources.iter().map(|(id, resource)| format!("{id} {}", resource["Type"].as_str().unwrap())).collect();
        all.sort();
        all
    }

    fn resource(&self, id: &str) -> Value {
        self.section("Resources").get(id).unwrap_or_else(|| panic!("no `{id}` in {:?}", self.resources())).clone()
    }

    fn properties(&self, id: &str) -> Value {
        self.resource(id)["Properties"].clone()
    }

    /// What is said, each with the first line of the place where it is said.
    fn said(&self) -> Vec<String> {
        let told = |problem: &Problem| match problem {
            Problem::Error(node, message) => format!("error: {message} at {}", self.text_at(*node)),
            Problem::Gap(node, what, _) => format!("gap: {what} at {}", self.text_at(*node)),
        };
        self.problems.iter().map(told).collect()
    }

    fn text_at(&self, node: NodeId) -> String {
        let text = self.tree.span(node).slice(self.tree.file().text());
        text.lines().next().unwrap_or_default().to_owned()
    }

    /// The text where a value of a resource stands, by keys and indices from the resource.
    fn place(&self, id: &str, path: &[&str]) -> String {
        let resources = self.tree.get(self.tree.root(), "Resources").unwrap();
        let mut node = self.tree.get(resources, id).unwrap();
        for step in path {
            node = match step.parse::<usize>() {
                Ok(index) => self.tree.items(node)[index],
                Err(_) => self.tree.get(node, step).unwrap_or_else(|| panic!("no `{step}`")),
            };
        }
        self.text_at(node)
    }
}

/// A template with one function, which has these further properties.
fn function(properties: &str) -> Expanded {
    let mut text = String::from(
        "Transform: AWS::Serverless-2016-10-31\nParameters: {Open: {Type: String}, Known: {Type: String, Default: \
         live}}\nConditions: {Prod: !Equals [!Ref Open, prod]}\nResources:\n  Pay:\n    Type: \
         AWS::Serverless::Function\n    Properties:\n      Handler: app.handler\n      Runtime: \
         python3.13\n      CodeUri: s3://artifacts/pay.zip\n",
    );
    for line in properties.lines() {
        text.push_str(&format!("      {line}\n"));
    }
    expanded(&text)
}
