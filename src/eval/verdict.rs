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
        /// Whether there is no world in which it holds.
        always: bool,
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
    /// Where the secrets stand that it is about: no report may show what is there.
    pub secrets: Vec<Place>,
    /// The case in which this is so; `None`: in every case.
    pub when: Option<When>,
    /// Other resources of which the same is said, with their places.
    pub also: Vec<(ResourceId, Place)>,
}

/// The smallest case that makes something so.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct When {
    /// Parameters with the value that matters.
    pub parameters: Vec<(Box<str>, Case)>,
    /// Conditions with their truth, where no parameter explains it: they compare what is not known.
    pub conditions: Vec<(Box<str>, bool)>,
    /// Every named condition that was asked there, with its truth, where it is decided.
    pub asked: Vec<(Box<str>, bool)>,
}

/// The values of a parameter in a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Case {
    /// This one.
    Is(Box<str>),
    /// Any but these.
    IsNot(Vec<Box<str>>),
}

impl std::fmt::Display for When {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut parts: Vec<String> = Vec::new();
        parts.extend(self.parameters.iter().map(|(name, case)| format!("{name} {case}")));
        parts.extend(self.conditions.iter().map(|(name, truth)| format!("{name} = {truth}")));
        f.write_str(&parts.join(" and "))
    }
}

impl std::fmt::Display for Case {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Is(value) => write!(f, "= {value}"),
            Self::IsNot(values) => match values.as_slice() {
                [] => f.write_str("is any value"),
                [one] => write!(f, "is not {one}"),
                [first, second] => write!(f, "is neither {first} nor {second}"),
                values => write!(f, "is none of {}", values.join(", ")),
            },
        }
    }
}
