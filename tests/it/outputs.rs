//! Reports: several from one scan, in files that are whole, the same every time.

use std::path::Path;

use crate::run::{RULE, check, database, fasscan, fasscan_in, write};

#[test]
fn one_scan_writes_many_reports() {
    let dir = tempfile::tempdir().unwrap();
    let bad = write(dir.path(), "bad.yaml", &database(false));
    let file = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    let (json, sarif) = (format!("json={}", file("r.json")), format!("sarif={}", file("r.sarif")));
    let run = check(&[&bad, "--output", "text", "--output", &json, "--output", &sarif]);
    assert_eq!(run.code(), 1);
    assert!(run.stdout.contains("high[test-database-unencrypted]"));
    let read = |name: &str| -> serde_json::Value {
        serde_json::from_str(&std::fs::read_to_string(dir.path().join(name)).unwrap()).unwrap()
    };
    assert_eq!(read("r.json")["findings"].as_array().unwrap().len(), 1);
    assert_eq!(read("r.sarif")["version"], "2.1.0");
    let left: Vec<_> = std::fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 3, "no temporary file is left: {left:?}");
}

#[test]
fn with_files_alone_nothing_is_written_to_standard_output() {
    let dir = tempfile::tempdir().unwrap();
    let bad = write(dir.path(), "bad.yaml", &database(false));
    let run = check(&[&bad, "--output", &format!("json={}", dir.path().join("r.json").display())]);
    assert_eq!((run.stdout.as_str(), run.stderr.as_str()), ("", ""));
}

#[test]
fn a_report_that_cannot_be_written_is_an_error_and_the_others_are_written() {
    let dir = tempfile::tempdir().unwrap();
    let good = write(dir.path(), "good.yaml", &database(true));
    let run = check(&[&good, "--output", "json=no/such/folder/r.json", "--output", "text"]);
    assert_eq!(run.code(), 2);
    assert!(run.stderr.contains("no/such/folder/r.json") && run.stderr.contains("cannot write it"), "{}", run.stderr);
    assert!(run.stdout.contains("gate passed"));
    let folder = format!("json={}", dir.path().display());
    assert_eq!(check(&[&good, "--output", &folder]).code(), 2);
}

#[test]
fn a_finding_has_its_place_its_lines_and_its_line_of_the_app() {
    let run = fasscan(&[&["check", "fixtures/assemblies/cdk-2.276-debug", "--output", "json"], &RULE[..2]].concat());
    let report = run.json();
    let findings = report["findings"].as_array().unwrap();
    assert!(!findings.is_empty());
    for finding in findings {
        let text = finding["excerpt"]["text"].as_str().unwrap();
        let (start, end) = (&finding["excerpt"]["mark"][0], &finding["excerpt"]["mark"][1]);
        assert!(text.get(start.as_u64().unwrap() as usize..end.as_u64().unwrap() as usize).is_some(), "{finding}");
        assert_eq!(finding["fingerprint"].as_str().unwrap().len(), 32);
        assert!(!finding["location"]["file"].as_str().unwrap().starts_with('/'), "{finding}");
        let source = &finding["source"];
        assert!(source["file"].as_str().unwrap().ends_with("shop.js"), "{finding}");
        assert_eq!(source["exists"], true);
    }
    let order: Vec<&str> = findings.iter().map(|finding| finding["severity"].as_str().unwrap()).collect();
    let rank = |severity: &&str| ["critical", "high", "medium", "low"].iter().position(|known| known == severity);
    assert!(order.is_sorted_by_key(rank), "{order:?}");
}

#[test]
fn fingerprints_do_not_depend_on_lines_messages_or_neighbours() {
    let prints = |text: &str| -> Vec<String> {
        let dir = tempfile::tempdir().unwrap();
        write(dir.path(), "t.yaml", text);
        let rules = format!("{}/fixtures/rules", crate::run::ROOT);
        let args = ["check", "t.yaml", "--output", "json", "--rules", &rules, "--rule", RULE[3]];
        let report = fasscan_in(dir.path(), &args).json();
        let findings = report["findings"].as_array().unwrap();
        findings.iter().map(|finding| finding["fingerprint"].as_str().unwrap().to_owned()).collect()
    };
    let one = prints(&database(false));
    let moved = format!("# a comment\n\n{}  Zone: {{Type: AWS::SNS::Topic}}\n", database(false));
    assert_eq!(one, prints(&moved));
    let two = format!(
        "{}  Other: {{Type: AWS::RDS::DBInstance, Properties: {{StorageEncrypted: false}}}}\n",
        database(false)
    );
    let two = prints(&two);
    assert_eq!(two.len(), 2);
    assert!(two.contains(&one[0]) && two[0] != two[1]);
}

#[test]
fn the_same_input_gives_the_same_report_whatever_the_threads_do() {
    let args = |jobs: &'static str| ["check", "fixtures", "--output", "json", "--jobs", jobs, "--today", "2026-11-21"];
    let one = fasscan(&args("1"));
    assert!(one.stdout.len() > 10_000);
    for jobs in ["2", "7"] {
        assert!(fasscan(&args(jobs)).stdout == one.stdout, "with {jobs} jobs");
    }
}

#[test]
fn an_empty_report_has_the_shape_of_a_full_one() {
    let dir = tempfile::tempdir().unwrap();
    let run = fasscan_in(dir.path(), &["check", ".", "--output", "json"]);
    assert_eq!(run.code(), 3);
    let report = run.json();
    for part in ["inputs", "resources", "verdicts", "findings", "gaps", "skipped", "diagnostics"] {
        assert_eq!(report[part], serde_json::json!([]), "{part}");
    }
}

#[test]
fn what_was_not_scanned_is_named() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "notes.json", "{\"a\": 1}");
    write(dir.path(), "good.yaml", &database(true));
    let report = fasscan_in(dir.path(), &["check", ".", "--output", "json"]).json();
    assert_eq!(report["skipped"][0]["path"], "notes.json");
    assert_eq!(report["inputs"][0], serde_json::json!({"path": "good.yaml", "kind": "template"}));
    assert!(Path::new(crate::run::ROOT).is_absolute());
}
