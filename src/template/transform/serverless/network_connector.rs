//! `AWS::Serverless::NetworkConnector`: a way for compute out of Lambda into a VPC.

use super::resource::{Generated, Resource};
use super::sam::{Done, Sam, Stop};
use super::service_role::operator_role;
use super::tags;
use super::value::{Value, get_att, list, map};
use crate::template::transform::Draft;

/// What may use a connector; the first is the default.
const COMPUTE_TYPES: [&str; 2] = ["MicroVm", "WebFunction"];

/// What the resource stands for.
pub(super) fn expand(sam: &mut Sam<'_, '_>, resource: &Resource) -> Done<Vec<Generated>> {
    let draft = &*sam.draft;
    let compute_types = compute_types(draft, resource)?;
    let missing =
        |node, name: &str| Stop::error(node, format!("the network connector `{}` has no `{name}`", resource.id));
    let vpc = resource.get(draft, "VpcConfig").ok_or_else(|| missing(resource.node, "VpcConfig"))?;
    for name in ["SubnetIds", "SecurityGroupIds", "NetworkProtocol"] {
        draft.present(vpc, name).ok_or_else(|| missing(vpc, name))?;
    }
    let mut generated = Vec::new();
    let operator: Value = match resource.get(draft, "OperatorRole") {
        Some(role) => role.into(),
        None => {
            let role = operator_role(draft, resource, "AWSLambdaNetworkConnectorOperatorPolicy");
            let arn = get_att(role.id.clone(), "Arn");
            generated.push(role);
            arn
        }
    };
    let mut connector = resource.becomes(draft, "AWS::Lambda::NetworkConnector");
    connector.copy(draft, resource.properties, "Name");
    let mut egress = Value::copied(draft, vpc);
    egress.insert("AssociatedComputeResourceTypes", compute_types);
    connector.set("Configuration", map! { "VpcEgressConfiguration" => egress.at(draft.tree.span(vpc)) });
    connector.set("OperatorRole", operator);
    connector.set("Tags", tags::marked(draft, resource, tags::CREATED_BY.0));
    generated.push(connector);
    Ok(generated)
}

fn compute_types(draft: &Draft<'_>, resource: &Resource) -> Done<Value> {
    let Some(types) = resource.get(draft, "ComputeTypes") else { return Ok(list![COMPUTE_TYPES[0]]) };
    let [one] = draft.tree.items(types) else {
        return Err(Stop::error(types, "`ComputeTypes` must be a list of one type"));
    };
    match draft.tree.string(*one) {
        Some(name) if !COMPUTE_TYPES.contains(&name) => {
            let message = format!("`{name}` is no compute type, which is `MicroVm` or `WebFunction`");
            Err(Stop::error(*one, message))
        }
        _ => Ok(types.into()),
    }
}
