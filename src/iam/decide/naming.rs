//! How a `Principal` element names who asks, for that decides what it is worth.
//!
//! Source: "AWS JSON policy elements: Principal", "... NotPrincipal" and "Policy evaluation logic" in the IAM User Guide, read
//! 2026-11-21.

use super::context::Values;
use super::doubt::Doubt;
use super::principal::{Principal, is_account};
use super::statement::Scope;
use crate::iam::document::{self, Effect, PrincipalKind, Principals, Text};
use crate::iam::pattern::{Match, matches};

/// In which ways a principal is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Named {
    /// By its account: that only delegates, and the account has to allow it as well.
    pub(super) account: Match,
    /// By its role (or the user behind a federated user): boundaries and session policies still limit.
    pub(super) role: Match,
    /// By itself, or as everyone: inside an account nothing but an explicit deny limits.
    pub(super) direct: Match,
}

impl Named {
    pub(super) const NO: Self = Self { account: Match::No, role: Match::No, direct: Match::No };
    pub(super) const UNKNOWN: Self = Self { account: Match::Unknown, role: Match::Unknown, direct: Match::Unknown };

    pub(super) const fn direct(direct: Match) -> Self {
        Self { direct, ..Self::NO }
    }

    pub(super) const fn or(self, other: Self) -> Self {
        Self {
            account: self.account.or(other.account),
            role: self.role.or(other.role),
            direct: self.direct.or(other.direct),
        }
    }

    /// All of them only if `other` is.
    pub(super) const fn and(self, other: Match) -> Self {
        Self { account: self.account.and(other), role: self.role.and(other), direct: self.direct.and(other) }
    }

    /// In any way.
    pub(super) const fn any(self) -> Match {
        self.account.or(self.role).or(self.direct)
    }
}

/// In which ways the element of a statement means the principal.
pub(super) fn named(
    element: &Principals,
    principal: &Principal,
    effect: Option<Effect>,
    scope: &mut Scope<'_>,
) -> Named {
    let mut found = Named::NO;
    if element.negated && element.list.iter().any(|entry| entry.kind == PrincipalKind::Anyone) {
        return found;
    }
    for entry in &element.list {
        found = found.or(by(entry, principal, scope));
    }
    if !element.open.is_empty() {
        found = found.or(Named::UNKNOWN);
    }
    if element.negated { except(found, principal, effect, scope) } else { found }
}

/// In which ways one entry names the principal.
fn by(entry: &document::Principal, principal: &Principal, scope: &mut Scope<'_>) -> Named {
    let text = &entry.text;
    match entry.kind {
        PrincipalKind::Anyone => Named::direct(Match::Yes),
        PrincipalKind::Aws => by_arn(text, principal, scope),
        PrincipalKind::Service => match principal {
            Principal::Service { name } => Named::direct(service(text, name, scope)),
            _ => Named::NO,
        },
        PrincipalKind::Federated => match principal {
            Principal::Provider { id } => Named::direct(equal(text, id, scope)),
            // The provider that a session came from may be meant in other policies than those of trust.
            Principal::Session { .. } if scope.context.one("aws:FederatedProvider") == Some(&*text.text) => {
                scope.doubts.push(Doubt::Undocumented("a federated principal for the sessions that came of it"));
                Named::direct(Match::Unknown)
            }
            _ => Named::NO,
        },
        PrincipalKind::CanonicalUser if principal.account().is_some() => {
            scope.doubts.push(Doubt::NotGiven("which account a canonical user id belongs to"));
            Named { account: Match::Unknown, ..Named::NO }
        }
        PrincipalKind::CanonicalUser => Named::NO,
    }
}

fn equal(text: &Text, known: &str, scope: &mut Scope<'_>) -> Match {
    if text.is_known() {
        return (&*text.text == known).into();
    }
    if matches(&text.widened(), known) { scope.unknown_part() } else { Match::No }
}

fn service(text: &Text, name: &str, scope: &mut Scope<'_>) -> Match {
    let found = equal(text, name, scope);
    match scope.context.get("aws:PrincipalServiceNamesList") {
        Some(Values::Many(names)) => found.or(names.contains(&text.text).into()),
        _ => found,
    }
}

/// An account, an ARN or a unique id.
fn by_arn(text: &Text, principal: &Principal, scope: &mut Scope<'_>) -> Named {
    let (Some(arn), Some(account), Some(partition)) = (principal.arn(), principal.account(), principal.partition())
    else {
        // Services, providers and nobody: only a text that is not known could be the wildcard that means them as well.
        return match text.is_known() || !matches(&text.widened(), "*") {
            true => Named::NO,
            false => Named::direct(scope.unknown_part()),
        };
    };
    if !text.is_known() {
        return by_unknown(text, principal, scope);
    }
    let text = &*text.text;
    let is_root = matches!(principal, Principal::Root { .. });
    let at_account = |found: Match| match is_root {
        true => Named { account: found, direct: found, ..Named::NO },
        false => Named { account: found, ..Named::NO },
    };
    if text == account || is_root_of(text, partition, account) {
        return at_account(Match::Yes);
    }
    if text.contains(['*', '?']) && could_name(text, principal, scope) {
        scope.doubts.push(Doubt::Refused("wildcards in the ARN of a principal"));
        return Named::UNKNOWN;
    }
    if !text.contains(':') {
        return by_id(text, principal, scope);
    }
    match principal {
        Principal::Role { .. } | Principal::Session { .. } => by_role(text, principal, scope),
        Principal::FederatedUser { .. } if text == arn => Named::direct(Match::Yes),
        Principal::FederatedUser { .. } => {
            let user = format!("arn:{partition}:iam::{account}:user/");
            if !text.starts_with(&user) {
                return Named::NO;
            }
            scope.doubts.push(Doubt::NotGiven("which user a federated user comes from"));
            Named { role: Match::Unknown, ..Named::NO }
        }
        _ => Named::direct((text == arn).into()),
    }
}

/// Whether `text` is `arn:PARTITION:iam::ACCOUNT:root`.
fn is_root_of(text: &str, partition: &str, account: &str) -> bool {
    let account_of = |text: &str| -> Option<bool> {
        let rest = text.strip_prefix("arn:")?.strip_prefix(partition)?.strip_prefix(":iam::")?;
        Some(rest.strip_prefix(account)? == ":root")
    };
    account_of(text).unwrap_or(false)
}

/// Whether a pattern would match an ARN that names the principal.
fn could_name(pattern: &str, principal: &Principal, scope: &Scope<'_>) -> bool {
    let root =
        || format!("arn:{}:iam::{}:root", principal.partition().unwrap_or("aws"), principal.account().unwrap_or(""));
    principal.arn().is_some_and(|arn| matches(pattern, arn))
        || scope.context.one("aws:PrincipalArn").is_some_and(|arn| matches(pattern, arn))
        || matches(pattern, &root())
}

/// A text with unknown parts.
fn by_unknown(text: &Text, principal: &Principal, scope: &mut Scope<'_>) -> Named {
    let pattern = text.widened();
    let could = |candidate: &str| matches(&pattern, candidate);
    // What a session of the role is called is not known either.
    let session = match principal {
        Principal::Role { .. } => {
            let name = principal.role_name().unwrap_or_default();
            pattern.starts_with('*')
                || pattern.contains(&format!(":assumed-role/{name}/"))
                || pattern.contains("sts::*")
        }
        _ => false,
    };
    if !could_name(&pattern, principal, scope)
        && !session
        && !["*", "AROA", "AIDA"].into_iter().chain(principal.account()).any(could)
    {
        return Named::NO;
    }
    scope.unknown_part();
    Named::UNKNOWN
}

fn by_role(text: &str, principal: &Principal, scope: &mut Scope<'_>) -> Named {
    if principal.is_of_role(text) {
        return Named { role: Match::Yes, ..Named::NO };
    }
    match principal {
        Principal::Session { arn } => Named::direct((text == &**arn).into()),
        _ => {
            let session = Principal::parse(text);
            let of_role = session.is_some_and(|session| {
                matches!(session, Principal::Session { .. })
                    && session.account() == principal.account()
                    && session.partition() == principal.partition()
                    && session.role_name() == principal.role_name()
            });
            if !of_role {
                return Named::NO;
            }
            scope.doubts.push(Doubt::NotGiven("the name of the session"));
            Named::direct(Match::Unknown)
        }
    }
}

/// A unique id such as `AROA...`, which policies show for principals that were deleted.
fn by_id(text: &str, principal: &Principal, scope: &mut Scope<'_>) -> Named {
    let role = principal.role_name().is_some();
    let of_kind = if role { text.starts_with("AROA") } else { text.starts_with("AIDA") };
    if is_account(text)
        || !of_kind
        || !matches!(principal, Principal::User { .. } | Principal::Role { .. } | Principal::Session { .. })
    {
        return Named::NO;
    }
    let found = match scope.context.get("aws:userid") {
        Some(Values::One(id)) => (id.split(':').next() == Some(text)).into(),
        _ => {
            scope.doubts.push(Doubt::NotGiven("the unique id of the principal"));
            Match::Unknown
        }
    };
    if role { Named { role: found, ..Named::NO } } else { Named::direct(found) }
}

/// `NotPrincipal`: everyone but those who are named.
fn except(named: Named, principal: &Principal, effect: Option<Effect>, scope: &mut Scope<'_>) -> Named {
    match effect {
        Some(Effect::Deny) => Named::direct(denied(named, principal, scope)),
        Some(Effect::Allow) => allowed(named, principal, scope),
        None => Named::UNKNOWN,
    }
}

/// "When you use `NotPrincipal` with `Deny`, you must also specify the account ARN of the not-denied principal." The account,
/// the role and the session may be looked at one by one, so that only who is named in all ways is surely spared.
fn denied(named: Named, principal: &Principal, scope: &mut Scope<'_>) -> Match {
    let identity = matches!(principal, Principal::User { .. } | Principal::Role { .. } | Principal::Session { .. });
    if scope.bounded && identity {
        // "... will always deny any IAM principal that has a permissions boundary policy attached, regardless of the values".
        return Match::Yes;
    }
    let spared = match principal {
        Principal::Root { .. } => named.account,
        Principal::User { .. } | Principal::FederatedUser { .. } => named.direct.and(named.account),
        Principal::Role { .. } | Principal::Session { .. } => named.direct.and(named.role).and(named.account),
        Principal::Service { .. } | Principal::Provider { .. } | Principal::Anonymous => named.direct,
    };
    match (spared, named.any()) {
        (Match::Yes, _) => Match::No,
        (_, Match::No) => Match::Yes,
        (Match::No, Match::Yes) => {
            scope
                .doubts
                .push(Doubt::Undocumented("`NotPrincipal` that names a part of account, role and session only"));
            Match::Unknown
        }
        _ => Match::Unknown,
    }
}

/// "Allows all principals except the one named", anonymous ones too.
fn allowed(named: Named, principal: &Principal, scope: &mut Scope<'_>) -> Named {
    let kept = named.role.or(named.direct).negated();
    if principal.account().is_none() {
        return Named::direct(kept);
    }
    if kept != Match::No {
        scope.doubts.push(Doubt::Undocumented("what a principal is allowed by `NotPrincipal`"));
    }
    let unsure = kept.and(Match::Unknown);
    Named { account: kept.and(named.account.negated().or(unsure)), role: Match::No, direct: unsure }
}
