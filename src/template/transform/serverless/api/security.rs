//! The security of the methods of a REST API: which authorizers and keys each one asks for.

use super::super::value::{Value, list, map};
use super::paths;
use crate::source::{Span, Tree};

/// The name of the authorizer that is IAM.
pub(in super::super) const IAM: &str = "AWS_IAM";

/// What a method says that wants no authorizer.
const NONE: &str = "NONE";

const API_KEY: &str = "api_key";

/// What a method says that wants no key.
const NO_API_KEY: &str = "api_key_false";

const DEFINITIONS: &str = "securityDefinitions";

/// The authorizer of the methods that name none.
pub(super) struct Default<'d> {
    pub(super) name: &'d str,
    pub(super) scopes: Value,
    /// Every authorizer of the API.
    pub(super) authorizers: &'d [String],
    /// Whether it also guards preflight requests.
    pub(super) with_preflight: bool,
    /// Where it is named.
    pub(super) at: Span,
}

impl Default<'_> {
    /// Sets the authorizer on every method that does not say which one it wants.
    pub(super) fn apply(&self, tree: &Tree, body: &mut Value) {
        let mut iam = false;
        for path in paths::entries(tree, body) {
            for (method, definition) in paths::methods_of(tree, &mut path.value) {
                if method == "options" && !self.with_preflight {
                    continue;
                }
                let security = self.security_of(tree, definition);
                if let Some(first) = security.first() {
                    iam |= first.has(tree, IAM);
                    definition.set(tree, "security", self.at, Value::List(security).at(self.at));
                }
            }
        }
        if iam {
            define_iam(tree, body, self.at);
        }
    }

    fn security_of(&self, tree: &Tree, definition: &mut Value) -> Vec<Value> {
        let is_authorizer =
            |entry: &Value| entry.keys(tree).iter().any(|key| key == IAM || self.authorizers.contains(key));
        let (own, mut others): (Vec<Value>, Vec<Value>) =
            security_of(tree, definition).into_iter().partition(is_authorizer);
        if let Some(none) = others.iter().position(|entry| entry.has(tree, NONE)) {
            others.remove(none);
        } else if own.is_empty() {
            others.push(map! { self.name.to_owned() => self.scopes.clone() }.at(self.at));
        } else {
            others.extend(own);
        }
        others
    }
}

/// Sets the authorizer that an event names.
pub(super) fn set_authorizer(
    tree: &Tree,
    body: &mut Value,
    (path, method): (&str, &str),
    name: &str,
    scopes: Value,
    at: Span,
) {
    let mut iam = false;
    for definition in paths::at(tree, body, path, method) {
        let mut security = security_of(tree, definition);
        security.push(map! { name.to_owned() => scopes.clone() }.at(at));
        iam |= security.first().is_some_and(|first| first.has(tree, IAM));
        definition.set(tree, "security", at, Value::List(security).at(at));
    }
    if iam {
        define_iam(tree, body, at);
    }
}

/// Has an event's method ask for a key, or not when the API asks for one.
pub(super) fn set_key(tree: &Tree, body: &mut Value, (path, method): (&str, &str), required: bool, at: Span) {
    let name = if required { API_KEY } else { NO_API_KEY };
    let mut any = false;
    for definition in paths::at(tree, body, path, method) {
        let mut security = security_of(tree, definition);
        security.push(map! { name => list![] }.at(at));
        definition.set(tree, "security", at, Value::List(security).at(at));
        any = true;
    }
    if any && required {
        define_key(tree, body, at);
    }
}

/// Has every method ask for a key, but those that say that they want none.
pub(super) fn require_keys(tree: &Tree, body: &mut Value, with_preflight: bool, at: Span) {
    for path in paths::entries(tree, body) {
        for (method, definition) in paths::methods_of(tree, &mut path.value) {
            let existing = security_of(tree, definition);
            let is_key = |entry: &Value| entry.has(tree, API_KEY) || entry.has(tree, NO_API_KEY);
            let (keys, mut security): (Vec<Value>, Vec<Value>) = existing.iter().cloned().partition(is_key);
            let refused = keys.iter().any(|entry| entry.has(tree, NO_API_KEY));
            if !refused && (method != "options" || with_preflight) {
                security.push(map! { API_KEY => list![] }.at(at));
            }
            let is_changed = security.len() != existing.len()
                || security.iter().zip(&existing).any(|(new, old)| !new.is_same(tree, old));
            if is_changed {
                definition.set(tree, "security", at, Value::List(security).at(at));
            }
        }
    }
}

/// Defines how a request carries a key.
pub(super) fn define_key(tree: &Tree, body: &mut Value, at: Span) {
    define(tree, body, API_KEY, at, map! { "type" => "apiKey", "name" => "x-api-key", "in" => "header" });
}

/// Defines how a request is signed.
fn define_iam(tree: &Tree, body: &mut Value, at: Span) {
    let definition = map! {
        "x-amazon-apigateway-authtype" => "awsSigv4", "type" => "apiKey", "name" => "Authorization", "in" => "header",
    };
    define(tree, body, IAM, at, definition);
}

/// Adds a definition, unless one has the name.
fn define(tree: &Tree, body: &mut Value, name: &str, at: Span, definition: Value) {
    if let Some(definitions) = body.map_at(tree, DEFINITIONS, at)
        && !definitions.has(tree, name)
    {
        definitions.set(tree, name, at, definition.at(at));
    }
}

/// Adds a definition in place of what has the name.
pub(super) fn redefine(tree: &Tree, body: &mut Value, name: &str, at: Span, definition: Value) {
    if let Some(definitions) = body.map_at(tree, DEFINITIONS, at) {
        definitions.set(tree, name, at, definition.at(at));
    }
}

/// What a method asks for already.
fn security_of(tree: &Tree, definition: &mut Value) -> Vec<Value> {
    definition.get(tree, "security").and_then(|security| security.items(tree)).cloned().unwrap_or_default()
}
