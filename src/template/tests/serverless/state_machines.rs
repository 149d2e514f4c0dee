//! State machines: roles, definitions, versions and events.

use super::*;

#[test]
fn a_state_machine_has_a_role_of_its_policies_and_its_tracing() {
    let resolved = serverless(
        "  Flow:
    Type: AWS::Serverless::StateMachine
    Properties:
      Definition: {StartAt: A, States: {A: {Type: Succeed}}}
      Tracing: {Enabled: true}
      Logging: {Level: ALL}
      Policies:
        - Version: '2012-10-17'
          Statement: {Effect: Allow, Action: s3:*, Resource: '*'}
        - AWSLambdaExecute
",
    );
    insta::assert_snapshot!(resolved.listed(), @r#"
    Flow: AWS::StepFunctions::StateMachine {"DefinitionString":"{\n    \"StartAt\": \"A\",\n    \"States\": {\n        \"A\": {\n            \"Type\": \"Succeed\"\n        }\n    }\n}","LoggingConfiguration":{"Level":"ALL"},"TracingConfiguration":{"Enabled":true},"Tags":[{"Key":"stateMachine:createdBy","Value":"SAM"}],"RoleArn":"<FlowRole.Arn>"}
    FlowRole: AWS::IAM::Role {"AssumeRolePolicyDocument":{"Version":"2012-10-17","Statement":[{"Action":["sts:AssumeRole"],"Effect":"Allow","Principal":{"Service":["states.amazonaws.com"]}}]},"Tags":[{"Key":"stateMachine:createdBy","Value":"SAM"}],"ManagedPolicyArns":["arn:aws:iam::aws:policy/AWSLambdaExecute","arn:aws:iam::aws:policy/AWSXrayWriteOnlyAccess"],"Policies":[{"PolicyName":"FlowRolePolicy0","PolicyDocument":{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}}]}
    "#);
    assert_eq!(resolved.problems(), [""; 0]);
    assert_eq!(resolved.source_of("FlowRole", &["Policies", "0", "PolicyDocument", "Statement", "Action"]), "s3:*");
    assert_eq!(resolved.source_of("FlowRole", &["ManagedPolicyArns", "1"]), "Enabled");
    assert_eq!(resolved.source_of("Flow", &["LoggingConfiguration"]), "{Level: ALL}");
    assert_eq!(resolved.source_of("Flow", &["DefinitionString"]), "{StartAt: A, States: {A: {Type: Succeed}}}");
    assert_eq!(resolved.source_of_resource("FlowRole"), "Flow");
}

#[test]
fn what_a_deployment_decides_in_a_definition_is_substituted() {
    let resolved = serverless(
        "  Flow:
    Type: AWS::Serverless::StateMachine
    Properties:
      Role: arn:aws:iam::123456789012:role/flow
      DefinitionSubstitutions: {Own: mine}
      Definition: {StartAt: !Ref AWS::Region, Comment: $}
",
    );
    insta::assert_snapshot!(resolved.listed(), @r#"Flow: AWS::StepFunctions::StateMachine {"DefinitionSubstitutions":{"Own":"mine","definition_substitution_1":"us-east-1"},"DefinitionString":"{\n    \"Comment\": \"$\",\n    \"StartAt\": \"${definition_substitution_1}\"\n}","Tags":[{"Key":"stateMachine:createdBy","Value":"SAM"}],"RoleArn":"arn:aws:iam::123456789012:role/flow"}"#);
    assert_eq!(
        resolved.source_of("Flow", &["DefinitionSubstitutions", "definition_substitution_1"]),
        "!Ref AWS::Region"
    );
}

#[test]
fn events_start_a_state_machine_with_roles_of_their_own() {
    let resolved = serverless(
        "  Flow:
    Type: AWS::Serverless::StateMachine
    DeletionPolicy: Retain
    Properties:
      DefinitionUri: flow.asl.json
      PermissionsBoundary: arn:aws:iam::123456789012:policy/limit
      Events:
        Daily:
          Type: Schedule
          Properties: {Schedule: rate(1 day), Enabled: false, Input: '{}', DeadLetterConfig: {Type: SQS}}
        Booked:
          Type: EventBridgeRule
          Properties: {Pattern: {source: [bank]}, InputPath: $.detail, Target: {Id: Own}}
        Planned:
          Type: ScheduleV2
          Properties: {ScheduleExpression: rate(1 hour), RoleArn: arn:aws:iam::123456789012:role/plan}
",
    );
    insta::assert_snapshot!(resolved.listed(), @r#"
    Flow: AWS::StepFunctions::StateMachine {"Tags":[{"Key":"stateMachine:createdBy","Value":"SAM"}],"RoleArn":"<FlowRole.Arn>"}
    FlowRole: AWS::IAM::Role {"AssumeRolePolicyDocument":{"Version":"2012-10-17","Statement":[{"Action":["sts:AssumeRole"],"Effect":"Allow","Principal":{"Service":["states.amazonaws.com"]}}]},"PermissionsBoundary":"arn:aws:iam::123456789012:policy/limit","Tags":[{"Key":"stateMachine:createdBy","Value":"SAM"}],"ManagedPolicyArns":[]}
    FlowDaily: AWS::Events::Rule {"ScheduleExpression":"rate(1 day)","State":"DISABLED","Targets":[{"Arn":"<Flow.Ref>","Id":"FlowDailyStepFunctionsTarget","RoleArn":"<FlowDailyRole.Arn>","Input":"{}","DeadLetterConfig":{"Arn":"<FlowDailyQueue.Arn>"}}]}
    FlowDailyRole: AWS::IAM::Role {"AssumeRolePolicyDocument":{"Version":"2012-10-17","Statement":[{"Action":["sts:AssumeRole"],"Effect":"Allow","Principal":{"Service":["events.amazonaws.com"]}}]},"Policies":[{"PolicyName":"FlowDailyRoleStartExecutionPolicy","PolicyDocument":{"Statement":[{"Action":"states:StartExecution","Effect":"Allow","Resource":"<Flow.Ref>"}]}}],"PermissionsBoundary":"arn:aws:iam::123456789012:policy/limit"}
    FlowDailyQueue: AWS::SQS::Queue {}
    FlowDailyQueuePolicy: AWS::SQS::QueuePolicy {"PolicyDocument":{"Version":"2012-10-17","Statement":[{"Action":"sqs:SendMessage","Effect":"Allow","Principal":{"Service":"events.amazonaws.com"},"Resource":"<FlowDailyQueue.Arn>","Condition":{"ArnEquals":{"aws:SourceArn":"<FlowDaily.Arn>"}}}]},"Queues":["<FlowDailyQueue.Ref>"]}
    FlowBooked: AWS::Events::Rule {"EventPattern":{"source":["bank"]},"Targets":[{"Arn":"<Flow.Ref>","Id":"Own","RoleArn":"<FlowBookedRole.Arn>","InputPath":"$.detail"}]}
    FlowBookedRole: AWS::IAM::Role {"AssumeRolePolicyDocument":{"Version":"2012-10-17","Statement":[{"Action":["sts:AssumeRole"],"Effect":"Allow","Principal":{"Service":["events.amazonaws.com"]}}]},"Policies":[{"PolicyName":"FlowBookedRoleStartExecutionPolicy","PolicyDocument":{"Statement":[{"Action":"states:StartExecution","Effect":"Allow","Resource":"<Flow.Ref>"}]}}],"PermissionsBoundary":"arn:aws:iam::123456789012:policy/limit"}
    FlowPlanned: AWS::Scheduler::Schedule {"ScheduleExpression":"rate(1 hour)","Name":"FlowPlanned","FlexibleTimeWindow":{"Mode":"OFF"},"Target":{"Arn":"<Flow.Ref>","RoleArn":"arn:aws:iam::123456789012:role/plan"}}
    "#);
    assert_eq!(resolved.problems(), [""; 0]);
    assert_eq!(resolved.source_of_resource("FlowDailyRole"), "Daily");
    assert_eq!(resolved.source_of("FlowDaily", &["State"]), "false");
    assert_eq!(resolved.source_of("FlowBooked", &["EventPattern"]), "{source: [bank]}");
}

#[test]
fn a_path_of_an_api_starts_a_state_machine_with_a_role() {
    let resolved = serverless(
        "  Flow:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionUri: d
      Events: {Start: {Type: Api, Properties: {Path: /start, Method: POST, UnescapeMappingTemplate: true}}}
",
    );
    let path = &resolved.properties("ServerlessRestApi", &[])["Body"]["paths"]["/start"]["post"];
    let expected = json!({
        "x-amazon-apigateway-integration": {
            "type": "aws",
            "httpMethod": "POST",
            "uri": "arn:aws:apigateway:us-east-1:states:action/StartExecution",
            "responses": {"200": {"statusCode": "200"}, "400": {"statusCode": "400"}},
            "credentials": "<FlowStartRole.Arn>",
            "requestTemplates": {
                "application/json": r#"{"input": "$util.escapeJavaScript($input.json('$')).replaceAll("\\'","'")", "stateMachineArn": "<Flow.Ref>"}"#,
            },
        },
        "responses": {"200": {"description": "OK"}, "400": {"description": "Bad Request"}},
    });
    assert_eq!(*path, expected);
    assert_eq!(resolved.source_of_resource("FlowStartRole"), "Start");
}

#[test]
fn an_alias_leads_to_a_version_that_stays_and_is_what_events_start() {
    let resolved = serverless(
        "  Flow:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionUri: {Bucket: b, Key: k, Version: '3'}
      Role: !GetAtt Own.Arn
      AutoPublishAlias: live
      UseAliasAsEventTarget: true
      DeploymentPreference: {Type: LINEAR, Interval: 1}
      Events: {Daily: {Type: Schedule, Properties: {Schedule: rate(1 day), RoleArn: !GetAtt Own.Arn}}}
  Own: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {}}}
",
    );
    insta::assert_snapshot!(resolved.listed(), @r#"
    Flow: AWS::StepFunctions::StateMachine {"DefinitionS3Location":{"Bucket":"b","Key":"k","Version":"3"},"Tags":[{"Key":"stateMachine:createdBy","Value":"SAM"}],"RoleArn":"<Own.Arn>"}
    FlowVersion: AWS::StepFunctions::StateMachineVersion {"StateMachineArn":"<Flow.Ref>","StateMachineRevisionId":"<Flow.StateMachineRevisionId>"}
    FlowAliaslive: AWS::StepFunctions::StateMachineAlias {"Name":"live","DeploymentPreference":{"Type":"LINEAR","Interval":1,"StateMachineVersionArn":"<FlowVersion.Ref>"}}
    FlowDaily: AWS::Events::Rule {"ScheduleExpression":"rate(1 day)","Targets":[{"Arn":"<FlowAliaslive.Ref>","Id":"FlowDailyStepFunctionsTarget","RoleArn":"<Own.Arn>"}]}
    Own: AWS::IAM::Role {"AssumeRolePolicyDocument":{}}
    "#);
}

#[test]
fn a_tag_that_is_propagated_stands_on_the_role_too() {
    let resolved = serverless(
        "  Flow:
    Type: AWS::Serverless::StateMachine
    Properties: {DefinitionUri: s3://b/k?versionId=1, PropagateTags: true, Tags: {Owner: bank}}
",
    );
    insta::assert_snapshot!(resolved.listed(), @r#"
    Flow: AWS::StepFunctions::StateMachine {"DefinitionS3Location":{"Bucket":"b","Key":"k","Version":"1"},"Tags":[{"Key":"Owner","Value":"bank"}],"RoleArn":"<FlowRole.Arn>"}
    FlowRole: AWS::IAM::Role {"AssumeRolePolicyDocument":{"Version":"2012-10-17","Statement":[{"Action":["sts:AssumeRole"],"Effect":"Allow","Principal":{"Service":["states.amazonaws.com"]}}]},"Tags":[{"Key":"Owner","Value":"bank"}],"ManagedPolicyArns":[]}
    "#);
    assert_eq!(resolved.source_of("FlowRole", &["Tags", "0", "Value"]), "bank");
}

#[test]
fn what_a_state_machine_cannot_be_is_an_error_at_its_place() {
    let of = |properties: &str| {
        mistake(&format!("  Flow: {{Type: AWS::Serverless::StateMachine, Properties: {{{properties}}}}}\n"))
    };
    let said: Vec<String> = [
        "",
        "Definition: {A: 1}, DefinitionUri: s3://b/k",
        "Definition: text",
        "DefinitionUri: s3://b",
        "DefinitionUri: {Bucket: b}",
        "DefinitionUri: d, Role: r, Policies: [p]",
        "DefinitionUri: d, Role: [r]",
        "DefinitionUri: d, DeploymentPreference: {Type: LINEAR}",
        "DefinitionUri: d, UseAliasAsEventTarget: true",
        "DefinitionUri: d, AutoPublishAlias: a-b",
        "DefinitionUri: d, Events: {E: {Type: S3}}",
        "DefinitionUri: d, Events: {E: {Properties: {}}}",
        "DefinitionUri: d, Events: {E: {Type: Schedule}}",
        "DefinitionUri: d, Events: {E: {Type: Schedule, Properties: {Schedule: s, State: ENABLED, Enabled: true}}}",
    ]
    .iter()
    .map(|properties| of(properties))
    .collect();
    insta::assert_snapshot!(said.join("\n"), @r"
    <stdin>:3:9: the state machine `Flow` has no `Definition` and no `DefinitionUri`
    <stdin>:3:95: `Definition` and `DefinitionUri` exclude each other
    <stdin>:3:72: `Definition` must be a map
    <stdin>:3:75: `DefinitionUri` must be `s3://bucket/key`, or a map with `Bucket` and `Key`
    <stdin>:3:75: `DefinitionUri` must be `s3://bucket/key`, or a map with `Bucket` and `Key`
    <stdin>:3:97: `Role` and `Policies` exclude each other
    <stdin>:3:84: `Role` must be an ARN
    <stdin>:3:100: `DeploymentPreference` needs an `AutoPublishAlias`
    <stdin>:3:101: `UseAliasAsEventTarget` needs an `AutoPublishAlias`
    <stdin>:3:96: `AutoPublishAlias` must be a text of letters and digits
    <stdin>:3:90: there is no event source `S3` of a state machine
    <stdin>:3:90: event `E` has no `Type`
    <stdin>:3:90: the event has no `Schedule`
    <stdin>:3:158: `State` and `Enabled` exclude each other
    ");
}
