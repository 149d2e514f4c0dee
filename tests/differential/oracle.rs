//! Runs the other implementations, and lists what they and fasscan are run on.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

/// The project.
pub(crate) const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Installs the other implementations, unless they are there.
pub(crate) fn install() {
    let installed = Command::new(Path::new(ROOT).join("tests/differential/install.sh")).output().unwrap();
    assert!(installed.status.success(), "{}", String::from_utf8_lossy(&installed.stderr));
}

/// Asks a script of this folder: JSON in, JSON out, one process for everything.
pub(crate) fn ask(script: &str, question: &Value) -> Value {
    install();
    let here = Path::new(ROOT).join("tests/differential");
    let mut process = Command::new(Path::new(ROOT).join("target/differential/venv/bin/python"))
        .arg(here.join(script))
        .current_dir(ROOT)
        .env("PYTHONHASHSEED", "0")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = process.stdin.take().unwrap();
    let question = question.to_string();
    // The scripts read everything before they write.
    input.write_all(question.as_bytes()).unwrap();
    drop(input);
    let output = process.wait_with_output().unwrap();
    assert!(output.status.success(), "{script}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The templates below these folders of `fixtures`, as paths from the project on, sorted.
pub(crate) fn templates(folders: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for folder in folders {
        collect(&Path::new(ROOT).join("fixtures").join(folder), &mut found);
    }
    found.sort();
    found
}

fn collect(folder: &Path, found: &mut Vec<String>) {
    for entry in folder.read_dir().unwrap() {
        let path: PathBuf = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy();
        if path.is_dir() {
            // The sources of the applications are no templates.
            if name != "app" {
                collect(&path, found);
            }
        } else if name.ends_with(".yaml") || name.ends_with(".template.json") || name == "dupkey.json" {
            found.push(path.strip_prefix(ROOT).unwrap().to_string_lossy().into_owned());
        }
    }
}
