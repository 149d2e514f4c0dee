//! A REST API with its deployment and its stage, and the permissions for its authorizers.

use super::super::check_properties;
use super::super::edit::filled;
use super::super::logical_id::suffix;
use super::super::resource::{Generated, Resource};
use super::super::sam::{Done, Sam, Stop};
use super::super::tags;
use super::super::value::{Entry, Value, list, map, reference, sub_with};
use super::{Location, Shapes, authorizer, definition, domain, usage_plan};
use crate::source::{NodeId, Span};
use crate::template::transform::Draft;

/// The properties that a REST API may have.
const PROPERTIES: [&str; 32] = [
    "AccessLogSetting",
    "AlwaysDeploy",
    "ApiKeySourceType",
    "Auth",
    "BinaryMediaTypes",
    "CacheClusterEnabled",
    "CacheClusterSize",
    "CanarySetting",
    "Cors",
    "DefinitionBody",
    "DefinitionUri",
    "Description",
    "DisableExecuteApiEndpoint",
    "Domain",
    "EndpointAccessMode",
    "EndpointConfiguration",
    "FailOnWarnings",
    "GatewayResponses",
    "MergeDefinitions",
    "MethodSettings",
    "MinimumCompressionSize",
    "Mode",
    "Models",
    "Name",
    "OpenApiVersion",
    "Policy",
    "PropagateTags",
    "SecurityPolicy",
    "StageName",
    "Tags",
    "TracingEnabled",
    "Variables",
];

const SHAPES: Shapes = Shapes {
    maps: &[
        "AccessLogSetting",
        "Auth",
        "CanarySetting",
        "DefinitionBody",
        "Domain",
        "GatewayResponses",
        "Models",
        "Tags",
        "Variables",
    ],
    lists: &["BinaryMediaTypes", "MethodSettings"],
    texts: &["StageName"],
};

/// What the resource stands for.
pub(super) fn expand(sam: &mut Sam<'_, '_>, resource: &Resource) -> Done<Vec<Generated>> {
    check_properties(sam, resource, &PROPERTIES);
    SHAPES.check(sam.draft, resource)?;
    let resource = &sam.with_parameters_in(resource, &["Auth", "BinaryMediaTypes", "Domain"]);
    let location = definition::of(sam, resource)?;
    let mut api = resource.becomes(sam.draft, "AWS::ApiGateway::RestApi");
    copy_properties(sam.draft, resource, &mut api)?;
    let content = match location {
        Some(Location::Inline(body)) => Some(("Body", body)),
        Some(Location::Bucket(bucket)) => Some(("BodyS3Location", bucket)),
        None => None,
    };
    let digest = content.as_ref().map(|(_, content)| sam.digests.of(sam.draft, content));
    if let Some((name, content)) = content {
        api.set(name, content);
    }
    let deployment = deployment(sam.draft, resource, digest);
    let stage = stage(sam.draft, resource, &deployment)?;
    let stage_id = stage.id.clone();
    let mut generated = vec![api, deployment, stage];
    let auth = resource.filled(sam.draft, "Auth");
    if let Some(auth) = auth {
        generated.extend(permissions(sam.draft, resource, auth)?);
    }
    generated.extend(domain::expand(sam, resource)?);
    if let Some(auth) = auth {
        generated.extend(usage_plan::expand(sam, resource, auth, &stage_id)?);
    }
    tags::propagate(sam.draft, resource, &mut generated);
    Ok(generated)
}

/// The properties of the API that are not part of its definition.
fn copy_properties(draft: &Draft<'_>, resource: &Resource, api: &mut Generated) -> Done<()> {
    const FILLED: [&str; 8] = [
        "FailOnWarnings",
        "Name",
        "Description",
        "Mode",
        "ApiKeySourceType",
        "Policy",
        "SecurityPolicy",
        "EndpointAccessMode",
    ];
    api.copy_all(draft, resource.properties, &["BinaryMediaTypes", "MinimumCompressionSize"]);
    for name in FILLED {
        if resource.filled(draft, name).is_some() {
            api.copy(draft, resource.properties, name);
        }
    }
    match resource
        .member(draft, "EndpointConfiguration")
        .filter(|_| resource.filled(draft, "EndpointConfiguration").is_some())
    {
        Some(member) => set_endpoint(draft, api, member.value, member.key_span),
        // Other partitions have no edge locations.
        None if draft.partition() != "aws" => {
            api.set("EndpointConfiguration", map! { "Types" => list!["REGIONAL"] });
            api.set("Parameters", map! { "endpointConfigurationTypes" => "REGIONAL" });
            Ok(())
        }
        None => Ok(()),
    }
}

fn set_endpoint(draft: &Draft<'_>, api: &mut Generated, node: NodeId, at: Span) -> Done<()> {
    let tree = &draft.tree;
    let kind = filled(tree, node, "Type");
    let mut endpoint = vec![Entry::new("Types", list![kind.unwrap_or(node)])];
    if kind.is_some() {
        let [old, new] = ["VPCEndpointIds", "VpcEndpointIds"].map(|name| tree.get(node, name));
        if old.is_some() && new.is_some() {
            return Err(Stop::error(node, "`VPCEndpointIds` and `VpcEndpointIds` name the same"));
        }
        endpoint.extend(old.or(new).map(|node| Entry::new("VpcEndpointIds", node)));
        endpoint.extend(tree.get(node, "IpAddressType").map(|node| Entry::new("IpAddressType", node)));
    }
    api.set("EndpointConfiguration", Value::Map(endpoint).at(at));
    api.set("Parameters", map! { "endpointConfigurationTypes" => kind.unwrap_or(node) }.at(at));
    Ok(())
}

/// A deployment is another one when the content of the API is.
fn deployment(draft: &Draft<'_>, resource: &Resource, digest: Option<String>) -> Generated {
    let id = format!("{}Deployment{}", resource.id, digest.as_deref().unwrap_or_default());
    let description = digest.map(|digest| format!("RestApi deployment id: {digest}"));
    let mut deployment = resource.generates(draft, id, "AWS::ApiGateway::Deployment");
    deployment.set_some("Description", description);
    deployment.set("RestApiId", reference(resource.id.to_string()));
    if resource.filled(draft, "OpenApiVersion").is_none() {
        deployment.set("StageName", "Stage");
    }
    deployment
}

fn stage(draft: &Draft<'_>, resource: &Resource, deployment: &Generated) -> Done<Generated> {
    const COPIED: [&str; 8] = [
        "StageName",
        "CacheClusterEnabled",
        "CacheClusterSize",
        "Variables",
        "MethodSettings",
        "AccessLogSetting",
        "CanarySetting",
        "TracingEnabled",
    ];
    let Some(name) = resource.get(draft, "StageName") else {
        return Err(Stop::error(resource.node, format!("the API `{}` must have a `StageName`", resource.id)));
    };
    let id = stage_id(&resource.id, draft.tree.string(name).unwrap_or_default());
    let mut stage = resource.generates(draft, id, "AWS::ApiGateway::Stage");
    stage.set("RestApiId", reference(resource.id.to_string()));
    stage.set("DeploymentId", reference(deployment.id.clone()));
    stage.copy_all(draft, resource.properties, &COPIED);
    if let Some(tags) = resource.get(draft, "Tags") {
        stage.set("Tags", tags::list_of(draft, Some(tags)));
    }
    Ok(stage)
}

/// The logical id of a stage of this name; of no name, where it is decided at deployment.
pub(in super::super) fn stage_id(api: &str, name: &str) -> String {
    if !name.is_empty() && name.chars().all(char::is_alphanumeric) {
        format!("{api}{name}Stage")
    } else {
        format!("{api}Stage{}", suffix(name))
    }
}

/// Lets the API call the functions of its authorizers.
fn permissions(draft: &Draft<'_>, resource: &Resource, auth: NodeId) -> Done<Vec<Generated>> {
    let authorizers = authorizer::read(draft, auth)?;
    let permitted = authorizers.iter().filter(|authorizer| authorizer.is_permitted(draft));
    let permission = |authorizer: &authorizer::Authorizer| {
        let function = authorizer.function(draft)?;
        let id = format!("{}{}AuthorizerPermission", resource.id, authorizer.name);
        Some(authorizer_permission(draft, resource, id, function, draft.partition(), authorizer.at))
    };
    Ok(permitted.filter_map(permission).collect())
}

/// Lets an API call the function of an authorizer.
pub(in super::super) fn authorizer_permission(
    draft: &Draft<'_>,
    resource: &Resource,
    id: String,
    function: NodeId,
    partition: &str,
    at: Span,
) -> Generated {
    let arn = format!("arn:{partition}:execute-api:${{AWS::Region}}:${{AWS::AccountId}}:${{__ApiId__}}/authorizers/*");
    let api = Entry::new("__ApiId__", reference(resource.id.to_string()));
    let mut permission = resource.generates_at(draft, id, "AWS::Lambda::Permission", at);
    permission.set("Action", "lambda:InvokeFunction");
    permission.set("FunctionName", function);
    permission.set("Principal", "apigateway.amazonaws.com");
    permission.set("SourceArn", sub_with(arn, vec![api]));
    permission
}
