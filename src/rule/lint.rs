//! Every check of rule files, for `rules lint` and the tests of this repository.

use std::sync::Arc;

use crate::framework::{self, Framework};
use crate::inventory::schema::Schema;
use crate::source::{Diagnostic, SourceFile};

use super::builtin::builtin_files;
use super::load::{Checks, Conventions, load_checked};
use super::{RuleSet, load_user};

/// What is wrong with the rule files of a user, taken together with the built-in rules.
#[must_use]
pub fn lint(files: &[Arc<SourceFile>], frameworks: &[Framework]) -> Vec<Diagnostic> {
    let (rules, mut problems) = RuleSet::builtin();
    problems.extend(load_user(files, frameworks, rules).1);
    problems
}

/// What is wrong with the built-in rules, the conventions of this repository included.
#[must_use]
pub fn lint_builtin() -> Vec<Diagnostic> {
    let checks =
        Checks { schema: Schema::embedded(), frameworks: framework::builtin(), conventions: Conventions::Project };
    load_checked(&builtin_files(), &checks, RuleSet::default()).1
}
