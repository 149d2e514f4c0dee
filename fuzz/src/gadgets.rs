//! Pieces of templates that make much of little: chains, products, doublings.

use serde_json::{Map, Value, json};

use crate::mutate::Random;

/// Adds one of the pieces to a template.
pub(crate) fn add(template: &mut Value, random: &mut Random) {
    let n = random.count(3000);
    let piece = match random.below(10) {
        0 => conditions(n),
        1 => nested_ifs(n.min(60), random),
        2 => variables(n),
        3 => doubling(n.min(200)),
        4 => ingress(n, random),
        5 => mapping(n),
        6 => candidates(n),
        7 => referrers(n),
        8 => statements(n),
        _ => keys(n),
    };
    merge(template, piece);
}

/// Puts the sections of one template into another.
fn merge(template: &mut Value, piece: Value) {
    let (Value::Object(template), Value::Object(piece)) = (template, piece) else { return };
    for (section, members) in piece {
        match (template.get_mut(&section), members) {
            (Some(Value::Object(known)), Value::Object(members)) => known.extend(members),
            (_, members) => drop(template.insert(section, members)),
        }
    }
}

fn section(n: usize, member: impl Fn(usize) -> (String, Value)) -> Value {
    Value::Object((0..n).map(member).collect::<Map<String, Value>>())
}

/// Conditions that each ask two others.
fn conditions(n: usize) -> Value {
    let asked = |index: usize| json!({"Condition": format!("Q{}", index.saturating_sub(1))});
    json!({
        "Parameters": {"P": {"Type": "String"}},
        "Conditions": section(n, |index| (format!("Q{index}"), match index {
            0 => json!({"Fn::Equals": [{"Ref": "P"}, "x"]}),
            _ => json!({"Fn::Or": [asked(index), {"Fn::Not": [asked(index - 1)]}]}),
        })),
        "Resources": {"Gadget": {"Type": "AWS::S3::Bucket", "Condition": format!("Q{}", n.saturating_sub(1))}},
    })
}

/// A list of texts, each with a condition of its own, joined and split again.
fn nested_ifs(n: usize, random: &mut Random) -> Value {
    let arm = |index: usize| json!({"Fn::If": [format!("K{index}"), format!("a{index}"), {"Ref": "AWS::NoValue"}]});
    let list: Value = (0..n).map(arm).collect();
    let joined = json!({"Fn::Join": [",", list]});
    let value = match random.below(4) {
        0 => joined,
        1 => json!({"Fn::Split": [",", joined]}),
        2 => json!({"Fn::Select": [n / 2, list]}),
        _ => json!({"Fn::Sub": ["${a}${a}", {"a": joined}]}),
    };
    json!({
        "Parameters": section(n, |index| (format!("P{index}"), json!({"Type": "String"}))),
        "Conditions": section(n, |index| (format!("K{index}"), json!({"Fn::Equals": [{"Ref": format!("P{index}")}, "x"]}))),
        "Resources": {"Gadget": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": value, "Tags": list}}},
    })
}

/// A text with many variables.
fn variables(n: usize) -> Value {
    let text: String = (0..n).map(|index| format!("${{v{}}}", index % 500)).collect();
    let values = section(n.min(500), |index| (format!("v{index}"), json!({"Fn::If": ["V", "a", {"Ref": "P"}]})));
    json!({
        "Parameters": {"P": {"Type": "String"}},
        "Conditions": {"V": {"Fn::Equals": [{"Ref": "P"}, "x"]}},
        "Resources": {"Gadget": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": {"Fn::Sub": [text, values]}}}},
    })
}

/// Exports that each hold the one before twice.
fn doubling(n: usize) -> Value {
    let before = |index: usize| json!({"Fn::ImportValue": format!("E{}", index.saturating_sub(1))});
    json!({
        "Outputs": section(n, |index| (format!("O{index}"), json!({
            "Value": if index == 0 { json!("xx") } else { json!({"Fn::Join": ["", [before(index), before(index)]]}) },
            "Export": {"Name": format!("E{index}")},
        }))),
    })
}

/// A security group of many rules.
fn ingress(n: usize, random: &mut Random) -> Value {
    let open = random.one_in(2);
    let rule = |index: usize| {
        let cidr = if open { "0.0.0.0/0".to_owned() } else { format!("{}.{}.0.0/16", index % 223, index % 256) };
        json!({"IpProtocol": "tcp", "FromPort": index % 65536, "ToPort": index % 65536, "CidrIp": cidr})
    };
    let rules: Value = (0..n).map(rule).collect();
    let properties = json!({"GroupDescription": "g", "SecurityGroupIngress": rules});
    json!({"Resources": {"Gadget": {"Type": "AWS::EC2::SecurityGroup", "Properties": properties}}})
}

/// A parameter with as many values as a mapping has keys.
fn mapping(n: usize) -> Value {
    json!({
        "Parameters": {"P": {"Type": "String"}, "Q": {"Type": "String"}},
        "Mappings": {"M": section(n, |index| (format!("k{index}"), json!({"x": index, "y": [1, 2]})))},
        "Conditions": {"V": {"Fn::Equals": [{"Fn::FindInMap": ["M", {"Ref": "P"}, "x"]}, {"Fn::FindInMap": ["M", {"Ref": "Q"}, "x"]}]}},
        "Resources": {"Gadget": {"Type": "AWS::S3::Bucket", "Condition": "V", "Properties": {
            "BucketName": {"Fn::FindInMap": ["M", {"Ref": "P"}, "x"]}}}},
    })
}

/// A parameter with many values, compared with everything.
fn candidates(n: usize) -> Value {
    let values: Value = (0..n.min(100)).map(|index| format!("v{index}")).collect();
    let equals = |index: usize| json!({"Fn::Equals": [{"Ref": "P"}, format!("v{index}")]});
    json!({
        "Parameters": {"P": {"Type": "String", "AllowedValues": values}, "D": {"Type": "CommaDelimitedList", "Default": "a,".repeat(n)}},
        "Conditions": section(n.min(100), |index| (format!("W{index}"), equals(index))),
        "Resources": section(n.min(100), |index| (format!("G{index}"), json!({
            "Type": "AWS::S3::Bucket", "Condition": format!("W{index}"), "Properties": {"BucketName": {"Ref": "P"}, "Tags": {"Ref": "D"}}}))),
    })
}

/// Many resources that refer to one, and it to all of them.
fn referrers(n: usize) -> Value {
    let n = n.min(600);
    let mut resources = section(n, |index| {
        let properties = json!({"Bucket": {"Ref": "Gadget"}, "PolicyDocument": {"Statement": [{"Effect": "Deny", "Principal": "*",
            "Action": "s3:*", "Resource": {"Fn::Sub": "${Gadget.Arn}/*"}, "Condition": {"Bool": {"aws:SecureTransport": "false"}}}]}});
        (format!("Policy{index}"), json!({"Type": "AWS::S3::BucketPolicy", "Properties": properties}))
    });
    let depends: Value = (0..n).map(|index| format!("Policy{index}")).collect();
    resources["Gadget"] = json!({"Type": "AWS::S3::Bucket", "DependsOn": depends});
    json!({"Resources": resources})
}

/// A policy of many statements.
fn statements(n: usize) -> Value {
    let statement =
        |index: usize| json!({"Effect": "Allow", "Action": [format!("s{index}:*"), "?*?*?*?*"], "Resource": "*"});
    let list: Value = (0..n).map(statement).collect();
    let properties = json!({"PolicyName": "p", "Roles": ["r"], "PolicyDocument": {"Statement": list}});
    json!({"Resources": {"Gadget": {"Type": "AWS::IAM::Policy", "Properties": properties}}})
}

/// A map of many keys, several of them secret.
fn keys(n: usize) -> Value {
    let variables = section(n, |index| (format!("PASSWORD_{index}"), json!(format!("hunter{index}hunter"))));
    let properties = json!({"Environment": {"Variables": variables}, "Runtime": "python3.9"});
    json!({"Resources": {"Gadget": {"Type": "AWS::Lambda::Function", "Properties": properties}}})
}
