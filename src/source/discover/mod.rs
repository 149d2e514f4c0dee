//! Finding what to scan: files and directories on the command line become assemblies, templates and stdin.
//!
//! Inputs are recognised by content, not by name. Nothing is parsed here, and nothing is left out in silence: what was
//! passed over is listed with its reason, and what could not be read is an error.

mod ignored;
mod sniff;

use std::collections::HashSet;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use self::ignored::Ignored;
use super::diagnostic::{Diagnostic, Level};
use super::paths::{absolute, display, io_reason};

/// Directories that hold no inputs of the project itself.
const PASSED_OVER: [&str; 4] = [".git", "node_modules", "target", ".venv"];
/// Endings that a walk looks at.
const ENDINGS: [&str; 4] = ["json", "yaml", "yml", "template"];
/// Bytes of a file that tell whether it is a snapshot.
const BEGINNING: u64 = 4 << 10;
/// Directories below each other that a walk follows.
const MAX_DEPTH: usize = 128;

/// One thing to scan. Paths are absolute.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Input {
    /// Standard input.
    Stdin,
    /// A CDK cloud assembly.
    Assembly {
        /// The directory of its `manifest.json`.
        dir: PathBuf,
    },
    /// A file that looks like a CloudFormation template.
    Template {
        /// The file.
        path: PathBuf,
    },
    /// A snapshot of an account.
    Snapshot {
        /// The file.
        path: PathBuf,
    },
}

/// A file that was seen and not taken.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Skipped {
    /// The path as reports show it.
    pub path: String,
    /// Why, to stand after the path.
    pub reason: String,
}

/// What discovery needs to know of the world.
#[derive(Debug, Clone)]
pub struct DiscoverOptions {
    /// The current directory: relative paths start here and reports are relative to it. Absolute.
    pub cwd: PathBuf,
    /// Files of more bytes are errors.
    pub max_bytes: u64,
}

/// What was found.
#[derive(Debug, Default)]
pub struct Discovery {
    /// What to scan, sorted, each once.
    pub inputs: Vec<Input>,
    /// What was seen and not taken, sorted.
    pub skipped: Vec<Skipped>,
    /// What could not be read, and what was named and is no input.
    pub diagnostics: Vec<Diagnostic>,
}

/// Finds the inputs that `paths` mean: files, directories, `-` for standard input, a `manifest.json` or its directory.
///
/// A path that is named is taken whatever ignore files say. Directories are walked by the rules of their `.gitignore` and
/// `.ignore` files, but a `cdk.out*` directory is found although CDK projects ignore it. Links are not followed in a walk.
#[must_use]
pub fn discover(paths: &[PathBuf], options: &DiscoverOptions) -> Discovery {
    let mut search = Search { options, found: Discovery::default(), ignored: Ignored::default() };
    for path in paths {
        search.named(path);
    }
    search.finish()
}

struct Search<'a> {
    options: &'a DiscoverOptions,
    found: Discovery,
    ignored: Ignored,
}

impl Search<'_> {
    /// Takes a path of the command line.
    fn named(&mut self, path: &Path) {
        if path.as_os_str() == "-" {
            return self.found.inputs.push(Input::Stdin);
        }
        let path = absolute(path, &self.options.cwd);
        let metadata = match fs::metadata(&path) {
            Ok(metadata) => metadata,
            Err(error) => return self.error(&path, format!("cannot read it: {}", io_reason(&error))),
        };
        if metadata.is_dir() {
            self.ignored = Ignored::above(&path);
            return self.directory(&path, 0);
        }
        if !metadata.is_file() {
            // A pipe can be read only once, and that is for the loader.
            return self.found.inputs.push(Input::Template { path });
        }
        // A snapshot may be larger than any template.
        if sniff::is_snapshot(&beginning(&path)) {
            return self.found.inputs.push(Input::Snapshot { path });
        }
        let Some(text) = self.read(&path, metadata.len()) else { return };
        let manifest = path.file_name().is_some_and(|name| name == "manifest.json") && sniff::is_manifest(&text);
        match path.parent() {
            Some(dir) if manifest => self.found.inputs.push(Input::Assembly { dir: dir.to_path_buf() }),
            _ if sniff::is_template(&text) => self.found.inputs.push(Input::Template { path }),
            _ => {
                let path = display(&path, &self.options.cwd);
                let problem = Diagnostic::of_path(Level::Error, path, "not a CloudFormation template").with_help(
                    "a template has `Resources` at its top level; of a CDK app, name the directory `cdk.out`",
                );
                self.found.diagnostics.push(problem);
            }
        }
    }

    /// Takes a directory: as an assembly when it is one, else entry by entry.
    fn directory(&mut self, dir: &Path, depth: usize) {
        let entries = match entries(dir) {
            Ok(entries) => entries,
            Err(error) => return self.error(dir, format!("cannot read the directory: {}", io_reason(&error))),
        };
        if self.is_assembly(dir) {
            return self.found.inputs.push(Input::Assembly { dir: dir.to_path_buf() });
        }
        if depth >= MAX_DEPTH {
            return self.error(dir, format!("the directory lies more than {MAX_DEPTH} levels deep"));
        }
        let before = self.ignored.enter(dir);
        for (path, kind) in entries {
            if kind.is_dir() {
                self.subdirectory(&path, depth + 1);
            } else if !self.ignored.covers(&path, false) {
                self.file(&path, kind);
            }
        }
        self.ignored.leave(before);
    }

    fn subdirectory(&mut self, dir: &Path, depth: usize) {
        let name = dir.file_name().unwrap_or_default();
        if PASSED_OVER.iter().any(|passed| name == *passed) {
            return;
        }
        if !self.ignored.covers(dir, true) {
            self.directory(dir, depth);
        } else if name.to_string_lossy().starts_with("cdk.out") && self.is_assembly(dir) {
            self.found.inputs.push(Input::Assembly { dir: dir.to_path_buf() });
        }
    }

    /// Takes a file of a walk.
    fn file(&mut self, path: &Path, kind: fs::FileType) {
        let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        let looked_at = ENDINGS.iter().any(|known| ending.eq_ignore_ascii_case(known));
        if kind.is_symlink() {
            if looked_at || path.is_dir() {
                self.skip(path, "symbolic link, not followed");
            }
            return;
        }
        if !looked_at || !kind.is_file() {
            return;
        }
        let size = match fs::metadata(path) {
            Ok(metadata) => metadata.len(),
            Err(error) => return self.error(path, format!("cannot read it: {}", io_reason(&error))),
        };
        let Some(text) = self.read(path, size) else { return };
        if sniff::is_template(&text) {
            self.found.inputs.push(Input::Template { path: path.to_path_buf() });
        } else if sniff::is_snapshot(&text) {
            self.skip(path, "a snapshot of an account, which is scanned only when it is named");
        } else {
            self.skip(path, "not a CloudFormation template");
        }
    }

    /// A directory whose `manifest.json` is one of a cloud assembly, or that holds the marker file `cdk.out` of one.
    fn is_assembly(&self, dir: &Path) -> bool {
        let manifest = dir.join("manifest.json");
        let small = |metadata: fs::Metadata| metadata.is_file() && metadata.len() <= self.options.max_bytes;
        dir.join("cdk.out").is_file()
            || fs::metadata(&manifest).is_ok_and(small)
                && fs::read(&manifest).is_ok_and(|text| sniff::is_manifest(&text))
    }

    fn read(&mut self, path: &Path, size: u64) -> Option<Vec<u8>> {
        if size > self.options.max_bytes {
            self.error(path, super::load::too_big(self.options.max_bytes));
            return None;
        }
        match fs::read(path) {
            Ok(text) => Some(text),
            Err(error) => {
                self.error(path, format!("cannot read it: {}", io_reason(&error)));
                None
            }
        }
    }

    fn error(&mut self, path: &Path, message: String) {
        self.found.diagnostics.push(Diagnostic::of_path(Level::Error, display(path, &self.options.cwd), message));
    }

    fn skip(&mut self, path: &Path, reason: impl Into<String>) {
        self.found.skipped.push(Skipped { path: display(path, &self.options.cwd), reason: reason.into() });
    }

    /// Sorts, and drops what was found twice or belongs to an assembly that is an input itself.
    fn finish(mut self) -> Discovery {
        let mut inputs = std::mem::take(&mut self.found.inputs);
        inputs.sort();
        inputs.dedup();
        let assemblies: HashSet<PathBuf> = inputs
            .iter()
            .filter_map(|input| match input {
                Input::Assembly { dir } => Some(dir.clone()),
                _ => None,
            })
            .collect();
        for input in inputs {
            let path = match &input {
                Input::Stdin => Path::new(""),
                Input::Assembly { dir } => dir,
                Input::Template { path } | Input::Snapshot { path } => path,
            };
            match path.ancestors().skip(1).find(|dir| assemblies.contains(*dir)) {
                Some(owner) => {
                    let reason = format!("belongs to the assembly `{}`", display(owner, &self.options.cwd));
                    self.skip(path, reason);
                }
                None => self.found.inputs.push(input),
            }
        }
        self.found.skipped.sort();
        self.found.skipped.dedup();
        self.found.diagnostics.sort_by(|a, b| (&a.path, &a.message).cmp(&(&b.path, &b.message)));
        self.found.diagnostics.dedup_by(|a, b| (&a.path, &a.message) == (&b.path, &b.message));
        self.found
    }
}

/// The first bytes of a file; nothing when it cannot be read.
fn beginning(path: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    if let Ok(file) = fs::File::open(path) {
        let _ = file.take(BEGINNING).read_to_end(&mut bytes);
    }
    bytes
}

/// The entries of a directory with what they are (a link is a link), sorted by name.
fn entries(dir: &Path) -> std::io::Result<Vec<(PathBuf, fs::FileType)>> {
    let mut entries = Vec::new();
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        entries.push((entry.path(), entry.file_type()?));
    }
    entries.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(entries)
}

#[cfg(test)]
mod tests;
