//! Predicates on one value, and conjunctions of them.

use super::scalar::{self, Compare, Moment, Network, Number};
use super::{Answer, GlobSet, text};
use std::sync::Arc;

/// A set of values. A value is a text; what is no number is in no set of numbers, and so on.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(in crate::iam) enum Set {
    /// Texts that match one of these patterns.
    Text(Arc<GlobSet>),
    /// Numbers that compare so with one of these.
    Number(Compare, Vec<Number>),
    /// Moments that compare so with one of these.
    Moment(Compare, Vec<Moment>),
    /// Addresses in one of these networks.
    Address(Vec<Network>),
}

impl Set {
    /// Whether the value is in the set.
    pub(in crate::iam) fn contains(&self, value: &str) -> bool {
        match self {
            Set::Text(globs) => globs.contains(value),
            Set::Number(how, bounds) => {
                Number::parse(value).is_some_and(|value| bounds.iter().any(|bound| how.holds(&value, bound)))
            }
            Set::Moment(how, bounds) => {
                Moment::parse(value).is_some_and(|value| bounds.iter().any(|bound| how.holds(&value, bound)))
            }
            Set::Address(networks) => {
                Network::address(value).is_some_and(|value| networks.iter().any(|network| network.holds(&value)))
            }
        }
    }
}

/// That a value is in a set, or is not.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(in crate::iam) struct Pred {
    /// The set.
    pub(in crate::iam) set: Set,
    /// Whether the value is outside.
    pub(in crate::iam) not: bool,
}

impl Pred {
    /// Whether it holds of the value.
    pub(in crate::iam) fn holds(&self, value: &str) -> bool {
        self.set.contains(value) != self.not
    }
}

/// A value of which all predicates hold. Exact when all are of one theory, and where only certain texts may be; other mixtures are decided
/// by trying the values that matter to each, and are [`Answer::Limit`] when none fits.
pub(in crate::iam) fn solve(preds: &[&Pred]) -> Answer<String> {
    let text: Vec<&Pred> = preds.iter().copied().filter(|pred| matches!(pred.set, Set::Text(_))).collect();
    let texts = |not: bool| {
        let sets = text.iter().filter(move |pred| pred.not == not);
        sets.filter_map(|pred| match &pred.set {
            Set::Text(globs) => Some(&**globs),
            _ => None,
        })
        .collect::<Vec<_>>()
    };
    let words = match text.len() {
        0 => Answer::Sat("x".to_owned()),
        _ => text::solve(&texts(false), &texts(true)),
    };
    if text.len() == preds.len() || words == Answer::Unsat {
        return words;
    }
    // Few texts are tried one by one.
    if let Some(words) = texts(false).iter().find_map(|globs| globs.words()) {
        let found = words.into_iter().find(|word| preds.iter().all(|pred| pred.holds(word)));
        return found.map_or(Answer::Unsat, Answer::Sat);
    }
    let others = preds.iter().copied().filter(|pred| !matches!(pred.set, Set::Text(_)));
    let mut candidates = representatives(others.clone());
    if let Some(found) = candidates.iter().find(|value| preds.iter().all(|pred| pred.holds(value))) {
        return Answer::Sat(found.clone());
    }
    // A single theory: its representatives and one value of no theory stand for all.
    let mut kinds: Vec<_> = others.clone().map(|pred| std::mem::discriminant(&pred.set)).collect();
    kinds.dedup();
    let mut one = kinds.clone();
    one.retain(|kind| kinds.first() == Some(kind));
    let single = text.is_empty() && one.len() == kinds.len();
    let alone = |kind: usize| {
        let same: Vec<&Pred> = others.clone().filter(|p| std::mem::discriminant(&p.set) == kinds[kind]).collect();
        let reps = representatives(same.iter().copied());
        !reps.iter().map(String::as_str).chain(["x"]).any(|value| same.iter().all(|pred| pred.holds(value)))
    };
    if !single && (0..kinds.len()).any(alone) {
        return Answer::Unsat;
    }
    candidates = ["x", "y", "-", "0", "1", "7", "-1", "1000", "198.51.100.7"].map(str::to_owned).to_vec();
    if let Answer::Sat(word) = words {
        candidates.push(word);
    }
    for globs in texts(false) {
        candidates.extend(globs.globs().iter().take(1000).map(|glob| text::fill(glob, "0")));
    }
    match candidates.into_iter().find(|value| preds.iter().all(|pred| pred.holds(value))) {
        Some(found) => Answer::Sat(found),
        None if single => Answer::Unsat,
        None => Answer::Limit,
    }
}

/// Values such that every other of its theory behaves like one of them towards these predicates.
fn representatives<'p>(preds: impl Iterator<Item = &'p Pred> + Clone) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let (mut numbers, mut moments, mut networks) = (Vec::new(), Vec::new(), Vec::new());
    for pred in preds {
        match &pred.set {
            Set::Text(_) => {}
            Set::Number(_, bounds) => numbers.extend(bounds.iter().copied()),
            Set::Moment(_, bounds) => moments.extend(bounds.iter().copied()),
            Set::Address(ranges) => networks.extend(ranges),
        }
    }
    if !numbers.is_empty() {
        found.extend(scalar::numbers(numbers.into_iter()));
    }
    if !moments.is_empty() {
        found.extend(scalar::moments(moments.into_iter()));
    }
    if !networks.is_empty() {
        found.extend(scalar::addresses(networks.into_iter()));
    }
    found
}
