//! One method, tried by one principal on one target.

use super::account::{Held, PrincipalKind, other_name};
use super::ask::{Extra, Index, Lens};
use super::kinds::kind_of;
use super::methods::{Gains, Method, Needed, On};
use super::solve::{Place, Possible, Witness};
use super::trust::{admits_service, providers};
use crate::iam::Match;
use crate::iam::document::REGION;
use crate::iam::prove::Proof;
use crate::value::Cause;

/// Any region, and nothing that has further parts of an ARN.
const REGIONS: &str = "*-?";

/// AWS managed policies that make an administrator.
const ADMINISTRATOR_POLICIES: [&str; 2] = ["AdministratorAccess", "IAMFullAccess"];

/// How sure a path is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Everything that it needs is in the input.
    Shown,
    /// It needs a principal or a workload with more permissions that is not in the input; the policies reach any.
    Assumed,
    /// Part of it is not known.
    Unknown,
}

/// What a method is tried on.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Aim {
    /// There is no target.
    Nothing,
    /// A principal.
    Principal(usize),
    /// A workload with its role.
    Workload(usize, usize),
    /// Something that is not in the input, by its ARN.
    Ghost(String),
}

/// What a try gives.
#[derive(Debug, Clone)]
pub(super) enum Tried {
    Works(Level, Vec<Witness>),
    Unknown(Vec<Cause>),
    Fails,
}

impl Index<'_> {
    /// Whether the method works for the principal on the target.
    pub(super) fn attempt(&self, at: usize, method: &Method, aim: &Aim, lens: &Lens) -> Tried {
        let on = method.actions.iter().map(|needed| needed.on).find(|on| matches!(on, On::NewUser | On::NewRole));
        let Some(on) = on else { return self.attempt_on(at, method, aim, None, lens) };
        let kind = if on == On::NewUser { "user" } else { "role" };
        match self.attempt_on(at, method, aim, Some(&self.account.iam_arn(kind, &other_name())), lens) {
            works @ Tried::Works(..) => return works,
            _ if !method.bits.is_subset(self.people[at].allows) => return Tried::Fails,
            _ => {}
        }
        let patterns = vec![format!("arn:{}:iam::{}:{kind}/*", self.account.partition, self.any_account())];
        self.attempt_some(at, method, (on, &patterns), lens, |name| self.attempt_on(at, method, aim, Some(name), lens))
    }

    /// The number of the account, or any where it is not known.
    fn any_account(&self) -> &str {
        if self.account.id.contains(crate::value::OPAQUE) { "*" } else { &self.account.id }
    }

    /// Tries a method on some resource of these patterns that is not in the input, for all actions of it that are about one.
    fn attempt_some(
        &self,
        at: usize,
        method: &Method,
        (on, patterns): (On, &[String]),
        lens: &Lens,
        attempt: impl Fn(&str) -> Tried,
    ) -> Tried {
        let place = Place::Within(patterns.to_vec(), false);
        let (mut names, mut causes, mut problems) = (Vec::new(), Vec::new(), Vec::new());
        for needed in method.actions.iter().filter(|needed| needed.on == on) {
            let extras = self.extras(at, method, needed, &Aim::Nothing);
            let Some(problem) = self.problem(at, needed.id, &place, lens) else { return Tried::Fails };
            match self.solve(at, needed.id, &place, &extras, &problem) {
                Possible::Yes(witness) => names.push(witness.arn),
                Possible::Unknown(more) => causes.extend(more),
                Possible::No => return Tried::Fails,
            }
            problems.push(problem);
        }
        names.dedup();
        if names.len() > 1 {
            match self.in_common(patterns, &problems) {
                Proof::Yes(witness) => names.insert(0, witness.resource),
                Proof::No => return Tried::Fails,
                Proof::Unknown(_) => {}
            }
        }
        for name in &names {
            match attempt(name) {
                works @ Tried::Works(..) => return works,
                Tried::Unknown(more) => causes.extend(more),
                Tried::Fails => {}
            }
        }
        match (causes.is_empty(), names.len()) {
            (true, ..2) => Tried::Fails,
            // One may fit all that was not tried.
            (true, _) => Tried::Unknown(vec![Cause::Limit]),
            (false, _) => Tried::Unknown(causes),
        }
    }

    /// Tries a method on some target that is not in the input and that not all policies of that kind reach.
    pub(super) fn attempt_named(&self, at: usize, method: &Method, lens: &Lens) -> (Tried, Option<String>) {
        let Some(on) = method.target() else { return (Tried::Fails, None) };
        let (partition, account) = (&self.account.partition, self.any_account());
        let start = match on {
            On::User => format!("arn:{partition}:iam::{account}:user/"),
            On::Role | On::PassedRole => format!("arn:{partition}:iam::{account}:role/"),
            On::Group => format!("arn:{partition}:iam::{account}:group/"),
            On::Provider => {
                let kind = method.federated.as_deref().unwrap_or_default().trim_end_matches('/');
                format!("arn:{partition}:iam::{account}:{kind}/")
            }
            _ => match method.workload.as_deref().and_then(kind_of) {
                Some(kind) => {
                    kind.arn(partition, REGIONS, account, "\n").split('\n').next().unwrap_or_default().to_owned()
                }
                None => return (Tried::Fails, None),
            },
        };
        if !method.actions.iter().any(|needed| needed.on == on) {
            return (Tried::Fails, None);
        }
        let patterns = [format!("{start}*"), format!("{}*", start.replace(REGIONS, REGION))];
        let found = std::cell::RefCell::new(None);
        let tried = self.attempt_some(at, method, (on, &patterns), lens, |name| {
            *found.borrow_mut() = Some(name.to_owned());
            self.attempt_on(at, method, &Aim::Ghost(name.to_owned()), None, lens)
        });
        (tried, found.into_inner())
    }

    /// Whether the method works on the target, with what is made for the purpose.
    fn attempt_on(&self, at: usize, method: &Method, aim: &Aim, fresh: Option<&str>, lens: &Lens) -> Tried {
        let mut causes = Vec::new();
        match self.fits(at, method, aim) {
            Match::Yes => {}
            Match::Unknown => causes.push(Cause::NotInInput { what: "whom a role trusts".into() }),
            Match::No => return Tried::Fails,
        }
        if let Aim::Principal(target) | Aim::Workload(_, target) = aim {
            causes.extend(self.account.principals[*target].uncertain.iter().cloned());
        }
        let mut witnesses = Vec::new();
        for needed in &method.actions {
            let answer = if needed.action == "sts:AssumeRole"
                && let Aim::Principal(role) = aim
            {
                self.assume(at, *role, needed.id)
            } else {
                self.reach(at, method, needed, (aim, fresh), lens)
            };
            match answer {
                Possible::Yes(witness) => witnesses.push(witness),
                Possible::Unknown(more) => causes.extend(more),
                Possible::No => return Tried::Fails,
            }
        }
        if !causes.is_empty() {
            return Tried::Unknown(causes);
        }
        let level = match aim {
            _ if method.assumes.is_some() => Level::Unknown,
            Aim::Ghost(_) => Level::Assumed,
            _ => Level::Shown,
        };
        Tried::Works(level, witnesses)
    }

    /// Whether the target is one for this method.
    fn fits(&self, at: usize, method: &Method, aim: &Aim) -> Match {
        let target = match aim {
            Aim::Nothing | Aim::Ghost(_) => return Match::Yes,
            Aim::Principal(target) | Aim::Workload(_, target) => *target,
        };
        if target == at {
            return Match::No;
        }
        let principal = &self.account.principals[target];
        if let Aim::Workload(workload, _) = aim {
            let same = method.workload.as_deref() == Some(self.account.workloads[*workload].kind);
            return if same { Match::Yes } else { Match::No };
        }
        let right = match method.target() {
            Some(On::User) => principal.kind == PrincipalKind::User,
            Some(On::Role | On::PassedRole | On::Provider) => principal.kind == PrincipalKind::Role,
            Some(On::Group) => {
                let member = self.account.principals[at].groups.contains(&(target as u32));
                principal.kind == PrincipalKind::Group && !member
            }
            _ => false,
        };
        let bounded = method.gain() == Gains::Administrator && self.is_bounded(target);
        if !right || bounded {
            return Match::No;
        }
        if method.services.is_empty() {
            return Match::Yes;
        }
        match principal.trust.and_then(|trust| self.compiled.get(trust as usize)) {
            Some(trust) => admits_service(trust, &method.services),
            None => Match::No,
        }
    }

    /// Whether a permissions boundary keeps the principal from everything.
    pub(super) fn is_bounded(&self, at: usize) -> bool {
        let principal = &self.account.principals[at];
        match principal.boundary {
            Some(boundary) => self.allows_all(&[boundary]).is_none(),
            None => !principal.boundary_open.is_empty(),
        }
    }

    /// Whether an action of a method reaches what it must: the target, or what is made for the purpose.
    fn reach(
        &self,
        at: usize,
        method: &Method,
        needed: &Needed,
        (aim, fresh): (&Aim, Option<&str>),
        lens: &Lens,
    ) -> Possible {
        let extras = self.extras(at, method, needed, aim);
        let places = match needed.on {
            // One that only wildcards reach is the plainest.
            On::Any => {
                let service = needed.action.split(':').next().unwrap_or_default();
                let (partition, account) = (&self.account.partition, &self.account.id);
                let other = format!("arn:{partition}:{service}:{REGION}:{account}:{}", other_name());
                vec![Place::At(other), self.anywhere(needed.id)]
            }
            On::NewUser | On::NewRole => fresh.map(|name| Place::At(name.to_owned())).into_iter().collect(),
            _ => self.resources(at, method, needed, aim).into_iter().map(Place::At).collect(),
        };
        let mut best = Possible::No;
        for place in places {
            match self.ask(at, needed.id, &place, &extras, lens) {
                yes @ Possible::Yes(_) => return yes,
                unknown @ Possible::Unknown(_) => best = unknown,
                Possible::No => {}
            }
        }
        best
    }

    /// The resources any of which an action of a method may reach.
    fn resources(&self, at: usize, method: &Method, needed: &Needed, aim: &Aim) -> Vec<String> {
        let principal = &self.account.principals[at];
        let someone = matches!(principal.kind, PrincipalKind::Someone);
        let other = |kind: &str| vec![self.account.iam_arn(kind, &other_name())];
        let owned = |list: Vec<&str>| list.into_iter().map(str::to_owned).collect();
        match needed.on {
            On::OwnUser if principal.kind == PrincipalKind::User => vec![principal.arn.clone()],
            // A member of the group.
            On::OwnUser if someone || principal.kind == PrincipalKind::Group => other("user"),
            On::OwnRole if principal.kind == PrincipalKind::Role => vec![principal.arn.clone()],
            On::OwnRole if someone => other("role"),
            On::OwnGroup if principal.kind == PrincipalKind::Group => vec![principal.arn.clone()],
            On::OwnGroup if someone => other("group"),
            On::OwnGroup => {
                let groups = principal.groups.iter().filter_map(|group| self.account.principals.get(*group as usize));
                groups.map(|group| group.arn.clone()).collect()
            }
            On::OwnPolicy if someone => other("policy"),
            On::OwnPolicy => owned(self.own_policies(at)),
            On::User | On::Role | On::Group | On::PassedRole => match aim {
                Aim::Principal(target) => vec![self.account.principals[*target].arn.clone()],
                Aim::Ghost(arn) => vec![arn.clone()],
                _ => Vec::new(),
            },
            On::UserPolicy | On::RolePolicy => match aim {
                Aim::Principal(target) => owned(self.own_policies(*target)),
                _ => other("policy"),
            },
            On::Provider => self.providers(method, aim),
            On::Workload => match aim {
                Aim::Workload(workload, _) => vec![self.account.workloads[*workload].arn.clone()],
                Aim::Ghost(arn) => vec![arn.clone()],
                _ => Vec::new(),
            },
            On::Any | On::OwnUser | On::OwnRole | On::NewUser | On::NewRole => Vec::new(),
        }
    }

    fn providers(&self, method: &Method, aim: &Aim) -> Vec<String> {
        let part = method.federated.as_deref().unwrap_or_default();
        match aim {
            Aim::Principal(target) => {
                let trust = self.account.principals[*target].trust.and_then(|trust| self.compiled.get(trust as usize));
                trust.map(|trust| providers(trust, part)).unwrap_or_default()
            }
            Aim::Ghost(arn) => vec![arn.clone()],
            _ => Vec::new(),
        }
    }

    /// What the request has besides: any of these.
    ///
    /// Source: "Actions, resources, and condition keys for AWS Identity and Access Management".
    fn extras(&self, at: usize, method: &Method, needed: &Needed, aim: &Aim) -> Vec<Vec<Extra>> {
        let action = needed.action.as_str();
        if needed.on == On::PassedRole {
            let services = method.services.iter();
            return services.map(|service| vec![("iam:PassedToService", Some(service.clone()))]).collect();
        }
        let mut one: Vec<Extra> = Vec::new();
        let boundary = match (needed.on, aim) {
            (On::NewUser | On::NewRole, _) => Some(None),
            (On::OwnUser | On::OwnRole, _) => self.boundary_arn(at),
            (On::User | On::Role, Aim::Principal(target)) => self.boundary_arn(*target),
            _ => None,
        };
        if method.gain() == Gains::Unbounded && action.starts_with("iam:Put") {
            // The new one.
            one.push(("iam:PermissionsBoundary", Some(self.administrator_policy(ADMINISTRATOR_POLICIES[0]))));
        } else if let Some(boundary) = boundary {
            one.push(("iam:PermissionsBoundary", boundary));
        }
        if !action.starts_with("iam:Attach") {
            return if one.is_empty() { Vec::new() } else { vec![one] };
        }
        let with = |name: &&str| {
            let mut extra = one.clone();
            extra.push(("iam:PolicyARN", Some(self.administrator_policy(name))));
            extra
        };
        ADMINISTRATOR_POLICIES.iter().map(with).collect()
    }

    fn administrator_policy(&self, name: &str) -> String {
        format!("arn:{}:iam::aws:policy/{name}", self.account.partition)
    }

    /// The boundary of a principal, or that it has none; `None`: nobody knows.
    fn boundary_arn(&self, at: usize) -> Option<Option<String>> {
        let principal = &self.account.principals[at];
        match principal.boundary {
            Some(boundary) => self.account.policies.get(boundary as usize)?.arn.clone().map(Some),
            None if principal.boundary_open.is_empty() => Some(None),
            None => None,
        }
    }

    /// A target that is not in the input and that only wildcards reach.
    pub(super) fn ghost(&self, method: &Method) -> Option<Aim> {
        let (partition, account) = (&self.account.partition, &self.account.id);
        let any = match method.target()? {
            On::User => self.account.iam_arn("user", &other_name()),
            On::Role | On::PassedRole => self.account.iam_arn("role", &other_name()),
            On::Group => self.account.iam_arn("group", &other_name()),
            On::Provider => {
                let kind = method.federated.as_deref().unwrap_or_default().trim_end_matches('/');
                self.account.iam_arn(kind, &other_name())
            }
            _ => match method.workload.as_deref().and_then(kind_of) {
                Some(kind) => kind.arn(partition, REGION, account, &other_name()),
                None => return None,
            },
        };
        Some(Aim::Ghost(any))
    }

    /// Whether the principal can make a new administrator.
    fn makes_administrator(&self, at: usize, lens: &Lens) -> Tried {
        let mut best = Tried::Fails;
        for method in &self.catalogue.methods {
            let is_new = |needed: &Needed| matches!(needed.on, On::NewUser | On::NewRole);
            if !method.actions.iter().all(is_new) {
                continue;
            }
            match self.attempt(at, method, &Aim::Nothing, lens) {
                works @ Tried::Works(..) => return works,
                unknown @ Tried::Unknown(_) => best = unknown,
                Tried::Fails => {}
            }
        }
        best
    }

    /// Whether the principal's policies allow everything, and no boundary or Deny statement takes the making of administrators
    /// away; with the statement.
    pub(super) fn everything(&self, at: usize, lens: &Lens) -> Option<(Tried, (u32, usize))> {
        let by = self.allows_all(&self.people[at].identity)?;
        if !lens.unbounded && self.is_bounded(at) && self.account.principals[at].boundary_open.is_empty() {
            return None;
        }
        Some((self.makes_administrator(at, lens), by))
    }

    /// What a method gains that changes the limits of the principal itself.
    pub(super) fn freed(&self, at: usize, method: &Method) -> Tried {
        let lens = match method.gain() {
            Gains::Unbounded if self.is_bounded(at) => Lens { unbounded: true, ..Lens::default() },
            Gains::Undenied if self.people[at].denied => {
                let Some(needed) = method.actions.first() else { return Tried::Fails };
                let held = if needed.action.starts_with("iam:Delete") {
                    Some(Held::Inline)
                } else if needed.action.starts_with("iam:Detach") {
                    Some(Held::Managed)
                } else {
                    None
                };
                Lens { forgiven: self.held(at, needed.on == On::OwnGroup, held), ..Lens::default() }
            }
            _ => return Tried::Fails,
        };
        match self.everything(at, &lens) {
            Some((Tried::Works(..), _)) => self.attempt(at, method, &Aim::Nothing, &Lens::default()),
            Some((other, _)) => other,
            None => Tried::Fails,
        }
    }
}
