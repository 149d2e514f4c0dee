//! The answers to all guardrail questions about one organisation, ready to be written.

use std::collections::BTreeSet;

use super::Loaded;
use crate::iam::organization::{
    Group, NodeId, Options, Organization, Protection, RegionLock, RootUser, Verdict, allowed_regions, guardrails,
    protection, region_lock, root_user,
};

/// The names of the guardrails that are no group of actions.
pub(super) const REGION_LOCK: &str = "region-lock";
pub(super) const ROOT_USER: &str = "root-user";

/// What was asked, with the answer.
pub(super) enum Asked {
    Lock(Box<RegionLock>),
    Root(Box<RootUser>),
    Group(&'static Group, Box<Protection>),
}

/// One guardrail for accounts that the policies cannot tell apart.
pub(super) struct Answer {
    pub(super) accounts: Vec<NodeId>,
    pub(super) asked: Asked,
}

/// All answers about an organisation.
pub(super) struct Report {
    /// The regions that the lock is asked about; empty: it was not asked about.
    pub(super) regions: Vec<String>,
    /// Whether the regions are those that the policies let pass.
    pub(super) regions_read: bool,
    pub(super) answers: Vec<Answer>,
    pub(super) management: Vec<NodeId>,
    pub(super) warnings: Vec<String>,
}

impl Answer {
    pub(super) fn verdict(&self) -> Verdict {
        match &self.asked {
            Asked::Lock(lock) => lock.verdict,
            Asked::Root(root) => root.verdict,
            Asked::Group(_, protection) => protection.verdict,
        }
    }

    pub(super) fn id(&self) -> &'static str {
        match &self.asked {
            Asked::Lock(_) => REGION_LOCK,
            Asked::Root(_) => ROOT_USER,
            Asked::Group(group, _) => group.id,
        }
    }
}

impl Report {
    pub(super) fn new(
        loaded: &Loaded,
        accounts: &[NodeId],
        regions: &[&str],
        options: &Options,
        asked: &dyn Fn(&str) -> bool,
    ) -> Self {
        let organization = &loaded.organization;
        let (management, accounts): (Vec<NodeId>, Vec<NodeId>) =
            accounts.iter().partition(|account| organization.node(**account).management);
        let groups = organization.groups(&accounts);
        let read: Vec<String> = match regions {
            [] => allowed_regions(organization),
            given => given.iter().map(|region| (*region).to_owned()).collect(),
        };
        let regions_read = regions.is_empty();
        let mut answers = Vec::new();
        for accounts in &groups {
            let chain = organization.chain(accounts[0]);
            let answer = |asked: Asked| Answer { accounts: accounts.clone(), asked };
            if asked(REGION_LOCK) && !read.is_empty() {
                let allowed: Vec<&str> = read.iter().map(String::as_str).collect();
                let lock = region_lock(organization, &chain, &allowed, options);
                answers.push(answer(Asked::Lock(Box::new(lock))));
            }
            if asked(ROOT_USER) {
                answers.push(answer(Asked::Root(Box::new(root_user(organization, &chain, options)))));
            }
            for group in guardrails().iter().filter(|group| asked(group.id)) {
                let found = protection(organization, &chain, group.actions, options);
                answers.push(answer(Asked::Group(group, Box::new(found))));
            }
        }
        // By guardrail, and not by account.
        let order: Vec<&str> =
            [REGION_LOCK, ROOT_USER].into_iter().chain(guardrails().iter().map(|group| group.id)).collect();
        answers.sort_by_key(|answer| order.iter().position(|id| *id == answer.id()));
        let mut warnings = warnings(organization);
        if read.is_empty() && asked(REGION_LOCK) {
            warnings.push(
                "no policy denies by the region, and `--regions` names none: the region lock was not asked about"
                    .to_owned(),
            );
        }
        Self { regions: read, regions_read, answers, management, warnings }
    }

    /// 1 when a guardrail is violated, 2 when nobody can tell, else 0.
    pub(super) fn status(&self) -> u8 {
        let has = |verdict: Verdict| self.answers.iter().any(|answer| answer.verdict() == verdict);
        match (has(Verdict::Violated), has(Verdict::Unknown)) {
            (true, _) => 1,
            (false, true) => 2,
            (false, false) => 0,
        }
    }
}

/// What is odd about how policies are attached.
fn warnings(organization: &Organization) -> Vec<String> {
    let mut found = BTreeSet::new();
    for policy in &organization.policies {
        if policy.targets.is_empty() && policy.open.is_empty() {
            found.insert(format!("policy `{}` is attached nowhere", policy.name));
            continue;
        }
        let reaches = |target: &NodeId| {
            organization.accounts().any(|account| organization.is_below(account, *target) != Some(false))
        };
        if !policy.targets.is_empty() && !policy.targets.iter().any(reaches) {
            found.insert(format!("policy `{}` is attached where there is no account", policy.name));
        }
    }
    found.into_iter().collect()
}
