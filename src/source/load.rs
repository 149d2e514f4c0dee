//! From a path or standard input to text and trees: one size limit, one decoding, JSON or YAML by content.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::diagnostic::{Diagnostic, Level};
use super::paths::{display, io_reason};
use super::{Limits, SourceFile, Tree, json};

/// Reads files for everybody, by one set of limits and with paths as reports show them.
#[derive(Debug, Clone)]
pub struct Loader {
    cwd: PathBuf,
    limits: Limits,
}

impl Loader {
    /// A loader that shows paths relative to `cwd`, which is absolute.
    #[must_use]
    pub fn new(cwd: impl Into<PathBuf>, limits: Limits) -> Self {
        Self { cwd: cwd.into(), limits }
    }

    /// The directory that paths are shown relative to.
    #[must_use]
    pub fn cwd(&self) -> &Path {
        &self.cwd
    }

    /// The path as reports show it.
    #[must_use]
    pub fn display(&self, path: &Path) -> String {
        display(path, &self.cwd)
    }

    /// The text of a file.
    ///
    /// # Errors
    /// When it cannot be read, is longer than the limit (it is not read then), or is no text.
    pub fn read(&self, path: &Path) -> Result<Arc<SourceFile>, Diagnostic> {
        let shown = self.display(path);
        let refuse = |reason: String| Diagnostic::of_path(Level::Error, shown.as_str(), reason);
        let cannot = |error: std::io::Error| refuse(format!("cannot read it: {}", io_reason(&error)));
        let file = File::open(path).map_err(cannot)?;
        let metadata = file.metadata().map_err(cannot)?;
        if metadata.len() > self.limits.bytes as u64 {
            return Err(refuse(too_big(self.limits.bytes as u64)));
        }
        self.text(&shown, file, metadata.len() as usize)
    }

    /// The text of standard input, which reports call `<stdin>`.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn read_stdin(&self, input: impl Read) -> Result<Arc<SourceFile>, Diagnostic> {
        self.text("<stdin>", input, 0)
    }

    fn text(&self, shown: &str, input: impl Read, expected: usize) -> Result<Arc<SourceFile>, Diagnostic> {
        let refuse = |reason: String| Diagnostic::of_path(Level::Error, shown, reason);
        let mut bytes = Vec::with_capacity(expected.min(self.limits.bytes).saturating_add(1));
        // One byte more than the limit tells a file that fits from a pipe that does not.
        let mut input = input.take((self.limits.bytes as u64).saturating_add(1));
        input.read_to_end(&mut bytes).map_err(|error| refuse(format!("cannot read it: {}", io_reason(&error))))?;
        if bytes.len() > self.limits.bytes {
            return Err(refuse(too_big(self.limits.bytes as u64)));
        }
        String::from_utf8(bytes)
            .map(|text| Arc::new(SourceFile::new(shown, text)))
            .map_err(|_| refuse("the file is not valid UTF-8".into()))
    }

    /// Reads a file that is JSON by contract, such as those of a cloud assembly.
    ///
    /// # Errors
    /// When it cannot be read or is not valid JSON.
    pub fn json(&self, path: &Path) -> Result<Tree, Vec<Diagnostic>> {
        let file = self.read(path).map_err(|error| vec![error])?;
        json::parse(&file, self.limits)
    }
}

/// The message for a file of more bytes than `limit`.
pub(super) fn too_big(limit: u64) -> String {
    format!("the file is larger than the limit of {limit} bytes")
}
