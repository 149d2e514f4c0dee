//! Which resources an action can be used on: requests that cannot exist are left like boxes that deny, as far as they turn up.
//!
//! A resource must match an ARN format of its action, or be `*` where AWS asks for none. What begins with a reference may be any
//! ARN, also after the account.

use super::super::catalogue::{AccessLevel, Action, ActionRef, ActionSet, catalogue};
use super::super::theory::{Answer, Glob, Scope, Tok};
use super::arena::{ACTION, Arena, ConjId, LitId, RESOURCE};
use super::search::{Point, Search};
use super::space::is;
use crate::value::OPAQUE;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// How many kinds of actions are taken out of one search. Beyond, a request is taken as it is: never a wrong "no".
const SPLITS: usize = 64;
/// After so many, actions of services that the resources exclude are taken out at once.
const ALL_AT_ONCE: usize = 4;

/// Actions of one service for the same resources.
#[derive(Clone, Copy)]
pub(super) struct Kind {
    /// The action is one of these.
    actions: LitId,
    /// The resource is one for them, without references in the place of a format.
    plain: LitId,
    /// The resource may be one for them.
    resources: LitId,
}

/// The known actions by the service in the ARN formats of their resources, and those that can have `*`.
struct Services {
    named: BTreeMap<&'static str, ActionSet>,
    star: ActionSet,
}

static SERVICES: LazyLock<Services> = LazyLock::new(|| {
    let mut services = Services { named: BTreeMap::new(), star: ActionSet::new(catalogue()) };
    for action in catalogue().actions() {
        if takes_star(action.action) {
            services.star.insert(action.id);
        }
        for used in action.action.resource_types {
            let name = used.resource.arn.split(':').nth(2).filter(|name| !name.contains('$')).unwrap_or("*");
            services.named.entry(name).or_insert_with(|| ActionSet::new(catalogue())).insert(action.id);
        }
    }
    services
});

impl Search<'_> {
    /// If the action of a point is not for its resource: literals, one of which holds of every request around it that can exist.
    pub(super) fn retyped(&mut self, point: &Point, resource: ConjId) -> Option<Vec<LitId>> {
        if !self.arena.typed || self.splits >= SPLITS {
            return None;
        }
        let action = catalogue().action(Self::value(point, ACTION)?.first()?)?;
        let kind = self.arena.kind(action);
        if self.arena.get(kind.resources).1.holds(Self::value(point, RESOURCE)) {
            return None;
        }
        self.splits += 1;
        if self.splits == ALL_AT_ONCE && self.arena.catalogue().is_some() && !self.arena.meets(resource, kind.resources)
        {
            return Some(vec![self.arena.reached(resource, kind)]);
        }
        Some(vec![kind.plain, kind.actions ^ 1, kind.resources])
    }
}

impl Arena {
    fn meets(&mut self, conj: ConjId, lit: LitId) -> bool {
        let both = self.and(conj, lit);
        *self.solve(both) != Answer::Unsat
    }

    /// The actions that are left when the resources have no ARN that begins with a reference, and none for `kind`: those of
    /// the services of which there are ARNs.
    fn reached(&mut self, resource: ConjId, kind: Kind) -> LitId {
        let mut left = ActionSet::new(catalogue());
        let star = self.lit(RESOURCE, is(vec![Glob::exact("*", false)], false));
        if self.meets(resource, star) {
            left.union_with(&SERVICES.star);
        }
        for (name, actions) in &SERVICES.named {
            let arns = self.lit(RESOURCE, is(vec![Glob::arn(&format!("arn:*:{name}:*:*:*"))], false));
            if self.meets(resource, arns) {
                left.union_with(actions);
            }
        }
        left.subtract(&self.actions_of(catalogue(), kind.actions));
        self.lit_of_actions(&left)
    }

    /// The kind of an action.
    fn kind(&mut self, action: ActionRef) -> Kind {
        if let Some(known) = self.kinds.get(&action.id) {
            return *known;
        }
        let formats = |action: &'static Action| action.resource_types.iter().map(|used| used.resource.arn);
        let alike = |other: &ActionRef| {
            formats(action.action).eq(formats(other.action)) && takes_star(action.action) == takes_star(other.action)
        };
        let alike: Vec<ActionRef> = action.service.ids().filter_map(|id| catalogue().by_id(id)).filter(alike).collect();
        let actions = match self.catalogue() {
            Some(catalogue) => {
                let mut set = ActionSet::new(catalogue);
                alike.iter().for_each(|action| set.insert(action.id));
                self.lit_of_actions(&set)
            }
            None => {
                let names = alike.iter().map(|action| Glob::exact(&action.to_string(), true));
                self.lit(ACTION, is(names.collect(), false))
            }
        };
        let mut globs: Vec<Glob> = formats(action.action).map(|arn| glob(arn, false)).collect();
        if takes_star(action.action) {
            globs.push(Glob::exact("*", false));
        }
        let plain = self.lit(RESOURCE, is(globs.clone(), false));
        globs.extend(formats(action.action).map(|arn| glob(arn, true)));
        let unknown = ["", "arn:", "arn:*:"];
        globs.extend(unknown.map(token_after));
        let resources = self.lit(RESOURCE, is(globs, false));
        let kind = Kind { actions, plain, resources };
        for action in alike {
            self.kinds.insert(action.id, kind);
        }
        kind
    }
}

/// A pattern of ARNs that have a reference after these parts.
fn token_after(start: &str) -> Glob {
    let toks = Glob::arn(start).toks().to_vec();
    Glob::new(toks.into_iter().chain([Tok::Lit(OPAQUE), Tok::Star(Scope::All)]), false)
}

/// Whether requests of an action can have no resource but `*`: there is no type of resources, or none that must be there; and
/// what lists may list all.
fn takes_star(action: &Action) -> bool {
    action.access == AccessLevel::List || !action.resource_types.iter().any(|used| used.required)
}

/// The pattern of an ARN format. Region and account may be empty, as those of what AWS owns are. `opaque`: with a reference in
/// the place of everything after the account.
fn glob(format: &str, opaque: bool) -> Glob {
    // Names of buckets have no slash: with one it is an object. No other format says what a name may have in it.
    let bucket = format.starts_with("arn:${Partition}:s3:::") && !format.contains('/');
    let scope = if bucket { Scope::Name } else { Scope::All };
    let (mut toks, mut part, mut rest) = (Vec::new(), 0, format);
    while let Some(c) = rest.chars().next() {
        if opaque && part == 5 {
            toks.extend([Tok::Lit(OPAQUE), Tok::Star(Scope::All)]);
            break;
        }
        let variable = rest.strip_prefix("${").and_then(|text| text.split_once('}'));
        rest = variable.map_or(&rest[c.len_utf8()..], |(_, after)| after);
        match (variable.is_some() || c == '*', part) {
            (true, 0..5) => toks.push(Tok::Star(Scope::Part)),
            (true, _) => toks.extend([Tok::One(scope), Tok::Star(scope)]),
            (false, _) => {
                part += usize::from(c == ':');
                toks.push(Tok::Lit(c));
            }
        }
    }
    Glob::new(toks, false)
}
