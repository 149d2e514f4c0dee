//! What the resolver works on: parsed templates, how they nest, and the environment that each is deployed to.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::source::Tree;

/// The template of a nested stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nested {
    /// Index into [`Unit::templates`].
    Template(usize),
    /// It lies in a bucket or behind a URL that nothing here maps to a file.
    Remote,
    /// It could not be read; a diagnostic says why.
    Unreadable,
}

/// One parsed template.
#[derive(Debug)]
pub struct Template {
    /// Its tree; a map at the root.
    pub tree: Arc<Tree>,
    /// The templates of its nested stacks, by logical id; of those in loops for the iterations that are known without
    /// the values that a parent passes.
    pub nested: FxHashMap<Box<str>, Nested>,
    /// The templates of nested stacks in loops, by `TemplateURL` as it is after expansion.
    pub located: FxHashMap<Box<str>, Nested>,
    /// The local files that an `AWS::Include` names, by location as it is written.
    pub included: FxHashMap<Box<str>, Arc<Tree>>,
}

impl Template {
    /// A template of which nothing is at hand but itself.
    #[must_use]
    pub fn new(tree: impl Into<Arc<Tree>>) -> Self {
        Self {
            tree: tree.into(),
            nested: FxHashMap::default(),
            located: FxHashMap::default(),
            included: FxHashMap::default(),
        }
    }

    /// Its tree and those of the files that it includes, each once.
    pub fn trees(&self) -> impl Iterator<Item = &Arc<Tree>> {
        let mut included: Vec<&Arc<Tree>> = self.included.values().collect();
        included.sort_by_key(|tree| tree.file().path());
        included.dedup_by(|a, b| Arc::ptr_eq(a, b));
        std::iter::once(&self.tree).chain(included)
    }
}

/// Where a stack is deployed to, as far as it is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Environment {
    /// Twelve digits.
    pub account: Option<Box<str>>,
    /// Such as `us-east-1`.
    pub region: Option<Box<str>>,
}

/// A stack that is deployed by itself.
#[derive(Debug, Clone)]
pub struct Root {
    /// Index into [`Unit::templates`].
    pub template: usize,
    /// The stack name.
    pub name: Box<str>,
    /// Where it is deployed to.
    pub environment: Environment,
    /// Parameter values that the deployment gives.
    pub parameters: Vec<(Box<str>, Box<str>)>,
    /// Tags that the deployment puts on every taggable resource.
    pub tags: Vec<(Box<str>, Box<str>)>,
}

/// Templates that may refer to each other: a cloud assembly, or one template with its nested stacks.
#[derive(Debug, Default)]
pub struct Unit {
    /// Every template, parsed once.
    pub templates: Vec<Template>,
    /// The stacks that are deployed by themselves, in order of deployment.
    pub roots: Vec<Root>,
}
