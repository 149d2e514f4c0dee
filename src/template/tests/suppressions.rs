//! What templates say to tools in `Metadata`, and the CDK's custom resources.

use super::*;

#[test]
fn suppressions_of_every_tool_are_read_with_their_reason_and_place() {
    let resolved = text(
        r#"
Metadata:
  cfn-lint: { config: { ignore_checks: [E3012] } }
Resources:
  Store:
    Type: AWS::S3::Bucket
    Metadata:
      cdk_nag: { rules_to_suppress: [{ id: AwsSolutions-S1, reason: logs go elsewhere }] }
      cfn_nag: { rules_to_suppress: [{ id: W35, reason: no logs }, { reason: no id }] }
      checkov: { skip: [{ id: CKV_AWS_18, comment: no logs }] }
      guard: { SuppressedRules: [S3_BUCKET_LOGGING_ENABLED] }
      fasscan: { suppress: [{ rule: s3-access-logging-disabled, reason: is the log bucket }] }
  Guarded:
    Type: AWS::S3::Bucket
    Metadata:
      guard: { SuppressedRules: { S3_BUCKET_LOGGING_ENABLED: is the log bucket } }
      checkov: nothing
"#,
    );
    assert_eq!(resolved.said, [""; 0]);
    let inventory = &resolved.inventory;
    let shown: Vec<String> = inventory
        .suppressions
        .iter()
        .map(|one| {
            let line = inventory.files.get(one.place.file).position(one.place.span.start).line;
            let of = one.resource.map_or("", |id| &inventory.resource(id).logical_id);
            format!("{line} {of} {} {} {}", one.tool, one.id, one.reason.as_deref().unwrap_or("-"))
        })
        .collect();
    assert_eq!(
        shown,
        [
            "8 Store cdk-nag AwsSolutions-S1 logs go elsewhere",
            "9 Store cfn_nag W35 no logs",
            "10 Store checkov CKV_AWS_18 no logs",
            "11 Store cfn-guard S3_BUCKET_LOGGING_ENABLED -",
            "12 Store fasscan s3-access-logging-disabled is the log bucket",
            "16 Guarded cfn-guard S3_BUCKET_LOGGING_ENABLED is the log bucket",
            "3  cfn-lint E3012 -",
        ]
    );
}

#[test]
fn the_log_group_that_the_cdk_makes_for_a_function_is_a_log_group() {
    let resolved = text(
        r#"
Resources:
  Worker: { Type: AWS::Lambda::Function, Properties: { Runtime: nodejs22.x } }
  WorkerLogRetention:
    Type: Custom::LogRetention
    Properties:
      ServiceToken: !GetAtt LogRetentionaae0aa3c5b4d4f87b02d85b201efdd8aFD4BFC8A.Arn
      LogGroupName: !Join ["", [/aws/lambda/, !Ref Worker]]
      RetentionInDays: 30
  LogRetentionaae0aa3c5b4d4f87b02d85b201efdd8aFD4BFC8A: { Type: AWS::Lambda::Function }
"#,
    );
    let [group] = resolved.inventory.of_type("AWS::Logs::LogGroup") else { panic!("one group") };
    let resource = resolved.inventory.resource(*group);
    assert_eq!(&*resource.logical_id, "WorkerLogRetention");
    let world = World::open();
    let view = View::new(&resolved.inventory.values, &world);
    let days = resolved.inventory.property(&view, *group, &["RetentionInDays"]);
    assert_eq!(shown(&resolved.inventory, &view, days), json!(30));
}
