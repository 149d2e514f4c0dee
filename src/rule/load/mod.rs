//! From the text of rule files to compiled rules, with every error of every file and its exact place.
//!
//! The built-in rules come this way too, without the checks that they passed before they were built in.

pub(super) mod clause;
#[cfg(test)]
mod clause_tests;
pub(super) mod count;
pub(crate) mod format;
pub(super) mod iam;
pub(super) mod include;
pub(super) mod inline_test;
pub(super) mod message;
pub(super) mod metadata;
pub(crate) mod network;
pub(crate) mod operator;
mod path;
pub(super) mod question;
mod reader;
pub(super) mod related;
pub(super) mod scp;
pub(super) mod tags;
#[cfg(test)]
pub(super) mod tests;

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::framework::Framework;
use crate::inventory::schema::Schema;
use crate::source::{Diagnostic, Level, Limits, NodeId, SourceFile, Span, Tree, toml};

use super::ast::{Rule, RuleSet};
use super::builtin::Prose;
use reader::Reader;

/// Whose conventions a rule keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conventions {
    /// Rules of a user: missing tests are a warning, the folder is free.
    User,
    /// Rules of this repository: tests, controls and references are mandatory, the id starts with the service's folder.
    Project,
}

/// What rules are checked against.
#[derive(Debug, Clone, Copy)]
pub struct Checks<'a> {
    /// The resource types and their properties.
    pub schema: Schema,
    /// The frameworks whose controls a rule may name.
    pub frameworks: &'a [Framework],
    /// Whose conventions are kept.
    pub conventions: Conventions,
}

/// Loads the rule files of a user and adds them to `rules`, with all checks.
///
/// A file with an error adds no rule. An id or alias that an earlier rule has is an error as well.
pub fn load_user(files: &[Arc<SourceFile>], frameworks: &[Framework], rules: RuleSet) -> (RuleSet, Vec<Diagnostic>) {
    let checks = Checks { schema: Schema::embedded(), frameworks, conventions: Conventions::User };
    load_checked(files, &checks, rules)
}

/// Loads TOML files with these checks and adds their rules to `rules`; the diagnostics stand in the order of the files and of
/// their places.
pub fn load_checked(files: &[Arc<SourceFile>], checks: &Checks<'_>, mut rules: RuleSet) -> (RuleSet, Vec<Diagnostic>) {
    let mut problems = Vec::new();
    let mut taken: FxHashMap<Box<str>, Box<str>> = FxHashMap::default();
    for rule in &rules.rules {
        for name in rule.aliases.iter().chain([&rule.id]) {
            taken.insert(name.clone(), rule.file.path().into());
        }
    }
    for file in files {
        let tree = match toml::parse(file, Limits::default()) {
            Ok(tree) => tree,
            Err(errors) => {
                problems.extend(errors);
                continue;
            }
        };
        let mut reader = Reader::new(&tree, &mut rules.names, Some(checks));
        let rule = reader.rule(tree.root(), file);
        let mut found = reader.problems;
        let unique = names_of(&tree).into_iter().fold(true, |unique, (name, span)| {
            let other = taken.insert(name.clone(), file.path().into());
            if let Some(other) = &other {
                let message = format!("`{name}` is the id or an alias of another rule");
                found.push(Diagnostic::at(Level::Error, file, span, message).with_help(format!("see `{other}`")));
            }
            unique && other.is_none()
        });
        found.sort_by_key(|problem| problem.span);
        problems.extend(found);
        rules.rules.extend(rule.filter(|_| unique));
    }
    rules.rules.sort_by(|a, b| a.id.cmp(&b.id));
    (rules, problems)
}

/// The id and the aliases of a file, each once.
fn names_of(tree: &Tree) -> Vec<(Box<str>, Span)> {
    let root = tree.root();
    let aliases = tree.get(root, "aliases").map_or(&[][..], |list| tree.items(list)).iter().copied();
    let mut names: Vec<(Box<str>, Span)> = Vec::new();
    for node in tree.get(root, "id").into_iter().chain(aliases) {
        if let Some(name) = tree.string(node)
            && names.iter().all(|(other, _)| &**other != name)
        {
            names.push((name.into(), tree.span(node)));
        }
    }
    names
}

/// Loads a rule, one of those in the tree, that was checked before; its prose stands apart.
pub(super) fn load_trusted(
    tree: &Tree,
    root: NodeId,
    prose: &'static Prose,
    file: &Arc<SourceFile>,
    rules: &mut RuleSet,
) -> Result<Rule, Vec<Diagnostic>> {
    let mut reader = Reader::new(tree, &mut rules.names, None);
    reader.prose = Some(prose);
    reader.rule(root, file).ok_or(reader.problems)
}
