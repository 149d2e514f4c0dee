//! `AWS::Serverless::WebFunction`: a function behind an address of its own, with its revision and its role.

mod checks;
mod regions;

use super::resource::{Generated, Resource};
use super::role::{Role, trust};
use super::s3;
use super::sam::{Done, Sam, Stop};
use super::tags;
use super::value::{Entry, Value, get_att, list, map, sub_with};
use crate::source::NodeId;
use crate::template::transform::Draft;

/// Seconds after which a request ends when the template does not say.
const TIMEOUT: i64 = 30;

/// Characters of a logical id that fit into the name of a function, beside a part of the id of the stack.
const NAME: usize = 55;

/// What the resource stands for.
pub(super) fn expand(sam: &mut Sam<'_, '_>, resource: &Resource) -> Done<Vec<Generated>> {
    checks::check(sam, resource)?;
    let tags = tags::with_own(sam.draft, resource)?;
    let mut generated = Vec::new();
    let role_arn: Value = match resource.get(sam.draft, "ExecutionRoleArn") {
        Some(role) => role.into(),
        None => {
            let role = Role {
                trust: trust("lambda.amazonaws.com"),
                managed: vec!["service-role/AWSLambdaBasicExecutionRole"],
                inline: Vec::new(),
                tags: tags.clone(),
            };
            let role = role.of(sam, resource)?;
            let arn = get_att(role.id.clone(), "Arn");
            generated.push(role);
            arn
        }
    };
    let draft = &*sam.draft;
    let name = function_name(draft, resource);
    let mut function = resource.becomes(draft, "AWS::Lambda::WebFunction");
    function.set("FunctionName", name.clone());
    function.set("Tags", tags);
    let mut revision =
        resource.generates(draft, format!("{}Revision", resource.id), "AWS::Lambda::WebFunctionRevision");
    revision.set_attribute("DependsOn", list![function.id.clone()]);
    revision.set("FunctionName", name.clone());
    revision.copy_as(draft, resource.properties, "RevisionDescription", "Description");
    revision.copy(draft, resource.properties, "KmsKeyArn");
    revision.set("BuildConfig", build_config(draft, resource)?);
    revision.set("ServiceConfig", service_config(draft, resource, role_arn)?);
    let endpoint = endpoint(draft, resource, name, &revision)?;
    generated.extend([function, revision, endpoint]);
    Ok(generated)
}

/// The name that the template gives, or else one of the logical id and the first part of the id of the stack.
fn function_name(draft: &Draft<'_>, resource: &Resource) -> Value {
    if let Some(name) = resource.get(draft, "FunctionName") {
        return name.into();
    }
    let split = |delimiter, of: Value| map! { "Fn::Split" => list![delimiter, of] };
    let select = |index: i64, of: Value| map! { "Fn::Select" => list![index, of] };
    let guid = select(2, split("/", map! { "Ref" => "AWS::StackId" }));
    let prefix: String = resource.id.chars().take(NAME).collect();
    sub_with(format!("{prefix}-${{StackIdSuffix}}"), vec![Entry::new("StackIdSuffix", select(0, split("-", guid)))])
}

fn build_config(draft: &Draft<'_>, resource: &Resource) -> Done<Value> {
    let Some(runtime) = resource.get(draft, "Runtime") else {
        return Err(Stop::error(resource.node, format!("the web function `{}` has no `Runtime`", resource.id)));
    };
    if let Some(inline) = resource.get(draft, "InlineCode") {
        return Err(Stop::error(inline, "a web function takes no `InlineCode`"));
    }
    let Some(code) = resource.get(draft, "CodeUri") else {
        return Err(Stop::error(resource.node, format!("the web function `{}` has no `CodeUri`", resource.id)));
    };
    let mut code_config = map! {};
    if let Some(place) = s3::location(draft, code, "CodeUri", &s3::WEB_CODE)? {
        code_config.insert("S3Object", place);
    }
    Ok(map! { "CodeConfig" => code_config, "RuntimeConfig" => map! { "Runtime" => runtime } })
}

fn service_config(draft: &Draft<'_>, resource: &Resource, role_arn: Value) -> Done<Value> {
    let mut config = map! { "ExecutionRoleArn" => role_arn };
    let entry_point = resource.get(draft, "EntryPoint");
    match resource.get(draft, "EnvironmentVariables") {
        Some(variables) if draft.is_function(variables) => {
            if let Some(entry_point) = entry_point {
                let message = "`EntryPoint` needs `EnvironmentVariables` to be a map that is no function";
                return Err(Stop::error(entry_point, message));
            }
            config.insert("EnvironmentVariables", variables);
        }
        variables => {
            let mut own = variables.map_or_else(|| map! {}, |variables| texts_of(draft, variables));
            if let Some(entry_point) = entry_point {
                own.insert("AWS_LAMBDA_NODEJS_ENTRYPOINT", entry_point);
            }
            if !matches!(&own, Value::Map(entries) if entries.is_empty()) {
                config.insert("EnvironmentVariables", own);
            }
        }
    }
    if let Some(logging) = resource.get(draft, "LoggingConfig") {
        config.insert("TelemetryConfig", map! { "LoggingConfig" => logging });
    }
    for name in ["MaxConcurrencyPerEnvironment", "EgressNetworkConnectorArn"] {
        if let Some(node) = resource.get(draft, name) {
            config.insert(name, node);
        }
    }
    let timeout = resource.get(draft, "Timeout").map_or_else(|| TIMEOUT.into(), Value::from);
    config.insert("TimeoutSeconds", timeout);
    Ok(config)
}

/// A map in which numbers and booleans are texts.
fn texts_of(draft: &Draft<'_>, map: NodeId) -> Value {
    let tree = &draft.tree;
    let entries = tree.members(map).iter().map(|member| {
        let text = tree.scalar(member.value).map(|text| Value::from(text.to_owned()).at(tree.span(member.value)));
        let own = Entry::of(draft, *member);
        Entry { value: text.unwrap_or_else(|| own.value.clone()), ..own }
    });
    Value::Map(entries.collect())
}

fn endpoint(draft: &Draft<'_>, resource: &Resource, name: Value, revision: &Generated) -> Done<Generated> {
    let id = format!("{}Endpoint", resource.id);
    let mut endpoint = resource.generates(draft, id, "AWS::Lambda::WebFunctionEndpoint");
    endpoint.set_attribute("DependsOn", list![resource.id.to_string(), revision.id.clone()]);
    endpoint.set("FunctionName", name);
    endpoint.set("EndpointName", "prod");
    endpoint.set("EndpointType", "HomeRegion");
    endpoint.copy_all(draft, resource.properties, &["EndpointName", "EndpointType", "AuthType"]);
    let weights = resource.get(draft, "RevisionWeights").map_or(&[][..], |weights| draft.tree.members(weights));
    let mut revisions: Vec<Value> = weights
        .iter()
        .map(|member| {
            let id = Value::from(draft.tree.key(member).to_owned()).at(member.key_span);
            map! { "RevisionId" => id, "Weight" => member.value }
        })
        .collect();
    if revisions.is_empty() {
        revisions.push(map! { "RevisionId" => get_att(revision.id.clone(), "RevisionId"), "Weight" => 100_i64 });
    }
    endpoint.set("RevisionWeights", revisions);
    endpoint.set_some("Regions", regions::of(draft, resource)?);
    endpoint.copy_as(draft, resource.properties, "EndpointDescription", "Description");
    endpoint.copy_all(draft, resource.properties, &["ScalingConfig", "ThrottleConfig"]);
    Ok(endpoint)
}
