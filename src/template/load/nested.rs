//! The templates of nested stacks: found level by level, each read once.
//!
//! Nested stacks that a loop makes are found in the template as its transforms leave it, by what is known before the
//! values of a parent are: their templates are kept by the URL that they name, whatever the iteration is called later.

use std::path::PathBuf;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::{Documents, Gather, each, read};
use crate::source::{Diagnostic, Level, NodeId, Tree};
use crate::template::assembly::{NestedRequest, NestedTemplate, NestedTemplates};
use crate::template::transform::{self, LOOP, SERVERLESS, declares};
use crate::template::unit::{Nested, Template, Unit};

/// Templates that one unit may have, nested ones included.
const TEMPLATES: usize = 10_000;

/// A template whose nested stacks are still to be looked for.
pub(super) struct Pending {
    pub(super) template: usize,
    pub(super) dir: PathBuf,
    /// Index of the stack that it belongs to.
    pub(super) root: usize,
    /// The construct path of the nested stack that it is of.
    pub(super) stack_path: Option<String>,
}

/// How a template knows the template of a nested stack.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Name {
    /// By logical id.
    Id(Box<str>),
    /// By URL, of nested stacks in loops.
    Url(Box<str>),
}

/// A nested stack that was found, and whose template is still to be read.
struct Found {
    parent: usize,
    name: Name,
    path: PathBuf,
    root: usize,
    stack_path: Option<String>,
}

impl Gather<'_> {
    /// Finds and reads nested templates, level by level.
    pub(super) fn nested(
        &mut self,
        unit: &mut Unit,
        mut pending: Vec<Pending>,
        finders: &[NestedTemplates<'_>],
        mut taken: FxHashMap<PathBuf, usize>,
    ) {
        let mut unreadable: FxHashSet<PathBuf> = FxHashSet::default();
        while !pending.is_empty() {
            let found: Vec<Found> =
                pending.drain(..).flat_map(|pending| self.find(unit, &pending, &finders[pending.root])).collect();
            let mut wanted: Vec<&PathBuf> = found.iter().map(|found| &found.path).collect();
            wanted.sort();
            wanted.dedup();
            wanted.retain(|path| !taken.contains_key(*path) && !unreadable.contains(*path));
            if let Some(path) = wanted.get(TEMPLATES.saturating_sub(unit.templates.len())) {
                let message = format!("the nested stacks have more templates than the limit of {TEMPLATES}");
                let problem = Diagnostic::of_path(Level::Error, self.loader.display(path), message);
                self.loaded.diagnostics.push(problem);
                wanted.truncate(TEMPLATES.saturating_sub(unit.templates.len()));
            }
            let read: Vec<(PathBuf, Documents)> = each(&wanted, |path| ((*path).clone(), read(self.loader, path)));
            let mut fresh: FxHashMap<PathBuf, usize> = FxHashMap::default();
            for (path, documents) in read {
                match self.add(documents, unit) {
                    Some(index) => {
                        fresh.insert(path.clone(), index);
                        self.loaded.nested.push(path.clone());
                        taken.insert(path, index);
                    }
                    None => {
                        unreadable.insert(path);
                    }
                }
            }
            for found in found {
                let nested = taken.get(&found.path).map_or(Nested::Unreadable, |index| Nested::Template(*index));
                insert(&mut unit.templates[found.parent], found.name, nested);
                if let Some(template) = fresh.remove(&found.path) {
                    let dir = found.path.parent().unwrap_or(&found.path).to_path_buf();
                    pending.push(Pending { template, dir, root: found.root, stack_path: found.stack_path });
                }
            }
        }
        self.loaded.nested.sort();
        self.loaded.nested.dedup();
        self.loaded.included.sort();
        self.loaded.included.dedup();
        self.cut_cycles(unit);
    }

    /// The local nested stacks of a template; the others are noted in it.
    fn find(&mut self, unit: &mut Unit, pending: &Pending, finder: &NestedTemplates<'_>) -> Vec<Found> {
        self.include(&mut unit.templates[pending.template], &pending.dir, finder);
        let template = &unit.templates[pending.template];
        let given = match unit.roots.get(pending.root) {
            Some(root) if root.template == pending.template => root.parameters.as_slice(),
            _ => &[],
        };
        let tree = transform::preview(template, given).map_or_else(|| Arc::clone(&template.tree), Arc::new);
        let own = Arc::clone(&template.tree);
        let mut found = Vec::new();
        for (logical_id, resource) in nested_stacks(&tree) {
            let name = match own.at(own.root(), &["Resources", logical_id]) {
                Some(_) => Name::Id(logical_id.into()),
                None => match url_of(&tree, resource).and_then(|url| tree.string(url)) {
                    // What an unknown collection would make of it nobody knows.
                    Some(url) if url.contains("${") || url.contains("&{") => continue,
                    Some(url) => Name::Url(url.into()),
                    None => Name::Id(logical_id.into()),
                },
            };
            let request = NestedRequest {
                tree: &tree,
                template_dir: &pending.dir,
                stack_path: pending.stack_path.as_deref(),
                logical_id,
                resource,
            };
            let nested = match finder.find(&request) {
                NestedTemplate::Local { path, stack_path, .. } => {
                    found.push(Found { parent: pending.template, name, path, root: pending.root, stack_path });
                    continue;
                }
                NestedTemplate::RemoteNestedStack => Nested::Remote,
                NestedTemplate::Broken(mut problems) => {
                    self.loaded.diagnostics.append(&mut problems);
                    Nested::Unreadable
                }
            };
            insert(&mut unit.templates[pending.template], name, nested);
        }
        found
    }

    /// A stack that is nested in itself is an error where it closes the circle, and is not followed there.
    fn cut_cycles(&mut self, unit: &mut Unit) {
        const NEW: u8 = 0;
        const OPEN: u8 = 1;
        const DONE: u8 = 2;
        let mut state = vec![NEW; unit.templates.len()];
        let edges: Vec<Vec<(Name, usize)>> = unit.templates.iter().map(edges).collect();
        for start in 0..state.len() {
            if state[start] != NEW {
                continue;
            }
            state[start] = OPEN;
            let mut path = vec![(start, 0)];
            while let Some((at, next)) = path.last_mut() {
                let Some((name, to)) = edges[*at].get(*next) else {
                    state[*at] = DONE;
                    path.pop();
                    continue;
                };
                *next += 1;
                match state[*to] {
                    NEW => {
                        state[*to] = OPEN;
                        path.push((*to, 0));
                    }
                    OPEN => {
                        let template = &mut unit.templates[*at];
                        self.loaded.diagnostics.push(cycle(&template.tree, name));
                        insert(template, name.clone(), Nested::Unreadable);
                    }
                    _ => {}
                }
            }
        }
    }
}

fn insert(template: &mut Template, name: Name, nested: Nested) {
    match name {
        Name::Id(id) => template.nested.insert(id, nested),
        Name::Url(url) => template.located.insert(url, nested),
    };
}

/// The nested stacks of a template with their resources, in document order; also those in loops that are not expanded.
fn nested_stacks(tree: &Tree) -> Vec<(&str, NodeId)> {
    let is_stack = |node| match tree.get(node, "Type").and_then(|kind| tree.string(kind)) {
        Some("AWS::CloudFormation::Stack") => true,
        // The serverless transform makes it one.
        Some("AWS::Serverless::Application") => declares(tree, SERVERLESS),
        _ => false,
    };
    let mut open: Vec<NodeId> = tree.get(tree.root(), "Resources").into_iter().collect();
    let mut found = Vec::new();
    while let Some(map) = open.pop() {
        for member in tree.members(map) {
            let key = tree.key(member);
            if key.starts_with(LOOP) {
                open.extend(tree.items(member.value).get(2));
            } else if is_stack(member.value) {
                found.push((key, member.value));
            }
        }
    }
    found
}

/// Where a nested stack or application says that its template is.
fn url_of(tree: &Tree, resource: NodeId) -> Option<NodeId> {
    ["TemplateURL", "Location"].iter().find_map(|name| tree.at(resource, &["Properties", name]))
}

/// The nested templates of a template, in an order that does not change.
fn edges(template: &Template) -> Vec<(Name, usize)> {
    let target = |nested: &Nested| match nested {
        Nested::Template(index) => Some(*index),
        _ => None,
    };
    let order: FxHashMap<&str, usize> =
        nested_stacks(&template.tree).iter().enumerate().map(|(index, (id, _))| (*id, index)).collect();
    let ids = template.nested.iter().filter_map(|(id, nested)| Some((Name::Id(id.clone()), target(nested)?)));
    let urls = template.located.iter().filter_map(|(url, nested)| Some((Name::Url(url.clone()), target(nested)?)));
    let mut edges: Vec<(Name, usize)> = ids.chain(urls).collect();
    let place = |name: &Name| match name {
        Name::Id(id) => order.get(&**id).copied().unwrap_or(usize::MAX),
        Name::Url(_) => usize::MAX,
    };
    edges.sort_by(|(a, _), (b, _)| (place(a), a).cmp(&(place(b), b)));
    edges
}

fn cycle(tree: &Tree, name: &Name) -> Diagnostic {
    let (node, message) = match name {
        Name::Id(id) => {
            let resource = tree.at(tree.root(), &["Resources", id]);
            let url = resource.and_then(|resource| url_of(tree, resource));
            (url.or(resource), format!("the nested stack `{id}` contains itself"))
        }
        Name::Url(url) => {
            (tree.get(tree.root(), "Resources"), format!("the nested stack of the template `{url}` contains itself"))
        }
    };
    Diagnostic::at(Level::Error, tree.file(), tree.span(node.unwrap_or(tree.root())), message)
}
