//! Events that need little more than a permission: `AlexaSkill`, `IoTRule` and `CloudWatchLogs`.

use super::{Event, Generated};
use crate::template::transform::serverless::sam::{Done, Sam};
use crate::template::transform::serverless::value::{Entry, list, map, reference, sub, sub_with};

/// Adds to `out` what lets Alexa call the function.
pub(super) fn alexa_skill(sam: &Sam<'_, '_>, event: &Event<'_>, out: &mut Vec<Generated>) -> Done<()> {
    let mut permission = event.permission("alexa-appkit.amazon.com");
    permission.copy_as(sam.draft, event.properties, "SkillId", "EventSourceToken");
    out.push(permission);
    Ok(())
}

/// Adds to `out` the rule of IoT, and what lets it call the function.
pub(super) fn iot_rule(sam: &Sam<'_, '_>, event: &Event<'_>, out: &mut Vec<Generated>) -> Done<()> {
    event.require(sam, "Sql")?;
    let mut permission = event.permission("iot.amazonaws.com");
    let arn = format!("arn:{}:iot:${{AWS::Region}}:${{AWS::AccountId}}:rule/${{RuleName}}", sam.draft.partition());
    permission.set("SourceArn", sub_with(arn, vec![Entry::new("RuleName", reference(event.id.clone()))]));
    permission.set("SourceAccount", sub("${AWS::AccountId}"));
    let mut payload: Vec<Entry> = Vec::new();
    for name in ["Sql", "AwsIotSqlVersion"] {
        payload.extend(event.member(sam, name).map(|member| Entry::copied(name, member)));
    }
    payload.push(Entry::new("RuleDisabled", false));
    let action = map! { "Lambda" => map! { "FunctionArn" => event.target.arn.clone() } };
    payload.push(Entry::new("Actions", list![action]));
    let mut rule = event.generates("", "AWS::IoT::TopicRule");
    rule.set("TopicRulePayload", payload);
    out.extend([permission, rule]);
    Ok(())
}

/// Adds to `out` the subscription to a log group, and what lets it call the function.
pub(super) fn logs(sam: &Sam<'_, '_>, event: &Event<'_>, out: &mut Vec<Generated>) -> Done<()> {
    let group = event.require(sam, "LogGroupName")?;
    event.require(sam, "FilterPattern")?;
    let mut permission = event.permission("logs.amazonaws.com");
    let arn = "log-group:${__LogGroupName__}:*";
    let arn = format!("arn:{}:logs:${{AWS::Region}}:${{AWS::AccountId}}:{arn}", sam.draft.partition());
    permission.set("SourceArn", sub_with(arn, vec![Entry::new("__LogGroupName__", group)]));
    let mut filter = event.generates("", "AWS::Logs::SubscriptionFilter");
    filter.set_attribute("DependsOn", list![permission.id.clone()]);
    filter.copy_all(sam.draft, event.properties, &["LogGroupName", "FilterPattern"]);
    filter.set("DestinationArn", event.target.arn.clone());
    out.extend([permission, filter]);
    Ok(())
}
