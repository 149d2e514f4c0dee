//! `ScheduleV2` events, of functions and of state machines: a schedule with a role that starts its target.

use super::dead_letter;
use super::resource::Generated;
use super::role::{allow, trust};
use super::sam::{Done, Sam, Stop};
use super::value::{Entry, Value, get_att, map};
use crate::source::{NodeId, Span};

/// What a schedule starts.
pub(super) struct Started {
    /// The ARN of the function or state machine.
    pub(super) arn: Value,
    /// The action that starts it, such as `lambda:InvokeFunction`.
    pub(super) action: &'static str,
    /// The suffix of the name of the policy that allows the action, such as `LambdaPolicy`.
    pub(super) policy: &'static str,
}

/// Adds to `out` the schedule `id` with its role and its queue. It stands at `at`; `node` is the event.
pub(super) fn expand(
    sam: &mut Sam<'_, '_>,
    (id, at): (&str, Span),
    (node, properties): (NodeId, Option<NodeId>),
    started: Started,
    attributes: &[Entry],
    out: &mut Vec<Generated>,
) -> Done<()> {
    let draft = &*sam.draft;
    let get = |name: &str| properties.and_then(|properties| draft.present(properties, name)).map(|own| own.value);
    let new = |id: String, kind| Generated::new(id, kind, at).with_attributes(attributes.to_vec());
    if get("ScheduleExpression").is_none() {
        return Err(Stop::error(node, "event source `ScheduleV2` needs `ScheduleExpression`"));
    }
    let mut schedule = new(id.to_owned(), "AWS::Scheduler::Schedule");
    schedule.copy_all(draft, properties, &COPIED);
    let omits_name = get("OmitName").is_some_and(|node| draft.tree.scalar(node) == Some("true"));
    match get("Name") {
        Some(name) if omits_name => return Err(Stop::error(name, "`Name` cannot be set when `OmitName` is true")),
        None if !omits_name => schedule.set("Name", id.to_owned()),
        _ => {}
    }
    if schedule.get("FlexibleTimeWindow").is_none() {
        schedule.set("FlexibleTimeWindow", map! { "Mode" => "OFF" });
    }
    let mut generated = Vec::new();
    let mut dead_letters = None;
    if let Some(config) = get("DeadLetterConfig") {
        let letters = dead_letter::queue(sam, config, id, at, attributes)?;
        generated.extend(letters.queue);
        dead_letters = Some(letters.arn);
    }
    let role_arn = match get("RoleArn") {
        Some(role) => role.into(),
        None => {
            let mut role = new(format!("{id}Role"), "AWS::IAM::Role");
            role.set("AssumeRolePolicyDocument", trust("scheduler.amazonaws.com"));
            let mut policies = vec![allow(format!("{id}{}", started.policy), started.action, started.arn.clone())];
            if let Some(arn) = &dead_letters {
                policies.push(allow(format!("{id}SQSPolicy"), "sqs:SendMessage", arn.clone()));
            }
            role.set("Policies", policies);
            role.copy(draft, properties, "PermissionsBoundary");
            generated.push(role);
            get_att(format!("{id}Role"), "Arn")
        }
    };
    let mut target = vec![Entry::new("Arn", started.arn), Entry::new("RoleArn", role_arn)];
    target.extend(get("Input").map(|input| Entry::new("Input", input)));
    target.extend(dead_letters.map(|arn| Entry::new("DeadLetterConfig", map! { "Arn" => arn })));
    target.extend(get("RetryPolicy").map(|policy| Entry::new("RetryPolicy", policy)));
    schedule.set("Target", target);
    out.push(schedule);
    out.append(&mut generated);
    Ok(())
}

/// Properties that the schedule takes over as they are.
const COPIED: [&str; 10] = [
    "ScheduleExpression",
    "State",
    "Name",
    "Description",
    "FlexibleTimeWindow",
    "StartDate",
    "EndDate",
    "ScheduleExpressionTimezone",
    "GroupName",
    "KmsKeyArn",
];
