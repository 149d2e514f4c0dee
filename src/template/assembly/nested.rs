//! From a nested stack's resource to the file of its template.

use std::cell::OnceCell;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::constructs::{LazyConstructs, bare, nested_stack_of};
use super::{StackArtifact, text_of};
use crate::source::load::Loader;
use crate::source::paths::contained;
use crate::source::{Diagnostic, Level, NodeId, SourceFile, Span, Tree};

/// Where the templates of nested stacks are looked for.
#[derive(Debug)]
pub struct NestedTemplates<'a> {
    loader: &'a Loader,
    /// No template is taken from outside this directory.
    root: &'a Path,
    stack: Option<(&'a StackArtifact, &'a LazyConstructs)>,
    /// The asset manifests, read when first needed.
    assets: OnceCell<(Vec<Arc<Tree>>, Vec<Diagnostic>)>,
}

/// The nested stack whose template is wanted.
#[derive(Debug, Clone, Copy)]
pub struct NestedRequest<'a> {
    /// The template that has the nested stack.
    pub tree: &'a Arc<Tree>,
    /// The directory of that template; absolute.
    pub template_dir: &'a Path,
    /// The construct path of the stack of that template, when known.
    pub stack_path: Option<&'a str>,
    /// The logical id of the nested stack.
    pub logical_id: &'a str,
    /// The resource (the map with `Type` and `Properties`).
    pub resource: NodeId,
}

/// How a template was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// `Metadata` of the resource: `aws:asset:path`.
    AssetPath,
    /// The hash in the `TemplateURL`, which the asset manifest knows.
    AssetHash,
    /// Metadata of the construct: `aws:cdk:templateFile`.
    Construct,
    /// The `TemplateURL` is a relative path.
    RelativePath,
}

/// The template of a nested stack.
#[derive(Debug)]
pub enum NestedTemplate {
    /// A file that exists.
    Local {
        /// The file.
        path: PathBuf,
        /// The construct path of the nested stack, for the lookups of its own resources.
        stack_path: Option<String>,
        /// How it was found.
        way: Way,
    },
    /// It is elsewhere, or nobody knows where: an unknown with the cause `RemoteNestedStack`.
    RemoteNestedStack,
    /// It should be a file here, and is not or must not be read. The diagnostics are errors.
    Broken(Vec<Diagnostic>),
}

/// A file name with the place that says it.
struct Named<'a> {
    file: Arc<SourceFile>,
    span: Span,
    name: String,
    base: &'a Path,
    way: Way,
}

impl<'a> NestedTemplates<'a> {
    /// For the templates of a stack of an assembly.
    #[must_use]
    pub fn of_stack(stack: &'a StackArtifact, constructs: &'a LazyConstructs, loader: &'a Loader) -> Self {
        Self { loader, root: &stack.root, stack: Some((stack, constructs)), assets: OnceCell::new() }
    }

    /// For a template outside of any assembly; `root` (absolute) is the directory that the scan may read.
    #[must_use]
    pub fn under(root: &'a Path, loader: &'a Loader) -> Self {
        Self { loader, root, stack: None, assets: OnceCell::new() }
    }

    /// Finds the template: by the resource's metadata, by the asset hash, by the construct's metadata, by a relative path.
    ///
    /// A path that leaves the root is refused at once; a file that is missing is an error when no later way finds one.
    #[must_use]
    pub fn find(&self, request: &NestedRequest<'_>) -> NestedTemplate {
        let construct = self.construct_path(request);
        let stack_path = construct.as_deref().and_then(nested_stack_of).map(str::to_owned);
        let ways: [&dyn Fn() -> Option<Named<'a>>; 3] =
            [&|| self.by_asset_path(request), &|| self.by_asset_hash(request), &|| {
                self.by_construct(construct.as_deref()?)
            }];
        let mut missing = None;
        for named in ways.iter().filter_map(|way| way()) {
            match self.file(&named) {
                Ok(Some(path)) => return NestedTemplate::Local { path, stack_path, way: named.way },
                Ok(None) => missing = missing.or_else(|| Some(vec![does_not_exist(&named, request)])),
                Err(refused) => return NestedTemplate::Broken(vec![refused]),
            }
        }
        if let Some(missing) = missing {
            return NestedTemplate::Broken(missing);
        }
        self.by_relative_path(request, stack_path)
    }

    fn by_relative_path(&self, request: &NestedRequest<'_>, stack_path: Option<String>) -> NestedTemplate {
        let Some(url) = url_of(request) else { return NestedTemplate::RemoteNestedStack };
        let Some(name) = request.tree.string(url).filter(|text| is_local(text)) else {
            // A hash that a broken asset manifest might have explained is an error, not a stack elsewhere.
            return match self.assets.get() {
                Some((_, errors)) if !errors.is_empty() => NestedTemplate::Broken(errors.clone()),
                _ => NestedTemplate::RemoteNestedStack,
            };
        };
        let named = Named {
            file: file_of(request.tree, url),
            span: request.tree.span(url),
            name: name.to_owned(),
            base: request.template_dir,
            way: Way::RelativePath,
        };
        match self.file(&named) {
            Ok(Some(path)) => NestedTemplate::Local { path, stack_path, way: named.way },
            Ok(None) => NestedTemplate::Broken(vec![does_not_exist(&named, request)]),
            Err(refused) => NestedTemplate::Broken(vec![refused]),
        }
    }

    fn construct_path(&self, request: &NestedRequest<'_>) -> Option<String> {
        let tree = request.tree;
        let written = tree.at(request.resource, &["Metadata", "aws:cdk:path"]).and_then(|node| tree.string(node));
        let (_, constructs) = self.stack?;
        let known = || {
            let index = constructs.index();
            index.construct_path(request.stack_path.unwrap_or(index.stack_path()), request.logical_id)
        };
        written.or_else(known).map(|path| bare(path).to_owned())
    }

    fn by_asset_path(&self, request: &NestedRequest<'_>) -> Option<Named<'a>> {
        let (stack, _) = self.stack?;
        let tree = request.tree;
        let metadata = tree.get(request.resource, "Metadata")?;
        let property = text_of(tree, metadata, "aws:asset:property")?;
        let path = tree.get(metadata, "aws:asset:path").filter(|_| property == "TemplateURL")?;
        Some(Named {
            file: file_of(tree, path),
            span: tree.span(path),
            name: tree.string(path)?.to_owned(),
            base: &stack.dir,
            way: Way::AssetPath,
        })
    }

    fn by_asset_hash(&self, request: &NestedRequest<'_>) -> Option<Named<'a>> {
        let (stack, _) = self.stack?;
        let url = last_text(request.tree, url_of(request)?)?;
        let segment = url.rsplit(['/', '}']).next()?;
        let hash = segment.split('.').next().filter(|hash| !hash.is_empty())?;
        let (manifests, _) = self.assets.get_or_init(|| read_assets(stack, self.loader));
        manifests.iter().find_map(|tree| {
            let path = tree.at(tree.root(), &["files", hash, "source", "path"])?;
            Some(Named {
                file: file_of(tree, path),
                span: tree.span(path),
                name: tree.string(path)?.to_owned(),
                base: &stack.dir,
                way: Way::AssetHash,
            })
        })
    }

    /// The metadata stands at the nested stack; of other shapes than CDK's own, at the resource or its parent.
    fn by_construct(&self, construct: &str) -> Option<Named<'a>> {
        let (stack, constructs) = self.stack?;
        let constructs = constructs.index();
        let parent =
            || construct.rsplit_once('/').map(|(parent, _)| parent).filter(|path| *path != constructs.stack_path());
        let at = |path: &str| constructs.template_node(path);
        let (tree, node) =
            nested_stack_of(construct).and_then(at).or_else(|| at(construct)).or_else(|| parent().and_then(at))?;
        Some(Named {
            file: file_of(tree, node),
            span: tree.span(node),
            name: tree.string(node)?.to_owned(),
            base: &stack.dir,
            way: Way::Construct,
        })
    }

    /// The file beside the template in `dir` that `name` says, or nothing when there is none.
    ///
    /// # Errors
    /// Why the name is not followed, to stand after the name.
    pub fn local_file(&self, dir: &Path, name: &str) -> Result<Option<PathBuf>, String> {
        match contained(self.root, dir, name) {
            Ok(path) => Ok(path.is_file().then_some(path)),
            Err(refused) => {
                let root = self.loader.display(self.root);
                Err(format!("{}: only files under `{root}` are read", refused.reason()))
            }
        }
    }

    /// The file of this name, or nothing when there is none.
    fn file(&self, named: &Named<'_>) -> Result<Option<PathBuf>, Diagnostic> {
        self.local_file(named.base, &named.name).map_err(|reason| {
            let message = format!("the template `{}` of the nested stack {reason}", named.name);
            Diagnostic::at(Level::Error, &named.file, named.span, message)
        })
    }
}

/// The file that a node stands in.
fn file_of(tree: &Tree, node: NodeId) -> Arc<SourceFile> {
    Arc::clone(tree.files().nth(tree.file_of(node)).unwrap_or(tree.file()))
}

fn does_not_exist(named: &Named<'_>, request: &NestedRequest<'_>) -> Diagnostic {
    let message = format!("the template `{}` of the nested stack `{}` does not exist", named.name, request.logical_id);
    Diagnostic::at(Level::Error, &named.file, named.span, message)
}

fn read_assets(stack: &StackArtifact, loader: &Loader) -> (Vec<Arc<Tree>>, Vec<Diagnostic>) {
    let (mut trees, mut errors) = (Vec::new(), Vec::new());
    for path in &stack.assets {
        match loader.json(path) {
            Ok(tree) => trees.push(Arc::new(tree)),
            Err(problems) => errors.extend(problems),
        }
    }
    (trees, errors)
}

/// The value that says where the template is: of `AWS::Serverless::Application` it is called `Location`.
fn url_of(request: &NestedRequest<'_>) -> Option<NodeId> {
    let properties = request.tree.get(request.resource, "Properties")?;
    request.tree.get(properties, "TemplateURL").or_else(|| request.tree.get(properties, "Location"))
}

/// The last text in a value: the end of an `Fn::Join` or `Fn::Sub`.
fn last_text(tree: &Tree, node: NodeId) -> Option<&str> {
    tree.string(node)
        .or_else(|| tree.items(node).iter().rev().find_map(|item| last_text(tree, *item)))
        .or_else(|| tree.members(node).iter().rev().find_map(|member| last_text(tree, member.value)))
}

/// Whether the text names a file beside the template, as `aws cloudformation package` takes it.
pub(in crate::template) fn is_local(url: &str) -> bool {
    !url.is_empty() && !url.contains("://") && !url.contains("{{") && !url.starts_with("s3:")
}
