//! Connectors: the policies and permissions that they generate, and who waits for those.

use super::*;

const FUNCTION: &str = "  Fn: {Type: AWS::Lambda::Function, Properties: {Role: !GetAtt FnRole.Arn}}
  FnRole: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {}}}
";

#[test]
fn a_connector_in_its_source_grants_what_it_permits() {
    let resolved = serverless(
        "  Fn:
    Type: AWS::Lambda::Function
    Connectors:
      Read:
        Properties: {Destination: {Id: Table}, Permissions: [Read, Read]}
    Properties: {Role: !GetAtt FnRole.Arn}
  FnRole: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {}}}
  Table: {Type: AWS::Serverless::SimpleTable}
",
    );
    insta::assert_snapshot!(resolved.listed(), @r#"
    Fn: AWS::Lambda::Function {"Role":"<FnRole.Arn>"}
    FnRole: AWS::IAM::Role {"AssumeRolePolicyDocument":{}}
    Table: AWS::DynamoDB::Table {"AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"}],"KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],"BillingMode":"PAY_PER_REQUEST"}
    FnReadPolicy: AWS::IAM::ManagedPolicy {"PolicyDocument":{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["dynamodb:GetItem","dynamodb:Query","dynamodb:Scan","dynamodb:BatchGetItem","dynamodb:ConditionCheckItem","dynamodb:PartiQLSelect"],"Resource":["<Table.Arn>","<Table.Arn>/index/*"]}]},"Roles":["<FnRole.Ref>"]}
    "#);
    assert_eq!(resolved.problems(), [""; 0]);
    assert_eq!(resolved.source_of("FnReadPolicy", &["PolicyDocument", "Statement", "0", "Action"]), "[Read, Read]");
    assert_eq!(
        resolved.source_of("FnReadPolicy", &["Roles"]),
        "Properties: {Destination: {Id: Table}, Permissions: [Read, Read]}"
    );
}

#[test]
fn policies_of_queues_and_topics_let_the_source_write_only() {
    let resolved = serverless(
        "  Topic: {Type: AWS::SNS::Topic}
  Queue: {Type: AWS::SQS::Queue}
  Rule: {Type: AWS::Events::Rule, Properties: {ScheduleExpression: rate(1 day)}}
  ToQueue: {Type: AWS::Serverless::Connector, Properties: {Source: {Id: Topic}, Destination: {Id: Queue}, Permissions: [Write]}}
  ToTopic: {Type: AWS::Serverless::Connector, Properties: {Source: {Id: Rule}, Destination: {Id: Topic}, Permissions: [Write]}}
",
    );
    insta::assert_snapshot!(resolved.listed(), @r#"
    Topic: AWS::SNS::Topic {}
    Queue: AWS::SQS::Queue {}
    Rule: AWS::Events::Rule {"ScheduleExpression":"rate(1 day)"}
    ToQueueQueuePolicy: AWS::SQS::QueuePolicy {"PolicyDocument":{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"sns.amazonaws.com"},"Resource":"<Queue.Arn>","Action":"sqs:SendMessage","Condition":{"ArnEquals":{"aws:SourceArn":"<Topic.Ref>"}}}]},"Queues":["<Queue.Ref>"]}
    ToTopicTopicPolicy: AWS::SNS::TopicPolicy {"PolicyDocument":{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"events.amazonaws.com"},"Resource":"<Topic.Ref>","Action":"sns:Publish","Condition":{"ArnEquals":{"aws:SourceArn":"<Rule.Arn>"}}}]},"Topics":["<Topic.Ref>"]}
    "#);
}

#[test]
fn several_destinations_have_a_permission_each_and_who_waited_waits_for_all() {
    let resolved = serverless(&format!(
        "{FUNCTION}  Api: {{Type: AWS::ApiGateway::RestApi, DependsOn: [Calls, FnRole]}}
  Calls:
    Type: AWS::Serverless::Connector
    Properties:
      Source: {{Id: Api, Qualifier: prod/GET/x}}
      Destination: [{{Id: Fn}}, {{Type: AWS::Serverless::Function, Arn: 'arn:aws:lambda:us-east-1:123456789012:function:other'}}]
      Permissions: [Write]
"
    ));
    insta::assert_snapshot!(resolved.listed(), @r#"
    Fn: AWS::Lambda::Function {"Role":"<FnRole.Arn>"}
    FnRole: AWS::IAM::Role {"AssumeRolePolicyDocument":{}}
    Api: AWS::ApiGateway::RestApi {}
    CallsWriteLambdaPermissionDestination0: AWS::Lambda::Permission {"Action":"lambda:InvokeFunction","FunctionName":"<Fn.Arn>","Principal":"apigateway.amazonaws.com","SourceArn":"arn:aws:execute-api:us-east-1:123456789012:<Api.Ref>/prod/GET/x"}
    CallsWriteLambdaPermissionDestination1: AWS::Lambda::Permission {"Action":"lambda:InvokeFunction","FunctionName":"arn:aws:lambda:us-east-1:123456789012:function:other","Principal":"apigateway.amazonaws.com","SourceArn":"arn:aws:execute-api:us-east-1:123456789012:<Api.Ref>/prod/GET/x"}
    "#);
    let api = resolved.inventory.resource(resolved.find("demo", "Api")).attributes;
    let world = World::open();
    let attributes = shown(&resolved.inventory, &View::new(&resolved.inventory.values, &world), api);
    let first = "CallsWriteLambdaPermissionDestination0";
    assert_eq!(attributes["DependsOn"], json!(["FnRole", first, "CallsWriteLambdaPermissionDestination1"]));
}

#[test]
fn a_mapping_waits_for_the_policy_that_lets_it_read() {
    let resolved = serverless(&format!(
        "{FUNCTION}  Queue: {{Type: AWS::SQS::Queue}}
  Mapping: {{Type: AWS::Lambda::EventSourceMapping, DependsOn: Queue, Properties: {{FunctionName: !Ref Fn, EventSourceArn: !GetAtt Queue.Arn}}}}
  Poll: {{Type: AWS::Serverless::Connector, Properties: {{Source: {{Id: Queue}}, Destination: {{Id: Fn}}, Permissions: [Write, Read]}}}}
"
    ));
    let mapping = resolved.inventory.resource(resolved.find("demo", "Mapping")).attributes;
    let world = World::open();
    let attributes = shown(&resolved.inventory, &View::new(&resolved.inventory.values, &world), mapping);
    assert_eq!(attributes, json!({"DependsOn": ["Queue", "PollPolicy"]}));
    let statements = &resolved.properties("PollPolicy", &[])["PolicyDocument"]["Statement"];
    assert_eq!(statements[0]["Action"], json!(["sqs:DeleteMessage"]));
    assert_eq!(statements[1]["Action"], json!(["sqs:ReceiveMessage", "sqs:GetQueueAttributes"]));
}

#[test]
fn a_rule_has_the_role_of_the_target_that_is_meant() {
    let resolved = serverless(
        "  Rule:
    Type: AWS::Events::Rule
    Properties:
      Targets:
        - {Id: a, Arn: !GetAtt Other.Arn, RoleArn: !GetAtt No.Arn}
        - {Id: b, Arn: !Ref Flow, RoleArn: !GetAtt Yes.Arn}
  Other: {Type: AWS::Events::EventBus, Properties: {Name: o}}
  Flow: {Type: AWS::Serverless::StateMachine, Properties: {DefinitionUri: d}}
  Yes: {Type: AWS::IAM::Role}
  No: {Type: AWS::IAM::Role}
  Start: {Type: AWS::Serverless::Connector, Properties: {Source: {Id: Rule}, Destination: {Id: Flow}, Permissions: [Write]}}
",
    );
    assert_eq!(resolved.properties("StartPolicy", &[])["Roles"], json!(["<Yes.Ref>"]));
}

#[test]
fn what_a_connector_cannot_do_is_an_error_at_its_place() {
    let of = |properties: &str| {
        mistake(&format!(
            "{FUNCTION}  Open: {{Type: AWS::Lambda::Function, Properties: {{Role: 'arn:aws:iam::123456789012:role/x'}}}}
  Queue: {{Type: AWS::SQS::Queue}}
  Table: {{Type: AWS::DynamoDB::Table}}
  C: {{Type: AWS::Serverless::Connector, Properties: {{{properties}}}}}\n"
        ))
    };
    let said: Vec<String> = [
        "Destination: {Id: Table}, Permissions: [Read]",
        "Source: {Id: Fn}, Destination: [], Permissions: [Read]",
        "Source: {Id: Fn}, Destination: {Id: None}, Permissions: [Read]",
        "Source: {Id: Fn}, Destination: {Id: Table, Arn: a}, Permissions: [Read]",
        "Source: {Id: Fn}, Destination: {Arn: a}, Permissions: [Read]",
        "Source: {Id: Table}, Destination: {Id: Queue}, Permissions: [Read]",
        "Source: {Id: Fn}, Destination: {Id: Table}, Permissions: []",
        "Source: {Id: Fn}, Destination: {Id: Table}, Permissions: [Delete]",
        "Source: {Id: Queue}, Destination: {Id: Fn}, Permissions: [Read]",
        "Source: {Id: Open}, Destination: {Id: Table}, Permissions: [Read]",
    ]
    .iter()
    .map(|properties| of(properties))
    .collect();
    insta::assert_snapshot!(said.join("\n"), @r"
    <stdin>:8:6: the connector `C` has no `Source`
    <stdin>:8:85: the connector `C` has no destination
    <stdin>:8:90: the template has no resource `None`
    <stdin>:8:85: an end of a connector is an `Id`, or else a `Type` with what is known of it
    <stdin>:8:85: an end of a connector that has no `Id` must have a `Type` that is a text
    <stdin>:8:88: a connector from `AWS::DynamoDB::Table` to `AWS::SQS::Queue` is not supported
    <stdin>:8:111: `Permissions` is empty, and a connector from `AWS::Lambda::Function` to `AWS::DynamoDB::Table` has `Read` and `Write`
    <stdin>:8:111: `Delete` is no permission of a connector from `AWS::Lambda::Function` to `AWS::DynamoDB::Table`, which has `Read` and `Write`
    <stdin>:8:111: a connector from `AWS::SQS::Queue` to `AWS::Lambda::Function` takes only `Read` with `Write`
    <stdin>:8:62: the role of the source of the connector is not known
    ");
    let embedded = "  Fn:\n    Type: AWS::Lambda::Function\n    Connectors: {C: {Properties: {SourceReference: {Id: a}, Destination: {Id: b}, Permissions: [Read]}}}\n";
    insta::assert_snapshot!(mistake(embedded), @"<stdin>:5:57: a `SourceReference` has no `Id`: it is the resource around it");
}

#[test]
fn a_connector_to_what_is_not_expanded_is_a_gap() {
    let resolved = serverless(&format!(
        "{FUNCTION}  New: {{Type: AWS::Serverless::Invented}}
  C: {{Type: AWS::Serverless::Connector, Properties: {{Source: {{Id: Fn}}, Destination: {{Id: New}}, Permissions: [Read]}}}}
"
    ));
    insta::assert_snapshot!(resolved.problems().join("\n"), @r"
    gap: what `AWS::Serverless::Invented` `New` expands to is not evaluated
    gap: what the connector grants is not known, for `New` is not expanded
    gap: what `AWS::Serverless::Connector` `C` expands to is not evaluated
    ");
}
