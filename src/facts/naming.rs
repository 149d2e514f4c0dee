//! What references to resources stand for in policy texts, so that an ARN is the same text however a template writes it:
//! by `Fn::GetAtt`, made of a name, or literal.

use crate::iam::document::{ACCOUNT, REGION};
use crate::inventory::{Inventory, identity, partition};
use crate::source::Symbol;
use crate::value::{Kind, OPAQUE, ResourceId, View};

/// The placeholder for a physical name.
const NAME: &str = "{name}";

/// The text of an attribute: literal where the template decides it, else the format of its ARN or name with opaque tokens for
/// what AWS makes up; one opaque token where the format is not known either.
#[must_use]
pub fn reference_text(inventory: &Inventory, view: &View<'_>, resource: ResourceId, attribute: Symbol) -> String {
    let attribute = inventory.names.text(attribute);
    match policy_format(inventory.type_name(resource), attribute) {
        Some(format) => fill(inventory, view, resource, format),
        None => token(inventory, resource, attribute),
    }
}

/// A token for what AWS makes up. The number tells resources of the same name in several stacks apart.
fn token(inventory: &Inventory, resource: ResourceId, attribute: &str) -> String {
    let name = &inventory.resource(resource).logical_id;
    match attribute {
        "Ref" => format!("{OPAQUE}{}.{name}{OPAQUE}", resource.0),
        _ => format!("{OPAQUE}{}.{name}.{attribute}{OPAQUE}", resource.0),
    }
}

/// The ARN of a resource as policies name it; `None` for types without one, or of unknown format.
#[must_use]
pub fn arn_text(inventory: &Inventory, view: &View<'_>, resource: ResourceId) -> Option<String> {
    let format = arn_format(inventory.type_name(resource))?;
    Some(fill(inventory, view, resource, format))
}

/// The format of what an attribute returns; `Ref` is an attribute.
fn policy_format(type_name: &str, attribute: &str) -> Option<&'static str> {
    let identity = identity(type_name);
    let arn = arn_format(type_name);
    let is_arn =
        |name: &str| matches!(name, "Arn") || identity.and_then(|own| own.arn).is_some_and(|(own, _)| own == name);
    match attribute {
        // Types whose `Ref` is their ARN.
        "Ref"
            if matches!(
                type_name,
                "AWS::IAM::ManagedPolicy"
                    | "AWS::SecretsManager::Secret"
                    | "AWS::SNS::Topic"
                    | "AWS::StepFunctions::StateMachine"
            ) =>
        {
            arn
        }
        "Ref" => identity.map(|identity| identity.reference).or(Some(NAME)),
        name if is_arn(name) => arn,
        _ => None,
    }
}

/// ARN formats of types that policies name.
///
/// Source: "Return values" of the types in the CloudFormation template reference, and the Service Authorization Reference.
fn arn_format(type_name: &str) -> Option<&'static str> {
    Some(match type_name {
        "AWS::IAM::Role" => "arn:{partition}:iam::{account}:role/{name}",
        "AWS::IAM::User" => "arn:{partition}:iam::{account}:user/{name}",
        "AWS::IAM::Group" => "arn:{partition}:iam::{account}:group/{name}",
        "AWS::IAM::ManagedPolicy" => "arn:{partition}:iam::{account}:policy/{name}",
        "AWS::KMS::Key" | "AWS::KMS::ReplicaKey" => "arn:{partition}:kms:{region}:{account}:key/{name}",
        "AWS::SecretsManager::Secret" => "arn:{partition}:secretsmanager:{region}:{account}:secret:{name}",
        "AWS::SNS::Topic" => "arn:{partition}:sns:{region}:{account}:{name}",
        "AWS::StepFunctions::StateMachine" => "arn:{partition}:states:{region}:{account}:stateMachine:{name}",
        "AWS::ECR::Repository" => "arn:{partition}:ecr:{region}:{account}:repository/{name}",
        "AWS::Events::EventBus" => "arn:{partition}:events:{region}:{account}:event-bus/{name}",
        "AWS::KinesisFirehose::DeliveryStream" => "arn:{partition}:firehose:{region}:{account}:deliverystream/{name}",
        _ => return identity(type_name).and_then(|identity| identity.arn).map(|(_, format)| format),
    })
}

fn fill(inventory: &Inventory, view: &View<'_>, resource: ResourceId, format: &str) -> String {
    let stack = inventory.stack(resource);
    let type_name = inventory.type_name(resource);
    let text = |property: &str| match view.deep(inventory.property(view, resource, &[property])).1 {
        Kind::Text(text) => Some(view.values.str(text).to_owned()),
        _ => None,
    };
    let name_property = match type_name {
        "AWS::IAM::ManagedPolicy" => Some("ManagedPolicyName"),
        _ => identity(type_name).map(|identity| identity.name_property),
    };
    let mut name = name_property.and_then(text).unwrap_or_else(|| token(inventory, resource, "Ref"));
    if type_name.starts_with("AWS::IAM::")
        && format != NAME
        && let Some(path) = text("Path")
    {
        name.insert_str(0, path.trim_start_matches('/'));
    }
    format
        .replace("{partition}", stack.region.as_deref().map_or("aws", partition))
        .replace("{account}", stack.account.as_deref().unwrap_or(ACCOUNT))
        .replace("{region}", stack.region.as_deref().unwrap_or(REGION))
        .replace(NAME, &name)
}
