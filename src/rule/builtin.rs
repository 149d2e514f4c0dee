//! The rules that the program carries.
//!
//! The build made a table of them out of the TOML files: each as JSON without its tests, read when it is wanted. One rule
//! takes about 10 µs, so a scan may ask for those whose resource types it has found; the files themselves are only touched by
//! the commands that test and check rules.

use std::sync::Arc;

use crate::source::{Diagnostic, Limits, SourceFile, json};

use super::ast::RuleSet;
use super::load::load_trusted;

/// A built-in rule that is not read yet.
#[derive(Debug, Clone, Copy)]
pub struct Builtin {
    /// The file, relative to the project.
    pub path: &'static str,
    /// The rule's id.
    pub id: &'static str,
    /// The resource types that it judges.
    pub types: &'static [&'static str],
    /// Where it starts and ends in [`ALL`].
    json: (usize, usize),
    /// What only reports and documentation say.
    prose: Prose,
}

/// The parts of a built-in rule that no evaluation reads: they stand in the program as they are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Prose {
    pub(super) description: &'static str,
    pub(super) references: &'static [&'static str],
    /// Scanner and id.
    pub(super) peers: &'static [(&'static str, &'static str)],
    /// Framework, ids, strength and rationale.
    pub(super) controls: &'static [(&'static str, &'static [&'static str], &'static str, &'static str)],
    pub(super) remediation: &'static str,
}

/// Sorted by path.
static RULES: &[Builtin] = include!(concat!(env!("OUT_DIR"), "/rules.rs"));
/// The JSON of all of them, as a list in the same order.
static ALL: &str = include_str!(concat!(env!("OUT_DIR"), "/rules.json"));
/// The ids of the built-in profiles, sorted.
static PROFILES: &[&str] = include!(concat!(env!("OUT_DIR"), "/profile_ids.rs"));
/// Path and text of every file, in the same order.
static SOURCES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/sources.rs"));

impl Builtin {
    /// Every built-in rule, sorted by path.
    #[must_use]
    pub fn all() -> &'static [Self] {
        RULES
    }
}

/// The ids of the built-in profiles, which rules may belong to; sorted.
#[must_use]
pub fn builtin_profiles() -> &'static [&'static str] {
    PROFILES
}

impl RuleSet {
    /// All built-in rules, without their tests, and what could not be read of them, which is a defect of the program.
    #[must_use]
    pub fn builtin() -> (Self, Vec<Diagnostic>) {
        Self::builtin_where(|_| true)
    }

    /// The built-in rules that `wanted` accepts, by their ids or resource types.
    #[must_use]
    pub fn builtin_where(wanted: impl Fn(&Builtin) -> bool) -> (Self, Vec<Diagnostic>) {
        let wanted: Vec<&Builtin> = RULES.iter().filter(|builtin| wanted(builtin)).collect();
        // One text and one tree for all of them: half the time of one for each.
        let file = match wanted.len() == RULES.len() {
            true => SourceFile::embedded("built-in rules", ALL),
            false => {
                let texts: Vec<&str> = wanted.iter().map(|builtin| &ALL[builtin.json.0..builtin.json.1]).collect();
                SourceFile::new("built-in rules", format!("[{}]", texts.join(",")))
            }
        };
        let file = Arc::new(file);
        let mut rules = Self::default();
        let mut problems = Vec::new();
        let tree = match json::parse(&file, Limits::default()) {
            Ok(tree) => tree,
            Err(problems) => return (rules, problems),
        };
        rules.rules.reserve(wanted.len());
        for (builtin, root) in wanted.into_iter().zip(tree.items(tree.root())) {
            match load_trusted(
                &tree,
                *root,
                &builtin.prose,
                &Arc::new(SourceFile::embedded(builtin.path, "")),
                &mut rules,
            ) {
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
