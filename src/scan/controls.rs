//! What the verdicts mean for the controls of the frameworks.

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;

use crate::framework::{self, Framework, Status, Tally};
use crate::report::Report;
use crate::report::assessment::{ControlResult, FrameworkResult, ResourceCounts, RuleCounts, Settings};
use crate::report::document::{Outcome, RuleInfo};
use crate::rule::RuleSet;

/// What a scan is to say of frameworks.
#[derive(Debug, Clone, Default)]
pub struct Assessment {
    /// The frameworks to report on.
    pub frameworks: Vec<&'static Framework>,
    /// The rules that were left out by choice: their controls cannot be passed without them.
    pub left_out: Vec<RuleInfo>,
    /// By what the scan judges.
    pub settings: Settings,
}

impl Assessment {
    /// Notes rules that are left out, as far as they bear on what is reported.
    pub fn leave_out(&mut self, rules: impl IntoIterator<Item = RuleInfo>) {
        let reported = |id: &str| self.frameworks.iter().any(|framework| *framework.id == *id);
        let bears = |rule: &RuleInfo| rule.controls.iter().any(|control| reported(&control.framework));
        self.left_out.extend(rules.into_iter().filter(bears));
        self.left_out.sort_by(|a, b| a.id.cmp(&b.id));
        self.settings.left_out = self.left_out.iter().map(|rule| rule.id.clone()).collect();
    }
}

/// The frameworks and the rules that bear on them, as a report of a scan that has looked at nothing.
#[must_use]
pub fn coverage(rules: &RuleSet, assessment: &Assessment, today: &str) -> Report {
    let mut report = super::collect::empty(rules, today, &[]);
    report.settings = assessment.settings.clone();
    report.frameworks = assess(&report, assessment, &BTreeSet::new());
    report
}

/// How bad a verdict is; what is worse counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Worst {
    #[default]
    Nothing,
    Pass,
    Unknown,
    Fail,
}

/// The rules that bear on a control: index, and whether they test what it asks.
type Bearing<'a> = FxHashMap<(&'a str, &'a str), Vec<(usize, bool)>>;

/// What the report says of each control of each framework. The rules of the indices `unlisted` judge resources of which an
/// account may hold more than was seen, so that their controls cannot be passed either.
pub(super) fn assess(report: &Report, assessment: &Assessment, unlisted: &BTreeSet<usize>) -> Vec<FrameworkResult> {
    let (bearing, left_out) = (bearing(&report.rules), bearing(&assessment.left_out));
    let mut counter = Counter::new(report);
    let of = |framework: &&'static Framework| {
        let mut result = FrameworkResult::of(framework);
        for control in &framework.controls {
            let key = (&*framework.id, &*control.id);
            let rules = bearing.get(&key).map_or(&[][..], Vec::as_slice);
            let (resources, mut counts, direct) = counter.count(rules);
            counts.left_out = left_out.get(&key).map_or(0, Vec::len);
            let tally = Tally {
                pass: resources.pass,
                fail: resources.fail,
                unknown: resources.unknown,
                direct,
                left_out: counts.left_out + rules.iter().filter(|(rule, _)| unlisted.contains(rule)).count(),
                incomplete: !report.summary.complete,
            };
            let status: Status = framework::status(control.automation, &tally);
            result.summary.add(status);
            result.controls.push(ControlResult::of(control, status, resources, counts));
        }
        result
    };
    assessment.frameworks.iter().map(of).collect()
}

fn bearing(rules: &[RuleInfo]) -> Bearing<'_> {
    let mut bearing = Bearing::default();
    for (index, rule) in rules.iter().enumerate() {
        for control in &rule.controls {
            let rules = bearing.entry((&control.framework, &control.id)).or_default();
            rules.push((index, control.strength == "direct"));
        }
    }
    bearing
}

/// The verdicts in the scope by rule, and a place to note the worst of each resource.
struct Counter {
    by_rule: Vec<Vec<(usize, Worst)>>,
    worst: Vec<Worst>,
    touched: Vec<usize>,
}

impl Counter {
    fn new(report: &Report) -> Self {
        let mut by_rule = vec![Vec::new(); report.rules.len()];
        for verdict in report.verdicts.iter().filter(|verdict| !report.resources[verdict.resource].out_of_scope) {
            let worst = match verdict.outcome {
                Outcome::Pass => Worst::Pass,
                Outcome::Unknown => Worst::Unknown,
                Outcome::Fail => Worst::Fail,
                Outcome::NotApplicable => continue,
            };
            by_rule[verdict.rule].push((verdict.resource, worst));
        }
        Self { by_rule, worst: vec![Worst::Nothing; report.resources.len()], touched: Vec::new() }
    }

    /// Resources and rules by their worst verdict, and whether a rule that tests what is asked has passed a resource.
    fn count(&mut self, rules: &[(usize, bool)]) -> (ResourceCounts, RuleCounts, bool) {
        let (mut counts, mut direct) = (RuleCounts::default(), false);
        for (rule, tests) in rules {
            let mut worst_of_rule = Worst::Nothing;
            for (resource, worst) in &self.by_rule[*rule] {
                worst_of_rule = worst_of_rule.max(*worst);
                direct |= *tests && *worst == Worst::Pass;
                let known = &mut self.worst[*resource];
                if *known == Worst::Nothing {
                    self.touched.push(*resource);
                }
                *known = (*known).max(*worst);
            }
            *match worst_of_rule {
                Worst::Nothing => &mut counts.not_evaluated,
                Worst::Pass => &mut counts.pass,
                Worst::Unknown => &mut counts.unknown,
                Worst::Fail => &mut counts.fail,
            } += 1;
        }
        let mut resources = ResourceCounts::default();
        for resource in self.touched.drain(..) {
            match std::mem::take(&mut self.worst[resource]) {
                Worst::Pass => resources.pass += 1,
                Worst::Unknown => resources.unknown += 1,
                Worst::Fail => resources.fail += 1,
                Worst::Nothing => {}
            }
        }
        (resources, counts, direct)
    }
}
