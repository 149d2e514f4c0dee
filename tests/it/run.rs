//! Runs the program.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

/// The project.
pub(crate) const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Only this rule, which no change of the built-in rules touches.
pub(crate) const RULE: [&str; 4] = ["--rules", "fixtures/rules", "--rule", "test-database-unencrypted"];

/// What a run gave.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Run {
    /// The exit code, of a run that did not panic.
    #[track_caller]
    pub(crate) fn code(&self) -> i32 {
        assert!(!self.stderr.contains("panicked"), "{}", self.stderr);
        self.code.unwrap_or_else(|| panic!("ended by a signal: {}", self.stderr))
    }

    #[track_caller]
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {}{}", self.stdout, self.stderr))
    }
}

/// A command of the program with nothing of this environment.
pub(crate) fn command(dir: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fasscan"));
    command.args(args).current_dir(dir).env_clear().stdin(Stdio::null());
    command
}

pub(crate) fn finish(mut command: Command) -> Run {
    let output = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Run { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// Runs the program in the project's folder.
pub(crate) fn fasscan(args: &[&str]) -> Run {
    finish(command(Path::new(ROOT), args))
}

/// Runs the program in a folder.
pub(crate) fn fasscan_in(dir: &Path, args: &[&str]) -> Run {
    finish(command(dir, args))
}

/// Runs `check` by the one rule that the tests rely on.
pub(crate) fn check(args: &[&str]) -> Run {
    fasscan(&[&["check"], &RULE[..], args].concat())
}

/// Runs `check` on standard input.
pub(crate) fn check_stdin(input: &str, args: &[&str]) -> Run {
    let mut command = command(Path::new(ROOT), &[&["check", "-"], &RULE[..], args].concat());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Run { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// Writes a file of a folder and gives its path as text.
pub(crate) fn write(dir: &Path, name: &str, text: &str) -> String {
    let path = dir.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

/// A template with one database.
pub(crate) fn database(encrypted: bool) -> String {
    format!("Resources:\n  Db:\n    Type: AWS::RDS::DBInstance\n    Properties:\n      StorageEncrypted: {encrypted}\n")
}
