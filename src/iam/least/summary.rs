//! What a policy gives, service by service.

use std::collections::BTreeMap;

use crate::iam::Match;
use crate::iam::catalogue::{AccessLevel, ActionSet, catalogue};

use super::allows::Allows;
use super::risk::Risk;

/// What a policy allows of one service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceAccess {
    /// The prefix of its actions: `s3`.
    pub prefix: &'static str,
    /// How many actions of each level are allowed, in the order of [`AccessLevel`].
    pub levels: [usize; 5],
    /// How many of the allowed actions could be narrowed to resources, and are not.
    pub unscoped: usize,
    /// The risks of those.
    pub risks: Vec<Risk>,
}

impl ServiceAccess {
    /// How many actions of a level are allowed.
    #[must_use]
    pub fn of(&self, level: AccessLevel) -> usize {
        self.levels[position(level)]
    }
}

fn position(level: AccessLevel) -> usize {
    match level {
        AccessLevel::List => 0,
        AccessLevel::Read => 1,
        AccessLevel::Tagging => 2,
        AccessLevel::Write => 3,
        AccessLevel::PermissionsManagement => 4,
    }
}

/// The services of which a policy surely allows something, by prefix. What a denial takes back as a whole is not counted; parts of
/// denials are.
#[must_use]
pub fn services(allows: &Allows) -> Vec<ServiceAccess> {
    let mut all = ActionSet::new(catalogue());
    allows.allows.iter().for_each(|acts| all.union_with(&acts.sure));
    let mut found: BTreeMap<&'static str, ServiceAccess> = BTreeMap::new();
    for action in all.iter().filter_map(|id| catalogue().by_id(id)) {
        if allows.taken(&action) == Match::Yes {
            continue;
        }
        let prefix = action.service.prefix;
        let empty = ServiceAccess { prefix, levels: [0; 5], unscoped: 0, risks: Vec::new() };
        let service = found.entry(prefix).or_insert(empty);
        service.levels[position(action.action.access)] += 1;
        if allows.allows.iter().any(|acts| acts.unscoped(allows, &action, &mut acts.covered()) == Match::Yes) {
            service.unscoped += 1;
            if let Some(risk) = Risk::of(&action).filter(|risk| !service.risks.contains(risk)) {
                service.risks.push(risk);
            }
        }
    }
    found
        .into_values()
        .map(|mut service| {
            service.risks.sort_unstable();
            service
        })
        .collect()
}
