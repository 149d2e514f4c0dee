//! Constraints: what every world must satisfy.

use rustc_hash::{FxHashMap, FxHashSet};

use super::{Assignment, Formula, Trigger, Values, VariableId, World};

/// How many partial worlds are tried in search of one that satisfies the constraints; past that there may be one.
const SEARCH: usize = 256;

/// Formulas that hold in every world that may be deployed.
#[derive(Debug, Default)]
pub struct Constraints {
    /// Each with the variables that it depends on.
    formulas: Vec<(Formula, Vec<VariableId>)>,
    of_variable: FxHashMap<VariableId, Vec<usize>>,
}

impl Constraints {
    /// Adds a formula that depends on `variables`.
    pub fn push(&mut self, formula: Formula, variables: Vec<VariableId>) {
        for variable in &variables {
            self.of_variable.entry(*variable).or_default().push(self.formulas.len());
        }
        self.formulas.push((formula, variables));
    }

    /// Takes back what was added last.
    pub fn pop(&mut self) {
        let Some((_, variables)) = self.formulas.pop() else { return };
        for variable in variables {
            if let Some(formulas) = self.of_variable.get_mut(&variable) {
                formulas.pop();
            }
        }
    }

    /// Whether some completion of the world satisfies every constraint that its variables have to do with.
    #[must_use]
    pub fn allow(&self, values: &Values, world: &World) -> bool {
        if self.formulas.is_empty() {
            return true;
        }
        let relevant = self.relevant(world.assigned().iter().map(|assignment| assignment.variable).collect());
        relevant.is_empty() || self.satisfiable(values, world, &relevant, &mut { SEARCH })
    }

    /// Whether the constraint that was added last can be satisfied together with those before it.
    #[must_use]
    pub fn last_is_satisfiable(&self, values: &Values) -> bool {
        let Some((_, variables)) = self.formulas.last() else { return true };
        let relevant = self.relevant(variables.clone());
        self.satisfiable(values, &World::open(), &relevant, &mut { SEARCH })
    }

    /// The constraints that share variables with these, directly or one through the other.
    fn relevant(&self, mut variables: Vec<VariableId>) -> Vec<usize> {
        let (mut found, mut seen) = (Vec::new(), FxHashSet::default());
        while let Some(variable) = variables.pop() {
            if !seen.insert(variable) {
                continue;
            }
            for formula in self.of_variable.get(&variable).into_iter().flatten() {
                if !found.contains(formula) {
                    found.push(*formula);
                    variables.extend(&self.formulas[*formula].1);
                }
            }
        }
        found
    }

    fn satisfiable(&self, values: &Values, world: &World, relevant: &[usize], budget: &mut usize) -> bool {
        let mut open = None;
        for formula in relevant {
            match world.truth(&values.conditions, &self.formulas[*formula].0) {
                Ok(true) => {}
                Ok(false) => return false,
                Err(variable) => open = open.or(Some(variable)),
            }
        }
        let Some(variable) = open else { return true };
        if *budget == 0 {
            return true;
        }
        *budget -= 1;
        let cases = values.variables[variable.0 as usize].domain.len();
        (0..cases as u16).any(|case| {
            let below = world.with(Assignment { variable, case, trigger: Trigger::Condition });
            self.satisfiable(values, &below, relevant, budget)
        })
    }
}
