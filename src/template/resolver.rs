//! The resolver: walks a unit's stacks and turns their nodes into values.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::unit::{Environment, Nested, Template, Unit};
use crate::inventory::{Gap, Inventory, Stack, StackId};
use crate::source::{Diagnostic, FileId, Kind as Node, Level, NodeId, Span, Symbol, Tree};
use crate::value::{Cause, ConditionId, Entry, Kind, Place, ResourceId, ValueId};

/// Values that one unit may have: far above any real assembly, it bounds what conditions inside texts multiply to.
const BUDGET: usize = 8_000_000;

/// How deep stacks may nest before the resolver stops following them.
pub(super) const NESTING: usize = 16;

/// An output of a stack, resolved when first asked for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Output {
    Unresolved(NodeId),
    InProgress,
    Resolved(ValueId),
}

/// A condition, resolved when first asked for.
#[derive(Debug, Clone, Copy)]
pub(super) enum ConditionState {
    Unresolved(NodeId),
    InProgress,
    Resolved(ConditionId),
}

/// One stack instance while it is resolved.
pub(super) struct StackState<'u> {
    pub(super) template: &'u Template,
    pub(super) tree: &'u Tree,
    pub(super) file: FileId,
    pub(super) id: StackId,
    pub(super) depth: usize,
    pub(super) symbols: Vec<Symbol>,
    pub(super) parameters: FxHashMap<&'u str, ValueId>,
    pub(super) conditions: FxHashMap<&'u str, ConditionState>,
    pub(super) mappings: Option<NodeId>,
    pub(super) resources: FxHashMap<&'u str, (ResourceId, NodeId)>,
    pub(super) outputs: FxHashMap<&'u str, Output>,
    pub(super) nested: FxHashMap<&'u str, Option<usize>>,
}

/// The resolver of one unit.
pub(super) struct Resolver<'u> {
    pub(super) unit: &'u Unit,
    pub(super) inventory: Inventory,
    pub(super) diagnostics: Vec<Diagnostic>,
    pub(super) stacks: Vec<StackState<'u>>,
    pub(super) files: Vec<FileId>,
    pub(super) exports: Option<FxHashMap<String, (usize, &'u str)>>,
    /// Comparisons of unknown things, by their text, so that the same comparison is the same variable.
    pub(super) comparisons: FxHashMap<(usize, String), crate::value::VariableId>,
}

impl<'u> Resolver<'u> {
    pub(super) fn new(unit: &'u Unit) -> Self {
        let mut inventory = Inventory::default();
        let files =
            unit.templates.iter().map(|template| inventory.files.add(Arc::clone(template.tree.file()))).collect();
        Self {
            unit,
            inventory,
            diagnostics: Vec::new(),
            stacks: Vec::new(),
            files,
            exports: None,
            comparisons: FxHashMap::default(),
        }
    }

    /// Resolves every stack of the unit.
    pub(super) fn run(mut self) -> (Inventory, Vec<Diagnostic>) {
        let unit = self.unit;
        let roots: Vec<usize> = unit
            .roots
            .iter()
            .map(|root| {
                let given = root.parameters.iter().map(|(name, value)| (name.as_ref(), Given::Text(value))).collect();
                let stack = Stack {
                    name: root.name.clone(),
                    file: self.files[root.template],
                    account: root.environment.account.clone(),
                    region: root.environment.region.clone(),
                    parent: None,
                    transformed_by: None,
                    tags: root.tags.clone(),
                    outputs: Vec::new(),
                };
                self.enter(root.template, stack, 0, &given)
            })
            .collect();
        for stack in roots {
            self.resolve_stack(stack);
        }
        super::physical::decide_references(&mut self.inventory);
        (self.inventory, self.diagnostics)
    }

    /// Makes the state of a stack instance: parameters, conditions and the ids of its resources.
    pub(super) fn enter(
        &mut self,
        template: usize,
        stack: Stack,
        depth: usize,
        given: &FxHashMap<&str, Given<'_>>,
    ) -> usize {
        let unit = self.unit;
        let source = &unit.templates[template];
        let tree = &source.tree;
        let id = StackId(self.inventory.stacks.len() as u32);
        self.inventory.stacks.push(stack);
        let names = &mut self.inventory.names;
        let symbols = (0..tree.keys.len()).map(|key| names.intern(tree.keys.text(Symbol(key as u32)))).collect();
        let index = self.stacks.len();
        self.stacks.push(StackState {
            template: source,
            tree,
            file: self.files[template],
            id,
            depth,
            symbols,
            parameters: FxHashMap::default(),
            conditions: FxHashMap::default(),
            mappings: tree.get(tree.root(), "Mappings"),
            resources: FxHashMap::default(),
            outputs: FxHashMap::default(),
            nested: FxHashMap::default(),
        });
        self.note_transforms(index);
        self.declare_conditions(index);
        self.declare_parameters(index, given);
        self.declare_resources(index);
        self.declare_outputs(index);
        index
    }

    fn resolve_stack(&mut self, stack: usize) {
        for name in self.names_of(stack, "Conditions") {
            self.condition(stack, name, None);
        }
        self.resolve_resources(stack);
        let outputs: Vec<(Box<str>, ValueId)> = self
            .names_of(stack, "Outputs")
            .into_iter()
            .map(|name| (name.into(), self.output(stack, name).unwrap_or(ValueId::ABSENT)))
            .collect();
        let id = self.stacks[stack].id;
        self.inventory.stacks[id.0 as usize].outputs = outputs;
    }

    /// The keys of a section, in document order.
    fn names_of(&self, stack: usize, section: &str) -> Vec<&'u str> {
        let tree = self.stacks[stack].tree;
        let Some(section) = tree.get(tree.root(), section) else { return Vec::new() };
        tree.members(section).iter().map(|member| tree.key(member)).collect()
    }

    /// Transforms of the whole template: what AWS makes of it is known only for those that fasscan applies itself.
    fn note_transforms(&mut self, stack: usize) {
        let tree = self.stacks[stack].tree;
        let Some(node) = tree.get(tree.root(), "Transform") else { return };
        let names: Vec<NodeId> = match tree.kind(node) {
            Node::List { .. } => tree.items(node).to_vec(),
            _ => vec![node],
        };
        for node in names {
            let name = tree.string(node).or_else(|| tree.get(node, "Name").and_then(|name| tree.string(name)));
            match name {
                Some("AWS::LanguageExtensions" | "AWS::Serverless-2016-10-31") => {}
                name => {
                    let name: Box<str> = name.unwrap_or("Fn::Transform").into();
                    let what = format!("the macro `{name}` may change the whole template");
                    self.gap(stack, node, &what, Cause::Macro { name: name.clone() });
                    let id = self.stacks[stack].id;
                    self.inventory.stacks[id.0 as usize].transformed_by = Some(name);
                }
            }
        }
    }

    /// Whether the template declares this transform.
    pub(super) fn has_transform(&self, stack: usize, name: &str) -> bool {
        let tree = self.stacks[stack].tree;
        tree.get(tree.root(), "Transform").is_some_and(|node| {
            tree.string(node) == Some(name) || tree.items(node).iter().any(|item| tree.string(*item) == Some(name))
        })
    }

    /// The instance of a nested stack, made when first asked for.
    pub(super) fn nested_stack(&mut self, stack: usize, name: &'u str) -> Option<usize> {
        if let Some(known) = self.stacks[stack].nested.get(name) {
            return *known;
        }
        // A stack that asks for itself while its parameters are resolved finds nothing.
        self.stacks[stack].nested.insert(name, None);
        let state = &self.stacks[stack];
        let (resource, node) = *state.resources.get(name)?;
        let Some(Nested::Template(template)) = state.template.nested.get(name).copied() else { return None };
        let (tree, depth) = (state.tree, state.depth + 1);
        if depth > NESTING {
            self.gap(stack, node, "stacks nest too deep to follow", Cause::Limit);
            return None;
        }
        let parent = &self.inventory.stacks[state.id.0 as usize];
        let nested = Stack {
            name: format!("{}-{name}", parent.name).into(),
            file: self.files[template],
            account: parent.account.clone(),
            region: parent.region.clone(),
            parent: Some(resource),
            transformed_by: None,
            tags: parent.tags.clone(),
            outputs: Vec::new(),
        };
        let mut given = FxHashMap::default();
        if let Some(parameters) = tree.at(node, &["Properties", "Parameters"]) {
            for member in tree.members(parameters) {
                given.insert(tree.key(member), Given::Value(self.value(stack, member.value)));
            }
        }
        let index = self.enter(template, nested, depth, &given);
        self.stacks[stack].nested.insert(name, Some(index));
        self.resolve_stack(index);
        Some(index)
    }

    /// The value of a node.
    pub(super) fn value(&mut self, stack: usize, node: NodeId) -> ValueId {
        let tree = self.stacks[stack].tree;
        let place = self.place(stack, node);
        if self.inventory.values.len() > BUDGET {
            return self.unknown(Cause::Limit, place);
        }
        match tree.kind(node) {
            Node::Null => self.inventory.values.push(Kind::Absent, place),
            Node::Bool(truth) => self.inventory.values.push(Kind::Bool(truth), place),
            Node::Number(text) => {
                let text = self.inventory.values.store(tree.text(text));
                self.inventory.values.push(Kind::Number(text), place)
            }
            Node::String(text) => self.literal(tree.text(text), place),
            Node::List { .. } => {
                let items: Vec<ValueId> = tree.items(node).iter().map(|item| self.value(stack, *item)).collect();
                let items: Vec<ValueId> = items.into_iter().filter(|item| !self.is_absent(*item)).collect();
                self.inventory.values.push_list(&items, place)
            }
            Node::Map { .. } => self.map(stack, node, place),
        }
    }

    fn map(&mut self, stack: usize, node: NodeId, place: Place) -> ValueId {
        let tree = self.stacks[stack].tree;
        let members = tree.members(node);
        if let [member] = members
            && let key = tree.key(member)
            && (key == "Ref" || key.starts_with("Fn::") || key.starts_with('!'))
        {
            return self.function(stack, key, member, place);
        }
        let mut entries = Vec::with_capacity(members.len());
        for member in members {
            let key = tree.key(member);
            if key.starts_with("Fn::Transform") || key.starts_with("Fn::ForEach::") {
                let name = if key == "Fn::Transform" {
                    self.transform_name(stack, member.value)
                } else {
                    "AWS::LanguageExtensions".into()
                };
                return self.unknown(Cause::Macro { name }, place);
            }
            let value = self.value(stack, member.value);
            if !self.is_absent(value) {
                let key = self.stacks[stack].symbols[member.key.0 as usize];
                entries.push(Entry { key, key_span: member.key_span, value });
            }
        }
        self.inventory.values.push_map(&entries, place)
    }

    pub(super) fn transform_name(&self, stack: usize, node: NodeId) -> Box<str> {
        let tree = self.stacks[stack].tree;
        tree.get(node, "Name").and_then(|name| tree.string(name)).unwrap_or("Fn::Transform").into()
    }

    pub(super) fn is_absent(&self, id: ValueId) -> bool {
        matches!(self.inventory.values.kind(id), Kind::Absent)
    }

    pub(super) fn place(&self, stack: usize, node: NodeId) -> Place {
        Place { file: self.stacks[stack].file, span: self.stacks[stack].tree.span(node) }
    }

    pub(super) fn unknown(&mut self, cause: Cause, place: Place) -> ValueId {
        self.inventory.values.push_unknown(cause, place)
    }

    /// An error in the template: said once, and the value is unknown.
    pub(super) fn invalid(&mut self, place: Place, message: impl Into<String>) -> ValueId {
        self.error(place, message);
        self.unknown(Cause::Invalid, place)
    }

    pub(super) fn error(&mut self, place: Place, message: impl Into<String>) {
        let file = Arc::clone(self.inventory.files.get(place.file));
        let diagnostic = Diagnostic::at(Level::Error, &file, place.span, message);
        // A template that is nested twice says it once.
        if !self.diagnostics.iter().any(|known| {
            known.span == diagnostic.span && known.path == diagnostic.path && known.message == diagnostic.message
        }) {
            self.diagnostics.push(diagnostic);
        }
    }

    pub(super) fn gap(&mut self, stack: usize, node: NodeId, what: &str, cause: Cause) {
        let place = self.place(stack, node);
        self.inventory.gaps.push(Gap { what: what.into(), cause, place });
    }

    /// A copy of a value that stands at another place: what a function returns is written where the function is.
    pub(super) fn at(&mut self, id: ValueId, place: Place) -> ValueId {
        match self.inventory.values.kind(id) {
            Kind::Reference { resource, attribute } => self.reference_to(resource, attribute, place),
            kind => self.inventory.values.push(kind, place),
        }
    }

    pub(super) fn reference_to(&mut self, resource: ResourceId, attribute: Symbol, place: Place) -> ValueId {
        let name = format!("{}.{}", self.inventory.resource(resource).logical_id, self.inventory.names.text(attribute));
        self.inventory.values.push_reference(resource, attribute, &name, place)
    }

    pub(super) fn environment(&self, stack: usize) -> Environment {
        let stack = &self.inventory.stacks[self.stacks[stack].id.0 as usize];
        Environment { account: stack.account.clone(), region: stack.region.clone() }
    }

    pub(super) fn key_place(&self, stack: usize, span: Span) -> Place {
        Place { file: self.stacks[stack].file, span }
    }
}

/// A parameter value that comes from outside the template.
#[derive(Debug, Clone, Copy)]
pub(super) enum Given<'a> {
    /// From the deployment.
    Text(&'a str),
    /// From the parent of a nested stack.
    Value(ValueId),
}
