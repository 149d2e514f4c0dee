//! What the resolver keeps while it works.

use std::sync::Arc;

use elsa::FrozenVec;
use rustc_hash::{FxHashMap, FxHashSet};

use super::unit::Template;
use crate::source::{FileId, NodeId, Symbol, Tree};
use crate::value::{ConditionId, ValueId, VariableId};

/// What comes up while a unit is resolved and lives as long as the unit.
#[derive(Default)]
pub(super) struct Made {
    /// What transforms made of templates.
    pub(super) trees: FrozenVec<Box<Tree>>,
    /// Templates that are a text of another template.
    pub(super) templates: FrozenVec<Box<Template>>,
}

/// A template, with its file and its keys in the inventory.
#[derive(Clone)]
pub(super) struct Source<'u> {
    pub(super) template: &'u Template,
    pub(super) file: FileId,
    pub(super) symbols: Arc<[Symbol]>,
}

/// An output of a stack, resolved when first asked for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Output {
    Unresolved(NodeId),
    InProgress,
    Resolved(ValueId),
}

/// A condition, resolved when first asked for.
#[derive(Debug, Clone, Copy)]
pub(super) enum ConditionState {
    Unresolved(NodeId),
    InProgress,
    Resolved(ConditionId),
}

/// What is assumed while a function is applied to one of several possible values.
#[derive(Debug, Default)]
pub(super) struct Case {
    /// Conditions and variables with the arm that was taken.
    pub(super) assumed: Vec<(Undecided, usize)>,
    /// In how many cases the function is applied so far.
    pub(super) product: usize,
    /// Whether a condition is worked out, which whoever deploys may decide by where.
    pub(super) in_condition: bool,
}

impl Case {
    /// Nothing is assumed, and a condition asks.
    pub(super) fn of_condition() -> Self {
        Self { in_condition: true, ..Self::default() }
    }
}

/// What a value may depend on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Undecided {
    /// Arm 0 is where it is true.
    Condition(ConditionId),
    /// Its arms are its cases, and then "undecided".
    Variable(VariableId),
}

/// The exports of the unit, gathered as stacks are entered.
#[derive(Debug, Default)]
pub(super) struct Exports<'u> {
    /// The output of a stack, by account, region and name.
    pub(super) outputs: FxHashMap<String, (usize, &'u str)>,
    /// The outputs that another stack of the unit reads.
    pub(super) read: FxHashSet<(usize, &'u str)>,
    /// The stacks whose exports are in the table.
    pub(super) stacks: usize,
    /// Whether nested stacks are being entered to look for exports.
    pub(super) looking: bool,
}

/// A parameter value that comes from outside the template.
#[derive(Debug, Clone, Copy)]
pub(super) enum Given<'a> {
    /// From the deployment.
    Text(&'a str),
    /// From the parent of a nested stack.
    Value(ValueId),
}
