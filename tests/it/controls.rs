//! What a scan says of the controls of frameworks, in the reports of `check` and as the list of `controls`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::run::{RULE, Run, database, fasscan, write};

fn controls(args: &[&str]) -> Run {
    fasscan(&[&["controls", "--today", "2026-11-21"], args].concat())
}

/// One control of a JSON document.
fn control<'a>(document: &'a Value, framework: &str, id: &str) -> &'a Value {
    let named = |list: &'a Value, id: &str| list.as_array().unwrap().iter().find(|one| one["id"] == id).unwrap();
    named(&named(&document["frameworks"], framework)["controls"], id)
}

#[test]
fn the_coverage_names_the_rules_and_what_a_person_shows() {
    let run = controls(&[&RULE[..], &["--framework", "pci-dss-4.0.1"]].concat());
    assert_eq!(run.code(), 0, "{}", run.stderr);
    let lines: Vec<&str> = run.stdout.lines().collect();
    let at = lines.iter().position(|line| line.starts_with("3.5.1 ")).unwrap();
    insta::assert_snapshot!(lines[at..at + 4].join("\n"), @r##"
    3.5.1      partial    Stored PAN is unreadable (hash, truncation, token, strong cryptography)
               rules      test-database-unencrypted (supports)
               evidence   Show for each store which method makes PAN unreadable, field by field; encryption of the disk
                          below it does not.
    "##);
    assert!(run.stdout.ends_with("280 requirements: 38 direct, 120 partial (1 with rules), 13 inherited, 109 none\n"));
}

#[test]
fn every_requirement_that_no_rule_can_answer_says_what_a_person_shows() {
    let document = controls(&["--format", "json"]).json();
    let mut numbers = BTreeMap::new();
    for framework in document["frameworks"].as_array().unwrap() {
        for control in framework["controls"].as_array().unwrap() {
            let class = control["automation"].as_str().unwrap();
            *numbers.entry((framework["id"].as_str().unwrap(), class)).or_insert(0) += 1;
            assert_eq!(control["evidence"].is_string(), class != "direct", "{control}");
            assert!(control["status"].is_null(), "nothing was scanned");
        }
    }
    let expected = [
        (("pci-dss-4.0.1", "direct"), 38),
        (("pci-dss-4.0.1", "inherited"), 13),
        (("pci-dss-4.0.1", "none"), 109),
        (("pci-dss-4.0.1", "partial"), 120),
        (("soc2-2017", "direct"), 3),
        (("soc2-2017", "inherited"), 1),
        (("soc2-2017", "none"), 26),
        (("soc2-2017", "partial"), 31),
    ];
    assert_eq!(numbers, BTreeMap::from(expected));
}

#[test]
fn a_status_follows_the_worst_verdict() {
    let dir = tempfile::tempdir().unwrap();
    let good = write(dir.path(), "good.yaml", &database(true));
    let bad = write(dir.path(), "bad.yaml", &database(false));
    let open =
        database(true).replace("true", "!Ref E").replace("Resources", "Parameters: {E: {Type: String}}\nResources");
    let open = write(dir.path(), "open.yaml", &open);
    let status = |paths: &[&str]| {
        let run = controls(&[&RULE[..], &["--format", "json"], paths].concat());
        let control = control(&run.json(), "pci-dss-4.0.1", "3.5.1").clone();
        (run.code(), control["status"].as_str().unwrap().to_owned(), control["resources"].to_string())
    };
    let of = |pass, fail, unknown| format!("{{\"pass\":{pass},\"fail\":{fail},\"unknown\":{unknown}}}");
    assert_eq!(status(&[&good]), (0, "partial".to_owned(), of(1, 0, 0)));
    assert_eq!(status(&[&good, &open]), (0, "unknown".to_owned(), of(1, 0, 1)));
    assert_eq!(status(&[&good, &open, &bad]), (1, "fail".to_owned(), of(1, 1, 1)));
}

#[test]
fn what_could_not_be_read_keeps_a_requirement_from_passing() {
    let dir = tempfile::tempdir().unwrap();
    let good = write(dir.path(), "good.yaml", &database(true));
    let broken = write(dir.path(), "broken.yaml", "Resources:\n  A: [\n");
    let run = controls(&[&RULE[..], &[&good, &broken]].concat());
    assert_eq!(run.code(), 2);
    assert!(run.stderr.contains("broken.yaml"), "{}", run.stderr);
    assert!(run.stdout.ends_with("incomplete: not everything that was named could be read and examined\n"));
    assert_eq!(controls(&[&RULE[..], &[&good, &broken, "--allow-incomplete"]].concat()).code(), 0);
    assert_eq!(controls(&[dir.path().join("nothing").to_str().unwrap()]).code(), 2);
}

/// The status of a control by the definition and in the plainest way, from the verdicts of a JSON report.
fn naive(report: &Value, framework: &str, control: &Value) -> &'static str {
    let (mut outcomes, mut direct_pass) = (BTreeSet::new(), false);
    for verdict in report["verdicts"].as_array().unwrap() {
        let rule = &report["rules"][verdict["rule"].as_u64().unwrap() as usize];
        for mapping in rule["controls"].as_array().unwrap() {
            if mapping["framework"] != framework || mapping["id"] != control["id"] {
                continue;
            }
            let outcome = verdict["outcome"].as_str().unwrap();
            outcomes.insert(outcome);
            direct_pass |= outcome == "pass" && mapping["strength"] == "direct";
        }
    }
    let class = control["automation"].as_str().unwrap();
    match class {
        _ if outcomes.contains("fail") => "fail",
        "none" => "manual",
        "inherited" => "inherited",
        _ if outcomes.contains("unknown") => "unknown",
        _ if !outcomes.contains("pass") => "not-assessed",
        "direct" if direct_pass && report["summary"]["complete"] == true => "pass",
        _ => "partial",
    }
}

#[test]
fn the_statuses_of_whole_systems_are_those_of_the_definition() {
    let mut seen = BTreeSet::new();
    for system in ["oltp-pipeline", "fas-openvpn"] {
        let path = format!("fixtures/systems/{system}/cdk.out");
        let report = fasscan(&["check", &path, "--output", "json", "--today", "2026-11-21"]).json();
        for framework in report["frameworks"].as_array().unwrap() {
            let mut counts: BTreeMap<String, u64> = BTreeMap::new();
            for control in framework["controls"].as_array().unwrap() {
                let expected = naive(&report, framework["id"].as_str().unwrap(), control);
                assert_eq!(control["status"], expected, "{system}: {control}");
                *counts.entry(expected.to_owned()).or_default() += 1;
                seen.insert(expected);
            }
            for (status, count) in framework["summary"].as_object().unwrap() {
                assert_eq!(count.as_u64().unwrap(), counts.get(status).copied().unwrap_or(0), "{system}: {status}");
            }
        }
    }
    assert!(seen.len() >= 6, "{seen:?}");
}

#[test]
fn a_requirement_whose_rules_are_left_out_does_not_pass() {
    let path = "fixtures/systems/oltp-pipeline/cdk.out";
    let of =
        |args: &[&str]| controls(&[&[path, "--format", "json", "--framework", "pci-dss-4.0.1"], args].concat()).json();
    let all = of(&[]);
    let passing =
        all["frameworks"][0]["controls"].as_array().unwrap().iter().find(|one| one["status"] == "pass").unwrap();
    let direct = passing["mappings"].as_array().unwrap().iter();
    let mut direct = direct.filter(|one| one["strength"] == "direct" && one["resources"]["pass"] != 0);
    let rule = direct.next().unwrap()["rule"].as_str().unwrap();
    let one = of(&["--rule", rule]);
    let control = control(&one, "pci-dss-4.0.1", passing["id"].as_str().unwrap());
    assert_eq!(control["status"], "partial");
    assert!(control["rules"]["left_out"].as_u64().unwrap() > 0);
    assert!(one["settings"]["left_out"].as_array().unwrap().len() > 50);
}

#[test]
fn the_table_has_a_line_for_each_requirement() {
    let run = controls(&["fixtures/systems/oltp-pipeline/cdk.out", "--framework", "soc2-2017"]);
    assert_eq!(run.code(), 1);
    let lines: Vec<&str> = run.stdout.lines().collect();
    assert_eq!(lines[0], "SOC 2 Trust Services Criteria 2017");
    assert!(
        lines[2].starts_with("ID     STATUS        CLASS       PASS   FAIL  UNKNOWN  RULES  TITLE"),
        "{}",
        lines[2]
    );
    assert!(
        lines[3].starts_with("CC1.1  manual        none           0      0        0    0/0  Commitment"),
        "{}",
        lines[3]
    );
    assert_eq!(lines.iter().filter(|line| line.starts_with(|c: char| c.is_ascii_uppercase())).count(), 63);
    assert!(run.stdout.contains("\n61 requirements: "), "{}", run.stdout);
}

#[test]
fn the_csv_says_what_the_json_says() {
    let args = ["fixtures/systems/oltp-pipeline/cdk.out", "--format"];
    let (csv, json) = (controls(&[&args[..], &["csv"]].concat()), controls(&[&args[..], &["json"]].concat()).json());
    let rows = cells(&csv.stdout);
    assert_eq!(rows.len(), 1 + 280 + 61);
    assert!(rows.iter().all(|row| row.len() == 19));
    for row in &rows[1..] {
        let control = control(&json, &row[0], &row[1]);
        assert_eq!(control["title"], row[2]);
        assert_eq!(control["status"], row[7]);
        assert_eq!(control["resources"]["fail"].to_string(), row[9]);
        assert_eq!(control["evidence"].as_str().unwrap_or_default(), row[18]);
    }
}

/// A reader of RFC 4180.
fn cells(text: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut cell, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            '"' if quoted && characters.peek() == Some(&'"') => {
                characters.next();
                cell.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut cell)),
            '\n' if !quoted => {
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            c => cell.push(c),
        }
    }
    assert!(!quoted && row.is_empty() && cell.is_empty(), "the last line ends");
    rows
}

#[test]
fn flags_about_a_scan_need_something_to_scan() {
    for args in [&["--strict"][..], &["--account", "111122223333"], &["--param", "A=b"], &["--jobs", "2"]] {
        let run = controls(args);
        assert_eq!(run.code(), 2, "{args:?}");
        assert!(run.stdout.is_empty() && run.stderr.contains("is about a scan"), "{args:?}: {}", run.stderr);
    }
    for args in [&["--framework", "pci-dss-3"][..], &["--profile", "platform"], &["--format", "xml"]] {
        let run = controls(args);
        assert_eq!((run.code(), run.stdout.as_str()), (2, ""), "{args:?}");
    }
}
