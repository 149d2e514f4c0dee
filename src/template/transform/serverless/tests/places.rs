//! Where generated resources stand: at the place of the source that produced them.

use super::{expanded, function};

#[test]
fn a_generated_role_stands_at_the_logical_id_and_its_policies_at_their_items() {
    let done = function(
        "Tracing: Active\nPolicies:\n  - AmazonS3ReadOnlyAccess\n  - SQSPollerPolicy: {QueueName: q}\n  - Statement: \
         [{Effect: Allow, Action: '*', Resource: '*'}]",
    );
    assert_eq!(done.place("PayRole", &[]), "Pay");
    assert_eq!(done.place("PayRole", &["Properties", "ManagedPolicyArns", "2"]), "AmazonS3ReadOnlyAccess");
    let template = ["Properties", "Policies", "0"];
    assert_eq!(done.place("PayRole", &template), "SQSPollerPolicy: {QueueName: q}");
    let action = ["Properties", "Policies", "0", "PolicyDocument", "Statement", "0", "Action"];
    assert_eq!(done.place("PayRole", &action), "SQSPollerPolicy: {QueueName: q}");
    let own = ["Properties", "Policies", "1", "PolicyDocument", "Statement", "0", "Action"];
    assert_eq!(done.place("PayRole", &own), "'*'");
}

#[test]
fn what_an_event_generates_stands_at_its_name() {
    let done = function("Events:\n  Daily: {Type: Schedule, Properties: {Schedule: rate(1 day)}}");
    assert_eq!(done.place("PayDailyPermission", &[]), "Daily");
    assert_eq!(done.place("PayDaily", &["Properties", "ScheduleExpression"]), "rate(1 day)");
}

#[test]
fn a_function_and_its_properties_stand_where_they_are_written() {
    let done = function("FunctionUrlConfig: {AuthType: NONE}\nMemorySize: 128");
    assert_eq!(done.place("Pay", &[]), "Type: AWS::Serverless::Function");
    assert_eq!(done.place("Pay", &["Properties", "MemorySize"]), "128");
    assert_eq!(done.place("PayUrlPublicPermissions", &[]), "{AuthType: NONE}");
}

#[test]
fn a_property_of_the_globals_stands_in_the_globals() {
    let done = expanded(
        "Transform: AWS::Serverless-2016-10-31\nGlobals: {Function: {Runtime: python3.13, Timeout: 77}}\nResources:\n  \
         F: {Type: AWS::Serverless::Function, Properties: {Handler: a.b, CodeUri: s3://b/k}}\n",
    );
    assert_eq!(done.place("F", &["Properties", "Timeout"]), "77");
}
