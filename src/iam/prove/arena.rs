//! Literals and conjunctions of them, each kept once, with what is known about them.

use super::super::catalogue::{ActionId, ActionSet, Catalogue, catalogue};
use super::super::theory::{Answer, Form, Glob, Lit, Pred, Set, Value, solve};
use super::typing::Kind;
use rustc_hash::FxHashMap;
use std::rc::Rc;
use std::sync::LazyLock;

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

/// Actions that people know, which make the better witnesses.
static KNOWN: LazyLock<Vec<ActionId>> = LazyLock::new(|| {
    let names = ["s3:GetObject", "s3:ListBucket", "s3:PutObject", "iam:PassRole", "sts:AssumeRole", "ec2:RunInstances"];
    names.iter().filter_map(|name| catalogue().action(name)).map(|action| action.id).collect()
});

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
pub(super) struct Arena {
    keys: Vec<Box<str>>,
    key_ids: FxHashMap<Box<str>, Dim>,
    /// Keys that may have several values.
    several: Vec<bool>,
    lits: Vec<(Dim, Lit)>,
    lit_ids: FxHashMap<(Dim, Lit), LitId>,
    /// Literals that are known by name only.
    symbols: FxHashMap<(Dim, String), LitId>,
    conjs: Vec<Box<[LitId]>>,
    conj_ids: FxHashMap<Box<[LitId]>, ConjId>,
    sums: FxHashMap<(ConjId, LitId), ConjId>,
    answers: Vec<Option<Answer<Value>>>,
    /// Where actions are those that AWS has, and no others.
    catalogue: Option<&'static Catalogue>,
    /// The known actions of literals on the action.
    actions: FxHashMap<LitId, Rc<ActionSet>>,
    /// Whether known actions are for their resources only.
    pub(super) typed: bool,
    /// The kinds of known actions.
    pub(super) kinds: FxHashMap<ActionId, Kind>,
}

impl Arena {
    pub(super) fn new(catalogue: Option<&'static Catalogue>) -> Self {
        let mut arena = Self {
            catalogue,
            actions: FxHashMap::default(),
            typed: false,
            kinds: FxHashMap::default(),
            keys: Vec::new(),
            key_ids: FxHashMap::default(),
            several: Vec::new(),
            lits: Vec::new(),
            lit_ids: FxHashMap::default(),
            symbols: FxHashMap::default(),
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
        let key = &*self.keys[dim as usize];
        let may = dim > SESSION && !self.several[dim as usize] && !key.starts_with("aws:");
        if may && catalogue().condition_key(key).is_none_or(|known| known.multivalued) {
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

    /// A literal of which only bounds are known, by a name that says all about it: `lit` stands for it, `not` for its complement.
    /// A request may be in both, but not where both are asked: the one excludes the other.
    pub(super) fn symbol(&mut self, dim: Dim, name: String, lit: Lit, not: Lit) -> LitId {
        let next = self.lits.len() as LitId;
        let id = *self.symbols.entry((dim, name)).or_insert(next);
        if id == next {
            self.lits.extend([(dim, lit), (dim, not)]);
        }
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
            let dim = self.lits[lits[0] as usize].0;
            let answer = if clash {
                Answer::Unsat
            } else if let (ACTION, Some(catalogue)) = (dim, self.catalogue) {
                self.action(catalogue, conj)
            } else {
                let parts: Vec<&Lit> = lits.iter().map(|lit| &self.lits[*lit as usize].1).collect();
                solve(&parts, !self.several[dim as usize])
            };
            self.answers[conj as usize] = Some(answer);
        }
        self.answers[conj as usize].as_ref().unwrap_or(&Answer::Limit)
    }

    /// A known action of which all literals hold.
    fn action(&mut self, catalogue: &'static Catalogue, conj: ConjId) -> Answer<Value> {
        let lits = self.conjs[conj as usize].clone();
        let Some(mut all) = lits.first().map(|lit| (*self.actions_of(catalogue, *lit)).clone()) else {
            return Answer::Limit;
        };
        for lit in &lits[1..] {
            all.intersect_with(&self.actions_of(catalogue, *lit));
        }
        let known = KNOWN.iter().copied().find(|id| all.contains(*id));
        let name =
            known.or_else(|| all.iter().next()).and_then(|id| catalogue.by_id(id)).map(|action| action.to_string());
        name.map_or(Answer::Unsat, |name| Answer::Sat(Some(vec![name])))
    }

    /// The known actions of which a literal holds.
    pub(super) fn actions_of(&mut self, catalogue: &'static Catalogue, id: LitId) -> Rc<ActionSet> {
        if let Some(known) = self.actions.get(&id) {
            return Rc::clone(known);
        }
        let lit = &self.lits[id as usize].1;
        let set = match (&lit.form, lit.pred()) {
            (_, Some(Pred { set: Set::Text(globs), not })) => {
                let patterns: Vec<String> = globs.globs().iter().map(Glob::to_string).collect();
                let set = catalogue.set_matching(patterns.iter().map(String::as_str));
                if *not { set.complement() } else { set }
            }
            (Form::True, _) => ActionSet::new(catalogue).complement(),
            _ => ActionSet::new(catalogue),
        };
        let set = Rc::new(set);
        self.actions.insert(id, Rc::clone(&set));
        set
    }

    /// A literal that holds of the known actions of a set. Two sets are one literal when they are the same.
    pub(super) fn lit_of_actions(&mut self, set: &ActionSet) -> LitId {
        let known =
            self.actions.iter().find(|(id, known)| ***known == *set && self.lits[**id as usize].1.pred().is_none());
        if let Some((id, _)) = known {
            return *id;
        }
        // No name is like this one, so the literal is nobody else's.
        let id = self.lits.len() as LitId;
        let lit = Lit { absent_ok: false, form: Form::True };
        self.lits.extend([(ACTION, lit.clone()), (ACTION, lit.complement())]);
        self.actions.insert(id, Rc::new(set.clone()));
        self.actions.insert(id + 1, Rc::new(set.complement()));
        id
    }

    /// The catalogue that actions are from, if there is one.
    pub(super) fn catalogue(&self) -> Option<&'static Catalogue> {
        self.catalogue
    }

    /// Whether the literal says nothing.
    pub(super) fn is_trivial(lit: &Lit) -> bool {
        lit.absent_ok && lit.form == Form::True
    }
}
