//! Ready-made questions.

use super::super::document::Policy;
use super::{Proof, Prover, Question, Space, Who};

/// Whether the first policies together allow a request that the second ones together do not allow.
#[must_use]
pub fn included(a: &[&Policy], b: &[&Policy]) -> Proof {
    Prover::default().included(a, b)
}

/// Whether anyone at all, without an account or with whichever, may use one of the actions through this resource policy.
#[must_use]
pub fn is_public(policy: &Policy, actions: &[&str]) -> Proof {
    // An account that nobody chose: what is allowed to it is allowed to all but a finite number of accounts.
    reachable_from_outside(policy, actions, Who::Anonymous).or_else(|| {
        let stranger = format!("arn:aws:iam::{STRANGER}:role/{STRANGER}");
        reachable_from_outside(policy, actions, Who::Arns(vec![stranger]))
    })
}

/// The account id of someone who is no one in particular: no account has it, so no policy means it.
const STRANGER: &str = "000000000000";

/// Whether someone of this kind may use one of the actions through this resource policy.
#[must_use]
pub fn reachable_from_outside(policy: &Policy, actions: &[&str], who: Who) -> Proof {
    let actions = actions.iter().map(|action| (*action).to_owned()).collect();
    let space = Space { actions, who, ..Space::default() };
    super::ask(&Question { groups: vec![vec![policy]], space, ..Question::default() })
}

/// Whether identity policies together allow one of the actions on one of the resources; on any when there are none.
#[must_use]
pub fn allows_any(policies: &[&Policy], actions: &[&str], resources: &[&str]) -> Proof {
    let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    let space = Space { actions: owned(actions), resources: owned(resources), ..Space::default() };
    super::ask(&Question { groups: vec![policies.to_vec()], space, ..Question::default() })
}

impl Proof {
    /// This answer if it is a yes, else another; "no" only when both are.
    #[must_use]
    pub fn or_else(self, other: impl FnOnce() -> Self) -> Self {
        match self {
            Proof::Yes(_) => self,
            Proof::No => other(),
            Proof::Unknown(mut reasons) => match other() {
                Proof::Yes(witness) => Proof::Yes(witness),
                Proof::No => Proof::Unknown(reasons),
                Proof::Unknown(mut more) => {
                    more.retain(|reason| !reasons.contains(reason));
                    reasons.extend(more);
                    Proof::Unknown(reasons)
                }
            },
        }
    }
}
