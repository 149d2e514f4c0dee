//! Resources that are there and not in the inventory: what may refer to a resource without being in sight.
//!
//! They are made by loops over unknown collections, macros, modules and nested stacks whose template is not at hand. Such a
//! resource refers to another only where it can name it: in the same stack, by a parameter that a parent passes, by an
//! output of a stack that is deployed before, or by the value of an SSM parameter. A name that somebody wrote by hand into
//! a template elsewhere is no way: the same holds of every template outside the scan.
//!
//! In an account they are what no call listed; such a resource refers to what is in its region, or to what is in none.

use rustc_hash::FxHashSet;

use super::relation::physical_names;
use super::{Inventory, StackId, Types};
use crate::source::Symbol;
use crate::value::{Cause, Kind, ResourceId, ValueId};

/// The unseen resources of an inventory.
#[derive(Debug, Default)]
pub struct Unseen {
    sources: Vec<Source>,
}

/// Something that resources are made of that are not in sight.
#[derive(Debug)]
struct Source {
    cause: Cause,
    types: Types,
    /// The stack whose resources it can name; a nested stack that is not at hand has none in sight.
    stack: Option<StackId>,
    /// The resources of other stacks that it can name.
    named: FxHashSet<ResourceId>,
}

impl Unseen {
    /// The unseen resources of `inventory`.
    #[must_use]
    pub fn of(inventory: &Inventory) -> Self {
        let mut sources = Vec::new();
        for (index, stack) in inventory.stacks.iter().enumerate() {
            let id = StackId(index as u32);
            if stack.unexpanded.is_empty() {
                continue;
            }
            let named = named_from(inventory, id, stack.parent);
            for unexpanded in &stack.unexpanded {
                let (cause, types) = (unexpanded.cause.clone(), unexpanded.types.clone());
                sources.push(Source { cause, types, stack: Some(id), named: named.clone() });
            }
        }
        let at_hand: FxHashSet<ResourceId> = inventory.stacks.iter().filter_map(|stack| stack.parent).collect();
        for id in inventory.of_type("AWS::CloudFormation::Stack") {
            if !at_hand.contains(id) {
                let named = named_from(inventory, inventory.resource(*id).stack, Some(*id));
                let cause = Cause::RemoteNestedStack;
                sources.push(Source { cause, types: Types::Any, stack: None, named });
            }
        }
        Self { sources }
    }

    /// Why there may be a resource of one of these types, not in sight, that refers to `target`; `None`: there is none.
    #[must_use]
    pub fn referrer(&self, inventory: &Inventory, target: ResourceId, types: &[&str]) -> Option<&Cause> {
        let target_resource = inventory.resource(target);
        let live = target_resource.live().is_some();
        let can_name = |source: &Source| {
            source.stack == Some(target_resource.stack)
                || source.named.contains(&target)
                || live && source.stack.is_some_and(|stack| inventory.is_in_reach(stack, target))
        };
        self.making(inventory, types, can_name)
    }

    /// Why there may be a resource of one of these types, not in sight, of a name that is known; `None`: there is none.
    #[must_use]
    pub fn resource(&self, inventory: &Inventory, types: &[&str]) -> Option<&Cause> {
        self.making(inventory, types, |source| source.stack.is_some())
    }

    /// Why there may be a resource of one of these types that is not in sight, whatever it refers to; `None`: there is none.
    #[must_use]
    pub fn anywhere(&self, inventory: &Inventory, types: &[&str]) -> Option<&Cause> {
        self.making(inventory, types, |_| true)
    }

    fn making(&self, inventory: &Inventory, types: &[&str], fits: impl Fn(&Source) -> bool) -> Option<&Cause> {
        if self.sources.is_empty() {
            return None;
        }
        let symbols: Vec<Symbol> = types.iter().map(|name| inventory.names.find(name)).collect();
        let makes = |source: &&Source| {
            let one = match &source.types {
                Types::Any => true,
                Types::Of(known) => symbols.iter().any(|name| known.contains(name)),
                Types::But(known) => symbols.iter().any(|name| !known.contains(name)),
            };
            one && fits(source)
        };
        self.sources.iter().find(makes).map(|source| &source.cause)
    }
}

/// The resources of other stacks that a stack can name: the parameters of `parent` say them, or an output of a stack that
/// is neither itself nor around it, or an SSM parameter.
fn named_from(inventory: &Inventory, stack: StackId, parent: Option<ResourceId>) -> FxHashSet<ResourceId> {
    let mut named = FxHashSet::default();
    if let Some(parent) = parent {
        let parameters = said(inventory, parent, "Parameters");
        named.extend(parameters.resources);
        if !parameters.texts.is_empty() {
            let names = physical_names(inventory);
            named.extend(parameters.texts.iter().filter_map(|text| names.get(*text)).flatten());
        }
    }
    let mut around = FxHashSet::default();
    let mut at = Some(stack);
    while let Some(id) = at {
        around.insert(id);
        at = inventory.stacks[id.0 as usize].parent.map(|parent| inventory.resource(parent).stack);
    }
    for (index, other) in inventory.stacks.iter().enumerate() {
        if !around.contains(&StackId(index as u32)) {
            for output in &other.outputs {
                let mut said = Said::default();
                said.add(inventory, output.value);
                named.extend(said.resources);
            }
        }
    }
    for parameter in inventory.of_type("AWS::SSM::Parameter") {
        named.extend(said(inventory, *parameter, "Value").resources);
    }
    named
}

/// What a property says, in all its cases.
fn said<'a>(inventory: &'a Inventory, resource: ResourceId, property: &str) -> Said<'a> {
    let mut said = Said::default();
    let key = inventory.names.find(property);
    let mut open = vec![inventory.resource(resource).properties];
    while let Some(id) = open.pop() {
        match inventory.values.kind(id) {
            Kind::If { then, otherwise, .. } => open.extend([then, otherwise]),
            Kind::Choice { arms, .. } => open.extend(inventory.values.items(arms)),
            Kind::Map(range) => {
                let entries = inventory.values.entries(range).iter();
                entries.filter(|entry| entry.key == key).for_each(|entry| said.add(inventory, entry.value));
            }
            _ => {}
        }
    }
    said
}

#[derive(Debug, Default)]
struct Said<'a> {
    resources: Vec<ResourceId>,
    texts: Vec<&'a str>,
}

impl<'a> Said<'a> {
    /// Adds everything below a value.
    fn add(&mut self, inventory: &'a Inventory, value: ValueId) {
        let values = &inventory.values;
        let mut open = vec![value];
        while let Some(id) = open.pop() {
            match values.kind(id) {
                Kind::Reference { resource, .. } => self.resources.push(resource),
                Kind::Text(text) => self.texts.push(values.str(text)),
                Kind::Concat(range) | Kind::List(range) | Kind::Choice { arms: range, .. } => {
                    open.extend(values.items(range));
                }
                Kind::Map(range) => open.extend(values.entries(range).iter().map(|entry| entry.value)),
                Kind::If { then, otherwise, .. } => open.extend([then, otherwise]),
                Kind::Base64(inner) => open.push(inner),
                _ => {}
            }
        }
    }
}
