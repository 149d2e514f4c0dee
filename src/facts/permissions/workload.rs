//! What runs as which role.
//!
//! Source: the CloudFormation template reference of the types.

use super::collect::Collector;
use crate::facts::naming::reference_text;
use crate::iam::document::REGION;
use crate::iam::escalation::{PrincipalKind, Workload, kind_of};
use crate::value::{Kind, ResourceId, ValueId};

/// How a type names the role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    /// By its ARN or name.
    Role,
    /// By an instance profile.
    Profile,
}

/// A resource type that runs as a role.
struct Row {
    type_name: &'static str,
    kinds: &'static [&'static str],
    path: &'static [&'static str],
    by: By,
}

const fn role(type_name: &'static str, kinds: &'static [&'static str], path: &'static [&'static str]) -> Row {
    Row { type_name, kinds, path, by: By::Role }
}

const fn profile(type_name: &'static str, kinds: &'static [&'static str], path: &'static [&'static str]) -> Row {
    Row { type_name, kinds, path, by: By::Profile }
}

const ROWS: [Row; 22] = [
    role("AWS::Lambda::Function", &["lambda-function"], &["Role"]),
    profile("AWS::EC2::Instance", &["ec2-instance"], &["IamInstanceProfile"]),
    profile(
        "AWS::EC2::LaunchTemplate",
        &["launch-template", "ec2-instance"],
        &["LaunchTemplateData", "IamInstanceProfile"],
    ),
    profile("AWS::AutoScaling::LaunchConfiguration", &["ec2-instance"], &["IamInstanceProfile"]),
    role("AWS::CodeBuild::Project", &["codebuild-project"], &["ServiceRole"]),
    role("AWS::Glue::DevEndpoint", &["glue-dev-endpoint"], &["RoleArn"]),
    role("AWS::Glue::Job", &["glue-job"], &["Role"]),
    role("AWS::ECS::TaskDefinition", &["ecs-task-definition", "ecs-task"], &["TaskRoleArn"]),
    role("AWS::SageMaker::NotebookInstance", &["sagemaker-notebook"], &["RoleArn"]),
    role("AWS::SageMaker::UserProfile", &["sagemaker-user-profile"], &["UserSettings", "ExecutionRole"]),
    role("AWS::AppRunner::Service", &["apprunner-service"], &["InstanceConfiguration", "InstanceRoleArn"]),
    role("AWS::StepFunctions::StateMachine", &["state-machine"], &["RoleArn"]),
    role("AWS::Batch::JobDefinition", &["batch-job-definition"], &["ContainerProperties", "JobRoleArn"]),
    profile("AWS::EMR::Cluster", &["emr-cluster"], &["JobFlowRole"]),
    role("AWS::KinesisAnalyticsV2::Application", &["flink-application"], &["ServiceExecutionRole"]),
    role("AWS::MWAA::Environment", &["airflow-environment"], &["ExecutionRoleArn"]),
    role("AWS::CodePipeline::Pipeline", &["codepipeline-pipeline"], &["RoleArn"]),
    role("AWS::CloudFormation::StackSet", &["cloudformation-stack-set"], &["AdministrationRoleARN"]),
    role("AWS::BedrockAgentCore::CodeInterpreterCustom", &["code-interpreter"], &["ExecutionRoleArn"]),
    role("AWS::BedrockAgentCore::Runtime", &["agent-runtime"], &["RoleArn"]),
    role("AWS::BedrockAgentCore::BrowserCustom", &["agent-browser"], &["ExecutionRoleArn"]),
    role("AWS::GameLift::Fleet", &["gamelift-fleet"], &["InstanceRoleARN"]),
];

/// Adds the workloads of all accounts.
pub(super) fn workloads(collector: &mut Collector<'_, '_>) {
    let (inventory, view) = (collector.inventory, collector.view);
    for row in &ROWS {
        for id in inventory.of_type(row.type_name) {
            if inventory.exists(&view, *id) == Some(false) {
                continue;
            }
            let account = collector.account_of(*id);
            let named = inventory.property(&view, *id, row.path);
            let role = match row.by {
                By::Role => role_at(collector, named, account),
                By::Profile => profile_role(collector, named, account),
            };
            let stack = inventory.stack(*id);
            let name = reference_text(inventory, &view, *id, inventory.names.find("Ref"));
            // Where `Ref` is an ARN, the last part of it is the name.
            let name =
                if name.starts_with("arn:") { name.rsplit([':', '/']).next().unwrap_or_default() } else { &name };
            for kind in row.kinds.iter().filter_map(|kind| kind_of(kind)) {
                let partition = collector.accounts[account].account.partition.clone();
                let number = collector.accounts[account].account.id.clone();
                let arn = kind.arn(&partition, stack.region.as_deref().unwrap_or(REGION), &number, name);
                let shown = inventory.resource(*id).logical_id.to_string();
                let accounts = &mut collector.accounts[account];
                let role = role.map(|role| role as u32);
                accounts.account.workloads.push(Workload { kind: kind.name, name: shown, arn, role });
                accounts.workloads.push(*id);
            }
        }
    }
}

fn role_at(collector: &Collector<'_, '_>, value: ValueId, account: usize) -> Option<usize> {
    collector.find(PrincipalKind::Role, &collector.text(value)?, account)
}

/// The role of an instance profile: a reference to the profile or its literal name, or a map with either.
fn profile_role(collector: &Collector<'_, '_>, value: ValueId, account: usize) -> Option<usize> {
    let (inventory, view) = (collector.inventory, collector.view);
    let value = match view.deep(value).1 {
        Kind::Map(_) => {
            let named = ["Arn", "Name"].map(|key| inventory.get(&view, value, &[key]));
            named.into_iter().find(|value| !matches!(view.head(*value).1, Kind::Absent))?
        }
        _ => value,
    };
    let mut references = Vec::new();
    view.references(value, &mut references);
    let profiles = inventory.of_type("AWS::IAM::InstanceProfile");
    let profile = references.iter().map(|(id, _)| *id).find(|id| profiles.contains(id)).or_else(|| {
        let name = collector.text(value)?;
        let name = name.rsplit('/').next()?;
        profiles.iter().copied().find(|id| is_named(collector, *id, name))
    })?;
    let roles = inventory.property(&view, profile, &["Roles"]);
    let list = view.list(roles).known()?.0;
    role_at(collector, *list.first()?, account)
}

fn is_named(collector: &Collector<'_, '_>, profile: ResourceId, name: &str) -> bool {
    let value = collector.inventory.property(&collector.view, profile, &["InstanceProfileName"]);
    collector.view.text(value).known().is_some_and(|known| known == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::schema::Schema;

    #[test]
    fn every_role_of_a_workload_is_a_property_of_its_type() {
        for row in &ROWS {
            let resource = Schema::embedded().resource(row.type_name).expect(row.type_name);
            assert!(resource.resolve(&row.path.join(".")).is_ok(), "{} {:?}", row.type_name, row.path);
            assert!(row.kinds.iter().all(|kind| kind_of(kind).is_some()), "{}", row.type_name);
        }
    }
}
