//! The prover: from questions to searches, bound by bound and world by world.

use super::super::catalogue::{ActionSet, catalogue};
use super::super::document::Policy;
use super::super::theory::Answer;
use super::arena::{ACTION, Arena, Dim, LitId};
use super::compile::{self, Bound, Compiled, Region};
use super::search::{Problem, Search};
use super::variable::Pinned;
use super::witness::replayed;
use super::world::World;
use super::{Accounts, Possible, Proof, Question, Reason, Who, Witness, principal};
use rustc_hash::FxHashMap;
use std::rc::Rc;
use std::sync::Arc;

/// When this much is remembered, everything is forgotten before the next question.
const REMEMBERED: usize = 400_000;

/// Answers questions, and remembers what it learned about the policies and patterns in them.
pub struct Prover<'p> {
    pub(super) arena: Arena,
    pub(super) accounts: Option<Arc<Accounts>>,
    compiled: FxHashMap<(*const Policy, Bound, Bound), Rc<Compiled>>,
    special: FxHashMap<(*const Policy, Bound, Bound, u8, bool), Rc<Compiled>>,
    /// Where only some known actions count: those.
    pub(super) among: Option<ActionSet>,
    policies: std::marker::PhantomData<&'p Policy>,
}

impl Default for Prover<'_> {
    fn default() -> Self {
        Self {
            arena: Arena::new(None),
            accounts: None,
            compiled: FxHashMap::default(),
            special: FxHashMap::default(),
            among: None,
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

    /// The same prover for the actions that AWS has, and no others: those it adds later, and those that it never had, do not
    /// count. Witnesses have actions that exist, on resources that they are for, as in [`Self::typed`].
    #[must_use]
    pub fn of_known_actions(self) -> Self {
        Self { arena: Arena::new(Some(catalogue())), ..self }.typed()
    }

    /// The same prover for requests in which a known action has a resource that it is for: one of its ARN formats, or `*`
    /// where AWS asks for none. Others cannot exist.
    #[must_use]
    pub fn typed(mut self) -> Self {
        self.arena.typed = true;
        self
    }

    /// Which of these actions are possible, each in some request of the question. Actions that all patterns of the policies
    /// treat alike are asked about once.
    pub fn possible(&mut self, question: &Question<'p>, actions: &ActionSet) -> Possible {
        let mut found = Possible::default();
        if self.arena.catalogue().is_none() {
            self.arena = Arena::new(Some(catalogue()));
            self.compiled.clear();
            self.special.clear();
        }
        for class in self.classes(question, actions) {
            self.among = Some(class.clone());
            match self.ask(question) {
                Proof::No => {}
                Proof::Yes(witness) => found.yes.push((class, witness)),
                Proof::Unknown(reasons) => found.unknown.push((class, reasons)),
            }
        }
        self.among = None;
        found
    }

    /// The actions in classes, of which every literal on actions holds for all or none.
    fn classes(&mut self, question: &Question<'p>, actions: &ActionSet) -> Vec<ActionSet> {
        let mut lits: Vec<LitId> = Vec::new();
        let none = Pinned::new();
        for bound in [Bound::Wide, Bound::Narrow] {
            for (policy, own) in policies(question, bound) {
                let compiled = self.compile(policy, (own, bound), &none);
                for region in compiled.allows.iter().chain(&compiled.denies) {
                    lits.extend(region.lits.iter().map(|lit| lit & !1).filter(|lit| self.arena.get(*lit).0 == ACTION));
                }
            }
        }
        for region in self.space(&question.space, &none) {
            lits.extend(region.lits.iter().map(|lit| lit & !1).filter(|lit| self.arena.get(*lit).0 == ACTION));
        }
        lits.sort_unstable();
        lits.dedup();
        let mut classes = vec![actions.clone()];
        for lit in lits {
            let set = self.arena.actions_of(catalogue(), lit);
            let mut parts = Vec::with_capacity(classes.len() + 1);
            for mut class in classes {
                let mut inside = class.clone();
                inside.intersect_with(&set);
                class.subtract(&set);
                parts.extend([inside, class].into_iter().filter(|part| !part.is_empty()));
            }
            classes = parts;
        }
        classes
    }

    /// Whether the first policies together allow a request that the second ones together do not allow.
    pub fn included(&mut self, a: &[&'p Policy], b: &[&'p Policy]) -> Proof {
        self.ask(&Question { groups: vec![a.to_vec()], except: b.to_vec(), ..Question::default() })
    }

    /// Whether there is such a request.
    pub fn ask(&mut self, question: &Question<'p>) -> Proof {
        if self.arena.size() > REMEMBERED {
            let catalogue = self.arena.catalogue();
            let typed = self.arena.typed;
            *self = Self {
                accounts: self.accounts.take(),
                arena: Arena::new(catalogue),
                among: self.among.take(),
                ..Self::default()
            };
            self.arena.typed = typed;
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

    fn compile(&mut self, policy: &'p Policy, (bound, search): (Bound, Bound), pinned: &Pinned) -> Rc<Compiled> {
        if !pinned.is_empty() {
            return Rc::new(compile::policy(&mut self.arena, policy, bound, search, pinned));
        }
        let key = (std::ptr::from_ref(policy), bound, search);
        if let Some(known) = self.compiled.get(&key) {
            return Rc::clone(known);
        }
        let compiled = Rc::new(compile::policy(&mut self.arena, policy, bound, search, pinned));
        self.compiled.insert(key, Rc::clone(&compiled));
        compiled
    }

    /// The boxes of a policy in one world.
    fn specialise(
        &mut self,
        policy: &'p Policy,
        bounds: (Bound, Bound),
        pinned: &Pinned,
        world: &World,
    ) -> Rc<Compiled> {
        let inside = world.members.as_ref().is_some_and(|(_, inside)| *inside);
        let key = (std::ptr::from_ref(policy), bounds.0, bounds.1, world.kind, inside);
        if pinned.is_empty()
            && let Some(known) = self.special.get(&key)
        {
            return Rc::clone(known);
        }
        let compiled = self.compile(policy, bounds, pinned);
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
        for (policy, own) in policies(question, bound) {
            let compiled = self.compile(policy, (own, bound), pinned);
            found.inexact |= compiled.inexact;
            found.reasons.extend(
                compiled.reasons.iter().filter(|reason| !found.reasons.contains(reason)).cloned().collect::<Vec<_>>(),
            );
            found.variables.extend(compiled.variables.iter().copied());
        }
        for group in &question.groups {
            let of = group.iter().flat_map(|policy| {
                self.compile(policy, (bound, bound), pinned)
                    .allows
                    .iter()
                    .map(|region| region.kinds)
                    .collect::<Vec<_>>()
            });
            kinds &= of.fold(0, |all, kinds| all | kinds);
        }
        let space = self.space(&question.space, pinned);
        // Which account a canonical id belongs to is not known.
        let anyone = question.space.who == Who::Anyone;
        if !anyone && bound == Bound::Narrow {
            kinds &= !principal::BY_CANONICAL_ID;
        }
        kinds &= space.iter().fold(0, |all, region| all | region.kinds);
        let mut steps = 0;
        for world in self.worlds(kinds) {
            match self.in_world(question, bound, pinned, &world, &space, &mut steps) {
                Answer::Unsat => {}
                Answer::Limit => found.answer = Answer::Limit,
                Answer::Sat(witness) => {
                    if !anyone && world.kind == principal::BY_CANONICAL_ID {
                        found.inexact = true;
                        found.reasons.push(Reason::CanonicalUser);
                    }
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
                Some(accounts) if kind & (principal::OF_ACCOUNT | principal::BY_CANONICAL_ID) != 0 => {
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
            .map(|group| group.iter().map(|policy| self.specialise(policy, (bound, bound), pinned, world)).collect())
            .collect();
        let denies: Vec<Rc<Compiled>> =
            question.denies.iter().map(|policy| self.specialise(policy, (bound, bound), pinned, world)).collect();
        let other = bound.flip(true);
        let except: Vec<Rc<Compiled>> =
            question.except.iter().map(|policy| self.specialise(policy, (other, bound), pinned, world)).collect();
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
            let answer = Search { arena: &mut self.arena, world, steps, splits: 0 }.solve(&problem);
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
}

/// The policies of a question, with the bound that each is taken in.
fn policies<'p>(question: &Question<'p>, bound: Bound) -> Vec<(&'p Policy, Bound)> {
    let with = question.groups.iter().flatten().chain(&question.denies).map(|policy| (*policy, bound));
    with.chain(question.except.iter().map(|policy| (*policy, bound.flip(true)))).collect()
}
