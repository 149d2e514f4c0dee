//! What the principals of an inventory may do: for each account its users, roles and groups with all policies that are attached
//! to them from whichever side, their permissions boundaries and trust policies, and what runs as which role.
//!
//! What may be attached and is not known stays as a cause: the principal may have more.

mod attach;
mod collect;
mod workload;

use std::sync::{Arc, Mutex, PoisonError};

use super::Facts;
use crate::iam::escalation::{Account, Analysis};
use crate::value::{Assignment, ResourceId, Trigger, VariableId, View};

/// An account with the resources that its parts are.
#[derive(Debug, Default)]
pub struct Principals {
    /// The account.
    pub account: Account,
    /// For each principal its resource.
    pub resources: Vec<ResourceId>,
    /// For each workload its resource.
    pub workloads: Vec<ResourceId>,
}

/// Escalation paths of an account.
#[derive(Debug, Default)]
pub struct Escalations {
    /// The account.
    pub principals: Principals,
    /// What is known of each principal.
    pub analysis: Analysis,
}

/// The escalation paths of all accounts in one world.
#[derive(Debug, Default)]
pub struct AllEscalations {
    /// One for each account.
    pub accounts: Vec<Escalations>,
    /// The first variable that was not decided, if anything was not.
    needed: Option<(VariableId, Trigger)>,
}

/// A cache of escalation paths: one for each world in which they may differ.
#[derive(Debug, Default)]
pub(super) struct Cache {
    worlds: Mutex<Vec<(Vec<Assignment>, Arc<AllEscalations>)>>,
}

/// How many worlds are kept.
const WORLDS: usize = 64;

impl AllEscalations {
    /// The account and index of the principal that a resource is.
    #[must_use]
    pub fn of(&self, resource: ResourceId) -> Option<(&Escalations, usize)> {
        self.accounts.iter().find_map(|escalations| {
            let at = escalations.principals.resources.iter().position(|known| *known == resource)?;
            Some((escalations, at))
        })
    }

    /// Records in the world what was not decided; for who gets an answer that depends on it.
    pub fn note_undecided(&self, view: &View<'_>) {
        if let Some((variable, trigger)) = self.needed {
            view.world.need(variable, trigger);
        }
    }
}

impl<'a> Facts<'a> {
    /// The principals of the inventory by account. What the world leaves open is recorded in it.
    #[must_use]
    pub fn principals(&self, view: &View<'a>) -> Vec<Principals> {
        collect::principals(self, view)
    }

    /// Who can become an administrator, and how, in the world of `view`. Nothing is recorded in the world:
    /// see [`AllEscalations::note_undecided`].
    #[must_use]
    pub fn escalations(&self, view: &View<'a>) -> Arc<AllEscalations> {
        let worlds = || self.escalations.worlds.lock().unwrap_or_else(PoisonError::into_inner);
        let fits = |known: &&(Vec<Assignment>, Arc<AllEscalations>)| {
            // What nothing was undecided for holds in every world below it.
            let (assigned, found) = known;
            let now = view.world.assigned();
            let decides = |one: &Assignment| view.world.case(one.variable) == Some(one.case);
            (found.needed.is_none() || assigned.len() == now.len()) && assigned.iter().all(decides)
        };
        if let Some((_, found)) = worlds().iter().find(fits) {
            return Arc::clone(found);
        }
        let (principals, needed) = view.world.needs(|| self.principals(view));
        let accounts = principals.into_iter().map(|principals| {
            let analysis = Analysis::of(&principals.account);
            Escalations { principals, analysis }
        });
        let found = Arc::new(AllEscalations { accounts: accounts.collect(), needed });
        let mut worlds = worlds();
        if worlds.len() >= WORLDS {
            worlds.remove(0);
        }
        worlds.push((view.world.assigned().to_vec(), Arc::clone(&found)));
        found
    }
}
