//! Whether a point lies in one box of every positive group and in no negative box.

use super::super::theory::{Answer, Lit, Value};
use super::arena::{ARN, Arena, ConjId, Dim, EMPTY, LitId, RESOURCE, Rel};
use super::compile::Region;
use super::world::World;
use rustc_hash::FxHashSet;

/// How many points are tried for one question.
pub(super) const STEPS: usize = 20_000;

/// A request: the dimensions that something is said about; all others are absent.
pub(super) type Point = Vec<(Dim, Value)>;

/// What must and must not hold.
pub(super) struct Problem<'p> {
    /// Of each group one region holds.
    pub(super) groups: Vec<Vec<&'p Region>>,
    /// None of these holds.
    pub(super) negative: Vec<&'p Region>,
    /// What all points satisfy.
    pub(super) base: Vec<LitId>,
}

/// Looks for a point.
pub(super) struct Search<'a> {
    pub(super) arena: &'a mut Arena,
    pub(super) world: &'a World,
    pub(super) steps: &'a mut usize,
    /// How many requests were found that cannot exist.
    pub(super) splits: usize,
}

/// A conjunction over all dimensions.
#[derive(Clone, Default)]
struct State {
    conjs: Vec<(Dim, ConjId)>,
    rels: Vec<Rel>,
    /// Literals whose complements were searched before: points without them are no news.
    settled: FxHashSet<LitId>,
}

/// A way out of a negative box.
#[derive(Clone, Copy)]
enum Escape {
    Lit(LitId),
    Rel(Rel),
}

impl State {
    fn conj(&self, dim: Dim) -> ConjId {
        self.conjs.binary_search_by_key(&dim, |(dim, _)| *dim).map_or(EMPTY, |at| self.conjs[at].1)
    }

    fn set(&mut self, dim: Dim, conj: ConjId) {
        match self.conjs.binary_search_by_key(&dim, |(dim, _)| *dim) {
            Ok(at) => self.conjs[at].1 = conj,
            Err(at) => self.conjs.insert(at, (dim, conj)),
        }
    }
}

impl Search<'_> {
    /// A point, none, or not decided.
    pub(super) fn solve(&mut self, problem: &Problem<'_>) -> Answer<Point> {
        let mut state = State::default();
        if !self.add(&mut state, &problem.base, &[]) {
            return Answer::Unsat;
        }
        self.groups(problem, 0, &state)
    }

    fn groups(&mut self, problem: &Problem<'_>, at: usize, state: &State) -> Answer<Point> {
        let Some(group) = problem.groups.get(at) else { return self.escape(problem, state.clone()) };
        let mut limit = false;
        for region in group {
            let mut next = state.clone();
            if !self.add(&mut next, &region.lits, &region.rels) {
                continue;
            }
            match self.groups(problem, at + 1, &next) {
                Answer::Unsat => {}
                Answer::Limit => limit = true,
                found @ Answer::Sat(_) => return found,
            }
        }
        if limit { Answer::Limit } else { Answer::Unsat }
    }

    /// Adds literals; no when they surely cannot hold together.
    fn add(&mut self, state: &mut State, lits: &[LitId], rels: &[Rel]) -> bool {
        for lit in lits {
            let (dim, _) = self.arena.get(*lit);
            let conj = self.arena.and(state.conj(dim), *lit);
            if *self.arena.solve(conj) == Answer::Unsat {
                return false;
            }
            state.set(dim, conj);
        }
        for rel in rels {
            if state.rels.contains(&Rel { same: !rel.same, ..*rel }) {
                return false;
            }
            if !state.rels.contains(rel) {
                state.rels.push(*rel);
            }
        }
        true
    }

    /// Leaves all negative boxes, one after the other.
    fn escape(&mut self, problem: &Problem<'_>, mut state: State) -> Answer<Point> {
        loop {
            *self.steps += 1;
            if *self.steps > STEPS {
                return Answer::Limit;
            }
            let point = match self.model(&state) {
                Answer::Sat(point) => point,
                Answer::Unsat => return Answer::Unsat,
                Answer::Limit => return Answer::Limit,
            };
            let mut fewest: Option<Vec<Escape>> = None;
            for region in &problem.negative {
                if !self.holds(region, &point, &state) {
                    continue;
                }
                let escapes = self.escapes(region, &state);
                if fewest.as_ref().is_none_or(|best| escapes.len() < best.len()) {
                    let done = escapes.len() < 2;
                    fewest = Some(escapes);
                    if done {
                        break;
                    }
                }
            }
            if fewest.is_none()
                && let Some(ways) = self.retyped(&point, state.conj(RESOURCE))
            {
                fewest = Some(ways.into_iter().filter_map(|way| self.open(way, &state)).collect());
            }
            let Some(escapes) = fewest else { return Answer::Sat(point) };
            match *escapes {
                [] => return Answer::Unsat,
                [one] => {
                    if !self.take(&mut state, one) {
                        return Answer::Unsat;
                    }
                }
                _ => return self.branch(problem, &state, &escapes),
            }
        }
    }

    fn branch(&mut self, problem: &Problem<'_>, state: &State, escapes: &[Escape]) -> Answer<Point> {
        let (mut limit, mut settled) = (false, state.settled.clone());
        for escape in escapes {
            let mut next = State { settled: settled.clone(), ..state.clone() };
            if self.take(&mut next, *escape) {
                match self.escape(problem, next) {
                    Answer::Unsat => {}
                    Answer::Limit => limit = true,
                    found @ Answer::Sat(_) => return found,
                }
            }
            if let Escape::Lit(lit) = escape {
                settled.insert(lit ^ 1);
            }
        }
        if limit { Answer::Limit } else { Answer::Unsat }
    }

    fn take(&mut self, state: &mut State, escape: Escape) -> bool {
        match escape {
            Escape::Lit(lit) => self.add(state, &[lit], &[]),
            Escape::Rel(rel) => self.add(state, &[], &[rel]),
        }
    }

    /// The ways out of a box that are open from here.
    fn escapes(&mut self, region: &Region, state: &State) -> Vec<Escape> {
        let mut found = Vec::new();
        found.extend(region.lits.iter().filter_map(|lit| self.open(lit ^ 1, state)));
        for rel in &region.rels {
            if !state.rels.contains(rel) {
                found.push(Escape::Rel(Rel { same: !rel.same, ..*rel }));
            }
        }
        found
    }

    /// The way to where a literal holds, unless that was searched before or is closed.
    fn open(&mut self, lit: LitId, state: &State) -> Option<Escape> {
        if state.settled.contains(&(lit ^ 1)) {
            return None;
        }
        let (dim, _) = self.arena.get(lit);
        let conj = self.arena.and(state.conj(dim), lit);
        (*self.arena.solve(conj) != Answer::Unsat).then_some(Escape::Lit(lit))
    }

    pub(super) fn value(point: &Point, dim: Dim) -> Option<&[String]> {
        let at = point.binary_search_by_key(&dim, |(dim, _)| *dim).ok()?;
        point[at].1.as_deref()
    }

    fn holds(&self, region: &Region, point: &Point, state: &State) -> bool {
        region.lits.iter().all(|id| {
            let (dim, lit) = self.arena.get(*id);
            // Of what is known by bounds only, the complement may have been chosen.
            lit.holds(Self::value(point, dim)) && !self.arena.parts(state.conj(dim)).contains(&(id ^ 1))
        }) && region.rels.iter().all(|rel| {
            let a = self.of(point, rel.a);
            a.is_some() && (a == self.of(point, rel.b)) == rel.same
        })
    }

    /// The value of a dimension, also of one that follows from who asks.
    fn of(&self, point: &Point, dim: Dim) -> Option<Vec<String>> {
        if self.world.is_derived(self.arena, dim) {
            let arn = Self::value(point, ARN).and_then(|values| values.first()).map(String::as_str);
            return self.world.derive(self.arena, dim, arn).map(|value| vec![value]);
        }
        Self::value(point, dim).map(<[String]>::to_vec)
    }

    /// A point of a conjunction.
    fn model(&mut self, state: &State) -> Answer<Point> {
        let (mut conjs, mut tied) = (state.conjs.clone(), Vec::new());
        if !state.rels.is_empty() {
            match self.merge(state) {
                Some((merged, groups)) => (conjs, tied) = (merged, groups),
                None => return Answer::Unsat,
            }
        }
        // Different values of two dimensions: where they happen to agree, one of them must move.
        for _ in 0..8 {
            let point = match self.assign(&conjs, &tied) {
                Answer::Sat(point) => point,
                other => return other,
            };
            let clash = state.rels.iter().find_map(|rel| {
                let (a, b) = (self.of(&point, rel.a), self.of(&point, rel.b));
                let value = a.as_ref().and_then(|values| values.first()).cloned().unwrap_or_default();
                ((a == b) != rel.same && (rel.same || a.is_some())).then_some((*rel, value))
            });
            let Some((clash, value)) = clash else { return Answer::Sat(point) };
            if clash.same {
                return Answer::Limit;
            }
            let moved = [clash.a, clash.b].into_iter().find_map(|dim| self.without(&conjs, &tied, dim, &value));
            match moved {
                Some(next) => conjs = next,
                None if state.rels.len() == 1 => return Answer::Unsat,
                None => return Answer::Limit,
            }
        }
        Answer::Limit
    }

    /// The conjunctions with one value of a dimension excluded, if that leaves any.
    fn without(
        &mut self,
        conjs: &[(Dim, ConjId)],
        tied: &[(Dim, Dim)],
        dim: Dim,
        value: &str,
    ) -> Option<Vec<(Dim, ConjId)>> {
        use super::super::theory::{Glob, GlobSet, Pred, Set};
        let set = Set::Text(std::sync::Arc::new(GlobSet::new(vec![Glob::exact(value, false)])));
        let not = Lit::is(Pred { set, not: true });
        let root = tied.iter().find(|(one, _)| *one == dim).map_or(dim, |(_, root)| *root);
        let mut state = State { conjs: conjs.to_vec(), ..State::default() };
        let lits = match self.world.is_derived(self.arena, root) {
            true => self.world.tie(self.arena, root, not)?,
            false => vec![self.arena.lit(root, not)],
        };
        self.add(&mut state, &lits, &[]).then_some(state.conjs)
    }

    /// Puts what is asked of dimensions with the same value on one of them. Gives the conjunctions, and for each other
    /// dimension the one that has its value.
    #[allow(clippy::type_complexity, reason = "conjunctions and pairs")]
    fn merge(&mut self, state: &State) -> Option<(Vec<(Dim, ConjId)>, Vec<(Dim, Dim)>)> {
        let mut tied: Vec<(Dim, Dim)> = Vec::new();
        let root = |tied: &[(Dim, Dim)], dim: Dim| tied.iter().find(|(one, _)| *one == dim).map_or(dim, |(_, to)| *to);
        for rel in state.rels.iter().filter(|rel| rel.same) {
            let (a, b) = (root(&tied, rel.a), root(&tied, rel.b));
            if a == b {
                continue;
            }
            // What follows from who asks leads.
            let (from, to) = if self.world.is_derived(self.arena, a) { (b, a) } else { (a, b) };
            for pair in &mut tied {
                if pair.1 == from {
                    pair.1 = to;
                }
            }
            tied.push((from, to));
        }
        let mut merged = State { conjs: state.conjs.clone(), ..State::default() };
        for (from, to) in tied.clone() {
            let parts = self.arena.parts(state.conj(from)).to_vec();
            for id in parts {
                let lit = self.arena.get(id).1.clone();
                let lits = match self.world.is_derived(self.arena, to) {
                    true => self.world.tie(self.arena, to, lit)?,
                    false => vec![self.arena.lit(to, lit)],
                };
                if !self.add(&mut merged, &lits, &[]) {
                    return None;
                }
            }
        }
        merged.conjs.retain(|(dim, _)| !tied.iter().any(|(from, _)| from == dim));
        Some((merged.conjs, tied))
    }

    fn assign(&mut self, conjs: &[(Dim, ConjId)], tied: &[(Dim, Dim)]) -> Answer<Point> {
        let mut point = Point::with_capacity(conjs.len() + tied.len());
        for (dim, conj) in conjs {
            match self.arena.solve(*conj) {
                Answer::Sat(value) => point.push((*dim, value.clone())),
                Answer::Unsat => return Answer::Unsat,
                Answer::Limit => return Answer::Limit,
            }
        }
        let more: Vec<(Dim, Value)> = tied.iter().map(|(dim, root)| (*dim, self.of(&point, *root))).collect();
        point.extend(more);
        point.sort_unstable_by_key(|(dim, _)| *dim);
        Answer::Sat(point)
    }
}
