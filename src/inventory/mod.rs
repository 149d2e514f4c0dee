//! The one model of every input: resources with the property names and shapes of their CloudFormation type.
//!
//! Templates, live accounts and snapshots all become an [`Inventory`]; what follows (`facts`, `eval`, `report`) does not
//! know which it was. This module does no I/O and knows no rule.

mod identity;
mod relation;
mod resource;
pub mod schema;
mod unseen;

use std::sync::Arc;

use rustc_hash::FxHashMap;

pub use identity::{Identity, identity, partition};
pub use relation::Relations;
pub(crate) use relation::leaves_at;
pub use resource::{
    GLOBAL, Gap, Live, Origin, Output, Resource, Stack, StackId, Suppression, TEMPLATE_ONLY, Types, Unexpanded,
    WRITE_ONLY,
};
pub use unseen::Unseen;

use crate::source::{Files, Interner, Symbol, Tree};
use crate::value::{Place, Read, ResourceId, ValueId, Values, View};

/// Everything of one scan unit: a cloud assembly, a template with its nested stacks, or an account.
#[derive(Debug, Default)]
pub struct Inventory {
    /// The values of all resources.
    pub values: Values,
    /// Interned keys, attributes and type names.
    pub names: Interner,
    /// The files that places point into.
    pub files: Files,
    /// The stacks; nested stacks after their parents.
    pub stacks: Vec<Stack>,
    /// The templates that are a text of another one, with the place of that text.
    pub embedded: Vec<(Place, Arc<Tree>)>,
    /// Where parameters are used that are empty, which is mostly to be replaced: the name of each.
    pub empty_parameters: FxHashMap<Place, Box<str>>,
    /// What templates ask tools not to apply.
    pub suppressions: Vec<Suppression>,
    /// What was there and could not be looked at.
    pub gaps: Vec<Gap>,
    resources: Vec<Resource>,
    /// Declarations of templates, which are no resources; their ids have [`DECLARATION`].
    declarations: Vec<Resource>,
    by_type: FxHashMap<Symbol, Vec<ResourceId>>,
}

/// Marks the id of a declaration.
const DECLARATION: u32 = 1 << 31;

impl Inventory {
    /// Adds a resource; its properties may be set later.
    pub fn push(&mut self, resource: Resource) -> ResourceId {
        let id = ResourceId(self.resources.len() as u32);
        self.by_type.entry(resource.type_name).or_default().push(id);
        self.resources.push(resource);
        id
    }

    /// Adds a declaration of a template's section, as a resource of a type of fasscan's own. Nothing refers to it, and only rules
    /// that select its type look at it.
    pub fn push_declaration(&mut self, declaration: Resource) -> ResourceId {
        let id = ResourceId(self.declarations.len() as u32 | DECLARATION);
        self.by_type.entry(declaration.type_name).or_default().push(id);
        self.declarations.push(declaration);
        id
    }

    /// The declarations with their ids, in document order.
    pub fn declarations(&self) -> impl ExactSizeIterator<Item = (ResourceId, &Resource)> {
        self.declarations.iter().enumerate().map(|(index, one)| (ResourceId(index as u32 | DECLARATION), one))
    }

    /// Adds a reference to an attribute of a resource.
    pub fn push_reference(&mut self, resource: ResourceId, attribute: Symbol, place: Place) -> ValueId {
        let Self { values, names, resources, .. } = self;
        let name = || format!("{}.{}", resources[resource.0 as usize].logical_id, names.text(attribute)).into();
        values.push_reference(resource, attribute, place, name)
    }

    /// Every resource with its id, in document order.
    pub fn resources(&self) -> impl ExactSizeIterator<Item = (ResourceId, &Resource)> {
        self.resources.iter().enumerate().map(|(index, resource)| (ResourceId(index as u32), resource))
    }

    /// The resource, or declaration, of this id.
    #[must_use]
    pub fn resource(&self, id: ResourceId) -> &Resource {
        match id.0 & DECLARATION {
            0 => &self.resources[id.0 as usize],
            _ => &self.declarations[(id.0 & !DECLARATION) as usize],
        }
    }

    /// The resource of this id, to complete it while the inventory is made.
    pub fn resource_mut(&mut self, id: ResourceId) -> &mut Resource {
        &mut self.resources[id.0 as usize]
    }

    /// The resources of a type, in document order.
    #[must_use]
    pub fn of_type(&self, type_name: &str) -> &[ResourceId] {
        self.by_type.get(&self.names.find(type_name)).map_or(&[], Vec::as_slice)
    }

    /// The type name of a resource.
    #[must_use]
    pub fn type_name(&self, id: ResourceId) -> &str {
        self.names.text(self.resource(id).type_name)
    }

    /// Whether a resource can name another one without its region: both are in one, or one of them is in none. The name of a
    /// bucket is one in all regions. Of templates nobody knows, so that they can.
    #[must_use]
    pub fn is_in_reach(&self, from: StackId, target: ResourceId) -> bool {
        let target_stack = self.resource(target).stack;
        if from == target_stack || self.resource(target).live().is_none() {
            return true;
        }
        let region = |stack: StackId| self.stacks[stack.0 as usize].region.as_deref();
        let (from, to) = (region(from), region(target_stack));
        from == to || [from, to].contains(&Some(GLOBAL)) || self.type_name(target) == "AWS::S3::Bucket"
    }

    /// The stack of a resource.
    #[must_use]
    pub fn stack(&self, id: ResourceId) -> &Stack {
        &self.stacks[self.resource(id).stack.0 as usize]
    }

    /// The stack that is deployed by itself and that this one is nested in, at any depth; itself when it is nested in none.
    #[must_use]
    pub fn root_stack(&self, mut stack: StackId) -> StackId {
        while let Some(parent) = self.stacks[stack.0 as usize].parent {
            stack = self.resource(parent).stack;
        }
        stack
    }

    /// Whether the resource is there in the world of `view`: its condition and those of all stacks around it hold.
    /// `None` when the world leaves that open, which is recorded in the world.
    #[must_use]
    pub fn exists(&self, view: &View<'_>, id: ResourceId) -> Option<bool> {
        let mut open = false;
        let mut at = Some(id);
        while let Some(id) = at {
            let resource = self.resource(id);
            if let Some(condition) = resource.condition {
                match view.world.condition(&self.values.conditions, condition) {
                    Some(true) => {}
                    Some(false) => return Some(false),
                    None => open = true,
                }
            }
            at = self.stacks[resource.stack.0 as usize].parent;
        }
        (!open).then_some(true)
    }

    /// The value at a chain of keys below `from`, over lists too (the first element), for facts that know their shape.
    #[must_use]
    pub fn get(&self, view: &View<'_>, from: ValueId, keys: &[&str]) -> ValueId {
        let mut at = from;
        for key in keys {
            match view.member(at, self.names.find(key)) {
                Read::Known(entry) => at = entry.value,
                Read::Absent => return ValueId::ABSENT,
                // What is not known stands for everything in it.
                Read::Unknown(_) => return at,
            }
        }
        at
    }

    /// The ARN of a resource whose name is written in the template, when the environment that it needs is known.
    #[must_use]
    pub fn arn(&self, id: ResourceId) -> Option<String> {
        let (_, format) = identity(self.type_name(id))?.arn?;
        self.filled(id, format)
    }

    /// A format of [`Identity`] with the resource's name and environment.
    #[must_use]
    pub fn filled(&self, id: ResourceId, format: &str) -> Option<String> {
        let identity = identity(self.type_name(id))?;
        let world = crate::value::World::open();
        let view = View::new(&self.values, &world);
        let crate::value::Kind::Text(name) = self.values.kind(self.property(&view, id, &[identity.name_property]))
        else {
            return None;
        };
        let stack = self.stack(id);
        let mut text = format.to_owned();
        let partition = stack.region.as_deref().map(partition);
        for (key, value) in
            [("{partition}", partition), ("{account}", stack.account.as_deref()), ("{region}", stack.region.as_deref())]
        {
            if text.contains(key) {
                text = text.replace(key, value?);
            }
        }
        Some(text.replace("{name}", self.values.str(name)))
    }

    /// A property of a resource; [`ValueId::ABSENT`] when it is not there.
    #[must_use]
    pub fn property(&self, view: &View<'_>, id: ResourceId, keys: &[&str]) -> ValueId {
        self.get(view, self.resource(id).properties, keys)
    }
}
