//! One rule on one resource over all consistent worlds.

use std::collections::VecDeque;

use rustc_hash::FxHashMap;

use super::Context;
use super::answer::{Answer, Blame, Truth};
use super::explain::{Cubes, explanation};
use super::focus::{Conjunct, Focus, Open};
use super::scope::{Scope, Wanted};
use super::verdict::{Outcome, Verdict, Violation};
use crate::rule::{Message, Rule};
use crate::value::{Assignment, Cause, ConditionId, Place, ResourceId, Trigger, View, World};

/// How many times one verdict may look at the rule, over all conjuncts and their worlds; past that it is unknown.
const WORLDS: usize = 1024;

/// Causes that one verdict names. A list of thousands of elements may have one for each, and many resources that list.
const CAUSES: usize = 50;

/// What one look at the rule gives: at one conjunct of it, in one world.
#[derive(Default)]
struct Look {
    /// Why the rule does not concern the resource there.
    not_applicable: Option<&'static str>,
    /// Each with the assert that it is of, and whether the worlds below may name another instead.
    violations: Vec<(usize, Violation, bool)>,
    causes: Vec<Cause>,
    by_default: bool,
    /// What to look at in the worlds below.
    open: Vec<Open>,
}

/// A violation with the world that it was seen in.
pub(super) struct Failure {
    assert: usize,
    /// Where it comes among the violations of that world: in the order of the rule.
    position: usize,
    violation: Violation,
    provisional: bool,
    pub(super) world: Vec<Assignment>,
    pub(super) asked: Vec<ConditionId>,
}

/// What all looks have given so far.
#[derive(Default)]
struct Explored {
    failures: Vec<Failure>,
    causes: Vec<Cause>,
    /// Whether the rule concerns the resource in some world.
    applicable: bool,
    by_default: bool,
    not_applicable: Option<&'static str>,
}

/// The verdict of a rule on a resource.
pub(super) fn judge(context: &Context<'_>, rule: usize, resource: ResourceId) -> Verdict {
    let values = &context.inventory.values;
    let mut open: VecDeque<(Conjunct, World)> = VecDeque::from([(Conjunct::new(), World::open())]);
    let (mut explored, mut looks) = (Explored::default(), 0);
    // In order of depth: where there are too many worlds, what few variables decide is decided first.
    while let Some((conjunct, world)) = open.pop_front() {
        looks += 1;
        let look = look(context, &context.rules.rules[rule], resource, &world, conjunct);
        for found in &look.open {
            let cases = values.variables[found.variable.0 as usize].domain.len();
            if looks + open.len() + cases > WORLDS {
                explored.causes.push(Cause::Limit);
                continue;
            }
            for case in 0..cases as u16 {
                let below = world.with(Assignment { variable: found.variable, case, trigger: found.trigger });
                if values.constraints.allow(values, &below) {
                    open.push_back((found.conjunct.clone(), below));
                }
            }
        }
        explored.add(look, &world);
    }
    if let Some(name) = &context.inventory.stack(resource).transformed_by {
        explored.causes.push(Cause::Macro { name: name.clone() });
    }
    Verdict { rule, resource, outcome: explored.outcome(context) }
}

fn look(context: &Context<'_>, rule: &Rule, resource: ResourceId, world: &World, conjunct: Conjunct) -> Look {
    let view = View::new(&context.inventory.values, world);
    let focus = Focus::on(conjunct);
    let mut scope = Scope { context, rule, selected: resource, view, strict: false, focus };
    let mut look = Look::default();
    let (concerned, needed) = world.needs(|| concerns(&scope));
    match concerned {
        Ok(()) => {}
        Err(Answer { truth: Truth::Unknown, causes, .. }) => {
            match needed {
                Some((variable, trigger)) => look.open.push(Open { conjunct: Conjunct::new(), variable, trigger }),
                None => look.causes = causes,
            }
            return look;
        }
        Err(_) => {
            let exists = context.inventory.exists(&view, resource) == Some(true);
            look.not_applicable = Some(if exists { "the rule does not concern it" } else { "its condition is false" });
            return look;
        }
    }
    scope.strict = context.options.strict;
    let cursor = scope.at_resource(resource);
    for (step, assert) in rule.asserts.iter().enumerate() {
        let answer = scope.conjunct(step as u64, true, || scope.clause(&assert.clause, &cursor, Wanted::False));
        match answer.truth {
            Truth::True { by_default } => look.by_default |= by_default,
            Truth::Unknown => look.causes.extend(answer.causes),
            Truth::False => {
                let mut blames = answer.blames;
                if blames.is_empty() {
                    blames.push(scope.absent_blame(cursor.head, cursor.trail.text(&scope), &cursor));
                }
                for blame in &blames {
                    let (violation, needed) = world.needs(|| violation(&scope, &assert.message, blame));
                    let found = (step, violation, blame.provisional || needed.is_some());
                    if let Some(needed) = needed {
                        scope.focus.reopen(step as u64, needed);
                    }
                    if !look.violations.contains(&found) {
                        look.violations.push(found);
                    }
                }
            }
        }
    }
    look.open = scope.focus.open();
    look
}

/// Whether the resource is there, and what the rule selects: `Err` with the answer when not, or when that is open.
fn concerns(scope: &Scope<'_>) -> Result<(), Answer> {
    match scope.context.inventory.exists(&scope.view, scope.selected) {
        Some(true) => {}
        Some(false) => return Err(Answer::of(false)),
        None => return Err(Answer::unknown(vec![Cause::Undecided])),
    }
    scope.with_its_group()?;
    let selected = scope.all(&scope.rule.conditions, &scope.at_resource(scope.selected), Wanted::Nothing);
    if selected.holds() { Ok(()) } else { Err(selected) }
}

fn violation(scope: &Scope<'_>, message: &Message, blame: &Blame) -> Violation {
    let head = scope.at_resource(scope.selected).head;
    Violation {
        message: scope.message(message, blame),
        place: blame.place.unwrap_or(head),
        owner: blame.owner.unwrap_or(scope.selected),
        path: blame.path.clone(),
        found: blame.found.clone(),
        absent: blame.absent,
        secrets: blame.secrets.clone(),
        when: None,
        also: Vec::new(),
    }
}

impl Explored {
    fn add(&mut self, look: Look, world: &World) {
        match look.not_applicable {
            Some(reason) => self.not_applicable = Some(reason),
            // Where it is open whether the rule concerns the resource, the worlds below tell.
            None => self.applicable |= !look.open.iter().any(|open| open.conjunct.is_empty()),
        }
        self.by_default |= look.by_default;
        self.causes.extend(look.causes);
        let failure = |(position, (assert, violation, provisional))| Failure {
            assert,
            position,
            violation,
            provisional,
            world: world.assigned().to_vec(),
            asked: world.asked(),
        };
        self.failures.extend(look.violations.into_iter().enumerate().map(failure));
    }

    fn outcome(mut self, context: &Context<'_>) -> Outcome {
        // Where all worlds below were looked at, they say which places are at fault.
        if !self.causes.contains(&Cause::Limit) {
            self.failures.retain(|failure| !failure.provisional);
        }
        if !self.failures.is_empty() {
            return failed(context, self.failures);
        }
        let (mut causes, by_default) = (self.causes, self.by_default);
        match self.not_applicable {
            Some(reason) if !self.applicable => Outcome::NotApplicable { reason },
            _ if causes.is_empty() => Outcome::Pass { by_default },
            _ => {
                causes.sort();
                causes.dedup();
                causes.truncate(CAUSES);
                Outcome::Unknown { causes, when: None }
            }
        }
    }
}

/// The outcome of a rule that fails in some worlds: each violation with its own explanation, in the order of the file.
fn failed(context: &Context<'_>, failures: Vec<Failure>) -> Outcome {
    let values = &context.inventory.values;
    let always = Cubes::of(values, failures.iter()).cover_all();
    let (mut violations, mut possible) = (Vec::<Violation>::new(), None);
    for group in grouped(failures) {
        let smallest = Cubes::of(values, group.iter()).smallest();
        // Of several places the first one of the rule; of the worlds in which it was seen, the last.
        let fitting = || group.iter().filter(|failure| failure.fits(&smallest));
        let first = fitting().min_by_key(|failure| failure.position).unwrap_or(&group[0]);
        let seen = fitting().rfind(|failure| failure.is_at(first)).unwrap_or(first);
        let mut violation = seen.violation.clone();
        violation.when = (!smallest.is_empty()).then(|| explanation(values, &group, seen, &smallest));
        for other in &group {
            let place = (other.violation.owner, other.violation.place);
            if place != (violation.owner, violation.place) && !violation.also.contains(&place) {
                violation.also.push(place);
            }
        }
        // A value that nobody gives is only possible: whoever deploys decides, not the template.
        match smallest.iter().find(|assignment| assignment.trigger == Trigger::Value) {
            Some(assignment) if !always => {
                let name = values.variables[assignment.variable.0 as usize].name.clone();
                possible = possible.or(Some((name, violation.when)));
            }
            // Two asserts may say the same of one place.
            _ if violations.contains(&violation) => {}
            _ => violations.push(violation),
        }
    }
    match possible {
        Some((name, when)) if violations.is_empty() => {
            Outcome::Unknown { causes: vec![Cause::ParameterWithoutDefault { name }], when }
        }
        _ => Outcome::Fail { violations, always },
    }
}

/// What is one finding each: what an assert finds at a place and path in all worlds, and what one edit mends.
fn grouped(mut failures: Vec<Failure>) -> Vec<Vec<Failure>> {
    // Two worlds may say the same of one place in other words; one finding is enough. What was seen last, where most
    // is decided, says most.
    let at = |failure: &Failure| {
        let violation = &failure.violation;
        (violation.place.file, violation.place.span, violation.owner)
    };
    failures.sort_by(|a, b| (at(a), &a.violation.path, a.assert).cmp(&(at(b), &b.violation.path, b.assert)));
    let same =
        |a: &Failure, b: &Failure| at(a) == at(b) && a.violation.path == b.violation.path && a.assert == b.assert;
    let (mut groups, mut faults) = (Vec::<Vec<Failure>>::new(), FxHashMap::default());
    let mut failures = failures.into_iter().peekable();
    while let Some(first) = failures.next() {
        let mut group = vec![first];
        while let Some(next) = failures.next_if(|next| same(&group[0], next)) {
            group.push(next);
        }
        let known = group.last().and_then(Failure::fault).map(|fault| *faults.entry(fault).or_insert(groups.len()));
        match known.and_then(|index: usize| groups.get_mut(index)) {
            Some(known) => known.extend(group),
            None => groups.push(group),
        }
    }
    groups
}

/// What several findings of an assert have in common that one edit mends: the message, and the place where things are missing;
/// without a place, the very existence of a partner.
type Fault = (usize, String, Option<(Place, ResourceId)>);

impl Failure {
    /// Whether it is about the same place and path as another.
    fn is_at(&self, other: &Self) -> bool {
        let at = |failure: &Self| (failure.violation.place, failure.violation.owner);
        at(self) == at(other) && self.violation.path == other.violation.path
    }

    fn fault(&self) -> Option<Fault> {
        let Violation { message, place, owner, path, absent, .. } = &self.violation;
        let place = (path != "Properties").then_some((*place, *owner));
        absent.then(|| (self.assert, message.clone(), place))
    }

    /// Whether it was seen in a world that such a case allows.
    fn fits(&self, case: &[Assignment]) -> bool {
        let differs =
            |own: &Assignment| case.iter().any(|other| other.variable == own.variable && other.case != own.case);
        !self.world.iter().any(differs)
    }
}
