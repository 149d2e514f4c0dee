//! Satisfiability of conjunctions of unary predicates over one dimension of a request, with a witness. Pure; knows nothing of
//! policies.
//!
//! A predicate says something about one text: that it matches a pattern, or is a number, date, address, truth value or binary in
//! a set. A literal says something about a context key, which may be absent or have several values. Every question has three
//! answers; [`Answer::Limit`] is given when the work would exceed a bound, or for mixtures of theories that are not decided.

mod glob;
mod globs;
mod lit;
mod pred;
mod product;
mod scalar;
#[cfg(test)]
mod tests;
mod text;

pub(super) use glob::{Glob, Scope, Tok};
pub(super) use globs::GlobSet;
pub(super) use lit::{Form, Lit, Value, solve};
pub(super) use pred::{Pred, Set};
pub(super) use scalar::{Compare, Moment, Network, Number};

/// Whether a conjunction has a solution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answer<T> {
    /// It has, for instance this one.
    Sat(T),
    /// It has none.
    Unsat,
    /// Not decided within the limits.
    Limit,
}

impl<T> Answer<T> {
    /// The same answer with another witness.
    pub(super) fn map<U>(self, change: impl FnOnce(T) -> U) -> Answer<U> {
        match self {
            Answer::Sat(witness) => Answer::Sat(change(witness)),
            Answer::Unsat => Answer::Unsat,
            Answer::Limit => Answer::Limit,
        }
    }
}
