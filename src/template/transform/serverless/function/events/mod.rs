//! What calls a function: its `Events`, one file for each kind.
//!
//! Everything that an event generates stands where the name of the event stands, and takes over the condition and the
//! policies of the function.

mod api;
mod cognito;
mod http_api;
mod polled;
mod properties;
mod rule;
mod s3;
mod simple;
mod sns;

use super::super::check_members;
use super::super::resource::{Generated, Resource};
use super::super::role::OpenRole;
use super::super::sam::{Done, Sam, Stop};
use super::super::scheduler::{self, Started};
use super::super::value::{Entry, Value, reference};
use crate::source::{Member, NodeId, Span, Tree};
use crate::template::transform::SERVERLESS;
use crate::value::Cause;

/// What events call: the function, or its alias.
pub(in crate::template::transform::serverless) struct Target<'r> {
    /// The function as it is written.
    pub(super) function: &'r Resource,
    /// The logical id of the function or of its alias.
    pub(super) id: String,
    /// Its name: a reference to the function or to the alias.
    pub(super) name: Value,
    /// Its ARN.
    pub(super) arn: Value,
    /// The name of the alias, when events call that.
    pub(super) alias: Option<Value>,
    /// The attributes that what an event generates takes over.
    pub(super) attributes: Vec<Entry>,
}

/// An event of a function.
pub(in crate::template::transform::serverless) struct Event<'r> {
    pub(super) target: &'r Target<'r>,
    /// The logical ids of function and event, one behind the other: where the ids of what it generates begin.
    pub(super) id: String,
    /// The name of the event.
    pub(super) name: String,
    /// `Type`.
    pub(super) kind: String,
    /// The event itself.
    pub(super) node: NodeId,
    /// `Properties`.
    pub(super) properties: Option<NodeId>,
    /// Where the name of the event stands, and with it all that it generates.
    pub(super) place: Span,
}

impl Event<'_> {
    /// A property, unless it is `null`.
    pub(super) fn get(&self, sam: &Sam<'_, '_>, name: &str) -> Option<NodeId> {
        self.member(sam, name).map(|member| member.value)
    }

    /// The member of a property, unless it is `null`.
    pub(super) fn member(&self, sam: &Sam<'_, '_>, name: &str) -> Option<Member> {
        sam.draft.present(self.properties?, name)
    }

    /// A property that must be there.
    pub(super) fn require(&self, sam: &Sam<'_, '_>, name: &str) -> Done<NodeId> {
        self.get(sam, name)
            .ok_or_else(|| Stop::error(self.node, format!("event source `{}` needs `{name}`", self.kind)))
    }

    /// A resource that the event generates: its logical id is that of the event with `suffix`.
    pub(super) fn generates(&self, suffix: &str, kind: &'static str) -> Generated {
        let id = format!("{}{suffix}", self.id);
        Generated::new(id, kind, self.place).with_attributes(self.target.attributes.clone())
    }

    /// What lets a service call the function.
    pub(super) fn permission(&self, principal: &'static str) -> Generated {
        let mut permission = self.generates("Permission", "AWS::Lambda::Permission");
        permission.set("Action", "lambda:InvokeFunction");
        permission.set("FunctionName", self.target.name.clone());
        permission.set("Principal", principal);
        permission
    }
}

/// What the events of a function generate. An event that cannot be expanded is left out.
pub(super) fn expand_all(sam: &mut Sam<'_, '_>, target: &Target<'_>, role: &mut OpenRole) -> Vec<Generated> {
    let mut generated = Vec::new();
    let Some(events) = target.function.get(sam.draft, "Events") else { return generated };
    if !sam.draft.is_map(events) {
        sam.draft.error(events, "`Events` is not a map");
        return generated;
    }
    let mut members = sam.draft.tree.members(events).to_vec();
    // A path that catches all comes before those that it makes needless.
    members.sort_by_cached_key(|member| path_of(&sam.draft.tree, member).to_owned());
    for member in members {
        let done = event(sam, target, &member).and_then(|event| {
            let what = format!("event `{}` of `{}`", event.name, target.function.id);
            check_members(sam, event.properties, &what, properties::of(&event.kind));
            let mut own = Vec::new();
            expand(sam, &event, role, &mut own)?;
            Ok(own)
        });
        match done {
            Ok(mut own) => generated.append(&mut own),
            Err(stop) => sam.report(stop),
        }
    }
    generated
}

/// The path of an event; for an event without one, its name.
fn path_of<'t>(tree: &'t Tree, member: &'t Member) -> &'t str {
    let path = tree.at(member.value, &["Properties", "Path"]).and_then(|path| tree.string(path));
    let kind = tree.get(member.value, "Type").and_then(|kind| tree.string(kind));
    match (path, kind) {
        (Some(path), _) => path,
        (None, Some("HttpApi")) => "$default",
        (None, _) => tree.key(member),
    }
}

fn event<'r>(sam: &Sam<'_, '_>, target: &'r Target<'r>, member: &Member) -> Done<Event<'r>> {
    let name = sam.draft.tree.key(member).to_owned();
    let properties = sam.draft.present(member.value, "Properties").map(|member| member.value);
    if let Some(node) = [Some(member.value), properties].into_iter().flatten().find(|node| sam.draft.is_function(*node))
    {
        let what = format!("event `{name}` of `{}` is not expanded", target.function.id);
        return Err(Stop::gap(node, what, Cause::Macro { name: SERVERLESS.into() }));
    }
    let Some(kind) = sam.draft.present(member.value, "Type") else {
        return Err(Stop::error(member.value, format!("event `{name}` has no `Type`")));
    };
    let Some(kind) = sam.draft.tree.string(kind.value) else {
        return Err(Stop::error(kind.value, format!("the `Type` of event `{name}` is not a text")));
    };
    Ok(Event {
        target,
        id: format!("{}{name}", target.function.id),
        kind: kind.to_owned(),
        node: member.value,
        properties,
        place: member.key_span,
        name,
    })
}

/// Adds to `out` what the event generates, and to the role what the function needs for it.
fn expand(sam: &mut Sam<'_, '_>, event: &Event<'_>, role: &mut OpenRole, out: &mut Vec<Generated>) -> Done<()> {
    match event.kind.as_str() {
        "AlexaSkill" => simple::alexa_skill(sam, event, out),
        "Api" => api::expand(sam, event, out),
        "CloudWatchEvent" | "EventBridgeRule" => rule::pattern(sam, event, out),
        "CloudWatchLogs" => simple::logs(sam, event, out),
        "Cognito" => cognito::expand(sam, event, out),
        "HttpApi" => http_api::expand(sam, event, out),
        "IoTRule" => simple::iot_rule(sam, event, out),
        "S3" => s3::expand(sam, event, out),
        "SNS" => sns::expand(sam, event, role, out),
        "Schedule" => rule::schedule(sam, event, out),
        "ScheduleV2" => {
            let arn = event.target.arn.clone();
            let started = Started { arn, action: "lambda:InvokeFunction", policy: "LambdaPolicy" };
            let (stands, written) = ((event.id.as_str(), event.place), (event.node, event.properties));
            scheduler::expand(sam, stands, written, started, &event.target.attributes, out)
        }
        _ => polled::expand(sam, event, role, out),
    }
}

/// A condition that a resource which the function changes has to respect.
fn own_condition(event: &Event<'_>) -> Option<Value> {
    event.target.attributes.iter().find(|entry| entry.key == "Condition").map(|entry| entry.value.clone())
}

/// The resource of the template that a property refers to by `Ref`.
fn referred(sam: &Sam<'_, '_>, event: &Event<'_>, name: &str, kind: &str, noun: &str) -> Done<String> {
    let node = event.require(sam, name)?;
    let id = match sam.draft.function_of(node) {
        Some(("Ref", id)) => sam.draft.tree.string(id),
        _ => None,
    };
    match id.and_then(|id| sam.resource(id)) {
        Some(resource) if *resource.kind == *kind => Ok(resource.id.to_string()),
        _ => {
            let message = format!("`{name}` must refer to a {noun} of the same template");
            Err(Stop::error(node, message))
        }
    }
}

/// The texts of a property that is a text or a list of texts.
fn texts(sam: &Sam<'_, '_>, event: &Event<'_>, name: &str) -> Done<Vec<(NodeId, String)>> {
    let node = event.require(sam, name)?;
    let items = if sam.draft.is_list(node) { sam.draft.tree.items(node) } else { std::slice::from_ref(&node) };
    let text = |item: &NodeId| match sam.draft.tree.string(*item) {
        Some(text) => Ok((*item, text.to_owned())),
        None if sam.draft.is_function(*item) => Err(Stop::gap(
            *item,
            format!("event `{}` is not expanded", event.name),
            Cause::Macro { name: SERVERLESS.into() },
        )),
        None => Err(Stop::error(*item, format!("`{name}` must be a text or a list of texts"))),
    };
    items.iter().map(text).collect()
}

/// A reference to the permission that something must wait for.
fn permission_of(permission: &Generated) -> Value {
    reference(permission.id.clone())
}
