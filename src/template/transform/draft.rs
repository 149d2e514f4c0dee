//! The tree of a template while transforms work on it.

use super::Deployment;
use crate::source::{Kind, Member, NodeId, Span, Tree};
use crate::value::Cause;

/// Something that a transform says, at a node of its tree.
#[derive(Debug)]
pub(in crate::template) enum Problem {
    /// The template is written wrongly.
    Error(NodeId, String),
    /// The key of this member is written wrongly.
    KeyError(Member, String),
    /// Something is there that is not expanded, and why.
    Gap(NodeId, String, Cause),
}

/// A copy of the template's tree, to which transforms add nodes. Nodes are never changed: a map with another member is
/// another map, and everything that stays as it is is shared.
pub(super) struct Draft<'a> {
    pub(super) tree: Tree,
    pub(super) deployment: &'a Deployment<'a>,
    pub(super) problems: Vec<Problem>,
}

impl<'a> Draft<'a> {
    pub(super) fn new(tree: &Tree, deployment: &'a Deployment<'a>) -> Self {
        Self { tree: tree.clone(), deployment, problems: Vec::new() }
    }

    /// The template is written wrongly at this node.
    pub(super) fn error(&mut self, node: NodeId, message: impl Into<String>) {
        self.problems.push(Problem::Error(node, message.into()));
    }

    /// The template is written wrongly at the key of this member.
    pub(super) fn error_at_key(&mut self, member: &Member, message: impl Into<String>) {
        self.problems.push(Problem::KeyError(*member, message.into()));
    }

    /// What stands at this node is not expanded.
    pub(super) fn gap(&mut self, node: NodeId, what: impl Into<String>, cause: Cause) {
        self.problems.push(Problem::Gap(node, what.into(), cause));
    }

    /// A new text that stands at `at`.
    pub(super) fn text(&mut self, at: Span, text: &str) -> NodeId {
        let text = self.tree.owned(text);
        self.tree.push(at, Kind::String(text))
    }

    /// A new number that stands at `at`, from its decimal text.
    pub(super) fn number(&mut self, at: Span, text: &str) -> NodeId {
        let text = self.tree.owned(text);
        self.tree.push(at, Kind::Number(text))
    }

    /// A new boolean that stands at `at`.
    pub(super) fn boolean(&mut self, at: Span, truth: bool) -> NodeId {
        self.tree.push(at, Kind::Bool(truth))
    }

    /// A new list that stands at `at`.
    pub(super) fn list(&mut self, at: Span, items: &[NodeId]) -> NodeId {
        self.tree.push_list(at, items)
    }

    /// A new map that stands at `at`, its keys as well.
    pub(super) fn map(&mut self, at: Span, entries: &[(&str, NodeId)]) -> NodeId {
        let members: Vec<Member> = entries.iter().map(|(key, value)| self.member(key, at, *value)).collect();
        self.tree.push_map(at, &members)
    }

    /// A member whose key stands at `key_span`.
    pub(super) fn member(&mut self, key: &str, key_span: Span, value: NodeId) -> Member {
        Member { key: self.tree.keys.intern(key), key_span, value }
    }

    /// A new `{ name: argument }` that stands at `at`.
    pub(super) fn function(&mut self, at: Span, name: &str, argument: NodeId) -> NodeId {
        self.map(at, &[(name, argument)])
    }

    /// The same map with other members.
    pub(super) fn with_members(&mut self, map: NodeId, members: &[Member]) -> NodeId {
        let span = self.tree.span(map);
        self.tree.push_map(span, members)
    }

    /// The same map with this member instead of its own of that key, or behind its own.
    pub(super) fn with(&mut self, map: NodeId, member: Member) -> NodeId {
        let mut members = self.tree.members(map).to_vec();
        match members.iter_mut().find(|own| own.key == member.key) {
            Some(own) => *own = member,
            None => members.push(member),
        }
        self.with_members(map, &members)
    }

    /// The member of this key, unless its value is `null`.
    pub(super) fn present(&self, map: NodeId, key: &str) -> Option<Member> {
        self.tree.member(map, key).filter(|member| !matches!(self.tree.kind(member.value), Kind::Null)).copied()
    }

    /// Replaces a section of the template, keeping the place of its key.
    pub(super) fn set_section(&mut self, name: &str, value: NodeId) {
        let root = self.tree.root();
        let span = self.tree.span(value);
        let key_span = self.tree.member(root, name).map_or(span, |member| member.key_span);
        let member = self.member(name, key_span, value);
        let root = self.with(root, member);
        self.tree.set_root(root);
    }
}
