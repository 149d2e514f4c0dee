//! Principals as constraints on keys.
//!
//! Source: "IAM JSON policy elements: Principal" in the IAM User Guide.

use super::super::document::{Principal, PrincipalKind, Principals};
use super::super::theory::{Glob, GlobSet, Lit, Pred, Scope, Set, Tok};
use super::Reason;
use super::arena::{ARN, CANONICAL, Dim, LitId, PROVIDER, SERVICE, SESSION};
use super::compile::{Bound, Compiler};
use std::sync::Arc;

/// Roots, users, roles and federated users of accounts.
pub(super) const OF_ACCOUNT: u8 = 1;
/// Services in their own name.
pub(super) const OF_SERVICE: u8 = 2;
/// Nobody.
pub(super) const ANONYMOUS: u8 = 4;
/// Who is signed in with an identity provider and is not yet a role.
pub(super) const FEDERATED: u8 = 8;
/// An account that is only known by its canonical id.
pub(super) const BY_CANONICAL_ID: u8 = 16;
/// All of them.
pub(super) const ALL: u8 = 31;

/// The principals of one kind that an element names.
#[derive(Default)]
struct Named {
    arns: Vec<Glob>,
    /// ARNs of roles, with names of sessions.
    sessions: Vec<(Vec<Glob>, Glob)>,
    services: Vec<Glob>,
    providers: Vec<Glob>,
    canonical: Vec<Glob>,
    anyone: bool,
}

/// The ways to be one of the principals: kinds and literals.
pub(super) fn ways(compiler: &mut Compiler<'_>, principals: Option<&Principals>) -> Vec<(u8, Vec<LitId>)> {
    let Some(principals) = principals else {
        // What has no such element is attached to those who ask.
        return vec![(OF_ACCOUNT, Vec::new())];
    };
    let bound = compiler.bound.flip(principals.negated);
    let mut named = Named::default();
    for principal in &principals.list {
        name(compiler, principal, bound, &mut named);
    }
    if !principals.open.is_empty() {
        compiler.unknown(&principals.open);
        named.anyone |= bound == Bound::Wide;
    }
    if principals.negated { all_but(compiler, named) } else { any(compiler, named) }
}

fn name(compiler: &mut Compiler<'_>, principal: &Principal, bound: Bound, named: &mut Named) {
    let known = principal.text.is_known();
    if !known {
        compiler.unknown(&[]);
        if bound == Bound::Narrow {
            return;
        }
    }
    let text = principal.text.widened();
    let glob = |text: &str| if known { Glob::exact(text, false) } else { Glob::like(text, false) };
    match principal.kind {
        PrincipalKind::Anyone => named.anyone = true,
        PrincipalKind::Aws if !known && text.starts_with('*') => named.anyone = true,
        PrincipalKind::Aws => aws(&text, known, named),
        PrincipalKind::Service => named.services.push(glob(&text)),
        PrincipalKind::Federated => named.providers.push(glob(&text)),
        PrincipalKind::CanonicalUser => named.canonical.push(glob(&text)),
    }
}

/// An account, or the ARN of someone in it.
fn aws(text: &str, known: bool, named: &mut Named) {
    let glob = |text: &str| if known { Glob::exact(text, false) } else { Glob::like(text, false) };
    if !text.contains(':') {
        // An account id, or a token for one. Unique ids of deleted principals are nobody's ARN and match no one.
        named.arns.push(of_account(glob(text).toks(), false));
        return;
    }
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    match parts.as_slice() {
        [_, _, "iam", _, account, "root"] => named.arns.push(of_account(glob(account).toks(), false)),
        [_, _, "sts", _, account, rest] if rest.starts_with("assumed-role/") => {
            let mut names = rest.split('/').skip(1);
            let (role, session) = (names.next().unwrap_or_default(), names.next().unwrap_or("*"));
            let path = |between: &str| format!("arn:*:iam::{account}:role/{between}{role}");
            named.sessions.push((vec![Glob::arn(&path("")), Glob::arn(&path("*/"))], Glob::like(session, false)));
        }
        _ => named.arns.push(glob(text)),
    }
}

/// ARNs of principals in an account.
pub(super) fn of_account(account: &[Tok], fold: bool) -> Glob {
    let star = Tok::Star(Scope::Part);
    let lits = |text: &'static str| text.chars().map(Tok::Lit);
    let toks = lits("arn:")
        .chain([star, Tok::Lit(':'), star])
        .chain(lits("::"))
        .chain(account.iter().map(|tok| match tok {
            Tok::Star(_) => star,
            Tok::One(_) => Tok::One(Scope::Part),
            Tok::Lit(_) => *tok,
        }))
        .chain([Tok::Lit(':'), Tok::Star(Scope::All)]);
    Glob::new(toks, fold)
}

fn within(compiler: &mut Compiler<'_>, dim: Dim, globs: Vec<Glob>, not: bool) -> LitId {
    let pred = Pred { set: Set::Text(Arc::new(GlobSet::new(globs))), not };
    compiler.arena.lit(dim, Lit::is(pred))
}

/// That a session of a role is, or is not, the one.
fn session(compiler: &mut Compiler<'_>, name: &Glob, not: bool) -> LitId {
    let pred = Pred { set: Set::Text(Arc::new(GlobSet::new(vec![name.clone()]))), not };
    let lit = Lit { absent_ok: not, ..Lit::is(pred) };
    compiler.arena.lit(SESSION, lit)
}

fn any(compiler: &mut Compiler<'_>, named: Named) -> Vec<(u8, Vec<LitId>)> {
    if named.anyone {
        return vec![(ALL, Vec::new())];
    }
    let mut found = Vec::new();
    if !named.arns.is_empty() {
        found.push((OF_ACCOUNT, vec![within(compiler, ARN, named.arns, false)]));
    }
    for (roles, name) in named.sessions {
        let role = within(compiler, ARN, roles, false);
        found.push((OF_ACCOUNT, vec![role, session(compiler, &name, false)]));
    }
    for (kind, dim, globs) in [
        (OF_SERVICE, SERVICE, named.services),
        (FEDERATED, PROVIDER, named.providers),
        (BY_CANONICAL_ID, CANONICAL, named.canonical),
    ] {
        if !globs.is_empty() {
            found.push((kind, vec![within(compiler, dim, globs, false)]));
        }
    }
    found
}

fn all_but(compiler: &mut Compiler<'_>, named: Named) -> Vec<(u8, Vec<LitId>)> {
    if named.anyone {
        return Vec::new();
    }
    let mut accounts: Vec<Vec<LitId>> = vec![Vec::new()];
    if !named.arns.is_empty() {
        accounts = vec![vec![within(compiler, ARN, named.arns, true)]];
    }
    for (at, (roles, name)) in named.sessions.into_iter().enumerate() {
        // Each session doubles the ways; beyond a few, all sessions of the roles are left out.
        if at >= 4 {
            compiler.out.inexact = true;
            compiler.out.reasons.push(Reason::Limit);
            match compiler.bound {
                Bound::Wide => break,
                Bound::Narrow => accounts.clear(),
            }
            continue;
        }
        let other = [within(compiler, ARN, roles, true), session(compiler, &name, true)];
        accounts = accounts.iter().flat_map(|way| other.map(|lit| [way.as_slice(), &[lit]].concat())).collect();
    }
    let mut found: Vec<(u8, Vec<LitId>)> = accounts.into_iter().map(|lits| (OF_ACCOUNT, lits)).collect();
    found.push((ANONYMOUS, Vec::new()));
    for (kind, dim, globs) in [
        (OF_SERVICE, SERVICE, named.services),
        (FEDERATED, PROVIDER, named.providers),
        (BY_CANONICAL_ID, CANONICAL, named.canonical),
    ] {
        match globs.is_empty() {
            true => found.push((kind, Vec::new())),
            false => found.push((kind, vec![within(compiler, dim, globs, true)])),
        }
    }
    found
}
