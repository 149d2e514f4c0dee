//! `AWS::Serverless::Api`, and what all kinds of APIs have in common.
//!
//! The definition of an API grows while the events of functions and state machines are expanded; the API itself is
//! expanded after them, and puts it into the tree. Everything that is added stands where it is asked for: at the event,
//! the authorizer, the property. It may add to the definitions of other resources, and to nothing else of theirs.

mod authorizer;
mod conditions;
mod cors;
mod definition;
mod domain;
pub(super) mod event;
mod gateway_response;
pub(super) mod implicit;
mod location;
pub(super) mod openapi;
pub(super) mod paths;
pub(super) mod record_sets;
mod request;
mod resource_policy;
mod rest;
mod security;
mod usage_plan;

use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::edit::is_filled;
use super::literal::Literal;
use super::resource::{Generated, Resource};
use super::sam::{Done, Sam, Stop};
use super::value::{Value, map};
use crate::source::{Kind, NodeId, Tree};
use crate::template::transform::{Draft, SERVERLESS};
use crate::value::Cause;

pub(super) use authorizer::{invocation, sources};
pub(super) use definition::unreadable;
pub(super) use domain::needed;
pub(super) use location::of as location_of;
pub(super) use rest::authorizer_permission;
pub(super) use security::IAM;

/// What is known of the APIs of a template while it is expanded.
#[derive(Debug, Default)]
pub(super) struct Apis {
    definitions: FxHashMap<Rc<str>, Definition>,
    /// The DNS records that APIs share.
    pub(super) record_sets: record_sets::Groups,
    shared: usage_plan::Shared,
}

/// The definition of an API that events add to.
#[derive(Debug)]
pub(super) struct Definition {
    pub(super) body: Value,
    /// Whether the template has no definition, so that all of it comes from events.
    pub(super) is_managed: bool,
    /// Whether it is in the version of OpenAPI that the API asks for.
    is_begun: bool,
    /// How many events have added to it.
    events: usize,
}

/// Events that may add to one definition: several times what API Gateway takes.
const MOST_EVENTS: usize = 2000;

impl Definition {
    /// Whether one more event, which stands at `node`, may be added.
    pub(super) fn admit(&mut self, node: NodeId) -> Done<()> {
        self.events += 1;
        match self.events > MOST_EVENTS {
            true => Err(Stop::gap(node, "the API has more paths than are followed", Cause::Limit)),
            false => Ok(()),
        }
    }
}

/// Where the definition of an API is.
pub(super) enum Location {
    /// In the template.
    Inline(Value),
    /// Elsewhere.
    Bucket(Value),
}

/// Adds the REST API that events imply, and begins the definitions of REST APIs.
pub(super) fn imply(sam: &mut Sam<'_, '_>) {
    implicit::imply(sam, &implicit::REST);
}

/// What the resource stands for.
pub(super) fn expand(sam: &mut Sam<'_, '_>, resource: &Resource) -> Done<Vec<Generated>> {
    rest::expand(sam, resource)
}

impl Sam<'_, '_> {
    /// The definition of an API, for an event to add to; none for an API that has none in the template.
    pub(super) fn definition(&mut self, api: &Resource) -> Option<(&Draft<'_>, &mut Definition)> {
        if !self.apis.definitions.contains_key(&api.id) {
            let body = api.filled(self.draft, "DefinitionBody")?;
            self.begin_definition(api, body.into(), false);
        }
        let draft = &*self.draft;
        let definition = self.apis.definitions.get_mut(&api.id)?;
        begin(draft, definition, api);
        Some((draft, definition))
    }

    /// The definition of an API as it is now, to be expanded.
    pub(super) fn take_definition(&mut self, api: &Resource) -> Option<Value> {
        match self.apis.definitions.remove(&api.id) {
            Some(mut definition) => {
                begin(self.draft, &mut definition, api);
                if definition.is_managed {
                    mark_missing(&self.draft.tree, &mut definition.body);
                }
                Some(definition.body)
            }
            None => api.filled(self.draft, "DefinitionBody").map(Value::Node),
        }
    }

    fn begin_definition(&mut self, api: &Resource, body: Value, is_managed: bool) {
        let definition = Definition { body, is_managed, is_begun: false, events: 0 };
        self.apis.definitions.insert(Rc::clone(&api.id), definition);
    }

    /// The same resource with the values of parameters in these properties.
    pub(super) fn with_parameters_in(&mut self, resource: &Resource, names: &[&str]) -> Resource {
        let mut resource = resource.clone();
        for name in names {
            let (Some(properties), Some(member)) = (resource.properties, resource.member(self.draft, name)) else {
                continue;
            };
            let value = self.draft.with_parameters(member.value);
            if value != member.value {
                let member = crate::source::Member { value, ..member };
                resource.properties = Some(self.draft.with(properties, member));
            }
        }
        resource
    }
}

/// A definition that is begun for an API of OpenAPI 3 says so; which version an API wants may stand in the globals.
fn begin(draft: &Draft<'_>, definition: &mut Definition, api: &Resource) {
    if std::mem::replace(&mut definition.is_begun, true) || !definition.is_managed {
        return;
    }
    let version = api.get(draft, "OpenApiVersion");
    let is_version_3 = |node: &NodeId| draft.tree.scalar(*node).is_some_and(openapi::is_version_3);
    if let Some(version) = version.filter(is_version_3) {
        openapi::begin_version_3(&draft.tree, &mut definition.body, version);
    }
}

/// What an event that is not expanded would say about its method is not known.
fn mark_missing(tree: &Tree, body: &mut Value) {
    for path in paths::entries(tree, body) {
        for item in paths::items_of(tree, &mut path.value) {
            for method in item.entries(tree).into_iter().flatten().filter(|method| !method.value.is_filled(tree)) {
                method.value = map! { "Fn::Transform" => map! { "Name" => SERVERLESS } };
            }
        }
    }
}

/// The properties of a kind of API, by what they are if no function stands there.
pub(super) struct Shapes {
    pub(super) maps: &'static [&'static str],
    pub(super) lists: &'static [&'static str],
    pub(super) texts: &'static [&'static str],
}

impl Shapes {
    /// Refuses a property that is something else.
    pub(super) fn check(&self, draft: &Draft<'_>, resource: &Resource) -> Done<()> {
        for (names, shape) in [(self.maps, "a map"), (self.lists, "a list"), (self.texts, "a text")] {
            for (name, node) in names.iter().filter_map(|name| Some((name, resource.get(draft, name)?))) {
                let is_right = match draft.tree.kind(node) {
                    Kind::Map { .. } => shape == "a map" || draft.is_function(node),
                    Kind::List { .. } => shape == "a list",
                    _ => shape == "a text" && draft.tree.string(node).is_some(),
                };
                if !is_right {
                    return Err(Stop::error(node, format!("`{name}` must be {shape}")));
                }
            }
        }
        Ok(())
    }
}

/// What is wrong with a node that must be a text: its value is not known, or it is none.
pub(super) fn not_literal(draft: &Draft<'_>, node: NodeId, name: &str) -> Stop {
    match draft.literal(node) {
        Literal::Open(cause) => Stop::gap(node, format!("what depends on `{name}` is not expanded"), cause),
        _ => Stop::error(node, format!("`{name}` must be a text")),
    }
}

impl Resource {
    /// The value of a property with anything in it.
    pub(super) fn filled(&self, draft: &Draft<'_>, name: &str) -> Option<NodeId> {
        self.get(draft, name).filter(|node| is_filled(&draft.tree, *node))
    }
}
