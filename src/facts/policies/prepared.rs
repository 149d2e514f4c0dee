//! Policies made ready for questions, each once for all rules that ask.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rustc_hash::FxHashMap;

use super::{PolicyValue, read_policy};
use crate::facts::Facts;
use crate::iam::Policy;
use crate::iam::least::Allows;
use crate::value::{Cause, ResourceId, ValueId, View, World};

/// How many policies are kept: rules ask about one resource after the other.
const KEPT: usize = 256;

/// A policy with what questions need to know of it.
#[derive(Debug)]
pub struct Prepared {
    /// The policy.
    pub policy: Arc<Policy>,
    allows: OnceLock<Allows>,
}

impl Prepared {
    fn new(policy: Policy) -> Self {
        Self { policy: Arc::new(policy), allows: OnceLock::new() }
    }

    /// What it allows, action by action.
    #[must_use]
    pub fn allows(&self) -> &Allows {
        self.allows.get_or_init(|| Allows::new(&self.policy))
    }
}

/// The resource, the value and, where that is no plain document, the row of its property.
type Key = (ResourceId, ValueId, Option<usize>);

/// Policies that say the same in every world; `None`: those that do not.
#[derive(Debug, Default)]
pub(in crate::facts) struct Cache {
    known: Mutex<FxHashMap<Key, Option<Arc<Prepared>>>>,
}

impl<'a> Facts<'a> {
    /// The policy that [`PolicyValue::read`] gives, made ready.
    ///
    /// # Errors
    /// As there.
    pub fn policy(&self, value: &PolicyValue, view: &View<'a>) -> Result<Option<Arc<Prepared>>, Cause> {
        let row = Some(value.step.0).filter(|_| !value.is_plain());
        let key = (value.resource, value.value(self.inventory, view), row);
        self.prepared(key, view, |view| value.read(self.inventory, view))
    }

    /// The policy at a value of a resource, made ready.
    #[must_use]
    pub fn policy_at(&self, resource: ResourceId, value: ValueId, view: &View<'a>) -> Arc<Prepared> {
        let read = |view: &View<'_>| Ok(Some(read_policy(self.inventory, view, value)));
        match self.prepared((resource, value, None), view, read) {
            Ok(Some(found)) => found,
            _ => Arc::new(Prepared::new(read_policy(self.inventory, view, value))),
        }
    }

    fn prepared(
        &self,
        key: Key,
        view: &View<'a>,
        read: impl Fn(&View<'_>) -> Result<Option<Policy>, Cause>,
    ) -> Result<Option<Arc<Prepared>>, Cause> {
        let ready = |policy: Option<Policy>| policy.map(|policy| Arc::new(Prepared::new(policy)));
        if !view.world.assigned().is_empty() {
            return read(view).map(ready);
        }
        let kept = || self.policies.known.lock().unwrap_or_else(PoisonError::into_inner);
        let known = kept().get(&key).cloned();
        match known {
            Some(Some(found)) => return Ok(Some(found)),
            Some(None) => return read(view).map(ready),
            None => {}
        }
        // Where reading asks nothing of the world, every other one has the same; a world of its own tells.
        let world = World::open();
        let (found, needed) = world.needs(|| read(&View::new(view.values, &world)));
        let same = needed.is_none() && world.asked().is_empty();
        let found = if same { found.map(ready) } else { read(view).map(ready) };
        let mut kept = kept();
        if kept.len() >= KEPT {
            kept.clear();
        }
        kept.insert(key, found.as_ref().ok().filter(|_| same).cloned().flatten());
        found
    }
}
