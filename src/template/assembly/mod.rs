//! CDK cloud assemblies: the stacks of a `cdk.out`, and what its metadata knows of constructs and source lines.
//!
//! Read are `manifest.json` (of nested assemblies too), the metadata file of a stack and, where needed, its asset manifest.
//! `tree.json`, the biggest file of an assembly, is never read: all that it says of resources stands in the metadata as well.
//! An assembly is input, not trusted: no path in it is followed out of its directory.

mod constructs;
mod frames;
mod manifest;
mod nested;

use std::path::{Path, PathBuf};
use std::sync::Arc;

pub(super) use self::constructs::nested_stack_of;
pub use self::constructs::{Acknowledged, ConstructIndex, LazyConstructs};
pub use self::frames::{Frame, RelativeFile, SourceRoots};
pub(super) use self::nested::is_local;
pub use self::nested::{NestedRequest, NestedTemplate, NestedTemplates, Way};
use crate::source::load::Loader;
use crate::source::{Diagnostic, NodeId, Tree};

/// A cloud assembly with everything nested in it.
#[derive(Debug)]
pub struct Assembly {
    /// The directory that was read; no path in the assembly leads out of it.
    pub dir: PathBuf,
    /// The stacks, in the order of the manifests, those of a nested assembly where it is named.
    pub stacks: Vec<StackArtifact>,
    /// What is wrong with the manifests.
    pub diagnostics: Vec<Diagnostic>,
}

/// One stack of an assembly.
#[derive(Debug, Clone)]
pub struct StackArtifact {
    /// The id in the manifest, unique in its assembly (`ProdNetwork2D2E7D69`).
    pub artifact_id: String,
    /// The name for people (`Prod/Network`); the artifact id when there is none.
    pub display_name: String,
    /// The template; it exists.
    pub template_file: PathBuf,
    /// The name of the stack in the account.
    pub stack_name: String,
    /// The account, when the app was synthesized for one.
    pub account: Option<String>,
    /// The region, when the app was synthesized for one.
    pub region: Option<String>,
    /// Values that the app gives to the parameters of the template.
    pub parameters: Vec<(String, String)>,
    /// The tags that the deployment gives to the stack.
    pub tags: Vec<(String, String)>,
    /// Whether the stack is protected against deletion, when the manifest says.
    pub termination_protection: Option<bool>,
    /// The directory of the manifest that has the stack.
    pub dir: PathBuf,
    /// The directory of the outermost assembly, which no path leaves.
    pub root: PathBuf,
    metadata: Metadata,
    /// The asset manifests of `dir`.
    assets: Vec<PathBuf>,
}

/// Where the metadata of a stack stands.
#[derive(Debug, Clone)]
enum Metadata {
    None,
    /// In a file of its own (CDK since 2.250 or so); it need not exist.
    File(PathBuf),
    /// In the manifest.
    Manifest(Arc<Tree>, NodeId),
}

/// Reads the manifest of the assembly in `dir` (absolute) and of those nested in it.
///
/// What is wrong is said in the answer's diagnostics, and whatever else can be read is read.
#[must_use]
pub fn read(dir: &Path, loader: &Loader) -> Assembly {
    manifest::read(dir, loader)
}

/// The text of a member, when it is a scalar.
fn text_of(tree: &Tree, map: NodeId, key: &str) -> Option<String> {
    tree.get(map, key).and_then(|node| tree.scalar(node)).map(str::to_owned)
}

#[cfg(test)]
mod tests;
