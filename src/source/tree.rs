//! The tree that JSON, YAML and TOML are read into: an arena of nodes with byte spans and interned keys.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::{Interner, SourceFile, Span, Symbol};

/// Index of a node in its [`Tree`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub u32);

/// Text of a scalar: a range of the file, or of the side buffer when the text had to be decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Text {
    start: u32,
    len_and_side: u32,
}

const SIDE: u32 = 1 << 31;

/// What a node is. Numbers keep their text: `1.10` and account ids must not pass through a float.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `null`, or an empty YAML value.
    Null,
    /// A boolean.
    Bool(bool),
    /// A number, as its canonical decimal text where that differs from what is written (`0x10`, `1_000`).
    Number(Text),
    /// A string, decoded.
    String(Text),
    /// A list: `len` entries of the tree's item table from `first`.
    List {
        /// First entry in the item table.
        first: u32,
        /// Number of items.
        len: u32,
    },
    /// A map in document order: `len` entries of the tree's member table from `first`.
    Map {
        /// First entry in the member table.
        first: u32,
        /// Number of members.
        len: u32,
    },
}

/// One node: its place and what it is.
#[derive(Debug, Clone, Copy)]
pub struct Node {
    /// From its first to past its last byte, quotes and brackets included.
    pub span: Span,
    /// What it is.
    pub kind: Kind,
}

/// A key with its value.
#[derive(Debug, Clone, Copy)]
pub struct Member {
    /// The key, interned in the tree's [`Tree::keys`].
    pub key: Symbol,
    /// The place of the key, quotes included; for a YAML short tag, of the tag.
    pub key_span: Span,
    /// The value.
    pub value: NodeId,
}

/// Nodes that stand in another file: the ids `first..end`.
#[derive(Debug, Clone, Copy)]
struct Graft {
    first: u32,
    end: u32,
    /// Index in [`Tree::files`].
    file: usize,
}

/// A parsed file (or one document of a YAML stream).
///
/// YAML's short tags stand in the tree as their long form (`!Ref X` is `{"Ref": X}`); an alias is the node of
/// its anchor, so a node may have several parents, but never itself as a descendant.
#[derive(Debug, Clone)]
pub struct Tree {
    file: Arc<SourceFile>,
    others: Vec<Arc<SourceFile>>,
    /// Sorted and disjoint.
    grafts: Vec<Graft>,
    /// The file that new nodes stand in.
    current: usize,
    side: String,
    nodes: Vec<Node>,
    items: Vec<NodeId>,
    members: Vec<Member>,
    /// The interned keys.
    pub keys: Interner,
    root: NodeId,
}

impl Tree {
    /// An empty tree over `file`, to be filled by a parser.
    #[must_use]
    pub fn new(file: Arc<SourceFile>) -> Self {
        Self {
            file,
            others: Vec::new(),
            grafts: Vec::new(),
            current: 0,
            side: String::new(),
            nodes: Vec::new(),
            items: Vec::new(),
            members: Vec::new(),
            keys: Interner::default(),
            root: NodeId(0),
        }
    }

    /// Makes room for the nodes that a file of this size may have: growing by steps would touch twice the memory.
    pub(super) fn reserve_for(&mut self, bytes: usize) {
        self.nodes.reserve(bytes / 24);
        self.members.reserve(bytes / 32);
    }

    /// The file that was parsed.
    #[must_use]
    pub fn file(&self) -> &Arc<SourceFile> {
        &self.file
    }

    /// The files that nodes stand in: that of the tree, and those that something was grafted from.
    pub fn files(&self) -> impl Iterator<Item = &Arc<SourceFile>> {
        std::iter::once(&self.file).chain(&self.others)
    }

    /// Which of [`Self::files`] the node stands in. A key stands in the file of its value.
    #[must_use]
    pub fn file_of(&self, id: NodeId) -> usize {
        if self.grafts.is_empty() {
            return 0;
        }
        let after = self.grafts.partition_point(|graft| graft.first <= id.0);
        match self.grafts[..after].last() {
            Some(graft) if id.0 < graft.end => graft.file,
            _ => 0,
        }
    }

    /// Nodes that are added from now on stand in the file that this one stands in.
    pub fn stand_with(&mut self, id: NodeId) {
        self.current = self.file_of(id);
    }

    /// Nodes that are added from now on stand in this one of [`Self::files`]; returns the one they stood in before.
    pub fn stand_in(&mut self, file: usize) -> usize {
        std::mem::replace(&mut self.current, file)
    }

    /// The root node.
    #[must_use]
    pub fn root(&self) -> NodeId {
        self.root
    }

    /// Number of nodes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether nothing was parsed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// The node of this id.
    #[must_use]
    pub fn node(&self, id: NodeId) -> Node {
        self.nodes[id.0 as usize]
    }

    /// What the node is.
    #[must_use]
    pub fn kind(&self, id: NodeId) -> Kind {
        self.node(id).kind
    }

    /// Where the node stands.
    #[must_use]
    pub fn span(&self, id: NodeId) -> Span {
        self.node(id).span
    }

    /// The decoded text.
    #[must_use]
    pub fn text(&self, text: Text) -> &str {
        let (start, len) = (text.start as usize, (text.len_and_side & !SIDE) as usize);
        let buffer: &str = if text.len_and_side & SIDE == 0 { self.file.text() } else { &self.side };
        &buffer[start..start + len]
    }

    /// The text of a string node; `None` for any other.
    #[must_use]
    pub fn string(&self, id: NodeId) -> Option<&str> {
        match self.kind(id) {
            Kind::String(text) => Some(self.text(text)),
            _ => None,
        }
    }

    /// The text of any scalar node as CloudFormation would pass it as a string; `None` for null, list and map.
    #[must_use]
    pub fn scalar(&self, id: NodeId) -> Option<&str> {
        match self.kind(id) {
            Kind::String(text) | Kind::Number(text) => Some(self.text(text)),
            Kind::Bool(true) => Some("true"),
            Kind::Bool(false) => Some("false"),
            _ => None,
        }
    }

    /// The items of a list; empty for any other node.
    #[must_use]
    pub fn items(&self, id: NodeId) -> &[NodeId] {
        match self.kind(id) {
            Kind::List { first, len } => &self.items[first as usize..(first + len) as usize],
            _ => &[],
        }
    }

    /// The members of a map in document order; empty for any other node.
    #[must_use]
    pub fn members(&self, id: NodeId) -> &[Member] {
        match self.kind(id) {
            Kind::Map { first, len } => &self.members[first as usize..(first + len) as usize],
            _ => &[],
        }
    }

    /// The text of a member's key.
    #[must_use]
    pub fn key(&self, member: &Member) -> &str {
        self.keys.text(member.key)
    }

    /// The member of this key.
    #[must_use]
    pub fn member(&self, map: NodeId, key: &str) -> Option<&Member> {
        let symbol = self.keys.find(key);
        self.members(map).iter().find(|member| member.key == symbol)
    }

    /// The value of this key.
    #[must_use]
    pub fn get(&self, map: NodeId, key: &str) -> Option<NodeId> {
        self.member(map, key).map(|member| member.value)
    }

    /// The value at the end of a chain of keys.
    #[must_use]
    pub fn at(&self, map: NodeId, keys: &[&str]) -> Option<NodeId> {
        keys.iter().try_fold(map, |node, key| self.get(node, key))
    }

    /// Adds a node; for parsers.
    pub fn push(&mut self, span: Span, kind: Kind) -> NodeId {
        let id = self.nodes.len() as u32;
        self.nodes.push(Node { span, kind });
        if self.current != 0 {
            let file = self.current;
            match self.grafts.last_mut() {
                Some(last) if last.file == file && last.end == id => last.end = id + 1,
                _ => self.grafts.push(Graft { first: id, end: id + 1, file }),
            }
        }
        NodeId(id)
    }

    /// Adds a list with these items; for parsers.
    pub fn push_list(&mut self, span: Span, items: &[NodeId]) -> NodeId {
        let first = self.items.len() as u32;
        self.items.extend_from_slice(items);
        self.push(span, Kind::List { first, len: items.len() as u32 })
    }

    /// Adds a map with these members; for parsers.
    pub fn push_map(&mut self, span: Span, members: &[Member]) -> NodeId {
        let first = self.members.len() as u32;
        self.members.extend_from_slice(members);
        self.push(span, Kind::Map { first, len: members.len() as u32 })
    }

    /// The text that stands undecoded at `span` of the file; for parsers.
    #[must_use]
    pub fn borrowed(&self, span: Span) -> Text {
        Text { start: span.start, len_and_side: span.end - span.start }
    }

    /// Text that had to be decoded; for parsers.
    pub fn owned(&mut self, text: &str) -> Text {
        let start = self.side.len() as u32;
        self.side.push_str(text);
        Text { start, len_and_side: text.len() as u32 | SIDE }
    }

    /// The same tree as part of another file: every place in it is where `place` says.
    #[must_use]
    pub fn moved(mut self, file: &Arc<SourceFile>, place: impl Fn(Span) -> Span) -> Self {
        // All texts stand in the side buffer then: those of the old file first.
        let before = self.file.text().len() as u32;
        self.side.insert_str(0, self.file.text());
        let side = |text: Text| match text.len_and_side & SIDE {
            0 => Text { len_and_side: text.len_and_side | SIDE, ..text },
            _ => Text { start: text.start + before, ..text },
        };
        for node in &mut self.nodes {
            node.span = place(node.span);
            match &mut node.kind {
                Kind::String(text) | Kind::Number(text) => *text = side(*text),
                _ => {}
            }
        }
        for member in &mut self.members {
            member.key_span = place(member.key_span);
        }
        self.file = Arc::clone(file);
        self
    }

    /// A copy of a node of another tree, which keeps its place in the file of that tree.
    pub fn graft(&mut self, other: &Self, node: NodeId) -> NodeId {
        let before = self.current;
        let known = self.files().position(|file| Arc::ptr_eq(file, &other.file));
        self.current = known.unwrap_or_else(|| {
            self.others.push(Arc::clone(&other.file));
            self.others.len()
        });
        let copied = self.graft_node(other, node, &mut FxHashMap::default());
        self.current = before;
        copied
    }

    fn graft_node(&mut self, other: &Self, id: NodeId, done: &mut FxHashMap<NodeId, NodeId>) -> NodeId {
        // What an alias shares stays shared.
        if let Some(copied) = done.get(&id) {
            return *copied;
        }
        let Node { span, kind } = other.node(id);
        let copied = match kind {
            Kind::Null | Kind::Bool(_) => self.push(span, kind),
            Kind::Number(text) => {
                let text = self.owned(other.text(text));
                self.push(span, Kind::Number(text))
            }
            Kind::String(text) => {
                let text = self.owned(other.text(text));
                self.push(span, Kind::String(text))
            }
            Kind::List { .. } => {
                let items: Vec<NodeId> =
                    other.items(id).iter().map(|item| self.graft_node(other, *item, done)).collect();
                self.push_list(span, &items)
            }
            Kind::Map { .. } => {
                let members: Vec<Member> = other
                    .members(id)
                    .iter()
                    .map(|member| Member {
                        key: self.keys.intern(other.key(member)),
                        key_span: member.key_span,
                        value: self.graft_node(other, member.value, done),
                    })
                    .collect();
                self.push_map(span, &members)
            }
        };
        done.insert(id, copied);
        copied
    }

    /// Sets the root; for parsers.
    pub fn set_root(&mut self, root: NodeId) {
        self.root = root;
    }
}
