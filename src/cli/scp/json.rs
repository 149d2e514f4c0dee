//! The answers as JSON.

use serde_json::{Value, json};

use super::Loaded;
use super::answer::{Answer, Asked, Report};
use super::text::{headline, position, reason, statement, verdict};
use crate::iam::organization::{NodeId, NodeKind, Parent, StatementRef, Witness};
use crate::value::Cause;

/// The version of the format.
const FORMAT: u32 = 1;

pub(super) fn render(all: &[Loaded], reports: &[Report]) -> String {
    let organizations: Vec<Value> =
        all.iter().zip(reports).map(|(loaded, report)| organization(loaded, report)).collect();
    let catalogue = crate::iam::catalogue::catalogue().date();
    let document = json!({ "format": FORMAT, "actions_of": catalogue, "organizations": organizations });
    format!("{document:#}\n")
}

fn organization(loaded: &Loaded, report: &Report) -> Value {
    let organization = &loaded.organization;
    let name = |id: &NodeId| organization.node(*id).name.to_string();
    let nodes = organization.nodes.iter().enumerate().map(|(index, node)| {
        let attached = organization.policies.iter().filter(|policy| policy.targets.contains(&NodeId(index)));
        json!({
            "kind": match node.kind { NodeKind::Root => "root", NodeKind::Unit => "unit", NodeKind::Account => "account" },
            "name": &*node.name,
            "account": node.account.as_deref(),
            "parent": match &node.parent { Parent::Node(parent) => Some(name(parent)), _ => None },
            "above_unknown": match &node.parent { Parent::Unknown(causes) => Some(texts(causes)), _ => None },
            "full_aws_access": node.full_access,
            "policies": attached.map(|policy| policy.name.to_string()).collect::<Vec<_>>(),
        })
    });
    json!({
        "input": loaded.name,
        "accounts_assumed": loaded.made_up,
        "nodes": nodes.collect::<Vec<_>>(),
        "regions": report.regions,
        "regions_read_from_policies": report.regions_read,
        "management_accounts": report.management.iter().map(name).collect::<Vec<_>>(),
        "warnings": report.warnings,
        "guardrails": report.answers.iter().map(|answer| guardrail(loaded, report, answer)).collect::<Vec<_>>(),
    })
}

fn guardrail(loaded: &Loaded, report: &Report, answer: &Answer) -> Value {
    let organization = &loaded.organization;
    let accounts: Vec<String> = answer.accounts.iter().map(|id| organization.node(*id).name.to_string()).collect();
    let mut value = json!({
        "id": answer.id(),
        "verdict": verdict(answer.verdict()).to_ascii_lowercase(),
        "message": headline(answer, &report.regions),
        "accounts": accounts,
    });
    let details = match &answer.asked {
        Asked::Lock(lock) => json!({
            "statements": statements(loaded, &lock.locks),
            "regional_actions": lock.regional,
            "open_actions": lock.open,
            "open_by_service": counts(&lock.services()),
            "holes": lock.holes.iter().map(|hole| json!({
                "reason": reason(organization, hole),
                "at": hole.place.map(|place| position(loaded, place)),
                "actions": hole.actions(),
                "by_service": counts(&hole.services),
                "witness": witness(&hole.witness),
            })).collect::<Vec<_>>(),
            "exempt": lock.exempt.iter().map(|exempt| json!({
                "patterns": exempt.patterns,
                "actions": exempt.actions,
                "witness": witness(&exempt.witness),
            })).collect::<Vec<_>>(),
            "tolerated": counts(&lock.tolerated),
            "global_actions": lock.global,
            "denied_global_services": lock.broken.iter().map(|broken| json!({
                "service": broken.service, "region": broken.region, "actions": broken.actions,
            })).collect::<Vec<_>>(),
            "later_actions_denied": lock.later,
            "unknown_actions": lock.unknown,
            "causes": texts(&lock.causes),
        }),
        Asked::Root(root) => json!({
            "open_actions": root.open,
            "open_by_service": counts(&root.services),
            "witness": root.witness.as_ref().map(witness),
            "tolerated": root.tolerated,
            "statements": statements(loaded, &root.by),
            "causes": texts(&root.causes),
        }),
        Asked::Group(group, protection) => json!({
            "reason": group.reason,
            "actions": group.actions,
            "open": protection.open.iter().map(|open| json!({
                "action": open.action, "patterns": open.patterns, "witness": witness(&open.witness),
            })).collect::<Vec<_>>(),
            "statements": statements(loaded, &protection.by),
            "causes": texts(&protection.causes),
        }),
    };
    if let (Value::Object(value), Value::Object(details)) = (&mut value, details) {
        value.extend(details);
    }
    value
}

fn statements(loaded: &Loaded, list: &[StatementRef]) -> Vec<Value> {
    let one = |at: &StatementRef| {
        let place = loaded.organization.policies[at.policy].document.statements[at.statement].place;
        json!({ "statement": statement(&loaded.organization, *at), "at": position(loaded, place) })
    };
    list.iter().map(one).collect()
}

fn witness(witness: &Witness) -> Value {
    let keys: serde_json::Map<String, Value> =
        witness.keys.iter().map(|(key, value)| (key.clone(), json!(value))).collect();
    json!({
        "action": witness.action,
        "resource": witness.resource,
        "principal": witness.principal,
        "region": witness.region,
        "keys": keys,
    })
}

fn counts(services: &[(&'static str, usize)]) -> Value {
    services.iter().map(|(name, count)| ((*name).to_owned(), json!(count))).collect::<serde_json::Map<_, _>>().into()
}

fn texts(causes: &[Cause]) -> Vec<String> {
    causes.iter().map(Cause::to_string).collect()
}
