//! The declarations of a template's sections, for rules that are about the template itself.

use super::resolver::Resolver;
use crate::inventory::{Origin, Resource};
use crate::source::{Kind as Node, Member, NodeId};
use crate::value::{ConditionId, Entry, Kind, ValueId};

const PARAMETER: &str = "Fasscan::Template::Parameter";
const OUTPUT: &str = "Fasscan::Template::Output";

impl<'u> Resolver<'u> {
    /// Adds the parameters and outputs of a stack to the inventory. Functions have no place in a parameter; the value of an
    /// output is what it resolves to.
    pub(super) fn add_declarations(&mut self, stack: usize) {
        for member in self.declared(stack, "Parameters") {
            let properties = self.written(stack, member.value);
            self.add_declaration(stack, &member, PARAMETER, properties, None);
        }
        let tree = self.stacks[stack].tree;
        for member in self.declared(stack, "Outputs") {
            let condition = tree.get(member.value, "Condition").and_then(|condition| tree.string(condition));
            let condition = condition.and_then(|condition| self.condition(stack, condition, None));
            let mut entries = Vec::new();
            for part in tree.members(member.value) {
                let value = match tree.key(part) {
                    "Value" => self.output(stack, tree.key(&member)).unwrap_or(ValueId::ABSENT),
                    "Condition" => self.written(stack, part.value),
                    _ => self.value(stack, part.value),
                };
                if !self.is_absent(value) {
                    let key = self.stacks[stack].symbols[part.key.0 as usize];
                    entries.push(Entry { key, key_span: part.key_span, value });
                }
            }
            let place = self.place(stack, member.value);
            let properties = self.inventory.values.push_map(&entries, place);
            self.add_declaration(stack, &member, OUTPUT, properties, condition);
        }
    }

    fn declared(&self, stack: usize, section: &str) -> Vec<Member> {
        let tree = self.stacks[stack].tree;
        let members = tree.get(tree.root(), section).map_or(&[][..], |section| tree.members(section));
        let is_one = |member: &&Member| {
            !tree.key(member).starts_with("Fn::") && matches!(tree.kind(member.value), Node::Map { .. })
        };
        members.iter().filter(is_one).copied().collect()
    }

    fn add_declaration(
        &mut self,
        stack: usize,
        member: &Member,
        type_name: &str,
        properties: ValueId,
        condition: Option<ConditionId>,
    ) {
        let declaration = Resource {
            type_name: self.inventory.names.intern(type_name),
            logical_id: self.stacks[stack].tree.key(member).into(),
            stack: self.stacks[stack].id,
            condition: condition.filter(|id| self.decided(*id) != Some(true)),
            properties,
            attributes: ValueId::ABSENT,
            place: self.place(stack, member.value),
            key_span: member.key_span,
            head_span: member.key_span,
            origin: Origin::Template { cdk_path: None },
        };
        self.inventory.push_declaration(declaration);
    }

    /// The value of a node as it is written, whatever looks like a function in it.
    pub(super) fn written(&mut self, stack: usize, node: NodeId) -> ValueId {
        let tree = self.stacks[stack].tree;
        let place = self.place(stack, node);
        match tree.kind(node) {
            Node::Map { .. } => {
                let mut entries = Vec::new();
                for member in tree.members(node) {
                    let key = self.stacks[stack].symbols[member.key.0 as usize];
                    entries.push(Entry { key, key_span: member.key_span, value: self.written(stack, member.value) });
                }
                self.inventory.values.push_map(&entries, place)
            }
            Node::List { .. } => {
                let items: Vec<ValueId> = tree.items(node).iter().map(|item| self.written(stack, *item)).collect();
                self.inventory.values.push_list(&items, place)
            }
            Node::String(text) => self.literal(tree.text(text), place),
            Node::Null => self.inventory.values.push(Kind::Absent, place),
            Node::Bool(truth) => self.inventory.values.push(Kind::Bool(truth), place),
            Node::Number(text) => {
                let text = self.inventory.values.store(tree.text(text));
                self.inventory.values.push(Kind::Number(text), place)
            }
        }
    }
}
