//! Verdicts: what each rule says of each resource it selects, three-valued, in every consistent world.
//!
//! Pure: no file, clock or environment; the same inventory, rules and options give the same verdicts in the same order,
//! whatever the threads do.

mod verdict;

pub use verdict::{Outcome, Verdict, Violation, When};

use crate::inventory::Inventory;
use crate::rule::RuleSet;

/// What an evaluation depends on besides the inventory and the rules.
#[derive(Debug, Clone)]
pub struct Options {
    /// `YYYY-MM-DD`; what rules compare dates with.
    pub today: Box<str>,
    /// Whether a pass that rests on AWS's default only is a fail.
    pub strict: bool,
}

/// The verdicts of all rules on all resources that they select, by resource and then by rule.
#[must_use]
pub fn evaluate(inventory: &Inventory, rules: &RuleSet, options: &Options) -> Vec<Verdict> {
    let _ = (inventory, rules, options);
    Vec::new()
}
