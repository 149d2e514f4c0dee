//! WebSocket APIs: routes, who may connect, and where that stands.

use super::*;

fn with(properties: &str) -> Resolved {
    serverless(&format!(
        "  Chat:
    Type: AWS::Serverless::WebSocketApi
    Properties:
      RouteSelectionExpression: $request.body.action
      Routes:
        $connect: {{FunctionArn: arn:aws:lambda:us-east-1:123456789012:function:chat}}
        send: {{FunctionArn: arn:aws:lambda:us-east-1:123456789012:function:chat}}
{properties}"
    ))
}

const CUSTOM: &str = "      Auth: {AuthType: CUSTOM, AuthArn: arn:aws:lambda:us-east-1:123456789012:function:check}\n";

#[test]
fn a_route_calls_its_function() {
    let resolved = with("");
    insta::assert_snapshot!(resolved.listed(), @r#"
    Chat: AWS::ApiGatewayV2::Api {"RouteSelectionExpression":"$request.body.action","Name":"Chat","ProtocolType":"WEBSOCKET","Tags":{"websocketapi:createdBy":"SAM"}}
    ChatConnectRoute: AWS::ApiGatewayV2::Route {"RouteKey":"$connect","ApiId":"<Chat.Ref>","Target":"integrations/<ChatConnectIntegration.Ref>"}
    ChatConnectIntegration: AWS::ApiGatewayV2::Integration {"ApiId":"<Chat.Ref>","IntegrationType":"AWS_PROXY","IntegrationUri":"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:123456789012:function:chat/invocations"}
    ChatConnectPermission: AWS::Lambda::Permission {"Action":"lambda:InvokeFunction","FunctionName":"arn:aws:lambda:us-east-1:123456789012:function:chat","Principal":"apigateway.amazonaws.com","SourceArn":"arn:aws:execute-api:us-east-1:123456789012:<Chat.ApiId>/default/$connect"}
    ChatSendRoute: AWS::ApiGatewayV2::Route {"RouteKey":"send","ApiId":"<Chat.Ref>","Target":"integrations/<ChatSendIntegration.Ref>"}
    ChatSendIntegration: AWS::ApiGatewayV2::Integration {"ApiId":"<Chat.Ref>","IntegrationType":"AWS_PROXY","IntegrationUri":"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:123456789012:function:chat/invocations"}
    ChatSendPermission: AWS::Lambda::Permission {"Action":"lambda:InvokeFunction","FunctionName":"arn:aws:lambda:us-east-1:123456789012:function:chat","Principal":"apigateway.amazonaws.com","SourceArn":"arn:aws:execute-api:us-east-1:123456789012:<Chat.ApiId>/default/send"}
    ChatDefaultStage: AWS::ApiGatewayV2::Stage {"ApiId":"<Chat.Ref>","StageName":"default","Tags":{"websocketapi:createdBy":"SAM"},"AutoDeploy":true}
    "#);
    assert_eq!(resolved.problems(), [] as [&str; 0]);
    for id in ["ChatSendRoute", "ChatSendIntegration", "ChatSendPermission"] {
        assert_eq!(resolved.source_of_resource(id), "send", "{id}");
    }
}

#[test]
fn only_who_connects_is_asked_who_they_are() {
    let resolved = with(CUSTOM);
    assert_eq!(resolved.at("ChatConnectRoute", &["AuthorizationType"]), json!("CUSTOM"));
    assert_eq!(resolved.at("ChatSendRoute", &["AuthorizationType"]), json!(null));
    assert_eq!(resolved.source_of_resource("ChatConnectAuthorizer"), "Auth");
    assert_eq!(resolved.source_of_resource("ChatAuthorizerPermission"), "Auth");
    let resolved = with("      Auth: {AuthType: AWS_IAM}\n");
    assert_eq!(resolved.at("ChatConnectRoute", &["AuthorizationType"]), json!("AWS_IAM"));
    assert!(!resolved.kinds().iter().any(|kind| kind.contains("Authorizer")));
}

#[test]
fn settings_of_routes_wait_for_the_routes() {
    let resolved = with("      RouteSettings: {send: {LoggingLevel: INFO}}\n      StageName: live\n");
    assert_eq!(resolved.at("ChatliveStage", &["RouteSettings"]), json!({"send": {"LoggingLevel": "INFO"}}));
    assert_eq!(resolved.at("ChatliveStage", &["StageName"]), json!("live"));
}

#[test]
fn mistakes_are_said_where_they_are() {
    let routes = |routes: &str| {
        mistake(&format!(
            "  Chat: {{Type: AWS::Serverless::WebSocketApi, Properties: {{RouteSelectionExpression: x, Routes: {{{routes}}}}}}}\n"
        ))
    };
    let said = [
        routes(""),
        routes("send: {}"),
        routes("two-words: {FunctionArn: x}"),
        routes("send: {FunctionArn: x, RequestParameters: {a: {Required: true}}}"),
        with("      Auth: {AuthType: SOME}\n").said.join("\n"),
        with("      Auth: {AuthType: CUSTOM}\n").said.join("\n"),
        with("      Auth: {AuthType: AWS_IAM, AuthArn: x}\n").said.join("\n"),
        with("      StageName: $default\n").said.join("\n"),
        with("      StageName: two-words\n").said.join("\n"),
        with("      IpAddressType: ipv5\n").said.join("\n"),
    ];
    insta::assert_snapshot!(said.join("\n"), @r#"
    <stdin>:3:97: a WebSocket API must have `Routes`
    <stdin>:3:104: the route `send` must have a `FunctionArn`
    <stdin>:3:109: the route `two-words` must be of letters and digits, or `$connect`, `$disconnect` or `$default`
    <stdin>:3:140: only the route `$connect` takes `RequestParameters`
    <stdin>:10:24: `AuthType` must be `AWS_IAM`, `CUSTOM` or `NONE`
    <stdin>:10:13: `Auth` of the type `CUSTOM` must have an `AuthArn`
    <stdin>:10:13: `Auth` of the type `AWS_IAM` has nothing but its type
    <stdin>:10:18: a stage of a WebSocket API cannot be called `$default`
    <stdin>:4:5: `Chat` generates a resource `Chattwo-wordsStage`, and a logical id has up to 255 letters and digits
    <stdin>:10:22: `IpAddressType` must be `ipv4` or `dualstack`
    "#);
}
