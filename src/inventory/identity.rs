//! What names a resource: which property is its physical name, and what `Ref` and `Fn::GetAtt` return of it.
//!
//! Source: the "Return values" section of each resource type in the CloudFormation template reference, and the
//! ARN formats of the Service Authorization Reference.

/// How a resource type is named.
#[derive(Debug, Clone, Copy)]
pub struct Identity {
    /// The property that holds the physical name.
    pub name_property: &'static str,
    /// What `Ref` returns: the format of a text over `{name}`, `{partition}`, `{account}` and `{region}`.
    pub reference: &'static str,
    /// The attribute that is the ARN, if there is one, and its format.
    pub arn: Option<(&'static str, &'static str)>,
}

const fn named(
    name_property: &'static str,
    reference: &'static str,
    arn: Option<(&'static str, &'static str)>,
) -> Option<Identity> {
    Some(Identity { name_property, reference, arn })
}

/// The identity of a resource type; `None` for types whose name AWS always makes up or that nothing here needs.
#[must_use]
pub fn identity(type_name: &str) -> Option<Identity> {
    const NAME: &str = "{name}";
    match type_name {
        "AWS::S3::Bucket" => named("BucketName", NAME, Some(("Arn", "arn:{partition}:s3:::{name}"))),
        "AWS::DynamoDB::Table" => {
            named("TableName", NAME, Some(("Arn", "arn:{partition}:dynamodb:{region}:{account}:table/{name}")))
        }
        "AWS::Kinesis::Stream" => {
            named("Name", NAME, Some(("Arn", "arn:{partition}:kinesis:{region}:{account}:stream/{name}")))
        }
        "AWS::Lambda::Function" => {
            named("FunctionName", NAME, Some(("Arn", "arn:{partition}:lambda:{region}:{account}:function:{name}")))
        }
        "AWS::ECR::Repository" => {
            named("RepositoryName", NAME, Some(("Arn", "arn:{partition}:ecr:{region}:{account}:repository/{name}")))
        }
        "AWS::Logs::LogGroup" => {
            named("LogGroupName", NAME, Some(("Arn", "arn:{partition}:logs:{region}:{account}:log-group:{name}:*")))
        }
        "AWS::SNS::Topic" => named("TopicName", "arn:{partition}:sns:{region}:{account}:{name}", None),
        "AWS::SQS::Queue" => named(
            "QueueName",
            "https://sqs.{region}.amazonaws.com/{account}/{name}",
            Some(("Arn", "arn:{partition}:sqs:{region}:{account}:{name}")),
        ),
        "AWS::IAM::User" => named("UserName", NAME, None),
        "AWS::IAM::Group" => named("GroupName", NAME, None),
        "AWS::IAM::Role" => named("RoleName", NAME, None),
        "AWS::RDS::DBInstance" => named("DBInstanceIdentifier", NAME, None),
        "AWS::RDS::DBCluster" => named("DBClusterIdentifier", NAME, None),
        "AWS::RDS::DBSubnetGroup" => named("DBSubnetGroupName", NAME, None),
        "AWS::RDS::DBParameterGroup" => named("DBParameterGroupName", NAME, None),
        "AWS::RDS::DBClusterParameterGroup" => named("DBClusterParameterGroupName", NAME, None),
        "AWS::CloudTrail::Trail" => named("TrailName", NAME, None),
        "AWS::KMS::Alias" => named("AliasName", NAME, None),
        _ => None,
    }
}

/// The partition of a region.
#[must_use]
pub fn partition(region: &str) -> &'static str {
    match region {
        _ if region.starts_with("cn-") => "aws-cn",
        _ if region.starts_with("us-gov-") => "aws-us-gov",
        _ => "aws",
    }
}
