//! What the benchmarks share: the fixtures, a template of any size, and the time that a thread has used.

#![allow(dead_code, reason = "each benchmark uses a part")]
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::print_stdout,
    unreachable_pub,
    reason = "a benchmark is no library"
)]

pub mod conditions;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

pub fn systems() -> PathBuf {
    root().join("fixtures/systems")
}

/// The files below `dir` whose path `wanted` accepts, sorted.
pub fn files(dir: &Path, wanted: &dyn Fn(&str) -> bool) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files(&path, wanted));
        } else if wanted(&path.to_string_lossy()) {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The templates of the five systems.
pub fn templates() -> Vec<PathBuf> {
    files(&systems(), &|path| path.contains("/cdk.out") && path.ends_with(".template.json"))
}

/// All JSON files of the assemblies of the five systems, `tree.json` included.
pub fn assembly_files() -> Vec<PathBuf> {
    files(&systems(), &|path| path.contains("/cdk.out") && path.ends_with(".json"))
}

/// Kinds of resources in [`synthetic`].
const KINDS: usize = 16;

/// A template of `count` resources: buckets, databases, security groups and their rules, functions, roles, policies, and as
/// many of the kinds that few rules are about, with properties as people write them and references from one to the next.
/// It is harder than the five systems: three findings for two resources, where they have two for three.
pub fn synthetic(count: usize) -> String {
    let mut out = String::from(
        r#"{"AWSTemplateFormatVersion": "2010-09-09", "Parameters": {"Env": {"Type": "String", "Default": "prod",
"AllowedValues": ["dev", "prod"]}}, "Conditions": {"IsProd": {"Fn::Equals": [{"Ref": "Env"}, "prod"]}}, "Resources": {"#,
    );
    for index in 0..count {
        let group = index - index % KINDS;
        let (kind, properties) = match index % KINDS {
            0 => (
                "S3::Bucket",
                r#"{"BucketName": {"Fn::Sub": "data-${AWS::AccountId}-@"}, "VersioningConfiguration": {"Status": "Enabled"}, "BucketEncryption": {"ServerSideEncryptionConfiguration": [{"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]}, "PublicAccessBlockConfiguration": {"BlockPublicAcls": true, "BlockPublicPolicy": true, "IgnorePublicAcls": true, "RestrictPublicBuckets": true}, "Tags": [{"Key": "Env", "Value": {"Ref": "Env"}}]}"#,
            ),
            1 => (
                "RDS::DBInstance",
                r#"{"DBInstanceClass": "db.t3.medium", "Engine": "postgres", "AllocatedStorage": "100", "StorageEncrypted": {"Fn::If": ["IsProd", true, false]}, "BackupRetentionPeriod": {"Fn::If": ["IsProd", 30, 1]}, "MultiAZ": true, "PubliclyAccessible": false, "MasterUsername": "app", "MasterUserPassword": "{{resolve:secretsmanager:db-@:SecretString:password}}", "VPCSecurityGroups": [{"Ref": "R#2"}], "DeletionProtection": true}"#,
            ),
            2 => (
                "EC2::SecurityGroup",
                r#"{"GroupDescription": "group @", "VpcId": "vpc-12345678", "SecurityGroupIngress": [{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIp": "0.0.0.0/0", "Description": "web"}, {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIp": "10.0.0.0/8"}], "SecurityGroupEgress": [{"IpProtocol": "-1", "CidrIp": "0.0.0.0/0"}]}"#,
            ),
            3 => (
                "EC2::SecurityGroupIngress",
                r#"{"GroupId": {"Fn::GetAtt": ["R#2", "GroupId"]}, "IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "SourceSecurityGroupId": {"Fn::GetAtt": ["R#2", "GroupId"]}, "Description": "database"}"#,
            ),
            4 => (
                "Lambda::Function",
                r#"{"Handler": "index.handler", "Runtime": "nodejs20.x", "MemorySize": 256, "Timeout": 30, "Code": {"S3Bucket": {"Ref": "R#0"}, "S3Key": "code-@.zip"}, "Role": {"Fn::GetAtt": ["R#5", "Arn"]}, "Environment": {"Variables": {"TABLE": {"Fn::Join": ["-", ["table", {"Ref": "Env"}]]}, "LOG_LEVEL": "info", "API_KEY": "abcdef123456"}}}"#,
            ),
            5 => (
                "IAM::Role",
                r#"{"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]}, "ManagedPolicyArns": [{"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, ":iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"]]}]}"#,
            ),
            6 => (
                "IAM::Policy",
                r#"{"PolicyName": "policy-@", "Roles": [{"Ref": "R#5"}], "PolicyDocument": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": [{"Fn::Join": ["", [{"Fn::GetAtt": ["R#0", "Arn"]}, "/*"]]}]}, {"Effect": "Allow", "Action": "logs:*", "Resource": "*"}]}}"#,
            ),
            7 => (
                "S3::BucketPolicy",
                r#"{"Bucket": {"Ref": "R#0"}, "PolicyDocument": {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": {"AWS": "*"}, "Action": "s3:*", "Resource": {"Fn::GetAtt": ["R#0", "Arn"]}, "Condition": {"Bool": {"aws:SecureTransport": "false"}}}]}}"#,
            ),
            8 => (
                "EC2::Subnet",
                r#"{"VpcId": "vpc-12345678", "CidrBlock": "10.0.@.0/24", "AvailabilityZone": {"Fn::Select": [0, {"Fn::GetAZs": ""}]}, "MapPublicIpOnLaunch": false, "Tags": [{"Key": "Name", "Value": "subnet-@"}]}"#,
            ),
            9 => ("EC2::RouteTable", r#"{"VpcId": "vpc-12345678", "Tags": [{"Key": "Name", "Value": "routes-@"}]}"#),
            10 => {
                ("EC2::SubnetRouteTableAssociation", r#"{"SubnetId": {"Ref": "R#8"}, "RouteTableId": {"Ref": "R#9"}}"#)
            }
            11 => (
                "EC2::Route",
                r#"{"RouteTableId": {"Ref": "R#9"}, "DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-12345678"}"#,
            ),
            12 => (
                "Lambda::Permission",
                r#"{"Action": "lambda:InvokeFunction", "FunctionName": {"Fn::GetAtt": ["R#4", "Arn"]}, "Principal": "s3.amazonaws.com", "SourceAccount": {"Ref": "AWS::AccountId"}, "SourceArn": {"Fn::GetAtt": ["R#0", "Arn"]}}"#,
            ),
            13 => (
                "Logs::LogGroup",
                r#"{"LogGroupName": {"Fn::Join": ["", ["/aws/lambda/", {"Ref": "R#4"}]]}, "RetentionInDays": 365}"#,
            ),
            14 => ("SSM::Parameter", r#"{"Type": "String", "Name": "/app/@/bucket", "Value": {"Ref": "R#0"}}"#),
            _ => (
                "CloudWatch::Alarm",
                r#"{"Namespace": "AWS/Lambda", "MetricName": "Errors", "Dimensions": [{"Name": "FunctionName", "Value": {"Ref": "R#4"}}], "Statistic": "Sum", "Period": 300, "EvaluationPeriods": 1, "Threshold": 1, "ComparisonOperator": "GreaterThanOrEqualToThreshold"}"#,
            ),
        };
        let mut properties = properties.replace('@', &index.to_string());
        for kind in (0..KINDS).rev() {
            properties = properties.replace(&format!("R#{kind}"), &format!("R{}", group + kind));
        }
        let comma = if index == 0 { "" } else { "," };
        let _ = write!(out, "{comma}\n  \"R{index}\": {{\"Type\": \"AWS::{kind}\", \"Properties\": {properties}}}");
    }
    out.push_str("\n}}\n");
    out
}

/// The same document as block YAML.
pub fn as_yaml(json: &str) -> String {
    let mut out = String::new();
    block(&serde_json::from_str(json).unwrap(), 0, &mut out);
    out
}

fn block(value: &serde_json::Value, depth: usize, out: &mut String) {
    let indent = "  ".repeat(depth);
    match value {
        serde_json::Value::Object(members) if !members.is_empty() => {
            for (key, value) in members {
                let _ = write!(out, "\n{indent}{}:", serde_json::Value::from(key.as_str()));
                block(value, depth + 1, out);
            }
        }
        serde_json::Value::Array(items) if !items.is_empty() => {
            for item in items {
                let _ = write!(out, "\n{indent}-");
                block(item, depth + 1, out);
            }
        }
        scalar => {
            let _ = write!(out, " {scalar}");
        }
    }
}

/// Processor time that this thread has used, in nanoseconds.
pub fn thread_time() -> u64 {
    let text = fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    text.split(' ').next().unwrap().parse().unwrap()
}

pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
