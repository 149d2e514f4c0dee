//! `AWS::Serverless::WebSocketApi`: a WebSocket API with its stage, its domain, and for each route what it calls.

mod route;

use super::api::{Shapes, authorizer_permission, record_sets};
use super::check_properties;
use super::edit::filled;
use super::http_api::domain;
use super::resource::{Generated, Resource};
use super::sam::{Done, Sam, Stop};
use super::tags;
use super::value::{Entry, Value, reference};
use crate::source::{Member, NodeId};
use crate::template::transform::Draft;

/// The tag that the transform adds.
const CREATED_BY: &str = "websocketapi:createdBy";

const DEFAULT_STAGE: &str = "default";

/// `Auth`: who may connect.
struct Auth {
    node: NodeId,
    kind: Kind,
}

/// `AuthType`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    None,
    Iam,
    /// The function that decides.
    Custom(NodeId),
}

/// The properties that a WebSocket API may have.
const PROPERTIES: [&str; 18] = [
    "AccessLogSettings",
    "ApiKeySelectionExpression",
    "Auth",
    "DefaultRouteSettings",
    "Description",
    "DisableExecuteApiEndpoint",
    "DisableSchemaValidation",
    "Domain",
    "FailOnWarnings",
    "IpAddressType",
    "Name",
    "PropagateTags",
    "RouteSelectionExpression",
    "RouteSettings",
    "Routes",
    "StageName",
    "StageVariables",
    "Tags",
];

const SHAPES: Shapes = Shapes {
    maps: &[
        "AccessLogSettings",
        "Auth",
        "DefaultRouteSettings",
        "Domain",
        "RouteSettings",
        "Routes",
        "StageVariables",
        "Tags",
    ],
    lists: &[],
    texts: &["Name", "RouteSelectionExpression", "StageName"],
};

/// What the resource stands for.
pub(super) fn expand(sam: &mut Sam<'_, '_>, resource: &Resource) -> Done<Vec<Generated>> {
    check_properties(sam, resource, &PROPERTIES);
    SHAPES.check(sam.draft, resource)?;
    let resource = &sam.with_parameters_in(resource, &["Auth", "Domain", "Routes"]);
    let resource = &without_attributes(sam.draft, resource);
    let draft = &*sam.draft;
    let Some(routes) = resource.filled(draft, "Routes").filter(|routes| draft.is_map(*routes)) else {
        return Err(Stop::error(resource.blame(draft, "Routes"), "a WebSocket API must have `Routes`"));
    };
    let routes: Vec<Member> = draft.tree.members(routes).to_vec();
    check(sam, resource)?;
    let auth = auth(draft, resource)?;
    if let Some(auth) = &auth
        && !routes.iter().any(|route| draft.tree.key(route) == "$connect")
    {
        return Err(Stop::error(auth.node, "`Auth` needs a route `$connect`"));
    }
    let mut generated = vec![api(draft, resource)];
    for route in &routes {
        generated.extend(route::expand(draft, resource, route, auth.as_ref())?);
    }
    let own = vec![Entry::new(CREATED_BY, "SAM")];
    generated.extend(domain::expand(sam, resource, &mut record_sets::Groups::default(), own)?);
    let mut stage = stage(sam.draft, resource)?;
    if resource.filled(sam.draft, "RouteSettings").is_some() {
        let routes = generated.iter().filter(|one| one.kind == route::ROUTE);
        let ids: Vec<Value> = routes.map(|route| route.id.clone().into()).collect();
        stage.set_attribute("DependsOn", ids);
    }
    generated.push(stage);
    if let Some(auth) = &auth
        && let Kind::Custom(function) = auth.kind
    {
        generated.extend(authorizer(sam.draft, resource, auth, function));
    }
    propagate(sam.draft, resource, &mut generated);
    Ok(generated)
}

/// The transform drops the attributes of a WebSocket API, its condition too.
fn without_attributes(draft: &mut Draft<'_>, resource: &Resource) -> Resource {
    let kept = |member: &Member| matches!(draft.tree.key(member), "Type" | "Properties" | "DependsOn" | "Metadata");
    let members: Vec<Member> = draft.tree.members(resource.node).iter().copied().filter(kept).collect();
    Resource { node: draft.with_members(resource.node, &members), ..resource.clone() }
}

fn check(sam: &Sam<'_, '_>, resource: &Resource) -> Done<()> {
    let draft = &*sam.draft;
    if resource.get(draft, "RouteSelectionExpression").is_none() {
        let message = format!("the API `{}` must have a `RouteSelectionExpression`", resource.id);
        return Err(Stop::error(resource.node, message));
    }
    if let Some(node) = resource.get(draft, "IpAddressType")
        && !draft.is_function(node)
        && !matches!(draft.tree.string(node), Some("ipv4" | "dualstack"))
    {
        return Err(Stop::error(node, "`IpAddressType` must be `ipv4` or `dualstack`"));
    }
    let domain = resource.get(draft, "Domain");
    if let Some(node) = domain.and_then(|domain| filled(&draft.tree, domain, "MutualTlsAuthentication")) {
        return Err(Stop::error(node, "a WebSocket API takes no `MutualTlsAuthentication`"));
    }
    Ok(())
}

fn auth(draft: &Draft<'_>, resource: &Resource) -> Done<Option<Auth>> {
    let tree = &draft.tree;
    let Some(node) = resource.filled(draft, "Auth") else { return Ok(None) };
    let is_alone = tree.members(node).len() == 1;
    let kind = match filled(tree, node, "AuthType").map(|kind| (kind, tree.string(kind))) {
        None => return Err(Stop::error(node, "`Auth` must have an `AuthType`")),
        Some((_, Some("NONE"))) if is_alone => Kind::None,
        Some((_, Some("AWS_IAM"))) if is_alone => Kind::Iam,
        Some((_, Some("CUSTOM"))) => match filled(tree, node, "AuthArn") {
            Some(function) => Kind::Custom(function),
            None => return Err(Stop::error(node, "`Auth` of the type `CUSTOM` must have an `AuthArn`")),
        },
        Some((_, Some(kind @ ("NONE" | "AWS_IAM")))) => {
            return Err(Stop::error(node, format!("`Auth` of the type `{kind}` has nothing but its type")));
        }
        Some((kind, Some(_))) => {
            return Err(Stop::error(kind, "`AuthType` must be `AWS_IAM`, `CUSTOM` or `NONE`"));
        }
        Some((kind, None)) => return Err(super::api::not_literal(draft, kind, "AuthType")),
    };
    Ok(Some(Auth { node, kind }))
}

fn api(draft: &Draft<'_>, resource: &Resource) -> Generated {
    const COPIED: [&str; 6] = [
        "ApiKeySelectionExpression",
        "Description",
        "DisableExecuteApiEndpoint",
        "DisableSchemaValidation",
        "IpAddressType",
        "RouteSelectionExpression",
    ];
    let mut api = resource.becomes(draft, "AWS::ApiGatewayV2::Api");
    api.copy_all(draft, resource.properties, &COPIED);
    match resource.get(draft, "Name") {
        Some(_) => api.copy(draft, resource.properties, "Name"),
        None => api.set("Name", resource.id.to_string()),
    }
    api.set("ProtocolType", "WEBSOCKET");
    api.set("Tags", all_tags(draft, resource));
    api
}

/// The tags of the API, and that of the transform.
fn all_tags(draft: &Draft<'_>, resource: &Resource) -> Vec<Entry> {
    tags::entries_of(draft, resource.get(draft, "Tags"), CREATED_BY)
}

/// Where `PropagateTags` asks for it, the stage and the domain have the tags of the API.
fn propagate(draft: &Draft<'_>, resource: &Resource, generated: &mut [Generated]) {
    if resource.filled(draft, "PropagateTags").is_none() || resource.filled(draft, "Tags").is_none() {
        return;
    }
    for one in generated {
        if matches!(one.kind, "AWS::ApiGatewayV2::Stage" | "AWS::ApiGatewayV2::DomainName") {
            one.set("Tags", all_tags(draft, resource));
        }
    }
}

fn stage(draft: &Draft<'_>, resource: &Resource) -> Done<Generated> {
    const COPIED: [&str; 4] = ["StageVariables", "AccessLogSettings", "DefaultRouteSettings", "RouteSettings"];
    let name = resource.get(draft, "StageName");
    let text = name.map_or(DEFAULT_STAGE, |name| draft.tree.string(name).unwrap_or_default());
    let id = match text {
        "$default" => {
            let node = resource.blame(draft, "StageName");
            return Err(Stop::error(node, "a stage of a WebSocket API cannot be called `$default`"));
        }
        DEFAULT_STAGE => format!("{}DefaultStage", resource.id),
        text => format!("{}{text}Stage", resource.id),
    };
    let mut stage = resource.generates(draft, id, "AWS::ApiGatewayV2::Stage");
    stage.set("ApiId", reference(resource.id.to_string()));
    match name {
        Some(_) => stage.copy(draft, resource.properties, "StageName"),
        None => stage.set("StageName", DEFAULT_STAGE),
    }
    stage.copy_all(draft, resource.properties, &COPIED);
    stage.set("Tags", vec![Entry::new(CREATED_BY, "SAM")]);
    stage.set("AutoDeploy", true);
    Ok(stage)
}

/// The authorizer of the route `$connect`, and what lets the API call its function.
fn authorizer(draft: &Draft<'_>, resource: &Resource, auth: &Auth, function: NodeId) -> Vec<Generated> {
    let at = resource.member(draft, "Auth").map_or(resource.key_span, |member| member.key_span);
    let id = authorizer_id(resource);
    let mut authorizer = resource.generates_at(draft, id.clone(), "AWS::ApiGatewayV2::Authorizer", at);
    authorizer.set("ApiId", reference(resource.id.to_string()));
    authorizer.copy_as(draft, Some(auth.node), "InvokeRole", "AuthorizerCredentialsArn");
    authorizer.set("AuthorizerType", "REQUEST");
    authorizer.set("AuthorizerUri", route::invocation("AuthArn", function));
    authorizer.copy(draft, Some(auth.node), "IdentitySource");
    match filled(&draft.tree, auth.node, "Name") {
        Some(_) => authorizer.copy(draft, Some(auth.node), "Name"),
        None => authorizer.set("Name", id),
    }
    let mut generated = vec![authorizer];
    if filled(&draft.tree, auth.node, "InvokeRole").is_none() {
        let id = format!("{}AuthorizerPermission", resource.id);
        generated.push(authorizer_permission(draft, resource, id, function, "${AWS::Partition}", at));
    }
    generated
}

fn authorizer_id(resource: &Resource) -> String {
    format!("{}ConnectAuthorizer", resource.id)
}
