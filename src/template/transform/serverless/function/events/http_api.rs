//! `HttpApi` events: a path of an API calls the function.

use super::{Event, Generated};
use crate::template::transform::serverless::sam::{Done, Sam, Stop};
use crate::value::Cause;

/// Adds to `out` what lets the API call the function, and the path to the API.
pub(super) fn expand(_sam: &mut Sam<'_, '_>, event: &Event<'_>, _out: &mut Vec<Generated>) -> Done<()> {
    let what = format!("event `{}` is not expanded", event.name);
    Err(Stop::gap(event.node, what, Cause::Macro { name: crate::template::transform::SERVERLESS.into() }))
}
