//! APIs that nobody wrote: what the events of a template imply when they name no API. And the definitions of all APIs
//! that have none: which paths and methods they will have, and under which conditions.

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;

use super::super::edit::is_filled;
use super::super::resource::Resource;
use super::super::sam::Sam;
use super::super::value::{Entry, Value, conditional, no_value};
use super::event::Call;
use super::{conditions, openapi, paths};
use crate::source::{NodeId, Span};

/// A kind of API that events imply.
pub(in super::super) struct Kind {
    /// The serverless type.
    pub(in super::super) api: &'static str,
    /// The type of the events.
    pub(in super::super) event: &'static str,
    /// The property of an event that names its API.
    pub(in super::super) property: &'static str,
    /// The logical id of the API that is implied.
    pub(in super::super) id: &'static str,
    /// A path and a method are given together or not at all.
    pub(in super::super) has_default_route: bool,
    empty: fn(Span) -> Value,
    stage: Option<&'static str>,
}

/// REST APIs.
pub(in super::super) const REST: Kind = Kind {
    api: "AWS::Serverless::Api",
    event: "Api",
    property: "RestApiId",
    id: "ServerlessRestApi",
    has_default_route: false,
    empty: openapi::empty_swagger,
    stage: Some("Prod"),
};

/// HTTP APIs.
pub(in super::super) const HTTP: Kind = Kind {
    api: "AWS::Serverless::HttpApi",
    event: "HttpApi",
    property: "ApiId",
    id: "ServerlessHttpApi",
    has_default_route: true,
    empty: openapi::empty_openapi,
    stage: None,
};

/// The resources whose events are looked at.
const CALLED: [&str; 2] = ["AWS::Serverless::Function", "AWS::Serverless::StateMachine"];

/// A method that an event adds to an API.
struct Use {
    call: Call,
    /// What the event calls.
    owner: Resource,
    condition: Option<String>,
}

/// Adds the API that events imply, and begins the definitions of the APIs that have none.
pub(in super::super) fn imply(sam: &mut Sam<'_, '_>, kind: &Kind) {
    begin_definitions(sam, kind);
    let uses = uses(sam, kind);
    if let Some(first) = uses.iter().find(|one| one.call.api == kind.id) {
        imply_api(sam, kind, &uses, first.call.at);
    }
    for one in &uses {
        add_path(sam, &one.call);
        if kind.has_default_route {
            add_route_settings(sam, one);
        }
    }
    make_conditional(sam, &uses);
}

fn begin_definitions(sam: &mut Sam<'_, '_>, kind: &Kind) {
    let apis: Vec<Resource> = sam.resources().filter(|resource| resource.kind.as_ref() == kind.api).cloned().collect();
    for api in apis {
        let is_given = |name: &str| api.filled(sam.draft, name).is_some();
        if !is_given("DefinitionBody") && !is_given("DefinitionUri") {
            sam.begin_definition(&api, (kind.empty)(api.key_span), true);
        }
    }
}

/// The methods that events add. What is wrong with an event is said when it is expanded.
fn uses(sam: &Sam<'_, '_>, kind: &Kind) -> Vec<Use> {
    let tree = &sam.draft.tree;
    let mut found = Vec::new();
    for owner in sam.resources().filter(|resource| CALLED.contains(&resource.kind.as_ref())) {
        let Some(events) = owner.get(sam.draft, "Events") else { continue };
        let condition = text_of(sam, owner, "Condition");
        for member in tree.members(events) {
            let is_kind = tree.get(member.value, "Type").and_then(|kind| tree.string(kind)) == Some(kind.event);
            let properties = tree.get(member.value, "Properties").filter(|node| is_filled(tree, *node));
            if found.len() == super::MOST_EVENTS {
                return found;
            }
            if !is_kind || (properties.is_none() && !kind.has_default_route) {
                continue;
            }
            if let Ok(call) = Call::read(sam.draft, kind, member.value, properties, member.key_span) {
                found.push(Use { call, owner: owner.clone(), condition: condition.clone() });
            }
        }
    }
    found
}

fn text_of(sam: &Sam<'_, '_>, resource: &Resource, attribute: &str) -> Option<String> {
    resource.attribute(sam.draft, attribute).and_then(|node| sam.draft.tree.string(node)).map(str::to_owned)
}

fn imply_api(sam: &mut Sam<'_, '_>, kind: &Kind, uses: &[Use], at: Span) {
    let uses: Vec<&Use> = uses.iter().filter(|one| one.call.api == kind.id).collect();
    let mut properties: Vec<Entry> = kind.stage.map(|stage| Entry::new("StageName", stage)).into_iter().collect();
    let tags = tags(sam, &uses);
    if !tags.is_empty() {
        properties.push(Entry::new("Tags", tags));
        properties.push(Entry::new("PropagateTags", true));
    }
    sam.imply(kind.id, kind.api, &properties.into(), at);
    if let Some(api) = sam.resource(kind.id).cloned() {
        sam.begin_definition(&api, (kind.empty)(at), true);
    }
    let conditions: Option<BTreeSet<String>> = uses.iter().map(|one| one.condition.clone()).collect();
    if let Some(conditions) = conditions {
        let name = one_condition(sam, format!("{}Condition", kind.id), &conditions, at);
        let name = sam.draft.text(at, &name);
        sam.set_attribute(kind.id, "Condition", name);
    }
    for (attribute, by_strength) in
        [("DeletionPolicy", &["Retain", "Delete"][..]), ("UpdateReplacePolicy", &["Retain", "Snapshot", "Delete"])]
    {
        let policies: Vec<String> = uses.iter().filter_map(|one| text_of(sam, &one.owner, attribute)).collect();
        if let Some(policy) = by_strength.iter().find(|policy| policies.iter().any(|own| own == *policy)) {
            let policy = sam.draft.text(at, policy);
            sam.set_attribute(kind.id, attribute, policy);
        }
    }
}

/// The tags that the callers pass on to the API, as they are written or as the globals give them.
fn tags(sam: &Sam<'_, '_>, uses: &[&Use]) -> Vec<Entry> {
    let tree = &sam.draft.tree;
    let mut tags: Vec<Entry> = Vec::new();
    for one in uses.iter().filter(|one| !one.call.names_api) {
        let section = one.owner.kind.rsplit("::").next().unwrap_or_default();
        let globals = tree.at(tree.root(), &["Globals", section]);
        let given = |name: &str| -> Option<NodeId> {
            let global = globals.and_then(|globals| tree.get(globals, name)).filter(|node| is_filled(tree, *node));
            one.owner.filled(sam.draft, name).or(global)
        };
        let (Some(own), Some(_)) = (given("Tags"), given("PropagateTags")) else { continue };
        for member in tree.members(own) {
            let key = tree.key(member);
            tags.retain(|tag| tag.key != key);
            tags.push(Entry {
                key: key.to_owned().into(),
                key_span: Some(member.key_span),
                value: member.value.into(),
            });
        }
    }
    tags
}

fn add_path(sam: &mut Sam<'_, '_>, call: &Call) {
    let draft = &*sam.draft;
    if let Some(definition) = sam.apis.definitions.get_mut(call.api.as_str()).filter(|own| own.is_managed) {
        paths::add(&draft.tree, &mut definition.body, &call.path, &call.method, call.at);
    }
}

/// The settings that an event has for its route stand among those of the API.
fn add_route_settings(sam: &mut Sam<'_, '_>, one: &Use) {
    let call = &one.call;
    let Some(settings) = call.get(sam.draft, "RouteSettings") else { return };
    let Some(api) = sam.resource(&call.api).cloned().filter(|api| api.kind.as_ref() == HTTP.api) else { return };
    let route = match call.method.as_str() {
        paths::ANY_METHOD => call.path.clone(),
        method => format!("{} {}", method.to_uppercase(), call.path),
    };
    let tree = &sam.draft.tree;
    let mut properties = api.properties.map_or_else(|| Value::empty_map(call.at), Value::Node);
    let Some(all) = properties.map_at(tree, "RouteSettings", call.at) else { return };
    let mut added = match &one.condition {
        Some(condition) => conditional(condition.clone().into(), settings, no_value()),
        None => settings.into(),
    };
    if let Some(own) = all.map_at(tree, &route, call.at) {
        for entry in added.entries(tree).map(std::mem::take).unwrap_or_default() {
            own.set(tree, &entry.key, entry.key_span.unwrap_or(call.at), entry.value);
        }
    }
    let properties = properties.build(sam.draft, call.at);
    sam.set_properties(&call.api, properties);
}

/// A path is there when one of its methods is.
fn make_conditional(sam: &mut Sam<'_, '_>, uses: &[Use]) {
    let mut by_path: FxHashMap<(&str, &str), Option<BTreeSet<String>>> = FxHashMap::default();
    for one in uses {
        let conditions = by_path.entry((&one.call.api, &one.call.path)).or_insert_with(|| Some(BTreeSet::new()));
        match &one.condition {
            Some(condition) => _ = conditions.as_mut().map(|conditions| conditions.insert(condition.clone())),
            None => *conditions = None,
        }
    }
    for Call { api, path, at, .. } in uses.iter().map(|one| &one.call) {
        let is_managed = sam.apis.definitions.get(api.as_str()).is_some_and(|definition| definition.is_managed);
        let Some(conditions) = by_path.remove(&(api, path)).flatten().filter(|_| is_managed) else { continue };
        let in_name = path.replace('/', "SLASH").replace('{', "OB").replace('}', "CB");
        let condition = one_condition(sam, format!("{api}{in_name}PathCondition"), &conditions, *at);
        let tree = &sam.draft.tree;
        let definition = sam.apis.definitions.get_mut(api.as_str());
        if let Some(item) = definition.and_then(|own| own.body.path(tree, &["paths", path])) {
            let own = std::mem::replace(item, no_value());
            *item = conditional(condition.into(), own, no_value()).at(*at);
        }
    }
}

/// The name of the condition that holds when one of these does: of a new one called `name`, where there are several.
fn one_condition(sam: &mut Sam<'_, '_>, name: String, conditions: &BTreeSet<String>, at: Span) -> String {
    match conditions.first() {
        Some(only) if conditions.len() == 1 => only.clone(),
        _ => {
            conditions::combine(sam, &name, conditions, at);
            name
        }
    }
}
