//! Functions of an API and the resolvers that call them one after the other.

use super::Graph;
use crate::source::{Member, NodeId};
use crate::template::transform::serverless::resource::Generated;
use crate::template::transform::serverless::sam::{Done, Stop};
use crate::template::transform::serverless::value::{Value, get_att, list, map};

/// The code of a resolver that has none: what the last function returns.
const RESOLVER: &str = "
export function request(ctx) {
    return {};
}

export function response(ctx) {
    return ctx.prev.result;
}
";

/// Adds the functions.
pub(super) fn functions(graph: &mut Graph<'_, '_>) -> Done<()> {
    for member in graph.entries(graph.get("Functions"), "Functions")? {
        function(graph, *member)?;
    }
    Ok(())
}

fn function(graph: &mut Graph<'_, '_>, member: Member) -> Done<()> {
    let (draft, node) = (graph.draft, member.value);
    let name = draft.tree.key(&member);
    if let Some(id) = draft.present(node, "Id") {
        if draft.tree.members(node).len() > 1 {
            return Err(Stop::error(id.value, "a function with an `Id` is defined elsewhere and has nothing else"));
        }
        graph.functions.insert(name, id.value.into());
        return Ok(());
    }
    let mut function = graph.part(name, "AWS::AppSync::FunctionConfiguration", member.key_span);
    function.set("ApiId", graph.api_id());
    function.set("Name", name.to_owned());
    function.copy_all(draft, Some(node), &["Name", "MaxBatchSize", "Description"]);
    if !set_code(graph, node, &mut function)? {
        return Err(Stop::error(node, format!("the function `{name}` has no `InlineCode` and no `CodeUri`")));
    }
    function.set("DataSourceName", data_source(graph, member)?);
    function.set("Runtime", runtime(graph, node, name)?);
    function.copy_as(draft, Some(node), "Sync", "SyncConfig");
    graph.functions.insert(name, get_att(function.id.clone(), "FunctionId"));
    graph.out.push(function);
    Ok(())
}

/// The name of the source of data of a function; `none` is one that holds no data.
fn data_source(graph: &mut Graph<'_, '_>, member: Member) -> Done<Value> {
    let draft = graph.draft;
    let named = graph.required(member.value, "DataSource", draft.tree.key(&member))?.value;
    let Some(text) = draft.tree.string(named) else { return Ok(named.into()) };
    if text.eq_ignore_ascii_case("none") {
        let mut none = graph.part("NoneDataSource", "AWS::AppSync::DataSource", draft.tree.span(named));
        let id = none.id.clone();
        none.set("ApiId", graph.api_id());
        none.set("Name", id.clone());
        none.set("Type", "NONE");
        if !std::mem::replace(&mut graph.none, true) {
            graph.out.push(none);
        }
        return Ok(get_att(id, "Name"));
    }
    let unknown = || Stop::error(named, format!("the API has no data source `{text}`"));
    graph.data_sources.get(text).cloned().ok_or_else(unknown)
}

/// Sets the code; false where there is none.
fn set_code(graph: &Graph<'_, '_>, node: NodeId, resource: &mut Generated) -> Done<bool> {
    resource.copy_as(graph.draft, Some(node), "InlineCode", "Code");
    resource.copy_as(graph.draft, Some(node), "CodeUri", "CodeS3Location");
    match (graph.draft.present(node, "InlineCode"), graph.draft.present(node, "CodeUri")) {
        (Some(_), Some(second)) => Err(Stop::error(second.value, "`InlineCode` and `CodeUri` exclude each other")),
        (None, None) => Ok(false),
        _ => Ok(true),
    }
}

fn runtime(graph: &Graph<'_, '_>, node: NodeId, owner: &str) -> Done<Value> {
    let runtime = graph.required(node, "Runtime", owner)?.value;
    Ok(Value::renamed(graph.draft, runtime, &[("Name", "Name"), ("Version", "RuntimeVersion")]))
}

/// Adds the resolvers, by type and field.
pub(super) fn resolvers(graph: &mut Graph<'_, '_>) -> Done<()> {
    for kind in graph.entries(graph.get("Resolvers"), "Resolvers")? {
        let name = graph.draft.tree.key(kind);
        for member in graph.entries(Some(kind.value), name)? {
            resolver(graph, name, *member)?;
        }
    }
    Ok(())
}

fn resolver(graph: &mut Graph<'_, '_>, kind: &str, member: Member) -> Done<()> {
    let (draft, node) = (graph.draft, member.value);
    let name = draft.tree.key(&member);
    let mut resolver = graph.part(&format!("{kind}{name}"), "AWS::AppSync::Resolver", member.key_span);
    resolver.set_attribute("DependsOn", list![format!("{}Schema", graph.resource.id)]);
    if set_code(graph, node, &mut resolver)? {
        resolver.set("Runtime", runtime(graph, node, name)?);
    } else {
        resolver.set("Code", RESOLVER);
        resolver.set("Runtime", map! { "Name" => "APPSYNC_JS", "RuntimeVersion" => "1.0.0" });
    }
    resolver.set("ApiId", graph.api_id());
    resolver.set("FieldName", name.to_owned());
    resolver.set("TypeName", kind.to_owned());
    resolver.set("Kind", "PIPELINE");
    resolver.copy_all(draft, Some(node), &["FieldName", "MaxBatchSize"]);
    resolver.copy_as(draft, Some(node), "Caching", "CachingConfig");
    let pipeline = draft.present(node, "Pipeline").filter(|pipeline| !draft.tree.items(pipeline.value).is_empty());
    let Some(pipeline) = pipeline else {
        return Err(Stop::error(node, format!("the resolver `{name}` has no `Pipeline` of functions")));
    };
    let mut functions: Vec<Value> = Vec::new();
    for item in draft.tree.items(pipeline.value) {
        let function = draft.tree.string(*item).and_then(|name| graph.functions.get(name));
        let Some(function) = function else {
            let named = draft.tree.string(*item).unwrap_or_default();
            return Err(Stop::error(*item, format!("the API has no function `{named}`")));
        };
        functions.push(function.clone());
    }
    resolver.set("PipelineConfig", map! { "Functions" => functions });
    graph.out.push(resolver);
    Ok(())
}
