//! Execution roles of functions and state machines.
//!
//! Source: "AWS SAM policy templates" and the `Policies` property in the AWS SAM developer guide.

mod managed;
mod policies;
mod templates;

use policies::Policy;
use rustc_hash::FxHashSet;

use super::resource::{Generated, Resource};
use super::sam::{Done, Sam};
use super::value::{Value, list, map};
use crate::source::Span;

/// What an execution role is made of, besides the `Policies` of the resource that it is for.
pub(super) struct Role {
    /// The trust policy.
    pub(super) trust: Value,
    /// Managed policies of AWS with their paths, such as `service-role/AWSLambdaBasicExecutionRole`.
    pub(super) managed: Vec<&'static str>,
    /// Inline policies: maps with `PolicyName` and `PolicyDocument`.
    pub(super) inline: Vec<Value>,
    /// The list of tags.
    pub(super) tags: Value,
}

impl Role {
    /// The role of a resource, called after it, with its `Policies`, `RolePath` and `PermissionsBoundary`.
    pub(super) fn of(self, sam: &mut Sam<'_, '_>, resource: &Resource) -> Done<Generated> {
        Ok(self.open(sam, resource)?.close())
    }

    /// The same role, to which events may still add policies.
    pub(super) fn open(self, sam: &mut Sam<'_, '_>, resource: &Resource) -> Done<OpenRole> {
        let mut role = resource.generates(sam.draft, format!("{}Role", resource.id), "AWS::IAM::Role");
        role.set("AssumeRolePolicyDocument", self.trust);
        role.copy_as(sam.draft, resource.properties, "RolePath", "Path");
        role.copy(sam.draft, resource.properties, "PermissionsBoundary");
        role.set("Tags", self.tags);
        let mut open =
            OpenRole { role, managed: Vec::new(), inline: self.inline, known: FxHashSet::default(), documents: None };
        for path in self.managed {
            open.add_managed(sam, path, resource.key_span);
        }
        for (index, item) in policies::items(sam.draft, resource.get(sam.draft, "Policies")).into_iter().enumerate() {
            match policies::policy(sam.draft, item, &format!("{}Policy{index}", open.role.id)) {
                Ok(Policy::Inline(policy)) => open.inline.push(policy),
                Ok(Policy::Managed(arn)) => open.add_arn(sam, arn),
                Err(stop) => sam.report(stop),
            }
        }
        Ok(open)
    }
}

/// A role to which policies may still be added.
pub(super) struct OpenRole {
    pub(super) role: Generated,
    managed: Vec<Value>,
    inline: Vec<Value>,
    /// The managed policies that are there: their ARNs, or the digests of what gives them.
    known: FxHashSet<String>,
    /// The digests of the documents of `inline`, once an event adds one.
    documents: Option<FxHashSet<String>>,
}

impl OpenRole {
    /// Adds a managed policy of AWS, such as `service-role/AWSLambdaSQSQueueExecutionRole`, because of what stands at
    /// `at`, unless the role has it already.
    pub(super) fn add_managed(&mut self, sam: &mut Sam<'_, '_>, path: &str, at: Span) {
        let arn = Value::from(policies::managed_arn(sam.draft, path)).at(at);
        self.add_arn(sam, arn);
    }

    fn add_arn(&mut self, sam: &mut Sam<'_, '_>, arn: Value) {
        let key = match arn.text(&sam.draft.tree) {
            Some(text) => text.to_owned(),
            None => sam.digests.of(sam.draft, &arn),
        };
        if self.known.insert(key) {
            self.managed.push(arn);
        }
    }

    /// Adds an inline policy because of what stands at `at`, unless another has the same document.
    pub(super) fn add_inline(&mut self, sam: &mut Sam<'_, '_>, policy: Value, at: Span) {
        let mut digest = |policy: &Value| document_of(policy).map(|own| sam.digests.of(sam.draft, own));
        let inline = &self.inline;
        let known = self.documents.get_or_insert_with(|| inline.iter().filter_map(&mut digest).collect());
        if digest(&policy).is_none_or(|document| known.insert(document)) {
            self.inline.push(policy.at(at));
        }
    }

    /// The role as it is now.
    pub(super) fn close(mut self) -> Generated {
        self.role.set("ManagedPolicyArns", self.managed);
        if !self.inline.is_empty() {
            self.role.set("Policies", self.inline);
        }
        self.role
    }
}

/// The document of an inline policy.
fn document_of(policy: &Value) -> Option<&Value> {
    match policy {
        Value::At(_, policy) => document_of(policy),
        Value::Map(entries) => entries.iter().find(|entry| entry.key == "PolicyDocument").map(|entry| &entry.value),
        _ => None,
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
pub(super) fn allow(name: impl Into<String>, action: impl Into<Value>, resource: impl Into<Value>) -> Value {
    map! {
        "PolicyName" => name.into(),
        "PolicyDocument" => map! {
            "Statement" => list![map! { "Action" => action, "Effect" => "Allow", "Resource" => resource }],
        },
    }
}
