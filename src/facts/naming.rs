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
    if inventory.resource(resource).live().is_some()
        && let Some(text) = inventory.values.known_text(resource, attribute)
    {
        return text.to_owned();
    }
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
    if let Some(arn) = inventory.resource(resource).live().and_then(|live| live.arn.as_deref()) {
        return Some(arn.to_owned());
    }
    let format = arn_format(inventory.type_name(resource))?;
    Some(fill(inventory, view, resource, format))
}

/// Types with a name that `Ref` does not return.
const REF_IS_NO_NAME: [&str; 3] = ["AWS::ApiGateway::RestApi", "AWS::ECS::Service", "AWS::MSK::Cluster"];

/// What a resource is called where it is referred to: literal where the template decides it, else a token.
#[must_use]
pub fn name_text(inventory: &Inventory, view: &View<'_>, resource: ResourceId) -> String {
    match REF_IS_NO_NAME.contains(&inventory.type_name(resource)) {
        true => token(inventory, resource, "Ref"),
        false => fill(inventory, view, resource, NAME),
    }
}

/// The property that holds the physical name of resources of a type.
#[must_use]
pub fn name_property(type_name: &str) -> Option<&'static str> {
    if let Some(identity) = identity(type_name) {
        return Some(identity.name_property);
    }
    Some(match type_name {
        "AWS::IAM::ManagedPolicy" => "ManagedPolicyName",
        "AWS::CloudWatch::Alarm" | "AWS::CloudWatch::CompositeAlarm" => "AlarmName",
        "AWS::CodeBuild::Project" | "AWS::EKS::Cluster" | "AWS::ApiGateway::RestApi" | "AWS::Events::Rule" => "Name",
        "AWS::AutoScaling::AutoScalingGroup" => "AutoScalingGroupName",
        "AWS::ECS::Cluster" | "AWS::MSK::Cluster" => "ClusterName",
        "AWS::ECS::Service" => "ServiceName",
        "AWS::OpenSearchService::Domain" | "AWS::Elasticsearch::Domain" => "DomainName",
        "AWS::Redshift::Cluster" => "ClusterIdentifier",
        "AWS::ElastiCache::ReplicationGroup" => "ReplicationGroupId",
        "AWS::DocDB::DBCluster" | "AWS::Neptune::DBCluster" => "DBClusterIdentifier",
        "AWS::DynamoDB::GlobalTable" => "TableName",
        "AWS::StepFunctions::StateMachine" => "StateMachineName",
        "AWS::KinesisFirehose::DeliveryStream" => "DeliveryStreamName",
        _ => return None,
    })
}

/// The format of what an attribute returns; `Ref` is an attribute.
fn policy_format(type_name: &str, attribute: &str) -> Option<&'static str> {
    let identity = identity(type_name);
    let arn = arn_format(type_name);
    // `TopicArn`, `DBInstanceArn`: after the last part of the type, so that `StreamArn` of a table is none.
    let last = type_name.rsplit("::").next().unwrap_or_default();
    let is_arn = |name: &str| {
        name == "Arn"
            || name.strip_suffix("Arn") == Some(last)
            || identity.and_then(|own| own.arn).is_some_and(|(own, _)| own == name)
    };
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
        "Ref" if REF_IS_NO_NAME.contains(&type_name) => None,
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
        "AWS::Events::EventBus" => "arn:{partition}:events:{region}:{account}:event-bus/{name}",
        "AWS::KinesisFirehose::DeliveryStream" => "arn:{partition}:firehose:{region}:{account}:deliverystream/{name}",
        "AWS::RDS::DBInstance" | "AWS::DocDB::DBInstance" | "AWS::Neptune::DBInstance" => {
            "arn:{partition}:rds:{region}:{account}:db:{name}"
        }
        "AWS::RDS::DBCluster" | "AWS::DocDB::DBCluster" | "AWS::Neptune::DBCluster" => {
            "arn:{partition}:rds:{region}:{account}:cluster:{name}"
        }
        "AWS::DynamoDB::GlobalTable" => "arn:{partition}:dynamodb:{region}:{account}:table/{name}",
        "AWS::EC2::Instance" => "arn:{partition}:ec2:{region}:{account}:instance/{name}",
        "AWS::EC2::Volume" => "arn:{partition}:ec2:{region}:{account}:volume/{name}",
        "AWS::EFS::FileSystem" => "arn:{partition}:elasticfilesystem:{region}:{account}:file-system/{name}",
        "AWS::FSx::FileSystem" => "arn:{partition}:fsx:{region}:{account}:file-system/{name}",
        "AWS::Redshift::Cluster" => "arn:{partition}:redshift:{region}:{account}:cluster:{name}",
        "AWS::CloudWatch::Alarm" | "AWS::CloudWatch::CompositeAlarm" => {
            "arn:{partition}:cloudwatch:{region}:{account}:alarm:{name}"
        }
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
    let unnamed = || match inventory.resource(resource) {
        live if live.live().is_some() => live.logical_id.to_string(),
        _ => token(inventory, resource, "Ref"),
    };
    let mut name = name_property(type_name).and_then(text).unwrap_or_else(unnamed);
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
