//! A template as its transforms leave it: what they are given of the deployment, and what becomes of their tree.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::parameters::is_ssm;
use super::resolver::Resolver;
use super::state::{Given, Source};
use super::transform::{self, Deployment, Parameter, Problem};
use super::unit::Environment;
use crate::inventory::Stack;
use crate::source::{FileId, Interner, Symbol, Tree};
use crate::value::{Cause, Kind, ValueId};

/// A template as its transforms leave it.
pub(super) struct Expanded<'u> {
    pub(super) tree: &'u Tree,
    pub(super) files: Arc<[FileId]>,
    pub(super) symbols: Arc<[Symbol]>,
    pub(super) problems: Vec<Problem>,
    pub(super) unseen: Vec<Cause>,
}

impl<'u> Resolver<'u> {
    /// The template as its transforms leave it.
    pub(super) fn expand(
        &mut self,
        source: Source<'u>,
        stack: &Stack,
        given: &FxHashMap<&str, Given<'_>>,
    ) -> Expanded<'u> {
        let Source { template, file, symbols } = source;
        if !transform::concerns(template) {
            return Expanded {
                tree: &template.tree,
                files: Arc::from([file]),
                symbols,
                problems: Vec::new(),
                unseen: Vec::new(),
            };
        }
        let deployment = Deployment {
            parameters: self.parameters_of(&template.tree, given),
            environment: Environment { account: stack.account.clone(), region: stack.region.clone() },
            stack_name: stack.parent.is_none().then(|| stack.name.clone()),
            included: &template.included,
        };
        let expansion = transform::expand(&template.tree, &deployment);
        let tree = self.made.trees.push_get(Box::new(expansion.tree));
        let grafted = tree.files().skip(1).map(|file| self.inventory.files.add(Arc::clone(file)));
        let files = std::iter::once(file).chain(grafted).collect();
        let symbols = symbols_of(&mut self.inventory.names, &tree.keys);
        Expanded { tree, files, symbols, problems: expansion.problems, unseen: expansion.unseen }
    }

    /// What the parameters of a template are worth to its transforms: what is given, or else the default.
    fn parameters_of<'t>(
        &self,
        tree: &'t Tree,
        given: &FxHashMap<&str, Given<'t>>,
    ) -> FxHashMap<&'t str, Parameter<'t>> {
        let Some(section) = tree.get(tree.root(), "Parameters") else { return FxHashMap::default() };
        let parameters = tree.members(section).iter().map(|member| {
            let name = tree.key(member);
            let default = || tree.get(member.value, "Default").and_then(|default| tree.scalar(default));
            let kind = tree.get(member.value, "Type").and_then(|kind| tree.string(kind));
            let value = match given.get(name) {
                _ if kind.is_some_and(is_ssm) => Parameter::Open(Cause::SsmParameter { name: name.into() }),
                Some(Given::Text(text)) => Parameter::Text((*text).into()),
                Some(Given::Value(value)) => self.text_for_transforms(*value),
                None => match default() {
                    Some(text) => Parameter::Text(text.into()),
                    None => Parameter::Open(Cause::ParameterWithoutDefault { name: name.into() }),
                },
            };
            (name, value)
        });
        parameters.collect()
    }

    /// The text of a value that a parent stack passes, lists with commas.
    fn text_for_transforms<'t>(&self, value: ValueId) -> Parameter<'t> {
        let text = match self.inventory.values.kind(value) {
            Kind::List(range) => {
                let items = self.inventory.values.items(range).iter();
                items.map(|item| self.constant_text(*item)).collect::<Option<Vec<_>>>().map(|items| items.join(","))
            }
            _ => self.constant_text(value).map(str::to_owned),
        };
        match text {
            Some(text) => Parameter::Text(text.into()),
            None => Parameter::Open(self.open_cause(value).unwrap_or(Cause::Undecided)),
        }
    }
}

/// The keys of a tree as symbols of the inventory.
pub(super) fn symbols_of(names: &mut Interner, keys: &Interner) -> Arc<[Symbol]> {
    (0..keys.len()).map(|key| names.intern(keys.text(Symbol(key as u32)))).collect()
}
