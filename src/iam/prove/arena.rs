//! Literals and conjunctions of them, each kept once, with what is known about them.

use super::super::theory::{Answer, Form, Lit, Value, solve};
use rustc_hash::FxHashMap;

/// A dimension of requests: an interned key. The first ones have names.
pub(super) type Dim = u32;
/// The action.
pub(super) const ACTION: Dim = 0;
/// The resource.
pub(super) const RESOURCE: Dim = 1;
/// `aws:PrincipalArn`.
pub(super) const ARN: Dim = 2;
/// `aws:PrincipalAccount`: part of the ARN, except for relations.
pub(super) const ACCOUNT: Dim = 3;
/// `aws:PrincipalServiceName`.
pub(super) const SERVICE: Dim = 4;
/// The identity provider of who is not yet a role.
pub(super) const PROVIDER: Dim = 5;
/// The canonical user id.
pub(super) const CANONICAL: Dim = 6;
/// The name of the session of a role.
pub(super) const SESSION: Dim = 7;
/// The names of these dimensions; the others are condition keys in lower case.
const NAMED: [&str; 8] = [
    "@action",
    "@resource",
    "aws:principalarn",
    "aws:principalaccount",
    "aws:principalservicename",
    "@federated",
    "@canonical",
    "@session",
];

/// A literal on one dimension. The complement of `n` is `n ^ 1`.
pub(super) type LitId = u32;
/// A conjunction of literals on one dimension.
pub(super) type ConjId = u32;
/// The conjunction of nothing.
pub(super) const EMPTY: ConjId = 0;

/// That two dimensions have the same value, or different ones. Both are present where it is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Rel {
    /// One, the smaller.
    pub(super) a: Dim,
    /// The other.
    pub(super) b: Dim,
    /// Whether they are the same.
    pub(super) same: bool,
}

impl Rel {
    /// Of two dimensions in any order.
    pub(super) fn new(a: Dim, b: Dim, same: bool) -> Self {
        Self { a: a.min(b), b: a.max(b), same }
    }
}

/// Literals and conjunctions.
#[derive(Debug)]
pub(super) struct Arena {
    keys: Vec<Box<str>>,
    key_ids: FxHashMap<Box<str>, Dim>,
    /// Keys that may have several values.
    several: Vec<bool>,
    lits: Vec<(Dim, Lit)>,
    lit_ids: FxHashMap<(Dim, Lit), LitId>,
    conjs: Vec<Box<[LitId]>>,
    conj_ids: FxHashMap<Box<[LitId]>, ConjId>,
    sums: FxHashMap<(ConjId, LitId), ConjId>,
    answers: Vec<Option<Answer<Value>>>,
}

impl Arena {
    pub(super) fn new() -> Self {
        let mut arena = Self {
            keys: Vec::new(),
            key_ids: FxHashMap::default(),
            several: Vec::new(),
            lits: Vec::new(),
            lit_ids: FxHashMap::default(),
            conjs: vec![Box::default()],
            conj_ids: FxHashMap::default(),
            sums: FxHashMap::default(),
            answers: vec![Some(Answer::Sat(None))],
        };
        for name in NAMED {
            arena.dim(name);
        }
        arena
    }

    /// How much is kept.
    pub(super) fn size(&self) -> usize {
        self.conjs.len() + self.lits.len()
    }

    /// The dimension of a key, given in lower case.
    pub(super) fn dim(&mut self, key: &str) -> Dim {
        if let Some(dim) = self.key_ids.get(key) {
            return *dim;
        }
        let dim = self.keys.len() as Dim;
        self.keys.push(key.into());
        self.key_ids.insert(key.into(), dim);
        self.several.push(super::keys::has_several_values(key));
        dim
    }

    /// The key of a dimension.
    pub(super) fn key(&self, dim: Dim) -> &str {
        &self.keys[dim as usize]
    }

    /// Whether the key may have several values.
    pub(super) fn has_several(&self, dim: Dim) -> bool {
        self.several[dim as usize]
    }

    /// Notes that the key is used as one with several values.
    pub(super) fn set_several(&mut self, dim: Dim) {
        // What AWS documents as single-valued stays so, whatever operator is used.
        if !self.keys[dim as usize].starts_with("aws:") && dim > SESSION && !self.several[dim as usize] {
            self.several[dim as usize] = true;
            for (conj, answer) in self.conjs.iter().zip(&mut self.answers).skip(1) {
                if self.lits[conj[0] as usize].0 == dim {
                    *answer = None;
                }
            }
        }
    }

    /// The literal, kept once.
    pub(super) fn lit(&mut self, dim: Dim, lit: Lit) -> LitId {
        if let Some(id) = self.lit_ids.get(&(dim, lit.clone())) {
            return *id;
        }
        let id = self.lits.len() as LitId;
        let not = lit.complement();
        self.lits.push((dim, lit.clone()));
        self.lits.push((dim, not.clone()));
        self.lit_ids.insert((dim, lit), id);
        self.lit_ids.insert((dim, not), id + 1);
        id
    }

    /// A literal and its dimension.
    pub(super) fn get(&self, id: LitId) -> (Dim, &Lit) {
        let (dim, lit) = &self.lits[id as usize];
        (*dim, lit)
    }

    /// The conjunction with one more literal.
    pub(super) fn and(&mut self, conj: ConjId, lit: LitId) -> ConjId {
        if let Some(sum) = self.sums.get(&(conj, lit)) {
            return *sum;
        }
        let mut lits = self.conjs[conj as usize].to_vec();
        if let Err(at) = lits.binary_search(&lit) {
            lits.insert(at, lit);
        }
        let sum = self.conj(lits);
        self.sums.insert((conj, lit), sum);
        sum
    }

    /// The conjunction of sorted literals.
    fn conj(&mut self, lits: Vec<LitId>) -> ConjId {
        if let Some(id) = self.conj_ids.get(lits.as_slice()) {
            return *id;
        }
        let id = self.conjs.len() as ConjId;
        self.conjs.push(lits.clone().into());
        self.conj_ids.insert(lits.into(), id);
        self.answers.push(None);
        id
    }

    /// The literals of a conjunction.
    pub(super) fn parts(&self, conj: ConjId) -> &[LitId] {
        &self.conjs[conj as usize]
    }

    /// Whether a conjunction can hold, and how.
    pub(super) fn solve(&mut self, conj: ConjId) -> &Answer<Value> {
        if self.answers[conj as usize].is_none() {
            let lits = &self.conjs[conj as usize];
            let clash = lits.windows(2).any(|pair| pair[0] ^ 1 == pair[1]);
            let answer = if clash {
                Answer::Unsat
            } else {
                let dim = self.lits[lits[0] as usize].0;
                let parts: Vec<&Lit> = lits.iter().map(|lit| &self.lits[*lit as usize].1).collect();
                solve(&parts, !self.several[dim as usize])
            };
            self.answers[conj as usize] = Some(answer);
        }
        self.answers[conj as usize].as_ref().unwrap_or(&Answer::Limit)
    }

    /// Whether the literal says nothing.
    pub(super) fn is_trivial(lit: &Lit) -> bool {
        lit.absent_ok && lit.form == Form::True
    }
}
