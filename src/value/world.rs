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
    /// Conditions that other conditions asked since the last reset: each is worked out once.
    seen: RefCell<FxHashMap<ConditionId, Option<bool>>>,
}

impl World {
    /// The world that decides nothing.
    #[must_use]
    pub fn open() -> Self {
        Self::default()
    }

    /// This world with one more variable decided.
    #[must_use]
    pub fn with(&self, assignment: Assignment) -> Self {
        let mut assigned = self.assigned.clone();
        assigned.push(assignment);
        Self { assigned, ..Self::default() }
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

    /// The first variable that a reader needed and did not find decided.
    #[must_use]
    pub fn pending(&self) -> Option<(VariableId, Trigger)> {
        self.pending.get()
    }

    /// Forgets what was recorded, so that the next reading starts afresh.
    pub fn reset(&self) {
        self.pending.set(None);
        self.asked.borrow_mut().clear();
        self.seen.borrow_mut().clear();
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
        self.formula(conditions, formula)
    }

    /// The truth of a formula by Kleene logic; `None` when undecided, which is recorded.
    pub fn formula(&self, conditions: &[Condition], formula: &Formula) -> Option<bool> {
        match formula {
            Formula::Constant(truth) => Some(*truth),
            Formula::Is(variable, case) => match self.case(*variable) {
                Some(decided) => Some(decided == *case),
                None => {
                    self.need(*variable, Trigger::Condition);
                    None
                }
            },
            Formula::Condition(id) => {
                if let Some(seen) = self.seen.borrow().get(id) {
                    return *seen;
                }
                let truth = self.formula(conditions, &conditions.get(id.0 as usize)?.formula);
                self.seen.borrow_mut().insert(*id, truth);
                truth
            }
            Formula::Not(inner) => self.formula(conditions, inner).map(|truth| !truth),
            Formula::All(parts) => self.fold(conditions, parts, false),
            Formula::Any(parts) => self.fold(conditions, parts, true),
        }
    }

    /// `Any` with `decisive` true, `All` with `decisive` false.
    fn fold(&self, conditions: &[Condition], parts: &[Formula], decisive: bool) -> Option<bool> {
        let mut open = false;
        for part in parts {
            match self.formula(conditions, part) {
                Some(truth) if truth == decisive => return Some(decisive),
                Some(_) => {}
                None => open = true,
            }
        }
        (!open).then_some(!decisive)
    }
}
