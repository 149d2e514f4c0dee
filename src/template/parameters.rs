//! Parameters: what a `Ref` to one is worth.
//!
//! A value that the deployment gives is that value. A default stands for the value where it is used directly, but a
//! condition over a parameter is explored for every value that the condition can tell apart, because whoever deploys
//! may choose another. Source: "Parameters" in the CloudFormation template reference.

use rustc_hash::FxHashMap;

use super::resolver::Resolver;
use super::state::Given;
use crate::source::{Kind as Node, NodeId, Tree};
use crate::value::{Cause, Kind, Place, ValueId, Variable, VariableKind};

/// Parameters may have at most this many cases before they are taken as unknown.
const CASES: usize = 64;

impl<'u> Resolver<'u> {
    pub(super) fn declare_parameters(&mut self, stack: usize, given: &FxHashMap<&str, Given<'_>>) {
        let tree = self.stacks[stack].tree;
        let Some(section) = tree.get(tree.root(), "Parameters") else { return };
        let compared = compared_parameters(tree);
        for member in tree.members(section) {
            let name = tree.key(member);
            let place = self.place(stack, member.value);
            let kind = tree.get(member.value, "Type").and_then(|kind| tree.string(kind)).unwrap_or("String");
            let value = match given.get(name) {
                Some(_) if is_ssm(kind) => self.unknown(Cause::SsmParameter { name: name.into() }, place),
                Some(Given::Text(text)) => self.typed(kind, text, place),
                Some(Given::Value(value)) if self.may_be_absent(*value) => {
                    // Where the parent gives nothing, the default counts.
                    let open = self.undecided(stack, name, kind, member.value, compared.get(name));
                    self.each_case(*value, place, &mut |resolver, value| match resolver.is_absent(value) {
                        true => open,
                        false => resolver.retyped(kind, value),
                    })
                }
                Some(Given::Value(value)) => self.retyped(kind, *value),
                None => self.undecided(stack, name, kind, member.value, compared.get(name)),
            };
            self.stacks[stack].parameters.insert(name, value);
        }
    }

    /// A parameter to which nothing outside the template gives a value.
    fn undecided(
        &mut self,
        stack: usize,
        name: &str,
        kind: &str,
        node: NodeId,
        compared: Option<&Vec<&str>>,
    ) -> ValueId {
        let tree = self.stacks[stack].tree;
        let place = self.place(stack, node);
        if is_ssm(kind) {
            return self.unknown(Cause::SsmParameter { name: name.into() }, place);
        }
        let default = tree.get(node, "Default").and_then(|default| Some((tree.scalar(default)?, default)));
        let allowed: Vec<(&str, NodeId)> = tree
            .get(node, "AllowedValues")
            .map(|list| tree.items(list).iter().filter_map(|item| Some((tree.scalar(*item)?, *item))).collect())
            .unwrap_or_default();
        let open = match default {
            Some((text, node)) => {
                let place = self.place(stack, node);
                self.typed(kind, text, place)
            }
            None => self.unknown(Cause::ParameterWithoutDefault { name: name.into() }, place),
        };
        let splits = compared.is_some() || (default.is_none() && !allowed.is_empty());
        if !splits || allowed.len() > CASES {
            return open;
        }
        let mut domain: Vec<Option<Box<str>>> = allowed.iter().map(|(text, _)| Some((*text).into())).collect();
        if allowed.is_empty() {
            let texts = default.iter().map(|(text, _)| *text).chain(compared.into_iter().flatten().copied());
            for text in texts {
                if !domain.iter().any(|known| known.as_deref() == Some(text)) {
                    domain.push(Some(text.into()));
                }
            }
            domain.push(None);
        }
        let mut arms = Vec::with_capacity(domain.len() + 1);
        for (index, case) in domain.iter().enumerate() {
            let place = allowed.get(index).map_or(place, |(_, node)| self.place(stack, *node));
            arms.push(match case {
                Some(text) => self.typed(kind, text, place),
                None => self.unknown(Cause::ParameterWithoutDefault { name: name.into() }, place),
            });
        }
        arms.push(open);
        let default = default
            .and_then(|(text, _)| domain.iter().position(|case| case.as_deref() == Some(text)))
            .and_then(|index| u16::try_from(index).ok());
        let values = &mut self.inventory.values;
        let variable =
            values.push_variable(Variable { name: name.into(), kind: VariableKind::Parameter, domain, default });
        let arms = values.store_items(&arms);
        self.own_arms.insert(arms.first);
        self.inventory.values.push(Kind::Choice { variable, arms }, place)
    }

    /// The text of a parameter as its type makes of it: lists are split at commas, and the items trimmed.
    fn typed(&mut self, kind: &str, text: &str, place: Place) -> ValueId {
        if is_list(kind) {
            let items: Vec<ValueId> = text.split(',').map(|item| self.literal(item.trim(), place)).collect();
            return self.inventory.values.push_list(&items, place);
        }
        self.literal(text, place)
    }

    /// A value that a parent stack passes: everything arrives as text.
    fn retyped(&mut self, kind: &str, value: ValueId) -> ValueId {
        if !is_list(kind) {
            return value;
        }
        if let Kind::List(_) = self.inventory.values.kind(value) {
            return value;
        }
        let place = self.inventory.values.place(value);
        self.split_text(value, ",", true, place)
    }
}

/// Whether the parameter's text is the name of what it stands for in the parameter store.
pub(super) fn is_ssm(kind: &str) -> bool {
    kind.starts_with("AWS::SSM::Parameter::Value")
}

/// Whether the parameter's text is a list, with commas between the items.
pub(super) fn is_list(kind: &str) -> bool {
    kind == "CommaDelimitedList" || kind.starts_with("List<")
}

/// The parameters that the template's conditions depend on, each with the texts that it is compared with.
fn compared_parameters(tree: &Tree) -> FxHashMap<&str, Vec<&str>> {
    let mut found = FxHashMap::default();
    if let Some(conditions) = tree.get(tree.root(), "Conditions") {
        walk(tree, conditions, &mut found);
    }
    found
}

fn walk<'u>(tree: &'u Tree, node: NodeId, found: &mut FxHashMap<&'u str, Vec<&'u str>>) {
    match tree.kind(node) {
        Node::List { .. } => tree.items(node).iter().for_each(|item| walk(tree, *item, found)),
        Node::Map { .. } => {
            for member in tree.members(node) {
                match tree.key(member) {
                    "Ref" => {
                        if let Some(name) = tree.string(member.value) {
                            found.entry(name).or_default();
                        }
                    }
                    "Fn::Sub" => {
                        let text = tree
                            .string(member.value)
                            .or_else(|| tree.items(member.value).first().and_then(|text| tree.string(*text)));
                        for name in text.into_iter().flat_map(super::functions::sub_names) {
                            found.entry(name).or_default();
                        }
                    }
                    "Fn::Equals" => compare(tree, tree.items(member.value), found),
                    "Fn::FindInMap" => mapping_keys(tree, tree.items(member.value), found),
                    _ => {}
                }
                walk(tree, member.value, found);
            }
        }
        _ => {}
    }
}

fn compare<'u>(tree: &'u Tree, sides: &[NodeId], found: &mut FxHashMap<&'u str, Vec<&'u str>>) {
    let [left, right] = sides else { return };
    for (side, other) in [(*left, *right), (*right, *left)] {
        if let (Some(name), Some(text)) = (parameter_name(tree, side), tree.scalar(other)) {
            found.entry(name).or_default().push(text);
        }
    }
}

/// A parameter that selects in a mapping has the mapping's keys as its cases.
fn mapping_keys<'u>(tree: &'u Tree, items: &[NodeId], found: &mut FxHashMap<&'u str, Vec<&'u str>>) {
    let (Some(map), Some(key)) = (items.first().and_then(|map| tree.string(*map)), items.get(1)) else { return };
    let Some(name) = parameter_name(tree, *key) else { return };
    let Some(mapping) = tree.at(tree.root(), &["Mappings", map]) else { return };
    let keys = found.entry(name).or_default();
    keys.extend(tree.members(mapping).iter().map(|member| tree.key(member)));
}

fn parameter_name(tree: &Tree, node: NodeId) -> Option<&str> {
    tree.get(node, "Ref").and_then(|name| tree.string(name))
}
