//! Literals on a context key, which is absent or has values.

use super::Answer;
use super::pred::{self, Pred};
use std::sync::Arc;

/// What a key is in a request: absent, or a list of values that is not empty.
pub(in crate::iam) type Value = Option<Vec<String>>;

/// What is asked of the values of a key that is present.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(in crate::iam) enum Form {
    /// Nothing fits.
    False,
    /// Everything fits.
    True,
    /// All values.
    ForAll(Arc<Pred>),
    /// Some value.
    Exists(Arc<Pred>),
}

/// A condition on one key. The complement of one is one again.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(in crate::iam) struct Lit {
    /// Whether the key may be absent.
    pub(in crate::iam) absent_ok: bool,
    /// What is asked when it is present.
    pub(in crate::iam) form: Form,
}

impl Lit {
    /// That the key is present.
    pub(in crate::iam) const PRESENT: Self = Self { absent_ok: false, form: Form::True };
    /// That the key is absent.
    pub(in crate::iam) const ABSENT: Self = Self { absent_ok: true, form: Form::False };

    /// That the key is present and its one value is so.
    pub(in crate::iam) fn is(pred: Pred) -> Self {
        Self { absent_ok: false, form: Form::Exists(Arc::new(pred)) }
    }

    /// What holds exactly when this does not.
    pub(in crate::iam) fn complement(&self) -> Self {
        let flip = |pred: &Pred| Arc::new(Pred { set: pred.set.clone(), not: !pred.not });
        let form = match &self.form {
            Form::False => Form::True,
            Form::True => Form::False,
            Form::ForAll(pred) => Form::Exists(flip(pred)),
            Form::Exists(pred) => Form::ForAll(flip(pred)),
        };
        Self { absent_ok: !self.absent_ok, form }
    }

    /// Whether it holds of the key.
    pub(in crate::iam) fn holds(&self, value: Option<&[String]>) -> bool {
        match (value, &self.form) {
            (None, _) => self.absent_ok,
            (_, Form::False) => false,
            (_, Form::True) => true,
            (Some(values), Form::ForAll(pred)) => values.iter().all(|value| pred.holds(value)),
            (Some(values), Form::Exists(pred)) => values.iter().any(|value| pred.holds(value)),
        }
    }

    /// The predicate, if the form has one.
    pub(in crate::iam) fn pred(&self) -> Option<&Pred> {
        match &self.form {
            Form::ForAll(pred) | Form::Exists(pred) => Some(pred),
            Form::False | Form::True => None,
        }
    }
}

/// A state of the key of which all literals hold. A key with one value is `single`; for it both forms say the same.
pub(in crate::iam) fn solve(lits: &[&Lit], single: bool) -> Answer<Value> {
    if lits.iter().all(|lit| lit.absent_ok) {
        return Answer::Sat(None);
    }
    if lits.iter().any(|lit| lit.form == Form::False) {
        return Answer::Unsat;
    }
    let all: Vec<&Pred> =
        lits.iter().filter(|lit| single || matches!(lit.form, Form::ForAll(_))).filter_map(|lit| lit.pred()).collect();
    let some: Vec<&Pred> =
        lits.iter().filter(|lit| !single && matches!(lit.form, Form::Exists(_))).filter_map(|lit| lit.pred()).collect();
    if some.is_empty() {
        return pred::solve(&all).map(|value| Some(vec![value]));
    }
    // No bound on the number of values: each "some" needs one value of its own, within what is asked of all.
    let (mut values, mut limit) = (Vec::new(), false);
    for one in some {
        let mut preds = all.clone();
        preds.push(one);
        match pred::solve(&preds) {
            Answer::Unsat => return Answer::Unsat,
            Answer::Limit => limit = true,
            Answer::Sat(value) if values.contains(&value) => {}
            Answer::Sat(value) => values.push(value),
        }
    }
    if limit { Answer::Limit } else { Answer::Sat(Some(values)) }
}
