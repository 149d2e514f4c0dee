//! Verdicts: what each rule says of each resource it selects, three-valued, in every consistent world.
//!
//! Pure: no file, clock or environment; the same inventory, rules and options give the same verdicts in the same order,
//! whatever the threads do.

mod answer;
mod count;
mod cursor;
mod date;
mod explain;
mod focus;
mod iam;
mod include;
mod judge;
mod key;
mod message;
mod network;
mod network_rules;
mod operator;
mod partner;
mod reference;
mod scope;
mod scp;
mod secret;
mod tags;
mod trail;
mod verdict;

pub use crate::facts::scope::Scope;
pub use verdict::{Case, Outcome, Verdict, Violation, When};

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::facts::Facts;
use crate::inventory::{Inventory, TEMPLATE_ONLY, WRITE_ONLY};
use crate::rule::{Clause, RuleSet};
use crate::source::Symbol;
use crate::value::{Cause, ResourceId};

/// Resources from which on an inventory is evaluated by several threads, where the caller has some.
const PARALLEL_FROM: usize = 1_000;

/// What an evaluation depends on besides the inventory and the rules.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// `YYYY-MM-DD`; what rules compare dates with.
    pub today: Box<str>,
    /// Whether a pass that rests on AWS's default only is a fail.
    pub strict: bool,
    /// Which tags make a resource part of the scope.
    pub scope: Scope,
}

/// What all verdicts of one evaluation share.
struct Context<'a> {
    inventory: &'a Inventory,
    facts: Facts<'a>,
    rules: &'a RuleSet,
    options: &'a Options,
    /// Path keys of the rule set as symbols of the inventory.
    symbols: Vec<Symbol>,
    relations: partner::RelationTable,
}

impl<'a> Context<'a> {
    fn new(inventory: &'a Inventory, rules: &'a RuleSet, options: &'a Options) -> Self {
        let names = &rules.names;
        Self {
            inventory,
            facts: Facts::new(inventory),
            rules,
            options,
            symbols: (0..names.len()).map(|name| inventory.names.find(names.text(Symbol(name as u32)))).collect(),
            relations: partner::RelationTable::default(),
        }
    }
}

/// The verdicts of all rules on all resources that they select, by resource and then by rule.
#[must_use]
pub fn evaluate(inventory: &Inventory, rules: &RuleSet, options: &Options) -> Vec<Verdict> {
    let mut selecting: FxHashMap<Symbol, Vec<usize>> = FxHashMap::default();
    for (index, rule) in rules.rules.iter().enumerate() {
        for type_name in &rule.types {
            let symbol = inventory.names.find(type_name);
            if symbol != Symbol::NONE {
                selecting.entry(symbol).or_default().push(index);
            }
        }
    }
    let context = Context::new(inventory, rules, options);
    let pairs: Vec<(ResourceId, usize)> = inventory
        .resources()
        .chain(inventory.declarations())
        .flat_map(|(id, resource)| {
            selecting.get(&resource.type_name).into_iter().flatten().map(move |rule| (id, *rule))
        })
        .collect();
    let judge = |(resource, rule): &(ResourceId, usize)| {
        let verdict = judge::judge(&context, *rule, *resource);
        match is_of_templates(inventory, &verdict) {
            true => Verdict { outcome: Outcome::NotApplicable { reason: "only a template says this" }, ..verdict },
            false => verdict,
        }
    };
    let alone = rayon::current_thread_index().is_none();
    if alone || inventory.resources().len() < PARALLEL_FROM {
        pairs.iter().map(judge).collect()
    } else {
        pairs.par_iter().map(judge).collect()
    }
}

/// Whether a rule asks of a resource of an account what only a template says, and nothing else that could be known.
fn is_of_templates(inventory: &Inventory, verdict: &Verdict) -> bool {
    let Outcome::Unknown { causes, .. } = &verdict.outcome else { return false };
    let missing = |cause: &Cause, expected: &str| matches!(cause, Cause::NotInInput { what } if **what == *expected);
    inventory.resource(verdict.resource).live().is_some()
        && causes.iter().any(|cause| missing(cause, TEMPLATE_ONLY))
        && causes
            .iter()
            .all(|cause| missing(cause, TEMPLATE_ONLY) || missing(cause, WRITE_ONLY) || *cause == Cause::NotCollected)
}

/// The verdicts of one rule, for its tests.
#[must_use]
pub fn evaluate_rule(inventory: &Inventory, rules: &RuleSet, rule: usize, options: &Options) -> Vec<Verdict> {
    let context = Context::new(inventory, rules, options);
    let types = &rules.rules[rule].types;
    inventory
        .resources()
        .chain(inventory.declarations())
        .filter(|(id, _)| types.iter().any(|name| **name == *inventory.type_name(*id)))
        .map(|(id, _)| judge::judge(&context, rule, id))
        .collect()
}

/// Whether a clause, or one inside it, looks for secrets: what it finds must not be shown.
#[must_use]
pub fn looks_for_secrets(clause: &Clause) -> bool {
    match clause {
        Clause::Secret(_) => true,
        Clause::All(clauses) | Clause::Any(clauses) => clauses.iter().any(looks_for_secrets),
        Clause::Not(clause) => looks_for_secrets(clause),
        Clause::Quantified { matches, .. } | Clause::On { matches, .. } | Clause::Distinct { matches, .. } => {
            matches.iter().any(looks_for_secrets)
        }
        _ => false,
    }
}
