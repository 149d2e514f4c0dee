//! `Policies` in all their forms.

use serde_json::json;

use super::function;

#[test]
fn documents_templates_and_managed_policies_may_stand_together() {
    let done = function(
        "Policies:\n  - AmazonS3ReadOnlyAccess\n  - AWSLambdaBasicExecutionRole\n  - \
         arn:aws:iam::111122223333:policy/own\n  - Statement: [{Effect: Allow, Action: '*', Resource: '*'}]\n  - \
         SQSPollerPolicy: {QueueName: !GetAtt Q.QueueName}",
    );
    let role = done.properties("PayRole");
    assert_eq!(
        role["ManagedPolicyArns"],
        json!([
            "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole",
            "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess",
            "arn:aws:iam::111122223333:policy/own",
        ])
    );
    assert_eq!(role["Policies"][0]["PolicyName"], "PayRolePolicy3");
    assert_eq!(role["Policies"][0]["PolicyDocument"]["Statement"][0]["Action"], "*");
    assert_eq!(
        role["Policies"][1],
        json!({
            "PolicyName": "PayRolePolicy4",
            "PolicyDocument": {"Statement": [{
                "Effect": "Allow",
                "Action": [
                    "sqs:ChangeMessageVisibility",
                    "sqs:ChangeMessageVisibilityBatch",
                    "sqs:DeleteMessage",
                    "sqs:DeleteMessageBatch",
                    "sqs:GetQueueAttributes",
                    "sqs:ReceiveMessage",
                ],
                "Resource": {"Fn::Sub": [
                    "arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:${QueueName}",
                    {"QueueName": {"Fn::GetAtt": ["Q", "QueueName"]}},
                ]},
            }]},
        })
    );
}

#[test]
fn each_arm_of_a_condition_is_a_policy_of_its_own() {
    let done = function(
        "Policies:\n  - !If [Prod, {SNSPublishMessagePolicy: {TopicName: a}}, !Ref AWS::NoValue]\n  - !If [Prod, \
         AmazonS3ReadOnlyAccess, AmazonS3FullAccess]",
    );
    let role = done.properties("PayRole");
    let arms = &role["Policies"][0]["Fn::If"];
    assert_eq!(arms[1]["PolicyDocument"]["Statement"][0]["Action"], json!(["sns:Publish"]));
    assert_eq!(arms[2], json!({"Ref": "AWS::NoValue"}));
    assert_eq!(role["ManagedPolicyArns"][1]["Fn::If"][2], "arn:aws:iam::aws:policy/AmazonS3FullAccess");
}

#[test]
fn what_is_no_policy_is_an_error_and_the_others_count() {
    let done = function("Policies:\n  - SQSPoller: {QueueName: q}\n  - AmazonS3ReadOnlyAccess");
    assert_eq!(
        done.said(),
        ["error: this is no managed policy, policy document or policy template at SQSPoller: {QueueName: q}"]
    );
    assert_eq!(done.properties("PayRole")["ManagedPolicyArns"].as_array().unwrap().len(), 2);
    let done = function("Policies: {SQSPollerPolicy: {}}");
    assert_eq!(done.said(), ["error: policy template `SQSPollerPolicy` needs parameter `QueueName` at {}"]);
}
