//! `ScheduleV2` events: schedules of EventBridge Scheduler.

use super::Event;
use crate::template::transform::Draft;
use crate::template::transform::serverless::resource::Generated;
use crate::template::transform::serverless::role::allow;
use crate::template::transform::serverless::sam::{Done, Stop};
use crate::template::transform::serverless::value::{Entry, Value, get_att, map};

/// Properties that the schedule takes over.
const COPIED: [&str; 8] = [
    "ScheduleExpression",
    "State",
    "Description",
    "StartDate",
    "EndDate",
    "ScheduleExpressionTimezone",
    "GroupName",
    "KmsKeyArn",
];

/// Adds to `out` the schedule with its role and its queue.
pub(super) fn expand(draft: &Draft<'_>, event: &Event<'_>, out: &mut Vec<Generated>) -> Done<()> {
    event.required(draft, "ScheduleExpression")?;
    let mut schedule = event.generates(event.id.clone(), "AWS::Scheduler::Schedule");
    schedule.copy_all(draft, event.properties, &COPIED);
    let omitted = event.get(draft, "OmitName").is_some_and(|node| draft.tree.scalar(node) == Some("true"));
    match event.get(draft, "Name") {
        Some(name) if omitted => return Err(Stop::error(name, "`Name` and `OmitName` exclude each other")),
        None if !omitted => schedule.set("Name", event.id.clone()),
        _ => schedule.copy(draft, event.properties, "Name"),
    }
    schedule.set("FlexibleTimeWindow", map! { "Mode" => "OFF" });
    schedule.copy(draft, event.properties, "FlexibleTimeWindow");
    let queue = event.dead_letter_queue(draft)?;
    let queue_arn = queue.as_ref().map(|(arn, _)| arn.clone());
    let own_role = event.get(draft, "RoleArn").map(Value::from);
    let role = match &own_role {
        Some(_) => None,
        None => {
            let name = format!("{}SQSPolicy", event.id);
            let policies = queue_arn.iter().map(|arn| allow(name.clone(), "sqs:SendMessage", arn.clone())).collect();
            let mut role = event.role("scheduler.amazonaws.com", &event.id, policies);
            role.copy(draft, event.properties, "PermissionsBoundary");
            Some(role)
        }
    };
    let mut target = vec![Entry::new("Arn", event.target.clone())];
    let role_arn = role.as_ref().map(|role| get_att(role.id.clone(), "Arn")).or(own_role);
    target.extend(role_arn.map(|arn| Entry::new("RoleArn", arn)));
    target.extend(["Input", "RetryPolicy"].iter().filter_map(|name| Some(Entry::copied(name, event.member(draft, name)?))));
    target.extend(queue_arn.map(|arn| Entry::new("DeadLetterConfig", map! { "Arn" => arn })));
    schedule.set("Target", target);
    out.push(schedule);
    out.extend(queue.and_then(|(_, queue)| queue));
    out.extend(role);
    Ok(())
}
