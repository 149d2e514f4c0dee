//! `Api` events: a path of a REST API starts the state machine.

use super::Event;
use crate::template::transform::serverless::api::event::{Call, Integration, integrate};
use crate::template::transform::serverless::api::implicit::REST;
use crate::template::transform::serverless::resource::Generated;
use crate::template::transform::serverless::sam::{Done, Sam};
use crate::template::transform::serverless::value::{conditional, get_att, map, no_value, sub};

/// Adds to `out` the role with which the API starts the state machine, and to the API the path.
pub(super) fn expand(sam: &mut Sam<'_, '_>, event: &Event<'_>, out: &mut Vec<Generated>) -> Done<()> {
    let call = Call::read(sam.draft, &REST, event.node, event.properties, event.place)?;
    let api = call.api_of(sam, &REST)?;
    let role = event.role(sam.draft, "apigateway.amazonaws.com");
    let role_arn = get_att(role.id.clone(), "Arn");
    out.push(role);
    let condition = event.machine.attribute(sam.draft, "Condition").and_then(|node| sam.draft.tree.string(node));
    let condition = condition.map(str::to_owned);
    let uri = sub("arn:${AWS::Partition}:apigateway:${AWS::Region}:states:action/StartExecution");
    let uri = match &condition {
        Some(condition) => conditional(condition.clone().into(), uri, no_value()),
        None => uri,
    };
    let code = |code: &'static str| map! { "statusCode" => code };
    let value = map! {
        "type" => "aws",
        "httpMethod" => "POST",
        "uri" => uri,
        "responses" => map! { "200" => code("200"), "400" => code("400") },
        "credentials" => role_arn,
        "requestTemplates" => map! { "application/json" => sub(template(sam, event)) },
    };
    let said = |description: &'static str| map! { "description" => description };
    let responses = map! { "200" => said("OK"), "400" => said("Bad Request") };
    integrate(sam, &api, &call, &Integration { value, responses, condition, is_function: false })
}

/// The template that makes an execution of a request.
fn template(sam: &Sam<'_, '_>, event: &Event<'_>) -> String {
    let unescaped = event.get(sam.draft, "UnescapeMappingTemplate");
    // What escapes a text for JavaScript escapes more than JSON does.
    let more = match unescaped.is_some_and(|node| sam.draft.tree.scalar(node) == Some("true")) {
        true => r#".replaceAll("\\'","'")"#,
        false => "",
    };
    let input = format!("$util.escapeJavaScript($input.json('$')){more}");
    format!(r#"{{"input": "{input}", "stateMachineArn": "${{{}}}"}}"#, event.target)
}
