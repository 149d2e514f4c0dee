//! What is wrong with one policy beyond its grammar: names that AWS does not have, resources and conditions that its actions do not
//! know, what cannot mean what it seems to, what is said twice, and what is too long. Pure; the facts are those of the
//! [`catalogue`](super::catalogue), so a name that it does not know is unknown to the data of its date, and no error.
//!
//! This module judges texts as they are written. What a policy allows is for the modules that decide and prove.

mod actions;
mod conditions;
mod overlap;
mod overview;
mod resources;
mod size;
mod statements;
#[cfg(test)]
mod tests;
mod texts;

pub use overview::{Overview, ServiceOverview, overview};
pub use size::Holder;

use super::catalogue::{Catalogue, catalogue};
use super::document::{Policy, PolicyKind, Size, Statement};
use crate::value::Place;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// It can be written better; nothing changes.
    Suggestion,
    /// It cannot mean what it seems to.
    Warning,
    /// AWS refuses it.
    Error,
}

impl Severity {
    /// The word for it in reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Suggestion => "suggestion",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// Something that is wrong with a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// A stable identifier, such as `unknown-action`.
    pub id: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// Where.
    pub place: Place,
    /// The statement, by its position in the document.
    pub statement: Option<usize>,
    /// One sentence, lower case, no full stop.
    pub message: String,
    /// What to write instead.
    pub help: Option<String>,
}

/// What is known of a policy besides what it says.
#[derive(Debug, Clone, Copy)]
pub struct Subject {
    /// What it is attached to.
    pub kind: PolicyKind,
    /// What holds it, which decides how long it may be; for identity policies.
    pub holder: Option<Holder>,
    /// How long it is.
    pub size: Size,
}

/// Everything that is wrong with a policy, its [`problems`](Policy::problems) first, in the order of the text.
#[must_use]
pub fn lint(policy: &Policy, subject: &Subject) -> Vec<Finding> {
    let mut lint = Lint { catalogue: catalogue(), policy, findings: Vec::new(), statement: None, guessed: 0 };
    for problem in &policy.problems {
        lint.findings.push(Finding {
            id: "grammar",
            severity: Severity::Error,
            place: problem.place,
            statement: None,
            message: problem.message.clone(),
            help: problem.help.clone(),
        });
    }
    lint.size(subject);
    for statement in &policy.statements {
        lint.statement = Some(statement.index);
        lint.actions(statement);
        lint.resources(statement);
        lint.conditions(statement);
        lint.variables(statement);
        lint.principals(statement);
    }
    lint.statement = None;
    lint.repeated_statements();
    // A stable sort: of two findings at a place, the one that was found first stays first.
    lint.findings.sort_by_key(|finding| (finding.place.file, finding.place.span.start));
    lint.findings
}

/// The work on one policy.
struct Lint<'p> {
    catalogue: &'static Catalogue,
    policy: &'p Policy,
    findings: Vec<Finding>,
    /// The statement that is looked at.
    statement: Option<usize>,
    /// How many names were guessed at.
    guessed: usize,
}

/// Unknown names for which the nearest known one is looked for; the others have no help.
const GUESSED: usize = 100;

impl Lint<'_> {
    /// The name that was probably meant, while there are not too many unknown ones.
    fn meant<T>(&mut self, guess: impl FnOnce(&Catalogue) -> Option<T>) -> Option<T> {
        self.guessed += 1;
        if self.guessed > GUESSED { None } else { guess(self.catalogue) }
    }

    fn find(&mut self, severity: Severity, id: &'static str, place: Place, message: String, help: Option<String>) {
        self.findings.push(Finding { id, severity, place, statement: self.statement, message, help });
    }

    fn warn(&mut self, id: &'static str, place: Place, message: String, help: Option<String>) {
        self.find(Severity::Warning, id, place, message, help);
    }

    fn suggest(&mut self, id: &'static str, place: Place, message: String, help: Option<String>) {
        self.find(Severity::Suggestion, id, place, message, help);
    }

    /// `unknown to the data of 2026-10-27`.
    fn unknown(&self) -> String {
        format!("unknown to the data of {}", self.catalogue.date())
    }
}

/// The actions that a statement means by name, as far as texts that are known say; `None` when it means every action of AWS or all
/// but some, of which nothing can be said that holds for all.
fn named_actions(statement: &Statement) -> Option<impl Iterator<Item = &super::document::Text>> {
    let actions = &statement.actions;
    let every = |text: &str| text.split(':').all(|part| !part.is_empty() && part.bytes().all(|byte| byte == b'*'));
    if actions.negated
        || !actions.open.is_empty()
        || actions.texts.iter().any(|text| text.is_open() || every(&text.text))
    {
        return None;
    }
    Some(actions.texts.iter())
}
