//! A secret in a template is in no report, wherever it stands and whatever is said about what is beside it.

use std::sync::OnceLock;

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

fn report(name: &str, template: &str) -> Report {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join(name), template).unwrap();
    static RULES: OnceLock<RuleSet> = OnceLock::new();
    let rules = RULES.get_or_init(|| RuleSet::builtin().0);
    let request = Request {
        paths: vec![name.into()],
        cwd: dir.path().canonicalize().unwrap(),
        environment: Environment::default(),
        deployments: Vec::new(),
        options: Options { today: "2026-11-21".into(), strict: true },
        fail_on: None,
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
