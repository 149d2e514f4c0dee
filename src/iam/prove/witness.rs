//! From points to requests, and the last word on them: the statements themselves.

use super::super::document::{Effect, Policy};
use super::super::pattern::Match;
use super::arena::{ACCOUNT, ACTION, ARN, CANONICAL, Dim, PROVIDER, RESOURCE, SERVICE, SESSION};
use super::search::Point;
use super::world::{self, World};
use super::{Caller, Proof, Prover, Question, Who, Witness, principal, replay};

impl Prover<'_> {
    /// A point as a request.
    pub(super) fn witness(&self, point: &Point, world: &World) -> Witness {
        let value = |dim: Dim| {
            point.iter().find(|(one, _)| *one == dim).and_then(|(_, value)| value.as_ref()?.first().cloned())
        };
        let arn = value(ARN);
        let principal = match world.kind {
            principal::OF_SERVICE => Caller::Service(value(SERVICE).unwrap_or_default()),
            principal::FEDERATED => Caller::Federated(value(PROVIDER).unwrap_or_default()),
            principal::BY_CANONICAL_ID => Caller::Canonical(value(CANONICAL).unwrap_or_default()),
            principal::ANONYMOUS => Caller::Anonymous,
            _ => Caller::Account { arn: arn.clone().unwrap_or_default(), session: value(SESSION) },
        };
        let mut context = std::collections::BTreeMap::new();
        for (dim, value) in point {
            let key = self.arena.key(*dim);
            if let (false, Some(values)) = (key.starts_with('@'), value) {
                context.insert(key.to_owned(), values.clone());
            }
        }
        let mut set = |key: &str, value: Option<String>| {
            if let Some(value) = value {
                context.insert(key.to_owned(), vec![value]);
            }
        };
        set("aws:principalaccount", world.derive(&self.arena, ACCOUNT, arn.as_deref()));
        if let Some(arn) = &arn {
            set("aws:principaltype", Some(world::type_of(arn).to_owned()));
            set("aws:principalisawsservice", Some("false".to_owned()));
            if let Some((_, name)) = arn.split_once(":user/").filter(|_| world::type_of(arn) == "User") {
                set("aws:username", name.rsplit('/').next().map(str::to_owned));
            }
            let member = world.members.as_ref().filter(|(_, inside)| *inside);
            if let Some(member) = member.and_then(|(accounts, _)| accounts.get(arn.split(':').nth(4)?)) {
                set("aws:principalorgid", Some(member.organisation.clone()));
                set("aws:principalorgpaths", Some(member.path.clone()));
            }
        }
        match world.kind {
            principal::OF_SERVICE => set("aws:principalisawsservice", Some("true".to_owned())),
            principal::ANONYMOUS => {
                set("aws:principaltype", Some("Anonymous".to_owned()));
                set("aws:userid", Some("anonymous".to_owned()));
            }
            _ => {}
        }
        Witness {
            action: value(ACTION).unwrap_or_default(),
            resource: value(RESOURCE).unwrap_or_default(),
            principal,
            context,
            by: Vec::new(),
        }
    }
}

/// The answer yes, if the statements themselves say so of the request.
pub(super) fn replayed(question: &Question<'_>, mut witness: Witness) -> Option<Proof> {
    let mut sure = Match::Yes;
    let mut by = Vec::new();
    for group in &question.groups {
        let (mut allowed, mut who) = (Match::No, Vec::new());
        for (at, policy) in group.iter().enumerate() {
            let (found, statements) = replay::policy(policy, Effect::Allow, &witness);
            allowed = Match::or(allowed, found);
            who.extend(statements.into_iter().map(|statement| (at, statement)));
        }
        sure = Match::and(sure, allowed);
        by.push(who);
    }
    let any = |policies: &mut dyn Iterator<Item = &&Policy>, effect| {
        policies.map(|policy| replay::policy(policy, effect, &witness).0).fold(Match::No, Match::or)
    };
    let denied = any(&mut question.groups.iter().flatten().chain(&question.denies), Effect::Deny);
    sure = Match::and(sure, Match::negated(denied));
    if !question.except.is_empty() {
        let allowed = any(&mut question.except.iter(), Effect::Allow);
        let denied = any(&mut question.except.iter(), Effect::Deny);
        sure = Match::and(sure, Match::negated(Match::and(allowed, Match::negated(denied))));
    }
    if question.space.who != Who::Anyone && matches!(witness.principal, Caller::Canonical(_)) {
        return None;
    }
    witness.by = by;
    (sure == Match::Yes).then(|| Proof::Yes(Box::new(witness)))
}
