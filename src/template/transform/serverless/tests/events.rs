//! The events of functions.

use serde_json::json;

use super::{expanded, function};

#[test]
fn a_rule_may_call_the_function_and_nobody_else() {
    let done = function("Events:\n  Daily: {Type: Schedule, Properties: {Schedule: rate(1 day), Enabled: false}}");
    let rule = done.properties("PayDaily");
    assert_eq!((&rule["ScheduleExpression"], &rule["State"]), (&json!("rate(1 day)"), &json!("DISABLED")));
    assert_eq!(rule["Targets"], json!([{"Arn": {"Fn::GetAtt": ["Pay", "Arn"]}, "Id": "PayDailyLambdaTarget"}]));
    assert_eq!(
        done.properties("PayDailyPermission"),
        json!({
            "Action": "lambda:InvokeFunction",
            "FunctionName": {"Ref": "Pay"},
            "Principal": "events.amazonaws.com",
            "SourceArn": {"Fn::GetAtt": ["PayDaily", "Arn"]},
        })
    );
}

#[test]
fn an_event_calls_the_alias_when_there_is_one() {
    let done = function("AutoPublishAlias: live\nEvents:\n  Q: {Type: SQS, Properties: {Queue: arn:q, BatchSize: 5}}");
    assert_eq!(
        done.properties("PayQ"),
        json!({"FunctionName": {"Ref": "PayAliaslive"}, "EventSourceArn": "arn:q", "BatchSize": 5})
    );
}

#[test]
fn sources_that_are_polled_add_to_the_role() {
    let done = function(
        "Events:\n  Q: {Type: SQS, Properties: {Queue: arn:q}}\n  R: {Type: SQS, Properties: {Queue: arn:r}}\n  M: \
         {Type: MQ, Properties: {Broker: arn:m, Queues: [q], SourceAccessConfigurations: [{Type: BASIC_AUTH, URI: \
         arn:s}]}}",
    );
    let role = done.properties("PayRole");
    assert_eq!(role["ManagedPolicyArns"].as_array().unwrap().len(), 2);
    let statements = &role["Policies"][0]["PolicyDocument"]["Statement"];
    assert_eq!(statements[0]["Resource"], "arn:s");
    assert_eq!(statements[1]["Action"], json!(["mq:DescribeBroker"]));
}

const BUCKET: &str = "Transform: AWS::Serverless-2016-10-31\nResources:\n  B: {Type: AWS::S3::Bucket}\n  F: {Type: \
                      AWS::Serverless::Function, @ Properties: {Handler: a.b, Runtime: python3.13, CodeUri: s3://b/k, \
                      Events: {U: {Type: S3, Properties: {Bucket: !Ref B, Events: [s3:ObjectCreated:*, \
                      s3:ObjectRemoved:*]}}}}}\n";

#[test]
fn a_bucket_notifies_the_function_and_waits_for_its_permission() {
    let done = expanded(&BUCKET.replace('@', ""));
    assert_eq!(done.resource("B")["DependsOn"], json!(["FUPermission"]));
    let notified = &done.properties("B")["NotificationConfiguration"]["LambdaConfigurations"];
    assert_eq!(notified[1], json!({"Function": {"Fn::GetAtt": ["F", "Arn"]}, "Event": "s3:ObjectRemoved:*"}));
    assert_eq!(done.properties("FUPermission")["SourceAccount"], json!({"Ref": "AWS::AccountId"}));
}

#[test]
fn a_bucket_waits_for_a_conditional_permission_by_a_tag() {
    let done = expanded(&BUCKET.replace('@', "Condition: C,"));
    assert_eq!(done.resource("B").get("DependsOn"), None);
    assert_eq!(
        done.properties("B")["Tags"],
        json!([{
            "Key": "sam:ConditionalDependsOn:FUPermission",
            "Value": {"Fn::If": ["C", {"Ref": "FUPermission"}, "no dependency"]},
        }])
    );
}

#[test]
fn a_topic_may_send_to_a_queue_that_is_made() {
    let done = function("Events:\n  T: {Type: SNS, Properties: {Topic: arn:t, SqsSubscription: true}}");
    assert_eq!(
        done.resources(),
        [
            "Pay AWS::Lambda::Function",
            "PayRole AWS::IAM::Role",
            "PayT AWS::SNS::Subscription",
            "PayTEventSourceMapping AWS::Lambda::EventSourceMapping",
            "PayTQueue AWS::SQS::Queue",
            "PayTQueuePolicy AWS::SQS::QueuePolicy",
        ]
    );
    let statement = &done.properties("PayTQueuePolicy")["PolicyDocument"]["Statement"][0];
    assert_eq!(statement["Condition"], json!({"ArnEquals": {"aws:SourceArn": "arn:t"}}));
}

#[test]
fn a_scheduler_gets_a_role_that_calls_the_function() {
    let done = function("Events:\n  S: {Type: ScheduleV2, Properties: {ScheduleExpression: rate(1 day)}}");
    let statement = &done.properties("PaySRole")["Policies"][0]["PolicyDocument"]["Statement"][0];
    assert_eq!(statement["Resource"], json!({"Fn::GetAtt": ["Pay", "Arn"]}));
    assert_eq!(done.properties("PayS")["Target"]["RoleArn"], json!({"Fn::GetAtt": ["PaySRole", "Arn"]}));
}

#[test]
fn an_event_that_is_wrong_is_left_out_and_said() {
    let done = function(
        "Events:\n  A: {Type: S3, Properties: {Bucket: elsewhere, Events: x}}\n  B: {Type: Pigeon}\n  C: {Type: \
         AlexaSkill, Properties: {Voice: low}}\n  D: {Type: SQS}",
    );
    assert_eq!(
        done.said(),
        [
            "error: `Bucket` must refer to a bucket of the same template at elsewhere",
            "error: there is no event source `Pigeon` at {Type: Pigeon}",
            "gap: property `Voice` of event `C` of `Pay` is not expanded at low",
            "error: event source `SQS` needs `Queue` at {Type: SQS}",
        ]
    );
    assert_eq!(done.properties("PayCPermission")["Principal"], "alexa-appkit.amazon.com");
}

#[test]
fn a_trigger_of_a_user_pool_can_be_set_once() {
    let done = expanded(
        "Transform: AWS::Serverless-2016-10-31\nResources:\n  P: {Type: AWS::Cognito::UserPool}\n  F: {Type: \
         AWS::Serverless::Function, Properties: {Handler: a.b, Runtime: python3.13, CodeUri: s3://b/k, Events: {One: \
         {Type: Cognito, Properties: {UserPool: !Ref P, Trigger: PreSignUp}}, Two: {Type: Cognito, Properties: \
         {UserPool: !Ref P, Trigger: PreSignUp}}}}}\n",
    );
    assert_eq!(done.properties("P")["LambdaConfig"], json!({"PreSignUp": {"Fn::GetAtt": ["F", "Arn"]}}));
    assert_eq!(done.said(), ["error: user pool `P` has trigger `PreSignUp` already at PreSignUp"]);
}
