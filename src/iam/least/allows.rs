//! What each statement of a policy allows, and what its denials take back: worked out once, for all questions.

use std::sync::{Arc, LazyLock, OnceLock};

use rustc_hash::FxHashMap;

use crate::iam::catalogue::{ActionId, ActionRef, ActionSet, catalogue};
use crate::iam::document::{Effect, Element, Policy, Statement, Text};
use crate::iam::{Match, named_actions};
use crate::value::Cause;

use super::answer::Answer;
use super::conditions::{denial_narrows, narrow};
use super::reach::Covered;
use super::services::{WholeServices, whole_services};

/// Statements that together are about more actions than these (twenty times all actions of AWS) are not judged. Where a statement
/// has many conditions, each action counts for every fourth of them.
const ACTIONS: usize = 450_000;
/// How many times patterns of actions may be compared with actions.
const MATCHED: usize = 2_000_000;
/// How many bytes of resources of any service may be compared with the ARN formats of AWS.
const COMPARED: usize = 10_000_000;
/// How many ARN formats there are, roughly.
const FORMATS: usize = 1_500;

/// A statement with the actions of its element.
#[derive(Debug)]
pub(super) struct Acts {
    pub(super) index: usize,
    policy: Arc<Policy>,
    /// The actions that it surely is about.
    pub(super) sure: Arc<ActionSet>,
    /// Those, and all that it may be about.
    pub(super) maybe: Arc<ActionSet>,
    /// Whether it can leave open the resource of an action: most statements name theirs.
    pub(super) may_be_unscoped: bool,
    services: OnceLock<WholeServices>,
}

/// What a policy allows and denies, prepared for questions. Statements of resource policies, which name principals, are judged
/// for their actions only: their `*` is the resource that the policy belongs to.
#[derive(Debug)]
pub struct Allows {
    policy: Arc<Policy>,
    /// Whether the bound was reached: nothing is known then.
    limit: bool,
    pub(super) allows: Vec<Acts>,
    pub(super) denies: Vec<Acts>,
    /// Of the actions that it may allow and some denial may be about: whether denials take them back.
    taken: OnceLock<FxHashMap<ActionId, Match>>,
}

impl Acts {
    /// The statement.
    pub(super) fn statement(&self) -> &Statement {
        &self.policy.statements[self.index]
    }

    /// The services that it gives as a whole, on everything.
    pub(super) fn services(&self, allows: &Allows) -> &WholeServices {
        self.services.get_or_init(|| whole_services(allows, self))
    }

    /// Whether it surely leaves open the resource of each of its actions that can have one: it is plain, for `*`.
    pub(super) fn leaves_all_open(&self, allows: &Allows) -> bool {
        let statement = self.statement();
        let plain = statement.conditions.is_empty() && statement.conditions_open.is_empty();
        plain
            && self.may_be_unscoped
            && statement.resources.as_ref().map_or(Match::No, whole) == Match::Yes
            && Arc::ptr_eq(&self.sure, &self.maybe)
            && allows.denies.is_empty()
            && allows.unseen_denials() == Match::No
    }

    /// What is covered by its resources, for [`Self::unscoped`] of several actions.
    pub(super) fn covered(&self) -> Covered<'_> {
        Covered::by(self.statement().resources.as_ref())
    }

    /// Whether it leaves open which resource an action is used on; denials of the policy count.
    pub(super) fn unscoped(&self, allows: &Allows, action: &ActionRef, covered: &mut Covered<'_>) -> Match {
        if !self.may_be_unscoped || !self.maybe.contains(action.id) {
            return Match::No;
        }
        let sure = if self.sure.contains(action.id) { Match::Yes } else { Match::Unknown };
        let wide = sure.and(covered.everything(action));
        if wide == Match::No {
            return Match::No;
        }
        wide.and(narrow(self.statement(), action).negated()).and(allows.taken(action).negated())
    }
}

impl Allows {
    /// Prepares a policy.
    #[must_use]
    pub fn new(policy: &Arc<Policy>) -> Self {
        static NONE: LazyLock<Arc<ActionSet>> = LazyLock::new(|| Arc::new(ActionSet::new(catalogue())));
        let mut found = Self {
            policy: Arc::clone(policy),
            limit: false,
            allows: Vec::new(),
            denies: Vec::new(),
            taken: OnceLock::new(),
        };
        let (mut actions, mut matched, mut compared) = (0, 0, 0);
        for (index, statement) in policy.statements.iter().enumerate() {
            matched += statement.actions.texts.iter().map(matches_of).sum::<usize>();
            if matched > MATCHED {
                return Self { limit: true, allows: Vec::new(), denies: Vec::new(), ..found };
            }
            let (sure, maybe) = named_actions(&statement.actions);
            let count = maybe.len();
            actions += count * (1 + statement.conditions.len() / 4);
            compared += count.min(FORMATS) * statement.resources.as_ref().map_or(0, unbound);
            if actions > ACTIONS || compared > COMPARED {
                return Self { limit: true, allows: Vec::new(), denies: Vec::new(), ..found };
            }
            let may_be_unscoped =
                statement.principals.is_none() && Covered::by(statement.resources.as_ref()).may_be_everything();
            let maybe = Arc::new(maybe);
            let sure = match (&statement.effect, sure == *maybe) {
                (None, _) => Arc::clone(&NONE),
                (_, true) => Arc::clone(&maybe),
                (_, false) => Arc::new(sure),
            };
            let acts = || Acts {
                index,
                policy: Arc::clone(policy),
                sure: Arc::clone(&sure),
                maybe: Arc::clone(&maybe),
                may_be_unscoped,
                services: OnceLock::new(),
            };
            if statement.effect != Some(Effect::Deny) {
                found.allows.push(acts());
            }
            if statement.effect != Some(Effect::Allow) {
                found.denies.push(acts());
            }
        }
        found
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
        self.denies.iter().for_each(|deny| answer.open(&deny.statement().causes));
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
            let statement = deny.statement();
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

    /// Whether denials leave nothing of an action, or only named resources.
    pub(super) fn taken(&self, action: &ActionRef) -> Match {
        if self.denies.is_empty() {
            return self.unseen_denials();
        }
        let taken = self.taken.get_or_init(|| self.all_taken());
        taken.get(&action.id).copied().unwrap_or(Match::No).or(self.unseen_denials())
    }

    fn all_taken(&self) -> FxHashMap<ActionId, Match> {
        let mut taken: FxHashMap<ActionId, Match> = FxHashMap::default();
        let mut allowed = ActionSet::new(catalogue());
        self.allows.iter().for_each(|acts| allowed.union_with(&acts.maybe));
        for deny in &self.denies {
            let statement = deny.statement();
            let Some(resources) = &statement.resources else { continue };
            let everything = whole(resources);
            let mut covered = deny.covered();
            let mut about = (*deny.maybe).clone();
            about.intersect_with(&allowed);
            for action in catalogue().actions_of(&about) {
                let all = match action.action.resource_types.is_empty() {
                    true => everything,
                    false => covered.everything(&action),
                };
                let conditions = match statement.conditions.as_slice() {
                    _ if all == Match::No => continue,
                    [] => Match::Yes,
                    [only] => denial_narrows(only, &action),
                    // What passes any of several conditions is not denied.
                    _ => Match::No,
                };
                let open = if statement.conditions_open.is_empty() { Match::Yes } else { Match::Unknown };
                let sure = if deny.sure.contains(action.id) { Match::Yes } else { Match::Unknown };
                let one = sure.and(all).and(conditions).and(open);
                let known = taken.entry(action.id).or_insert(Match::No);
                *known = known.or(one);
            }
        }
        taken
    }
}

/// How many actions a pattern is compared with.
fn matches_of(text: &Text) -> usize {
    let wide = text.widened();
    let wild = |part: &str| part.contains(['*', '?']);
    match wide.split_once(':').unwrap_or((&*wide, "")) {
        (service, _) if wild(service) => catalogue().action_count(),
        (service, name) if wild(name) => catalogue().ids_of(service).map_or(0, |ids| ids.len()),
        _ => 1,
    }
}

/// How many bytes of the texts of an element may be resources of any service.
fn unbound(resources: &Element) -> usize {
    let any = |text: &&Text| {
        let wide = text.widened();
        wide.split(':').nth(2).is_none_or(|service| service.contains(['*', '?']))
    };
    resources.texts.iter().filter(any).map(|text| text.text.len()).sum()
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
