//! Parameters whose values are known, put in the place of references to them.

use rustc_hash::FxHashMap;

use crate::source::{Kind, Member, NodeId};
use crate::template::transform::{Draft, Parameter};

impl Draft<'_> {
    /// The same value with the values of parameters, where they are known, in the place of references to them.
    pub(super) fn with_parameters(&mut self, node: NodeId) -> NodeId {
        self.filled_in(node, &mut FxHashMap::default())
    }

    fn filled_in(&mut self, node: NodeId, done: &mut FxHashMap<NodeId, NodeId>) -> NodeId {
        if let Some(done) = done.get(&node) {
            return *done;
        }
        let new = match self.tree.kind(node) {
            Kind::List { .. } => {
                let items = self.tree.items(node).to_vec();
                let new: Vec<NodeId> = items.iter().map(|item| self.filled_in(*item, done)).collect();
                if new == items { node } else { self.list(self.tree.span(node), &new) }
            }
            Kind::Map { .. } => match self.value_of(node) {
                Some(text) => self.text(self.tree.span(node), &text),
                None => self.map_filled_in(node, done),
            },
            _ => node,
        };
        done.insert(node, new);
        new
    }

    fn map_filled_in(&mut self, node: NodeId, done: &mut FxHashMap<NodeId, NodeId>) -> NodeId {
        let members = self.tree.members(node).to_vec();
        let new: Vec<Member> =
            members.iter().map(|member| Member { value: self.filled_in(member.value, done), ..*member }).collect();
        let is_same = members.iter().zip(&new).all(|(old, new)| old.value == new.value);
        if is_same { node } else { self.with_members(node, &new) }
    }

    fn value_of(&self, node: NodeId) -> Option<String> {
        let ("Ref", name) = self.function_of(node)? else { return None };
        match self.deployment.parameters.get(self.tree.string(name)?)? {
            Parameter::Text(text) => Some(text.to_string()),
            Parameter::Open(_) => None,
        }
    }
}
