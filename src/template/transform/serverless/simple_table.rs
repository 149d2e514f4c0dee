//! `AWS::Serverless::SimpleTable`: a table with one key.

use super::resource::{Generated, Resource};
use super::sam::{Done, Sam, Stop};
use super::tags;
use super::value::{Value, list, map};
use crate::source::NodeId;
use crate::template::transform::Draft;

/// What the resource stands for.
pub(super) fn expand(sam: &mut Sam<'_, '_>, resource: &Resource) -> Done<Vec<Generated>> {
    let draft = &*sam.draft;
    let mut table = resource.becomes(draft, "AWS::DynamoDB::Table");
    let key = resource.get(draft, "PrimaryKey").filter(|key| !draft.tree.members(*key).is_empty());
    let (name, kind) = match key {
        Some(key) => key_of(draft, key)?,
        None => ("id".into(), "S"),
    };
    let at = key.map_or(table.place(), |key| draft.tree.span(key));
    let definition = map! { "AttributeName" => name.clone(), "AttributeType" => kind };
    table.set("AttributeDefinitions", list![definition].at(at));
    table.set("KeySchema", list![map! { "AttributeName" => name, "KeyType" => "HASH" }].at(at));
    table.copy(draft, resource.properties, "ProvisionedThroughput");
    if table.get("ProvisionedThroughput").is_none() {
        table.set("BillingMode", "PAY_PER_REQUEST");
    }
    let copied = ["PointInTimeRecoverySpecification", "SSESpecification", "TableName"];
    table.copy_all(draft, resource.properties, &copied);
    let tags = tags::list_of(draft, resource.get(draft, "Tags"));
    table.set_some("Tags", (!tags.is_empty()).then_some(tags));
    Ok(vec![table])
}

/// The name of the key, and its type as DynamoDB calls it.
fn key_of(draft: &Draft<'_>, key: NodeId) -> Done<(Value, &'static str)> {
    let part = |name: &str| match draft.present(key, name).map(|member| member.value) {
        Some(node) if draft.tree.string(node).is_some() => Ok(node),
        Some(node) => Err(Stop::error(node, format!("the `{name}` of a `PrimaryKey` must be a text"))),
        None => Err(Stop::error(key, format!("the `PrimaryKey` has no `{name}`"))),
    };
    let (name, kind) = (part("Name")?, part("Type")?);
    match draft.tree.string(kind).unwrap_or_default() {
        "String" => Ok((name.into(), "S")),
        "Number" => Ok((name.into(), "N")),
        "Binary" => Ok((name.into(), "B")),
        other => {
            let message = format!("`{other}` is no type of a key, which is `String`, `Number` or `Binary`");
            Err(Stop::error(kind, message))
        }
    }
}
