//! Macros: what only AWS expands, and what therefore may be there without standing in the template.

use super::resolver::Resolver;
use super::transform::{
    LANGUAGE_EXTENSIONS, LOOP, SERVERLESS, declared, declares, is_known, transform_name, types_in_loop,
};
use crate::inventory::{Types, Unexpanded};
use crate::source::{Member, NodeId};
use crate::value::Cause;

impl<'u> Resolver<'u> {
    /// What may change the whole template: AWS's work is known only of the transforms that fasscan applies itself.
    pub(super) fn note_macros(&mut self, stack: usize) {
        let tree = self.stacks[stack].tree;
        for node in declared(tree) {
            let name = transform_name(tree, node);
            if !is_known(name) {
                self.note_macro(stack, node, name.into());
            }
        }
        // A transform at the top level may add to every section.
        if let Some(node) = tree.get(tree.root(), "Fn::Transform") {
            let name = self.macro_name(stack, node);
            self.note_macro(stack, node, name);
        }
        // Modules are resolved before deployment, and may override any resource.
        if let Some(node) = tree.get(tree.root(), "Modules") {
            self.note_macro(stack, node, "Modules".into());
        }
        if let Some(hooks) = tree.get(tree.root(), "Hooks") {
            let cause = Cause::Macro { name: "Hooks".into() };
            self.gap(stack, hooks, "what the hooks of the template add is not evaluated", cause);
        }
    }

    fn note_macro(&mut self, stack: usize, node: NodeId, name: Box<str>) {
        let what = match &*name {
            "Modules" => "the modules of the template may change all of it".to_owned(),
            name => format!("the macro `{name}` may change the whole template"),
        };
        let cause = Cause::Macro { name: name.clone() };
        self.gap(stack, node, &what, cause.clone());
        self.may_add(stack, cause, None);
        let id = self.stacks[stack].id;
        self.inventory.stacks[id.0 as usize].transformed_by = Some(name);
    }

    /// Something here may become resources of these types that are not in sight; of any type where they are not said.
    pub(super) fn may_add(&mut self, stack: usize, cause: Cause, types: Option<Vec<&str>>) {
        let names = &mut self.inventory.names;
        let types = match types {
            Some(types) => Types::Of(types.into_iter().map(|name| names.intern(name)).collect()),
            None => Types::Any,
        };
        let id = self.stacks[stack].id;
        self.inventory.stacks[id.0 as usize].unexpanded.push(Unexpanded { cause, types });
    }

    /// A member of `Resources` that stands for resources: a loop that could not be expanded, or a macro.
    pub(super) fn note_unexpanded_resources(&mut self, stack: usize, member: &Member) {
        let cause = self.unexpanded(stack, member);
        let tree = self.stacks[stack].tree;
        if tree.key(member).starts_with(LOOP) {
            self.may_add(stack, cause, types_in_loop(tree, member.value));
        } else {
            self.gap(stack, member.value, "a macro adds resources", cause.clone());
            self.may_add(stack, cause, None);
        }
    }

    /// Why a loop or macro is still there.
    pub(super) fn unexpanded(&self, stack: usize, member: &Member) -> Cause {
        let state = &self.stacks[stack];
        match state.unexpanded.get(&member.value) {
            Some(cause) => cause.clone(),
            None if state.tree.key(member).starts_with(LOOP) => Cause::Macro { name: LANGUAGE_EXTENSIONS.into() },
            None => Cause::Macro { name: self.macro_name(stack, member.value) },
        }
    }

    /// Why the names of these sections are not all known: something that only AWS expands may add to them.
    pub(super) fn expansion(&self, stack: usize, sections: &[&str]) -> Option<Cause> {
        let state = &self.stacks[stack];
        let tree = state.tree;
        let known = &self.inventory.stacks[state.id.0 as usize];
        if let Some(name) = &known.transformed_by {
            return Some(Cause::Macro { name: name.clone() });
        }
        if !state.unexpanded.is_empty() && declares(tree, SERVERLESS) {
            return Some(Cause::Macro { name: SERVERLESS.into() });
        }
        let section = |name: &&str| tree.get(tree.root(), name);
        let mut members = sections.iter().filter_map(section).flat_map(|section| tree.members(section));
        if let Some(member) = members.find(|member| tree.key(member).starts_with("Fn::")) {
            return Some(self.unexpanded(stack, member));
        }
        match sections.contains(&"Resources") {
            true => known.unexpanded.first().map(|unexpanded| unexpanded.cause.clone()),
            false => None,
        }
    }

    /// What a `Fn::Transform` applies: the first macro of several.
    pub(super) fn macro_name(&self, stack: usize, node: NodeId) -> Box<str> {
        let tree = self.stacks[stack].tree;
        let first = tree.items(node).first().copied().unwrap_or(node);
        transform_name(tree, first).into()
    }
}
