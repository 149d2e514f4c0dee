//! Changing a value in place: what stands in the tree is opened where something changes, and shared everywhere else.

use super::value::{Entry, Value};
use crate::source::{Kind, NodeId, Span, Tree};

impl Value {
    /// A map without members that stands at `at`.
    pub(super) fn empty_map(at: Span) -> Self {
        Self::Map(Vec::new()).at(at)
    }

    /// Where the value stands, if not where what it is in stands.
    pub(super) fn place(&self, tree: &Tree) -> Option<Span> {
        match self {
            Self::Node(node) => Some(tree.span(*node)),
            Self::At(span, _) => Some(*span),
            _ => None,
        }
    }

    /// The text of a string.
    pub(super) fn text<'v>(&'v self, tree: &'v Tree) -> Option<&'v str> {
        match self {
            Self::Node(node) => tree.string(*node),
            Self::Text(text) => Some(text),
            Self::At(_, value) => value.text(tree),
            _ => None,
        }
    }

    pub(super) fn is_map(&self, tree: &Tree) -> bool {
        match self {
            Self::Node(node) => matches!(tree.kind(*node), Kind::Map { .. }),
            Self::Map(_) => true,
            Self::At(_, value) => value.is_map(tree),
            _ => false,
        }
    }

    /// Whether there is anything in it: not null, `false`, zero or empty.
    pub(super) fn is_filled(&self, tree: &Tree) -> bool {
        match self {
            Self::Node(node) => is_filled(tree, *node),
            Self::Text(text) => !text.is_empty(),
            Self::Number(number) => *number != 0,
            Self::Bool(truth) => *truth,
            Self::List(items) => !items.is_empty(),
            Self::Map(entries) => !entries.is_empty(),
            Self::At(_, value) => value.is_filled(tree),
        }
    }

    /// The keys of a map, in order.
    pub(super) fn keys(&self, tree: &Tree) -> Vec<String> {
        match self {
            Self::Node(node) => tree.members(*node).iter().map(|member| tree.key(member).to_owned()).collect(),
            Self::Map(entries) => entries.iter().map(|entry| entry.key.to_string()).collect(),
            Self::At(_, value) => value.keys(tree),
            _ => Vec::new(),
        }
    }

    pub(super) fn has(&self, tree: &Tree, key: &str) -> bool {
        match self {
            Self::Node(node) => tree.get(*node, key).is_some(),
            Self::Map(entries) => entries.iter().any(|entry| entry.key == key),
            Self::At(_, value) => value.has(tree, key),
            _ => false,
        }
    }

    /// The entries of a map, opened; `None` for anything else.
    pub(super) fn entries(&mut self, tree: &Tree) -> Option<&mut Vec<Entry>> {
        match self.open(tree) {
            Self::Map(entries) => Some(entries),
            _ => None,
        }
    }

    /// The items of a list, opened; `None` for anything else.
    pub(super) fn items(&mut self, tree: &Tree) -> Option<&mut Vec<Self>> {
        match self.open(tree) {
            Self::List(items) => Some(items),
            _ => None,
        }
    }

    /// The value of a key.
    pub(super) fn get(&mut self, tree: &Tree, key: &str) -> Option<&mut Self> {
        if !self.has(tree, key) {
            return None;
        }
        self.entries(tree)?.iter_mut().find(|entry| entry.key == key).map(|entry| &mut entry.value)
    }

    /// The value at the end of a chain of keys.
    pub(super) fn path(&mut self, tree: &Tree, keys: &[&str]) -> Option<&mut Self> {
        keys.iter().try_fold(self, |value, key| value.get(tree, key))
    }

    /// Sets a key of a map, and where it stands; does nothing to anything else.
    pub(super) fn set(&mut self, tree: &Tree, key: &str, key_span: Span, value: impl Into<Self>) {
        let entry = Entry { key: key.to_owned().into(), key_span: Some(key_span), value: value.into() };
        let Some(entries) = self.entries(tree) else { return };
        match entries.iter_mut().find(|own| own.key == key) {
            Some(own) => *own = entry,
            None => entries.push(entry),
        }
    }

    /// Takes a key out of a map.
    pub(super) fn take(&mut self, tree: &Tree, key: &str) -> Option<Entry> {
        if !self.has(tree, key) {
            return None;
        }
        let entries = self.entries(tree)?;
        let at = entries.iter().position(|entry| entry.key == key)?;
        Some(entries.remove(at))
    }

    /// The map that is the value of a key: a new one at `at` where nothing is. `None` where something else is.
    pub(super) fn map_at(&mut self, tree: &Tree, key: &str, at: Span) -> Option<&mut Self> {
        if !self.get(tree, key).is_some_and(|value| value.is_filled(tree)) {
            self.set(tree, key, at, Self::empty_map(at));
        }
        self.get(tree, key).filter(|value| value.is_map(tree))
    }

    /// The list that is the value of a key: a new one at `at` where nothing is. `None` where something else is.
    pub(super) fn list_at(&mut self, tree: &Tree, key: &str, at: Span) -> Option<&mut Vec<Self>> {
        if !self.get(tree, key).is_some_and(|value| value.is_filled(tree)) {
            self.set(tree, key, at, Self::List(Vec::new()).at(at));
        }
        self.get(tree, key)?.items(tree)
    }

    /// Whether both say the same, wherever they stand.
    pub(super) fn is_same(&self, tree: &Tree, other: &Self) -> bool {
        match (self, other) {
            (Self::At(_, value), other) | (other, Self::At(_, value)) => value.is_same(tree, other),
            (Self::Node(left), Self::Node(right)) if left == right => true,
            (Self::Node(_), _) => self.opened(tree).is_some_and(|opened| opened.is_same(tree, other)),
            (_, Self::Node(_)) => other.opened(tree).is_some_and(|opened| self.is_same(tree, &opened)),
            (Self::Text(left), Self::Text(right)) => left == right,
            (Self::Number(left), Self::Number(right)) => left == right,
            (Self::Bool(left), Self::Bool(right)) => left == right,
            (Self::List(left), Self::List(right)) => {
                left.len() == right.len() && left.iter().zip(right).all(|(left, right)| left.is_same(tree, right))
            }
            (Self::Map(left), Self::Map(right)) => {
                let same = |left: &Entry| {
                    right.iter().any(|right| right.key == left.key && left.value.is_same(tree, &right.value))
                };
                left.len() == right.len() && left.iter().all(same)
            }
            _ => false,
        }
    }

    /// The value itself, without its place, opened if it is a map or a list of the tree.
    fn open(&mut self, tree: &Tree) -> &mut Self {
        if let Self::Node(node) = *self
            && matches!(tree.kind(node), Kind::Map { .. } | Kind::List { .. })
            && let Some(opened) = self.opened(tree)
        {
            *self = opened.at(tree.span(node));
        }
        match self {
            Self::At(_, value) => value.open(tree),
            value => value,
        }
    }

    /// The first level of a node as a value; `None` for what is no node, and for null.
    fn opened(&self, tree: &Tree) -> Option<Self> {
        let Self::Node(node) = *self else { return None };
        match tree.kind(node) {
            Kind::Null => None,
            Kind::Bool(truth) => Some(Self::Bool(truth)),
            Kind::Number(text) => tree.text(text).parse().ok().map(Self::Number),
            Kind::String(text) => Some(Self::Text(tree.text(text).to_owned().into())),
            Kind::List { .. } => Some(Self::List(tree.items(node).iter().map(|item| Self::Node(*item)).collect())),
            Kind::Map { .. } => {
                let entry = |member: &crate::source::Member| Entry {
                    key: tree.key(member).to_owned().into(),
                    key_span: Some(member.key_span),
                    value: Self::Node(member.value),
                };
                Some(Self::Map(tree.members(node).iter().map(entry).collect()))
            }
        }
    }
}

/// Whether there is anything in a node: not null, `false`, zero or empty.
pub(super) fn is_filled(tree: &Tree, node: NodeId) -> bool {
    match tree.kind(node) {
        Kind::Null => false,
        Kind::Bool(truth) => truth,
        Kind::Number(text) => tree.text(text).bytes().any(|byte| matches!(byte, b'1'..=b'9')),
        Kind::String(text) => !tree.text(text).is_empty(),
        Kind::List { len, .. } | Kind::Map { len, .. } => len != 0,
    }
}

/// The value of a key with anything in it.
pub(super) fn filled(tree: &Tree, map: NodeId, key: &str) -> Option<NodeId> {
    tree.get(map, key).filter(|node| is_filled(tree, *node))
}
