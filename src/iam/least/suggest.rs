//! A tighter policy, where one can be derived: the same actions, on the resources that the template has for them.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::iam::catalogue::{ActionRef, catalogue};
use crate::iam::document::{Effect, Element, Policy, Statement, Text, Version};
use crate::iam::prove::{self, Proof};
use crate::iam::{Match, matches};

use super::reach::{covers, everything, glob};

/// A resource that a suggestion may name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Its ARN as a text of a policy, with tokens: `arn:aws:s3:::\u{1}3.Data\u{1}`.
    pub arn: String,
}

/// A tighter policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// The policy.
    pub policy: Policy,
    /// The policy document; references to resources are `${...}`, as in `Fn::Sub`.
    pub document: Value,
    /// What stays as wide as it was, and why, one sentence each.
    pub notes: Vec<String>,
    /// Whether it is proved for all requests that the suggestion allows nothing that the policy does not. Where this is `false`, the
    /// prover gave no answer; a suggestion that allows more is never made.
    pub proved: bool,
}

/// A policy with the same actions on fewer resources; `None` when nothing of it can be narrowed with these resources, or when a
/// part of it is not known. Only `*` and its like in `Resource` are narrowed.
#[must_use]
pub fn suggest(policy: &Policy, candidates: &[Candidate]) -> Option<Suggestion> {
    if !policy.open.is_empty() {
        return None;
    }
    let (mut tight, mut notes) = (Policy { statements: Vec::new(), ..policy.clone() }, Vec::new());
    for statement in &policy.statements {
        match narrowed(statement, candidates, &mut notes) {
            Some(parts) => tight.statements.extend(parts),
            None => tight.statements.push(statement.clone()),
        }
    }
    if tight.statements == policy.statements {
        return None;
    }
    tight.statements.iter_mut().enumerate().for_each(|(index, statement)| statement.index = index);
    let proved = match prove::included(&[&tight], &[policy]) {
        Proof::No => true,
        Proof::Yes(_) => return None,
        Proof::Unknown(_) => false,
    };
    let version = match policy.version {
        Version::V2012 => "2012-10-17",
        Version::V2008 => "2008-10-17",
    };
    let statements: Vec<Value> = tight.statements.iter().map(written).collect::<Option<_>>()?;
    let document = json!({ "Version": version, "Statement": statements });
    Some(Suggestion { policy: tight, document, notes, proved })
}

/// The statements that take the place of one; `None` when it stays.
fn narrowed(statement: &Statement, candidates: &[Candidate], notes: &mut Vec<String>) -> Option<Vec<Statement>> {
    let resources = statement.resources.as_ref()?;
    let known = statement.effect == Some(Effect::Allow) && statement.causes.is_empty();
    if !known || statement.principals.is_some() || statement.actions.negated || resources.negated {
        return None;
    }
    // Action texts by the resources that they go to; no resources: as before.
    let mut groups: BTreeMap<Vec<String>, Vec<Text>> = BTreeMap::new();
    for text in &statement.actions.texts {
        let actions: Vec<ActionRef> =
            catalogue().ids_matching(&text.text).into_iter().filter_map(|id| catalogue().by_id(id)).collect();
        let fitting = fitting(&actions, resources, candidates);
        let wide = actions.iter().any(|action| everything(resources, action) == Match::Yes);
        let name = text.shown();
        match fitting.is_empty() {
            true if actions.is_empty() => notes.push(format!("`{name}` is not in the data about actions")),
            true if wide => notes.push(format!("`{name}` fits no resource of the template, or not only such")),
            true if actions.iter().all(|action| action.action.resource_types.is_empty()) => {
                notes.push(format!("`{name}` has no resources to name"));
            }
            _ => {}
        }
        groups.entry(fitting).or_default().push(text.clone());
    }
    if groups.keys().all(Vec::is_empty) {
        return None;
    }
    let parts = groups.len();
    let part = |(arns, actions): (Vec<String>, Vec<Text>)| {
        let mut part = statement.clone();
        part.actions.texts = actions;
        if let Some(own) = part.resources.as_mut().filter(|_| !arns.is_empty()) {
            own.texts = arns.into_iter().map(|arn| Text { text: arn.into(), place: own.place }).collect();
        }
        // A `Sid` is for one statement.
        part.sid = part.sid.filter(|_| parts == 1);
        part
    };
    Some(groups.into_iter().map(part).collect())
}

/// The ARNs of candidates for actions that leave their resources open; none when one of the actions has none.
fn fitting(actions: &[ActionRef], resources: &Element, candidates: &[Candidate]) -> Vec<String> {
    let mut found = Vec::new();
    for action in actions {
        if everything(resources, action) != Match::Yes {
            return Vec::new();
        }
        let before = found.len();
        for format in super::reach::arn_formats(action) {
            for candidate in candidates {
                found.extend(arn_for(candidate, format).filter(|arn| {
                    let text = Text { text: arn.as_str().into(), place: resources.place };
                    // Nothing that the policy does not allow already.
                    resources.texts.iter().any(|own| matches(&own.text, &text.text))
                        && covers(&text, format) == Match::No
                }));
            }
        }
        // One pattern for actions of which some fit nothing cannot be split.
        if found.len() == before && !actions.is_empty() {
            return Vec::new();
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// The ARN of a candidate, or of all that is in it, as a format asks for.
fn arn_for(candidate: &Candidate, format: &str) -> Option<String> {
    let format = glob(format);
    let inside = format!("{}/*", candidate.arn);
    // `arn:aws:s3:::*` is the format of a bucket, `arn:aws:s3:::*/*` that of an object in it: the most special one decides.
    let fits = |arn: &str| matches(&format, arn);
    let depth = |text: &str| text.matches('/').count();
    if fits(&candidate.arn) && depth(&format) == depth(&candidate.arn) {
        Some(candidate.arn.clone())
    } else if fits(&inside) && depth(&format) == depth(&inside) {
        Some(inside)
    } else {
        None
    }
}

/// A statement as JSON; `None` when a part of it is not known.
fn written(statement: &Statement) -> Option<Value> {
    let mut object = Map::new();
    if !statement.causes.is_empty() || statement.principals.is_some() || !statement.conditions_open.is_empty() {
        return None;
    }
    if let Some(sid) = &statement.sid {
        object.insert("Sid".to_owned(), json!(sid));
    }
    object.insert("Effect".to_owned(), json!(if statement.effect? == Effect::Allow { "Allow" } else { "Deny" }));
    let mut element = |name: &str, element: &Element| {
        let name = if element.negated { format!("Not{name}") } else { name.to_owned() };
        let texts: Vec<String> = element.texts.iter().map(Text::shown).collect();
        let value = if let [only] = texts.as_slice() { json!(only) } else { json!(texts) };
        object.insert(name, value);
    };
    element("Action", &statement.actions);
    if let Some(resources) = &statement.resources {
        element("Resource", resources);
    }
    let mut conditions = Map::new();
    for condition in &statement.conditions {
        let values: Vec<String> = condition.values.iter().map(Text::shown).collect();
        let keys = conditions.entry(condition.operator.to_string()).or_insert_with(|| json!({}));
        keys.as_object_mut()?.insert(condition.key.to_string(), json!(values));
    }
    if !conditions.is_empty() {
        object.insert("Condition".to_owned(), Value::Object(conditions));
    }
    Some(Value::Object(object))
}
