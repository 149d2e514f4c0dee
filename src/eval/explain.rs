//! The smallest explanation: which decisions force a failure.

use super::judge::Failure;
use super::verdict::{Case, When};
use crate::value::{Assignment, ConditionId, Trigger, Values, VariableId, VariableKind, World};

/// How many partial worlds are looked at to show that a case forces the failure; past that a longer case is named.
const STEPS: usize = 2000;

/// The worlds in which something fails: each decides what it needs and leaves the rest open.
pub(super) struct Cubes<'a> {
    values: &'a Values,
    cubes: Vec<&'a [Assignment]>,
}

impl<'a> Cubes<'a> {
    pub(super) fn of(values: &'a Values, failures: impl Iterator<Item = &'a Failure>) -> Self {
        let mut cubes: Vec<&[Assignment]> = failures.map(|failure| failure.world.as_slice()).collect();
        cubes.sort_by_key(|cube| cube.len());
        cubes.dedup();
        Self { values, cubes }
    }

    /// Whether every world is one of them.
    pub(super) fn cover_all(&self) -> bool {
        self.forced(&[])
    }

    /// Whether every consistent world of a case is one of them.
    fn forced(&self, case: &[Assignment]) -> bool {
        self.covered(&mut case.to_vec(), &mut { STEPS })
    }

    fn covered(&self, case: &mut Vec<Assignment>, steps: &mut usize) -> bool {
        if *steps == 0 {
            return false;
        }
        *steps -= 1;
        // The fewest decisions that are left to reach one of the worlds.
        let mut next: Option<(usize, VariableId)> = None;
        for cube in &self.cubes {
            let Some((left, variable)) = missing(cube, case) else { continue };
            let Some(variable) = variable else { return true };
            if next.is_none_or(|(least, _)| left < least) {
                next = Some((left, variable));
            }
        }
        let Some((_, variable)) = next else { return false };
        (0..self.values.variables[variable.0 as usize].domain.len() as u16).all(|number| {
            case.push(Assignment { variable, case: number, trigger: Trigger::Condition });
            let covered = !self.consistent(case) || self.covered(case, steps);
            case.pop();
            covered
        })
    }

    fn consistent(&self, case: &[Assignment]) -> bool {
        self.values.constraints.allow(self.values, &World::of(case.to_vec()))
    }

    /// The fewest decisions that force the failure. Those that a condition asks for come before a value that nobody
    /// gives, parameters before comparisons of unknown things, and a text before "any other value".
    pub(super) fn smallest(&self) -> Vec<Assignment> {
        if self.forced(&[]) {
            return Vec::new();
        }
        let found = [false, true].into_iter().find_map(|possible| {
            self.single(possible).or_else(|| self.pair(possible)).or_else(|| self.shrunk(possible))
        });
        let mut case = found.unwrap_or_else(|| self.cubes.first().map(|cube| cube.to_vec()).unwrap_or_default());
        // In the order of the template.
        case.sort_by_key(|assignment| assignment.variable);
        case
    }

    /// What a decision is worth as an explanation; less is better.
    fn rank(&self, assignment: &Assignment) -> (bool, bool, bool) {
        let variable = &self.values.variables[assignment.variable.0 as usize];
        let other = variable.domain.get(usize::from(assignment.case)).is_none_or(Option::is_none);
        (assignment.trigger == Trigger::Value, variable.kind == VariableKind::Comparison, other)
    }

    /// The decisions of a world that may be named.
    fn named(&self, cube: &[Assignment], possible: bool) -> Vec<Assignment> {
        cube.iter().filter(|assignment| possible || assignment.trigger == Trigger::Condition).copied().collect()
    }

    fn single(&self, possible: bool) -> Option<Vec<Assignment>> {
        let mut all: Vec<Assignment> = Vec::new();
        for assignment in self.cubes.iter().flat_map(|cube| self.named(cube, possible)) {
            if !all.contains(&assignment) {
                all.push(assignment);
            }
        }
        all.sort_by_key(|assignment| self.rank(assignment));
        all.into_iter().map(|assignment| vec![assignment]).find(|case| self.forced(case))
    }

    fn pair(&self, possible: bool) -> Option<Vec<Assignment>> {
        let mut seen: Vec<Vec<Assignment>> = Vec::new();
        for cube in &self.cubes {
            let named = self.named(cube, possible);
            for (at, first) in named.iter().enumerate() {
                for second in &named[at + 1..] {
                    let pair = vec![*first, *second];
                    if seen.len() > STEPS / 20 || seen.contains(&pair) {
                        continue;
                    }
                    seen.push(pair);
                }
            }
        }
        seen.sort_by_key(|pair| pair.iter().map(|one| self.rank(one)).max());
        seen.into_iter().find(|case| self.forced(case))
    }

    /// A world of which no decision can be left out.
    fn shrunk(&self, possible: bool) -> Option<Vec<Assignment>> {
        let mut case = self.cubes.iter().map(|cube| self.named(cube, possible)).find(|case| self.forced(case))?;
        let mut order = case.clone();
        order.sort_by_key(|assignment| std::cmp::Reverse(self.rank(assignment)));
        for assignment in order {
            let fewer: Vec<Assignment> = case.iter().filter(|one| **one != assignment).copied().collect();
            if self.forced(&fewer) {
                case = fewer;
            }
        }
        Some(case)
    }

    /// The parameter's value in a case: when more of them force the failure, as few words as say which.
    fn value(&self, assignment: &Assignment, alone: bool) -> Case {
        let variable = &self.values.variables[assignment.variable.0 as usize];
        let text = |case: u16| variable.domain.get(usize::from(case)).and_then(Option::as_deref);
        let possible = |case: &u16| self.consistent(&[Assignment { case: *case, ..*assignment }]);
        let cases: Vec<u16> = (0..variable.domain.len() as u16).filter(possible).collect();
        let fails = |case: u16| case == assignment.case || alone && self.forced(&[Assignment { case, ..*assignment }]);
        let (failing, holding): (Vec<u16>, Vec<u16>) = cases.into_iter().partition(|case| fails(*case));
        let open = failing.iter().any(|case| text(*case).is_none());
        match text(assignment.case) {
            Some(text) if !open && (failing.len() < 2 || holding.len() > 1) => Case::Is(text.into()),
            _ => Case::IsNot(holding.into_iter().filter_map(text).map(Into::into).collect()),
        }
    }
}

/// How many decisions of a world a case lacks, and the first variable of these; `None` when the case decides otherwise.
fn missing(cube: &[Assignment], case: &[Assignment]) -> Option<(usize, Option<VariableId>)> {
    let (mut left, mut first) = (0, None);
    for assignment in cube {
        match case.iter().find(|decided| decided.variable == assignment.variable) {
            Some(decided) if decided.case == assignment.case => {}
            Some(_) => return None,
            None => {
                left += 1;
                first = first.or(Some(assignment.variable));
            }
        }
    }
    Some((left, first))
}

/// A case for people. `seen` is one of the failures of the group to which it applies.
pub(super) fn explanation(values: &Values, group: &[Failure], seen: &Failure, case: &[Assignment]) -> When {
    let cubes = Cubes::of(values, group.iter());
    let world = World::of(case.to_vec());
    let truth = |id: ConditionId| {
        let condition = values.conditions.get(id.0 as usize)?;
        Some((condition, world.truth(&values.conditions, &condition.formula).ok()?))
    };
    let mut when = When::default();
    for assignment in case {
        let variable = &values.variables[assignment.variable.0 as usize];
        match variable.kind {
            VariableKind::Parameter => {
                let value = cubes.value(assignment, case.len() == 1);
                // A parameter that is this text need not be said to be none of others.
                match when.parameters.iter_mut().find(|(name, _)| *name == variable.name) {
                    Some((_, known @ Case::IsNot(_))) if matches!(value, Case::Is(_)) => *known = value,
                    Some((_, Case::Is(_))) => {}
                    _ => when.parameters.push((variable.name.clone(), value)),
                }
            }
            VariableKind::Comparison => {
                let about = |id: &ConditionId| {
                    truth(*id).filter(|(condition, _)| {
                        condition.formula.variables(&values.conditions).contains(&assignment.variable)
                    })
                };
                if let Some((condition, truth)) = seen.asked.iter().find_map(about)
                    && !when.conditions.iter().any(|(name, _)| *name == condition.name)
                {
                    when.conditions.push((condition.name.clone(), truth));
                }
            }
        }
    }
    let asked = seen.asked.iter().filter_map(|id| truth(*id));
    for (condition, truth) in asked {
        if !when.asked.iter().any(|(name, _)| *name == condition.name) {
            when.asked.push((condition.name.clone(), truth));
        }
    }
    when
}
