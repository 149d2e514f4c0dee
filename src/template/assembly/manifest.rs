//! `manifest.json`: its stacks, nested assemblies, and what is wrong with it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Assembly, Metadata, StackArtifact, text_of};
use crate::source::load::Loader;
use crate::source::paths::contained;
use crate::source::{Diagnostic, Kind, Level, Member, NodeId, Span, Tree};

/// Assemblies nested in each other; CDK makes two levels.
const MAX_NESTING: usize = 16;

pub(super) fn read(dir: &Path, loader: &Loader) -> Assembly {
    let assembly = Assembly { dir: dir.to_path_buf(), stacks: Vec::new(), diagnostics: Vec::new() };
    let mut reader = ManifestReader { loader, open: Vec::new(), seen: Vec::new(), assembly };
    reader.manifest(dir);
    reader.assembly
}

struct ManifestReader<'a> {
    loader: &'a Loader,
    /// The directories whose manifests are being read, outermost first.
    open: Vec<PathBuf>,
    seen: Vec<PathBuf>,
    assembly: Assembly,
}

impl ManifestReader<'_> {
    fn manifest(&mut self, dir: &Path) {
        let tree = match self.loader.json(&dir.join("manifest.json")) {
            Ok(tree) => Arc::new(tree),
            Err(errors) => return self.assembly.diagnostics.extend(errors),
        };
        let Some(artifacts) = tree.get(tree.root(), "artifacts").filter(|node| is_map(&tree, *node)) else {
            let problem = "the manifest has no map `artifacts`: it is not of a cloud assembly";
            return self.problem(Level::Error, &tree, tree.span(tree.root()), problem);
        };
        self.missing_context(&tree);
        self.open.push(dir.to_path_buf());
        self.seen.push(dir.to_path_buf());
        let assets = self.asset_manifests(&tree, artifacts, dir);
        for artifact in tree.members(artifacts) {
            match tree.get(artifact.value, "type").and_then(|node| tree.string(node)) {
                Some("aws:cloudformation:stack") => self.stack(&tree, artifact, dir, &assets),
                Some("cdk:cloud-assembly") => self.nested(&tree, artifact, dir),
                _ => {}
            }
        }
        self.open.pop();
    }

    fn missing_context(&mut self, tree: &Tree) {
        let Some(missing) = tree.get(tree.root(), "missing") else { return };
        for item in tree.items(missing) {
            let key = tree.get(*item, "key").and_then(|node| tree.string(node)).unwrap_or("?");
            let message =
                format!("the context value `{key}` was missing at synthesis: what depends on it is a placeholder");
            let problem = Diagnostic::at(Level::Warning, tree.file(), tree.span(*item), message)
                .with_help("synthesize with credentials that may look it up, and commit `cdk.context.json`");
            self.assembly.diagnostics.push(problem);
        }
    }

    fn asset_manifests(&mut self, tree: &Tree, artifacts: NodeId, dir: &Path) -> Vec<PathBuf> {
        let mut files = Vec::new();
        for artifact in tree.members(artifacts) {
            if tree.get(artifact.value, "type").and_then(|node| tree.string(node)) == Some("cdk:asset-manifest")
                && let Some(file) = tree.at(artifact.value, &["properties", "file"])
            {
                files.extend(self.path(tree, file, dir));
            }
        }
        files
    }

    fn stack(&mut self, tree: &Arc<Tree>, artifact: &Member, dir: &Path, assets: &[PathBuf]) {
        let id = tree.key(artifact);
        let properties = tree.get(artifact.value, "properties").unwrap_or(artifact.value);
        let Some(named) = tree.get(properties, "templateFile") else {
            let problem = format!("the stack `{id}` has no `templateFile`");
            return self.problem(Level::Error, tree, artifact.key_span, problem);
        };
        let Some(template_file) = self.path(tree, named, dir) else { return };
        if !template_file.is_file() {
            let problem = format!("the template `{}` of the stack `{id}` does not exist", text(tree, named));
            return self.problem(Level::Error, tree, tree.span(named), problem);
        }
        let (account, region) = environment(tree, artifact.value);
        let metadata = self.metadata(tree, artifact.value, dir);
        let flag = tree.get(properties, "terminationProtection").map(|node| tree.kind(node));
        self.assembly.stacks.push(StackArtifact {
            artifact_id: id.to_owned(),
            display_name: text_of(tree, artifact.value, "displayName").unwrap_or_else(|| id.to_owned()),
            template_file,
            stack_name: text_of(tree, properties, "stackName").unwrap_or_else(|| id.to_owned()),
            account,
            region,
            parameters: texts(tree, properties, "parameters"),
            tags: texts(tree, properties, "tags"),
            termination_protection: match flag {
                Some(Kind::Bool(on)) => Some(on),
                _ => None,
            },
            dir: dir.to_path_buf(),
            root: self.assembly.dir.clone(),
            metadata,
            assets: assets.to_vec(),
        });
    }

    /// Both generations may stand side by side; the file has more.
    fn metadata(&mut self, tree: &Arc<Tree>, artifact: NodeId, dir: &Path) -> Metadata {
        if let Some(named) = tree.get(artifact, "additionalMetadataFile") {
            return self.path(tree, named, dir).map_or(Metadata::None, Metadata::File);
        }
        match tree.get(artifact, "metadata") {
            Some(node) => Metadata::Manifest(Arc::clone(tree), node),
            None => Metadata::None,
        }
    }

    fn nested(&mut self, tree: &Tree, artifact: &Member, dir: &Path) {
        let Some(named) = tree.at(artifact.value, &["properties", "directoryName"]) else {
            let problem = format!("the nested assembly `{}` has no `directoryName`", tree.key(artifact));
            return self.problem(Level::Error, tree, artifact.key_span, problem);
        };
        let Some(nested) = self.path(tree, named, dir) else { return };
        if self.open.contains(&nested) || self.open.len() >= MAX_NESTING {
            let problem = format!("the nested assembly `{}` contains itself", text(tree, named));
            return self.problem(Level::Error, tree, tree.span(named), problem);
        }
        if !nested.join("manifest.json").is_file() {
            let problem = format!("the nested assembly `{}` has no `manifest.json`", text(tree, named));
            return self.problem(Level::Error, tree, tree.span(named), problem);
        }
        if !self.seen.contains(&nested) {
            self.manifest(&nested);
        }
    }

    /// The file or directory that a value of the manifest names, when it lies in the assembly.
    fn path(&mut self, tree: &Tree, named: NodeId, dir: &Path) -> Option<PathBuf> {
        let Some(name) = tree.string(named) else {
            self.problem(Level::Error, tree, tree.span(named), "a path is expected here, as a string");
            return None;
        };
        match contained(&self.assembly.dir, dir, name) {
            Ok(path) => Some(path),
            Err(refused) => {
                let problem = format!("`{name}` {}: only files of the assembly are read", refused.reason());
                self.problem(Level::Error, tree, tree.span(named), problem);
                None
            }
        }
    }

    fn problem(&mut self, level: Level, tree: &Tree, span: Span, message: impl Into<String>) {
        self.assembly.diagnostics.push(Diagnostic::at(level, tree.file(), span, message));
    }
}

fn is_map(tree: &Tree, node: NodeId) -> bool {
    matches!(tree.kind(node), Kind::Map { .. })
}

fn text(tree: &Tree, node: NodeId) -> &str {
    tree.string(node).unwrap_or_default()
}

/// Account and region of `aws://ACCOUNT/REGION`.
fn environment(tree: &Tree, artifact: NodeId) -> (Option<String>, Option<String>) {
    let environment = tree.get(artifact, "environment").and_then(|node| tree.string(node)).unwrap_or_default();
    let (account, region) =
        environment.strip_prefix("aws://").and_then(|rest| rest.split_once('/')).unwrap_or_default();
    let known = |text: &str, unknown: &str| (!text.is_empty() && text != unknown).then(|| text.to_owned());
    (known(account, "unknown-account"), known(region, "unknown-region"))
}

/// The scalar members of a map.
fn texts(tree: &Tree, map: NodeId, key: &str) -> Vec<(String, String)> {
    let Some(map) = tree.get(map, key) else { return Vec::new() };
    let pair = |member: &Member| Some((tree.key(member).to_owned(), tree.scalar(member.value)?.to_owned()));
    tree.members(map).iter().filter_map(pair).collect()
}
