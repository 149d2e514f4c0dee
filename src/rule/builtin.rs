//! The rules that the program carries.
//!
//! They are read from one JSON text without tests, which the build made of the TOML files; the files themselves are only
//! touched by the commands that test and check rules.

use std::sync::Arc;

use crate::source::{Diagnostic, Level, Limits, SourceFile, json};

use super::ast::RuleSet;
use super::load::load_trusted;

/// Path and text of every built-in rule file, sorted by path.
static SOURCES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/sources.rs"));

impl RuleSet {
    /// The built-in rules, without their tests, and what could not be read of them, which is a defect of the program.
    ///
    /// All of them are compiled: regular expressions wait for their first use, and the rest is cheaper than finding out which
    /// rules a scan will need.
    #[must_use]
    pub fn builtin() -> (Self, Vec<Diagnostic>) {
        let text = include_str!(concat!(env!("OUT_DIR"), "/rules.json"));
        let file = Arc::new(SourceFile::new("rules", text));
        let mut rules = Self::default();
        let mut problems = Vec::new();
        let tree = match json::parse(&file, Limits::default()) {
            Ok(tree) => tree,
            Err(problems) => return (rules, problems),
        };
        rules.rules.reserve(tree.items(tree.root()).len());
        for item in tree.items(tree.root()) {
            let path = tree.get(*item, "path").and_then(|path| tree.string(path)).unwrap_or_default();
            let Some(root) = tree.get(*item, "rule") else {
                problems.push(Diagnostic::of_path(Level::Error, path, "the built-in rule is empty"));
                continue;
            };
            match load_trusted(&tree, root, &Arc::new(SourceFile::new(path, "")), &mut rules) {
                Ok(rule) => rules.rules.push(rule),
                Err(found) => problems.extend(found),
            }
        }
        rules.rules.sort_by(|a, b| a.id.cmp(&b.id));
        (rules, problems)
    }
}

/// The files of the built-in rules, with their tests, sorted by path.
#[must_use]
pub fn builtin_files() -> Vec<Arc<SourceFile>> {
    SOURCES.iter().map(|(path, text)| Arc::new(SourceFile::new(*path, *text))).collect()
}
