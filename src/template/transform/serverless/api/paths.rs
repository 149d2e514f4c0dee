//! Walking the paths of a definition, through the conditions that paths and methods may stand in.

use super::super::value::{Entry, Value};
use crate::source::{Span, Tree};

pub(in super::super) const INTEGRATION: &str = "x-amazon-apigateway-integration";

/// The method that stands for all methods.
pub(in super::super) const ANY_METHOD: &str = "x-amazon-apigateway-any-method";

/// What may stand beside the methods of a path.
const NOT_METHODS: [&str; 3] = ["summary", "description", "parameters"];

/// The name that a method has in a definition.
pub(in super::super) fn normalized(method: &str) -> String {
    let method = method.to_lowercase();
    if method == "any" { ANY_METHOD.to_owned() } else { method }
}

/// What a value is in each arm of its condition: itself where it has none.
pub(in super::super) fn arms<'v>(tree: &Tree, value: &'v mut Value) -> Vec<&'v mut Value> {
    if !value.has(tree, "Fn::If") {
        return vec![value];
    }
    let items = value.get(tree, "Fn::If").and_then(|arguments| arguments.items(tree));
    items.into_iter().flatten().skip(1).filter_map(|arm| (!is_no_value(tree, arm)).then_some(arm)).collect()
}

/// Whether the value is `{"Ref": "AWS::NoValue"}`.
pub(in super::super) fn is_no_value(tree: &Tree, value: &mut Value) -> bool {
    value.get(tree, "Ref").is_some_and(|name| name.text(tree) == Some("AWS::NoValue"))
}

/// The paths of a definition, with their items.
pub(in super::super) fn entries<'v>(tree: &Tree, body: &'v mut Value) -> impl Iterator<Item = &'v mut Entry> {
    body.get(tree, "paths").and_then(|paths| paths.entries(tree)).into_iter().flatten()
}

/// What a path is in each arm of its condition, if it is a map there.
pub(in super::super) fn items_of<'v>(tree: &Tree, path: &'v mut Value) -> impl Iterator<Item = &'v mut Value> {
    arms(tree, path).into_iter().filter(|item| item.is_map(tree))
}

/// The names of the methods of a path, and of what stands beside them.
pub(in super::super) fn keys_of(tree: &Tree, path: &mut Value) -> Vec<String> {
    items_of(tree, path).flat_map(|item| item.keys(tree)).collect()
}

/// What the path of this name is in each arm of its condition.
pub(in super::super) fn items<'v>(tree: &Tree, body: &'v mut Value, path: &str) -> Vec<&'v mut Value> {
    body.path(tree, &["paths", path]).map_or_else(Vec::new, |item| items_of(tree, item).collect())
}

/// The definitions of a method that have an integration.
pub(in super::super) fn at<'v>(tree: &Tree, body: &'v mut Value, path: &str, method: &str) -> Vec<&'v mut Value> {
    let method = normalized(method);
    let found = items(tree, body, path).into_iter().filter_map(|item| item.get(tree, &method));
    let definitions = found.flat_map(|definition| arms(tree, definition));
    definitions.filter_map(|definition| is_integrated(tree, definition).then_some(definition)).collect()
}

/// Every method of a path that has an integration, with its name.
pub(in super::super) fn methods_of<'v>(tree: &Tree, path: &'v mut Value) -> Vec<(String, &'v mut Value)> {
    let mut found = Vec::new();
    for entry in items_of(tree, path).filter_map(|item| item.entries(tree)).flatten() {
        if NOT_METHODS.contains(&entry.key.as_ref()) {
            continue;
        }
        let name = normalized(&entry.key);
        for definition in arms(tree, &mut entry.value) {
            if is_integrated(tree, definition) {
                found.push((name.clone(), definition));
            }
        }
    }
    found
}

/// Whether a method has an integration, whatever the conditions say.
pub(in super::super) fn has_integration(tree: &Tree, body: &mut Value, path: &str, method: &str) -> bool {
    let method = normalized(method);
    let mut items = items(tree, body, path).into_iter().peekable();
    items.peek().is_some()
        && items.all(|item| {
            let definitions = item.get(tree, &method).map_or_else(Vec::new, |definition| arms(tree, definition));
            definitions.into_iter().any(|definition| is_integrated(tree, definition))
        })
}

/// Adds a method to a path, unless it is there.
pub(in super::super) fn add(tree: &Tree, body: &mut Value, path: &str, method: &str, at: Span) {
    let method = normalized(method);
    let Some(paths) = body.map_at(tree, "paths", at) else { return };
    if paths.map_at(tree, path, at).is_none() {
        return;
    }
    for item in items(tree, body, path) {
        item.map_at(tree, &method, at);
    }
}

/// Whether a definition says what is called.
fn is_integrated(tree: &Tree, definition: &mut Value) -> bool {
    definition.get(tree, INTEGRATION).is_some_and(|integration| integration.is_filled(tree))
}

/// The path as a pattern of an ARN: its parameters are wildcards, greedy ones as well with `greedy`.
pub(in super::super) fn as_pattern(path: &str, greedy: bool) -> String {
    let mut pattern = String::with_capacity(path.len());
    let mut rest = path;
    while let Some(start) = rest.find('{') {
        pattern.push_str(&rest[..start]);
        let inner = rest[start + 1..].split_once('}');
        match inner.filter(|(name, _)| is_parameter(name, greedy)) {
            Some((_, after)) => {
                pattern.push('*');
                rest = after;
            }
            None => {
                pattern.push('{');
                rest = &rest[start + 1..];
            }
        }
    }
    pattern.push_str(rest);
    pattern
}

fn is_parameter(name: &str, greedy: bool) -> bool {
    let plain = match name.strip_suffix('+') {
        Some(plain) if greedy || name == "proxy+" => plain,
        _ => name,
    };
    !plain.is_empty() && plain.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}
