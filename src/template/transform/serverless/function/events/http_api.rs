//! `HttpApi` events: a path of an HTTP API calls the function.

use super::api::permission;
use super::{Event, Generated};
use crate::template::transform::serverless::api::event::Call;
use crate::template::transform::serverless::api::implicit::HTTP;
use crate::template::transform::serverless::http_api::event::{integrate, is_default};
use crate::template::transform::serverless::sam::{Done, Sam};

const PARTITION: &str = "${AWS::Partition}";

/// Adds to `out` what lets the API call the function, and the path to the API.
pub(super) fn expand(sam: &mut Sam<'_, '_>, event: &Event<'_>, out: &mut Vec<Generated>) -> Done<()> {
    let call = Call::read(sam.draft, &HTTP, event.node, event.properties, event.place)?;
    let api = call.api_of(sam, &HTTP)?;
    let (method, path) = call.route(false);
    let path = match path.as_str() {
        "$default" => Some(method),
        _ if is_default(sam, &api, &event.target.id) => None,
        "/$default" if method == "*" => Some("$default".to_owned()),
        path => Some(format!("{method}{path}")),
    };
    out.extend(path.map(|path| permission(event, "Permission", PARTITION, &path, &call)));
    let condition = event.target.condition(sam.draft);
    let uri = event.target.invocation(PARTITION, false);
    integrate(sam, &api, &call, uri, condition.as_deref())
}
