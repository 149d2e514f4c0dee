//! From what a connector says of its ends to what is known of them.

use super::grant::Endpoint;
use super::profiles::{Handle, Role, VALUES, Values};
use crate::source::NodeId;
use crate::template::transform::Draft;
use crate::template::transform::serverless::resource::Resource;
use crate::template::transform::serverless::sam::{Done, Sam, Stop};
use crate::template::transform::serverless::value::{Value, get_att, reference};
use crate::template::transform::serverless::{PREFIX, SERVERLESS};
use crate::value::Cause;

/// What serverless types become, where a connector names a type only.
const BECOMES: [(&str, &str); 5] = [
    ("AWS::Serverless::Function", "AWS::Lambda::Function"),
    ("AWS::Serverless::StateMachine", "AWS::StepFunctions::StateMachine"),
    ("AWS::Serverless::Api", "AWS::ApiGateway::RestApi"),
    ("AWS::Serverless::HttpApi", "AWS::ApiGatewayV2::Api"),
    ("AWS::Serverless::SimpleTable", "AWS::DynamoDB::Table"),
];

/// What is known of the end that stands at `node`, the other end being at `other`.
pub(super) fn endpoint(sam: &Sam<'_, '_>, node: NodeId, other: NodeId) -> Done<Endpoint> {
    let tree = &sam.draft.tree;
    let further = tree.members(node).iter().any(|member| !matches!(tree.key(member), "Id" | "Qualifier"));
    match sam.draft.present(node, "Id") {
        Some(id) if !further => by_id(sam, node, id.value, other),
        None if further => described(sam.draft, node),
        _ => Err(Stop::error(node, "an end of a connector is an `Id`, or else a `Type` with what is known of it")),
    }
}

/// An end of which the connector says everything itself.
fn described(draft: &Draft<'_>, node: NodeId) -> Done<Endpoint> {
    let get = |name: &str| draft.present(node, name).map(|member| Value::from(member.value));
    let kind = draft.present(node, "Type").and_then(|kind| draft.tree.string(kind.value));
    let Some(kind) = kind.filter(|kind| !kind.is_empty()) else {
        return Err(Stop::error(node, "an end of a connector that has no `Id` must have a `Type` that is a text"));
    };
    let kind = BECOMES.iter().find(|(from, _)| *from == kind).map_or(kind, |(_, to)| to);
    Ok(Endpoint {
        type_name: kind.to_owned(),
        id: None,
        arn: get("Arn"),
        role_name: get("RoleName"),
        queue_url: get("QueueUrl"),
        resource_id: get("ResourceId"),
        name: get("Name"),
        qualifier: get("Qualifier"),
    })
}

/// An end that is a resource of the template.
fn by_id(sam: &Sam<'_, '_>, node: NodeId, id_node: NodeId, other: NodeId) -> Done<Endpoint> {
    let draft = &*sam.draft;
    let Some(id) = draft.tree.string(id_node).filter(|id| !id.is_empty()) else {
        return Err(Stop::error(id_node, "the `Id` of an end of a connector must be a text"));
    };
    let Some(resource) = sam.resource(id) else {
        return Err(Stop::error(id_node, format!("the template has no resource `{id}`")));
    };
    if resource.kind.starts_with(PREFIX) {
        let what = format!("what the connector grants is not known, for `{id}` is not expanded");
        return Err(Stop::gap(id_node, what, Cause::Macro { name: SERVERLESS.into() }));
    }
    let values = VALUES.iter().find(|values| *values.type_name == *resource.kind);
    let asked = |handle: Handle| match handle {
        Handle::Ref => reference(id.to_owned()),
        Handle::Attribute(name) => get_att(id.to_owned(), name),
    };
    let ask = |handle: fn(&Values) -> Option<Handle>| values.and_then(handle).map(asked);
    let own_qualifier = draft.tree.get(node, "Qualifier").map(Value::from);
    Ok(Endpoint {
        type_name: resource.kind.to_string(),
        id: Some(id.to_owned()),
        arn: ask(|values| Some(values.arn)),
        role_name: values.and_then(|values| role(draft, resource, values.role.as_ref()?, other)).map(reference),
        queue_url: ask(|values| values.queue_url),
        resource_id: ask(|values| values.id),
        name: ask(|values| values.name),
        qualifier: own_qualifier.or_else(|| values.and_then(|values| values.qualifier).map(Value::from)),
    })
}

/// The logical id of the role of a resource.
fn role(draft: &Draft<'_>, resource: &Resource, role: &Role, other: NodeId) -> Option<String> {
    let node = match role {
        Role::Property(name) => resource.get(draft, name)?,
        Role::Target => {
            let id = draft.tree.get(other, "Id").and_then(|id| draft.tree.string(id));
            let arn = draft.tree.get(other, "Arn");
            let is_other = |target: &NodeId| {
                let Some(target) = draft.tree.get(*target, "Arn") else { return false };
                (id.is_some() && draft.referred(target) == id)
                    || arn.is_some_and(|arn| Value::from(arn).is_same(&draft.tree, &target.into()))
            };
            let targets = resource.get(draft, "Targets")?;
            let target = draft.tree.items(targets).iter().copied().find(is_other)?;
            draft.tree.get(target, "RoleArn")?
        }
    };
    draft.referred(node).map(str::to_owned)
}
