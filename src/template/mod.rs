//! CloudFormation to inventory: intrinsic functions, conditions, parameters, nested stacks, CDK assemblies.
//!
//! This module gives meaning to parsed templates and nothing else: it judges no resource. What it cannot know is
//! an unknown with its cause; what is written wrongly is a diagnostic at its place, and unknown too.

pub mod assembly;
mod assertions;
mod compare;
mod conditions;
mod constraints;
mod functions;
pub mod load;
mod parameters;
mod physical;
mod resolver;
mod resources;
mod state;
mod transforms;
pub mod unit;

use crate::inventory::Inventory;
use crate::source::Diagnostic;

/// Resolves the templates of a unit to an inventory, and says what in them is not valid CloudFormation.
#[must_use]
pub fn resolve(unit: &unit::Unit) -> (Inventory, Vec<Diagnostic>) {
    resolver::Resolver::new(unit).run()
}

#[cfg(test)]
mod tests;
