//! Authorizers of a REST API, as its definition describes them.

use super::super::edit::{filled, is_filled};
use super::super::sam::{Done, Stop};
use super::super::value::{Entry, Value, list, map, sub_with};
use crate::source::{Kind, NodeId, Span, Tree};
use crate::template::transform::Draft;

/// Where an authorizer finds the identity of a caller in a request, and how that is written.
const SOURCES: [(&str, &str); 4] = [
    ("Headers", "method.request.header."),
    ("QueryStrings", "method.request.querystring."),
    ("StageVariables", "stageVariables."),
    ("Context", "context."),
];

/// An entry of `Authorizers`.
pub(super) struct Authorizer {
    pub(super) name: String,
    /// Where the name stands.
    pub(super) at: Span,
    node: NodeId,
}

/// The entries of `Authorizers`.
pub(super) fn read(draft: &Draft<'_>, auth: NodeId) -> Done<Vec<Authorizer>> {
    let tree = &draft.tree;
    let Some(node) = tree.get(auth, "Authorizers").filter(|node| is_filled(tree, *node)) else {
        return Ok(Vec::new());
    };
    if !draft.is_map(node) {
        return Err(Stop::error(node, "`Authorizers` must be a map"));
    }
    let one = |member: &crate::source::Member| {
        let name = tree.key(member).to_owned();
        match draft.is_map(member.value) {
            true => Ok(Authorizer { name, at: member.key_span, node: member.value }),
            false => Err(Stop::error(member.value, format!("authorizer `{name}` must be a map"))),
        }
    };
    tree.members(node).iter().map(one).collect()
}

impl Authorizer {
    /// The function that decides, when one does.
    pub(super) fn function(&self, draft: &Draft<'_>) -> Option<NodeId> {
        self.given(&draft.tree, "FunctionArn")
    }

    /// Whether the API gets the permission to call the function.
    pub(super) fn is_permitted(&self, draft: &Draft<'_>) -> bool {
        self.given(&draft.tree, "DisableFunctionDefaultPermissions").is_none()
    }

    /// The scopes that a caller needs.
    pub(super) fn scopes(&self, draft: &Draft<'_>) -> Done<Value> {
        match draft.present(self.node, "AuthorizationScopes") {
            None => Ok(list![]),
            Some(member) if draft.is_list(member.value) => Ok(member.value.into()),
            Some(member) => Err(Stop::error(member.value, "`AuthorizationScopes` must be a list")),
        }
    }

    /// What the definition of the API says.
    pub(super) fn definition(&self, draft: &Draft<'_>) -> Done<Value> {
        let tree = &draft.tree;
        let identity = self.given(tree, "Identity");
        if let Some(identity) = identity.filter(|identity| !draft.is_map(*identity)) {
            return Err(Stop::error(identity, "`Identity` must be a map"));
        }
        let is_request = self.is_request(tree, identity)?;
        let header = identity.and_then(|identity| filled(tree, identity, "Header"));
        let header = if is_request { "Unused".into() } else { header.map_or("Authorization".into(), Value::Node) };
        let (kind, mut details) = match self.given(tree, "UserPoolArn") {
            Some(pool) => ("cognito_user_pools", pool_of(draft, pool)),
            None => ("custom", self.call(draft, identity, is_request)?),
        };
        if !is_request && let Some(identity) = identity {
            let expression = filled(tree, identity, "ValidationExpression");
            details.extend(expression.map(|node| Entry::new("identityValidationExpression", node)));
        }
        Ok(map! {
            "type" => "apiKey",
            "name" => header,
            "in" => "header",
            "x-amazon-apigateway-authtype" => kind,
            "x-amazon-apigateway-authorizer" => details,
        })
    }

    /// Whether the function gets the whole request, and not only a token.
    fn is_request(&self, tree: &Tree, identity: Option<NodeId>) -> Done<bool> {
        let Some(kind) = tree.get(self.node, "FunctionPayloadType") else { return Ok(false) };
        let is_request = match tree.string(kind) {
            Some("REQUEST") => true,
            Some("TOKEN") => false,
            _ if matches!(tree.kind(kind), Kind::Null) => false,
            _ => return Err(Stop::error(kind, "`FunctionPayloadType` must be `TOKEN` or `REQUEST`")),
        };
        if is_request && !has_sources(tree, identity) {
            let message = format!("authorizer `{}` must say in `Identity` what identifies a request", self.name);
            return Err(Stop::error(self.node, message));
        }
        Ok(is_request && self.given(tree, "UserPoolArn").is_none())
    }

    /// How the function is called.
    fn call(&self, draft: &Draft<'_>, identity: Option<NodeId>, is_request: bool) -> Done<Vec<Entry>> {
        let tree = &draft.tree;
        let Some(function) = self.function(draft) else {
            let message = format!("authorizer `{}` must have a `UserPoolArn` or a `FunctionArn`", self.name);
            return Err(Stop::error(self.node, message));
        };
        let mut details = vec![
            Entry::new("type", if is_request { "request" } else { "token" }),
            Entry::new("authorizerUri", invocation(draft, function)),
        ];
        if let Some(seconds) = identity.and_then(|identity| draft.present(identity, "ReauthorizeEvery")) {
            details.push(Entry::new("authorizerResultTtlInSeconds", seconds.value));
        }
        let role = self.given(tree, "FunctionInvokeRole").filter(|role| tree.string(*role) != Some("NONE"));
        details.extend(role.map(|role| Entry::new("authorizerCredentials", role)));
        if is_request && let Some(identity) = identity {
            let sources = sources(tree, identity, &SOURCES)?;
            if !sources.is_empty() {
                details.push(Entry::new("identitySource", sources.join(", ")));
            }
        }
        Ok(details)
    }

    fn given(&self, tree: &Tree, name: &str) -> Option<NodeId> {
        filled(tree, self.node, name)
    }
}

/// The URI with which an API calls the function of an authorizer.
pub(in super::super) fn invocation(draft: &Draft<'_>, function: NodeId) -> Value {
    let partition = draft.partition();
    let functions = "${AWS::Region}:lambda:path/2015-03-31/functions/${__FunctionArn__}/invocations";
    sub_with(format!("arn:{partition}:apigateway:{functions}"), vec![Entry::new("__FunctionArn__", function)])
}

/// Where the identity of a caller is found in a request.
pub(in super::super) fn sources(tree: &Tree, identity: NodeId, all: &[(&str, &str)]) -> Done<Vec<String>> {
    let mut found = Vec::new();
    for (name, prefix) in all {
        let Some(node) = filled(tree, identity, name) else { continue };
        let items = tree.items(node);
        let texts: Option<Vec<&str>> = items.iter().map(|item| tree.string(*item)).collect();
        match texts {
            Some(texts) if !texts.is_empty() => found.extend(texts.iter().map(|text| format!("{prefix}{text}"))),
            _ => return Err(Stop::error(node, format!("`{name}` must be a list of texts"))),
        }
    }
    Ok(found)
}

fn pool_of(draft: &Draft<'_>, pool: NodeId) -> Vec<Entry> {
    let pools = if draft.is_list(pool) { pool.into() } else { list![pool] };
    vec![Entry::new("type", "cognito_user_pools"), Entry::new("providerARNs", pools)]
}

/// Whether there is something to identify a request by; nothing is needed where no answer is kept.
fn has_sources(tree: &Tree, identity: Option<NodeId>) -> bool {
    let Some(identity) = identity else { return false };
    let seconds = tree.get(identity, "ReauthorizeEvery").and_then(|node| tree.scalar(node));
    seconds.and_then(|text| text.parse::<i64>().ok()).is_some_and(|seconds| seconds <= 0)
        || SOURCES.iter().any(|(name, _)| filled(tree, identity, name).is_some())
}
