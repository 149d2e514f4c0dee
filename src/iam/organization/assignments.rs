//! The values of context keys that the conditions of statements tell apart.

use super::clause::{Clause, Member};
use super::condition::{Keys, substituted};
use super::representative::representatives;
use crate::iam::document::{Condition, Test};

/// Combinations of free keys and resources that are tried for one request.
const COMBINATIONS: usize = 4_096;

/// Values for the keys that are free.
pub(super) struct Assignments {
    pub(super) all: Vec<Vec<(String, Option<String>)>>,
    /// Whether every other assignment is like one of these.
    pub(super) exact: bool,
}

/// All ways in which the conditions of the statements tell the values of free keys apart; `None` when there are too many.
pub(super) fn assignments(relevant: &[(&Clause<'_>, Member)], keys: &Keys) -> Option<Assignments> {
    let mut free: Vec<(String, Vec<&Condition>)> = Vec::new();
    for condition in relevant.iter().flat_map(|(clause, _)| &clause.statement.conditions) {
        if keys.get(&condition.key).is_some() {
            continue;
        }
        match free.iter_mut().find(|(key, _)| key.eq_ignore_ascii_case(&condition.key)) {
            Some((_, conditions)) => conditions.push(condition),
            None => free.push((condition.key.to_string(), vec![condition])),
        }
    }
    let mut found = Assignments { all: vec![Vec::new()], exact: true };
    for (key, conditions) in free {
        let (values, exact) = values_of(&conditions, keys)?;
        found.exact &= exact;
        if found.all.len() * values.len() > COMBINATIONS {
            return None;
        }
        found.all = values
            .iter()
            .flat_map(|value| {
                let key = &key;
                found.all.iter().map(move |so_far| {
                    let mut next = so_far.clone();
                    next.push((key.clone(), value.clone()));
                    next
                })
            })
            .collect();
    }
    Some(found)
}

/// The values of a key that its conditions tell apart, missing first, and whether all others are like one of them.
fn values_of(conditions: &[&Condition], keys: &Keys) -> Option<(Vec<Option<String>>, bool)> {
    let mut exact = conditions.iter().all(|condition| condition.operator.quantifier.is_none());
    let (mut patterns, mut values): (Vec<String>, Vec<Option<String>>) = (Vec::new(), vec![None]);
    let mut truths = false;
    for condition in conditions {
        match condition.operator.test {
            Test::Null => {}
            Test::Bool => truths = true,
            test if test.name().starts_with("String") || test.name().starts_with("Arn") => {
                let known = condition.values.iter().filter(|value| value.is_known());
                patterns.extend(known.filter_map(|value| substituted(&value.text, keys)));
            }
            // Numbers, dates, addresses: only that the key is missing is tried.
            _ => exact = false,
        }
    }
    if truths {
        values.extend([Some("true".to_owned()), Some("false".to_owned())]);
    }
    patterns.sort_unstable();
    patterns.dedup();
    let patterns: Vec<&str> = patterns.iter().map(String::as_str).collect();
    if !truths || !patterns.is_empty() {
        values.extend(representatives("", &patterns)?.into_iter().map(Some));
    }
    Some((values, exact))
}
