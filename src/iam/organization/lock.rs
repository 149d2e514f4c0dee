//! The region lock: whether every action that can be asked of any region is denied outside the allowed ones.
//!
//! Sources: "Deny access to AWS based on the requested AWS Region", General examples of SCPs, AWS Organizations User Guide;
//! "aws:RequestedRegion", AWS global condition context keys, IAM User Guide.

use std::collections::BTreeMap;

use super::law::{Asked, LATER, Law, Memo, Reach, StatementRef, Witness, denies_region, is_region_key, today};
use super::regions::{REGIONS, outside};
use super::{Chain, ControlKind, NodeId, Options, Organization, Verdict};
use crate::iam::catalogue::{ActionRef, ActionSet, catalogue};
use crate::iam::document::{Effect, Text};
use crate::iam::matches;
use crate::value::{Cause, Place};

/// Why an action is not denied.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum HoleKind {
    /// No statement denies by the region.
    NoLock,
    /// `NotAction` of the statement lists it, by this text.
    Exempted(String),
    /// `Action` of the statement does not list it.
    NotListed,
    /// The statement lets this region pass.
    Region(String),
    /// Something else in the statement lets it pass: a condition or a resource.
    Condition,
}

/// One reason for which actions are not denied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hole {
    /// What lets them pass.
    pub kind: HoleKind,
    /// The statement of the lock.
    pub at: Option<StatementRef>,
    /// Where that is written.
    pub place: Option<Place>,
    /// How many actions of each service, most first.
    pub services: Vec<(&'static str, usize)>,
    /// One request.
    pub witness: Witness,
}

/// Principals that the lock leaves out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exempt {
    /// The texts of the policies that they match.
    pub patterns: Vec<String>,
    /// How many regional actions they can use outside the regions that others cannot.
    pub actions: usize,
    /// One request.
    pub witness: Witness,
}

/// A service whose only endpoint is not in an allowed region, and which is denied there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// `globalaccelerator`.
    pub service: &'static str,
    /// Where its endpoint is.
    pub region: &'static str,
    /// How many of its actions are denied there.
    pub actions: usize,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegionLock {
    /// How it stands.
    pub verdict: Verdict,
    /// How many actions can be asked of any region.
    pub regional: usize,
    /// How many of them can be used outside the allowed regions by any principal.
    pub open: usize,
    /// Why, by number of actions.
    pub holes: Vec<Hole>,
    /// Services with exempted actions that do no more than their global endpoint does, and how many.
    pub tolerated: Vec<(&'static str, usize)>,
    /// Principals that are left out.
    pub exempt: Vec<Exempt>,
    /// How many actions have one endpoint only.
    pub global: usize,
    /// Services that cannot be used any more.
    pub broken: Vec<Broken>,
    /// Whether actions that AWS adds later are denied too.
    pub later: bool,
    /// The statements that deny by the region.
    pub locks: Vec<StatementRef>,
    /// A level that allows nothing.
    pub nothing_allowed_at: Option<NodeId>,
    /// How many actions nobody can tell about.
    pub unknown: usize,
    /// Why.
    pub causes: Vec<Cause>,
}

/// Actions with regional endpoints that stand for the account or for a session and make nothing in a region: to exempt them, as
/// AWS's own examples do, opens nothing.
const TOLERATED: [&str; 4] =
    ["sts:*", "s3:ListAllMyBuckets", "s3:GetAccountPublicAccessBlock", "s3:PutAccountPublicAccessBlock"];

fn is_tolerated(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    TOLERATED.iter().any(|pattern| matches(&pattern.to_ascii_lowercase(), &name))
}

/// Whether the account of `chain` is locked to `allowed` regions.
#[must_use]
pub fn region_lock(organization: &Organization, chain: &Chain, allowed: &[&str], options: &Options) -> RegionLock {
    let law = Law::new(organization, chain, options);
    let mut asker = Asker {
        groups: law.region_groups(&outside(allowed)),
        locks: law.clauses.iter().enumerate().filter(|(_, clause)| is_lock(clause)).map(|(index, _)| index).collect(),
        law: &law,
        memo: Memo::default(),
        allowed,
        found: Found::default(),
    };
    asker.all();
    let later = asker.later();
    asker.finish(later)
}

/// The regions that statements which deny by the region let pass: those that none of them denies, when there is such a statement.
#[must_use]
pub fn allowed_regions(organization: &Organization) -> Vec<String> {
    let mut allowed: Option<Vec<&'static str>> = None;
    let documents = organization.policies.iter().filter(|policy| policy.kind == ControlKind::Service);
    for statement in documents.flat_map(|policy| &policy.document.statements) {
        let mut conditions = statement.conditions.iter().filter(|condition| is_region_key(&condition.key)).peekable();
        if statement.effect != Some(Effect::Deny) || conditions.peek().is_none() {
            continue;
        }
        let conditions: Vec<_> = conditions.collect();
        let passes = REGIONS.into_iter().filter(|region| !denies_region(&conditions, region)).collect();
        // A list of forbidden regions says nothing about those that AWS adds.
        if denies_region(&conditions, super::regions::LATER) {
            allowed = Some(match allowed {
                None => passes,
                Some(so_far) => so_far.into_iter().filter(|region| passes.contains(region)).collect(),
            });
        }
    }
    allowed.unwrap_or_default().into_iter().map(str::to_owned).collect()
}

/// Whether a statement denies by the region.
fn is_lock(clause: &super::law::Clause<'_>) -> bool {
    clause.statement.effect == Some(Effect::Deny)
        && clause.statement.conditions.iter().any(|condition| is_region_key(&condition.key))
}

/// Numbers of actions by service.
type Services = BTreeMap<&'static str, usize>;

/// Where a lock is open: the reason with its statement, and what goes through with a request for instance.
type Holes = BTreeMap<(HoleKind, Option<StatementRef>), (Services, Option<Place>, Box<Witness>)>;

#[derive(Default)]
struct Found {
    regional: usize,
    open: usize,
    holes: Holes,
    tolerated: BTreeMap<&'static str, usize>,
    exempt: Vec<Exempt>,
    global: usize,
    broken: BTreeMap<(&'static str, &'static str), usize>,
    unknown: usize,
    causes: Vec<Cause>,
}

struct Asker<'a> {
    law: &'a Law<'a>,
    groups: Vec<(&'static str, Vec<&'static str>)>,
    /// Indexes of the clauses that deny by the region.
    locks: Vec<usize>,
    memo: Memo,
    allowed: &'a [&'a str],
    found: Found,
}

impl Asker<'_> {
    fn all(&mut self) {
        let actions = today();
        self.found.regional = actions.regional.len();
        let mut rest = actions.regional.clone();
        for class in self.law.classes(&actions.regional) {
            let first = catalogue().actions_of(&class).next();
            if first.is_some_and(|first| self.is_closed(first)) {
                rest.subtract(&class);
            }
        }
        for action in catalogue().actions_of(&rest) {
            self.regional(Asked { name: &action.to_string(), known: Some(action) }, action.service.prefix);
        }
        for (region, set) in &actions.global {
            self.found.global += set.len();
            // One of an allowed region is none of the lock's business.
            if !self.allowed.contains(region) {
                self.all_global(region, set);
            }
        }
    }

    fn all_global(&mut self, region: &'static str, set: &ActionSet) {
        let mut rest = set.clone();
        for class in self.law.classes(set) {
            rest.subtract(&class);
            let mut all = catalogue().actions_of(&class);
            if let Some(first) = all.next().filter(|first| self.breaks(*first, region)) {
                for action in std::iter::once(first).chain(all) {
                    *self.found.broken.entry((action.service.prefix, region)).or_default() += 1;
                }
            }
        }
        for action in catalogue().actions_of(&rest).filter(|action| self.breaks(*action, region)).collect::<Vec<_>>() {
            *self.found.broken.entry((action.service.prefix, region)).or_default() += 1;
        }
    }

    /// Whether nobody at all can use an action outside the allowed regions.
    fn is_closed(&mut self, action: ActionRef) -> bool {
        let name = action.to_string();
        let asked = Asked { name: &name, known: Some(action) };
        (0..self.law.principals.len().max(1)).all(|who| {
            let mut regions = self.groups.iter();
            regions.all(|(region, _)| matches!(self.law.reach(asked, who, region, &mut self.memo), Reach::Denied(_)))
        })
    }

    /// An action with one endpoint: does the lock take it away?
    fn breaks(&mut self, action: ActionRef, region: &'static str) -> bool {
        let name = action.to_string();
        let asked = Asked { name: &name, known: Some(action) };
        let denied = matches!(self.law.reach(asked, 0, region, &mut self.memo), Reach::Denied(Some(_)));
        let home = self.allowed.first().copied().unwrap_or("us-east-1");
        denied && !matches!(self.law.reach(asked, 0, home, &mut self.memo), Reach::Denied(_))
    }

    /// An action that can be asked of any region.
    fn regional(&mut self, asked: Asked<'_>, service: &'static str) {
        match self.outside(asked, |law, who| law.principals[who].matched.is_empty()) {
            Some(Ok(witness)) if is_tolerated(asked.name) => {
                drop(witness);
                *self.found.tolerated.entry(service).or_default() += 1;
            }
            Some(Ok(witness)) => {
                self.found.open += 1;
                let (kind, at, place) = self.hole(asked, &witness.region);
                let entry = self.found.holes.entry((kind, at)).or_insert_with(|| (BTreeMap::new(), place, witness));
                *entry.0.entry(service).or_default() += 1;
            }
            Some(Err(causes)) => self.unknown(causes),
            None if is_tolerated(asked.name) => {}
            None => self.exempt(asked),
        }
    }

    fn unknown(&mut self, causes: Vec<Cause>) {
        self.found.unknown += 1;
        for cause in causes {
            if !self.found.causes.contains(&cause) {
                self.found.causes.push(cause);
            }
        }
    }

    /// A request for the action outside the regions by one of the principals; `None` when there is none.
    fn outside(
        &mut self,
        asked: Asked<'_>,
        who: impl Fn(&Law<'_>, usize) -> bool,
    ) -> Option<Result<Box<Witness>, Vec<Cause>>> {
        let mut unknown = None;
        for principal in (0..self.law.principals.len().max(1)).filter(|index| {
            // Without principals they are too many to be told apart, and the law says so.
            self.law.principals.is_empty() || who(self.law, *index)
        }) {
            for (region, _) in &self.groups {
                match self.law.reach(asked, principal, region, &mut self.memo) {
                    Reach::Open(witness) => return Some(Ok(witness)),
                    Reach::Unknown(causes) => unknown = Some(causes),
                    Reach::Denied(_) => {}
                }
            }
        }
        unknown.map(Err)
    }

    /// Principals that a policy names and that can use an action which others cannot.
    fn exempt(&mut self, asked: Asked<'_>) {
        for who in 0..self.law.principals.len() {
            if self.law.principals[who].matched.is_empty() {
                continue;
            }
            match self.outside(asked, |_, index| index == who) {
                Some(Ok(witness)) => {
                    let patterns = &self.law.principals[who].matched;
                    match self.found.exempt.iter_mut().find(|exempt| exempt.patterns == *patterns) {
                        Some(exempt) => exempt.actions += 1,
                        None => {
                            self.found.exempt.push(Exempt { patterns: patterns.clone(), actions: 1, witness: *witness })
                        }
                    }
                }
                Some(Err(causes)) => {
                    self.unknown(causes);
                }
                None => {}
            }
        }
    }

    /// Why an action can be used in a region.
    fn hole(&self, asked: Asked<'_>, region: &str) -> (HoleKind, Option<StatementRef>, Option<Place>) {
        let clauses = &self.law.clauses;
        let closed = |index: &&usize| clauses[**index].denies_region(region);
        let Some(lock) = self.locks.iter().find(closed).or(self.locks.first()) else {
            return (HoleKind::NoLock, None, None);
        };
        let clause = &clauses[*lock];
        let actions = &clause.statement.actions;
        let (kind, place) = if !clause.denies_region(region) {
            let condition = clause.statement.conditions.iter().find(|condition| is_region_key(&condition.key));
            (HoleKind::Region(region.to_owned()), condition.map_or(clause.statement.place, |condition| condition.place))
        } else if clause.is_about(asked) {
            (HoleKind::Condition, clause.statement.place)
        } else if actions.negated {
            let name = asked.name.to_ascii_lowercase();
            let lists = |text: &&Text| matches(&text.text.to_ascii_lowercase(), &name);
            let text = actions.texts.iter().find(lists);
            (
                HoleKind::Exempted(text.map(Text::shown).unwrap_or_default()),
                text.map_or(actions.place, |text| text.place),
            )
        } else {
            (HoleKind::NotListed, actions.place)
        };
        (kind, Some(clause.at), Some(place))
    }

    /// Whether what AWS adds later is denied.
    fn later(&mut self) -> bool {
        match self.outside(LATER, |law, who| law.principals[who].matched.is_empty()) {
            None => true,
            Some(Ok(witness)) if self.found.open == 0 && self.found.unknown == 0 => {
                let (kind, at, place) = self.hole(LATER, &witness.region);
                self.found.holes.insert((kind, at), (BTreeMap::new(), place, witness));
                false
            }
            Some(_) => false,
        }
    }

    fn finish(self, later: bool) -> RegionLock {
        let found = self.found;
        let mut holes: Vec<Hole> = found
            .holes
            .into_iter()
            .map(|((kind, at), (services, place, witness))| {
                let mut services: Vec<_> = services.into_iter().collect();
                services.sort_by_key(|(name, count)| (std::cmp::Reverse(*count), *name));
                Hole { kind, at, place, services, witness: *witness }
            })
            .collect();
        holes.sort_by_key(|hole| std::cmp::Reverse(hole.actions()));
        let verdict = if !holes.is_empty() || !found.exempt.is_empty() {
            Verdict::Violated
        } else if found.unknown > 0 || !later {
            Verdict::Unknown
        } else {
            Verdict::Proved
        };
        let broken = found.broken.into_iter().map(|((service, region), actions)| Broken { service, region, actions });
        RegionLock {
            verdict,
            regional: found.regional,
            open: found.open,
            holes,
            tolerated: found.tolerated.into_iter().collect(),
            exempt: found.exempt,
            global: found.global,
            broken: broken.collect(),
            later,
            locks: self.locks.iter().map(|index| self.law.clauses[*index].at).collect(),
            nothing_allowed_at: self.law.level_without_allow(),
            unknown: found.unknown,
            causes: found.causes,
        }
    }
}

impl Hole {
    /// How many actions there are in it.
    #[must_use]
    pub fn actions(&self) -> usize {
        self.services.iter().map(|(_, count)| count).sum()
    }
}

impl RegionLock {
    /// How many actions of each service are open, most first.
    #[must_use]
    pub fn services(&self) -> Vec<(&'static str, usize)> {
        let mut all: BTreeMap<&'static str, usize> = BTreeMap::new();
        for (service, count) in self.holes.iter().flat_map(|hole| &hole.services) {
            *all.entry(service).or_default() += count;
        }
        let mut all: Vec<_> = all.into_iter().collect();
        all.sort_by_key(|(name, count)| (std::cmp::Reverse(*count), *name));
        all
    }
}
