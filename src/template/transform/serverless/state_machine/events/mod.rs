//! What starts a state machine: its `Events`.

mod rule;
mod schedule;

use crate::source::{Member, NodeId, Span};
use crate::template::transform::serverless::resource::{Generated, Resource};
use crate::template::transform::serverless::role::{allow, trust};
use crate::template::transform::serverless::sam::{Done, Sam, Stop};
use crate::template::transform::serverless::value::{Entry, Value, get_att, list, map, reference};
use crate::template::transform::{Draft, SERVERLESS};
use crate::value::Cause;

/// An event of a state machine.
struct Event<'r> {
    machine: &'r Resource,
    /// The ARN of what is started: the state machine or its alias.
    target: &'r Value,
    /// The logical ids of state machine and event, one behind the other: where the ids of what it generates begin.
    id: String,
    /// The event itself.
    node: NodeId,
    properties: Option<NodeId>,
    /// Where the name of the event stands, and with it all that it generates.
    place: Span,
    attributes: Vec<Entry>,
}

/// Adds to `out` what every event generates.
pub(super) fn expand(sam: &mut Sam<'_, '_>, machine: &Resource, target: &Value, out: &mut Vec<Generated>) -> Done<()> {
    let Some(events) = machine.get(sam.draft, "Events") else { return Ok(()) };
    for member in sam.draft.tree.members(events).to_vec() {
        one(sam, machine, target, member, out)?;
    }
    Ok(())
}

fn one(
    sam: &mut Sam<'_, '_>,
    machine: &Resource,
    target: &Value,
    member: Member,
    out: &mut Vec<Generated>,
) -> Done<()> {
    let draft = &*sam.draft;
    let name = draft.tree.key(&member);
    let Some(kind) = draft.present(member.value, "Type").and_then(|kind| draft.tree.string(kind.value)) else {
        return Err(Stop::error(member.value, format!("event `{name}` has no `Type`")));
    };
    let event = Event {
        machine,
        target,
        id: format!("{}{name}", machine.id),
        node: member.value,
        properties: draft.present(member.value, "Properties").map(|member| member.value),
        place: member.key_span,
        attributes: machine.passed_on(draft),
    };
    match kind {
        "Schedule" => rule::schedule(draft, &event, out),
        "CloudWatchEvent" | "EventBridgeRule" => rule::pattern(draft, &event, out),
        "ScheduleV2" => schedule::expand(draft, &event, out),
        "Api" => {
            let what = format!("event `{name}` is not expanded");
            Err(Stop::gap(event.node, what, Cause::Macro { name: SERVERLESS.into() }))
        }
        _ => Err(Stop::error(member.value, format!("there is no event source `{kind}` of a state machine"))),
    }
}

impl Event<'_> {
    /// The member of a property, unless it is `null`.
    fn member(&self, draft: &Draft<'_>, name: &str) -> Option<Member> {
        draft.present(self.properties?, name)
    }

    fn get(&self, draft: &Draft<'_>, name: &str) -> Option<NodeId> {
        self.member(draft, name).map(|member| member.value)
    }

    fn required(&self, draft: &Draft<'_>, name: &str) -> Done<NodeId> {
        self.get(draft, name).ok_or_else(|| Stop::error(self.node, format!("the event has no `{name}`")))
    }

    /// A resource that the event generates.
    fn generates(&self, id: String, kind: &'static str) -> Generated {
        Generated::new(id, kind, self.place).with_attributes(self.attributes.clone())
    }

    /// The role with which a service starts the state machine; its policies are named after `prefix`.
    fn role(&self, service: &'static str, prefix: &str, mut policies: Vec<Value>) -> Generated {
        let mut role = self.generates(format!("{}Role", self.id), "AWS::IAM::Role");
        role.set("AssumeRolePolicyDocument", trust(service));
        let name = format!("{prefix}StartExecutionPolicy");
        policies.insert(0, allow(name, "states:StartExecution", self.target.clone()));
        role.set("Policies", policies);
        role
    }

    /// The ARN of the queue for what could not be delivered, and the queue when it is generated.
    fn dead_letter_queue(&self, draft: &Draft<'_>) -> Done<Option<(Value, Option<Generated>)>> {
        let Some(config) = self.get(draft, "DeadLetterConfig") else { return Ok(None) };
        let get = |name| draft.present(config, name).map(|member| member.value);
        match (get("Arn"), get("Type")) {
            (Some(arn), None) => Ok(Some((arn.into(), None))),
            (Some(_), Some(kind)) => Err(Stop::error(kind, "`Arn` and `Type` of a `DeadLetterConfig` exclude each other")),
            (None, None) => Err(Stop::error(config, "the `DeadLetterConfig` has no `Arn` and no `Type`")),
            (None, Some(kind)) if draft.tree.string(kind) != Some("SQS") => {
                Err(Stop::error(kind, "the only `Type` of a `DeadLetterConfig` is `SQS`"))
            }
            (None, Some(_)) => {
                let id = match get("QueueLogicalId") {
                    None => format!("{}Queue", self.id),
                    Some(node) => match draft.tree.string(node) {
                        Some(id) => id.to_owned(),
                        None => return Err(Stop::error(node, "`QueueLogicalId` must be a text")),
                    },
                };
                let queue = Generated::new(id, "AWS::SQS::Queue", draft.tree.span(config))
                    .with_attributes(self.attributes.clone());
                Ok(Some((get_att(queue.id.clone(), "Arn"), Some(queue))))
            }
        }
    }

    /// The policy that lets a rule write to a queue that was generated for it.
    fn queue_policy(&self, queue: &Generated, rule: &Generated) -> Generated {
        let mut policy = self.generates(format!("{}QueuePolicy", self.id), "AWS::SQS::QueuePolicy");
        let statement = map! {
            "Action" => "sqs:SendMessage",
            "Effect" => "Allow",
            "Principal" => map! { "Service" => "events.amazonaws.com" },
            "Resource" => get_att(queue.id.clone(), "Arn"),
            "Condition" => map! { "ArnEquals" => map! { "aws:SourceArn" => get_att(rule.id.clone(), "Arn") } },
        };
        policy.set("PolicyDocument", map! { "Version" => "2012-10-17", "Statement" => list![statement] });
        policy.set("Queues", list![reference(queue.id.clone())]);
        policy
    }
}
