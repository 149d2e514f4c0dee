//! Organisations: the tree of units and accounts, the policies that are attached to it, and what they guarantee.
//!
//! A guardrail is a statement about every request: "no one in this account uses a regional action outside these regions". The
//! answer is proved, violated with a request that shows it, or unknown with the causes. Pure: it reads no file and judges no rule.
//!
//! Requests are enumerated, not sampled: actions by class of equal membership in every statement, regions one by one, principals
//! and further condition keys by one representative for each way in which the texts of the policies tell them apart. Where that
//! is not exact (sets of values, numbers, dates, addresses) and no witness is found, the answer is unknown.
//!
//! Sources: "SCP evaluation", "Service control policies" and "Resource control policies" in the AWS Organizations User Guide.

mod assignments;
mod clause;
mod condition;
mod guardrails;
mod law;
mod lock;
mod principal;
mod protect;
mod regions;
mod representative;
mod resources;
mod root;
mod size;
#[cfg(test)]
mod tests;
mod tree;

pub use clause::StatementRef;
pub use guardrails::{Group, guardrails};
pub use law::Witness;
pub use lock::{Broken, Exempt, Hole, HoleKind, RegionLock, allowed_regions, region_lock};
pub use protect::{OpenAction, Protection, protection};
pub use regions::{REGIONS, is_region};
pub use root::{RootUser, root_user};
pub use size::{Limit, limit};
pub use tree::{Chain, ChainKey, ControlKind, ControlPolicy, Level, Node, NodeId, NodeKind, Organization, Parent};

/// How a guardrail stands for an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// No request breaks it.
    Proved,
    /// Nobody can tell.
    Unknown,
    /// A request breaks it.
    Violated,
}

/// What the questions are asked with.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Options {
    /// Context keys that every request has, with their values.
    pub context: Vec<(Box<str>, Box<str>)>,
    /// Patterns of ARNs of roles and users that may do everything.
    pub break_glass: Vec<Box<str>>,
}
