//! The requests that are asked about, as boxes.

use super::super::theory::{Form, Glob, GlobSet, Lit, Pred, Set};
use super::arena::{ACTION, ARN, Arena, Dim, LitId, PROVIDER, RESOURCE};
use super::compile::Region;
use super::variable::Pinned;
use super::{Constraint, Prover, Space, Who, principal, world};
use std::sync::Arc;

impl Prover<'_> {
    /// The boxes of the space, with the values that are fixed for this search.
    pub(super) fn space(&mut self, space: &Space, pinned: &Pinned) -> Vec<Region> {
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
        if let Some(among) = &self.among {
            common.push(self.arena.lit_of_actions(among));
        }
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
        let account = principal::OF_ACCOUNT | principal::BY_CANONICAL_ID;
        let arns = |texts: &[String]| texts.iter().map(|text| Glob::arn(text)).collect::<Vec<_>>();
        let accounts = |texts: &[String]| texts.iter().map(|text| world::in_account(text)).collect::<Vec<_>>();
        match who {
            Who::Anyone => vec![(principal::ALL, Vec::new())],
            Who::Anonymous => vec![(principal::ANONYMOUS, Vec::new())],
            Who::Services => vec![(principal::OF_SERVICE, Vec::new())],
            Who::Arns(texts) => vec![(account, vec![arena.lit(ARN, is(arns(texts), false))])],
            Who::OtherArns(texts) => vec![(account, vec![arena.lit(ARN, is(arns(texts), true))])],
            Who::Accounts(texts) => vec![(account, vec![arena.lit(ARN, is(accounts(texts), false))])],
            Who::OutsideAccounts(texts) => {
                let providers = arena.lit(PROVIDER, is(accounts(texts), true));
                vec![
                    (principal::ANONYMOUS, Vec::new()),
                    (account, vec![arena.lit(ARN, is(accounts(texts), true))]),
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
                    (account, vec![other]),
                    (principal::FEDERATED, vec![providers]),
                ]
            }
        }
    }
}

/// A literal on a value that is there.
pub(super) fn is(globs: Vec<Glob>, not: bool) -> Lit {
    Lit::is(Pred { set: Set::Text(Arc::new(GlobSet::new(globs))), not })
}
