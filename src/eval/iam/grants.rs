//! What policies allow, to whom.

use super::{Charge, Evidence};
use crate::eval::scope::Scope;
use crate::iam::document::ACCOUNT;
use crate::iam::{self, Outsider, Policy};
use crate::rule::{IamQuestion, Operand};

/// Statements that decide, each a fault of its own.
pub(super) fn statements(evidence: iam::Evidence) -> Evidence {
    match evidence {
        iam::Evidence::No => Evidence::No,
        iam::Evidence::Unknown(causes) => Evidence::Unknown(causes),
        iam::Evidence::Yes(indexes) => {
            let charge = |index| Charge { statement: Some(index), place: None, bindings: Vec::new() };
            Evidence::Yes(indexes.into_iter().map(charge).collect())
        }
    }
}

impl<'a> Scope<'a> {
    /// Whether outsiders get in; each statement that lets one in is a fault of its own, with a request.
    pub(super) fn lets_in(&self, question: &'a IamQuestion, policy: &Policy) -> Evidence {
        let owned = |operand| self.texts(operand).into_iter().map(str::to_owned).collect::<Vec<_>>();
        let (actions, outsiders) = match question {
            IamQuestion::GrantsPublic(actions) => (actions, Vec::new()),
            IamQuestion::GrantsFederated(actions) => (actions, Vec::new()),
            IamQuestion::GrantsOutside { actions, trusted, .. } => (actions, owned(trusted)),
            IamQuestion::GrantsService { actions, services } => (actions, owned(services)),
            _ => return Evidence::No,
        };
        let outsider = match question {
            IamQuestion::GrantsOutside { whole, .. } => Outsider::OtherAccount { trusted: &outsiders, whole: *whole },
            IamQuestion::GrantsService { .. } => Outsider::Service(&outsiders),
            IamQuestion::GrantsFederated(_) => Outsider::Federated,
            _ => Outsider::Stranger,
        };
        let own = self.context.inventory.stack(self.selected).account.as_deref().unwrap_or(ACCOUNT);
        let entry = iam::lets_in(policy, &self.texts(actions), own, outsider);
        if entry.found.is_empty() {
            return if entry.unknown.is_empty() { Evidence::No } else { Evidence::Unknown(entry.unknown) };
        }
        let charge = |(index, witness): (usize, iam::prove::Witness)| {
            let shown = policy.statements.get(index).map(|statement| witness.shown(statement));
            Charge { statement: Some(index), place: None, bindings: vec![("witness", shown.unwrap_or_default())] }
        };
        Evidence::Yes(entry.found.into_iter().map(charge).collect())
    }

    pub(super) fn same_principal_may(
        &self,
        one: &'a Operand,
        other: &'a Operand,
        context: &[(Box<str>, Box<str>)],
        policy: &Policy,
    ) -> Evidence {
        let context: Vec<(String, String)> =
            context.iter().map(|(key, value)| (key.to_string(), value.to_string())).collect();
        statements(iam::same_principal_may(policy, &self.texts(one), &self.texts(other), &context))
    }
}
