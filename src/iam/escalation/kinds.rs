//! The kinds of workloads that run as roles, as methods name them.
//!
//! Source: the resource types of the Service Authorization Reference.

/// A kind of workload.
#[derive(Debug)]
pub struct Kind {
    /// As methods name it.
    pub name: &'static str,
    /// A noun with its article.
    pub noun: &'static str,
    /// The format of its ARN over `{partition}`, `{region}`, `{account}` and `{name}`.
    pub arn: &'static str,
}

const fn kind(name: &'static str, noun: &'static str, arn: &'static str) -> Kind {
    Kind { name, noun, arn }
}

/// All kinds.
pub const KINDS: [Kind; 26] = [
    kind("lambda-function", "a Lambda function", "arn:{partition}:lambda:{region}:{account}:function:{name}"),
    kind("ec2-instance", "an instance", "arn:{partition}:ec2:{region}:{account}:instance/{name}"),
    kind("launch-template", "a launch template", "arn:{partition}:ec2:{region}:{account}:launch-template/{name}"),
    kind("codebuild-project", "a CodeBuild project", "arn:{partition}:codebuild:{region}:{account}:project/{name}"),
    kind(
        "glue-dev-endpoint",
        "a Glue development endpoint",
        "arn:{partition}:glue:{region}:{account}:devEndpoint/{name}",
    ),
    kind("glue-session", "a Glue session", "arn:{partition}:glue:{region}:{account}:session/{name}"),
    kind(
        "cloudformation-stack",
        "a stack with a service role",
        "arn:{partition}:cloudformation:{region}:{account}:stack/{name}/id",
    ),
    kind(
        "cloudformation-stack-set",
        "a stack set",
        "arn:{partition}:cloudformation:{region}:{account}:stackset/{name}:id",
    ),
    kind("ecs-task", "an ECS task", "arn:{partition}:ecs:{region}:{account}:task/{name}"),
    kind("sagemaker-notebook", "a notebook", "arn:{partition}:sagemaker:{region}:{account}:notebook-instance/{name}"),
    kind("sagemaker-user-profile", "a Studio user", "arn:{partition}:sagemaker:{region}:{account}:user-profile/{name}"),
    kind(
        "apprunner-service",
        "an App Runner service",
        "arn:{partition}:apprunner:{region}:{account}:service/{name}/id",
    ),
    kind(
        "code-interpreter",
        "a code interpreter",
        "arn:{partition}:bedrock-agentcore:{region}:{account}:code-interpreter-custom/{name}",
    ),
    kind("agent-runtime", "an agent runtime", "arn:{partition}:bedrock-agentcore:{region}:{account}:runtime/{name}"),
    kind(
        "agent-browser",
        "an agent's browser",
        "arn:{partition}:bedrock-agentcore:{region}:{account}:browser-custom/{name}",
    ),
    kind("state-machine", "a state machine", "arn:{partition}:states:{region}:{account}:stateMachine:{name}"),
    kind("batch-job-definition", "a job definition", "arn:{partition}:batch:{region}:{account}:job-definition/{name}"),
    kind("emr-cluster", "an EMR cluster", "arn:{partition}:elasticmapreduce:{region}:{account}:cluster/{name}"),
    kind(
        "flink-application",
        "a Flink application",
        "arn:{partition}:kinesisanalytics:{region}:{account}:application/{name}",
    ),
    kind(
        "airflow-environment",
        "an Airflow environment",
        "arn:{partition}:airflow:{region}:{account}:environment/{name}",
    ),
    kind("codepipeline-pipeline", "a pipeline", "arn:{partition}:codepipeline:{region}:{account}:{name}"),
    kind(
        "beanstalk-environment",
        "an Elastic Beanstalk environment",
        "arn:{partition}:elasticbeanstalk:{region}:{account}:environment/{name}",
    ),
    kind("gamelift-fleet", "a GameLift fleet", "arn:{partition}:gamelift:{region}:{account}:fleet/{name}"),
    kind("data-pipeline", "a data pipeline", "arn:{partition}:datapipeline:{region}:{account}:pipeline/{name}"),
    kind("glue-job", "a Glue job", "arn:{partition}:glue:{region}:{account}:job/{name}"),
    kind("ecs-task-definition", "a task definition", "arn:{partition}:ecs:{region}:{account}:task-definition/{name}"),
];

/// The kind of this name.
#[must_use]
pub fn kind_of(name: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.name == name)
}

impl Kind {
    /// The ARN of a workload.
    #[must_use]
    pub fn arn(&self, partition: &str, region: &str, account: &str, name: &str) -> String {
        self.arn
            .replace("{partition}", partition)
            .replace("{region}", region)
            .replace("{account}", account)
            .replace("{name}", name)
    }
}
