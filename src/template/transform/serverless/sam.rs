//! The template while its serverless resources are expanded.

use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::additions::Additions;
use super::api::Apis;
use super::connector::Mappings;
use super::digest::Digests;
use super::function::deployment::Deployments;
use super::references::References;
use super::resource::{Generated, Resource};
use super::value::Value;
use crate::source::{Kind, Member, NodeId, Span};
use crate::template::transform::Draft;
use crate::value::Cause;

/// Why a serverless resource is not expanded.
#[derive(Debug)]
pub(super) enum Stop {
    /// It is written wrongly.
    Error(NodeId, String),
    /// Something is not known before it is deployed.
    Gap(NodeId, String, Cause),
}

impl Stop {
    /// It is written wrongly at `node`.
    pub(super) fn error(node: NodeId, message: impl Into<String>) -> Self {
        Self::Error(node, message.into())
    }

    /// `what`, at `node`, is not expanded.
    pub(super) fn gap(node: NodeId, what: impl Into<String>, cause: Cause) -> Self {
        Self::Gap(node, what.into(), cause)
    }
}

pub(super) type Done<T> = Result<T, Stop>;

/// A resource of the template, or one that was generated.
struct Slot {
    resource: Resource,
    /// Where in `Resources` it belongs: what is generated stands behind what it comes from.
    order: usize,
    /// Whether it is still there: an expanded serverless resource is not.
    there: bool,
    generated: bool,
}

/// Bytes of a logical id. The bound also keeps what is named after a resource in proportion to the template.
pub(super) const LOGICAL_ID: usize = 255;

/// Whether CloudFormation takes a text as the logical id of a resource.
pub(super) fn is_logical_id(text: &str) -> bool {
    (1..=LOGICAL_ID).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// The resources and conditions of a template, as far as they are expanded.
pub(super) struct Sam<'d, 'a> {
    pub(super) draft: &'d mut Draft<'a>,
    /// What names such as `MyFunction.Alias` stand for.
    pub(super) references: References,
    /// The event source mappings, once a connector asked for them.
    pub(super) mappings: Option<Mappings>,
    pub(super) digests: Digests,
    /// Bytes of the definitions of state machines so far.
    pub(super) defined: usize,
    /// What is known of the APIs of the template.
    pub(super) apis: Apis,
    slots: Vec<Slot>,
    by_id: FxHashMap<Rc<str>, usize>,
    section: NodeId,
    /// Members of `Resources` that are no resources, such as loops.
    others: Vec<(usize, Member)>,
    conditions: Vec<(String, NodeId)>,
    /// The gradual deployments of functions.
    pub(super) deployments: Deployments,
    /// What is added to resources that the template has.
    pub(super) additions: Additions,
}

impl<'d, 'a> Sam<'d, 'a> {
    /// The template of `draft`; none when it has no resources.
    pub(super) fn new(draft: &'d mut Draft<'a>) -> Option<Self> {
        let section = draft.tree.get(draft.tree.root(), "Resources")?;
        let mut sam = Self {
            draft,
            references: References::default(),
            mappings: None,
            defined: 0,
            digests: Digests::default(),
            apis: Apis::default(),
            slots: Vec::new(),
            by_id: FxHashMap::default(),
            section,
            others: Vec::new(),
            conditions: Vec::new(),
            deployments: Deployments::default(),
            additions: Additions::default(),
        };
        let members = sam.draft.tree.members(section).to_vec();
        for (order, member) in members.into_iter().enumerate() {
            let tree = &sam.draft.tree;
            let id = tree.key(&member);
            let is_map = matches!(tree.kind(member.value), Kind::Map { .. });
            match tree.get(member.value, "Type").and_then(|kind| tree.string(kind)) {
                Some(kind) if is_map && !id.starts_with("Fn::") => {
                    let (id, kind) = (Rc::from(id), Rc::from(kind));
                    let properties = sam.draft.present(member.value, "Properties").map(|member| member.value);
                    let resource = Resource { id, kind, key_span: member.key_span, node: member.value, properties };
                    sam.push(Slot { resource, order, there: true, generated: false });
                }
                _ => sam.others.push((order, member)),
            }
        }
        Some(sam)
    }

    fn push(&mut self, slot: Slot) {
        self.by_id.insert(Rc::clone(&slot.resource.id), self.slots.len());
        self.slots.push(slot);
    }

    /// The resource of this logical id, as it is now: a serverless resource until it is expanded, what it became after.
    pub(super) fn resource(&self, id: &str) -> Option<&Resource> {
        self.by_id.get(id).map(|index| &self.slots[*index]).filter(|slot| slot.there).map(|slot| &slot.resource)
    }

    /// The resources that are there now, in order of the template, what was generated last.
    pub(super) fn resources(&self) -> impl Iterator<Item = &Resource> {
        self.slots.iter().filter(|slot| slot.there).map(|slot| &slot.resource)
    }

    /// Says why something is left out, where the rest is expanded nevertheless.
    pub(super) fn report(&mut self, stop: Stop) {
        match stop {
            Stop::Error(node, message) => self.draft.error(node, message),
            Stop::Gap(node, what, cause) => self.draft.gap(node, what, cause),
        }
    }

    /// Gives a resource other properties, before it is expanded.
    pub(super) fn set_properties(&mut self, id: &str, properties: NodeId) {
        self.set_attribute(id, "Properties", properties);
    }

    /// Gives a resource another attribute, such as `DependsOn`.
    pub(super) fn set_attribute(&mut self, id: &str, name: &str, value: NodeId) {
        let Some(index) = self.by_id.get(id).copied() else { return };
        let resource = &self.slots[index].resource;
        let own = self.draft.tree.member(resource.node, name);
        let key_span = own.map_or(resource.key_span, |own| own.key_span);
        let node = resource.node;
        let member = self.draft.member(name, key_span, value);
        let before = self.draft.tree.stand_in(self.draft.tree.file_of(node));
        let node = self.draft.with(node, member);
        self.draft.tree.stand_in(before);
        let resource = &mut self.slots[index].resource;
        resource.node = node;
        if name == "Properties" {
            resource.properties = Some(value);
        }
    }

    /// Adds a serverless resource that stands elsewhere in the template, before anything is expanded.
    pub(super) fn stand_alone(&mut self, id: &str, kind: &'static str, key_span: Span, node: NodeId) {
        let properties = self.draft.present(node, "Properties").map(|member| member.value);
        let resource = Resource { id: id.into(), kind: kind.into(), key_span, node, properties };
        let order = self.slots.len() + self.others.len();
        self.push(Slot { resource, order, there: true, generated: false });
    }

    /// Adds a serverless resource that is implied, before anything is expanded; `at` is what implies it.
    pub(super) fn imply(&mut self, id: &str, kind: &'static str, properties: &Value, at: Span) {
        let properties = properties.build(self.draft, at);
        let kind_node = self.draft.text(at, kind);
        let node = self.draft.map(at, &[("Type", kind_node), ("Properties", properties)]);
        // What the template has under this logical id is replaced.
        if let Some(index) = self.by_id.get(id).copied() {
            self.slots[index].there = false;
        }
        self.stand_alone(id, kind, at, node);
    }

    /// Puts what a serverless resource generates in its place.
    pub(super) fn replace(&mut self, id: &str, generated: Vec<Generated>) -> Done<()> {
        let Some(index) = self.by_id.get(id).copied() else { return Ok(()) };
        for one in &generated {
            check_id(&self.slots[index].resource, one)?;
            self.check_unique(&self.slots[index].resource, one)?;
        }
        self.slots[index].there = false;
        let order = self.slots[index].order;
        for one in &generated {
            self.place(one, order);
        }
        Ok(())
    }

    /// Adds a resource that no single serverless resource stands for.
    pub(super) fn add(&mut self, generated: &Generated) {
        self.place(generated, usize::MAX);
    }

    /// What is generated twice under one logical id is there once, as it was generated last.
    fn place(&mut self, generated: &Generated, order: usize) {
        let member = generated.build(self.draft);
        let id: Rc<str> = generated.id.as_str().into();
        if let Some(index) = self.by_id.get(&id).copied()
            && self.slots[index].generated
        {
            self.slots[index].there = false;
        }
        let properties = self.draft.tree.get(member.value, "Properties");
        let (kind, key_span) = (generated.kind.into(), member.key_span);
        let resource = Resource { id, kind, key_span, node: member.value, properties };
        self.push(Slot { resource, order, there: true, generated: true });
    }

    fn check_unique(&self, from: &Resource, generated: &Generated) -> Done<()> {
        match self.by_id.get(generated.id.as_str()).map(|index| &self.slots[*index]) {
            Some(other) if !other.generated && other.resource.id != from.id => {
                let (id, own) = (&generated.id, &from.id);
                let message = format!("`{own}` generates a resource `{id}`, which the template has already");
                Err(Stop::error(other.resource.node, message))
            }
            _ => Ok(()),
        }
    }

    /// Adds a condition.
    pub(super) fn add_condition(&mut self, name: impl Into<String>, value: &Value, at: Span) {
        let (name, value) = (name.into(), value.build(self.draft, at));
        self.conditions.push((name, value));
    }

    /// Sets the sections of the template.
    pub(super) fn finish(mut self) {
        self.apply_additions();
        let mut members = std::mem::take(&mut self.others);
        for slot in self.slots.iter().filter(|slot| slot.there) {
            let Resource { id, key_span, node, .. } = &slot.resource;
            members.push((slot.order, self.draft.member(id, *key_span, *node)));
        }
        members.sort_by_key(|(order, _)| *order);
        let members: Vec<Member> = members.into_iter().map(|(_, member)| member).collect();
        let section = self.draft.with_members(self.section, &members);
        self.draft.set_section("Resources", section);
        self.set_conditions();
        self.references.resolve(self.draft);
    }

    fn set_conditions(&mut self) {
        let Some((_, first)) = self.conditions.first() else { return };
        let at = self.draft.tree.span(*first);
        let root = self.draft.tree.root();
        let mut section = match self.draft.present(root, "Conditions") {
            Some(member) => member.value,
            None => self.draft.map(at, &[]),
        };
        let mut members = self.draft.tree.members(section).to_vec();
        for (name, value) in std::mem::take(&mut self.conditions) {
            let member = self.draft.member(&name, self.draft.tree.span(value), value);
            members.retain(|own| own.key != member.key);
            members.push(member);
        }
        section = self.draft.with_members(section, &members);
        self.draft.set_section("Conditions", section);
    }
}

/// Names of stages, events and authorizers become part of logical ids.
fn check_id(from: &Resource, generated: &Generated) -> Done<()> {
    let (id, own) = (&generated.id, &from.id);
    if is_logical_id(id) {
        return Ok(());
    }
    let message = format!("`{own}` generates a resource `{id}`, and a logical id has up to 255 letters and digits");
    Err(Stop::error(from.node, message))
}
