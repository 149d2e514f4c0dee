//! `Globals`: properties for every resource of a type.
//!
//! Maps are merged key by key, lists are put one behind the other, and of everything else the value of the resource
//! counts. What is merged stands where the resource says it, and the rest where the globals do.
//!
//! Source: "Globals section of the AWS SAM template".

use super::PREFIX;
use super::sam::{Done, Sam, Stop};
use crate::source::{Member, NodeId};
use crate::template::transform::Draft;
use crate::value::Cause;

/// Members and items that merging may make: far above any real template, it bounds what large globals for many
/// resources multiply to.
const BUDGET: usize = 2_000_000;

/// The properties that each section may have.
const SECTIONS: [(&str, &[&str]); 10] = [
    (
        "Function",
        &[
            "Architectures",
            "AssumeRolePolicyDocument",
            "AutoPublishAlias",
            "AutoPublishAliasAllProperties",
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
            "FileSystemConfigs",
            "FunctionScalingConfig",
            "FunctionUrlConfig",
            "Handler",
            "KmsKeyArn",
            "Layers",
            "LoggingConfig",
            "MemorySize",
            "PermissionsBoundary",
            "PropagateTags",
            "ProvisionedConcurrencyConfig",
            "PublishToLatestPublished",
            "RecursiveLoop",
            "ReservedConcurrentExecutions",
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
            "VpcConfig",
        ],
    ),
    (
        "Api",
        &[
            "AccessLogSetting",
            "AlwaysDeploy",
            "Auth",
            "BinaryMediaTypes",
            "CacheClusterEnabled",
            "CacheClusterSize",
            "CanarySetting",
            "Cors",
            "DefinitionUri",
            "Domain",
            "EndpointAccessMode",
            "EndpointConfiguration",
            "GatewayResponses",
            "MergeDefinitions",
            "MethodSettings",
            "MinimumCompressionSize",
            "Name",
            "OpenApiVersion",
            "PropagateTags",
            "SecurityPolicy",
            "TracingEnabled",
            "Variables",
        ],
    ),
    (
        "HttpApi",
        &[
            "AccessLogSettings",
            "Auth",
            "CorsConfiguration",
            "DefaultRouteSettings",
            "Domain",
            "FailOnWarnings",
            "PropagateTags",
            "RouteSettings",
            "StageVariables",
            "Tags",
        ],
    ),
    ("SimpleTable", &["SSESpecification"]),
    ("StateMachine", &["PropagateTags"]),
    ("LayerVersion", &["PublishLambdaVersion"]),
    (
        "CapacityProvider",
        &[
            "InstanceRequirements",
            "KmsKeyArn",
            "LoggingConfig",
            "ManagedResourceTags",
            "OperatorRole",
            "PropagateTags",
            "ScalingConfig",
            "Tags",
            "VpcConfig",
        ],
    ),
    (
        "MicrovmImage",
        &[
            "AdditionalOsCapabilities",
            "BaseImageArn",
            "BaseImageVersion",
            "BuildRoleArn",
            "CpuConfigurations",
            "EgressNetworkConnectors",
            "EnvironmentVariables",
            "Hooks",
            "Logging",
            "PropagateTags",
            "Resources",
            "Tags",
        ],
    ),
    ("NetworkConnector", &["OperatorRole", "PropagateTags", "Tags"]),
    (
        "WebSocketApi",
        &[
            "AccessLogSettings",
            "ApiKeySelectionExpression",
            "DefaultRouteSettings",
            "DisableExecuteApiEndpoint",
            "DisableSchemaValidation",
            "Domain",
            "FailOnWarnings",
            "IpAddressType",
            "PropagateTags",
            "RouteSelectionExpression",
            "RouteSettings",
            "StageVariables",
            "Tags",
        ],
    ),
];

/// Properties of which the value of the resource counts alone, by their path from the section.
const REPLACED: [&str; 2] = ["Function.Architectures", "CapacityProvider.InstanceRequirements.Architectures"];

/// Maps that take from the globals only the keys that the resource has as well.
const PRUNED: [&str; 1] = ["CapacityProvider.ManagedResourceTags"];

/// Merges the globals into the properties of the resources that they are for.
pub(super) fn apply(sam: &mut Sam<'_, '_>) {
    let sections = sections(sam.draft);
    if sections.is_empty() {
        return;
    }
    let mut budget = BUDGET;
    let ids: Vec<_> = sam.resources().map(|resource| (resource.id.clone(), resource.kind.clone())).collect();
    for (id, kind) in ids {
        let Some(name) = kind.strip_prefix(PREFIX) else { continue };
        let Some((_, globals)) = sections.iter().find(|(section, _)| *section == name) else { continue };
        match merged(sam, &id, name, globals, &mut budget) {
            Ok(Some(properties)) => sam.set_properties(&id, properties),
            Ok(None) => {}
            Err(stop) => sam.report(stop),
        }
    }
}

/// The sections that are there, without what they may not have.
fn sections(draft: &mut Draft<'_>) -> Vec<(&'static str, Vec<Member>)> {
    let Some(globals) = draft.tree.get(draft.tree.root(), "Globals") else { return Vec::new() };
    if !draft.is_map(globals) {
        draft.error(globals, "`Globals` is not a map");
        return Vec::new();
    }
    let mut found = Vec::new();
    for member in draft.tree.members(globals).to_vec() {
        let name = draft.tree.key(&member);
        let Some((name, supported)) = SECTIONS.iter().find(|(section, _)| *section == name) else {
            let message = format!("`Globals` has no section `{name}`");
            draft.error(member.value, message);
            continue;
        };
        if !draft.is_map(member.value) {
            draft.error(member.value, format!("`{name}` of `Globals` is not a map"));
            continue;
        }
        let (known, unknown): (Vec<Member>, Vec<Member>) =
            draft.tree.members(member.value).iter().partition(|own| supported.contains(&draft.tree.key(own)));
        for own in unknown {
            let message = format!("`{name}` of `Globals` cannot have `{}`", draft.tree.key(&own));
            draft.error(own.value, message);
        }
        found.push((*name, known));
    }
    found
}

/// The properties of a resource with the globals; none when it ignores them.
fn merged(
    sam: &mut Sam<'_, '_>,
    id: &str,
    section: &str,
    globals: &[Member],
    budget: &mut usize,
) -> Done<Option<NodeId>> {
    let Some(resource) = sam.resource(id).cloned() else { return Ok(None) };
    let mut globals = globals.to_vec();
    if let Some(ignored) = resource.attribute(sam.draft, "IgnoreGlobals") {
        let tree = &sam.draft.tree;
        if tree.string(ignored) == Some("*") {
            return Ok(None);
        }
        if !sam.draft.is_list(ignored) {
            return Err(Stop::error(ignored, "`IgnoreGlobals` must be `*` or a list of properties"));
        }
        for item in tree.items(ignored) {
            let key = tree.string(*item).unwrap_or_default();
            let Some(at) = globals.iter().position(|member| tree.key(member) == key) else {
                return Err(Stop::error(*item, format!("`Globals` has no property `{key}` for this resource")));
            };
            globals.remove(at);
        }
    }
    let before = sam.draft.tree.stand_in(sam.draft.tree.file_of(resource.node));
    let mut path = section.to_owned();
    let mut merge = Merge { draft: sam.draft, budget };
    let merged = match resource.properties {
        Some(own) if merge.draft.is_map(own) && !merge.draft.is_function(own) => {
            merge.maps(&globals, own, &mut path).map(Some).ok_or_else(|| limit(own))
        }
        Some(_) => Ok(None),
        None => {
            let at = sam.draft.tree.span(resource.node);
            Ok(Some(sam.draft.tree.push_map(at, &globals)))
        }
    };
    sam.draft.tree.stand_in(before);
    merged
}

fn limit(node: NodeId) -> Stop {
    Stop::gap(node, "the globals are too large to be merged into all resources", Cause::Limit)
}

/// A merge, with what it may still make.
struct Merge<'m, 'd, 'a> {
    draft: &'d mut Draft<'a>,
    budget: &'m mut usize,
}

impl Merge<'_, '_, '_> {
    /// Of two values that stand at `path`; none when the budget is spent.
    fn values(&mut self, global: NodeId, own: NodeId, path: &mut String) -> Option<NodeId> {
        let plain_map = |node: NodeId| self.draft.is_map(node) && !self.draft.is_function(node);
        if plain_map(global) && plain_map(own) {
            let members = self.draft.tree.members(global).to_vec();
            return self.maps(&members, own, path);
        }
        if self.draft.is_list(global) && self.draft.is_list(own) && !REPLACED.contains(&path.as_str()) {
            let items = [self.draft.tree.items(global), self.draft.tree.items(own)].concat();
            self.spend(items.len())?;
            return Some(self.draft.list(self.draft.tree.span(own), &items));
        }
        Some(own)
    }

    fn maps(&mut self, globals: &[Member], own: NodeId, path: &mut String) -> Option<NodeId> {
        let owned = self.draft.tree.members(own).to_vec();
        self.spend(globals.len() + owned.len())?;
        let pruned = PRUNED.contains(&path.as_str()) && !owned.is_empty();
        let mut members = Vec::with_capacity(globals.len() + owned.len());
        let by_key: rustc_hash::FxHashMap<_, _> = owned.iter().map(|member| (member.key, *member)).collect();
        for global in globals {
            match by_key.get(&global.key) {
                Some(member) => {
                    let length = path.len();
                    path.push('.');
                    path.push_str(self.draft.tree.key(member));
                    let value = self.values(global.value, member.value, path);
                    path.truncate(length);
                    members.push(Member { value: value?, ..*member });
                }
                None if pruned => {}
                None => members.push(*global),
            }
        }
        let known: rustc_hash::FxHashSet<_> = globals.iter().map(|member| member.key).collect();
        members.extend(owned.iter().filter(|member| !known.contains(&member.key)));
        Some(self.draft.with_members(own, &members))
    }

    fn spend(&mut self, count: usize) -> Option<()> {
        *self.budget = self.budget.checked_sub(count)?;
        Some(())
    }
}
