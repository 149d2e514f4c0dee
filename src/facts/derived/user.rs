//! The resources that use another one: whose properties refer to it, but for those that only describe it.

use rustc_hash::FxHashMap;

use super::{Facts, Found};
use crate::inventory::Inventory;
use crate::value::{Cause, Kind, ResourceId, ValueId, View};

/// Properties that refer to a resource without using it.
const NO_USE: [(&str, &str); 11] = [
    ("AWS::CloudFormation::Stack", ""),
    ("AWS::EC2::NetworkAclEntry", ""),
    ("AWS::EC2::SecurityGroupEgress", "GroupId"),
    ("AWS::EC2::SecurityGroupIngress", "GroupId"),
    ("AWS::EC2::SubnetCidrBlock", ""),
    ("AWS::EC2::SubnetNetworkAclAssociation", ""),
    ("AWS::EC2::SubnetRouteTableAssociation", ""),
    ("AWS::IAM::ManagedPolicy", ""),
    ("AWS::IAM::Policy", ""),
    ("AWS::IAM::Role", ""),
    ("AWS::SSM::Parameter", ""),
];

/// Resources that stand for the resource they refer to: who uses them uses it.
const STANDS_FOR: [&str; 2] = ["AWS::KMS::Alias", "AWS::KMS::ReplicaKey"];

impl<'a> Facts<'a> {
    pub(super) fn users(&self, view: &View<'a>, start: ResourceId, types: &[&str], found: &mut Found) {
        let inventory = self.inventory;
        let users = self.derived.users.get_or_init(|| Users::of(inventory));
        for partner in users.referring.get(&start).into_iter().flatten().filter(|partner| **partner != start) {
            let type_name = inventory.type_name(*partner);
            if STANDS_FOR.contains(&type_name) {
                self.users(view, *partner, types, found);
            } else if types.is_empty() || types.contains(&type_name) {
                self.add_partner(view, *partner, uses(inventory, view, *partner, start), found);
            }
        }
        // Who is given an output may use it.
        if let Some(output) = users.given.get(&start) {
            let what = format!("who uses output `{output}`").into();
            found.possible.push((None, Cause::NotInInput { what }));
        }
    }
}

/// Who refers to a resource in some world.
#[derive(Debug, Default)]
pub(super) struct Users {
    /// Resources, each once.
    referring: FxHashMap<ResourceId, Vec<ResourceId>>,
    /// The first output that names it, of a stack that is nested in none.
    given: FxHashMap<ResourceId, Box<str>>,
}

impl Users {
    fn of(inventory: &Inventory) -> Self {
        let mut users = Self::default();
        for (id, resource) in inventory.resources() {
            referred(inventory, resource.properties, &mut |target| {
                let known = users.referring.entry(target).or_default();
                if known.last() != Some(&id) {
                    known.push(id);
                }
            });
        }
        for stack in inventory.stacks.iter().filter(|stack| stack.parent.is_none()) {
            for (name, value) in &stack.outputs {
                referred(inventory, *value, &mut |target| {
                    users.given.entry(target).or_insert_with(|| name.clone());
                });
            }
        }
        users
    }
}

/// Every resource that a value refers to in some world.
fn referred(inventory: &Inventory, value: ValueId, found: &mut dyn FnMut(ResourceId)) {
    let mut open = vec![value];
    while let Some(value) = open.pop() {
        match inventory.values.kind(value) {
            Kind::Reference { resource, .. } => found(resource),
            _ => below(inventory, value, &mut open),
        }
    }
}

fn below(inventory: &Inventory, value: ValueId, open: &mut Vec<ValueId>) {
    let values = &inventory.values;
    match values.kind(value) {
        Kind::Map(range) => open.extend(values.entries(range).iter().map(|entry| entry.value)),
        Kind::List(range) | Kind::Concat(range) | Kind::Choice { arms: range, .. } => open.extend(values.items(range)),
        Kind::If { then, otherwise, .. } => open.extend([then, otherwise]),
        Kind::Base64(inner) => open.push(inner),
        _ => {}
    }
}

/// Whether a property of the partner refers to the resource in this world, and uses it.
fn uses(inventory: &Inventory, view: &View<'_>, partner: ResourceId, start: ResourceId) -> Result<bool, Cause> {
    let type_name = inventory.type_name(partner);
    let unused: Vec<&str> =
        NO_USE.iter().filter(|(name, _)| *name == type_name).map(|(_, property)| *property).collect();
    if unused.contains(&"") {
        return Ok(false);
    }
    let (_, Kind::Map(range)) = view.head(inventory.resource(partner).properties) else { return Ok(false) };
    let entries = view.values.entries(range).iter();
    let mut open: Vec<ValueId> =
        entries.filter(|entry| !unused.contains(&inventory.names.text(entry.key))).map(|entry| entry.value).collect();
    let mut undecided = false;
    while let Some(value) = open.pop() {
        let (value, kind) = view.head(value);
        match kind {
            Kind::Reference { resource, .. } if resource == start => return Ok(true),
            Kind::Unknown(crate::value::CauseId::UNDECIDED) => undecided |= may_refer(inventory, value, start),
            _ => below(inventory, value, &mut open),
        }
    }
    if undecided { Err(Cause::Undecided) } else { Ok(false) }
}

/// Whether some case of a value refers to the resource.
fn may_refer(inventory: &Inventory, value: ValueId, start: ResourceId) -> bool {
    let mut may = false;
    referred(inventory, value, &mut |target| may |= target == start);
    may
}
