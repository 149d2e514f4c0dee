//! What fasscan reads and resolves, as JSON that can be compared.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use fasscan::inventory::{Inventory, StackId};
use fasscan::source::discover::Input;
use fasscan::source::{FileId, Kind as Node, Level, Limits, Loader, NodeId, Span, Tree};
use fasscan::template::load::load;
use fasscan::template::unit::Environment;
use fasscan::value::{Condition, ConditionId, Kind, Read, ValueId, View, World};
use serde_json::{Map, Value, json};

use crate::oracle::ROOT;

fn loader(root: &Path) -> Loader {
    Loader::new(root, Limits::default())
}

/// The first document of a file, or what is wrong with it.
pub(crate) fn tree(path: &str) -> Result<Arc<Tree>, String> {
    let loader = loader(Path::new(ROOT));
    let said = |all: &[fasscan::source::Diagnostic]| all.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
    let file = loader.read(&Path::new(ROOT).join(path)).map_err(|problem| said(&[problem]))?;
    let documents = loader.parse(&file).map_err(|problems| said(&problems))?;
    documents.trees.into_iter().next().map(Arc::new).ok_or_else(|| "no document".to_owned())
}

/// A number as JSON has it; a whole one that is too long for it is its text.
fn number(text: &str) -> Value {
    if let Ok(whole) = text.parse::<i64>() {
        return whole.into();
    }
    let whole = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    serde_json::from_str(text).ok().filter(|_| !whole).unwrap_or_else(|| text.into())
}

/// A text of these parts: those that are known side by side become one.
fn joined(parts: impl Iterator<Item = Value>) -> Value {
    let mut joined: Vec<Value> = Vec::new();
    for part in parts {
        let text = match &part {
            Value::String(text) => Some(text.clone()),
            Value::Number(_) | Value::Bool(_) => Some(part.to_string()),
            _ => None,
        };
        match (joined.last_mut(), text) {
            (Some(Value::String(last)), Some(text)) => last.push_str(&text),
            (_, Some(text)) => joined.push(text.into()),
            (_, None) => joined.push(part),
        }
    }
    match joined.as_slice() {
        [Value::String(text)] => text.as_str().into(),
        _ => json!({ "$text": joined }),
    }
}

/// What is written, short tags as their long form.
pub(crate) fn written(tree: &Tree, node: NodeId) -> Value {
    match tree.kind(node) {
        Node::Null => Value::Null,
        Node::Bool(truth) => truth.into(),
        Node::Number(text) => number(tree.text(text)),
        Node::String(text) => tree.text(text).into(),
        Node::List { .. } => tree.items(node).iter().map(|item| written(tree, *item)).collect(),
        Node::Map { .. } => {
            let members = tree.members(node).iter();
            Value::Object(members.map(|member| (tree.key(member).to_owned(), written(tree, member.value))).collect())
        }
    }
}

/// A template that was resolved as if it were deployed by itself.
pub(crate) struct Resolved {
    inventory: Inventory,
    /// The errors.
    pub(crate) errors: Vec<String>,
}

/// Resolves a template of the project, or below another folder.
pub(crate) fn resolve(root: &Path, path: &str) -> Result<Resolved, String> {
    let environment = Environment { account: Some("123456789012".into()), region: Some("us-east-1".into()) };
    let loaded = load(&Input::Template { path: root.join(path) }, &loader(root), &environment);
    let error = |said: &fasscan::source::Diagnostic| (said.level == Level::Error).then(|| said.to_string());
    let mut errors: Vec<String> = loaded.diagnostics.iter().filter_map(error).collect();
    let Some(mut unit) = loaded.units.into_iter().next() else { return Err(errors.join("; ")) };
    unit.unit.roots[0].name = "teststack".into();
    let (inventory, diagnostics) = unit.resolve();
    errors.extend(diagnostics.iter().filter_map(error));
    Ok(Resolved { inventory, errors })
}

impl Resolved {
    /// What stands beside the properties, without the metadata, which transforms copy to what they make and nobody deploys.
    fn attributes(&self, id: ValueId) -> Value {
        match self.value(id) {
            Value::Object(mut members) => {
                members.remove("Metadata");
                if members.is_empty() { self.value(ValueId::ABSENT) } else { Value::Object(members) }
            }
            other => other,
        }
    }

    /// The resources by logical id, and the outputs by name, of the template itself.
    pub(crate) fn dump(&self) -> Value {
        let mut resources = Map::new();
        for (_, resource) in self.inventory.resources().filter(|(_, resource)| resource.stack == StackId(0)) {
            let condition = resource.condition.map(|id| self.inventory.values.conditions[id.0 as usize].name.as_ref());
            let shown = json!({
                "type": self.inventory.names.text(resource.type_name),
                "condition": condition,
                "properties": self.value(resource.properties),
                "attributes": self.attributes(resource.attributes),
            });
            resources.insert(resource.logical_id.to_string(), shown);
        }
        let outputs = self.inventory.stacks[0].outputs.iter();
        let outputs: Map<String, Value> =
            outputs.map(|output| (output.name.to_string(), self.value(output.value))).collect();
        json!({ "resources": resources, "outputs": outputs })
    }

    /// Where the keys of resources and properties stand, line and column, by the path to them; what a function makes is left out.
    pub(crate) fn places(&self) -> BTreeMap<String, Value> {
        let mut found = BTreeMap::new();
        for (_, resource) in self.inventory.resources().filter(|(_, resource)| resource.stack == StackId(0)) {
            let path = format!("Resources/{}", resource.logical_id);
            found.insert(path.clone(), self.position(resource.place.file, resource.key_span));
            self.places_below(resource.properties, &format!("{path}/Properties"), &mut found);
        }
        found
    }

    fn places_below(&self, id: ValueId, path: &str, found: &mut BTreeMap<String, Value>) {
        let values = &self.inventory.values;
        match values.kind(id) {
            Kind::Map(range) => {
                for entry in values.entries(range) {
                    let path = format!("{path}/{}", self.inventory.names.text(entry.key));
                    self.places_below(entry.value, &path, found);
                    found.insert(path, self.position(values.place(id).file, entry.key_span));
                }
            }
            Kind::List(range) => {
                for (index, item) in values.items(range).iter().enumerate() {
                    self.places_below(*item, &format!("{path}/{index}"), found);
                }
            }
            _ => {}
        }
    }

    fn position(&self, file: FileId, span: Span) -> Value {
        let place = self.inventory.files.get(file).position(span.start);
        json!([place.line, place.column])
    }

    /// The conditions whose truth no parameter changes.
    pub(crate) fn decided(&self) -> BTreeMap<String, bool> {
        let conditions = &self.inventory.values.conditions;
        let world = World::open();
        let decided = |(index, condition): (usize, &Condition)| {
            Some((condition.name.to_string(), world.condition(conditions, ConditionId(index as u32))?))
        };
        conditions.iter().enumerate().filter_map(decided).collect()
    }

    /// What was there and could not be looked at.
    pub(crate) fn gaps(&self) -> Vec<String> {
        self.inventory.gaps.iter().map(|gap| gap.what.to_string()).collect()
    }

    /// A value as JSON: conditions stay open, parameters have their defaults, and what is not known is an object with one
    /// key that begins with `$`.
    fn value(&self, id: ValueId) -> Value {
        let values = &self.inventory.values;
        match values.kind(id) {
            Kind::Absent => Value::Null,
            Kind::Bool(truth) => truth.into(),
            Kind::Number(text) => number(values.str(text)),
            Kind::Text(text) => values.str(text).into(),
            Kind::List(range) => values.items(range).iter().map(|item| self.value(*item)).collect(),
            Kind::Map(range) => {
                let entries = values.entries(range).iter();
                let entry = |entry: &fasscan::value::Entry| {
                    (self.inventory.names.text(entry.key).to_owned(), self.value(entry.value))
                };
                Value::Object(entries.map(entry).collect())
            }
            Kind::Reference { resource, attribute } => {
                let name = &*self.inventory.resource(resource).logical_id;
                json!({ "$reference": [name, self.inventory.names.text(attribute)] })
            }
            Kind::Concat(range) => joined(values.items(range).iter().map(|part| self.value(*part))),
            Kind::Base64(inner) => match View::new(values, &World::open()).text(id) {
                Read::Known(text) => text.into(),
                _ => json!({ "$base64": self.value(inner) }),
            },
            Kind::If { condition, then, otherwise } => {
                let name = &*values.conditions[condition.0 as usize].name;
                json!({ "$if": [name, self.value(then), self.value(otherwise)] })
            }
            Kind::Choice { variable, arms } => {
                let arms = values.items(arms);
                let default = values.variables[variable.0 as usize].default.map_or(arms.len() - 1, usize::from);
                self.value(arms[default.min(arms.len() - 1)])
            }
            Kind::Unknown(cause) => json!({ "$unknown": values.cause(cause).id() }),
        }
    }
}
