//! `fasscan iam check`.

use std::path::Path;

use crate::run::{ROOT, Run, command, fasscan, fasscan_in};

fn check(name: &str) -> Run {
    fasscan(&["iam", "check", &format!("fixtures/iam/check/{name}")])
}

#[test]
fn a_sound_policy_is_described() {
    let run = check("sound.json");
    assert_eq!((run.code(), run.stderr.as_str()), (0, ""));
    insta::assert_snapshot!(run.stdout);
}

#[test]
fn what_iam_refuses_is_shown_where_it_is_written() {
    let run = check("grammar.json");
    assert_eq!((run.code(), run.stderr.as_str()), (1, ""));
    insta::assert_snapshot!(run.stdout);
}

#[test]
fn what_cannot_mean_what_it_seems_to_is_a_warning() {
    let run = check("unknown-action.yaml");
    assert_eq!(run.code(), 1);
    insta::assert_snapshot!(run.stdout);
}

#[test]
fn a_policy_that_is_too_long_is_told_its_quota() {
    let run = check("too-long.json");
    assert_eq!(run.code(), 1);
    insta::assert_snapshot!(run.stdout);
    let boundary = fasscan(&["iam", "check", "--kind", "boundary", "fixtures/iam/check/too-long.json"]);
    assert!(boundary.stdout.starts_with("error: the policy has 7,598 characters, and a managed policy may have 6,144"));
    let scp = fasscan(&["iam", "check", "--kind", "scp", "fixtures/iam/check/too-long.json"]);
    assert_eq!(scp.code(), 0, "{}", scp.stdout);
}

#[test]
fn every_policy_of_a_template_is_checked() {
    let run = check("template.yaml");
    assert_eq!((run.code(), run.stderr.as_str()), (1, ""));
    insta::assert_snapshot!(run.stdout);
}

#[test]
fn policies_in_what_the_aws_cli_writes_are_found() {
    let run = check("get-role.json");
    assert_eq!(run.code(), 1);
    insta::assert_snapshot!(run.stdout);
}

#[test]
fn a_kind_that_is_given_is_not_guessed() {
    insta::assert_snapshot!(check("trust.json").stdout);
    let run = fasscan(&["iam", "check", "--kind", "identity", "fixtures/iam/check/trust.json"]);
    assert!(run.stdout.contains("an identity policy has no `Principal`"), "{}", run.stdout);
    assert!(run.stdout.contains("trust.json: an identity policy\n"), "{}", run.stdout);
}

#[test]
fn what_cannot_be_read_is_an_error_and_the_other_files_are_checked() {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| std::fs::write(dir.path().join(name), bytes).unwrap();
    write("latin1.json", b"{\"Statement\": \"\xe9\"}");
    write("deep.json", "[".repeat(10_000).as_bytes());
    write("empty.json", b"");
    write("text.json", b"\"Allow everything\"");
    for name in ["truncated.json", "sound.json"] {
        std::fs::copy(format!("{ROOT}/fixtures/iam/check/{name}"), dir.path().join(name)).unwrap();
    }
    let files = ["latin1.json", "deep.json", "empty.json", "text.json", "truncated.json", "gone.json", "sound.json"];
    let run = fasscan_in(dir.path(), &[&["iam", "check"], &files[..]].concat());
    assert_eq!(run.code(), 2);
    insta::assert_snapshot!(run.stderr);
    assert!(run.stdout.contains("sound.json: an identity policy"), "{}", run.stdout);
    assert!(run.stdout.contains("text.json:1:2"), "{}", run.stdout);
}

#[test]
fn a_folder_is_searched_and_what_is_no_policy_is_passed_over() {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(dir.path().join(name), text).unwrap();
    std::fs::create_dir_all(dir.path().join("a/.git")).unwrap();
    write("package.json", "{\"name\": \"x\"}");
    write("notes.txt", "{\"Statement\": 1}");
    assert_eq!(fasscan_in(dir.path(), &["iam", "check", "."]).code(), 3, "nothing to check");
    write("a/p.json", r#"{"Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}}"#);
    write("a/.git/q.json", "{");
    let run = fasscan_in(dir.path(), &["iam", "check", "."]);
    assert_eq!((run.code(), run.stderr.as_str()), (0, ""), "{}", run.stdout);
    assert!(run.stdout.starts_with("a/p.json: an identity policy"), "{}", run.stdout);
}

#[test]
fn standard_input_is_a_file_too() {
    use std::io::Write as _;
    use std::process::Stdio;
    for (text, code) in
        [(r#"{"Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}}"#, 0), ("{}", 1), ("", 2)]
    {
        let mut command = command(Path::new(ROOT), &["iam", "check", "-"]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{text}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn the_severity_that_fails_is_chosen() {
    let dir = tempfile::tempdir().unwrap();
    let policy = r#"{"Statement": {"Effect": "Allow", "Action": ["s3:Get*", "s3:GetObject"], "Resource": "*"}}"#;
    std::fs::write(dir.path().join("p.json"), policy).unwrap();
    let code = |severity: &str| fasscan_in(dir.path(), &["iam", "check", "p.json", "--fail-on", severity]).code();
    assert_eq!((code("error"), code("warning"), code("suggestion"), code("none")), (0, 0, 1, 0));
}

#[test]
fn json_has_every_finding_with_its_place() {
    let run = fasscan(&[
        "iam",
        "check",
        "--output",
        "json",
        "fixtures/iam/check/unknown-action.yaml",
        "fixtures/iam/check/empty.json",
    ]);
    assert_eq!(run.code(), 2);
    let json = run.json();
    let policy = &json["policies"][0];
    assert_eq!((policy["kind"].as_str(), policy["guessed"].as_bool()), (Some("identity"), Some(true)));
    let finding = &policy["findings"][0];
    assert_eq!(
        (finding["id"].as_str(), finding["line"].as_u64(), finding["column"].as_u64(), finding["statement"].as_u64()),
        (Some("unknown-action"), Some(6), Some(9), Some(0))
    );
    assert_eq!(json["diagnostics"][0]["message"], "the file is empty");
}

#[test]
fn nothing_in_a_policy_writes_to_the_terminal() {
    let dir = tempfile::tempdir().unwrap();
    let policy = r#"{"Statement": {"Effect": "Allow\u001b[31m", "Action": "s3:\u001b]0;x\u0007", "Resource": "\u009b"}, "\u001b[2J": 1}"#;
    std::fs::write(dir.path().join("p.json"), policy).unwrap();
    let run = fasscan_in(dir.path(), &["iam", "check", "p.json"]);
    assert_eq!(run.code(), 1);
    assert!(!run.stdout.contains(['\u{1b}', '\u{7}', '\u{9b}']), "{:?}", run.stdout);
}
