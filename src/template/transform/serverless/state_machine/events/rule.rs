//! Rules of EventBridge that start a state machine: by a schedule, or by a pattern of events.

use super::Event;
use crate::template::transform::serverless::dead_letter;
use crate::template::transform::serverless::resource::Generated;
use crate::template::transform::serverless::sam::{Done, Sam, Stop};
use crate::template::transform::serverless::value::{Entry, Value, get_att, list, map};

/// Characters that the id of a target may have.
const TARGET_ID: usize = 64;

/// `Schedule` events.
pub(super) fn schedule(sam: &Sam<'_, '_>, event: &Event<'_>, out: &mut Vec<Generated>) -> Done<()> {
    let draft = &*sam.draft;
    let mut rule = event.generates(event.id.clone(), "AWS::Events::Rule");
    event.required(draft, "Schedule")?;
    rule.copy_as(draft, event.properties, "Schedule", "ScheduleExpression");
    rule.copy_all(draft, event.properties, &["State", "Name", "Description"]);
    if let Some(enabled) = event.member(draft, "Enabled") {
        if rule.get("State").is_some() {
            return Err(Stop::error(enabled.value, "`State` and `Enabled` exclude each other"));
        }
        let state = if draft.tree.scalar(enabled.value) == Some("false") { "DISABLED" } else { "ENABLED" };
        rule.set("State", Value::from(state).at(draft.tree.span(enabled.value)));
    }
    let own_role = event.get(draft, "RoleArn").map(Value::from);
    finish(sam, event, rule, own_role, &["Input", "RetryPolicy"], out)
}

/// `CloudWatchEvent` and `EventBridgeRule` events.
pub(super) fn pattern(sam: &Sam<'_, '_>, event: &Event<'_>, out: &mut Vec<Generated>) -> Done<()> {
    let draft = &*sam.draft;
    let mut rule = event.generates(event.id.clone(), "AWS::Events::Rule");
    rule.copy_all(draft, event.properties, &["EventBusName", "State"]);
    rule.copy_as(draft, event.properties, "Pattern", "EventPattern");
    rule.copy_as(draft, event.properties, "RuleName", "Name");
    finish(sam, event, rule, None, &["Input", "InputPath", "RetryPolicy", "InputTransformer"], out)
}

/// Adds the rule with its target, its role and its queue; `copied` are properties that the target takes over.
fn finish(
    sam: &Sam<'_, '_>,
    event: &Event<'_>,
    mut rule: Generated,
    own_role: Option<Value>,
    copied: &[&'static str],
    out: &mut Vec<Generated>,
) -> Done<()> {
    let draft = &*sam.draft;
    let role = own_role.is_none().then(|| event.role(draft, "events.amazonaws.com"));
    let role_arn = role.as_ref().map(|role| get_att(role.id.clone(), "Arn")).or(own_role);
    let given = event.get(draft, "Target").and_then(|target| draft.present(target, "Id"));
    let id = given.map_or_else(|| Value::from(target_id(&event.id)), |id| id.value.into());
    let mut target = vec![Entry::new("Arn", event.target_arn()), Entry::new("Id", id)];
    target.extend(role_arn.map(|arn| Entry::new("RoleArn", arn)));
    target.extend(copied.iter().filter_map(|name| Some(Entry::copied(name, event.member(draft, name)?))));
    let mut behind = Vec::new();
    if let Some(config) = event.get(draft, "DeadLetterConfig") {
        let arn = dead_letter::of_rule(sam, config, &event.id, event.place, &event.attributes, &mut behind)?;
        target.push(Entry::new("DeadLetterConfig", map! { "Arn" => arn }));
    }
    rule.set("Targets", list![target]);
    out.push(rule);
    out.extend(role);
    out.extend(behind);
    Ok(())
}

fn target_id(event: &str) -> String {
    let suffix = "StepFunctionsTarget";
    let kept: String = event.chars().take(TARGET_ID - suffix.len()).collect();
    format!("{kept}{suffix}")
}
