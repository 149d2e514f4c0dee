//! The definition of a REST API, once all events have added to it: what the properties of the API add.

use super::super::edit::{filled, is_filled};
use super::super::resource::Resource;
use super::super::sam::{Done, Sam, Stop};
use super::super::value::{Entry, Value, map};
use super::resource_policy::Policy;
use super::security::{self, IAM};
use super::{Location, authorizer, cors, gateway_response, openapi, paths};
use crate::source::{Kind, NodeId, Tree};
use crate::template::transform::Draft;
use crate::value::Cause;

const AUTH_KEYS: [&str; 8] = [
    "Authorizers",
    "DefaultAuthorizer",
    "InvokeRole",
    "AddDefaultAuthorizerToCorsPreflight",
    "AddApiKeyRequiredToCorsPreflight",
    "ApiKeyRequired",
    "ResourcePolicy",
    "UsagePlan",
];

/// A definition while properties of its API add to it.
struct Definition<'d, 'a> {
    draft: &'d Draft<'a>,
    resource: &'d Resource,
    body: Option<Value>,
    /// `OpenApiVersion`.
    version: Option<String>,
}

/// Where the definition of the API is, or the definition itself.
pub(super) fn of(sam: &mut Sam<'_, '_>, resource: &Resource) -> Done<Option<Location>> {
    let given = sam.take_definition(resource);
    let draft = &*sam.draft;
    let uri = resource.filled(draft, "DefinitionUri");
    if let Some(uri) = uri {
        if given.is_some() {
            return Err(Stop::error(uri, "an API has either a `DefinitionUri` or a `DefinitionBody`"));
        }
        if resource.filled(draft, "MergeDefinitions").is_some() {
            return Err(Stop::error(uri, "`MergeDefinitions` needs a `DefinitionBody`"));
        }
    }
    let version = resource.filled(draft, "OpenApiVersion");
    let version = version.and_then(|node| draft.tree.scalar(node).map(|text| (node, text.to_owned())));
    if let Some((node, text)) = &version
        && !openapi::is_version(text)
    {
        return Err(Stop::error(*node, "`OpenApiVersion` must be a version such as `3.0.1`"));
    }
    let version = version.map(|(_, text)| text);
    let mut definition = Definition { draft, resource, body: given, version };
    definition.add_properties()?;
    if let Some(uri) = uri {
        return Ok(Some(Location::Bucket(super::location::of(draft, uri)?)));
    }
    let Some(mut body) = definition.body else { return Ok(None) };
    openapi::finish(&draft.tree, &mut body, definition.version.as_deref());
    Ok(Some(Location::Inline(body)))
}

impl Definition<'_, '_> {
    /// In the order of the translator: what is added first may be seen by what is added later.
    fn add_properties(&mut self) -> Done<()> {
        let (draft, resource) = (self.draft, self.resource);
        let given = |name: &str| resource.filled(draft, name);
        if let Some(node) = given("Cors") {
            let body = self.inline(node, "Cors")?;
            cors::add(draft, body, resource, node)?;
        }
        if let Some(node) = given("Auth") {
            self.add_auth(node)?;
        }
        if let Some(node) = given("GatewayResponses") {
            let body = self.inline(node, "GatewayResponses")?;
            gateway_response::add(draft, body, node)?;
        }
        if let Some(node) = given("BinaryMediaTypes")
            && self.body.is_some()
        {
            let body = self.inline(node, "BinaryMediaTypes")?;
            let types = slashes(&draft.tree, node);
            body.set(&draft.tree, "x-amazon-apigateway-binary-media-types", draft.tree.span(node), types);
        }
        if let Some(node) = given("Models") {
            self.add_models(node)?;
        }
        if let Some(node) = resource.get(draft, "DisableExecuteApiEndpoint") {
            let body = self.inline(node, "DisableExecuteApiEndpoint")?;
            disable_endpoint(&draft.tree, body, node);
        }
        Ok(())
    }

    /// The definition, if it can be added to.
    fn inline(&mut self, node: NodeId, name: &str) -> Done<&mut Value> {
        let tree = &self.draft.tree;
        let Some(body) = &mut self.body else {
            return Err(Stop::error(node, format!("`{name}` needs a `DefinitionBody`")));
        };
        if openapi::is_rest(tree, body) {
            return Ok(body);
        }
        Err(unreadable(self.draft, self.resource, name))
    }

    fn add_auth(&mut self, auth: NodeId) -> Done<()> {
        let (draft, tree) = (self.draft, &self.draft.tree);
        let stage = self.resource.get(draft, "StageName");
        let body = self.inline(auth, "Auth")?;
        if let Some(other) = tree.members(auth).iter().find(|member| !AUTH_KEYS.contains(&tree.key(member))) {
            return Err(Stop::error(other.value, format!("`Auth` has no key `{}`", tree.key(other))));
        }
        add_authorizers(draft, body, auth)?;
        if let Some(required) = filled(tree, auth, "ApiKeyRequired") {
            let at = tree.member(auth, "ApiKeyRequired").map_or(tree.span(required), |member| member.key_span);
            security::define_key(tree, body, at);
            let with_preflight = holds(tree, auth, "AddApiKeyRequiredToCorsPreflight");
            security::require_keys(tree, body, with_preflight, at);
        }
        if let Some(policy) = filled(tree, auth, "ResourcePolicy") {
            let stage = stage.map_or_else(|| "".into(), Value::Node);
            let mut policy = Policy::open(draft, body, policy)?;
            for path in paths::entries(tree, body) {
                let methods = paths::keys_of(tree, &mut path.value);
                policy.add(&path.key, &methods, &stage)?;
            }
            policy.close(body);
        }
        let version = self.version.clone();
        if let Some(body) = &mut self.body {
            openapi::finish(tree, body, version.as_deref());
        }
        Ok(())
    }

    fn add_models(&mut self, models: NodeId) -> Done<()> {
        let tree = &self.draft.tree;
        let body = self.inline(models, "Models")?;
        for member in tree.members(models) {
            if filled(tree, member.value, "type").is_none() {
                return Err(Stop::error(member.value, format!("model `{}` must have a `type`", tree.key(member))));
            }
            if let Some(definitions) = body.map_at(tree, "definitions", tree.span(models)) {
                definitions.set(tree, &tree.key(member).to_lowercase(), member.key_span, member.value);
            }
        }
        let version = self.version.clone();
        if let Some(body) = &mut self.body {
            openapi::finish(tree, body, version.as_deref());
        }
        Ok(())
    }
}

/// Why a definition cannot be added to: AWS may still expand it, or it is none.
pub(in super::super) fn unreadable(draft: &Draft<'_>, resource: &Resource, name: &str) -> Stop {
    let body = resource.blame(draft, "DefinitionBody");
    if draft.tree.members(body).iter().any(|member| draft.tree.key(member).starts_with("Fn::")) {
        let what = format!("what `{name}` adds to the definition of `{}` is not expanded", resource.id);
        return Stop::gap(body, what, Cause::Macro { name: "AWS::Include".into() });
    }
    Stop::error(body, format!("`{name}` needs a `DefinitionBody` that is an OpenAPI definition with `paths`"))
}

fn add_authorizers(draft: &Draft<'_>, body: &mut Value, auth: NodeId) -> Done<()> {
    let tree = &draft.tree;
    let default = tree.member(auth, "DefaultAuthorizer").filter(|member| is_filled(tree, member.value));
    let authorizers = authorizer::read(draft, auth)?;
    let is_iam = default.is_some_and(|member| tree.string(member.value) == Some(IAM));
    if authorizers.is_empty() && !is_iam {
        return Ok(());
    }
    if let Some(member) = default.filter(|_| is_iam) {
        let definition = map! {
            "type" => "apiKey", "name" => "Authorization", "in" => "header",
            "x-amazon-apigateway-authtype" => "awsSigv4",
        };
        security::redefine(tree, body, IAM, member.key_span, definition);
    }
    for authorizer in &authorizers {
        security::redefine(tree, body, &authorizer.name, authorizer.at, authorizer.definition(draft)?);
    }
    let Some(default) = default else { return Ok(()) };
    let Some(name) = tree.string(default.value) else {
        return Err(super::not_literal(draft, default.value, "DefaultAuthorizer"));
    };
    let own = authorizers.iter().find(|authorizer| authorizer.name == name);
    if own.is_none() && !is_iam {
        return Err(Stop::error(default.value, format!("`Authorizers` has no authorizer `{name}`")));
    }
    let names: Vec<String> = authorizers.iter().map(|authorizer| authorizer.name.clone()).collect();
    let default = security::Default {
        name,
        scopes: own.map_or_else(|| Ok(Value::List(Vec::new())), |own| own.scopes(draft))?,
        authorizers: &names,
        with_preflight: holds(tree, auth, "AddDefaultAuthorizerToCorsPreflight"),
        at: default.key_span,
    };
    default.apply(tree, body);
    Ok(())
}

/// Whether a setting that is on by default is not switched off.
fn holds(tree: &Tree, auth: NodeId, name: &str) -> bool {
    tree.get(auth, name).is_none_or(|node| is_filled(tree, node) && tree.scalar(node) != Some("false"))
}

fn disable_endpoint(tree: &Tree, body: &mut Value, node: NodeId) {
    const CONFIGURATION: &str = "x-amazon-apigateway-endpoint-configuration";
    let at = tree.span(node);
    let set = |value: &mut Value| {
        if let Some(configuration) = value.map_at(tree, CONFIGURATION, at) {
            configuration.set(tree, "disableExecuteApiEndpoint", at, node);
        }
    };
    if !openapi::says_version_3(tree, body) {
        return set(body);
    }
    if !body.has(tree, "servers") {
        body.set(tree, "servers", at, Value::List(vec![Value::empty_map(at)]).at(at));
    }
    body.get(tree, "servers").and_then(|servers| servers.items(tree)).into_iter().flatten().for_each(set);
}

/// The same value with slashes where `~1` stands for them.
fn slashes(tree: &Tree, node: NodeId) -> Value {
    let value = match tree.kind(node) {
        Kind::String(text) if tree.text(text).contains("~1") => tree.text(text).replace("~1", "/").into(),
        Kind::List { .. } => Value::List(tree.items(node).iter().map(|item| slashes(tree, *item)).collect()),
        Kind::Map { .. } => {
            let entry = |member: &crate::source::Member| Entry {
                key: tree.key(member).replace("~1", "/").into(),
                key_span: Some(member.key_span),
                value: slashes(tree, member.value),
            };
            Value::Map(tree.members(node).iter().map(entry).collect())
        }
        _ => return node.into(),
    };
    value.at(tree.span(node))
}
