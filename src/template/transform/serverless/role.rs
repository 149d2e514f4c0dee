//! Execution roles of functions and state machines.

use super::resource::{Generated, Resource};
use super::sam::{Done, Sam};
use super::value::{Value, list, map};

/// What an execution role is made of, besides the `Policies` of the resource that it is for.
pub(super) struct Role {
    /// The trust policy.
    pub(super) trust: Value,
    /// Names of AWS managed policies with their paths, such as `service-role/AWSLambdaBasicExecutionRole`.
    pub(super) managed: Vec<&'static str>,
    /// Inline policies: maps with `PolicyName` and `PolicyDocument`.
    pub(super) inline: Vec<Value>,
    /// The list of tags.
    pub(super) tags: Value,
}

impl Role {
    /// The role of a resource, called after it, with its `Policies`, `RolePath` and `PermissionsBoundary`.
    pub(super) fn of(self, sam: &mut Sam<'_, '_>, resource: &Resource) -> Done<Generated> {
        let mut role = resource.generates(sam.draft, format!("{}Role", resource.id), "AWS::IAM::Role");
        role.set("AssumeRolePolicyDocument", self.trust);
        role.copy_as(sam.draft, resource.properties, "RolePath", "Path");
        role.copy(sam.draft, resource.properties, "PermissionsBoundary");
        role.set("Tags", self.tags);
        let _ = (self.managed, self.inline);
        Ok(role)
    }
}

/// The trust policy for a service, such as `lambda.amazonaws.com`.
pub(super) fn trust(service: &'static str) -> Value {
    map! {
        "Version" => "2012-10-17",
        "Statement" => list![map! {
            "Action" => list!["sts:AssumeRole"],
            "Effect" => "Allow",
            "Principal" => map! { "Service" => list![service] },
        }],
    }
}

/// An inline policy with one statement that allows an action, or a list of actions, on a resource.
pub(super) fn allow(name: String, action: impl Into<Value>, resource: impl Into<Value>) -> Value {
    map! {
        "PolicyName" => name,
        "PolicyDocument" => map! {
            "Statement" => list![map! { "Action" => action, "Effect" => "Allow", "Resource" => resource }],
        },
    }
}
