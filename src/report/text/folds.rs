//! Entries of the page: what a rule says of many resources of one stack in the same words is one of them.

use rustc_hash::FxHashMap;

use super::{Detail, Page, ordered};
use crate::report::document::{Finding, Severity};

/// So many findings that say the same are told one by one.
const APART: usize = 2;
/// So many places of the others are listed.
const LISTED: usize = 10;

/// A finding that is shown, and those that only differ from it in the resource.
pub(super) struct Entry<'a> {
    pub(super) finding: &'a Finding,
    pub(super) others: Vec<&'a Finding>,
}

/// The findings in their order, folded unless everything is wanted. Those of high severity stand alone.
pub(super) fn entries(page: Page<'_>) -> Vec<Entry<'_>> {
    let findings: Vec<(&Finding, Option<String>)> =
        ordered(page.report).into_iter().map(|finding| (finding, said(page, finding))).collect();
    let mut numbers: FxHashMap<&str, usize> = FxHashMap::default();
    for said in findings.iter().filter_map(|(_, said)| said.as_deref()) {
        *numbers.entry(said).or_default() += 1;
    }
    let mut entries: Vec<Entry<'_>> = Vec::new();
    let mut known: FxHashMap<&str, usize> = FxHashMap::default();
    for (finding, said) in &findings {
        let folded = said.as_deref().filter(|said| numbers.get(said).is_some_and(|number| *number > APART));
        let index = folded.map(|said| *known.entry(said).or_insert(entries.len()));
        match index.and_then(|index| entries.get_mut(index)) {
            Some(entry) => entry.others.push(*finding),
            None => entries.push(Entry { finding, others: Vec::new() }),
        }
    }
    entries
}

/// What a finding says and of which stack; nothing when it stands alone whatever others say.
fn said(page: Page<'_>, finding: &Finding) -> Option<String> {
    let resource = page.report.resources.get(finding.resource)?;
    let alone = page.detail == Detail::Verbose || finding.severity > Severity::Medium || !finding.related.is_empty();
    let stack = (&resource.stack, &resource.account, &resource.region, &finding.location.file);
    let case = (&finding.when, &finding.environments, finding.out_of_scope);
    (!alone).then(|| format!("{:?}", (finding.rule, &finding.message, finding.severity, stack, case)))
}

impl Entry<'_> {
    /// ` (12 times in stack `Payments`)`, for the title; nothing when it stands alone.
    pub(super) fn times(&self, page: Page<'_>) -> String {
        let stack = page.report.resources.get(self.finding.resource).map_or("", |resource| &resource.stack);
        match (self.others.len(), stack) {
            (0, _) => String::new(),
            (others, "") => format!(" ({} times)", others + 1),
            (others, stack) => format!(" ({} times in stack `{stack}`)", others + 1),
        }
    }

    /// Where the others stand: `also of `A` (12:4), `B` (40:4) and 7 more`.
    pub(super) fn rest(&self, page: Page<'_>) -> Option<String> {
        if self.others.is_empty() {
            return None;
        }
        let name = |finding: &&Finding| {
            let resource = page.report.resources.get(finding.resource);
            let (id, at) = (resource.map_or("", |resource| &resource.logical_id), finding.location.start);
            format!("`{id}` ({}:{})", at.line, at.column)
        };
        let shown = self.others.len().min(LISTED);
        let mut text =
            format!("the same is said of {}", self.others[..shown].iter().map(name).collect::<Vec<_>>().join(", "));
        if shown < self.others.len() {
            text += &format!(" and {} more (all with --verbose)", self.others.len() - shown);
        }
        Some(text)
    }
}
