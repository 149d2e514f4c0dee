//! The report for people.

use crate::common::{empty, sample};
use fasscan::report::document::{Cause, Finding, Outcome, Report, Verdict};
use fasscan::report::text::{Detail, TextOptions, render};
use proptest::prelude::*;

fn text(report: &Report, width: usize, detail: Detail) -> String {
    render(report, &TextOptions { color: false, width: Some(width), detail })
}

#[test]
fn shows_findings_with_their_lines_then_what_is_not_known_then_the_counts() {
    insta::assert_snapshot!(text(&sample(), 100, Detail::Normal));
}

#[test]
fn fits_a_narrow_terminal() {
    insta::assert_snapshot!(text(&sample(), 80, Detail::Normal));
}

#[test]
fn verbose_names_every_file_and_says_more_of_the_rules() {
    insta::assert_snapshot!(text(&sample(), 100, Detail::Verbose));
}

#[test]
fn quiet_has_a_line_for_each_finding_and_error() {
    insta::assert_snapshot!(text(&sample(), 100, Detail::Quiet));
}

#[test]
fn colours_are_only_added() {
    let colored = render(&sample(), &TextOptions { color: true, width: Some(100), detail: Detail::Normal });
    assert_eq!(anstream::adapter::strip_str(&colored).to_string(), text(&sample(), 100, Detail::Normal));
    insta::assert_snapshot!(colored.replace('\u{1b}', "^"));
}

#[test]
fn says_that_there_was_nothing_to_scan() {
    insta::assert_snapshot!(text(&empty(), 100, Detail::Normal), @"nothing to scan: no CloudFormation template and no CDK assembly was found");
}

#[test]
fn says_that_nothing_was_found_and_what_that_is_worth() {
    let mut report = Report { inputs: sample().inputs, ..empty() };
    let last = |report: &Report| text(report, 100, Detail::Quiet);
    assert!(last(&report).contains("findings: none, because no rule concerns what was scanned\n"));
    report.verdicts = sample().verdicts;
    assert!(last(&report).contains("findings: none\ngate passed: no severity fails it\n"));
    report.summary.unknown = 3;
    assert!(last(&report).contains("findings: none, but 3 verdicts are unknown\n"));
}

#[test]
fn many_unknown_verdicts_are_counted_by_cause() {
    let cause = |text: &str| Cause { id: "import-value".to_owned(), text: text.to_owned() };
    let unknown = |causes| Verdict { causes, outcome: Outcome::Unknown, ..sample().verdicts[0].clone() };
    let mut report = Report { verdicts: Vec::new(), findings: Vec::new(), ..sample() };
    report.verdicts.extend((0..90).map(|_| unknown(vec![cause("imports `Network`")])));
    report.verdicts.extend((0..8).map(|_| unknown(vec![cause("imports `Keys`"), cause("imports `Network`")])));
    let folded = text(&report, 100, Detail::Normal);
    assert!(
        folded.contains("unknown: 98 verdicts, by cause\n  98 imports `Network`\n   8 imports `Keys`\n"),
        "{folded}"
    );
    assert_eq!(text(&report, 100, Detail::Verbose).matches("imports `Keys`; imports `Network`").count(), 8);
}

#[test]
fn templates_cannot_write_control_sequences_to_the_terminal() {
    let evil = "a\u{1b}[2Jb\u{9b}0mc\rd\u{202e}e\u{7}";
    let mut report = sample();
    for finding in &mut report.findings {
        finding.message = evil.to_owned();
        finding.found = Some(evil.to_owned());
        finding.location.file = evil.to_owned();
        finding.excerpt.text = evil.to_owned();
        finding.when[..].iter_mut().for_each(|case| case.value = evil.to_owned());
    }
    report.gaps[0].what = evil.to_owned();
    report.skipped[0].path = evil.to_owned();
    report.skipped[1].reason = evil.to_owned();
    report.diagnostics[1].message = evil.to_owned();
    report.diagnostics[1].path = evil.to_owned();
    report.verdicts[6].causes[0].text = evil.to_owned();
    report.rules[0].title = evil.to_owned();
    report.rules[1].id = evil.to_owned();
    report.resources[0].cdk_path = Some(evil.to_owned());
    for detail in [Detail::Quiet, Detail::Normal, Detail::Verbose] {
        let text = text(&report, 100, detail);
        let bad = text.chars().find(|&c| c.is_control() && c != '\n' || c == '\u{202e}');
        assert_eq!(bad, None, "{detail:?}");
    }
}

proptest! {
    #[test]
    fn no_excerpt_or_index_panics(
        lines in "[a\t\r\n日\u{301}\u{1b}\u{0} ]{0,60}", mark in [0..80usize, 0..80], line in any::<u32>(), index in 0..9usize,
        width in 0..200usize, message in ".{0,200}",
    ) {
        let mut report = sample();
        let finding: &mut Finding = &mut report.findings[0];
        finding.excerpt.text = lines;
        finding.excerpt.mark = mark;
        finding.excerpt.line = line;
        finding.location.start.line = line;
        (finding.rule, finding.resource) = (index, index);
        finding.message = message;
        for detail in [Detail::Quiet, Detail::Verbose] {
            prop_assert!(text(&report, width, detail).contains("gate failed"));
        }
        let sarif = fasscan::report::sarif::render(&report, &Default::default());
        prop_assert!(sarif.contains("\"version\":\"2.1.0\""));
    }
}

#[test]
fn what_is_said_of_many_resources_of_a_stack_is_one_entry_with_a_count() {
    let mut report = sample();
    let low = Finding {
        severity: fasscan::report::document::Severity::Low,
        message: "missing is `Owner`".to_owned(),
        when: Vec::new(),
        related: Vec::new(),
        ..report.findings[0].clone()
    };
    report.findings = (0..14).map(|line| Finding { location: at(&low, 100 + line), ..low.clone() }).collect();
    let title = &report.rules[low.rule].title.clone();
    let normal = text(&report, 120, Detail::Normal);
    assert_eq!(normal.matches(&format!("{title} (14 times in stack `Payments`)")).count(), 1, "{normal}");
    assert!(normal.contains("`Database` (101:") && normal.contains("and 3 more"), "{normal}");
    assert!(!normal.contains("(111:"), "{normal}");
    assert_eq!(text(&report, 120, Detail::Verbose).matches("missing is `Owner`").count(), 14);
    assert_eq!(text(&report, 120, Detail::Quiet).matches("missing is `Owner`").count(), 14);

    report.findings.truncate(2);
    assert_eq!(text(&report, 120, Detail::Normal).matches("missing is `Owner`").count(), 2);
    report.findings.push(Finding { message: "missing is `Team`".to_owned(), ..low.clone() });
    assert!(!text(&report, 120, Detail::Normal).contains("times in stack"));
    let high = Finding { severity: fasscan::report::document::Severity::High, ..low };
    report.findings = (0..5).map(|line| Finding { location: at(&high, 100 + line), ..high.clone() }).collect();
    assert_eq!(text(&report, 120, Detail::Normal).matches("missing is `Owner`").count(), 5);
}

fn at(finding: &Finding, line: u32) -> fasscan::report::document::Location {
    let mut location = finding.location.clone();
    location.start.line = line;
    location
}
