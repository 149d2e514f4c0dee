//! Usage plans and API keys of REST APIs: one for each API, or one that several share.

use std::collections::BTreeSet;

use super::super::edit::filled;
use super::super::resource::{Generated, Resource};
use super::super::sam::{Done, Sam, Stop};
use super::super::value::{Entry, Value, list, map, reference};
use super::conditions;
use crate::source::{NodeId, Span};
use crate::template::transform::Draft;

const KEYS: [&str; 6] = ["CreateUsagePlan", "Description", "Quota", "Tags", "Throttle", "UsagePlanName"];

/// The condition of what several APIs share.
const CONDITION: &str = "SharedUsagePlanCondition";

/// What the APIs that share a plan have added to it.
#[derive(Debug, Default)]
pub(in super::super) struct Shared {
    apis: Vec<(String, String)>,
    conditions: BTreeSet<String>,
    any_unconditional: bool,
    deletion: Option<String>,
    replacement: Option<String>,
}

/// The plan, its key, and what joins both, for an API and its stage.
pub(super) fn expand(sam: &mut Sam<'_, '_>, resource: &Resource, auth: NodeId, stage: &str) -> Done<Vec<Generated>> {
    let Some(member) = sam.draft.present(auth, "UsagePlan") else { return Ok(Vec::new()) };
    let (node, at) = (member.value, member.key_span);
    let tree = &sam.draft.tree;
    if !sam.draft.is_map(node) {
        return Err(Stop::error(node, "`UsagePlan` must be a map"));
    }
    if let Some(other) = tree.members(node).iter().find(|member| !KEYS.contains(&tree.key(member))) {
        return Err(Stop::error(other.value, format!("`UsagePlan` has no key `{}`", tree.key(other))));
    }
    let Some(create) = sam.draft.present(node, "CreateUsagePlan") else {
        return Err(Stop::error(node, "`UsagePlan` must have a `CreateUsagePlan`"));
    };
    let api = (resource.id.to_string(), stage.to_owned());
    let (plan, mut generated) = match sam.text_of(create.value, "CreateUsagePlan")?.as_str() {
        "NONE" => return Ok(Vec::new()),
        "PER_API" => {
            let ids = ["UsagePlan", "ApiKey", "UsagePlanKey"].map(|name| format!("{}{name}", resource.id));
            plan_of(ids, &[api], at, &resource.passed_on(sam.draft))
        }
        "SHARED" => {
            sam.apis.shared.add(sam.draft, resource, api);
            let attributes = sam.apis.shared.attributes();
            share_condition(sam, at);
            let ids = ["ServerlessUsagePlan", "ServerlessApiKey", "ServerlessUsagePlanKey"].map(str::to_owned);
            plan_of(ids, &sam.apis.shared.apis, at, &attributes)
        }
        _ => {
            let message = "`CreateUsagePlan` must be `SHARED`, `PER_API` or `NONE`";
            return Err(Stop::error(create.value, message));
        }
    };
    let mut plan = plan;
    for name in ["UsagePlanName", "Description", "Quota", "Tags", "Throttle"] {
        plan.set_some(name, filled(&sam.draft.tree, node, name));
    }
    generated.insert(0, plan);
    Ok(generated)
}

/// A plan, and the key and what joins both.
fn plan_of(
    [plan_id, key_id, join_id]: [String; 3],
    apis: &[(String, String)],
    at: Span,
    attributes: &[Entry],
) -> (Generated, Vec<Generated>) {
    let new = |id: &String, kind| Generated::new(id.clone(), kind, at).with_attributes(attributes.to_vec());
    let stages = |api: &'static str, stage: &'static str| -> Vec<Value> {
        let entry =
            |(id, name): &(String, String)| map! { api => reference(id.clone()), stage => reference(name.clone()) };
        apis.iter().map(entry).collect()
    };
    let mut plan = new(&plan_id, "AWS::ApiGateway::UsagePlan");
    let depends_on: Vec<Value> = apis.iter().map(|(id, _)| id.clone().into()).collect();
    plan.set_attribute("DependsOn", depends_on);
    plan.set("ApiStages", stages("ApiId", "Stage"));
    let mut key = new(&key_id, "AWS::ApiGateway::ApiKey");
    key.set_attribute("DependsOn", list![plan_id.clone()]);
    key.set("Enabled", true);
    key.set("StageKeys", stages("RestApiId", "StageName"));
    let mut join = new(&join_id, "AWS::ApiGateway::UsagePlanKey");
    join.set_attribute("DependsOn", list![key_id.clone()]);
    join.set("KeyId", reference(key_id));
    join.set("KeyType", "API_KEY");
    join.set("UsagePlanId", reference(plan_id));
    (plan, vec![key, join])
}

/// Adds the condition under which any of the APIs is there.
fn share_condition(sam: &mut Sam<'_, '_>, at: Span) {
    let shared = &sam.apis.shared;
    if shared.any_unconditional {
        return;
    }
    let conditions = shared.conditions.clone();
    match conditions.first() {
        Some(only) if conditions.len() == 1 => {
            sam.add_condition(CONDITION, &map! { "Condition" => only.clone() }, at);
        }
        _ => conditions::combine(sam, CONDITION, &conditions, at),
    }
}

impl Shared {
    fn add(&mut self, draft: &Draft<'_>, resource: &Resource, api: (String, String)) {
        let text =
            |name: &str| resource.attribute(draft, name).and_then(|node| draft.tree.string(node)).map(str::to_owned);
        match text("Condition") {
            Some(condition) => _ = self.conditions.insert(condition),
            None => self.any_unconditional = true,
        }
        if let Some(policy) = text("DeletionPolicy")
            && (self.deletion.is_none() || policy == "Retain")
        {
            self.deletion = Some(policy);
        }
        if let Some(policy) = text("UpdateReplacePolicy") {
            let is_stronger = match self.replacement.as_deref() {
                None => true,
                Some(own) => policy == "Retain" || (policy == "Snapshot" && own == "Delete"),
            };
            if is_stronger {
                self.replacement = Some(policy);
            }
        }
        if !self.apis.contains(&api) {
            self.apis.push(api);
        }
    }

    fn attributes(&self) -> Vec<Entry> {
        let condition = (!self.any_unconditional && !self.conditions.is_empty()).then(|| CONDITION.to_owned());
        let all = [
            ("DeletionPolicy", self.deletion.clone()),
            ("UpdateReplacePolicy", self.replacement.clone()),
            ("Condition", condition),
        ];
        all.into_iter().filter_map(|(name, value)| value.map(|value| Entry::new(name, value))).collect()
    }
}
