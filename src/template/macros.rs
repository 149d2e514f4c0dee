//! Macros: what only AWS expands, and what therefore may be there without standing in the template.

use super::resolver::Resolver;
use super::transform::{LANGUAGE_EXTENSIONS, SERVERLESS, declared, declares};
use crate::source::NodeId;
use crate::value::Cause;

impl<'u> Resolver<'u> {
    /// Transforms of the whole template: what AWS makes of it is known only for those that fasscan applies itself.
    pub(super) fn note_macros(&mut self, stack: usize) {
        let tree = self.stacks[stack].tree;
        for node in declared(tree) {
            let name = tree.string(node).or_else(|| tree.get(node, "Name").and_then(|name| tree.string(name)));
            match name {
                Some(LANGUAGE_EXTENSIONS | SERVERLESS) => {}
                name => self.note_macro(stack, node, name.unwrap_or("Fn::Transform").into()),
            }
        }
        // An include at the top level may add to every section.
        if let Some(node) = tree.get(tree.root(), "Fn::Transform") {
            let name = self.macro_name(stack, node);
            self.note_macro(stack, node, name);
        }
    }

    fn note_macro(&mut self, stack: usize, node: NodeId, name: Box<str>) {
        let what = format!("the macro `{name}` may change the whole template");
        self.gap(stack, node, &what, Cause::Macro { name: name.clone() });
        let id = self.stacks[stack].id;
        self.inventory.stacks[id.0 as usize].transformed_by = Some(name);
    }

    /// Why the names of these sections are not all known: something that only AWS expands may add to them.
    pub(super) fn expansion(&self, stack: usize, sections: &[&str]) -> Option<Cause> {
        let state = &self.stacks[stack];
        let tree = state.tree;
        let stack_name = |name: &str| Some(Cause::Macro { name: name.into() });
        if let Some(name) = &self.inventory.stacks[state.id.0 as usize].transformed_by {
            return stack_name(name);
        }
        if state.partly_expanded && declares(tree, SERVERLESS) {
            return stack_name(SERVERLESS);
        }
        let section = |name: &&str| tree.get(tree.root(), name);
        let keys = sections.iter().filter_map(section).flat_map(|section| tree.members(section));
        let expanded = keys.map(|member| tree.key(member)).find(|key| key.starts_with("Fn::"))?;
        stack_name(if expanded == "Fn::Transform" { expanded } else { LANGUAGE_EXTENSIONS })
    }

    pub(super) fn macro_name(&self, stack: usize, node: NodeId) -> Box<str> {
        let tree = self.stacks[stack].tree;
        tree.get(node, "Name").and_then(|name| tree.string(name)).unwrap_or("Fn::Transform").into()
    }
}
