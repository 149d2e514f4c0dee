//! Tags: maps in serverless types, lists in the types that they become.

use super::resource::{Generated, Resource};
use super::sam::{Done, Stop};
use super::value::{Entry, Value, map};
use crate::source::{Kind, NodeId};
use crate::template::transform::Draft;

/// The tag that the transform adds, and its value.
pub(super) const CREATED_BY: (&str, &str) = ("lambda:createdBy", "SAM");

/// Keys that no template may set.
const RESERVED: [&str; 3] = [CREATED_BY.0, "serverlessrepo:applicationId", "serverlessrepo:semanticVersion"];

/// The map of tags as a list of `Key` and `Value`; none for what is no map.
pub(super) fn list_of(draft: &Draft<'_>, tags: Option<NodeId>) -> Vec<Value> {
    let tree = &draft.tree;
    let members = tags.map_or(&[][..], |tags| tree.members(tags));
    members
        .iter()
        .map(|member| {
            let key = Value::from(tree.key(member).to_owned()).at(member.key_span);
            let value = match tree.kind(member.value) {
                Kind::Null => "".into(),
                _ => Value::Node(member.value),
            };
            map! { "Key" => key, "Value" => value }.at(member.key_span.cover(tree.span(member.value)))
        })
        .collect()
}

/// The map of tags with the tag `own` of the transform.
pub(super) fn entries_of(draft: &Draft<'_>, tags: Option<NodeId>, own: &'static str) -> Vec<Entry> {
    let members = tags.map_or(&[][..], |tags| draft.tree.members(tags));
    let copied = |member: &crate::source::Member| Entry {
        key: draft.tree.key(member).to_owned().into(),
        key_span: Some(member.key_span),
        value: member.value.into(),
    };
    let mut entries: Vec<Entry> = members.iter().map(copied).filter(|tag| tag.key != own).collect();
    entries.push(Entry::new(own, CREATED_BY.1));
    entries
}

/// The tag of the transform, and then those of the resource.
pub(super) fn with_own(draft: &Draft<'_>, resource: &Resource) -> Done<Value> {
    let tags = resource.get(draft, "Tags");
    check(draft, tags)?;
    let mut items = vec![created_by()];
    items.extend(list_of(draft, tags));
    Ok(items.into())
}

/// The tag that the transform adds.
pub(super) fn created_by() -> Value {
    map! { "Key" => CREATED_BY.0, "Value" => CREATED_BY.1 }
}

/// The tags of the resource, and then one that says who made it.
pub(super) fn marked(draft: &Draft<'_>, resource: &Resource, mark: &'static str) -> Vec<Value> {
    let tags = resource.get(draft, "Tags");
    let mut items = list_of(draft, tags);
    items.push(map! { "Key" => mark, "Value" => CREATED_BY.1 });
    items
}

/// The tag of the transform, and those of the resource where `PropagateTags` asks for it: for a role in the background.
pub(super) fn in_background(draft: &Draft<'_>, resource: &Resource) -> Vec<Value> {
    let own = resource.get(draft, "Tags").filter(|_| propagates(draft, resource));
    [created_by()].into_iter().chain(list_of(draft, own)).collect()
}

/// Fails for tags that no template may set.
pub(super) fn check(draft: &Draft<'_>, tags: Option<NodeId>) -> Done<()> {
    let Some(tags) = tags else { return Ok(()) };
    match draft.tree.members(tags).iter().find(|member| RESERVED.contains(&draft.tree.key(member))) {
        Some(member) => Err(Stop::error(member.value, format!("`{}` is a reserved tag key", draft.tree.key(member)))),
        None => Ok(()),
    }
}

/// Where `PropagateTags` asks for it, sets the tags of the resource on everything that it generates and that takes
/// tags; there they replace what is set already.
pub(super) fn propagate(draft: &Draft<'_>, resource: &Resource, generated: &mut [Generated]) {
    let tags = list_of(draft, resource.get(draft, "Tags"));
    if !propagates(draft, resource) || tags.is_empty() {
        return;
    }
    for one in generated {
        match form(one.kind) {
            Form::List => one.set("Tags", tags.clone()),
            Form::Map => one.set("Tags", Value::Node(resource.blame(draft, "Tags"))),
            Form::None => {}
        }
    }
}

fn propagates(draft: &Draft<'_>, resource: &Resource) -> bool {
    resource.get(draft, "PropagateTags").is_some_and(|node| draft.tree.scalar(node) == Some("true"))
}

/// How a type takes tags.
enum Form {
    None,
    List,
    Map,
}

/// What the translator sets tags on: fewer types than take them.
fn form(kind: &str) -> Form {
    match kind {
        // The tags of an HTTP API stand in its definition.
        "AWS::ApiGatewayV2::DomainName" | "AWS::ApiGatewayV2::Stage" => Form::Map,
        _ if WITH_TAGS.contains(&kind) => Form::List,
        _ => Form::None,
    }
}

/// Types with a list of tags.
const WITH_TAGS: [&str; 23] = [
    "AWS::ApiGateway::ApiKey",
    "AWS::ApiGateway::DomainName",
    "AWS::ApiGateway::DomainNameAccessAssociation",
    "AWS::ApiGateway::DomainNameV2",
    "AWS::ApiGateway::RestApi",
    "AWS::ApiGateway::Stage",
    "AWS::ApiGateway::UsagePlan",
    "AWS::AppSync::GraphQLApi",
    "AWS::CloudFormation::Stack",
    "AWS::CodeDeploy::Application",
    "AWS::CodeDeploy::DeploymentGroup",
    "AWS::DynamoDB::Table",
    "AWS::IAM::Role",
    "AWS::IoT::TopicRule",
    "AWS::Lambda::CapacityProvider",
    "AWS::Lambda::Function",
    "AWS::Lambda::MicrovmImage",
    "AWS::Lambda::NetworkConnector",
    "AWS::Lambda::WebFunction",
    "AWS::S3::Bucket",
    "AWS::SNS::Topic",
    "AWS::SQS::Queue",
    "AWS::StepFunctions::StateMachine",
];
