//! The properties that each kind of event may have.

/// Properties of the kinds of events that call a function.
const PUSHED: [(&str, &[&str]); 11] = [
    ("AlexaSkill", &["SkillId"]),
    (
        "Api",
        &[
            "Auth",
            "Method",
            "Path",
            "RequestModel",
            "RequestParameters",
            "ResponseTransferMode",
            "RestApiId",
            "Stage",
            "TimeoutInMillis",
        ],
    ),
    ("CloudWatchEvent", RULE),
    ("CloudWatchLogs", &["FilterPattern", "LogGroupName"]),
    ("Cognito", &["Trigger", "UserPool"]),
    ("EventBridgeRule", RULE),
    (
        "HttpApi",
        &["ApiId", "Auth", "Method", "Path", "PayloadFormatVersion", "RouteSettings", "Stage", "TimeoutInMillis"],
    ),
    ("IoTRule", &["AwsIotSqlVersion", "Sql"]),
    ("S3", &["Bucket", "Events", "Filter"]),
    ("SNS", &["FilterPolicy", "FilterPolicyScope", "RedrivePolicy", "Region", "SqsSubscription", "Topic"]),
    (
        "Schedule",
        &[
            "DeadLetterConfig",
            "Description",
            "Enabled",
            "Input",
            "Name",
            "RetryPolicy",
            "RuleName",
            "Schedule",
            "State",
        ],
    ),
];

const RULE: &[&str] = &[
    "DeadLetterConfig",
    "Enabled",
    "EventBusName",
    "Input",
    "InputPath",
    "InputTransformer",
    "Pattern",
    "RetryPolicy",
    "RuleName",
    "State",
    "Target",
];

const SCHEDULE_V2: &[&str] = &[
    "DeadLetterConfig",
    "Description",
    "EndDate",
    "FlexibleTimeWindow",
    "GroupName",
    "Input",
    "KmsKeyArn",
    "Name",
    "OmitName",
    "PermissionsBoundary",
    "RetryPolicy",
    "RoleArn",
    "ScheduleExpression",
    "ScheduleExpressionTimezone",
    "StartDate",
    "State",
];

/// Properties of sources that are polled, with the ARN of every kind.
const POLLED: &[&str] = &[
    "BatchSize",
    "BisectBatchOnFunctionError",
    "Broker",
    "Cluster",
    "CollectionName",
    "ConsumerGroupId",
    "DatabaseName",
    "DestinationConfig",
    "DynamicPolicyName",
    "Enabled",
    "FilterCriteria",
    "FullDocument",
    "FunctionResponseTypes",
    "KafkaBootstrapServers",
    "KmsKeyArn",
    "LoggingConfig",
    "MaximumBatchingWindowInSeconds",
    "MaximumRecordAgeInSeconds",
    "MaximumRetryAttempts",
    "MetricsConfig",
    "ParallelizationFactor",
    "ProvisionedPollerConfig",
    "Queue",
    "Queues",
    "ScalingConfig",
    "SchemaRegistryConfig",
    "SecretsManagerKmsKeyId",
    "SourceAccessConfigurations",
    "StartingPosition",
    "StartingPositionTimestamp",
    "Stream",
    "Topics",
    "TumblingWindowInSeconds",
];

/// The properties that an event of this kind may have.
pub(super) fn of(kind: &str) -> &'static [&'static str] {
    match PUSHED.iter().find(|(name, _)| *name == kind) {
        Some((_, properties)) => properties,
        None if kind == "ScheduleV2" => SCHEDULE_V2,
        None => POLLED,
    }
}
