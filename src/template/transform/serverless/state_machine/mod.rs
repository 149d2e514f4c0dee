//! `AWS::Serverless::StateMachine`: a state machine with its role, its version and what starts it.

mod definition;
mod events;

use rustc_hash::FxHashSet;

use super::resource::{Generated, Resource};
use super::role::{Role, trust};
use super::s3;
use super::sam::{Done, Sam, Stop};
use super::tags;
use super::value::{Entry, Value, get_att, map, reference};
use crate::source::NodeId;
use crate::template::transform::Draft;

/// The key of the tag that the transform adds to state machines and their roles.
const CREATED_BY: &str = "stateMachine:createdBy";

/// What the resource stands for.
pub(super) fn expand(sam: &mut Sam<'_, '_>, resource: &Resource) -> Done<Vec<Generated>> {
    let mut machine = resource.becomes(sam.draft, "AWS::StepFunctions::StateMachine");
    define(sam, resource, &mut machine)?;
    let renamed = [
        ("Name", "StateMachineName"),
        ("Type", "StateMachineType"),
        ("Logging", "LoggingConfiguration"),
        ("Tracing", "TracingConfiguration"),
    ];
    for (name, own) in renamed {
        machine.copy_as(sam.draft, resource.properties, name, own);
    }
    machine.set("Tags", tags_of(sam.draft, resource));
    let role = execution_role(sam, resource)?;
    let own_role = resource.get(sam.draft, "Role").map(Value::from);
    let arn = role.as_ref().map(|role| get_att(role.id.clone(), "Arn")).or(own_role);
    machine.set_some("RoleArn", arn);
    let mut generated = vec![machine];
    generated.extend(role);
    let alias = publish(sam.draft, resource)?;
    let aliased = resource.get(sam.draft, "UseAliasAsEventTarget").is_some_and(|node| is_true(sam.draft, node));
    let target = match &alias {
        Some([_, alias]) if aliased => alias.id.clone(),
        None if aliased => {
            let at = resource.blame(sam.draft, "UseAliasAsEventTarget");
            return Err(Stop::error(at, "`UseAliasAsEventTarget` needs an `AutoPublishAlias`"));
        }
        _ => resource.id.to_string(),
    };
    generated.extend(alias.into_iter().flatten());
    events::expand(sam, resource, &target, &mut generated)?;
    tags::propagate(sam.draft, resource, &mut generated);
    Ok(generated)
}

/// Sets the definition: a text with the values that only a deployment knows beside it, or where AWS finds it.
fn define(sam: &mut Sam<'_, '_>, resource: &Resource, machine: &mut Generated) -> Done<()> {
    let draft = &*sam.draft;
    machine.copy(draft, resource.properties, "DefinitionSubstitutions");
    match (resource.get(draft, "Definition"), resource.get(draft, "DefinitionUri")) {
        (Some(_), Some(second)) => Err(Stop::error(second, "`Definition` and `DefinitionUri` exclude each other")),
        (None, None) => {
            let message = format!("the state machine `{}` has no `Definition` and no `DefinitionUri`", resource.id);
            Err(Stop::error(resource.node, message))
        }
        (None, Some(uri)) => {
            machine.set_some("DefinitionS3Location", s3::location(draft, uri, "DefinitionUri", &s3::DEFINITION)?);
            Ok(())
        }
        (Some(node), None) if draft.is_map(node) => {
            sam.defined += inline(draft, resource, node, machine, definition::BYTES - sam.defined)?;
            Ok(())
        }
        (Some(node), None) => Err(Stop::error(node, "`Definition` must be a map")),
    }
}

/// Sets the definition that stands in the template, of up to `limit` bytes; how many it has.
fn inline(draft: &Draft<'_>, resource: &Resource, node: NodeId, machine: &mut Generated, limit: usize) -> Done<usize> {
    let Some(definition) = definition::render(&draft.tree, node, limit) else {
        let message =
            format!("the definitions of the template are longer than the limit of {} bytes", definition::BYTES);
        return Err(Stop::error(node, message));
    };
    let length = definition.text.len();
    machine.set("DefinitionString", Value::from(definition.text).at(draft.tree.span(node)));
    if definition.substitutions.is_empty() {
        return Ok(length);
    }
    let names: Vec<String> = (0..definition.substitutions.len()).map(definition::substitution).collect();
    let taken: FxHashSet<&str> = names.iter().map(String::as_str).collect();
    let own = resource.get(draft, "DefinitionSubstitutions").map_or(&[][..], |own| draft.tree.members(own));
    let own = own.iter().filter(|member| !taken.contains(draft.tree.key(member)));
    let mut substitutions: Vec<Entry> = own.map(|member| Entry::of(draft, *member)).collect();
    substitutions.extend(names.into_iter().zip(definition.substitutions).map(|(name, node)| Entry::new(name, node)));
    machine.set("DefinitionSubstitutions", substitutions);
    Ok(length)
}

/// The tag of the transform, and then those of the resource.
fn tags_of(draft: &Draft<'_>, resource: &Resource) -> Vec<Value> {
    let own = tags::list_of(draft, resource.get(draft, "Tags"));
    [map! { "Key" => CREATED_BY, "Value" => tags::CREATED_BY.1 }].into_iter().chain(own).collect()
}

/// The role of the state machine, unless it has one of its own.
fn execution_role(sam: &mut Sam<'_, '_>, resource: &Resource) -> Done<Option<Generated>> {
    let draft = &*sam.draft;
    if let Some(role) = resource.get(draft, "Role") {
        return match resource.get(draft, "Policies") {
            Some(policies) if !is_empty(draft, policies) => {
                Err(Stop::error(policies, "`Role` and `Policies` exclude each other"))
            }
            _ if draft.tree.string(role).is_none() && !draft.is_function(role) => {
                Err(Stop::error(role, "`Role` must be an ARN"))
            }
            _ => Ok(None),
        };
    }
    let enabled = resource.get(draft, "Tracing").and_then(|tracing| draft.present(tracing, "Enabled"));
    let traced = enabled.is_some_and(|enabled| draft.tree.scalar(enabled.value) == Some("true"));
    // The policy of the public partition is an older one.
    let tracing = if draft.partition() == "aws" { "AWSXrayWriteOnlyAccess" } else { "AWSXRayDaemonWriteAccess" };
    let role = Role {
        trust: trust("states.amazonaws.com"),
        managed: Vec::new(),
        inline: Vec::new(),
        tags: tags_of(draft, resource).into(),
    };
    let mut role = role.open(sam, resource)?;
    if let Some(enabled) = enabled.filter(|_| traced) {
        role.add_managed(sam, tracing, enabled.key_span);
    }
    Ok(Some(role.close()))
}

/// The version of the state machine and the alias that leads to it.
fn publish(draft: &Draft<'_>, resource: &Resource) -> Done<Option<[Generated; 2]>> {
    let preference = resource.get(draft, "DeploymentPreference");
    let Some(name) = resource.get(draft, "AutoPublishAlias") else {
        return match preference {
            Some(preference) => Err(Stop::error(preference, "`DeploymentPreference` needs an `AutoPublishAlias`")),
            None => Ok(None),
        };
    };
    let alphanumeric = |text: &&str| text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let Some(text) = draft.tree.string(name).filter(alphanumeric) else {
        return Err(Stop::error(name, "`AutoPublishAlias` must be a text of letters and digits"));
    };
    let at = draft.tree.span(name);
    let mut kept = resource.passed_on(draft);
    let mut alias = Generated::new(format!("{}Alias{text}", resource.id), "AWS::StepFunctions::StateMachineAlias", at)
        .with_attributes(kept.clone());
    // An older version stays while traffic is shifted away from it.
    for policy in ["DeletionPolicy", "UpdateReplacePolicy"] {
        if !kept.iter().any(|entry| entry.key == policy) {
            kept.push(Entry::new(policy, "Retain"));
        }
    }
    let mut version = Generated::new(format!("{}Version", resource.id), "AWS::StepFunctions::StateMachineVersion", at)
        .with_attributes(kept);
    version.set("StateMachineArn", reference(resource.id.to_string()));
    version.set("StateMachineRevisionId", get_att(resource.id.to_string(), "StateMachineRevisionId"));
    let mut shifting = match preference {
        Some(preference) => Value::copied(draft, preference),
        None => map! { "Type" => "ALL_AT_ONCE" },
    };
    shifting.insert("StateMachineVersionArn", reference(version.id.clone()));
    alias.set("Name", name);
    alias.set("DeploymentPreference", shifting);
    Ok(Some([version, alias]))
}

fn is_true(draft: &Draft<'_>, node: NodeId) -> bool {
    draft.tree.scalar(node) == Some("true")
}

fn is_empty(draft: &Draft<'_>, node: NodeId) -> bool {
    draft.is_list(node) && draft.tree.items(node).is_empty()
}
