//! Answers with their evidence.

use crate::iam::catalogue::{AccessLevel, ActionRef};
use crate::iam::document::{Statement, Text};
use crate::value::{Cause, Place};

use super::reach::arn_formats;

/// How many actions and ARN formats a finding names; it counts all of them.
const SHOWN: usize = 4;

/// How much a finding matters, by what the actions at fault can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Concern {
    /// They list or read settings.
    Low,
    /// They change resources or tags, or read data.
    Medium,
    /// They hand out or change access.
    High,
}

/// A place in a policy that allows too much.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Index into the statements of the policy.
    pub statement: usize,
    /// Where the text at fault is written: the very `*`.
    pub place: Place,
    /// The texts at fault, for people: `s3:*`, `*`.
    pub wildcards: Vec<String>,
    /// Some of the actions that are allowed too widely, the gravest first.
    pub actions: Vec<String>,
    /// How many there are.
    pub count: usize,
    /// ARN formats of resources that the actions could be allowed for instead, some of them.
    pub formats: Vec<&'static str>,
    /// How much it matters.
    pub concern: Concern,
}

impl Finding {
    /// A finding about these actions.
    pub(super) fn new(statement: usize, at: &Text, mut actions: Vec<ActionRef>) -> Self {
        // The gravest first; among equals in the order of their names, which is that of the catalogue.
        actions.sort_by_key(|action| (std::cmp::Reverse(weight(action)), action.id));
        actions.dedup_by_key(|action| action.id);
        let concern = match actions.first() {
            Some(action) if action.action.manages_permissions() => Concern::High,
            Some(action) if action.action.access >= AccessLevel::Tagging => Concern::Medium,
            _ => Concern::Low,
        };
        let mut formats = Vec::new();
        for format in actions.iter().flat_map(arn_formats) {
            if formats.len() < SHOWN && !formats.contains(&format) {
                formats.push(format);
            }
        }
        Self {
            statement,
            place: at.place,
            wildcards: vec![at.shown()],
            count: actions.len(),
            actions: actions.iter().take(SHOWN).map(ToString::to_string).collect(),
            formats,
            concern,
        }
    }

    /// The texts at fault in a sentence: "`ec2:*` and `rds:*`".
    #[must_use]
    pub fn wildcards_text(&self) -> String {
        let shown = self.wildcards.iter().take(SHOWN).map(String::as_str);
        sentence(shown, self.wildcards.len())
    }

    /// The actions in a sentence: "`s3:DeleteObject`, `s3:PutObject` and 7 more".
    #[must_use]
    pub fn actions_text(&self) -> String {
        sentence(self.actions.iter().map(String::as_str), self.count)
    }

    /// The ARN formats in a sentence; empty when there are none.
    #[must_use]
    pub fn formats_text(&self) -> String {
        sentence(self.formats.iter().copied(), self.formats.len())
    }
}

/// A text that stands for the actions of a statement that is at fault as a whole.
pub(super) fn whole(statement: &Statement) -> Text {
    let text = match statement.actions.negated {
        true => "NotAction",
        false => "Action",
    };
    Text { text: text.into(), place: statement.actions.place }
}

fn weight(action: &ActionRef) -> (bool, AccessLevel) {
    (action.action.manages_permissions(), action.action.access)
}

fn sentence<'a>(items: impl Iterator<Item = &'a str>, count: usize) -> String {
    let quoted: Vec<String> = items.map(|item| format!("`{item}`")).collect();
    match (quoted.as_slice(), count - quoted.len().min(count)) {
        ([], 0) => String::new(),
        ([only], 0) => only.clone(),
        ([first @ .., last], 0) => format!("{} and {last}", first.join(", ")),
        (some, more) => format!("{} and {more} more", some.join(", ")),
    }
}

/// What is found, and why there may be more.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Answer {
    /// Places that surely allow too much, in the order of the policy.
    pub findings: Vec<Finding>,
    /// Why other places may, too; empty when there are surely none.
    pub open: Vec<Cause>,
}

impl Answer {
    /// Adds a finding about some texts of a statement, each with the actions that it gives.
    pub(super) fn found(&mut self, statement: usize, texts: Vec<(&Text, Vec<ActionRef>)>) {
        let Some((first, _)) = texts.first() else { return };
        let actions = texts.iter().flat_map(|(_, actions)| actions).copied().collect();
        let mut finding = Finding::new(statement, first, actions);
        finding.wildcards = texts.iter().map(|(text, _)| text.shown()).collect();
        self.findings.push(finding);
    }

    /// Notes that a statement may be at fault, because of what is not known in it.
    pub(super) fn open(&mut self, statement: &Statement) {
        let before = self.open.len();
        for cause in &statement.causes {
            if !self.open.contains(cause) {
                self.open.push(cause.clone());
            }
        }
        if before == self.open.len() && statement.causes.is_empty() && self.open.is_empty() {
            self.open.push(Cause::NotInInput { what: "a part of the policy".into() });
        }
    }
}
