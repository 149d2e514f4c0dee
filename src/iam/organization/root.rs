//! The root user of an account: whether it can do anything.
//!
//! Source: "Tasks that require root user credentials", IAM User Guide; "SCP effects on permissions", AWS Organizations User Guide:
//! service control policies restrict the root users of member accounts.

use std::collections::BTreeMap;

use rustc_hash::FxHashSet;

use super::clause::{Asked, StatementRef, all_actions};
use super::law::{Law, Memo, Reach, Witness};
use super::regions::outside;
use super::{Chain, Options, Organization, Verdict};
use crate::iam::catalogue::Scope;
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
    let mut memo = Memo::default();
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
    let mut services: BTreeMap<&'static str, usize> = BTreeMap::new();
    // Classes of actions that the statements close, wherever they are asked.
    let (mut closed, mut class): (FxHashSet<Vec<u8>>, Vec<u8>) = Default::default();
    for action in all_actions() {
        // The class of a known action does not depend on its name.
        let region = match action.action.scope {
            Scope::Global(region) => Some(region),
            _ => None,
        };
        let has_class = law.put_class(Asked { name: "", known: Some(action) }, &mut class);
        class.extend(region.into_iter().flat_map(str::bytes));
        if has_class && closed.contains(&class) {
            continue;
        }
        let name = action.to_string();
        let asked = Asked { name: &name, known: Some(action) };
        let regions: Vec<&str> = match region {
            Some(region) => vec![region],
            None => groups.iter().map(|(region, _)| *region).collect(),
        };
        let open = found.open + found.tolerated.len();
        for region in regions {
            match law.reach(asked, root, region, &mut memo) {
                Reach::Denied(by) => {
                    found.by.extend(by.filter(|by| !found.by.contains(by)));
                    continue;
                }
                Reach::Unknown(causes) => {
                    found
                        .causes
                        .extend(causes.into_iter().filter(|cause| !found.causes.contains(cause)).collect::<Vec<_>>());
                    continue;
                }
                Reach::Open(_) if ROOT_TASKS.contains(&&*name) => found.tolerated.push(name.clone()),
                Reach::Open(witness) => {
                    found.open += 1;
                    *services.entry(action.service.prefix).or_default() += 1;
                    found.witness.get_or_insert(*witness);
                }
            }
            break;
        }
        if has_class && open == found.open + found.tolerated.len() {
            closed.insert(class.clone());
        }
    }
    found.services = services.into_iter().collect();
    found.services.sort_by_key(|(name, count)| (std::cmp::Reverse(*count), *name));
    found.verdict = match (found.open, found.causes.is_empty()) {
        (1.., _) => Verdict::Violated,
        (_, false) => Verdict::Unknown,
        (_, true) => Verdict::Proved,
    };
    found
}
