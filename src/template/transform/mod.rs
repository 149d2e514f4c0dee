//! Transforms: from the template as it is written to the template that CloudFormation deploys.
//!
//! Each works on the tree, before any value is resolved: as AWS does, and so that what comes after needs to know of no
//! transform. New nodes stand at the place in the source that produced them. What only AWS can expand (macros, modules,
//! what depends on an unknown parameter) stays as it is and is noted as a gap.
//!
//! Source: "Template macros" and "AWS transforms" in the CloudFormation template reference.

mod deployment;
mod draft;
mod include;
mod language;
mod serverless;

pub(super) use deployment::{Deployment, Parameter};
use draft::Draft;
pub(super) use draft::Problem;
pub(super) use include::included_files;
pub(super) use language::{LOOP, types_in_loop};

use super::unit::Template;
use crate::source::{NodeId, Tree};
use crate::value::Cause;

pub(super) const LANGUAGE_EXTENSIONS: &str = "AWS::LanguageExtensions";
pub(super) const SERVERLESS: &str = "AWS::Serverless-2016-10-31";

/// A template after its transforms.
pub(super) struct Expansion {
    pub(super) tree: Tree,
    /// What is wrong or could not be expanded, at nodes of the tree.
    pub(super) problems: Vec<Problem>,
    /// Why there may be further resources, of any type.
    pub(super) unseen: Vec<Cause>,
}

/// Whether there is anything to transform.
pub(super) fn concerns(template: &Template) -> bool {
    let tree = &template.tree;
    !template.included.is_empty() || declares(tree, SERVERLESS) || language::has_loops(tree)
}

/// Applies the transforms of a template that fasscan knows.
///
/// In the order of AWS, "from the most deeply nested outward to the most general": what is included first, then the
/// transforms of the whole template. The language extensions come before the serverless model: AWS says that they have
/// to stand before it in the list, and fasscan takes every order for this one. Source: "Macro evaluation order" and
/// "AWS::LanguageExtensions transform" in the CloudFormation User Guide.
pub(super) fn expand(tree: &Tree, deployment: &Deployment<'_>) -> Expansion {
    let mut draft = Draft::new(tree, deployment);
    if !deployment.included.is_empty() {
        include::expand(&mut draft);
    }
    if language::has_loops(&draft.tree) {
        match declares(tree, LANGUAGE_EXTENSIONS) {
            true => language::expand(&mut draft),
            false => language::refuse(&mut draft),
        }
    }
    let mut unseen = Vec::new();
    if declares(tree, SERVERLESS) {
        let before = draft.problems.len();
        serverless::expand(&mut draft);
        unseen.extend(draft.problems[before..].iter().filter_map(Problem::unexpanded).map(|(_, cause)| cause.clone()));
        unseen.sort();
        unseen.dedup();
    }
    Expansion { tree: draft.tree, problems: draft.problems, unseen }
}

/// A template as includes and loops make it with what is known before its parent passes values; `None` where it has none.
pub(super) fn preview(template: &Template, given: &[(Box<str>, Box<str>)]) -> Option<Tree> {
    let tree = &template.tree;
    let loops = language::has_loops(tree) && declares(tree, LANGUAGE_EXTENSIONS);
    if template.included.is_empty() && !loops {
        return None;
    }
    let deployment = Deployment::by_default(template, given);
    let mut draft = Draft::new(tree, &deployment);
    if !template.included.is_empty() {
        include::expand(&mut draft);
    }
    if declares(tree, LANGUAGE_EXTENSIONS) {
        language::expand(&mut draft);
    }
    Some(draft.tree)
}

/// Whether a transform may give the template sections that it does not have.
pub(super) fn may_add_sections(tree: &Tree) -> bool {
    ["Fn::Transform", "Modules"].iter().any(|key| tree.get(tree.root(), key).is_some()) || foreign(tree).is_some()
}

/// The first transform of the whole template that fasscan does not apply itself.
pub(super) fn foreign(tree: &Tree) -> Option<Box<str>> {
    declared(tree).map(|node| transform_name(tree, node)).find(|name| !is_known(name)).map(Into::into)
}

/// The name of a declared transform, which is a text or a map with parameters.
pub(super) fn transform_name(tree: &Tree, node: NodeId) -> &str {
    let name = tree.string(node).or_else(|| tree.get(node, "Name").and_then(|name| tree.string(name)));
    name.unwrap_or("Fn::Transform")
}

/// Whether fasscan applies a transform itself, wherever it finds it declared.
pub(super) fn is_known(name: &str) -> bool {
    matches!(name, LANGUAGE_EXTENSIONS | SERVERLESS)
}

/// Whether the template declares this transform.
pub(super) fn declares(tree: &Tree, name: &str) -> bool {
    declared(tree).any(|node| tree.string(node) == Some(name))
}

/// The transforms of the whole template, in order.
pub(super) fn declared(tree: &Tree) -> impl Iterator<Item = NodeId> {
    let node = tree.get(tree.root(), "Transform");
    let items: &[NodeId] = node.map_or(&[], |node| tree.items(node));
    let single = node.filter(|node| !matches!(tree.kind(*node), crate::source::Kind::List { .. }));
    single.into_iter().chain(items.iter().copied())
}
