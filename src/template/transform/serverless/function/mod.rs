//! `AWS::Serverless::Function`: a function with its role, its versions and what calls it.

mod asynchronous;
mod code;
pub(super) mod deployment;
mod events;
mod lambda;
mod role;
mod url;
mod version;

use events::Target;

use super::resource::{Generated, Resource};
use super::sam::{Done, Sam};
use super::value::{get_att, reference};
use super::{check_properties, tags};

/// The properties that a function may have.
const PROPERTIES: [&str; 49] = [
    "Architectures",
    "AssumeRolePolicyDocument",
    "AutoPublishAlias",
    "AutoPublishAliasAllProperties",
    "AutoPublishCodeSha256",
    "CapacityProviderConfig",
    "CodeSigningConfigArn",
    "CodeUri",
    "DeadLetterQueue",
    "DeploymentPreference",
    "Description",
    "DurableConfig",
    "Environment",
    "EphemeralStorage",
    "EventInvokeConfig",
    "Events",
    "FileSystemConfigs",
    "FunctionName",
    "FunctionScalingConfig",
    "FunctionUrlConfig",
    "Handler",
    "ImageConfig",
    "ImageUri",
    "InlineCode",
    "KmsKeyArn",
    "Layers",
    "LoggingConfig",
    "MemorySize",
    "PackageType",
    "PermissionsBoundary",
    "Policies",
    "PropagateTags",
    "ProvisionedConcurrencyConfig",
    "PublishToLatestPublished",
    "RecursiveLoop",
    "ReservedConcurrentExecutions",
    "Role",
    "RolePath",
    "Runtime",
    "RuntimeManagementConfig",
    "SnapStart",
    "SourceKMSKeyArn",
    "Tags",
    "TenancyConfig",
    "Timeout",
    "Tracing",
    "VersionDeletionPolicy",
    "VersionDescription",
    "VpcConfig",
];

/// What the resource stands for.
pub(super) fn expand(sam: &mut Sam<'_, '_>, resource: &Resource) -> Done<Vec<Generated>> {
    check_properties(sam, resource, &PROPERTIES);
    lambda::check(sam, resource);
    let mut function = lambda::function(sam, resource)?;
    let published = version::publish(sam, resource, &mut function)?;
    let (name, arn) = match &published {
        Some(published) => (reference(published.alias.id.clone()), reference(published.alias.id.clone())),
        None => (reference(function.id.clone()), get_att(function.id.clone(), "Arn")),
    };
    let mut rest = Vec::new();
    url::expand(sam, resource, &name, &mut rest);
    let destinations = asynchronous::expand(sam, resource, published.as_ref(), &mut rest)?;
    let mut role = role::open(sam, resource, destinations)?;
    let target = Target {
        function: resource,
        id: published.as_ref().map_or(function.id.clone(), |published| published.alias.id.clone()),
        alias: published.as_ref().map(|published| published.name.clone()),
        name,
        arn,
        attributes: resource.passed_on(sam.draft),
    };
    let called = events::expand_all(sam, &target, &mut role);
    let mut generated = Vec::new();
    let role = role::connect(sam, resource, &mut function, role.close())?;
    generated.push(function);
    if let Some(mut published) = published {
        deployment::prefer(sam, resource, Some(&mut published.alias));
        generated.extend([published.version, published.alias]);
    } else {
        deployment::prefer(sam, resource, None);
    }
    generated.append(&mut rest);
    generated.extend(role);
    generated.extend(called);
    tags::propagate(sam.draft, resource, &mut generated);
    Ok(generated)
}
