//! `AWS::Include`: a local file in place of the transform that names it.
//!
//! The keys of the file are added behind those that stand beside the transform. AWS does not say which of two equal keys
//! counts, and nobody guesses: that is an error, and the transform stays, as one whose file is not at hand. A file that
//! includes another is an error for AWS as well. Short tags of YAML are taken, although AWS's page says that snippets
//! have none.
//!
//! Source: "AWS::Include transform" and "Macro evaluation order" in the CloudFormation User Guide, checked on 2026-11-21;
//! the order of the keys as measured on stacks of others.

use rustc_hash::{FxHashMap, FxHashSet};

use super::{Draft, transform_name};
use crate::source::{Kind, Member, NodeId, Tree};
use crate::template::assembly::is_local;

const INCLUDE: &str = "AWS::Include";
const TRANSFORM: &str = "Fn::Transform";

/// The location of an include, when it is written as a text.
fn location(tree: &Tree, node: NodeId) -> Option<NodeId> {
    let found = tree.at(node, &["Parameters", "Location"]).filter(|_| transform_name(tree, node) == INCLUDE)?;
    tree.string(found).map(|_| found)
}

/// The transforms that one key applies: a map, or a list of maps.
fn transforms(tree: &Tree, node: NodeId) -> &[NodeId] {
    match tree.kind(node) {
        Kind::List { .. } => tree.items(node),
        _ => &[],
    }
}

/// The nodes that name a local file to include, anywhere in a template, in document order.
pub(in crate::template) fn included_files(tree: &Tree) -> Vec<NodeId> {
    let mut found = Vec::new();
    if tree.keys.find(TRANSFORM) == crate::source::Symbol::NONE && tree.get(tree.root(), "Transform").is_none() {
        return found;
    }
    let mut seen = FxHashSet::default();
    visit(tree, tree.root(), &mut seen, &mut |key, node| {
        if key == TRANSFORM || key == "Transform" {
            let all = transforms(tree, node);
            let single = std::slice::from_ref(&node);
            let all = if all.is_empty() { single } else { all };
            let locations = all.iter().filter_map(|one| location(tree, *one));
            found.extend(locations.filter(|at| tree.string(*at).is_some_and(is_local)));
        }
    });
    found
}

/// Calls `each` with the key and value of every member below a node.
fn visit(tree: &Tree, node: NodeId, seen: &mut FxHashSet<NodeId>, each: &mut impl FnMut(&str, NodeId)) {
    if !matches!(tree.kind(node), Kind::List { .. } | Kind::Map { .. }) || !seen.insert(node) {
        return;
    }
    for item in tree.items(node) {
        visit(tree, *item, seen, each);
    }
    for member in tree.members(node) {
        // Parameters cannot be included, as AWS asks for their values before.
        let is_parameters = node == tree.root() && tree.key(member) == "Parameters";
        if !is_parameters {
            each(tree.key(member), member.value);
            visit(tree, member.value, seen, each);
        }
    }
}

/// Puts the files that are at hand in place of the includes that name them.
pub(super) fn expand(draft: &mut Draft<'_>) {
    let mut includes = Includes { draft, grafted: FxHashMap::default(), done: FxHashMap::default() };
    let root = includes.draft.tree.root();
    let mut members = includes.draft.tree.members(root).to_vec();
    for member in &mut members {
        if !matches!(includes.draft.tree.key(member), "Parameters" | "Transform" | TRANSFORM) {
            member.value = includes.node(member.value);
        }
    }
    for key in [TRANSFORM, "Transform"] {
        includes.apply(&mut members, key);
    }
    let root = includes.draft.with_members(root, &members);
    includes.draft.tree.set_root(root);
}

struct Includes<'d, 'a> {
    draft: &'d mut Draft<'a>,
    /// The root of every included file, by its location.
    grafted: FxHashMap<Box<str>, NodeId>,
    /// What nodes became: an alias is one node at several places.
    done: FxHashMap<NodeId, NodeId>,
}

impl Includes<'_, '_> {
    /// The node with its includes applied, the innermost first; itself where it has none.
    fn node(&mut self, node: NodeId) -> NodeId {
        let tree = &self.draft.tree;
        if !matches!(tree.kind(node), Kind::List { .. } | Kind::Map { .. }) {
            return node;
        }
        if let Some(done) = self.done.get(&node) {
            return *done;
        }
        let (items, mut members) = (tree.items(node).to_vec(), tree.members(node).to_vec());
        let new = if matches!(tree.kind(node), Kind::List { .. }) {
            let new: Vec<NodeId> = items.iter().map(|item| self.node(*item)).collect();
            if new == items { node } else { self.draft.list(self.draft.tree.span(node), &new) }
        } else {
            let mut changed = false;
            for member in &mut members {
                if self.draft.tree.key(member) != TRANSFORM {
                    let new = self.node(member.value);
                    changed |= new != member.value;
                    member.value = new;
                }
            }
            changed |= self.apply(&mut members, TRANSFORM);
            if changed { self.draft.with_members(node, &members) } else { node }
        };
        self.done.insert(node, new);
        new
    }

    /// Applies the includes that the member of this key names, and leaves there what is no include at hand.
    fn apply(&mut self, members: &mut Vec<Member>, key: &str) -> bool {
        let symbol = self.draft.tree.keys.find(key);
        let Some(position) = members.iter().position(|member| member.key == symbol) else { return false };
        let member = members.remove(position);
        let listed = matches!(self.draft.tree.kind(member.value), Kind::List { .. });
        let all = if listed { transforms(&self.draft.tree, member.value).to_vec() } else { vec![member.value] };
        let mut left = Vec::new();
        for one in &all {
            if !self.merge(members, *one) {
                left.push(*one);
            }
        }
        let value = match left.as_slice() {
            [] => return true,
            left if left.len() == all.len() => member.value,
            [only] => *only,
            left => self.draft.list(self.draft.tree.span(member.value), left),
        };
        members.insert(position.min(members.len()), Member { value, ..member });
        left.len() < all.len()
    }

    /// Adds the members of an included file, if `node` is an include, its file is at hand and no key stands twice.
    fn merge(&mut self, members: &mut Vec<Member>, node: NodeId) -> bool {
        let Some((at, root)) = self.file(node) else { return false };
        let tree = &self.draft.tree;
        if !matches!(tree.kind(root), Kind::Map { .. }) {
            let name = tree.string(at).unwrap_or_default();
            let message = format!("the included file `{name}` is not a map");
            self.draft.error(at, message);
            return false;
        }
        let added = tree.members(root).to_vec();
        let twice: Vec<Member> =
            added.iter().filter(|new| members.iter().any(|own| own.key == new.key)).copied().collect();
        for member in &twice {
            let key = self.draft.tree.key(member).to_owned();
            let message = format!("`{key}` stands in the template that includes this file as well");
            self.draft.error_at_key(member, message);
        }
        if twice.is_empty() {
            members.extend(added);
        }
        twice.is_empty()
    }

    /// The file that an include names: where it is named, and its root.
    fn file(&mut self, node: NodeId) -> Option<(NodeId, NodeId)> {
        let at = location(&self.draft.tree, node)?;
        let name = self.draft.tree.string(at)?.to_owned();
        let included = self.draft.deployment.included.get(&*name)?;
        if let Some(root) = self.grafted.get(&*name) {
            return Some((at, *root));
        }
        let root = self.draft.tree.graft(included, included.root());
        self.grafted.insert(name.into(), root);
        let mut nested = Vec::new();
        let tree = &self.draft.tree;
        visit(tree, root, &mut FxHashSet::default(), &mut |key, node| {
            nested.extend((key == TRANSFORM).then_some(node).filter(|node| transform_name(tree, *node) == INCLUDE));
        });
        for node in nested {
            self.draft.error(node, "a file that is included cannot include another");
        }
        Some((at, root))
    }
}
