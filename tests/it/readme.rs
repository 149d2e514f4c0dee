//! The README: what its first command finds, and that the output which it shows is the real one.

use crate::generated::check_block;
use crate::run::fasscan;

const SYSTEM: &str = "fixtures/systems/oltp-pipeline/cdk.out";
const TEMPLATE: &str = "fixtures/systems/oltp-pipeline/cdk.out/AwsHandsonStack.template.json";

/// Rule, line of the template and a part of what is said.
const FINDINGS: [(&str, u32, &str); 7] = [
    ("rds-instance-public", 2131, "`PubliclyAccessible` is true"),
    ("ec2-security-group-open-database-port", 1991, "0.0.0.0/0 reaches port 5432"),
    ("rds-storage-unencrypted", 2103, "`StorageEncrypted` is not set"),
    ("rds-master-password-cleartext", 2119, "`MasterUserPassword` is written in clear text"),
    ("secretsmanager-secret-cleartext", 2245, "`SecretString` is written in clear text"),
    ("lambda-environment-secret-cleartext", 1090, "an environment variable shows a secret in clear text"),
    ("rds-subnet-group-internet-routed", 2043, ""),
];

#[test]
fn the_first_command_finds_what_is_wrong_with_the_pipeline() {
    let run = fasscan(&["check", SYSTEM, "--quiet", "--today", "2026-11-21"]);
    assert_eq!(run.code(), 1, "{}", run.stderr);
    for (rule, line, said) in FINDINGS {
        let place = format!("{TEMPLATE}:{line}:");
        let found = run.stdout.lines().find(|text| text.starts_with(&place) && text.contains(&format!("[{rule}]")));
        let found = found.unwrap_or_else(|| panic!("{rule} is not found at line {line}:\n{}", run.stdout));
        assert!(found.contains(said), "{found}");
    }
}

#[test]
fn generated_output_of_the_readme() {
    let run = fasscan(&["check", SYSTEM, "--today", "2026-11-21"]);
    let blocks: Vec<&str> = run.stdout.split("\n\n").collect();
    let shown = ["ec2-security-group-open-database-port", "rds-instance-public", "rds-storage-unencrypted"];
    let mut text = String::from("```text\n");
    for rule in shown {
        let block = blocks.iter().find(|block| block.contains(&format!("[{rule}]"))).unwrap();
        text.push_str(block.trim_matches('\n'));
        text.push_str("\n\n...\n\n");
    }
    text.push_str(blocks.last().unwrap().trim_matches('\n'));
    text.push_str("\n```");
    check_block("README.md", "check", &text);

    let run = fasscan(&["iam", "escalations", SYSTEM]);
    check_block("README.md", "escalations", &format!("```text\n{}\n```", run.stdout.trim_matches('\n')));
}
