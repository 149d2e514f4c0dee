//! Stack frames of the synthesis: which line of the user's program made a construct, and where that file is now.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::source::paths::{absolute, display};

/// A line of the program that was synthesized.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// The function as the trace names it (`new DataStack`); empty when it has no name.
    pub function: String,
    /// The file, absolute on the machine that synthesized; a report shows [`SourceRoots::relative`] of it.
    pub file: String,
    /// 1-based line.
    pub line: u32,
    /// 1-based column.
    pub column: u32,
}

/// A frame's file for reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelativeFile {
    /// Relative to the current directory when the file exists, else to the common directory of the app's files; forward
    /// slashes. Never absolute.
    pub path: String,
    /// Whether there is such a file under the current directory, so that a report may link to it.
    pub exists: bool,
}

impl Frame {
    /// The frame that a line of a trace says, when it is one of the user's own program.
    ///
    /// `new Foo (/app/lib/foo.ts:31:21)` is; library and runtime frames and collapsed ones (`...new Key2 in aws-cdk-lib...`)
    /// are not.
    #[must_use]
    pub fn parse_user(line: &str) -> Option<Self> {
        let (function, file, line, column) = parse(line)?;
        Some(Self { function: function.to_owned(), file: file.to_owned(), line, column })
    }
}

/// Function, file, line and column of a user's frame.
pub(super) fn parse(line: &str) -> Option<(&str, &str, u32, u32)> {
    let line = line.trim();
    let line = line.strip_prefix("at ").unwrap_or(line);
    if line.starts_with("...") {
        return None;
    }
    let (function, place) = match line.strip_suffix(')').and_then(|head| head.split_once(" (")) {
        Some((function, place)) => (function, place),
        None => ("", line),
    };
    let place = place.strip_prefix("file://").unwrap_or(place);
    let (rest, column) = place.rsplit_once(':')?;
    let (file, row) = rest.rsplit_once(':')?;
    let (row, column) = (row.parse().ok()?, column.parse().ok()?);
    let function = if function.ends_with("<anonymous>") { "" } else { function };
    (is_path(file) && !is_library(file)).then_some((function, file, row, column))
}

fn is_path(file: &str) -> bool {
    file.contains(['/', '\\']) && !file.starts_with("node:") && !file.starts_with("internal/")
}

/// Files of packages, and of the bridge that apps in Python, Java, C# and Go run on.
fn is_library(file: &str) -> bool {
    file.split(['/', '\\']).any(|part| part == "node_modules" || part == "@jsii" || part.starts_with("jsii-"))
}

/// Where the files of an app are on this machine.
///
/// Traces have the absolute paths of the machine that synthesized, often another one. They say nothing to a reader of the
/// report and may say more than is wanted, so that they are always made relative.
#[derive(Debug)]
pub struct SourceRoots {
    cwd: PathBuf,
    /// Directories that may hold the app, nearest first.
    near: Vec<PathBuf>,
    /// The directory that all files have in common.
    common: Vec<String>,
    /// Where an end of the common directory is found: how many of its leading names are left out, and beside what. Looked
    /// for once, as every file would ask for the same.
    ends: Vec<(usize, PathBuf)>,
    known: BTreeMap<String, RelativeFile>,
}

/// How far above the assembly the app's directory is looked for.
const PARENTS: usize = 4;
/// How many directories beside the assembly are looked at.
const SIBLINGS: usize = 64;

impl SourceRoots {
    /// For the files of all user frames of the assembly in `assembly_dir` (absolute, the outermost one).
    #[must_use]
    pub fn new<'a>(assembly_dir: &Path, cwd: &Path, files: impl IntoIterator<Item = &'a str>) -> Self {
        let files: Vec<&str> = files.into_iter().collect();
        let split: Vec<Vec<&str>> = files.iter().map(|file| parts(file)).collect();
        let mut roots = Self {
            cwd: absolute(cwd, cwd),
            near: near(assembly_dir, cwd),
            common: common(&split),
            ends: Vec::new(),
            known: BTreeMap::new(),
        };
        for (start, name) in roots.common.iter().enumerate() {
            let here = roots.near.iter().filter(|dir| dir.join(name).is_dir());
            roots.ends.extend(here.map(|dir| (start, dir.clone())));
        }
        for file in files {
            if !roots.known.contains_key(file) {
                let found = roots.locate(file);
                roots.known.insert(file.to_owned(), found);
            }
        }
        roots
    }

    /// The file of a frame for reports.
    #[must_use]
    pub fn relative(&self, file: &str) -> RelativeFile {
        self.known.get(file).cloned().unwrap_or_else(|| self.locate(file))
    }

    /// The longest end of the path that is a file near the assembly, but no shorter one than what tells the app's files
    /// apart: `index.ts` of some other directory is not the one that is meant.
    fn locate(&self, file: &str) -> RelativeFile {
        let parts = parts(file);
        let full = Path::new("/").join(parts.iter().collect::<PathBuf>());
        if Path::new(file).is_absolute() && full.starts_with(&self.cwd) && full.is_file() {
            return RelativeFile { path: display(&full, &self.cwd), exists: true };
        }
        let least = self.common.len();
        if parts.len() <= least || parts.iter().zip(&self.common).any(|(part, common)| part != common) {
            return RelativeFile { path: parts.last().copied().unwrap_or_default().to_owned(), exists: false };
        }
        let ends = self.ends.iter().map(|(start, dir)| (*start, dir)).chain(self.near.iter().map(|dir| (least, dir)));
        for (start, dir) in ends {
            let path = parts[start..].iter().fold(dir.clone(), |path, part| path.join(part));
            if path.is_file() && path.starts_with(&self.cwd) {
                return RelativeFile { path: display(&path, &self.cwd), exists: true };
            }
        }
        RelativeFile { path: parts[least..].join("/"), exists: false }
    }
}

/// The names on a path of any system, without root and drive and with `..` resolved.
fn parts(file: &str) -> Vec<&str> {
    let mut out = Vec::new();
    for part in file.split(['/', '\\']) {
        match part {
            "" | "." => {}
            ".." => {
                out.pop();
            }
            drive if out.is_empty() && drive.len() == 2 && drive.ends_with(':') => {}
            part => out.push(part),
        }
    }
    out
}

/// The leading directories that all files share.
fn common(files: &[Vec<&str>]) -> Vec<String> {
    let Some((first, rest)) = files.split_first() else { return Vec::new() };
    let dir = &first[..first.len().saturating_sub(1)];
    let shared = rest.iter().fold(dir.len(), |shared, file| {
        let limit = shared.min(file.len().saturating_sub(1));
        (0..limit).find(|at| file[*at] != dir[*at]).unwrap_or(limit)
    });
    dir[..shared].iter().map(|part| (*part).to_owned()).collect()
}

/// The directories above the assembly, no further than the current one, and those beside it.
fn near(assembly_dir: &Path, cwd: &Path) -> Vec<PathBuf> {
    let dir = absolute(assembly_dir, cwd);
    let cwd = absolute(cwd, cwd);
    let mut near: Vec<PathBuf> =
        dir.ancestors().skip(1).take_while(|dir| dir.starts_with(&cwd)).take(PARENTS).map(Path::to_path_buf).collect();
    let Some(entries) = near.first().and_then(|parent| parent.read_dir().ok()) else { return near };
    let mut beside: Vec<PathBuf> = entries
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
        .map(|entry| entry.path())
        .filter(|path| *path != dir && path.file_name().is_some_and(|name| name != "node_modules"))
        .collect();
    beside.sort();
    beside.truncate(SIBLINGS);
    near.extend(beside);
    near
}
