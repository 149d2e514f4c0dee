//! How much a parser takes before it refuses: input is not trusted, and a scan must end in bounded memory.

use std::sync::Arc;

use super::{Diagnostic, Level, SourceFile, Span};

/// The bounds of one parse. A file past one of them is an error that names the bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Nested lists and maps, a YAML short tag counting as the map it stands for. Values above
    /// [`Limits::MAX_DEPTH`] count as that.
    pub depth: u32,
    /// Bytes of the file. Values above [`Limits::MAX_BYTES`] count as that.
    pub bytes: usize,
    /// Nodes of the tree, each alias of YAML counted as everything it stands for.
    pub nodes: usize,
}

impl Default for Limits {
    /// 128 levels, 50 MiB, two million nodes: well above any template that CloudFormation takes (1 MB).
    fn default() -> Self {
        Self { depth: 128, bytes: 50 << 20, nodes: 2_000_000 }
    }
}

impl Limits {
    /// No tree is ever deeper, so that code that walks a tree may recurse.
    pub const MAX_DEPTH: u32 = 500;
    /// No file is ever longer: a span has 32 bits, one of which a text needs for itself.
    pub const MAX_BYTES: usize = i32::MAX as usize;

    /// The bounds as they hold, none past what the tree can carry.
    pub(super) fn effective(self) -> Self {
        Self {
            depth: self.depth.min(Self::MAX_DEPTH),
            bytes: self.bytes.min(Self::MAX_BYTES),
            nodes: self.nodes.min(i32::MAX as usize),
        }
    }

    /// Refuses a file that is too long.
    pub(super) fn check_bytes(self, file: &Arc<SourceFile>) -> Result<(), Diagnostic> {
        let len = file.text().len();
        if len <= self.bytes {
            return Ok(());
        }
        let message = format!("the file has {len} bytes, more than the limit of {} bytes", self.bytes);
        Err(Diagnostic::of_path(Level::Error, file.path(), message))
    }

    /// Says that what starts at `span` is nested too deep.
    pub(super) fn too_deep(self, file: &Arc<SourceFile>, span: Span) -> Diagnostic {
        Diagnostic::at(Level::Error, file, span, format!("nesting is deeper than the limit of {} levels", self.depth))
    }

    /// Says that there are too many nodes from `span` on.
    pub(super) fn too_many(self, file: &Arc<SourceFile>, span: Span) -> Diagnostic {
        Diagnostic::at(Level::Error, file, span, format!("there are more values than the limit of {}", self.nodes))
    }
}

/// Diagnostics of one file and one level, the first of them kept and the rest counted: a hostile file must not make
/// more of them than fit in memory.
#[derive(Debug)]
pub(super) struct Collected {
    level: Level,
    kept: Vec<Diagnostic>,
    more: usize,
}

impl Collected {
    const KEPT: usize = 200;

    pub(super) fn new(level: Level) -> Self {
        Self { level, kept: Vec::new(), more: 0 }
    }

    pub(super) fn push(&mut self, diagnostic: Diagnostic) {
        match self.kept.len() < Self::KEPT {
            true => self.kept.push(diagnostic),
            false => self.more += 1,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    pub(super) fn into_vec(self, file: &SourceFile) -> Vec<Diagnostic> {
        let mut all = self.kept;
        if self.more > 0 {
            let what = if self.level == Level::Error { "errors" } else { "warnings" };
            let message = format!("{} further {what} of this file are not shown", self.more);
            all.push(Diagnostic::of_path(self.level, file.path(), message));
        }
        all
    }
}
