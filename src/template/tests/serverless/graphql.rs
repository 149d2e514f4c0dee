//! GraphQL APIs: who may call them, what they log, and what their roles may do.

use super::*;

#[test]
fn an_api_logs_and_asks_its_authorizers() {
    let resolved = serverless(
        "  Graph:
    Type: AWS::Serverless::GraphQLApi
    Properties:
      SchemaInline: 'type Query { a: String }'
      XrayEnabled: true
      Auth:
        Type: AWS_LAMBDA
        LambdaAuthorizer: {AuthorizerUri: arn:aws:lambda:us-east-1:123456789012:function:ask}
        Additional:
          - Type: API_KEY
          - {Type: AMAZON_COGNITO_USER_POOLS, UserPool: {UserPoolId: p, DefaultAction: ALLOW}}
      ApiKeys: {Key: {ExpiresOn: 1735689600, Description: for tests}}
",
    );
    insta::assert_snapshot!(resolved.listed(), @r#"
    Graph: AWS::AppSync::GraphQLApi {"Name":"Graph","XrayEnabled":true,"AuthenticationType":"AWS_LAMBDA","LambdaAuthorizerConfig":{"AuthorizerUri":"arn:aws:lambda:us-east-1:123456789012:function:ask"},"AdditionalAuthenticationProviders":[{"AuthenticationType":"API_KEY"},{"AuthenticationType":"AMAZON_COGNITO_USER_POOLS","UserPoolConfig":{"UserPoolId":"p"}}],"Tags":[{"Key":"graphqlapi:createdBy","Value":"SAM"}],"LogConfig":{"FieldLogLevel":"ALL","CloudWatchLogsRoleArn":"<GraphCloudWatchRole.Arn>"}}
    GraphCloudWatchRole: AWS::IAM::Role {"AssumeRolePolicyDocument":{"Version":"2012-10-17","Statement":[{"Action":["sts:AssumeRole"],"Effect":"Allow","Principal":{"Service":["appsync.amazonaws.com"]}}]},"ManagedPolicyArns":["arn:aws:iam::aws:policy/service-role/AWSAppSyncPushToCloudWatchLogs"]}
    GraphToLambdaAuthConnector1WriteLambdaPermission: AWS::Lambda::Permission {"Action":"lambda:InvokeFunction","FunctionName":"arn:aws:lambda:us-east-1:123456789012:function:ask","Principal":"appsync.amazonaws.com","SourceArn":"arn:aws:appsync:us-east-1:123456789012:apis/<Graph.ApiId>"}
    GraphSchema: AWS::AppSync::GraphQLSchema {"ApiId":"<Graph.ApiId>","Definition":"type Query { a: String }"}
    GraphKey: AWS::AppSync::ApiKey {"ApiId":"<Graph.ApiId>","Description":"for tests","Expires":1735689600}
    "#);
    assert_eq!(resolved.problems(), [""; 0]);
    assert_eq!(resolved.source_of("Graph", &["AuthenticationType"]), "AWS_LAMBDA");
    assert_eq!(resolved.source_of("Graph", &["AdditionalAuthenticationProviders", "0"]), "Type: API_KEY");
    assert_eq!(resolved.source_of_resource("GraphKey"), "Key");
}

#[test]
fn sources_of_data_have_roles_that_may_do_what_is_permitted() {
    let resolved = serverless(
        "  Graph:
    Type: AWS::Serverless::GraphQLApi
    Properties:
      SchemaUri: schema.graphql
      Logging: false
      Auth: {Type: AWS_IAM}
      DataSources:
        DynamoDb:
          Books: {TableName: books, Permissions: [Read]}
        Lambda:
          Ask: {FunctionArn: arn:aws:lambda:us-east-1:123456789012:function:ask, ServiceRoleArn: arn:aws:iam::123456789012:role/r}
      Functions:
        Get: {DataSource: Books, InlineCode: code, Runtime: {Name: APPSYNC_JS, Version: 1.0.0}}
        Pass: {DataSource: NONE, CodeUri: s3://b/k, Runtime: {Name: APPSYNC_JS, Version: 1.0.0}}
        Other: {Id: elsewhere}
      Resolvers: {Query: {book: {Pipeline: [Get, Pass, Other]}}}
      Cache: {ApiCachingBehavior: FULL_REQUEST_CACHING, Type: SMALL, Ttl: 60}
      DomainName: {CertificateArn: arn:aws:acm:us-east-1:123456789012:certificate/c, DomainName: api.example.com}
",
    );
    insta::assert_snapshot!(resolved.listed(), @r#"
    Graph: AWS::AppSync::GraphQLApi {"Name":"Graph","AuthenticationType":"AWS_IAM","Tags":[{"Key":"graphqlapi:createdBy","Value":"SAM"}]}
    GraphSchema: AWS::AppSync::GraphQLSchema {"ApiId":"<Graph.ApiId>","DefinitionS3Location":"schema.graphql"}
    GraphApiCache: AWS::AppSync::ApiCache {"ApiId":"<Graph.ApiId>","ApiCachingBehavior":"FULL_REQUEST_CACHING","Type":"SMALL","Ttl":60}
    GraphBooksDynamoDBDataSource: AWS::AppSync::DataSource {"Name":"Books","Type":"AMAZON_DYNAMODB","ApiId":"<Graph.ApiId>","DynamoDBConfig":{"AwsRegion":"us-east-1","TableName":"books"},"ServiceRoleArn":"<GraphBooksDynamoDBDataSourceRole.Arn>"}
    GraphBooksDynamoDBDataSourceRole: AWS::IAM::Role {"AssumeRolePolicyDocument":{"Version":"2012-10-17","Statement":[{"Action":["sts:AssumeRole"],"Effect":"Allow","Principal":{"Service":["appsync.amazonaws.com"]}}]}}
    GraphBooksDynamoDBDataSourceToTableConnectorPolicy: AWS::IAM::ManagedPolicy {"PolicyDocument":{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["dynamodb:GetItem","dynamodb:Query","dynamodb:Scan","dynamodb:BatchGetItem","dynamodb:ConditionCheckItem","dynamodb:PartiQLSelect"],"Resource":["arn:aws:dynamodb:us-east-1:123456789012:table/books","arn:aws:dynamodb:us-east-1:123456789012:table/books/index/*"]}]},"Roles":["<GraphBooksDynamoDBDataSourceRole.Ref>"]}
    GraphAskLambdaDataSource: AWS::AppSync::DataSource {"Name":"Ask","Type":"AWS_LAMBDA","ApiId":"<Graph.ApiId>","LambdaConfig":{"LambdaFunctionArn":"arn:aws:lambda:us-east-1:123456789012:function:ask"},"ServiceRoleArn":"arn:aws:iam::123456789012:role/r"}
    GraphDomainName: AWS::AppSync::DomainName {"CertificateArn":"arn:aws:acm:us-east-1:123456789012:certificate/c","DomainName":"api.example.com"}
    GraphDomainNameApiAssociation: AWS::AppSync::DomainNameApiAssociation {"ApiId":"<Graph.ApiId>","DomainName":"<GraphDomainName.Ref>"}
    GraphGet: AWS::AppSync::FunctionConfiguration {"ApiId":"<Graph.ApiId>","Name":"Get","Code":"code","DataSourceName":"<GraphBooksDynamoDBDataSource.Name>","Runtime":{"Name":"APPSYNC_JS","RuntimeVersion":"1.0.0"}}
    GraphNoneDataSource: AWS::AppSync::DataSource {"ApiId":"<Graph.ApiId>","Name":"GraphNoneDataSource","Type":"NONE"}
    GraphPass: AWS::AppSync::FunctionConfiguration {"ApiId":"<Graph.ApiId>","Name":"Pass","CodeS3Location":"s3://b/k","DataSourceName":"<GraphNoneDataSource.Name>","Runtime":{"Name":"APPSYNC_JS","RuntimeVersion":"1.0.0"}}
    GraphQuerybook: AWS::AppSync::Resolver {"Code":"\nexport function request(ctx) {\n    return {};\n}\n\nexport function response(ctx) {\n    return ctx.prev.result;\n}\n","Runtime":{"Name":"APPSYNC_JS","RuntimeVersion":"1.0.0"},"ApiId":"<Graph.ApiId>","FieldName":"book","TypeName":"Query","Kind":"PIPELINE","PipelineConfig":{"Functions":["<GraphGet.FunctionId>","<GraphPass.FunctionId>","elsewhere"]}}
    "#);
    assert_eq!(resolved.problems(), [""; 0]);
    assert_eq!(resolved.source_of_resource("GraphBooksDynamoDBDataSourceRole"), "Books");
}

#[test]
fn what_an_api_cannot_be_is_an_error_at_its_place() {
    let of = |properties: &str| {
        mistake(&format!("  Graph: {{Type: AWS::Serverless::GraphQLApi, Properties: {{{properties}}}}}\n"))
    };
    let with = |properties: &str| of(&format!("SchemaInline: s, Auth: {{Type: API_KEY}}, {properties}"));
    let mut said: Vec<String> = [
        "SchemaInline: s",
        "Auth: {Type: API_KEY}",
        "Auth: {Type: API_KEY}, SchemaInline: s, SchemaUri: u",
        "SchemaInline: s, Auth: {Type: OPEN}",
        "SchemaInline: s, Auth: {Type: AWS_LAMBDA}",
        "SchemaInline: s, Auth: {Type: AWS_IAM, UserPool: {UserPoolId: p}, OpenIDConnect: {Issuer: i}}",
    ]
    .iter()
    .map(|properties| of(properties))
    .collect();
    said.extend(
        [
            "Logging: text",
            "Cache: {Type: SMALL}",
            "DataSources: {DynamoDb: {T: {}}}",
            "Functions: {F: {Id: i, Name: n}}",
            "Functions: {F: {DataSource: D, InlineCode: c}}",
            "Functions: {F: {DataSource: none}}",
            "Resolvers: {Query: {r: {}}}",
            "Resolvers: {Query: {r: {Pipeline: [F]}}}",
        ]
        .iter()
        .map(|properties| with(properties)),
    );
    insta::assert_snapshot!(said.join("\n"), @r"
    <stdin>:3:10: the API `Graph` has no `Auth` that is a map
    <stdin>:3:10: the API `Graph` has no `SchemaInline` and no `SchemaUri`
    <stdin>:3:110: `SchemaInline` and `SchemaUri` exclude each other
    <stdin>:3:89: the `Type` of an `Auth` is one of `AWS_IAM`, `API_KEY`, `AWS_LAMBDA`, `OPENID_CONNECT`, `AMAZON_COGNITO_USER_POOLS`
    <stdin>:3:82: `Auth` has no `LambdaAuthorizer`
    <stdin>:3:108: an `Auth` has settings of one kind only
    <stdin>:3:108: `Logging` must be a map or a boolean
    <stdin>:3:106: `Cache` has no `ApiCachingBehavior`
    <stdin>:3:127: `T` has no `TableName`
    <stdin>:3:119: a function with an `Id` is defined elsewhere and has nothing else
    <stdin>:3:127: the API has no data source `D`
    <stdin>:3:114: the function `F` has no `InlineCode` and no `CodeUri`
    <stdin>:3:122: the resolver `r` has no `Pipeline` of functions
    <stdin>:3:134: the API has no function `F`
    ");
}
