//! Parameters: what a `Ref` to one is worth.
//!
//! A value that the deployment gives is that value. A default stands for the value where it is used directly, but a
//! condition over a parameter is explored for every value that the condition can tell apart, because whoever deploys
//! may choose another. The region, account and partition, where they are not known, are parameters of that kind too, but
//! only to conditions. Source: "Parameters" in the CloudFormation template reference.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::compare::Own;
use super::constraints::Constraint;
use super::resolver::{NESTING, Resolver};
use super::state::Given;
use super::unit::{Nested, Template};
use crate::inventory::partition;
use crate::source::{Kind as Node, NodeId, Tree};
use crate::value::{Cause, Formula, Kind, Place, ValueId, Variable, VariableId, VariableKind};

/// Parameters may have at most this many cases before they are taken as unknown.
const CASES: usize = 64;

/// The parameters that conditions and rules depend on, each with the texts that it is compared with.
pub(super) type Compared<'u> = FxHashMap<&'u str, Vec<&'u str>>;

const REGION: &str = "AWS::Region";
const PARTITION: &str = "AWS::Partition";

/// What a parameter is declared as.
struct Declared<'u> {
    name: &'u str,
    kind: &'u str,
    node: NodeId,
    place: Place,
}

impl<'u> Resolver<'u> {
    pub(super) fn declare_parameters(&mut self, stack: usize, given: &FxHashMap<&str, Given<'_>>) {
        let tree = self.stacks[stack].tree;
        let compared = self.compared(self.stacks[stack].template, tree, 0);
        self.declare_environment(stack, &compared);
        let Some(section) = tree.get(tree.root(), "Parameters") else { return };
        for member in tree.members(section) {
            let name = tree.key(member);
            let place = self.place(stack, member.value);
            let kind = tree.get(member.value, "Type").and_then(|kind| tree.string(kind)).unwrap_or("String");
            let declared = Declared { name, kind, node: member.value, place };
            let value = match given.get(name) {
                Some(_) if is_ssm(kind) => {
                    self.own_unknown(stack, name, Cause::SsmParameter { name: name.into() }, place)
                }
                Some(Given::Text(text)) => self.typed(kind, text, place),
                Some(Given::Value(value)) if self.may_be_absent(*value) => {
                    // Where the parent gives nothing, the default counts.
                    let open = self.undecided(stack, &declared, compared.get(name));
                    self.each_case(*value, place, &mut |resolver, value| match resolver.is_absent(value) {
                        true => open,
                        false => resolver.retyped(kind, value),
                    })
                }
                Some(Given::Value(value)) => self.retyped(kind, *value),
                None => self.undecided(stack, &declared, compared.get(name)),
            };
            self.stacks[stack].parameters.insert(name, value);
        }
    }

    /// A parameter to which nothing outside the template gives a value.
    fn undecided(&mut self, stack: usize, declared: &Declared<'u>, compared: Option<&Vec<&'u str>>) -> ValueId {
        let Declared { name, kind, node, place } = *declared;
        let tree = self.stacks[stack].tree;
        if is_ssm(kind) {
            return self.own_unknown(stack, name, Cause::SsmParameter { name: name.into() }, place);
        }
        let constraint = Arc::new(Constraint::read(tree, node));
        // A default that is not allowed must be overridden.
        let default = tree
            .get(node, "Default")
            .and_then(|default| Some((tree.scalar(default)?, default)))
            .filter(|(text, _)| constraint.allows(text));
        let missing = Cause::ParameterWithoutDefault { name: name.into() };
        let open = match default {
            Some((text, node)) => {
                let place = self.place(stack, node);
                self.typed(kind, text, place)
            }
            None => {
                let open = self.own_unknown(stack, name, missing.clone(), place);
                self.own.entry(open).and_modify(|own| own.constraint = Some(Arc::clone(&constraint)));
                open
            }
        };
        let splits = compared.is_some() || (default.is_none() && constraint.is_finite());
        let cases = constraint.cases();
        if !splits || cases.len() > CASES {
            return open;
        }
        let mut texts: Vec<(&str, Place)> = Vec::new();
        if constraint.is_finite() {
            for (text, node) in cases {
                texts.push((text, node.map_or(place, |node| self.place(stack, node))));
            }
        } else {
            let known = default.iter().map(|(text, _)| *text).chain(compared.into_iter().flatten().copied());
            for text in known.filter(|text| constraint.allows(text)) {
                if !texts.iter().any(|(known, _)| *known == text) {
                    texts.push((text, place));
                }
            }
        }
        let mut domain: Vec<Option<Box<str>>> = texts.iter().map(|(text, _)| Some((*text).into())).collect();
        let mut arms: Vec<ValueId> = texts.into_iter().map(|(text, place)| self.typed(kind, text, place)).collect();
        let variable = VariableId(self.inventory.values.variables.len() as u32);
        if !constraint.is_finite() {
            domain.push(None);
            let other = self.own_unknown(stack, name, missing, place);
            self.own.entry(other).and_modify(|own| {
                own.variable = Some(variable);
                own.constraint = Some(Arc::clone(&constraint));
            });
            arms.push(other);
        }
        let default = default_case(&constraint, &domain, default.map(|(text, _)| text));
        self.choice(Variable { default, ..parameter(name, domain) }, arms, open, place)
    }

    /// A value with one arm for each case of a new variable, and one where that is open.
    fn choice(&mut self, variable: Variable, mut arms: Vec<ValueId>, open: ValueId, place: Place) -> ValueId {
        arms.push(open);
        let values = &mut self.inventory.values;
        let variable = values.push_variable(variable);
        let arms = values.store_items(&arms);
        values.push(Kind::Choice { variable, arms }, place)
    }

    /// An unknown value that is a parameter of the stack.
    fn own_unknown(&mut self, stack: usize, name: &str, cause: Cause, place: Place) -> ValueId {
        let value = self.unknown(cause, place);
        self.own.insert(value, Own { stack, name: name.into(), variable: None, constraint: None });
        value
    }

    /// Where the stack is deployed to, as far as conditions ask and nobody knows. Nested stacks are where their parent is.
    fn declare_environment(&mut self, stack: usize, compared: &Compared<'u>) {
        let own = &self.inventory.stacks[self.stacks[stack].id.0 as usize];
        let parent = own.parent.map(|parent| self.inventory.resource(parent).stack.0 as usize);
        let known = [
            ("AWS::AccountId", own.account.is_some()),
            (REGION, own.region.is_some()),
            (PARTITION, own.region.is_some()),
        ];
        for (name, _) in known.into_iter().filter(|(_, known)| !known) {
            let shared = parent.and_then(|parent| self.stacks[parent].parameters.get(name).copied());
            let value = match (shared, compared.get(name)) {
                (Some(shared), _) => shared,
                (None, Some(texts)) if texts.len() < CASES => self.environment_choice(stack, name, texts),
                _ => continue,
            };
            self.stacks[stack].parameters.insert(name, value);
        }
        if parent.is_none() {
            self.link_partition(stack);
        }
    }

    fn environment_choice(&mut self, stack: usize, name: &'static str, compared: &[&'u str]) -> ValueId {
        let tree = self.stacks[stack].tree;
        let place = self.place(stack, tree.root());
        let mut texts = if name == PARTITION { vec!["aws", "aws-cn", "aws-us-gov"] } else { Vec::new() };
        for text in compared {
            if !text.is_empty() && !texts.contains(text) {
                texts.push(text);
            }
        }
        let mut domain: Vec<Option<Box<str>>> = texts.iter().map(|text| Some((*text).into())).collect();
        let mut arms: Vec<ValueId> = texts.iter().map(|text| self.literal(text, place)).collect();
        let open = self.own_unknown(stack, name, Cause::Environment { name: name.into() }, place);
        let variable = VariableId(self.inventory.values.variables.len() as u32);
        self.own.entry(open).and_modify(|own| own.variable = Some(variable));
        domain.push(None);
        arms.push(open);
        self.choice(parameter(name, domain), arms, open, place)
    }

    /// A region is in one partition.
    fn link_partition(&mut self, stack: usize) {
        let variable = |name: &str| match self.inventory.values.kind(*self.stacks[stack].parameters.get(name)?) {
            Kind::Choice { variable, .. } => Some(variable),
            _ => None,
        };
        let (Some(region), Some(of)) = (variable(REGION), variable(PARTITION)) else { return };
        let values = &mut self.inventory.values;
        let case = |text: &str| {
            let domain = &values.variables[of.0 as usize].domain;
            domain.iter().position(|case| case.as_deref() == Some(text)).map(|case| case as u16)
        };
        let regions = values.variables[region.0 as usize].domain.iter().enumerate();
        let links: Vec<Formula> = regions
            .filter_map(|(number, name)| {
                let is = Formula::Is(region, number as u16);
                Some(Formula::Any(vec![
                    Formula::Not(Box::new(is)),
                    Formula::Is(of, case(partition(name.as_deref()?))?),
                ]))
            })
            .collect();
        values.constraints.push(Formula::All(links), vec![region, of]);
    }

    /// What the parameters of a template are compared with, in its own conditions and rules or in those of nested stacks;
    /// `tree` is the template with or without its transforms.
    fn compared(&mut self, template: &'u Template, tree: &'u Tree, depth: usize) -> Arc<Compared<'u>> {
        let key = std::ptr::from_ref(tree);
        if let Some(known) = self.compared.get(&key) {
            return Arc::clone(known);
        }
        // A template that nests itself finds nothing there.
        self.compared.insert(key, Arc::default());
        let unit = self.unit;
        let mut found = Compared::default();
        for section in ["Conditions", "Rules"] {
            if let Some(section) = tree.get(tree.root(), section) {
                walk(tree, section, &mut found);
            }
        }
        let mut nested: Vec<(&str, Nested)> =
            template.nested.iter().map(|(name, nested)| (name.as_ref(), *nested)).collect();
        nested.sort_unstable_by_key(|(name, _)| *name);
        for (name, nested) in nested {
            let Nested::Template(nested) = nested else { continue };
            if depth >= NESTING {
                continue;
            }
            let nested = &unit.templates[nested];
            let inner = self.compared(nested, &nested.tree, depth + 1);
            for (name, texts) in inner.iter().filter(|(name, _)| name.starts_with("AWS::")) {
                found.entry(name).or_default().extend(texts);
            }
            let Some(given) = tree.at(tree.root(), &["Resources", name, "Properties", "Parameters"]) else { continue };
            for member in tree.members(given) {
                let Some(texts) = inner.get(tree.key(member)) else { continue };
                // A condition of the nested stack depends on everything that the value is made of.
                walk(tree, member.value, &mut found);
                if let Some(name) = parameter_name(tree, member.value) {
                    found.entry(name).or_default().extend(texts);
                }
            }
        }
        let found = Arc::new(found);
        self.compared.insert(key, Arc::clone(&found));
        found
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

/// A parameter with these cases.
fn parameter(name: &str, domain: Vec<Option<Box<str>>>) -> Variable {
    Variable { name: name.into(), kind: VariableKind::Parameter, domain, default: None }
}

fn default_case(constraint: &Constraint<'_>, domain: &[Option<Box<str>>], default: Option<&str>) -> Option<u16> {
    let default = default?;
    let is_default = |case: &Option<Box<str>>| case.as_deref().is_some_and(|case| constraint.same(case, default));
    domain.iter().position(is_default).and_then(|index| u16::try_from(index).ok())
}

/// Whether the parameter's text is the name of what it stands for in the parameter store.
pub(super) fn is_ssm(kind: &str) -> bool {
    kind.starts_with("AWS::SSM::Parameter::Value")
}

/// Whether the parameter's text is a list, with commas between the items.
pub(super) fn is_list(kind: &str) -> bool {
    kind == "CommaDelimitedList" || kind.starts_with("List<")
}

fn walk<'u>(tree: &'u Tree, node: NodeId, found: &mut Compared<'u>) {
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
                    "Fn::Equals" | "Fn::Contains" | "Fn::EachMemberEquals" | "Fn::EachMemberIn" => {
                        compare(tree, tree.items(member.value), found);
                    }
                    "Fn::FindInMap" => mapping_keys(tree, tree.items(member.value), found),
                    _ => {}
                }
                walk(tree, member.value, found);
            }
        }
        _ => {}
    }
}

fn compare<'u>(tree: &'u Tree, sides: &[NodeId], found: &mut Compared<'u>) {
    let [left, right] = sides else { return };
    for (side, other) in [(*left, *right), (*right, *left)] {
        let Some(name) = parameter_name(tree, side) else { continue };
        let texts = found.entry(name).or_default();
        texts.extend(tree.scalar(other));
        texts.extend(tree.items(other).iter().filter_map(|item| tree.scalar(*item)));
    }
}

/// A parameter that selects in a mapping has the mapping's keys as its cases.
fn mapping_keys<'u>(tree: &'u Tree, items: &[NodeId], found: &mut Compared<'u>) {
    let (Some(map), Some(key)) = (items.first().and_then(|map| tree.string(*map)), items.get(1)) else { return };
    let Some(name) = parameter_name(tree, *key) else { return };
    let Some(mapping) = tree.at(tree.root(), &["Mappings", map]) else { return };
    let keys = found.entry(name).or_default();
    keys.extend(tree.members(mapping).iter().map(|member| tree.key(member)));
}

fn parameter_name(tree: &Tree, node: NodeId) -> Option<&str> {
    tree.get(node, "Ref").and_then(|name| tree.string(name))
}
