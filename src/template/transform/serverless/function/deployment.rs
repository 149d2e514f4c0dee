//! `DeploymentPreference`: gradual deployments with CodeDeploy.

use crate::source::{NodeId, Span};
use crate::template::transform::serverless::literal::Literal;
use crate::template::transform::serverless::resource::{Generated, Resource};
use crate::template::transform::serverless::role::trust;
use crate::template::transform::serverless::sam::Sam;
use crate::template::transform::serverless::tags;
use crate::template::transform::serverless::value::{
    Entry, Value, conditional, get_att, list, map, reference, sub_with,
};

const APPLICATION: &str = "ServerlessDeploymentApplication";
const ROLE: &str = "CodeDeployServiceRole";
const CONDITION: &str = "ServerlessCodeDeployCondition";

/// Conditions that one `Fn::Or` may have.
const OR: usize = 10;

/// Ways to shift traffic that CodeDeploy has for Lambda.
const PREDEFINED: [&str; 9] = [
    "Canary10Percent5Minutes",
    "Canary10Percent10Minutes",
    "Canary10Percent15Minutes",
    "Canary10Percent30Minutes",
    "Linear10PercentEvery1Minute",
    "Linear10PercentEvery2Minutes",
    "Linear10PercentEvery3Minutes",
    "Linear10PercentEvery10Minutes",
    "AllAtOnce",
];

/// What the gradual deployments of a template share.
#[derive(Debug, Default)]
pub(in crate::template::transform::serverless) struct Deployments {
    /// Of each function that deploys gradually, in order.
    groups: Vec<Group>,
}

#[derive(Debug)]
struct Group {
    generated: Generated,
    /// Where the preference stands.
    at: Span,
    /// Whether it names a role of its own.
    has_role: bool,
    /// The condition that its parts depend on.
    condition: Option<String>,
    /// The tags that the function propagates, by key.
    tags: Vec<(String, Value)>,
}

/// Takes note of the preference of a function, and tells its alias how to shift traffic.
pub(super) fn prefer(sam: &mut Sam<'_, '_>, resource: &Resource, alias: Option<&mut Generated>) {
    let Some(config) = resource.get(sam.draft, "DeploymentPreference") else { return };
    if !is_enabled(sam, config) {
        return;
    }
    let Some(alias) = alias else {
        sam.draft.error(config, "`DeploymentPreference` needs `AutoPublishAlias`");
        return;
    };
    let Some(kind) = sam.draft.present(config, "Type") else {
        sam.draft.error(config, "`DeploymentPreference` needs `Type`");
        return;
    };
    let group = group(sam, resource, config, kind.value);
    alias.set_attribute("UpdatePolicy", update_policy(sam, config, &group.generated.id));
    sam.deployments.groups.push(group);
}

fn is_enabled(sam: &mut Sam<'_, '_>, config: NodeId) -> bool {
    let Some(enabled) = sam.draft.present(config, "Enabled") else { return true };
    match sam.draft.literal(enabled.value) {
        Literal::Text(text) => !matches!(text.as_str(), "false" | "False" | ""),
        Literal::Open(cause) => {
            sam.draft.gap(enabled.value, "whether the deployment is gradual is not known", cause);
            true
        }
        Literal::Other => true,
    }
}

/// The hooks of the preference and what they are called for CodeDeploy.
fn update_policy(sam: &Sam<'_, '_>, config: NodeId, group: &str) -> Value {
    let mut entries = vec![
        Entry::new("ApplicationName", reference(APPLICATION)),
        Entry::new("DeploymentGroupName", reference(group.to_owned())),
    ];
    if let Some(hooks) = sam.draft.present(config, "Hooks") {
        for (name, own) in [("PreTraffic", "BeforeAllowTrafficHook"), ("PostTraffic", "AfterAllowTrafficHook")] {
            entries.extend(sam.draft.present(hooks.value, name).map(|member| Entry::copied(own, member)));
        }
    }
    map! { "CodeDeployLambdaAliasUpdate" => entries }
}

fn group(sam: &mut Sam<'_, '_>, resource: &Resource, config: NodeId, kind: NodeId) -> Group {
    let at = sam.draft.tree.span(config);
    let mut group = Generated::new(format!("{}DeploymentGroup", resource.id), "AWS::CodeDeploy::DeploymentGroup", at);
    group.set_some("AlarmConfiguration", alarms(sam, config));
    group.set("ApplicationName", reference(APPLICATION));
    group.set(
        "AutoRollbackConfiguration",
        map! {
            "Enabled" => true,
            "Events" => list!["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST"],
        },
    );
    group.set("DeploymentConfigName", configuration(sam, kind));
    group.set(
        "DeploymentStyle",
        map! { "DeploymentType" => "BLUE_GREEN", "DeploymentOption" => "WITH_TRAFFIC_CONTROL" },
    );
    let role = sam.draft.present(config, "Role");
    match role {
        Some(_) => group.copy_as(sam.draft, Some(config), "Role", "ServiceRoleArn"),
        None => group.set("ServiceRoleArn", get_att(ROLE, "Arn")),
    }
    group.copy(sam.draft, Some(config), "TriggerConfigurations");
    let passes = sam.draft.present(config, "PassthroughCondition").is_some_and(
        |node| matches!(sam.draft.literal(node.value), Literal::Text(text) if matches!(text.as_str(), "true" | "True")),
    );
    let own = resource.attribute(sam.draft, "Condition").filter(|_| passes);
    let condition = own.and_then(|node| sam.draft.tree.string(node)).map(str::to_owned);
    if let Some(condition) = &condition {
        group.set_attribute("Condition", condition.clone());
    }
    let tags = propagated(sam, resource);
    if !tags.is_empty() {
        group.set("Tags", tags.iter().map(|(_, tag)| tag.clone()).collect::<Vec<Value>>());
    }
    Group { generated: group, at, has_role: role.is_some(), condition, tags }
}

/// The tags that the function hands on, by their keys.
fn propagated(sam: &Sam<'_, '_>, resource: &Resource) -> Vec<(String, Value)> {
    let propagates = resource.get(sam.draft, "PropagateTags");
    if propagates.is_none_or(|node| sam.draft.tree.scalar(node) != Some("true")) {
        return Vec::new();
    }
    let tags = resource.get(sam.draft, "Tags");
    let keys = tags.map_or(&[][..], |tags| sam.draft.tree.members(tags));
    let keys = keys.iter().map(|member| sam.draft.tree.key(member).to_owned());
    keys.zip(tags::list_of(sam.draft, tags)).collect()
}

/// `AlarmConfiguration`, when there are alarms.
fn alarms(sam: &mut Sam<'_, '_>, config: NodeId) -> Option<Value> {
    let alarms = sam.draft.present(config, "Alarms")?.value;
    if sam.draft.is_no_value(alarms) {
        return None;
    }
    let span = sam.draft.tree.span(alarms);
    if let Some([condition, then, otherwise]) = sam.draft.arms(alarms) {
        let (then, otherwise) = (alarm_list(sam, then), alarm_list(sam, otherwise));
        return Some(conditional(condition.into(), then, otherwise).at(span));
    }
    let empty = sam.draft.is_list(alarms) && sam.draft.tree.items(alarms).is_empty();
    (!empty).then(|| alarm_list(sam, alarms).at(span))
}

fn alarm_list(sam: &mut Sam<'_, '_>, alarms: NodeId) -> Value {
    if !sam.draft.is_list(alarms) {
        sam.draft.error(alarms, "`Alarms` must be a list");
        return map! {};
    }
    match sam.draft.tree.items(alarms) {
        [first, ..] if !sam.draft.is_no_value(*first) => {
            let names = sam.draft.tree.items(alarms).iter().map(|alarm| map! { "Name" => *alarm });
            map! { "Enabled" => true, "Alarms" => names.collect::<Vec<Value>>() }
        }
        _ => map! {},
    }
}

/// The name of the way to shift traffic: those of CodeDeploy have a prefix that the template leaves out.
fn configuration(sam: &Sam<'_, '_>, node: NodeId) -> Value {
    let span = sam.draft.tree.span(node);
    if let Literal::Text(text) = sam.draft.literal(node) {
        return prefixed(&text).unwrap_or_else(|| text.into()).at(span);
    }
    if let Some([condition, then, otherwise]) = sam.draft.arms(node) {
        return conditional(condition.into(), configuration(sam, then), configuration(sam, otherwise)).at(span);
    }
    node.into()
}

fn prefixed(name: &str) -> Option<Value> {
    let name = PREDEFINED.into_iter().find(|own| *own == name)?;
    Some(sub_with("CodeDeployDefault.Lambda${ConfigName}", vec![Entry::new("ConfigName", name)]))
}

/// Adds what the gradual deployments of all functions share.
pub(in crate::template::transform::serverless) fn finish(sam: &mut Sam<'_, '_>) {
    let groups = std::mem::take(&mut sam.deployments.groups);
    let Some(first) = groups.first() else { return };
    let at = first.at;
    let condition = shared_condition(sam, &groups, at);
    let mut tags: Vec<(String, Value)> = Vec::new();
    for (key, tag) in groups.iter().flat_map(|group| &group.tags) {
        match tags.iter_mut().find(|(own, _)| own == key) {
            Some(own) => own.1 = tag.clone(),
            None => tags.push((key.clone(), tag.clone())),
        }
    }
    let tags: Vec<Value> = tags.into_iter().map(|(_, tag)| tag).collect();
    let shared = |id: &str, kind| {
        let mut shared = Generated::new(id, kind, at);
        if let Some(condition) = &condition {
            shared.set_attribute("Condition", condition.clone());
        }
        shared
    };
    let mut application = shared(APPLICATION, "AWS::CodeDeploy::Application");
    application.set("ComputePlatform", "Lambda");
    application.set_some("Tags", (!tags.is_empty()).then(|| tags.clone()));
    sam.add(&application);
    if groups.iter().any(|group| !group.has_role) {
        let name = match sam.draft.partition() {
            "aws-iso" | "aws-iso-b" => "AWSCodeDeployRoleForLambdaLimited",
            _ => "AWSCodeDeployRoleForLambda",
        };
        let arn = format!("arn:{}:iam::aws:policy/service-role/{name}", sam.draft.partition());
        let mut role = shared(ROLE, "AWS::IAM::Role");
        role.set("AssumeRolePolicyDocument", trust("codedeploy.amazonaws.com"));
        role.set("ManagedPolicyArns", list![arn]);
        role.set_some("Tags", (!tags.is_empty()).then_some(tags));
        sam.add(&role);
    }
    for group in groups {
        sam.add(&group.generated);
    }
}

/// The condition of what is shared: none where a group has none, else that at least one of theirs holds.
fn shared_condition(sam: &mut Sam<'_, '_>, groups: &[Group], at: Span) -> Option<String> {
    let mut conditions: Vec<String> = Vec::new();
    for group in groups {
        let condition = group.condition.as_ref()?;
        if !conditions.contains(condition) {
            conditions.push(condition.clone());
        }
    }
    let mut further = conditions.len().saturating_sub(2) / (OR - 1);
    while conditions.len() > 1 {
        let name = if further == 0 { CONDITION.to_owned() } else { format!("{CONDITION}{further}") };
        further = further.saturating_sub(1);
        let some: Vec<Value> =
            conditions.drain(..conditions.len().min(OR)).map(|condition| map! { "Condition" => condition }).collect();
        sam.add_condition(name.clone(), &map! { "Fn::Or" => some }, at);
        conditions.push(name);
    }
    conditions.pop()
}
