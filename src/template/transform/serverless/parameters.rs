//! Parameters whose values are known, put in the place of references to them.

use rustc_hash::FxHashMap;

use super::literal::Literal;
use crate::source::{Kind, Member, NodeId};
use crate::template::transform::Draft;

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
            Kind::Map { .. } => match self.function_of(node) {
                Some(("Ref", _)) => self.reference_filled_in(node),
                Some(("Fn::Sub", text)) => self.sub_filled_in(node, text, done),
                _ => self.map_filled_in(node, done),
            },
            _ => node,
        };
        done.insert(node, new);
        new
    }

    fn reference_filled_in(&mut self, node: NodeId) -> NodeId {
        match self.literal(node) {
            Literal::Text(text) => self.text(self.tree.span(node), &text),
            _ => node,
        }
    }

    /// A text with placeholders stays one, of fewer placeholders.
    fn sub_filled_in(&mut self, node: NodeId, argument: NodeId, done: &mut FxHashMap<NodeId, NodeId>) -> NodeId {
        let (text_node, variables) = match self.tree.items(argument) {
            [text, variables] => (*text, Some(*variables)),
            _ => (argument, None),
        };
        let Some(text) = self.tree.string(text_node) else { return node };
        let new = self.placeholders_filled_in(text, variables);
        if new == text && variables.is_none() {
            return node;
        }
        let span = self.tree.span(text_node);
        let text = self.text(span, &new);
        let argument = match variables {
            Some(variables) => {
                let variables = self.filled_in(variables, done);
                self.list(self.tree.span(argument), &[text, variables])
            }
            None => text,
        };
        self.function(self.tree.span(node), "Fn::Sub", argument)
    }

    fn placeholders_filled_in(&self, text: &str, variables: Option<NodeId>) -> String {
        let mut filled = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, (name, after))) =
            rest.split_once("${").and_then(|(before, rest)| Some((before, rest.split_once('}')?)))
        {
            filled.push_str(before);
            let is_variable = variables.is_some_and(|variables| self.tree.get(variables, name).is_some());
            match self.parameter(name) {
                Literal::Text(value) if !is_variable => filled.push_str(&value),
                _ => filled.extend(["${", name, "}"]),
            }
            rest = after;
        }
        filled.push_str(rest);
        filled
    }

    fn map_filled_in(&mut self, node: NodeId, done: &mut FxHashMap<NodeId, NodeId>) -> NodeId {
        let members = self.tree.members(node).to_vec();
        let new: Vec<Member> =
            members.iter().map(|member| Member { value: self.filled_in(member.value, done), ..*member }).collect();
        let is_same = members.iter().zip(&new).all(|(old, new)| old.value == new.value);
        if is_same { node } else { self.with_members(node, &new) }
    }
}
