//! Whether there is a request that every layer of policies allows and none denies. The action and the resource are given; the
//! keys of the request that nothing decides are chosen, among the values that the conditions name.
//!
//! This is the one place where requests are decided. A yes is a request that was evaluated; a no is given only where no choice
//! of values can change it.

use super::account::shown;
use super::condition::{Context, candidates, holds};
use super::permit::Clause;
use crate::iam::Match;
use crate::value::Cause;

/// How many choices of values are tried.
const CHOICES: usize = 512;

/// A request that is allowed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Witness {
    /// The action.
    pub action: String,
    /// The resource, for people.
    pub resource: String,
    /// What else must be so, such as `aws:MultiFactorAuthPresent = true`.
    pub given: Vec<String>,
    /// The statement that allows it: the policy by its index in the account, and the statement by its position there.
    pub allowed_by: Option<(u32, usize)>,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Possible {
    Yes(Witness),
    No,
    Unknown(Vec<Cause>),
}

/// A layer: some statement of it must allow the request.
#[derive(Debug, Default)]
pub(super) struct Layer<'a> {
    /// Statements that allow where their conditions hold, with how sure it is that they are about action and resource.
    pub(super) allows: Vec<(&'a Clause<'a>, Match)>,
    /// Whether there may be further statements.
    pub(super) open: Vec<Cause>,
}

/// What is to be decided.
#[derive(Debug, Default)]
pub(super) struct Problem<'a> {
    pub(super) layers: Vec<Layer<'a>>,
    /// Statements that deny where their conditions hold.
    pub(super) denies: Vec<(&'a Clause<'a>, Match)>,
    /// Why there may be further ones.
    pub(super) denies_open: Vec<Cause>,
}

/// The keys that are chosen, with their values.
type Choices = Vec<(String, Vec<Option<String>>)>;

impl<'a> Problem<'a> {
    /// Decides it.
    pub(super) fn solve(&self, action: &str, resource: &str, context: &Context) -> Possible {
        if self.layers.iter().any(|layer| layer.allows.is_empty() && layer.open.is_empty()) {
            return Possible::No;
        }
        let choices = self.choices(context);
        let total = choices.iter().fold(1usize, |total, (_, values)| total.saturating_mul(values.len()));
        let mut context = std::borrow::Cow::Borrowed(context);
        let (mut unknown, mut at) = (false, vec![0usize; choices.len()]);
        for _ in 0..total.min(CHOICES) {
            for ((key, values), at) in choices.iter().zip(&at) {
                context.to_mut().set(key, values[*at].as_deref());
            }
            match self.evaluate(&context) {
                (Match::Yes, by) => return Possible::Yes(self.witness(action, resource, by, &choices, &at)),
                (Match::Unknown, _) => unknown = true,
                (Match::No, _) => {}
            }
            for ((_, values), at) in choices.iter().zip(&mut at) {
                *at += 1;
                if *at < values.len() {
                    break;
                }
                *at = 0;
            }
        }
        match (unknown, total > CHOICES) {
            (false, false) => Possible::No,
            (false, true) => Possible::Unknown(vec![Cause::Limit]),
            (true, _) => Possible::Unknown(self.causes()),
        }
    }

    /// Whether the answer depends on keys of the request.
    pub(super) fn has_conditions(&self) -> bool {
        self.clauses().any(|clause| !clause.statement.conditions.is_empty())
    }

    /// All clauses.
    fn clauses(&self) -> impl Iterator<Item = &'a Clause<'a>> + '_ {
        let allows = self.layers.iter().flat_map(|layer| &layer.allows);
        allows.chain(&self.denies).map(|(clause, _)| *clause)
    }

    /// The keys that nothing decides, each with the values that it may have.
    fn choices(&self, context: &Context) -> Choices {
        let mut choices: Choices = Vec::new();
        for clause in self.clauses() {
            for condition in &clause.statement.conditions {
                let key = condition.key.to_ascii_lowercase();
                if context.get(&key).is_some() {
                    continue;
                }
                let at = choices.iter().position(|(known, _)| *known == key).unwrap_or_else(|| {
                    choices.push((key, Vec::new()));
                    choices.len() - 1
                });
                let mut values: Vec<String> = choices[at].1.iter().flatten().cloned().collect();
                candidates(condition, clause.variables, context, &mut values);
                choices[at].1 = values.into_iter().map(Some).collect();
            }
        }
        for (key, values) in &mut choices {
            values.push(None);
            // A value that no condition names.
            let ip = key.ends_with("ip");
            values.push(Some(if ip { "198.51.100.77".to_owned() } else { "other".to_owned() }));
        }
        choices
    }

    /// Whether the request is allowed where all keys are decided, and by which statement of the first layer.
    fn evaluate(&self, context: &Context) -> (Match, Option<(u32, usize)>) {
        let mut answer = Match::Yes;
        for (clause, about) in &self.denies {
            match both(*about, conditions(clause, context)) {
                Match::Yes => match clause.effect {
                    Some(_) => return (Match::No, None),
                    None => answer = Match::Unknown,
                },
                Match::Unknown => answer = Match::Unknown,
                Match::No => {}
            }
        }
        if !self.denies_open.is_empty() {
            answer = Match::Unknown;
        }
        let mut by = None;
        for (index, layer) in self.layers.iter().enumerate() {
            let mut allowed = if layer.open.is_empty() { Match::No } else { Match::Unknown };
            for (clause, about) in &layer.allows {
                let about = if clause.effect.is_some() { *about } else { both(*about, Match::Unknown) };
                match both(about, conditions(clause, context)) {
                    Match::Yes => {
                        if index == 0 {
                            by = Some((clause.policy, clause.statement.index));
                        }
                        allowed = Match::Yes;
                        break;
                    }
                    Match::Unknown => allowed = Match::Unknown,
                    Match::No => {}
                }
            }
            answer = both(answer, allowed);
        }
        (answer, by)
    }

    fn witness(
        &self,
        action: &str,
        resource: &str,
        by: Option<(u32, usize)>,
        choices: &Choices,
        at: &[usize],
    ) -> Witness {
        let name = |key: &str| {
            let conditions = self.clauses().flat_map(|clause| &clause.statement.conditions);
            let mut names = conditions.map(|condition| &*condition.key).filter(|name| name.eq_ignore_ascii_case(key));
            names.next().unwrap_or(key).to_owned()
        };
        let given = choices.iter().zip(at).filter_map(|((key, values), at)| {
            let value = values[*at].as_ref()?;
            Some(format!("{} = {}", name(key), shown(value)))
        });
        Witness { action: action.to_owned(), resource: shown(resource), given: given.collect(), allowed_by: by }
    }

    fn causes(&self) -> Vec<Cause> {
        let mut causes: Vec<Cause> = self.denies_open.clone();
        causes.extend(self.layers.iter().flat_map(|layer| layer.open.iter().cloned()));
        causes.extend(self.clauses().flat_map(|clause| clause.statement.causes.iter().cloned()));
        causes.sort();
        causes.dedup();
        if causes.is_empty() {
            causes.push(Cause::NotInInput { what: "a part of a policy".into() });
        }
        causes
    }
}

/// Whether all conditions of a statement hold.
fn conditions(clause: &Clause<'_>, context: &Context) -> Match {
    let mut all = if clause.statement.conditions_open.is_empty() { Match::Yes } else { Match::Unknown };
    for condition in &clause.statement.conditions {
        all = both(all, holds(condition, clause.variables, context));
    }
    all
}

/// Conjunction.
pub(super) fn both(a: Match, b: Match) -> Match {
    match (a, b) {
        (Match::No, _) | (_, Match::No) => Match::No,
        (Match::Yes, Match::Yes) => Match::Yes,
        _ => Match::Unknown,
    }
}
