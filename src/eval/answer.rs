//! Three-valued answers with what they rest on.

use crate::value::{Cause, Place, ResourceId, ValueId};

/// The truth of a clause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Truth {
    /// It holds; `by_default` when only AWS's default makes it so.
    True {
        by_default: bool,
    },
    False,
    Unknown,
}

/// A value, place or element that decides an answer; it becomes a violation.
#[derive(Debug, Clone, Default)]
pub(super) struct Blame {
    pub(super) place: Option<Place>,
    pub(super) owner: Option<ResourceId>,
    pub(super) path: String,
    pub(super) found: Option<String>,
    /// Whether nothing is there.
    pub(super) absent: bool,
    /// The element of the innermost quantifier.
    pub(super) element: Option<ValueId>,
    /// The partner of the innermost relation.
    pub(super) partner: Option<ResourceId>,
    /// Whether the worlds below may name another place instead.
    pub(super) provisional: bool,
    /// Further placeholders of messages.
    pub(super) bindings: Vec<(&'static str, String)>,
    /// Where the secrets stand that it shows.
    pub(super) secrets: Vec<Place>,
    /// What the message is to say besides.
    pub(super) because: Option<String>,
}

impl Blame {
    /// Makes it stand for these, as far as they show secrets.
    pub(super) fn of_secrets(&mut self, found: Vec<Self>) {
        for one in found {
            self.provisional |= one.provisional;
            self.secrets.extend(one.secrets);
            self.because = self.because.take().or(one.because);
        }
    }
}

/// An answer.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    pub(super) truth: Truth,
    /// Why it is unknown.
    pub(super) causes: Vec<Cause>,
    /// What decides it; filled only when asked for.
    pub(super) blames: Vec<Blame>,
}

impl Answer {
    pub(super) fn of(truth: bool) -> Self {
        let truth = if truth { Truth::True { by_default: false } } else { Truth::False };
        Self { truth, causes: Vec::new(), blames: Vec::new() }
    }

    pub(super) fn by_default() -> Self {
        Self { truth: Truth::True { by_default: true }, causes: Vec::new(), blames: Vec::new() }
    }

    pub(super) fn unknown(causes: Vec<Cause>) -> Self {
        Self { truth: Truth::Unknown, causes, blames: Vec::new() }
    }

    pub(super) fn holds(&self) -> bool {
        matches!(self.truth, Truth::True { .. })
    }

    pub(super) fn with(mut self, blames: Vec<Blame>) -> Self {
        self.blames = blames;
        self
    }

    /// Kleene negation; what decided the one decides the other.
    pub(super) fn negated(mut self) -> Self {
        self.truth = match self.truth {
            Truth::True { .. } => Truth::False,
            Truth::False => Truth::True { by_default: false },
            Truth::Unknown => Truth::Unknown,
        };
        self
    }

    /// Kleene conjunction. It rests on a default when one of its parts does.
    pub(super) fn and(self, other: Self) -> Self {
        self.joined(other, Truth::False)
    }

    /// Kleene disjunction. It rests on a default only when no part holds otherwise.
    pub(super) fn or(self, other: Self) -> Self {
        match (self.truth, other.truth) {
            (Truth::True { by_default: a }, Truth::True { by_default: b }) => {
                if a && !b {
                    other
                } else {
                    self
                }
            }
            (Truth::True { .. }, _) => self,
            (_, Truth::True { .. }) => other,
            _ => {
                let truth = match (self.truth, other.truth) {
                    (Truth::False, Truth::False) => Truth::False,
                    _ => Truth::Unknown,
                };
                self.merged(other, truth)
            }
        }
    }

    /// Kleene disjunction that keeps what speaks for each part, as where each of them is a fault.
    pub(super) fn or_each(self, other: Self) -> Self {
        self.negated().and(other.negated()).negated()
    }

    fn joined(self, other: Self, decisive: Truth) -> Self {
        let truth = match (self.truth, other.truth) {
            (a, b) if a == decisive || b == decisive => decisive,
            (Truth::Unknown, _) | (_, Truth::Unknown) => Truth::Unknown,
            (Truth::True { by_default: a }, Truth::True { by_default: b }) => Truth::True { by_default: a || b },
            (a, _) => a,
        };
        self.merged(other, truth)
    }

    /// Both parts' reasons, as far as they speak for `truth`.
    fn merged(self, other: Self, truth: Truth) -> Self {
        let speaks = |part: &Self| match truth {
            Truth::False => part.truth == Truth::False,
            Truth::Unknown => part.truth == Truth::Unknown,
            Truth::True { .. } => part.holds(),
        };
        let (mut causes, mut blames) = (Vec::new(), Vec::new());
        for part in [self, other] {
            if speaks(&part) {
                append(&mut causes, part.causes);
                append(&mut blames, part.blames);
            }
        }
        if truth != Truth::Unknown {
            causes.clear();
        }
        Self { truth, causes, blames }
    }
}

/// Adds `more`; most often one of the two is empty, and the other one is it.
fn append<T>(all: &mut Vec<T>, more: Vec<T>) {
    if all.is_empty() {
        *all = more;
    } else {
        all.extend(more);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Truth; 3] = [Truth::True { by_default: false }, Truth::False, Truth::Unknown];

    fn answer(truth: Truth) -> Answer {
        Answer { truth, causes: Vec::new(), blames: Vec::new() }
    }

    #[test]
    fn and_or_and_not_are_kleenes() {
        for a in ALL {
            for b in ALL {
                let and = answer(a).and(answer(b)).truth;
                let or = answer(a).or(answer(b)).truth;
                let by_de_morgan = answer(a).negated().and(answer(b).negated()).negated().truth;
                assert_eq!(or, by_de_morgan);
                assert_eq!(and == Truth::False, a == Truth::False || b == Truth::False);
                assert_eq!(answer(a).and(answer(b)).truth, answer(b).and(answer(a)).truth);
            }
        }
    }

    #[test]
    fn a_disjunction_rests_on_a_default_only_when_nothing_else_holds() {
        let firm = || answer(Truth::True { by_default: false });
        assert_eq!(Answer::by_default().or(firm()).truth, Truth::True { by_default: false });
        assert_eq!(Answer::by_default().and(firm()).truth, Truth::True { by_default: true });
    }
}
