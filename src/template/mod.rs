//! CloudFormation to inventory: intrinsic functions, conditions, parameters, nested stacks, CDK assemblies.
//!
//! This module gives meaning to parsed templates and nothing else: it judges no resource. What it cannot know is
//! an unknown with its cause; what is written wrongly is a diagnostic at its place, and unknown too.

pub mod assembly;
mod assertions;
mod compare;
mod conditions;
pub mod constraints;
mod custom;
mod declarations;
mod expanded;
mod functions;
pub mod load;
mod macros;
mod parameters;
mod physical;
mod resolver;
mod resources;
mod stack_set;
mod state;
pub mod support;
mod suppressions;
mod transform;
pub mod unit;

use crate::inventory::Inventory;
use crate::source::Diagnostic;

/// Resolves the templates of a unit to an inventory, and says what in them is not valid CloudFormation.
#[must_use]
pub fn resolve(unit: &unit::Unit) -> (Inventory, Vec<Diagnostic>) {
    let made = state::Made::default();
    resolver::Resolver::new(unit, &made).run()
}

#[cfg(test)]
mod tests;
