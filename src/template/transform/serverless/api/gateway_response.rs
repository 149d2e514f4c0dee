//! Responses of the gateway itself, as the definition of a REST API describes them.

use super::super::edit::is_filled;
use super::super::sam::{Done, Stop};
use super::super::value::{Entry, Value};
use crate::source::{NodeId, Tree};
use crate::template::transform::Draft;

const KEYS: [&str; 3] = ["ResponseParameters", "ResponseTemplates", "StatusCode"];

const PARAMETERS: [(&str, &str); 3] = [("Headers", "header."), ("Paths", "path."), ("QueryStrings", "querystring.")];

/// Adds `GatewayResponses` to a definition.
pub(super) fn add(draft: &Draft<'_>, body: &mut Value, responses: NodeId) -> Done<()> {
    let tree = &draft.tree;
    let at = tree.span(responses);
    for member in tree.members(responses) {
        let definition = definition(draft, member.value)?;
        if let Some(all) = body.map_at(tree, "x-amazon-apigateway-gateway-responses", at) {
            all.set(tree, tree.key(member), member.key_span, definition.at(tree.span(member.value)));
        }
    }
    Ok(())
}

fn definition(draft: &Draft<'_>, response: NodeId) -> Done<Value> {
    let tree = &draft.tree;
    if !draft.is_map(response) || draft.is_function(response) {
        return Err(Stop::error(response, "an entry of `GatewayResponses` must be a map without functions"));
    }
    if let Some(other) = tree.members(response).iter().find(|member| !KEYS.contains(&tree.key(member))) {
        return Err(Stop::error(other.value, format!("a gateway response has no key `{}`", tree.key(other))));
    }
    let filled = |name: &str| tree.get(response, name).filter(|node| is_filled(tree, *node));
    let parameters = filled("ResponseParameters").map_or_else(|| Ok(Vec::new()), |node| parameters(tree, node))?;
    let templates = filled("ResponseTemplates").map_or_else(|| Value::Map(Vec::new()), Value::Node);
    let mut entries = vec![Entry::new("responseParameters", parameters), Entry::new("responseTemplates", templates)];
    if let Some(status) = filled("StatusCode") {
        let text = tree.scalar(status).unwrap_or_default();
        if !matches!(text.len(), 1..=3) || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Stop::error(status, "`StatusCode` must be a number of up to three digits"));
        }
        entries.push(Entry::new("statusCode", Value::from(text.to_owned()).at(tree.span(status))));
    }
    Ok(Value::Map(entries))
}

fn parameters(tree: &Tree, node: NodeId) -> Done<Vec<Entry>> {
    let known = |name: &str| PARAMETERS.iter().any(|(known, _)| *known == name);
    if let Some(other) = tree.members(node).iter().find(|member| !known(tree.key(member))) {
        return Err(Stop::error(other.value, format!("`ResponseParameters` has no key `{}`", tree.key(other))));
    }
    let mut entries = Vec::new();
    for (name, prefix) in PARAMETERS {
        for member in tree.get(node, name).map_or(&[][..], |node| tree.members(node)) {
            entries.push(Entry {
                key: format!("gatewayresponse.{prefix}{}", tree.key(member)).into(),
                key_span: Some(member.key_span),
                value: member.value.into(),
            });
        }
    }
    Ok(entries)
}
