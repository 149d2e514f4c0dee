//! Transforms, from the template to the report: what loops and includes make is judged, and what is not in sight decides
//! nothing.

use serde_json::Value;

use crate::run::{fasscan_in, write};

/// The JSON report of the templates of a folder with these files, by the built-in rules.
fn report(files: &[(&str, &str)], args: &[&str]) -> Value {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in files {
        write(dir.path(), name, text);
    }
    fasscan_in(dir.path(), &[&["check", ".", "-o", "json"], args].concat()).json()
}

/// The verdicts of a rule by stack and logical id, with the causes of what is unknown.
fn verdicts(report: &Value, rule: &str) -> Vec<String> {
    let rules = report["rules"].as_array().unwrap();
    let index = rules.iter().position(|one| one["id"] == rule).unwrap_or_else(|| panic!("{rule}"));
    let verdicts = report["verdicts"].as_array().unwrap().iter().filter(|verdict| verdict["rule"] == index);
    let shown = verdicts.map(|verdict| {
        let resource = &report["resources"][verdict["resource"].as_u64().unwrap() as usize];
        let causes = verdict["causes"].as_array().into_iter().flatten().map(|cause| cause["id"].as_str().unwrap());
        let causes = causes.collect::<Vec<_>>().join(",");
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        format!("{} {} {causes}", text(&resource["logical_id"]), text(&verdict["outcome"])).trim().to_owned()
    });
    shown.collect()
}

const TLS: &str = "s3-plaintext-transport-allowed";

/// A bucket without a policy, and something beside it that may be or make one.
fn bucket_beside(addition: &str) -> String {
    format!(
        "Transform: AWS::LanguageExtensions\nParameters: {{Open: {{Type: CommaDelimitedList}}}}\nResources:\n  B: {{Type: AWS::S3::Bucket}}\n{addition}"
    )
}

#[test]
fn a_partner_that_may_be_there_out_of_sight_is_unknown_and_one_that_cannot_fails() {
    let cases = [
        ("", "fail"),
        // The loop makes policies, or anything.
        (
            "  Fn::ForEach::L: [I, !Ref Open, {\"P${I}\": {Type: AWS::S3::BucketPolicy, Properties: {Bucket: !Ref B}}}]\n",
            "unknown parameter-without-default",
        ),
        ("  Fn::ForEach::L: [I, !Ref Open, {\"P${I}\": {Type: !Ref I}}]\n", "unknown parameter-without-default"),
        // The loop makes topics.
        ("  Fn::ForEach::L: [I, !Ref Open, {\"T${I}\": {Type: AWS::SNS::Topic}}]\n", "fail"),
        ("  Fn::ForEach::L: [I, [a], {\"P${I}\": {Type: AWS::SNS::Topic}}]\n", "fail"),
        ("  Fn::Transform: {Name: Custom}\n", "unknown macro"),
        ("  M: {Type: My::Bucket::Policy::MODULE}\n", "unknown macro"),
        // A nested stack elsewhere knows the bucket only when somebody tells it.
        ("  N: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: 'https://x/y.yaml'}}\n", "fail"),
        (
            "  N: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: 'https://x/y.yaml', Parameters: {Name: !Ref B}}}\n",
            "unknown remote-nested-stack",
        ),
        (
            "  N: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: 'https://x/y.yaml', Parameters: {Name: !Sub 'x-${B.Arn}'}}}\n",
            "unknown remote-nested-stack",
        ),
        (
            "  N: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: 'https://x/y.yaml', Parameters: {Other: !Ref Open}}}\n",
            "fail",
        ),
    ];
    for (addition, expected) in cases {
        let report = report(&[("t.yaml", &bucket_beside(addition))], &[]);
        assert_eq!(verdicts(&report, TLS), [format!("B {expected}")], "{addition}");
    }
}

#[test]
fn what_the_serverless_transform_leaves_may_be_a_partner_out_of_sight() {
    let with = |kind: &str| {
        let resource = format!("  F: {{Type: AWS::Serverless::{kind}, Properties: {{}}}}\n");
        let template = without_transform(&bucket_beside(&resource));
        format!("{template}Transform: [AWS::LanguageExtensions, AWS::Serverless-2016-10-31]\n")
    };
    for (kind, expected) in [("SimpleTable", "fail"), ("Invented", "unknown macro")] {
        let report = report(&[("t.yaml", &with(kind))], &[]);
        assert_eq!(verdicts(&report, TLS), [format!("B {expected}")], "{kind}");
    }
}

fn without_transform(template: &str) -> String {
    template.lines().filter(|line| !line.starts_with("Transform:")).map(|line| format!("{line}\n")).collect()
}

#[test]
fn a_bucket_that_a_nested_stack_gives_away_may_have_a_policy_where_it_goes() {
    let child = "Resources: {B: {Type: AWS::S3::Bucket}}\nOutputs: {Name: {Value: !Ref B}}\n";
    let parent = |addition: &str| {
        format!(
            "Resources:\n  C: {{Type: AWS::CloudFormation::Stack, Properties: {{TemplateURL: child.yaml}}}}\n{addition}"
        )
    };
    let remote = |value: &str| {
        format!(
            "  N: {{Type: AWS::CloudFormation::Stack, Properties: {{TemplateURL: 's3://x/y.yaml', Parameters: {{P: {value}}}}}}}\n"
        )
    };
    for (addition, expected) in [
        (remote("!GetAtt C.Outputs.Name"), "B unknown remote-nested-stack"),
        ("  Fn::Transform: {Name: Custom}\n".to_owned(), "B unknown macro"),
        (String::new(), "B fail"),
    ] {
        let report = report(&[("t.yaml", &parent(&addition)), ("child.yaml", child)], &[]);
        assert_eq!(verdicts(&report, TLS), [expected], "{addition}");
    }
}

#[test]
fn a_partner_that_is_there_passes_whatever_else_may_be() {
    let policy = "  P:\n    Type: AWS::S3::BucketPolicy\n    Properties:\n      Bucket: !Ref B\n      PolicyDocument:\n        Statement:\n          - {Effect: Deny, Principal: '*', Action: 's3:*', Resource: [!GetAtt B.Arn, !Sub '${B.Arn}/*'], Condition: {Bool: {'aws:SecureTransport': 'false'}}}\n  Fn::Transform: {Name: Custom}\n";
    let report = report(&[("t.yaml", &bucket_beside(policy))], &[]);
    assert_eq!(verdicts(&report, TLS), ["B pass"]);
}

#[test]
fn separate_rules_of_a_security_group_may_be_out_of_sight() {
    let group = "  G: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: g, VpcId: vpc-1}}\n";
    let open = format!(
        "{group}  Fn::ForEach::L: [I, !Ref Open, {{\"R${{I}}\": {{Type: AWS::EC2::SecurityGroupIngress, Properties: {{GroupId: !Ref G}}}}}}]\n"
    );
    let rule = "ec2-security-group-open-admin-port";
    let plain = report(&[("t.yaml", &bucket_beside(group))], &[]);
    let with_loop = report(&[("t.yaml", &bucket_beside(&open))], &[]);
    assert_eq!(verdicts(&plain, rule), ["G pass"]);
    assert_eq!(verdicts(&with_loop, rule), ["G unknown parameter-without-default"]);
}

#[test]
fn findings_in_an_included_file_stand_in_that_file_and_show_no_secret() {
    let template = "Parameters: {Pw: {Type: String, Default: topsecret1}}\nResources:\n  Fn::Transform: {Name: AWS::Include, Parameters: {Location: parts/db.yaml}}\n";
    let part = "Db:\n  Type: AWS::RDS::DBInstance\n  Properties: {StorageEncrypted: false, MasterUserPassword: hunter2222, Other: !Ref Pw}\nDb2:\n  Type: AWS::RDS::DBInstance\n  Properties: {StorageEncrypted: false, MasterUserPassword: !Ref Pw}\n";
    let files = [("t.yaml", template), ("parts/db.yaml", part)];
    let report = report(&files, &[]);
    let text = report.to_string();
    assert!(!text.contains("hunter2222") && !text.contains("topsecret1"), "{text}");
    let findings = report["findings"].as_array().unwrap();
    let unencrypted: Vec<&Value> = findings.iter().filter(|one| one["path"] == "Properties.StorageEncrypted").collect();
    let places: Vec<String> = unencrypted
        .iter()
        .map(|one| format!("{} {}", one["location"]["file"], one["location"]["start"]["line"]))
        .collect();
    assert!(places.iter().all(|place| place.starts_with("\"parts/db.yaml\"")) && !places.is_empty(), "{places:?}");
    let excerpt = unencrypted[0]["excerpt"]["text"].as_str().unwrap();
    assert!(excerpt.contains("MasterUserPassword: ****"), "{excerpt}");
}

#[test]
fn an_included_file_that_is_a_template_itself_is_scanned_once() {
    let template = "Fn::Transform: {Name: AWS::Include, Parameters: {Location: all.yaml}}\nAWSTemplateFormatVersion: '2010-09-09'\n";
    let all = "Resources:\n  B: {Type: AWS::S3::Bucket}\n";
    let report = report(&[("t.yaml", template), ("all.yaml", all)], &[]);
    assert_eq!(verdicts(&report, TLS), ["B fail"]);
    assert_eq!(report["inputs"].as_array().unwrap().len(), 1);
    let reason = "scanned as a part of the template that includes it";
    assert_eq!(report["skipped"], serde_json::json!([{"path": "all.yaml", "reason": reason}]));
}

#[test]
fn what_a_loop_makes_is_found_in_its_body_by_the_name_of_each_iteration() {
    let template = "Transform: AWS::LanguageExtensions\nResources:\n  Fn::ForEach::L:\n    - I\n    - [a, b]\n    - Bucket${I}:\n        Type: AWS::S3::Bucket\n        Properties:\n          AccessControl: PublicReadWrite\n";
    let report = report(&[("t.yaml", template)], &[]);
    let findings = report["findings"].as_array().unwrap();
    let public: Vec<&Value> = findings.iter().filter(|one| one["path"] == "Properties.AccessControl").collect();
    let of = |one: &Value| {
        let resource = &report["resources"][one["resource"].as_u64().unwrap() as usize];
        format!("{} {}", resource["logical_id"].as_str().unwrap(), one["location"]["start"]["line"])
    };
    let mut places: Vec<String> = public.iter().map(|one| of(one)).collect();
    places.sort();
    places.dedup();
    assert_eq!(places, ["Bucketa 9", "Bucketb 9"]);
    let prints: Vec<&Value> = public.iter().map(|one| &one["fingerprint"]).collect();
    assert!(prints.iter().all(|one| prints.iter().filter(|other| other == &one).count() == 1), "{prints:?}");
}
