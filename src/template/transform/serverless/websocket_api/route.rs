//! A route of a WebSocket API: the route itself, what it calls, and the permission to call it.

use super::super::edit::filled;
use super::super::resource::{Generated, Resource};
use super::super::sam::{Done, Stop};
use super::super::value::{Entry, Value, join, reference, sub, sub_with};
use super::{Auth, DEFAULT_STAGE, Kind, authorizer_id};
use crate::source::{Member, NodeId};
use crate::template::transform::Draft;

pub(super) const ROUTE: &str = "AWS::ApiGatewayV2::Route";

/// What an entry of `Routes` stands for.
pub(super) fn expand(
    draft: &Draft<'_>,
    resource: &Resource,
    member: &Member,
    auth: Option<&Auth>,
) -> Done<[Generated; 3]> {
    let (tree, node, at) = (&draft.tree, member.value, member.key_span);
    let key = tree.key(member);
    let base = format!("{}{}", resource.id, infix(key).ok_or_else(|| not_key(node, key))?);
    let Some(function) = draft.present(node, "FunctionArn").map(|member| member.value) else {
        return Err(Stop::error(node, format!("the route `{key}` must have a `FunctionArn`")));
    };
    let new = |suffix: &str, kind| resource.generates_at(draft, format!("{base}{suffix}"), kind, at);
    let mut route = new("Route", ROUTE);
    let mut integration = new("Integration", "AWS::ApiGatewayV2::Integration");
    let mut permission = new("Permission", "AWS::Lambda::Permission");

    set_route(draft, resource, &mut route, member)?;
    route.set("Target", join("/", vec!["integrations".into(), reference(integration.id.clone())]));
    if key == "$connect" {
        authorize(resource, &mut route, auth);
    }
    integration.set("ApiId", reference(resource.id.to_string()));
    integration.set("IntegrationType", "AWS_PROXY");
    integration.set("IntegrationUri", invocation("FunctionArn", function));
    integration.copy_as(draft, Some(node), "IntegrationTimeout", "TimeoutInMillis");
    permission.set("Action", "lambda:InvokeFunction");
    permission.set("FunctionName", function);
    permission.set("Principal", "apigateway.amazonaws.com");
    permission.set("SourceArn", source(draft, resource, key));
    Ok([route, integration, permission])
}

/// The URI with which an API calls a function; `name` is what the URI calls it.
pub(super) fn invocation(name: &'static str, function: NodeId) -> Value {
    let uri = format!(
        "arn:${{AWS::Partition}}:apigateway:${{AWS::Region}}:lambda:path/2015-03-31/functions/${{{name}}}/invocations"
    );
    sub_with(uri, vec![Entry::new(name, function)])
}

fn set_route(draft: &Draft<'_>, resource: &Resource, route: &mut Generated, member: &Member) -> Done<()> {
    const COPIED: [&str; 5] = [
        "ApiKeyRequired",
        "ModelSelectionExpression",
        "OperationName",
        "RequestModels",
        "RouteResponseSelectionExpression",
    ];
    let (tree, key) = (&draft.tree, draft.tree.key(member));
    route.set("RouteKey", key.to_owned());
    route.set("ApiId", reference(resource.id.to_string()));
    route.copy_all(draft, Some(member.value), &COPIED);
    if let Some(parameters) = filled(tree, member.value, "RequestParameters") {
        if key != "$connect" {
            return Err(Stop::error(parameters, "only the route `$connect` takes `RequestParameters`"));
        }
        route.copy(draft, Some(member.value), "RequestParameters");
    }
    Ok(())
}

/// Only who connects is asked who they are.
fn authorize(resource: &Resource, route: &mut Generated, auth: Option<&Auth>) {
    let Some(auth) = auth else { return };
    let kind = match auth.kind {
        Kind::None => "NONE",
        Kind::Iam => "AWS_IAM",
        Kind::Custom(_) => {
            route.set("AuthorizerId", reference(authorizer_id(resource)));
            "CUSTOM"
        }
    };
    route.set("AuthorizationType", kind);
}

/// The ARN of a route in the stage of the API.
fn source(draft: &Draft<'_>, resource: &Resource, key: &str) -> Value {
    let api = &resource.id;
    let arn = format!("arn:${{AWS::Partition}}:execute-api:${{AWS::Region}}:${{AWS::AccountId}}:${{{api}.ApiId}}");
    let name = resource.get(draft, "StageName");
    match name.map(|name| (name, draft.tree.string(name))) {
        None => sub(format!("{arn}/{DEFAULT_STAGE}/{key}")),
        Some((_, Some(stage))) => sub(format!("{arn}/{stage}/{key}")),
        Some((stage, None)) => {
            sub_with(format!("{arn}/${{__StageName__}}/{key}"), vec![Entry::new("__StageName__", stage)])
        }
    }
}

/// What a route adds to a logical id.
fn infix(key: &str) -> Option<String> {
    let name = match key {
        "$connect" | "$disconnect" | "$default" => &key[1..],
        _ if !key.is_empty() && key.chars().all(char::is_alphanumeric) => key,
        _ => return None,
    };
    let mut letters = name.chars();
    let first = letters.next()?;
    Some(first.to_uppercase().chain(letters.flat_map(char::to_lowercase)).collect())
}

fn not_key(node: NodeId, key: &str) -> Stop {
    let message =
        format!("the route `{key}` must be of letters and digits, or `$connect`, `$disconnect` or `$default`");
    Stop::error(node, message)
}
