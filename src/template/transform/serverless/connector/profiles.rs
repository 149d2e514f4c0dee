//! What a connector between two resource types grants: facts of the serverless model, as a table.
//!
//! `${SourceArn}` and its like stand for what is known of the two ends; the rest is a text of `Fn::Sub`.
//!
//! Source: "AWS SAM connector reference" in the AWS SAM developer guide.

/// A pair of resource types that a connector may connect.
pub(super) struct Profile {
    pub(super) source: &'static str,
    pub(super) destination: &'static str,
    pub(super) grant: Grant,
    /// What each kind of access allows, in the order in which it is written.
    pub(super) access: &'static [(Access, &'static [Statement])],
    /// The only sets of accesses that may be asked for; empty where each may be asked for by itself.
    pub(super) together: &'static [&'static [Access]],
}

/// How the access is granted.
pub(super) enum Grant {
    /// A managed policy of the role of one end.
    Role(End, DependedBy),
    /// A queue policy of the destination, for this service.
    Queue(&'static str),
    /// A topic policy of the destination, for this service.
    Topic(&'static str),
    /// A permission of the function that is the destination, for this service.
    Permission(&'static str, PermissionSource),
}

/// The end of a connector.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Source,
    Destination,
}

/// Which resource has to wait for the policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DependedBy {
    Nothing,
    /// The source itself.
    Source,
    /// The event source mapping between the two.
    Mapping,
}

/// What a permission says of who may call.
pub(super) struct PermissionSource {
    /// The ARN of the caller.
    pub(super) arn: &'static str,
    /// Whether the caller has to be of the same account: an ARN of a bucket names none.
    pub(super) same_account: bool,
}

/// A kind of access, as `Permissions` names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    Read,
    Write,
}

impl Access {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Read => "Read",
            Self::Write => "Write",
        }
    }
}

/// A statement that allows the actions on the resources.
pub(super) struct Statement {
    pub(super) actions: &'static [&'static str],
    pub(super) resources: &'static [&'static str],
}

/// What stands in a resource type for its own values.
pub(super) struct Values {
    pub(super) type_name: &'static str,
    /// The property that names the role.
    pub(super) role: Option<Role>,
    pub(super) arn: Handle,
    pub(super) name: Option<Handle>,
    pub(super) id: Option<Handle>,
    /// The part of the resource that is meant when none is named.
    pub(super) qualifier: Option<&'static str>,
    pub(super) queue_url: Option<Handle>,
}

/// Where the role of a resource stands.
pub(super) enum Role {
    Property(&'static str),
    /// At the target of a rule that is the other end.
    Target,
}

/// How a value of a resource is asked for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Handle {
    Ref,
    Attribute(&'static str),
}

const FUNCTION: &str = "AWS::Lambda::Function";
const STATE_MACHINE: &str = "AWS::StepFunctions::StateMachine";
const TABLE: &str = "AWS::DynamoDB::Table";
const BUCKET: &str = "AWS::S3::Bucket";
const QUEUE: &str = "AWS::SQS::Queue";
const TOPIC: &str = "AWS::SNS::Topic";
const RULE: &str = "AWS::Events::Rule";
const BUS: &str = "AWS::Events::EventBus";
const DATA_SOURCE: &str = "AWS::AppSync::DataSource";
const GRAPHQL_API: &str = "AWS::AppSync::GraphQLApi";
const HTTP_API: &str = "AWS::ApiGatewayV2::Api";
const REST_API: &str = "AWS::ApiGateway::RestApi";
const PLACE_INDEX: &str = "AWS::Location::PlaceIndex";

use Access::{Read, Write};

const DESTINATION: &[&str] = &["${DestinationArn}"];
const SOURCE: &[&str] = &["${SourceArn}"];
const EXECUTIONS: &[&str] =
    &["arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:execution:${DestinationName}:*"];
const EXECUTION_RULE: &[&str] = &[
    "arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:rule/StepFunctionsGetEventsForStepFunctionsExecutionRule",
];

const fn allow(actions: &'static [&'static str], resources: &'static [&'static str]) -> Statement {
    Statement { actions, resources }
}

const READ_TABLE: &[Statement] = &[allow(
    &[
        "dynamodb:GetItem",
        "dynamodb:Query",
        "dynamodb:Scan",
        "dynamodb:BatchGetItem",
        "dynamodb:ConditionCheckItem",
        "dynamodb:PartiQLSelect",
    ],
    &["${DestinationArn}", "${DestinationArn}/index/*"],
)];
const WRITE_TABLE: &[Statement] = &[allow(
    &[
        "dynamodb:PutItem",
        "dynamodb:UpdateItem",
        "dynamodb:DeleteItem",
        "dynamodb:BatchWriteItem",
        "dynamodb:PartiQLDelete",
        "dynamodb:PartiQLInsert",
        "dynamodb:PartiQLUpdate",
    ],
    &["${DestinationArn}", "${DestinationArn}/index/*"],
)];
const READ_BUCKET: &[Statement] = &[allow(
    &[
        "s3:GetObject",
        "s3:GetObjectAcl",
        "s3:GetObjectLegalHold",
        "s3:GetObjectRetention",
        "s3:GetObjectTorrent",
        "s3:GetObjectVersion",
        "s3:GetObjectVersionAcl",
        "s3:GetObjectVersionForReplication",
        "s3:GetObjectVersionTorrent",
        "s3:ListBucket",
        "s3:ListBucketMultipartUploads",
        "s3:ListBucketVersions",
        "s3:ListMultipartUploadParts",
    ],
    &["${DestinationArn}", "${DestinationArn}/*"],
)];
const WRITE_BUCKET: &[Statement] = &[allow(
    &[
        "s3:AbortMultipartUpload",
        "s3:DeleteObject",
        "s3:DeleteObjectVersion",
        "s3:PutObject",
        "s3:PutObjectLegalHold",
        "s3:PutObjectRetention",
        "s3:RestoreObject",
    ],
    &["${DestinationArn}", "${DestinationArn}/*"],
)];
const INVOKE: &[&str] = &["lambda:InvokeAsync", "lambda:InvokeFunction"];
const PUT_EVENTS: &[Statement] = &[allow(&["events:PutEvents"], DESTINATION)];
const PUBLISH: &[Statement] = &[allow(&["sns:Publish"], DESTINATION)];
const TABLE_ACCESS: &[(Access, &[Statement])] = &[(Read, READ_TABLE), (Write, WRITE_TABLE)];
const BUCKET_ACCESS: &[(Access, &[Statement])] = &[(Read, READ_BUCKET), (Write, WRITE_BUCKET)];

/// The source may do to the destination what its role is granted.
const fn role(
    source: &'static str,
    destination: &'static str,
    access: &'static [(Access, &'static [Statement])],
) -> Profile {
    Profile { source, destination, grant: Grant::Role(End::Source, DependedBy::Nothing), access, together: &[] }
}

/// A function reads from the source by an event source mapping.
const fn polled(
    source: &'static str,
    access: &'static [(Access, &'static [Statement])],
    together: &'static [&'static [Access]],
) -> Profile {
    let grant = Grant::Role(End::Destination, DependedBy::Mapping);
    Profile { source, destination: FUNCTION, grant, access, together }
}

/// The service of the source may call the function.
const fn called(source: &'static str, service: &'static str, arn: &'static str, same_account: bool) -> Profile {
    let grant = Grant::Permission(service, PermissionSource { arn, same_account });
    Profile { source, destination: FUNCTION, grant, access: &[(Write, &[])], together: &[] }
}

/// The policy of the destination lets the service of the source write.
const fn policy(
    source: &'static str,
    destination: &'static str,
    grant: Grant,
    access: &'static [(Access, &'static [Statement])],
) -> Profile {
    Profile { source, destination, grant, access, together: &[] }
}

const EXECUTE_API: &str =
    "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${SourceResourceId}/${SourceQualifier}";

const EVENTS: &str = "events.amazonaws.com";
const SNS: &str = "sns.amazonaws.com";
const API_GATEWAY: &str = "apigateway.amazonaws.com";
const APPSYNC: &str = "appsync.amazonaws.com";

const SEND: &[(Access, &[Statement])] = &[(Write, &[allow(&["sqs:SendMessage"], DESTINATION)])];

/// Every pair of types that the serverless model connects.
pub(super) const PROFILES: &[Profile] = &[
    polled(
        TABLE,
        &[(
            Read,
            &[allow(
                &[
                    "dynamodb:DescribeStream",
                    "dynamodb:GetRecords",
                    "dynamodb:GetShardIterator",
                    "dynamodb:ListStreams",
                ],
                &["${SourceArn}/stream/*"],
            )],
        )],
        &[],
    ),
    polled(
        QUEUE,
        &[
            (Write, &[allow(&["sqs:DeleteMessage"], SOURCE)]),
            (Read, &[allow(&["sqs:ReceiveMessage", "sqs:GetQueueAttributes"], SOURCE)]),
        ],
        &[&[Read, Write]],
    ),
    policy(RULE, TOPIC, Grant::Topic(EVENTS), &[(Write, PUBLISH)]),
    policy(RULE, QUEUE, Grant::Queue(EVENTS), SEND),
    policy(TOPIC, QUEUE, Grant::Queue(SNS), SEND),
    called(RULE, EVENTS, "${SourceArn}", false),
    called(TOPIC, SNS, "${SourceArn}", false),
    called(BUCKET, "s3.amazonaws.com", "${SourceArn}", true),
    called(HTTP_API, API_GATEWAY, EXECUTE_API, false),
    called(REST_API, API_GATEWAY, EXECUTE_API, false),
    called(
        GRAPHQL_API,
        APPSYNC,
        "arn:${AWS::Partition}:appsync:${AWS::Region}:${AWS::AccountId}:apis/${SourceResourceId}",
        false,
    ),
    role(RULE, BUS, &[(Write, PUT_EVENTS)]),
    role(RULE, STATE_MACHINE, &[(Write, &[allow(&["states:StartExecution"], DESTINATION)])]),
    role(FUNCTION, FUNCTION, &[(Write, &[allow(INVOKE, DESTINATION)])]),
    role(FUNCTION, BUCKET, BUCKET_ACCESS),
    role(FUNCTION, TABLE, TABLE_ACCESS),
    role(
        FUNCTION,
        QUEUE,
        &[
            (Read, &[allow(&["sqs:ReceiveMessage", "sqs:GetQueueAttributes"], DESTINATION)]),
            (
                Write,
                &[allow(
                    &["sqs:DeleteMessage", "sqs:SendMessage", "sqs:ChangeMessageVisibility", "sqs:PurgeQueue"],
                    DESTINATION,
                )],
            ),
        ],
    ),
    role(FUNCTION, TOPIC, &[(Write, PUBLISH)]),
    role(
        FUNCTION,
        STATE_MACHINE,
        &[
            (
                Write,
                &[
                    allow(&["states:StartExecution", "states:StartSyncExecution"], DESTINATION),
                    allow(&["states:StopExecution"], EXECUTIONS),
                ],
            ),
            (
                Read,
                &[
                    allow(&["states:DescribeStateMachine", "states:ListExecutions"], DESTINATION),
                    allow(
                        &[
                            "states:DescribeExecution",
                            "states:DescribeStateMachineForExecution",
                            "states:GetExecutionHistory",
                        ],
                        EXECUTIONS,
                    ),
                ],
            ),
        ],
    ),
    role(FUNCTION, BUS, &[(Write, PUT_EVENTS)]),
    role(
        FUNCTION,
        PLACE_INDEX,
        &[(
            Read,
            &[allow(
                &[
                    "geo:DescribePlaceIndex",
                    "geo:GetPlace",
                    "geo:SearchPlaceIndexForPosition",
                    "geo:SearchPlaceIndexForSuggestions",
                    "geo:SearchPlaceIndexForText",
                ],
                DESTINATION,
            )],
        )],
    ),
    role(STATE_MACHINE, FUNCTION, &[(Write, &[allow(INVOKE, DESTINATION)])]),
    role(STATE_MACHINE, TOPIC, &[(Write, PUBLISH)]),
    role(STATE_MACHINE, QUEUE, SEND),
    role(STATE_MACHINE, BUCKET, BUCKET_ACCESS),
    role(STATE_MACHINE, TABLE, TABLE_ACCESS),
    Profile {
        source: STATE_MACHINE,
        destination: STATE_MACHINE,
        grant: Grant::Role(End::Source, DependedBy::Source),
        access: &[
            (
                Read,
                &[allow(&["states:DescribeExecution"], EXECUTIONS), allow(&["events:DescribeRule"], EXECUTION_RULE)],
            ),
            (
                Write,
                &[
                    allow(&["states:StartExecution"], DESTINATION),
                    allow(&["states:StopExecution"], EXECUTIONS),
                    allow(&["events:PutTargets", "events:PutRule"], EXECUTION_RULE),
                ],
            ),
        ],
        together: &[&[Read], &[Read, Write]],
    },
    role(STATE_MACHINE, BUS, &[(Write, PUT_EVENTS)]),
    role(DATA_SOURCE, TABLE, TABLE_ACCESS),
    role(DATA_SOURCE, FUNCTION, &[(Write, &[allow(INVOKE, &["${DestinationArn}", "${DestinationArn}:*"])])]),
    role(DATA_SOURCE, BUS, &[(Write, PUT_EVENTS)]),
];

const fn values(type_name: &'static str, arn: Handle) -> Values {
    Values { type_name, role: None, arn, name: None, id: None, qualifier: None, queue_url: None }
}

const ARN: Handle = Handle::Attribute("Arn");

/// What a resource of each type that a connector may name by its logical id knows of itself.
pub(super) const VALUES: &[Values] = &[
    Values { role: Some(Role::Property("Role")), ..values(FUNCTION, ARN) },
    Values {
        role: Some(Role::Property("RoleArn")),
        name: Some(Handle::Attribute("Name")),
        ..values(STATE_MACHINE, Handle::Ref)
    },
    Values { id: Some(Handle::Attribute("ApiId")), ..values(GRAPHQL_API, Handle::Ref) },
    Values { role: Some(Role::Property("ServiceRoleArn")), ..values(DATA_SOURCE, Handle::Ref) },
    Values { role: Some(Role::Target), ..values(RULE, ARN) },
    Values { queue_url: Some(Handle::Ref), ..values(QUEUE, ARN) },
    values(TOPIC, Handle::Ref),
    values(TABLE, ARN),
    values(BUCKET, ARN),
    values(PLACE_INDEX, ARN),
    Values { id: Some(Handle::Ref), qualifier: Some("*"), ..values(HTTP_API, ARN) },
    Values { id: Some(Handle::Ref), qualifier: Some("*"), ..values(REST_API, ARN) },
    values(BUS, ARN),
];
