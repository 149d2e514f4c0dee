//! The actions that a pattern of a policy stands for.

use std::borrow::Cow;

use super::{ActionId, ActionSet, Catalogue, Entry, cmp_ignoring_case};
use crate::iam::matches_ignoring_case;

impl Catalogue {
    /// The numbers of the actions that a pattern of `Action` or `NotAction` stands for, in order: `s3:Get*`, `*`, `ec2:Describe?pcs`.
    /// Case does not matter. What AWS adds later is not among them. Only services that can match are decompressed, and none when
    /// the pattern takes a service as a whole.
    #[must_use]
    pub fn ids_matching(&self, pattern: &str) -> Vec<ActionId> {
        let mut found = Vec::new();
        self.each_matching(pattern, |id| found.push(ActionId(id)));
        found
    }

    /// [`Self::ids_matching`] of several patterns, as a set.
    #[must_use]
    pub fn set_matching<'a>(&self, patterns: impl IntoIterator<Item = &'a str>) -> ActionSet {
        let mut found = ActionSet::new(self);
        for pattern in patterns {
            self.each_matching(pattern, |id| found.insert(ActionId(id)));
        }
        found
    }

    fn each_matching(&self, pattern: &str, mut found: impl FnMut(u32)) {
        let pattern = &*without_runs(pattern);
        if pattern.bytes().all(|byte| byte == b'*') && !pattern.is_empty() {
            return (0..self.action_count() as u32).for_each(found);
        }
        // A name has one colon, so that of the pattern is the one of the name. A pattern without any has wildcards over it.
        let Some((service, action)) = pattern.split_once(':') else {
            return self.services.iter().for_each(|entry| self.across(entry, pattern, &mut found));
        };
        if !service.contains(['*', '?']) {
            return self.entry(service).into_iter().for_each(|entry| self.within(entry, action, &mut found));
        }
        for entry in self.services.iter().filter(|entry| matches_ignoring_case(service, entry.prefix)) {
            self.within(entry, action, &mut found);
        }
    }

    /// The actions of a service whose name matches.
    fn within(&self, entry: &Entry, pattern: &str, found: &mut impl FnMut(u32)) {
        if !pattern.is_empty() && pattern.bytes().all(|byte| byte == b'*') {
            return entry.ids.clone().for_each(found);
        }
        let actions = self.decoded(entry).actions;
        let fixed = before_wildcards(pattern);
        let head = |name: &'static str| name.get(..fixed.len()).unwrap_or(name);
        let from = actions.partition_point(|action| cmp_ignoring_case(head(action.name), fixed).is_lt());
        for (at, action) in actions.iter().enumerate().skip(from) {
            if !head(action.name).eq_ignore_ascii_case(fixed) {
                break;
            }
            if matches_ignoring_case(pattern, action.name) {
                found(entry.ids.start + at as u32);
            }
        }
    }

    /// The actions of a service whose full name matches a pattern without a colon.
    fn across(&self, entry: &Entry, pattern: &str, found: &mut impl FnMut(u32)) {
        let fixed = before_wildcards(pattern);
        let fits = entry.prefix.get(..fixed.len()).is_some_and(|prefix| prefix.eq_ignore_ascii_case(fixed));
        if !fits || fixed.len() == pattern.len() {
            return;
        }
        for (at, action) in self.decoded(entry).actions.iter().enumerate() {
            if matches_ignoring_case(pattern, &format!("{}:{}", entry.prefix, action.name)) {
                found(entry.ids.start + at as u32);
            }
        }
    }
}

/// A pattern with one `*` for each run of them: it is compared with thousands of names.
fn without_runs(pattern: &str) -> Cow<'_, str> {
    if !pattern.contains("**") {
        return Cow::Borrowed(pattern);
    }
    let mut before = None;
    Cow::Owned(pattern.chars().filter(|c| before.replace(*c) != Some('*') || *c != '*').collect())
}

fn before_wildcards(pattern: &str) -> &str {
    pattern.split(['*', '?']).next().unwrap_or_default()
}
