//! Where the resources of a unit come from in the program that made them.

use std::path::PathBuf;
use std::sync::OnceLock;

use crate::inventory::{Inventory, Origin, StackId};
use crate::source::Diagnostic;
use crate::template::assembly::{Acknowledged, Frame, LazyConstructs, SourceRoots, nested_stack_of};

/// A line of the program that made a construct, as reports show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceLine {
    /// Relative, with forward slashes.
    pub path: String,
    /// 1-based line.
    pub line: u32,
    /// 1-based column.
    pub column: u32,
    /// Whether the file is there on this machine.
    pub exists: bool,
}

/// The constructs of the stacks of an assembly; of a plain template there are none.
///
/// The metadata is read when the first question needs it.
#[derive(Debug, Default)]
pub struct Constructs {
    /// By index of the root in its unit.
    pub(super) stacks: Vec<LazyConstructs>,
    dir: PathBuf,
    cwd: PathBuf,
    roots: OnceLock<SourceRoots>,
}

impl Constructs {
    /// For the stacks of the assembly in `dir`; paths are shown relative to `cwd`.
    pub(super) fn new(stacks: Vec<LazyConstructs>, dir: PathBuf, cwd: PathBuf) -> Self {
        Self { stacks, dir, cwd, roots: OnceLock::new() }
    }

    /// The line that made a construct of the stack (a [`Inventory::root_stack`]), or its nearest ancestor.
    #[must_use]
    pub fn frame(&self, root: StackId, construct_path: &str) -> Option<SourceLine> {
        let frame = self.stacks.get(root.0 as usize)?.index().frame(construct_path)?;
        Some(self.line(&frame))
    }

    /// The line that set a property of a resource after it was made; known of apps synthesized with `--debug`.
    #[must_use]
    pub fn property_frame(&self, root: StackId, construct_path: &str, property: &str) -> Option<SourceLine> {
        let frame = self.stacks.get(root.0 as usize)?.index().property_frame(construct_path, property)?;
        Some(self.line(&frame))
    }

    /// The rules that the app acknowledged in a stack.
    #[must_use]
    pub fn acknowledged(&self, root: StackId) -> Vec<Acknowledged> {
        self.stacks.get(root.0 as usize).map_or_else(Vec::new, |stack| stack.index().acknowledged())
    }

    /// A frame as reports show it.
    #[must_use]
    pub fn line(&self, frame: &Frame) -> SourceLine {
        let roots = self.roots.get_or_init(|| {
            let files: Vec<Vec<&str>> = super::each(&self.stacks, |stack| stack.index().user_files());
            SourceRoots::new(&self.dir, &self.cwd, files.into_iter().flatten())
        });
        let file = roots.relative(&frame.file);
        SourceLine { path: file.path, line: frame.line, column: frame.column, exists: file.exists }
    }

    /// What is wrong with the metadata that was read so far.
    #[must_use]
    pub fn diagnostics(&self) -> Vec<Diagnostic> {
        self.stacks.iter().flat_map(|stack| stack.diagnostics().iter().cloned()).collect()
    }

    /// Gives the resources that do not carry their construct path the one that the metadata knows.
    pub(super) fn complete(&self, inventory: &mut Inventory) {
        if self.stacks.is_empty() {
            return;
        }
        // The construct paths of the stacks; parents come before what is nested in them, so theirs are complete.
        let mut paths: Vec<Option<Box<str>>> = vec![None; inventory.stacks.len()];
        let ids: Vec<_> = inventory.resources().map(|(id, resource)| (resource.stack, id)).collect();
        let mut by_stack = vec![Vec::new(); inventory.stacks.len()];
        for (stack, id) in ids {
            by_stack[stack.0 as usize].push(id);
        }
        for (stack, resources) in by_stack.into_iter().enumerate() {
            let root = inventory.root_stack(StackId(stack as u32));
            let Some(constructs) = self.stacks.get(root.0 as usize) else { continue };
            paths[stack] = match inventory.stacks[stack].parent {
                None => None,
                Some(parent) => match &inventory.resource(parent).origin {
                    Origin::Template { cdk_path: Some(path) } => nested_stack_of(path).map(Into::into),
                    _ => None,
                },
            };
            for id in resources {
                let resource = inventory.resource(id);
                let Origin::Template { cdk_path: None } = &resource.origin else { continue };
                let index = constructs.index();
                let owner = match (&paths[stack], inventory.stacks[stack].parent) {
                    (Some(path), _) => path.as_ref(),
                    (None, None) => index.stack_path(),
                    (None, Some(_)) => continue,
                };
                if let Some(path) = index.construct_path(owner, &resource.logical_id) {
                    let cdk_path = Some(path.into());
                    inventory.resource_mut(id).origin = Origin::Template { cdk_path };
                }
            }
        }
    }
}
