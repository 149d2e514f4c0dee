//! From an input to units of parsed templates: reads, finds nested templates, and says what could not be read.
//!
//! Every file of a unit is parsed once, the files of one level of nesting in parallel where the caller has threads.

mod constructs;
mod included;
mod nested;

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

pub use self::constructs::{Constructs, SourceLine};
use self::nested::Pending;
use super::assembly::{self, Assembly, LazyConstructs, NestedTemplates, StackArtifact};
use super::transform::may_add_sections;
use super::unit::{Environment, Root, Template, Unit};
use crate::inventory::Inventory;
use crate::source::discover::Input;
use crate::source::{Diagnostic, Kind, Level, Loader, SourceFile, Tree};

/// What an input holds.
#[derive(Debug, Default)]
pub struct Loaded {
    /// An assembly is one unit, a template with its nested stacks is one, and so is each further document of a file.
    pub units: Vec<LoadedUnit>,
    /// The files that nested stacks were read from, sorted; absolute. Who scans one of them by itself as well scans
    /// it twice.
    pub nested: Vec<PathBuf>,
    /// The files that `AWS::Include` put into templates, sorted; absolute.
    pub included: Vec<PathBuf>,
    /// What could not be read, and what may not mean what its author thinks.
    pub diagnostics: Vec<Diagnostic>,
}

/// A unit with what is known of its sources.
#[derive(Debug)]
pub struct LoadedUnit {
    /// The templates.
    pub unit: Unit,
    /// The constructs of the app that made them.
    pub constructs: Constructs,
}

impl LoadedUnit {
    /// Resolves the unit, as [`super::resolve`], with the construct path of every resource that the metadata knows.
    #[must_use]
    pub fn resolve(&self) -> (Inventory, Vec<Diagnostic>) {
        let (mut inventory, diagnostics) = super::resolve(&self.unit);
        self.constructs.complete(&mut inventory);
        (inventory, diagnostics)
    }
}

/// Loads an input. `environment` is where templates are deployed that do not say it themselves.
#[must_use]
pub fn load(input: &Input, loader: &Loader, environment: &Environment) -> Loaded {
    match input {
        Input::Stdin => load_stdin(std::io::stdin().lock(), loader, environment),
        Input::Template { path } => load_template(path, loader, environment),
        Input::Assembly { dir } => load_assembly(dir, loader, environment),
        Input::Snapshot { path } => {
            let message = "this is a snapshot of an account, which has no template";
            let problem = Diagnostic::of_path(Level::Error, loader.display(path), message);
            Loaded { diagnostics: vec![problem], ..Loaded::default() }
        }
    }
}

/// Loads a template from a stream. Its nested templates are looked for from the current directory on.
#[must_use]
pub fn load_stdin(input: impl Read, loader: &Loader, environment: &Environment) -> Loaded {
    let mut gather = Gather::new(loader);
    let documents = loader.read_stdin(input).map_err(|problem| vec![problem]).and_then(|file| parse(loader, &file));
    gather.plain(documents, loader.cwd(), "stdin", environment);
    gather.loaded
}

fn load_template(path: &Path, loader: &Loader, environment: &Environment) -> Loaded {
    let mut gather = Gather::new(loader);
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    // `a.template.json` is the template of `a`.
    let name = name.strip_suffix(".template").unwrap_or(&name);
    gather.plain(read(loader, path), path.parent().unwrap_or(loader.cwd()), name, environment);
    gather.loaded
}

fn load_assembly(dir: &Path, loader: &Loader, environment: &Environment) -> Loaded {
    let mut assembly = assembly::read(dir, loader);
    let mut gather = Gather::new(loader);
    gather.loaded.diagnostics.append(&mut assembly.diagnostics);
    if assembly.stacks.is_empty() && gather.has_errors() {
        gather.without_manifest(dir, environment);
    } else {
        gather.assembly(&assembly, environment);
    }
    gather.loaded
}

/// The documents of a file: those with content, and the problems that did not keep it from being read.
type Documents = Result<(Vec<Tree>, Vec<Diagnostic>), Vec<Diagnostic>>;

fn read(loader: &Loader, path: &Path) -> Documents {
    parse(loader, &loader.read(path).map_err(|problem| vec![problem])?)
}

fn parse(loader: &Loader, file: &Arc<SourceFile>) -> Documents {
    let documents = loader.parse(file)?;
    let mut warnings = documents.warnings;
    let mut trees = documents.trees;
    let empty = |tree: &Tree| tree.is_empty() || matches!(tree.kind(tree.root()), Kind::Null);
    if trees.len() > 1 {
        trees.retain(|tree| !empty(tree));
    }
    if let Some(second) = trees.get(1) {
        let message = "CloudFormation reads only the first document of a file, and this is another one";
        warnings.push(Diagnostic::at(Level::Warning, file, second.span(second.root()), message));
    }
    if trees.is_empty() {
        return Err(vec![Diagnostic::of_path(Level::Error, file.path(), "the template is empty")]);
    }
    Ok((trees, warnings))
}

/// `work` of every item, in order, by the threads of the pool that this runs in. It starts none itself: they cost more
/// than a small file takes, and how many there may be is the caller's to say.
fn each<'a, T: Sync, R: Send>(items: &'a [T], work: impl Fn(&'a T) -> R + Send + Sync) -> Vec<R> {
    match rayon::current_thread_index() {
        Some(_) => items.par_iter().map(work).collect(),
        None => items.iter().map(work).collect(),
    }
}

/// Refuses what is no template.
fn check(tree: Tree) -> Result<Tree, Diagnostic> {
    let root = tree.root();
    let refuse = |node, message: &str| Err(Diagnostic::at(Level::Error, tree.file(), tree.span(node), message));
    if !matches!(tree.kind(root), Kind::Map { .. }) {
        return refuse(root, "a template is a map");
    }
    match tree.get(root, "Resources") {
        None if may_add_sections(&tree) => Ok(tree),
        None => refuse(root, "the template has no `Resources`"),
        Some(node) if !matches!(tree.kind(node), Kind::Map { .. }) => refuse(node, "`Resources` is not a map"),
        Some(_) => Ok(tree),
    }
}

struct Gather<'a> {
    loader: &'a Loader,
    loaded: Loaded,
}

impl<'a> Gather<'a> {
    fn new(loader: &'a Loader) -> Self {
        Self { loader, loaded: Loaded::default() }
    }

    fn has_errors(&self) -> bool {
        self.loaded.diagnostics.iter().any(|problem| problem.level == Level::Error)
    }

    /// Takes the documents of a file as units of their own.
    fn plain(&mut self, documents: Documents, dir: &Path, name: &str, environment: &Environment) {
        let trees = match documents {
            Ok((trees, mut warnings)) => {
                self.loaded.diagnostics.append(&mut warnings);
                trees
            }
            Err(mut problems) => return self.loaded.diagnostics.append(&mut problems),
        };
        let cwd = self.loader.cwd();
        let readable = if dir.starts_with(cwd) { cwd } else { dir };
        for (index, tree) in trees.into_iter().enumerate() {
            let Some(tree) = self.checked(tree) else { continue };
            let root = Root {
                template: 0,
                name: if index == 0 { name.into() } else { format!("{name}-{}", index + 1).into() },
                environment: environment.clone(),
                parameters: Vec::new(),
                tags: Vec::new(),
            };
            let mut unit = Unit { templates: vec![Template::new(tree)], roots: vec![root] };
            let pending = vec![Pending { template: 0, dir: dir.to_path_buf(), root: 0, stack_path: None }];
            let finders = [NestedTemplates::under(readable, self.loader)];
            self.nested(&mut unit, pending, &finders, FxHashMap::default());
            self.loaded.units.push(LoadedUnit { unit, constructs: Constructs::default() });
        }
    }

    /// The templates beside a manifest that cannot be read.
    fn without_manifest(&mut self, dir: &Path, environment: &Environment) {
        let Ok(entries) = dir.read_dir() else { return };
        let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        paths.retain(|path| path.to_string_lossy().ends_with(".template.json") && path.is_file());
        paths.sort();
        for path in paths {
            let Loaded { units, nested, included, diagnostics } = load_template(&path, self.loader, environment);
            self.loaded.units.extend(units);
            self.loaded.nested.extend(nested);
            self.loaded.included.extend(included);
            self.loaded.diagnostics.extend(diagnostics);
        }
    }

    fn assembly(&mut self, assembly: &Assembly, environment: &Environment) {
        let read: Vec<Documents> = each(&assembly.stacks, |stack| read(self.loader, &stack.template_file));
        let mut unit = Unit::default();
        let (mut pending, mut taken, mut stacks) = (Vec::new(), FxHashMap::default(), Vec::new());
        for (stack, documents) in assembly.stacks.iter().zip(read) {
            // Two stacks may share a template.
            let known = taken.get(&stack.template_file).copied();
            let Some(index) = known.or_else(|| self.add(documents, &mut unit)) else { continue };
            if known.is_none() {
                taken.insert(stack.template_file.clone(), index);
                let dir = stack.template_file.parent().unwrap_or(&stack.dir).to_path_buf();
                pending.push(Pending { template: index, dir, root: stacks.len(), stack_path: None });
            }
            unit.roots.push(root_of(stack, index, environment));
            stacks.push(stack);
        }
        let metadata = stacks.iter().map(|stack| LazyConstructs::new(stack, self.loader)).collect();
        let constructs = Constructs::new(metadata, assembly.dir.clone(), self.loader.cwd().to_path_buf());
        let finders: Vec<NestedTemplates<'_>> = stacks
            .iter()
            .zip(&constructs.stacks)
            .map(|(stack, constructs)| NestedTemplates::of_stack(stack, constructs, self.loader))
            .collect();
        self.nested(&mut unit, pending, &finders, taken);
        drop(finders);
        self.loaded.units.push(LoadedUnit { unit, constructs });
    }

    /// Takes the first document of a file as a template of the unit.
    fn add(&mut self, documents: Documents, unit: &mut Unit) -> Option<usize> {
        let (trees, mut warnings) = match documents {
            Ok(documents) => documents,
            Err(mut problems) => {
                self.loaded.diagnostics.append(&mut problems);
                return None;
            }
        };
        self.loaded.diagnostics.append(&mut warnings);
        let tree = self.checked(trees.into_iter().next()?)?;
        unit.templates.push(Template::new(tree));
        Some(unit.templates.len() - 1)
    }

    fn checked(&mut self, tree: Tree) -> Option<Tree> {
        check(tree).map_err(|problem| self.loaded.diagnostics.push(problem)).ok()
    }
}

fn root_of(stack: &StackArtifact, template: usize, environment: &Environment) -> Root {
    let texts = |pairs: &[(String, String)]| {
        pairs.iter().map(|(name, value)| (name.as_str().into(), value.as_str().into())).collect()
    };
    Root {
        template,
        name: stack.stack_name.as_str().into(),
        environment: Environment {
            account: stack.account.as_deref().map(Into::into).or_else(|| environment.account.clone()),
            region: stack.region.as_deref().map(Into::into).or_else(|| environment.region.clone()),
        },
        parameters: texts(&stack.parameters),
        tags: texts(&stack.tags),
    }
}
