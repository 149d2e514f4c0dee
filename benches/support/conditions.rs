//! Templates with many independent conditions, and the same without any.

use serde_json::{Map, Value, json};

/// A template with conditions, or without.
pub type Shape = fn(bool) -> Value;

/// The shapes by name; `true` asks for the one with conditions.
pub const SHAPES: [(&str, Shape); 3] = [
    ("12 met by one resource", one_resource),
    ("12 met by a resource each", resource_each),
    ("40 rules of a group", group),
];

/// The properties of a database that rules are about.
const FLAGS: [&str; 12] = [
    "StorageEncrypted",
    "PubliclyAccessible",
    "DeletionProtection",
    "MultiAZ",
    "CopyTagsToSnapshot",
    "AutoMinorVersionUpgrade",
    "EnableIAMDatabaseAuthentication",
    "EnablePerformanceInsights",
    "AllowMajorVersionUpgrade",
    "ManageMasterUserPassword",
    "DedicatedLogVolume",
    "UseDefaultProcessorFeatures",
];

fn one_resource(conditions: bool) -> Value {
    let flags: Map<String, Value> = FLAGS
        .iter()
        .enumerate()
        .map(|(n, name)| ((*name).to_owned(), open(conditions, n, json!(true), json!(false))))
        .collect();
    template(conditions, 12, json!({"Db": {"Type": "AWS::RDS::DBInstance", "Properties": flags}}))
}

fn resource_each(conditions: bool) -> Value {
    let database = |n: usize| {
        let properties = json!({"StorageEncrypted": open(conditions, n, json!(true), json!(false)), "Engine": "mysql"});
        (format!("Db{n}"), json!({"Type": "AWS::RDS::DBInstance", "Properties": properties}))
    };
    template(conditions, 12, Value::Object((0..12).map(database).collect()))
}

fn group(conditions: bool) -> Value {
    let rule = |n: usize| {
        let rule =
            json!({"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIp": "10.0.0.0/8", "Description": "d"});
        open(conditions, n, rule, json!({"Ref": "AWS::NoValue"}))
    };
    let rules: Vec<Value> = (0..40).map(rule).collect();
    let properties = json!({"GroupDescription": "g", "SecurityGroupIngress": rules});
    template(conditions, 40, json!({"G": {"Type": "AWS::EC2::SecurityGroup", "Properties": properties}}))
}

/// The value, or one of the two by the condition of this number.
fn open(conditions: bool, n: usize, value: Value, other: Value) -> Value {
    if conditions { json!({"Fn::If": [format!("C{n}"), value, other]}) } else { value }
}

/// Each condition is over a parameter of its own.
fn template(conditions: bool, count: usize, resources: Value) -> Value {
    let count = if conditions { count } else { 0 };
    let parameter = |n| (format!("P{n}"), json!({"Type": "String", "Default": "x"}));
    let condition = |n| (format!("C{n}"), json!({"Fn::Equals": [{"Ref": format!("P{n}")}, "x"]}));
    let parameters: Map<String, Value> = (0..count).map(parameter).collect();
    let conditions: Map<String, Value> = (0..count).map(condition).collect();
    json!({"Parameters": parameters, "Conditions": conditions, "Resources": resources})
}
