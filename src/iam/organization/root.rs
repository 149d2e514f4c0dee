//! The root user of an account: whether it can do anything.
//!
//! Source: "Tasks that require root user credentials", IAM User Guide; "SCP effects on permissions", AWS Organizations User Guide:
//! service control policies restrict the root users of member accounts.

use std::collections::BTreeMap;

use super::law::{Asked, Law, Memo, Reach, StatementRef, Witness, today};
use super::regions::outside;
use super::{Chain, Options, Organization, Verdict};
use crate::iam::catalogue::{ActionRef, ActionSet, Scope, catalogue};
use crate::value::Cause;

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RootUser {
    /// How it stands.
    pub verdict: Verdict,
    /// How many actions it can use.
    pub open: usize,
    /// How many of each service, most first.
    pub services: Vec<(&'static str, usize)>,
    /// One request.
    pub witness: Option<Witness>,
    /// Tasks that only the root user can do and that it may still do.
    pub tolerated: Vec<String>,
    /// The statements that deny the others.
    pub by: Vec<StatementRef>,
    /// Why nobody can tell.
    pub causes: Vec<Cause>,
}

/// What only the root user can repair: a bucket or queue policy that denies everyone.
const ROOT_TASKS: [&str; 5] = [
    "s3:GetBucketPolicy",
    "s3:PutBucketPolicy",
    "s3:DeleteBucketPolicy",
    "sqs:GetQueueAttributes",
    "sqs:SetQueueAttributes",
];

/// Whether the root user of the account of `chain` can do nothing but what only it can repair.
#[must_use]
pub fn root_user(organization: &Organization, chain: &Chain, options: &Options) -> RootUser {
    let law = Law::new(organization, chain, options);
    let groups = law.region_groups(&outside(&[]));
    let mut found = RootUser {
        verdict: Verdict::Proved,
        open: 0,
        services: Vec::new(),
        witness: None,
        tolerated: Vec::new(),
        by: Vec::new(),
        causes: Vec::new(),
    };
    let Some(root) = law.principals.iter().position(|principal| principal.root) else {
        // A break-glass pattern that names it, or principals that cannot be told apart.
        let causes = if law.principals.is_empty() { vec![Cause::Limit] } else { Vec::new() };
        found.verdict = if causes.is_empty() { Verdict::Proved } else { Verdict::Unknown };
        return RootUser { causes, ..found };
    };
    let mut asker = Asker { law: &law, root, groups, memo: Memo::default(), found, services: BTreeMap::new() };
    let asked = asker.representatives();
    catalogue().actions_of(&asked).for_each(|action| asker.action(action));
    let Asker { mut found, services, .. } = asker;
    found.services = services.into_iter().collect();
    found.services.sort_by_key(|(name, count)| (std::cmp::Reverse(*count), *name));
    found.verdict = match (found.open, found.causes.is_empty()) {
        (1.., _) => Verdict::Violated,
        (_, false) => Verdict::Unknown,
        (_, true) => Verdict::Proved,
    };
    found
}

struct Asker<'a> {
    law: &'a Law<'a>,
    root: usize,
    groups: Vec<(&'static str, Vec<&'static str>)>,
    memo: Memo,
    found: RootUser,
    services: BTreeMap<&'static str, usize>,
}

impl Asker<'_> {
    /// The actions to ask about: of those that no statement tells apart, the first. The others are counted at once where they are
    /// open, but for those that are tolerated.
    fn representatives(&mut self) -> ActionSet {
        let tasks = catalogue().set_matching(ROOT_TASKS);
        let mut asked = ActionSet::new(catalogue());
        for set in std::iter::once(&today().regional).chain(today().global.values()) {
            asked.union_with(set);
            for mut class in self.law.classes(set) {
                class.subtract(&tasks);
                let mut actions = catalogue().actions_of(&class);
                let Some(first) = actions.next() else { continue };
                if self.open(first).is_some() {
                    for action in actions {
                        self.found.open += 1;
                        *self.services.entry(action.service.prefix).or_default() += 1;
                    }
                }
                asked.subtract(&class);
                asked.insert(first.id);
            }
        }
        asked
    }

    fn action(&mut self, action: ActionRef) {
        let Some(witness) = self.open(action) else { return };
        let name = action.to_string();
        if ROOT_TASKS.contains(&&*name) {
            self.found.tolerated.push(name);
            return;
        }
        self.found.open += 1;
        *self.services.entry(action.service.prefix).or_default() += 1;
        self.found.witness.get_or_insert(witness);
    }

    /// A request for an action that gets past, in the first region where one does.
    fn open(&mut self, action: ActionRef) -> Option<Witness> {
        let name = action.to_string();
        let asked = Asked { name: &name, known: Some(action) };
        let regions: Vec<&str> = match action.action.scope {
            Scope::Global(region) => vec![region],
            _ => self.groups.iter().map(|(region, _)| *region).collect(),
        };
        for region in regions {
            match self.law.reach(asked, self.root, region, &mut self.memo) {
                Reach::Denied(Some(by)) if !self.found.by.contains(&by) => self.found.by.push(by),
                Reach::Denied(_) => {}
                Reach::Unknown(causes) => {
                    for cause in causes {
                        if !self.found.causes.contains(&cause) {
                            self.found.causes.push(cause);
                        }
                    }
                }
                Reach::Open(witness) => return Some(*witness),
            }
        }
        None
    }
}
