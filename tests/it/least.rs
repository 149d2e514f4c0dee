//! Least privilege, as a user sees it.

use crate::run::{fasscan, write};

const TEMPLATE: &str = "\
Resources:
  Data: { Type: AWS::S3::Bucket }
  In: { Type: AWS::Kinesis::Stream, Properties: { ShardCount: 1 } }
  Reader:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: '2012-10-17'
        Statement:
          - Effect: Allow
            Action: [s3:GetObject, s3:ListBucket, kinesis:GetRecords, xray:PutTraceSegments]
            Resource: '*'
            Condition: { Bool: { aws:SecureTransport: 'true' } }
";

#[test]
fn a_suggestion_names_the_resources_of_the_stack_and_keeps_conditions() {
    let dir = tempfile::tempdir().unwrap();
    let path = write(dir.path(), "template.yaml", TEMPLATE);
    let run = fasscan(&["iam", "suggest", &path]);
    assert_eq!(run.code(), 0);
    for part in [
        "\"arn:aws:s3:::${Data}/*\"",
        "\"arn:aws:s3:::${Data}\"",
        ":stream/${In}\"",
        "\"aws:SecureTransport\"",
        "proved for all requests to allow nothing new",
        "as before: `xray:PutTraceSegments` has no resources to name",
        "1 identity policy, 1 with a tighter suggestion",
    ] {
        assert!(run.stdout.contains(part), "{part}: {}", run.stdout);
    }
}

#[test]
fn a_finding_points_at_the_wildcard_and_says_what_would_do() {
    let dir = tempfile::tempdir().unwrap();
    let path = write(dir.path(), "template.yaml", TEMPLATE);
    let run = fasscan(&["check", &path, "--rule", "iam-data-exfiltration"]);
    assert_eq!(run.code(), 1);
    assert!(run.stdout.contains("template.yaml:12:23"), "{}", run.stdout);
    for part in ["`s3:GetObject` and `kinesis:GetRecords` on `*`", "arn:${Partition}:s3:::${BucketName}/${ObjectName}"]
    {
        assert!(run.stdout.split_whitespace().collect::<Vec<_>>().join(" ").contains(part), "{part}: {}", run.stdout);
    }
}
