//! `AutoPublishAlias`: a version of the function, and an alias that points to it.

use crate::source::NodeId;
use crate::template::transform::serverless::literal::Literal;
use crate::template::transform::serverless::resource::{Generated, Resource};
use crate::template::transform::serverless::sam::{Done, Sam, Stop};
use crate::template::transform::serverless::value::{Entry, Value, get_att, join, reference};

/// A version with the alias that points to it.
pub(super) struct Published {
    pub(super) version: Generated,
    pub(super) alias: Generated,
    /// What the alias is called.
    pub(super) name: Value,
}

/// The version and alias of the function, when it publishes one.
pub(super) fn publish(sam: &mut Sam<'_, '_>, resource: &Resource, function: &mut Generated) -> Done<Option<Published>> {
    let Some(node) = resource.get(sam.draft, "AutoPublishAlias") else { return Ok(None) };
    let (name, suffix) = alias_name(sam, node)?;
    let sha = match resource.get(sam.draft, "AutoPublishCodeSha256") {
        Some(node) => Some(code_sha(sam, resource, node, function)?),
        None => None,
    };
    let version = version(sam, resource, function, sha);
    let at = resource.key_span;
    let id = format!("{}Alias{suffix}", resource.id);
    let mut alias = Generated::new(id, "AWS::Lambda::Alias", at).with_attributes(resource.passed_on(sam.draft));
    alias.set("Name", name.clone());
    alias.set("FunctionName", reference(function.id.clone()));
    alias.set("FunctionVersion", get_att(version.id.clone(), "Version"));
    alias.copy(sam.draft, resource.properties, "ProvisionedConcurrencyConfig");
    Ok(Some(Published { version, alias, name }))
}

/// The name of an alias, and what it is in a logical id.
fn alias_name(sam: &Sam<'_, '_>, node: NodeId) -> Done<(Value, String)> {
    let text = match sam.draft.literal(node) {
        Literal::Text(text) => text,
        // Only the logical id of the alias depends on the name: that of the parameter does as well.
        Literal::Open(_) => {
            let parameter = sam.draft.referred(node).unwrap_or("Unknown").to_owned();
            return Ok((node.into(), parameter));
        }
        Literal::Other => {
            let message = "`AutoPublishAlias` must be a text or a reference to a parameter";
            return Err(Stop::error(node, message));
        }
    };
    let is_valid = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    if text.is_empty() || !is_valid || text.bytes().all(|byte| byte.is_ascii_digit()) {
        let message = "an alias is called by letters, digits, `-` and `_`, and not by digits alone";
        return Err(Stop::error(node, message));
    }
    let suffix = text.replace('-', "D").replace('_', "U");
    Ok((Value::from(text).at(sam.draft.tree.span(node)), suffix))
}

/// The digest that is given for the code, which also becomes part of the description of the function.
fn code_sha(sam: &Sam<'_, '_>, resource: &Resource, node: NodeId, function: &mut Generated) -> Done<String> {
    let sha = match sam.draft.literal(node) {
        Literal::Text(text) => text,
        Literal::Open(_) => return Ok("Unknown".to_owned()),
        Literal::Other => {
            return Err(Stop::error(node, "`AutoPublishCodeSha256` must be a text or a reference to a parameter"));
        }
    };
    let description = match resource.get(sam.draft, "Description") {
        None => Value::from(sha.clone()),
        Some(own) => match sam.draft.literal(own) {
            Literal::Text(text) => Value::from(format!("{text} {sha}")),
            _ => join(" ", vec![own.into(), sha.clone().into()]),
        },
    };
    function.set("Description", description);
    Ok(sha)
}

fn version(sam: &mut Sam<'_, '_>, resource: &Resource, function: &Generated, sha: Option<String>) -> Generated {
    let suffix = match sha {
        Some(sha) => sha.chars().filter(char::is_ascii_alphanumeric).take(10).collect(),
        None => {
            let changing = changing(sam, resource, function);
            sam.digests.of(sam.draft, &changing)
        }
    };
    let id = format!("{}Version{suffix}", resource.id);
    let mut version =
        Generated::new(id, "AWS::Lambda::Version", resource.key_span).with_attributes(resource.passed_on(sam.draft));
    if version.attribute("DeletionPolicy").is_none() {
        let managed = resource.get(sam.draft, "CapacityProviderConfig").is_some();
        let usual = Value::from(if managed { "Delete" } else { "Retain" });
        let policy = resource.get(sam.draft, "VersionDeletionPolicy").map_or(usual, Value::from);
        version.set_attribute("DeletionPolicy", policy);
    }
    version.set("FunctionName", reference(function.id.clone()));
    version.copy_as(sam.draft, resource.properties, "VersionDescription", "Description");
    if resource.get(sam.draft, "CapacityProviderConfig").is_some() {
        version.copy(sam.draft, resource.properties, "FunctionScalingConfig");
    }
    version
}

/// What makes another version when it changes.
fn changing(sam: &Sam<'_, '_>, resource: &Resource, function: &Generated) -> Value {
    let all = resource.get(sam.draft, "AutoPublishAliasAllProperties");
    if all.is_some_and(|node| sam.draft.tree.scalar(node) == Some("true")) {
        return function.properties().to_vec().into();
    }
    let part = |name: &'static str| function.get(name).map(|value| Entry::new(name, value.clone()));
    ["Code", "Environment", "MemorySize", "SnapStart"].into_iter().filter_map(part).collect::<Vec<Entry>>().into()
}
