//! `S3` events: a bucket of the template notifies the function.

use super::{Event, Generated, own_condition, permission_of, referred};
use crate::template::transform::serverless::sam::{Done, Sam};
use crate::template::transform::serverless::value::{Entry, Value, conditional, map, no_value, reference};

/// Adds to `out` what lets the bucket call the function, and to the bucket the notification.
pub(super) fn expand(sam: &mut Sam<'_, '_>, event: &Event<'_>, out: &mut Vec<Generated>) -> Done<()> {
    let bucket = referred(sam, event, "Bucket", "AWS::S3::Bucket", "bucket")?;
    let events = super::texts(sam, event, "Events")?;
    let mut permission = event.permission("s3.amazonaws.com");
    permission.set("SourceAccount", reference("AWS::AccountId"));
    match own_condition(event) {
        // A dependency cannot depend on a condition, but a tag can: a reference in it is as good.
        Some(condition) => {
            let value = conditional(condition, permission_of(&permission), "no dependency");
            let key = format!("sam:ConditionalDependsOn:{}", permission.id);
            sam.append(&bucket, &["Tags"], map! { "Key" => key, "Value" => value }, event.place);
        }
        None => sam.depend(&bucket, &permission.id, event.place),
    }
    let filter = event.member(sam, "Filter").map(|member| Entry::copied("Filter", member));
    for (node, name) in events {
        let mut entries = vec![Entry::new("Function", event.target.arn.clone())];
        entries.extend(filter.clone());
        entries.push(Entry::new("Event", Value::from(name).at(sam.draft.tree.span(node))));
        let notification = match own_condition(event) {
            Some(condition) => conditional(condition, entries, no_value()),
            None => entries.into(),
        };
        sam.append(&bucket, &["NotificationConfiguration", "LambdaConfigurations"], notification, event.place);
    }
    out.push(permission);
    Ok(())
}
