//! `Fn::ForEach` and what else the language extensions bring.

use super::*;

/// A template with the language extensions.
fn extended(template: &str) -> Resolved {
    text(&format!("Transform: AWS::LanguageExtensions\n{template}"))
}

const NONE: [&str; 0] = [];

#[test]
fn loops_of_the_fixture_make_resources_properties_and_outputs() {
    let resolved = resolved("cloudformation/11-foreach.yaml");
    assert_eq!((&resolved.said, resolved.gaps()), (&vec![], vec![]));
    assert_eq!(
        resolved.everything(),
        [
            r#"11-foreach.TopicRed {"DisplayName":"d-Red"}"#,
            r#"11-foreach.TopicBlue {"DisplayName":"d-Blue"}"#,
            r#"11-foreach.BucketOne {"BucketName":"b-One"}"#,
            r#"11-foreach.BucketTwo {"BucketName":"b-Two"}"#,
        ]
    );
    let outputs = json!({"OutRed": "<TopicRed.TopicName>", "OutBlue": "<TopicBlue.TopicName>"});
    assert_eq!(resolved.outputs(&[]), outputs);
    assert_eq!(resolved.lines("TopicBlue"), "cloudformation/11-foreach.yaml:8 cloudformation/11-foreach.yaml:9");
}

#[test]
fn nested_loops_and_functions_in_references_are_as_in_the_examples_of_aws() {
    let resolved = extended(
        r#"
Mappings: {Nat: {Condition: {B: Two}, Size: {A: small}}}
Parameters: {Gates: {Type: String, Default: "2"}}
Conditions: {Two: !Equals [!Ref Gates, "2"]}
Resources:
  Vpc: {Type: AWS::EC2::VPC}
  Fn::ForEach::Subnets:
    - Prefix
    - [Transit, Public]
    - Nacl${Prefix}: {Type: AWS::EC2::NetworkAcl, Properties: {VpcId: !Ref Vpc}}
      Fn::ForEach::Inner:
        - Suffix
        - [A, B]
        - ${Prefix}${Suffix}: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc}}
          Nacl${Prefix}${Suffix}:
            Type: AWS::EC2::SubnetNetworkAclAssociation
            DependsOn: [Vpc, "${Prefix}${Suffix}"]
            Properties:
              SubnetId: !Ref {"Fn::Sub": "${Prefix}${Suffix}"}
              NetworkAclId: !Ref {"Fn::Sub": "Nacl${Prefix}"}
  Fn::ForEach::Gateways:
    - Id
    - [A, B]
    - Nat${Id}:
        Type: AWS::EC2::NatGateway
        Condition: !FindInMap [Nat, Condition, !Ref Id, {DefaultValue: !Ref AWS::NoValue}]
        Properties:
          AllocationId: !GetAtt [!Sub "Ip${Id}", AllocationId]
          Tags: [{Key: Size, Value: !FindInMap [Nat, Size, !Ref Id, {DefaultValue: large}]}]
      Ip${Id}: {Type: AWS::EC2::EIP}
"#,
    );
    assert_eq!((&resolved.said, resolved.gaps()), (&vec![], vec![]));
    assert_eq!(
        resolved.everything(),
        [
            r#"demo.Vpc null"#,
            r#"demo.NaclTransit {"VpcId":"<Vpc.Ref>"}"#,
            r#"demo.TransitA {"VpcId":"<Vpc.Ref>"}"#,
            r#"demo.NaclTransitA {"SubnetId":"<TransitA.Ref>","NetworkAclId":"<NaclTransit.Ref>"}"#,
            r#"demo.TransitB {"VpcId":"<Vpc.Ref>"}"#,
            r#"demo.NaclTransitB {"SubnetId":"<TransitB.Ref>","NetworkAclId":"<NaclTransit.Ref>"}"#,
            r#"demo.NaclPublic {"VpcId":"<Vpc.Ref>"}"#,
            r#"demo.PublicA {"VpcId":"<Vpc.Ref>"}"#,
            r#"demo.NaclPublicA {"SubnetId":"<PublicA.Ref>","NetworkAclId":"<NaclPublic.Ref>"}"#,
            r#"demo.PublicB {"VpcId":"<Vpc.Ref>"}"#,
            r#"demo.NaclPublicB {"SubnetId":"<PublicB.Ref>","NetworkAclId":"<NaclPublic.Ref>"}"#,
            r#"demo.NatA {"AllocationId":"<IpA.AllocationId>","Tags":[{"Key":"Size","Value":"small"}]}"#,
            r#"demo.IpA null"#,
            r#"demo.NatB {"AllocationId":"<IpB.AllocationId>","Tags":[{"Key":"Size","Value":"large"}]}"#,
            r#"demo.IpB null"#,
        ]
    );
    let depends = resolved.inventory.resource(resolved.find("demo", "NaclPublicB")).attributes;
    let world = World::open();
    let view = View::new(&resolved.inventory.values, &world);
    assert_eq!(shown(&resolved.inventory, &view, depends), json!({"DependsOn": ["Vpc", "PublicB"]}));
    assert_eq!(resolved.properties("NatA", &[("Gates", "1")])["AllocationId"], "<IpA.AllocationId>");
    let other = resolved.inventory.resource(resolved.find("demo", "NatB")).condition.unwrap();
    assert_eq!(&*resolved.inventory.values.conditions[other.0 as usize].name, "Two");
}

#[test]
fn identifiers_are_replaced_in_every_text_and_without_signs_where_asked() {
    let resolved = extended(
        r#"
Conditions:
  Fn::ForEach::C: [Id, [a-1], {"Is&{Id}": !Equals [!Ref Id, a-1]}]
Resources:
  Fn::ForEach::Buckets:
    - Id
    - [a-1, b.2]
    - "Bucket&{Id}":
        Type: AWS::S3::Bucket
        Properties:
          BucketName: "plain-${Id}"
          Tags: [{Key: !Ref Id, Value: !If [Isa1, "&{Id}", no]}, {Key: !Sub "${AWS::Region}-${Id}", Value: !Join ["/", [!Ref Id, x]]}]
  Fn::ForEach::Pairs:
    - [Name, Size]
    - [[x, 1], [y, 2]]
    - "Queue${Name}": {Type: AWS::SQS::Queue, Properties: {DelaySeconds: !Ref Size}}
"#,
    );
    assert_eq!((&resolved.said, resolved.gaps()), (&vec![], vec![]));
    let tags = |id: &str, bare: &str| json!([{"Key": id, "Value": bare}, {"Key": format!("us-east-1-{id}"), "Value": format!("{id}/x")}]);
    assert_eq!(resolved.properties("Bucketa1", &[]), json!({"BucketName": "plain-a-1", "Tags": tags("a-1", "a1")}));
    assert_eq!(resolved.properties("Bucketb2", &[]), json!({"BucketName": "plain-b.2", "Tags": tags("b.2", "b2")}));
    assert_eq!(resolved.properties("Queuey", &[]), json!({"DelaySeconds": "2"}));
}

#[test]
fn collections_are_whatever_is_known_before_deployment() {
    let loops = |collection: &str| {
        let resolved = extended(&format!(
            r#"
Parameters:
  List: {{Type: CommaDelimitedList, Default: "a, b"}}
  Numbers: {{Type: List<Number>, Default: "1,2"}}
  Text: {{Type: String, Default: "p|q"}}
  Open: {{Type: CommaDelimitedList}}
  Stored: {{Type: "AWS::SSM::Parameter::Value<List<String>>", Default: /x}}
Mappings: {{M: {{us-east-1: {{Zones: [x, y], One: z}}}}}}
Conditions: {{C: !Equals [!Ref Text, t]}}
Resources: {{Fn::ForEach::L: [I, {collection}, {{"Q${{I}}": {{Type: AWS::SQS::Queue}}}}]}}
"#
        ));
        let names: Vec<String> =
            resolved.inventory.resources().map(|(_, resource)| resource.logical_id.to_string()).collect();
        let gaps: Vec<&str> = resolved.inventory.gaps.iter().map(|gap| gap.cause.id()).collect();
        format!("{} {} {}", names.join(","), gaps.join(","), resolved.said.join("; ")).trim().to_owned()
    };
    for (collection, expected) in [
        ("[]", ""),
        ("[a, 1, true]", "Qa,Q1,Qtrue"),
        ("!Ref List", "Qa,Qb"),
        ("!Ref Numbers", "Q1,Q2"),
        (
            "[!Ref Text, x]",
            "Qp|q,Qx  <stdin>:11:50: `Qp|q`, which `Fn::ForEach::L` makes, is no logical id: it has letters and digits only, as `&{I}` gives them",
        ),
        (r#"!Split ["|", !Ref Text]"#, "Qp,Qq"),
        (r#"!Split [",", !Join [",", !Ref List]]"#, "Qa,Qb"),
        (r#"!FindInMap [M, !Ref AWS::Region, Zones]"#, "Qx,Qy"),
        (r#"!FindInMap [M, nowhere, Zones, {DefaultValue: [d]}]"#, "Qd"),
        (r#"[!FindInMap [M, !Ref AWS::Region, One], !Ref AWS::NoValue, !Select [1, !Ref List]]"#, "Qz,Qb"),
        (
            r#"[!Sub "${Text}x", !Sub ["v${V}", {V: w}]]"#,
            "Qp|qx,Qvw  <stdin>:11:77: `Qp|qx`, which `Fn::ForEach::L` makes, is no logical id: it has letters and digits only, as `&{I}` gives them",
        ),
        ("!Ref Open", "parameter-without-default"),
        ("[a, !Ref Stored]", "ssm-parameter"),
        ("!Ref AWS::NotificationARNs", "environment"),
        ("!If [C, [a], [b]]", "undecided"),
        (r#"["{{resolve:ssm:/a}}"]"#, "dynamic-reference"),
        ("!GetAtt A.B", "invalid <stdin>:11:33: `Fn::GetAtt` is not known before deployment, as a collection must be"),
        ("a", "invalid <stdin>:11:33: the collection of `Fn::ForEach::L` is a list"),
        ("[[a]]", "invalid <stdin>:11:33: the collection of `Fn::ForEach::L` is a list of texts"),
        ("!Ref Gone", "invalid <stdin>:11:33: there is no parameter `Gone`, as a collection may refer to"),
    ] {
        assert_eq!(loops(collection), expected, "{collection}");
    }
}

#[test]
fn the_value_that_the_deployment_or_a_parent_gives_is_the_collection() {
    let parent = r#"
Parameters: {Names: {Type: CommaDelimitedList, Default: "x,y"}}
Resources:
  Known: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: child.yaml, Parameters: {Names: !Join [",", !Ref Names]}}}
  Made: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: child.yaml, Parameters: {Names: !GetAtt T.TopicName}}}
  T: {Type: AWS::SNS::Topic}
"#;
    let child = r#"
Transform: AWS::LanguageExtensions
Parameters: {Names: {Type: CommaDelimitedList, Default: "never"}}
Resources: {Fn::ForEach::L: [N, !Ref Names, {"Bucket${N}": {Type: AWS::S3::Bucket}}]}
Outputs: {Fn::ForEach::O: [N, !Ref Names, {"Name${N}": {Value: !Ref {"Fn::Sub": "Bucket${N}"}}}]}
"#;
    let resolved = directory(&[("t.yaml", parent), ("child.yaml", child)]);
    assert_eq!(resolved.said, NONE);
    let names = resolved.everything();
    assert_eq!(names[3..], ["t-Known.Bucketx null", "t-Known.Buckety null"]);
    assert_eq!(
        resolved.gaps(),
        [
            "the resources of `Fn::ForEach::L` are not expanded: runtime-attribute",
            "`Fn::ForEach::O` is not expanded: runtime-attribute",
        ]
    );
}

#[test]
fn nested_stacks_in_loops_are_found_by_the_url_of_each_iteration() {
    let parent = r#"
Transform: AWS::LanguageExtensions
Parameters: {Open: {Type: CommaDelimitedList}}
Resources:
  Fn::ForEach::Stacks:
    - N
    - [a, b]
    - "Stack${N}": {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: !Sub "./sub/${N}.yaml", Parameters: {P: !Ref N}}}
      "Same${N}": {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: sub/a.yaml, Parameters: {P: same}}}
  Fn::ForEach::More:
    - N
    - !Ref Open
    - "More${N}": {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: sub/b.yaml}}
"#;
    let child = r#"
Parameters: {P: {Type: String, Default: none}}
Resources: {Q: {Type: AWS::SQS::Queue, Properties: {QueueName: !Ref P}}}
"#;
    let resolved = directory(&[("t.yaml", parent), ("sub/a.yaml", child), ("sub/b.yaml", child)]);
    assert_eq!(resolved.said, NONE);
    let queues: Vec<String> = resolved.everything().into_iter().filter(|text| text.contains(".Q ")).collect();
    assert_eq!(
        queues,
        [
            r#"t-Stacka.Q {"QueueName":"a"}"#,
            r#"t-Samea.Q {"QueueName":"same"}"#,
            r#"t-Stackb.Q {"QueueName":"b"}"#,
            r#"t-Sameb.Q {"QueueName":"same"}"#,
        ]
    );
    assert_eq!(resolved.gaps(), ["the resources of `Fn::ForEach::More` are not expanded: parameter-without-default"]);

    let missing = directory(&[("t.yaml", parent), ("sub/a.yaml", child)]);
    let gone = |name: &str| format!("the template `{name}` of the nested stack");
    assert!(missing.said.iter().any(|text| text.starts_with("t.yaml:8:") && text.contains(&gone("./sub/b.yaml"))));
}

#[test]
fn a_nested_stack_in_a_loop_that_contains_itself_is_said_once() {
    let template = r#"
Transform: AWS::LanguageExtensions
Resources:
  Fn::ForEach::L: [N, [a, b], {"S${N}": {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: t.yaml}}}]
"#;
    let resolved = directory(&[("t.yaml", template)]);
    let circles: Vec<&String> = resolved.said.iter().filter(|text| text.contains("contains itself")).collect();
    assert_eq!(circles.len(), 1, "{circles:?}");
}

#[test]
fn what_is_wrong_with_a_loop_is_said_at_its_place() {
    let said =
        |resources: &str| extended(&format!("Parameters: {{P: {{Type: String}}}}\nResources:\n{resources}")).said;
    let bucket = r#"{"B${I}": {Type: AWS::S3::Bucket}}"#;
    for (resources, expected) in [
        (
            "  Fn::ForEach::L: [I, [a]]\n".to_owned(),
            "4:19: `Fn::ForEach::L` takes an identifier, a collection and a map",
        ),
        ("  Fn::ForEach::L: [I, [a], x]\n".to_owned(), "4:28: the third argument of `Fn::ForEach::L` is a map"),
        (format!("  Fn::ForEach::L: ['', [a], {bucket}]\n"), "4:20: the identifier of `Fn::ForEach::L` is a name"),
        (format!("  Fn::ForEach::L: [[], [[]], {bucket}]\n"), "4:20: the identifier of `Fn::ForEach::L` is a name"),
        (
            format!("  Fn::ForEach::L: [P, [a], {bucket}]\n"),
            "4:20: the identifier `P` of `Fn::ForEach::L` is the name of a parameter",
        ),
        (
            format!("  Fn::ForEach::L: [I, [a], {{'Fn::ForEach::M': [I, [b], {bucket}]}}]\n"),
            "4:48: the identifier `I` of `Fn::ForEach::M` is that of another loop around it",
        ),
        (
            format!("  P2: {{Type: AWS::SQS::Queue}}\n  Fn::ForEach::P2: [I, [a], {bucket}]\n"),
            "5:20: the name of the loop `Fn::ForEach::P2` is that of a resource",
        ),
        (
            format!("  Fn::ForEach::L: [I, [a, a], {bucket}]\n"),
            "4:32: `Fn::ForEach::L` makes `Ba`, which is there already",
        ),
        (
            format!("  Fn::ForEach::L: [I, [a], {bucket}]\n  Ba: {{Type: AWS::SQS::Queue}}\n"),
            "4:29: `Fn::ForEach::L` makes `Ba`, which is there already",
        ),
    ] {
        assert_eq!(said(&resources), [format!("<stdin>:{expected}")], "{resources}");
    }
    let metadata = extended("Metadata: {Fn::ForEach::L: [I, [a], {x: 1}]}\nResources: {}\n").said;
    assert_eq!(metadata, ["<stdin>:2:12: `Fn::ForEach::L` stands in `Conditions`, `Resources` and `Outputs` only"]);
}

#[test]
fn what_stands_there_already_is_not_replaced_by_a_loop() {
    let resolved = extended(
        r#"
Resources:
  Fn::ForEach::L: [I, [a], {"B${I}": {Type: AWS::S3::Bucket}}]
  Ba: {Type: AWS::SQS::Queue}
"#,
    );
    let types: Vec<&str> = resolved.inventory.resources().map(|(id, _)| resolved.inventory.type_name(id)).collect();
    assert_eq!(types, ["AWS::SQS::Queue"]);
    assert_eq!(resolved.gaps(), ["not all of `Fn::ForEach::L` is evaluated: invalid"]);
}

#[test]
fn an_inner_loop_that_is_not_known_leaves_the_rest_of_the_outer_one() {
    let resolved = extended(
        r#"
Parameters: {Open: {Type: CommaDelimitedList}}
Resources:
  Fn::ForEach::L:
    - I
    - [a, b]
    - "B${I}": {Type: AWS::S3::Bucket, Properties: {BucketName: !Ref I, Tags: {Fn::ForEach::T: [K, !Ref Open, {"${K}": x}]}}}
      Fn::ForEach::M: [J, !Ref Open, {"Q${I}${J}": {Type: AWS::SQS::Queue}}]
Outputs: {Q: {Value: !Ref Qa1}}
"#,
    );
    assert_eq!(resolved.said, NONE, "a name that the loop may make is no error");
    assert_eq!(
        resolved.everything(),
        [
            r#"demo.Ba {"BucketName":"a","Tags":"?parameter-without-default"}"#,
            r#"demo.Bb {"BucketName":"b","Tags":"?parameter-without-default"}"#,
        ]
    );
    let open = "parameter-without-default";
    assert_eq!(
        resolved.gaps(),
        [
            format!("`Fn::ForEach::T` is not expanded: {open}"),
            format!("the resources of `Fn::ForEach::M` are not expanded: {open}")
        ]
    );
    assert_eq!(resolved.outputs(&[]), json!({"Q": "?parameter-without-default"}));
}

#[test]
fn loops_that_multiply_end_at_a_bound_in_all_sections() {
    let mut nested = r#"{"B${I0}${I1}${I2}${I3}${I4}": {Type: AWS::S3::Bucket}}"#.to_owned();
    let items: Vec<String> = (10..50).map(|item| item.to_string()).collect();
    for level in (0..5).rev() {
        nested = format!("{{\"Fn::ForEach::L{level}\": [I{level}, [{}], {nested}]}}", items.join(","));
    }
    let resolved = extended(&format!("Resources: {nested}\nConditions: {nested}\n"));
    assert_eq!(
        resolved.gaps(),
        ["`Fn::ForEach::L0` is not expanded: limit", "the resources of `Fn::ForEach::L0` are not expanded: limit"]
    );
    assert_eq!(resolved.inventory.resources().len(), 0);
}

#[test]
fn texts_that_grow_in_loops_end_at_a_bound() {
    let long = "x".repeat(60_000);
    let text = "${I}".repeat(20_000);
    let resolved = extended(&format!(
        "Resources:\n  Fn::ForEach::L: [I, [{long}], {{\"B\": {{Type: AWS::S3::Bucket, Properties: {{BucketName: \"{text}\"}}}}}}]\n"
    ));
    assert_eq!(resolved.gaps(), ["the resources of `Fn::ForEach::L` are not expanded: limit"]);
}

#[test]
fn what_the_language_extensions_bring_needs_their_transform() {
    let resolved = text(
        r#"
Parameters: {L: {Type: CommaDelimitedList, Default: "a,b"}, Pol: {Type: String, Default: Retain}}
Mappings: {M: {a: {b: c}}}
Conditions: {C: !Equals [a, a]}
Resources:
  Fn::ForEach::B: [I, [x], {"B${I}": {Type: AWS::S3::Bucket}}]
  A: {Type: AWS::S3::Bucket, DeletionPolicy: !Ref Pol}
  D: {Type: AWS::S3::Bucket, Condition: !FindInMap [M, a, b]}
Outputs:
  A: {Value: {Fn::Length: !Ref L}}
  B: {Value: {Fn::ToJsonString: {a: 1}}}
  C: {Value: !FindInMap [M, a, b, {DefaultValue: d}]}
  D: {Value: !FindInMap [M, !Select [0, !Ref L], b]}
  E: {Value: !Ref {"Fn::Sub": "A"}}
  F: {Value: !GetAtt [!Sub "A", Arn]}
"#,
    );
    let needs = "needs the transform `AWS::LanguageExtensions`";
    let mut said = resolved.said.clone();
    said.sort();
    let mut expected = [
        format!("<stdin>:6:3: `Fn::ForEach::B` {needs}"),
        format!("<stdin>:7:46: a function as `DeletionPolicy` {needs}"),
        format!("<stdin>:8:41: a function as `Condition` {needs}"),
        format!("<stdin>:10:14: `Fn::Length` {needs}"),
        format!("<stdin>:11:14: `Fn::ToJsonString` {needs}"),
        format!("<stdin>:12:14: `DefaultValue` of `Fn::FindInMap` {needs}"),
        format!("<stdin>:13:14: a function but `Ref` and `Fn::FindInMap` in `Fn::FindInMap` {needs}"),
        format!("<stdin>:14:14: a function in `Ref` {needs}"),
        format!("<stdin>:15:14: a function as the resource of `Fn::GetAtt` {needs}"),
    ];
    expected.sort();
    let place = |text: &String| text.split(' ').skip(1).collect::<Vec<_>>().join(" ");
    assert_eq!(said.iter().map(place).collect::<Vec<_>>(), expected.iter().map(place).collect::<Vec<_>>(), "{said:?}");
    assert_eq!(resolved.gaps(), ["`Fn::ForEach::B` is not expanded: invalid"]);
}

#[test]
fn policies_beside_properties_are_texts_that_functions_may_make() {
    let resolved = extended(
        r#"
Parameters: {Env: {Type: String, Default: prod, AllowedValues: [prod, dev]}}
Conditions: {P: !Equals [!Ref Env, prod]}
Mappings: {M: {prod: {Policy: Snapshot}, dev: {Policy: Delete}}}
Resources:
  A: {Type: AWS::S3::Bucket, DeletionPolicy: !If [P, Retain, Delete], UpdateReplacePolicy: !FindInMap [M, !Ref Env, Policy]}
  B: {Type: AWS::S3::Bucket, DeletionPolicy: !Ref AWS::NoValue}
"#,
    );
    assert_eq!(resolved.said, ["<stdin>:8:46: `DeletionPolicy` is the name of a policy"]);
    let id = resolved.find("demo", "A");
    for (env, expected) in [
        ("prod", json!({"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Snapshot"})),
        ("dev", json!({"DeletionPolicy": "Delete", "UpdateReplacePolicy": "Delete"})),
    ] {
        let world = world(&resolved.inventory, &[("Env", env)]);
        let view = View::new(&resolved.inventory.values, &world);
        assert_eq!(shown(&resolved.inventory, &view, resolved.inventory.resource(id).attributes), expected);
    }
}

#[test]
fn lengths_and_json_texts_keep_what_is_not_known_in_its_place() {
    let resolved = extended(
        r#"
Parameters:
  Env: {Type: String, Default: prod, AllowedValues: [prod, dev]}
  L: {Type: CommaDelimitedList, Default: "a,b,c"}
  Stored: {Type: "AWS::SSM::Parameter::Value<List<String>>", Default: /x}
Conditions: {P: !Equals [!Ref Env, prod]}
Resources: {B: {Type: AWS::S3::Bucket}}
Outputs:
  Split: {Value: {Fn::Length: !Split ["|", "a|b|c"]}}
  List: {Value: {Fn::Length: [1, !Ref Env, 3]}}
  Parameter: {Value: {Fn::Length: !Ref L}}
  Stored: {Value: {Fn::Length: !Ref Stored}}
  Some: {Value: {Fn::Length: [a, !If [P, b, !Ref AWS::NoValue], !If [P, !Ref AWS::NoValue, c], d]}}
  Key: {Value: !FindInMap [M, {Fn::Length: !Ref L}, v]}
  Json: {Value: {Fn::ToJsonString: {z: 1, "a\"": ["x\ny", true, !GetAtt B.Arn], c: !If [P, {d: e}, !Ref AWS::NoValue], t: !Sub "${B}/\""}}}
  Empty: {Value: {Fn::ToJsonString: {}}}
  Wrong: {Value: {Fn::ToJsonString: text}}
Mappings: {M: {"3": {v: three}}}
"#,
    );
    assert_eq!(resolved.said.len(), 1, "{:?}", resolved.said);
    let outputs = resolved.outputs(&[]);
    assert_eq!((&outputs["Split"], &outputs["List"], &outputs["Parameter"]), (&json!(3), &json!(3), &json!(3)));
    assert_eq!(
        (&outputs["Stored"], &outputs["Some"], &outputs["Key"]),
        (&json!("?ssm-parameter"), &json!(3), &json!("three"))
    );
    let text = r#"{"z":1,"a\"":["x\ny",true,"<B.Arn>"],"c":{"d":"e"},"t":"<B.Ref>/\""}"#;
    assert_eq!((&outputs["Json"], &outputs["Empty"]), (&json!(text), &json!("{}")));
    let dev = r#"{"z":1,"a\"":["x\ny",true,"<B.Arn>"],"t":"<B.Ref>/\""}"#;
    assert_eq!(resolved.outputs(&[("Env", "dev")])["Json"], dev);
}

#[test]
fn what_holds_no_identifier_is_shared_by_the_iterations() {
    let nodes = |count: usize| {
        let items: Vec<String> = (0..count).map(|item| format!("i{item}")).collect();
        let tags: Vec<String> = (0..50).map(|tag| format!("{{Key: k{tag}, Value: [v{tag}]}}")).collect();
        let template = format!(
            "Transform: AWS::LanguageExtensions\nResources:\n  Fn::ForEach::L: [I, [{}], {{\"B${{I}}\": {{Type: AWS::S3::Bucket, Properties: {{BucketName: !Ref I, Tags: [{}]}}}}}}]\n",
            items.join(","),
            tags.join(",")
        );
        let loaded = load_stdin(template.as_bytes(), &loader(), &environment());
        let template = &loaded.units[0].unit.templates[0];
        let expanded = crate::template::transform::preview(template, &[]).unwrap();
        expanded.len() - template.tree.len()
    };
    // The name, the properties and the resource of each, and the section and root of all.
    assert_eq!((nodes(10), nodes(1000)), (3 * 10 + 2, 3 * 1000 + 2));
}
