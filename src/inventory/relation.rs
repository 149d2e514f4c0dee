//! Which resource refers to which, by the property that refers: joins over edges, never over text.

use rustc_hash::FxHashMap;

use super::{Inventory, identity};
use crate::source::Symbol;
use crate::value::{Kind, ResourceId, ValueId, World};

/// The resources that a property of a type refers to, for every resource of that type, in both directions.
///
/// A `Ref`, a `Fn::GetAtt`, a reference inside a text, an element of a list and a literal physical name are one kind of
/// edge. Every arm of a condition counts here; who follows an edge asks the world whether it holds.
#[derive(Debug, Default)]
pub struct Relations {
    referrers: FxHashMap<ResourceId, Vec<ResourceId>>,
    targets: FxHashMap<ResourceId, Vec<ResourceId>>,
    /// Partners whose referring property is not known: they may refer to anything.
    open: Vec<ResourceId>,
}

impl Relations {
    /// The edges from all resources of `partner` types over the property chain `via`.
    #[must_use]
    pub fn over(inventory: &Inventory, partners: &[&str], via: &[&str]) -> Self {
        let keys: Vec<Symbol> = via.iter().map(|key| inventory.names.find(key)).collect();
        let mut names: Option<FxHashMap<String, Vec<ResourceId>>> = None;
        let mut relations = Self::default();
        for type_name in partners {
            for partner in inventory.of_type(type_name) {
                let mut leaves = Vec::new();
                leaves_at(inventory, inventory.resource(*partner).properties, &keys, &mut leaves);
                for leaf in leaves {
                    relations.add(inventory, *partner, leaf, &mut names);
                }
            }
        }
        relations
    }

    fn add(
        &mut self,
        inventory: &Inventory,
        partner: ResourceId,
        leaf: ValueId,
        names: &mut Option<FxHashMap<String, Vec<ResourceId>>>,
    ) {
        let mut targets = Vec::new();
        let mut open = false;
        reached(inventory, leaf, &mut targets, &mut open);
        if targets.is_empty() {
            let world = World::open();
            let view = crate::value::View::new(&inventory.values, &world);
            if let Some(text) = view.symbolic(leaf) {
                let index = names.get_or_insert_with(|| physical_names(inventory));
                let stack = inventory.resource(partner).stack;
                let named = index.get(text.as_ref()).into_iter().flatten();
                targets
                    .extend(named.filter(|target| text.starts_with("arn:") || inventory.is_in_reach(stack, **target)));
            }
        }
        if targets.is_empty() && open {
            self.open.push(partner);
        }
        for target in targets {
            let referrers = self.referrers.entry(target).or_default();
            if !referrers.contains(&partner) {
                referrers.push(partner);
            }
            let list = self.targets.entry(partner).or_default();
            if !list.contains(&target) {
                list.push(target);
            }
        }
    }

    /// The partners that refer to `target`.
    #[must_use]
    pub fn referrers(&self, target: ResourceId) -> &[ResourceId] {
        self.referrers.get(&target).map_or(&[], Vec::as_slice)
    }

    /// The resources that `from` refers to.
    #[must_use]
    pub fn targets(&self, from: ResourceId) -> &[ResourceId] {
        self.targets.get(&from).map_or(&[], Vec::as_slice)
    }

    /// Partners whose referring property is not known.
    #[must_use]
    pub fn open(&self) -> &[ResourceId] {
        &self.open
    }
}

/// Every value at a chain of keys, over all arms of conditions and all elements of lists.
pub(crate) fn leaves_at(inventory: &Inventory, id: ValueId, keys: &[Symbol], found: &mut Vec<ValueId>) {
    let values = &inventory.values;
    match values.kind(id) {
        Kind::If { then, otherwise, .. } => {
            leaves_at(inventory, then, keys, found);
            leaves_at(inventory, otherwise, keys, found);
        }
        Kind::Choice { arms, .. } => {
            for arm in values.items(arms) {
                leaves_at(inventory, *arm, keys, found);
            }
        }
        Kind::List(range) => {
            for item in values.items(range) {
                leaves_at(inventory, *item, keys, found);
            }
        }
        Kind::Absent => {}
        Kind::Map(range) => {
            if let Some((first, rest)) = keys.split_first() {
                for entry in values.entries(range).iter().filter(|entry| entry.key == *first) {
                    leaves_at(inventory, entry.value, rest, found);
                }
            }
        }
        Kind::Unknown(_) => found.push(id),
        _ if keys.is_empty() => found.push(id),
        _ => {}
    }
}

/// The resources that a leaf refers to; `open` is set when a part of it is unknown.
fn reached(inventory: &Inventory, id: ValueId, targets: &mut Vec<ResourceId>, open: &mut bool) {
    match inventory.values.kind(id) {
        Kind::Reference { resource, .. } => targets.push(resource),
        Kind::Concat(range) => {
            for part in inventory.values.items(range) {
                reached(inventory, *part, targets, open);
            }
        }
        Kind::If { then, otherwise, .. } => {
            reached(inventory, then, targets, open);
            reached(inventory, otherwise, targets, open);
        }
        Kind::Base64(inner) => reached(inventory, inner, targets, open),
        Kind::Unknown(_) => *open = true,
        _ => {}
    }
}

/// Literal physical names and ARNs of the inventory, to the resources that carry them.
pub(super) fn physical_names(inventory: &Inventory) -> FxHashMap<String, Vec<ResourceId>> {
    let world = World::open();
    let view = crate::value::View::new(&inventory.values, &world);
    let mut names: FxHashMap<String, Vec<ResourceId>> = FxHashMap::default();
    for (id, resource) in inventory.resources() {
        if let Some(live) = resource.live() {
            let own = live.names.iter().chain(&live.arn).chain([&resource.logical_id]);
            for name in own.collect::<std::collections::BTreeSet<_>>() {
                names.entry(name.to_string()).or_default().push(id);
            }
            continue;
        }
        let Some(identity) = identity(inventory.type_name(id)) else { continue };
        let Some(name) = view.text(inventory.property(&view, id, &[identity.name_property])).known() else { continue };
        let stack = inventory.stack(id);
        let fill = |format: &str| {
            format
                .replace("{name}", &name)
                .replace("{partition}", "aws")
                .replace("{account}", stack.account.as_deref().unwrap_or("?"))
                .replace("{region}", stack.region.as_deref().unwrap_or("?"))
        };
        names.entry(name.to_string()).or_default().push(id);
        if identity.reference != "{name}" {
            names.entry(fill(identity.reference)).or_default().push(id);
        }
        if let Some((_, format)) = identity.arn {
            names.entry(fill(format)).or_default().push(id);
        }
    }
    names
}
