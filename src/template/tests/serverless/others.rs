//! Tables, layers, applications and what else is expanded into one resource and a role.

use super::*;

#[test]
fn a_table_has_one_key_and_what_is_said_of_its_encryption() {
    let resolved = serverless(
        "  Plain: {Type: AWS::Serverless::SimpleTable}
  Full:
    Type: AWS::Serverless::SimpleTable
    Properties:
      PrimaryKey: {Name: account, Type: Number}
      ProvisionedThroughput: {ReadCapacityUnits: 1, WriteCapacityUnits: 1}
      SSESpecification: {SSEEnabled: true}
      Tags: {Owner: bank, Empty: }
",
    );
    insta::assert_snapshot!(resolved.listed(), @r#"
    Plain: AWS::DynamoDB::Table {"AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"}],"KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],"BillingMode":"PAY_PER_REQUEST"}
    Full: AWS::DynamoDB::Table {"AttributeDefinitions":[{"AttributeName":"account","AttributeType":"N"}],"KeySchema":[{"AttributeName":"account","KeyType":"HASH"}],"ProvisionedThroughput":{"ReadCapacityUnits":1,"WriteCapacityUnits":1},"SSESpecification":{"SSEEnabled":true},"Tags":[{"Key":"Owner","Value":"bank"},{"Key":"Empty","Value":""}]}
    "#);
    assert_eq!(resolved.source_of("Full", &["SSESpecification"]), "{SSEEnabled: true}");
    assert_eq!(resolved.source_of("Full", &["KeySchema"]), "{Name: account, Type: Number}");
}

#[test]
fn a_layer_has_the_id_of_its_content_and_references_follow() {
    let template = |content: &str| {
        let resources = format!(
            "  Code:
    Type: AWS::Serverless::LayerVersion
    Properties: {{ContentUri: {content}, RetentionPolicy: DELETE, CompatibleArchitectures: [arm64]}}
  Fn: {{Type: AWS::Lambda::Function, DependsOn: Code, Properties: {{Layers: [!Ref Code, !Sub '${{Code}}']}}}}
"
        );
        serverless(&resources)
    };
    let (one, same, other) = (template("s3://b/k"), template("s3://b/k"), template("s3://b/other"));
    let id = |resolved: &Resolved| resolved.kinds()[0].split_once(':').unwrap().0.to_owned();
    assert!(id(&one) == id(&same) && id(&one) != id(&other), "{} {} {}", id(&one), id(&same), id(&other));
    let listed = one.listed().replace(&id(&one), "Code#");
    insta::assert_snapshot!(listed, @r#"
    Code#: AWS::Lambda::LayerVersion {"LayerName":"Code","CompatibleArchitectures":["arm64"],"Content":{"S3Bucket":"b","S3Key":"k"}}
    Fn: AWS::Lambda::Function {"Layers":["<Code#.Ref>","<Code#.Ref>"]}
    "#);
    let attributes = one.inventory.resource(one.find("demo", &id(&one))).attributes;
    let world = World::open();
    let shown = shown(&one.inventory, &View::new(&one.inventory.values, &world), attributes);
    assert_eq!(shown, json!({"DeletionPolicy": "Delete"}));
}

#[test]
fn a_local_application_is_a_nested_stack_with_its_parameters() {
    let folder = tempfile::tempdir().unwrap();
    let parent = "Transform: AWS::Serverless-2016-10-31
Resources:
  App:
    Type: AWS::Serverless::Application
    Properties: {Location: ./app.yaml, Parameters: {Name: bank}}
Outputs: {Bucket: {Value: !GetAtt App.Outputs.Bucket}}
";
    let child = "Transform: AWS::Serverless-2016-10-31
Parameters: {Name: {Type: String}}
Resources:
  Bucket: {Type: AWS::S3::Bucket, Properties: {BucketName: !Ref Name}}
  Table: {Type: AWS::Serverless::SimpleTable}
Outputs: {Bucket: {Value: !Sub 'the ${Name}'}}
";
    std::fs::write(folder.path().join("parent.yaml"), parent).unwrap();
    std::fs::write(folder.path().join("app.yaml"), child).unwrap();
    let input = Input::Template { path: folder.path().join("parent.yaml") };
    let loaded = load(&input, &Loader::new(folder.path(), Limits::default()), &environment());
    assert_eq!(loaded.nested, [folder.path().join("app.yaml")]);
    let resolved = resolved_of(loaded);
    assert_eq!(resolved.problems(), [""; 0]);
    assert_eq!(resolved.outputs(&[]), json!({"Bucket": "the bank"}));
    let kinds = ["App: AWS::CloudFormation::Stack", "Bucket: AWS::S3::Bucket", "Table: AWS::DynamoDB::Table"];
    assert_eq!(resolved.kinds(), kinds);
}

#[test]
fn an_application_without_the_transform_is_not_followed() {
    let folder = tempfile::tempdir().unwrap();
    let parent = "Resources: {App: {Type: AWS::Serverless::Application, Properties: {Location: ./parent.yaml}}}\n";
    std::fs::write(folder.path().join("parent.yaml"), parent).unwrap();
    let input = Input::Template { path: folder.path().join("parent.yaml") };
    let loaded = load(&input, &Loader::new(folder.path(), Limits::default()), &environment());
    assert_eq!((loaded.nested.len(), told(&loaded.diagnostics).len()), (0, 0));
}

#[test]
fn an_application_that_contains_itself_is_an_error_at_its_location() {
    let folder = tempfile::tempdir().unwrap();
    let parent = "Transform: AWS::Serverless-2016-10-31
Resources: {App: {Type: AWS::Serverless::Application, Properties: {Location: parent.yaml}}}
";
    std::fs::write(folder.path().join("parent.yaml"), parent).unwrap();
    let input = Input::Template { path: folder.path().join("parent.yaml") };
    let loaded = load(&input, &Loader::new(folder.path(), Limits::default()), &environment());
    assert_eq!(told(&loaded.diagnostics), ["parent.yaml:2:78: the nested stack `App` contains itself"]);
}

#[test]
fn an_application_of_the_repository_is_a_stack_that_is_not_looked_at() {
    let resolved = serverless(
        "  App:
    Type: AWS::Serverless::Application
    Properties:
      Location: {ApplicationId: 'arn:aws:serverlessrepo:us-east-1:123456789012:applications/a', SemanticVersion: 1.2.0}
",
    );
    insta::assert_snapshot!(resolved.listed(), @r#"App: AWS::CloudFormation::Stack {"TemplateURL":"?macro","Tags":[{"Key":"lambda:createdBy","Value":"SAM"},{"Key":"serverlessrepo:applicationId","Value":"arn:aws:serverlessrepo:us-east-1:123456789012:applications/a"},{"Key":"serverlessrepo:semanticVersion","Value":"1.2.0"}]}"#);
    insta::assert_snapshot!(resolved.problems().join("\n"), @"gap: the template of nested stack `App` is not part of the input");
}

#[test]
fn what_runs_in_the_background_has_a_role_of_its_own() {
    let resolved = serverless(
        "  Provider:
    Type: AWS::Serverless::CapacityProvider
    Properties:
      VpcConfig: {SubnetIds: [subnet-1], SecurityGroupIds: [sg-1]}
      InstanceRequirements: {AllowedTypes: [m7g.large]}
      ScalingConfig: {MaxVCpuCount: 8, AverageCPUUtilization: 50.5}
      PropagateTags: true
      Tags: {Owner: bank}
  Way:
    Type: AWS::Serverless::NetworkConnector
    Properties: {VpcConfig: {SubnetIds: [subnet-1], SecurityGroupIds: [sg-1], NetworkProtocol: IPv4}}
  Image:
    Type: AWS::Serverless::MicrovmImage
    Properties: {Name: i, CodeUri: s3://code/k.zip, BaseImageArn: a, BaseImageVersion: '1', EnvironmentVariables: {A: b}}
",
    );
    insta::assert_snapshot!(resolved.listed(), @r#"
    ProviderOperatorRole: AWS::IAM::Role {"AssumeRolePolicyDocument":{"Version":"2012-10-17","Statement":[{"Action":["sts:AssumeRole"],"Effect":"Allow","Principal":{"Service":["lambda.amazonaws.com"]}}]},"ManagedPolicyArns":["arn:aws:iam::aws:policy/AWSLambdaManagedEC2ResourceOperator"],"Tags":[{"Key":"lambda:createdBy","Value":"SAM"},{"Key":"Owner","Value":"bank"}]}
    Provider: AWS::Lambda::CapacityProvider {"VpcConfig":{"SubnetIds":["subnet-1"],"SecurityGroupIds":["sg-1"]},"PermissionsConfig":{"CapacityProviderOperatorRoleArn":"<ProviderOperatorRole.Arn>"},"Tags":[{"Key":"Owner","Value":"bank"},{"Key":"lambda:createdBy","Value":"SAM"}],"InstanceRequirements":{"AllowedInstanceTypes":["m7g.large"]},"CapacityProviderScalingConfig":{"MaxVCpuCount":8,"ScalingMode":"Manual","ScalingPolicies":[{"PredefinedMetricType":"LambdaCapacityProviderAverageCPUUtilization","TargetValue":50.5}]}}
    WayOperatorRole: AWS::IAM::Role {"AssumeRolePolicyDocument":{"Version":"2012-10-17","Statement":[{"Action":["sts:AssumeRole"],"Effect":"Allow","Principal":{"Service":["lambda.amazonaws.com"]}}]},"ManagedPolicyArns":["arn:aws:iam::aws:policy/AWSLambdaNetworkConnectorOperatorPolicy"],"Tags":[{"Key":"lambda:createdBy","Value":"SAM"}]}
    Way: AWS::Lambda::NetworkConnector {"Configuration":{"VpcEgressConfiguration":{"SubnetIds":["subnet-1"],"SecurityGroupIds":["sg-1"],"NetworkProtocol":"IPv4","AssociatedComputeResourceTypes":["MicroVm"]}},"OperatorRole":"<WayOperatorRole.Arn>","Tags":[{"Key":"lambda:createdBy","Value":"SAM"}]}
    ImageBuildRole: AWS::IAM::Role {"AssumeRolePolicyDocument":{"Version":"2012-10-17","Statement":[{"Action":["sts:AssumeRole"],"Effect":"Allow","Principal":{"Service":["lambda.amazonaws.com"]}}]},"Policies":[{"PolicyName":"MicrovmImageBuildPolicy","PolicyDocument":{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:GetObject"],"Resource":"arn:aws:s3:::code/*"},{"Effect":"Allow","Action":["logs:CreateLogGroup","logs:CreateLogStream","logs:PutLogEvents"],"Resource":"*"}]}}],"Tags":[{"Key":"lambda:createdBy","Value":"SAM"}]}
    Image: AWS::Lambda::MicrovmImage {"Description":"","EgressNetworkConnectors":[],"CpuConfigurations":[],"Resources":[],"AdditionalOsCapabilities":[],"Logging":{},"Hooks":{},"Name":"i","BaseImageArn":"a","BaseImageVersion":"1","CodeArtifact":{"Uri":"s3://code/k.zip"},"EnvironmentVariables":[{"Key":"A","Value":"b"}],"Tags":[{"Key":"lambda:createdBy","Value":"SAM"}],"BuildRoleArn":"<ImageBuildRole.Arn>"}
    "#);
    assert_eq!(resolved.source_of_resource("ImageBuildRole"), "Image");
}

#[test]
fn a_web_function_has_a_revision_and_an_address() {
    let resolved = serverless(
        "  Web:
    Type: AWS::Serverless::WebFunction
    Properties:
      AuthType: IamAuth
      Runtime: nodejs24.x
      CodeUri: s3://b/k
      EnvironmentVariables: {N: 1, T: true, R: !Ref AWS::Region}
      ReplicaRegions: {IncludeRegions: [US], ExcludeRegions: [us-west-1]}
",
    );
    insta::assert_snapshot!(resolved.listed(), @r#"
    WebRole: AWS::IAM::Role {"AssumeRolePolicyDocument":{"Version":"2012-10-17","Statement":[{"Action":["sts:AssumeRole"],"Effect":"Allow","Principal":{"Service":["lambda.amazonaws.com"]}}]},"Tags":[{"Key":"lambda:createdBy","Value":"SAM"}],"ManagedPolicyArns":["arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"]}
    Web: AWS::Lambda::WebFunction {"FunctionName":"Web-?environment","Tags":[{"Key":"lambda:createdBy","Value":"SAM"}]}
    WebRevision: AWS::Lambda::WebFunctionRevision {"FunctionName":"Web-?environment","BuildConfig":{"CodeConfig":{"S3Object":{"Bucket":"b","Key":"k"}},"RuntimeConfig":{"Runtime":"nodejs24.x"}},"ServiceConfig":{"ExecutionRoleArn":"<WebRole.Arn>","EnvironmentVariables":{"N":"1","T":"true","R":"us-east-1"},"TimeoutSeconds":30}}
    WebEndpoint: AWS::Lambda::WebFunctionEndpoint {"FunctionName":"Web-?environment","EndpointName":"prod","EndpointType":"HomeRegion","AuthType":"IamAuth","RevisionWeights":[{"RevisionId":"<WebRevision.RevisionId>","Weight":100}],"Regions":["us-east-1","us-east-2","us-west-2"]}
    "#);
    assert_eq!(resolved.source_of("WebEndpoint", &["AuthType"]), "IamAuth");
}

#[test]
fn what_these_types_cannot_be_is_an_error_at_its_place() {
    let of = |(kind, properties): &(&str, &str)| {
        mistake(&format!("  R: {{Type: AWS::Serverless::{kind}, Properties: {{{properties}}}}}\n"))
    };
    let said: Vec<String> = [
        ("SimpleTable", "PrimaryKey: {Name: a}"),
        ("SimpleTable", "PrimaryKey: {Name: a, Type: Date}"),
        ("LayerVersion", "LayerName: a"),
        ("LayerVersion", "ContentUri: s3://b/k, RetentionPolicy: Keep"),
        ("LayerVersion", "ContentUri: s3://b/k, CompatibleArchitectures: [z80]"),
        ("Application", "Parameters: {}"),
        ("Application", "Location: {ApplicationId: a}"),
        ("Application", "Location: 's3://b/t', Tags: {'lambda:createdBy': me}"),
        ("CapacityProvider", "VpcConfig: {}"),
        (
            "CapacityProvider",
            "VpcConfig: {SubnetIds: [s]}, InstanceRequirements: {AllowedTypes: [a], ExcludedTypes: [b]}",
        ),
        ("NetworkConnector", "ComputeTypes: [MicroVm, WebFunction]"),
        ("NetworkConnector", "ComputeTypes: [Function]"),
        ("NetworkConnector", "VpcConfig: {SubnetIds: [s]}"),
        ("MicrovmImage", "Name: i"),
        ("WebFunction", "Runtime: r"),
        ("WebFunction", "AuthType: a, AutoDeploymentMode: Disabled"),
        ("WebFunction", "AuthType: a, RevisionWeights: {a: 50}"),
        ("WebFunction", "AuthType: a, AutoDeploymentMode: Disabled, RevisionWeights: {a: 50}"),
        ("WebFunction", "AuthType: a, Timeout: 1"),
        ("WebFunction", "AuthType: a, EnvironmentVariables: {_a: b}"),
        ("WebFunction", "AuthType: a, EgressNetworkConnectorArn: a"),
        ("WebFunction", "AuthType: a, Runtime: r, CodeUri: c, ReplicaRegions: [moon]"),
    ]
    .iter()
    .map(of)
    .collect();
    insta::assert_snapshot!(said.join("\n"), @r"
    <stdin>:3:68: the `PrimaryKey` has no `Type`
    <stdin>:3:84: `Date` is no type of a key, which is `String`, `Number` or `Binary`
    <stdin>:3:6: the layer `R` has no `ContentUri`
    <stdin>:3:96: `RetentionPolicy` must be `Retain` or `Delete`
    <stdin>:3:105: an architecture is `arm64` or `x86_64`
    <stdin>:3:6: the application `R` has no `Location`
    <stdin>:3:66: the `Location` has no `SemanticVersion`
    <stdin>:3:105: `lambda:createdBy` is a reserved tag key
    <stdin>:3:72: the capacity provider `R` has no `VpcConfig.SubnetIds`
    <stdin>:3:147: `AllowedTypes` and `ExcludedTypes` exclude each other
    <stdin>:3:75: `ComputeTypes` must be a list of one type
    <stdin>:3:76: `Function` is no compute type, which is `MicroVm` or `WebFunction`
    <stdin>:3:72: the network connector `R` has no `SecurityGroupIds`
    <stdin>:3:6: the image `R` has no `BaseImageArn`
    <stdin>:3:6: the web function `R` has no `AuthType`
    <stdin>:3:89: the `AutoDeploymentMode` `Disabled` needs `RevisionWeights`
    <stdin>:3:86: `RevisionWeights` needs the `AutoDeploymentMode` `Disabled`
    <stdin>:3:116: the weights of the revisions are 50 together, not 100
    <stdin>:3:78: `Timeout` must be from 3 to 900 seconds
    <stdin>:3:96: the name `_a` of a variable must be of letters, digits and underscores, a letter first
    <stdin>:3:96: `EgressNetworkConnectorArn` must be the ARN of a version of a network connector
    <stdin>:3:110: `moon` is no region and no group of regions
    ");
}

#[test]
fn a_property_that_is_not_known_is_a_gap_and_the_rest_is_expanded() {
    let resolved = serverless("  Table: {Type: AWS::Serverless::SimpleTable, Properties: {Invented: 1}}\n");
    assert_eq!(resolved.kinds(), ["Table: AWS::DynamoDB::Table"]);
    assert_eq!(resolved.problems(), ["gap: property `Invented` of `Table` is not expanded"]);
}
