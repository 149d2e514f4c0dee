//! Who may call an API: its `Auth`.

use super::Graph;
use crate::source::NodeId;
use crate::template::transform::serverless::resource::Generated;
use crate::template::transform::serverless::sam::{Done, Stop};
use crate::template::transform::serverless::value::{Entry, Value};

/// A kind of authorization.
struct Kind {
    name: &'static str,
    /// The property with its settings, and what AppSync calls that.
    settings: Option<(&'static str, &'static str)>,
}

const KINDS: [Kind; 5] = [
    Kind { name: "AWS_IAM", settings: None },
    Kind { name: "API_KEY", settings: None },
    Kind { name: "AWS_LAMBDA", settings: Some(("LambdaAuthorizer", "LambdaAuthorizerConfig")) },
    Kind { name: "OPENID_CONNECT", settings: Some(("OpenIDConnect", "OpenIDConnectConfig")) },
    Kind { name: "AMAZON_COGNITO_USER_POOLS", settings: Some(("UserPool", "UserPoolConfig")) },
];

/// Sets the default and the further ways to be authorized; the functions that are asked.
pub(super) fn set(graph: &Graph<'_, '_>, api: &mut Generated) -> Done<Vec<NodeId>> {
    let (draft, resource) = (graph.draft, graph.resource);
    let Some(auth) = graph.get("Auth").filter(|auth| draft.is_map(*auth)) else {
        let at = resource.blame(draft, "Auth");
        return Err(Stop::error(at, format!("the API `{}` has no `Auth` that is a map", resource.id)));
    };
    let mut functions = Vec::new();
    for Entry { key, value, .. } in provider(graph, auth, true, &mut functions)? {
        api.set(key, value);
    }
    let Some(additional) = draft.present(auth, "Additional") else { return Ok(functions) };
    if !draft.is_list(additional.value) {
        return Err(Stop::error(additional.value, "`Additional` is not a list"));
    }
    let mut providers: Vec<Value> = Vec::new();
    for item in draft.tree.items(additional.value) {
        let provider = Value::from(provider(graph, *item, false, &mut functions)?);
        providers.push(provider.at(draft.tree.span(*item)));
    }
    if !providers.is_empty() {
        api.set("AdditionalAuthenticationProviders", providers);
    }
    Ok(functions)
}

/// One way to be authorized: its type and its settings.
fn provider(graph: &Graph<'_, '_>, node: NodeId, default: bool, functions: &mut Vec<NodeId>) -> Done<Vec<Entry>> {
    let draft = graph.draft;
    let named = graph.required(node, "Type", "Auth")?;
    let name = draft.tree.string(named.value);
    let Some(kind) = KINDS.iter().find(|kind| Some(kind.name) == name) else {
        let names: Vec<String> = KINDS.iter().map(|kind| format!("`{}`", kind.name)).collect();
        return Err(Stop::error(named.value, format!("the `Type` of an `Auth` is one of {}", names.join(", "))));
    };
    let mut settings = KINDS.iter().filter_map(|kind| kind.settings).filter_map(|(own, _)| draft.present(node, own));
    if let (Some(_), Some(second)) = (settings.next(), settings.next()) {
        return Err(Stop::error(second.value, "an `Auth` has settings of one kind only"));
    }
    let mut entries = vec![Entry::copied("AuthenticationType", named)];
    let Some((own, name)) = kind.settings else { return Ok(entries) };
    let member = graph.required(node, own, "Auth")?;
    if own == "LambdaAuthorizer" {
        functions.push(graph.required(member.value, "AuthorizerUri", own)?.value);
    }
    let mut entry = Entry::copied(name, member);
    if own == "UserPool" && !default {
        // Only the default has an action for those that no other way knows.
        let mut pool = Value::copied(draft, member.value);
        pool.take(&draft.tree, "DefaultAction");
        entry.value = pool.at(draft.tree.span(member.value));
    }
    entries.push(entry);
    Ok(entries)
}
