//! `AWS::Serverless::Connector`: what one resource may do to another, as policies and permissions.
//!
//! A connector is expanded when every other serverless resource is: it asks what those became. It may make other
//! resources wait for its policies, and changes nothing else of them.

mod ends;
mod grant;
mod profiles;

use std::rc::Rc;

use ends::endpoint;
use grant::{About, Mistake};
pub(super) use grant::{Connection, Endpoint};
use profiles::DependedBy;
use rustc_hash::FxHashMap;

use super::resource::{Generated, Resource};
use super::sam::{Done, Sam, Stop};
use super::value::{Value, map};
use crate::source::{Member, NodeId};

const CONNECTOR: &str = "AWS::Serverless::Connector";

/// What the resource stands for.
pub(super) fn expand(sam: &mut Sam<'_, '_>, resource: &Resource) -> Done<Vec<Generated>> {
    let source_node = required(sam, resource, "Source")?;
    let destinations = destinations(sam, resource)?;
    let permissions_node = required(sam, resource, "Permissions")?;
    let permissions = permissions(sam, permissions_node)?;
    let permissions: Vec<&str> = permissions.iter().map(String::as_str).collect();
    let mut generated: Vec<Generated> = Vec::new();
    for (node, suffix) in destinations {
        let (source, destination) = (endpoint(sam, source_node, node)?, endpoint(sam, node, source_node)?);
        let connection = Connection {
            id: &resource.id,
            suffix: &suffix,
            source: &source,
            destination: &destination,
            permissions: &permissions,
            permissions_at: sam.draft.tree.span(permissions_node),
        };
        let make = |id, kind| resource.becomes(sam.draft, kind).called(id);
        let granted = connection.grant(&make).map_err(|Mistake { about, message }| {
            let nodes = [(About::Source, source_node), (About::Permissions, permissions_node)];
            let at = nodes.iter().find(|(part, _)| *part == about).map_or(node, |(_, node)| *node);
            Stop::error(at, message)
        })?;
        if let Some(policy) = granted.resources.first()
            && let Some(waiting) = waiting(sam, granted.depended_by, &source, &destination)
        {
            sam.depend(&waiting, &policy.id, policy.place());
        }
        generated.extend(granted.resources);
    }
    // Who waits for the connector waits for everything that it generates.
    sam.references.split(&resource.id, generated.iter().map(|one| one.id.clone()).collect());
    Ok(generated)
}

fn required(sam: &Sam<'_, '_>, resource: &Resource, name: &str) -> Done<NodeId> {
    let missing = || Stop::error(resource.node, format!("the connector `{}` has no `{name}`", resource.id));
    resource.get(sam.draft, name).ok_or_else(missing)
}

/// The destinations, and what the logical ids of what is generated for each end in.
fn destinations(sam: &Sam<'_, '_>, resource: &Resource) -> Done<Vec<(NodeId, String)>> {
    let node = required(sam, resource, "Destination")?;
    if !sam.draft.is_list(node) {
        return Ok(vec![(node, String::new())]);
    }
    let items = sam.draft.tree.items(node);
    if items.is_empty() {
        return Err(Stop::error(node, format!("the connector `{}` has no destination", resource.id)));
    }
    Ok(items.iter().enumerate().map(|(index, item)| (*item, format!("Destination{index}"))).collect())
}

fn permissions(sam: &Sam<'_, '_>, node: NodeId) -> Done<Vec<String>> {
    let tree = &sam.draft.tree;
    let wrong = || Stop::error(node, "the `Permissions` of a connector must be a list of `Read` and `Write`");
    if !sam.draft.is_list(node) {
        return Err(wrong());
    }
    tree.items(node).iter().map(|item| tree.string(*item).map(str::to_owned).ok_or_else(wrong)).collect()
}

/// The resource that must not be there before the policy is.
fn waiting(
    sam: &mut Sam<'_, '_>,
    depended_by: DependedBy,
    source: &Endpoint,
    destination: &Endpoint,
) -> Option<String> {
    let source = source.id.as_ref()?;
    match depended_by {
        DependedBy::Nothing => None,
        DependedBy::Source => Some(source.clone()),
        DependedBy::Mapping => {
            let mappings = sam.mappings.take().unwrap_or_else(|| Mappings::of(sam));
            let mapping = mappings.between(source, destination.id.as_ref()?);
            sam.mappings = Some(mappings);
            mapping
        }
    }
}

/// The event source mappings of a template, by what they connect.
#[derive(Debug)]
pub(super) struct Mappings(FxHashMap<(String, String), Vec<Rc<str>>>);

impl Mappings {
    fn of(sam: &Sam<'_, '_>) -> Self {
        let named = |resource: &Resource, property: &str| {
            sam.draft.referred(resource.get(sam.draft, property)?).map(str::to_owned)
        };
        let mut mappings = Self(FxHashMap::default());
        for resource in sam.resources().filter(|resource| &*resource.kind == "AWS::Lambda::EventSourceMapping") {
            if let (Some(source), Some(function)) = (named(resource, "EventSourceArn"), named(resource, "FunctionName"))
            {
                mappings.0.entry((source, function)).or_default().push(Rc::clone(&resource.id));
            }
        }
        mappings
    }

    /// The only mapping between the two.
    fn between(&self, source: &str, function: &str) -> Option<String> {
        match self.0.get(&(source.to_owned(), function.to_owned()))?.as_slice() {
            [mapping] => Some(mapping.to_string()),
            _ => None,
        }
    }
}

/// Adds the connectors that stand in the `Connectors` of other resources.
pub(super) fn imply(sam: &mut Sam<'_, '_>) {
    let sources: Vec<(Rc<str>, NodeId)> = sam
        .resources()
        .filter_map(|resource| Some((Rc::clone(&resource.id), resource.attribute(sam.draft, "Connectors")?)))
        .collect();
    for (source, connectors) in sources {
        if !sam.draft.is_map(connectors) {
            sam.draft.error(connectors, "`Connectors` is not a map");
            continue;
        }
        let before = sam.draft.tree.stand_in(sam.draft.tree.file_of(connectors));
        for member in sam.draft.tree.members(connectors).to_vec() {
            if let Err(Stop::Error(node, message) | Stop::Gap(node, message, _)) = embedded(sam, &source, member) {
                sam.draft.error(node, message);
            }
        }
        sam.draft.tree.stand_in(before);
    }
}

/// Adds a connector that stands in its source, as one that stands by itself.
fn embedded(sam: &mut Sam<'_, '_>, source: &str, connector: Member) -> Done<()> {
    let id = format!("{source}{}", sam.draft.tree.key(&connector));
    let Some(properties) = sam.draft.present(connector.value, "Properties") else {
        return Err(Stop::error(connector.value, format!("the connector `{id}` has no `Properties`")));
    };
    if sam.resource(&id).is_some() {
        return Err(Stop::error(connector.value, format!("the template has a resource `{id}` already")));
    }
    let mut reference = map! { "Id" => source.to_owned() };
    if let Some(more) = sam.draft.present(properties.value, "SourceReference") {
        for member in sam.draft.tree.members(more.value).to_vec() {
            if sam.draft.tree.key(&member) == "Id" {
                return Err(Stop::error(member.value, "a `SourceReference` has no `Id`: it is the resource around it"));
            }
            reference.insert(sam.draft.tree.key(&member).to_owned(), member.value);
        }
    }
    let mut own =
        Value::renamed(sam.draft, properties.value, &[("Destination", "Destination"), ("Permissions", "Permissions")]);
    own.insert("Source", reference.at(connector.key_span));
    let at = sam.draft.tree.span(properties.value);
    let properties = Member { value: own.build(sam.draft, at), ..properties };
    let node = sam.draft.with(connector.value, properties);
    let kind = sam.draft.text(connector.key_span, CONNECTOR);
    let kind = sam.draft.member("Type", connector.key_span, kind);
    let node = sam.draft.with(node, kind);
    sam.stand_alone(&id, CONNECTOR, connector.key_span, node);
    Ok(())
}
