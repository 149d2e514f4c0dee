//! From a path or standard input to text and trees: one size limit, one decoding, JSON or YAML by content.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::diagnostic::{Diagnostic, Level};
use super::gzip::{self, Fault};
use super::paths::{display, io_reason};
use super::yaml::{self, Documents};
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

    /// How much a file may hold.
    #[must_use]
    pub const fn limits(&self) -> Limits {
        self.limits
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
        if metadata.is_file() && metadata.len() > self.limits.bytes as u64 {
            return Err(refuse(too_big(self.limits.bytes as u64)));
        }
        self.text(&shown, file, metadata.len() as usize)
    }

    /// The text of a snapshot, which may be packed by gzip, and whether it is whole; `limits` are those of its text.
    ///
    /// # Errors
    /// When it cannot be read, is longer than the limit, is neither gzip nor text, or has no whole member.
    pub fn read_snapshot(&self, path: &Path, limits: Limits) -> Result<(Arc<SourceFile>, bool), Diagnostic> {
        let shown = self.display(path);
        let refuse = |reason: String| Diagnostic::of_path(Level::Error, shown.as_str(), reason);
        let cannot = |error: std::io::Error| refuse(format!("cannot read it: {}", io_reason(&error)));
        let file = File::open(path).map_err(cannot)?;
        let mut bytes = Vec::new();
        file.take((limits.bytes as u64).saturating_add(1)).read_to_end(&mut bytes).map_err(cannot)?;
        if bytes.len() > limits.bytes {
            return Err(refuse(too_big(limits.bytes as u64)));
        }
        unpacked(&shown, bytes, limits)
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
        super::decode(shown, bytes).map(Arc::new)
    }

    /// Reads a file that is JSON by contract, such as those of a cloud assembly.
    ///
    /// # Errors
    /// When it cannot be read or is not valid JSON.
    pub fn json(&self, path: &Path) -> Result<Tree, Vec<Diagnostic>> {
        let file = self.read(path).map_err(|error| vec![error])?;
        json::parse(&file, self.limits)
    }

    /// Reads a text that is JSON or YAML: what opens with a bracket is JSON, or in a file named as YAML its flow style.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn parse(&self, file: &Arc<SourceFile>) -> Result<Documents, Vec<Diagnostic>> {
        parse_text(file, self.limits)
    }
}

/// The text of a snapshot and whether it is whole.
///
/// # Errors
/// When it is neither gzip nor text, is longer than the limit, or has no whole member.
pub fn unpacked(shown: &str, bytes: Vec<u8>, limits: Limits) -> Result<(Arc<SourceFile>, bool), Diagnostic> {
    if !gzip::is_gzip(&bytes) {
        return super::decode(shown, bytes).map(|file| (Arc::new(file), true));
    }
    let refuse = |reason: String| Err(Diagnostic::of_path(Level::Error, shown, reason));
    let unpacked = gzip::unpack(&bytes, limits.bytes);
    match unpacked.fault {
        Some(Fault::TooLong) => {
            let message = format!("the text that the file holds is larger than the limit of {} bytes", limits.bytes);
            return refuse(message);
        }
        Some(Fault::Damaged) => return refuse(format!("the gzip data are damaged after byte {}", unpacked.whole)),
        Some(Fault::Truncated) if unpacked.whole == 0 => return refuse("the file ends in its first part".to_owned()),
        Some(Fault::Truncated) | None => {}
    }
    super::decode(shown, unpacked.bytes).map(|file| (Arc::new(file), unpacked.fault.is_none()))
}

pub(super) fn parse_text(file: &Arc<SourceFile>, limits: Limits) -> Result<Documents, Vec<Diagnostic>> {
    let content = file.text().trim_start_matches('\u{feff}').trim_start();
    if !content.starts_with(['{', '[']) {
        return yaml::parse(file, limits);
    }
    match json::parse(file, limits) {
        Ok(tree) => Ok(Documents { trees: vec![tree], warnings: Vec::new() }),
        Err(_) if is_yaml(file.path()) => yaml::parse(file, limits),
        Err(errors) => Err(errors),
    }
}

fn is_yaml(path: &str) -> bool {
    let ending = path.rsplit_once('.').map_or("", |(_, ending)| ending);
    ending.eq_ignore_ascii_case("yaml") || ending.eq_ignore_ascii_case("yml")
}

/// The message for a file of more bytes than `limit`.
pub(super) fn too_big(limit: u64) -> String {
    format!("the file is larger than the limit of {limit} bytes")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loader(dir: &Path, bytes: usize) -> Loader {
        Loader::new(dir, Limits { bytes, ..Limits::default() })
    }

    fn kinds(name: &str, text: &str) -> Result<Vec<Option<String>>, String> {
        let loader = loader(Path::new("/"), 1000);
        let documents = loader
            .parse(&Arc::new(SourceFile::new(name, text)))
            .map_err(|errors| errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))?;
        let a = |tree: &Tree| tree.get(tree.root(), "a").and_then(|node| tree.scalar(node)).map(str::to_owned);
        Ok(documents.trees.iter().map(a).collect())
    }

    #[test]
    fn json_and_yaml_are_told_apart_by_content() {
        let one = Ok(vec![Some("1".to_owned())]);
        assert_eq!(kinds("t.json", "\u{feff} \n{\"a\": 1}"), one);
        assert_eq!(kinds("t.json", "a: 1\n"), one);
        assert_eq!(kinds("t.yaml", "{\"a\": 1}"), one);
        assert_eq!(kinds("t.YML", "{a: 1,}"), one, "flow style");
        assert_eq!(kinds("t", "a: 1\n---\na: 2\n"), Ok(vec![Some("1".to_owned()), Some("2".to_owned())]));
        let error = kinds("t.json", "{a: 1}").unwrap_err();
        assert!(error.starts_with("t.json:1:2: "), "{error}");
    }

    #[test]
    fn no_more_than_the_limit_is_read() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("t.json"), "0123456789").unwrap();
        let path = dir.path().join("t.json");
        assert_eq!(loader(dir.path(), 10).read(&path).unwrap().text(), "0123456789");
        let message = loader(dir.path(), 9).read(&path).unwrap_err().to_string();
        assert_eq!(message, "t.json: the file is larger than the limit of 9 bytes");
        let endless = std::io::repeat(b' ');
        let message = loader(dir.path(), 9).read_stdin(endless).unwrap_err().to_string();
        assert_eq!(message, "<stdin>: the file is larger than the limit of 9 bytes");
    }

    #[test]
    fn what_is_no_text_or_not_there_is_an_error_of_its_path() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("b.yaml"), b"a: \xff").unwrap();
        let read = |name: &str| loader(dir.path(), 100).read(&dir.path().join(name)).unwrap_err().to_string();
        assert_eq!(read("b.yaml"), "b.yaml: binary or not UTF-8: invalid byte at offset 3");
        assert_eq!(read("gone"), "gone: cannot read it: no such file or directory");
        assert_eq!(read("."), ".: cannot read it: is a directory");
        assert_eq!(loader(dir.path(), 9).read_stdin(&b"a: 1"[..]).unwrap().path(), "<stdin>");
    }
}
