//! Authorizers of an HTTP API, as its definition describes them.

use super::super::api::{IAM, invocation, sources};
use super::super::edit::{filled, is_filled};
use super::super::sam::{Done, Stop};
use super::super::value::{Entry, Value, list, map};
use crate::source::{Kind, Member, NodeId, Span, Tree};
use crate::template::transform::Draft;

const KEY: &str = "x-amazon-apigateway-authorizer";

const SOURCES: [(&str, &str); 4] = [
    ("Headers", "$request.header."),
    ("QueryStrings", "$request.querystring."),
    ("StageVariables", "$stageVariables."),
    ("Context", "$context."),
];

/// What only an authorizer with JSON web tokens has.
const ONLY_TOKENS: [&str; 3] = ["AuthorizationScopes", "JwtConfiguration", "IdentitySource"];

/// What only an authorizer with a function has.
const ONLY_FUNCTION: [&str; 6] = [
    "FunctionArn",
    "FunctionInvokeRole",
    "Identity",
    "AuthorizerPayloadFormatVersion",
    "EnableSimpleResponses",
    "EnableFunctionDefaultPermissions",
];

/// An authorizer.
pub(super) struct Authorizer {
    pub(super) name: String,
    pub(super) at: Span,
    pub(super) scopes: Value,
    pub(super) definition: Value,
}

/// The authorizers of `Auth`.
pub(super) fn read(draft: &Draft<'_>, auth: NodeId) -> Done<Vec<Authorizer>> {
    let tree = &draft.tree;
    let mut found = Vec::new();
    if let Some(member) = tree.member(auth, "EnableIamAuthorizer")
        && matches!(tree.kind(member.value), Kind::Bool(true))
    {
        let definition = map! {
            "type" => "apiKey", "name" => "Authorization", "in" => "header",
            "x-amazon-apigateway-authtype" => "awsSigv4",
        };
        found.push(Authorizer { name: IAM.to_owned(), at: member.key_span, scopes: list![], definition });
    }
    let Some(authorizers) = filled(tree, auth, "Authorizers") else { return Ok(found) };
    if !draft.is_map(authorizers) {
        return Err(Stop::error(authorizers, "`Authorizers` must be a map"));
    }
    for member in tree.members(authorizers) {
        found.push(authorizer(draft, member)?);
    }
    Ok(found)
}

fn authorizer(draft: &Draft<'_>, member: &Member) -> Done<Authorizer> {
    let (tree, node) = (&draft.tree, member.value);
    let name = tree.key(member).to_owned();
    if !draft.is_map(node) {
        return Err(Stop::error(node, format!("authorizer `{name}` must be a map")));
    }
    let tokens = filled(tree, node, "JwtConfiguration");
    let others = if tokens.is_some() { &ONLY_FUNCTION[..] } else { &ONLY_TOKENS };
    if let Some(other) = others.iter().find_map(|other| draft.present(node, other)) {
        let kind = if tokens.is_some() { "JSON web tokens" } else { "a function" };
        let message = format!("an authorizer with {kind} has no `{}`", tree.key(&other));
        return Err(Stop::error(other.value, message));
    }
    let needed = |key: &str| {
        filled(tree, node, key).ok_or_else(|| Stop::error(node, format!("authorizer `{name}` needs `{key}`")))
    };
    let definition = match tokens {
        Some(tokens) => with_tokens(tree, tokens, needed("IdentitySource")?)?,
        None => with_function(draft, node, needed("FunctionArn")?, needed("AuthorizerPayloadFormatVersion")?)?,
    };
    let scopes = match draft.present(node, "AuthorizationScopes") {
        None => list![],
        Some(scopes) if draft.is_list(scopes.value) => scopes.value.into(),
        Some(scopes) => return Err(Stop::error(scopes.value, "`AuthorizationScopes` must be a list")),
    };
    Ok(Authorizer { name, at: member.key_span, scopes, definition })
}

fn with_tokens(tree: &Tree, tokens: NodeId, source: NodeId) -> Done<Value> {
    let members = tree.members(tokens);
    if members.is_empty() {
        return Err(Stop::error(tokens, "`JwtConfiguration` must be a map"));
    }
    let entry = |member: &Member| Entry {
        key: tree.key(member).to_lowercase().into(),
        key_span: Some(member.key_span),
        value: member.value.into(),
    };
    let configuration: Vec<Entry> = members.iter().map(entry).collect();
    Ok(map! {
        "type" => "oauth2",
        KEY => map! { "jwtConfiguration" => configuration, "identitySource" => source, "type" => "jwt" },
    })
}

fn with_function(draft: &Draft<'_>, node: NodeId, function: NodeId, version: NodeId) -> Done<Value> {
    let tree = &draft.tree;
    let mut details = vec![Entry::new("type", "request"), Entry::new("authorizerUri", invocation(draft, function))];
    let role = filled(tree, node, "FunctionInvokeRole").filter(|role| tree.string(*role) != Some("NONE"));
    details.extend(role.map(|role| Entry::new("authorizerCredentials", role)));
    if let Some(identity) = filled(tree, node, "Identity") {
        if !draft.is_map(identity) {
            return Err(Stop::error(identity, "`Identity` must be a map"));
        }
        let seconds = draft.present(identity, "ReauthorizeEvery");
        details.extend(seconds.map(|member| Entry::new("authorizerResultTtlInSeconds", member.value)));
        let sources: Vec<Value> = sources(tree, identity, &SOURCES)?.into_iter().map(Value::from).collect();
        details.push(Entry::new("identitySource", sources));
    }
    details.push(Entry::new("authorizerPayloadFormatVersion", version));
    if let Some(simple) = tree.get(node, "EnableSimpleResponses").filter(|node| is_filled(tree, *node)) {
        details.push(Entry::new("enableSimpleResponses", simple));
    }
    Ok(map! { "type" => "apiKey", "name" => "Unused", "in" => "header", KEY => details })
}
