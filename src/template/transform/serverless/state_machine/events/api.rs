//! `Api` events: a path of an API starts the state machine.

use super::Event;
use crate::template::transform::SERVERLESS;
use crate::template::transform::serverless::resource::Generated;
use crate::template::transform::serverless::sam::{Done, Sam, Stop};
use crate::value::Cause;

/// Adds to `out` the role with which the API starts the state machine, and the path to the API.
pub(super) fn expand(sam: &mut Sam<'_, '_>, event: &Event<'_>, out: &mut Vec<Generated>) -> Done<()> {
    for name in ["Path", "Method"] {
        event.required(sam.draft, name)?;
    }
    out.push(event.role(sam.draft, "apigateway.amazonaws.com"));
    Err(Stop::gap(
        event.node,
        "the path of the event is not added to its API",
        Cause::Macro { name: SERVERLESS.into() },
    ))
}
