//! The three-valued tree that every module speaks: known, absent, or unknown with its cause, each node with its place.
//!
//! A [`Values`] arena holds the nodes of one inventory. What depends on an undecided condition or parameter stays in
//! the tree as a residual (`If`, `Choice`) and is decided by the [`World`] under which it is read through a [`View`].
//! This module knows no CloudFormation function, no resource type and no rule.

mod arena;
pub mod base64;
mod cause;
mod constraint;
mod did_you_mean;
mod plain;
mod variable;
mod view;
mod world;

pub use arena::{Entry, Kind, Place, Range, Str, ValueId, Values};
pub use cause::{Cause, CauseId};
pub use constraint::Constraints;
pub use did_you_mean::did_you_mean;
pub use variable::{Condition, ConditionId, Formula, Variable, VariableId, VariableKind};
pub use view::{Element, OPAQUE, Read, View};
pub use world::{Assignment, Trigger, World};

/// Index of a resource in its inventory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResourceId(pub u32);
