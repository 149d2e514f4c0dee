//! What a snapshot means: places, edges, unknowns, what nobody saw.

use std::sync::Arc;

use serde_json::{Value, json};

use super::record::{Failure, Gap, Header, Part, Record, Resource, Unknown};
use super::{Account, Loaded, load};
use crate::inventory::{Inventory, Relations, TEMPLATE_ONLY, Unseen, WRITE_ONLY};
use crate::source::SourceFile;
use crate::value::{Kind, Read, ResourceId, View, World};

const ACCOUNT: &str = "111122223333";

fn header(regions: &[&str]) -> Value {
    json!({"kind": "snapshot", "version": 1, "tool": "t", "account": ACCOUNT, "partition": "aws",
           "taken_at": "2026-11-22T01:02:03Z", "regions": regions})
}

fn part(region: &str, types: &[&str]) -> Value {
    json!({"kind": "part", "collector": "c", "account": ACCOUNT, "region": region, "types": types, "calls": 1})
}

fn resource(type_name: &str, region: &str, id: &str, arn: Option<&str>, properties: Value) -> Value {
    let mut line = json!({"kind": "resource", "type": type_name, "id": id, "account": ACCOUNT, "region": region,
                          "properties": properties});
    if let Some(arn) = arn {
        line["arn"] = arn.into();
    }
    line
}

fn read(lines: &[Value]) -> Loaded {
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    load(&Arc::new(SourceFile::new("s.jsonl", text)), true)
}

fn account(lines: &[Value]) -> Inventory {
    let Loaded { accounts, diagnostics, .. } = read(lines);
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    let [Account { inventory, .. }] = <[Account; 1]>::try_from(accounts).unwrap();
    inventory
}

fn find(inventory: &Inventory, id: &str) -> ResourceId {
    inventory.resources().find(|(_, resource)| *resource.logical_id == *id).unwrap().0
}

/// A property as text: its value, `-> ID.ATTRIBUTE` of a reference, `?CAUSE`, or `-`.
fn shown(inventory: &Inventory, id: &str, path: &str) -> String {
    let world = World::open();
    let view = View::new(&inventory.values, &world);
    let keys: Vec<&str> = path.split('.').collect();
    let value = inventory.property(&view, find(inventory, id), &keys);
    match inventory.values.kind(value) {
        Kind::Reference { resource, attribute } => {
            format!("-> {}.{}", inventory.resource(resource).logical_id, inventory.names.text(attribute))
        }
        Kind::Unknown(cause) => format!("?{}", inventory.values.cause(cause).id()),
        Kind::Absent => "-".to_owned(),
        _ => match view.text(value) {
            Read::Known(text) => text.into_owned(),
            other => format!("{other:?}"),
        },
    }
}

fn problems(lines: &[Value]) -> Vec<String> {
    read(lines).diagnostics.iter().map(ToString::to_string).collect()
}

#[test]
fn the_types_write_what_is_read() {
    let records = [
        Record::Snapshot(Header {
            version: 1,
            tool: "fasscan".into(),
            account: ACCOUNT.into(),
            partition: "aws".into(),
            taken_at: "2026-11-22T01:02:03Z".into(),
            regions: vec!["eu-west-1".into()],
            ..Header::default()
        }),
        Record::Part(Part {
            collector: "s3".into(),
            account: ACCOUNT.into(),
            region: "eu-west-1".into(),
            types: vec!["AWS::S3::Bucket".into()],
            unread: [("AWS::S3::Bucket".to_owned(), vec!["MetricsConfigurations".to_owned()])].into(),
            derived: [("AWS::S3::Bucket".to_owned(), vec!["AccessControl".to_owned()])].into(),
            calls: 3,
        }),
        Record::Resource(Resource {
            type_name: "AWS::S3::Bucket".into(),
            id: "b".into(),
            arn: Some("arn:aws:s3:::b".into()),
            account: ACCOUNT.into(),
            region: "eu-west-1".into(),
            properties: [("BucketName".to_owned(), "b".into())].into_iter().collect(),
            unknown: vec![Unknown {
                path: "BucketEncryption".into(),
                cause: Failure::Denied,
                action: Some("s3:GetEncryptionConfiguration".into()),
            }],
            seen_at: Some("2026-11-22T01:02:04Z".into()),
            ..Resource::default()
        }),
        Record::Gap(Gap {
            types: vec!["AWS::RDS::DBInstance".into()],
            cause: Failure::Throttled,
            action: None,
            account: ACCOUNT.into(),
            region: "eu-west-1".into(),
            message: None,
        }),
        Record::End(super::record::End { parts: 1 }),
    ];
    let text = super::text(&records);
    let back: Vec<Record> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(back, records);
    let Loaded { accounts, diagnostics, .. } = load(&Arc::new(SourceFile::new("s", text)), true);
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    let inventory = &accounts[0].inventory;
    assert_eq!(shown(inventory, "b", "BucketEncryption"), "?access-denied");
    assert_eq!(shown(inventory, "b", "MetricsConfigurations"), "?not-collected");
    assert_eq!(shown(inventory, "b", "AccessControl"), "-", "the collector has worked it out");
    assert_eq!(shown(inventory, "b", "VersioningConfiguration"), "-", "AWS has none");
    let causes: Vec<&str> = inventory.gaps.iter().map(|gap| gap.cause.id()).collect();
    assert_eq!(causes, ["throttled", "access-denied"]);
}

#[test]
fn a_broken_off_snapshot_is_resumed_after_its_last_whole_part() {
    let head = Record::Snapshot(Header { version: 1, account: ACCOUNT.into(), ..Header::default() });
    let part = |name: &str| Record::Part(Part { collector: name.into(), account: ACCOUNT.into(), ..Part::default() });
    let (first, second) = (super::pack(&[head, part("a")]), super::pack(&[part("b")]));
    let mut file = [first.clone(), second].concat();
    let whole = super::resume(&file).unwrap();
    assert_eq!((whole.parts.len(), whole.whole, whole.finished), (2, file.len(), false));
    file.truncate(file.len() - 3);
    let cut = super::resume(&file).unwrap();
    assert_eq!((cut.parts.len(), cut.whole), (1, first.len()));
    file.truncate(5);
    assert_eq!(super::resume(&file).unwrap_err(), "it holds nothing yet");
    assert!(super::resume(b"{}").unwrap_err().starts_with("only a snapshot that is packed"));
}

#[test]
fn what_could_not_be_read_is_unknown_at_its_path_and_nowhere_else() {
    let mut bucket =
        resource("AWS::S3::Bucket", "eu-west-1", "b", None, json!({"LoggingConfiguration": {"LogFilePrefix": "x"}}));
    bucket["unknown"] = json!([
        {"path": "LoggingConfiguration.DestinationBucketName", "cause": "throttled"},
        {"path": "VersioningConfiguration.Status", "cause": "failed"},
        {"path": "PublicAccessBlockConfiguration", "cause": "not-collected"},
    ]);
    let mut all = resource("AWS::S3::Bucket", "eu-west-1", "c", None, json!({"BucketName": "c"}));
    all["unknown"] = json!([{"path": "", "cause": "unreachable", "action": "s3:ListBucket"}]);
    let inventory = account(&[
        header(&["eu-west-1"]),
        part("global", &["AWS::S3::Bucket"]),
        bucket,
        all,
        json!({"kind": "end", "parts": 1}),
    ]);
    for (path, expected) in [
        ("LoggingConfiguration.LogFilePrefix", "x"),
        ("LoggingConfiguration.DestinationBucketName", "?throttled"),
        ("VersioningConfiguration.Status", "?call-failed"),
        ("PublicAccessBlockConfiguration", "?not-collected"),
        ("BucketEncryption", "-"),
    ] {
        assert_eq!(shown(&inventory, "b", path), expected, "{path}");
    }
    assert_eq!(shown(&inventory, "c", "BucketName"), "c");
    assert_eq!(shown(&inventory, "c", "BucketEncryption"), "?unreachable");
}

#[test]
fn what_aws_never_shows_is_not_known() {
    let key = resource("AWS::KMS::Key", "eu-west-1", "k", None, json!({"RotationPeriodInDays": 90}));
    let database = resource("AWS::RDS::DBInstance", "eu-west-1", "d", None, json!({}));
    let inventory = account(&[header(&["eu-west-1"]), key, database]);
    let world = World::open();
    let view = View::new(&inventory.values, &world);
    let cause =
        |id: &str, path: &str| match inventory.values.kind(inventory.property(&view, find(&inventory, id), &[path])) {
            Kind::Unknown(cause) => inventory.values.cause(cause).to_string(),
            other => format!("{other:?}"),
        };
    assert_eq!(shown(&inventory, "k", "RotationPeriodInDays"), "90");
    assert!(cause("d", "MasterUserPassword").ends_with(TEMPLATE_ONLY));
    assert!(cause("d", "SourceDBInstanceIdentifier").ends_with(WRITE_ONLY));
    assert_eq!(shown(&inventory, "d", "StorageEncrypted"), "-");
}

#[test]
fn ids_arns_and_names_are_references_that_still_read_as_their_text() {
    let key = "1234abcd-12ab-34cd-56ef-1234567890ab";
    let key_arn = format!("arn:aws:kms:eu-west-1:{ACCOUNT}:key/{key}");
    let lines = [
        header(&["eu-west-1", "us-east-1"]),
        resource("AWS::KMS::Key", "eu-west-1", key, Some(&key_arn), json!({})),
        resource("AWS::EC2::VPC", "eu-west-1", "vpc-0a1b2c3d", None, json!({})),
        resource("AWS::EC2::Subnet", "eu-west-1", "subnet-0a1b2c3d", None, json!({"VpcId": "vpc-0a1b2c3d"})),
        resource("AWS::EC2::Subnet", "us-east-1", "subnet-0a1b2c3e", None, json!({"VpcId": "vpc-0a1b2c3d"})),
        resource(
            "AWS::RDS::DBSubnetGroup",
            "eu-west-1",
            "data",
            None,
            json!({"DBSubnetGroupName": "data", "SubnetIds": ["subnet-0a1b2c3d"]}),
        ),
        resource(
            "AWS::RDS::DBInstance",
            "eu-west-1",
            "db",
            None,
            json!({"DBInstanceIdentifier": "db", "DBSubnetGroupName": "data", "KmsKeyId": key_arn, "Engine": "data"}),
        ),
        resource("AWS::S3::Bucket", "us-east-1", "logs", Some("arn:aws:s3:::logs"), json!({"BucketName": "logs"})),
        resource(
            "AWS::S3::BucketPolicy",
            "us-east-1",
            "logs",
            None,
            json!({"Bucket": "logs", "PolicyDocument": {"Resource": "arn:aws:s3:::logs/*", "Other": "arn:aws:s3:::logs2/*"}}),
        ),
    ];
    let inventory = account(&lines);
    for (id, path, expected) in [
        ("subnet-0a1b2c3d", "VpcId", "-> vpc-0a1b2c3d.Ref"),
        ("subnet-0a1b2c3e", "VpcId", "vpc-0a1b2c3d"),
        ("db", "DBSubnetGroupName", "-> data.Ref"),
        ("db", "DBInstanceIdentifier", "db"),
        ("db", "Engine", "data"),
        ("logs", "BucketName", "logs"),
    ] {
        assert_eq!(shown(&inventory, id, path), expected, "{id} {path}");
    }
    assert_eq!(shown(&inventory, "db", "KmsKeyId"), format!("-> {key}.Arn"));
    let world = World::open();
    let view = View::new(&inventory.values, &world);
    let key_value = inventory.property(&view, find(&inventory, "db"), &["KmsKeyId"]);
    assert_eq!(view.text(key_value), Read::Known(key_arn.as_str().into()));
    let policy = inventory.of_type("AWS::S3::BucketPolicy")[0];
    let document = |key: &str| inventory.property(&view, policy, &["PolicyDocument", key]);
    let mut references = Vec::new();
    view.references(document("Resource"), &mut references);
    assert_eq!(references.len(), 1);
    assert_eq!(view.text(document("Resource")), Read::Known("arn:aws:s3:::logs/*".into()));
    assert!(matches!(inventory.values.kind(document("Other")), Kind::Text(_)));
    let relations = Relations::over(&inventory, &["AWS::S3::BucketPolicy"], &["Bucket"]);
    assert_eq!(relations.referrers(inventory.of_type("AWS::S3::Bucket")[0]), [policy]);
}

#[test]
fn what_nobody_listed_may_be_there() {
    let (vpc, flow_log) = ("AWS::EC2::VPC", "AWS::EC2::FlowLog");
    let vpcs = |region: &str, id: &str| resource(vpc, region, id, None, json!({}));
    let lines = [
        header(&["eu-west-1", "us-east-1", "ap-south-1"]),
        part("global", &["AWS::IAM::Role"]),
        part("eu-west-1", &[vpc, flow_log]),
        vpcs("eu-west-1", "vpc-00000001"),
        part("us-east-1", &[vpc, flow_log]),
        vpcs("us-east-1", "vpc-00000002"),
        json!({"kind": "gap", "types": [flow_log], "cause": "denied", "action": "ec2:DescribeFlowLogs", "account": ACCOUNT, "region": "us-east-1"}),
        part("ap-south-1", &[vpc]),
        vpcs("ap-south-1", "vpc-00000003"),
        json!({"kind": "end", "parts": 4}),
    ];
    let inventory = account(&lines);
    let unseen = Unseen::of(&inventory);
    let cause = |id: &str, name: &str| {
        unseen.referrer(&inventory, find(&inventory, id), &[name]).map(|cause| cause.id().to_owned())
    };
    assert_eq!(cause("vpc-00000001", flow_log), None, "listed");
    assert_eq!(cause("vpc-00000002", flow_log).as_deref(), Some("access-denied"));
    assert_eq!(cause("vpc-00000003", flow_log).as_deref(), Some("not-collected"));
    assert_eq!(cause("vpc-00000001", "AWS::IAM::Role"), None, "listed once for all regions");
    assert_eq!(cause("vpc-00000001", "AWS::FSx::FileSystem").as_deref(), Some("not-collected"));
}

#[test]
fn a_snapshot_without_an_end_is_not_whole_and_its_last_part_is_not_trusted() {
    let lines =
        [header(&["eu-west-1"]), part("eu-west-1", &["AWS::EC2::VPC"]), part("eu-west-1", &["AWS::EC2::FlowLog"])];
    let inventory = account(&lines);
    assert_eq!(inventory.gaps.len(), 1);
    assert!(inventory.gaps[0].what.contains("broken off"), "{:?}", inventory.gaps);
    let unseen = Unseen::of(&inventory);
    assert!(unseen.anywhere(&inventory, &["AWS::EC2::VPC"]).is_none());
    assert!(unseen.anywhere(&inventory, &["AWS::EC2::FlowLog"]).is_some());
}

#[test]
fn places_are_those_of_the_file() {
    let lines = [header(&[]), resource("AWS::EC2::Volume", "eu-west-1", "vol-1", None, json!({"Encrypted": false}))];
    let inventory = account(&lines);
    let (id, volume) = inventory.resources().next().unwrap();
    let file = inventory.files.get(volume.place.file);
    assert_eq!(file.position(volume.place.span.start).line, 2);
    assert_eq!(volume.key_span.slice(file.text()), "\"vol-1\"");
    let world = World::open();
    let view = View::new(&inventory.values, &world);
    let value = inventory.property(&view, id, &["Encrypted"]);
    assert_eq!(view.span(value).slice(file.text()), "false");
}

#[test]
fn a_file_may_hold_several_accounts() {
    let mut other = header(&[]);
    other["account"] = "444455556666".into();
    let lines = [header(&[]), json!({"kind": "end", "parts": 0}), other, json!({"kind": "end", "parts": 0})];
    let Loaded { accounts, diagnostics, .. } = read(&lines);
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    let named: Vec<_> = accounts.iter().map(|one| one.inventory.stacks[0].account.as_deref().unwrap()).collect();
    assert_eq!(named, [ACCOUNT, "444455556666"]);
}

#[test]
fn what_is_wrong_with_a_line_is_said_with_its_place() {
    let end = json!({"kind": "end", "parts": 0});
    let mut newer = header(&[]);
    newer["version"] = 2.into();
    let mut elsewhere = resource("AWS::S3::Bucket", "eu-west-1", "b", None, json!({}));
    elsewhere["account"] = "999999999999".into();
    for (lines, expected) in [
        (vec![], "s.jsonl: the snapshot is empty"),
        (vec![json!([])], "s.jsonl:1:1: a line of a snapshot is a map"),
        (vec![end.clone()], "s.jsonl:1:1: the first line of a snapshot is of kind `snapshot`"),
        (vec![newer], "the snapshot is of version `2`, and this program reads version 1"),
        (vec![header(&[]), json!({"kind": "stack"})], "there is no line of kind `stack` in version 1"),
        (vec![header(&[]), json!({"kind": "resource", "id": "x"})], "s.jsonl:2:1: `type` is missing"),
        (vec![header(&[]), elsewhere], "this is of the account `999999999999`, and the snapshot of `111122223333`"),
        (vec![header(&[]), json!({"kind": "end", "parts": 7})], "the snapshot has 0 parts, and its end says `7`"),
        (vec![header(&[]), end.clone(), end], "s.jsonl:3:1: this line stands behind the end of the snapshot"),
        (vec![header(&[]), part("Eu West", &[])], "`Eu West` is no region"),
        (
            vec![header(&[]), resource("AWS::S3::Bucket", "eu-west-1", "b", None, json!([]))],
            "`properties` is not a map",
        ),
    ] {
        let told = problems(&lines);
        assert!(told.iter().any(|problem| problem.contains(expected)), "{expected}: {told:?}");
    }
    let many: Vec<Value> = [header(&[])].into_iter().chain((0..1000).map(|_| json!(1))).collect();
    assert_eq!(problems(&many).len(), 21);
}

#[test]
fn hostile_sizes_are_refused_or_cost_little() {
    let many: Vec<Value> = (0..2_000).map(|index| json!({"path": format!("P{index}"), "cause": "denied"})).collect();
    let mut wide = resource("AWS::S3::Bucket", "eu-west-1", "b", None, json!({}));
    wide["unknown"] = many.into();
    assert!(problems(&[header(&[]), wide])[0].contains("more than 1000"));
    let parts = (0..1_000).map(|index| part(&format!("r-{index}"), &[]));
    assert!(problems(&[header(&[])].into_iter().chain(parts).collect::<Vec<_>>())[0].contains("more than 128 regions"));
    let slashes = format!("arn:aws:s3:::{}", "/".repeat(1 << 20));
    let same =
        (0..20_000).map(|_| resource("AWS::IAM::Role", "global", "r", Some("arn:aws:s3:::"), json!({"Roles": ["r"]})));
    let last = resource("AWS::IAM::Role", "global", "s", None, json!({"RoleName": slashes}));
    assert_eq!(
        account(&[header(&[])].into_iter().chain(same).chain([last]).collect::<Vec<_>>()).resources().len(),
        20_001
    );
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config { cases: 200, ..Default::default() })]
    #[test]
    fn no_change_of_a_snapshot_makes_a_panic(changes in proptest::collection::vec((0usize..1 << 16, 0u8..128), 1..6)) {
        let mut bytes = include_bytes!("../../fixtures/accounts/bank.jsonl").to_vec();
        for (at, byte) in changes {
            let len = bytes.len();
            bytes[at % len] = byte;
        }
        if let Ok(text) = String::from_utf8(bytes) {
            let loaded = load(&Arc::new(SourceFile::new("s.jsonl", text)), true);
            for account in &loaded.accounts {
                let _ = Unseen::of(&account.inventory);
            }
        }
    }
}

#[test]
fn a_line_that_is_cut_off_ends_the_reading_and_keeps_what_was_before() {
    let lines =
        [header(&[]), part("eu-west-1", &[]), resource("AWS::EC2::Volume", "eu-west-1", "vol-1", None, json!({}))];
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    for cut in 0..text.len() {
        let Loaded { accounts, diagnostics, .. } = load(&Arc::new(SourceFile::new("s.jsonl", &text[..cut])), true);
        let whole = text[..cut].matches('\n').count() + usize::from(text.as_bytes()[cut] == b'\n');
        assert_eq!(accounts.iter().map(|one| one.inventory.resources().len()).sum::<usize>(), usize::from(whole > 2));
        let broken = !text[..cut].is_empty() && !text[..cut].ends_with(['\n', '}']);
        assert!(cut < 2 || whole > 0 || !diagnostics.is_empty(), "{cut}");
        assert!(!broken || !diagnostics.is_empty(), "{cut}");
    }
}
