//! Conditions: formulas over the parameters, folded where they are decided.
//!
//! Source: "Condition functions" in the CloudFormation template reference.

use super::compare::{PRODUCT, combined, negated};
use super::resolver::Resolver;
use super::state::{Case, ConditionState};
use crate::source::{Kind as Node, NodeId};
use crate::value::{Condition, ConditionId, Formula, Place};

/// How many conditions may ask each other in a row: whoever works out the last recurses through them.
const HEIGHT: usize = 100;

impl<'u> Resolver<'u> {
    pub(super) fn declare_conditions(&mut self, stack: usize) {
        let tree = self.stacks[stack].tree;
        let Some(section) = tree.get(tree.root(), "Conditions") else { return };
        let members = tree.members(section).iter().filter(|member| !tree.key(member).starts_with("Fn::"));
        for member in members {
            self.stacks[stack].conditions.insert(tree.key(member), ConditionState::Unresolved(member.value));
        }
    }

    /// The condition of this name; `asked_at` is where it is used.
    pub(super) fn condition(&mut self, stack: usize, name: &str, asked_at: Option<Place>) -> Option<ConditionId> {
        let (name, state) = match self.stacks[stack].conditions.get_key_value(name) {
            Some((name, state)) => (*name, *state),
            None => {
                if let Some(place) = asked_at
                    && self.expansion(stack, &["Conditions"]).is_none()
                {
                    self.error(place, format!("there is no condition `{name}`"));
                }
                return None;
            }
        };
        match state {
            ConditionState::Resolved(id) => Some(id),
            ConditionState::InProgress => {
                if let Some(place) = asked_at {
                    self.error(place, format!("condition `{name}` depends on itself"));
                }
                None
            }
            ConditionState::Unresolved(node) => {
                self.stacks[stack].conditions.insert(name, ConditionState::InProgress);
                let place = self.place(stack, node);
                // The condition is kept, whatever is assumed where it is first asked for.
                let case = std::mem::replace(&mut self.case, Case::of_condition());
                let formula = self.deeper(|resolver| resolver.formula(stack, node));
                self.case = case;
                let open = |resolver: &mut Self| Formula::Is(resolver.comparison(&format!("{stack}:{name}")), 1);
                let mut formula = formula.unwrap_or_else(|| open(self));
                let mut height = self.height(&formula);
                if height > HEIGHT {
                    (formula, height) = (open(self), 0);
                }
                let id = self.inventory.values.push_condition(Condition { name: name.into(), formula, place });
                self.heights.push(height);
                self.stacks[stack].conditions.insert(name, ConditionState::Resolved(id));
                Some(id)
            }
        }
    }

    /// Through how many conditions a formula reaches.
    fn height(&self, formula: &Formula) -> usize {
        match formula {
            Formula::Constant(_) | Formula::Is(..) => 0,
            Formula::Condition(id) => self.heights.get(id.0 as usize).map_or(0, |height| height + 1),
            Formula::Not(inner) => self.height(inner),
            Formula::All(parts) | Formula::Any(parts) => parts.iter().map(|part| self.height(part)).max().unwrap_or(0),
        }
    }

    /// The decided truth of a condition.
    pub(super) fn decided(&self, id: ConditionId) -> Option<bool> {
        match self.inventory.values.conditions[id.0 as usize].formula {
            Formula::Constant(truth) => Some(truth),
            _ => None,
        }
    }

    pub(super) fn formula(&mut self, stack: usize, node: NodeId) -> Formula {
        let tree = self.stacks[stack].tree;
        let place = self.place(stack, node);
        let [member] = tree.members(node) else {
            return self.open_formula(stack, place, "a condition is one condition function");
        };
        let arguments = tree.items(member.value);
        match (tree.key(member), arguments) {
            ("Condition", _) => match tree.string(member.value) {
                Some(name) => match self.condition(stack, name, Some(place)) {
                    Some(id) => match self.decided(id) {
                        Some(truth) => Formula::Constant(truth),
                        None => Formula::Condition(id),
                    },
                    None => Formula::Is(self.comparison(&format!("{stack}:{name}")), 1),
                },
                None => self.open_formula(stack, place, "`Condition` takes the name of a condition"),
            },
            ("Fn::Equals", [left, right]) => {
                let (left, right) = (self.value(stack, *left), self.value(stack, *right));
                let mut budget = PRODUCT;
                self.equals(stack, left, right, &mut budget)
            }
            ("Fn::Not", [inner]) => negated(self.part(stack, *inner)),
            ("Fn::And", parts) if !parts.is_empty() => {
                let parts = parts.iter().map(|part| self.part(stack, *part)).collect();
                combined(parts, false)
            }
            ("Fn::Or", parts) if !parts.is_empty() => {
                let parts = parts.iter().map(|part| self.part(stack, *part)).collect();
                combined(parts, true)
            }
            (name @ ("Fn::Equals" | "Fn::Not" | "Fn::And" | "Fn::Or"), _) => {
                let message = format!("`{name}` has the wrong number of arguments");
                self.open_formula(stack, place, &message)
            }
            (name, _) => {
                let message = format!("`{name}` is not a condition function");
                self.open_formula(stack, place, &message)
            }
        }
    }

    /// The formula of a node of which nothing is known.
    pub(super) fn open_at(&mut self, stack: usize, node: NodeId) -> Formula {
        Formula::Is(self.comparison(&format!("{stack}:#{}", node.0)), 1)
    }

    pub(super) fn part(&mut self, stack: usize, node: NodeId) -> Formula {
        match self.deeper(|resolver| resolver.formula(stack, node)) {
            Some(formula) => formula,
            None => self.open_at(stack, node),
        }
    }

    /// A condition that is written wrongly can be either.
    pub(super) fn open_formula(&mut self, stack: usize, place: Place, message: &str) -> Formula {
        self.error(place, message);
        let name = format!("{stack}:{}:{}", place.file.0, place.span.start);
        Formula::Is(self.comparison(&name), 1)
    }
}

/// Whether a node is a condition by name, as `Fn::If` takes it.
pub(super) fn condition_name(tree: &crate::source::Tree, node: NodeId) -> Option<&str> {
    match tree.kind(node) {
        Node::String(_) => tree.string(node),
        _ => tree.get(node, "Condition").and_then(|name| tree.string(name)),
    }
}
