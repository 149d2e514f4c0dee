//! Answers with their evidence.

use crate::iam::catalogue::{AccessLevel, ActionRef};
use crate::iam::document::{Statement, Text};
use crate::value::{Cause, Place};

use super::reach::arn_formats;
use super::risk::{Risk, manages};

/// How many actions a finding names; it counts all of them.
const SHOWN: usize = 4;
/// How many ARN formats it names.
const FORMATS: usize = 2;

/// How much a finding matters, by what the actions at fault can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Concern {
    /// They list or read settings.
    Low,
    /// They change resources or tags, or read data.
    Medium,
    /// They hand out or change access, or hand out credentials.
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
        // The gravest first: as our selection has them, then by AWS's access level, then by name, which is the catalogue's order.
        actions.sort_by_cached_key(|action| {
            (Risk::rank(action).unwrap_or(usize::MAX), std::cmp::Reverse(action.action.access), action.id)
        });
        actions.dedup_by_key(|action| action.id);
        let any = |test: fn(&ActionRef) -> bool| actions.iter().any(test);
        let concern = if any(manages) || any(|action| Risk::of(action) == Some(Risk::CredentialsExposure)) {
            Concern::High
        } else if any(|action| action.action.access >= AccessLevel::Tagging || Risk::of(action).is_some()) {
            Concern::Medium
        } else {
            Concern::Low
        };
        // The plainest format of the gravest actions: `arn:aws:s3:::bucket/key` rather than that of an access point.
        let mut formats: Vec<&'static str> = Vec::new();
        for action in &actions {
            if formats.len() == FORMATS {
                break;
            }
            let plainest = arn_formats(action).min_by_key(|format| spelled(format));
            formats.extend(plainest.filter(|format| !formats.contains(format)));
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

/// How many characters of the name of a resource a format spells.
fn spelled(format: &str) -> usize {
    let name = format.splitn(6, ':').last().unwrap_or_default();
    let variables: usize = name.split("${").skip(1).map(|part| part.find('}').unwrap_or(0) + 3).sum();
    name.len().saturating_sub(variables)
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

    /// Adds causes, each once.
    pub(super) fn open(&mut self, causes: &[Cause]) {
        for cause in causes {
            if !self.open.contains(cause) {
                self.open.push(cause.clone());
            }
        }
    }
}
