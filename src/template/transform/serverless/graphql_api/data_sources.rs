//! The sources of data of an API, each with a role that may read and write there.

use super::{APPSYNC, Endpoint, Graph};
use crate::source::{Member, NodeId};
use crate::template::transform::serverless::resource::Generated;
use crate::template::transform::serverless::role::trust;
use crate::template::transform::serverless::sam::{Done, Stop};
use crate::template::transform::serverless::value::{Entry, Value, get_att, map, reference, sub_with};

/// Adds the sources of data.
pub(super) fn expand(graph: &mut Graph<'_, '_>) -> Done<()> {
    let Some(sources) = graph.get("DataSources") else { return Ok(()) };
    let kind = |name| graph.draft.present(sources, name).map(|member| member.value);
    let (tables, functions) = (kind("DynamoDb"), kind("Lambda"));
    for member in graph.entries(tables, "DynamoDb")? {
        table(graph, *member)?;
    }
    for member in graph.entries(functions, "Lambda")? {
        function(graph, *member)?;
    }
    Ok(())
}

fn table(graph: &mut Graph<'_, '_>, member: Member) -> Done<()> {
    let (draft, node) = (graph.draft, member.value);
    let table = graph.required(node, "TableName", draft.tree.key(&member))?.value;
    let get = |name| draft.present(node, name).map(|member| member.value);
    let region = get("Region").map_or_else(|| reference("AWS::Region"), Value::from);
    let mut source = data_source(graph, member, "DynamoDB", "AMAZON_DYNAMODB");
    let mut config = map! { "AwsRegion" => region.clone(), "TableName" => table };
    for name in ["UseCallerCredentials", "Versioned"] {
        if let Some(flag) = get(name).filter(|flag| draft.tree.scalar(*flag) != Some("false")) {
            config.insert(name, flag);
        }
    }
    if let Some(sync) = get("DeltaSync") {
        config.insert("DeltaSyncConfig", sync);
    }
    source.set("DynamoDBConfig", config);
    let composed = || {
        let variables = vec![Entry::new("__TableName__", table), Entry::new("__Region__", region.clone())];
        sub_with("arn:${AWS::Partition}:dynamodb:${__Region__}:${AWS::AccountId}:table/${__TableName__}", variables)
    };
    let destination = Endpoint {
        type_name: "AWS::DynamoDB::Table".to_owned(),
        arn: Some(get("TableArn").map_or_else(composed, Value::from)),
        ..Endpoint::default()
    };
    let permissions = get("Permissions").filter(|list| !draft.tree.items(*list).is_empty());
    let permissions = match permissions {
        None => vec!["Read", "Write"],
        Some(list) => {
            let texts = draft.tree.items(list).iter().map(|item| draft.tree.string(*item));
            let wrong = || Stop::error(list, "`Permissions` must be a list of `Read` and `Write`");
            texts.collect::<Option<Vec<&str>>>().ok_or_else(wrong)?
        }
    };
    finish(graph, member, source, "ToTableConnector", &destination, &permissions)
}

fn function(graph: &mut Graph<'_, '_>, member: Member) -> Done<()> {
    let function = graph.required(member.value, "FunctionArn", graph.draft.tree.key(&member))?;
    let mut source = data_source(graph, member, "Lambda", "AWS_LAMBDA");
    source.set("LambdaConfig", vec![Entry::copied("LambdaFunctionArn", function)]);
    let destination = Endpoint {
        type_name: "AWS::Lambda::Function".to_owned(),
        arn: Some(function.value.into()),
        ..Endpoint::default()
    };
    finish(graph, member, source, "ToLambdaConnector", &destination, &["Write"])
}

/// A source of data without its settings.
fn data_source(graph: &Graph<'_, '_>, member: Member, infix: &str, kind: &'static str) -> Generated {
    let name = graph.draft.tree.key(&member);
    let mut source = graph.part(&format!("{name}{infix}DataSource"), "AWS::AppSync::DataSource", member.key_span);
    source.set("Name", name.to_owned());
    source.copy_all(graph.draft, Some(member.value), &["Name", "Description"]);
    source.set("Type", kind);
    source.set("ApiId", graph.api_id());
    source
}

/// Adds the source of data with its role, which may do to the destination what is permitted.
fn finish(
    graph: &mut Graph<'_, '_>,
    member: Member,
    mut source: Generated,
    connector: &str,
    destination: &Endpoint,
    permissions: &[&str],
) -> Done<()> {
    let name = graph.draft.tree.key(&member);
    graph.data_sources.insert(name, get_att(source.id.clone(), "Name"));
    let id = source.id.clone();
    let own: Option<NodeId> = graph.draft.present(member.value, "ServiceRoleArn").map(|role| role.value);
    let Some(own) = own else {
        let mut role = Generated::new(format!("{id}Role"), "AWS::IAM::Role", member.key_span)
            .with_attributes(graph.attributes.clone());
        role.set("AssumeRolePolicyDocument", trust(APPSYNC));
        source.set("ServiceRoleArn", get_att(role.id.clone(), "Arn"));
        let end = Endpoint {
            type_name: "AWS::AppSync::DataSource".to_owned(),
            arn: Some(get_att(id.clone(), "DataSourceArn")),
            role_name: Some(reference(role.id.clone())),
            ..Endpoint::default()
        };
        graph.out.extend([source, role]);
        return graph.connect(&format!("{id}{connector}"), &end, destination, permissions, member.value);
    };
    source.set("ServiceRoleArn", own);
    graph.out.push(source);
    Ok(())
}
