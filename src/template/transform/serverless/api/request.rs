//! What an event says about the requests of its method: their model, their parameters, how they are checked.

use super::super::edit::is_filled;
use super::super::sam::{Done, Stop};
use super::super::value::{Entry, Value, map};
use super::openapi;
use super::paths::{self, INTEGRATION};
use crate::source::{Kind, NodeId, Span, Tree};

const VALIDATORS: &str = "x-amazon-apigateway-request-validators";

/// A method of a definition, and the place of what is added to it.
#[derive(Clone, Copy)]
pub(super) struct Method<'m> {
    pub(super) path: &'m str,
    pub(super) method: &'m str,
    pub(super) at: Span,
}

/// Adds `RequestModel`, which names one of the `models` of the API.
pub(super) fn add_model(
    tree: &Tree,
    body: &mut Value,
    at: Method<'_>,
    node: NodeId,
    models: Option<NodeId>,
) -> Done<()> {
    let filled = |name: &str| tree.get(node, name).filter(|node| is_filled(tree, *node));
    let Some(model) = filled("Model") else { return Ok(()) };
    let name = tree.string(model).ok_or_else(|| Stop::error(model, "`Model` must be a text"))?;
    if !models.and_then(|models| tree.get(models, name)).is_some_and(|node| is_filled(tree, node)) {
        return Err(Stop::error(model, format!("the API has no model `{name}` in its `Models`")));
    }
    let required = tree.get(node, "Required");
    let is_version_3 = body.get(tree, "swagger").is_none() && openapi::says_version_3(tree, body);
    for definition in paths::at(tree, body, at.path, at.method) {
        let name = name.to_lowercase();
        let required = required.map(|node| Entry::new("required", node));
        if is_version_3 {
            let schema = map! { "$ref" => format!("#/components/schemas/{name}") };
            let content = map! { "application/json" => map! { "schema" => schema } };
            let mut entries = vec![Entry::new("content", content)];
            entries.extend(required);
            definition.set(tree, "requestBody", at.at, Value::Map(entries).at(at.at));
        } else {
            let schema = map! { "$ref" => format!("#/definitions/{name}") };
            let mut entries = vec![Entry::new("in", "body"), Entry::new("name", name), Entry::new("schema", schema)];
            entries.extend(required);
            push_parameter(tree, definition, Value::Map(entries), at.at);
        }
    }
    add_validator(tree, body, at, node)
}

fn add_validator(tree: &Tree, body: &mut Value, at: Method<'_>, node: NodeId) -> Done<()> {
    let truth = |name: &str| match tree.get(node, name).map(|node| (node, tree.kind(node))) {
        None | Some((_, Kind::Null)) => Ok(None),
        Some((_, Kind::Bool(truth))) => Ok(Some(truth)),
        Some((node, _)) => Err(Stop::error(node, format!("`{name}` must be `true` or `false`"))),
    };
    let (checks_body, checks_parameters) = (truth("ValidateBody")?, truth("ValidateParameters")?);
    if checks_body.is_none() && checks_parameters.is_none() {
        return Ok(());
    }
    let (checks_body, checks_parameters) = (checks_body == Some(true), checks_parameters == Some(true));
    let name = match (checks_body, checks_parameters) {
        (true, true) => "body-and-params",
        (true, false) => "body-only",
        (false, true) => "params-only",
        (false, false) => "no-validation",
    };
    if let Some(validators) = body.map_at(tree, VALIDATORS, at.at)
        && !validators.get(tree, name).is_some_and(|validator| validator.is_filled(tree))
    {
        let validator = map! { "validateRequestBody" => checks_body, "validateRequestParameters" => checks_parameters };
        validators.set(tree, name, at.at, validator.at(at.at));
    }
    for definition in paths::at(tree, body, at.path, at.method) {
        definition.set(tree, "x-amazon-apigateway-request-validator", at.at, Value::from(name).at(at.at));
    }
    Ok(())
}

/// Adds `RequestParameters`.
pub(super) fn add_parameters(tree: &Tree, body: &mut Value, at: Method<'_>, node: NodeId) -> Done<()> {
    for item in tree.items(node) {
        let (name, settings) = match tree.members(*item) {
            [member, ..] => (tree.key(member), Some(member.value)),
            [] => match tree.string(*item) {
                Some(name) => (name, None),
                None => return Err(Stop::error(*item, "a request parameter must be a text or a map")),
            },
        };
        let place = name.strip_prefix("method.request.").and_then(|rest| rest.split_once('.'));
        let Some((place @ ("querystring" | "path" | "header"), short)) = place else {
            let message = "a request parameter must begin with `method.request.` and `querystring`, `path` or `header`";
            return Err(Stop::error(*item, message));
        };
        let setting = |name: &str| settings.and_then(|settings| tree.get(settings, name));
        let required = setting("Required").map_or(Value::Bool(false), Value::Node);
        let parameter = map! {
            "in" => if place == "querystring" { "query".to_owned() } else { place.to_owned() },
            "name" => short.to_owned(),
            "required" => required,
            "type" => "string",
        };
        let is_key = setting("Caching").is_some_and(|caching| is_filled(tree, caching));
        for definition in paths::at(tree, body, at.path, at.method) {
            push_parameter(tree, definition, parameter.clone(), tree.span(*item));
            let integration = definition.get(tree, INTEGRATION).filter(|_| is_key);
            if let Some(keys) = integration.and_then(|own| own.list_at(tree, "cacheKeyParameters", at.at)) {
                keys.push(Value::from(name.to_owned()).at(tree.span(*item)));
            }
        }
    }
    Ok(())
}

fn push_parameter(tree: &Tree, definition: &mut Value, parameter: Value, at: Span) {
    if let Some(parameters) = definition.list_at(tree, "parameters", at) {
        parameters.push(parameter.at(at));
    }
}
