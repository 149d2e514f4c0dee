//! The resources that use another one: whose properties refer to it, but for those that only describe it.

use elsa::sync::FrozenMap;
use rustc_hash::FxHashMap;

use super::{Facts, Found};
use crate::inventory::schema::{Kind as SchemaKind, ResourceType, Schema, Type};
use crate::inventory::{Inventory, TEMPLATE_ONLY, WRITE_ONLY};
use crate::source::Symbol;
use crate::value::{Cause, CauseId, Kind, ResourceId, ValueId, View};

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
        let referring = users.referring.get(&start).into_iter().flatten();
        let may = users.may_refer_to(inventory, start);
        let mut partners: Vec<ResourceId> = referring.chain(may).copied().collect();
        partners.sort_unstable();
        partners.dedup();
        for partner in partners.into_iter().filter(|partner| *partner != start) {
            let type_name = inventory.type_name(partner);
            if !STANDS_FOR.contains(&type_name) {
                if types.is_empty() || types.contains(&type_name) {
                    self.add_partner(view, partner, uses(inventory, view, partner, start), found);
                }
            } else if users.referring.get(&start).is_some_and(|known| known.contains(&partner)) {
                self.users(view, partner, types, found);
            }
        }
        // Whoever imports an output may use it; who does so in the input is found like any other user.
        if let Some(output) = users.given.get(&start) {
            let what = format!("who imports output `{output}`").into();
            found.possible.push((None, Cause::NotInInput { what }));
        }
    }
}

/// Who refers to a resource in some world.
#[derive(Debug, Default)]
pub(super) struct Users {
    /// Resources, each once.
    referring: FxHashMap<ResourceId, Vec<ResourceId>>,
    /// Resources of which something is not known, where a reference may stand.
    open: Vec<Open>,
    /// Those of [`Self::open`] that may refer to a resource of a type.
    by_type: FrozenMap<Symbol, Box<[ResourceId]>>,
    /// The first exported output that names it and that no stack of the input imports.
    given: FxHashMap<ResourceId, Box<str>>,
}

impl Users {
    fn of(inventory: &Inventory) -> Self {
        let mut users = Self::default();
        for (id, resource) in inventory.resources() {
            let unknown = referred(inventory, resource.properties, &mut |target| {
                let known = users.referring.entry(target).or_default();
                if known.last() != Some(&id) {
                    known.push(id);
                }
            });
            users.open.extend(unknown.then(|| Open::of(inventory, id)));
        }
        let outputs = inventory.stacks.iter().flat_map(|stack| &stack.outputs);
        for output in outputs.filter(|output| output.exported && !output.imported) {
            referred(inventory, output.value, &mut |target| {
                users.given.entry(target).or_insert_with(|| output.name.clone());
            });
        }
        users
    }

    /// The resources that may refer to `start` by something that is not known.
    fn may_refer_to(&self, inventory: &Inventory, start: ResourceId) -> &[ResourceId] {
        let ty = inventory.resource(start).type_name;
        self.by_type.get(&ty).unwrap_or_else(|| {
            let names = Names::of(inventory.names.text(ty));
            let may = |open: &&Open| open.anywhere || open.keys.iter().any(|key| names.fit(inventory.names.text(*key)));
            self.by_type.insert(ty, self.open.iter().filter(may).map(|open| open.resource).collect())
        })
    }
}

/// Where something is not known of a resource, in some world.
#[derive(Debug)]
struct Open {
    resource: ResourceId,
    /// The keys that it stands under.
    keys: Vec<Symbol>,
    /// Whether it stands for a structure, in which a reference may be under any key.
    anywhere: bool,
}

impl Open {
    fn of(inventory: &Inventory, resource: ResourceId) -> Self {
        let mut found = Self { resource, keys: Vec::new(), anywhere: false };
        let schema = Schema::embedded().resource(inventory.type_name(resource)).map(ResourceType::properties);
        let mut open = vec![(inventory.resource(resource).properties, schema, Symbol::NONE)];
        while let Some((value, ty, key)) = open.pop() {
            match inventory.values.kind(value) {
                Kind::Unknown(cause) if is_write_only(inventory.values.cause(cause)) => {}
                Kind::Unknown(_) if ty.is_some_and(is_structured) => found.anywhere = true,
                Kind::Unknown(_) if found.keys.contains(&key) => {}
                Kind::Unknown(_) => found.keys.push(key),
                Kind::Map(range) => open.extend(inventory.values.entries(range).iter().map(|entry| {
                    let name = inventory.names.text(entry.key);
                    let ty = ty.and_then(|ty| ty.member(name).or_else(|| ty.value()));
                    (entry.value, ty, entry.key)
                })),
                Kind::List(range) => {
                    let ty = ty.and_then(Type::item);
                    open.extend(inventory.values.items(range).iter().map(|item| (*item, ty, key)));
                }
                _ => {
                    let mut inner = Vec::new();
                    below(inventory, value, &mut inner);
                    open.extend(inner.into_iter().map(|value| (value, ty, key)));
                }
            }
        }
        found
    }
}

/// Every resource that a value refers to in some world; whether something in it is not known.
fn referred(inventory: &Inventory, value: ValueId, found: &mut dyn FnMut(ResourceId)) -> bool {
    let mut open = vec![value];
    let mut unknown = false;
    while let Some(value) = open.pop() {
        match inventory.values.kind(value) {
            Kind::Reference { resource, .. } => found(resource),
            Kind::Unknown(cause) => unknown |= !is_write_only(inventory.values.cause(cause)),
            _ => below(inventory, value, &mut open),
        }
    }
    unknown
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
    let schema = Schema::embedded().resource(type_name).map(ResourceType::properties);
    let names = Names::of(inventory.type_name(start));
    let mut open = vec![At { value: inventory.resource(partner).properties, ty: schema, named: false }];
    let (mut maybe, mut top) = (None, true);
    while let Some(at) = open.pop() {
        let (value, kind) = view.head(at.value);
        match kind {
            Kind::Reference { resource, .. } if resource == start => return Ok(true),
            Kind::Unknown(CauseId::UNDECIDED) if !may_refer(inventory, value, start) => {}
            // What AWS never shows of a live resource is how it was made.
            Kind::Unknown(cause) if is_write_only(view.values.cause(cause)) => {}
            Kind::Unknown(cause) if at.may_hold() => maybe = maybe.or(Some(view.values.cause(cause).clone())),
            Kind::Map(range) => {
                let entries = view.values.entries(range).iter();
                let used = entries.filter(|entry| !top || !unused.contains(&inventory.names.text(entry.key)));
                open.extend(used.map(|entry| {
                    let key = inventory.names.text(entry.key);
                    let ty = at.ty.and_then(|ty| ty.member(key).or_else(|| ty.value()));
                    At { value: entry.value, ty, named: names.fit(key) }
                }));
            }
            Kind::List(range) => {
                let ty = at.ty.and_then(Type::item);
                open.extend(view.values.items(range).iter().map(|item| At { value: *item, ty, ..at }));
            }
            _ => {
                let mut inner = Vec::new();
                below(inventory, value, &mut inner);
                open.extend(inner.into_iter().map(|value| At { value, ..at }));
            }
        }
        top = false;
    }
    maybe.map_or(Ok(false), Err)
}

fn is_write_only(cause: &Cause) -> bool {
    matches!(cause, Cause::NotInInput { what } if [WRITE_ONLY, TEMPLATE_ONLY].contains(&what.as_ref()))
}

/// A value of a partner, with what may stand there.
#[derive(Clone, Copy)]
struct At {
    value: ValueId,
    ty: Option<Type>,
    /// Whether the key that it stands under names such resources.
    named: bool,
}

impl At {
    /// Whether a reference may stand here where nobody knows what does: under a key that is called so, or anywhere in a
    /// structure.
    fn may_hold(&self) -> bool {
        self.named || self.ty.is_some_and(is_structured)
    }
}

/// Whether values of a type hold keys.
fn is_structured(ty: Type) -> bool {
    match ty.kind() {
        SchemaKind::Object(_) => true,
        SchemaKind::List(item) => matches!(item.kind(), SchemaKind::Object(_)),
        _ => false,
    }
}

/// Parts of the keys under which references to resources of a type stand.
struct Names(Vec<String>);

impl Names {
    fn of(type_name: &str) -> Self {
        let last = type_name.rsplit("::").next().unwrap_or_default().to_ascii_lowercase();
        Self(match last.as_str() {
            "securitygroup" => ["securitygroup", "groupid", "groups", "groupset"].map(str::to_owned).to_vec(),
            "key" | "alias" | "replicakey" => ["key", "kms", "encryption"].map(str::to_owned).to_vec(),
            _ => vec![last],
        })
    }

    fn fit(&self, key: &str) -> bool {
        let key = key.to_ascii_lowercase();
        self.0.iter().any(|part| key.contains(part.as_str()))
    }
}

/// Whether some case of a value refers to the resource, or is not known.
fn may_refer(inventory: &Inventory, value: ValueId, start: ResourceId) -> bool {
    let mut may = false;
    let unknown = referred(inventory, value, &mut |target| may |= target == start);
    may || unknown
}
