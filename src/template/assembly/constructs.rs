//! What the metadata of a stack knows of its constructs: ids, lines, acknowledged rules, nested templates.

use std::sync::{Arc, OnceLock};

use rustc_hash::{FxHashMap, FxHashSet};

use super::frames::{self, Frame};
use super::{Metadata, StackArtifact};
use crate::source::load::Loader;
use crate::source::{Diagnostic, Level, NodeId, SourceFile, Span, Symbol, Tree};

const LOGICAL_ID: &str = "aws:cdk:logicalId";
const CREATION: &str = "aws:cdk:creationStack";
const ASSIGNMENT: &str = "aws:cdk:propertyAssignment";
const ACKNOWLEDGED: &str = "aws:cdk:acknowledged-rules";
const TEMPLATE: &str = "aws:cdk:templateFile";

/// The metadata of one stack, looked up where it stands: nothing is copied out of it before somebody asks.
///
/// The resources of nested stacks are in the metadata of the stack that is deployed. Construct paths are taken with and
/// without their leading slash, and given without it, as `aws:cdk:path` in templates.
#[derive(Debug, Default)]
pub struct ConstructIndex {
    metadata: Option<(Arc<Tree>, FxHashMap<Symbol, NodeId>)>,
    stack_path: String,
    ids: OnceLock<Ids>,
}

/// A rule that the program acknowledged (`Validations.of(scope).acknowledge`).
#[derive(Debug, Clone)]
pub struct Acknowledged {
    /// The construct path under which it is acknowledged.
    pub scope: String,
    /// The rule as written, `tool::RULE`.
    pub id: String,
    /// The reason that was given.
    pub reason: String,
    /// The line that acknowledges it.
    pub frame: Option<Frame>,
    /// The file that says so.
    pub file: Arc<SourceFile>,
    /// Where it says so.
    pub span: Span,
}

/// Logical ids sorted by text, and the paths of the stacks in stacks.
#[derive(Debug)]
struct Ids {
    paths: Vec<(NodeId, Symbol)>,
    stacks: FxHashSet<String>,
}

/// The metadata of a stack, read when somebody first asks: most resources carry their construct path themselves.
#[derive(Debug)]
pub struct LazyConstructs {
    stack: StackArtifact,
    loader: Loader,
    read: OnceLock<(ConstructIndex, Vec<Diagnostic>)>,
}

impl LazyConstructs {
    /// For the metadata of this stack.
    #[must_use]
    pub fn new(stack: &StackArtifact, loader: &Loader) -> Self {
        Self { stack: stack.clone(), loader: loader.clone(), read: OnceLock::new() }
    }

    /// The metadata.
    #[must_use]
    pub fn index(&self) -> &ConstructIndex {
        &self.read.get_or_init(|| ConstructIndex::read(&self.stack, &self.loader)).0
    }

    /// What is wrong with the metadata; nothing as long as nobody asked for it.
    #[must_use]
    pub fn diagnostics(&self) -> &[Diagnostic] {
        self.read.get().map_or(&[], |(_, diagnostics)| diagnostics)
    }
}

impl ConstructIndex {
    /// Reads the metadata of a stack. A stack without metadata has an empty index.
    #[must_use]
    pub fn read(stack: &StackArtifact, loader: &Loader) -> (Self, Vec<Diagnostic>) {
        let empty = Self { stack_path: stack.display_name.clone(), ..Self::default() };
        let (tree, node) = match &stack.metadata {
            Metadata::None => return (empty, Vec::new()),
            Metadata::Manifest(tree, node) => (Arc::clone(tree), *node),
            Metadata::File(path) if !path.is_file() => {
                let message = "the metadata file that the manifest names does not exist";
                let problem = Diagnostic::of_path(Level::Warning, loader.display(path), message)
                    .with_help("without it findings have no source lines, and acknowledged rules are not known");
                return (empty, vec![problem]);
            }
            Metadata::File(path) => match loader.json(path) {
                Ok(tree) => {
                    let root = tree.root();
                    (Arc::new(tree), root)
                }
                Err(errors) => return (empty, errors.into_iter().map(lost_places).collect()),
            },
        };
        let entries = tree.members(node).iter().map(|member| (member.key, member.value)).collect();
        (Self { metadata: Some((tree, entries)), ..empty }, Vec::new())
    }

    /// The construct path of the stack itself.
    #[must_use]
    pub fn stack_path(&self) -> &str {
        &self.stack_path
    }

    /// The construct path of a logical id of the template that belongs to the stack, or nested stack, at `stack_path`.
    #[must_use]
    pub fn construct_path(&self, stack_path: &str, logical_id: &str) -> Option<&str> {
        let (tree, _) = self.metadata.as_ref()?;
        let ids = self.ids();
        let first = ids.paths.partition_point(|(id, _)| tree.string(*id) < Some(logical_id));
        ids.paths[first..]
            .iter()
            .take_while(|(id, _)| tree.string(*id) == Some(logical_id))
            .map(|(_, path)| bare(tree.keys.text(*path)))
            .find(|path| ids.owner(path, &self.stack_path) == bare(stack_path))
    }

    /// The line that made the construct, or its nearest ancestor of which a line is known.
    #[must_use]
    pub fn frame(&self, construct_path: &str) -> Option<Frame> {
        let (tree, entries) = self.metadata.as_ref()?;
        let mut path = format!("/{}", bare(construct_path));
        while !path.is_empty() {
            let found = entries.get(&tree.keys.find(&path)).and_then(|node| creation(tree, *node));
            if found.is_some() {
                return found;
            }
            path.truncate(path.rfind('/').unwrap_or(0));
        }
        None
    }

    /// The line that last set a property (its CloudFormation name) of the resource after it was made.
    ///
    /// Known only of apps that were synthesized with `--debug`.
    #[must_use]
    pub fn property_frame(&self, construct_path: &str, property: &str) -> Option<Frame> {
        let (tree, node) = self.entry(construct_path)?;
        let data = of_type(tree, node, ASSIGNMENT).filter_map(|entry| tree.get(entry, "data"));
        let named =
            |data: &NodeId| tree.get(*data, "propertyName").and_then(|name| tree.string(name)) == Some(property);
        let last = data.filter(named).last()?;
        first_user_frame(tree, tree.get(last, "stackTrace")?)
    }

    /// The template of the nested stack at this construct path, as the metadata names it.
    #[must_use]
    pub fn template_file(&self, construct_path: &str) -> Option<&str> {
        let (tree, node) = self.template_node(construct_path)?;
        tree.string(node)
    }

    /// The value that [`Self::template_file`] reads, for its place.
    pub(super) fn template_node(&self, construct_path: &str) -> Option<(&Arc<Tree>, NodeId)> {
        let (tree, node) = self.entry(construct_path)?;
        Some((tree, of_type(tree, node, TEMPLATE).find_map(|entry| tree.get(entry, "data"))?))
    }

    /// Every acknowledged rule, in the order of the metadata.
    #[must_use]
    pub fn acknowledged(&self) -> Vec<Acknowledged> {
        let mut out = Vec::new();
        self.each_of_type(ACKNOWLEDGED, |tree, path, entry| {
            let Some(rules) = tree.get(entry, "data") else { return };
            let frame = tree.get(entry, "trace").and_then(|trace| first_user_frame(tree, trace));
            out.extend(tree.members(rules).iter().map(|rule| Acknowledged {
                scope: bare(tree.keys.text(path)).to_owned(),
                id: tree.key(rule).to_owned(),
                reason: tree.scalar(rule.value).unwrap_or_default().to_owned(),
                frame: frame.clone(),
                file: Arc::clone(tree.file()),
                span: rule.key_span.cover(tree.span(rule.value)),
            }));
        });
        out
    }

    /// The files of all user frames, each once and sorted, as [`super::SourceRoots::new`] takes them.
    #[must_use]
    pub fn user_files(&self) -> Vec<&str> {
        let Some((tree, entries)) = &self.metadata else { return Vec::new() };
        let mut files = FxHashSet::default();
        for entry in entries.values().flat_map(|node| tree.items(*node)) {
            let traces = ["data", "trace"].into_iter().filter_map(|key| tree.get(*entry, key));
            let lines = traces.flat_map(|trace| tree.items(trace)).filter_map(|line| tree.string(*line));
            files.extend(lines.filter_map(|line| frames::parse(line).map(|(_, file, ..)| file)));
        }
        let mut files: Vec<&str> = files.into_iter().collect();
        files.sort_unstable();
        files
    }

    fn entry(&self, construct_path: &str) -> Option<(&Arc<Tree>, NodeId)> {
        let (tree, entries) = self.metadata.as_ref()?;
        let node = match entries.get(&tree.keys.find(construct_path)) {
            Some(node) => node,
            None => entries.get(&tree.keys.find(&format!("/{}", bare(construct_path))))?,
        };
        Some((tree, *node))
    }

    fn each_of_type(&self, kind: &str, mut visit: impl FnMut(&Tree, Symbol, NodeId)) {
        let Some((tree, entries)) = &self.metadata else { return };
        let mut paths: Vec<(NodeId, Symbol)> = entries.iter().map(|(path, node)| (*node, *path)).collect();
        paths.sort_unstable();
        for (node, path) in paths {
            of_type(tree, node, kind).for_each(|entry| visit(tree, path, entry));
        }
    }

    fn ids(&self) -> &Ids {
        self.ids.get_or_init(|| {
            let mut ids = Ids { paths: Vec::new(), stacks: FxHashSet::default() };
            self.each_of_type(TEMPLATE, |tree, path, _| {
                ids.stacks.insert(bare(tree.keys.text(path)).to_owned());
            });
            self.each_of_type(LOGICAL_ID, |tree, path, entry| {
                if let Some(nested) = nested_stack_of(bare(tree.keys.text(path))) {
                    ids.stacks.insert(nested.to_owned());
                }
                ids.paths.extend(tree.get(entry, "data").map(|id| (id, path)));
            });
            if let Some((tree, _)) = &self.metadata {
                ids.paths.sort_by_key(|(id, _)| tree.string(*id));
            }
            ids
        })
    }
}

impl Ids {
    /// The path of the innermost stack that the construct is in.
    fn owner<'a>(&self, construct_path: &'a str, stack: &'a str) -> &'a str {
        let mut path = construct_path;
        while let Some((parent, _)) = path.rsplit_once('/') {
            if self.stacks.contains(parent) {
                return parent;
            }
            path = parent;
        }
        stack
    }
}

/// Without the metadata places of constructs are lost, verdicts are not.
fn lost_places(problem: Diagnostic) -> Diagnostic {
    Diagnostic { level: Level::Warning, ..problem }
        .with_help("without the metadata findings have no source lines, and acknowledged rules are not known")
}

/// The path without its leading slash.
pub(super) fn bare(path: &str) -> &str {
    path.strip_prefix('/').unwrap_or(path)
}

/// The construct path of the nested stack whose `AWS::CloudFormation::Stack` resource is at this path.
///
/// CDK puts the resource beside the stack: `App/Data.NestedStack/Data.NestedStackResource` is that of `App/Data`.
pub(in crate::template) fn nested_stack_of(resource_path: &str) -> Option<&str> {
    let (scope, resource) = bare(resource_path).rsplit_once('/')?;
    resource.ends_with(".NestedStackResource").then(|| scope.strip_suffix(".NestedStack")).flatten()
}

/// The entries of one type at a construct.
fn of_type<'a>(tree: &'a Tree, node: NodeId, kind: &'a str) -> impl Iterator<Item = NodeId> + 'a {
    let is = move |entry: &NodeId| tree.get(*entry, "type").and_then(|found| tree.string(found)) == Some(kind);
    tree.items(node).iter().copied().filter(is)
}

/// The line that made a construct: of the creation trace, or in old assemblies of that of its logical id.
fn creation(tree: &Tree, node: NodeId) -> Option<Frame> {
    let traces = of_type(tree, node, CREATION).filter_map(|entry| tree.get(entry, "data"));
    let old = of_type(tree, node, LOGICAL_ID).filter_map(|entry| tree.get(entry, "trace"));
    traces.chain(old).find_map(|trace| first_user_frame(tree, trace))
}

fn first_user_frame(tree: &Tree, trace: NodeId) -> Option<Frame> {
    tree.items(trace).iter().filter_map(|line| tree.string(*line)).find_map(Frame::parse_user)
}
