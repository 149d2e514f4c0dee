//! Attachments: policies, groups and boundaries, from whichever side they are written.

use std::sync::Arc;

use super::collect::{Collector, TYPES, written};
use crate::iam::document::UNKNOWN;
use crate::iam::escalation::{Link, PrincipalKind};
use crate::inventory::identity;
use crate::value::{Cause, Kind, Read, ResourceId, ValueId};

/// The properties that name principals.
const NAMES: [(&str, PrincipalKind); 3] =
    [("Roles", PrincipalKind::Role), ("Users", PrincipalKind::User), ("Groups", PrincipalKind::Group)];

/// Types of one inline policy for one principal.
const SINGLE: [(&str, &str, PrincipalKind); 3] = [
    ("AWS::IAM::RolePolicy", "RoleName", PrincipalKind::Role),
    ("AWS::IAM::UserPolicy", "UserName", PrincipalKind::User),
    ("AWS::IAM::GroupPolicy", "GroupName", PrincipalKind::Group),
];

/// Types that attach policies to principals.
const ATTACHING: [&str; 5] = [
    "AWS::IAM::Policy",
    "AWS::IAM::ManagedPolicy",
    "AWS::IAM::RolePolicy",
    "AWS::IAM::UserPolicy",
    "AWS::IAM::GroupPolicy",
];

/// Attaches everything.
pub(super) fn attach(collector: &mut Collector<'_, '_>) {
    let inventory = collector.inventory;
    for account in 0..collector.accounts.len() {
        for at in 0..collector.accounts[account].resources.len() {
            own(collector, account, at);
        }
    }
    for id in inventory.of_type("AWS::IAM::Policy") {
        for (property, kind) in NAMES {
            let names = inventory.property(&collector.view, *id, &[property]);
            inline(collector, *id, names, kind);
        }
    }
    for (type_name, property, kind) in SINGLE {
        for id in inventory.of_type(type_name) {
            let names = inventory.property(&collector.view, *id, &[property]);
            inline(collector, *id, names, kind);
        }
    }
    for id in inventory.of_type("AWS::IAM::ManagedPolicy") {
        for (property, kind) in NAMES {
            let names = inventory.property(&collector.view, *id, &[property]);
            managed(collector, *id, names, kind);
        }
    }
    for id in inventory.of_type("AWS::IAM::UserToGroupAddition") {
        addition(collector, *id);
    }
}

/// What a principal itself says: managed policies, boundary and groups.
fn own(collector: &mut Collector<'_, '_>, account: usize, at: usize) {
    let (inventory, view) = (collector.inventory, collector.view);
    let id = collector.accounts[account].resources[at];
    let (items, mut open) = elements(collector, inventory.property(&view, id, &["ManagedPolicyArns"]));
    for item in items {
        match resolved(collector, item, account) {
            Ok(policy) => link(collector, account, at, Link::managed(policy)),
            Err(cause) => open.push(cause),
        }
    }
    if let Some(cause) = collector.facts.unseen().referrer(inventory, id, &ATTACHING) {
        open.push(cause.clone());
    }
    collector.accounts[account].account.principals[at].open.extend(open);
    let boundary = inventory.property(&view, id, &["PermissionsBoundary"]);
    match view.head(boundary).1 {
        Kind::Absent => {}
        _ => {
            let found = resolved(collector, boundary, account);
            let principal = &mut collector.accounts[account].account.principals[at];
            match found {
                Ok(policy) => principal.boundary = Some(policy),
                Err(cause) => principal.boundary_open.push(cause),
            }
        }
    }
    if collector.accounts[account].account.principals[at].kind == PrincipalKind::User {
        let (items, open) = elements(collector, inventory.property(&view, id, &["Groups"]));
        collector.accounts[account].account.principals[at].open.extend(open);
        for item in items {
            join(collector, account, at, item);
        }
    }
}

/// A managed policy, by its ARN.
fn resolved(collector: &mut Collector<'_, '_>, item: ValueId, account: usize) -> Result<u32, Cause> {
    match collector.text(item) {
        // The partition may be the only part that is not known.
        Some(text) if !text.contains(UNKNOWN) || text.contains(":iam::aws:policy/") => {
            collector.managed(&text, account)
        }
        _ => Err(collector.cause(item)),
    }
}

/// Puts a user into a group.
fn join(collector: &mut Collector<'_, '_>, account: usize, user: usize, group: ValueId) {
    let found = collector.text(group).and_then(|text| {
        let known = collector.find(PrincipalKind::Group, &text, account);
        known.ok_or(text).map_or_else(|text| Some(Err(text)), |at| Some(Ok(at)))
    });
    let cause = collector.cause(group);
    let principals = &mut collector.accounts[account].account.principals;
    match found {
        Some(Ok(at)) => {
            if !principals[user].groups.contains(&(at as u32)) {
                principals[user].groups.push(at as u32);
            }
        }
        Some(Err(name)) if !name.contains(crate::value::OPAQUE) => {
            let what = format!("the policies of the group `{name}`").into();
            principals[user].open.push(Cause::NotInInput { what });
        }
        _ => principals[user].open.push(cause),
    }
}

fn addition(collector: &mut Collector<'_, '_>, id: ResourceId) {
    let (inventory, view) = (collector.inventory, collector.view);
    if inventory.exists(&view, id) == Some(false) {
        return;
    }
    let account = collector.account_of(id);
    let group = inventory.property(&view, id, &["GroupName"]);
    let users = inventory.property(&view, id, &["Users"]);
    for user in named(collector, id, users, PrincipalKind::User) {
        join(collector, account, user, group);
    }
}

/// The account of a policy and the principals that its list of names means, if there are any.
fn targets(
    collector: &mut Collector<'_, '_>,
    id: ResourceId,
    names: ValueId,
    kind: PrincipalKind,
) -> Option<(usize, Vec<usize>)> {
    if collector.inventory.exists(&collector.view, id) == Some(false) {
        return None;
    }
    let targets = named(collector, id, names, kind);
    (!targets.is_empty()).then(|| (collector.account_of(id), targets))
}

/// An inline policy that is a resource of its own.
fn inline(collector: &mut Collector<'_, '_>, id: ResourceId, names: ValueId, kind: PrincipalKind) {
    let (inventory, view) = (collector.inventory, collector.view);
    let Some((account, targets)) = targets(collector, id, names, kind) else { return };
    let value = inventory.property(&view, id, &["PolicyDocument"]);
    let cause = match view.head(value).1 {
        Kind::Unknown(cause) => Some(view.values.cause(cause).clone()),
        _ => inventory.exists(&view, id).is_none().then_some(Cause::Undecided),
    };
    if let Some(cause) = cause {
        for target in targets {
            collector.accounts[account].account.principals[target].open.push(cause.clone());
        }
        return;
    }
    let name = format!("policy `{}`", inventory.resource(id).logical_id);
    let path = "Properties.PolicyDocument".to_owned();
    let attached = written(Arc::clone(&collector.facts.policy_at(id, value, &view).policy), name, id, path);
    let policy = collector.accounts[account].account.add(attached);
    for target in targets {
        link(collector, account, target, Link::inline(policy));
    }
}

/// A managed policy that names who has it.
fn managed(collector: &mut Collector<'_, '_>, id: ResourceId, names: ValueId, kind: PrincipalKind) {
    let (inventory, view) = (collector.inventory, collector.view);
    let Some((account, targets)) = targets(collector, id, names, kind) else { return };
    let arn = crate::facts::naming::arn_text(inventory, &view, id).unwrap_or_default();
    let policy = collector.managed(&arn, account);
    for target in targets {
        match &policy {
            Ok(policy) => link(collector, account, target, Link::managed(*policy)),
            Err(cause) => collector.accounts[account].account.principals[target].open.push(cause.clone()),
        }
    }
}

fn link(collector: &mut Collector<'_, '_>, account: usize, at: usize, link: Link) {
    let links = &mut collector.accounts[account].account.principals[at].links;
    if !links.contains(&link) {
        links.push(link);
    }
}

/// The elements of a list, and why there may be others.
fn elements(collector: &Collector<'_, '_>, list: ValueId) -> (Vec<ValueId>, Vec<Cause>) {
    let cause = |cause| collector.view.values.cause(cause).clone();
    match collector.view.elements(list) {
        Read::Known((items, open)) => {
            (items.into_iter().map(|(_, item)| item).collect(), open.map(cause).into_iter().collect())
        }
        Read::Unknown(unknown) => (Vec::new(), vec![cause(unknown)]),
        Read::Absent => (Vec::new(), Vec::new()),
    }
}

/// The principals that a list of names means. A name that is not known may be one that a template gives to a principal;
/// what AWS names itself nobody can know before.
fn named(collector: &mut Collector<'_, '_>, from: ResourceId, names: ValueId, kind: PrincipalKind) -> Vec<usize> {
    let account = collector.account_of(from);
    let (items, mut open) = elements(collector, names);
    let mut found = Vec::new();
    for item in items {
        match collector.text(item) {
            Some(text) if !text.contains(UNKNOWN) => found.extend(collector.find(kind, &text, account)),
            _ => open.push(collector.cause(item)),
        }
    }
    let type_name = TYPES.iter().find(|(_, known)| *known == kind).map_or("", |(name, _)| name);
    let property = identity(type_name).map_or("", |identity| identity.name_property);
    if !open.is_empty() {
        let principals = &mut collector.accounts[account];
        for (principal, id) in principals.account.principals.iter_mut().zip(&principals.resources) {
            let name = collector.inventory.property(&collector.view, *id, &[property]);
            if principal.kind == kind && collector.view.text(name).known().is_some() {
                principal.open.extend(open.iter().cloned());
            }
        }
    }
    found
}
