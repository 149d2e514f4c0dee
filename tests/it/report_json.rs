//! The JSON report, its schema, and the SARIF log.
use crate::common::{empty, sample};
use fasscan::report::document::{Environment, Report, Severity};
use fasscan::report::json;
use fasscan::report::sarif::{SarifOptions, render as sarif};
use serde_json::Value;

fn parse(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn every_report_satisfies_the_schema_and_reads_back() {
    let validator = jsonschema::validator_for(&parse(&json::schema())).unwrap();
    let names = vec!["dev".to_owned(), "prod".to_owned()];
    let mut of_environments = sample();
    of_environments.environments =
        names.iter().map(|name| Environment { name: name.clone(), ..Environment::default() }).collect();
    of_environments.findings[0].environments = names.clone();
    of_environments.verdicts[0].environments = names.clone();
    of_environments.gaps[0].environments = names.clone();
    of_environments.diagnostics[0].environments = names;
    for report in [sample(), empty(), of_environments] {
        let text = json::render(&report);
        let errors: Vec<String> = validator.iter_errors(&parse(&text)).map(|error| error.to_string()).collect();
        assert_eq!(errors, Vec::<String>::new());
        assert_eq!(serde_json::from_str::<Report>(&text).unwrap(), report);
    }
    let mut wrong = parse(&json::render(&sample()));
    wrong["findings"][0]["severity"] = "awful".into();
    assert!(!validator.is_valid(&wrong));
}

#[test]
fn json_has_every_part_also_when_nothing_was_found() {
    insta::assert_snapshot!(json::render(&empty()));
}

#[test]
fn json_of_a_report_with_one_of_everything() {
    insta::assert_snapshot!(json::render(&sample()));
}

#[test]
fn sarif_of_a_report_with_one_of_everything() {
    let log = parse(&sarif(&sample(), &SarifOptions::default()));
    insta::assert_snapshot!(serde_json::to_string_pretty(&log).unwrap());
}

#[test]
fn sarif_stands_at_the_source_line_only_if_that_file_is_there() {
    let log = parse(&sarif(&sample(), &SarifOptions::default()));
    let place = |location: &Value| {
        let physical = &location["physicalLocation"];
        format!("{}:{}", physical["artifactLocation"]["uri"].as_str().unwrap(), physical["region"]["startLine"])
    };
    let results = log["runs"][0]["results"].as_array().unwrap();
    let primary: Vec<String> = results.iter().map(|result| place(&result["locations"][0])).collect();
    assert_eq!(
        primary,
        [
            "lib/payments.ts:31",
            "lib/payments.ts:31",
            "cdk.out/Payments.template.json:16",
            "infra/z%C3%BCrich%20b%C3%BCro.yaml:4",
            "infra/z%C3%BCrich%20b%C3%BCro.yaml:5",
        ]
    );
    assert_eq!(place(&results[0]["relatedLocations"][0]), "cdk.out/Payments.template.json:9");
    assert_eq!(results[0]["relatedLocations"][0]["physicalLocation"]["region"]["snippet"]["text"], "true");
}

#[test]
fn sarif_has_the_other_verdicts_on_request_and_without_a_level() {
    let log = parse(&sarif(&sample(), &SarifOptions { all: true }));
    let results = log["runs"][0]["results"].as_array().unwrap();
    let kinds: Vec<(&str, &str)> = results
        .iter()
        .skip(sample().findings.len())
        .map(|result| (result["kind"].as_str().unwrap(), result["level"].as_str().unwrap()))
        .collect();
    assert_eq!(kinds, [("pass", "none"), ("pass", "none"), ("open", "none"), ("notApplicable", "none")]);
    assert!(results[7]["message"]["text"].as_str().unwrap().contains("parameter `Subnets` has no default"));
}

#[test]
fn sarif_keeps_the_most_severe_of_too_many_results_and_says_so() {
    let mut report = sample();
    let low = report.findings.pop().unwrap();
    report.findings = vec![low; 25_003];
    report.findings.push(sample().findings[0].clone());
    let log = parse(&sarif(&report, &SarifOptions::default()));
    let run = &log["runs"][0];
    assert_eq!(run["results"].as_array().unwrap().len(), 25_000);
    assert_eq!(run["results"][0]["properties"]["severity"], "critical");
    let notifications = run["invocations"][0]["toolExecutionNotifications"].as_array().unwrap();
    assert_eq!(
        notifications.last().unwrap()["message"]["text"],
        "4 results are left out; the JSON report has all of them."
    );
}

#[test]
fn sarif_rules_stay_inside_the_limits_of_code_scanning() {
    let mut report = sample();
    let control = report.rules[0].controls[0].clone();
    report.rules[0].controls.extend((0..40).map(|number| {
        let mut control = control.clone();
        control.framework = format!("framework-{number}");
        control
    }));
    report.rules[0].severity = Severity::Critical;
    let log = parse(&sarif(&report, &SarifOptions::default()));
    let properties = &log["runs"][0]["tool"]["driver"]["rules"][0]["properties"];
    assert_eq!(properties["tags"].as_array().unwrap().len(), 10);
    assert_eq!(properties["controls"].as_array().unwrap().len(), 42);
    assert_eq!(properties["security-severity"], "9.5");
}

#[test]
fn a_template_cannot_make_links_in_sarif_messages() {
    let mut report = sample();
    report.findings[0].message = "see [here](http://example.com)".to_owned();
    let log = parse(&sarif(&report, &SarifOptions::default()));
    let text = log["runs"][0]["results"][0]["message"]["text"].as_str().unwrap().to_owned();
    assert!(text.contains("[here] (http://example.com)") && text.ends_with("[in the template](1)."), "{text}");
}

#[test]
fn the_order_of_the_findings_in_the_document_does_not_matter() {
    let mut turned = sample();
    turned.findings.reverse();
    assert_eq!(sarif(&turned, &SarifOptions::default()), sarif(&sample(), &SarifOptions::default()));
}
