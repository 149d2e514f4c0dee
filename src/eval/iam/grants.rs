//! What policies allow.

use super::{Charge, Evidence};
use crate::eval::scope::Scope;
use crate::iam::{self, Policy};
use crate::rule::Operand;

pub(super) fn administrator(policy: &Policy) -> Evidence {
    statements(iam::grants_administrator(policy))
}

pub(super) fn service_wildcard(policy: &Policy) -> Evidence {
    statements(iam::grants_service_wildcard(policy))
}

/// Statements that decide, each a fault of its own.
pub(super) fn statements(evidence: iam::Evidence) -> Evidence {
    match evidence {
        iam::Evidence::No => Evidence::No,
        iam::Evidence::Unknown(causes) => Evidence::Unknown(causes),
        iam::Evidence::Yes(indexes) => {
            let charge = |index| Charge { statement: Some(index), bindings: Vec::new() };
            Evidence::Yes(indexes.into_iter().map(charge).collect())
        }
    }
}

impl Scope<'_> {
    pub(super) fn grants_public(&self, actions: &Operand, policy: &Policy) -> Evidence {
        let actions: Vec<&str> = self.rule.operand(actions).list().iter().filter_map(|action| action.text()).collect();
        statements(iam::grants_public(policy, &actions))
    }
}
