//! What a web function must say, and what it may not say together.

use crate::source::{Kind, NodeId};
use crate::template::transform::Draft;
use crate::template::transform::serverless::resource::Resource;
use crate::template::transform::serverless::sam::{Done, Sam, Stop};

/// Seconds that a request may take.
const TIMEOUT: std::ops::RangeInclusive<i64> = 3..=900;

/// Bytes of the value of a variable.
const VARIABLE: usize = 4096;

/// Fails for what the transform refuses.
pub(super) fn check(sam: &Sam<'_, '_>, resource: &Resource) -> Done<()> {
    let draft = &*sam.draft;
    if resource.get(draft, "AuthType").is_none() {
        return Err(Stop::error(resource.node, format!("the web function `{}` has no `AuthType`", resource.id)));
    }
    let weights = resource.get(draft, "RevisionWeights").filter(|weights| !draft.tree.members(*weights).is_empty());
    mode(sam, resource, weights)?;
    if let Some(weights) = resource.get(draft, "RevisionWeights") {
        check_weights(draft, weights)?;
    }
    if let Some(timeout) = resource.get(draft, "Timeout")
        && number(draft, timeout).is_some_and(|seconds| !TIMEOUT.contains(&seconds))
    {
        let message = format!("`Timeout` must be from {} to {} seconds", TIMEOUT.start(), TIMEOUT.end());
        return Err(Stop::error(timeout, message));
    }
    if let Some(variables) = resource.get(draft, "EnvironmentVariables")
        && !draft.is_function(variables)
    {
        check_variables(draft, variables)?;
    }
    check_egress(draft, resource)
}

/// Which revisions traffic goes to: the latest, or those that `RevisionWeights` names.
fn mode(sam: &Sam<'_, '_>, resource: &Resource, weights: Option<NodeId>) -> Done<()> {
    let draft = &*sam.draft;
    let node = resource.get(draft, "AutoDeploymentMode");
    let at = node.unwrap_or(resource.node);
    let mode = node.map(|node| sam.text_of(node, "AutoDeploymentMode")).transpose()?;
    let disabled = match mode.as_deref() {
        None | Some("LatestRevision") => false,
        Some("Disabled") => true,
        Some(_) => return Err(Stop::error(at, "`AutoDeploymentMode` must be `LatestRevision` or `Disabled`")),
    };
    let kind = resource.get(draft, "EndpointType").map(|node| sam.text_of(node, "EndpointType"));
    // What is not known yet, AWS checks when it deploys.
    let regional = matches!(&kind, Some(Ok(kind)) if matches!(kind.as_str(), "MultiRegion" | "PerRegion"));
    match weights {
        Some(weights) if !disabled => {
            Err(Stop::error(weights, "`RevisionWeights` needs the `AutoDeploymentMode` `Disabled`"))
        }
        _ if regional && !disabled => {
            Err(Stop::error(at, "an `EndpointType` with several regions needs the `AutoDeploymentMode` `Disabled`"))
        }
        None if disabled && !regional => {
            Err(Stop::error(at, "the `AutoDeploymentMode` `Disabled` needs `RevisionWeights`"))
        }
        _ => Ok(()),
    }
}

fn check_weights(draft: &Draft<'_>, weights: NodeId) -> Done<()> {
    if !draft.is_map(weights) || draft.is_function(weights) {
        return Err(Stop::error(weights, "`RevisionWeights` must be a map of revisions to weights"));
    }
    let members = draft.tree.members(weights);
    let mut sum = Some(0);
    for member in members {
        let weight = number(draft, member.value);
        if weight.is_none() && !draft.is_function(member.value)
            || weight.is_some_and(|weight| !(1..=100).contains(&weight))
        {
            return Err(Stop::error(member.value, "a weight is a number from 1 to 100"));
        }
        sum = sum.zip(weight).map(|(sum, weight)| sum + weight);
    }
    match sum {
        _ if members.len() > 2 => Err(Stop::error(weights, "`RevisionWeights` has more than two revisions")),
        Some(sum) if sum != 100 && !members.is_empty() => {
            Err(Stop::error(weights, format!("the weights of the revisions are {sum} together, not 100")))
        }
        _ => Ok(()),
    }
}

fn check_variables(draft: &Draft<'_>, variables: NodeId) -> Done<()> {
    for member in draft.tree.members(variables) {
        let key = draft.tree.key(member);
        let named = key.starts_with(|first: char| first.is_ascii_alphabetic())
            && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if !named {
            let message =
                format!("the name `{key}` of a variable must be of letters, digits and underscores, a letter first");
            return Err(Stop::error(member.value, message));
        }
        let length = draft.tree.string(member.value).map(|text| text.chars().count());
        if length.is_some_and(|length| !(1..=VARIABLE).contains(&length)) {
            let message = format!("the variable `{key}` must have from 1 to {VARIABLE} characters");
            return Err(Stop::error(member.value, message));
        }
    }
    Ok(())
}

/// A connector is named with its version.
fn check_egress(draft: &Draft<'_>, resource: &Resource) -> Done<()> {
    let Some(node) = resource.get(draft, "EgressNetworkConnectorArn") else { return Ok(()) };
    let Some(text) = draft.tree.string(node) else { return Ok(()) };
    let parts: Vec<&str> = text.split(':').collect();
    match parts.as_slice() {
        ["arn", partition, "lambda", _, _, "network-connector", name, version, ..]
            if ![partition, name, version].iter().any(|part| part.is_empty()) && parts.len() == 8 =>
        {
            Ok(())
        }
        _ => Err(Stop::error(node, "`EgressNetworkConnectorArn` must be the ARN of a version of a network connector")),
    }
}

fn number(draft: &Draft<'_>, node: NodeId) -> Option<i64> {
    match draft.tree.kind(node) {
        Kind::Number(text) => draft.tree.text(text).parse().ok(),
        _ => None,
    }
}
