//! Resources while they are expanded: those that the template has, and those that come of them.

use std::borrow::Cow;
use std::rc::Rc;

use super::value::{Entry, Value, build_map};
use crate::source::{Member, NodeId, Span};
use crate::template::transform::Draft;

/// Attributes that every resource takes over which a serverless resource generates.
const PASSED_ON: [&str; 3] = ["Condition", "DeletionPolicy", "UpdateReplacePolicy"];

/// Attributes that the resource takes over which a serverless resource becomes.
const KEPT: [&str; 6] = ["DependsOn", "DeletionPolicy", "UpdatePolicy", "Condition", "UpdateReplacePolicy", "Metadata"];

/// A resource of the template.
#[derive(Debug, Clone)]
pub(super) struct Resource {
    pub(super) id: Rc<str>,
    pub(super) kind: Rc<str>,
    /// Where its logical id stands.
    pub(super) key_span: Span,
    /// The map with `Type`, `Properties` and so on.
    pub(super) node: NodeId,
    /// `Properties`, with the globals; none when there are none.
    pub(super) properties: Option<NodeId>,
}

impl Resource {
    /// The member of a property, unless it is `null`.
    pub(super) fn member(&self, draft: &Draft<'_>, name: &str) -> Option<Member> {
        draft.present(self.properties?, name)
    }

    /// The value of a property, unless it is `null`.
    pub(super) fn get(&self, draft: &Draft<'_>, name: &str) -> Option<NodeId> {
        self.member(draft, name).map(|member| member.value)
    }

    /// The node of a property, else that of the resource: where to say that something is wrong.
    pub(super) fn blame(&self, draft: &Draft<'_>, name: &str) -> NodeId {
        self.get(draft, name).unwrap_or(self.node)
    }

    /// The attributes that everything takes over which this resource generates.
    pub(super) fn passed_on(&self, draft: &Draft<'_>) -> Vec<Entry> {
        self.attributes(draft, &PASSED_ON)
    }

    /// The attributes that the resource takes over which this one becomes.
    pub(super) fn kept(&self, draft: &Draft<'_>) -> Vec<Entry> {
        self.attributes(draft, &KEPT)
    }

    /// The attribute of this name.
    pub(super) fn attribute(&self, draft: &Draft<'_>, name: &str) -> Option<NodeId> {
        draft.present(self.node, name).map(|member| member.value)
    }

    fn attributes(&self, draft: &Draft<'_>, names: &[&'static str]) -> Vec<Entry> {
        let copied = |name: &&'static str| draft.present(self.node, name).map(|member| Entry::copied(name, member));
        names.iter().filter_map(copied).collect()
    }

    /// The resource of type `kind` that this one becomes: at its place, under its logical id, with its attributes and
    /// none of its properties yet.
    pub(super) fn becomes(&self, draft: &Draft<'_>, kind: &'static str) -> Generated {
        let properties = draft.tree.member(self.node, "Properties");
        Generated {
            id: self.id.to_string(),
            kind,
            key_span: self.key_span,
            span: draft.tree.span(self.node),
            head_span: properties.map_or(self.key_span, |member| member.key_span),
            attributes: self.kept(draft),
            properties: Vec::new(),
        }
    }

    /// A further resource, standing at the logical id of this one, with the attributes that this one passes on.
    pub(super) fn generates(&self, draft: &Draft<'_>, id: impl Into<String>, kind: &'static str) -> Generated {
        self.generates_at(draft, id, kind, self.key_span)
    }

    /// A further resource that stands at `at`, with the attributes that this one passes on.
    pub(super) fn generates_at(
        &self,
        draft: &Draft<'_>,
        id: impl Into<String>,
        kind: &'static str,
        at: Span,
    ) -> Generated {
        Generated::new(id, kind, at).with_attributes(self.passed_on(draft))
    }
}

/// A resource that a serverless resource generates.
#[derive(Debug, Clone)]
pub(super) struct Generated {
    pub(super) id: String,
    pub(super) kind: &'static str,
    key_span: Span,
    span: Span,
    head_span: Span,
    /// What stands beside `Properties`.
    attributes: Vec<Entry>,
    properties: Vec<Entry>,
}

impl Generated {
    /// A resource without properties that stands at `at`, the place of what makes it necessary.
    pub(super) fn new(id: impl Into<String>, kind: &'static str, at: Span) -> Self {
        let (attributes, properties) = (Vec::new(), Vec::new());
        Self { id: id.into(), kind, key_span: at, span: at, head_span: at, attributes, properties }
    }

    /// The same resource under another logical id.
    pub(super) fn called(self, id: impl Into<String>) -> Self {
        Self { id: id.into(), ..self }
    }

    /// The same resource with these attributes instead of its own.
    pub(super) fn with_attributes(self, attributes: Vec<Entry>) -> Self {
        Self { attributes, ..self }
    }

    /// The same resource under another logical id, standing at `at`.
    pub(super) fn moved(self, id: impl Into<String>, at: Span) -> Self {
        Self { id: id.into(), key_span: at, span: at, head_span: at, ..self }
    }

    /// Where the resource stands.
    pub(super) fn place(&self) -> Span {
        self.key_span
    }

    /// Sets a property.
    pub(super) fn set(&mut self, name: impl Into<Cow<'static, str>>, value: impl Into<Value>) {
        put(&mut self.properties, Entry::new(name, value));
    }

    /// Sets a property when there is something to set it to.
    pub(super) fn set_some(&mut self, name: impl Into<Cow<'static, str>>, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.set(name, value);
        }
    }

    /// Takes over a property as it is, under the same name.
    pub(super) fn copy(&mut self, draft: &Draft<'_>, from: Option<NodeId>, name: &'static str) {
        self.copy_as(draft, from, name, name);
    }

    /// Takes over properties as they are.
    pub(super) fn copy_all(&mut self, draft: &Draft<'_>, from: Option<NodeId>, names: &[&'static str]) {
        for name in names {
            self.copy(draft, from, name);
        }
    }

    /// Takes over a property under another name.
    pub(super) fn copy_as(&mut self, draft: &Draft<'_>, from: Option<NodeId>, name: &str, own: &'static str) {
        if let Some(member) = from.and_then(|from| draft.present(from, name)) {
            put(&mut self.properties, Entry::copied(own, member));
        }
    }

    /// A property that was set.
    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.properties.iter().find(|entry| entry.key == name).map(|entry| &entry.value)
    }

    /// The properties that were set.
    pub(super) fn properties(&self) -> &[Entry] {
        &self.properties
    }

    /// Sets an attribute, such as `DependsOn`.
    pub(super) fn set_attribute(&mut self, name: &'static str, value: impl Into<Value>) {
        put(&mut self.attributes, Entry::new(name, value));
    }

    /// Takes an attribute away.
    pub(super) fn remove_attribute(&mut self, name: &str) {
        self.attributes.retain(|entry| entry.key != name);
    }

    /// An attribute that is there.
    pub(super) fn attribute(&self, name: &str) -> Option<&Value> {
        self.attributes.iter().find(|entry| entry.key == name).map(|entry| &entry.value)
    }

    /// Puts the resource into the tree.
    pub(super) fn build(&self, draft: &mut Draft<'_>) -> Member {
        let kind = draft.text(self.head_span, self.kind);
        let mut members = vec![draft.member("Type", self.head_span, kind)];
        for entry in &self.attributes {
            let value = entry.value.build(draft, self.span);
            members.push(draft.member(&entry.key, entry.key_span.unwrap_or(self.span), value));
        }
        let properties = build_map(&self.properties, draft, self.span);
        members.push(draft.member("Properties", self.head_span, properties));
        let node = draft.tree.push_map(self.span, &members);
        draft.member(&self.id, self.key_span, node)
    }
}

fn put(entries: &mut Vec<Entry>, entry: Entry) {
    match entries.iter_mut().find(|own| own.key == entry.key) {
        Some(own) => *own = entry,
        None => entries.push(entry),
    }
}
