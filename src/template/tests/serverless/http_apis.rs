//! HTTP APIs: what events and properties make of their definitions, and where that stands.

use super::*;

#[test]
fn an_event_implies_an_api_with_a_stage_that_deploys_itself() {
    let resolved = with_events("        Charge: {Type: HttpApi, Properties: {Path: /charge, Method: post}}\n", "");
    insta::assert_snapshot!(resolved.listed(), @r#"
    Pay: AWS::Lambda::Function {"Code":{"S3Bucket":"code","S3Key":"pay.zip"},"Handler":"pay.handler","Runtime":"python3.13","Role":"arn:aws:iam::123456789012:role/pay","Tags":[{"Key":"lambda:createdBy","Value":"SAM"}]}
    PayChargePermission: AWS::Lambda::Permission {"Action":"lambda:InvokeFunction","FunctionName":"<Pay.Ref>","Principal":"apigateway.amazonaws.com","SourceArn":"arn:aws:execute-api:us-east-1:123456789012:<ServerlessHttpApi.Ref>/*/POST/charge"}
    ServerlessHttpApi: AWS::ApiGatewayV2::Api {"Body":{"openapi":"3.0.1","info":{"version":"1.0","title":"demo"},"paths":{"/charge":{"post":{"x-amazon-apigateway-integration":{"type":"aws_proxy","httpMethod":"POST","payloadFormatVersion":"2.0","uri":"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/<Pay.Arn>/invocations"},"responses":{}}}},"tags":[{"name":"httpapi:createdBy","x-amazon-apigateway-tag-value":"SAM"}]}}
    ServerlessHttpApiApiGatewayDefaultStage: AWS::ApiGatewayV2::Stage {"ApiId":"<ServerlessHttpApi.Ref>","StageName":"$default","Tags":{"httpapi:createdBy":"SAM"},"AutoDeploy":true}
    "#);
    assert_eq!(resolved.problems(), [] as [&str; 0]);
    assert_eq!(resolved.source_of_resource("ServerlessHttpApi"), "Charge");
}

#[test]
fn a_route_that_catches_all_makes_other_permissions_needless() {
    let events =
        "        Any: {Type: HttpApi}\n        Charge: {Type: HttpApi, Properties: {Path: /charge, Method: post}}\n";
    let resolved = with_events(events, "");
    let permissions: Vec<String> =
        resolved.kinds().into_iter().filter(|kind| kind.ends_with("AWS::Lambda::Permission")).collect();
    assert_eq!(permissions, ["PayAnyPermission: AWS::Lambda::Permission"]);
    let route = resolved.at("ServerlessHttpApi", &["Body", "paths", "$default"]);
    assert_eq!(route["x-amazon-apigateway-any-method"]["isDefaultRoute"], true);
}

const GUARDED: &str = "  Api:
    Type: AWS::Serverless::HttpApi
    Properties:
      CorsConfiguration: {AllowOrigins: ['https://shop.example'], AllowCredentials: true}
      DisableExecuteApiEndpoint: true
      Tags: {data: card}
      Auth:
        DefaultAuthorizer: Users
        Authorizers:
          Users:
            IdentitySource: $request.header.Authorization
            JwtConfiguration: {Issuer: 'https://issuer.example', Audience: [shop]}
            AuthorizationScopes: [pay]
          Check:
            FunctionArn: arn:aws:lambda:us-east-1:123456789012:function:check
            AuthorizerPayloadFormatVersion: '2.0'
            EnableFunctionDefaultPermissions: true
";

/// An event of the guarded API, with what it says of security.
fn guarded(auth: &str) -> Resolved {
    let event = "        Charge:
          Type: HttpApi
          Properties:
            ApiId: !Ref Api
            Path: /charge/{id}
            Method: post
";
    with_events(&format!("{event}{auth}"), GUARDED)
}

#[test]
fn the_default_authorizer_guards_the_routes_that_name_none() {
    let route = ["Body", "paths", "/charge/{id}", "post", "security"];
    let resolved = guarded("");
    assert_eq!(resolved.at("Api", &route), json!([{"Users": ["pay"]}]));
    assert_eq!(resolved.source_of("Api", &route), "DefaultAuthorizer");
    let resolved = guarded("            Auth: {Authorizer: Check}\n");
    assert_eq!(resolved.at("Api", &route), json!([{"Check": []}]));
    assert_eq!(resolved.source_of("Api", &route), "Authorizer");
    let resolved = guarded("            Auth: {Authorizer: NONE}\n");
    assert_eq!(resolved.at("Api", &route), json!([{"NONE": []}]));
}

#[test]
fn the_properties_of_an_api_stand_in_its_definition() {
    let resolved = guarded("");
    insta::assert_snapshot!(resolved.listed(), @r#"
    Pay: AWS::Lambda::Function {"Code":{"S3Bucket":"code","S3Key":"pay.zip"},"Handler":"pay.handler","Runtime":"python3.13","Role":"arn:aws:iam::123456789012:role/pay","Tags":[{"Key":"lambda:createdBy","Value":"SAM"}]}
    PayChargePermission: AWS::Lambda::Permission {"Action":"lambda:InvokeFunction","FunctionName":"<Pay.Ref>","Principal":"apigateway.amazonaws.com","SourceArn":"arn:aws:execute-api:us-east-1:123456789012:<Api.Ref>/*/POST/charge/*"}
    Api: AWS::ApiGatewayV2::Api {"Body":{"openapi":"3.0.1","info":{"version":"1.0","title":"demo"},"paths":{"/charge/{id}":{"post":{"x-amazon-apigateway-integration":{"type":"aws_proxy","httpMethod":"POST","payloadFormatVersion":"2.0","uri":"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/<Pay.Arn>/invocations"},"responses":{},"parameters":[{"name":"id","in":"path","required":true}],"security":[{"Users":["pay"]}]}}},"x-amazon-apigateway-cors":{"allowOrigins":["https://shop.example"],"allowCredentials":true},"components":{"securitySchemes":{"Users":{"type":"oauth2","x-amazon-apigateway-authorizer":{"jwtConfiguration":{"issuer":"https://issuer.example","audience":["shop"]},"identitySource":"$request.header.Authorization","type":"jwt"}},"Check":{"type":"apiKey","name":"Unused","in":"header","x-amazon-apigateway-authorizer":{"type":"request","authorizerUri":"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:123456789012:function:check/invocations","authorizerPayloadFormatVersion":"2.0"}}}},"tags":[{"name":"data","x-amazon-apigateway-tag-value":"card"},{"name":"httpapi:createdBy","x-amazon-apigateway-tag-value":"SAM"}],"servers":[{"x-amazon-apigateway-endpoint-configuration":{"disableExecuteApiEndpoint":true}}]}}
    ApiApiGatewayDefaultStage: AWS::ApiGatewayV2::Stage {"ApiId":"<Api.Ref>","StageName":"$default","Tags":{"data":"card","httpapi:createdBy":"SAM"},"AutoDeploy":true}
    ApiCheckAuthorizerPermission: AWS::Lambda::Permission {"Action":"lambda:InvokeFunction","FunctionName":"arn:aws:lambda:us-east-1:123456789012:function:check","Principal":"apigateway.amazonaws.com","SourceArn":"arn:aws:execute-api:us-east-1:123456789012:<Api.Ref>/authorizers/*"}
    "#);
    assert_eq!(resolved.problems(), [] as [&str; 0]);
    assert_eq!(resolved.source_of_resource("ApiCheckAuthorizerPermission"), "Check");
}

#[test]
fn a_definition_that_is_written_by_hand_gets_the_routes_that_it_has_not() {
    let api = "  Api:
    Type: AWS::Serverless::HttpApi
    Properties:
      DefinitionBody:
        openapi: 3.0.1
        paths: {/own: {get: {x-amazon-apigateway-integration: {type: http_proxy}}}}
";
    let event = |name: &str, path: &str| {
        format!("        {name}: {{Type: HttpApi, Properties: {{ApiId: !Ref Api, Path: {path}, Method: get}}}}\n")
    };
    let resolved = with_events(&(event("Own", "/own") + &event("Other", "/other")), api);
    let kind =
        |path: &str| resolved.at("Api", &["Body", "paths", path, "get", "x-amazon-apigateway-integration", "type"]);
    assert_eq!((kind("/own"), kind("/other")), (json!("http_proxy"), json!("aws_proxy")));
}

#[test]
fn mistakes_are_said_where_they_are() {
    let api = |properties: &str| {
        mistake(&format!("  Api:\n    Type: AWS::Serverless::HttpApi\n    Properties: {{{properties}}}\n"))
    };
    let said = [
        api("Auth: {DefaultAuthorizer: Nobody}"),
        api("Auth: {Authorizers: {Users: {JwtConfiguration: {Issuer: x}}}}"),
        api("Auth: {Authorizers: {Check: {FunctionArn: x, IdentitySource: y}}}"),
        api("CorsConfiguration: {AllowOrigins: ['*'], AllowCredentials: true}"),
        api("CorsConfiguration: {Origins: ['*']}"),
        api("DefinitionUri: 's3://a/b', Name: x"),
        api("Domain: {DomainName: a, CertificateArn: b, EndpointConfiguration: EDGE}"),
        guarded("            Auth: {Authorizer: Nobody}\n").said.join("\n"),
        with_events("        Charge: {Type: HttpApi, Properties: {Path: /charge}}\n", "").said.join("\n"),
    ];
    insta::assert_snapshot!(said.join("\n"), @r#"
    <stdin>:5:44: `Authorizers` has no authorizer `Nobody`
    <stdin>:5:46: authorizer `Users` needs `IdentitySource`
    <stdin>:5:79: an authorizer with a function has no `IdentitySource`
    <stdin>:5:37: `AllowCredentials` needs `AllowOrigins` other than `*`
    <stdin>:5:47: `CorsConfiguration` has no key `Origins`
    <stdin>:5:51: `Name` needs a `DefinitionBody`
    <stdin>:5:84: the endpoint of a domain must be `REGIONAL`
    <stdin>:17:32: the API has no authorizer `Nobody`
    <stdin>:11:17: the event must have a `Path` and a `Method`
    "#);
}
