//! Statements to boxes: products of literals, one set of them for each bound.

use super::super::document::{Effect, Element, Policy, Statement, Text, Version};
use super::super::theory::{Form, Glob, GlobSet, Lit, Pred, Set};
use super::arena::{ACTION, Arena, Dim, LitId, RESOURCE, Rel};
use super::variable::{self, Pinned};
use super::{Reason, condition, principal};
use std::sync::Arc;

/// More boxes of one statement than these, and it is approximated.
const BOXES: usize = 64;

/// Which way parts that are not known exactly are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Bound {
    /// The statement matches all that it could match.
    Wide,
    /// The statement matches only what it surely matches.
    Narrow,
}

impl Bound {
    /// The other one, for what is negated.
    pub(super) fn flip(self, negated: bool) -> Self {
        match (self, negated) {
            (Bound::Wide, true) => Bound::Narrow,
            (Bound::Narrow, true) => Bound::Wide,
            (bound, false) => bound,
        }
    }
}

/// A product of literals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Region {
    /// Kinds of principals, as bits.
    pub(super) kinds: u8,
    /// What is asked of single dimensions.
    pub(super) lits: Vec<LitId>,
    /// What is asked of pairs.
    pub(super) rels: Vec<Rel>,
}

/// The boxes of a policy in one bound.
#[derive(Debug, Default)]
pub(super) struct Compiled {
    pub(super) allows: Vec<Region>,
    pub(super) denies: Vec<Region>,
    /// Whether the other bound may differ.
    pub(super) inexact: bool,
    /// Why.
    pub(super) reasons: Vec<Reason>,
    /// Variables that were approximated.
    pub(super) variables: Vec<Dim>,
}

/// Compiles one policy.
pub(super) struct Compiler<'a> {
    pub(super) arena: &'a mut Arena,
    pub(super) bound: Bound,
    /// The bound of the whole search: what is known by bounds only is asked wide, and denied narrow, in the wide one.
    pub(super) search: Bound,
    pub(super) pinned: &'a Pinned,
    pub(super) version: Version,
    pub(super) out: Compiled,
}

/// One way to satisfy a part of a statement.
pub(super) type Way = (Vec<LitId>, Vec<Rel>);

/// The patterns of an element, with what became of its variables.
pub(super) struct Patterns {
    pub(super) globs: Vec<Glob>,
    /// Whether everything may match.
    pub(super) all: bool,
}

/// Compiles a policy: its allows by one bound, its denies by the other.
pub(super) fn policy(arena: &mut Arena, policy: &Policy, bound: Bound, search: Bound, pinned: &Pinned) -> Compiled {
    let out = Compiled::default();
    let mut compiler = Compiler { arena, bound, search, pinned, version: policy.version, out };
    for statement in &policy.statements {
        // Of a statement without a known effect: it allows in the wide bound of allows, denies in the wide bound of denies.
        if statement.effect != Some(Effect::Deny) {
            compiler.statement(statement, bound, Effect::Allow);
        }
        if statement.effect != Some(Effect::Allow) {
            compiler.statement(statement, bound.flip(true), Effect::Deny);
        }
    }
    if !policy.open.is_empty() {
        compiler.unknown(&policy.open);
        let anything = Region { kinds: principal::ALL, lits: Vec::new(), rels: Vec::new() };
        match bound {
            Bound::Wide => compiler.out.allows.push(anything),
            Bound::Narrow => compiler.out.denies.push(anything),
        }
    }
    compiler.out
}

impl Compiler<'_> {
    fn statement(&mut self, statement: &Statement, bound: Bound, effect: Effect) {
        if statement.effect.is_none() {
            self.unknown(&statement.causes);
            if bound == Bound::Narrow {
                return;
            }
        }
        self.bound = bound;
        let mut common = Vec::new();
        common.extend(self.element(ACTION, &statement.actions));
        if let Some(resources) = &statement.resources {
            common.extend(self.element(RESOURCE, resources));
        }
        if !statement.conditions_open.is_empty() {
            self.unknown(&statement.conditions_open);
            if bound == Bound::Narrow {
                return;
            }
        }
        let mut ways: Vec<Way> = vec![(common, Vec::new())];
        for condition in &statement.conditions {
            let alternatives = condition::ways(self, condition);
            if ways.len() * alternatives.len() > BOXES {
                self.out.inexact = true;
                self.out.reasons.push(Reason::Limit);
                match bound {
                    Bound::Wide => continue,
                    Bound::Narrow => return,
                }
            }
            ways = product(&ways, &alternatives);
        }
        let who = principal::ways(self, statement.principals.as_ref());
        for (kinds, lits) in &who {
            for (others, rels) in &ways {
                let mut lits: Vec<LitId> = lits.iter().chain(others).copied().collect();
                lits.sort_unstable();
                lits.dedup();
                let region = Region { kinds: *kinds, lits, rels: rels.clone() };
                match effect {
                    Effect::Allow => self.out.allows.push(region),
                    Effect::Deny => self.out.denies.push(region),
                }
            }
        }
    }

    /// What an element asks.
    fn element(&mut self, dim: Dim, element: &Element) -> Option<LitId> {
        let found = self.element_in(dim, element, self.bound);
        if !self.is_symbolic(&element.texts) || !element.open.is_empty() {
            return found.map(|lit| self.arena.lit(dim, lit));
        }
        let everything = || Lit { absent_ok: true, form: Form::True };
        let other = self.element_in(dim, element, self.bound.flip(true));
        Some(self.symbol(
            dim,
            element.negated.to_string(),
            &element.texts,
            found.unwrap_or_else(everything),
            other.unwrap_or_else(everything),
        ))
    }

    fn element_in(&mut self, dim: Dim, element: &Element, bound: Bound) -> Option<Lit> {
        let bound = bound.flip(element.negated);
        let action = dim == ACTION;
        let found = self.patterns(&element.texts, bound, |text| match action {
            true => Glob::like(text, true),
            false => Glob::resource(text),
        });
        let mut all = found.all;
        if !element.open.is_empty() {
            self.unknown(&element.open);
            all |= bound == Bound::Wide;
        }
        let globs = if all { vec![Glob::like("*", action)] } else { found.globs };
        if all && !element.negated {
            return None;
        }
        let set = Set::Text(Arc::new(GlobSet::new(globs)));
        Some(Lit::is(Pred { set, not: element.negated }))
    }

    /// Whether the texts have variables that are approximated, and are known otherwise: then the same texts mean the same.
    pub(super) fn is_symbolic(&self, texts: &[Text]) -> bool {
        let open = |text: &Text| {
            let keys = variable::parts(&text.text).into_iter();
            keys.filter_map(|part| match part {
                variable::Part::Key(key, _) => Some(key),
                _ => None,
            })
            .any(|key| !self.pinned.contains_key(key.as_str()))
        };
        // Only where "no" is to be proved: for "yes", values are put in.
        self.search == Bound::Wide
            && self.version == Version::V2012
            && texts.iter().all(Text::is_known)
            && texts.iter().any(|text| text.text.contains("${") && open(text))
    }

    /// A literal known by bounds: in the bound of the statement, and in the other.
    pub(super) fn symbol(&mut self, dim: Dim, kind: String, texts: &[Text], here: Lit, there: Lit) -> LitId {
        let mut name = kind;
        let mut texts: Vec<&str> = texts.iter().map(|text| &*text.text).collect();
        texts.sort_unstable();
        for text in texts {
            name.push('\n');
            name.push_str(text);
        }
        let (lit, other) = if self.bound == Bound::Wide { (here, there) } else { (there, here) };
        self.arena.symbol(dim, name, lit, other.complement())
    }

    /// The patterns of texts in a bound: what is not known is a star, or left out.
    pub(super) fn patterns(&mut self, texts: &[Text], bound: Bound, glob: impl Fn(&str) -> Glob) -> Patterns {
        let mut found = Patterns { globs: Vec::with_capacity(texts.len()), all: false };
        for text in texts {
            if !text.is_known() {
                self.unknown(&[]);
                match bound {
                    Bound::Narrow => continue,
                    Bound::Wide => {
                        let wide = text.widened();
                        found.all |= wide.bytes().all(|byte| byte == b'*');
                        // A wildcard may stand for the colons of an unknown part too.
                        found.globs.push(Glob::like(&wide, glob("").fold()));
                        continue;
                    }
                }
            }
            if self.version == Version::V2012 && text.text.contains("${") {
                found.globs.extend(variable::pattern(self, &text.text, bound, &glob));
            } else {
                found.globs.push(glob(&text.text));
            }
        }
        found
    }

    /// The literal, or nothing when it says nothing.
    pub(super) fn lit(&mut self, dim: Dim, lit: Lit) -> Vec<LitId> {
        if Arena::is_trivial(&lit) { Vec::new() } else { vec![self.arena.lit(dim, lit)] }
    }

    /// Notes that something is not known.
    pub(super) fn unknown(&mut self, causes: &[crate::value::Cause]) {
        self.out.inexact = true;
        for cause in causes {
            let reason = Reason::Unknown(cause.clone());
            if !self.out.reasons.contains(&reason) {
                self.out.reasons.push(reason);
            }
        }
        if causes.is_empty() && self.out.reasons.is_empty() {
            self.out
                .reasons
                .push(Reason::Unknown(crate::value::Cause::NotInInput { what: "a part of the policy".into() }));
        }
    }

    /// A literal that nothing satisfies.
    pub(super) fn never(&mut self, dim: Dim) -> Vec<LitId> {
        vec![self.arena.lit(dim, Lit { absent_ok: false, form: Form::False })]
    }
}

/// All combinations of one of each.
pub(super) fn product(a: &[Way], b: &[Way]) -> Vec<Way> {
    let both = |(lits, rels): &Way, (more, further): &Way| {
        (lits.iter().chain(more).copied().collect(), rels.iter().chain(further).copied().collect())
    };
    a.iter().flat_map(|x| b.iter().map(move |y| both(x, y))).collect()
}
