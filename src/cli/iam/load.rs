//! Policy documents of files: a file that is one, every one in a template or an assembly, and those in the output of the AWS CLI.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::ValueEnum;

use super::super::Problem;
use super::find::{self, Found};
use crate::iam::Policy;
use crate::iam::document::{PolicyKind, Reader, Setting, Size};
use crate::iam::least::Candidate;
use crate::iam::lint::Holder;
use crate::inventory::Inventory;
use crate::report::document;
use crate::scan::{bare_diagnostic, plain_diagnostic};
use crate::source::discover::Input;
use crate::source::paths::{absolute, io_reason};
use crate::source::{Diagnostic, Files, Level, Limits, Loader, SourceFile, Tree};
use crate::template::load::{Loaded as Templates, load as load_template, load_stdin};
use crate::template::unit::Environment;
use crate::value::{OPAQUE, Place, ResourceId, Values, View, World};

/// Directories below each other that are searched for policies.
const DEPTH: usize = 32;

/// The kinds of policies, as an option names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum KindOption {
    /// Attached to a user, group or role.
    Identity,
    /// Attached to a resource.
    Resource,
    /// The trust policy of a role.
    Trust,
    /// A service control policy.
    Scp,
    /// A resource control policy.
    Rcp,
    /// A permissions boundary.
    Boundary,
    /// A session policy.
    Session,
}

impl From<KindOption> for PolicyKind {
    fn from(option: KindOption) -> Self {
        match option {
            KindOption::Identity => Self::Identity,
            KindOption::Resource => Self::Resource,
            KindOption::Trust => Self::Trust,
            KindOption::Scp => Self::Scp,
            KindOption::Rcp => Self::Rcp,
            KindOption::Boundary => Self::Boundary,
            KindOption::Session => Self::Session,
        }
    }
}

/// A policy document of an input.
#[derive(Debug)]
pub(super) struct Document {
    /// The path of its input as reports show it.
    pub(super) path: String,
    /// Where in the input, such as `Role.Policies[0].PolicyDocument`; empty when the input is the document.
    pub(super) within: String,
    /// What it is attached to.
    pub(super) kind: PolicyKind,
    /// Whether the kind was guessed from what the document says.
    pub(super) guessed: bool,
    /// What holds it, for identity policies, where that can be told.
    pub(super) holder: Option<Holder>,
    /// Whether it is part of a template, of which lines are shown without secrets.
    pub(super) in_template: bool,
    /// The document.
    pub(super) policy: Policy,
    /// The resources of its stack that a policy can name.
    pub(super) resources: Arc<[Candidate]>,
    /// How long it is.
    pub(super) size: Size,
    /// The files that its places are in.
    pub(super) files: Arc<Files>,
}

impl Document {
    /// A name for people: the path, and where in it.
    pub(super) fn name(&self) -> String {
        if self.within.is_empty() { self.path.clone() } else { format!("{}: {}", self.path, self.within) }
    }

    /// `file:line:column` of a place.
    pub(super) fn position(&self, place: Place) -> String {
        position(&self.files, place)
    }

    /// A problem at a place of the document, as reports have it.
    pub(super) fn problem(
        &self,
        level: Level,
        place: Place,
        message: &str,
        help: Option<String>,
    ) -> document::Diagnostic {
        let mut problem = Diagnostic::at(level, self.files.get(place.file), place.span, message);
        problem.help = help;
        if self.in_template { bare_diagnostic(problem) } else { plain_diagnostic(problem) }
    }
}

/// The inventory of templates.
#[derive(Debug)]
pub(super) struct Unit {
    /// The path of the input as reports show it.
    pub(super) path: String,
    /// Its resources.
    pub(super) inventory: Inventory,
    /// The files that places are in.
    pub(super) files: Arc<Files>,
}

/// What inputs hold.
#[derive(Debug, Default)]
pub(super) struct Loaded {
    /// What the templates hold as a whole.
    pub(super) units: Vec<Unit>,
    /// The documents, in the order of the inputs and of the text.
    pub(super) documents: Vec<Document>,
    /// What could not be read, and what may not mean what its author thinks.
    pub(super) problems: Vec<document::Diagnostic>,
}

/// `file:line:column` of a place.
pub(super) fn position(files: &Files, place: Place) -> String {
    let file = files.get(place.file);
    let at = file.position(place.span.start);
    format!("{}:{}:{}", file.path(), at.line, at.column)
}

/// Reads the policy documents of files, templates, assemblies and directories; `-` is standard input. Where `kind` is given,
/// every document is of it.
pub(super) fn load(paths: &[PathBuf], kind: Option<PolicyKind>) -> Result<Loaded, Problem> {
    let cwd = super::super::scanning::current_dir()?;
    let loader = Loader::new(cwd, Limits::default());
    let mut load = Load { loader: &loader, kind, loaded: Loaded::default() };
    for path in paths {
        load.path(path);
    }
    Ok(load.loaded)
}

struct Load<'a> {
    loader: &'a Loader,
    kind: Option<PolicyKind>,
    loaded: Loaded,
}

impl Load<'_> {
    fn path(&mut self, path: &Path) {
        if path.as_os_str() == "-" {
            return match self.loader.read_stdin(std::io::stdin().lock()) {
                Ok(file) => self.file(&file, None, true),
                Err(problem) => self.fail(problem),
            };
        }
        let path = absolute(path, self.loader.cwd());
        match fs::metadata(&path) {
            Ok(metadata) if metadata.is_dir() => self.directory(&path, 0),
            Ok(_) => self.named(&path, true),
            Err(error) => self.cannot(&path, &format!("cannot read it: {}", io_reason(&error))),
        }
    }

    fn cannot(&mut self, path: &Path, message: &str) {
        let shown = self.loader.display(path);
        self.fail(Diagnostic::of_path(Level::Error, shown, message));
    }

    fn fail(&mut self, problem: Diagnostic) {
        self.loaded.problems.push(bare_diagnostic(problem));
    }

    /// An assembly, or everything in the directory that is a policy or has one.
    fn directory(&mut self, dir: &Path, depth: usize) {
        if dir.join("manifest.json").is_file() && dir.file_name().is_some_and(|name| !name.is_empty()) {
            let input = Input::Assembly { dir: dir.to_path_buf() };
            let shown = self.loader.display(dir);
            return self.templates(&load_template(&input, self.loader, &Environment::default()), &shown);
        }
        if depth > DEPTH {
            return self.cannot(dir, &format!("the directory lies more than {DEPTH} levels deep"));
        }
        let entries = match fs::read_dir(dir).and_then(Iterator::collect::<Result<Vec<_>, _>>) {
            Ok(entries) => entries,
            Err(error) => return self.cannot(dir, &format!("cannot read the directory: {}", io_reason(&error))),
        };
        let mut paths: Vec<PathBuf> = entries.iter().map(fs::DirEntry::path).collect();
        paths.sort();
        for path in paths {
            let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
            let ending = path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase());
            // Links are not followed: one may lead back here.
            match path.symlink_metadata() {
                Ok(metadata) if metadata.is_dir() && !hidden => self.directory(&path, depth + 1),
                Ok(metadata) if metadata.is_file() && !hidden => {
                    if matches!(ending.as_deref(), Some("json" | "yaml" | "yml")) {
                        self.named(&path, false);
                    }
                }
                _ => {}
            }
        }
    }

    /// A file; `must` be a policy or have one, or it is an error.
    fn named(&mut self, path: &Path, must: bool) {
        match self.loader.read(path) {
            // A pipe can be read only once.
            Ok(file) => self.file(&file, Some(path).filter(|path| path.is_file()), must),
            Err(problem) => self.fail(problem),
        }
    }

    fn file(&mut self, file: &Arc<SourceFile>, path: Option<&Path>, must: bool) {
        let documents = match self.loader.parse(file) {
            Ok(documents) => documents,
            Err(problems) => return problems.into_iter().for_each(|problem| self.fail(problem)),
        };
        documents.warnings.into_iter().for_each(|problem| self.fail(problem));
        let trees: Vec<Tree> = documents.trees.into_iter().filter(|tree| !find::is_empty(tree)).collect();
        if trees.is_empty() && must {
            return self.fail(Diagnostic::of_path(Level::Error, file.path(), "the file is empty"));
        }
        if trees.iter().any(find::is_template) {
            let environment = Environment::default();
            let templates = match path {
                Some(path) => load_template(&Input::Template { path: path.to_path_buf() }, self.loader, &environment),
                None => load_stdin(file.text().as_bytes(), self.loader, &environment),
            };
            return self.templates(&templates, file.path());
        }
        for tree in trees {
            self.tree(file, &tree, must);
        }
    }

    /// A document of a file that is no template.
    fn tree(&mut self, file: &Arc<SourceFile>, tree: &Tree, must: bool) {
        let (mut files, mut values) = (Files::default(), Values::default());
        let root = values.push_tree(tree, tree.root(), files.add(Arc::clone(file)));
        let world = World::open();
        let reader = Reader::new(View::new(&values, &world), &tree.keys);
        let mut found = Vec::new();
        find::in_file(&reader, root, &mut found);
        if found.is_empty() && must {
            found.push(Found { id: root, within: String::new(), kind: None, holder: None });
        }
        let files = Arc::new(files);
        for found in found {
            self.document(&reader, found, file.path(), &files, None);
        }
    }

    fn templates(&mut self, templates: &Templates, path: &str) {
        for problem in &templates.diagnostics {
            self.fail(problem.clone());
        }
        for unit in &templates.units {
            let (mut inventory, problems) = unit.resolve();
            problems.into_iter().for_each(|problem| self.fail(problem));
            let files = Arc::new(std::mem::take(&mut inventory.files));
            let world = World::open();
            let view = View::new(&inventory.values, &world);
            let references = |resource, attribute| {
                let text = crate::facts::naming::reference_text(&inventory, &view, resource, attribute);
                by_stack(&text, &inventory)
            };
            let reader = Reader { view, names: &inventory.names, references: &references };
            for (id, resource) in inventory.resources() {
                let mut found = Vec::new();
                find::in_resource(&inventory, &reader, id, &mut found);
                if found.is_empty() {
                    continue;
                }
                let beside = inventory.resources().filter(|(_, other)| other.stack == resource.stack);
                let resources: Arc<[Candidate]> = beside
                    .filter_map(|(id, _)| crate::facts::naming::arn_text(&inventory, &view, id))
                    .map(|arn| Candidate { arn })
                    .collect();
                for found in found {
                    self.document(&reader, found, path, &files, Some(&resources));
                }
            }
            self.loaded.units.push(Unit { path: path.to_owned(), inventory, files });
        }
    }

    /// `beside` are the resources of the stack, for documents of templates.
    fn document(
        &mut self,
        reader: &Reader<'_>,
        found: Found,
        path: &str,
        files: &Arc<Files>,
        beside: Option<&Arc<[Candidate]>>,
    ) {
        let read = |kind| reader.policy_in(found.id, Setting { kind, files: Some(files) });
        let known = self.kind.or(found.kind);
        let kind = known.unwrap_or_else(|| PolicyKind::guess(&read(None)));
        self.loaded.documents.push(Document {
            path: path.to_owned(),
            within: found.within,
            kind,
            guessed: known.is_none(),
            holder: found.holder,
            in_template: beside.is_some(),
            resources: beside.map(Arc::clone).unwrap_or_default(),
            policy: read(Some(kind)),
            size: reader.size(found.id),
            files: Arc::clone(files),
        });
    }
}

/// A text whose tokens begin with the number of the resource's stack, not of the resource: the same resource has the same token
/// in two editions of a template, so that policies of both can be compared.
fn by_stack(text: &str, inventory: &Inventory) -> String {
    let mut out = String::with_capacity(text.len());
    for (index, part) in text.split(OPAQUE).enumerate() {
        if index > 0 {
            out.push(OPAQUE);
        }
        let resource = part.split_once('.').filter(|_| index % 2 == 1);
        let numbered = resource.and_then(|(number, name)| Some((number.parse::<u32>().ok()?, name)));
        match numbered.filter(|(number, _)| (*number as usize) < inventory.resources().len()) {
            Some((number, name)) => {
                out.push_str(&format!("{}.{name}", inventory.resource(ResourceId(number)).stack.0));
            }
            None => out.push_str(part),
        }
    }
    out
}
