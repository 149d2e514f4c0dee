//! Questions about all requests: exact within a stated fragment, with a request as the witness of every "yes". Pure.
//!
//! A statement is a set of boxes, products of conditions on the single dimensions of a request: action, resource, principal
//! and condition keys. Every question is whether a point lies in one box of each positive group and in no negative one.
//! What is not known about a policy is taken wide in one bound and narrow in the other: "no" is said when the wide one allows
//! nothing, "yes" when the narrow one allows something and the request, replayed on the statements themselves, passes.

mod arena;
mod ask;
mod compile;
mod condition;
mod keys;
mod principal;
mod questions;
mod replay;
mod search;
mod space;
#[cfg(test)]
mod tests;
mod typing;
mod variable;
mod witness;
mod world;

pub use ask::Prover;
pub use questions::{allows_any, included, is_public, reachable_from_outside};

use super::catalogue::ActionSet;
use super::document::Policy;
use crate::value::Cause;
use std::collections::BTreeMap;

/// A question about policies: is there a request of the space that every group allows, that nothing denies, and that is not
/// one of the exceptions?
#[derive(Debug, Clone, Default)]
pub struct Question<'p> {
    /// In every group, some statement must allow. Their denies count for the whole question.
    pub groups: Vec<Vec<&'p Policy>>,
    /// Policies of which only the denies count.
    pub denies: Vec<&'p Policy>,
    /// Which requests are asked about.
    pub space: Space,
    /// Requests that these policies together allow do not count.
    pub except: Vec<&'p Policy>,
}

/// Requests.
#[derive(Debug, Clone, Default)]
pub struct Space {
    /// Patterns of actions, any of which fits; all actions when empty, also those that AWS adds later.
    pub actions: Vec<String>,
    /// Patterns of actions that do not fit.
    pub except_actions: Vec<String>,
    /// Patterns of resources as in the element `Resource`; all when empty.
    pub resources: Vec<String>,
    /// Who asks.
    pub who: Who,
    /// What is asked of condition keys.
    pub keys: Vec<(String, Constraint)>,
}

/// Who asks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Who {
    /// Anyone at all, services and anonymous users too.
    #[default]
    Anyone,
    /// Nobody who is signed in.
    Anonymous,
    /// Principals of AWS accounts whose ARN matches one of these patterns (`ArnLike`).
    Arns(Vec<String>),
    /// Principals of AWS accounts whose ARN matches none of these patterns.
    OtherArns(Vec<String>),
    /// Principals of these accounts.
    Accounts(Vec<String>),
    /// Everyone but services and the principals of these accounts: other accounts, identity providers, anonymous users.
    OutsideAccounts(Vec<String>),
    /// Everyone but services and the principals of this organisation.
    OutsideOrganisation(String),
    /// AWS services in their own name.
    Services,
}

/// What is asked of a condition key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Constraint {
    /// It is there, and a value of it matches one of these patterns.
    In(Vec<String>),
    /// It is not there, or no value of it matches one of these patterns.
    NotIn(Vec<String>),
    /// It is there.
    Present,
    /// It is not there.
    Absent,
}

/// Where an account is in an organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    /// Such as `o-a1b2c3d4e5`.
    pub organisation: String,
    /// As in `aws:PrincipalOrgPaths`: `o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/`.
    pub path: String,
}

/// The accounts of organisations that are known in full, by account id.
pub type Accounts = BTreeMap<String, Membership>;

/// An answer about all requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// There is no such request.
    No,
    /// There is, for instance this one.
    Yes(Box<Witness>),
    /// Not decided.
    Unknown(Vec<Reason>),
}

/// Why a question is not decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// A part of a policy is not known.
    Unknown(Cause),
    /// It depends on the value of this policy variable inside a longer text.
    Variable(Box<str>),
    /// A key with several values is compared without `ForAllValues` or `ForAnyValue`, which AWS does not define.
    SeveralValues(Box<str>),
    /// It depends on which account a canonical user id belongs to.
    CanonicalUser,
    /// The search was given up at its limit.
    Limit,
    /// A request was found that the statements, evaluated one by one, do not surely allow.
    Replay,
}

/// Who makes the request of a witness.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    /// A principal of an account.
    Account {
        /// Its ARN, as in `aws:PrincipalArn`: of the role, for sessions of roles.
        arn: String,
        /// The name of the session, where a statement asks for it.
        session: Option<String>,
    },
    /// An AWS service, such as `sns.amazonaws.com`.
    Service(String),
    /// Someone signed in with this identity provider.
    Federated(String),
    /// The account with this canonical user id.
    Canonical(String),
    /// Nobody who is signed in.
    Anonymous,
}

/// A request that is the reason of a "yes".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witness {
    /// The action.
    pub action: String,
    /// The ARN of the resource.
    pub resource: String,
    /// Who asks.
    pub principal: Caller,
    /// Condition keys in lower case with their values; all others are absent or do not matter.
    pub context: BTreeMap<String, Vec<String>>,
    /// The statements that allow it: for each group the numbers of policies in it, with the numbers of their statements.
    pub by: Vec<Vec<(usize, usize)>>,
}

/// Which known actions are possible.
#[derive(Debug, Clone, Default)]
pub struct Possible {
    /// Those that are, by classes of actions that the policies do not tell apart, each with a request.
    pub yes: Vec<(ActionSet, Box<Witness>)>,
    /// Those for which it is not decided.
    pub unknown: Vec<(ActionSet, Vec<Reason>)>,
}

/// Whether there is such a request. For many questions about the same policies, keep a [`Prover`].
#[must_use]
pub fn ask(question: &Question<'_>) -> Proof {
    Prover::default().ask(question)
}
