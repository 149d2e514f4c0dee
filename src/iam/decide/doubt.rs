//! Why a decision is not known.

use std::fmt;

use crate::value::Cause;

/// Why a request cannot be decided.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Doubt {
    /// A part of a policy is not known.
    Policy(Cause),
    /// The question leaves something out that decides it: a noun phrase.
    NotGiven(&'static str),
    /// AWS does not document what happens: a noun phrase.
    Undocumented(&'static str),
    /// AWS does not take such a policy, so there is no behaviour: a noun phrase.
    Refused(&'static str),
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Policy(cause) => cause.fmt(f),
            Self::NotGiven(what) => write!(f, "the question does not say {what}"),
            Self::Undocumented(what) => write!(f, "AWS does not document {what}"),
            Self::Refused(what) => write!(f, "AWS does not accept {what}"),
        }
    }
}

impl Doubt {
    /// The stable identifier that reports use.
    #[must_use]
    pub fn id(&self) -> &'static str {
        match self {
            Self::Policy(cause) => cause.id(),
            Self::NotGiven(_) => "not-given",
            Self::Undocumented(_) => "undocumented",
            Self::Refused(_) => "refused",
        }
    }
}

/// The doubts that came up while something was looked at. Empty ones cost nothing.
pub(super) type Doubts = Vec<Doubt>;
