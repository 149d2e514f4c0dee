//! The prover: from questions to searches, and from points to witnesses.

use super::super::document::{Effect, Policy};
use super::super::pattern::Match;
use super::super::theory::{Answer, Form, Glob, GlobSet, Lit, Pred, Set};
use super::arena::{ACCOUNT, ACTION, ARN, Arena, CANONICAL, Dim, LitId, PROVIDER, RESOURCE, SERVICE, SESSION};
use super::compile::{self, Bound, Compiled, Region};
use super::search::{Point, Problem, Search};
use super::variable::Pinned;
use super::world::{self, World};
use super::{Accounts, Caller, Constraint, Proof, Question, Reason, Space, Who, Witness, principal, replay};
use rustc_hash::FxHashMap;
use std::rc::Rc;
use std::sync::Arc;

/// When this much is remembered, everything is forgotten before the next question.
const REMEMBERED: usize = 400_000;

/// Answers questions, and remembers what it learned about the policies and patterns in them.
#[derive(Debug)]
pub struct Prover<'p> {
    arena: Arena,
    accounts: Option<Arc<Accounts>>,
    compiled: FxHashMap<(*const Policy, Bound), Rc<Compiled>>,
    special: FxHashMap<(*const Policy, Bound, u8, bool), Rc<Compiled>>,
    policies: std::marker::PhantomData<&'p Policy>,
}

impl Default for Prover<'_> {
    fn default() -> Self {
        Self {
            arena: Arena::new(),
            accounts: None,
            compiled: FxHashMap::default(),
            special: FxHashMap::default(),
            policies: std::marker::PhantomData,
        }
    }
}

/// What a search in one bound found.
struct Found {
    answer: Answer<Witness>,
    inexact: bool,
    reasons: Vec<Reason>,
    variables: Vec<Dim>,
}

impl<'p> Prover<'p> {
    /// A prover that knows all accounts of some organisations. Without, an account may be in any organisation.
    #[must_use]
    pub fn with_accounts(accounts: Accounts) -> Self {
        Self { accounts: Some(Arc::new(accounts)), ..Self::default() }
    }

    /// Whether the first policies together allow a request that the second ones together do not allow.
    pub fn included(&mut self, a: &[&'p Policy], b: &[&'p Policy]) -> Proof {
        self.ask(&Question { groups: vec![a.to_vec()], except: b.to_vec(), ..Question::default() })
    }

    /// Whether there is such a request.
    pub fn ask(&mut self, question: &Question<'p>) -> Proof {
        if self.arena.size() > REMEMBERED {
            *self = Self { accounts: self.accounts.take(), ..Self::default() };
        }
        let none = Pinned::new();
        let wide = self.search(question, Bound::Wide, &none);
        let witness = match wide.answer {
            Answer::Unsat => return Proof::No,
            Answer::Limit => return Proof::Unknown(vec![Reason::Limit]),
            Answer::Sat(witness) => witness,
        };
        if let Some(proof) = replayed(question, witness.clone()) {
            return proof;
        }
        if !wide.inexact {
            return Proof::Unknown(vec![Reason::Replay]);
        }
        if let Answer::Sat(found) = self.search(question, Bound::Narrow, &none).answer
            && let Some(proof) = replayed(question, found)
        {
            return proof;
        }
        for pinned in self.fillings(&wide.variables, &witness) {
            if let Answer::Sat(found) = self.search(question, Bound::Narrow, &pinned).answer
                && let Some(proof) = replayed(question, found)
            {
                return proof;
            }
        }
        let mut reasons = wide.reasons;
        reasons.dedup();
        Proof::Unknown(if reasons.is_empty() { vec![Reason::Limit] } else { reasons })
    }

    /// Values for variables: those of the witness, or some; then none at all.
    fn fillings(&self, variables: &[Dim], witness: &Witness) -> Vec<Pinned> {
        if variables.is_empty() {
            return Vec::new();
        }
        let fill = |value: &dyn Fn(&str) -> Option<String>| {
            variables.iter().map(|dim| self.arena.key(*dim)).map(|key| (key.into(), value(key))).collect()
        };
        let known = |key: &str| match witness.context.get(key).map(Vec::as_slice) {
            Some([value]) => Some(value.clone()),
            _ if key == "aws:username" || key == "aws:principaltype" => None,
            _ => Some("x".to_owned()),
        };
        let named = |key: &str| if key == "aws:username" { Some("alice".to_owned()) } else { known(key) };
        vec![fill(&known), fill(&named), fill(&|_| None)]
    }

    fn compile(&mut self, policy: &'p Policy, bound: Bound, pinned: &Pinned) -> Rc<Compiled> {
        if !pinned.is_empty() {
            return Rc::new(compile::policy(&mut self.arena, policy, bound, pinned));
        }
        let key = (std::ptr::from_ref(policy), bound);
        if let Some(known) = self.compiled.get(&key) {
            return Rc::clone(known);
        }
        let compiled = Rc::new(compile::policy(&mut self.arena, policy, bound, pinned));
        self.compiled.insert(key, Rc::clone(&compiled));
        compiled
    }

    /// The boxes of a policy in one world.
    fn specialise(&mut self, policy: &'p Policy, bound: Bound, pinned: &Pinned, world: &World) -> Rc<Compiled> {
        let inside = world.members.as_ref().is_some_and(|(_, inside)| *inside);
        let key = (std::ptr::from_ref(policy), bound, world.kind, inside);
        if pinned.is_empty()
            && let Some(known) = self.special.get(&key)
        {
            return Rc::clone(known);
        }
        let compiled = self.compile(policy, bound, pinned);
        let mut of = |regions: &[Region]| {
            regions.iter().filter_map(|region| world.specialise(&mut self.arena, region)).collect::<Vec<_>>()
        };
        let special = Compiled { allows: of(&compiled.allows), denies: of(&compiled.denies), ..Compiled::default() };
        let special = Rc::new(special);
        if pinned.is_empty() {
            self.special.insert(key, Rc::clone(&special));
        }
        special
    }

    fn search(&mut self, question: &Question<'p>, bound: Bound, pinned: &Pinned) -> Found {
        let mut found = Found { answer: Answer::Unsat, inexact: false, reasons: Vec::new(), variables: Vec::new() };
        // Everything is compiled before anything is solved: which keys have several values shows only then.
        let mut kinds = principal::ALL;
        for (policy, bound) in policies(question, bound) {
            let compiled = self.compile(policy, bound, pinned);
            found.inexact |= compiled.inexact;
            found.reasons.extend(
                compiled.reasons.iter().filter(|reason| !found.reasons.contains(reason)).cloned().collect::<Vec<_>>(),
            );
            found.variables.extend(compiled.variables.iter().copied());
        }
        for group in &question.groups {
            let of = group.iter().flat_map(|policy| {
                self.compile(policy, bound, pinned).allows.iter().map(|region| region.kinds).collect::<Vec<_>>()
            });
            kinds &= of.fold(0, |all, kinds| all | kinds);
        }
        let mut space = self.space(&question.space, pinned);
        if matches!(question.space.who, Who::OutsideAccounts(_) | Who::OutsideOrganisation(_)) {
            // Which account a canonical id belongs to is not known.
            let maybe = kinds & principal::BY_CANONICAL_ID != 0;
            if maybe && bound == Bound::Wide {
                found.inexact = true;
                found.reasons.push(Reason::CanonicalUser);
                let lits = space[0]
                    .lits
                    .iter()
                    .copied()
                    .filter(|lit| matches!(self.arena.get(*lit).0, ACTION | RESOURCE))
                    .collect();
                space.push(Region { kinds: principal::BY_CANONICAL_ID, lits, rels: Vec::new() });
            }
        }
        kinds &= space.iter().fold(0, |all, region| all | region.kinds);
        let mut steps = 0;
        for world in self.worlds(kinds) {
            match self.in_world(question, bound, pinned, &world, &space, &mut steps) {
                Answer::Unsat => {}
                Answer::Limit => found.answer = Answer::Limit,
                Answer::Sat(witness) => {
                    found.answer = Answer::Sat(witness);
                    return found;
                }
            }
        }
        found
    }

    fn worlds(&self, kinds: u8) -> Vec<World> {
        let order = [
            principal::ANONYMOUS,
            principal::OF_ACCOUNT,
            principal::FEDERATED,
            principal::OF_SERVICE,
            principal::BY_CANONICAL_ID,
        ];
        let mut found = Vec::new();
        for kind in order.into_iter().filter(|kind| kinds & kind != 0) {
            match &self.accounts {
                Some(accounts) if kind == principal::OF_ACCOUNT => {
                    for inside in [true, false] {
                        found.push(World { kind, members: Some((Arc::clone(accounts), inside)) });
                    }
                }
                _ => found.push(World { kind, members: None }),
            }
        }
        found
    }

    fn in_world(
        &mut self,
        question: &Question<'p>,
        bound: Bound,
        pinned: &Pinned,
        world: &World,
        space: &[Region],
        steps: &mut usize,
    ) -> Answer<Witness> {
        let space: Vec<Region> = space.iter().filter_map(|region| world.specialise(&mut self.arena, region)).collect();
        let groups: Vec<Vec<Rc<Compiled>>> = question
            .groups
            .iter()
            .map(|group| group.iter().map(|policy| self.specialise(policy, bound, pinned, world)).collect())
            .collect();
        let denies: Vec<Rc<Compiled>> =
            question.denies.iter().map(|policy| self.specialise(policy, bound, pinned, world)).collect();
        let other = bound.flip(true);
        let except: Vec<Rc<Compiled>> =
            question.except.iter().map(|policy| self.specialise(policy, other, pinned, world)).collect();
        let mut negative: Vec<&Region> = groups.iter().flatten().chain(&denies).flat_map(|c| &c.denies).collect();
        let mut positive: Vec<Vec<&Region>> = vec![space.iter().collect()];
        positive.extend(groups.iter().map(|group| group.iter().flat_map(|c| &c.allows).collect()));
        let used = self.used(
            positive
                .iter()
                .flatten()
                .chain(&negative)
                .copied()
                .chain(except.iter().flat_map(|c| c.allows.iter().chain(&c.denies))),
        );
        let base = world.domain(&mut self.arena, &used);
        // Not allowed by the exceptions: none of them allows, or one of them denies.
        let denied: Vec<&Region> = except.iter().flat_map(|c| &c.denies).collect();
        let mut limit = false;
        for by_deny in [false, true] {
            let mut groups = positive.clone();
            let barred = negative.len();
            match by_deny {
                true if denied.is_empty() => break,
                true => groups.push(denied.clone()),
                false => negative.extend(except.iter().flat_map(|c| &c.allows)),
            }
            let problem = Problem { groups, negative: negative.clone(), base: base.clone() };
            negative.truncate(barred);
            let answer = Search { arena: &mut self.arena, world, steps }.solve(&problem);
            match answer {
                Answer::Unsat => {}
                Answer::Limit => limit = true,
                Answer::Sat(point) => return Answer::Sat(self.witness(&point, world)),
            }
        }
        if limit { Answer::Limit } else { Answer::Unsat }
    }

    fn used<'r>(&self, regions: impl Iterator<Item = &'r Region>) -> Vec<Dim> {
        let mut used: Vec<Dim> = Vec::new();
        for region in regions {
            for lit in &region.lits {
                let dim = self.arena.get(*lit).0;
                if !used.contains(&dim) {
                    used.push(dim);
                }
            }
        }
        used
    }

    /// The requests that are asked about, as boxes.
    fn space(&mut self, space: &Space, pinned: &Pinned) -> Vec<Region> {
        let mut common = Vec::new();
        let mut text = |arena: &mut Arena, dim: Dim, globs: Vec<Glob>, not: bool| {
            if !globs.is_empty() {
                common.push(arena.lit(dim, is(globs, not)));
            }
        };
        let like = |texts: &[String], fold: bool| texts.iter().map(|text| Glob::like(text, fold)).collect::<Vec<_>>();
        text(&mut self.arena, ACTION, like(&space.actions, true), false);
        text(&mut self.arena, ACTION, like(&space.except_actions, true), true);
        text(&mut self.arena, RESOURCE, space.resources.iter().map(|text| Glob::resource(text)).collect(), false);
        // Actions have a service and a name.
        common.push(self.arena.lit(ACTION, is(vec![Glob::like("?*:?*", true)], false)));
        for (key, constraint) in &space.keys {
            let dim = self.arena.dim(&key.to_ascii_lowercase());
            let lit = match constraint {
                Constraint::In(values) => is(like(values, false), false),
                Constraint::NotIn(values) => is(like(values, false), false).complement(),
                Constraint::Present => Lit::PRESENT,
                Constraint::Absent => Lit::ABSENT,
            };
            common.push(self.arena.lit(dim, lit));
        }
        for (key, value) in pinned {
            let dim = self.arena.dim(key);
            let lit = value.as_ref().map_or(Lit::ABSENT, |value| is(vec![Glob::exact(value, false)], false));
            common.push(self.arena.lit(dim, lit));
        }
        let who = self.who(&space.who);
        who.into_iter()
            .map(|(kinds, lits)| Region { kinds, lits: [common.as_slice(), &lits].concat(), rels: Vec::new() })
            .collect()
    }

    fn who(&mut self, who: &Who) -> Vec<(u8, Vec<LitId>)> {
        let arena = &mut self.arena;
        let arns = |texts: &[String]| texts.iter().map(|text| Glob::arn(text)).collect::<Vec<_>>();
        let accounts = |texts: &[String]| texts.iter().map(|text| world::in_account(text)).collect::<Vec<_>>();
        match who {
            Who::Anyone => vec![(principal::ALL, Vec::new())],
            Who::Anonymous => vec![(principal::ANONYMOUS, Vec::new())],
            Who::Services => vec![(principal::OF_SERVICE, Vec::new())],
            Who::Arns(texts) => vec![(principal::OF_ACCOUNT, vec![arena.lit(ARN, is(arns(texts), false))])],
            Who::OtherArns(texts) => vec![(principal::OF_ACCOUNT, vec![arena.lit(ARN, is(arns(texts), true))])],
            Who::Accounts(texts) => vec![(principal::OF_ACCOUNT, vec![arena.lit(ARN, is(accounts(texts), false))])],
            Who::OutsideAccounts(texts) => {
                let providers = arena.lit(PROVIDER, is(accounts(texts), true));
                vec![
                    (principal::ANONYMOUS, Vec::new()),
                    (principal::OF_ACCOUNT, vec![arena.lit(ARN, is(accounts(texts), true))]),
                    (principal::FEDERATED, vec![providers]),
                ]
            }
            Who::OutsideOrganisation(id) => {
                let dim = arena.dim("aws:principalorgid");
                let set = Set::Text(Arc::new(GlobSet::new(vec![Glob::exact(id, false)])));
                let form = Form::ForAll(Arc::new(Pred { set, not: true }));
                let other = arena.lit(dim, Lit { absent_ok: true, form });
                let known = self.accounts.iter().flat_map(|accounts| accounts.iter());
                let own: Vec<Glob> = known
                    .filter(|(_, member)| member.organisation == *id)
                    .map(|(account, _)| world::in_account(account))
                    .collect();
                let providers = self.arena.lit(PROVIDER, is(own, true));
                vec![
                    (principal::ANONYMOUS, Vec::new()),
                    (principal::OF_ACCOUNT, vec![other]),
                    (principal::FEDERATED, vec![providers]),
                ]
            }
        }
    }

    /// A point as a request.
    fn witness(&self, point: &Point, world: &World) -> Witness {
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

/// A literal on a value that is there.
fn is(globs: Vec<Glob>, not: bool) -> Lit {
    Lit::is(Pred { set: Set::Text(Arc::new(GlobSet::new(globs))), not })
}

/// The policies of a question, with the bound that each is taken in.
fn policies<'p>(question: &Question<'p>, bound: Bound) -> Vec<(&'p Policy, Bound)> {
    let with = question.groups.iter().flatten().chain(&question.denies).map(|policy| (*policy, bound));
    with.chain(question.except.iter().map(|policy| (*policy, bound.flip(true)))).collect()
}

/// The answer yes, if the statements themselves say so of the request.
fn replayed(question: &Question<'_>, mut witness: Witness) -> Option<Proof> {
    let mut sure = Match::Yes;
    let mut by = Vec::new();
    for group in &question.groups {
        let (mut allowed, mut who) = (Match::No, Vec::new());
        for (at, policy) in group.iter().enumerate() {
            let (found, statements) = replay::policy(policy, Effect::Allow, &witness);
            allowed = replay::or(allowed, found);
            who.extend(statements.into_iter().map(|statement| (at, statement)));
        }
        sure = replay::and(sure, allowed);
        by.push(who);
    }
    let any = |policies: &mut dyn Iterator<Item = &&Policy>, effect| {
        policies.map(|policy| replay::policy(policy, effect, &witness).0).fold(Match::No, replay::or)
    };
    let denied = any(&mut question.groups.iter().flatten().chain(&question.denies), Effect::Deny);
    sure = replay::and(sure, replay::not(denied));
    if !question.except.is_empty() {
        let allowed = any(&mut question.except.iter(), Effect::Allow);
        let denied = any(&mut question.except.iter(), Effect::Deny);
        sure = replay::and(sure, replay::not(replay::and(allowed, replay::not(denied))));
    }
    let outside = matches!(question.space.who, Who::OutsideAccounts(_) | Who::OutsideOrganisation(_));
    if outside && matches!(witness.principal, Caller::Canonical(_)) {
        return None;
    }
    witness.by = by;
    (sure == Match::Yes).then(|| Proof::Yes(Box::new(witness)))
}
