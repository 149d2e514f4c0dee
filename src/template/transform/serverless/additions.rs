//! What events add to resources that the template has: notifications of buckets, triggers of user pools.
//!
//! It is collected, and added once when everything is expanded: many events may be of the same bucket.

use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::sam::Sam;
use super::value::{Entry, Value};
use crate::source::{Kind, Member, NodeId, Span};
use crate::value::Cause;

/// A chain of keys from `Properties`.
type Path = &'static [&'static str];

/// What is added, by logical id.
#[derive(Debug, Default)]
pub(super) struct Additions {
    of: FxHashMap<Rc<str>, Addition>,
    /// The order in which resources were first added to.
    order: Vec<Rc<str>>,
    /// The keys of `entries`.
    keys: FxHashSet<(Rc<str>, Path, String)>,
}

#[derive(Debug, Default)]
struct Addition {
    depends_on: Vec<NodeId>,
    items: FxHashMap<Path, Vec<NodeId>>,
    entries: FxHashMap<Path, Vec<Member>>,
}

impl Additions {
    fn at(&mut self, id: &str) -> (Rc<str>, &mut Addition) {
        if !self.of.contains_key(id) {
            self.order.push(id.into());
        }
        let id: Rc<str> = id.into();
        (Rc::clone(&id), self.of.entry(id).or_default())
    }
}

impl Sam<'_, '_> {
    /// The resource `id` depends on `on`, because of what stands at `at`.
    pub(super) fn depend(&mut self, id: &str, on: &str, at: Span) {
        let on = self.draft.text(at, on);
        self.additions.at(id).1.depends_on.push(on);
    }

    /// Adds an item to a list of the resource `id`, which stands at `at`.
    pub(super) fn append(&mut self, id: &str, path: Path, item: Value, at: Span) {
        let item = item.build(self.draft, at);
        self.additions.at(id).1.items.entry(path).or_default().push(item);
    }

    /// Adds an entry to a map of the resource `id`, which stands at `at`; false when there is one of that key already.
    pub(super) fn insert(&mut self, id: &str, path: Path, entry: Entry, at: Span) -> bool {
        let properties = self.resource(id).and_then(|resource| resource.properties);
        let map = properties.and_then(|properties| self.draft.tree.at(properties, path));
        if map.is_some_and(|map| self.draft.tree.get(map, &entry.key).is_some()) {
            return false;
        }
        let value = entry.value.build(self.draft, at);
        let member = self.draft.member(&entry.key, at, value);
        let (id, addition) = self.additions.at(id);
        addition.entries.entry(path).or_default().push(member);
        self.additions.keys.insert((id, path, entry.key.to_string()))
    }

    /// Adds what was collected.
    pub(super) fn apply_additions(&mut self) {
        let Additions { mut of, order, .. } = std::mem::take(&mut self.additions);
        for id in order {
            let Some(addition) = of.remove(&id) else { continue };
            let Some(resource) = self.resource(&id).cloned() else { continue };
            let before = self.draft.tree.stand_in(self.draft.tree.file_of(resource.node));
            let at = resource.key_span;
            if !addition.depends_on.is_empty() {
                let value =
                    self.more_dependencies(resource.attribute(self.draft, "DependsOn"), addition.depends_on, at);
                self.set_attribute(&id, "DependsOn", value);
            }
            let mut properties = match resource.properties {
                Some(properties) => properties,
                None => self.draft.map(at, &[]),
            };
            for (path, items) in addition.items {
                properties = self.changed(properties, path, at, |sam, own| sam.more_items(own, items, at));
            }
            for (path, entries) in addition.entries {
                properties = self.changed(properties, path, at, |sam, own| sam.more_entries(own, entries, at));
            }
            self.set_properties(&id, properties);
            self.draft.tree.stand_in(before);
        }
    }

    /// The same map with another value at the end of a chain of keys.
    fn changed(
        &mut self,
        map: NodeId,
        path: &[&str],
        at: Span,
        change: impl FnOnce(&mut Self, Option<NodeId>) -> NodeId,
    ) -> NodeId {
        let [key, rest @ ..] = path else { return change(self, Some(map)) };
        let own = self.draft.present(map, key);
        let value = match own {
            _ if rest.is_empty() => change(self, own.map(|member| member.value)),
            Some(member) if !self.draft.is_map(member.value) || self.draft.is_function(member.value) => {
                self.not_added(member.value);
                return map;
            }
            Some(member) => self.changed(member.value, rest, at, change),
            None => {
                let empty = self.draft.map(at, &[]);
                self.changed(empty, rest, at, change)
            }
        };
        let key_span = own.map_or(at, |member| member.key_span);
        let member = self.draft.member(key, key_span, value);
        self.draft.with(map, member)
    }

    fn not_added(&mut self, node: NodeId) {
        let cause = Cause::Macro { name: crate::template::transform::SERVERLESS.into() };
        self.draft.gap(node, "what events add to this function is not expanded", cause);
    }

    fn more_items(&mut self, own: Option<NodeId>, items: Vec<NodeId>, at: Span) -> NodeId {
        if let Some(own) = own.filter(|own| !self.draft.is_list(*own)) {
            self.not_added(own);
            return own;
        }
        let mut all = own.map_or(Vec::new(), |own| self.draft.tree.items(own).to_vec());
        let mut known: FxHashSet<String> =
            all.iter().map(|item| self.digests.of(self.draft, &Value::Node(*item))).collect();
        for item in items {
            if known.insert(self.digests.of(self.draft, &Value::Node(item))) {
                all.push(item);
            }
        }
        let span = own.map_or(at, |own| self.draft.tree.span(own));
        self.draft.list(span, &all)
    }

    fn more_entries(&mut self, own: Option<NodeId>, entries: Vec<Member>, at: Span) -> NodeId {
        if let Some(own) = own.filter(|own| !self.draft.is_map(*own) || self.draft.is_function(*own)) {
            self.not_added(own);
            return own;
        }
        let own_members = own.map_or(&[][..], |own| self.draft.tree.members(own));
        let all: Vec<Member> = own_members.iter().copied().chain(entries).collect();
        let span = own.map_or(at, |own| self.draft.tree.span(own));
        self.draft.tree.push_map(span, &all)
    }

    fn more_dependencies(&mut self, own: Option<NodeId>, on: Vec<NodeId>, at: Span) -> NodeId {
        let mut all = match own {
            Some(own) if matches!(self.draft.tree.kind(own), Kind::String(_)) => vec![own],
            Some(own) => self.draft.tree.items(own).to_vec(),
            None => Vec::new(),
        };
        let texts = all.iter().filter_map(|item| self.draft.tree.string(*item));
        let mut known: FxHashSet<String> = texts.map(str::to_owned).collect();
        for id in on {
            if self.draft.tree.string(id).is_some_and(|text| known.insert(text.to_owned())) {
                all.push(id);
            }
        }
        let span = own.map_or(at, |own| self.draft.tree.span(own));
        self.draft.list(span, &all)
    }
}
