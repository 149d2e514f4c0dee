//! Inputs that are made to hurt: they end, in bounded time and memory, with an error that names them.

use crate::run::{check, check_stdin, database, fasscan, write};

#[test]
fn deep_nesting_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let deep = |open: &str, close: &str| format!("{}{}", open.repeat(10_000), close.repeat(10_000));
    let json = write(dir.path(), "deep.json", &format!("{{\"Resources\": {}}}", deep("[", "]")));
    let flow = write(dir.path(), "flow.yaml", &format!("Resources: {}\n", deep("{a: ", "}")));
    let block: String = (0..10_000).map(|level| format!("{}a:\n", " ".repeat(level + 1))).collect();
    let block = write(dir.path(), "block.yaml", &format!("Resources:\n{block}"));
    let bad = write(dir.path(), "bad.yaml", &database(false));
    for path in [json, flow, block] {
        let run = check(&[&path, &bad, "--quiet"]);
        assert_eq!(run.code(), 2, "{path}");
        assert!(run.stdout.contains("high[test-database-unencrypted]"), "{path}: {}", run.stdout);
    }
}

#[test]
fn a_file_past_the_limit_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let mut text = database(false);
    text.push_str(&"#".repeat(60 << 20));
    let big = write(dir.path(), "big.yaml", &text);
    let run = check(&[&big]);
    assert_eq!(run.code(), 2);
    assert!(run.stdout.contains("larger than the limit"), "{}", run.stdout);
}

#[test]
fn one_long_line_is_scanned_and_shown_in_part() {
    let dir = tempfile::tempdir().unwrap();
    let resources: Vec<String> = (0..2_000)
        .map(|index| {
            format!(r#""Db{index}":{{"Type":"AWS::RDS::DBInstance","Properties":{{"StorageEncrypted":false}}}}"#)
        })
        .collect();
    let path = write(dir.path(), "long.json", &format!("{{\"Resources\":{{{}}}}}", resources.join(",")));
    let run = check(&[&path, "--output", "json"]);
    assert_eq!(run.code(), 1);
    let report = run.json();
    let findings = report["findings"].as_array().unwrap();
    assert_eq!(findings.len(), 2_000);
    assert!(findings.iter().all(|finding| finding["excerpt"]["text"].as_str().unwrap().len() < 200));
}

#[test]
fn binary_input_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("binary.yaml");
    std::fs::write(&path, [0u8, 159, 146, 150].repeat(100)).unwrap();
    assert_eq!(check(&[path.to_str().unwrap()]).code(), 2);
    assert_eq!(check_stdin("\0\0\0", &[]).code(), 2);
}

#[test]
#[cfg(unix)]
fn an_unreadable_file_is_an_error_and_the_others_are_scanned() {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "bad.yaml", &database(false));
    let locked = write(dir.path(), "locked.yaml", &database(false));
    std::fs::set_permissions(&locked, std::fs::Permissions::from_mode(0o000)).unwrap();
    if std::fs::read(&locked).is_ok() {
        return; // root reads everything
    }
    let run = check(&[dir.path().to_str().unwrap()]);
    assert_eq!(run.code(), 2);
    assert!(run.stdout.contains("permission denied") && run.stdout.contains("bad.yaml"), "{}", run.stdout);
}

#[test]
fn control_sequences_of_a_template_do_not_reach_the_terminal() {
    let dir = tempfile::tempdir().unwrap();
    let text = "{\"Resources\":{\"D\\u001b[31mb\":{\"Type\":\"AWS::RDS::DBInstance\",\"Properties\":{\"StorageEncrypted\":\"\\u001b]0;x\\u0007\"}}}}";
    let path = write(dir.path(), "t.json", text);
    let run = check(&[&path, "--verbose"]);
    assert_eq!(run.code(), 1);
    assert!(!run.stdout.contains('\u{1b}') && !run.stdout.contains('\u{7}'), "{:?}", run.stdout);
}

/// What a rule says of the resources of a template, in a report of bounded size.
fn outcome(text: &str, rule: &str) -> Vec<String> {
    let dir = tempfile::tempdir().unwrap();
    let path = write(dir.path(), "t.yaml", text);
    let run = fasscan(&["check", &path, "--rule", rule, "--output", "json"]);
    assert!(run.code() <= 2);
    let report = run.json();
    assert!(run.stdout.len() < 10_000_000, "{} bytes", run.stdout.len());
    report["verdicts"].as_array().unwrap().iter().map(|one| one["outcome"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_text_that_doubles_at_every_level_is_unknown() {
    let mut name = "x".to_owned();
    for _ in 0..38 {
        name = format!(
            r#"{{"Fn::Sub": ["${{a}}${{a}}", {{"a": {name}}}]}}"#,
            name = if name == "x" { r#""x""# } else { &name }
        );
    }
    let exports: Vec<String> = (1..150)
        .map(|index| {
            let before = format!(r#"{{"Fn::ImportValue": "E{}"}}"#, index - 1);
            format!(r#""O{index}": {{"Value": {{"Fn::Join": ["", [{before}, {before}]]}}, "Export": {{"Name": "E{index}"}}}}"#)
        })
        .collect();
    let first = r#""O0": {"Value": {"Ref": "P"}, "Export": {"Name": "E0"}}"#;
    let template = |key: &str| {
        format!(
            r#"{{"Parameters": {{"P": {{"Type": "String"}}}},
            "Resources": {{"Topic": {{"Type": "AWS::SNS::Topic", "Properties": {{"KmsMasterKeyId": {key}}}}}}},
            "Outputs": {{{first}, {}}}}}"#,
            exports.join(", ")
        )
    };
    for key in [name.as_str(), r#"{"Fn::ImportValue": "E149"}"#] {
        assert_eq!(outcome(&template(key), "sns-topic-unencrypted").len(), 1);
    }
}

#[test]
fn a_long_text_with_many_aliases_is_not_copied_without_end() {
    let tags = "        - { Key: k, Value: *a }\n".repeat(1_500);
    let long = "x".repeat(100_000);
    let text = format!(
        "Metadata: &a {long}\nResources:\n  Topic:\n    Type: AWS::SNS::Topic\n    Properties:\n      Tags:\n{tags}"
    );
    assert_eq!(outcome(&text, "sns-topic-unencrypted"), ["fail"]);
}

#[test]
fn more_security_group_rules_than_a_group_can_have_are_not_compared() {
    let rule = |index: usize| {
        let port = index % 65_000;
        format!(r#"{{"IpProtocol": "tcp", "FromPort": {port}, "ToPort": {port}, "CidrIp": "{}.0.0.0/8"}}"#, index % 200)
    };
    let rules: Vec<String> = (0..20_000).map(rule).collect();
    let text = format!(
        r#"{{"Resources": {{"Group": {{"Type": "AWS::EC2::SecurityGroup", "Properties": {{"GroupDescription": "g",
        "SecurityGroupIngress": [{}]}}}}}}}}"#,
        rules.join(",")
    );
    assert_eq!(outcome(&text, "ec2-security-group-open-any-port"), ["unknown"]);
}

#[test]
fn a_verdict_names_some_of_very_many_causes() {
    let list = "a,".repeat(3_000);
    let buckets: String = (0..100)
        .map(|index| format!("  B{index}: {{ Type: AWS::S3::Bucket, Properties: {{ Tags: !Ref Tags }} }}\n"))
        .collect();
    let text = format!("Parameters:\n  Tags: {{ Type: CommaDelimitedList, Default: '{list}' }}\nResources:\n{buckets}");
    assert_eq!(outcome(&text, "s3-bucket-deleted-with-stack"), vec!["unknown"; 100]);
}

#[test]
fn cases_that_nest_through_very_many_exports_are_walked_in_bounded_depth() {
    let output = |index: usize| {
        let before =
            if index == 0 { r#""x""#.to_owned() } else { format!(r#"{{"Fn::ImportValue": "E{}"}}"#, index - 1) };
        format!(
            r#""O{index}": {{"Value": {{"Fn::If": ["C{}", {before}, "y"]}}, "Export": {{"Name": "E{index}"}}}}"#,
            index % 3
        )
    };
    let names = ["C0", "C1", "C2"];
    let parameters = names.map(|name| format!(r#""P{name}": {{"Type": "String"}}"#)).join(", ");
    let conditions = names.map(|name| format!(r#""{name}": {{"Fn::Equals": [{{"Ref": "P{name}"}}, "x"]}}"#)).join(", ");
    let outputs: Vec<String> = (0..40_000).map(output).collect();
    let head = format!(r#""Parameters": {{{parameters}}}, "Conditions": {{{conditions}}}"#);
    let last = r#"{"Fn::ImportValue": "E39999"}"#;
    let policy = format!(
        r#"{{"Statement": [{{"Effect": "Deny", "Principal": {last}, "Action": "s3:*", "Resource": [{last}]}}]}}"#
    );
    let importing = format!(
        r#"{{"Resources": {{"Bucket": {{"Type": "AWS::S3::Bucket", "Properties": {{"BucketName": {last}}}}},
        "Policy": {{"Type": "AWS::S3::BucketPolicy", "Properties": {{"Bucket": {last}, "PolicyDocument": {policy}}}}}}}}}"#
    );
    let dir = tempfile::tempdir().unwrap();
    let stack = |name: &str| {
        format!(
            r#""{name}": {{"type": "aws:cloudformation:stack", "properties": {{"templateFile": "{name}.template.json"}}}}"#
        )
    };
    let manifest = format!(r#"{{"version": "36.0.0", "artifacts": {{{}, {}}}}}"#, stack("A"), stack("B"));
    write(dir.path(), "manifest.json", &manifest);
    write(
        dir.path(),
        "A.template.json",
        &format!(r#"{{{head}, "Resources": {{}}, "Outputs": {{{}}}}}"#, outputs.join(",")),
    );
    write(dir.path(), "B.template.json", &importing);
    let run = fasscan(&["check", dir.path().to_str().unwrap(), "--output", "json", "--allow-incomplete"]);
    assert!(run.code() <= 1, "{}", run.stdout);
    assert!(!run.json()["verdicts"].as_array().unwrap().is_empty());
}

#[test]
fn findings_that_aliases_multiply_are_counted_and_not_all_shown() {
    let rule = |index: usize| {
        format!(
            "        - {{ IpProtocol: tcp, FromPort: 5432, ToPort: 5432, CidrIp: 0.0.0.0/0, Description: d{index} }}\n"
        )
    };
    let rules: String = (0..250).map(rule).collect();
    let group = |index: usize, rules: &str| {
        format!(
            "  G{index}:\n    Type: AWS::EC2::SecurityGroup\n    Properties:\n      SecurityGroupIngress: {rules}\n"
        )
    };
    let groups: String = (1..250).map(|index| group(index, "*rules")).collect();
    let text = format!("Resources:\n{}{groups}", group(0, &format!("&rules\n{rules}")));
    let dir = tempfile::tempdir().unwrap();
    let path = write(dir.path(), "t.yaml", &text);
    let run = fasscan(&["check", &path, "--rule", "ec2-security-group-open-database-port", "--quiet"]);
    assert_eq!(run.code(), 2);
    assert!(run.stdout.contains("12500 further ones are not shown"), "{}", &run.stdout[run.stdout.len() - 2000..]);
}
