//! What an auditor would find in the bundled systems, found: every `FAIL` row of `expected.csv` that a rule covers, and no `PASS` row flagged.

use crate::run::fasscan;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use fasscan::eval::{self, Outcome};
use fasscan::rule::RuleSet;
use fasscan::source::discover::Input;
use fasscan::source::{Limits, Loader};
use fasscan::template::load::load;
use fasscan::template::unit::Environment;

const SYSTEMS: &str = "fixtures/systems";

/// Rows of a CSV file by column name.
fn rows(path: &str) -> Vec<BTreeMap<String, String>> {
    let text = std::fs::read_to_string(path).unwrap();
    let mut lines = records(&text).into_iter();
    let header = lines.next().unwrap();
    lines.map(|line| header.iter().cloned().zip(line).collect()).collect()
}

/// RFC 4180: fields in double quotes may hold commas, line ends and doubled quotes.
fn records(text: &str) -> Vec<Vec<String>> {
    let (mut records, mut record, mut field, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                field.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => record.push(std::mem::take(&mut field)),
            '\r' if !quoted => {}
            '\n' if !quoted => {
                record.push(std::mem::take(&mut field));
                records.push(std::mem::take(&mut record));
            }
            c => field.push(c),
        }
    }
    records
}

/// For each rule and logical id whether it fails; a violation in another resource counts for both.
fn failures(system: &str, today: &str) -> BTreeSet<(String, String)> {
    let (rules, problems) = RuleSet::builtin();
    assert!(problems.is_empty());
    let root = Path::new(SYSTEMS).join(system);
    let mut failing = BTreeSet::new();
    for entry in std::fs::read_dir(&root).unwrap() {
        let dir = entry.unwrap().path();
        if !dir.join("manifest.json").exists() {
            continue;
        }
        let dir = std::path::absolute(dir).unwrap();
        let loader = Loader::new(std::env::current_dir().unwrap(), Limits::default());
        let loaded = load(&Input::Assembly { dir }, &loader, &Environment::default());
        assert!(loaded.diagnostics.is_empty(), "{:?}", loaded.diagnostics);
        for unit in &loaded.units {
            let (inventory, diagnostics) = unit.resolve();
            assert!(diagnostics.is_empty(), "{diagnostics:?}");
            let options = eval::Options { today: today.into(), strict: false, ..Default::default() };
            for verdict in eval::evaluate(&inventory, &rules, &options) {
                if let Outcome::Fail { violations, .. } = &verdict.outcome {
                    let owners = violations.iter().map(|violation| violation.owner).chain([verdict.resource]);
                    for owner in owners {
                        let logical_id = inventory.resource(owner).logical_id.to_string();
                        failing.insert((rules.rules[verdict.rule].id.to_string(), logical_id));
                    }
                }
            }
        }
    }
    failing
}

#[test]
fn every_expected_failure_is_found_and_nothing_expected_to_pass_is_flagged() {
    let mapping: BTreeMap<(String, String), String> = rows(&format!("{SYSTEMS}/expected-rules.csv"))
        .into_iter()
        .map(|mut row| {
            let mut take = |key: &str| row.remove(key).unwrap();
            ((take("resource_type"), take("title")), take("rule"))
        })
        .collect();
    let (mut wrong, mut without, mut checked) = (Vec::new(), Vec::new(), 0);
    for system in ["fas-openvpn", "oltp-pipeline", "trading-platform"] {
        let failing = failures(system, "2026-11-21");
        for row in rows(&format!("{SYSTEMS}/{system}/expected.csv")) {
            let expect = &row["expect"];
            if expect != "FAIL" && expect != "PASS" {
                continue;
            }
            let Some(rule) = mapping.get(&(row["resource_type"].clone(), row["title"].clone())) else {
                without.push([system, &row["logical_id"], expect, &row["title"]].map(str::to_owned).to_vec());
                continue;
            };
            checked += 1;
            let fails = failing.contains(&(rule.clone(), row["logical_id"].clone()));
            if fails != (expect == "FAIL") {
                wrong.push(format!("{system} {} {rule}: expected {expect}: {}", row["logical_id"], row["title"]));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {checked} rows are wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(checked > 150, "only {checked} rows were checked");
    let text = std::fs::read_to_string(format!("{SYSTEMS}/rows-without-rule.csv")).unwrap();
    let known: BTreeSet<Vec<String>> = records(&text).into_iter().skip(1).collect();
    let without: BTreeSet<Vec<String>> = without.into_iter().collect();
    assert_eq!(without, known, "the list of rows without a rule is out of date");
}

/// The outcomes of the rule about unused security groups, with the causes.
fn groups_in_use(path: &str) -> Vec<(String, String)> {
    let report =
        fasscan(&["check", path, "--rule", "ec2-security-group-unused", "-o", "json", "--fail-on", "none"]).json();
    let verdicts = report["verdicts"].as_array().unwrap().iter();
    verdicts
        .map(|verdict| (verdict["outcome"].as_str().unwrap().to_owned(), verdict["causes"][0]["text"].to_string()))
        .collect()
}

#[test]
fn who_uses_an_exported_resource_is_known_where_the_importing_stacks_are_in_the_input() {
    let whole = groups_in_use("fixtures/systems/global-platform/cdk.out");
    assert!(whole.len() > 5 && whole.iter().all(|(outcome, _)| outcome == "pass"), "{whole:?}");
    // The stack alone does not show who imports.
    let alone = groups_in_use("fixtures/systems/global-platform/cdk.out/assembly-Dev/DevNetwork50E7350E.template.json");
    assert!(
        alone.iter().any(|(outcome, cause)| outcome == "unknown" && cause.contains("who imports output")),
        "{alone:?}"
    );
}
