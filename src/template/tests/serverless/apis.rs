//! REST APIs: what events and properties make of their definitions, and where that stands.

use super::*;

/// The same text without the digests of deployments.
fn without_digests(text: &str) -> String {
    ["Deployment", "deployment id: "].iter().fold(text.to_owned(), |text, before| {
        let mut parts = text.split(before);
        let first = parts.next().unwrap_or_default().to_owned();
        parts.fold(first, |done, part| {
            let rest = part.trim_start_matches(|letter: char| letter.is_ascii_hexdigit());
            let digest = if part.len() - rest.len() >= 10 { "#" } else { &part[..part.len() - rest.len()] };
            format!("{done}{before}{digest}{rest}")
        })
    })
}

const CHARGE: &str = "        Charge:
          Type: Api
          Properties:
            Path: /charge
            Method: post
";

#[test]
fn an_event_implies_an_api_with_a_stage_and_a_permission() {
    let resolved = with_events(CHARGE, "");
    insta::assert_snapshot!(without_digests(&resolved.listed()), @r#"
    Pay: AWS::Lambda::Function {"Code":{"S3Bucket":"code","S3Key":"pay.zip"},"Handler":"pay.handler","Runtime":"python3.13","Role":"arn:aws:iam::123456789012:role/pay","Tags":[{"Key":"lambda:createdBy","Value":"SAM"}]}
    PayChargePermissionProd: AWS::Lambda::Permission {"Action":"lambda:InvokeFunction","FunctionName":"<Pay.Ref>","Principal":"apigateway.amazonaws.com","SourceArn":"arn:aws:execute-api:us-east-1:123456789012:<ServerlessRestApi.Ref>/*/POST/charge"}
    ServerlessRestApi: AWS::ApiGateway::RestApi {"Body":{"swagger":"2.0","info":{"version":"1.0","title":"demo"},"paths":{"/charge":{"post":{"x-amazon-apigateway-integration":{"type":"aws_proxy","httpMethod":"POST","uri":"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/<Pay.Arn>/invocations"},"responses":{}}}}}}
    ServerlessRestApiDeployment#: AWS::ApiGateway::Deployment {"Description":"RestApi deployment id: #","RestApiId":"<ServerlessRestApi.Ref>","StageName":"Stage"}
    ServerlessRestApiProdStage: AWS::ApiGateway::Stage {"RestApiId":"<ServerlessRestApi.Ref>","DeploymentId":"<ServerlessRestApiDeployment#.Ref>","StageName":"Prod"}
    "#);
    assert_eq!(resolved.problems(), [] as [&str; 0]);
}

#[test]
fn what_an_event_implies_stands_at_the_event() {
    let resolved = with_events(CHARGE, "");
    for id in ["ServerlessRestApi", "ServerlessRestApiProdStage", "PayChargePermissionProd"] {
        assert_eq!(resolved.source_of_resource(id), "Charge", "{id}");
    }
    assert_eq!(resolved.source_of("ServerlessRestApi", &["Body", "paths", "/charge", "post"]), "Charge");
}

const GUARDED: &str = "  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: live
      Auth:
        DefaultAuthorizer: Users
        ApiKeyRequired: true
        Authorizers:
          Users:
            UserPoolArn: arn:aws:cognito-idp:us-east-1:123456789012:userpool/users
          Check:
            FunctionArn: arn:aws:lambda:us-east-1:123456789012:function:check
";

/// Events of the guarded API, with what they say of security.
fn guarded(auth: &str) -> Resolved {
    let event = |name: &str, path: &str, auth: &str| {
        format!(
            "        {name}:
          Type: Api
          Properties: {{RestApiId: !Ref Api, Path: {path}, Method: get{auth}}}
"
        )
    };
    with_events(&(event("Open", "/open", auth) + &event("Default", "/default", "")), GUARDED)
}

#[test]
fn the_default_authorizer_guards_the_methods_that_name_none() {
    let resolved = guarded(", Auth: {Authorizer: Check, ApiKeyRequired: false}");
    let security = |path: &str| resolved.at("Api", &["Body", "paths", path, "get", "security"]);
    assert_eq!(security("/default"), json!([{"Users": []}, {"api_key": []}]));
    assert_eq!(security("/open"), json!([{"Check": []}]));
    assert_eq!(resolved.problems(), [] as [&str; 0]);
}

#[test]
fn a_method_that_wants_neither_an_authorizer_nor_a_key_has_none() {
    let resolved = guarded(", Auth: {Authorizer: NONE, ApiKeyRequired: false}");
    assert_eq!(resolved.at("Api", &["Body", "paths", "/open", "get", "security"]), json!([]));
}

#[test]
fn security_stands_where_it_is_asked_for() {
    let resolved = guarded(", Auth: {Authorizer: Check, ApiKeyRequired: false}");
    let of = |path: &str, index: &str| {
        resolved.source_of("Api", &["Body", "paths", path, "get", "security", index]).to_owned()
    };
    assert_eq!(of("/default", "0"), "DefaultAuthorizer");
    assert_eq!(of("/default", "1"), "ApiKeyRequired");
    assert_eq!(of("/open", "0"), "Authorizer");
    assert_eq!(resolved.source_of("Api", &["Body", "securityDefinitions", "Check"]), "Check");
    assert_eq!(resolved.source_of_resource("ApiCheckAuthorizerPermission"), "Check");
}

#[test]
fn only_functions_that_authorize_may_be_called_by_the_api() {
    let resolved = guarded("");
    let permissions: Vec<String> =
        resolved.kinds().into_iter().filter(|kind| kind.contains("AuthorizerPermission")).collect();
    assert_eq!(permissions, ["ApiCheckAuthorizerPermission: AWS::Lambda::Permission"]);
    assert_eq!(
        resolved.at("ApiCheckAuthorizerPermission", &["FunctionName"]),
        json!("arn:aws:lambda:us-east-1:123456789012:function:check")
    );
}

#[test]
fn a_method_that_asks_for_iam_is_called_with_the_permissions_of_its_caller() {
    let events = CHARGE.to_owned() + "            Auth: {Authorizer: AWS_IAM}\n";
    let resolved = with_events(&events, "");
    let method = resolved.at("ServerlessRestApi", &["Body", "paths", "/charge", "post"]);
    assert_eq!(method["security"], json!([{"AWS_IAM": []}]));
    assert_eq!(method["x-amazon-apigateway-integration"]["credentials"], "arn:aws:iam::*:user/*");
}

#[test]
fn a_stage_has_the_settings_of_its_api() {
    let resolved = serverless(
        "  Api:
    Type: AWS::Serverless::Api
    DeletionPolicy: Retain
    Properties:
      StageName: live
      TracingEnabled: true
      CacheClusterEnabled: true
      AccessLogSetting: {DestinationArn: 'arn:aws:logs:us-east-1:123456789012:log-group:api'}
      MethodSettings: [{HttpMethod: '*', ResourcePath: '/*', DataTraceEnabled: true}]
      Tags: {data: card}
",
    );
    insta::assert_snapshot!(without_digests(&resolved.at("ApiliveStage", &[]).to_string()), @r#"{"RestApiId":"<Api.Ref>","DeploymentId":"<ApiDeployment#.Ref>","StageName":"live","CacheClusterEnabled":true,"MethodSettings":[{"HttpMethod":"*","ResourcePath":"/*","DataTraceEnabled":true}],"AccessLogSetting":{"DestinationArn":"arn:aws:logs:us-east-1:123456789012:log-group:api"},"TracingEnabled":true,"Tags":[{"Key":"data","Value":"card"}]}"#);
    assert_eq!(resolved.source_of("ApiliveStage", &["TracingEnabled"]), "true");
}

#[test]
fn a_stage_is_called_by_what_it_is_an_attribute_of() {
    let resolved = serverless(
        "  Api: {Type: AWS::Serverless::Api, Properties: {StageName: live}}
  Waf:
    Type: AWS::WAFv2::WebACLAssociation
    Properties: {ResourceArn: !Ref Api.Stage, WebACLArn: x}
",
    );
    assert_eq!(resolved.at("Waf", &["ResourceArn"]), json!("<ApiliveStage.Ref>"));
}

#[test]
fn a_resource_policy_is_written_out_for_every_path() {
    let api = "  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: live
      Auth:
        ResourcePolicy:
          IpRangeWhitelist: [10.0.0.0/8]
          AwsAccountWhitelist: ['123456789012']
";
    let event = CHARGE.to_owned() + "            RestApiId: !Ref Api\n";
    let resolved = with_events(&event, api);
    let policy = ["Body", "x-amazon-apigateway-policy"];
    insta::assert_snapshot!(resolved.at("Api", &policy), @r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"execute-api:Invoke","Resource":["execute-api:/live/POST/charge"],"Principal":{"AWS":["123456789012"]}},{"Effect":"Allow","Action":"execute-api:Invoke","Resource":["execute-api:/live/POST/charge"],"Principal":"*"},{"Effect":"Deny","Action":"execute-api:Invoke","Resource":["execute-api:/live/POST/charge"],"Principal":"*","Condition":{"NotIpAddress":{"aws:SourceIp":["10.0.0.0/8"]}}}]}"#);
    let statement = |index: &'static str| {
        resolved.source_of("Api", &["Body", "x-amazon-apigateway-policy", "Statement", index]).to_owned()
    };
    assert_eq!(statement("0"), "['123456789012']");
    assert_eq!(statement("1"), "[10.0.0.0/8]");
}

#[test]
fn preflight_requests_are_answered_for_every_path() {
    let api = "  Api:
    Type: AWS::Serverless::Api
    Properties: {StageName: live, Cors: \"'https://shop.example'\"}
";
    let event = CHARGE.to_owned() + "            RestApiId: !Ref Api\n";
    let resolved = with_events(&event, api);
    let integration = ["Body", "paths", "/charge", "options", "x-amazon-apigateway-integration"];
    let parameters = resolved.at("Api", &integration)["responses"]["default"]["responseParameters"].clone();
    assert_eq!(
        parameters,
        json!({
            "method.response.header.Access-Control-Allow-Origin": "'https://shop.example'",
            "method.response.header.Access-Control-Allow-Methods": "'OPTIONS,POST'",
        })
    );
}

#[test]
fn a_usage_plan_has_a_key_for_its_stage() {
    let resolved = serverless(
        "  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: live
      Auth: {ApiKeyRequired: true, UsagePlan: {CreateUsagePlan: PER_API, Quota: {Limit: 10, Period: DAY}}}
",
    );
    assert_eq!(
        resolved.kinds()[3..],
        [
            "ApiUsagePlan: AWS::ApiGateway::UsagePlan",
            "ApiApiKey: AWS::ApiGateway::ApiKey",
            "ApiUsagePlanKey: AWS::ApiGateway::UsagePlanKey",
        ]
    );
    assert_eq!(resolved.at("ApiUsagePlan", &["Quota"]), json!({"Limit": 10, "Period": "DAY"}));
    assert_eq!(resolved.source_of_resource("ApiUsagePlan"), "UsagePlan");
}

#[test]
fn a_shared_usage_plan_is_there_once_for_all_its_apis() {
    let auth = "Auth: {UsagePlan: {CreateUsagePlan: SHARED}}";
    let api =
        |name: &str| format!("  {name}: {{Type: AWS::Serverless::Api, Properties: {{StageName: live, {auth}}}}}\n");
    let resolved = serverless(&(api("One") + &api("Two")));
    let plans = resolved.kinds().iter().filter(|kind| kind.contains("::UsagePlan")).count();
    assert_eq!(plans, 2, "{:?}", resolved.kinds());
    let stages = resolved.at("ServerlessUsagePlan", &["ApiStages"]);
    assert_eq!(stages.as_array().map(Vec::len), Some(2));
}

#[test]
fn a_domain_leads_to_the_stage_of_its_api() {
    let resolved = serverless(
        "  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: live
      Domain:
        DomainName: pay.example
        CertificateArn: arn:aws:acm:us-east-1:123456789012:certificate/pay
        SecurityPolicy: TLS_1_2
        Route53: {HostedZoneId: Z123}
",
    );
    insta::assert_snapshot!(without_digests(&resolved.listed()), @r#"
    Api: AWS::ApiGateway::RestApi {"Body":{"swagger":"2.0","info":{"version":"1.0","title":"demo"},"paths":{}}}
    ApiDeployment#: AWS::ApiGateway::Deployment {"Description":"RestApi deployment id: #","RestApiId":"<Api.Ref>","StageName":"Stage"}
    ApiliveStage: AWS::ApiGateway::Stage {"RestApiId":"<Api.Ref>","DeploymentId":"<ApiDeployment#.Ref>","StageName":"live"}
    ApiGatewayDomainName9a56ecd82e: AWS::ApiGateway::DomainName {"DomainName":"pay.example","RegionalCertificateArn":"arn:aws:acm:us-east-1:123456789012:certificate/pay","EndpointConfiguration":{"Types":["REGIONAL"]},"SecurityPolicy":"TLS_1_2"}
    ApiBasePathMapping: AWS::ApiGateway::BasePathMapping {"DomainName":"<ApiGatewayDomainName9a56ecd82e.Ref>","RestApiId":"<Api.Ref>","Stage":"<ApiliveStage.Ref>"}
    RecordSetGroupdc5493edf0: AWS::Route53::RecordSetGroup {"HostedZoneId":"Z123","RecordSets":[{"Name":"pay.example","Type":"A","AliasTarget":{"HostedZoneId":"<ApiGatewayDomainName9a56ecd82e.RegionalHostedZoneId>","DNSName":"<ApiGatewayDomainName9a56ecd82e.RegionalDomainName>"}}]}
    "#);
    assert_eq!(resolved.source_of_resource("ApiBasePathMapping"), "Domain");
}

#[test]
fn an_api_of_openapi_3_keeps_its_authorizers_among_the_components() {
    let version = GUARDED.replace("StageName: live", "StageName: live\n      OpenApiVersion: 3.0.1");
    let event = CHARGE.to_owned() + "            RestApiId: !Ref Api\n";
    let resolved = with_events(&event, &version);
    let body = resolved.at("Api", &["Body"]);
    assert_eq!(body["openapi"], "3.0.1");
    assert!(body["components"]["securitySchemes"]["Users"].is_object(), "{body}");
    assert!(body["securityDefinitions"].is_null(), "{body}");
}

#[test]
fn a_definition_that_is_written_by_hand_gets_no_paths_of_events() {
    let api = "  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: live
      DefinitionBody: {swagger: '2.0', paths: {/own: {get: {}}}}
";
    let event = CHARGE.to_owned() + "            RestApiId: !Ref Api\n";
    let resolved = with_events(&event, api);
    assert_eq!(resolved.at("Api", &["Body", "paths"]), json!({"/own": {"get": {}}}));
    assert!(resolved.kinds().contains(&"PayChargePermissionlive: AWS::Lambda::Permission".to_owned()));
}

#[test]
fn a_definition_in_another_file_stays_there() {
    let api = |uri: &str| {
        let api =
            format!("  Api: {{Type: AWS::Serverless::Api, Properties: {{StageName: live, DefinitionUri: {uri}}}}}");
        serverless(&api).at("Api", &["BodyS3Location"])
    };
    assert_eq!(api("'s3://apis/pay.yaml?versionId=7'"), json!({"Bucket": "apis", "Key": "pay.yaml", "Version": "7"}));
    assert_eq!(api("./pay.yaml"), json!("./pay.yaml"));
}

#[test]
fn a_method_of_a_function_that_only_aws_expands_is_unknown_in_its_api() {
    let resolved = serverless(
        "  Pay:
    Type: AWS::Serverless::Function
    Properties:
      Fn::Transform: {Name: Company}
      Events: {Charge: {Type: Api, Properties: {Path: /charge, Method: post}}}
",
    );
    let method = resolved.at("ServerlessRestApi", &["Body", "paths", "/charge", "post"]);
    assert_eq!(method, json!("?macro"));
}

#[test]
fn an_authorizer_of_a_parameter_without_a_value_is_a_gap() {
    let template = "Transform: AWS::Serverless-2016-10-31
Parameters: {Who: {Type: String}}
Resources:
  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: live
      Auth: {DefaultAuthorizer: !Ref Who, Authorizers: {Users: {UserPoolArn: x}}}
";
    let resolved = text(template);
    let problems = resolved.problems();
    assert!(problems.iter().any(|problem| problem.contains("`DefaultAuthorizer`")), "{problems:?}");
    assert!(problems.iter().all(|problem| problem.starts_with("gap")), "{problems:?}");
    let decided = text(&template.replace("{Type: String}", "{Type: String, Default: Users}"));
    assert_eq!(decided.problems(), [] as [&str; 0]);
}

#[test]
fn an_api_is_there_when_one_of_its_functions_is() {
    let function = |name: &str, path: &str| {
        format!(
            "  {name}:
    Type: AWS::Serverless::Function
    Condition: Has{name}
    Properties:
      Handler: a.b
      Runtime: python3.13
      CodeUri: s3://code/a.zip
      Role: arn:aws:iam::123456789012:role/a
      Events: {{Get: {{Type: Api, Properties: {{Path: {path}, Method: get}}}}}}
"
        )
    };
    let conditions = "Parameters: {Env: {Type: String, AllowedValues: [a, b, c]}}
Conditions: {HasOne: !Equals [!Ref Env, a], HasTwo: !Equals [!Ref Env, b]}
";
    let template = format!(
        "Transform: AWS::Serverless-2016-10-31\n{conditions}Resources:\n{}{}",
        function("One", "/one"),
        function("Two", "/two")
    );
    let resolved = text(&template);
    assert_eq!(resolved.problems(), [] as [&str; 0]);
    let paths = |env: &str| resolved.at_in("ServerlessRestApi", &["Body", "paths"], &[("Env", env)]);
    let names = |env: &str| paths(env).as_object().map(|paths| paths.keys().cloned().collect::<Vec<_>>());
    assert_eq!(names("a"), Some(vec!["/one".to_owned()]));
    assert_eq!(names("b"), Some(vec!["/two".to_owned()]));
    assert_eq!(names("c"), None);
}

#[test]
fn mistakes_are_said_where_they_are() {
    let api = |properties: &str| {
        mistake(&format!("  Api:\n    Type: AWS::Serverless::Api\n    Properties: {{StageName: live, {properties}}}\n"))
    };
    let said = [
        api("Auth: {DefaultAuthorizer: Nobody, Authorizers: {Users: {UserPoolArn: x}}}"),
        api("Auth: {Authorizers: {Check: {FunctionPayloadType: REQUEST, FunctionArn: x}}}"),
        api("Auth: {Authorizer: Users}"),
        api("Auth: Users"),
        api("Auth: {UsagePlan: {CreateUsagePlan: SOMETIMES}}"),
        api("Cors: {AllowCredentials: true}"),
        api("DefinitionUri: 's3://a/b', Cors: \"'*'\""),
        api("Models: {Person: {properties: {}}}"),
        api("GatewayResponses: {DEFAULT_4XX: {StatusCode: many}}"),
        api("Domain: {DomainName: a.example}"),
        mistake("  Api: {Type: AWS::Serverless::Api, Properties: {Name: x}}\n"),
        with_events(&CHARGE.replace("post", "post\n            RestApiId: !Ref Nothing"), "").said.join("\n"),
        with_events(&(CHARGE.to_owned() + &CHARGE.replace("Charge:", "Again:")), "").said.join("\n"),
        with_events(&(CHARGE.to_owned() + "            Auth: {Authorizer: Nobody}\n"), "").said.join("\n"),
    ];
    insta::assert_snapshot!(said.join("\n"), @r#"
    <stdin>:5:61: `Authorizers` has no authorizer `Nobody`
    <stdin>:5:63: authorizer `Check` must say in `Identity` what identifies a request
    <stdin>:5:54: `Auth` has no key `Authorizer`
    <stdin>:5:41: `Auth` must be a map
    <stdin>:5:71: `CreateUsagePlan` must be `SHARED`, `PER_API` or `NONE`
    <stdin>:5:41: `AllowCredentials` needs an `AllowOrigin` other than `'*'`
    <stdin>:5:68: `Cors` needs a `DefinitionBody`
    <stdin>:5:52: model `Person` must have a `type`
    <stdin>:5:80: `StatusCode` must be a number of up to three digits
    <stdin>:5:43: `Domain` must have a `CertificateArn`
    <stdin>:3:8: the API `Api` must have a `StageName`
    <stdin>:16:24: `RestApiId` must name an `AWS::Serverless::Api` of the template
    <stdin>:17:11: the method `post` of `/charge` is there already
    <stdin>:16:32: the API has no authorizer `Nobody`
    "#);
}
