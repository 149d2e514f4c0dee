//! The definition of an HTTP API, once all events have added to it: what the properties of the API add.

use super::super::api::{openapi, paths, unreadable};
use super::super::edit::{filled, is_filled};
use super::super::resource::Resource;
use super::super::sam::{Done, Stop};
use super::super::value::{Entry, Value, map};
use super::{authorizer, cors, empty};
use crate::source::{NodeId, Span, Tree};
use crate::template::transform::Draft;

const AUTH_KEYS: [&str; 3] = ["Authorizers", "DefaultAuthorizer", "EnableIamAuthorizer"];

/// Properties that stand in the definition.
const ADDED: [&str; 6] = ["CorsConfiguration", "Auth", "Tags", "DisableExecuteApiEndpoint", "Name", "Description"];

const TAG_VALUE: &str = "x-amazon-apigateway-tag-value";

/// Refuses what only a definition in the template can take.
pub(super) fn refuse_additions(draft: &Draft<'_>, resource: &Resource) -> Done<()> {
    match ADDED.iter().find_map(|name| Some((name, resource.filled(draft, name)?))) {
        Some((name, node)) => Err(Stop::error(node, format!("`{name}` needs a `DefinitionBody`"))),
        None => Ok(()),
    }
}

/// Adds what the properties of the API say, and tells whether the API has tags.
pub(super) fn finish(draft: &Draft<'_>, resource: &Resource, mut body: Value) -> Done<(Value, bool)> {
    let tree = &draft.tree;
    if !openapi::is_http(tree, &mut body) {
        return match ADDED.iter().find(|name| resource.filled(draft, name).is_some()) {
            Some(name) => Err(unreadable(draft, resource, name)),
            None => Ok((body, false)),
        };
    }
    let given = |name: &str| resource.filled(draft, name);
    if let Some(node) = given("CorsConfiguration") {
        cors::add(draft, &mut body, node)?;
    }
    if let Some(node) = given("Auth") {
        add_auth(draft, &mut body, node)?;
    }
    add_tags(draft, resource, &mut body);
    if let Some(node) = resource.get(draft, "DisableExecuteApiEndpoint") {
        disable_endpoint(tree, &mut body, node);
    }
    if let Some(name) = given("Name") {
        set_title(tree, &mut body, name)?;
    }
    if let Some(description) = given("Description") {
        set_description(tree, &mut body, description)?;
    }
    if given("FailOnWarnings").is_some()
        && let Some(all) = body.get(tree, "paths")
        && let Some(entry) = all.take(tree, "$default")
    {
        all.set(tree, "/$default", entry.key_span.unwrap_or(resource.key_span), entry.value);
    }
    Ok((body, true))
}

fn add_auth(draft: &Draft<'_>, body: &mut Value, auth: NodeId) -> Done<()> {
    let tree = &draft.tree;
    if let Some(other) = tree.members(auth).iter().find(|member| !AUTH_KEYS.contains(&tree.key(member))) {
        return Err(Stop::error(other.value, format!("`Auth` has no key `{}`", tree.key(other))));
    }
    let authorizers = authorizer::read(draft, auth)?;
    for own in &authorizers {
        let schemes = body.map_at(tree, "components", own.at);
        if let Some(schemes) = schemes.and_then(|components| components.map_at(tree, "securitySchemes", own.at)) {
            schemes.set(tree, &own.name, own.at, own.definition.clone().at(own.at));
        }
    }
    let Some(default) = tree.member(auth, "DefaultAuthorizer").filter(|member| is_filled(tree, member.value)) else {
        return Ok(());
    };
    if draft.is_no_value(default.value) {
        return Ok(());
    }
    let Some(name) = tree.string(default.value) else {
        return Err(super::super::api::not_literal(draft, default.value, "DefaultAuthorizer"));
    };
    let Some(own) = authorizers.iter().find(|own| own.name == name) else {
        return Err(Stop::error(default.value, format!("`Authorizers` has no authorizer `{name}`")));
    };
    set_default(tree, body, own, default.key_span);
    Ok(())
}

/// Sets the authorizer on every method that does not say which one it wants.
fn set_default(tree: &Tree, body: &mut Value, own: &authorizer::Authorizer, at: Span) {
    for path in paths::entries(tree, body) {
        for (method, definition) in paths::methods_of(tree, &mut path.value) {
            let has_security = definition.get(tree, "security").is_some_and(|security| security.is_filled(tree));
            if method != "options" && !has_security {
                let security = map! { own.name.clone() => own.scopes.clone() };
                definition.set(tree, "security", at, Value::List(vec![security.at(at)]).at(at));
            }
        }
    }
}

fn add_tags(draft: &Draft<'_>, resource: &Resource, body: &mut Value) {
    let tree = &draft.tree;
    let place = resource.get(draft, "Tags").map_or(resource.key_span, |tags| tree.span(tags));
    for Entry { key, key_span, value } in super::all_tags(draft, resource) {
        let at = key_span.unwrap_or(place);
        let Some(tags) = body.list_at(tree, "tags", place) else { return };
        let is_own = |tag: &mut Value| tag.get(tree, "name").is_some_and(|name| name.text(tree) == Some(&key));
        match tags.iter_mut().position(is_own).and_then(|own| tags.get_mut(own)) {
            Some(own) => own.set(tree, TAG_VALUE, at, value),
            None => tags.push(map! { "name" => key.to_string(), TAG_VALUE => value }.at(at)),
        }
    }
}

fn disable_endpoint(tree: &Tree, body: &mut Value, node: NodeId) {
    let at = tree.span(node);
    if !body.has(tree, "servers") {
        body.set(tree, "servers", at, Value::List(vec![empty().at(at)]).at(at));
    }
    for server in body.get(tree, "servers").and_then(|servers| servers.items(tree)).into_iter().flatten() {
        if let Some(own) = server.map_at(tree, "x-amazon-apigateway-endpoint-configuration", at) {
            own.set(tree, "disableExecuteApiEndpoint", at, node);
        }
    }
}

fn set_title(tree: &Tree, body: &mut Value, name: NodeId) -> Done<()> {
    let title = body.path(tree, &["info", "title", "Ref"]);
    if title.is_none_or(|title| title.text(tree) != Some("AWS::StackName")) {
        return Err(Stop::error(name, "the definition has a title, and `Name` would be another one"));
    }
    if let Some(info) = body.get(tree, "info") {
        info.set(tree, "title", tree.span(name), name);
    }
    Ok(())
}

fn set_description(tree: &Tree, body: &mut Value, description: NodeId) -> Done<()> {
    let at = tree.span(description);
    if body.path(tree, &["info", "description"]).is_some_and(|own| own.is_filled(tree)) {
        return Err(Stop::error(description, "the definition has a description already"));
    }
    if let Some(info) = body.map_at(tree, "info", at) {
        info.set(tree, "description", at, description);
    }
    Ok(())
}

/// The value of a setting of `Auth`, if it says something.
pub(super) fn setting(tree: &Tree, auth: Option<NodeId>, name: &str) -> Option<NodeId> {
    auth.and_then(|auth| filled(tree, auth, name))
}
