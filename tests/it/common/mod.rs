//! A report with one of everything, for the tests of the formats.

use fasscan::framework::{self, Status};
use fasscan::report::assessment::{ControlResult, FrameworkResult, Param, ResourceCounts, RuleCounts, Settings};
use fasscan::report::document::{
    BySeverity, Case, Cause, Control, Diagnostic, DiagnosticNote, Excerpt, Finding, Gap, Gate, Input, Location,
    Outcome, Position, RelatedLocation, Report, ResourceInfo, RuleInfo, Severity, Skipped, SourceFrame, Summary, Tool,
    VERSION, Verdict,
};
use std::collections::BTreeMap;

const TEMPLATE_FILE: &str = "cdk.out/Payments.template.json";
const TEMPLATE: &str = r#"{
  "Parameters": { "Env": { "Type": "String", "AllowedValues": ["dev", "prod"] } },
  "Resources": {
    "Database": {
      "Type": "AWS::RDS::DBInstance",
      "Properties": {
        "StorageEncrypted": false,
        "MasterUserPassword": "***",
        "PubliclyAccessible": { "Fn::If": ["IsProd", true, false] }
      }
    },
    "Ingress": {
      "Type": "AWS::EC2::SecurityGroup",
      "Properties": {
        "SecurityGroupIngress": [
          {
            "CidrIp": "0.0.0.0/0",
            "FromPort": 5432
          }
        ]
      }
    }
  }
}
"#;
const YAML_FILE: &str = "infra/zürich büro.yaml";
const YAML: &str = "Resources:
  Bücher:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: bücher-für-zürich-日本語 # a comment that makes this line long enough that no terminal of a usual width can show all of it at once
";

/// The place of `needle` in `text`, and its lines.
fn place(file: &str, text: &str, needle: &str) -> (Location, Excerpt) {
    let from = text.find(needle).unwrap_or_default();
    let to = from + needle.len();
    let position = |at: usize| {
        let before = &text[..at];
        let line_start = before.rfind('\n').map_or(0, |feed| feed + 1);
        Position {
            line: before.matches('\n').count() as u32 + 1,
            column: text[line_start..at].chars().count() as u32 + 1,
        }
    };
    let first = text[..from].rfind('\n').map_or(0, |feed| feed + 1);
    let last = text[to..].find('\n').map_or(text.len(), |feed| to + feed);
    let (start, end) = (position(from), position(to));
    let excerpt = Excerpt { line: start.line, text: text[first..last].to_owned(), mark: [from - first, to - first] };
    (Location { file: file.to_owned(), start, end, bytes: [from as u32, to as u32] }, excerpt)
}

fn rule(id: &str, title: &str, severity: Severity, remediation: &str, controls: &[(&str, &str)]) -> RuleInfo {
    RuleInfo {
        id: id.to_owned(),
        title: title.to_owned(),
        severity,
        description: format!("Somebody could misuse it; {id} finds it before they do."),
        remediation: remediation.to_owned(),
        references: vec![format!("https://docs.aws.amazon.com/{id}.html")],
        profile: None,
        controls: controls
            .iter()
            .map(|(framework, id)| Control {
                framework: (*framework).to_owned(),
                id: (*id).to_owned(),
                strength: "supports".to_owned(),
                rationale: "The control asks for it".to_owned(),
            })
            .collect(),
        peers: BTreeMap::from([("aws-config".to_owned(), vec![id.to_uppercase().replace('-', "_")])]),
    }
}

fn rules() -> Vec<RuleInfo> {
    vec![
        rule(
            "rds-storage-unencrypted",
            "RDS storage is not encrypted at rest",
            Severity::High,
            "Set `StorageEncrypted` to true. An instance that exists has to be replaced, e.g. from a snapshot.",
            &[("pci-dss-4.0.1", "3.5.1"), ("soc2-2017", "CC6.1")],
        ),
        rule(
            "rds-public",
            "RDS instance is reachable from the internet",
            Severity::Critical,
            "Set `PubliclyAccessible` to false, and put the instance into subnets without a route to an internet \
             gateway, so that only the application reaches it.",
            &[("pci-dss-4.0.1", "1.4.4"), ("pci-dss-4.0.1", "1.3.1")],
        ),
        rule("ec2-ingress-open", "Port is open to the world", Severity::Medium, "Name the sources.", &[]),
        rule("s3-name", "Bucket name gives away its content", Severity::Low, "Choose another name.", &[]),
    ]
}

fn resource(type_name: &str, id: &str, file: &str, line: u32) -> ResourceInfo {
    ResourceInfo {
        type_name: type_name.to_owned(),
        logical_id: id.to_owned(),
        stack: "Payments".to_owned(),
        account: Some("111122223333".to_owned()),
        region: Some("eu-central-2".to_owned()),
        cdk_path: Some(format!("Payments/{id}/Resource")),
        arn: None,
        seen_at: None,
        made_of: None,
        file: file.to_owned(),
        line,
        out_of_scope: false,
    }
}

fn settings() -> Settings {
    let param = Param {
        rule: "s3-name".to_owned(),
        name: "words".to_owned(),
        value: "card, pan".to_owned(),
        set_by: "fasscan.toml:7".to_owned(),
    };
    Settings {
        config: Some("fasscan.toml".to_owned()),
        profiles: vec!["pci-cde".to_owned()],
        scope: vec![BTreeMap::from([("Compliance".to_owned(), vec!["PCI-DSS".to_owned()])])],
        params: vec![param],
        left_out: Vec::new(),
    }
}

/// Three controls: one that fails, one of which nothing was assessed, and one for people.
fn framework_result() -> FrameworkResult {
    let framework = &framework::builtin()[0];
    let mut result = FrameworkResult::of(framework);
    let failing = (ResourceCounts { pass: 1, fail: 1, unknown: 0 }, RuleCounts { fail: 1, ..RuleCounts::default() });
    for (id, status, (resources, rules)) in [
        ("1.1.1", Status::Manual, Default::default()),
        ("1.4.4", Status::Fail, failing),
        ("10.2.1", Status::NotAssessed, Default::default()),
    ] {
        let control = framework.control(id).unwrap();
        result.summary.add(status);
        result.controls.push(ControlResult::of(control, status, resources, rules));
    }
    result
}

fn resources() -> Vec<ResourceInfo> {
    let bare = ResourceInfo {
        account: None,
        region: None,
        cdk_path: None,
        made_of: None,
        out_of_scope: true,
        ..resource("AWS::S3::Bucket", "Bücher", YAML_FILE, 2)
    };
    vec![
        resource("AWS::RDS::DBInstance", "Database", TEMPLATE_FILE, 4),
        resource("AWS::EC2::SecurityGroup", "Ingress", TEMPLATE_FILE, 12),
        bare,
    ]
}

/// A finding on the text `needle` of a sample template.
fn finding(rule: usize, resource: usize, needle: &str, path: &str, message: &str) -> Finding {
    let (location, excerpt) =
        if resource == 2 { place(YAML_FILE, YAML, needle) } else { place(TEMPLATE_FILE, TEMPLATE, needle) };
    Finding {
        rule,
        resource,
        severity: rules()[rule].severity,
        message: message.to_owned(),
        path: path.to_owned(),
        found: None,
        absent: false,
        location,
        excerpt,
        source: None,
        related: Vec::new(),
        when: Vec::new(),
        fingerprint: format!("{rule:08x}{resource:08x}"),
        out_of_scope: resource == 2,
        environments: Vec::new(),
    }
}

fn findings() -> Vec<Finding> {
    let frame = |line, exists| Some(SourceFrame { file: "lib/payments.ts".to_owned(), line, column: 21, exists });
    let (parameter, _) = place(TEMPLATE_FILE, TEMPLATE, r#""Env""#);
    let public = Finding {
        found: Some("true".to_owned()),
        source: frame(31, true),
        when: vec![Case { name: "Env".to_owned(), value: "prod".to_owned(), not: Vec::new() }],
        related: vec![RelatedLocation { location: parameter, message: "the case depends on this".to_owned() }],
        ..finding(1, 0, "true", "Properties.PubliclyAccessible", "`PubliclyAccessible` is true")
    };
    let unencrypted = Finding {
        found: Some("false".to_owned()),
        source: frame(31, true),
        ..finding(0, 0, "false,", "Properties.StorageEncrypted", "RDS storage is not encrypted at rest")
    };
    let open = "{\n            \"CidrIp\": \"0.0.0.0/0\",\n            \"FromPort\": 5432\n          }";
    let ingress = Finding {
        source: frame(40, false),
        found: Some(r#"{"CidrIp": "0.0.0.0/0", "FromPort": 5432, "Description": "for everybody who asks"}"#.to_owned()),
        ..finding(2, 1, open, "Properties.SecurityGroupIngress[0]", "port 5432 is open to 0.0.0.0/0")
    };
    let name = Finding {
        found: Some("bücher-für-zürich-日本語".to_owned()),
        ..finding(3, 2, "bücher-für-zürich-日本語", "Properties.BucketName", "the name is \"speaking\"")
    };
    let unset = Finding {
        absent: true,
        ..finding(3, 2, "Properties:", "Properties.Tags", "Bucket name gives away its content")
    };
    vec![public, unencrypted, ingress, name, unset]
}

fn verdict(rule: usize, resource: usize, outcome: Outcome) -> Verdict {
    Verdict {
        rule,
        resource,
        outcome,
        by_default: false,
        reason: None,
        causes: Vec::new(),
        when: Vec::new(),
        environments: Vec::new(),
    }
}

fn cause(id: &str, text: &str) -> Cause {
    Cause { id: id.to_owned(), text: text.to_owned() }
}

fn verdicts() -> Vec<Verdict> {
    vec![
        verdict(0, 0, Outcome::Fail),
        Verdict {
            when: vec![Case { name: "Env".to_owned(), value: "prod".to_owned(), not: Vec::new() }],
            ..verdict(1, 0, Outcome::Fail)
        },
        verdict(2, 1, Outcome::Fail),
        verdict(3, 2, Outcome::Fail),
        verdict(2, 0, Outcome::Pass),
        Verdict { by_default: true, ..verdict(3, 0, Outcome::Pass) },
        Verdict {
            causes: vec![cause("parameter-without-default", "parameter `Subnets` has no default")],
            ..verdict(0, 1, Outcome::Unknown)
        },
        Verdict { reason: Some("it is no database".to_owned()), ..verdict(1, 2, Outcome::NotApplicable) },
    ]
}

fn diagnostics() -> Vec<Diagnostic> {
    let text = "  Database: { Type: AWS::RDS::DBInstance";
    let plain = Diagnostic {
        level: "warning".to_owned(),
        message: "condition `IsProd` is not used".to_owned(),
        path: TEMPLATE_FILE.to_owned(),
        position: None,
        excerpt: None,
        notes: Vec::new(),
        help: None,
        environments: Vec::new(),
    };
    let broken = Diagnostic {
        level: "error".to_owned(),
        message: "mapping is not closed".to_owned(),
        path: "infra/broken.yaml".to_owned(),
        position: Some(Position { line: 3, column: 13 }),
        excerpt: Some(Excerpt { line: 3, text: text.to_owned(), mark: [12, 13] }),
        notes: vec![DiagnosticNote {
            position: Position { line: 9, column: 1 },
            message: "the file ends here".to_owned(),
        }],
        help: Some("close it with `}`".to_owned()),
        environments: Vec::new(),
    };
    vec![plain, broken]
}

fn summary() -> Summary {
    Summary {
        pass: 2,
        pass_by_default: 1,
        fail: 4,
        fail_conditionally: 1,
        unknown: 1,
        not_applicable: 1,
        findings: BySeverity { critical: 1, high: 1, medium: 1, low: 2 },
        resources_out_of_scope: 1,
        findings_out_of_scope: 2,
        skipped: 3,
        complete: false,
        gate: Gate { fail_on: Some(Severity::High), passed: false, failing: 2 },
    }
}

/// A report with one of everything.
#[allow(dead_code, reason = "each test program uses its part of this module")]
pub(crate) fn sample() -> Report {
    let skipped = |path: &str, reason: &str| Skipped { path: path.to_owned(), reason: reason.to_owned() };
    let (location, _) = place(TEMPLATE_FILE, TEMPLATE, r#""Ingress""#);
    Report {
        inputs: vec![
            Input { path: "cdk.out".to_owned(), kind: "assembly".to_owned() },
            Input { path: YAML_FILE.to_owned(), kind: "template".to_owned() },
        ],
        summary: summary(),
        settings: settings(),
        frameworks: vec![framework_result()],
        rules: rules(),
        resources: resources(),
        verdicts: verdicts(),
        findings: findings(),
        gaps: vec![Gap {
            what: "nested stack `Messaging`".to_owned(),
            cause: cause("remote-nested-stack", "its template is at a remote address"),
            location,
            environments: Vec::new(),
        }],
        skipped: vec![
            skipped("package.json", "not a template"),
            skipped("infra/huge.json", "larger than 50 MB"),
            skipped("tsconfig.json", "not a template"),
        ],
        diagnostics: diagnostics(),
        ..empty()
    }
}

/// A report of a scan that found nothing to scan.
#[allow(dead_code, reason = "each test program uses its part of this module")]
pub(crate) fn empty() -> Report {
    Report {
        version: VERSION.to_owned(),
        tool: Tool { name: "fasscan".to_owned(), version: "0.1.0".to_owned() },
        date: "2026-11-21".to_owned(),
        summary: Summary { complete: true, gate: Gate { passed: true, ..Gate::default() }, ..Summary::default() },
        settings: Settings::default(),
        environments: Vec::new(),
        inputs: Vec::new(),
        rules: Vec::new(),
        resources: Vec::new(),
        verdicts: Vec::new(),
        frameworks: Vec::new(),
        findings: Vec::new(),
        suppressions: Vec::new(),
        gaps: Vec::new(),
        skipped: Vec::new(),
        diagnostics: Vec::new(),
    }
}
