//! Small templates on which scanners go wrong, each with its true verdict.

use fasscan::eval::{self, Outcome};
use fasscan::rule::RuleSet;
use fasscan::source::discover::Input;
use fasscan::source::{Level, Limits, Loader};
use fasscan::template::load::load;
use fasscan::template::unit::Environment;

/// The verdicts of a trap as `LogicalId rule-id: outcome`, and the errors of reading it.
fn verdicts(name: &str, rules: &[&str]) -> Vec<String> {
    let (set, _) = RuleSet::builtin();
    let cwd = std::env::current_dir().unwrap();
    let path = cwd.join("fixtures/traps").join(name);
    let loader = Loader::new(&cwd, Limits::default());
    let loaded = load(&Input::Template { path }, &loader, &Environment::default());
    let mut lines: Vec<String> = loaded
        .diagnostics
        .iter()
        .filter(|problem| problem.level == Level::Error)
        .map(|problem| format!("error: {}", problem.message))
        .collect();
    for unit in &loaded.units {
        let (inventory, _) = unit.resolve();
        lines.extend(inventory.gaps.iter().map(|gap| format!("not examined: {}", gap.what)));
        let options = eval::Options { today: "2026-11-21".into(), strict: false, ..Default::default() };
        for verdict in eval::evaluate(&inventory, &set, &options) {
            let id = &*set.rules[verdict.rule].id;
            if !rules.contains(&id) {
                continue;
            }
            let outcome = match &verdict.outcome {
                Outcome::Pass { by_default: true } => "pass by default".to_owned(),
                Outcome::Pass { by_default: false } => "pass".to_owned(),
                Outcome::NotApplicable { .. } => "not applicable".to_owned(),
                Outcome::Unknown { causes, .. } => {
                    format!("unknown, {}", causes.iter().map(|cause| cause.id()).collect::<Vec<_>>().join(", "))
                }
                Outcome::Fail { violations, .. } => {
                    let said: Vec<String> = violations
                        .iter()
                        .map(|violation| {
                            let file = inventory.files.get(violation.place.file);
                            let line = file.position(violation.place.span.start).line;
                            violation.when.as_ref().map_or(line.to_string(), |when| format!("{line} when {when}"))
                        })
                        .collect();
                    format!("fail at {}", said.join(", "))
                }
            };
            lines.push(format!("{} {id}: {outcome}", inventory.resource(verdict.resource).logical_id));
        }
    }
    lines
}

const DATABASE: [&str; 2] = ["rds-storage-unencrypted", "rds-instance-public"];

#[test]
fn a_parameter_without_default_is_unknown_and_a_default_is_the_value() {
    insta::assert_debug_snapshot!(verdicts("c1_param_nodefault.yaml", &DATABASE), @r#"
    [
        "Db rds-instance-public: pass",
        "Db rds-storage-unencrypted: unknown, parameter-without-default",
    ]
    "#);
}

#[test]
fn a_condition_that_the_default_satisfies_says_when_it_fails() {
    let rules = ["s3-public-access-block-incomplete", "s3-bucket-not-kms-encrypted"];
    insta::assert_debug_snapshot!(verdicts("c2_if_novalue.yaml", &rules), @r#"
    [
        "Bucket s3-bucket-not-kms-encrypted: fail at 9 when Env = dev",
        "Bucket s3-public-access-block-incomplete: fail at 11 when Env = dev",
    ]
    "#);
}

#[test]
fn every_way_to_write_an_open_port_is_open() {
    insta::assert_debug_snapshot!(verdicts("c3_if_bad.yaml", &["ec2-security-group-open-admin-port"]), @r#"
    [
        "Sg ec2-security-group-open-admin-port: fail at 11 when Env = prod",
        "Sg2 ec2-security-group-open-admin-port: fail at 17",
        "Sg3 ec2-security-group-open-admin-port: fail at 23",
        "SgRange ec2-security-group-open-admin-port: fail at 29",
        "SgAll ec2-security-group-open-admin-port: fail at 35",
        "SgV6 ec2-security-group-open-admin-port: fail at 41",
        "SgV6b ec2-security-group-open-admin-port: fail at 47",
        "SgSplit ec2-security-group-open-admin-port: fail at 53, 54",
        "SgSplitRes ec2-security-group-open-admin-port: not applicable",
        "Sg4 ec2-security-group-open-admin-port: fail at 57",
    ]
    "#);
}

#[test]
fn values_out_of_a_mapping_are_the_values() {
    insta::assert_debug_snapshot!(verdicts("c5_findinmap.yaml", &DATABASE), @r#"
    [
        "Db rds-instance-public: pass",
        "Db rds-storage-unencrypted: pass",
        "DbBad rds-instance-public: fail at 15",
        "DbBad rds-storage-unencrypted: fail at 14",
    ]
    "#);
}

#[test]
fn a_resource_that_never_exists_is_not_applicable() {
    insta::assert_debug_snapshot!(verdicts("c6_cond_resource.yaml", &["s3-bucket-public-acl"]), @r#"
    [
        "Bucket s3-bucket-public-acl: not applicable",
    ]
    "#);
}

#[test]
fn a_resource_under_a_condition_fails_in_that_case_whatever_the_default_is() {
    insta::assert_debug_snapshot!(verdicts("c14_cond_default.yaml", &DATABASE), @r#"
    [
        "ProdDb rds-instance-public: fail at 9 when Env = prod",
        "ProdDb rds-storage-unencrypted: fail at 9 when Env = prod",
        "AnyDb rds-instance-public: fail at 12 when Env = prod",
        "AnyDb rds-storage-unencrypted: fail at 12 when Env = prod",
    ]
    "#);
    assert_eq!(verdicts("c14_cond_default.yaml", &DATABASE), verdicts("c14b_nodefault.yaml", &DATABASE));
}

#[test]
fn what_a_loop_makes_is_judged() {
    insta::assert_debug_snapshot!(verdicts("c8_foreach.yaml", &["s3-bucket-public-acl"]), @r#"
    [
        "Bucketa s3-bucket-public-acl: fail at 10",
        "Bucketb s3-bucket-public-acl: fail at 10",
    ]
    "#);
}

#[test]
fn booleans_and_numbers_written_as_text_mean_what_cloudformation_makes_of_them() {
    let rules = [DATABASE[0], DATABASE[1], "rds-backup-retention-short", "s3-public-access-block-incomplete"];
    insta::assert_debug_snapshot!(verdicts("c9_bool_strings.yaml", &rules), @r#"
    [
        "Bucket s3-public-access-block-incomplete: pass",
        "Db rds-backup-retention-short: pass",
        "Db rds-instance-public: pass",
        "Db rds-storage-unencrypted: pass",
    ]
    "#);
}

#[test]
fn odd_but_legal_yaml_is_read() {
    let rules = [DATABASE[0], DATABASE[1], "s3-bucket-public-acl"];
    let all: Vec<Vec<String>> = ["c12_mapkeys.yaml", "c13_anchors_dup.yaml", "a1.yaml", "bom.yaml"]
        .iter()
        .map(|name| verdicts(name, &rules))
        .collect();
    insta::assert_debug_snapshot!(all, @r#"
    [
        [
            "B s3-bucket-public-acl: fail at 5",
        ],
        [
            "Db rds-instance-public: fail at 3",
            "Db rds-storage-unencrypted: pass",
        ],
        [
            "D rds-instance-public: fail at 3",
            "D rds-storage-unencrypted: pass",
        ],
        [
            "D rds-instance-public: fail at 2",
            "D rds-storage-unencrypted: fail at 2",
        ],
    ]
    "#);
}

#[test]
fn a_duplicate_key_is_an_error() {
    insta::assert_debug_snapshot!(verdicts("dupkey.json", &DATABASE), @r#"
    [
        "error: duplicate key `StorageEncrypted`",
    ]
    "#);
}

#[test]
fn the_second_document_is_scanned_too() {
    insta::assert_debug_snapshot!(verdicts("multi.yaml", &["rds-storage-unencrypted"]), @r#"
    [
        "D rds-storage-unencrypted: fail at 4",
    ]
    "#);
}

#[test]
fn a_bucket_without_any_policy_does_not_enforce_tls() {
    insta::assert_debug_snapshot!(verdicts("c15_nopolicy.yaml", &["s3-plaintext-transport-allowed"]), @r#"
    [
        "Bare s3-plaintext-transport-allowed: fail at 2",
    ]
    "#);
}

#[test]
fn unencrypted_by_any_way_fails() {
    insta::assert_debug_snapshot!(verdicts("c16_enc_false.yaml", &["rds-storage-unencrypted"]), @r#"
    [
        "Lit rds-storage-unencrypted: fail at 2",
        "Missing rds-storage-unencrypted: fail at 3",
        "CondFalse rds-storage-unencrypted: fail at 6",
        "P rds-storage-unencrypted: fail at 9",
    ]
    "#);
}
