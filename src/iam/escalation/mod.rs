//! Privilege escalation: which principals of an account can become administrators, and how. Pure: an account comes in as
//! principals with their policies, and goes out as paths with a witness for every action that they need.
//!
//! The methods are data (`methods.toml`). A method works where every action that it needs is possible on its resource, with
//! conditions, Deny statements, permissions boundary and service control policies. What the input does not show is not
//! guessed: a path that needs a role or a workload beyond the input says so, and unknown policies make an answer unknown.

mod account;
mod ask;
mod context;
mod evaluate;
mod kinds;
mod methods;
mod path;
mod permit;
mod solve;
mod step;
#[cfg(test)]
mod tests;
mod trust;

pub use account::{Account, Attached, Held, Link, Principal, PrincipalKind, Workload};
pub use evaluate::{Analysis, Level, Standing, Step, Target, Verdict};
pub use kinds::{KINDS, Kind, kind_of};
pub use methods::{Category, Gains, Method, Needed, On, methods, table};
pub use solve::Witness;

use super::document::Policy;

/// The methods that policies by themselves open to whoever holds them, sure ones first: nothing is known of the account, so that roles,
/// users and workloads are whichever the policies reach.
#[must_use]
pub fn escalations_of(policies: &[Policy]) -> Standing {
    let mut account = Account::default();
    let links = policies.iter().map(|policy| account.add(Attached::of(policy.clone()))).map(Link::managed).collect();
    let mut someone = Principal::new(PrincipalKind::Someone, "the holder", String::new());
    someone.links = links;
    account.principals.push(someone);
    let mut analysis = Analysis::of(&account);
    analysis.standings.pop().unwrap_or_default()
}
