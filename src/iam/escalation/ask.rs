//! Questions about one principal: whether its policies allow an action of a method on a resource.

use super::account::{Account, Held, PrincipalKind, other_name};
use super::condition::Context;
use super::methods::{Bits, Catalogue, catalogue};
use super::permit::{Clause, Compiled, named_resources};
use super::solve::{Layer, Possible, Problem};
use super::trust::{Admission, admissions, context_of};
use crate::iam::Match;
use crate::iam::document::Effect;
use crate::value::Cause;

/// A key of a request with its value, or none.
pub(super) type Extra = (&'static str, Option<String>);

/// What of a principal's policies is looked at.
#[derive(Debug, Clone, Default)]
pub(super) struct Lens {
    /// Without the permissions boundary.
    pub(super) unbounded: bool,
    /// Policies whose Deny statements do not count.
    pub(super) forgiven: Vec<u32>,
}

/// A principal with what is known of its policies.
#[derive(Debug)]
pub(super) struct Person {
    /// All identity policies, those of groups too.
    pub(super) identity: Vec<u32>,
    /// The actions that some policy allows, or may allow.
    pub(super) allows: Bits,
    /// Whether some policy denies something.
    pub(super) denied: bool,
    /// Why there may be further policies.
    pub(super) open: Vec<Cause>,
    context: Context,
}

/// An account, made ready.
#[derive(Debug)]
pub(super) struct Index<'a> {
    pub(super) account: &'a Account,
    pub(super) catalogue: &'static Catalogue,
    pub(super) compiled: Vec<Compiled<'a>>,
    pub(super) people: Vec<Person>,
}

impl<'a> Index<'a> {
    pub(super) fn new(account: &'a Account) -> Self {
        let catalogue = catalogue();
        let policies = account.policies.iter().enumerate();
        let compiled: Vec<_> =
            policies.map(|(at, attached)| Compiled::new(&attached.policy, at as u32, catalogue)).collect();
        let mut index = Self { account, catalogue, compiled, people: Vec::new() };
        index.people = (0..account.principals.len()).map(|at| index.person(at)).collect();
        index
    }

    fn person(&self, at: usize) -> Person {
        let principal = &self.account.principals[at];
        let groups = principal.groups.iter().filter_map(|group| self.account.principals.get(*group as usize));
        let mut person = Person {
            identity: Vec::new(),
            allows: Bits::default(),
            denied: false,
            open: Vec::new(),
            context: context_of(principal, &self.account.id),
        };
        for holder in std::iter::once(principal).chain(groups) {
            person.open.extend(holder.open.iter().cloned());
            for link in &holder.links {
                if !person.identity.contains(&link.policy) {
                    person.identity.push(link.policy);
                }
            }
        }
        for compiled in person.identity.iter().filter_map(|policy| self.compiled.get(*policy as usize)) {
            person.allows = person.allows.union(compiled.allows);
            person.denied |= compiled.clauses.iter().any(|clause| clause.effect != Some(Effect::Allow));
            person.open.extend(compiled.policy.open.iter().cloned());
        }
        person
    }

    /// The policies of one layer.
    fn policies<'i>(&'i self, list: &'i [u32]) -> impl Iterator<Item = &'i Compiled<'a>> {
        list.iter().filter_map(|policy| self.compiled.get(*policy as usize))
    }

    /// The customer managed policies of a principal and of its groups.
    pub(super) fn own_policies(&self, at: usize) -> Vec<&str> {
        let policies = self.people[at].identity.iter().filter_map(|policy| self.account.policies.get(*policy as usize));
        policies.filter(|attached| !attached.aws).filter_map(|attached| attached.arn.as_deref()).collect()
    }

    /// The policies of a principal itself, or of its groups, that are held in this way.
    pub(super) fn held(&self, at: usize, by_groups: bool, held: Option<Held>) -> Vec<u32> {
        let principal = &self.account.principals[at];
        let own = std::iter::once(principal).filter(|_| !by_groups || principal.kind == PrincipalKind::Group);
        let groups = principal.groups.iter().filter(|_| by_groups);
        let groups = groups.filter_map(|group| self.account.principals.get(*group as usize));
        let links = own.chain(groups).flat_map(|holder| &holder.links);
        links.filter(|link| held.is_none_or(|held| held == link.held)).map(|link| link.policy).collect()
    }

    /// Whether the principal may do an action on a resource. Of `extras`, any one may be what the request has.
    pub(super) fn ask(&self, at: usize, id: usize, resource: &str, extras: &[Vec<Extra>], lens: &Lens) -> Possible {
        let person = &self.people[at];
        if !person.allows.contains(id) {
            return Possible::No;
        }
        let mut problem = Problem::default();
        let mut identity = Layer::default();
        self.add_allows(at, id, resource, &person.identity, &mut identity);
        if identity.allows.is_empty() {
            return Possible::No;
        }
        problem.layers.push(identity);
        self.add_limits(at, id, resource, lens, true, &mut problem);
        self.solve(at, id, resource, extras, &problem)
    }

    /// Whether the principal may assume a role: by its own policies and the trust policy, or by the trust policy alone.
    pub(super) fn assume(&self, at: usize, role: usize, id: usize) -> Possible {
        let (person, principal) = (&self.people[at], &self.account.principals[at]);
        let target = &self.account.principals[role];
        let Some(trust) = target.trust.and_then(|trust| self.compiled.get(trust as usize)) else { return Possible::No };
        let found = admissions(trust, principal, &self.account.id, self.catalogue);
        let mut best = Possible::No;
        for way in [Admission::Delegated, Admission::Direct] {
            let clauses = |wanted: &dyn Fn(Option<Effect>) -> bool| -> Vec<(&Clause<'_>, Match)> {
                let counts = |(clause, by, _): &&(&Clause<'_>, Admission, Match)| {
                    wanted(clause.effect)
                        && (clause.effect != Some(Effect::Allow) || *by == way || *by == Admission::Direct)
                };
                found.iter().filter(counts).map(|(clause, _, about)| (*clause, *about)).collect()
            };
            let admits =
                Layer { allows: clauses(&|effect| effect != Some(Effect::Deny)), open: trust.policy.open.clone() };
            let mut problem = Problem { denies: clauses(&|effect| effect == Some(Effect::Deny)), ..Problem::default() };
            if way == Admission::Delegated {
                let mut identity = Layer::default();
                self.add_allows(at, id, &target.arn, &person.identity, &mut identity);
                problem.layers.push(identity);
            }
            problem.layers.push(admits);
            // A trust policy that names a user is not limited by the user's boundary.
            let bounded = way == Admission::Delegated || principal.kind == PrincipalKind::Role;
            self.add_limits(at, id, &target.arn, &Lens { unbounded: !bounded, ..Lens::default() }, true, &mut problem);
            match self.solve(at, id, &target.arn, &[], &problem) {
                yes @ Possible::Yes(_) => return yes,
                unknown @ Possible::Unknown(_) => best = unknown,
                Possible::No => {}
            }
        }
        best
    }

    fn add_allows<'i>(&'i self, at: usize, id: usize, resource: &str, list: &[u32], layer: &mut Layer<'i>) {
        let expand = |text: &str| self.people[at].context.expand(text);
        for compiled in list.iter().filter_map(|policy| self.compiled.get(*policy as usize)) {
            if !compiled.allows.contains(id) {
                continue;
            }
            for clause in compiled.clauses.iter().filter(|clause| clause.effect != Some(Effect::Deny)) {
                let about = super::solve::both(clause.action(id), Match::Yes);
                if about != Match::No {
                    let about = super::solve::both(about, clause.resource(resource, &expand));
                    if about != Match::No {
                        layer.allows.push((clause, about));
                    }
                }
            }
        }
    }

    /// Boundary, service control policies and Deny statements.
    fn add_limits<'i>(
        &'i self,
        at: usize,
        id: usize,
        resource: &str,
        lens: &Lens,
        scps: bool,
        problem: &mut Problem<'i>,
    ) {
        let (person, principal) = (&self.people[at], &self.account.principals[at]);
        let expand = |text: &str| person.context.expand(text);
        let mut deny = |list: &[u32]| {
            for policy in list.iter().filter(|policy| !lens.forgiven.contains(policy)) {
                let Some(compiled) =
                    self.compiled.get(*policy as usize).filter(|compiled| compiled.denies.contains(id))
                else {
                    continue;
                };
                for clause in compiled.clauses.iter().filter(|clause| clause.effect != Some(Effect::Allow)) {
                    let about = super::solve::both(clause.action(id), clause.resource(resource, &expand));
                    if about != Match::No {
                        problem.denies.push((clause, about));
                    }
                }
            }
        };
        deny(&person.identity);
        let boundary: Vec<u32> = principal.boundary.into_iter().filter(|_| !lens.unbounded).collect();
        deny(&boundary);
        let levels = principal.scps.iter().filter(|_| scps);
        levels.clone().for_each(|level| deny(level));
        if !lens.unbounded && (principal.boundary.is_some() || !principal.boundary_open.is_empty()) {
            let mut layer = Layer { open: principal.boundary_open.clone(), ..Layer::default() };
            self.add_allows(at, id, resource, &boundary, &mut layer);
            layer.open.extend(self.policies(&boundary).flat_map(|compiled| compiled.policy.open.iter().cloned()));
            problem.layers.push(layer);
        }
        for level in levels {
            let mut layer = Layer::default();
            self.add_allows(at, id, resource, level, &mut layer);
            layer.open.extend(self.policies(level).flat_map(|compiled| compiled.policy.open.iter().cloned()));
            problem.layers.push(layer);
        }
    }

    fn solve(&self, at: usize, id: usize, resource: &str, extras: &[Vec<Extra>], problem: &Problem<'_>) -> Possible {
        let (action, context) = (&self.catalogue.actions[id], &self.people[at].context);
        let action = self.catalogue.written(id).unwrap_or(action);
        if !problem.has_conditions() {
            return problem.solve(action, resource, context);
        }
        let mut context = context.clone();
        if action.starts_with("iam:") {
            // IAM has one endpoint for each partition.
            context.set("aws:RequestedRegion", Some(super::account::iam_region(&self.account.partition)));
        }
        if extras.is_empty() {
            return problem.solve(action, resource, &context);
        }
        let mut best = Possible::No;
        for extra in extras {
            let mut context = context.clone();
            extra.iter().for_each(|(key, value)| context.set(key, value.as_deref()));
            match problem.solve(action, resource, &context) {
                yes @ Possible::Yes(_) => return yes,
                unknown @ Possible::Unknown(_) => best = unknown,
                Possible::No => {}
            }
        }
        best
    }

    /// Resources on which an action may be allowed: what the policies name, with the wildcards filled in, and one that only
    /// wildcards reach.
    pub(super) fn candidates(&self, at: usize, id: usize) -> Vec<String> {
        let (person, principal) = (&self.people[at], &self.account.principals[at]);
        let service = self.catalogue.actions[id].split(':').next().unwrap_or_default();
        let (partition, account) = (&self.account.partition, &self.account.id);
        let mut found =
            vec![format!("arn:{partition}:{service}:{}:{account}:{}", crate::iam::document::REGION, other_name())];
        for list in std::iter::once(&person.identity).chain(&principal.scps) {
            found.extend(named_resources(self.policies(list).flat_map(|compiled| &compiled.clauses), id));
        }
        let boundary = principal.boundary.and_then(|boundary| self.compiled.get(boundary as usize));
        found.extend(named_resources(boundary.into_iter().flat_map(|compiled| &compiled.clauses), id));
        found
    }

    /// Whether a policy has a statement that allows everything.
    pub(super) fn allows_all(&self, list: &[u32]) -> Option<(u32, usize)> {
        self.policies(list).flat_map(|compiled| &compiled.clauses).find_map(|clause| {
            let resources = clause.statement.resources.as_ref()?;
            let all = clause.all && !resources.negated && resources.texts.iter().any(|text| &*text.text == "*");
            (all && clause.effect == Some(Effect::Allow)).then_some((clause.policy, clause.statement.index))
        })
    }
}
