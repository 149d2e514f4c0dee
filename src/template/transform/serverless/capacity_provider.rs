//! `AWS::Serverless::CapacityProvider`: the instances that functions run on.

use super::resource::{Generated, Resource};
use super::sam::{Done, Sam, Stop};
use super::service_role::operator_role;
use super::tags;
use super::value::{Value, get_att, list, map};
use crate::template::transform::Draft;

/// What the resource stands for.
pub(super) fn expand(sam: &mut Sam<'_, '_>, resource: &Resource) -> Done<Vec<Generated>> {
    let draft = &*sam.draft;
    let mut provider = resource.becomes(draft, "AWS::Lambda::CapacityProvider");
    provider.copy_all(draft, resource.properties, &["CapacityProviderName", "KmsKeyArn"]);
    provider.set("VpcConfig", vpc_config(draft, resource)?);
    let mut generated = Vec::new();
    let operator = match resource.get(draft, "OperatorRole") {
        Some(role) => role.into(),
        None => {
            let role = operator_role(draft, resource, "AWSLambdaManagedEC2ResourceOperator");
            let arn = get_att(role.id.clone(), "Arn");
            generated.push(role);
            arn
        }
    };
    provider.set("PermissionsConfig", map! { "CapacityProviderOperatorRoleArn" => operator });
    provider.set("Tags", tags::marked(draft, resource, tags::CREATED_BY.0));
    provider.set_some("InstanceRequirements", instance_requirements(draft, resource)?);
    provider.set_some("CapacityProviderScalingConfig", scaling_config(draft, resource));
    let logging = resource.get(draft, "LoggingConfig");
    provider.set_some("TelemetryConfig", logging.map(|logging| map! { "LoggingConfig" => logging }));
    let managed = resource.get(draft, "ManagedResourceTags").and_then(|tags| draft.present(tags, "Tags"));
    provider.set_some(
        "PropagateTags",
        managed.map(|tags| map! { "Mode" => "Explicit", "ExplicitTags" => tags::list_of(draft, Some(tags.value)) }),
    );
    generated.push(provider);
    Ok(generated)
}

fn vpc_config(draft: &Draft<'_>, resource: &Resource) -> Done<Value> {
    let missing =
        |node, name: &str| Err(Stop::error(node, format!("the capacity provider `{}` has no `{name}`", resource.id)));
    let Some(config) = resource.get(draft, "VpcConfig") else { return missing(resource.node, "VpcConfig") };
    if draft.present(config, "SubnetIds").is_none() {
        return missing(config, "VpcConfig.SubnetIds");
    }
    Ok(config.into())
}

fn instance_requirements(draft: &Draft<'_>, resource: &Resource) -> Done<Option<Value>> {
    let Some(requirements) = resource.get(draft, "InstanceRequirements") else { return Ok(None) };
    let get = |name| draft.present(requirements, name);
    if let (Some(_), Some(excluded)) = (get("AllowedTypes"), get("ExcludedTypes")) {
        return Err(Stop::error(excluded.value, "`AllowedTypes` and `ExcludedTypes` exclude each other"));
    }
    let renamed = [
        ("Architectures", "Architectures"),
        ("AllowedTypes", "AllowedInstanceTypes"),
        ("ExcludedTypes", "ExcludedInstanceTypes"),
    ];
    Ok(Some(Value::renamed(draft, requirements, &renamed)))
}

/// With a target for the processors AWS scales by that, else by itself.
fn scaling_config(draft: &Draft<'_>, resource: &Resource) -> Option<Value> {
    let config = resource.get(draft, "ScalingConfig")?;
    let mut scaling = Value::renamed(draft, config, &[("MaxVCpuCount", "MaxVCpuCount")]);
    match draft.present(config, "AverageCPUUtilization") {
        Some(target) => {
            let policy = map! {
                "PredefinedMetricType" => "LambdaCapacityProviderAverageCPUUtilization",
                "TargetValue" => target.value,
            };
            scaling.insert("ScalingMode", "Manual");
            scaling.insert("ScalingPolicies", list![policy]);
        }
        None => scaling.insert("ScalingMode", "Auto"),
    }
    Some(scaling)
}
