//! Conditions: formulas over the parameters, folded where they are decided.
//!
//! Source: "Condition functions" in the CloudFormation template reference.

use super::resolver::Resolver;
use super::state::ConditionState;
use crate::source::{Kind as Node, NodeId};
use crate::value::{Condition, ConditionId, Formula, Kind, Place, ValueId, Variable, VariableId, VariableKind};

/// How many comparisons one `Fn::Equals` may multiply to over undecided values.
const PRODUCT: usize = 4096;

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
                let case = std::mem::take(&mut self.case);
                let formula = self.deeper(|resolver| resolver.formula(stack, node));
                self.case = case;
                let open = |resolver: &mut Self| Formula::Is(resolver.comparison(stack, name), 1);
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

    fn formula(&mut self, stack: usize, node: NodeId) -> Formula {
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
                    None => Formula::Is(self.comparison(stack, name), 1),
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

    fn part(&mut self, stack: usize, node: NodeId) -> Formula {
        match self.deeper(|resolver| resolver.formula(stack, node)) {
            Some(formula) => formula,
            None => Formula::Is(self.comparison(stack, &format!("{stack}:{}", node.0)), 1),
        }
    }

    /// A condition that is written wrongly can be either.
    fn open_formula(&mut self, stack: usize, place: Place, message: &str) -> Formula {
        self.error(place, message);
        let name = format!("{}:{}", place.file.0, place.span.start);
        Formula::Is(self.comparison(stack, &name), 1)
    }

    /// The formula under which two values are equal. CloudFormation compares texts: `1` equals `"1"`.
    fn equals(&mut self, stack: usize, left: ValueId, right: ValueId, budget: &mut usize) -> Formula {
        *budget = budget.saturating_sub(1);
        let (a, b) = (self.inventory.values.kind(left), self.inventory.values.kind(right));
        if *budget > 0 {
            for (kind, other) in [(a, right), (b, left)] {
                match kind {
                    Kind::If { condition, then, otherwise } => {
                        let then = self.equals(stack, then, other, budget);
                        let otherwise = self.equals(stack, otherwise, other, budget);
                        let condition = Formula::Condition(condition);
                        return combined(
                            vec![
                                combined(vec![condition.clone(), then], false),
                                combined(vec![negated(condition), otherwise], false),
                            ],
                            true,
                        );
                    }
                    Kind::Choice { variable, arms: range } => {
                        let arms = self.inventory.values.items(range).to_vec();
                        let own = self.own_arms.contains(&range.first);
                        let cases = arms.len() - 1;
                        let mut parts = Vec::with_capacity(cases);
                        for (case, arm) in arms.into_iter().take(cases).enumerate() {
                            let is = Formula::Is(variable, case as u16);
                            let equal = if own && self.is_other(variable, case, other) {
                                Formula::Constant(false)
                            } else {
                                self.equals(stack, arm, other, budget)
                            };
                            parts.push(combined(vec![is, equal], false));
                        }
                        return combined(parts, true);
                    }
                    _ => {}
                }
            }
        }
        match (self.constant_text(left), self.constant_text(right)) {
            (Some(a), Some(b)) => Formula::Constant(a == b),
            _ => {
                let text = format!("{}={}", self.describe(left), self.describe(right));
                Formula::Is(self.comparison(stack, &text), 1)
            }
        }
    }

    /// "Any other value" of a parameter differs from every text that is a case of its own.
    fn is_other(&self, variable: VariableId, case: usize, other: ValueId) -> bool {
        let domain = &self.inventory.values.variables[variable.0 as usize].domain;
        let text = self.constant_text(other);
        domain[case].is_none() && text.is_some() && domain.iter().any(|known| known.as_deref() == text)
    }

    /// The variable of a comparison that nothing here decides; the same text is the same variable.
    pub(super) fn comparison(&mut self, stack: usize, text: &str) -> VariableId {
        if let Some(known) = self.comparisons.get(&(stack, text.to_owned())) {
            return *known;
        }
        let variable = self.inventory.values.push_variable(Variable {
            name: text.into(),
            kind: VariableKind::Comparison,
            domain: vec![Some("false".into()), Some("true".into())],
            default: None,
        });
        self.comparisons.insert((stack, text.to_owned()), variable);
        variable
    }

    /// A text that tells values apart, for comparisons of things that are not known.
    fn describe(&self, id: ValueId) -> String {
        let values = &self.inventory.values;
        match values.kind(id) {
            Kind::Text(text) | Kind::Number(text) => values.str(text).to_owned(),
            Kind::Bool(truth) => truth.to_string(),
            Kind::Reference { resource, attribute } => {
                format!("{}.{}", self.inventory.resource(resource).logical_id, self.inventory.names.text(attribute))
            }
            Kind::Concat(range) | Kind::List(range) => {
                values.items(range).iter().map(|part| self.describe(*part)).collect::<Vec<_>>().join("+")
            }
            Kind::Unknown(cause) => match values.cause(cause) {
                cause @ (crate::value::Cause::ParameterWithoutDefault { .. }
                | crate::value::Cause::SsmParameter { .. }
                | crate::value::Cause::Environment { .. }) => cause.to_string(),
                crate::value::Cause::ImportValue { name } if !name.is_empty() => format!("import {name}"),
                _ => format!("?{}", id.0),
            },
            _ => format!("?{}", id.0),
        }
    }
}

/// The negation of a formula.
fn negated(formula: Formula) -> Formula {
    match formula {
        Formula::Constant(truth) => Formula::Constant(!truth),
        Formula::Not(inner) => *inner,
        formula => Formula::Not(Box::new(formula)),
    }
}

/// A disjunction (`decisive` true) or conjunction (`decisive` false), folded.
fn combined(parts: Vec<Formula>, decisive: bool) -> Formula {
    let mut open = Vec::with_capacity(parts.len());
    for part in parts {
        match part {
            Formula::Constant(truth) if truth == decisive => return Formula::Constant(decisive),
            Formula::Constant(_) => {}
            part => open.push(part),
        }
    }
    match open.len() {
        0 => Formula::Constant(!decisive),
        1 => open.swap_remove(0),
        _ if decisive => Formula::Any(open),
        _ => Formula::All(open),
    }
}

/// Whether a node is a condition by name, as `Fn::If` takes it.
pub(super) fn condition_name(tree: &crate::source::Tree, node: NodeId) -> Option<&str> {
    match tree.kind(node) {
        Node::String(_) => tree.string(node),
        _ => tree.get(node, "Condition").and_then(|name| tree.string(name)),
    }
}
