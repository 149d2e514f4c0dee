//! Answers to questions about one policy, with the statements that decide.

use super::document::{Policy, Statement};
use crate::value::Cause;

/// An answer: yes with the statements that make it so, no, or not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Evidence {
    /// Yes, because of the statements at these indexes of [`Policy::statements`].
    Yes(Vec<usize>),
    /// No.
    No,
    /// Nobody can tell, because of these causes.
    Unknown(Vec<Cause>),
}

impl Evidence {
    /// The statements that pass a test; one that is not known to makes the answer unknown when no other one passes.
    pub fn of(policy: &Policy, test: impl Fn(&Statement) -> Option<bool>) -> Self {
        let (mut yes, mut causes) = (Vec::new(), policy.open.clone());
        for (index, statement) in policy.statements.iter().enumerate() {
            match test(statement) {
                Some(true) => yes.push(index),
                Some(false) => {}
                None => causes.extend(statement.why_unknown()),
            }
        }
        if !yes.is_empty() {
            return Self::Yes(yes);
        }
        if causes.is_empty() { Self::No } else { Self::Unknown(causes) }
    }
}

impl Statement {
    /// Why something about it is not known.
    #[must_use]
    pub fn why_unknown(&self) -> Vec<Cause> {
        match self.causes.is_empty() {
            true => vec![Cause::NotInInput { what: "a part of the policy".into() }],
            false => self.causes.clone(),
        }
    }
}
