//! The function itself.

use super::code;
use crate::template::transform::serverless::literal::Literal;
use crate::template::transform::serverless::resource::{Generated, Resource};
use crate::template::transform::serverless::sam::{Done, Sam, Stop};
use crate::template::transform::serverless::tags;
use crate::template::transform::serverless::value::{Entry, map};

/// Properties that the function takes over as they are.
const COPIED: [&str; 26] = [
    "FunctionName",
    "Handler",
    "Runtime",
    "Description",
    "MemorySize",
    "Timeout",
    "VpcConfig",
    "Role",
    "Environment",
    "KmsKeyArn",
    "ReservedConcurrentExecutions",
    "Layers",
    "FileSystemConfigs",
    "ImageConfig",
    "PackageType",
    "Architectures",
    "SnapStart",
    "EphemeralStorage",
    "CodeSigningConfigArn",
    "RuntimeManagementConfig",
    "LoggingConfig",
    "TenancyConfig",
    "RecursiveLoop",
    "DurableConfig",
    "FunctionScalingConfig",
    "PublishToLatestPublished",
];

/// Properties that cannot stand together.
const EXCLUSIVE: [(&str, &str); 5] = [
    ("CapacityProviderConfig", "ProvisionedConcurrencyConfig"),
    ("CapacityProviderConfig", "VpcConfig"),
    ("TenancyConfig", "ProvisionedConcurrencyConfig"),
    ("TenancyConfig", "FunctionUrlConfig"),
    ("TenancyConfig", "SnapStart"),
];

/// Properties that need another.
const REQUIRES: [(&str, &str); 3] = [
    ("FunctionScalingConfig", "CapacityProviderConfig"),
    ("VersionDeletionPolicy", "AutoPublishAlias"),
    ("ProvisionedConcurrencyConfig", "AutoPublishAlias"),
];

/// Says what is wrong with the function but does not change what it stands for.
pub(super) fn check(sam: &mut Sam<'_, '_>, resource: &Resource) {
    for (one, other) in EXCLUSIVE {
        if let (Some(node), Some(_)) = (resource.get(sam.draft, one), resource.get(sam.draft, other)) {
            sam.draft.error(node, format!("`{one}` and `{other}` cannot stand together"));
        }
    }
    for (one, other) in REQUIRES {
        if let (Some(node), None) = (resource.get(sam.draft, one), resource.get(sam.draft, other)) {
            sam.draft.error(node, format!("`{one}` needs `{other}`"));
        }
    }
    if !is_image(sam, resource) {
        for name in ["Handler", "Runtime"] {
            if resource.get(sam.draft, name).is_none() {
                sam.draft.error(resource.node, format!("function `{}` needs `{name}`", resource.id));
            }
        }
    }
}

fn is_image(sam: &Sam<'_, '_>, resource: &Resource) -> bool {
    let kind = resource.get(sam.draft, "PackageType");
    kind.is_some_and(|kind| sam.draft.literal(kind) == Literal::Text("Image".to_owned()))
}

/// The function, as yet without a role of its own.
pub(super) fn function(sam: &mut Sam<'_, '_>, resource: &Resource) -> Done<Generated> {
    let mut function = resource.becomes(sam.draft, "AWS::Lambda::Function");
    function.set("Code", code::of(sam, resource, is_image(sam, resource))?);
    function.copy_all(sam.draft, resource.properties, &COPIED);
    function.set("Tags", tags::with_own(sam.draft, resource)?);
    if traces(sam, resource)
        && let Some(mode) = resource.member(sam.draft, "Tracing")
    {
        function.set("TracingConfig", vec![Entry::copied("Mode", mode)]);
    }
    if let Some((_, target)) = dead_letters(sam, resource)? {
        function.set("DeadLetterConfig", vec![target]);
    }
    if let Some(config) = resource.get(sam.draft, "CapacityProviderConfig") {
        let mut entries = Vec::new();
        for (name, own) in [
            ("Arn", "CapacityProviderArn"),
            ("PerExecutionEnvironmentMaxConcurrency", "PerExecutionEnvironmentMaxConcurrency"),
            ("ExecutionEnvironmentMemoryGiBPerVCpu", "ExecutionEnvironmentMemoryGiBPerVCpu"),
        ] {
            entries.extend(sam.draft.present(config, name).map(|member| Entry::copied(own, member)));
        }
        let value = map! { "LambdaManagedInstancesCapacityProviderConfig" => entries };
        function.set("CapacityProviderConfig", value.at(sam.draft.tree.span(config)));
    }
    Ok(function)
}

/// Whether the function is traced.
pub(super) fn traces(sam: &Sam<'_, '_>, resource: &Resource) -> bool {
    let tracing = resource.get(sam.draft, "Tracing");
    tracing.is_some_and(|node| sam.draft.literal(node) != Literal::Text("Disabled".to_owned()))
}

/// The action that sends to the `DeadLetterQueue`, and its `TargetArn`.
pub(super) fn dead_letters(sam: &Sam<'_, '_>, resource: &Resource) -> Done<Option<(&'static str, Entry)>> {
    let Some(config) = resource.get(sam.draft, "DeadLetterQueue") else { return Ok(None) };
    let get = |name: &str| sam.draft.present(config, name);
    let (Some(kind), Some(target)) = (get("Type"), get("TargetArn")) else {
        return Err(Stop::error(config, "`DeadLetterQueue` needs `Type` and `TargetArn`"));
    };
    let action = match sam.draft.tree.string(kind.value) {
        Some("SQS") => "sqs:SendMessage",
        Some("SNS") => "sns:Publish",
        _ => return Err(Stop::error(kind.value, "the `Type` of `DeadLetterQueue` must be `SQS` or `SNS`")),
    };
    Ok(Some((action, Entry::copied("TargetArn", target))))
}
