//! Sources that Lambda polls for the function: streams, queues, brokers and databases.

mod statements;

use super::super::asynchronous::write_to_bucket;
use super::{Event, Generated};
use crate::source::NodeId;
use crate::template::transform::serverless::role::{OpenRole, allow};
use crate::template::transform::serverless::sam::{Done, Sam, Stop};
use crate::template::transform::serverless::value::{Entry, Value, map};

/// A kind of source.
struct Source {
    kind: &'static str,
    /// The property with the ARN of the source.
    arn: Option<&'static str>,
    /// Further properties that it needs.
    required: &'static [&'static str],
    /// The managed policy that the role of the function needs.
    managed: Option<&'static str>,
}

const SOURCES: [Source; 7] = [
    Source {
        kind: "Kinesis",
        arn: Some("Stream"),
        required: &["StartingPosition"],
        managed: Some("service-role/AWSLambdaKinesisExecutionRole"),
    },
    Source {
        kind: "DynamoDB",
        arn: Some("Stream"),
        required: &["StartingPosition"],
        managed: Some("service-role/AWSLambdaDynamoDBExecutionRole"),
    },
    Source { kind: "SQS", arn: Some("Queue"), required: &[], managed: Some(OF_QUEUE) },
    Source {
        kind: "MSK",
        arn: Some("Stream"),
        required: &["StartingPosition"],
        managed: Some("service-role/AWSLambdaMSKExecutionRole"),
    },
    Source { kind: "MQ", arn: Some("Broker"), required: &["SourceAccessConfigurations"], managed: None },
    Source {
        kind: "SelfManagedKafka",
        arn: None,
        required: &["KafkaBootstrapServers", "Topics", "SourceAccessConfigurations"],
        managed: None,
    },
    Source {
        kind: "DocumentDB",
        arn: Some("Cluster"),
        required: &["DatabaseName", "SourceAccessConfigurations"],
        managed: None,
    },
];

const OF_QUEUE: &str = "service-role/AWSLambdaSQSQueueExecutionRole";

/// Properties that the mapping takes over as they are.
const COPIED: [&str; 19] = [
    "StartingPosition",
    "StartingPositionTimestamp",
    "BatchSize",
    "Enabled",
    "MaximumBatchingWindowInSeconds",
    "MaximumRetryAttempts",
    "BisectBatchOnFunctionError",
    "MaximumRecordAgeInSeconds",
    "ParallelizationFactor",
    "Topics",
    "Queues",
    "SourceAccessConfigurations",
    "TumblingWindowInSeconds",
    "FunctionResponseTypes",
    "FilterCriteria",
    "KmsKeyArn",
    "ScalingConfig",
    "ProvisionedPollerConfig",
    "MetricsConfig",
];

/// Adds to `out` the mapping from the source to the function, and to the role what the function needs to read it.
pub(super) fn expand(
    sam: &mut Sam<'_, '_>,
    event: &Event<'_>,
    role: &mut OpenRole,
    out: &mut Vec<Generated>,
) -> Done<()> {
    let Some(source) = SOURCES.iter().find(|source| source.kind == event.kind) else {
        return Err(Stop::error(event.node, format!("there is no event source `{}`", event.kind)));
    };
    for name in source.arn.iter().chain(source.required) {
        event.require(sam, name)?;
    }
    let mut mapping = event.generates("", "AWS::Lambda::EventSourceMapping");
    mapping.set("FunctionName", event.target.name.clone());
    if let Some(arn) = source.arn {
        mapping.copy_as(sam.draft, event.properties, arn, "EventSourceArn");
    }
    mapping.copy_all(sam.draft, event.properties, &COPIED);
    mapping.copy(sam.draft, event.properties, "LoggingConfig");
    kafka(sam, event, &mut mapping)?;
    if event.kind == "DocumentDB" {
        mapping
            .set("DocumentDBEventSourceConfig", taken(sam, event, &["DatabaseName", "CollectionName", "FullDocument"]));
    }
    let failures = destination(sam, event, &mut mapping)?;
    if let Some(path) = source.managed {
        role.add_managed(sam, path, event.place);
    }
    if let Some(policy) = statements::policy(sam, event)? {
        role.add_inline(sam, policy, event.place);
    }
    if let Some(policy) = failures {
        role.add_inline(sam, policy, event.place);
    }
    out.push(mapping);
    Ok(())
}

/// The mapping of a queue that a topic sends to.
pub(super) fn queue_mapping(
    sam: &mut Sam<'_, '_>,
    event: &Event<'_>,
    role: &mut OpenRole,
    queue: Value,
    batch: Option<NodeId>,
) -> Generated {
    let mut mapping = event.generates("EventSourceMapping", "AWS::Lambda::EventSourceMapping");
    mapping.set("FunctionName", event.target.name.clone());
    mapping.set("EventSourceArn", queue);
    mapping.set("BatchSize", batch.map_or(Value::Number(10), Value::from));
    mapping.set("Enabled", true);
    role.add_managed(sam, OF_QUEUE, event.place);
    mapping
}

/// What only sources of Kafka have.
fn kafka(sam: &Sam<'_, '_>, event: &Event<'_>, mapping: &mut Generated) -> Done<()> {
    if event.get(sam, "KafkaBootstrapServers").is_some() {
        let servers = taken(sam, event, &["KafkaBootstrapServers"]);
        mapping.set("SelfManagedEventSource", map! { "Endpoints" => servers });
    }
    let config = taken(sam, event, &["ConsumerGroupId", "SchemaRegistryConfig"]);
    match event.kind.as_str() {
        _ if config.is_empty() => {}
        "MSK" => mapping.set("AmazonManagedKafkaEventSourceConfig", config),
        "SelfManagedKafka" => mapping.set("SelfManagedKafkaEventSourceConfig", config),
        kind => {
            if let Some(node) = event.get(sam, "ConsumerGroupId") {
                return Err(Stop::error(node, format!("event source `{kind}` has no `ConsumerGroupId`")));
            }
        }
    }
    Ok(())
}

/// Properties of the event, as they are.
fn taken(sam: &Sam<'_, '_>, event: &Event<'_>, names: &[&'static str]) -> Vec<Entry> {
    let member = |name: &&'static str| event.member(sam, name).map(|member| Entry::copied(name, member));
    names.iter().filter_map(member).collect()
}

/// Where batches go that fail: sets it on the mapping, and returns the policy that the function needs for it.
fn destination(sam: &Sam<'_, '_>, event: &Event<'_>, mapping: &mut Generated) -> Done<Option<Value>> {
    let Some(config) = event.member(sam, "DestinationConfig") else { return Ok(None) };
    let Some(failure) = sam.draft.present(config.value, "OnFailure").filter(|own| sam.draft.is_map(own.value)) else {
        return Err(Stop::error(config.value, "`DestinationConfig` needs a map `OnFailure`"));
    };
    let kind = sam.draft.present(failure.value, "Type");
    let Some(kind) = kind else {
        mapping.copy(sam.draft, event.properties, "DestinationConfig");
        return Ok(None);
    };
    // The type is only for the policy.
    let place = sam.draft.tree.span(failure.value);
    let others = sam.draft.tree.members(failure.value).iter().filter(|own| own.key != kind.key);
    let others: Vec<Entry> = others
        .map(|own| Entry {
            key: sam.draft.tree.key(own).to_owned().into(),
            key_span: Some(own.key_span),
            value: own.value.into(),
        })
        .collect();
    let failure_entry =
        Entry { key: "OnFailure".into(), key_span: Some(failure.key_span), value: Value::Map(others).at(place) };
    mapping.set("DestinationConfig", vec![failure_entry]);
    let arn = sam.draft.present(failure.value, "Destination").map(|own| Value::Node(own.value));
    let (id, arn) = (&event.id, arn.unwrap_or_else(|| map! {}));
    match sam.draft.tree.string(kind.value) {
        Some("SQS") => Ok(Some(allow(format!("{id}SQSPolicy"), "sqs:SendMessage", arn))),
        Some("SNS") => Ok(Some(allow(format!("{id}SNSPolicy"), "sns:publish", arn))),
        Some("S3") => Ok(Some(write_to_bucket(id, arn))),
        Some("Kafka") => Ok(None),
        _ => Err(Stop::error(kind.value, "the `Type` of `OnFailure` must be `SQS`, `SNS`, `S3` or `Kafka`")),
    }
}
