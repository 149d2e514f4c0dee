//! `fasscan iam escalations`, and the rule that asks the same.

use crate::run::{check, fasscan, write};

const PATH: &str = r#"
Parameters:
  Extra: { Type: String }
Resources:
  Ci:
    Type: AWS::IAM::User
    Properties: { UserName: ci, Groups: [!Ref Builders] }
  Builders:
    Type: AWS::IAM::Group
    Properties: { GroupName: builders }
  AssumeDeploy:
    Type: AWS::IAM::GroupPolicy
    Properties:
      PolicyName: assume
      GroupName: !Ref Builders
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - { Sid: Deploy, Effect: Allow, Action: "sts:AssumeRole", Resource: !GetAtt Deploy.Arn }
  Deploy:
    Type: AWS::IAM::Role
    Properties:
      RoleName: deploy
      AssumeRolePolicyDocument:
        Statement: [{ Effect: Allow, Action: "sts:AssumeRole", Principal: { AWS: !Sub "arn:aws:iam::${AWS::AccountId}:root" } }]
  UpdateCode:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      Roles: [!Ref Deploy]
      PolicyDocument:
        Statement:
          - { Effect: Allow, Action: "lambda:Update*", Resource: !GetAtt Function.Arn, Condition: { Bool: { "aws:MultiFactorAuthPresent": "true" } } }
  Function:
    Type: AWS::Lambda::Function
    Properties: { FunctionName: jobs, Role: !GetAtt Jobs.Arn, Code: { ZipFile: "" } }
  Jobs:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{ Effect: Allow, Action: "sts:AssumeRole", Principal: { Service: lambda.amazonaws.com } }]
      ManagedPolicyArns: [arn:aws:iam::aws:policy/AdministratorAccess]
  Passes:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{ Effect: Allow, Action: "sts:AssumeRole", Principal: { Service: ec2.amazonaws.com } }]
      Policies:
        - PolicyName: run
          PolicyDocument: { Statement: [{ Effect: Allow, Action: ["iam:PassRole", "ec2:RunInstances"], Resource: "*" }] }
  Open:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{ Effect: Allow, Action: "sts:AssumeRole", Principal: { Service: ec2.amazonaws.com } }]
      ManagedPolicyArns: [!Ref Extra]
  Fine:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{ Effect: Allow, Action: "sts:AssumeRole", Principal: { Service: ec2.amazonaws.com } }]
      ManagedPolicyArns: [arn:aws:iam::aws:policy/ReadOnlyAccess]
"#;

#[test]
fn the_paths_of_a_template_are_shown() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "path.yaml", PATH);
    let run = crate::run::fasscan_in(dir.path(), &["iam", "escalations", "path.yaml"]);
    insta::assert_snapshot!("escalations_path", run.stdout);
    assert_eq!(run.code(), 1);
}

#[test]
fn the_deploy_identity_of_a_system_is_an_administrator() {
    let run = fasscan(&["iam", "escalations", "fixtures/systems/oltp-pipeline/cdk.out"]);
    insta::assert_snapshot!("escalations_oltp", run.stdout);
}

#[test]
fn a_policy_by_itself_opens_methods() {
    let dir = tempfile::tempdir().unwrap();
    let opens = r#"{"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": ["iam:PassRole", "states:TestState", "iam:SetDefault*"], "Resource": "*"},
        {"Effect": "Deny", "Action": "iam:PassRole", "Resource": "*", "Condition": {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}}
    ]}"#;
    write(dir.path(), "opens.json", opens);
    write(dir.path(), "harmless.json", r#"{"Statement": {"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}}"#);
    let run = crate::run::fasscan_in(dir.path(), &["iam", "escalations", "."]);
    insta::assert_snapshot!("escalations_policies", run.stdout);
}

#[test]
fn json_has_the_steps_with_a_request_for_each_action() {
    let dir = tempfile::tempdir().unwrap();
    let path = write(dir.path(), "path.yaml", PATH);
    let run = fasscan(&["iam", "escalations", &path, "--output", "json"]);
    let json: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let principals = json["answers"][0]["principals"].as_array().unwrap();
    let of = |name: &str| principals.iter().find(|one| one["name"] == name).unwrap();
    assert_eq!(of("Jobs")["verdict"], "administrator");
    assert_eq!(of("ci")["verdict"], "escalates");
    assert_eq!(of("ci")["steps"][0]["requests"][0]["by"]["statement"], "statement `Deploy`");
    assert_eq!(of("deploy")["steps"][0]["requests"][0]["given"][0], "aws:MultiFactorAuthPresent = true");
    assert_eq!(of("Passes")["verdict"], "assumed");
    assert_eq!(of("Open")["causes"][0], "parameter `Extra` has no default");
    assert_eq!(of("Fine")["verdict"], "no");
    for step in principals.iter().flat_map(|one| one["steps"].as_array().unwrap()) {
        assert!(!step["requests"].as_array().unwrap().is_empty());
    }
}

#[test]
fn the_finding_of_the_rule_shows_the_path() {
    let dir = tempfile::tempdir().unwrap();
    let path = write(dir.path(), "path.yaml", PATH);
    let run = check(&[&path, "--rule", "iam-privilege-escalation-path"]);
    let path = "user `ci` --sts:AssumeRole--> role `deploy` --lambda:UpdateFunctionCode--> role `Jobs` of `Function` (administrator)";
    let shown: String = run.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(shown.contains(path), "{}", run.stdout);
}

#[test]
fn inputs_that_hold_nothing_or_cannot_be_read_are_told_apart() {
    let dir = tempfile::tempdir().unwrap();
    let broken = write(dir.path(), "broken.json", "{");
    assert_eq!(fasscan(&["iam", "escalations", &broken]).code(), 2);
    std::fs::create_dir(dir.path().join("empty")).unwrap();
    assert_eq!(fasscan(&["iam", "escalations", dir.path().join("empty").to_str().unwrap()]).code(), 3);
}
