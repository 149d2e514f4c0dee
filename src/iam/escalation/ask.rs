//! Questions about one principal: whether its policies allow an action of a method on a resource.

use std::cell::RefCell;

use rustc_hash::{FxHashMap, FxHashSet};

use super::account::{Account, Held, PrincipalKind};
use super::context::{Context, context_of};
use super::methods::{Bits, Catalogue, catalogue};
use super::permit::{Clause, Compiled, parts_of};
use super::solve::{Known, Layer, Part, Place, Possible, Problem};
use super::trust::{Admission, admissions};
use crate::iam::Match;
use crate::iam::document::{Effect, Policy};
use crate::iam::prove::Prover;
use crate::value::{Cause, OPAQUE};

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
    pub(super) context: Context,
}

/// The statements of all policies of an account, as policies of their own.
pub(super) fn parts(account: &Account) -> Vec<Vec<Policy>> {
    account.policies.iter().map(|attached| parts_of(&attached.policy, &account.partition)).collect()
}

/// An account, made ready.
pub(super) struct Index<'a> {
    pub(super) account: &'a Account,
    pub(super) catalogue: &'static Catalogue,
    pub(super) compiled: Vec<Compiled<'a>>,
    pub(super) people: Vec<Person>,
    /// The ARNs of principals and workloads of the input, these in whichever region.
    pub(super) taken: FxHashSet<String>,
    pub(super) prover: RefCell<Prover<'a>>,
    /// What was answered.
    pub(super) known: RefCell<FxHashMap<Known, Possible>>,
    /// Statements whose conditions some request meets, or none.
    possible: RefCell<FxHashMap<(u32, usize), bool>>,
}

impl<'a> Index<'a> {
    /// With the [`parts`] of the account.
    pub(super) fn new(account: &'a Account, parts: &'a [Vec<Policy>]) -> Self {
        let catalogue = catalogue();
        let policies = account.policies.iter().zip(parts).enumerate();
        let compiled: Vec<_> = policies
            .map(|(at, (attached, parts))| Compiled::new(&attached.policy, parts, at as u32, catalogue))
            .collect();
        let any = account.id.contains(OPAQUE);
        let principals = account
            .principals
            .iter()
            .map(|principal| if any { regionless(&principal.arn) } else { principal.arn.clone() });
        let taken = principals.chain(account.workloads.iter().map(|workload| regionless(&workload.arn)));
        let mut index = Self {
            account,
            catalogue,
            compiled,
            people: Vec::new(),
            taken: taken.collect(),
            prover: RefCell::default(),
            known: RefCell::default(),
            possible: RefCell::default(),
        };
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
        if matches!(principal.kind, PrincipalKind::User | PrincipalKind::Role) {
            // A trust policy that names the principal is enough.
            self.catalogue.id("sts:AssumeRole").into_iter().for_each(|id| person.allows.insert(id));
        }
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

    /// Whether some request meets the conditions of a statement, as far as they are about what all requests have in common.
    fn is_possible(&self, clause: &Clause<'a>) -> bool {
        if clause.statement.conditions.is_empty() {
            return true;
        }
        let key = (clause.policy, clause.statement.index);
        *self.possible.borrow_mut().entry(key).or_insert_with(|| super::solve::is_possible(clause.part))
    }

    /// Whether a principal or a workload of the input has the ARN, in whichever region.
    pub(super) fn is_known(&self, arn: &str) -> bool {
        self.taken.contains(arn) || self.taken.contains(&regionless(arn))
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

    /// Whether the principal may do an action somewhere. Of `extras`, any one may be what the request has.
    pub(super) fn ask(&self, at: usize, id: usize, place: &Place, extras: &[Vec<Extra>], lens: &Lens) -> Possible {
        match self.problem(at, id, place, lens) {
            Some(problem) => self.solve(at, id, place, extras, &problem),
            None => Possible::No,
        }
    }

    /// The statements that decide it; `None` where no identity policy allows it.
    pub(super) fn problem(&self, at: usize, id: usize, place: &Place, lens: &Lens) -> Option<Problem<'_, 'a>> {
        let person = &self.people[at];
        if !person.allows.contains(id) {
            return None;
        }
        let mut identity = Layer::default();
        self.add_allows(at, id, place, &person.identity, &mut identity);
        if identity.allows.is_empty() {
            return None;
        }
        let mut problem = Problem { layers: vec![identity], denies: Vec::new() };
        self.add_limits(at, id, place, lens, &mut problem);
        Some(problem)
    }

    /// Whether the principal may assume a role: by its own policies and the trust policy, or by the trust policy alone.
    pub(super) fn assume(&self, at: usize, role: usize, id: usize) -> Possible {
        let (person, principal) = (&self.people[at], &self.account.principals[at]);
        let target = &self.account.principals[role];
        let Some(trust) = target.trust.and_then(|trust| self.compiled.get(trust as usize)) else { return Possible::No };
        let found = admissions(trust, principal, &self.account.id, self.catalogue);
        let place = Place::At(target.arn.clone());
        let mut best = Possible::No;
        for way in [Admission::Delegated, Admission::Direct] {
            let clauses = |wanted: &dyn Fn(Option<Effect>) -> bool| -> Vec<Part<'_, 'a>> {
                let counts = |(clause, by, _): &&(&Clause<'a>, Admission, Match)| {
                    wanted(clause.effect)
                        && (clause.effect != Some(Effect::Allow) || *by == way || *by == Admission::Direct)
                };
                found.iter().filter(counts).map(|(clause, _, about)| (*clause, *about, *about == Match::Yes)).collect()
            };
            let admits =
                Layer { allows: clauses(&|effect| effect != Some(Effect::Deny)), open: trust.policy.open.clone() };
            let mut problem = Problem { denies: clauses(&|effect| effect == Some(Effect::Deny)), ..Problem::default() };
            if way == Admission::Delegated {
                let mut identity = Layer::default();
                self.add_allows(at, id, &place, &person.identity, &mut identity);
                problem.layers.push(identity);
            }
            problem.layers.push(admits);
            // A trust policy that names a user is not limited by the user's boundary.
            let bounded = way == Admission::Delegated || principal.kind == PrincipalKind::Role;
            self.add_limits(at, id, &place, &Lens { unbounded: !bounded, ..Lens::default() }, &mut problem);
            match self.solve(at, id, &place, &[], &problem) {
                yes @ Possible::Yes(_) => return yes,
                unknown @ Possible::Unknown(_) => best = unknown,
                Possible::No => {}
            }
        }
        best
    }

    /// Whether a statement is about an action in a place.
    fn about(&self, at: usize, id: usize, place: &Place, clause: &Clause<'a>) -> Match {
        let action = clause.action(id);
        match place {
            _ if action == Match::No => Match::No,
            Place::At(resource) => {
                let found = clause.resource(resource, &|text| self.people[at].context.expand(text));
                Match::and(action, found)
            }
            Place::Within(..) => Match::Unknown,
        }
    }

    fn add_allows<'i>(&'i self, at: usize, id: usize, place: &Place, list: &[u32], layer: &mut Layer<'i, 'a>) {
        for compiled in list.iter().filter_map(|policy| self.compiled.get(*policy as usize)) {
            if !compiled.allows.contains(id) {
                continue;
            }
            for clause in compiled.clauses.iter().filter(|clause| clause.effect != Some(Effect::Deny)) {
                let about = self.about(at, id, place, clause);
                if about != Match::No {
                    layer.allows.push((clause, about, true));
                }
            }
        }
    }

    /// Boundary, service control policies and Deny statements.
    fn add_limits<'i>(&'i self, at: usize, id: usize, place: &Place, lens: &Lens, problem: &mut Problem<'i, 'a>) {
        let (person, principal) = (&self.people[at], &self.account.principals[at]);
        let mut deny = |list: &[u32]| {
            for policy in list.iter().filter(|policy| !lens.forgiven.contains(policy)) {
                let Some(compiled) =
                    self.compiled.get(*policy as usize).filter(|compiled| compiled.denies.contains(id))
                else {
                    continue;
                };
                for clause in compiled.clauses.iter().filter(|clause| clause.effect != Some(Effect::Allow)) {
                    let about = self.about(at, id, place, clause);
                    if about != Match::No && self.is_possible(clause) {
                        problem.denies.push((clause, about, true));
                    }
                }
            }
        };
        deny(&person.identity);
        let boundary: Vec<u32> = principal.boundary.into_iter().filter(|_| !lens.unbounded).collect();
        deny(&boundary);
        principal.scps.iter().for_each(|level| deny(level));
        if !lens.unbounded && (principal.boundary.is_some() || !principal.boundary_open.is_empty()) {
            let mut layer = Layer { open: principal.boundary_open.clone(), ..Layer::default() };
            self.add_allows(at, id, place, &boundary, &mut layer);
            layer.open.extend(self.policies(&boundary).flat_map(|compiled| compiled.policy.open.iter().cloned()));
            problem.layers.push(layer);
        }
        for level in &principal.scps {
            let mut layer = Layer::default();
            self.add_allows(at, id, place, level, &mut layer);
            layer.open.extend(self.policies(level).flat_map(|compiled| compiled.policy.open.iter().cloned()));
            problem.layers.push(layer);
        }
    }

    /// An action as it is written.
    pub(super) fn written(&self, id: usize) -> &str {
        self.catalogue.written(id).map_or("", String::as_str)
    }

    /// Any resource that an action may be about.
    pub(super) fn anywhere(&self, id: usize) -> Place {
        let service = self.catalogue.actions[id].split(':').next().unwrap_or_default();
        let mut services = vec![service];
        match service {
            // Services that act on the resources of another one.
            "ssm" | "ec2-instance-connect" | "codedeploy" => services.push("ec2"),
            "sts" => services.push("iam"),
            _ => {}
        }
        let mut patterns: Vec<String> =
            services.iter().map(|service| format!("arn:{}:{service}:*:*:*", self.account.partition)).collect();
        // A reference to something whose ARN is made up by AWS.
        patterns.push(format!("{OPAQUE}*"));
        Place::Within(patterns, true)
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

/// An ARN in any partition, region and account.
fn regionless(arn: &str) -> String {
    let mut parts: Vec<&str> = arn.splitn(6, ':').collect();
    for at in [1, 3, 4] {
        if let Some(part) = parts.get_mut(at) {
            *part = "*";
        }
    }
    parts.join(":")
}
