//! The scope of an audit: the resources whose tags say that they belong to it.

use std::borrow::Cow;

use crate::inventory::schema::Schema;
use crate::inventory::{Inventory, StackId};
use crate::value::{Cause, Entry, Kind, Read, ResourceId, ValueId, View, World};

/// How the names of properties with tags end: `Tags`, `HostedZoneTags`.
const TAGS: &str = "Tags";

/// Tags of which a resource must have all, each with one of its values.
pub type Tags = Vec<(Box<str>, Vec<Box<str>>)>;

/// Which tags make a resource part of the scope. Nothing declared: everything is in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope {
    /// One of these is enough.
    alternatives: Vec<Tags>,
}

/// The resources of an inventory that are in the scope.
#[derive(Debug)]
pub struct Members {
    /// By resource.
    pub inside: Vec<bool>,
    /// Whether some resource or stack has a tag of the scope, with whatever value.
    pub tagged: bool,
}

/// What a tag says of the scope.
enum Found {
    Right,
    Wrong,
    Missing,
    Unknown(Cause),
}

impl Scope {
    /// The scope of these tags; of none, everything.
    #[must_use]
    pub fn of(tags: Tags) -> Self {
        Self { alternatives: if tags.is_empty() { Vec::new() } else { vec![tags] } }
    }

    /// A scope that has what this or the other one has; one that declares nothing adds nothing.
    #[must_use]
    pub fn or(mut self, other: Self) -> Self {
        for tags in other.alternatives {
            if !self.alternatives.contains(&tags) {
                self.alternatives.push(tags);
            }
        }
        self
    }

    /// Whether tags were declared.
    #[must_use]
    pub fn is_declared(&self) -> bool {
        !self.alternatives.is_empty()
    }

    /// The declared tags; one element is enough.
    #[must_use]
    pub fn alternatives(&self) -> &[Tags] {
        &self.alternatives
    }

    /// Whether the resource, or its stack, carries the tags. Without declared tags none does.
    ///
    /// # Errors
    /// The causes for which it is not known.
    pub fn carried(&self, inventory: &Inventory, view: &View<'_>, resource: ResourceId) -> Result<bool, Vec<Cause>> {
        let mut causes = Vec::new();
        for tags in &self.alternatives {
            let (mut right, mut open) = (true, Vec::new());
            for (key, values) in tags {
                match tag(inventory, view, resource, key, values) {
                    Found::Right => {}
                    Found::Wrong | Found::Missing => right = false,
                    Found::Unknown(cause) => open.push(cause),
                }
            }
            match (right, open.is_empty()) {
                (true, true) => return Ok(true),
                (true, false) => causes.append(&mut open),
                (false, _) => {}
            }
        }
        if causes.is_empty() { Ok(false) } else { Err(causes) }
    }

    /// Which resources are in the scope. What cannot be known is in it. What cannot have tags is in it when something is
    /// that is deployed together with it.
    #[must_use]
    pub fn members(&self, inventory: &Inventory) -> Members {
        let count = inventory.resources().len();
        if !self.is_declared() {
            return Members { inside: vec![true; count], tagged: false };
        }
        let (world, schema) = (World::open(), Schema::embedded());
        let view = View::new(&inventory.values, &world);
        let mut inside = vec![false; count];
        let (mut untaggable, mut families): (Vec<ResourceId>, Vec<StackId>) = (Vec::new(), Vec::new());
        let mut tagged = false;
        for (id, resource) in inventory.resources() {
            tagged |= self.is_tagged(inventory, &view, id);
            let carried = self.carried(inventory, &view, id).unwrap_or(true);
            inside[id.0 as usize] = carried;
            if carried {
                families.push(inventory.root_stack(resource.stack));
            } else if !is_taggable(schema, inventory.type_name(id)) {
                untaggable.push(id);
            }
        }
        families.sort_unstable();
        families.dedup();
        for id in untaggable {
            let family = inventory.root_stack(inventory.resource(id).stack);
            inside[id.0 as usize] = families.binary_search(&family).is_ok();
        }
        Members { inside, tagged }
    }

    fn is_tagged(&self, inventory: &Inventory, view: &View<'_>, resource: ResourceId) -> bool {
        let mut keys = self.alternatives.iter().flatten().map(|(key, _)| key);
        keys.any(|key| matches!(tag(inventory, view, resource, key, &[]), Found::Right | Found::Wrong))
    }
}

/// What the tag `key` of a resource, or else of its stack, says.
fn tag(inventory: &Inventory, view: &View<'_>, resource: ResourceId, key: &str, values: &[Box<str>]) -> Found {
    let is = |value: &str| if values.iter().any(|wanted| **wanted == *value) { Found::Right } else { Found::Wrong };
    match own(inventory, view, resource, key) {
        Read::Known(value) => is(&value),
        Read::Unknown(cause) => Found::Unknown(view.values.cause(cause).clone()),
        Read::Absent => {
            let stack = inventory.stack(resource);
            let tag = stack.tags.iter().find(|(name, _)| **name == *key);
            tag.map_or(Found::Missing, |(_, value)| is(value))
        }
    }
}

/// The value of a tag that stands at the resource itself. The properties that hold tags are those that are called so.
fn own<'a>(inventory: &Inventory, view: &View<'a>, resource: ResourceId, key: &str) -> Read<Cow<'a, str>> {
    let properties = match view.entries(inventory.resource(resource).properties) {
        Read::Known(properties) => properties,
        Read::Absent => return Read::Absent,
        Read::Unknown(cause) => return Read::Unknown(cause),
    };
    let mut open = None;
    for property in properties.iter().filter(|entry| inventory.names.text(entry.key).ends_with(TAGS)) {
        let found = match view.deep(property.value) {
            (_, Kind::Map(_)) => {
                let entry = view.member(property.value, inventory.names.find(key));
                value_of(view, entry)
            }
            (list, Kind::List(_)) => listed(inventory, view, list, key),
            (_, Kind::Unknown(cause)) => Read::Unknown(cause),
            _ => Read::Absent,
        };
        match found {
            Read::Known(value) => return Read::Known(value),
            Read::Unknown(cause) => open = Some(cause),
            Read::Absent => {}
        }
    }
    open.map_or(Read::Absent, Read::Unknown)
}

/// The value of a tag in a list of keys and values.
fn listed<'a>(inventory: &Inventory, view: &View<'a>, list: ValueId, key: &str) -> Read<Cow<'a, str>> {
    let (items, mut open) = match view.list(list) {
        Read::Known(known) => known,
        Read::Absent => return Read::Absent,
        Read::Unknown(cause) => return Read::Unknown(cause),
    };
    for item in items {
        let name = value_of(view, view.member(item, inventory.names.find("Key")));
        match name {
            Read::Known(name) if *name == *key => {
                return value_of(view, view.member(item, inventory.names.find("Value")));
            }
            Read::Known(_) | Read::Absent => {}
            Read::Unknown(cause) => open = Some(cause),
        }
    }
    open.map_or(Read::Absent, Read::Unknown)
}

fn value_of<'a>(view: &View<'a>, entry: Read<&'a Entry>) -> Read<Cow<'a, str>> {
    match entry {
        Read::Known(entry) => view.text(entry.value),
        Read::Absent => Read::Absent,
        Read::Unknown(cause) => Read::Unknown(cause),
    }
}

/// Whether resources of the type can have tags of their own.
fn is_taggable(schema: Schema, type_name: &str) -> bool {
    schema
        .resource(type_name)
        .is_some_and(|resource| resource.properties().members().any(|member| member.name.ends_with(TAGS)))
}
