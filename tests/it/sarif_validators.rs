//! SARIF logs against the validators of others: the schema of the standard, and Microsoft's rules of the standard and of
//! GitHub. The scripts install the validators the first time, which needs the network.
use fasscan::report::sarif::{SarifOptions, render};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Runs a validator; it must end well and print nothing that is a result.
pub(crate) fn validate(script: &str, files: &[PathBuf]) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/validators").join(script);
    let output = Command::new(script).args(files).output().unwrap();
    let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    assert!(output.status.success(), "{text}");
}

#[test]
fn validators_find_nothing_wrong_with_any_log() {
    let folder = tempfile::tempdir().unwrap();
    let logs = [
        ("sample.sarif", render(&crate::common::sample(), &SarifOptions::default())),
        ("all.sarif", render(&crate::common::sample(), &SarifOptions { all: true })),
        ("empty.sarif", render(&crate::common::empty(), &SarifOptions::default())),
    ];
    let mut files = logs
        .map(|(name, text)| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            path
        })
        .to_vec();
    for system in ["fas-openvpn", "fintech-capstone", "global-platform", "oltp-pipeline", "trading-platform"] {
        let path = folder.path().join(format!("{system}.sarif"));
        let output = format!("sarif={}", path.display());
        let run = crate::run::fasscan(&["check", &format!("fixtures/systems/{system}"), "--output", &output]);
        assert_eq!(run.code(), 1, "{}", run.stderr);
        files.push(path);
    }
    validate("schema.sh", &files);
    validate("multitool.sh", &files);
}
