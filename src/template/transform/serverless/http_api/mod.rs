//! `AWS::Serverless::HttpApi`: an HTTP API with its stage, its domain and the permissions for its authorizers.

mod authorizer;
mod cors;
mod definition;
pub(super) mod domain;
pub(super) mod event;

use super::api::{Shapes, authorizer_permission};
use super::check_properties;
use super::edit::is_filled;
use super::logical_id::suffix;
use super::resource::{Generated, Resource};
use super::sam::{Done, Sam, Stop};
use super::tags;
use super::value::{Entry, Value, reference};
use crate::source::NodeId;
use crate::template::transform::Draft;

/// The tag that the transform adds.
const CREATED_BY: &str = "httpapi:createdBy";

const DEFAULT_STAGE: &str = "$default";

/// Adds the HTTP API that events imply, and begins the definitions of HTTP APIs.
pub(super) fn imply(sam: &mut Sam<'_, '_>) {
    super::api::implicit::imply(sam, &super::api::implicit::HTTP);
}

/// The properties that an HTTP API may have.
const PROPERTIES: [&str; 16] = [
    "AccessLogSettings",
    "Auth",
    "CorsConfiguration",
    "DefaultRouteSettings",
    "DefinitionBody",
    "DefinitionUri",
    "Description",
    "DisableExecuteApiEndpoint",
    "Domain",
    "FailOnWarnings",
    "Name",
    "PropagateTags",
    "RouteSettings",
    "StageName",
    "StageVariables",
    "Tags",
];

const SHAPES: Shapes = Shapes {
    maps: &[
        "AccessLogSettings",
        "Auth",
        "DefaultRouteSettings",
        "DefinitionBody",
        "Domain",
        "RouteSettings",
        "StageVariables",
        "Tags",
    ],
    lists: &[],
    texts: &["StageName"],
};

/// What the resource stands for.
pub(super) fn expand(sam: &mut Sam<'_, '_>, resource: &Resource) -> Done<Vec<Generated>> {
    check_properties(sam, resource, &PROPERTIES);
    SHAPES.check(sam.draft, resource)?;
    let resource = &sam.with_parameters_in(resource, &["CorsConfiguration", "Domain"]);
    let mut api = resource.becomes(sam.draft, "AWS::ApiGatewayV2::Api");
    if resource.filled(sam.draft, "FailOnWarnings").is_some() {
        api.copy(sam.draft, resource.properties, "FailOnWarnings");
    }
    let body = sam.take_definition(resource);
    let uri = resource.filled(sam.draft, "DefinitionUri");
    let mut tags = None;
    match (body, uri) {
        (Some(_), Some(uri)) => {
            return Err(Stop::error(uri, "an API has either a `DefinitionUri` or a `DefinitionBody`"));
        }
        (Some(body), None) => {
            let (body, is_tagged) = definition::finish(sam.draft, resource, body)?;
            tags = is_tagged.then(|| all_tags(sam.draft, resource));
            let body = body.build(sam.draft, resource.key_span);
            api.set("Body", body);
        }
        (None, Some(uri)) => {
            definition::refuse_additions(sam.draft, resource)?;
            api.set("BodyS3Location", super::api::location_of(sam.draft, uri)?);
        }
        (None, None) => {}
    }
    let mut generated = vec![api, stage(sam.draft, resource, tags.clone())];
    let own = vec![Entry::new(CREATED_BY, "SAM")];
    let domain_tags = tags.filter(|_| resource.filled(sam.draft, "Tags").is_some()).unwrap_or(own);
    let mut groups = std::mem::take(&mut sam.apis.record_sets);
    let domain = domain::expand(sam, resource, &mut groups, domain_tags);
    sam.apis.record_sets = groups;
    generated.extend(domain?);
    if let Some(auth) = resource.filled(sam.draft, "Auth") {
        generated.extend(permissions(sam.draft, resource, auth)?);
    }
    Ok(generated)
}

/// The tags of the API, and that of the transform.
fn all_tags(draft: &Draft<'_>, resource: &Resource) -> Vec<Entry> {
    tags::entries_of(draft, resource.get(draft, "Tags"), CREATED_BY)
}

fn stage(draft: &Draft<'_>, resource: &Resource, tags: Option<Vec<Entry>>) -> Generated {
    const COPIED: [&str; 4] = ["StageVariables", "AccessLogSettings", "DefaultRouteSettings", "RouteSettings"];
    let name = resource.filled(draft, "StageName");
    let text = name.map_or(DEFAULT_STAGE, |name| draft.tree.string(name).unwrap_or_default());
    let id = match text {
        DEFAULT_STAGE => format!("{}ApiGatewayDefaultStage", resource.id),
        text if !text.is_empty() && text.chars().all(char::is_alphanumeric) => format!("{}{text}Stage", resource.id),
        text => format!("{}Stage{}", resource.id, suffix(text)),
    };
    let mut stage = resource.generates(draft, id, "AWS::ApiGatewayV2::Stage");
    stage.set("ApiId", reference(resource.id.to_string()));
    match name {
        Some(_) => stage.copy(draft, resource.properties, "StageName"),
        None => stage.set("StageName", DEFAULT_STAGE),
    }
    stage.copy_all(draft, resource.properties, &COPIED);
    stage.set_some("Tags", tags);
    stage.set("AutoDeploy", true);
    stage
}

/// Lets the API call the functions of the authorizers that ask for it.
fn permissions(draft: &Draft<'_>, resource: &Resource, auth: NodeId) -> Done<Vec<Generated>> {
    let tree = &draft.tree;
    let Some(authorizers) = tree.get(auth, "Authorizers") else { return Ok(Vec::new()) };
    let mut generated = Vec::new();
    for member in tree.members(authorizers) {
        let filled = |name: &str| tree.get(member.value, name).filter(|node| is_filled(tree, *node));
        let (Some(function), Some(permitted)) =
            (filled("FunctionArn"), tree.get(member.value, "EnableFunctionDefaultPermissions"))
        else {
            continue;
        };
        if is_filled(tree, permitted) {
            let id = format!("{}{}AuthorizerPermission", resource.id, tree.key(member));
            let partition = "${AWS::Partition}";
            generated.push(authorizer_permission(draft, resource, id, function, partition, member.key_span));
        }
    }
    Ok(generated)
}

/// A value without a place.
fn empty() -> Value {
    Value::Map(Vec::new())
}
