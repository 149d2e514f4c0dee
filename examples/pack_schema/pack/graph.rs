//! Types from JSON Schemas.
//!
//! A schema position may be several schemas at once (`$ref`, `oneOf`, `anyOf`, `allOf`), so a node of the graph is a *set*
//! of schemas: sets are made on demand and remembered, which ends because there are finitely many schemas, recursion or
//! not. Then equal nodes are merged by partition refinement, which also merges equal cycles across resources.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value;

const STRING: u32 = 1;
const INTEGER: u32 = 1 << 1;
const NUMBER: u32 = 1 << 2;
const BOOLEAN: u32 = 1 << 3;
const LIST: u32 = 1 << 4;
const OBJECT: u32 = 1 << 5;
const ANY_KIND: u32 = 0x3f;
pub(super) const HAS_ENUM: u32 = 1 << 10;
const ENUM_IGNORES_CASE: u32 = 1 << 11;
const CLOSED: u32 = 1 << 12;
const OPEN: u32 = 1 << 13;

/// A type: what is accepted in one place.
#[derive(Default)]
pub(super) struct Node {
    pub(super) flags: u32,
    pub(super) values: Vec<String>,
    pub(super) item: Option<usize>,
    pub(super) value: Option<usize>,
    /// Sorted by name.
    pub(super) members: Vec<(String, bool, usize)>,
}

#[derive(Default)]
pub(super) struct Graph {
    pub(super) nodes: Vec<Node>,
    by_set: HashMap<Vec<usize>, usize>,
}

impl Graph {
    pub(super) fn add_document(&mut self, document: &Value) -> usize {
        let mut todo = Vec::new();
        let root = self.node(vec![document], &mut todo);
        while let Some((index, set)) = todo.pop() {
            let node = self.build(document, &set, &mut todo);
            if let Some(place) = self.nodes.get_mut(index) {
                *place = node;
            }
        }
        root
    }

    /// The node of a set of schemas. A new one is empty until its turn in `todo` comes.
    fn node<'d>(&mut self, roots: Vec<&'d Value>, todo: &mut Vec<(usize, Vec<&'d Value>)>) -> usize {
        let address = |value: &&Value| std::ptr::from_ref::<Value>(value) as usize;
        let mut key: Vec<usize> = roots.iter().map(address).collect();
        key.sort_unstable();
        key.dedup();
        let next = self.nodes.len();
        let index = *self.by_set.entry(key).or_insert(next);
        if index == next {
            self.nodes.push(Node::default());
            todo.push((index, roots));
        }
        index
    }

    fn build<'d>(&mut self, document: &'d Value, roots: &[&'d Value], todo: &mut Vec<(usize, Vec<&'d Value>)>) -> Node {
        let mut set = Vec::new();
        for root in roots {
            flatten(document, root, &mut set);
        }
        let mut node = Node::default();
        let (mut items, mut values) = (Vec::new(), Vec::new());
        let mut members: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
        for schema in &set {
            node.flags |= kinds(schema);
            items.extend(schema.get("items"));
            items.extend(schema.get("prefixItems").and_then(Value::as_array).into_iter().flatten());
            values.extend(object(schema, "patternProperties").map(|(_, value)| value));
            values.extend(schema.get("additionalProperties").filter(|value| value.is_object()));
            for (name, member) in object(schema, "properties") {
                members.entry(name).or_default().push(member);
            }
            match schema.get("additionalProperties") {
                Some(Value::Bool(true)) => node.flags |= OPEN,
                Some(Value::Bool(false)) => node.flags |= CLOSED,
                _ => {}
            }
        }
        node.flags |= if items.is_empty() { 0 } else { LIST };
        node.flags |= if members.is_empty() && values.is_empty() { 0 } else { OBJECT };
        let required = required(document, roots);
        node.item = (!items.is_empty()).then(|| self.node(items, todo));
        node.value = (!values.is_empty()).then(|| self.node(values, todo));
        for (name, schemas) in members {
            node.members.push((name.to_owned(), required.contains(name), self.node(schemas, todo)));
        }
        if let Some(values) = allowed(document, roots) {
            node.flags |= HAS_ENUM | if set.iter().any(|s| s.get(NO_CASE).is_some()) { ENUM_IGNORES_CASE } else { 0 };
            if node.flags & ANY_KIND == 0 {
                node.flags |= values.values().fold(0, |kinds, kind| kinds | kind);
            }
            node.values = values.into_keys().collect();
            node.values.sort_by_key(|value| value.parse::<i64>().ok());
        }
        node
    }
}

const NO_CASE: &str = "enumCaseInsensitive";

fn object<'d>(schema: &'d Value, key: &str) -> impl Iterator<Item = (&'d str, &'d Value)> {
    schema.get(key).and_then(Value::as_object).into_iter().flatten().map(|(name, value)| (name.as_str(), value))
}

pub(super) fn branches<'d>(schema: &'d Value, key: &str) -> &'d [Value] {
    schema.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn target<'d>(document: &'d Value, schema: &Value) -> Option<&'d Value> {
    document.pointer(schema.get("$ref")?.as_str()?.strip_prefix('#')?)
}

/// The schema and everything it refers to or combines, each once.
fn flatten<'d>(document: &'d Value, schema: &'d Value, set: &mut Vec<&'d Value>) {
    if set.iter().any(|known| std::ptr::eq(*known, schema)) {
        return;
    }
    set.push(schema);
    if let Some(target) = target(document, schema) {
        flatten(document, target, set);
    }
    for branch in ["allOf", "anyOf", "oneOf"].iter().flat_map(|key| branches(schema, key)) {
        flatten(document, branch, set);
    }
}

fn kinds(schema: &Value) -> u32 {
    let of = |name: &Value| match name.as_str() {
        Some("string") => STRING,
        Some("integer") => INTEGER,
        Some("number") => NUMBER,
        Some("boolean") => BOOLEAN,
        Some("array") => LIST,
        Some("object") => OBJECT,
        _ => 0,
    };
    match schema.get("type") {
        Some(Value::Array(names)) => names.iter().fold(0, |kinds, name| kinds | of(name)),
        Some(name) => of(name),
        None => 0,
    }
}

/// The names that every alternative requires.
fn required<'d>(document: &'d Value, alternatives: &[&'d Value]) -> BTreeSet<&'d str> {
    let describes = |schema: &&&'d Value| {
        let mut set = Vec::new();
        flatten(document, schema, &mut set);
        set.iter().any(|schema| schema.get("properties").is_some())
    };
    let sets = alternatives.iter().filter(describes).map(|schema| required_by(document, schema, 0));
    sets.reduce(|a, b| &a & &b).unwrap_or_default()
}

const DEPTH: usize = 32;

fn required_by<'d>(document: &'d Value, schema: &'d Value, depth: usize) -> BTreeSet<&'d str> {
    if depth > DEPTH {
        return BTreeSet::new();
    }
    let mut names: BTreeSet<&str> = branches(schema, "required").iter().filter_map(Value::as_str).collect();
    for part in target(document, schema).into_iter().chain(branches(schema, "allOf")) {
        names.extend(required_by(document, part, depth + 1));
    }
    for key in ["anyOf", "oneOf"] {
        let sets = branches(schema, key).iter().map(|branch| required_by(document, branch, depth + 1));
        names.extend(sets.reduce(|a, b| &a & &b).unwrap_or_default());
    }
    names
}

/// The values that are allowed, with the kind of each; nothing when one alternative allows any value.
fn allowed(document: &Value, alternatives: &[&Value]) -> Option<BTreeMap<String, u32>> {
    let sets: Option<Vec<_>> = alternatives.iter().map(|schema| allowed_by(document, schema, 0)).collect();
    sets?.into_iter().reduce(union)
}

fn allowed_by(document: &Value, schema: &Value, depth: usize) -> Option<BTreeMap<String, u32>> {
    if depth > DEPTH {
        return None;
    }
    let own = [schema.get("const").map(std::slice::from_ref), schema.get("enum").and_then(values)];
    let own = own.into_iter().chain([schema.get(NO_CASE).and_then(values)]).flatten().next();
    if let Some(values) = own {
        return values.iter().map(scalar).collect();
    }
    let mut parts = target(document, schema).into_iter().chain(branches(schema, "allOf"));
    parts.find_map(|part| allowed_by(document, part, depth + 1)).or_else(|| {
        ["anyOf", "oneOf"].iter().find_map(|key| {
            let sets: Option<Vec<_>> =
                branches(schema, key).iter().map(|branch| allowed_by(document, branch, depth + 1)).collect();
            sets?.into_iter().reduce(union)
        })
    })
}

fn values(list: &Value) -> Option<&[Value]> {
    list.as_array().map(Vec::as_slice)
}

fn union(mut a: BTreeMap<String, u32>, b: BTreeMap<String, u32>) -> BTreeMap<String, u32> {
    a.extend(b);
    a
}

fn scalar(value: &Value) -> Option<(String, u32)> {
    match value {
        Value::String(text) => Some((text.clone(), STRING)),
        Value::Number(number) => Some((number.to_string(), if number.is_f64() { NUMBER } else { INTEGER })),
        Value::Bool(value) => Some((value.to_string(), BOOLEAN)),
        _ => None,
    }
}

// --- merging equal nodes

/// The class of every node: two nodes are of one class exactly when no path tells them apart.
pub(super) fn minimise(nodes: &[Node]) -> Vec<usize> {
    let mut classes = vec![0; nodes.len()];
    let mut count = 1;
    loop {
        let mut numbers = HashMap::new();
        let next: Vec<usize> = nodes
            .iter()
            .map(|node| {
                let child = |index: Option<usize>| index.map(|index| class(&classes, index));
                let members: Vec<_> =
                    node.members.iter().map(|(name, needed, index)| (name, needed, class(&classes, *index))).collect();
                let next = numbers.len();
                let signature = (node.flags, &node.values, child(node.item), child(node.value), members);
                *numbers.entry(signature).or_insert(next)
            })
            .collect();
        let grown = numbers.len();
        classes = next;
        if grown <= count {
            return classes;
        }
        count = grown;
    }
}

pub(super) fn class(classes: &[usize], node: usize) -> usize {
    classes.get(node).copied().unwrap_or(0)
}
