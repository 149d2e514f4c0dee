//! What an evaluation gives.

use crate::value::{Cause, Place, ResourceId};

/// What one rule says of one resource.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// Index into the rule set's rules.
    pub rule: usize,
    /// The resource.
    pub resource: ResourceId,
    /// The outcome.
    pub outcome: Outcome,
}

/// Outcome of a verdict.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// It holds in every world.
    Pass {
        /// Whether that rests on AWS's default only, at least in part.
        by_default: bool,
    },
    /// It does not hold, in every world or in some.
    Fail {
        /// What is wrong; at least one.
        violations: Vec<Violation>,
        /// The case in which it fails; `None`: in every case.
        when: Option<When>,
    },
    /// Nobody can tell from the input.
    Unknown {
        /// Why; sorted, each once.
        causes: Vec<Cause>,
        /// A case in which it would fail.
        when: Option<When>,
    },
    /// The rule does not concern the resource.
    NotApplicable {
        /// Why, as a sentence without a full stop.
        reason: &'static str,
    },
}

/// Something that is wrong.
#[derive(Debug, Clone, PartialEq)]
pub struct Violation {
    /// What, in one sentence.
    pub message: String,
    /// Where: the value, or where it would stand.
    pub place: Place,
    /// The resource that the place belongs to: the judged one, or a partner.
    pub owner: ResourceId,
    /// The property path in the owner, such as `Properties.StorageEncrypted`.
    pub path: String,
    /// The value as text, when there is one that may be shown.
    pub found: Option<String>,
    /// Whether nothing is there, and the place is where it would stand.
    pub absent: bool,
}

/// A case: the decided things that a failing world needs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct When {
    /// Parameters with the value that matters.
    pub parameters: Vec<(Box<str>, Box<str>)>,
    /// Named conditions that were asked there, with their truth.
    pub conditions: Vec<(Box<str>, bool)>,
}
