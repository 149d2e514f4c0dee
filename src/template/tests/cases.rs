//! `fixtures/cloudformation`: the values of outputs, and what is not known.

use super::*;

#[test]
fn outputs_have_the_values_that_cases_json_expects() {
    let cases = std::fs::read_to_string(fixtures().join("cloudformation/cases.json")).unwrap();
    let cases: serde_json::Map<String, Value> = serde_json::from_str(&cases).unwrap();
    let mut compared = 0;
    for (name, case) in &cases {
        let template = std::fs::read_to_string(fixtures().join(format!("cloudformation/{name}.yaml"))).unwrap();
        let resolved = text(&template);
        let outputs = resolved.outputs(&[]);
        for (output, expected) in case["expect"].as_object().unwrap() {
            let found = match &outputs[output] {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            assert_eq!(Value::String(found), *expected, "{name}: {output}, said {:?}", resolved.said);
            compared += 1;
        }
    }
    assert!(compared >= 25, "{compared}");
}

#[test]
fn no_template_of_cloudformation_is_said_to_be_wrong() {
    for entry in fixtures().join("cloudformation").read_dir().unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "yaml") {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let resolved = resolved(&format!("cloudformation/{name}"));
            let said: Vec<&String> = resolved.said.iter().filter(|text| !text.contains("leading zero")).collect();
            assert!(said.is_empty(), "{name}: {said:?}");
        }
    }
}

#[test]
fn conditions_are_open_and_each_world_has_its_value() {
    let resolved = resolved("cloudformation/07-conditions.yaml");
    assert_eq!(resolved.outputs(&[]), json!({"A": "yes-any", "N": "eq"}));
    assert_eq!(resolved.outputs(&[("Enc", "true"), ("Env", "x")])["A"], "yes-any");
    assert_eq!(resolved.outputs(&[("Env", "dev")])["A"], "no-any");
    assert_eq!(resolved.properties("OnlyDev", &[]), Value::Null);
    let tag = json!([{"Key": "a", "Value": "b"}]);
    let prod = json!({"BucketName": "prod-b", "VersioningConfiguration": {"Status": "Enabled"}, "Tags": tag});
    assert_eq!(resolved.properties("B", &[]), prod);
    assert_eq!(resolved.properties("B", &[("Env", "dev")]), json!({"Tags": []}));
}

#[test]
fn what_only_deployment_knows_is_unknown_with_its_cause() {
    let imports = resolved("cloudformation/12-import-getstackoutput.yaml");
    assert_eq!(imports.outputs(&[]), json!({"A": "?import-value", "B": "?import-value", "C": "?import-value"}));
    let ssm = resolved("cloudformation/14-ssm-params.yaml");
    assert_eq!(ssm.outputs(&[]), json!({"A": "?ssm-parameter", "V": "?parameter-without-default"}));
    let dynamic = resolved("cloudformation/13-dynamic-refs.yaml");
    assert_eq!(dynamic.properties("D", &[])["MasterUserPassword"], "?dynamic-reference");
    assert_eq!(dynamic.properties("U", &[]), json!({"LoginProfile": {"Password": "?dynamic-reference"}}));
}

#[test]
fn a_dynamic_reference_is_found_in_the_text_that_join_and_sub_make() {
    let resolved = text(
        r#"
Parameters: {Env: {Type: String, Default: prod}}
Resources: {}
Outputs:
  Join: {Value: !Join ["", ["{{resolve:secretsmanager:", !Ref Env, ":SecretString:pw}}"]]}
  Parts: {Value: !Join [":", ["user", "{{resolve", "ssm:/a/b}}", "end"]]}
  Sub: {Value: !Sub "pw-{{resolve:ssm-secure:/${Env}/pw:1}}-${AWS::Region}"}
"#,
    );
    let expected = json!({
        "Join": "?dynamic-reference",
        "Parts": "user:?dynamic-reference:end",
        "Sub": "pw-?dynamic-reference-us-east-1",
    });
    assert_eq!(resolved.outputs(&[]), expected);
}

#[test]
fn yaml_dates_booleans_and_account_ids_stay_what_cloudformation_makes_of_them() {
    let resolved = resolved("cloudformation/16-yaml-traps.yaml");
    let document = &resolved.properties("P", &[])["PolicyDocument"];
    assert_eq!(document["Version"], "2012-10-17");
    assert_eq!(document["Statement"][0]["Resource"], "<B.Arn>/*");
}

#[test]
fn a_nested_stack_reads_the_parameters_that_its_parent_gives() {
    let loaded = loaded("cloudformation/18-nested-local.yaml");
    assert_eq!(loaded.nested, [fixtures().join("cloudformation/18-child.yaml")]);
    let resolved = resolved_of(loaded);
    assert_eq!(resolved.outputs(&[]), json!({"A": "18-nested-local-b"}));
    let database = resolved.properties_in("18-nested-local-Child", "D", &[]);
    assert_eq!(database["StorageEncrypted"], false);
}

#[test]
fn serverless_resources_are_what_they_stand_for() {
    let resolved = resolved("cloudformation/17-sam.yaml");
    assert_eq!(resolved.said, [""; 0]);
    assert!(resolved.inventory.gaps.is_empty());
    let ids: Vec<&str> = resolved.inventory.resources().map(|(_, resource)| resource.logical_id.as_ref()).collect();
    for id in ["Fn1", "Fn1Role", "Fn1Cron", "Fn1CronPermission", "ServerlessRestApi", "ServerlessRestApiProdStage"] {
        assert!(ids.contains(&id), "{id} of {ids:?}");
    }
    let role = resolved.properties("Fn1Role", &[]);
    assert_eq!(role["ManagedPolicyArns"][2], "arn:aws:iam::aws:policy/AmazonS3FullAccess");
    assert_eq!(resolved.properties("Fn1", &[])["TracingConfig"]["Mode"], "Active");
}

#[test]
fn what_aws_expands_is_a_gap_and_never_nothing() {
    for (name, expected) in [
        (
            "11-foreach",
            [
                "the resources of `Fn::ForEach::Topics` are not expanded",
                "the resources of `Fn::ForEach::Buckets` are not expanded",
            ]
            .as_slice(),
        ),
        ("19-include-macro", &["the macro `MyMacro` may change the whole template"]),
        (
            "20-stackset-module",
            &[
                "the template that stack set `SS` deploys is not evaluated",
                "what `My::S3::Bucket::MODULE` `Mod` expands to is not evaluated",
            ],
        ),
    ] {
        let resolved = resolved(&format!("cloudformation/{name}.yaml"));
        let gaps: Vec<&str> = resolved.inventory.gaps.iter().map(|gap| gap.what.as_ref()).collect();
        assert_eq!(gaps, expected, "{name}");
    }
}

#[test]
fn attributes_beside_properties_may_be_functions() {
    let resolved = resolved("cloudformation/21-langext-deletionpolicy.yaml");
    let id = resolved.find("21-langext-deletionpolicy", "B");
    let world = World::open();
    let view = View::new(&resolved.inventory.values, &world);
    let attributes = shown(&resolved.inventory, &view, resolved.inventory.resource(id).attributes);
    assert_eq!(attributes, json!({"DeletionPolicy": "Delete", "UpdateReplacePolicy": "Delete"}));
}

#[test]
fn conditional_elements_take_their_delimiter_with_them() {
    let resolved = text(CONDITIONAL);
    assert!(resolved.said.is_empty(), "{:?}", resolved.said);
    let prod = json!({"Middle": "a-b-c", "First": "a-b", "All": "a-b", "Select": "a", "Sub": "x-p", "Split": "p"});
    assert_eq!(resolved.outputs(&[]), prod);
    let dev = json!({"Middle": "a-c", "First": "b", "All": "b", "Select": "b", "Sub": "x", "Split": "z"});
    assert_eq!(resolved.outputs(&[("Env", "dev")]), dev);
    let none = resolved.outputs(&[("Env", "dev"), ("X", "no")]);
    assert_eq!(none["All"], "");
}

const CONDITIONAL: &str = r#"
Parameters:
  Env: {Type: String, Default: prod, AllowedValues: [prod, dev]}
  X: {Type: String, Default: "yes", AllowedValues: ["yes", "no"]}
Conditions: {P: !Equals [!Ref Env, prod], X: !Equals [!Ref X, "yes"]}
Resources: {}
Outputs:
  Middle: {Value: !Join ["-", [a, !If [P, b, !Ref AWS::NoValue], c]]}
  First: {Value: !Join ["-", [!If [P, a, !Ref AWS::NoValue], b]]}
  All: {Value: !Join ["-", [!If [P, a, !Ref AWS::NoValue], !If [X, b, !Ref AWS::NoValue]]]}
  Select: {Value: !Select [0, [!If [P, a, !Ref AWS::NoValue], b]]}
  Sub: {Value: !Sub ["x${V}", {V: !If [P, "-p", ""]}]}
  Split: {Value: !Select [1, !Split ["-", !Sub ["x${V}-z", {V: !If [P, "-p", ""]}]]]}
"#;

#[test]
fn a_parameter_that_is_used_twice_has_one_value() {
    let resolved = text(
        r#"
Parameters: {Env: {Type: String, Default: dev, AllowedValues: [dev, prod]}}
Conditions: {P: !Equals [!Ref Env, prod]}
Mappings: {M: {dev: {dev: d}, prod: {prod: p}}}
Resources: {}
Outputs: {A: {Value: !FindInMap [M, !Ref Env, !Ref Env]}}
"#,
    );
    assert!(resolved.said.is_empty(), "{:?}", resolved.said);
    assert_eq!(resolved.outputs(&[]), json!({"A": "d"}));
    assert_eq!(resolved.outputs(&[("Env", "prod")]), json!({"A": "p"}));
}

#[test]
fn any_other_value_of_a_parameter_may_be_a_text_that_it_is_not_compared_with_itself() {
    let resolved = text(
        r#"
Parameters: {Env: {Type: String, Default: dev}}
Conditions:
  Sub: !Equals [!Sub "${Env}", prod]
  Part: !Equals [!Select [0, !Split ["-", !Ref Env]], dev]
Resources: {B: {Type: "AWS::S3::Bucket", Condition: Sub}, C: {Type: "AWS::S3::Bucket", Condition: Part}}
"#,
    );
    for id in ["B", "C"] {
        let id = resolved.find("demo", id);
        let env = &resolved.inventory.values.variables[0];
        let other = env.domain.iter().position(Option::is_none).unwrap() as u16;
        let world =
            World::open().with(Assignment { variable: VariableId(0), case: other, trigger: Trigger::Condition });
        let view = View::new(&resolved.inventory.values, &world);
        assert_eq!(resolved.inventory.exists(&view, id), None, "some other value may make it true");
    }
}

#[test]
fn a_list_that_a_parent_joins_keeps_its_references_in_the_nested_stack() {
    let dir = tempfile::tempdir().unwrap();
    let parent = r#"
Resources:
  A: {Type: AWS::EC2::Subnet}
  B: {Type: AWS::EC2::Subnet}
  N:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: child.yaml, Parameters: {Subnets: !Join [", ", [!Ref A, !Ref B, subnet-1]], Gone: !Ref AWS::NoValue}}
"#;
    let child = r#"
Parameters: {Subnets: {Type: List<AWS::EC2::Subnet::Id>}, Gone: {Type: String, Default: here}}
Resources: {G: {Type: AWS::RDS::DBSubnetGroup, Properties: {SubnetIds: !Ref Subnets, X: !Ref Gone}}}
"#;
    std::fs::write(dir.path().join("parent.yaml"), parent).unwrap();
    std::fs::write(dir.path().join("child.yaml"), child).unwrap();
    let input = Input::Template { path: dir.path().join("parent.yaml") };
    let resolved = resolved_of(load(&input, &loader(), &environment()));
    assert!(resolved.said.is_empty(), "{:?}", resolved.said);
    let group = resolved.properties_in("parent-N", "G", &[]);
    assert_eq!(group, json!({"SubnetIds": ["<A.Ref>", "<B.Ref>", "subnet-1"], "X": "here"}));
}

#[test]
fn exports_of_nested_stacks_are_found_whoever_asks_first() {
    let dir = tempfile::tempdir().unwrap();
    let parent = r#"
Resources:
  Asks: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: asks.yaml}}
  Gives: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: gives.yaml}}
"#;
    let asks = r#"Resources: {B: {Type: "AWS::S3::Bucket", Properties: {BucketName: {Fn::ImportValue: !Sub "${AWS::Region}-name"}}}}"#;
    let gives = r#"
Resources: {}
Outputs: {N: {Value: given, Export: {Name: !Sub "${AWS::Region}-name"}}}
"#;
    for (name, text) in [("parent.yaml", parent), ("asks.yaml", asks), ("gives.yaml", gives)] {
        std::fs::write(dir.path().join(name), text).unwrap();
    }
    let input = Input::Template { path: dir.path().join("parent.yaml") };
    let resolved = resolved_of(load(&input, &loader(), &environment()));
    assert!(resolved.said.is_empty(), "{:?}", resolved.said);
    assert_eq!(resolved.properties_in("parent-Asks", "B", &[]), json!({"BucketName": "given"}));
}
