//! Events that are a path of an API: what they name, and what they add to the definition of a REST API.

use super::super::edit::filled;
use super::super::resource::Resource;
use super::super::sam::{Done, Sam, Stop};
use super::super::value::{Value, conditional, list, no_value, reference};
use super::implicit::Kind;
use super::openapi;
use super::paths::{self, INTEGRATION};
use super::request::{self, Method};
use super::resource_policy::Policy;
use super::security::{self, IAM};
use crate::source::{NodeId, Span, Tree};
use crate::template::transform::Draft;

/// A method of an API, as an event names it.
pub(in super::super) struct Call {
    /// The logical id of the API.
    pub(in super::super) api: String,
    /// Whether the event names the API, and does not imply it.
    pub(in super::super) names_api: bool,
    /// What refers to the API.
    pub(in super::super) api_value: Value,
    pub(in super::super) path: String,
    /// As it is written.
    pub(in super::super) method: String,
    /// The event.
    pub(in super::super) node: NodeId,
    properties: Option<NodeId>,
    /// Where the name of the event stands.
    pub(in super::super) at: Span,
}

impl Call {
    /// Reads the properties of an event.
    pub(in super::super) fn read(
        draft: &Draft<'_>,
        kind: &Kind,
        node: NodeId,
        properties: Option<NodeId>,
        at: Span,
    ) -> Done<Self> {
        let tree = &draft.tree;
        let get = |name: &str| properties.and_then(|properties| draft.present(properties, name));
        let given = get(kind.property).map(|member| member.value);
        let name = given.map(|given| tree.get(given, "Ref").unwrap_or(given));
        let Some(api) = name.map_or(Some(kind.id), |name| tree.string(name)) else {
            return Err(not_api(given.unwrap_or(node), kind));
        };
        let text = |name: &str| match get(name).map(|member| (member.value, tree.string(member.value))) {
            None => Ok(None),
            Some((_, Some(""))) if kind.has_default_route => Ok(None),
            Some((_, Some(text))) => Ok(Some(text.to_owned())),
            Some((node, None)) => Err(super::not_literal(draft, node, name)),
        };
        let (path, method) = match (text("Path")?, text("Method")?) {
            (Some(path), Some(method)) => (path, method),
            (None, None) if kind.has_default_route => ("$default".to_owned(), paths::ANY_METHOD.to_owned()),
            _ => return Err(Stop::error(node, "the event must have a `Path` and a `Method`")),
        };
        Ok(Self {
            api: api.to_owned(),
            names_api: given.is_some(),
            api_value: given.map_or_else(|| reference(api.to_owned()), Value::Node),
            path,
            method,
            node,
            properties,
            at,
        })
    }

    /// A property of the event, unless it is `null`.
    pub(in super::super) fn get(&self, draft: &Draft<'_>, name: &str) -> Option<NodeId> {
        draft.present(self.properties?, name).map(|member| member.value)
    }

    /// A property of the event with anything in it.
    pub(in super::super) fn filled(&self, draft: &Draft<'_>, name: &str) -> Option<NodeId> {
        filled(&draft.tree, self.properties?, name)
    }

    /// The API that the event names, or implies.
    pub(in super::super) fn api_of(&self, sam: &Sam<'_, '_>, kind: &Kind) -> Done<Resource> {
        let found = sam.resource(&self.api);
        let is_other =
            |api: &&Resource| api.kind.as_ref() == "AWS::Serverless::HttpApi" && api.kind.as_ref() != kind.api;
        match found.filter(|api| !is_other(api)) {
            Some(api) => Ok(api.clone()),
            None => Err(not_api(self.get(sam.draft, kind.property).unwrap_or(self.node), kind)),
        }
    }

    /// The method as part of an ARN, and the path as one: without a slash at its end, its parameters as wildcards.
    pub(in super::super) fn route(&self, is_greedy: bool) -> (String, String) {
        let method = match paths::normalized(&self.method).as_str() {
            paths::ANY_METHOD => "*".to_owned(),
            _ => self.method.to_uppercase(),
        };
        let path = self.path.strip_suffix('/').filter(|path| !path.is_empty()).unwrap_or(&self.path);
        (method, paths::as_pattern(path, is_greedy))
    }

    fn method(&self) -> Method<'_> {
        Method { path: &self.path, method: &self.method, at: self.at }
    }
}

fn not_api(node: NodeId, kind: &Kind) -> Stop {
    let message = format!("`{}` must name an `{}` of the template", kind.property, kind.api);
    Stop::error(node, message)
}

/// What a method of a REST API calls.
pub(in super::super) struct Integration {
    /// The value of the integration, `credentials` for IAM apart.
    pub(in super::super) value: Value,
    /// What the method answers.
    pub(in super::super) responses: Value,
    /// The condition of what is called.
    pub(in super::super) condition: Option<String>,
    /// Whether it is a function: it is called with the permissions of the caller where the API asks for IAM.
    pub(in super::super) is_function: bool,
}

/// The stage of an API that its events name: its name, or `Stage` where that is decided at deployment.
pub(in super::super) fn stage_of(draft: &Draft<'_>, api: &Resource) -> Done<String> {
    let Some(name) = api.get(draft, "StageName") else { return Ok("Stage".to_owned()) };
    match draft.tree.string(name) {
        Some("") => Err(Stop::error(name, "`StageName` must not be empty")),
        Some(text) => Ok(text.to_owned()),
        None => Ok("Stage".to_owned()),
    }
}

/// Adds an event to the definition of its API, if that is not written by hand.
pub(in super::super) fn integrate(
    sam: &mut Sam<'_, '_>,
    api: &Resource,
    call: &Call,
    integration: &Integration,
) -> Done<()> {
    let auth = api.get(sam.draft, "Auth").map(|auth| sam.draft.with_parameters(auth));
    let stage = stage_of(sam.draft, api)?;
    let merges = api.filled(sam.draft, "MergeDefinitions").is_some() && integration.is_function;
    let Some((draft, definition)) = sam.definition(api) else { return Ok(()) };
    definition.admit(call.node)?;
    let context = Context { draft, api, call, auth, stage };
    if definition.is_managed || merges {
        let mut own = merges.then(|| openapi::empty_swagger(call.at));
        let body = own.as_mut().unwrap_or(&mut definition.body);
        if !openapi::is_rest(&draft.tree, body) {
            return Err(super::unreadable(draft, api, "Events"));
        }
        context.add(body, integration)?;
        if let Some(own) = own {
            context.merge(own, &mut definition.body);
        }
    }
    if integration.is_function { context.override_auth(&mut definition.body) } else { Ok(()) }
}

/// An event while it is added to a definition.
struct Context<'c, 'a> {
    draft: &'c Draft<'a>,
    api: &'c Resource,
    call: &'c Call,
    /// `Auth` of the API, with the values of parameters.
    auth: Option<NodeId>,
    stage: String,
}

impl Context<'_, '_> {
    fn add(&self, body: &mut Value, integration: &Integration) -> Done<()> {
        let (draft, call, tree) = (self.draft, self.call, &self.draft.tree);
        if paths::has_integration(tree, body, &call.path, &call.method) {
            let message = format!("the method `{}` of `{}` is there already", call.method, call.path);
            return Err(Stop::error(call.node, message));
        }
        let auth = call.filled(draft, "Auth");
        if let Some(auth) = auth.filter(|auth| !draft.is_map(*auth)) {
            return Err(Stop::error(auth, "`Auth` must be a map"));
        }
        let mut value = integration.value.clone();
        if integration.is_function
            && let Some(credentials) = self.credentials(auth)
        {
            value.set(tree, "credentials", call.at, credentials);
        }
        add_method(tree, body, call, &value, integration);
        if let Some(auth) = auth {
            self.add_auth(body, auth)?;
        }
        let method = call.method();
        if let Some(timeout) = call.filled(draft, "TimeoutInMillis") {
            for definition in paths::at(tree, body, &call.path, &call.method) {
                if let Some(own) = definition.get(tree, INTEGRATION) {
                    own.set(tree, "timeoutInMillis", tree.span(timeout), timeout);
                }
            }
        }
        if let Some(model) = call.filled(draft, "RequestModel") {
            request::add_model(tree, body, method, model, self.api.get(draft, "Models"))?;
        }
        if let Some(parameters) = call.filled(draft, "RequestParameters") {
            request::add_parameters(tree, body, method, parameters)?;
        }
        Ok(())
    }

    /// With which permissions a method that asks for IAM calls its function: those of the caller, if nothing else is
    /// said.
    fn credentials(&self, own: Option<NodeId>) -> Option<Value> {
        let tree = &self.draft.tree;
        let text = |map: Option<NodeId>, name: &str| {
            map.and_then(|map| tree.get(map, name)).and_then(|node| tree.string(node))
        };
        let asks = text(own, "Authorizer") == Some(IAM)
            || (own.is_none() && text(self.auth, "DefaultAuthorizer") == Some(IAM));
        if !asks {
            return None;
        }
        let role = |map: Option<NodeId>| {
            let given = map.and_then(|map| tree.get(map, "InvokeRole"))?;
            // An empty role is none.
            Some(filled(tree, map?, "InvokeRole").and(Some(given)))
        };
        let caller = || Value::from(format!("arn:{}:iam::*:user/*", self.draft.partition()));
        match role(own).or_else(|| role(self.auth)) {
            None => Some(caller()),
            Some(None) => None,
            Some(Some(role)) => match tree.string(role) {
                Some("NONE") => None,
                Some("CALLER_CREDENTIALS") => Some(caller()),
                _ => Some(role.into()),
            },
        }
    }

    /// Adds what `Auth` of the event says.
    fn add_auth(&self, body: &mut Value, auth: NodeId) -> Done<()> {
        let (draft, call, tree) = (self.draft, self.call, &self.draft.tree);
        let route = (call.path.as_str(), call.method.as_str());
        let authorizer = tree.member(auth, "Authorizer").filter(|_| filled(tree, auth, "Authorizer").is_some());
        let scopes = filled(tree, auth, "AuthorizationScopes");
        if let Some(scopes) = scopes {
            if !draft.is_list(scopes) {
                return Err(Stop::error(scopes, "`AuthorizationScopes` must be a list"));
            }
            if authorizer.is_none() {
                return Err(Stop::error(scopes, "`AuthorizationScopes` needs an `Authorizer`"));
            }
        }
        if let Some(member) = authorizer {
            let Some(name) = tree.string(member.value) else {
                return Err(super::not_literal(draft, member.value, "Authorizer"));
            };
            let defined = self.authorizer(name, member.value)?;
            let scopes = draft.present(auth, "AuthorizationScopes").map(|member| member.value).or_else(|| {
                defined.and_then(|defined| draft.present(defined, "AuthorizationScopes")).map(|member| member.value)
            });
            let scopes = scopes.filter(|_| defined.is_some()).map_or_else(|| list![], Value::Node);
            security::set_authorizer(tree, body, route, name, scopes, member.key_span);
        }
        if let Some(member) = draft.present(auth, "ApiKeyRequired") {
            let required = filled(tree, auth, "ApiKeyRequired").is_some();
            let of_api = self.auth.and_then(|auth| filled(tree, auth, "ApiKeyRequired"));
            if !required && of_api.is_none() {
                return Err(Stop::error(member.value, "the API does not require a key"));
            }
            security::set_key(tree, body, route, required, member.key_span);
        }
        if let Some(policy) = filled(tree, auth, "ResourcePolicy") {
            let methods = body.path(tree, &["paths", &call.path]).map(|path| paths::keys_of(tree, path));
            let mut policy = Policy::open(draft, body, policy)?;
            policy.add(&call.path, &methods.unwrap_or_default(), &self.stage.clone().into())?;
            policy.close(body);
        }
        Ok(())
    }

    /// The authorizer of the API that an event names; none for the names that need none.
    fn authorizer(&self, name: &str, node: NodeId) -> Done<Option<NodeId>> {
        let tree = &self.draft.tree;
        let of_api = |key: &str| self.auth.and_then(|auth| filled(tree, auth, key));
        match name {
            IAM => Ok(None),
            "NONE" if of_api("DefaultAuthorizer").is_some() => Ok(None),
            "NONE" => Err(Stop::error(node, "`NONE` needs a `DefaultAuthorizer` of the API")),
            _ => {
                let found = of_api("Authorizers").and_then(|authorizers| filled(tree, authorizers, name));
                found.map(Some).ok_or_else(|| Stop::error(node, format!("the API has no authorizer `{name}`")))
            }
        }
    }

    /// Where an event asks for it, its `Auth` also goes into a definition that is written by hand.
    fn override_auth(&self, body: &mut Value) -> Done<()> {
        let Some(auth) = self.call.filled(self.draft, "Auth") else { return Ok(()) };
        let tree = &self.draft.tree;
        if filled(tree, auth, "OverrideApiAuth").is_none() {
            return Ok(());
        }
        if ["Authorizer", "ApiKeyRequired", "ResourcePolicy"].iter().all(|name| filled(tree, auth, name).is_none()) {
            let message = "`OverrideApiAuth` needs an `Authorizer`, `ApiKeyRequired` or `ResourcePolicy`";
            return Err(Stop::error(auth, message));
        }
        if !openapi::is_rest(tree, body) {
            return Err(super::unreadable(self.draft, self.api, "OverrideApiAuth"));
        }
        self.add_auth(body, auth)
    }

    /// Adds the method to a definition that is written by hand, over what that says.
    fn merge(&self, mut own: Value, body: &mut Value) {
        let (call, tree) = (self.call, &self.draft.tree);
        let method = paths::normalized(&call.method);
        let generated = own.path(tree, &["paths", &call.path, &method]).and_then(|method| method.entries(tree));
        let generated = generated.map(std::mem::take).unwrap_or_default();
        let Some(all) = body.map_at(tree, "paths", call.at) else { return };
        let item = all.map_at(tree, &call.path, call.at);
        let Some(merged) = item.and_then(|item| item.map_at(tree, &call.method.to_lowercase(), call.at)) else {
            return;
        };
        for entry in generated {
            merged.set(tree, &entry.key, entry.key_span.unwrap_or(call.at), entry.value);
        }
    }
}

/// Adds a method to every arm of its path.
fn add_method(tree: &Tree, body: &mut Value, call: &Call, value: &Value, integration: &Integration) {
    let at = call.at;
    let method = paths::normalized(&call.method);
    paths::add(tree, body, &call.path, &method, at);
    for item in paths::items(tree, body, &call.path) {
        let Some(definition) = item.get(tree, &method) else { continue };
        definition.set(tree, INTEGRATION, at, value.clone().at(at));
        if !definition.has(tree, "responses") {
            definition.set(tree, "responses", at, integration.responses.clone().at(at));
        }
        if let Some(condition) = &integration.condition {
            let own = std::mem::replace(definition, no_value());
            *definition = conditional(condition.clone().into(), own, no_value()).at(at);
        }
    }
}
