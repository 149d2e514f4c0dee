//! `AWS::Serverless-2016-10-31`: the resources that the serverless types stand for.
//!
//! One file or folder for each type, which turns a [`Resource`] into what it generates. It may read the whole template
//! through [`Sam`], and change other resources only before those are expanded. A type that only AWS can expand leaves
//! its resource as it is: a [`Stop`], which becomes a gap.
//!
//! Source: the SAM specification, and the behaviour of `aws-sam-translator` 1.115.0, as checked on 2026-11-21.

mod additions;
mod api;
mod application;
mod capacity_provider;
mod connector;
mod dead_letter;
mod digest;
mod edit;
mod function;
mod globals;
mod graphql_api;
mod http_api;
mod layer_version;
mod literal;
mod logical_id;
mod microvm_image;
mod network_connector;
mod parameters;
mod properties;
mod references;
mod resource;
mod role;
mod s3;
mod sam;
mod scheduler;
mod service_role;
mod simple_table;
mod state_machine;
mod tags;
#[cfg(test)]
mod tests;
mod value;
mod web_function;
mod websocket_api;

use resource::{Generated, Resource};
use sam::{Done, Sam, Stop};

use super::{Draft, SERVERLESS};
use crate::source::NodeId;
use crate::value::Cause;

const PREFIX: &str = "AWS::Serverless::";

/// Expands every serverless resource of the template.
pub(super) fn expand(draft: &mut Draft<'_>) {
    let Some(mut sam) = Sam::new(draft) else { return };
    api::imply(&mut sam);
    http_api::imply(&mut sam);
    globals::apply(&mut sam);
    connector::imply(&mut sam);
    for id in in_order(&sam) {
        expand_resource(&mut sam, &id);
    }
    function::deployment::finish(&mut sam);
    sam.finish();
}

/// The serverless resources in the order in which they are expanded: what changes others goes before those.
fn in_order(sam: &Sam<'_, '_>) -> Vec<std::rc::Rc<str>> {
    let rank = |kind: &str| match kind {
        "Function" => 0,
        "WebFunction" => 1,
        "StateMachine" => 2,
        "Api" | "HttpApi" | "WebSocketApi" => 3,
        // These look at what the others became.
        "Connector" => 5,
        _ => 4,
    };
    let mut ranked: Vec<_> = sam
        .resources()
        .filter_map(|resource| Some((rank(resource.kind.strip_prefix(PREFIX)?), std::rc::Rc::clone(&resource.id))))
        .collect();
    ranked.sort_by_key(|(rank, _)| *rank);
    ranked.into_iter().map(|(_, id)| id).collect()
}

fn expand_resource(sam: &mut Sam<'_, '_>, id: &str) {
    let Some(resource) = sam.resource(id).cloned() else { return };
    // What an included resource generates stands where it stands.
    let before = sam.draft.tree.stand_in(sam.draft.tree.file_of(resource.node));
    let done = generate(sam, &resource).and_then(|generated| {
        sam.references.note(id, &resource.kind, &generated);
        sam.replace(id, generated)
    });
    sam.draft.tree.stand_in(before);
    match done {
        Ok(()) => {}
        Err(Stop::Error(node, message)) => {
            sam.draft.error(node, message);
            sam.draft.gap(resource.node, unexpanded(&resource), Cause::Invalid);
        }
        Err(Stop::Gap(node, what, cause)) => {
            let unexpanded = unexpanded(&resource);
            if what != unexpanded {
                sam.draft.gap(node, what, cause.clone());
            }
            sam.draft.gap(resource.node, unexpanded, cause);
        }
    }
}

/// What a serverless resource stands for.
fn generate(sam: &mut Sam<'_, '_>, resource: &Resource) -> Done<Vec<Generated>> {
    if !sam::is_logical_id(&resource.id) {
        let message = format!("the logical id `{}` must be of up to 255 letters and digits", resource.id);
        return Err(Stop::error(resource.node, message));
    }
    let tree = &sam.draft.tree;
    let maps = std::iter::once(resource.node).chain(resource.properties);
    if let Some(member) = maps.flat_map(|map| tree.members(map)).find(|own| tree.key(own).starts_with("Fn::")) {
        let name = tree.key(member);
        let what = format!("what `{name}` makes of `{}` is not expanded", resource.id);
        return Err(Stop::gap(member.value, what, Cause::Macro { name: name.into() }));
    }
    let kind = resource.kind.strip_prefix(PREFIX).unwrap_or_default();
    if let Some(known) = properties::of(kind) {
        check_properties(sam, resource, known);
    }
    match kind {
        "Api" => api::expand(sam, resource),
        "Application" => application::expand(sam, resource),
        "CapacityProvider" => capacity_provider::expand(sam, resource),
        "Connector" => connector::expand(sam, resource),
        "Function" => function::expand(sam, resource),
        "GraphQLApi" => graphql_api::expand(sam, resource),
        "HttpApi" => http_api::expand(sam, resource),
        "LayerVersion" => layer_version::expand(sam, resource),
        "MicrovmImage" => microvm_image::expand(sam, resource),
        "NetworkConnector" => network_connector::expand(sam, resource),
        "SimpleTable" => simple_table::expand(sam, resource),
        "StateMachine" => state_machine::expand(sam, resource),
        "WebFunction" => web_function::expand(sam, resource),
        "WebSocketApi" => websocket_api::expand(sam, resource),
        _ => Err(not_expanded(resource)),
    }
}

/// Says which properties of a resource are not known: they may change what it stands for.
fn check_properties(sam: &mut Sam<'_, '_>, resource: &Resource, known: &[&str]) {
    check_members(sam, resource.properties, &format!("`{}`", resource.id), known);
}

/// Says which members of a map are not known; `of` is what it describes.
fn check_members(sam: &mut Sam<'_, '_>, map: Option<NodeId>, of: &str, known: &[&str]) {
    let members = map.map_or(&[][..], |map| sam.draft.tree.members(map));
    let unknown: Vec<_> = members.iter().filter(|own| !known.contains(&sam.draft.tree.key(own))).copied().collect();
    for member in unknown {
        let what = format!("property `{}` of {of} is not expanded", sam.draft.tree.key(&member));
        sam.draft.gap(member.value, what, Cause::Macro { name: SERVERLESS.into() });
    }
}

/// What is missing where a resource stays as it is.
fn unexpanded(resource: &Resource) -> String {
    format!("what `{}` `{}` expands to is not evaluated", resource.kind, resource.id)
}

/// The stop of a type that only AWS expands.
fn not_expanded(resource: &Resource) -> Stop {
    Stop::gap(resource.node, unexpanded(resource), Cause::Macro { name: SERVERLESS.into() })
}
