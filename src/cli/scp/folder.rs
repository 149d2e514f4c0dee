//! Organisations in folders of policy files: by the folders themselves, or by an `organization.toml`.

use std::path::{Path, PathBuf};

use rustc_hash::FxHashMap;

use super::Loaded;
use crate::iam::document::{PolicyKind, Reader, Setting};
use crate::iam::organization::{ControlKind, ControlPolicy, Node, NodeId, NodeKind, Organization, Parent};
use crate::source::paths::io_reason;
use crate::source::{Diagnostic, Files, Kind, Level, Loader, NodeId as TreeNode, Span, Tree, toml};
use crate::value::{Values, View, World};

/// The file that describes an organisation.
const DESCRIPTION: &str = "organization.toml";

/// How deep folders are looked through: an organisation has five levels of units.
const DEPTH: usize = 8;

/// Whether a folder is an organisation: it has a description, or a policy file in it or below it, and is no cloud assembly.
pub(super) fn is_folder(dir: &Path) -> bool {
    if dir.join(DESCRIPTION).is_file() {
        return true;
    }
    !dir.join("manifest.json").is_file() && has_policy(dir, 0)
}

fn has_policy(dir: &Path, depth: usize) -> bool {
    let (files, folders) = entries(dir).unwrap_or_default();
    let is_policy =
        |path: &PathBuf| is_json(path) && std::fs::read_to_string(path).is_ok_and(|text| looks_like_policy(&text));
    files.iter().any(is_policy) || depth < DEPTH && folders.iter().any(|folder| has_policy(folder, depth + 1))
}

/// Whether a file is a policy document and no template.
pub(super) fn is_policy(path: &Path, loader: &Loader) -> bool {
    let small = path.metadata().is_ok_and(|metadata| metadata.len() <= loader.limits().bytes as u64);
    small && std::fs::read_to_string(path).is_ok_and(|text| looks_like_policy(&text))
}

fn looks_like_policy(text: &str) -> bool {
    text.trim_start_matches('\u{feff}').trim_start().starts_with('{')
        && text.contains("Statement")
        && !text.contains("\"Resources\"")
}

fn is_json(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("json"))
}

/// The files and the folders in a folder, by name; hidden ones are left out.
fn entries(dir: &Path) -> std::io::Result<(Vec<PathBuf>, Vec<PathBuf>)> {
    let mut paths: Vec<PathBuf> = dir.read_dir()?.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.retain(|path| !path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.')));
    paths.sort();
    Ok(paths.into_iter().partition(|path| !path.is_dir()))
}

/// Reads an organisation from its folder.
pub(super) fn read(dir: &Path, loader: &Loader, problems: &mut Vec<Diagnostic>) -> Option<Loaded> {
    let mut gather = Gather::new(loader, problems);
    let description = dir.join(DESCRIPTION);
    match description.is_file() {
        true => gather.description(dir, &description),
        false => {
            let root = gather.root;
            gather.folder(dir, root, 0);
        }
    }
    gather.done(loader.display(dir))
}

/// Policies that are attached at the root.
pub(super) fn at_root(paths: &[PathBuf], loader: &Loader, problems: &mut Vec<Diagnostic>) -> Option<Loaded> {
    let first = paths.first()?;
    let mut gather = Gather::new(loader, problems);
    for path in paths {
        let root = gather.root;
        gather.attach(path, kind_of(path), root);
    }
    let name = match paths.len() {
        1 => loader.display(first),
        count => format!("{count} policies"),
    };
    gather.done(name)
}

/// `name.rcp.json` is a resource control policy.
fn kind_of(path: &Path) -> ControlKind {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    if name.ends_with(".rcp.json") { ControlKind::Resource } else { ControlKind::Service }
}

struct Gather<'a> {
    loader: &'a Loader,
    problems: &'a mut Vec<Diagnostic>,
    organization: Organization,
    files: Files,
    root: NodeId,
    /// The policies that were read, by their path.
    read: FxHashMap<PathBuf, usize>,
    errors: usize,
}

impl<'a> Gather<'a> {
    fn new(loader: &'a Loader, problems: &'a mut Vec<Diagnostic>) -> Self {
        let mut organization = Organization::default();
        let root = organization.push(node(NodeKind::Root, "root", Parent::None));
        Self { loader, problems, organization, files: Files::default(), root, read: FxHashMap::default(), errors: 0 }
    }

    fn done(self, name: String) -> Option<Loaded> {
        let found = Loaded { name, organization: self.organization, files: self.files, made_up: false };
        (self.errors == 0).then_some(found)
    }

    fn refuse(&mut self, problem: Diagnostic) {
        self.errors += 1;
        self.problems.push(problem);
    }

    /// A folder is a unit, `account-<12 digits>` an account, and every policy file in it is attached to it.
    fn folder(&mut self, dir: &Path, at: NodeId, depth: usize) {
        let (files, folders) = match entries(dir) {
            Ok(entries) => entries,
            Err(error) => {
                let message = format!("cannot read it: {}", io_reason(&error));
                return self.refuse(Diagnostic::of_path(Level::Error, self.loader.display(dir), message));
            }
        };
        for path in files.iter().filter(|path| is_json(path)) {
            self.attach(path, kind_of(path), at);
        }
        for folder in folders {
            let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let shown = self.loader.display(&folder);
            let refuse = |message: String| Diagnostic::of_path(Level::Error, shown.as_str(), message);
            if depth >= DEPTH {
                self.refuse(refuse(format!("units are nested more than {DEPTH} levels deep")));
                continue;
            }
            let child = match name.strip_prefix("account-") {
                Some(id) if is_account(id) => self.account(id, None, at),
                Some(id) => {
                    let help = "an account has twelve digits, as in `account-111122223333`";
                    self.refuse(refuse(format!("`{id}` is no account")).with_help(help));
                    continue;
                }
                None => self.organization.push(node(NodeKind::Unit, &name, Parent::Node(at))),
            };
            self.folder(&folder, child, depth + 1);
        }
    }

    fn account(&mut self, id: &str, name: Option<&str>, at: NodeId) -> NodeId {
        let mut node = node(NodeKind::Account, name.unwrap_or(id), Parent::Node(at));
        node.account = Some(id.into());
        self.organization.push(node)
    }

    /// Attaches the policy of a file.
    fn attach(&mut self, path: &Path, kind: ControlKind, at: NodeId) {
        let index = match self.read.get(path) {
            Some(index) => *index,
            None => match self.policy(path, kind) {
                Some(policy) => {
                    self.organization.policies.push(policy);
                    self.read.insert(path.to_path_buf(), self.organization.policies.len() - 1);
                    self.organization.policies.len() - 1
                }
                None => return,
            },
        };
        let targets = &mut self.organization.policies[index].targets;
        if !targets.contains(&at) {
            targets.push(at);
        }
    }

    fn policy(&mut self, path: &Path, kind: ControlKind) -> Option<ControlPolicy> {
        let tree = match self.loader.json(path) {
            Ok(tree) => tree,
            Err(problems) => {
                self.errors += problems.len();
                self.problems.extend(problems);
                return None;
            }
        };
        // As `aws organizations describe-policy` writes it, or the document itself.
        let root = tree.at(tree.root(), &["Policy", "Content"]).unwrap_or(tree.root());
        if matches!(tree.kind(root), Kind::Map { .. }) && tree.get(root, "Statement").is_none() {
            let help = "a policy is an object with `Version` and `Statement`";
            let problem = Diagnostic::at(Level::Error, tree.file(), tree.span(root), "the file is no policy");
            self.refuse(problem.with_help(help));
            return None;
        }
        let file = self.files.add(tree.file().clone());
        let mut values = Values::default();
        let id = values.push_tree(&tree, root, file);
        let world = World::open();
        let setting = Setting {
            kind: Some(if kind == ControlKind::Service { PolicyKind::Scp } else { PolicyKind::Rcp }),
            files: Some(&self.files),
        };
        let document = Reader::new(View::new(&values, &world), &tree.keys).policy_in(id, setting);
        for problem in &document.problems {
            let mut shown = Diagnostic::at(Level::Error, tree.file(), problem.place.span, problem.message.clone());
            if let Some(help) = &problem.help {
                shown = shown.with_help(help.clone());
            }
            self.errors += 1;
            self.problems.push(shown);
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let name = name.strip_suffix(".json").unwrap_or(&name);
        Some(ControlPolicy { name: name.into(), kind, document, targets: Vec::new(), open: Vec::new(), resource: None })
    }

    /// Reads `organization.toml`.
    fn description(&mut self, dir: &Path, path: &Path) {
        let tree = match self
            .loader
            .read(path)
            .map_err(|problem| vec![problem])
            .and_then(|file| toml::parse(&file, self.loader.limits()))
        {
            Ok(tree) => tree,
            Err(problems) => {
                self.errors += problems.len();
                return self.problems.extend(problems);
            }
        };
        let mut reading = Description { gather: self, tree: &tree, dir, units: FxHashMap::default() };
        reading.read();
    }
}

/// The tree of an `organization.toml`.
struct Description<'d, 'a> {
    gather: &'d mut Gather<'a>,
    tree: &'d Tree,
    dir: &'d Path,
    units: FxHashMap<String, NodeId>,
}

impl Description<'_, '_> {
    fn read(&mut self) {
        let tree = self.tree;
        let root = tree.root();
        self.keys(root, &["root", "unit", "account"]);
        if let Some(table) = tree.get(root, "root") {
            self.keys(table, &["policies", "resource-policies", "full-aws-access"]);
            let at = self.gather.root;
            self.common(table, at);
        }
        for table in self.tables("unit") {
            self.keys(table, &["path", "policies", "resource-policies", "full-aws-access"]);
            let Some(path) = self.required(table, "path") else { continue };
            if path.split('/').any(|part| part.trim().is_empty()) || path.split('/').count() > DEPTH {
                self.error(self.span_of(table, "path"), format!("`{path}` is no path of a unit"));
                continue;
            }
            let at = self.unit(&path);
            self.common(table, at);
        }
        for table in self.tables("account") {
            self.keys(table, &["id", "name", "unit", "management", "policies", "resource-policies", "full-aws-access"]);
            let Some(id) = self.required(table, "id") else { continue };
            if !is_account(&id) {
                self.error(self.span_of(table, "id"), format!("`{id}` is no account: it has twelve digits"));
                continue;
            }
            let organization = &self.gather.organization;
            if organization.accounts().any(|account| organization.node(account).account.as_deref() == Some(&id)) {
                self.error(self.span_of(table, "id"), format!("account `{id}` is there twice"));
                continue;
            }
            let above = match self.text(table, "unit") {
                None => self.gather.root,
                Some(path) => match self.units.get(&path) {
                    Some(unit) => *unit,
                    None => {
                        self.error(self.span_of(table, "unit"), format!("there is no unit `{path}`"));
                        continue;
                    }
                },
            };
            let name = self.text(table, "name");
            let at = self.gather.account(&id, name.as_deref(), above);
            self.gather.organization.nodes[at.0].management = self.truth(table, "management").unwrap_or(false);
            self.common(table, at);
        }
    }

    /// The unit of a path; those above it are made as well.
    fn unit(&mut self, path: &str) -> NodeId {
        if let Some(unit) = self.units.get(path) {
            return *unit;
        }
        let (above, name) = match path.rsplit_once('/') {
            Some((above, name)) => (self.unit(above), name),
            None => (self.gather.root, path),
        };
        let unit = self.gather.organization.push(node(NodeKind::Unit, name, Parent::Node(above)));
        self.units.insert(path.to_owned(), unit);
        unit
    }

    /// What every level may have.
    fn common(&mut self, table: TreeNode, at: NodeId) {
        if let Some(full_access) = self.truth(table, "full-aws-access") {
            self.gather.organization.nodes[at.0].full_access = full_access;
        }
        for (key, kind) in [("policies", ControlKind::Service), ("resource-policies", ControlKind::Resource)] {
            let Some(list) = self.tree.get(table, key) else { continue };
            if !matches!(self.tree.kind(list), Kind::List { .. }) {
                self.error(self.tree.span(list), format!("`{key}` is a list of files"));
                continue;
            }
            for item in self.tree.items(list) {
                let span = self.tree.span(*item);
                let Some(name) = self.tree.string(*item) else {
                    self.error(span, "a file is named by a text".to_owned());
                    continue;
                };
                match crate::source::paths::contained(self.dir, self.dir, name) {
                    Ok(path) if path.is_file() => self.gather.attach(&path, kind, at),
                    Ok(_) => self.error(span, format!("there is no file `{name}`")),
                    Err(refused) => self.error(span, format!("`{name}` is not read: {}", refused.reason())),
                }
            }
        }
    }

    fn tables(&mut self, key: &str) -> Vec<TreeNode> {
        let Some(list) = self.tree.get(self.tree.root(), key) else { return Vec::new() };
        match self.tree.kind(list) {
            Kind::List { .. } => self.tree.items(list).to_vec(),
            _ => {
                self.error(self.tree.span(list), format!("`{key}` is written `[[{key}]]`"));
                Vec::new()
            }
        }
    }

    fn keys(&mut self, table: TreeNode, known: &[&str]) {
        if !matches!(self.tree.kind(table), Kind::Map { .. }) {
            return self.error(self.tree.span(table), "it is to be a table".to_owned());
        }
        for member in self.tree.members(table) {
            let key = self.tree.key(member);
            if !known.contains(&key) {
                self.error(member.key_span, format!("unknown key `{key}`"));
            }
        }
    }

    fn text(&mut self, table: TreeNode, key: &str) -> Option<String> {
        let value = self.tree.get(table, key)?;
        let text = self.tree.string(value).map(str::to_owned);
        if text.is_none() {
            self.error(self.tree.span(value), format!("`{key}` is a text"));
        }
        text
    }

    fn required(&mut self, table: TreeNode, key: &str) -> Option<String> {
        if self.tree.get(table, key).is_none() {
            self.error(self.tree.span(table), format!("`{key}` is missing"));
            return None;
        }
        self.text(table, key)
    }

    fn truth(&mut self, table: TreeNode, key: &str) -> Option<bool> {
        let value = self.tree.get(table, key)?;
        match self.tree.kind(value) {
            Kind::Bool(truth) => Some(truth),
            _ => {
                self.error(self.tree.span(value), format!("`{key}` is `true` or `false`"));
                None
            }
        }
    }

    fn span_of(&self, table: TreeNode, key: &str) -> Span {
        self.tree.get(table, key).map_or_else(|| self.tree.span(table), |value| self.tree.span(value))
    }

    fn error(&mut self, span: Span, message: String) {
        let problem = Diagnostic::at(Level::Error, self.tree.file(), span, message);
        self.gather.refuse(problem);
    }
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn node(kind: NodeKind, name: &str, parent: Parent) -> Node {
    Node {
        kind,
        name: name.into(),
        account: None,
        parent,
        management: false,
        full_access: true,
        place: None,
        resource: None,
    }
}
