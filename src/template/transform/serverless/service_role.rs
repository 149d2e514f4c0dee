//! Roles for a service of AWS alone, of what a serverless resource needs in the background.

use super::resource::{Generated, Resource};
use super::role::trust;
use super::tags;
use super::value::{Value, list};
use crate::template::transform::Draft;

/// A role that a service may take on, without any policy yet.
pub(super) fn service_role(draft: &Draft<'_>, resource: &Resource, id: String, service: &'static str) -> Generated {
    let mut role = resource.generates(draft, id, "AWS::IAM::Role");
    role.set("AssumeRolePolicyDocument", trust(service));
    role
}

/// The role with which Lambda manages something for the resource, with one policy of AWS.
pub(super) fn operator_role(draft: &Draft<'_>, resource: &Resource, policy: &str) -> Generated {
    let mut role = service_role(draft, resource, format!("{}OperatorRole", resource.id), "lambda.amazonaws.com");
    role.set("ManagedPolicyArns", list![aws_policy(draft, policy)]);
    role.set("Tags", tags::in_background(draft, resource));
    role
}

/// The ARN of a policy of AWS.
pub(super) fn aws_policy(draft: &Draft<'_>, name: &str) -> Value {
    format!("arn:{}:iam::aws:policy/{name}", draft.partition()).into()
}
