//! The resources of a stack: declared first, so that everything may refer to them, then resolved.

use super::resolver::Resolver;
use super::stack_set::STACK_SET;
use super::state::Output;
use super::transform::{LANGUAGE_EXTENSIONS, LOOP, SERVERLESS, declares};
use super::unit::Nested;
use crate::inventory::{Origin, Resource};
use crate::source::{Kind as Node, Member, NodeId, Span};
use crate::value::{Cause, Condition, ConditionId, Entry, Formula, Kind, Place, ValueId};

impl<'u> Resolver<'u> {
    pub(super) fn declare_resources(&mut self, stack: usize) {
        let tree = self.stacks[stack].tree;
        let Some(section) = tree.get(tree.root(), "Resources") else {
            let id = self.stacks[stack].id;
            if self.inventory.stacks[id.0 as usize].transformed_by.is_none() {
                self.error(self.place(stack, tree.root()), "the template has no `Resources`");
            }
            return;
        };
        if !matches!(tree.kind(section), Node::Map { .. }) {
            let place = self.place(stack, section);
            self.error(place, "`Resources` is not a map");
            return;
        }
        for member in tree.members(section) {
            let name = tree.key(member);
            if name == "Fn::Transform" || name.starts_with(LOOP) {
                self.note_unexpanded_resources(stack, member);
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
                self.gap(stack, member.value, &format!("the type of resource `{name}` is not known"), cause.clone());
                self.may_add(stack, cause, None);
                continue;
            };
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
                head_span: self.head_span(stack, member, kind),
                origin: Origin::Template { cdk_path },
            };
            let id = self.inventory.push(resource);
            self.stacks[stack].resources.insert(name, (id, member.value));
            self.note_unexpanded(stack, name, type_name, member.value);
        }
    }

    /// The key `Properties`, or else the type, where they stand in the file of the resource.
    fn head_span(&self, stack: usize, resource: &Member, kind: NodeId) -> Span {
        let tree = self.stacks[stack].tree;
        let here = |node: NodeId| tree.file_of(node) == tree.file_of(resource.value);
        match tree.member(resource.value, "Properties") {
            Some(properties) if here(properties.value) => properties.key_span,
            _ if here(kind) => tree.span(kind),
            _ => resource.key_span,
        }
    }

    /// Types that AWS expands into others, of which nothing here is evaluated.
    fn note_unexpanded(&mut self, stack: usize, name: &str, type_name: &str, node: NodeId) {
        let transform = if type_name.starts_with("AWS::Serverless::") {
            // Where the transform is declared it has said itself what it leaves.
            if declares(self.stacks[stack].tree, SERVERLESS) {
                return;
            }
            SERVERLESS
        } else if type_name.ends_with("::MODULE") || type_name == "LocalModule" {
            type_name
        } else {
            return;
        };
        let cause = Cause::Macro { name: transform.into() };
        self.may_add(stack, cause.clone(), None);
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
            if let Some(named) = tree.get(node, "Condition") {
                let condition = self.resource_condition(stack, named);
                self.inventory.resource_mut(id).condition = condition.filter(|id| self.decided(*id) != Some(true));
            }
            let properties = self.properties(stack, node);
            let attributes = self.attributes(stack, node);
            let resource = self.inventory.resource_mut(id);
            resource.properties = properties;
            resource.attributes = attributes;
            self.recognize_custom(id);
            self.read_suppressions(stack, node, Some(id));
            match self.inventory.type_name(id) {
                "AWS::CloudFormation::Stack" => self.resolve_nested(stack, name, node),
                STACK_SET => self.resolve_stack_set(stack, name, node),
                _ => {}
            }
        }
    }

    /// The condition of a resource; with the language extensions a function may name it, or name none.
    fn resource_condition(&mut self, stack: usize, node: NodeId) -> Option<ConditionId> {
        let tree = self.stacks[stack].tree;
        let place = self.place(stack, node);
        if let Some(name) = tree.string(node) {
            let condition = self.condition(stack, name, Some(place));
            let made = condition.is_none() && self.expansion(stack, &["Conditions"]).is_some();
            return if made { Some(self.open_condition(stack, node, place)) } else { condition };
        }
        if !declares(tree, LANGUAGE_EXTENSIONS) {
            self.error(place, format!("a function as `Condition` needs the transform `{LANGUAGE_EXTENSIONS}`"));
            return Some(self.open_condition(stack, node, place));
        }
        let named = self.value(stack, node);
        let named = self.each_case(named, place, &mut |_, name| name);
        if self.is_absent(named) {
            return None;
        }
        let name = self.constant_text(named).and_then(|name| self.stacks[stack].conditions.get_key_value(name));
        match name.map(|(name, _)| *name) {
            Some(name) => self.condition(stack, name, Some(place)),
            None => {
                if let Some(name) = self.constant_text(named).map(str::to_owned) {
                    self.condition(stack, &name, Some(place));
                }
                Some(self.open_condition(stack, node, place))
            }
        }
    }

    /// A condition of which nobody knows whether it holds.
    fn open_condition(&mut self, stack: usize, node: NodeId, place: Place) -> ConditionId {
        let variable = self.comparison(&format!("{stack}:{}", node.0));
        let formula = Formula::Is(variable, 1);
        let id = self.inventory.values.push_condition(Condition { name: "Condition".into(), formula, place });
        self.heights.push(0);
        id
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

    /// What stands beside `Properties`; `Metadata` as it is written.
    ///
    /// Source: "Intrinsic function references in DeletionPolicy and UpdateReplacePolicy attributes" in the CloudFormation
    /// template reference: functions need the language extensions, and `AWS::NoValue` is none of their values.
    fn attributes(&mut self, stack: usize, node: NodeId) -> ValueId {
        let tree = self.stacks[stack].tree;
        let mut entries = Vec::new();
        for member in tree.members(node) {
            let key = tree.key(member);
            if matches!(key, "DeletionPolicy" | "UpdateReplacePolicy" | "DependsOn") {
                let place = self.place(stack, member.value);
                let mut value = match matches!(tree.kind(member.value), Node::Map { .. }) {
                    true if !declares(tree, LANGUAGE_EXTENSIONS) => self
                        .invalid(place, format!("a function as `{key}` needs the transform `{LANGUAGE_EXTENSIONS}`")),
                    _ => self.value(stack, member.value),
                };
                if key != "DependsOn" {
                    value = self.each_case(value, place, &mut |resolver, value| match resolver
                        .inventory
                        .values
                        .kind(value)
                    {
                        Kind::Absent | Kind::List(_) | Kind::Map(_) => {
                            resolver.invalid(place, format!("`{key}` is the name of a policy"))
                        }
                        _ => value,
                    });
                }
                let key = self.stacks[stack].symbols[member.key.0 as usize];
                entries.push(Entry { key, key_span: member.key_span, value });
            }
        }
        if let Some(metadata) = tree.member(node, "Metadata") {
            let value = self.written(stack, metadata.value);
            let key = self.stacks[stack].symbols[metadata.key.0 as usize];
            entries.push(Entry { key, key_span: metadata.key_span, value });
        }
        let place = self.place(stack, node);
        self.inventory.values.push_map(&entries, place)
    }

    fn resolve_nested(&mut self, stack: usize, name: &'u str, node: NodeId) {
        match self.nested_template(stack, name, node) {
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
