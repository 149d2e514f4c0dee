//! The `Policies` of a function or state machine: managed policies, policy documents and policy templates.

use super::{managed, templates};
use crate::source::{Kind, NodeId};
use crate::template::transform::Draft;
use crate::template::transform::serverless::sam::{Done, Stop};
use crate::template::transform::serverless::value::{Value, conditional, map};

/// What an item of `Policies` is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// The name or ARN of a managed policy, or a function that returns an ARN.
    Managed,
    /// A policy document.
    Document,
    /// A policy template with its parameters.
    Template,
    /// None of these.
    Unknown,
}

/// What an item of `Policies` adds to a role.
pub(super) enum Policy {
    /// An item of `ManagedPolicyArns`.
    Managed(Value),
    /// An item of `Policies`.
    Inline(Value),
}

/// The items of `Policies`, a single one included.
pub(super) fn items(draft: &Draft<'_>, policies: Option<NodeId>) -> Vec<NodeId> {
    match policies {
        Some(node) if draft.is_list(node) => draft.tree.items(node).to_vec(),
        // Empty is as good as none.
        Some(node) if draft.is_map(node) && draft.tree.members(node).is_empty() => Vec::new(),
        Some(node) => vec![node],
        None => Vec::new(),
    }
}

/// What an item adds; an inline policy is called `name`.
pub(super) fn policy(draft: &Draft<'_>, item: NodeId, name: &str) -> Done<Policy> {
    let span = draft.tree.span(item);
    let inline = |document: Value| map! { "PolicyName" => name.to_owned(), "PolicyDocument" => document }.at(span);
    let form = form(draft, item)?;
    if form == Form::Unknown {
        return Err(Stop::error(item, "this is no managed policy, policy document or policy template"));
    }
    if let Some([condition, then, otherwise]) = draft.arms(item) {
        let arm = |node: NodeId| -> Done<Value> {
            Ok(match form {
                _ if draft.is_no_value(node) => node.into(),
                Form::Managed => arn(draft, node),
                _ => inline(document(draft, node, form)?),
            })
        };
        let value = conditional(condition.into(), arm(then)?, arm(otherwise)?).at(span);
        return Ok(if form == Form::Managed { Policy::Managed(value) } else { Policy::Inline(value) });
    }
    Ok(match form {
        Form::Managed => Policy::Managed(arn(draft, item)),
        form => Policy::Inline(inline(document(draft, item, form)?)),
    })
}

/// The document of an item that is a document or a template.
fn document(draft: &Draft<'_>, node: NodeId, form: Form) -> Done<Value> {
    match (form, draft.tree.members(node)) {
        (Form::Template, [member]) => templates::document(draft, draft.tree.key(member), member.value),
        // An `Fn::If` inside an `Fn::If`.
        _ if draft.is_function(node) && form == Form::Template => {
            Err(Stop::error(node, "policy templates cannot stand in an `Fn::If` inside another"))
        }
        _ => Ok(node.into()),
    }
}

fn form(draft: &Draft<'_>, item: NodeId) -> Done<Form> {
    if draft.is_if(item) {
        return form_of_arms(draft, item);
    }
    let tree = &draft.tree;
    Ok(match tree.members(item) {
        _ if matches!(tree.kind(item), Kind::String(_)) || draft.is_function(item) => Form::Managed,
        _ if tree.get(item, "Statement").is_some() => Form::Document,
        [member] if templates::exists(tree.key(member)) => Form::Template,
        _ => Form::Unknown,
    })
}

fn form_of_arms(draft: &Draft<'_>, item: NodeId) -> Done<Form> {
    let Some([_, then, otherwise]) = draft.arms(item) else {
        return Err(Stop::error(item, "`Fn::If` takes a condition and two values"));
    };
    match (form(draft, then)?, form(draft, otherwise)?) {
        (one, other) if one == other => Ok(one),
        (_, other) if draft.is_no_value(then) => Ok(other),
        (one, _) if draft.is_no_value(otherwise) => Ok(one),
        _ => Err(Stop::error(item, "the two values of `Fn::If` are policies of different kinds")),
    }
}

/// The ARN of a managed policy, where it is known by its name.
fn arn(draft: &Draft<'_>, node: NodeId) -> Value {
    match draft.tree.string(node).and_then(managed::path) {
        Some(path) => Value::from(managed_arn(draft, path)).at(draft.tree.span(node)),
        None => node.into(),
    }
}

/// The ARN of a managed policy of AWS.
pub(super) fn managed_arn(draft: &Draft<'_>, path: &str) -> String {
    format!("arn:{}:iam::aws:policy/{path}", draft.partition())
}
