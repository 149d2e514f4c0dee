//! What holds of every template: verdicts are local to their resource, and an unknown never decides the other way.

use std::collections::BTreeMap;

use fasscan::eval::{self, Outcome};
use fasscan::inventory::Inventory;
use fasscan::rule::RuleSet;
use fasscan::source::{Limits, SourceFile, json};
use fasscan::template::unit::{Environment, Root, Template, Unit};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

fn rules() -> &'static RuleSet {
    static RULES: std::sync::OnceLock<RuleSet> = std::sync::OnceLock::new();
    RULES.get_or_init(|| RuleSet::builtin().0)
}

fn inventory(template: &Value) -> Inventory {
    let file = std::sync::Arc::new(SourceFile::new("t.json", template.to_string()));
    let tree = json::parse(&file, Limits::default()).unwrap();
    let environment = Environment { account: Some("123456789012".into()), region: Some("us-east-1".into()) };
    let root = Root { template: 0, name: "t".into(), environment, parameters: Vec::new(), tags: Vec::new() };
    let unit = Unit { templates: vec![Template::new(tree)], roots: vec![root] };
    fasscan::template::resolve(&unit).0
}

/// Rule and logical id to what does not depend on places: outcome, messages, causes, case.
fn verdicts(template: &Value) -> BTreeMap<(String, String), (&'static str, String)> {
    let inventory = inventory(template);
    let options = eval::Options { today: "2026-11-21".into(), strict: false, ..Default::default() };
    eval::evaluate(&inventory, rules(), &options)
        .into_iter()
        .map(|verdict| {
            let key = (
                rules().rules[verdict.rule].id.to_string(),
                inventory.resource(verdict.resource).logical_id.to_string(),
            );
            let value = match verdict.outcome {
                Outcome::Pass { by_default } => ("pass", by_default.to_string()),
                Outcome::Fail { violations, always } => {
                    let said: Vec<_> = violations.into_iter().map(|one| (one.message, one.path, one.when)).collect();
                    ("fail", format!("{said:?} {always}"))
                }
                Outcome::Unknown { causes, when } => ("unknown", format!("{causes:?} {when:?}")),
                Outcome::NotApplicable { reason } => ("not-applicable", reason.to_owned()),
            };
            (key, value)
        })
        .collect()
}

fn flag() -> impl Strategy<Value = Value> {
    prop_oneof![Just(json!(true)), Just(json!(false)), Just(json!("true")), Just(json!("false"))]
}

/// A map with some of these members.
fn some_of(members: Vec<(&'static str, BoxedStrategy<Value>)>) -> BoxedStrategy<Value> {
    let strategies: Vec<BoxedStrategy<Option<(String, Value)>>> = members
        .into_iter()
        .map(|(name, value)| {
            proptest::option::weighted(0.7, value.prop_map(move |value| (name.to_owned(), value))).boxed()
        })
        .collect();
    strategies.prop_map(|members| Value::Object(members.into_iter().flatten().collect())).boxed()
}

/// Resources that belong together, by logical id; `n` keeps the ids of different groups apart.
fn group(n: usize) -> BoxedStrategy<Vec<(String, Value)>> {
    let id = move |name: &str| format!("{name}{n}");
    let bpa = some_of(vec![
        ("BlockPublicAcls", flag().boxed()),
        ("BlockPublicPolicy", flag().boxed()),
        ("IgnorePublicAcls", flag().boxed()),
        ("RestrictPublicBuckets", flag().boxed()),
    ]);
    let bucket = some_of(vec![
        ("PublicAccessBlockConfiguration", bpa),
        ("AccessControl", prop_oneof![Just(json!("Private")), Just(json!("PublicRead"))].boxed()),
        ("VersioningConfiguration", Just(json!({"Status": "Enabled"})).boxed()),
    ]);
    let effect = prop_oneof![Just("Allow"), Just("Deny")];
    let buckets = (bucket, effect, any::<bool>()).prop_map(move |(properties, effect, tls)| {
        let condition = if tls { json!({"Bool": {"aws:SecureTransport": "false"}}) } else { json!({}) };
        let arn = json!({"Fn::GetAtt": [id("Bucket"), "Arn"]});
        let objects = json!({"Fn::Join": ["", [arn.clone(), "/*"]]});
        let statement = json!({"Effect": effect, "Principal": "*", "Action": "s3:*", "Resource": [arn, objects], "Condition": condition});
        vec![
            (id("Bucket"), json!({"Type": "AWS::S3::Bucket", "Properties": properties})),
            (
                id("Policy"),
                json!({"Type": "AWS::S3::BucketPolicy", "Properties": {"Bucket": {"Ref": id("Bucket")}, "PolicyDocument": {"Statement": [statement]}}}),
            ),
        ]
    });
    let database = some_of(vec![
        ("StorageEncrypted", flag().boxed()),
        ("PubliclyAccessible", flag().boxed()),
        ("BackupRetentionPeriod", prop_oneof![Just(json!(0)), Just(json!("7")), Just(json!(35))].boxed()),
        ("DeletionProtection", flag().boxed()),
        ("Engine", prop_oneof![Just(json!("postgres")), Just(json!("mysql"))].boxed()),
        ("MasterUserPassword", Just(json!("hunter2hunter2")).boxed()),
        ("DBSubnetGroupName", Just(json!("group")).boxed()),
    ]);
    let databases = database.prop_map(move |properties| {
        vec![(id("Db"), json!({"Type": "AWS::RDS::DBInstance", "Properties": properties}))]
    });
    let cidr = prop_oneof![Just("0.0.0.0/0"), Just("10.0.0.0/8"), Just("0.0.0.0/1"), Just("128.0.0.0/1")];
    let port = prop_oneof![Just(22), Just(443), Just(5432)];
    let rule = (cidr, port)
        .prop_map(|(cidr, port)| json!({"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "CidrIp": cidr}));
    let groups = (proptest::collection::vec(rule.clone(), 0..4), rule).prop_map(move |(inline, mut separate)| {
        separate["GroupId"] = json!({"Fn::GetAtt": [id("Group"), "GroupId"]});
        vec![
            (id("Group"), json!({"Type": "AWS::EC2::SecurityGroup", "Properties": {"GroupDescription": "g", "SecurityGroupIngress": inline}})),
            (id("Rule"), json!({"Type": "AWS::EC2::SecurityGroupIngress", "Properties": separate})),
        ]
    });
    let function = some_of(vec![
        ("Runtime", prop_oneof![Just(json!("python3.9")), Just(json!("python3.14"))].boxed()),
        ("Environment", Just(json!({"Variables": {"AUTH_TOKEN": "s3cr3t-value", "MODE": "x"}})).boxed()),
        ("KmsKeyArn", Just(json!("arn:aws:kms:us-east-1:123456789012:key/k")).boxed()),
    ]);
    let functions = function.prop_map(move |properties| {
        vec![(id("Function"), json!({"Type": "AWS::Lambda::Function", "Properties": properties}))]
    });
    let logs = some_of(vec![
        ("RetentionInDays", prop_oneof![Just(json!(1)), Just(json!(365)), Just(json!("400"))].boxed()),
        ("KmsKeyId", Just(json!("arn:aws:kms:us-east-1:123456789012:key/k")).boxed()),
    ])
    .prop_map(move |properties| vec![(id("Logs"), json!({"Type": "AWS::Logs::LogGroup", "Properties": properties}))]);
    let key =
        some_of(vec![("EnableKeyRotation", flag().boxed()), ("KeySpec", Just(json!("SYMMETRIC_DEFAULT")).boxed())])
            .prop_map(move |properties| vec![(id("Key"), json!({"Type": "AWS::KMS::Key", "Properties": properties}))]);
    let policies = proptest::collection::vec(identity_statement(), 1..4).prop_map(move |statements| {
        vec![(id("Grant"), json!({"Type": "AWS::IAM::Policy", "Properties": {"PolicyName": "p", "Roles": ["r"], "PolicyDocument": {"Statement": statements}}}))]
    });
    prop_oneof![buckets, databases, groups, functions, logs, key, policies].boxed()
}

/// A statement of an identity policy: much is allowed, and all kinds of things are denied.
fn identity_statement() -> BoxedStrategy<Value> {
    let some = |values: Vec<Value>| prop::sample::select(values).boxed();
    let effect = some(vec![json!("Allow"), json!("Deny")]);
    let element = prop_oneof![4 => Just("Action"), 1 => Just("NotAction")];
    let action = some(vec![
        json!("*"),
        json!("s3:*"),
        json!("iam:*"),
        json!("ce:*"),
        json!("s3:GetObject"),
        json!(["s3:Put*", "s3:Delete*", "s3:Create*"]),
        json!(["iam:PassRole", "kms:Decrypt"]),
    ]);
    let resource =
        some(vec![json!("*"), json!("arn:aws:s3:::*"), json!(["arn:aws:s3:::a/*"]), json!("arn:aws:iam::*:role/app")]);
    let condition = some(vec![
        json!({"StringNotEquals": {"aws:RequestedRegion": ["us-east-1"]}}),
        json!({"StringEquals": {"aws:RequestedRegion": "us-east-1"}}),
        json!({"StringNotLike": {"aws:ResourceTag/team": "a*"}}),
        json!({"StringLike": {"aws:ResourceTag/team": "*"}}),
        json!({"Bool": {"aws:ViaAWSService": "true"}}),
        json!({"Null": {"aws:ResourceTag/team": "false"}, "Bool": {"aws:SecureTransport": "true"}}),
    ]);
    (effect, element, action, resource, proptest::option::weighted(0.4, condition))
        .prop_map(|(effect, element, action, resource, condition)| {
            let mut statement = json!({"Effect": effect, element: action, "Resource": resource});
            if let Some(condition) = condition {
                statement["Condition"] = condition;
            }
            statement
        })
        .boxed()
}

fn groups(count: usize) -> BoxedStrategy<Vec<Vec<(String, Value)>>> {
    (0..count).map(group).collect::<Vec<_>>().boxed()
}

fn template<'a>(groups: impl IntoIterator<Item = &'a Vec<(String, Value)>>) -> Value {
    let resources: Map<String, Value> = groups.into_iter().flatten().cloned().collect();
    json!({"Parameters": {"Unknown": {"Type": "String"}}, "Resources": resources})
}

fn asks_for_secrets(rule: &str) -> bool {
    let rule = rules().rules.iter().find(|known| *known.id == *rule).unwrap();
    rule.asserts.iter().any(|assert| eval::looks_for_secrets(&assert.clause))
}

/// Pointers to every value below the properties of every resource.
fn pointers(value: &Value, at: String, depth: usize, found: &mut Vec<String>) {
    if depth >= 4 {
        found.push(at.clone());
    }
    match value {
        Value::Object(map) if !map.keys().any(|key| key == "Ref" || key.starts_with("Fn::")) => {
            for (key, value) in map {
                pointers(value, format!("{at}/{}", key.replace('~', "~0").replace('/', "~1")), depth + 1, found);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                pointers(value, format!("{at}/{index}"), depth + 1, found);
            }
        }
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn an_unrelated_resource_changes_no_other_verdict(all in groups(4), removed in 0usize..4, rotated in 0usize..4) {
        let whole = verdicts(&template(&all));
        let mut order: Vec<usize> = (0..all.len()).filter(|index| *index != removed).collect();
        order.rotate_left(rotated % 3);
        let fewer = verdicts(&template(order.iter().map(|index| &all[*index])));
        for (key, verdict) in &fewer {
            prop_assert_eq!(whole.get(key), Some(verdict), "{:?}", key);
        }
    }

    #[test]
    fn an_unknown_never_turns_a_fail_into_a_pass_nor_a_pass_into_a_fail(
        all in groups(3),
        pick in any::<prop::sample::Index>(),
        imported in any::<bool>(),
    ) {
        let before = template(&all);
        let mut places = Vec::new();
        pointers(&before["Resources"], "/Resources".to_owned(), 1, &mut places);
        prop_assume!(!places.is_empty());
        let mut after = before.clone();
        let place = pick.get(&places);
        let unknown = if imported { json!({"Fn::ImportValue": "elsewhere"}) } else { json!({"Ref": "Unknown"}) };
        *after.pointer_mut(place).unwrap() = unknown;
        let (was, is) = (verdicts(&before), verdicts(&after));
        for (key, (outcome, said)) in &is {
            // That a parameter hands it in says of a secret that it is shown, whatever it is.
            if !imported && asks_for_secrets(&key.0) {
                continue;
            }
            let old = was[key].0;
            let flipped = (old == "fail" && *outcome == "pass") || (old == "pass" && *outcome == "fail");
            prop_assert!(!flipped, "{:?}: {} became {} ({}) when {} became unknown", key, old, outcome, said, place);
        }
    }

    #[test]
    fn the_same_template_gives_the_same_verdicts(all in groups(4)) {
        let template = template(&all);
        prop_assert_eq!(verdicts(&template), verdicts(&template));
    }
}

/// Twelve conditions over a parameter each, and a group with these rules.
fn twelve_conditions(rules: Vec<Value>) -> Value {
    let parameters: Map<String, Value> =
        (0..12).map(|n| (format!("P{n}"), json!({"Type": "String", "Default": "a"}))).collect();
    let conditions: Map<String, Value> =
        (0..12).map(|n| (format!("C{n}"), json!({"Fn::Equals": [{"Ref": format!("P{n}")}, "a"]}))).collect();
    let group = json!({"GroupDescription": "g", "SecurityGroupIngress": rules});
    json!({"Parameters": parameters, "Conditions": conditions, "Resources": {"Group": {"Type": "AWS::EC2::SecurityGroup", "Properties": group}}})
}

fn rule_for(port: u32, cidr: impl Into<Value>) -> Value {
    json!({"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "CidrIp": cidr.into()})
}

fn admin_port(rules: Vec<Value>) -> (&'static str, String) {
    let key = ("ec2-security-group-open-admin-port".to_owned(), "Group".to_owned());
    verdicts(&twelve_conditions(rules)).remove(&key).unwrap()
}

#[test]
fn conditional_elements_are_decided_one_by_one_however_many_there_are() {
    let conditional = |n: usize, rule: Value| json!({"Fn::If": [format!("C{n}"), rule, {"Ref": "AWS::NoValue"}]});
    let harmless: Vec<Value> = (0..12).map(|n| conditional(n, rule_for(443, "10.0.0.0/8"))).collect();
    assert_eq!(admin_port(harmless.clone()), ("pass", "false".to_owned()));
    let mut open = harmless;
    open[7] = conditional(7, rule_for(22, "0.0.0.0/0"));
    let (outcome, said) = admin_port(open);
    assert_eq!(outcome, "fail");
    assert_eq!(said.matches("SecurityGroupIngress[").count(), 1, "{said}");
    assert!(said.contains(r#"parameters: [("P7", Is("a"))]"#), "{said}");
}

#[test]
fn past_the_bound_of_cases_what_is_decided_stays_decided_and_the_rest_is_unknown() {
    let digits: Vec<Value> = (0..12).map(|n| json!({"Fn::If": [format!("C{n}"), "1", "2"]})).collect();
    let joined = json!({"Fn::Join": ["", digits]});
    assert_eq!(admin_port(vec![rule_for(22, joined.clone())]), ("unknown", "[Limit] None".to_owned()));
    let (outcome, said) = admin_port(vec![rule_for(22, joined), rule_for(22, "0.0.0.0/0")]);
    assert_eq!((outcome, said.matches("SecurityGroupIngress[1]").count()), ("fail", 1), "{said}");
}
