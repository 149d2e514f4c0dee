//! What a policy grants, in short.

use std::collections::BTreeMap;

use crate::iam::catalogue::{AccessLevel, ActionSet, catalogue};
use crate::iam::document::{Effect, Policy};
use crate::iam::{Evidence, grants_administrator};

/// What the `Allow` statements of a policy grant, before its denies and conditions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overview {
    /// Statements that allow.
    pub allows: usize,
    /// Statements that deny.
    pub denies: usize,
    /// Statements of which that is not known.
    pub unknown: usize,
    /// Actions that are allowed, by what they do.
    pub levels: BTreeMap<AccessLevel, usize>,
    /// The services with allowed actions, by prefix.
    pub services: Vec<ServiceOverview>,
    /// Whether actions that AWS adds later are allowed too: a pattern has a wildcard for them.
    pub wildcards: usize,
    /// Whether something is allowed on every resource.
    pub every_resource: bool,
    /// Whether there are allowed actions that are not known.
    pub open: bool,
    /// Whether a statement allows everything.
    pub administrator: Evidence,
}

/// The allowed actions of one service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceOverview {
    /// What stands before the colon of its actions.
    pub prefix: &'static str,
    /// How many of its actions are allowed.
    pub allowed: usize,
    /// How many it has.
    pub all: usize,
}

/// What a policy grants.
#[must_use]
pub fn overview(policy: &Policy) -> Overview {
    let catalogue = catalogue();
    let count = |effect| policy.statements.iter().filter(|statement| statement.effect == effect).count();
    let mut overview = Overview {
        allows: count(Some(Effect::Allow)),
        denies: count(Some(Effect::Deny)),
        unknown: count(None),
        levels: BTreeMap::new(),
        services: Vec::new(),
        wildcards: 0,
        every_resource: false,
        open: !policy.open.is_empty(),
        administrator: grants_administrator(policy),
    };
    let mut allowed = ActionSet::new(catalogue);
    for statement in policy.statements.iter().filter(|statement| statement.effect == Some(Effect::Allow)) {
        let actions = &statement.actions;
        let known = actions.texts.iter().filter(|text| text.is_known()).map(|text| &*text.text);
        let named = catalogue.set_matching(known.clone());
        allowed.union_with(&if actions.negated { named.complement() } else { named });
        overview.wildcards += known.filter(|text| text.contains(['*', '?'])).count();
        overview.every_resource |= statement
            .resources
            .as_ref()
            .is_some_and(|resources| resources.negated || resources.texts.iter().any(|text| &*text.text == "*"));
        overview.open |= !actions.open.is_empty() || !actions.texts.iter().all(super::super::document::Text::is_known);
    }
    for id in allowed.iter() {
        let Some(found) = catalogue.by_id(id) else { continue };
        *overview.levels.entry(found.action.access).or_default() += 1;
        match overview.services.last_mut().filter(|last| last.prefix == found.service.prefix) {
            Some(last) => last.allowed += 1,
            None => overview.services.push(ServiceOverview {
                prefix: found.service.prefix,
                allowed: 1,
                all: found.service.actions.len(),
            }),
        }
    }
    overview
}
