//! The parts of one unit, each as one environment has it, as one part: what is the same is said once, with the names of
//! the environments in which it is so.

use std::hash::Hash;

use rustc_hash::FxHashMap;

use super::collect::Part;
use crate::report::document as doc;

/// One part of all. The parts are in the order of the `names`.
pub(super) fn merged(parts: Vec<Part>, names: &[&str]) -> Part {
    let mut out = Part::default();
    let mut resources = Together::default();
    let (mut verdicts, mut findings) = (Together::default(), Together::default());
    let (mut gaps, mut diagnostics) = (Together::default(), Together::default());
    let mut suppressions = Together::default();
    for (environment, part) in parts.into_iter().enumerate() {
        out.hidden.extend(part.hidden);
        out.tagged |= part.tagged;
        let mut add = |info: doc::ResourceInfo| {
            let index = resources.add(resource_key(&info), (), environment);
            match out.resources.get_mut(index) {
                Some(known) => {
                    if known.region != info.region {
                        known.region = None;
                    }
                    // In the scope of one environment is in the scope.
                    known.out_of_scope &= info.out_of_scope;
                }
                None => out.resources.push(info),
            }
            index
        };
        let indices: Vec<usize> = part.resources.into_iter().map(&mut add).collect();
        for mut verdict in part.verdicts {
            verdict.resource = indices[verdict.resource];
            verdicts.add((verdict.rule, verdict.resource), verdict, environment);
        }
        for mut finding in part.findings {
            finding.resource = indices[finding.resource];
            findings.add((finding.fingerprint.clone(), finding.resource), finding, environment);
        }
        for mut suppression in part.suppressions {
            suppression.resource = suppression.resource.map(|resource| indices[resource]);
            suppressions.add((suppression.resource, suppression.location.bytes), suppression, environment);
        }
        for gap in part.gaps {
            gaps.add((gap.location.file.clone(), gap.location.bytes), gap, environment);
        }
        for problem in part.diagnostics {
            let at = problem.position.map(|at| (at.line, at.column));
            diagnostics.add((problem.path.clone(), at), problem, environment);
        }
    }
    let named = |of: &[usize]| of.iter().map(|index| names[*index].to_owned()).collect::<Vec<_>>();
    let partly = |of: &[usize]| if of.len() == names.len() { Vec::new() } else { named(of) };
    out.verdicts = verdicts.all(|verdict: &mut doc::Verdict, of| verdict.environments = named(of));
    out.findings = findings.all(|finding: &mut doc::Finding, of| finding.environments = named(of));
    out.suppressions = suppressions.all(|_: &mut doc::Suppression, _| {});
    out.gaps = gaps.all(|gap: &mut doc::Gap, of| gap.environments = partly(of));
    out.diagnostics = diagnostics.all(|problem: &mut doc::Diagnostic, of| problem.environments = partly(of));
    out
}

/// What a resource is in every environment: everything but where it is deployed to.
fn resource_key(info: &doc::ResourceInfo) -> impl Hash + Eq + use<> {
    (info.stack.clone(), info.file.clone(), info.line, info.logical_id.clone(), info.type_name.clone())
}

/// Things of several environments. Those of one key stay beside each other, in the order in which keys came.
struct Together<K, T> {
    /// The things of a key.
    by_key: FxHashMap<K, (usize, Vec<usize>)>,
    /// Each with the rank of its key and the environments that have it.
    all: Vec<(usize, T, Vec<usize>)>,
}

impl<K, T> Default for Together<K, T> {
    fn default() -> Self {
        Self { by_key: FxHashMap::default(), all: Vec::new() }
    }
}

impl<K: Hash + Eq, T: PartialEq> Together<K, T> {
    /// Adds what an environment has, to an equal thing that it does not have yet if there is one; gives its index.
    fn add(&mut self, key: K, thing: T, environment: usize) -> usize {
        let rank = self.by_key.len();
        let (rank, known) = self.by_key.entry(key).or_insert((rank, Vec::new()));
        for index in known.iter() {
            let (_, other, environments) = &mut self.all[*index];
            if environments.last() != Some(&environment) && *other == thing {
                environments.push(environment);
                return *index;
            }
        }
        known.push(self.all.len());
        self.all.push((*rank, thing, vec![environment]));
        self.all.len() - 1
    }

    /// All things, once they know their environments.
    fn all(mut self, tell: impl Fn(&mut T, &[usize])) -> Vec<T> {
        self.all.sort_by_key(|(rank, ..)| *rank);
        let told = self.all.into_iter().map(|(_, mut thing, environments)| {
            tell(&mut thing, &environments);
            thing
        });
        told.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(environments: &[&[(char, i32)]]) -> Vec<(i32, Vec<usize>)> {
        let mut together = Together::default();
        for (environment, things) in environments.iter().enumerate() {
            for (key, thing) in *things {
                together.add(*key, (*thing, Vec::new()), environment);
            }
        }
        together.all.into_iter().map(|(_, (thing, _), of): (_, (i32, Vec<()>), _)| (thing, of)).collect()
    }

    #[test]
    fn what_is_equal_is_one_and_what_differs_is_two() {
        assert_eq!(of(&[&[('a', 1)], &[('a', 1)], &[('a', 2)]]), [(1, vec![0, 1]), (2, vec![2])]);
    }

    #[test]
    fn what_one_environment_has_twice_stays_two() {
        assert_eq!(of(&[&[('a', 1), ('a', 1)], &[('a', 1)]]), [(1, vec![0, 1]), (1, vec![0])]);
    }

    #[test]
    fn things_of_a_key_stay_beside_each_other() {
        let mut together = Together::default();
        for (key, thing, environment) in [('a', 1, 0), ('b', 2, 0), ('a', 3, 1), ('c', 4, 1)] {
            together.add(key, thing, environment);
        }
        assert_eq!(together.all(|_, _| {}), [1, 3, 2, 4]);
    }
}
