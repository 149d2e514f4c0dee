//! Snapshots of accounts: a whole report, and the same verdicts as on a template of the same content.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use fasscan::report::Report;
use fasscan::report::document::Outcome;
use serde_json::{Map, Value, json};

use crate::run::{ROOT, Run, check, fasscan, fasscan_in, write};

const BANK: &str = "fixtures/accounts/bank.jsonl";
const ACCOUNT: &str = "111122223333";
const REGION: &str = "eu-west-1";

fn audit(path: &str, args: &[&str]) -> Run {
    fasscan(&[&["audit", "--today", "2026-11-22", "--snapshot", path], args].concat())
}

fn report(run: &Run) -> Report {
    serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {}", run.stderr))
}

#[test]
fn the_report_about_an_account() {
    let run = audit(BANK, &[]);
    assert_eq!(run.code(), 2, "calls were denied: {}", run.stderr);
    insta::assert_snapshot!(run.stdout);
    assert!(run.stderr.is_empty(), "{}", run.stderr);
}

#[test]
fn a_resource_is_named_by_its_arn_account_and_region_in_every_format() {
    let rule = ["--rule", "rds-instance-public", "--allow-incomplete"];
    let text = audit(BANK, &rule);
    assert_eq!(text.code(), 1);
    let arn = "arn:aws:rds:eu-west-1:111122223333:db:reports";
    let named = format!("AWS::RDS::DBInstance `reports` ({arn}) in account {ACCOUNT}, {REGION}");
    let unbroken: Vec<&str> = text.stdout.split_whitespace().collect();
    assert!(unbroken.join(" ").contains(&named), "{}", text.stdout);
    let json = report(&audit(BANK, &[&rule[..], &["-o", "json"]].concat()));
    let finding = &json.findings[0];
    let resource = &json.resources[finding.resource];
    assert_eq!(resource.arn.as_deref(), Some(arn));
    assert_eq!(resource.seen_at.as_deref(), Some("2026-11-22T01:02:03Z"));
    assert_eq!((resource.account.as_deref(), resource.region.as_deref()), (Some(ACCOUNT), Some(REGION)));
    let lines = std::fs::read_to_string(Path::new(ROOT).join(BANK)).unwrap();
    let line = lines.lines().nth(finding.location.start.line as usize - 1).unwrap();
    assert!(line.contains("\"id\":\"reports\""), "{line}");
    assert_eq!(finding.path, "Properties.PubliclyAccessible");
    let sarif = audit(BANK, &[&rule[..], &["-o", "sarif"]].concat()).json();
    let place = &sarif["runs"][0]["results"][0]["locations"][0];
    assert_eq!(place["logicalLocations"][0]["name"], arn);
    assert_eq!(place["physicalLocation"]["artifactLocation"]["uri"], BANK);
    assert_eq!(place["physicalLocation"]["region"]["startLine"], finding.location.start.line);
}

#[test]
fn a_fingerprint_is_the_same_in_the_next_snapshot() {
    let dir = tempfile::tempdir().unwrap();
    let text = std::fs::read_to_string(Path::new(ROOT).join(BANK)).unwrap();
    let mut lines: Vec<&str> = text.lines().collect();
    // Another order within the part, another time and another file.
    let first = lines.iter().position(|line| line.contains("\"id\":\"ledger\"")).unwrap();
    lines.swap(first, first + 1);
    let later = lines.join("\n").replace("2026-11-22T01:02:03Z", "2026-12-24T00:00:00Z");
    write(dir.path(), "later.jsonl", &later);
    let fingerprints = |report: Report| -> BTreeSet<String> {
        report.findings.into_iter().map(|finding| finding.fingerprint).collect()
    };
    let now = fingerprints(report(&audit(BANK, &["-o", "json"])));
    let args = ["audit", "--today", "2026-11-22", "--snapshot", "later.jsonl", "-o", "json"];
    assert_eq!(now, fingerprints(report(&fasscan_in(dir.path(), &args))));
    assert!(now.len() > 20, "{}", now.len());
}

#[test]
fn what_only_an_account_shows_is_judged() {
    let report = report(&audit(BANK, &["-o", "json"]));
    let failing = |type_name: &str| -> BTreeSet<&str> {
        let of_type = |verdict: &&fasscan::report::document::Verdict| {
            report.resources[verdict.resource].type_name == type_name && verdict.outcome == Outcome::Fail
        };
        report.verdicts.iter().filter(of_type).map(|verdict| report.rules[verdict.rule].id.as_str()).collect()
    };
    for (type_name, rule) in [
        ("Fasscan::IAM::AccountSummary", "iam-root-access-key"),
        ("Fasscan::IAM::PasswordPolicy", "iam-password-policy-weak"),
        ("Fasscan::IAM::Credential", "iam-console-user-without-mfa"),
        ("Fasscan::S3::AccountPublicAccessBlock", "s3-account-public-access-block-off"),
        ("Fasscan::KMS::KeyState", "kms-key-pending-deletion"),
        ("Fasscan::EC2::AccountSettings", "ec2-account-volumes-unencrypted-by-default"),
        ("Fasscan::EC2::Snapshot", "ec2-snapshot-public"),
    ] {
        assert!(failing(type_name).contains(rule), "{rule}: {:?}", failing(type_name));
    }
}

#[test]
fn what_was_denied_is_unknown_and_makes_the_scan_incomplete() {
    let report = report(&audit(BANK, &["-o", "json"]));
    assert!(!report.summary.complete);
    let whats: Vec<&str> = report.gaps.iter().map(|gap| gap.what.as_str()).collect();
    assert!(
        whats.iter().any(|what| what.contains("`AWS::RDS::DBInstance`") && what.contains("us-east-1")),
        "{whats:?}"
    );
    let verdict = |rule: &str, id: &str, type_name: &str| {
        let index = report.rules.iter().position(|info| info.id == rule).unwrap();
        let found = report.verdicts.iter().find(|verdict| {
            let resource = &report.resources[verdict.resource];
            verdict.rule == index && resource.logical_id == id && resource.type_name == type_name
        });
        let found = found.unwrap_or_else(|| panic!("{rule} {id}"));
        (found.outcome, found.causes.iter().map(|cause| cause.text.clone()).collect::<Vec<_>>())
    };
    let bucket = "AWS::S3::Bucket";
    let denied = vec!["`s3:GetEncryptionConfiguration` was denied".to_owned()];
    assert_eq!(verdict("s3-bucket-not-cmk-encrypted", "bank-partner", bucket), (Outcome::Unknown, denied));
    let denied = vec!["`s3:GetBucketPolicy` was denied".to_owned()];
    assert_eq!(verdict("s3-plaintext-transport-allowed", "bank-partner", bucket), (Outcome::Unknown, denied));
    assert_eq!(verdict("s3-plaintext-transport-allowed", "bank-ledger", bucket).0, Outcome::Pass);
    let throttled = vec!["`ec2:DescribeFlowLogs` was throttled by AWS until the end".to_owned()];
    let vpc = "AWS::EC2::VPC";
    assert_eq!(verdict("ec2-vpc-flow-logs-missing", "vpc-0f0e0d0c0b0a09080", vpc), (Outcome::Unknown, throttled));
    assert_eq!(verdict("ec2-vpc-flow-logs-missing", "vpc-0a1b2c3d4e5f60718", vpc).0, Outcome::Fail);
}

#[test]
fn a_packed_snapshot_says_the_same_and_a_cut_one_is_incomplete() {
    let dir = tempfile::tempdir().unwrap();
    let text = std::fs::read_to_string(Path::new(ROOT).join(BANK)).unwrap();
    let parts: Vec<Vec<u8>> = text
        .split_inclusive('\n')
        .fold(Vec::<String>::new(), |mut parts, line| {
            if parts.is_empty() || line.starts_with("{\"kind\":\"part\"") || line.starts_with("{\"kind\":\"end\"") {
                parts.push(String::new());
            }
            parts.last_mut().unwrap().push_str(line);
            parts
        })
        .iter()
        .map(|part| fasscan::source::gzip::pack(part.as_bytes()))
        .collect();
    std::fs::write(dir.path().join("bank.jsonl.gz"), parts.concat()).unwrap();
    let args = ["audit", "--today", "2026-11-22", "-o", "json", "--snapshot", "bank.jsonl.gz"];
    let packed = report(&fasscan_in(dir.path(), &args));
    let plain = report(&audit(BANK, &["-o", "json"]));
    assert_eq!(packed.verdicts, plain.verdicts);
    let mut cut = parts.concat();
    cut.truncate(cut.len() - parts.last().unwrap().len() - 10);
    std::fs::write(dir.path().join("bank.jsonl.gz"), cut).unwrap();
    let run = fasscan_in(dir.path(), &args);
    assert_eq!(run.code(), 2);
    let cut = report(&run);
    assert!(cut.resources.len() < plain.resources.len() && cut.resources.len() > 30);
    assert!(cut.diagnostics.iter().any(|problem| problem.message.contains("in the middle of a part")));
    assert!(cut.gaps.iter().any(|gap| gap.what.contains("broken off")));
}

#[test]
fn inputs_are_told_apart_by_content() {
    let dir = tempfile::tempdir().unwrap();
    let text = std::fs::read_to_string(Path::new(ROOT).join(BANK)).unwrap();
    write(dir.path(), "account.json", &text);
    write(dir.path(), "t.yaml", "Resources:\n  R: {Type: AWS::S3::Bucket}\n");
    let skipped = fasscan_in(dir.path(), &["check", ".", "-o", "json"]).json()["skipped"].clone();
    assert_eq!(skipped[0]["path"], "account.json");
    assert!(skipped[0]["reason"].as_str().unwrap().contains("only when it is named"), "{skipped}");
    let named = fasscan_in(dir.path(), &["check", "account.json", "t.yaml", "-o", "json"]).json()["inputs"].clone();
    assert_eq!((&named[0]["kind"], &named[1]["kind"]), (&json!("template"), &json!("snapshot")));
    let refused = fasscan_in(dir.path(), &["audit", "--snapshot", "t.yaml"]);
    assert_eq!(refused.code(), 2);
    assert!(
        refused.stderr.contains("no snapshot of an account") && refused.stderr.contains("fasscan check"),
        "{refused:?}"
    );
    assert_eq!(fasscan_in(dir.path(), &["audit", "--snapshot", "gone.jsonl"]).code(), 2);
    assert_eq!(fasscan(&["audit"]).code(), 2);
    assert_eq!(check(&[BANK]).code(), 2, "incomplete as it is for audit");
}

/// The lines of a snapshot that has what a template makes: ids and ARNs in place of references.
fn snapshot_of(template: &Value) -> String {
    let resources = template["Resources"].as_object().unwrap();
    let mut lines = vec![json!({"kind": "snapshot", "version": 1, "tool": "t", "account": ACCOUNT, "partition": "aws",
               "taken_at": "2026-11-22T01:02:03Z", "regions": [REGION]})];
    // A template that is alone says that there is nothing else.
    let schema = fasscan::inventory::schema::Schema::embedded();
    let own = fasscan::inventory::schema::Schema::own();
    let types: Vec<&str> = schema.types().chain(own.types()).collect();
    lines.push(json!({"kind": "part", "collector": "c", "account": ACCOUNT, "region": "global", "types": types,
                      "derived": {"AWS::S3::Bucket": ["AccessControl"], "AWS::KMS::Key": ["RotationPeriodInDays"],
                                  "AWS::RDS::DBInstance": ["SourceDBInstanceIdentifier", "SourceDBClusterIdentifier"]}}));
    for resource in resources.values() {
        let meta = &resource["Metadata"];
        let mut line = json!({"kind": "resource", "type": resource["Type"], "id": meta["Id"], "account": ACCOUNT,
                              "region": meta.get("Region").unwrap_or(&json!(REGION)),
                              "properties": literal(&resource["Properties"], resources)});
        if let Some(arn) = meta.get("Arn") {
            line["arn"] = arn.clone();
        }
        lines.push(line);
    }
    lines.push(json!({"kind": "end", "parts": 1}));
    lines.iter().map(|line| format!("{line}\n")).collect()
}

fn literal(value: &Value, resources: &Map<String, Value>) -> Value {
    let attribute = |name: &str, attribute: &str| {
        let meta = &resources[name]["Metadata"];
        if attribute == "Arn" { meta["Arn"].clone() } else { meta["Id"].clone() }
    };
    match value {
        Value::Array(items) => items.iter().map(|item| literal(item, resources)).collect(),
        Value::Object(map) => match map.iter().next().map(|(key, value)| (key.as_str(), value)) {
            Some(("Ref", name)) => attribute(name.as_str().unwrap(), "Ref"),
            Some(("Fn::GetAtt", list)) => attribute(list[0].as_str().unwrap(), list[1].as_str().unwrap()),
            Some(("Fn::Sub", text)) => {
                let (name, rest) = text.as_str().unwrap().strip_prefix("${").unwrap().split_once(".Arn}").unwrap();
                format!("{}{rest}", attribute(name, "Arn").as_str().unwrap()).into()
            }
            _ => map.iter().map(|(key, value)| (key.clone(), literal(value, resources))).collect(),
        },
        other => other.clone(),
    }
}

/// By resource and rule: the outcome and the causes.
type Verdicts = BTreeMap<(String, String), (Outcome, Vec<String>)>;

/// Why a rule is not applicable to an account.
const OF_TEMPLATES: &str = "only a template says this";

fn verdicts(report: &Report, name: impl Fn(&fasscan::report::document::ResourceInfo) -> String) -> Verdicts {
    let one = |verdict: &fasscan::report::document::Verdict| {
        let resource = &report.resources[verdict.resource];
        let key = (name(resource), report.rules[verdict.rule].id.clone());
        let causes = verdict.causes.iter().map(|cause| cause.id.clone());
        (key, (verdict.outcome, causes.chain(verdict.reason.clone()).collect()))
    };
    report.verdicts.iter().map(one).collect()
}

#[test]
fn an_account_gets_the_verdicts_of_the_template_that_makes_it() {
    let text = std::fs::read_to_string(Path::new(ROOT).join("fixtures/accounts/parity.json")).unwrap();
    let template: Value = serde_json::from_str(&text).unwrap();
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "template.json", &text);
    write(dir.path(), "account.jsonl", &snapshot_of(&template));
    let common = ["--today", "2026-11-22", "-o", "json"];
    let run = fasscan_in(dir.path(), &[&["audit", "--snapshot", "account.jsonl"], &common[..]].concat());
    let account = report(&run);
    assert!(account.diagnostics.is_empty(), "{:?}", account.diagnostics);
    let deployed = ["check", "template.json", "--account", ACCOUNT, "--region", REGION];
    let made = report(&fasscan_in(dir.path(), &[&deployed, &common[..]].concat()));
    let ids: BTreeMap<(String, String), String> = template["Resources"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, resource)| {
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            ((text(&resource["Type"]), text(&resource["Metadata"]["Id"])), name.clone())
        })
        .collect();
    let live = verdicts(&account, |resource| ids[&(resource.type_name.clone(), resource.logical_id.clone())].clone());
    let made = verdicts(&made, |resource| resource.logical_id.clone());
    let mut differences = Vec::new();
    for (key, expected) in &made {
        let found = live.get(key);
        if found.map(|(outcome, _)| outcome) == Some(&expected.0) {
            continue;
        }
        let hidden = match found {
            Some((Outcome::Unknown, causes)) => causes.iter().all(|cause| cause == "not-in-input"),
            Some((Outcome::NotApplicable, reason)) => reason == &[OF_TEMPLATES],
            _ => false,
        };
        if !hidden {
            differences.push(format!("{} {}: {expected:?} as a template, {found:?} live", key.0, key.1));
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    assert_eq!(live.len(), made.len());
    // AWS never shows it, or only a template has it.
    let hidden: BTreeSet<String> = made
        .iter()
        .filter(|(key, expected)| live[*key].0 != expected.0)
        .map(|(key, _)| format!("{}: {}", key.1, live[key].1.join(", ")))
        .collect();
    insta::assert_debug_snapshot!(hidden);
    let count = |outcome: Outcome| made.values().filter(|(found, _)| *found == outcome).count();
    assert!(
        count(Outcome::Fail) > 60 && count(Outcome::Pass) > 100,
        "{} {}",
        count(Outcome::Fail),
        count(Outcome::Pass)
    );
}
