//! The graph: principals are nodes, and a method that works is an edge to another principal or to "administrator". Who reaches
//! an administrator is found backwards from the administrators, surest paths first.

use rustc_hash::FxHashMap;

use super::account::Account;
use super::ask::{Index, Lens, parts};
use super::methods::{Gains, Method, On};
use super::solve::Witness;
pub use super::step::Level;
use super::step::{Aim, Tried};
use crate::value::Cause;

/// Where a step leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// To everything.
    Administrator,
    /// To a principal, by its index; and the workload that runs as it.
    Principal(u32, Option<u32>),
    /// To whatever principal with more permissions there is; what it is, as a noun phrase.
    Any(String),
    /// To credentials of something else.
    Credentials,
}

/// A step: a method that works.
#[derive(Debug, Clone)]
pub struct Step {
    /// The method.
    pub method: &'static Method,
    /// Where it leads.
    pub target: Target,
    /// How sure it is, the rest of the path included.
    pub level: Level,
    /// One request for each action of the method, in its order.
    pub witnesses: Vec<Witness>,
}

/// What a principal is in the end.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Verdict {
    /// It may do everything: the policy and statement that say so.
    Administrator(u32, usize),
    /// It can become an administrator.
    Escalates(Level),
    /// Nobody can tell.
    Unknown(Vec<Cause>),
    /// It cannot.
    #[default]
    No,
}

/// What is known of one principal.
#[derive(Debug, Clone, Default)]
pub struct Standing {
    /// The answer.
    pub verdict: Verdict,
    /// The steps, best first: the first is the beginning of the shortest of the surest paths.
    pub steps: Vec<Step>,
}

/// What is known of all principals, in the order of the account.
#[derive(Debug, Default)]
pub struct Analysis {
    /// One for each principal.
    pub standings: Vec<Standing>,
}

impl Analysis {
    /// Analyses an account.
    #[must_use]
    pub fn of(account: &Account) -> Self {
        let parts = parts(account);
        let index = Index::new(account, &parts);
        let mut search = Search::new(&index);
        search.run();
        search.finish()
    }
}

/// How a principal was reached.
#[derive(Debug, Clone)]
struct Reached {
    level: Level,
    distance: u32,
    by: Option<(&'static Method, Aim)>,
}

struct Search<'i, 'a> {
    index: &'i Index<'a>,
    /// The methods that each principal may have the actions for.
    methods: Vec<Vec<&'static Method>>,
    reached: Vec<Option<Reached>>,
    administrators: Vec<Option<(u32, usize)>>,
    /// Edges to reached principals that work, and are not sure enough for the present phase.
    waiting: Vec<Vec<(Level, u32, &'static Method, Aim)>>,
    causes: Vec<Vec<Cause>>,
    workloads: FxHashMap<usize, Vec<usize>>,
}

impl<'i, 'a> Search<'i, 'a> {
    fn new(index: &'i Index<'a>) -> Self {
        let count = index.people.len();
        let catalogue: &'static [Method] = &index.catalogue.methods;
        let fits =
            |allows, method: &&'static Method| method.gain() != Gains::Credentials && method.bits.is_subset(allows);
        let methods =
            index.people.iter().map(|person| catalogue.iter().filter(|method| fits(person.allows, method)).collect());
        let mut workloads: FxHashMap<usize, Vec<usize>> = FxHashMap::default();
        for (at, workload) in index.account.workloads.iter().enumerate() {
            if let Some(role) = workload.role {
                workloads.entry(role as usize).or_default().push(at);
            }
        }
        Self {
            index,
            methods: methods.collect(),
            reached: vec![None; count],
            administrators: vec![None; count],
            waiting: vec![Vec::new(); count],
            causes: vec![Vec::new(); count],
            workloads,
        }
    }

    fn run(&mut self) {
        for at in 0..self.reached.len() {
            self.start(at);
        }
        for level in [Level::Shown, Level::Assumed] {
            self.spread(level);
        }
        // Whoever reaches a principal of which something is not known may reach an administrator.
        for at in 0..self.reached.len() {
            if self.reached[at].is_none() && !(self.causes[at].is_empty() && self.index.people[at].open.is_empty()) {
                self.reached[at] = Some(Reached { level: Level::Unknown, distance: 0, by: None });
            }
        }
        self.spread(Level::Unknown);
    }

    /// What a principal can do without the others.
    fn start(&mut self, at: usize) {
        match self.index.everything(at, &Lens::default()) {
            Some((Tried::Works(..), by)) => {
                self.administrators[at] = Some(by);
                self.reached[at] = Some(Reached { level: Level::Shown, distance: 0, by: None });
                return;
            }
            Some((Tried::Unknown(causes), _)) => self.causes[at].extend(causes),
            _ => {}
        }
        for method in self.methods[at].clone() {
            let aim = if method.target().is_some() { self.index.ghost(method) } else { Some(Aim::Nothing) };
            if let Some((level, aim)) = aim.and_then(|aim| Some((self.lone(at, method, &aim)?, aim))) {
                self.waiting[at].push((level, 1, method, aim));
                continue;
            }
            // Nobody knows what a target of some name may do.
            match self.index.attempt_named(at, method, &Lens::default()) {
                (Tried::Works(..), Some(arn)) => self.waiting[at].push((Level::Unknown, 1, method, Aim::Ghost(arn))),
                (Tried::Unknown(causes), _) => self.causes[at].extend(causes),
                _ => {}
            }
        }
    }

    fn lone(&mut self, at: usize, method: &'static Method, aim: &Aim) -> Option<Level> {
        let own = |needed: &super::methods::Needed| {
            matches!(needed.on, On::OwnUser | On::OwnRole | On::OwnGroup | On::OwnPolicy)
        };
        let tried = match method.gain() {
            Gains::Unbounded | Gains::Undenied => self.index.freed(at, method),
            // A boundary stays, whatever the policies come to allow.
            Gains::Administrator if self.index.is_bounded(at) && method.actions.iter().any(own) => Tried::Fails,
            _ => self.index.attempt(at, method, aim, &Lens::default()),
        };
        match tried {
            Tried::Works(level, _) => Some(level),
            Tried::Unknown(causes) => {
                self.causes[at].extend(causes);
                None
            }
            Tried::Fails => None,
        }
    }

    /// Finds who reaches an administrator with paths of this level.
    fn spread(&mut self, level: Level) {
        let mut frontier: Vec<usize> = (0..self.reached.len()).filter(|at| self.is_new(*at, level)).collect();
        loop {
            for target in std::mem::take(&mut frontier) {
                for at in 0..self.reached.len() {
                    if self.reached[at].is_none() {
                        self.try_all(at, target);
                    }
                }
            }
            for at in 0..self.reached.len() {
                if self.reached[at].is_some() {
                    continue;
                }
                let best = self.waiting[at].iter().filter(|edge| edge.0 <= level).min_by_key(|edge| (edge.0, edge.1));
                if let Some((level, distance, method, aim)) = best.cloned() {
                    self.reached[at] = Some(Reached { level, distance, by: Some((method, aim)) });
                    frontier.push(at);
                }
            }
            if frontier.is_empty() {
                return;
            }
        }
    }

    /// Whether a principal is one that nobody tried to reach yet.
    fn is_new(&self, at: usize, level: Level) -> bool {
        self.reached[at].as_ref().is_some_and(|reached| reached.level == level && reached.by.is_none())
    }

    /// Tries all methods of a principal on a reached one.
    fn try_all(&mut self, at: usize, target: usize) {
        let Some(reached) = self.reached[target].clone() else { return };
        for method in self.methods[at].clone() {
            for aim in self.aims(method, target) {
                match self.index.attempt(at, method, &aim, &Lens::default()) {
                    Tried::Works(level, _) => {
                        let level =
                            level.max(if method.gain() == Gains::Administrator { Level::Shown } else { reached.level });
                        self.waiting[at].push((level, reached.distance + 1, method, aim));
                        if level == Level::Shown {
                            return;
                        }
                    }
                    Tried::Unknown(causes) => self.causes[at].extend(causes),
                    Tried::Fails => {}
                }
            }
        }
    }

    fn aims(&self, method: &Method, target: usize) -> Vec<Aim> {
        match (method.target(), &method.workload) {
            (None, _) => Vec::new(),
            (Some(_), None) => vec![Aim::Principal(target)],
            (Some(_), Some(_)) => {
                let workloads = self.workloads.get(&target).into_iter().flatten();
                workloads.map(|workload| Aim::Workload(*workload, target)).collect()
            }
        }
    }

    fn finish(self) -> Analysis {
        let mut order: Vec<usize> = (0..self.reached.len()).filter(|at| self.reached[*at].is_some()).collect();
        order.sort_by_key(|at| self.reached[*at].as_ref().map(|reached| (reached.level, reached.distance)));
        let mut standings = vec![Standing::default(); self.reached.len()];
        for (at, standing) in standings.iter_mut().enumerate() {
            if let Some((policy, statement)) = self.administrators[at] {
                standing.verdict = Verdict::Administrator(policy, statement);
                continue;
            }
            standing.steps = self.steps(at, &order);
            let mut causes = self.causes[at].clone();
            causes.extend(self.index.people[at].open.iter().cloned());
            causes.sort();
            causes.dedup();
            standing.verdict = match &self.reached[at] {
                Some(reached) if reached.level < Level::Unknown => Verdict::Escalates(reached.level),
                Some(_) => {
                    causes.extend(self.why_unknown(standing));
                    Verdict::Unknown(causes)
                }
                None if causes.is_empty() => Verdict::No,
                None => Verdict::Unknown(causes),
            };
        }
        Analysis { standings }
    }

    /// What the best path of a principal needs and nobody knows.
    fn why_unknown(&self, standing: &Standing) -> Vec<Cause> {
        let what = |step: &Step| match (&step.method.assumes, &step.target) {
            (Some(assumes), _) => assumes.clone(),
            (None, Target::Any(what)) => what.clone(),
            (None, Target::Principal(target, _)) => {
                format!("what {} may do", self.index.account.principals[*target as usize].shown())
            }
            (None, _) => "a part of the path".to_owned(),
        };
        let causes = standing.steps.iter().take(1).map(|step| Cause::NotInInput { what: what(step).into() });
        causes.collect()
    }

    /// The steps of a principal: of each method the best that works, that of the path first.
    fn steps(&self, at: usize, order: &[usize]) -> Vec<Step> {
        let mut steps = Vec::new();
        let best = self.reached[at].as_ref().and_then(|reached| reached.by.clone().map(|by| (reached, by)));
        if let Some((reached, (method, aim))) = &best {
            steps.extend(self.step(at, method, aim, reached.level));
        }
        let mut others: Vec<(Level, u32, Step)> = Vec::new();
        for method in &self.index.catalogue.methods {
            let is_best = best.as_ref().is_some_and(|(_, (known, _))| known.id == method.id);
            if is_best || !method.bits.is_subset(self.index.people[at].allows) {
                continue;
            }
            others.extend(self.best_of(at, method, order));
        }
        others.sort_by_key(|(level, distance, _)| (*level, *distance));
        steps.extend(others.into_iter().map(|(_, _, step)| step));
        steps
    }

    /// The best step of a method.
    fn best_of(&self, at: usize, method: &'static Method, order: &[usize]) -> Option<(Level, u32, Step)> {
        if method.gain() == Gains::Credentials {
            let aim = if method.target().is_some() { self.index.ghost(method)? } else { Aim::Nothing };
            let step = self.step(at, method, &aim, Level::Unknown)?;
            return Some((Level::Unknown, u32::MAX, step));
        }
        for target in order {
            let Some(reached) = &self.reached[*target] else { continue };
            for aim in self.aims(method, *target) {
                if let Tried::Works(level, _) = self.index.attempt(at, method, &aim, &Lens::default()) {
                    let own = if method.gain() == Gains::Administrator { Level::Shown } else { reached.level };
                    let level = level.max(own);
                    return self.step(at, method, &aim, level).map(|step| (level, reached.distance + 1, step));
                }
            }
        }
        let waiting = self.waiting[at].iter().filter(|edge| edge.2.id == method.id);
        let (level, distance, _, aim) = waiting.min_by_key(|edge| (edge.0, edge.1))?;
        self.step(at, method, aim, *level).map(|step| (*level, *distance, step))
    }

    fn step(&self, at: usize, method: &'static Method, aim: &Aim, level: Level) -> Option<Step> {
        let Tried::Works(_, witnesses) = self.index.attempt(at, method, aim, &Lens::default()) else { return None };
        let target = match (method.gain(), aim) {
            (Gains::Credentials, _) => Target::Credentials,
            (Gains::Administrator, Aim::Ghost(arn)) => Target::Any(ghost(method, arn)),
            (Gains::Administrator | Gains::Unbounded | Gains::Undenied, _) => Target::Administrator,
            (Gains::Target, Aim::Principal(target)) => Target::Principal(*target as u32, None),
            (Gains::Target, Aim::Workload(workload, role)) => Target::Principal(*role as u32, Some(*workload as u32)),
            (Gains::Target, Aim::Ghost(arn)) => Target::Any(ghost(method, arn)),
            (Gains::Target, Aim::Nothing) => Target::Administrator,
        };
        Some(Step { method, target, level, witnesses })
    }
}

/// A target that is not in the input, as a noun phrase.
fn ghost(method: &Method, arn: &str) -> String {
    let any = arn.contains(&super::account::other_name());
    let name = || format!(" that is not in the input: `{}`", super::account::shown(arn));
    let which = match method.target() {
        Some(On::User) => "user".to_owned(),
        Some(On::Group) => "group".to_owned(),
        Some(On::PassedRole) => {
            let service = method.services.first().map(String::as_str).unwrap_or_default();
            let noun = format!("role that trusts `{service}`");
            return if any { format!("any privileged {noun}") } else { format!("a {noun}{}", name()) };
        }
        Some(On::Role) => "role".to_owned(),
        Some(On::Provider) => "role behind an identity provider".to_owned(),
        _ => {
            let noun =
                method.workload.as_deref().and_then(super::kinds::kind_of).map_or("a workload", |kind| kind.noun);
            return if any {
                format!("{noun} with a privileged role")
            } else {
                format!("the role of {noun}{}", name())
            };
        }
    };
    match (any, method.gain()) {
        (true, Gains::Administrator) => format!("any {which}"),
        (true, _) => format!("any privileged {which}"),
        (false, _) => format!("a {which}{}", name()),
    }
}
