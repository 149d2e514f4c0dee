//! The resources of a stack: declared first, so that everything may refer to them, then resolved.

use super::resolver::Resolver;
use super::state::Output;
use super::transform::{LANGUAGE_EXTENSIONS, SERVERLESS, declares};
use super::unit::Nested;
use crate::inventory::{Origin, Resource};
use crate::source::{Kind as Node, NodeId};
use crate::value::{Cause, Entry, ValueId};

impl<'u> Resolver<'u> {
    pub(super) fn declare_resources(&mut self, stack: usize) {
        let tree = self.stacks[stack].tree;
        let Some(section) = tree.get(tree.root(), "Resources") else { return };
        if !matches!(tree.kind(section), Node::Map { .. }) {
            let place = self.place(stack, section);
            self.error(place, "`Resources` is not a map");
            return;
        }
        for member in tree.members(section) {
            let name = tree.key(member);
            if name.starts_with("Fn::ForEach::") {
                let cause = Cause::Macro { name: LANGUAGE_EXTENSIONS.into() };
                self.gap(stack, member.value, &format!("the resources of `{name}` are not expanded"), cause);
                continue;
            }
            if name == "Fn::Transform" {
                let name = self.macro_name(stack, member.value);
                self.gap(stack, member.value, "a macro adds resources", Cause::Macro { name });
                continue;
            }
            let place = self.place(stack, member.value);
            if !matches!(tree.kind(member.value), Node::Map { .. }) {
                self.error(place, format!("resource `{name}` is not a map"));
                continue;
            }
            let Some(kind) = tree.get(member.value, "Type") else {
                self.error(self.key_place(stack, member), format!("resource `{name}` has no `Type`"));
                continue;
            };
            if !matches!(tree.kind(kind), Node::String(_) | Node::Map { .. }) {
                self.error(self.place(stack, kind), format!("the `Type` of resource `{name}` is not a text"));
                continue;
            }
            let Some(type_name) = tree.string(kind) else {
                let cause = Cause::Macro { name: type_macro(tree, kind).into() };
                self.gap(stack, member.value, &format!("the type of resource `{name}` is not known"), cause);
                continue;
            };
            let properties = tree.member(member.value, "Properties");
            let cdk_path =
                tree.at(member.value, &["Metadata", "aws:cdk:path"]).and_then(|path| tree.string(path)).map(Into::into);
            let resource = Resource {
                type_name: self.inventory.names.intern(type_name),
                logical_id: name.into(),
                stack: self.stacks[stack].id,
                condition: None,
                properties: ValueId::ABSENT,
                attributes: ValueId::ABSENT,
                place,
                key_span: member.key_span,
                head_span: properties.map_or(tree.span(kind), |properties| properties.key_span),
                origin: Origin::Template { cdk_path },
            };
            let id = self.inventory.push(resource);
            self.stacks[stack].resources.insert(name, (id, member.value));
            self.note_unexpanded(stack, name, type_name, member.value);
        }
    }

    /// Types that AWS expands into others, of which nothing here is evaluated.
    fn note_unexpanded(&mut self, stack: usize, name: &str, type_name: &str, node: NodeId) {
        if type_name == "AWS::CloudFormation::StackSet" {
            let what = format!("the template that stack set `{name}` deploys is not evaluated");
            self.gap(stack, node, &what, Cause::RemoteNestedStack);
            return;
        }
        let transform = if type_name.starts_with("AWS::Serverless::") {
            // Where the transform is declared it has said itself what it leaves.
            if declares(self.stacks[stack].tree, SERVERLESS) {
                return;
            }
            SERVERLESS
        } else if type_name.ends_with("::MODULE") {
            type_name
        } else {
            return;
        };
        let cause = Cause::Macro { name: transform.into() };
        self.gap(stack, node, &format!("what `{type_name}` `{name}` expands to is not evaluated"), cause);
    }

    pub(super) fn declare_outputs(&mut self, stack: usize) {
        let tree = self.stacks[stack].tree;
        let Some(section) = tree.get(tree.root(), "Outputs") else { return };
        let members = tree.members(section).iter().filter(|member| !tree.key(member).starts_with("Fn::"));
        for member in members {
            self.stacks[stack].outputs.insert(tree.key(member), Output::Unresolved(member.value));
        }
    }

    pub(super) fn resolve_resources(&mut self, stack: usize) {
        let tree = self.stacks[stack].tree;
        let Some(section) = tree.get(tree.root(), "Resources") else { return };
        for member in tree.members(section) {
            let name = tree.key(member);
            let Some((id, node)) = self.stacks[stack].resources.get(name).copied() else { continue };
            if let Some(named) = tree.get(node, "Condition")
                && let Some(condition) = tree.string(named)
            {
                let place = self.place(stack, named);
                let condition = self.condition(stack, condition, Some(place));
                self.inventory.resource_mut(id).condition = condition.filter(|id| self.decided(*id) != Some(true));
            }
            let properties = self.properties(stack, node);
            let attributes = self.attributes(stack, node);
            let resource = self.inventory.resource_mut(id);
            resource.properties = properties;
            resource.attributes = attributes;
            if self.inventory.type_name(id) == "AWS::CloudFormation::Stack" {
                self.resolve_nested(stack, name, node);
            }
        }
    }

    fn properties(&mut self, stack: usize, node: NodeId) -> ValueId {
        let tree = self.stacks[stack].tree;
        if let Some(transform) = tree.get(node, "Fn::Transform") {
            let name = self.macro_name(stack, transform);
            let place = self.place(stack, transform);
            return self.unknown(Cause::Macro { name }, place);
        }
        let Some(properties) = tree.get(node, "Properties") else { return ValueId::ABSENT };
        match tree.kind(properties) {
            Node::Map { .. } | Node::Null => self.value(stack, properties),
            _ => self.invalid(self.place(stack, properties), "`Properties` is not a map"),
        }
    }

    /// What stands beside `Properties`. `Metadata` is for tools, not for AWS, and is left out.
    fn attributes(&mut self, stack: usize, node: NodeId) -> ValueId {
        let tree = self.stacks[stack].tree;
        let mut entries = Vec::new();
        for member in tree.members(node) {
            if matches!(tree.key(member), "DeletionPolicy" | "UpdateReplacePolicy" | "DependsOn") {
                let value = self.value(stack, member.value);
                let key = self.stacks[stack].symbols[member.key.0 as usize];
                entries.push(Entry { key, key_span: member.key_span, value });
            }
        }
        let place = self.place(stack, node);
        self.inventory.values.push_map(&entries, place)
    }

    fn resolve_nested(&mut self, stack: usize, name: &'u str, node: NodeId) {
        match self.stacks[stack].template.nested.get(name) {
            Some(Nested::Template(_)) => {
                self.nested_stack(stack, name);
            }
            Some(Nested::Unreadable) => {}
            Some(Nested::Remote) | None => {
                let what = format!("the template of nested stack `{name}` is not part of the input");
                self.gap(stack, node, &what, Cause::RemoteNestedStack);
            }
        }
    }
}

/// What to call a type that is not a text, such as `{"!Rain::Module": ...}`.
fn type_macro(tree: &crate::source::Tree, node: NodeId) -> &str {
    tree.members(node).first().map_or("Type", |member| tree.key(member))
}
