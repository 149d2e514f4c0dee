//! Questions how many there are: partners, and different values.

use std::collections::BTreeSet;

use super::answer::{Answer, Truth};
use super::cursor::{Cursor, Leaf};
use super::partner::Partners;
use super::scope::{Scope, Wanted};
use crate::rule::{Clause, Operand, Path};
use crate::value::{Cause, OPAQUE, Read, ValueId};

/// Different values: those that are known, and why there may be more.
#[derive(Default)]
struct Different {
    known: BTreeSet<String>,
    open: Vec<Cause>,
}

impl Scope<'_> {
    /// Whether there are at least, or at most, so many partners.
    pub(super) fn count(
        &self,
        related: usize,
        at_least: bool,
        number: &Operand,
        cursor: &Cursor,
        wanted: Wanted,
    ) -> Answer {
        let Partners { sure, mut possible, hidden } = self.partners_at(related, cursor);
        let number = self.number(number);
        let known = sure.len() + hidden.len();
        // One of which nobody can tell counts once, however many reasons there are; what is not in sight may be many.
        possible.sort();
        possible.dedup_by_key(|(id, _)| *id);
        let unseen = possible.iter().any(|(id, _)| id.is_none());
        let most = if unseen { usize::MAX } else { known + possible.len() };
        let answer = match at_least {
            true if known >= number => Answer::of(true),
            true if most < number => Answer::of(false),
            false if known > number => Answer::of(false),
            false if most <= number => Answer::of(true),
            _ => return Answer::unknown(possible.into_iter().map(|(_, cause)| cause).collect()),
        };
        self.counted(answer, known, cursor, wanted)
    }

    /// Whether there are at least so many different values.
    pub(super) fn distinct(
        &self,
        over: &Path,
        on: Option<usize>,
        matches: &[Clause],
        at_least: &Operand,
        cursor: &Cursor,
        wanted: Wanted,
    ) -> Answer {
        let mut found = Different::default();
        match on {
            None => self.different(over, cursor, &mut found),
            Some(related) => {
                let partners = self.partners_at(related, cursor);
                for at in self.cursors(&partners, related) {
                    let answer = self.whole(|| self.all(matches, &at, Wanted::Nothing));
                    match answer.truth {
                        Truth::True { .. } => self.different(over, &at, &mut found),
                        Truth::False => {}
                        Truth::Unknown => found.open.extend(answer.causes),
                    }
                }
                found.open.extend(partners.possible.into_iter().map(|(_, cause)| cause).chain(partners.hidden));
            }
        }
        let known = found.known.len();
        let enough = known >= self.number(at_least);
        if !enough && !found.open.is_empty() {
            return Answer::unknown(found.open);
        }
        self.counted(Answer::of(enough), known, cursor, wanted)
    }

    fn number(&self, operand: &Operand) -> usize {
        self.rule.operand(operand).number().map_or(0, |number| number as usize)
    }

    fn different(&self, over: &Path, cursor: &Cursor, found: &mut Different) {
        for leaf in self.leaves(cursor, over) {
            match leaf {
                Leaf::Value { written, .. } => match self.view.list(written) {
                    Read::Known((items, open)) => {
                        items.into_iter().for_each(|item| self.one_value(item, found));
                        found.open.extend(open.map(|cause| self.cause(cause)));
                    }
                    Read::Unknown(cause) => self.unknown_value(self.cause(cause), found),
                    Read::Absent => {}
                },
                Leaf::Unknown { cause } => found.open.push(self.cause(cause)),
                Leaf::Absent { .. } => {}
            }
        }
    }

    fn one_value(&self, item: ValueId, found: &mut Different) {
        let known = self.view.symbolic(item).filter(|text| !text.contains(&format!("{OPAQUE}?{OPAQUE}")));
        match (known, self.view.text(item)) {
            (Some(text), _) => {
                found.known.insert(text.into_owned());
            }
            (None, Read::Unknown(cause)) => self.unknown_value(self.cause(cause), found),
            (None, _) => {}
        }
    }

    /// Zones of a region that is not known are as many as there are indices; anything else may be any value.
    fn unknown_value(&self, cause: Cause, found: &mut Different) {
        match cause {
            Cause::Environment { name } if name.starts_with("Fn::GetAZs[") => {
                found.known.insert(name.into());
            }
            cause => found.open.push(cause),
        }
    }

    fn counted(&self, answer: Answer, number: usize, cursor: &Cursor, wanted: Wanted) -> Answer {
        let mut answer = self.of_nothing(answer, cursor.head, &cursor.trail, cursor, wanted);
        for blame in &mut answer.blames {
            (blame.found, blame.absent) = (Some(number.to_string()), false);
        }
        answer
    }
}
