//! Rules of EventBridge that call the function: `Schedule`, `CloudWatchEvent` and `EventBridgeRule`.

use super::{Event, Generated};
use crate::template::transform::serverless::dead_letter;
use crate::template::transform::serverless::sam::{Done, Sam, Stop};
use crate::template::transform::serverless::value::{Entry, Value, get_att, list, map};

/// The suffix of the id of the target, and how long the whole may be.
const TARGET: (&str, usize) = ("LambdaTarget", 64);

/// Adds to `out` a rule that calls the function at times.
pub(super) fn schedule(sam: &Sam<'_, '_>, event: &Event<'_>, out: &mut Vec<Generated>) -> Done<()> {
    event.require(sam, "Schedule")?;
    let mut rule = event.generates("", "AWS::Events::Rule");
    rule.copy_as(sam.draft, event.properties, "Schedule", "ScheduleExpression");
    rule.copy_all(sam.draft, event.properties, &["Name", "Description"]);
    finish(sam, event, rule, &["Input", "RetryPolicy"], out)
}

/// Adds to `out` a rule that calls the function for events of a pattern.
pub(super) fn pattern(sam: &Sam<'_, '_>, event: &Event<'_>, out: &mut Vec<Generated>) -> Done<()> {
    let mut rule = event.generates("", "AWS::Events::Rule");
    rule.copy(sam.draft, event.properties, "EventBusName");
    rule.copy_as(sam.draft, event.properties, "Pattern", "EventPattern");
    rule.copy_as(sam.draft, event.properties, "RuleName", "Name");
    finish(sam, event, rule, &["Input", "InputPath", "RetryPolicy", "InputTransformer"], out)
}

/// The state, the target and the permission, which both have alike.
fn finish(
    sam: &Sam<'_, '_>,
    event: &Event<'_>,
    mut rule: Generated,
    copied: &[&'static str],
    out: &mut Vec<Generated>,
) -> Done<()> {
    match (event.get(sam, "State"), event.get(sam, "Enabled")) {
        (Some(node), Some(_)) => return Err(Stop::error(node, "`State` and `Enabled` cannot stand together")),
        (None, Some(enabled)) => {
            let disabled = sam.draft.tree.scalar(enabled) == Some("false");
            let state = Value::from(if disabled { "DISABLED" } else { "ENABLED" });
            rule.set("State", state.at(sam.draft.tree.span(enabled)));
        }
        _ => rule.copy(sam.draft, event.properties, "State"),
    }
    let mut generated = Vec::new();
    let own_id = event.get(sam, "Target").and_then(|target| sam.draft.present(target, "Id"));
    let id = own_id.map_or_else(|| target_id(&event.id).into(), |id| Value::Node(id.value));
    let mut target = vec![Entry::new("Arn", event.target.arn.clone()), Entry::new("Id", id)];
    if let Some(config) = event.get(sam, "DeadLetterConfig") {
        let attributes = &event.target.attributes;
        let arn = dead_letter::of_rule(sam, config, &event.id, event.place, attributes, &mut generated)?;
        target.push(Entry::new("DeadLetterConfig", map! { "Arn" => arn }));
    }
    for name in copied {
        target.extend(event.member(sam, name).map(|member| Entry::copied(name, member)));
    }
    rule.set("Targets", list![target]);
    let mut permission = event.permission("events.amazonaws.com");
    permission.set("SourceArn", get_att(event.id.clone(), "Arn"));
    out.push(rule);
    out.append(&mut generated);
    out.push(permission);
    Ok(())
}

fn target_id(id: &str) -> String {
    let (suffix, longest) = TARGET;
    let kept: String = id.chars().take(longest - suffix.len()).collect();
    format!("{kept}{suffix}")
}
