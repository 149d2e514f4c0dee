//! Paths as reports show them, and paths that must not leave a directory.

use std::path::{Component, Path, PathBuf};

/// `path` without `.` and with `..` resolved by name alone, made absolute by `cwd`.
#[must_use]
pub fn absolute(path: &Path, cwd: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in cwd.join(path).components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                out.pop();
            }
            part => out.push(part),
        }
    }
    out
}

/// The path as reports show it: relative to `cwd` when under it, else absolute; forward slashes, no leading `./`.
#[must_use]
pub fn display(path: &Path, cwd: &Path) -> String {
    let full = absolute(path, cwd);
    let shown = match full.strip_prefix(absolute(cwd, cwd)) {
        Ok(rest) if rest.as_os_str().is_empty() => Path::new("."),
        Ok(rest) => rest,
        Err(_) => &full,
    };
    slashed(shown)
}

/// The path with forward slashes; bytes that are no UTF-8 are replaced.
#[must_use]
pub fn slashed(path: &Path) -> String {
    let text = path.to_string_lossy();
    if std::path::MAIN_SEPARATOR == '\\' { text.replace('\\', "/") } else { text.into_owned() }
}

/// Why a path that a file names is not followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// It is absolute.
    Absolute,
    /// Its `..` leave the directory.
    Outside,
    /// A symbolic link on it leads out of the directory.
    Symlink,
}

impl Refused {
    /// What is wrong with the path, to stand after the path itself.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::Absolute => "is an absolute path",
            Self::Outside => "leads out of the directory",
            Self::Symlink => "leads out of the directory through a symbolic link",
        }
    }
}

/// The file that `named` means when written in a file of the directory `base`, refused when it leaves `root`.
///
/// `base` is `root` or below it. The file need not exist; where it does, symbolic links are resolved and may not lead out either.
///
/// # Errors
/// When the path is absolute or leads out of `root`.
pub fn contained(root: &Path, base: &Path, named: &str) -> Result<PathBuf, Refused> {
    let bytes = named.as_bytes();
    let drive = bytes.len() > 1 && bytes[1] == b':' && bytes[0].is_ascii_alphabetic();
    if Path::new(named).is_absolute() || named.starts_with(['/', '\\']) || drive {
        return Err(Refused::Absolute);
    }
    let mut parts: Vec<Component<'_>> = base.strip_prefix(root).map_err(|_| Refused::Outside)?.components().collect();
    for part in Path::new(named).components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                parts.pop().ok_or(Refused::Outside)?;
            }
            Component::Normal(_) => parts.push(part),
            Component::RootDir | Component::Prefix(_) => return Err(Refused::Absolute),
        }
    }
    let path = root.join(parts.iter().collect::<PathBuf>());
    // Most paths have no link below the root, which is told by far fewer calls than where they lead.
    let mut below = root.to_path_buf();
    let is_link = |part: &Component<'_>| {
        below.push(part);
        below.is_symlink()
    };
    if !parts.iter().any(is_link) {
        return Ok(path);
    }
    match (path.canonicalize(), root.canonicalize()) {
        (Ok(real), Ok(root)) if !real.starts_with(&root) => Err(Refused::Symlink),
        _ => Ok(path),
    }
}

/// What the operating system said, in plain words and without its number.
#[must_use]
pub fn io_reason(error: &std::io::Error) -> String {
    use std::io::ErrorKind;
    match error.kind() {
        ErrorKind::NotFound => "no such file or directory".into(),
        ErrorKind::PermissionDenied => "permission denied".into(),
        ErrorKind::IsADirectory => "is a directory".into(),
        ErrorKind::NotADirectory => "a part of the path is not a directory".into(),
        _ => {
            let text = error.to_string();
            let text = text.split(" (os error").next().unwrap_or_default();
            text.to_ascii_lowercase()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_paths_relative_to_the_current_directory_only_when_under_it() {
        let cwd = Path::new("/repo/infra");
        assert_eq!(display(Path::new("./a/../b/t.yaml"), cwd), "b/t.yaml");
        assert_eq!(display(Path::new("/repo/infra/b.json"), cwd), "b.json");
        assert_eq!(display(Path::new("../app/t.yaml"), cwd), "/repo/app/t.yaml");
        assert_eq!(display(Path::new("/repo/infrared/t.yaml"), cwd), "/repo/infrared/t.yaml");
        assert_eq!(display(Path::new("."), cwd), ".");
    }

    #[test]
    fn a_named_path_may_climb_inside_the_root_but_not_out_of_it() {
        let (root, base) = (Path::new("/nowhere/cdk.out"), Path::new("/nowhere/cdk.out/assembly-Prod"));
        assert_eq!(contained(root, base, "../asset.1"), Ok(PathBuf::from("/nowhere/cdk.out/asset.1")));
        assert_eq!(contained(root, base, "./a.json"), Ok(PathBuf::from("/nowhere/cdk.out/assembly-Prod/a.json")));
        assert_eq!(contained(root, base, "../../cdk.out/a.json"), Err(Refused::Outside));
        assert_eq!(contained(root, base, "/etc/passwd"), Err(Refused::Absolute));
        assert_eq!(contained(root, base, "C:\\x.json"), Err(Refused::Absolute));
    }

    #[test]
    #[cfg(unix)]
    fn a_symbolic_link_that_leads_out_is_refused_and_one_that_stays_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("out");
        std::fs::create_dir(&root).unwrap();
        std::fs::write(dir.path().join("secret.json"), "{}").unwrap();
        std::fs::write(root.join("a.json"), "{}").unwrap();
        std::os::unix::fs::symlink("../secret.json", root.join("link.json")).unwrap();
        std::os::unix::fs::symlink("a.json", root.join("inner.json")).unwrap();
        assert_eq!(contained(&root, &root, "link.json"), Err(Refused::Symlink));
        assert_eq!(contained(&root, &root, "inner.json"), Ok(root.join("inner.json")));
    }
}
