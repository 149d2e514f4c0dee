//! What each statement of a policy allows, and what its denials take back.

use crate::iam::catalogue::{ActionRef, ActionSet, catalogue};
use crate::iam::document::{Effect, Element, Policy, Statement};
use crate::iam::{Match, named_actions};

use crate::value::Cause;

use super::answer::Answer;
use super::conditions::{denial_narrows, narrow};
use super::reach::everything;

/// Statements that together are about more actions than these (twenty times all actions of AWS) are not judged.
const ACTIONS: usize = 450_000;

/// A statement with the actions of its element.
pub(super) struct Acts<'p> {
    pub(super) index: usize,
    pub(super) statement: &'p Statement,
    /// The actions that it surely is about.
    pub(super) sure: ActionSet,
    /// Those, and all that it may be about.
    pub(super) maybe: ActionSet,
}

/// What a policy allows and denies, prepared for questions. Statements of resource policies, which name principals, are judged
/// for their actions only: their `*` is the resource that the policy belongs to.
pub struct Allows<'p> {
    policy: &'p Policy,
    /// Whether the bound was reached: nothing is known then.
    limit: bool,
    pub(super) allows: Vec<Acts<'p>>,
    pub(super) denies: Vec<Acts<'p>>,
}

impl<'p> Allows<'p> {
    /// Prepares a policy.
    #[must_use]
    pub fn new(policy: &'p Policy) -> Self {
        let (mut allows, mut denies, mut total) = (Vec::new(), Vec::new(), 0);
        for (index, statement) in policy.statements.iter().enumerate() {
            let (sure, maybe) = named_actions(&statement.actions);
            total += maybe.len();
            if total > ACTIONS {
                return Self { policy, limit: true, allows: Vec::new(), denies: Vec::new() };
            }
            let unsure = statement.effect.is_none();
            let sure = if unsure { ActionSet::new(catalogue()) } else { sure };
            let acts = |sure: ActionSet, maybe: ActionSet| Acts { index, statement, sure, maybe };
            if statement.effect != Some(Effect::Deny) {
                allows.push(acts(sure.clone(), maybe.clone()));
            }
            if statement.effect != Some(Effect::Allow) {
                denies.push(acts(sure, maybe));
            }
        }
        Self { policy, limit: false, allows, denies }
    }

    /// An answer without findings, open where the policy may have further statements.
    pub(super) fn answer(&self) -> Answer {
        let mut open = self.policy.open.clone();
        open.extend(self.limit.then_some(Cause::Limit));
        Answer { findings: Vec::new(), open }
    }

    /// Notes that a statement may be at fault, because of what is not known in it or in the denials.
    pub(super) fn open(&self, answer: &mut Answer, statement: &Statement) {
        answer.open(&statement.causes);
        self.denies.iter().for_each(|deny| answer.open(&deny.statement.causes));
        if answer.open.is_empty() {
            answer.open.push(Cause::NotInInput { what: "a part of the policy".into() });
        }
    }

    /// Whether statements that nobody can read may deny anything.
    pub(super) fn unseen_denials(&self) -> Match {
        if self.policy.open.is_empty() { Match::No } else { Match::Unknown }
    }

    /// The actions that surely are denied on every resource and without a condition, and those that may be.
    pub(super) fn denied_everywhere(&self) -> (ActionSet, ActionSet) {
        let (mut sure, mut maybe) = (ActionSet::new(catalogue()), ActionSet::new(catalogue()));
        if self.unseen_denials() != Match::No {
            maybe = maybe.complement();
        }
        for deny in &self.denies {
            let statement = deny.statement;
            let resources = statement.resources.as_ref().map_or(Match::No, whole);
            if !statement.conditions.is_empty() || resources == Match::No {
                continue;
            }
            maybe.union_with(&deny.maybe);
            if statement.conditions_open.is_empty() && resources == Match::Yes {
                sure.union_with(&deny.sure);
            }
        }
        (sure, maybe)
    }

    /// Whether a statement, one of `allows`, leaves open which resource the action is used on.
    pub(super) fn unscoped(&self, acts: &Acts<'_>, action: &ActionRef) -> Match {
        if !acts.maybe.contains(action.id) || acts.statement.principals.is_some() {
            return Match::No;
        }
        let Some(resources) = &acts.statement.resources else { return Match::No };
        let sure = if acts.sure.contains(action.id) { Match::Yes } else { Match::Unknown };
        let wide = Match::and(sure, everything(resources, action));
        if wide == Match::No {
            return Match::No;
        }
        [narrow(acts.statement, action), self.taken(action)].into_iter().map(Match::negated).fold(wide, Match::and)
    }

    /// Whether denials leave nothing of an action, or only named resources.
    pub(super) fn taken(&self, action: &ActionRef) -> Match {
        let one = |deny: &Acts<'_>| {
            if !deny.maybe.contains(action.id) {
                return Match::No;
            }
            let Some(resources) = &deny.statement.resources else { return Match::No };
            let all = match action.action.resource_types.is_empty() {
                true => whole(resources),
                false => everything(resources, action),
            };
            let conditions = match deny.statement.conditions.as_slice() {
                [] => Match::Yes,
                [only] => denial_narrows(only, action),
                // What passes any of several conditions is not denied.
                _ => Match::No,
            };
            let open = if deny.statement.conditions_open.is_empty() { Match::Yes } else { Match::Unknown };
            let sure = if deny.sure.contains(action.id) { Match::Yes } else { Match::Unknown };
            [all, conditions, open].into_iter().fold(sure, Match::and)
        };
        self.denies.iter().map(one).fold(self.unseen_denials(), Match::or)
    }
}

/// Whether an element is every resource.
pub(super) fn whole(resources: &Element) -> Match {
    let star = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte == b'*');
    if resources.negated {
        return Match::No;
    }
    let one = |wide: bool, sure: bool| match (wide, sure) {
        (true, true) => Match::Yes,
        (true, false) => Match::Unknown,
        (false, _) => Match::No,
    };
    let open = if resources.open.is_empty() { Match::No } else { Match::Unknown };
    resources.texts.iter().map(|text| one(star(&text.widened()), text.is_known())).fold(open, Match::or)
}
