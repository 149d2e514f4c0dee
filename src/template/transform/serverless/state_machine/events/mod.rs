//! What starts a state machine: its `Events`.

mod api;
mod rule;

use crate::source::{Member, NodeId, Span};
use crate::template::transform::Draft;
use crate::template::transform::serverless::resource::{Generated, Resource};
use crate::template::transform::serverless::role::{allow, trust};
use crate::template::transform::serverless::sam::{Done, Sam, Stop};
use crate::template::transform::serverless::scheduler::{self, Started};
use crate::template::transform::serverless::value::{Entry, Value, list, reference};

/// An event of a state machine.
struct Event<'r> {
    machine: &'r Resource,
    /// The logical id of what is started: the state machine or its alias.
    target: &'r str,
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
pub(super) fn expand(sam: &mut Sam<'_, '_>, machine: &Resource, target: &str, out: &mut Vec<Generated>) -> Done<()> {
    let Some(events) = machine.get(sam.draft, "Events") else { return Ok(()) };
    for member in sam.draft.tree.members(events).to_vec() {
        match one(sam, machine, target, member, out) {
            // The state machine is there without this event.
            Err(Stop::Gap(node, what, cause)) => sam.draft.gap(node, what, cause),
            done => done?,
        }
    }
    Ok(())
}

fn one(sam: &mut Sam<'_, '_>, machine: &Resource, target: &str, member: Member, out: &mut Vec<Generated>) -> Done<()> {
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
        "Schedule" => rule::schedule(sam, &event, out),
        "CloudWatchEvent" | "EventBridgeRule" => rule::pattern(sam, &event, out),
        "ScheduleV2" => {
            let started =
                Started { arn: event.target_arn(), action: "states:StartExecution", policy: "StartExecutionPolicy" };
            let (at, properties, attributes) =
                ((&*event.id, event.place), (event.node, event.properties), &event.attributes);
            scheduler::expand(sam, at, properties, started, attributes, out)
        }
        "Api" => api::expand(sam, &event, out),
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

    /// The ARN of what is started.
    fn target_arn(&self) -> Value {
        reference(self.target.to_owned())
    }

    /// A resource that the event generates.
    fn generates(&self, id: String, kind: &'static str) -> Generated {
        Generated::new(id, kind, self.place).with_attributes(self.attributes.clone())
    }

    /// The role with which a service starts the state machine.
    fn role(&self, draft: &Draft<'_>, service: &'static str) -> Generated {
        let mut role = self.generates(format!("{}Role", self.id), "AWS::IAM::Role");
        role.set("AssumeRolePolicyDocument", trust(service));
        let name = format!("{}StartExecutionPolicy", role.id);
        role.set("Policies", list![allow(name, "states:StartExecution", self.target_arn())]);
        role.copy(draft, self.machine.properties, "PermissionsBoundary");
        role
    }
}
