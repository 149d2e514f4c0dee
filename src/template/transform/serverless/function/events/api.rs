//! `Api` events: a path of a REST API calls the function.

use super::{Event, Generated};
use crate::template::transform::Draft;
use crate::template::transform::serverless::api::event::{Call, Integration, integrate, stage_of};
use crate::template::transform::serverless::api::implicit::REST;
use crate::template::transform::serverless::logical_id::suffix;
use crate::template::transform::serverless::sam::{Done, Sam};
use crate::template::transform::serverless::value::{Entry, Value, conditional, map, no_value, sub, sub_with};

/// Adds to `out` what lets the API call the function, and the path to the API.
pub(super) fn expand(sam: &mut Sam<'_, '_>, event: &Event<'_>, out: &mut Vec<Generated>) -> Done<()> {
    let call = Call::read(sam.draft, &REST, event.node, event.properties, event.place)?;
    let api = call.api_of(sam, &REST)?;
    let (method, path) = call.route(true);
    let partition = sam.draft.partition();
    let suffix = suffix_of(&stage_of(sam.draft, &api)?);
    out.push(permission(event, &format!("Permission{suffix}"), partition, &format!("{method}{path}"), &call));
    let streams = call.get(sam.draft, "ResponseTransferMode").and_then(|mode| sam.draft.tree.string(mode))
        == Some("RESPONSE_STREAM");
    let condition = event.target.condition(sam.draft);
    let uri = event.target.invocation(partition, streams);
    let uri = match &condition {
        Some(condition) => conditional(condition.clone().into(), uri, no_value()),
        None => uri,
    };
    let mut value = map! { "type" => "aws_proxy", "httpMethod" => "POST", "uri" => uri };
    if streams {
        value.set(&sam.draft.tree, "responseTransferMode", event.place, "STREAM");
    }
    let responses = Value::Map(Vec::new());
    integrate(sam, &api, &call, &Integration { value, responses, condition, is_function: true })
}

/// Lets the API call the function on a path of its stages.
pub(super) fn permission(event: &Event<'_>, suffix: &str, partition: &str, path: &str, call: &Call) -> Generated {
    let arn = format!(
        "arn:{partition}:execute-api:${{AWS::Region}}:${{AWS::AccountId}}:${{__ApiId__}}/${{__Stage__}}/{path}"
    );
    let variables = vec![Entry::new("__ApiId__", call.api_value.clone()), Entry::new("__Stage__", "*")];
    let mut permission = event.generates(suffix, "AWS::Lambda::Permission");
    permission.set("Action", "lambda:InvokeFunction");
    permission.set("FunctionName", event.target.name.clone());
    permission.set("Principal", "apigateway.amazonaws.com");
    permission.set("SourceArn", sub_with(arn, variables));
    permission
}

/// What the name of a stage adds to a logical id.
fn suffix_of(stage: &str) -> String {
    if stage.chars().all(char::is_alphanumeric) { stage.to_owned() } else { suffix(stage) }
}

impl super::Target<'_> {
    /// The condition of the function.
    pub(super) fn condition(&self, draft: &Draft<'_>) -> Option<String> {
        self.function.attribute(draft, "Condition").and_then(|node| draft.tree.string(node)).map(str::to_owned)
    }

    /// The URI with which an API calls the target.
    pub(super) fn invocation(&self, partition: &str, streams: bool) -> Value {
        let (version, action) = match streams {
            true => ("2021-11-15", "response-streaming-invocations"),
            false => ("2015-03-31", "invocations"),
        };
        let target = match self.alias {
            Some(_) => self.id.clone(),
            None => format!("{}.Arn", self.id),
        };
        sub(format!(
            "arn:{partition}:apigateway:${{AWS::Region}}:lambda:path/{version}/functions/${{{target}}}/{action}"
        ))
    }
}
