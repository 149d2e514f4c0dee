//! The kinds of principals one by one: in each, keys that follow from who asks are constants, or parts of the ARN, so that they
//! cannot contradict each other.
//!
//! Source: "AWS global condition context keys" and "Where you can use policy variables" in the IAM User Guide.

use super::super::theory::{Form, Glob, GlobSet, Lit, Pred, Scope, Set, Tok};
use super::arena::{ACCOUNT, ARN, Arena, CANONICAL, Dim, LitId, PROVIDER, RESOURCE, SERVICE, SESSION};
use super::compile::Region;
use super::{Accounts, Membership, keys, principal};
use crate::value::OPAQUE;
use std::sync::Arc;

/// Requests of one kind of principal.
pub(super) struct World {
    /// The kind, as a bit.
    pub(super) kind: u8,
    /// Where accounts of known organisations are told apart: the accounts, and whether they are meant.
    pub(super) members: Option<(Arc<Accounts>, bool)>,
}

/// The types of principals of accounts, with the shapes of their ARNs. A session of a role has the ARN of the role.
const SHAPES: [(&str, &str); 4] = [
    ("AssumedRole", "arn:*:iam::?*:role/?*"),
    ("User", "arn:*:iam::?*:user/?*"),
    ("FederatedUser", "arn:*:sts::?*:federated-user/?*"),
    ("Account", "arn:*:iam::?*:root"),
];

/// What a literal becomes in a world.
enum Becomes {
    Same,
    Nothing,
    Never,
    Other(LitId),
}

impl World {
    /// The region, as far as it lies in this world.
    pub(super) fn specialise(&self, arena: &mut Arena, region: &Region) -> Option<Region> {
        if region.kinds & self.kind == 0 {
            return None;
        }
        let mut lits = Vec::with_capacity(region.lits.len());
        for id in &region.lits {
            match self.translate(arena, *id) {
                Becomes::Same => lits.push(*id),
                Becomes::Nothing => {}
                Becomes::Never => return None,
                Becomes::Other(id) => lits.push(id),
            }
        }
        lits.sort_unstable();
        lits.dedup();
        Some(Region { kinds: self.kind, lits, rels: region.rels.clone() })
    }

    fn has_arn(&self) -> bool {
        self.kind & (principal::OF_ACCOUNT | principal::BY_CANONICAL_ID) != 0
    }

    fn translate(&self, arena: &mut Arena, id: LitId) -> Becomes {
        let (dim, lit) = arena.get(id);
        let lit = lit.clone();
        let constant = |value: Option<&str>| {
            let values = value.map(|value| [value.to_owned()]);
            if lit.holds(values.as_ref().map(|values| values.as_slice())) { Becomes::Nothing } else { Becomes::Never }
        };
        let key = arena.key(dim);
        let arn = self.has_arn();
        let service = self.kind == principal::OF_SERVICE;
        match dim {
            ARN if !arn => return constant(None),
            SESSION if !arn => return constant(None),
            SERVICE if !service => return constant(None),
            PROVIDER if self.kind != principal::FEDERATED => return constant(None),
            CANONICAL if self.kind != principal::BY_CANONICAL_ID => return constant(None),
            ACCOUNT if self.kind == principal::ANONYMOUS => return constant(Some("anonymous")),
            ACCOUNT if !arn => return constant(None),
            ACCOUNT => return account(arena, &lit),
            _ => {}
        }
        match key {
            "aws:principalorgid" | "aws:principalorgpaths" if self.is_inside() => self.member(arena, dim, &lit),
            "aws:principaltype" if self.kind == principal::ANONYMOUS => constant(Some("Anonymous")),
            "aws:principaltype" if arn => shapes(arena, &lit),
            "aws:principalisawsservice" if arn => constant(Some("false")),
            "aws:principalisawsservice" if service => constant(Some("true")),
            "aws:userid" if self.kind == principal::ANONYMOUS => constant(Some("anonymous")),
            "aws:username" if arn => username(arena, &lit),
            "aws:principalservicenameslist" if !service => constant(None),
            key if keys::is_of_services(key) && !service => constant(None),
            key if keys::is_of_signed(key) && !arn && !service => constant(None),
            "aws:principalorgid" | "aws:principalorgpaths" | "aws:username" if service => constant(None),
            _ => Becomes::Same,
        }
    }

    fn is_inside(&self) -> bool {
        self.members.as_ref().is_some_and(|(_, inside)| *inside)
    }

    /// A literal on the organisation of an account, as one on the ARN.
    fn member(&self, arena: &mut Arena, dim: Dim, lit: &Lit) -> Becomes {
        let Some((accounts, _)) = &self.members else { return Becomes::Same };
        let path = arena.key(dim) == "aws:principalorgpaths";
        let of = |member: &Membership| if path { member.path.clone() } else { member.organisation.clone() };
        let fitting = accounts.iter().filter(|(_, member)| lit.holds(Some(&[of(member)])));
        let globs: Vec<Glob> = fitting.map(|(account, _)| in_account(account)).collect();
        match globs.len() {
            0 => Becomes::Never,
            all if all == accounts.len() => Becomes::Nothing,
            _ => Becomes::Other(arena.lit(ARN, is(globs, false))),
        }
    }

    /// Whether the key follows from who asks.
    pub(super) fn is_derived(&self, arena: &Arena, dim: Dim) -> bool {
        let key = arena.key(dim);
        dim == ACCOUNT
            || self.has_arn() && matches!(key, "aws:username" | "aws:principaltype")
            || self.is_inside() && matches!(key, "aws:principalorgid" | "aws:principalorgpaths")
    }

    /// The value of a key that follows from who asks.
    pub(super) fn derive(&self, arena: &Arena, dim: Dim, arn: Option<&str>) -> Option<String> {
        match (arena.key(dim), arn) {
            ("aws:principalaccount", Some(arn)) => arn.split(':').nth(4).map(str::to_owned),
            ("aws:principalaccount", None) if self.kind == principal::ANONYMOUS => Some("anonymous".to_owned()),
            ("aws:username", Some(arn)) => {
                arn.split_once(":user/").and_then(|(_, name)| name.rsplit('/').next()).map(str::to_owned)
            }
            ("aws:principaltype", Some(arn)) => Some(type_of(arn).to_owned()),
            ("aws:principalorgid" | "aws:principalorgpaths", Some(arn)) => {
                let (accounts, _) = self.members.as_ref().filter(|(_, inside)| *inside)?;
                let member = accounts.get(arn.split(':').nth(4)?)?;
                let path = arena.key(dim) == "aws:principalorgpaths";
                Some(if path { member.path.clone() } else { member.organisation.clone() })
            }
            _ => None,
        }
    }

    /// A literal on a key that follows from who asks, as literals on who asks; `None` when nothing satisfies it.
    pub(super) fn tie(&self, arena: &mut Arena, dim: Dim, lit: Lit) -> Option<Vec<LitId>> {
        let id = arena.lit(dim, lit);
        match self.translate(arena, id) {
            Becomes::Same => Some(vec![id]),
            Becomes::Nothing => Some(Vec::new()),
            Becomes::Never => None,
            Becomes::Other(other) => Some(vec![other]),
        }
    }

    /// What every request of this world satisfies, for the dimensions that are used.
    pub(super) fn domain(&self, arena: &mut Arena, used: &[Dim]) -> Vec<LitId> {
        let mut found = Vec::new();
        if self.has_arn() {
            let globs = SHAPES.iter().map(|(_, shape)| Glob::arn(shape)).collect();
            found.push(arena.lit(ARN, is(globs, false)));
        }
        if let Some((accounts, inside)) = &self.members {
            let globs = accounts.keys().map(|account| in_account(account)).collect();
            found.push(arena.lit(ARN, is(globs, !inside)));
            let mut away = |key: &str, pattern: fn(&Membership) -> Glob| {
                let dim = arena.dim(key);
                if !inside && used.contains(&dim) {
                    let set = Set::Text(Arc::new(GlobSet::new(accounts.values().map(pattern).collect())));
                    let form = Form::ForAll(Arc::new(Pred { set, not: true }));
                    found.push(arena.lit(dim, Lit { absent_ok: true, form }));
                }
            };
            away("aws:principalorgid", |member| Glob::exact(&member.organisation, false));
            away("aws:principalorgpaths", |member| Glob::like(&format!("{}/*", member.organisation), false));
        }
        if self.kind == principal::OF_SERVICE {
            found.push(arena.lit(SERVICE, is(vec![Glob::like("?*.amazonaws.com*", false)], false)));
        }
        if self.kind == principal::FEDERATED {
            found.push(arena.lit(PROVIDER, Lit::PRESENT));
        }
        if self.kind == principal::BY_CANONICAL_ID {
            found.push(arena.lit(CANONICAL, Lit::PRESENT));
        }
        // What begins with a reference may be any ARN.
        let token = Glob::new([Tok::Lit(OPAQUE), Tok::Star(Scope::All)], false);
        let any = Glob::new([Tok::Lit('*')], false);
        found.push(arena.lit(RESOURCE, is(vec![Glob::arn("arn:*:*:*:*:*"), any, token], false)));
        for dim in used {
            let key = arena.key(*dim);
            let (always, bool) = (keys::is_always_present(key), keys::is_bool(key));
            if bool {
                let lit = is(vec![Glob::exact("true", true), Glob::exact("false", true)], false);
                found.push(arena.lit(*dim, Lit { absent_ok: !always, ..lit }));
            } else if always {
                found.push(arena.lit(*dim, Lit::PRESENT));
            }
        }
        found
    }
}

/// ARNs of principals in an account.
pub(super) fn in_account(account: &str) -> Glob {
    principal::of_account(Glob::exact(account, false).toks(), false)
}

/// The type of the principal of an account.
pub(super) fn type_of(arn: &str) -> &'static str {
    SHAPES.iter().find(|(_, shape)| Glob::arn(shape).matches(arn)).map_or("AssumedRole", |(name, _)| name)
}

/// A literal on a value that is there.
fn is(globs: Vec<Glob>, not: bool) -> Lit {
    Lit::is(Pred { set: Set::Text(Arc::new(GlobSet::new(globs))), not })
}

/// A literal on the account, as one on the ARN.
fn account(arena: &mut Arena, lit: &Lit) -> Becomes {
    match (&lit.form, lit.pred()) {
        (Form::True, _) => Becomes::Nothing,
        (Form::False, _) => Becomes::Never,
        (_, Some(Pred { set: Set::Text(globs), not })) => {
            let globs = globs.globs().iter().map(|glob| principal::of_account(glob.toks(), glob.fold())).collect();
            Becomes::Other(arena.lit(ARN, is(globs, *not)))
        }
        // Accounts compared as numbers are left untied: nobody writes them, and the witness is tested.
        _ => Becomes::Same,
    }
}

/// A literal on the type of principal, as one on the ARN.
fn shapes(arena: &mut Arena, lit: &Lit) -> Becomes {
    let fitting = SHAPES.iter().filter(|(name, _)| lit.holds(Some(&[(*name).to_owned()])));
    let globs: Vec<Glob> = fitting.map(|(_, shape)| Glob::arn(shape)).collect();
    match globs.len() {
        0 => Becomes::Never,
        4 => Becomes::Nothing,
        _ => Becomes::Other(arena.lit(ARN, is(globs, false))),
    }
}

/// A literal on the name of a user, which only users have: as one on the ARN.
fn username(arena: &mut Arena, lit: &Lit) -> Becomes {
    let user = |globs: Vec<Glob>, not: bool, arena: &mut Arena| Becomes::Other(arena.lit(ARN, is(globs, not)));
    let all = vec![Glob::arn(SHAPES[1].1)];
    let others = || [0, 2, 3].map(|at| Glob::arn(SHAPES[at].1)).to_vec();
    match (&lit.form, lit.pred()) {
        (Form::True, _) if lit.absent_ok => Becomes::Nothing,
        (Form::True, _) => user(all, false, arena),
        (Form::False, _) if lit.absent_ok => user(all, true, arena),
        (Form::False, _) => Becomes::Never,
        (_, Some(Pred { set: Set::Text(globs), not })) => {
            let mut named: Vec<Glob> = globs.globs().iter().flat_map(named).collect();
            if named.iter().any(Glob::fold) {
                // Names without regard to case: the other parts of the ARN are of one case anyway.
                named = named.into_iter().map(|glob| Glob::new(glob.toks().iter().copied(), true)).collect();
            }
            let fold = named.first().is_some_and(Glob::fold);
            let refold = |glob: Glob| Glob::new(glob.toks().iter().copied(), fold);
            // With `not`, what is excluded: these names, and where the key is needed everyone else.
            if lit.absent_ok != *not {
                named.extend(others().into_iter().map(refold));
            }
            user(named, *not, arena)
        }
        _ => Becomes::Same,
    }
}

/// The ARNs of users whose names match.
fn named(name: &Glob) -> [Glob; 2] {
    let narrow = |tok: &Tok| match tok {
        Tok::Star(_) => Tok::Star(Scope::Name),
        Tok::One(_) => Tok::One(Scope::Name),
        lit => *lit,
    };
    let make = |path: &str| {
        let start = Glob::arn(&format!("arn:*:iam::*:user/{path}"));
        let toks: Vec<Tok> = start.toks().iter().copied().chain(name.toks().iter().map(narrow)).collect();
        Glob::new(toks, name.fold())
    };
    [make(""), make("*/")]
}
