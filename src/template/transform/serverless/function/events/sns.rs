//! `SNS` events: a topic calls the function, by itself or through a queue.

use super::polled::queue_mapping;
use super::{Event, Generated};
use crate::source::NodeId;
use crate::template::transform::serverless::dead_letter::send_message;
use crate::template::transform::serverless::literal::Literal;
use crate::template::transform::serverless::role::OpenRole;
use crate::template::transform::serverless::sam::{Done, Sam, Stop};
use crate::template::transform::serverless::value::{Entry, Value, get_att, list, reference};

/// Adds to `out` the subscription, with what it needs.
pub(super) fn expand(
    sam: &mut Sam<'_, '_>,
    event: &Event<'_>,
    role: &mut OpenRole,
    out: &mut Vec<Generated>,
) -> Done<()> {
    let topic = event.require(sam, "Topic")?;
    let through = event.get(sam, "SqsSubscription").filter(|node| sam.draft.tree.scalar(*node) != Some("false"));
    match through {
        None => {
            let mut permission = event.permission("sns.amazonaws.com");
            permission.set("SourceArn", topic);
            out.extend([permission, subscription(sam, event, "lambda", event.target.arn.clone())]);
            Ok(())
        }
        Some(node) if sam.draft.tree.scalar(node) == Some("true") => {
            let mut queue = event.generates("Queue", "AWS::SQS::Queue");
            queue.set_some("FifoQueue", fifo(sam, topic));
            let (arn, url) = (get_att(queue.id.clone(), "Arn"), reference(queue.id.clone()));
            out.push(queue_mapping(sam, event, role, arn.clone(), None));
            out.push(queue);
            out.push(queue_policy(event, topic, (arn.clone(), url), None));
            out.push(subscription(sam, event, "sqs", arn));
            Ok(())
        }
        Some(node) => existing_queue(sam, event, (topic, node), role, out),
    }
}

/// Of a queue that is there already.
fn existing_queue(
    sam: &mut Sam<'_, '_>,
    event: &Event<'_>,
    (topic, node): (NodeId, NodeId),
    role: &mut OpenRole,
    out: &mut Vec<Generated>,
) -> Done<()> {
    let get = |name: &str| sam.draft.present(node, name).map(|member| member.value);
    let (Some(arn), Some(url)) = (get("QueueArn"), get("QueueUrl")) else {
        return Err(Stop::error(node, "`SqsSubscription` needs `QueueArn` and `QueueUrl`"));
    };
    let id = get("QueuePolicyLogicalId").and_then(|id| sam.draft.tree.string(id)).map(str::to_owned);
    let batch = get("BatchSize");
    out.push(queue_mapping(sam, event, role, arn.into(), batch));
    out.push(queue_policy(event, topic, (arn.into(), url.into()), id));
    out.push(subscription(sam, event, "sqs", arn.into()));
    Ok(())
}

fn subscription(sam: &Sam<'_, '_>, event: &Event<'_>, protocol: &'static str, endpoint: Value) -> Generated {
    let mut subscription = event.generates("", "AWS::SNS::Subscription");
    subscription.set("Protocol", protocol);
    subscription.set("Endpoint", endpoint);
    subscription.copy_as(sam.draft, event.properties, "Topic", "TopicArn");
    let copied = ["Region", "FilterPolicy", "FilterPolicyScope", "RedrivePolicy"];
    subscription.copy_all(sam.draft, event.properties, &copied);
    subscription
}

/// What lets the topic send to the queue, which has an ARN and a URL.
fn queue_policy(event: &Event<'_>, topic: NodeId, queue: (Value, Value), id: Option<String>) -> Generated {
    let mut policy = event.generates("QueuePolicy", "AWS::SQS::QueuePolicy");
    if let Some(id) = id {
        policy = policy.moved(id, event.place);
    }
    policy.set("PolicyDocument", send_message("*", queue.0, topic));
    policy.set("Queues", list![queue.1]);
    policy
}

/// `FifoQueue` of the queue, when the topic is one of the template that keeps the order.
fn fifo(sam: &Sam<'_, '_>, topic: NodeId) -> Option<Value> {
    let id = sam.draft.referred(topic)?;
    let fifo = sam.draft.present(sam.resource(id)?.properties?, "FifoTopic")?;
    match sam.draft.literal(fifo.value) {
        Literal::Text(text) if text == "false" => None,
        _ => Some(Entry::copied("FifoQueue", fifo).value),
    }
}
