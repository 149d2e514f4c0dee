//! Stack sets: what their templates hold is resolved, and stands where it is written.

use super::*;

const BODY: &str = r#"
Parameters:
  Tier: { Type: String, Default: gold }
Resources:
  Set:
    Type: AWS::CloudFormation::StackSet
    Properties:
      StackSetName: baseline
      PermissionModel: SERVICE_MANAGED
      Parameters:
        - { ParameterKey: Kind, ParameterValue: !Ref Tier }
        - { ParameterKey: Days, ParameterValue: "400" }
      StackInstancesGroup:
        - DeploymentTargets: { Accounts: ["999988887777"] }
          Regions: [eu-central-1]
          ParameterOverrides: [{ ParameterKey: Days, ParameterValue: "1" }]
      TemplateBody: |
        Parameters:
          Kind: { Type: String }
          Days: { Type: Number, Default: 30 }
        Resources:
          Logs:
            Type: AWS::Logs::LogGroup
            Properties:
              LogGroupName: !Sub "${Kind}-${AWS::Region}-${AWS::AccountId}"
              RetentionInDays: !Ref Days
"#;

#[test]
fn the_template_of_a_stack_set_is_a_stack_of_its_own_with_the_parameters_and_target_of_its_instances() {
    let resolved = text(BODY);
    assert_eq!(resolved.said, [""; 0]);
    assert!(resolved.inventory.gaps.is_empty());
    assert_eq!(
        resolved.properties_in("demo-Set", "Logs", &[]),
        json!({ "LogGroupName": "gold-eu-central-1-999988887777", "RetentionInDays": "?not-in-input" })
    );
}

#[test]
fn what_stands_in_the_text_of_a_template_has_its_own_line() {
    let resolved = text(BODY);
    let id = resolved.find("demo-Set", "Logs");
    let resource = resolved.inventory.resource(id);
    let file = resolved.inventory.files.get(resource.place.file);
    assert_eq!(resource.key_span.slice(file.text()), "Logs");
    assert_eq!(file.position(resource.key_span.start).line, 22);
    assert_eq!(resource.head_span.slice(file.text()), "Properties");
}

#[test]
fn a_body_in_json_keeps_its_places_behind_escapes() {
    let resolved = text(
        r#"{"Resources": {"Set": {"Type": "AWS::CloudFormation::StackSet", "Properties": {
            "TemplateBody": "{\"Resources\":{\"Topic\":{\"Type\":\"AWS::SNS::Topic\",\"Properties\":{\"TopicName\":\"t\"}}}}"
        }}}}"#,
    );
    assert_eq!(resolved.said, [""; 0]);
    let resource = resolved.inventory.resource(resolved.find("demo-Set", "Topic"));
    let file = resolved.inventory.files.get(resource.place.file);
    assert_eq!(resource.key_span.slice(file.text()), r#"\"Topic\""#);
    assert_eq!(resource.head_span.slice(file.text()), r#"\"Properties\""#);
}

#[test]
fn a_body_that_a_function_makes_is_resolved_when_the_function_is() {
    let resolved = text(
        r#"
Parameters:
  Open: { Type: String }
Resources:
  Known:
    Type: AWS::CloudFormation::StackSet
    Properties:
      TemplateBody: !Sub |
        Resources:
          Topic: { Type: AWS::SNS::Topic, Properties: { TopicName: "of-${AWS::AccountId}" } }
  Unknown:
    Type: AWS::CloudFormation::StackSet
    Properties:
      TemplateBody: !Sub "Resources: { Topic: { Type: '${Open}' } }"
  Elsewhere:
    Type: AWS::CloudFormation::StackSet
    Properties: { TemplateURL: "https://s3.amazonaws.com/b/t.yaml" }
"#,
    );
    assert_eq!(resolved.said, [""; 0]);
    assert_eq!(resolved.properties_in("demo-Known", "Topic", &[]), json!({ "TopicName": "of-123456789012" }));
    let gaps: Vec<String> = resolved.inventory.gaps.iter().map(|gap| format!("{}: {}", gap.what, gap.cause)).collect();
    assert_eq!(
        gaps,
        [
            "the template that stack set `Unknown` deploys is not known: parameter `Open` has no default",
            "the template that stack set `Elsewhere` deploys is not part of the input: the template of the nested stack \
             is not at hand",
        ]
    );
}

#[test]
fn a_body_that_is_no_template_is_an_error_at_its_place() {
    let resolved = text(
        "Resources:\n  A:\n    Type: AWS::CloudFormation::StackSet\n    Properties:\n      TemplateBody: |\n        Resources: [\n  \
         B:\n    Type: AWS::CloudFormation::StackSet\n    Properties: { TemplateBody: just a text }\n",
    );
    assert_eq!(resolved.said.len(), 2, "{:?}", resolved.said);
    assert!(resolved.said[0].starts_with("<stdin>:6:"), "{:?}", resolved.said);
    assert_eq!(resolved.said[1], "<stdin>:9:33: the text is no template: it has no `Resources`");
}
