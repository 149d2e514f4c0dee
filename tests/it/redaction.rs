//! A secret in a template is in no report, wherever it stands and whatever is said about what is beside it.

use std::sync::OnceLock;

use fasscan::deployment::{Deployment, Given, Values};
use fasscan::eval::Options;
use fasscan::report::{Report, json, sarif, text};
use fasscan::rule::RuleSet;
use fasscan::scan::{Request, scan};
use fasscan::source::Limits;
use fasscan::template::unit::Environment;
use proptest::prelude::*;

/// Templates in which `SECRET` stands for a secret. Every one of them has something to find fault with on the same line,
/// or on a line that an excerpt of it shows.
const TEMPLATES: [(&str, &str); 26] = [
    (
        "flow.yaml",
        "Resources:\n  Db: {Type: AWS::RDS::DBInstance, Properties: {MasterUserPassword: SECRET, StorageEncrypted: false}}\n",
    ),
    (
        "quoted.yaml",
        "Resources:\n  Db: {Type: AWS::RDS::DBInstance, Properties: {MasterUserPassword: 'SECRET', StorageEncrypted: false}}\n",
    ),
    (
        "one-line.json",
        r#"{"Resources":{"Db":{"Type":"AWS::RDS::DBInstance","Properties":{"MasterUserPassword":"SECRET","StorageEncrypted":false}}}}"#,
    ),
    (
        "block.yaml",
        "Resources:\n  Db:\n    Type: AWS::RDS::DBInstance\n    Properties:\n      MasterUserPassword: SECRET\n",
    ),
    (
        "folded.yaml",
        "Resources:\n  S:\n    Type: AWS::SecretsManager::Secret\n    Properties:\n      SecretString: |\n        one\n        SECRET\n",
    ),
    (
        "json-text.yaml",
        "Resources:\n  S: {Type: AWS::SecretsManager::Secret, Properties: {SecretString: '{\"user\":\"u\",\"pin\":\"SECRET\"}'}}\n",
    ),
    (
        "join.yaml",
        "Resources:\n  Db: {Type: AWS::RDS::DBInstance, Properties: {MasterUserPassword: !Join ['', [SECRET, !Ref AWS::Region]], StorageEncrypted: false}}\n",
    ),
    (
        "join-known.yaml",
        "Resources:\n  Db: {Type: AWS::RDS::DBInstance, Properties: {MasterUserPassword: !Join ['', [SECRET, x]], StorageEncrypted: false}}\n",
    ),
    (
        "sub.yaml",
        "Resources:\n  Db: {Type: AWS::RDS::DBInstance, Properties: {MasterUserPassword: !Sub 'SECRET-${AWS::Region}', StorageEncrypted: false}}\n",
    ),
    (
        "sub-map.yaml",
        "Resources:\n  Db: {Type: AWS::RDS::DBInstance, Properties: {MasterUserPassword: !Sub ['${A}', {A: SECRET}], StorageEncrypted: false}}\n",
    ),
    (
        "if.yaml",
        "Parameters: {E: {Type: String, Default: a}}\nConditions: {C: !Equals [!Ref E, b]}\nResources:\n  Db: {Type: AWS::RDS::DBInstance, Properties: {MasterUserPassword: !If [C, SECRET, other], StorageEncrypted: false}}\n",
    ),
    (
        "no-echo.yaml",
        "Parameters: {P: {Type: String, NoEcho: true, Default: SECRET}}\nResources: {Db: {Type: AWS::RDS::DBInstance, Properties: {MasterUserPassword: !Ref P}}}\n",
    ),
    (
        "no-echo-name.yaml",
        "Parameters: {P: {Type: String, NoEcho: true, Default: SECRET}}\nResources: {Db: {Type: AWS::RDS::DBInstance, Properties: {MasterUsername: !Ref P, Engine: !Ref P}}}\n",
    ),
    (
        "no-echo-allowed.yaml",
        "Parameters: {P: {Type: String, NoEcho: 'true', AllowedValues: [SECRET, 'true']}}\nResources: {Db: {Type: AWS::RDS::DBInstance, Properties: {StorageEncrypted: !Ref P}}}\n",
    ),
    (
        "default.yaml",
        "Parameters: {P: {Type: String, Default: SECRET}}\nResources: {Db: {Type: AWS::RDS::DBInstance, Properties: {MasterUserPassword: !Ref P}}}\n",
    ),
    (
        "named.yaml",
        "Parameters: {DbPassword: {Type: String, Default: SECRET}}\nResources: {Db: {Type: AWS::RDS::DBInstance, Properties: {MasterUsername: !Ref DbPassword}}}\n",
    ),
    (
        "mapping.yaml",
        "Mappings: {M: {a: {b: SECRET}}}\nResources: {Db: {Type: AWS::RDS::DBInstance, Properties: {MasterUserPassword: !FindInMap [M, a, b]}}}\n",
    ),
    (
        "variables.yaml",
        "Resources:\n  F: {Type: AWS::Lambda::Function, Properties: {Environment: {Variables: {DB_PASSWORD: SECRET, API_KEY: SECRET}}}}\n",
    ),
    (
        "pairs.yaml",
        "Resources:\n  T: {Type: AWS::ECS::TaskDefinition, Properties: {ContainerDefinitions: [{Name: app, Image: x, Privileged: true, Environment: [{Name: DB_PASSWORD, Value: SECRET}]}]}}\n",
    ),
    (
        "url.yaml",
        "Resources:\n  F: {Type: AWS::Lambda::Function, Properties: {Description: 'postgres://app:SECRET@db/x', Runtime: nodejs12.x}}\n",
    ),
    (
        "url-join.yaml",
        "Resources:\n  F: {Type: AWS::Lambda::Function, Properties: {Runtime: nodejs12.x, Description: !Join ['', ['postgres://app:', SECRET, '@db/x']]}}\n",
    ),
    (
        "user-data.yaml",
        "Resources:\n  I:\n    Type: AWS::EC2::Instance\n    Properties:\n      UserData:\n        Fn::Base64: !Sub |\n          #!/bin/sh\n          export DB_PASSWORD=SECRET\n          start ${AWS::Region}\n",
    ),
    ("output.yaml", "Resources: {Db: {Type: AWS::RDS::DBInstance}}\nOutputs: {DbPassword: {Value: SECRET}}\n"),
    (
        "duplicate.yaml",
        "Resources:\n  Db: {Type: AWS::RDS::DBInstance, Properties: {MasterUserPassword: SECRET, Engine: a, Engine: b}}\n",
    ),
    (
        "broken.yaml",
        "Resources:\n  Db: {Type: AWS::RDS::DBInstance, Properties: {MasterUserPassword: SECRET, Engine: a\n",
    ),
    ("broken-block.yaml", "Resources:\n  Db:\n    Properties:\n      SecretString: |\n        SECRET\n\tb: SECRET\n"),
];

/// Templates with a parameter `P` that is given a secret, and the value that it is given. Every one has something to say
/// that has to do with it.
const GIVEN: [(&str, &str, &str); 14] = [
    (
        "alone.yaml",
        "SECRET",
        "Parameters: {P: {Type: String, NoEcho: true}}\nResources: {Db: {Type: AWS::RDS::DBInstance, Properties: {StorageEncrypted: !Ref P}}}\n",
    ),
    (
        "sub.yaml",
        "SECRET",
        "Parameters: {P: {Type: String, NoEcho: true}}\nResources: {F: {Type: AWS::Lambda::Function, Properties: {Runtime: !Sub 'nodejs12-${P}', Description: !Ref P}}}\n",
    ),
    (
        "by-use.yaml",
        "SECRET",
        "Parameters: {P: {Type: String}}\nResources: {Db: {Type: AWS::RDS::DBInstance, Properties: {MasterUserPassword: !Ref P, StorageEncrypted: !Ref P}}}\n",
    ),
    (
        "variables.yaml",
        "SECRET",
        "Parameters: {P: {Type: String}}\nResources: {F: {Type: AWS::Lambda::Function, Properties: {Runtime: !Ref P, Environment: {Variables: {API_KEY: !Ref P}}}}}\n",
    ),
    (
        "url.yaml",
        "postgres://app:SECRET@db/x",
        "Parameters: {P: {Type: String}}\nResources: {Db: {Type: AWS::RDS::DBInstance, Properties: {StorageEncrypted: !Ref P}}}\n",
    ),
    (
        "list.yaml",
        "SECRET,other",
        "Parameters: {P: {Type: CommaDelimitedList, NoEcho: true}}\nResources: {Db: {Type: AWS::RDS::DBInstance, Properties: {StorageEncrypted: !Select [0, !Ref P]}}}\n",
    ),
    (
        "allowed.yaml",
        "SECRET",
        "Parameters: {P: {Type: String, NoEcho: true, AllowedValues: [one, SECRET, two]}}\nConditions: {C: !Equals [!Ref P, SECRET]}\nResources: {Db: {Type: AWS::RDS::DBInstance, Properties: {StorageEncrypted: !If [C, false, true]}}}\n",
    ),
    (
        "compared.yaml",
        "SECRET",
        "Parameters: {P: {Type: String, NoEcho: true, Default: one}, Q: {Type: String}}\nConditions: {C: !Equals [!Ref P, !ImportValue x], D: !Equals [!Ref Q, !Ref P]}\nResources: {Db: {Type: AWS::RDS::DBInstance, Properties: {StorageEncrypted: !If [C, false, true], PubliclyAccessible: !If [D, true, false]}}}\n",
    ),
    (
        "too-short.yaml",
        "SECRET",
        "Parameters: {P: {Type: String, NoEcho: true, MinLength: 90}}\nResources: {Db: {Type: AWS::RDS::DBInstance}}\n",
    ),
    (
        "not-allowed.yaml",
        "SECRET",
        "Parameters: {P: {Type: String, NoEcho: true, AllowedValues: [one, two]}}\nResources: {Db: {Type: AWS::RDS::DBInstance}}\n",
    ),
    (
        "no-number.yaml",
        "SECRET",
        "Parameters: {P: {Type: Number, NoEcho: true}}\nResources: {Db: {Type: AWS::RDS::DBInstance, Properties: {BackupRetentionPeriod: !Ref P}}}\n",
    ),
    (
        "import.yaml",
        "SECRET",
        "Parameters: {P: {Type: String, NoEcho: true}}\nResources: {Db: {Type: AWS::RDS::DBInstance, Properties: {StorageEncrypted: !ImportValue {'Fn::Sub': 'x-${P}'}}}}\n",
    ),
    (
        "broken-use.yaml",
        "SECRET",
        "Parameters: {P: {Type: String, NoEcho: true}}\nMappings: {M: {a: {b: c}}}\nResources: {Db: {Type: AWS::RDS::DBInstance, Properties: {StorageEncrypted: !FindInMap [M, !Ref P, b]}}}\n",
    ),
    (
        "attributes.yaml",
        "SECRET",
        "Parameters: {P: {Type: String, NoEcho: true}}\nResources: {Db: {Type: AWS::RDS::DBInstance, Properties: {Engine: !GetAtt [Db, !Ref P], StorageEncrypted: !Select [!Ref P, [a]]}}}\n",
    ),
];

fn report(name: &str, template: &str) -> Report {
    report_of(name, template, Vec::new())
}

/// An environment in which `P` has this value.
fn deployment(name: &str, value: Option<&str>) -> Deployment {
    let given = value.map(|value| Given { name: "P".into(), value: value.into(), origin: None });
    let values = Values { parameters: given.into_iter().collect(), ..Values::default() };
    Deployment { name: Some(name.into()), files: Vec::new(), values }
}

fn report_of(name: &str, template: &str, deployments: Vec<Deployment>) -> Report {
    report_of_files(&[(name, template)], deployments)
}

fn report_of_files(files: &[(&str, &str)], deployments: Vec<Deployment>) -> Report {
    let dir = tempfile::tempdir().unwrap();
    for (name, template) in files {
        std::fs::write(dir.path().join(name), template).unwrap();
    }
    static RULES: OnceLock<RuleSet> = OnceLock::new();
    let rules = RULES.get_or_init(|| RuleSet::builtin().0);
    let request = Request {
        paths: files.iter().map(|(name, _)| (*name).into()).collect(),
        snapshots: Vec::new(),
        cwd: dir.path().canonicalize().unwrap(),
        environment: Environment::default(),
        deployments,
        options: Options { today: "2026-11-21".into(), strict: true, ..Options::default() },
        fail_on: None,
        assessment: Default::default(),
        jobs: None,
        limits: Limits::default(),
    };
    scan(&request, rules)
}

fn formats(report: &Report) -> [String; 4] {
    let verbose = text::TextOptions { detail: text::Detail::Verbose, ..text::TextOptions::default() };
    let quiet = text::TextOptions { detail: text::Detail::Quiet, ..text::TextOptions::default() };
    let sarif = sarif::render(report, &sarif::SarifOptions::default());
    [json::render(report), sarif, text::render(report, &verbose), text::render(report, &quiet)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_secret_reaches_a_report(secret in "[a-zA-Z][a-zA-Z0-9_!?.-]{6,24}[a-zA-Z0-9]") {
        for (name, template) in TEMPLATES {
            let report = report(name, &template.replace("SECRET", &secret));
            prop_assert!(!report.findings.is_empty() || !report.diagnostics.is_empty(), "{name} says nothing");
            for shown in formats(&report) {
                prop_assert!(!shown.contains(&secret), "{name}: {secret} in\n{shown}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_secret_that_is_given_reaches_a_report(secret in "[a-zA-Z][a-zA-Z0-9_!?.-]{6,24}[a-zA-Z0-9]") {
        for (name, value, template) in GIVEN {
            let value = value.replace("SECRET", &secret);
            let environments = vec![deployment("none", None), deployment("some", Some(&value))];
            let report = report_of(name, &template.replace("SECRET", &secret), environments);
            prop_assert!(!report.verdicts.is_empty() || !report.diagnostics.is_empty(), "{name} says nothing");
            for shown in formats(&report) {
                prop_assert!(!shown.contains(&secret), "{name}: {secret} in\n{shown}");
            }
        }
    }
}

#[test]
fn a_value_that_another_template_hides_is_shown_by_none() {
    let hiding = "Parameters: {P: {Type: String, NoEcho: true}}\nResources: {T: {Type: AWS::SNS::Topic}}\n";
    let plain = "Parameters: {P: {Type: String}}\nResources: {Db: {Type: AWS::RDS::DBInstance, Properties: {StorageEncrypted: !Ref P, Engine: !Sub 'x-${P}'}}}\n";
    let parent = "Parameters: {P: {Type: String}}\nResources:\n  Db: {Type: AWS::RDS::DBInstance, Properties: {StorageEncrypted: !Ref P}}\n  \
        N: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: nested.yaml, Parameters: {Q: !Sub '${P}'}}}\n";
    let nested = "Parameters: {Q: {Type: String, NoEcho: true}}\nResources: {T: {Type: AWS::SNS::Topic}}\n";
    let prod = || vec![deployment("prod", Some("hunter22"))];
    for files in [&[("a.yaml", hiding), ("b.yaml", plain)][..], &[("a.yaml", parent), ("nested.yaml", nested)]] {
        let report = report_of_files(files, prod());
        assert!(report.findings.iter().any(|finding| finding.path.ends_with("StorageEncrypted")));
        formats(&report).iter().for_each(|shown| assert!(!shown.contains("hunter22"), "{shown}"));
    }
    assert!(formats(&report_of_files(&[("b.yaml", plain)], prod()))[0].contains("hunter22"), "it is no secret there");
}

#[test]
fn the_case_of_a_hidden_parameter_is_explained_without_its_value() {
    let (name, _, template) = GIVEN[6];
    let report = report(name, &template.replace("SECRET", "hunter22"));
    let finding = report.findings.iter().find(|finding| finding.path.ends_with("StorageEncrypted")).unwrap();
    assert_eq!(
        finding.when,
        [fasscan::report::document::Case { name: "P".to_owned(), value: "****".to_owned(), not: Vec::new() }]
    );
    assert!(formats(&report)[2].contains("fails when P = ****"));
}

#[test]
fn a_hidden_value_that_stands_alone_is_masked_however_short_it_is() {
    let (name, _, template) = GIVEN[0];
    let report = report_of(name, template, vec![deployment("prod", Some("x1z"))]);
    let finding = report.findings.iter().find(|finding| finding.path.ends_with("StorageEncrypted")).unwrap();
    assert_eq!(finding.found.as_deref(), Some("****"));
    formats(&report).iter().for_each(|shown| assert!(!shown.contains("x1z"), "{shown}"));
}

#[test]
fn a_value_that_is_not_taken_is_shown_only_if_it_may_be() {
    let message = |no_echo: bool| {
        let definition = format!("{{Type: String, NoEcho: {no_echo}, AllowedValues: [one, two]}}");
        let template = format!("Parameters: {{P: {definition}}}\nResources: {{Db: {{Type: AWS::RDS::DBInstance}}}}\n");
        report_of("t.yaml", &template, vec![deployment("prod", Some("x1z"))]).diagnostics[0].message.clone()
    };
    assert_eq!(
        message(false),
        "`t.yaml` does not take the value `x1z` of parameter `P`: it is not one of `one`, `two`"
    );
    assert_eq!(message(true), "`t.yaml` does not take the value of parameter `P`: it is not one of the allowed values");
}

#[test]
fn what_is_no_secret_is_shown() {
    let (name, template) = TEMPLATES[0];
    let report = report(name, &template.replace("SECRET", "hunter22"));
    let finding = report.findings.iter().find(|finding| finding.path.ends_with("StorageEncrypted")).unwrap();
    let text = "  Db: {Type: AWS::RDS::DBInstance, Properties: {MasterUserPassword: ****, StorageEncrypted: false}}";
    assert_eq!(finding.excerpt.text, text);
    assert_eq!(&text[finding.excerpt.mark[0]..finding.excerpt.mark[1]], "false");
}

#[test]
fn a_reference_to_a_secret_is_shown_as_it_is_written() {
    let template = "Resources:\n  Db: {Type: AWS::RDS::DBInstance, Properties: {MasterUserPassword: '{{resolve:secretsmanager:db}}', StorageEncrypted: false}}\n";
    let report = report("t.yaml", template);
    assert!(report.findings[0].excerpt.text.contains("resolve:secretsmanager:db"));
}

/// The messages and excerpts of a report.
fn said(report: &Report) -> String {
    let said =
        |finding: &fasscan::report::document::Finding| format!("{}\n{}\n", finding.message, finding.excerpt.text);
    report.findings.iter().map(said).collect()
}

#[test]
fn of_a_pair_or_a_container_only_the_value_of_the_secret_is_hidden() {
    let template = "Resources:\n  T:\n    Type: AWS::ECS::TaskDefinition\n    Properties:\n      ContainerDefinitions:\n        \
        - Name: app1\n          Image: nginx\n          User: root\n          Environment:\n            - Name: DB_PASSWORD\n              Value: hunter22\n";
    let report = report("t.yaml", template);
    let shown = said(&report);
    assert!(report.findings.iter().any(|finding| finding.excerpt.text.contains("Value: ****")), "{shown}");
    for text in ["Name: app1", "Image: nginx", "User: root", "Name: DB_PASSWORD"] {
        assert!(shown.contains(text), "{text} in\n{shown}");
    }
    assert!(!shown.contains("hunter22"), "{shown}");
}

#[test]
fn a_secret_that_is_a_common_word_leaves_the_report_readable() {
    let template = "Resources:\n  Db:\n    Type: AWS::RDS::DBInstance\n    Properties:\n      Engine: postgres\n      \
        MasterUsername: admin\n      MasterUserPassword: postgres\n";
    let report = report("t.yaml", template);
    let shown = said(&report);
    assert!(shown.contains("export postgresql"), "{shown}");
    assert!(shown.contains("MasterUserPassword: ****") && !shown.contains("MasterUserPassword: postgres"), "{shown}");
}

#[test]
fn a_secret_under_a_telling_name_is_found_once_and_at_its_value() {
    let template = "Resources:\n  P:\n    Type: AWS::SSM::Parameter\n    Properties:\n      Name: /app/db-password\n      Type: String\n      Value: hunter22\n";
    let report = report("t.yaml", template);
    let places: Vec<u32> = report
        .findings
        .iter()
        .filter(|finding| finding.message.contains("literal value"))
        .map(|finding| finding.location.start.line)
        .collect();
    assert_eq!(places, [7]);
    assert!(!said(&report).contains("hunter22"));
}
