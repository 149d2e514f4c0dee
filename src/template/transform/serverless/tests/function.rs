//! Functions: what they become besides their events.

use serde_json::json;

use super::{expanded, function};

#[test]
fn a_function_gets_a_role_that_only_lambda_may_assume() {
    let done = function("");
    assert_eq!(done.resources(), ["Pay AWS::Lambda::Function", "PayRole AWS::IAM::Role"]);
    assert_eq!(done.said(), [""; 0]);
    assert_eq!(
        done.properties("Pay"),
        json!({
            "Code": {"S3Bucket": "artifacts", "S3Key": "pay.zip"},
            "Handler": "app.handler",
            "Runtime": "python3.13",
            "Tags": [{"Key": "lambda:createdBy", "Value": "SAM"}],
            "Role": {"Fn::GetAtt": ["PayRole", "Arn"]},
        })
    );
    assert_eq!(
        done.properties("PayRole"),
        json!({
            "AssumeRolePolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [{
                    "Action": ["sts:AssumeRole"],
                    "Effect": "Allow",
                    "Principal": {"Service": ["lambda.amazonaws.com"]},
                }],
            },
            "Tags": [{"Key": "lambda:createdBy", "Value": "SAM"}],
            "ManagedPolicyArns": ["arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"],
        })
    );
}

#[test]
fn a_function_with_a_role_of_its_own_gets_none() {
    let done = function("Role: arn:aws:iam::111122223333:role/own");
    assert_eq!(done.resources(), ["Pay AWS::Lambda::Function"]);
    assert_eq!(done.properties("Pay")["Role"], "arn:aws:iam::111122223333:role/own");
}

#[test]
fn a_role_that_is_needed_in_one_case_exists_in_that_case() {
    let done = function("Role: !If [Prod, arn:aws:iam::111122223333:role/own, !Ref AWS::NoValue]");
    assert_eq!(done.resource("PayRole")["Condition"], "NOTProd");
    assert_eq!(done.section("Conditions")["NOTProd"], json!({"Fn::Not": [{"Condition": "Prod"}]}));
    let role = json!({"Fn::If": ["Prod", "arn:aws:iam::111122223333:role/own", {"Fn::GetAtt": ["PayRole", "Arn"]}]});
    assert_eq!(done.properties("Pay")["Role"], role);
}

#[test]
fn code_on_this_machine_is_code_in_a_place_that_is_not_known() {
    let done = expanded(
        "Transform: AWS::Serverless-2016-10-31\nResources:\n  F: {Type: AWS::Serverless::Function, Properties: \
         {Handler: a.b, Runtime: python3.13, CodeUri: ./src}}\n",
    );
    assert_eq!(done.said(), [""; 0]);
    assert_eq!(done.properties("F")["Code"], json!({}));
}

#[test]
fn an_alias_is_what_references_to_it_name() {
    let done = expanded(
        "Transform: AWS::Serverless-2016-10-31\nResources:\n  F: {Type: AWS::Serverless::Function, Properties: \
         {Handler: a.b, Runtime: python3.13, CodeUri: s3://b/k, AutoPublishAlias: live}}\nOutputs:\n  A: {Value: \
         !Ref F.Alias}\n  V: {Value: !GetAtt F.Version.Version}\n  S: {Value: !Sub 'x ${F.Alias} ${F.Arn}'}\n",
    );
    let version = done.resources().into_iter().find(|line| line.ends_with("::Version")).unwrap();
    let version = version.split(' ').next().unwrap();
    assert_eq!(done.resource(version)["DeletionPolicy"], "Retain");
    let outputs = done.section("Outputs");
    assert_eq!(outputs["A"]["Value"], json!({"Ref": "FAliaslive"}));
    assert_eq!(outputs["V"]["Value"], json!({"Fn::GetAtt": [version, "Version"]}));
    assert_eq!(outputs["S"]["Value"], json!({"Fn::Sub": "x ${FAliaslive} ${F.Arn}"}));
}

#[test]
fn an_alias_that_is_called_by_an_open_parameter_is_there_all_the_same() {
    let done = function("AutoPublishAlias: !Ref Open");
    assert_eq!(done.properties("PayAliasOpen")["Name"], json!({"Ref": "Open"}));
    assert_eq!(done.said(), [""; 0]);
    let done = function("AutoPublishAlias: !Ref Known");
    assert_eq!(done.properties("PayAliaslive")["Name"], "live");
}

#[test]
fn another_version_is_published_when_the_code_is_another() {
    let version = |properties: &str| {
        let all = function(properties).resources();
        all.into_iter().find(|line| line.ends_with("::Version")).unwrap()
    };
    let one = version("AutoPublishAlias: live\nMemorySize: 128");
    assert_eq!(one, version("AutoPublishAlias: live\nMemorySize: 128\nTimeout: 3"));
    assert_ne!(one, version("AutoPublishAlias: live\nMemorySize: 256"));
}

#[test]
fn a_url_without_authentication_is_open_to_everybody() {
    let done = function("FunctionUrlConfig: {AuthType: NONE, Cors: {AllowOrigins: ['*']}}");
    assert_eq!(
        done.properties("PayUrl"),
        json!({"TargetFunctionArn": {"Ref": "Pay"}, "AuthType": "NONE", "Cors": {"AllowOrigins": ["*"]}})
    );
    assert_eq!(done.properties("PayUrlPublicPermissions")["Principal"], "*");
    assert_eq!(done.properties("PayURLInvokeAllowPublicAccess")["InvokedViaFunctionUrl"], true);
    let closed = function("FunctionUrlConfig: {AuthType: AWS_IAM}");
    assert!(!closed.resources().iter().any(|line| line.ends_with("::Permission")));
}

#[test]
fn what_vpc_tracing_and_dead_letters_need_is_in_the_role() {
    let done = function(
        "VpcConfig: {SubnetIds: [subnet-1], SecurityGroupIds: [sg-1]}\nTracing: Active\nDeadLetterQueue: {Type: SQS, \
         TargetArn: arn:aws:sqs:us-east-1:111122223333:dead}",
    );
    let role = done.properties("PayRole");
    assert_eq!(
        role["ManagedPolicyArns"],
        json!([
            "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole",
            "arn:aws:iam::aws:policy/AWSXrayWriteOnlyAccess",
            "arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole",
        ])
    );
    let statement = &role["Policies"][0]["PolicyDocument"]["Statement"][0];
    assert_eq!(statement["Resource"], "arn:aws:sqs:us-east-1:111122223333:dead");
    assert_eq!(done.properties("Pay")["TracingConfig"], json!({"Mode": "Active"}));
}

#[test]
fn destinations_that_are_not_given_are_made() {
    let done = function(
        "EventInvokeConfig:\n  DestinationConfig:\n    OnFailure: {Type: SQS}\n    OnSuccess: {Type: EventBridge, \
         Destination: arn:aws:events:us-east-1:111122223333:event-bus/default}",
    );
    assert_eq!(
        done.resources(),
        [
            "Pay AWS::Lambda::Function",
            "PayEventInvokeConfig AWS::Lambda::EventInvokeConfig",
            "PayEventInvokeConfigOnFailureQueue AWS::SQS::Queue",
            "PayRole AWS::IAM::Role",
        ]
    );
    let names: Vec<_> = done.properties("PayRole")["Policies"]
        .as_array()
        .unwrap()
        .iter()
        .map(|policy| policy["PolicyName"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(names, ["PayEventInvokeConfigOnSuccessEventBridgePolicy", "PayEventInvokeConfigOnFailureSQSPolicy"]);
}

#[test]
fn gradual_deployments_share_an_application_and_a_role() {
    let done =
        function("AutoPublishAlias: live\nDeploymentPreference: {Type: Canary10Percent5Minutes, Alarms: [!Ref Alarm]}");
    assert_eq!(
        done.properties("PayDeploymentGroup")["DeploymentConfigName"],
        json!({"Fn::Sub": ["CodeDeployDefault.Lambda${ConfigName}", {"ConfigName": "Canary10Percent5Minutes"}]})
    );
    assert_eq!(done.properties("ServerlessDeploymentApplication")["ComputePlatform"], "Lambda");
    assert_eq!(
        done.properties("CodeDeployServiceRole")["AssumeRolePolicyDocument"]["Statement"][0]["Principal"],
        json!({"Service": ["codedeploy.amazonaws.com"]})
    );
    let off = function("DeploymentPreference: {Enabled: false, Type: AllAtOnce}");
    assert_eq!(off.resources().len(), 2);
}

#[test]
fn what_is_wrong_is_said_where_it_stands() {
    assert_eq!(
        function("DeadLetterQueue: {Type: Kafka, TargetArn: x}").said(),
        [
            "error: the `Type` of `DeadLetterQueue` must be `SQS` or `SNS` at Kafka",
            "gap: what `AWS::Serverless::Function` `Pay` expands to is not evaluated at Type: AWS::Serverless::Function",
        ]
    );
    assert_eq!(
        function("FunctionUrlConfig: {AuthType: OPEN}").said(),
        ["error: `AuthType` of `FunctionUrlConfig` must be `AWS_IAM` or `NONE` at OPEN"]
    );
    assert_eq!(
        function("Tags: {'lambda:createdBy': me}").said()[0],
        "error: `lambda:createdBy` is a reserved tag key at me"
    );
}

#[test]
fn a_property_that_is_not_known_is_a_gap_and_the_rest_is_expanded() {
    let done = function("Sparkling: true");
    assert_eq!(done.said(), ["gap: property `Sparkling` of `Pay` is not expanded at true"]);
    assert_eq!(done.resources().len(), 2);
}

#[test]
fn a_macro_inside_leaves_the_function_as_it_is() {
    let done = function("Fn::Transform: {Name: Mine}");
    assert_eq!(done.resources(), ["Pay AWS::Serverless::Function"]);
    assert_eq!(done.said()[0], "gap: what `Fn::Transform` makes of `Pay` is not expanded at {Name: Mine}");
}

#[test]
fn a_logical_id_that_the_template_has_already_is_an_error() {
    let done = expanded(
        "Transform: AWS::Serverless-2016-10-31\nResources:\n  F: {Type: AWS::Serverless::Function, Properties: \
         {Handler: a.b, Runtime: python3.13, CodeUri: s3://b/k}}\n  FRole: {Type: AWS::SNS::Topic}\n",
    );
    assert_eq!(
        done.said()[0],
        "error: `F` generates a resource `FRole`, which the template has already at {Type: AWS::SNS::Topic}"
    );
    assert_eq!(done.resources(), ["F AWS::Serverless::Function", "FRole AWS::SNS::Topic"]);
}
