//! What calls a function: its `Events`, one file for each kind.

mod api;
mod http_api;

use super::super::resource::{Generated, Resource};
use super::super::sam::{Done, Sam, Stop};
use super::super::value::{Entry, Value};
use crate::source::{NodeId, Span};

/// What events call: the function, or its alias.
pub(in crate::template::transform::serverless) struct Target<'r> {
    /// The function as it is written.
    pub(super) function: &'r Resource,
    /// Its name or ARN: a reference to the function or to the alias.
    pub(super) name: Value,
    /// The logical id of what `name` refers to.
    pub(super) id: String,
    /// The name of the alias, when events call that.
    pub(super) alias: Option<String>,
    /// The attributes that what an event generates takes over.
    pub(super) attributes: Vec<Entry>,
    /// The logical id of the execution role, when it is generated.
    pub(super) role: Option<String>,
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
        sam.draft.present(self.properties?, name).map(|member| member.value)
    }

    /// A resource that the event generates: its logical id is that of the event with `suffix`.
    pub(super) fn generates(&self, suffix: &str, kind: &'static str) -> Generated {
        let id = format!("{}{suffix}", self.id);
        Generated::new(id, kind, self.place).with_attributes(self.target.attributes.clone())
    }
}

/// Adds to `out` what the event generates.
pub(super) fn expand(sam: &mut Sam<'_, '_>, event: &Event<'_>, out: &mut Vec<Generated>) -> Done<()> {
    match event.kind.as_str() {
        "Api" => api::expand(sam, event, out),
        "HttpApi" => http_api::expand(sam, event, out),
        kind => Err(Stop::error(event.node, format!("there is no event source `{kind}`"))),
    }
}
