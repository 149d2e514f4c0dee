//! A tighter policy, where one can be derived: the same actions, on the resources that the template has for them.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::iam::catalogue::{ActionRef, catalogue};
use crate::iam::document::{Effect, Element, Policy, Statement, Text, Version};
use crate::iam::matches;

use super::reach::{covers, everything, glob};
use crate::iam::Match;

/// A resource that a suggestion may name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Its ARN as a text of a policy, with tokens: `arn:aws:s3:::\u{1}3.Data\u{1}`.
    pub arn: String,
}

/// A tighter policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// The policy document; references to resources are `${...}`, as in `Fn::Sub`.
    pub document: Value,
    /// What was narrowed, one sentence each: what stays on `*`, and why, too.
    pub notes: Vec<String>,
}

/// A policy with the same actions on fewer resources; `None` when nothing of it can be narrowed with these resources, or when a
/// part of it is not known. Only `*` and its like in `Resource` are narrowed, and every resource of the suggestion is one that the
/// policy allows already, so that it allows nothing new.
#[must_use]
pub fn suggest(policy: &Policy, candidates: &[Candidate]) -> Option<Suggestion> {
    if !policy.open.is_empty() {
        return None;
    }
    let (mut statements, mut notes, mut changed) = (Vec::new(), Vec::new(), false);
    for statement in &policy.statements {
        match narrowed(statement, candidates, &mut notes) {
            Some(parts) => {
                changed = true;
                statements.extend(parts);
            }
            None => statements.push(written(statement)?),
        }
    }
    if !changed {
        return None;
    }
    let version = match policy.version {
        Version::V2012 => "2012-10-17",
        Version::V2008 => "2008-10-17",
    };
    Some(Suggestion { document: json!({ "Version": version, "Statement": statements }), notes })
}

/// The statements that take the place of one; `None` when it stays.
fn narrowed(statement: &Statement, candidates: &[Candidate], notes: &mut Vec<String>) -> Option<Vec<Value>> {
    let resources = statement.resources.as_ref()?;
    let known = statement.effect == Some(Effect::Allow) && statement.causes.is_empty();
    if !known || statement.principals.is_some() || statement.actions.negated || resources.negated {
        return None;
    }
    // Action texts by the resources that they go to; the empty list is `*` as before.
    let mut groups: BTreeMap<Vec<String>, Vec<String>> = BTreeMap::new();
    for text in &statement.actions.texts {
        let actions: Vec<ActionRef> =
            catalogue().ids_matching(&text.text).into_iter().filter_map(|id| catalogue().by_id(id)).collect();
        let fitting = fitting(&actions, resources, candidates);
        if fitting.is_empty() {
            let name = text.shown();
            notes.push(match actions.iter().all(|action| action.action.resource_types.is_empty()) {
                true if actions.is_empty() => format!("`{name}` is not in the data about actions and stays as it is"),
                true => format!("`{name}` has no resources to name and stays on `*`"),
                false => format!("`{name}` stays as it is: the template has no resource that it fits"),
            });
        }
        groups.entry(fitting).or_default().push(text.shown());
    }
    if groups.keys().all(Vec::is_empty) {
        return None;
    }
    let part = |(arns, actions): (Vec<String>, Vec<String>)| {
        let mut value = written(statement)?;
        let object = value.as_object_mut()?;
        object.insert("Action".to_owned(), json!(actions));
        if !arns.is_empty() {
            object.insert("Resource".to_owned(), json!(arns));
        }
        Some(value)
    };
    let mut parts: Vec<Value> = groups.into_iter().map(part).collect::<Option<_>>()?;
    // A `Sid` is for one statement.
    if parts.len() > 1 {
        parts.iter_mut().filter_map(Value::as_object_mut).for_each(|part| {
            part.remove("Sid");
        });
    }
    Some(parts)
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
    let mut shown: Vec<String> =
        found.into_iter().map(|arn| Text { text: arn.into(), place: resources.place }.shown()).collect();
    shown.sort_unstable();
    shown.dedup();
    shown
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
