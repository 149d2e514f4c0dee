//! Made-up templates: whatever they say, resolving ends, is the same every time, and the same for JSON and YAML.

use proptest::prelude::*;

use super::*;
use crate::source::SourceFile;
use crate::template::unit::{Root, Template, Unit};

/// A value of a template: texts, numbers, lists, maps, and every function, rightly and wrongly used.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::from),
        (0u32..300).prop_map(Value::from),
        "[a-z ,:${}.!-]{0,10}".prop_map(Value::from),
        "(P[0-3]|R[0-3]|C[0-3]|AWS::(Region|NoValue|AccountId|StackId)|10[.]0[.]0[.]0/16)".prop_map(Value::from),
        reference(),
        "(R[0-3])[.](Arn|Name)".prop_map(|text| json!({"Fn::GetAtt": text})),
        "(\\$\\{(P[0-3]|R[0-3]|R1[.]Arn|!x|AWS::Region)\\}|[a-z-]|\\{\\{resolve:ssm:/a\\}\\}){0,4}"
            .prop_map(|text| json!({"Fn::Sub": text})),
        "(m|M)".prop_map(|map| json!({"Fn::FindInMap": [map, {"Ref": "P1"}, "x"]})),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let list = prop::collection::vec(inner.clone(), 0..4);
        let function = (0usize..FUNCTIONS.len(), list.clone()).prop_map(|(at, list)| json!({FUNCTIONS[at]: list}));
        let choice = ("C[0-3]", inner.clone(), inner.clone()).prop_map(|(c, a, b)| json!({"Fn::If": [c, a, b]}));
        let join = ("[,:-]?", list.clone()).prop_map(|(d, list)| json!({"Fn::Join": [d, list]}));
        let split = ("[,:-]", inner.clone()).prop_map(|(d, text)| json!({"Fn::Split": [d, text]}));
        let select = (0u32..3, list.clone()).prop_map(|(at, list)| json!({"Fn::Select": [at, list]}));
        let base64 = inner.clone().prop_map(|text| json!({"Fn::Base64": text}));
        let map = prop::collection::vec(("[A-Z][a-z]{0,3}", inner), 0..4)
            .prop_map(|members| Value::Object(members.into_iter().collect()));
        prop_oneof![list.prop_map(Value::from), function, choice.clone(), choice, join, split, select, base64, map]
    })
}

const FUNCTIONS: [&str; 12] = [
    "Ref",
    "Fn::GetAtt",
    "Fn::If",
    "Fn::Join",
    "Fn::Sub",
    "Fn::Select",
    "Fn::FindInMap",
    "Fn::Cidr",
    "Fn::Length",
    "Fn::ToJsonString",
    "Fn::ImportValue",
    "Fn::GetStackOutput",
];

fn reference() -> impl Strategy<Value = Value> {
    "(P[0-3]|R[0-3]|AWS::(Region|NoValue|AccountId|StackId))".prop_map(|name| json!({"Ref": name}))
}

fn condition() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        ("P[0-3]", "(a|b|c)").prop_map(|(name, text)| json!({"Fn::Equals": [{"Ref": name}, text]})),
        (value(), value()).prop_map(|(a, b)| json!({"Fn::Equals": [a, b]})),
        "C[0-3]".prop_map(|name| json!({"Condition": name})),
    ];
    leaf.prop_recursive(3, 8, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|part| json!({"Fn::Not": [part]})),
            prop::collection::vec(inner.clone(), 1..3).prop_map(|parts| json!({"Fn::And": parts})),
            prop::collection::vec(inner, 1..3).prop_map(|parts| json!({"Fn::Or": parts})),
        ]
    })
}

fn parameter() -> impl Strategy<Value = Value> {
    let kind = "(String|Number|CommaDelimitedList|AWS::SSM::Parameter::Value<String>)";
    let default = prop::option::of("(a|b|a,b|5)");
    (kind, default, any::<bool>()).prop_map(|(kind, default, allowed)| {
        let mut map = serde_json::Map::from_iter([("Type".to_owned(), Value::from(kind))]);
        map.extend(default.map(|text| ("Default".to_owned(), text.into())));
        map.extend(allowed.then(|| ("AllowedValues".to_owned(), json!(["a", "b", "a,b"]))));
        Value::Object(map)
    })
}

prop_compose! {
    fn template()(
        parameters in prop::collection::vec(parameter(), 4),
        conditions in prop::collection::vec(condition(), 4),
        properties in prop::collection::vec(value(), 4),
        names in prop::collection::vec(value(), 4),
        gated in prop::collection::vec(prop::option::of("C[0-4]"), 4),
        outputs in prop::collection::vec(value(), 4),
        extensions in any::<bool>(),
    ) -> Value {
        let section = |letter: &str, values: Vec<Value>| -> Value {
            Value::Object(values.into_iter().enumerate().map(|(at, value)| (format!("{letter}{at}"), value)).collect())
        };
        let resource = |((properties, name), gated): ((Value, Value), Option<String>)| {
            let properties = json!({"BucketName": name, "Tags": properties});
            let mut map = serde_json::Map::new();
            map.insert("Type".into(), "AWS::S3::Bucket".into());
            map.extend(gated.map(|name| ("Condition".to_owned(), name.into())));
            map.insert("Properties".into(), properties);
            Value::Object(map)
        };
        let resources = properties.into_iter().zip(names).zip(gated).map(resource).collect();
        let output = |(at, value)| json!({"Value": value, "Export": {"Name": format!("R{at}")}});
        let outputs = outputs.into_iter().enumerate().map(output).collect();
        json!({
            "Transform": if extensions { "AWS::LanguageExtensions" } else { "AWS::Serverless-2016-10-31" },
            "Parameters": section("P", parameters),
            "Mappings": {"M": {"a": {"x": "1"}, "b": {"x": ["p", "q"]}}},
            "Conditions": section("C", conditions),
            "Resources": section("R", resources),
            "Outputs": section("O", outputs),
        })
    }
}

/// YAML in block style, functions as short tags where there is one.
fn yaml(value: &Value, indent: usize, out: &mut String) {
    let pad = " ".repeat(indent);
    match value {
        Value::Object(map) if map.len() == 1 && short_tag(map).is_some() => {
            let (tag, argument) = short_tag(map).unwrap_or_default();
            *out += &format!(" !{tag}");
            yaml(argument, indent, out);
        }
        Value::Object(map) if !map.is_empty() => {
            out.push('\n');
            for (key, value) in map {
                *out += &format!("{pad}{}:", Value::from(key.as_str()));
                yaml(value, indent + 2, out);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            out.push('\n');
            for item in items {
                *out += &format!("{pad}-");
                yaml(item, indent + 2, out);
            }
        }
        other => *out += &format!(" {other}\n"),
    }
}

fn short_tag(map: &serde_json::Map<String, Value>) -> Option<(&str, &Value)> {
    let (key, value) = map.iter().next()?;
    // A tag cannot stand at a value that begins with another one.
    let nested = value.as_object().is_some_and(|map| map.len() == 1 && short_tag(map).is_some());
    let tag = if key == "Ref" { "Ref" } else { key.strip_prefix("Fn::")? };
    // The short form splits a text into a list, which the long form takes as well.
    (!nested && tag != "GetStackOutput" && (tag != "Ref" || value.is_string())).then_some((tag, value))
}

fn unit(name: &str, template: &str) -> LoadedUnit {
    let mut loaded = load_stdin(template.as_bytes(), &loader(), &environment());
    assert!(!loaded.units.is_empty(), "{name}: {:?}\n{template}", told(&loaded.diagnostics));
    loaded.units.swap_remove(0)
}

/// Everything of an inventory under a world.
fn everything(inventory: &Inventory, chosen: &[(&str, &str)]) -> Value {
    let world = world(inventory, chosen);
    let view = View::new(&inventory.values, &world);
    let resources: Vec<Value> = inventory
        .resources()
        .map(|(id, resource)| json!([inventory.exists(&view, id), shown(inventory, &view, resource.properties)]))
        .collect();
    let outputs = inventory.stacks[0].outputs.iter();
    let outputs: Vec<Value> = outputs.map(|output| shown(inventory, &view, output.value)).collect();
    json!([resources, outputs])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn json_and_yaml_of_the_same_template_are_the_same_values(template in template()) {
        let json = unit("json", &template.to_string());
        let mut text = String::new();
        yaml(&template, 0, &mut text);
        let yaml = unit("yaml", &text);
        let ((json, said_json), (yaml, said_yaml)) = (json.resolve(), yaml.resolve());
        for chosen in [[].as_slice(), &[("P0", "a"), ("P1", "b")], &[("P0", "b"), ("P1", "a"), ("P2", "a,b")]] {
            prop_assert_eq!(everything(&json, chosen), everything(&yaml, chosen), "{}", text);
        }
        let messages = |all: &[Diagnostic]| all.iter().map(|one| one.message.clone()).collect::<Vec<_>>();
        prop_assert_eq!(messages(&said_json), messages(&said_yaml));
        prop_assert!(json.values.len() < 1_000_000);
    }

    #[test]
    fn resolving_twice_gives_the_same(template in template()) {
        let unit = unit("json", &template.to_string());
        let ((first, said), (second, again)) = (unit.resolve(), unit.resolve());
        prop_assert_eq!(format!("{:?}", first.values), format!("{:?}", second.values));
        prop_assert_eq!(told(&said), told(&again));
    }
}

/// A template as large systems have it, of `count` resources in one piece.
fn large(count: usize) -> String {
    let mut resources = serde_json::Map::new();
    for index in 0..count / 4 {
        let near = index / 10 * 10;
        resources.insert(
            format!("Bucket{index}"),
            json!({"Type": "AWS::S3::Bucket", "Properties": {
                "BucketName": {"Fn::Sub": format!("data-{index}-${{AWS::AccountId}}-${{Env}}")},
                "BucketEncryption": {"ServerSideEncryptionConfiguration": [{"ServerSideEncryptionByDefault":
                    {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": {"Fn::GetAtt": [format!("Key{near}"), "Arn"]}}}]},
                "PublicAccessBlockConfiguration": {"BlockPublicAcls": {"Fn::If": ["Prod", true, false]},
                    "BlockPublicPolicy": true, "IgnorePublicAcls": true, "RestrictPublicBuckets": true},
                "Tags": [{"Key": "Env", "Value": {"Ref": "Env"}}, {"Key": "Team", "Value": "payments"}],
            }, "Metadata": {"aws:cdk:path": format!("Stack/Bucket{index}/Resource")}}),
        );
        resources.insert(
            format!("Policy{index}"),
            json!({"Type": "AWS::S3::BucketPolicy", "Properties": {"Bucket": {"Ref": format!("Bucket{index}")},
                "PolicyDocument": {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": {"AWS": "*"},
                    "Action": "s3:*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}, "Resource": [
                        {"Fn::GetAtt": [format!("Bucket{index}"), "Arn"]},
                        {"Fn::Join": ["", [{"Fn::GetAtt": [format!("Bucket{index}"), "Arn"]}, "/*"]]}]}]}}}),
        );
        resources
            .insert(format!("Key{index}"), json!({"Type": "AWS::KMS::Key", "Properties": {"EnableKeyRotation": true}}));
        resources.insert(
            format!("Group{index}"),
            json!({"Type": "AWS::EC2::SecurityGroup", "Properties": {"GroupDescription": "x", "VpcId": {"Ref": "Key0"},
                "SecurityGroupIngress": [{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIp": "10.0.0.0/8",
                    "Description": {"Fn::Sub": "from ${AWS::StackName}"}}]}}),
        );
    }
    json!({
        "Parameters": {"Env": {"Type": "String", "Default": "prod", "AllowedValues": ["dev", "prod"]}},
        "Conditions": {"Prod": {"Fn::Equals": [{"Ref": "Env"}, "prod"]}},
        "Resources": resources,
    })
    .to_string()
}

fn large_unit() -> Unit {
    let file = Arc::new(SourceFile::new("large.json", large(10_000)));
    let tree = Arc::new(crate::source::json::parse(&file, Limits::default()).unwrap());
    let (name, parameters, tags) = ("demo".into(), Vec::new(), Vec::new());
    let roots = vec![Root { template: 0, name, environment: environment(), parameters, tags }];
    Unit { templates: vec![Template::new(tree)], roots }
}

#[test]
fn a_template_of_ten_thousand_resources_is_resolved_in_bounded_memory() {
    let unit = large_unit();
    let (inventory, said) = super::super::resolve(&unit);
    assert_eq!((inventory.resources().len(), said.len()), (10_000, 0));
    assert!(inventory.values.len() < 400_000, "{}", inventory.values.len());
}
