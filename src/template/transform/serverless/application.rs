//! `AWS::Serverless::Application`: a nested stack.

use super::SERVERLESS;
use super::literal::Literal;
use super::resource::{Generated, Resource};
use super::sam::{Done, Sam, Stop};
use super::tags;
use super::value::{Value, map};
use crate::source::NodeId;

/// What the resource stands for.
pub(super) fn expand(sam: &mut Sam<'_, '_>, resource: &Resource) -> Done<Vec<Generated>> {
    let Some(location) = resource.get(sam.draft, "Location") else {
        return Err(Stop::error(resource.node, format!("the application `{}` has no `Location`", resource.id)));
    };
    let mut stack = resource.becomes(sam.draft, "AWS::CloudFormation::Stack");
    stack.copy_all(sam.draft, resource.properties, &["Parameters", "NotificationARNs", "TimeoutInMinutes"]);
    let mut published = Vec::new();
    if sam.draft.is_map(location) {
        for (name, tag) in
            [("ApplicationId", "serverlessrepo:applicationId"), ("SemanticVersion", "serverlessrepo:semanticVersion")]
        {
            let value = part_of(sam, location, name)?;
            published.push(map! { "Key" => tag, "Value" => value });
        }
        // Where AWS puts the template of an application of the repository, only the transform there knows.
        let url = map! { "Fn::Transform" => map! { "Name" => SERVERLESS } };
        stack.set("TemplateURL", url.at(sam.draft.tree.span(location)));
    } else {
        stack.copy_as(sam.draft, resource.properties, "Location", "TemplateURL");
    }
    tags::check(sam.draft, resource.get(sam.draft, "Tags"))?;
    let own = tags::list_of(sam.draft, resource.get(sam.draft, "Tags"));
    let tags: Vec<Value> = [tags::created_by()].into_iter().chain(published).chain(own).collect();
    stack.set("Tags", tags);
    Ok(vec![stack])
}

/// A part of the location of an application of the repository.
fn part_of(sam: &Sam<'_, '_>, location: NodeId, name: &str) -> Done<Value> {
    let Some(member) = sam.draft.present(location, name) else {
        return Err(Stop::error(location, format!("the `Location` has no `{name}`")));
    };
    match sam.draft.literal(member.value) {
        Literal::Text(text) => Ok(Value::from(text).at(sam.draft.tree.span(member.value))),
        // What the parameter is worth changes nothing but this tag.
        Literal::Open(_) => Ok(member.value.into()),
        Literal::Other => {
            let message = format!("`{name}` must be a text, or refer to a parameter or an entry of a mapping");
            Err(Stop::error(member.value, message))
        }
    }
}
