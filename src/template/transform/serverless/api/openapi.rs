//! Definitions: Swagger 2.0 and OpenAPI 3, what tells them apart, and the way from one to the other.

use super::super::value::{Value, map, reference};
use super::paths;
use crate::source::{NodeId, Span, Tree};

/// Keys of Swagger 2.0 that OpenAPI 3 has among its `components`.
const MOVED: [(&str, &str); 2] = [("securityDefinitions", "securitySchemes"), ("definitions", "schemas")];

/// The definition of a REST API without paths.
pub(super) fn empty_swagger(at: Span) -> Value {
    map! { "swagger" => "2.0", "info" => info(), "paths" => Value::Map(Vec::new()) }.at(at)
}

/// The definition of an HTTP API without paths.
pub(in super::super) fn empty_openapi(at: Span) -> Value {
    map! { "openapi" => "3.0.1", "info" => info(), "paths" => Value::Map(Vec::new()) }.at(at)
}

fn info() -> Value {
    map! { "version" => "1.0", "title" => reference("AWS::StackName") }
}

/// Whether a text is a version of OpenAPI 3.
pub(in super::super) fn is_version_3(version: &str) -> bool {
    version.strip_prefix('3').is_some_and(is_minor)
}

/// Whether a text is a version that `OpenApiVersion` takes.
pub(super) fn is_version(version: &str) -> bool {
    is_version_3(version) || version.strip_prefix('2').is_some_and(|rest| !rest.is_empty() && is_minor(rest))
}

/// Nothing, `.0` or `.0.0`.
fn is_minor(rest: &str) -> bool {
    let bytes = rest.as_bytes();
    matches!(bytes.len(), 0 | 2 | 4) && bytes.chunks(2).all(|part| part[0] == b'.' && part[1].is_ascii_digit())
}

/// Whether a value is a definition of a REST API that can be added to.
pub(super) fn is_rest(tree: &Tree, body: &mut Value) -> bool {
    has_paths(tree, body)
        && (body.get(tree, "swagger").is_some_and(|version| version.is_filled(tree)) || says_version_3(tree, body))
}

/// Whether a value is a definition of an HTTP API that can be added to.
pub(in super::super) fn is_http(tree: &Tree, body: &mut Value) -> bool {
    has_paths(tree, body) && says_version_3(tree, body)
}

fn has_paths(tree: &Tree, body: &mut Value) -> bool {
    body.get(tree, "paths").is_some_and(|paths| paths.is_map(tree))
}

/// Whether a definition says that it is of OpenAPI 3.
pub(super) fn says_version_3(tree: &Tree, body: &mut Value) -> bool {
    version(tree, body).is_some_and(|version| is_version_3(&version))
}

/// The version of OpenAPI that a definition is of.
pub(super) fn version(tree: &Tree, body: &mut Value) -> Option<String> {
    let version = body.get(tree, "openapi").filter(|version| version.is_filled(tree))?;
    match version {
        Value::Node(node) => tree.scalar(*node).map(str::to_owned),
        version => version.text(tree).map(str::to_owned),
    }
}

/// Makes a definition that was begun as Swagger one of OpenAPI 3.
pub(super) fn begin_version_3(tree: &Tree, body: &mut Value, version: NodeId) {
    let at = tree.span(version);
    let text = tree.scalar(version).unwrap_or_default().to_owned();
    body.set(tree, "openapi", at, Value::from(text).at(at));
    body.take(tree, "swagger");
}

/// Writes what was added to a definition of OpenAPI 3 as that version does; `wanted` is `OpenApiVersion`.
pub(super) fn finish(tree: &Tree, body: &mut Value, wanted: Option<&str>) {
    if body.get(tree, "swagger").is_some() {
        return;
    }
    let is_version_3 = wanted.map_or_else(|| says_version_3(tree, body), is_version_3);
    if !is_version_3 {
        return;
    }
    for (old, new) in MOVED {
        if body.get(tree, old).is_some_and(|definitions| definitions.is_filled(tree))
            && let Some(moved) = body.take(tree, old)
        {
            let at = moved.value.place(tree).or(moved.key_span).unwrap_or_default();
            if let Some(components) = body.map_at(tree, "components", at) {
                components.set(tree, new, at, moved.value);
            }
        }
    }
    for path in paths::entries(tree, body) {
        if let Some(options) = path.value.get(tree, "options") {
            finish_options(tree, options);
        }
    }
}

/// OpenAPI 3 has no `produces`, and the type of a header in a schema.
fn finish_options(tree: &Tree, options: &mut Value) {
    options.take(tree, "produces");
    options.take(tree, "consumes");
    let headers = options.path(tree, &["responses", "200", "headers"]);
    for header in headers.and_then(|headers| headers.entries(tree)).into_iter().flatten() {
        let schema = std::mem::replace(&mut header.value, Value::Map(Vec::new()));
        let at = schema.place(tree);
        let wrapped = map! { "schema" => schema };
        header.value = match at {
            Some(at) => wrapped.at(at),
            None => wrapped,
        };
    }
}
