//! From the properties of a line to values: what could not be read is unknown at its path, and what names a resource refers to it.

use super::link::Links;
use super::record::Failure;
use crate::inventory::{Inventory, TEMPLATE_ONLY, WRITE_ONLY};
use crate::source::{FileId, Kind as NodeKind, NodeId, Span, Tree};
use crate::value::{Cause, Entry, Kind, Place, ResourceId, ValueId};

/// Something of a resource that is not known.
#[derive(Debug, Clone)]
pub(super) struct Open<'a> {
    /// The names of the properties down to it.
    path: Vec<&'a str>,
    cause: Cause,
    /// Where that is said.
    span: Span,
    /// Whether what is there all the same is known, and what is not in anything that is not there does not matter.
    yields: bool,
}

impl<'a> Open<'a> {
    fn new(path: &'a str, cause: Cause, span: Span, yields: bool) -> Self {
        Self { path: path.split('.').collect(), cause, span, yields }
    }

    /// A property that no collector reads.
    pub(super) fn never_read(path: &'a str, span: Span) -> Self {
        Self::new(path, Cause::NotCollected, span, true)
    }

    /// A property that AWS shows to nobody. Of secrets, and of what says how to delete, only a template can say anything wrong.
    pub(super) fn never_shown(path: &'a str, span: Span) -> Self {
        const OF_TEMPLATES: [&str; 5] = ["Password", "Secret", "AuthToken", "PrivateKey", "PendingWindowInDays"];
        let last = path.rsplit('.').next().unwrap_or_default();
        let of_templates = OF_TEMPLATES.iter().any(|part| last.contains(part));
        let what = if of_templates { TEMPLATE_ONLY } else { WRITE_ONLY };
        Self::new(path, Cause::NotInInput { what: what.into() }, span, true)
    }

    /// A property that somebody tried to read.
    pub(super) fn read_in_vain(path: &'a str, cause: Cause, span: Span, failure: Failure) -> Self {
        Self::new(path, cause, span, failure == Failure::NotCollected)
    }

    /// A property that is unknown unless it is there.
    pub(super) fn rest(name: &'a str, cause: Cause, span: Span) -> Self {
        Self { path: vec![name], cause, span, yields: true }
    }
}

/// What is unknown below a value.
#[derive(Debug, Default)]
pub(super) struct Overlay<'o> {
    /// Each with how many names of its path were followed.
    open: Vec<(&'o Open<'o>, usize)>,
}

impl<'o> Overlay<'o> {
    /// Of a resource's properties.
    pub(super) fn of(open: &'o [Open<'o>]) -> Self {
        Self { open: open.iter().map(|open| (open, 0)).collect() }
    }

    fn below(&self, key: &str) -> Self {
        let below = self.open.iter().filter(|(open, at)| open.path.get(*at) == Some(&key));
        Self { open: below.map(|(open, at)| (*open, at + 1)).collect() }
    }

    /// What is unknown here, where something is there and where nothing is.
    fn here(&self, there: bool) -> Option<&'o Open<'o>> {
        let is_here = |(open, at): &&(&Open<'_>, usize)| match (open.path.len() == *at, there) {
            (true, true) | (false, false) => !open.yields,
            (whole, _) => whole,
        };
        self.open.iter().filter(is_here).map(|(open, _)| *open).min_by_key(|open| open.yields)
    }

    /// The keys that something is said about, each once.
    fn keys(&self) -> Vec<&'o str> {
        let mut keys: Vec<&str> = Vec::new();
        for (open, at) in &self.open {
            if let Some(key) = open.path.get(*at).filter(|key| !keys.contains(key)) {
                keys.push(key);
            }
        }
        keys
    }
}

/// Writes the values of one resource.
pub(super) struct Writer<'w> {
    pub(super) inventory: &'w mut Inventory,
    pub(super) tree: &'w Tree,
    pub(super) file: FileId,
    pub(super) links: &'w Links,
    pub(super) from: ResourceId,
}

impl Writer<'_> {
    /// The value of a node that stands under `key`.
    pub(super) fn value(&mut self, node: NodeId, key: &str, overlay: &Overlay<'_>) -> ValueId {
        if let Some(open) = overlay.here(true) {
            return self.unknown(open);
        }
        let tree = self.tree;
        let place = self.place(tree.span(node));
        match tree.kind(node) {
            NodeKind::Null => ValueId::ABSENT,
            NodeKind::Bool(truth) => self.inventory.values.push(Kind::Bool(truth), place),
            NodeKind::Number(text) => {
                let text = self.inventory.values.store(tree.text(text));
                self.inventory.values.push(Kind::Number(text), place)
            }
            NodeKind::String(text) => self.text(tree.text(text), key, place),
            NodeKind::List { .. } => {
                let items: Vec<ValueId> = tree.items(node).iter().map(|item| self.value(*item, key, overlay)).collect();
                self.inventory.values.push_list(&items, place)
            }
            NodeKind::Map { .. } => self.map(node, place, overlay),
        }
    }

    fn map(&mut self, node: NodeId, place: Place, overlay: &Overlay<'_>) -> ValueId {
        let tree = self.tree;
        let members = tree.members(node);
        let mut entries = Vec::with_capacity(members.len());
        for member in members {
            let key = tree.key(member);
            let value = self.value(member.value, key, &overlay.below(key));
            entries.push(Entry { key: member.key, key_span: member.key_span, value });
        }
        for key in overlay.keys() {
            // What is said to be `null` is known not to be there.
            if members.iter().any(|member| tree.key(member) == key) {
                continue;
            }
            if let Some(open) = overlay.below(key).here(false) {
                let value = self.unknown(open);
                let key = self.inventory.names.intern(key);
                entries.push(Entry { key, key_span: open.span, value });
            }
        }
        self.inventory.values.push_map(&entries, place)
    }

    fn text(&mut self, text: &str, key: &str, place: Place) -> ValueId {
        if let Some(target) = self.links.find(self.inventory, self.from, key, text) {
            return self.inventory.push_reference(target.resource, target.attribute, place);
        }
        if let Some((target, len)) = self.links.find_beginning(self.inventory, self.from, key, text) {
            let reference = self.inventory.push_reference(target.resource, target.attribute, place);
            let rest = self.inventory.values.push_text(&text[len..], place);
            let parts = self.inventory.values.store_items(&[reference, rest]);
            return self.inventory.values.push(Kind::Concat(parts), place);
        }
        self.inventory.values.push_text(text, place)
    }

    fn unknown(&mut self, open: &Open<'_>) -> ValueId {
        let place = self.place(open.span);
        self.inventory.values.push_unknown(open.cause.clone(), place)
    }

    const fn place(&self, span: Span) -> Place {
        Place { file: self.file, span }
    }
}
