//! `DeadLetterConfig` of events: the queue for what could not be delivered.

use super::resource::Generated;
use super::sam::{Done, Sam, Stop};
use super::value::{Entry, Value, get_att, list, map, reference};
use crate::source::{NodeId, Span};

/// Where undelivered events go.
pub(super) struct DeadLetters {
    /// The ARN of the queue.
    pub(super) arn: Value,
    /// The queue, when it is generated.
    pub(super) queue: Option<Generated>,
}

/// The queue of a `DeadLetterConfig`: one that is there, or one that is generated for the event `id`, which stands at
/// `at`, with these attributes.
pub(super) fn queue(sam: &Sam<'_, '_>, config: NodeId, id: &str, at: Span, attributes: &[Entry]) -> Done<DeadLetters> {
    let tree = &sam.draft.tree;
    let (arn, kind) = (tree.get(config, "Arn"), tree.get(config, "Type"));
    match (arn, kind) {
        (Some(_), Some(_)) => return Err(Stop::error(config, "`DeadLetterConfig` has either `Arn` or `Type`")),
        (None, None) => return Err(Stop::error(config, "`DeadLetterConfig` needs `Arn` or `Type`")),
        (None, Some(kind)) if tree.string(kind) != Some("SQS") => {
            return Err(Stop::error(kind, "the `Type` of `DeadLetterConfig` can only be `SQS`"));
        }
        (Some(arn), None) if sam.draft.present(config, "Arn").is_some() => {
            return Ok(DeadLetters { arn: arn.into(), queue: None });
        }
        _ => {}
    }
    let queue_id = match sam.draft.present(config, "QueueLogicalId") {
        Some(member) => match tree.string(member.value) {
            Some("") => format!("{id}Queue"),
            Some(text) => text.to_owned(),
            None => return Err(Stop::error(member.value, "`QueueLogicalId` must be a text")),
        },
        None => format!("{id}Queue"),
    };
    let arn = get_att(queue_id.clone(), "Arn");
    let queue = Generated::new(queue_id, "AWS::SQS::Queue", at).with_attributes(attributes.to_vec());
    Ok(DeadLetters { arn, queue: Some(queue) })
}

/// The same for a rule of EventBridge: a generated queue also gets a policy that lets the rule send to it. `id` is the
/// logical id of the rule; what is generated is added to `out`.
pub(super) fn of_rule(
    sam: &Sam<'_, '_>,
    config: NodeId,
    id: &str,
    at: Span,
    attributes: &[Entry],
    out: &mut Vec<Generated>,
) -> Done<Value> {
    let DeadLetters { arn, queue } = queue(sam, config, id, at, attributes)?;
    if let Some(queue) = queue {
        let mut policy = Generated::new(format!("{id}QueuePolicy"), "AWS::SQS::QueuePolicy", at)
            .with_attributes(attributes.to_vec());
        let from = map! { "Service" => "events.amazonaws.com" };
        policy.set("PolicyDocument", send_message(from, arn.clone(), get_att(id.to_owned(), "Arn")));
        policy.set("Queues", list![reference(queue.id.clone())]);
        out.extend([queue, policy]);
    }
    Ok(arn)
}

/// The policy of a queue that lets a principal send messages to it for a source.
pub(super) fn send_message(principal: impl Into<Value>, queue: Value, source: impl Into<Value>) -> Value {
    map! {
        "Version" => "2012-10-17",
        "Statement" => list![map! {
            "Action" => "sqs:SendMessage",
            "Effect" => "Allow",
            "Principal" => principal,
            "Resource" => queue,
            "Condition" => map! { "ArnEquals" => map! { "aws:SourceArn" => source } },
        }],
    }
}
