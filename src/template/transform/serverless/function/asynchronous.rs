//! `EventInvokeConfig`: what becomes of asynchronous calls.

use super::version::Published;
use crate::source::{Member, NodeId};
use crate::template::transform::serverless::literal::Literal;
use crate::template::transform::serverless::resource::{Generated, Resource};
use crate::template::transform::serverless::role::allow;
use crate::template::transform::serverless::sam::{Done, Sam, Stop};
use crate::template::transform::serverless::value::{Entry, Value, conditional, get_att, join, list, map, reference};

/// Where the results of calls go.
struct Destination {
    /// Its ARN.
    arn: Value,
    /// The queue or topic, when it is generated.
    resource: Option<Generated>,
    /// What the function must be allowed.
    policy: Option<Value>,
}

/// Adds the configuration of asynchronous calls to `out`, with the queues and topics that it needs, and returns the
/// policies that the role of the function needs.
pub(super) fn expand(
    sam: &mut Sam<'_, '_>,
    resource: &Resource,
    published: Option<&Published>,
    out: &mut Vec<Generated>,
) -> Done<Vec<Value>> {
    let Some(config) = resource.get(sam.draft, "EventInvokeConfig") else { return Ok(Vec::new()) };
    let at = sam.draft.tree.span(config);
    let id = format!("{}EventInvokeConfig", resource.id);
    let mut invoke = resource.becomes(sam.draft, "AWS::Lambda::EventInvokeConfig").moved(id, at);
    invoke.remove_attribute("DependsOn");
    if let Some(published) = published {
        invoke.set_attribute("DependsOn", list![published.alias.id.clone()]);
    }
    let (mut destinations, mut policies) = (Vec::new(), Vec::new());
    if let Some(member) = sam.draft.present(config, "DestinationConfig") {
        for event in ["OnSuccess", "OnFailure"] {
            let Some(own) = sam.draft.present(member.value, event) else { continue };
            let Destination { arn, resource, policy } = destination(sam, resource, own, &invoke.id, event)?;
            let value = map! { "Destination" => arn }.at(sam.draft.tree.span(own.value));
            destinations.push(Entry { key: event.into(), key_span: Some(own.key_span), value });
            out.extend(resource);
            policies.extend(policy.map(|policy| policy.at(sam.draft.tree.span(own.value))));
        }
    }
    invoke.set("FunctionName", reference(resource.id.to_string()));
    invoke.set("Qualifier", published.map_or("$LATEST".into(), |published| published.name.clone()));
    invoke.set("DestinationConfig", destinations);
    invoke.copy_all(sam.draft, Some(config), &["MaximumEventAgeInSeconds", "MaximumRetryAttempts"]);
    out.push(invoke);
    Ok(policies)
}

fn destination(
    sam: &mut Sam<'_, '_>,
    resource: &Resource,
    own: Member,
    config: &str,
    event: &str,
) -> Done<Destination> {
    let get = |name: &str| sam.draft.present(own.value, name).map(|member| member.value);
    let kind = match get("Type").map(|node| sam.draft.literal(node)) {
        Some(Literal::Text(kind)) if GRANTS.iter().any(|(name, ..)| *name == kind) => kind,
        Some(Literal::Open(cause)) => {
            return Err(Stop::gap(own.value, format!("the destination of `{event}` is not expanded"), cause));
        }
        _ => {
            let names: Vec<String> = GRANTS.iter().map(|(name, ..)| format!("`{name}`")).collect();
            let message = format!("the `Type` of a destination must be one of {}", names.join(", "));
            return Err(Stop::error(own.value, message));
        }
    };
    let id = format!("{config}{event}");
    let written = get("Destination");
    let case = match written {
        Some(node) => case_without(sam, node, config)?,
        None => None,
    };
    if let (Some(written), None) = (written, &case) {
        return Ok(Destination { arn: written.into(), resource: None, policy: policy(&kind, &id, written.into()) });
    }
    // No destination is given, or only in one case: a queue or a topic is generated.
    let at = sam.draft.tree.span(own.value);
    let mut generated = match kind.as_str() {
        "SQS" => Generated::new(format!("{id}Queue"), "AWS::SQS::Queue", at),
        "SNS" => Generated::new(format!("{id}Topic"), "AWS::SNS::Topic", at),
        _ => return Err(Stop::error(own.value, "`Destination` is needed unless `Type` is `SQS` or `SNS`")),
    }
    .with_attributes(resource.passed_on(sam.draft));
    let arn = match kind.as_str() {
        "SQS" => get_att(generated.id.clone(), "Arn"),
        _ => reference(generated.id.clone()),
    };
    let arn = match case {
        Some((condition, other)) => {
            let combined = combined(sam, resource, &condition, own.value);
            generated.set_attribute("Condition", combined);
            conditional(condition.into(), arn, other)
        }
        None => arn,
    };
    let policy = policy(&kind, &id, arn.clone());
    Ok(Destination { arn, resource: Some(generated), policy })
}

/// The condition under which an `Fn::If` gives no destination, and the destination that it gives otherwise.
fn case_without(sam: &mut Sam<'_, '_>, node: NodeId, config: &str) -> Done<Option<(String, NodeId)>> {
    if !sam.draft.is_if(node) {
        return Ok(None);
    }
    let Some([condition, then, otherwise]) = sam.draft.arms(node) else {
        return Err(Stop::error(node, "`Fn::If` takes a condition and two values"));
    };
    let name = sam.draft.tree.string(condition).unwrap_or_default().to_owned();
    Ok(match (sam.draft.is_no_value(then), sam.draft.is_no_value(otherwise)) {
        (true, false) => Some((name, otherwise)),
        (false, true) => {
            let not = generated_name(sam, &format!("NOT{name}"), config);
            let value = map! { "Fn::Not" => list![map! { "Condition" => name }] };
            sam.add_condition(not.clone(), &value, sam.draft.tree.span(node));
            Some((not, then))
        }
        _ => None,
    })
}

/// The condition that both the resource and its destination depend on.
fn combined(sam: &mut Sam<'_, '_>, resource: &Resource, condition: &str, node: NodeId) -> String {
    let Some(own) = resource.attribute(sam.draft, "Condition") else { return condition.to_owned() };
    let own = sam.draft.tree.string(own).unwrap_or_default().to_owned();
    let name = generated_name(sam, &format!("{own}AND{condition}"), &resource.id);
    let both = list![map! { "Condition" => own }, map! { "Condition" => condition.to_owned() }];
    sam.add_condition(name.clone(), &map! { "Fn::And" => both }, sam.draft.tree.span(node));
    name
}

fn generated_name(sam: &mut Sam<'_, '_>, name: &str, of: &str) -> String {
    format!("{name}{}", sam.digests.of(sam.draft, &Value::from(of.to_owned())))
}

/// What the kinds of destinations need: the suffix of the name of the policy, and the action.
const GRANTS: [(&str, &str, &str); 5] = [
    ("SQS", "SQSPolicy", "sqs:SendMessage"),
    ("SNS", "SNSPolicy", "sns:publish"),
    ("EventBridge", "EventBridgePolicy", "events:PutEvents"),
    ("Lambda", "LambdaPolicy", "lambda:InvokeFunction"),
    ("S3Bucket", "S3Policy", "s3:PutObject"),
];

fn policy(kind: &str, id: &str, arn: Value) -> Option<Value> {
    let (_, suffix, action) = GRANTS.iter().find(|(name, ..)| *name == kind)?;
    Some(if kind == "S3Bucket" { write_to_bucket(id, arn) } else { allow(format!("{id}{suffix}"), *action, arn) })
}

/// The policy that lets a function write to a bucket.
pub(super) fn write_to_bucket(id: &str, arn: Value) -> Value {
    let objects = join("/", vec![arn.clone(), "*".into()]);
    map! {
        "PolicyName" => format!("{id}S3Policy"),
        "PolicyDocument" => map! { "Statement" => list![
            map! { "Action" => "s3:PutObject", "Effect" => "Allow", "Resource" => objects },
            map! { "Action" => "s3:ListBucket", "Effect" => "Allow", "Resource" => arn },
        ] },
    }
}
