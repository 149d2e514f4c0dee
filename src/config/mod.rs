//! `fasscan.toml`, and what it means together with profiles and flags: for each setting, where it was set.
//!
//! Files are read here and checked; [`settle`] decides what wins. What the settings do, `rule`, `eval` and `scan` know.

mod schema;
mod settle;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::facts::scope::Tags;
use crate::profile::{self, ParamSetting, Profile, Reader};
use crate::source::{Diagnostic, Level, Limits, Loader, SourceFile, Span, paths, toml};
use crate::value::did_you_mean;

pub use schema::schema;
pub use settle::{Chosen, Settled, settle};

/// The name of the configuration file.
pub const FILE: &str = "fasscan.toml";

const KEYS: [&str; 4] = ["profiles", "frameworks", "params", "scope"];

/// What a configuration file says.
#[derive(Debug, Clone)]
pub struct Config {
    /// The file.
    pub file: Arc<SourceFile>,
    /// Profiles to judge by, each with its place.
    pub profiles: Vec<(Box<str>, Span)>,
    /// Only rules that bear on one of these frameworks; on any when there are none.
    pub frameworks: Vec<(Box<str>, Span)>,
    /// Parameters of rules.
    pub params: Vec<ParamSetting>,
    /// Which tags make a resource part of the scope.
    pub scope: Option<Tags>,
}

/// The configuration file of a directory: its own, or that of the nearest directory above it that has one.
#[must_use]
pub fn discover(dir: &Path) -> Option<PathBuf> {
    dir.ancestors().map(|dir| dir.join(FILE)).find(|path| path.is_file())
}

/// Reads a configuration file.
///
/// # Errors
/// Everything that is wrong with it, in the order of the file. Whether there are such rules and parameters, [`settle`] asks.
pub fn load(file: &Arc<SourceFile>) -> Result<Config, Vec<Diagnostic>> {
    let tree = toml::parse(file, Limits::default())?;
    let root = tree.root();
    let mut reader = Reader::new(&tree);
    reader.keys(root, &KEYS);
    let config = Config {
        file: Arc::clone(file),
        profiles: reader.texts(root, "profiles"),
        frameworks: reader.frameworks(root),
        params: reader.params(root),
        scope: reader.scope(root),
    };
    let problems = reader.problems();
    if problems.is_empty() { Ok(config) } else { Err(problems) }
}

impl Config {
    /// The profiles that the file names; paths are relative to it.
    ///
    /// # Errors
    /// There is no such profile, or there is something wrong with one.
    pub fn load_profiles(&self, loader: &Loader) -> Result<Vec<Profile>, Vec<Diagnostic>> {
        let file = paths::absolute(Path::new(self.file.path()), loader.cwd());
        let dir = file.parent().unwrap_or(loader.cwd());
        let load = |(name, span): &(Box<str>, Span)| {
            profile(name, dir, loader).map_err(|mut problems| {
                for problem in problems.iter_mut().filter(|problem| problem.span.is_none()) {
                    let place = Diagnostic::at(problem.level, &self.file, *span, std::mem::take(&mut problem.message));
                    *problem = Diagnostic { help: problem.help.take(), ..place };
                }
                problems
            })
        };
        self.profiles.iter().map(load).collect()
    }
}

/// The profile of this name; what looks like a path is the file of one, relative to `dir`.
///
/// # Errors
/// There is no such profile, or there is something wrong with it.
pub fn profile(name: &str, dir: &Path, loader: &Loader) -> Result<Profile, Vec<Diagnostic>> {
    if name.contains('/') || name.ends_with(".toml") {
        return profile::load(&loader.read(&dir.join(name)).map_err(|problem| vec![problem])?);
    }
    let known = profile::builtin();
    known.iter().find(|profile| *profile.id == *name).cloned().ok_or_else(|| {
        let ids: Vec<&str> = known.iter().map(|profile| &*profile.id).collect();
        let help = match did_you_mean(name, ids.iter().copied()) {
            Some(meant) => format!("did you mean `{meant}`"),
            None => format!("known are `{}`; a file is named by its path, as in `./own.toml`", ids.join("`, `")),
        };
        vec![Diagnostic::of_path(Level::Error, "", format!("there is no profile `{name}`")).with_help(help)]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Config, Vec<Diagnostic>> {
        load(&Arc::new(SourceFile::new("fasscan.toml", text)))
    }

    #[test]
    fn every_setting_is_read() {
        let text = "profiles = [\"pci-cde\"]\nframeworks = [\"soc2-2017\"]\n[params.\"a-rule\"]\ndays = 365\n\
            [scope]\ntags = { Compliance = \"PCI-DSS\" }\n";
        let config = read(text).expect("config");
        assert_eq!(&*config.profiles[0].0, "pci-cde");
        assert_eq!(&*config.frameworks[0].0, "soc2-2017");
        assert_eq!((&*config.params[0].rule, &*config.params[0].name), ("a-rule", "days"));
        assert_eq!(config.scope, Some(vec![("Compliance".into(), vec!["PCI-DSS".into()])]));
        assert!(read("").expect("empty").profiles.is_empty());
    }

    #[test]
    fn unknown_keys_are_errors_with_their_place_and_a_guess() {
        let text =
            "profile = [\"pci-cde\"]\nframeworks = [\"pci-dss\"]\n[scope]\ntag = { A = \"b\" }\n[param]\nx = 1\n";
        let problems = read(text).expect_err("errors");
        let help = |problem: &Diagnostic| problem.help.as_ref().map(|help| format!(" | {help}")).unwrap_or_default();
        let told: Vec<String> = problems.iter().map(|problem| format!("{problem}{}", help(problem))).collect();
        insta::assert_snapshot!(told.join("\n"), @r"
        fasscan.toml:1:1: unknown key `profile` | did you mean `profiles`
        fasscan.toml:2:15: unknown framework `pci-dss` | did you mean `pci-dss-4.0.1`
        fasscan.toml:4:1: unknown key `tag` | did you mean `tags`
        fasscan.toml:5:2: unknown key `param` | did you mean `params`
        ");
    }

    #[test]
    fn the_nearest_file_upwards_is_found() {
        let dir = tempfile::tempdir().expect("directory");
        let deep = dir.path().join("a/b/c");
        std::fs::create_dir_all(&deep).expect("directories");
        let at = |path: &str| {
            let path = dir.path().join(path);
            std::fs::write(&path, "").expect("file");
            path
        };
        let outer = at("a/fasscan.toml");
        assert_eq!(discover(&deep), Some(outer));
        let inner = at("a/b/c/fasscan.toml");
        assert_eq!(discover(&deep), Some(inner));
    }
}
