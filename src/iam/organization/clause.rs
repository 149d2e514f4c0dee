//! A statement of a service control policy at its level, and whether it is about a request.

use super::condition::{Given, Holds, Keys, holds};
use super::principal::{ACCOUNT, is_principal_arn};
use crate::iam::catalogue::{ActionRef, ActionSet, catalogue};
use crate::iam::document::{Condition, Element, Statement};
use crate::iam::{Match, covers, named_actions};
use crate::value::Cause;

/// A statement of an organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StatementRef {
    /// Index into [`Organization::policies`](super::Organization::policies).
    pub policy: usize,
    /// Index into the statements of its document.
    pub statement: usize,
}

/// An action that is asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'a> {
    /// Its name.
    pub(super) name: &'a str,
    /// What is known about it; none for one that does not exist yet.
    pub(super) known: Option<ActionRef>,
}

/// Stands for an action that AWS adds later.
pub(super) const LATER: Asked<'static> = Asked { name: "service-added-later:NewAction", known: None };

/// A statement with the actions that it is about.
pub(super) struct Clause<'a> {
    pub(super) at: StatementRef,
    pub(super) statement: &'a Statement,
    /// The level at which it is attached; none: perhaps at one.
    pub(super) level: Option<usize>,
    /// The actions that it is about for certain, and those that it may be about.
    narrow: ActionSet,
    wide: ActionSet,
    /// Whether it is about every resource.
    pub(super) any_resource: bool,
}

/// How an action stands to a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Member {
    No,
    Maybe,
    Yes,
}

impl<'a> Clause<'a> {
    pub(super) fn new(at: StatementRef, statement: &'a Statement, level: Option<usize>) -> Self {
        let (narrow, wide) = named_actions(&statement.actions);
        Self { at, statement, level, narrow, wide, any_resource: is_any(statement.resources.as_ref()) }
    }

    /// How an action stands to it.
    pub(super) fn member(&self, asked: Asked<'_>) -> Member {
        match asked.known.map(|known| known.id) {
            Some(id) if self.narrow.contains(id) => Member::Yes,
            Some(id) if self.wide.contains(id) => Member::Maybe,
            Some(_) => Member::No,
            None => {
                let actions = &self.statement.actions;
                let name = asked.name.to_ascii_lowercase();
                let named = |text: &str| covers(&text.to_ascii_lowercase(), &name);
                let mut found = Member::No;
                for text in &actions.texts {
                    match named(&text.text) {
                        Match::Yes => found = Member::Yes,
                        Match::Unknown if found == Member::No => found = Member::Maybe,
                        _ => {}
                    }
                }
                if found == Member::No && !actions.open.is_empty() {
                    found = Member::Maybe;
                }
                match (actions.negated, found) {
                    (true, Member::Yes) => Member::No,
                    (true, Member::No) => Member::Yes,
                    (_, found) => found,
                }
            }
        }
    }

    /// Whether the statement is certainly about this action.
    pub(super) fn is_about(&self, asked: Asked<'_>) -> bool {
        self.member(asked) == Member::Yes
    }

    /// Whether it holds for a request.
    pub(super) fn holds(&self, member: Member, resource: &str, keys: &Keys, account_known: bool) -> Holds {
        let mut found = match (member, self.level, self.statement.effect) {
            (Member::No, ..) => return Holds::No,
            (Member::Yes, Some(_), Some(_)) => Holds::Yes,
            _ => Holds::Unknown,
        };
        found = found.and(self.resource(resource));
        for condition in &self.statement.conditions {
            let mut one = holds(condition, keys);
            if !account_known && names_account(condition) && one != Holds::Free {
                one = Holds::Unknown;
            }
            found = found.and(one);
        }
        if !self.statement.conditions_open.is_empty() {
            found = found.and(Holds::Unknown);
        }
        found
    }

    fn resource(&self, resource: &str) -> Holds {
        let Some(element) = self.statement.resources.as_ref().filter(|_| !self.any_resource) else { return Holds::Yes };
        let mut found = if element.open.is_empty() { Holds::No } else { Holds::Unknown };
        for text in &element.texts {
            match covers(&text.text, resource) {
                Match::Yes => {
                    found = Holds::Yes;
                    break;
                }
                Match::Unknown => found = Holds::Unknown,
                Match::No => {}
            }
        }
        match (element.negated, found) {
            (true, Holds::Yes) => Holds::No,
            (true, Holds::No) => Holds::Yes,
            (_, found) => found,
        }
    }

    /// Whether the conditions on the region hold in this one.
    pub(super) fn denies_region(&self, region: &str) -> bool {
        let conditions = self.statement.conditions.iter().filter(|condition| is_region_key(&condition.key));
        denies_region(&conditions.collect::<Vec<_>>(), region)
    }

    /// Why nobody can tell whether it matches.
    pub(super) fn causes(&self) -> Vec<Cause> {
        match self.statement.causes.as_slice() {
            [] => vec![Cause::NotInInput {
                what: "everything that a condition of a service control policy asks for".into(),
            }],
            causes => causes.to_vec(),
        }
    }
}

/// Whether a condition on the principal names an account.
fn names_account(condition: &Condition) -> bool {
    let has =
        |text: &str| text.split(|c: char| !c.is_ascii_digit()).any(|digits| digits.len() == 12 && digits != ACCOUNT);
    is_principal_arn(&condition.key) && condition.values.iter().any(|value| has(&value.text))
}

fn is_any(element: Option<&Element>) -> bool {
    element.is_none_or(|element| !element.negated && element.texts.iter().any(|text| &*text.text == "*"))
}

/// Every action that can be asked for today.
pub(super) fn all_actions() -> impl Iterator<Item = ActionRef> {
    catalogue().actions().filter(|action| !action.action.retired)
}

/// An action by its name.
pub(super) fn action(name: &str) -> Asked<'_> {
    Asked { name, known: catalogue().action(name) }
}

/// Whether all conditions on the region hold in this one.
pub(super) fn denies_region(conditions: &[&Condition], region: &str) -> bool {
    let mut keys = Keys::default();
    keys.set("aws:RequestedRegion", Given::Is(region.to_owned()));
    conditions.iter().all(|condition| holds(condition, &keys) == Holds::Yes)
}

/// Whether a condition key is the region that is asked.
pub(super) fn is_region_key(key: &str) -> bool {
    key.eq_ignore_ascii_case("aws:RequestedRegion")
}
