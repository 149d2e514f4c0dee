//! A world: one consistent choice for some of the variables.

use std::cell::{Cell, RefCell};

use rustc_hash::FxHashMap;

use super::{Condition, ConditionId, Formula, VariableId};

/// What made a world split on a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trigger {
    /// A condition of the template asks for it: its author wrote both cases.
    Condition,
    /// The value itself is a parameter without a default: its cases are possibilities.
    Value,
}

/// One variable with its case in a world.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Assignment {
    /// The variable.
    pub variable: VariableId,
    /// Index into the variable's domain.
    pub case: u16,
    /// Why it was decided.
    pub trigger: Trigger,
}

/// A consistent choice for some variables. Reading under it records the first variable that it leaves open and the
/// conditions that were asked.
#[derive(Debug, Default)]
pub struct World {
    assigned: Vec<Assignment>,
    pending: Cell<Option<(VariableId, Trigger)>>,
    asked: RefCell<Vec<ConditionId>>,
    /// Conditions that other conditions asked: each is worked out once.
    seen: RefCell<FxHashMap<ConditionId, Result<bool, VariableId>>>,
}

impl World {
    /// The world that decides nothing.
    #[must_use]
    pub fn open() -> Self {
        Self::default()
    }

    /// The world that decides this.
    #[must_use]
    pub fn of(assigned: Vec<Assignment>) -> Self {
        Self { assigned, ..Self::default() }
    }

    /// This world with one more variable decided.
    #[must_use]
    pub fn with(&self, assignment: Assignment) -> Self {
        let mut assigned = self.assigned.clone();
        assigned.push(assignment);
        Self::of(assigned)
    }

    /// What is decided, in the order of decision.
    #[must_use]
    pub fn assigned(&self) -> &[Assignment] {
        &self.assigned
    }

    /// The case of a variable, if decided.
    #[must_use]
    pub fn case(&self, variable: VariableId) -> Option<u16> {
        self.assigned.iter().find(|assignment| assignment.variable == variable).map(|assignment| assignment.case)
    }

    /// What `read` gives, and the first variable that it needed and did not find decided. What was recorded before stays.
    pub fn needs<T>(&self, read: impl FnOnce() -> T) -> (T, Option<(VariableId, Trigger)>) {
        let before = self.pending.take();
        let result = read();
        (result, self.pending.replace(before))
    }

    /// Records that `variable` is needed.
    pub fn need(&self, variable: VariableId, trigger: Trigger) {
        if self.pending.get().is_none() {
            self.pending.set(Some((variable, trigger)));
        }
    }

    /// The named conditions that were asked, in order, each once.
    #[must_use]
    pub fn asked(&self) -> Vec<ConditionId> {
        self.asked.borrow().clone()
    }

    /// The truth of a named condition; `None` when undecided, which is recorded.
    pub fn condition(&self, conditions: &[Condition], id: ConditionId) -> Option<bool> {
        let formula = &conditions.get(id.0 as usize)?.formula;
        if let Formula::Constant(truth) = formula {
            return Some(*truth);
        }
        {
            let mut asked = self.asked.borrow_mut();
            if !asked.contains(&id) {
                asked.push(id);
            }
        }
        let truth = self.truth(conditions, &Formula::Condition(id));
        if let Err(variable) = truth {
            self.need(variable, Trigger::Condition);
        }
        truth.ok()
    }

    /// The truth of a formula by Kleene logic.
    ///
    /// # Errors
    /// The first variable that it depends on and this world leaves open.
    pub fn truth(&self, conditions: &[Condition], formula: &Formula) -> Result<bool, VariableId> {
        match formula {
            Formula::Constant(truth) => Ok(*truth),
            Formula::Is(variable, case) => self.case(*variable).map(|decided| decided == *case).ok_or(*variable),
            Formula::Condition(id) => {
                if let Some(seen) = self.seen.borrow().get(id) {
                    return *seen;
                }
                let truth = match conditions.get(id.0 as usize) {
                    Some(condition) => self.truth(conditions, &condition.formula),
                    None => Ok(false),
                };
                self.seen.borrow_mut().insert(*id, truth);
                truth
            }
            Formula::Not(inner) => self.truth(conditions, inner).map(|truth| !truth),
            Formula::All(parts) => self.fold(conditions, parts, false),
            Formula::Any(parts) => self.fold(conditions, parts, true),
        }
    }

    /// `Any` with `decisive` true, `All` with `decisive` false.
    fn fold(&self, conditions: &[Condition], parts: &[Formula], decisive: bool) -> Result<bool, VariableId> {
        let mut open = None;
        for part in parts {
            match self.truth(conditions, part) {
                Ok(truth) if truth == decisive => return Ok(decisive),
                Ok(_) => {}
                Err(variable) => open = open.or(Some(variable)),
            }
        }
        open.map_or(Ok(!decisive), Err)
    }
}
