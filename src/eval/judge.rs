//! One rule on one resource over all consistent worlds.

use super::Context;
use super::answer::Truth;
use super::scope::{Scope, Wanted};
use super::verdict::{Outcome, Verdict, Violation, When};
use crate::value::{Assignment, Cause, ConditionId, Place, ResourceId, Trigger, VariableKind, View, World};

/// How many worlds one verdict may look at; past that it is unknown.
const WORLDS: usize = 64;

/// Causes that one verdict names. A list of thousands of elements may have one for each, and many resources that list.
const CAUSES: usize = 50;

/// What one world gives.
enum Single {
    Pass { by_default: bool },
    Fail(Vec<Violation>),
    Unknown(Vec<Cause>),
    NotApplicable(&'static str),
}

/// A world with what it gives.
struct Explored {
    assigned: Vec<Assignment>,
    asked: Vec<(ConditionId, Option<bool>)>,
    outcome: Single,
}

/// The verdict of a rule on a resource.
pub(super) fn judge(context: &Context<'_>, rule: usize, resource: ResourceId) -> Verdict {
    let mut open = vec![World::open()];
    let mut explored: Vec<Explored> = Vec::new();
    while let Some(world) = open.pop() {
        let mut outcome = judge_in(context, rule, resource, &world);
        if let Some((variable, trigger)) = world.pending() {
            let cases = context.inventory.values.variables[variable.0 as usize].domain.len();
            if explored.len() + open.len() + cases <= WORLDS {
                for case in (0..cases).rev() {
                    open.push(world.with(Assignment { variable, case: case as u16, trigger }));
                }
                continue;
            }
            // What Kleene logic decides already holds in every world below this one.
            if matches!(outcome, Single::Unknown(_)) {
                outcome = Single::Unknown(vec![Cause::Limit]);
            }
        }
        let conditions = &context.inventory.values.conditions;
        let asked = world.asked().into_iter().map(|id| (id, world.condition(conditions, id))).collect();
        explored.push(Explored { assigned: world.assigned().to_vec(), asked, outcome });
    }
    Verdict { rule, resource, outcome: combine(context, explored) }
}

fn judge_in(context: &Context<'_>, rule: usize, resource: ResourceId, world: &World) -> Single {
    let rule = &context.rules.rules[rule];
    let view = View::new(&context.inventory.values, world);
    let mut scope = Scope { context, rule, selected: resource, view, strict: false };
    match context.inventory.exists(&view, resource) {
        Some(true) => {}
        Some(false) => return Single::NotApplicable("its condition is false"),
        None => return Single::Unknown(vec![Cause::Undecided]),
    }
    let cursor = scope.at_resource(resource);
    let selected = scope.all(&rule.conditions, &cursor, Wanted::Nothing);
    match selected.truth {
        Truth::False => return Single::NotApplicable("the rule does not concern it"),
        Truth::Unknown => return Single::Unknown(selected.causes),
        Truth::True { .. } => {}
    }
    scope.strict = context.options.strict;
    let (mut violations, mut causes, mut defaulted) = (Vec::new(), Vec::new(), false);
    for assert in &rule.asserts {
        let answer = scope.clause(&assert.clause, &cursor, Wanted::False);
        match answer.truth {
            Truth::True { by_default } => defaulted |= by_default,
            Truth::Unknown => causes.extend(answer.causes),
            Truth::False => {
                let mut blames = answer.blames;
                if blames.is_empty() {
                    blames.push(scope.absent_blame(cursor.head, cursor.trail.text(&scope), &cursor));
                }
                for blame in &blames {
                    let violation = Violation {
                        message: scope.message(&assert.message, blame),
                        place: blame.place.unwrap_or(cursor.head),
                        owner: blame.owner.unwrap_or(resource),
                        path: blame.path.clone(),
                        found: blame.found.clone(),
                        absent: blame.absent,
                    };
                    if !violations.contains(&violation) {
                        violations.push(violation);
                    }
                }
            }
        }
    }
    if !violations.is_empty() {
        return Single::Fail(violations);
    }
    if let Some(name) = &context.inventory.stack(resource).transformed_by {
        causes.push(Cause::Macro { name: name.clone() });
    }
    if causes.is_empty() { Single::Pass { by_default: defaulted } } else { Single::Unknown(causes) }
}

fn combine(context: &Context<'_>, explored: Vec<Explored>) -> Outcome {
    let fails = |explored: &Explored| matches!(explored.outcome, Single::Fail(_));
    let failing = explored.iter().filter(|one| fails(one)).count();
    if failing == 0 {
        return without_failure(explored);
    }
    let (when, by_value) =
        if failing == explored.len() { (None, None) } else { explanation(context, &explored, fails) };
    if let Some(name) = by_value {
        return Outcome::Unknown { causes: vec![Cause::ParameterWithoutDefault { name }], when };
    }
    let mut violations: Vec<Violation> = Vec::new();
    for one in explored {
        if let Single::Fail(found) = one.outcome {
            for violation in found {
                if !violations.contains(&violation) {
                    violations.push(violation);
                }
            }
        }
    }
    // The order in which worlds were explored is not the order of the file.
    let at = |place: &Place| (place.file, place.span);
    violations.sort_by(|a, b| (at(&a.place), &a.path).cmp(&(at(&b.place), &b.path)));
    // Two worlds may say the same of one place in other words; one finding is enough.
    violations.dedup_by(|a, b| a.place == b.place && a.path == b.path && a.owner == b.owner);
    Outcome::Fail { violations, when }
}

fn without_failure(explored: Vec<Explored>) -> Outcome {
    let mut causes = Vec::new();
    let (mut passes, mut by_default, mut reason) = (false, false, "its condition is false");
    for one in explored {
        match one.outcome {
            Single::Pass { by_default: rests } => {
                passes = true;
                by_default |= rests;
            }
            Single::Unknown(unknown) => causes.extend(unknown),
            Single::NotApplicable(why) => reason = why,
            Single::Fail(_) => {}
        }
    }
    if !causes.is_empty() {
        causes.sort();
        causes.dedup();
        causes.truncate(CAUSES);
        return Outcome::Unknown { causes, when: None };
    }
    if passes { Outcome::Pass { by_default } } else { Outcome::NotApplicable { reason } }
}

/// The smallest case in which it fails, and the parameter that makes it a mere possibility if there is one.
fn explanation(
    context: &Context<'_>,
    explored: &[Explored],
    fails: impl Fn(&Explored) -> bool,
) -> (Option<When>, Option<Box<str>>) {
    let variables = &context.inventory.values.variables;
    let Some(first) = explored.iter().find(|one| fails(one)) else { return (None, None) };
    let mut needed = first.assigned.clone();
    let consistent = |one: &Explored, needed: &[Assignment]| {
        needed
            .iter()
            .all(|wanted| one.assigned.iter().all(|own| own.variable != wanted.variable || own.case == wanted.case))
    };
    let mut index = 0;
    while index < needed.len() {
        let mut fewer = needed.clone();
        fewer.remove(index);
        if explored.iter().filter(|one| consistent(one, &fewer)).all(&fails) {
            needed = fewer;
        } else {
            index += 1;
        }
    }
    let by_value = needed
        .iter()
        .find(|assignment| assignment.trigger == Trigger::Value)
        .map(|assignment| variables[assignment.variable.0 as usize].name.clone());
    let mut when = When::default();
    for assignment in &needed {
        let variable = &variables[assignment.variable.0 as usize];
        if variable.kind == VariableKind::Parameter {
            when.parameters.push((variable.name.clone(), variable.case(assignment.case).into()));
        }
    }
    for (id, truth) in &first.asked {
        let name = &context.inventory.values.conditions[id.0 as usize].name;
        if let Some(truth) = truth
            && !when.conditions.iter().any(|(known, _)| known == name)
        {
            when.conditions.push((name.clone(), *truth));
        }
    }
    (Some(when), by_value)
}
