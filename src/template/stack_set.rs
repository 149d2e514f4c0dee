//! Stack sets: the template that a `TemplateBody` holds is resolved as a stack of its own, somewhere else.
//!
//! Source: "AWS::CloudFormation::StackSet" in the CloudFormation template reference.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::expanded::symbols_of;
use super::resolver::{NESTING, Resolver, STACKS};
use super::state::{Given, Source};
use super::unit::Template;
use crate::inventory::Stack;
use crate::source::{Kind as Node, Limits, NodeId, embedded};
use crate::value::{Cause, ValueId};

pub(super) const STACK_SET: &str = "AWS::CloudFormation::StackSet";

impl<'u> Resolver<'u> {
    /// Resolves the template that a stack set deploys, when it stands in the stack set.
    pub(super) fn resolve_stack_set(&mut self, stack: usize, name: &'u str, node: NodeId) {
        let state = &self.stacks[stack];
        let (tree, depth) = (state.tree, state.depth + 1);
        let Some((resource, _)) = state.resources.get(name).copied() else { return };
        let Some(body) = tree.at(node, &["Properties", "TemplateBody"]) else {
            let what = format!("the template that stack set `{name}` deploys is not part of the input");
            return self.gap(stack, node, &what, Cause::RemoteNestedStack);
        };
        if depth > NESTING || self.stacks.len() >= STACKS {
            return self.gap(stack, node, "there are too many nested stacks to follow", Cause::Limit);
        }
        let value = self.value(stack, body);
        let Some(text) = self.constant_text(value).map(str::to_owned) else {
            let cause = self.open_cause(value).unwrap_or(Cause::Invalid);
            let what = format!("the template that stack set `{name}` deploys is not known");
            return self.gap(stack, body, &what, cause);
        };
        let parsed = match embedded::parse(tree, body, &text, Limits::default()) {
            Ok(parsed) => parsed,
            Err(problems) => return self.diagnostics.extend(problems),
        };
        let is_map = |node| matches!(parsed.kind(node), Node::Map { .. });
        if parsed.is_empty() || !is_map(parsed.root()) || !parsed.get(parsed.root(), "Resources").is_some_and(is_map) {
            let place = self.place(stack, body);
            return self.error(place, "the text is no template: it has no `Resources`");
        }
        let parsed = Arc::new(parsed);
        let place = self.place(stack, body);
        self.inventory.embedded.push((place, Arc::clone(&parsed)));
        let symbols = symbols_of(&mut self.inventory.names, &parsed.keys);
        let template = self.made.templates.push_get(Box::new(Template::new(parsed)));
        let own = self.inventory.stacks[self.stacks[stack].id.0 as usize].name.clone();
        let instances = Stack {
            name: format!("{own}-{name}").into(),
            file: place.file,
            account: self.only(stack, node, "Accounts"),
            region: self.only(stack, node, "Regions"),
            parent: Some(resource),
            transformed_by: None,
            unexpanded: Vec::new(),
            tags: Vec::new(),
            outputs: Vec::new(),
        };
        let given = self.stack_set_parameters(stack, node);
        let index = self.enter(Source { template, file: place.file, symbols }, instances, depth, &given);
        self.resolve_stack(index);
    }

    /// The account or region of all instances, when there is but one and it is known.
    fn only(&mut self, stack: usize, node: NodeId, key: &str) -> Option<Box<str>> {
        let tree = self.stacks[stack].tree;
        let groups = tree.at(node, &["Properties", "StackInstancesGroup"])?;
        let [group] = tree.items(groups) else { return None };
        let targets = tree.get(*group, "DeploymentTargets");
        // Organizational units are accounts that the template does not name.
        if key == "Accounts" && tree.get(targets?, "OrganizationalUnitIds").is_some() {
            return None;
        }
        let list = tree.get(*group, key).or_else(|| tree.get(targets?, key))?;
        let [only] = tree.items(list) else { return None };
        let value = self.value(stack, *only);
        self.constant_text(value).map(Into::into)
    }

    /// What the stack set passes to its instances; one that some instances override is not known.
    fn stack_set_parameters(&mut self, stack: usize, node: NodeId) -> FxHashMap<&'u str, Given<'u>> {
        let tree = self.stacks[stack].tree;
        let mut given = FxHashMap::default();
        let Some(properties) = tree.get(node, "Properties") else { return given };
        let pairs = |list: Option<NodeId>| {
            let items = list.map_or(&[][..], |list| tree.items(list));
            items.iter().filter_map(|pair| Some((tree.get(*pair, "ParameterKey")?, *pair)))
        };
        for (key, pair) in pairs(tree.get(properties, "Parameters")) {
            if let (Some(key), Some(value)) = (tree.string(key), tree.get(pair, "ParameterValue")) {
                let value: ValueId = self.value(stack, value);
                given.insert(key, Given::Value(value));
            }
        }
        let groups = tree.get(properties, "StackInstancesGroup").map_or(&[][..], |groups| tree.items(groups));
        for group in groups {
            for (key, pair) in pairs(tree.get(*group, "ParameterOverrides")) {
                let Some(key) = tree.string(key) else { continue };
                let what = format!("the value of parameter `{key}` in every instance").into();
                let value = self.unknown(Cause::NotInInput { what }, self.place(stack, pair));
                given.insert(key, Given::Value(value));
            }
        }
        given
    }
}
