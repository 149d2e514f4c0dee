//! `HttpApi` events in the definition of their API.

use super::super::api::event::Call;
use super::super::api::{IAM, not_literal, openapi, paths, unreadable};
use super::super::edit::filled;
use super::super::resource::Resource;
use super::super::sam::{Done, Sam, Stop};
use super::super::value::{Value, conditional, list, map, no_value};
use super::definition::setting;
use super::empty;
use crate::source::{Kind, NodeId, Tree};
use crate::template::transform::Draft;

const DEFAULT_PATH: &str = "$default";

/// Whether all that is not routed elsewhere goes to this function, which therefore needs no further permission.
pub(in super::super) fn is_default(sam: &mut Sam<'_, '_>, api: &Resource, function: &str) -> bool {
    let Some((draft, definition)) = sam.definition(api) else { return false };
    let (tree, body) = (&draft.tree, &mut definition.body);
    if !openapi::is_http(tree, body) || !paths::has_integration(tree, body, DEFAULT_PATH, paths::ANY_METHOD) {
        return false;
    }
    let wanted = format!("${{{function}.Arn}}");
    paths::at(tree, body, DEFAULT_PATH, paths::ANY_METHOD).into_iter().all(|definition| {
        let uri = definition.path(tree, &[paths::INTEGRATION, "uri"]);
        let arms = uri.map_or_else(Vec::new, |uri| paths::arms(tree, uri));
        arms.into_iter().all(|uri| {
            uri.get(tree, "Fn::Sub").and_then(|text| text.text(tree)).is_some_and(|text| text.contains(&wanted))
        })
    })
}

/// Adds an event to the definition of its API; `uri` is what it calls.
pub(in super::super) fn integrate(
    sam: &mut Sam<'_, '_>,
    api: &Resource,
    call: &Call,
    uri: Value,
    condition: Option<&str>,
) -> Done<()> {
    let Some((draft, definition)) = sam.definition(api) else { return Ok(()) };
    let (tree, at) = (&draft.tree, call.at);
    definition.admit(call.node)?;
    let is_managed = definition.is_managed;
    let body = &mut definition.body;
    if !openapi::is_http(tree, body) {
        return Err(unreadable(draft, api, "Events"));
    }
    if !paths::has_integration(tree, body, &call.path, &call.method) {
        add_method(tree, body, call, uri, condition);
    } else if is_managed {
        let message = format!("the method `{}` of `{}` is there already", call.method, call.path);
        return Err(Stop::error(call.node, message));
    }
    if let Some(auth) = call.filled(draft, "Auth") {
        add_auth(draft, body, api, call, auth)?;
    }
    for definition in paths::at(tree, body, &call.path, &call.method) {
        for (name, key) in [("TimeoutInMillis", "timeoutInMillis"), ("PayloadFormatVersion", "payloadFormatVersion")] {
            if let Some(node) = call.filled(draft, name)
                && let Some(integration) = definition.get(tree, paths::INTEGRATION)
            {
                integration.set(tree, key, tree.span(node), node);
            }
        }
        for name in path_parameters(&call.path) {
            let Some(parameters) = definition.list_at(tree, "parameters", at) else { continue };
            let is_own = |own: &mut Value| own.get(tree, "name").is_some_and(|own| own.text(tree) == Some(name));
            match parameters.iter_mut().position(is_own).and_then(|own| parameters.get_mut(own)) {
                Some(own) => {
                    own.set(tree, "in", at, "path");
                    own.set(tree, "required", at, true);
                }
                None => {
                    parameters.push(map! { "name" => name.to_owned(), "in" => "path", "required" => true }.at(at));
                }
            }
        }
    }
    Ok(())
}

fn add_method(tree: &Tree, body: &mut Value, call: &Call, uri: Value, condition: Option<&str>) {
    let (at, method) = (call.at, paths::normalized(&call.method));
    let uri = match condition {
        Some(condition) => conditional(condition.to_owned().into(), uri, no_value()),
        None => uri,
    };
    let integration = map! {
        "type" => "aws_proxy", "httpMethod" => "POST", "payloadFormatVersion" => "2.0", "uri" => uri,
    };
    paths::add(tree, body, &call.path, &method, at);
    for item in paths::items(tree, body, &call.path) {
        let Some(definition) = item.get(tree, &method) else { continue };
        definition.set(tree, paths::INTEGRATION, at, integration.clone().at(at));
        if call.path == DEFAULT_PATH && method == paths::ANY_METHOD {
            definition.set(tree, "isDefaultRoute", at, Value::from(true).at(at));
        }
        if !definition.has(tree, "responses") {
            definition.set(tree, "responses", at, empty().at(at));
        }
        if let Some(condition) = condition {
            let own = std::mem::replace(definition, no_value());
            *definition = conditional(condition.to_owned().into(), own, no_value()).at(at);
        }
    }
}

/// The names between the braces of a path.
fn path_parameters(path: &str) -> impl Iterator<Item = &str> {
    path.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name)
}

/// Adds what `Auth` of the event says.
fn add_auth(draft: &Draft<'_>, body: &mut Value, api: &Resource, call: &Call, auth: NodeId) -> Done<()> {
    let tree = &draft.tree;
    if !draft.is_map(auth) {
        return Err(Stop::error(auth, "`Auth` must be a map"));
    }
    let of_api = api.get(draft, "Auth");
    let member = tree.member(auth, "Authorizer").filter(|_| filled(tree, auth, "Authorizer").is_some());
    let at = member.map_or(tree.span(auth), |member| member.key_span);
    let named = member.map(|member| member.value).or_else(|| setting(tree, of_api, "DefaultAuthorizer"));
    let Some(node) = named else {
        return Err(Stop::error(auth, "`Auth` needs an `Authorizer`, or a `DefaultAuthorizer` of the API"));
    };
    let Some(name) = tree.string(node) else { return Err(not_literal(draft, node, "Authorizer")) };
    let own = authorizer(tree, of_api, name, node)?;
    let scopes = setting(tree, Some(auth), "AuthorizationScopes");
    if let Some(scopes) = scopes.filter(|scopes| !draft.is_list(*scopes)) {
        return Err(Stop::error(scopes, "`AuthorizationScopes` must be a list"));
    }
    let scopes = scopes.or_else(|| own.and_then(|own| filled(tree, own, "AuthorizationScopes")));
    let scopes = scopes.filter(|_| own.is_some()).map_or_else(|| list![], Value::Node);
    for definition in paths::at(tree, body, &call.path, &call.method) {
        if let Some(security) = definition.list_at(tree, "security", at) {
            security.push(map! { name.to_owned() => scopes.clone() }.at(at));
        }
    }
    Ok(())
}

/// The authorizer of the API that an event names; none for the names that need none.
fn authorizer(tree: &Tree, auth: Option<NodeId>, name: &str, node: NodeId) -> Done<Option<NodeId>> {
    let enables_iam = auth.and_then(|auth| tree.get(auth, "EnableIamAuthorizer"));
    match name {
        "NONE" if setting(tree, auth, "DefaultAuthorizer").is_some() => Ok(None),
        "NONE" => Err(Stop::error(node, "`NONE` needs a `DefaultAuthorizer` of the API")),
        IAM if enables_iam.is_some_and(|node| matches!(tree.kind(node), Kind::Bool(true))) => Ok(None),
        _ => {
            let found = setting(tree, auth, "Authorizers").and_then(|all| filled(tree, all, name));
            found.map(Some).ok_or_else(|| Stop::error(node, format!("the API has no authorizer `{name}`")))
        }
    }
}
