//! The resolver: walks a unit's stacks and turns their nodes into values.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::compare::Own;
use super::expanded::{Expanded, symbols_of};
use super::parameters::Compared;
use super::state::{Case, ConditionState, Exports, Given, Made, Output, Source};
use super::transform::{LOOP, Problem};
use super::unit::{Environment, Nested, Template, Unit};
use crate::inventory::{self, Gap, Inventory, Stack, StackId};
use crate::source::{Diagnostic, FileId, Kind as Node, Level, Member, NodeId, Span, Symbol, Tree};
use crate::value::{Cause, Entry, Kind, Place, ResourceId, ValueId, VariableId};

/// Values that one unit may have: far above any real assembly, it bounds what conditions inside texts multiply to.
pub(super) const BUDGET: usize = 8_000_000;

/// Bytes of texts, lists and maps that one unit may have: it bounds what a long text multiplies to that has many aliases.
const BYTES: usize = 128 << 20;

/// Values, conditions and outputs that may wait for each other: more than the levels of a template, and few enough for
/// the stack of a thread.
const DEPTH: usize = 256;

/// Stack instances of one unit: far above any real assembly, it bounds what templates nested twice multiply to.
pub(super) const STACKS: usize = 10_000;

/// Errors that one unit may have before they are only counted.
const ERRORS: usize = 1000;

/// How deep stacks may nest before the resolver stops following them.
pub(super) const NESTING: usize = 16;

/// One stack instance while it is resolved.
pub(super) struct StackState<'u> {
    pub(super) template: &'u Template,
    /// The template after its transforms.
    pub(super) tree: &'u Tree,
    /// The files that nodes of the tree stand in.
    files: Arc<[FileId]>,
    pub(super) id: StackId,
    pub(super) depth: usize,
    pub(super) symbols: Arc<[Symbol]>,
    pub(super) parameters: FxHashMap<&'u str, ValueId>,
    pub(super) conditions: FxHashMap<&'u str, ConditionState>,
    pub(super) mappings: Option<NodeId>,
    pub(super) resources: FxHashMap<&'u str, (ResourceId, NodeId)>,
    pub(super) outputs: FxHashMap<&'u str, Output>,
    pub(super) nested: FxHashMap<&'u str, Option<usize>>,
    /// What its transforms left as it is, and why.
    pub(super) unexpanded: FxHashMap<NodeId, Cause>,
}

/// The resolver of one unit.
pub(super) struct Resolver<'u> {
    pub(super) unit: &'u Unit,
    pub(super) made: &'u Made,
    pub(super) inventory: Inventory,
    pub(super) diagnostics: Vec<Diagnostic>,
    pub(super) stacks: Vec<StackState<'u>>,
    pub(super) files: Vec<FileId>,
    symbols: Vec<Arc<[Symbol]>>,
    pub(super) exports: Exports<'u>,
    /// Comparisons of unknown things with each other, by their text: the same comparison is the same variable.
    pub(super) comparisons: FxHashMap<String, VariableId>,
    /// Unknown things that are compared with texts, by what they are.
    pub(super) things: FxHashMap<String, VariableId>,
    /// How many conditions a condition asks, one through the other.
    pub(super) heights: Vec<usize>,
    /// Unknown values that are parameters themselves: not what a function made of them.
    pub(super) own: FxHashMap<ValueId, Own<'u>>,
    /// What the parameters of each template are compared with, as far as it was asked for.
    pub(super) compared: FxHashMap<*const Tree, Arc<Compared<'u>>>,
    /// The case that is being worked out: nothing that is kept may depend on it.
    pub(super) case: Case,
    depth: usize,
    said: FxHashSet<(FileId, Span, String)>,
}

impl<'u> Resolver<'u> {
    pub(super) fn new(unit: &'u Unit, made: &'u Made) -> Self {
        let mut inventory = Inventory::default();
        let files =
            unit.templates.iter().map(|template| inventory.files.add(Arc::clone(template.tree.file()))).collect();
        let names = &mut inventory.names;
        let symbols = unit.templates.iter().map(|template| symbols_of(names, &template.tree.keys)).collect();
        Self {
            unit,
            made,
            inventory,
            diagnostics: Vec::new(),
            stacks: Vec::new(),
            files,
            symbols,
            exports: Exports::default(),
            comparisons: FxHashMap::default(),
            heights: Vec::new(),
            things: FxHashMap::default(),
            own: FxHashMap::default(),
            compared: FxHashMap::default(),
            case: Case::default(),
            depth: 0,
            said: FxHashSet::default(),
        }
    }

    /// Resolves every stack of the unit.
    pub(super) fn run(mut self) -> (Inventory, Vec<Diagnostic>) {
        let unit = self.unit;
        self.inventory.values.reserve(unit.templates.iter().map(|template| template.tree.len()).sum());
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
                    unexpanded: Vec::new(),
                    tags: root.tags.clone(),
                    outputs: Vec::new(),
                };
                self.enter(self.source(root.template), stack, 0, &given)
            })
            .collect();
        for stack in roots {
            self.resolve_stack(stack);
        }
        for (stack, state) in self.stacks.iter().enumerate() {
            for output in &mut self.inventory.stacks[state.id.0 as usize].outputs {
                output.imported = self.exports.read.contains(&(stack, &*output.name));
            }
        }
        self.constrain();
        super::physical::decide_references(&mut self.inventory);
        (self.inventory, self.diagnostics)
    }

    /// Makes the state of a stack instance: parameters, conditions and the ids of its resources.
    pub(super) fn enter(
        &mut self,
        source: Source<'u>,
        stack: Stack,
        depth: usize,
        given: &FxHashMap<&str, Given<'_>>,
    ) -> usize {
        let template = source.template;
        let Expanded { tree, files, symbols, problems, unseen } = self.expand(source, &stack, given);
        let id = StackId(self.inventory.stacks.len() as u32);
        self.inventory.stacks.push(stack);
        let index = self.stacks.len();
        self.stacks.push(StackState {
            template,
            tree,
            files,
            id,
            depth,
            symbols,
            parameters: FxHashMap::default(),
            conditions: FxHashMap::default(),
            mappings: tree.get(tree.root(), "Mappings"),
            resources: FxHashMap::default(),
            outputs: FxHashMap::default(),
            nested: FxHashMap::default(),
            unexpanded: problems.iter().filter_map(Problem::unexpanded).map(|(at, why)| (at, why.clone())).collect(),
        });
        for problem in problems {
            match problem {
                Problem::Error(node, message) => self.error(self.place(index, node), message),
                Problem::KeyError(member, message) => self.error(self.key_place(index, &member), message),
                Problem::Gap(node, what, cause) => self.gap(index, node, &what, cause),
            }
        }
        for cause in unseen {
            self.may_add(index, cause, None);
        }
        self.note_macros(index);
        self.declare_conditions(index);
        self.declare_parameters(index, given);
        self.declare_resources(index);
        self.declare_outputs(index);
        index
    }

    /// A template of the unit.
    fn source(&self, template: usize) -> Source<'u> {
        let unit = self.unit;
        Source {
            template: &unit.templates[template],
            file: self.files[template],
            symbols: Arc::clone(&self.symbols[template]),
        }
    }

    pub(super) fn resolve_stack(&mut self, stack: usize) {
        for name in self.names_of(stack, "Conditions") {
            self.condition(stack, name, None);
        }
        self.resolve_resources(stack);
        let tree = self.stacks[stack].tree;
        self.read_suppressions(stack, tree.root(), None);
        let section = tree.get(tree.root(), "Outputs");
        let members = section.map_or(&[][..], |section| tree.members(section)).iter();
        let output = |member: &Member| {
            let name = tree.key(member);
            let value = self.output(stack, name).unwrap_or(ValueId::ABSENT);
            let exported = tree.get(member.value, "Export").is_some();
            inventory::Output { name: name.into(), value, exported, imported: false }
        };
        let outputs = members.filter(|member| !tree.key(member).starts_with("Fn::")).map(output).collect();
        let id = self.stacks[stack].id;
        self.inventory.stacks[id.0 as usize].outputs = outputs;
        self.add_declarations(stack);
    }

    /// The keys of a section, in document order.
    fn names_of(&self, stack: usize, section: &str) -> Vec<&'u str> {
        let tree = self.stacks[stack].tree;
        let Some(section) = tree.get(tree.root(), section) else { return Vec::new() };
        tree.members(section).iter().map(|member| tree.key(member)).filter(|key| !key.starts_with("Fn::")).collect()
    }

    /// Works out something that waits for other values; `None` when too much waits already.
    pub(super) fn deeper<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> Option<T> {
        let values = &self.inventory.values;
        if values.len() > BUDGET || values.bytes() > BYTES || self.depth >= DEPTH {
            return None;
        }
        self.depth += 1;
        let result = work(self);
        self.depth -= 1;
        Some(result)
    }

    /// A value that others will be made of: unknown when so much is nested in it that walking it could take all of a stack.
    pub(super) fn bounded(&mut self, id: ValueId) -> ValueId {
        match usize::from(self.inventory.values.height(id)) > DEPTH {
            true => self.unknown(Cause::Limit, self.inventory.values.place(id)),
            false => id,
        }
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
        let Some(Nested::Template(template)) = self.nested_template(stack, name, node) else { return None };
        let state = &self.stacks[stack];
        let (tree, depth) = (state.tree, state.depth + 1);
        if depth > NESTING || self.stacks.len() >= STACKS {
            self.gap(stack, node, "there are too many nested stacks to follow", Cause::Limit);
            return None;
        }
        // The stack is kept, whatever is assumed where it is first asked for.
        let case = std::mem::take(&mut self.case);
        let index = self.instance(stack, name, template, depth, (tree, node, resource));
        self.case = case;
        Some(index)
    }

    /// The template of a nested stack: in a loop by the URL that the iteration has.
    pub(super) fn nested_template(&self, stack: usize, name: &str, node: NodeId) -> Option<Nested> {
        let StackState { template, tree, .. } = &self.stacks[stack];
        let url = tree.at(node, &["Properties", "TemplateURL"]).and_then(|url| tree.string(url));
        template.nested.get(name).or_else(|| template.located.get(url?)).copied()
    }

    fn instance(
        &mut self,
        stack: usize,
        name: &'u str,
        template: usize,
        depth: usize,
        (tree, node, resource): (&'u Tree, NodeId, ResourceId),
    ) -> usize {
        let state = &self.stacks[stack];
        let parent = &self.inventory.stacks[state.id.0 as usize];
        let nested = Stack {
            name: format!("{}-{name}", parent.name).into(),
            file: self.files[template],
            account: parent.account.clone(),
            region: parent.region.clone(),
            parent: Some(resource),
            transformed_by: None,
            unexpanded: Vec::new(),
            tags: parent.tags.clone(),
            outputs: Vec::new(),
        };
        let mut given = FxHashMap::default();
        if let Some(parameters) = tree.at(node, &["Properties", "Parameters"]) {
            for member in tree.members(parameters) {
                let value = self.value(stack, member.value);
                let value = self.bounded(value);
                if !self.is_absent(value) {
                    given.insert(tree.key(member), Given::Value(value));
                }
            }
        }
        let index = self.enter(self.source(template), nested, depth, &given);
        self.stacks[stack].nested.insert(name, Some(index));
        self.resolve_stack(index);
        index
    }

    /// The value of a node.
    pub(super) fn value(&mut self, stack: usize, node: NodeId) -> ValueId {
        let tree = self.stacks[stack].tree;
        let place = self.place(stack, node);
        match self.deeper(|resolver| resolver.value_at(stack, tree, node, place)) {
            Some(value) => value,
            None => self.unknown(Cause::Limit, place),
        }
    }

    fn value_at(&mut self, stack: usize, tree: &'u Tree, node: NodeId, place: Place) -> ValueId {
        match tree.kind(node) {
            Node::Null => self.inventory.values.push(Kind::Absent, place),
            Node::Bool(truth) => self.inventory.values.push(Kind::Bool(truth), place),
            Node::Number(text) => {
                let text = self.inventory.values.store(tree.text(text));
                self.inventory.values.push(Kind::Number(text), place)
            }
            Node::String(text) => self.literal(tree.text(text), place),
            Node::List { .. } => {
                let mut items: Vec<ValueId> = tree.items(node).iter().map(|item| self.value(stack, *item)).collect();
                items.retain(|item| !self.is_absent(*item));
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
        if let Some(member) = members.iter().find(|member| is_function(tree.key(member))) {
            let message = format!("`{}` must be the only key of its map", tree.key(member));
            return self.invalid(self.key_place(stack, member), message);
        }
        let mut entries = Vec::with_capacity(members.len());
        for member in members {
            let key = tree.key(member);
            if key == "Fn::Transform" || key.starts_with(LOOP) {
                let cause = self.unexpanded(stack, member);
                return self.unknown(cause, place);
            }
            let value = self.value(stack, member.value);
            if !self.is_absent(value) {
                let key = self.stacks[stack].symbols[member.key.0 as usize];
                entries.push(Entry { key, key_span: member.key_span, value });
            }
        }
        self.inventory.values.push_map(&entries, place)
    }

    pub(super) fn is_absent(&self, id: ValueId) -> bool {
        matches!(self.inventory.values.kind(id), Kind::Absent)
    }

    pub(super) fn place(&self, stack: usize, node: NodeId) -> Place {
        let state = &self.stacks[stack];
        Place { file: state.files[state.tree.file_of(node)], span: state.tree.span(node) }
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
        // What would be wrong in a case that nobody may ever deploy is no error of the template.
        if !self.case.assumed.is_empty() || self.diagnostics.len() > ERRORS {
            return;
        }
        let file = self.inventory.files.get(place.file);
        if self.diagnostics.len() == ERRORS {
            let message = format!("there are more than {ERRORS} errors, and no further ones are shown");
            self.diagnostics.push(Diagnostic::of_path(Level::Error, file.path(), message));
            return;
        }
        let message = message.into();
        // A template that is nested twice says it once.
        if self.said.insert((place.file, place.span, message.clone())) {
            self.diagnostics.push(Diagnostic::at(Level::Error, file, place.span, message));
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
            Kind::Unknown(cause) => {
                let copy = self.inventory.values.push(Kind::Unknown(cause), place);
                if let Some(own) = self.own.get(&id) {
                    self.own.insert(copy, own.clone());
                }
                copy
            }
            kind => self.inventory.values.push(kind, place),
        }
    }

    pub(super) fn reference_to(&mut self, resource: ResourceId, attribute: Symbol, place: Place) -> ValueId {
        self.inventory.push_reference(resource, attribute, place)
    }

    pub(super) fn environment(&self, stack: usize) -> Environment {
        let stack = &self.inventory.stacks[self.stacks[stack].id.0 as usize];
        Environment { account: stack.account.clone(), region: stack.region.clone() }
    }

    /// Where the key of a member stands: in the file of its value.
    pub(super) fn key_place(&self, stack: usize, member: &Member) -> Place {
        Place { span: member.key_span, ..self.place(stack, member.value) }
    }
}

/// Functions that replace the map they stand in, which therefore has no other key.
fn is_function(key: &str) -> bool {
    key == "Ref" || key.starts_with("Fn::") && key != "Fn::Transform" && !key.starts_with(LOOP)
}
