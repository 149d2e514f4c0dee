//! Conjuncts: the parts of a rule each of which fails by itself.
//!
//! A rule fails in some world iff one of its conjuncts does: an assert, and below it each clause of an `all`, each element
//! of an `each` or `none`, each partner. So a conjunct that a world leaves open is explored alone, over the variables that
//! it meets, and forty conditional elements are forty times two worlds and not two to the power of forty.

use std::cell::{Cell, RefCell};

use super::answer::{Answer, Truth};
use super::scope::{Scope, Wanted};
use crate::value::{Cause, Trigger, VariableId};

/// The way to a conjunct: which one of each conjunction on the way, however the worlds below decide.
pub(super) type Conjunct = Vec<u64>;

/// A conjunct that the world leaves open.
#[derive(Debug)]
pub(super) struct Open {
    pub(super) conjunct: Conjunct,
    /// The variable that it asks for first.
    pub(super) variable: VariableId,
    pub(super) trigger: Trigger,
}

/// What of a rule is judged, and what of it is open.
#[derive(Debug, Default)]
pub(super) struct Focus {
    /// The conjunct that alone is judged.
    only: Conjunct,
    /// Where the evaluation stands.
    path: RefCell<Conjunct>,
    /// Whether it stands inside something that fails as a whole only.
    whole: Cell<bool>,
    open: RefCell<Vec<Open>>,
}

impl Focus {
    pub(super) fn on(only: Conjunct) -> Self {
        Self { only, ..Self::default() }
    }

    /// Opens the conjunct that is looked at, or the assert when that is more: a message shows what is not decided.
    pub(super) fn reopen(&self, assert: u64, (variable, trigger): (VariableId, Trigger)) {
        let conjunct = if self.only.is_empty() { vec![assert] } else { self.only.clone() };
        self.open.borrow_mut().push(Open { conjunct, variable, trigger });
    }

    /// The open conjuncts, outermost only: those inside them are found again once they are decided.
    pub(super) fn open(self) -> Vec<Open> {
        let mut open = self.open.into_inner();
        let outer: Vec<Conjunct> = open.iter().map(|one| one.conjunct.clone()).collect();
        let mut index = 0;
        open.retain(|one| {
            let inside = |(at, way): (usize, &Conjunct)| {
                one.conjunct.starts_with(way) && (way.len() < one.conjunct.len() || at < index)
            };
            let keep = !outer.iter().enumerate().any(inside);
            index += 1;
            keep
        });
        open
    }
}

impl Scope<'_> {
    /// One conjunct, where the evaluation is to look at it: the clause `work`, which `holds` when it is `true`, or
    /// `false` where it is negated.
    pub(super) fn conjunct(&self, step: u64, holds: bool, work: impl FnOnce() -> Answer) -> Answer {
        let focus = &self.focus;
        if focus.whole.get() {
            return work();
        }
        let depth = focus.path.borrow().len();
        if focus.only.get(depth).is_some_and(|only| *only != step) {
            return Answer::of(holds);
        }
        focus.path.borrow_mut().push(step);
        let (mut answer, needed) = self.view.world.needs(work);
        if let Some((variable, trigger)) = needed
            && (answer.truth == Truth::Unknown || answer.holds() != holds)
        {
            // It is looked at again where the variable is decided; causes that last are found there.
            let conjunct = focus.path.borrow().clone();
            focus.open.borrow_mut().push(Open { conjunct, variable, trigger });
            answer.causes.clear();
            answer.blames.iter_mut().for_each(|blame| blame.provisional = true);
        }
        focus.path.borrow_mut().pop();
        answer
    }

    /// The answer of a question that does not see what the world leaves open: another case may be at fault.
    pub(super) fn undecided_is_open(&self, wanted: Wanted, work: impl FnOnce() -> Answer) -> Answer {
        let (answer, needed) = self.view.world.needs(work);
        let Some((variable, trigger)) = needed else { return answer };
        self.view.world.need(variable, trigger);
        if answer.truth == Truth::Unknown || wanted.wants(answer.holds()) {
            return answer;
        }
        Answer::unknown(vec![Cause::Undecided])
    }

    /// Something that fails as a whole only.
    pub(super) fn whole(&self, work: impl FnOnce() -> Answer) -> Answer {
        let before = self.focus.whole.replace(true);
        let answer = work();
        self.focus.whole.set(before);
        answer
    }
}

/// The step to an element of the list that comes `list`th, at a position in it.
pub(super) fn element_step(list: usize, index: usize) -> u64 {
    (list as u64) << 32 | index as u64
}
