//! A rule: what it selects, what must hold, and what it means.

use std::borrow::Cow;
use std::sync::Arc;

use super::{Clause, Literal, Operand, Path, RuleTest};
use crate::facts::derived::Derived;
use crate::source::{Interner, SourceFile};

/// The loaded rules and the names that their paths use.
#[derive(Debug, Default)]
pub struct RuleSet {
    /// The rules, sorted by id.
    pub rules: Vec<Rule>,
    /// The keys of all paths; [`Segment::Key`](super::Segment::Key) indexes into it. `eval` maps it once to the names of an inventory.
    pub names: Interner,
}

/// How bad it is when the rule fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing.
    Low,
    /// To be fixed in time.
    Medium,
    /// To be fixed soon.
    High,
    /// To be fixed now.
    Critical,
}

/// How far the rule is trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    /// May change or go.
    Preview,
    /// Kept.
    Stable,
    /// Replaced; still there for those who name it.
    Deprecated,
}

/// How far passing a rule goes towards a control.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Strength {
    /// The rule tests what the control asks.
    Direct,
    /// The rule tests something that helps.
    Supports,
}

/// A control that a rule bears on.
#[derive(Debug, Clone)]
pub struct ControlReference {
    /// Such as `pci-dss-4.0.1`.
    pub framework: Cow<'static, str>,
    /// Such as `3.5.1`.
    pub ids: Vec<Cow<'static, str>>,
    /// How far.
    pub strength: Strength,
    /// Why.
    pub rationale: Cow<'static, str>,
}

/// A change of one property that makes the rule pass.
#[derive(Debug, Clone)]
pub struct Fix {
    /// The property.
    pub set: Box<str>,
    /// Its value.
    pub value: Operand,
    /// Whether it can be applied without a person looking.
    pub safe: bool,
    /// Why it is not safe.
    pub why: Option<Box<str>>,
}

/// A rule.
#[derive(Debug)]
pub struct Rule {
    /// Its id, equal to its file name.
    pub id: Box<str>,
    /// What is wrong when it fails.
    pub title: Box<str>,
    /// How bad that is.
    pub severity: Severity,
    /// How far it is trusted.
    pub status: Status,
    /// `YYYY-MM-DD`, the last check against the AWS documentation.
    pub reviewed: Box<str>,
    /// Earlier ids.
    pub aliases: Vec<Box<str>>,
    /// The same control elsewhere: scanner and id there.
    pub peers: Vec<(Cow<'static, str>, Cow<'static, str>)>,
    /// The profile that it belongs to; such a rule counts for no control.
    pub profile: Option<Box<str>>,
    /// Why it matters.
    pub description: Cow<'static, str>,
    /// Where the facts come from.
    pub references: Vec<Cow<'static, str>>,
    /// Parameters with their values.
    pub params: Vec<Param>,
    /// The resource types that it judges.
    pub types: Vec<Box<str>>,
    /// Where one of these is false the rule is not applicable.
    pub conditions: Vec<Clause>,
    /// Relations to other resources.
    pub related: Vec<Related>,
    /// What must hold.
    pub asserts: Vec<Assert>,
    /// The controls that it bears on.
    pub controls: Vec<ControlReference>,
    /// What to do.
    pub remediation: Cow<'static, str>,
    /// A change that makes it pass.
    pub fix: Option<Fix>,
    /// Its tests; empty for rules that were loaded without.
    pub tests: Vec<RuleTest>,
    /// The file that it was read from; built-in rules have the path inside the project.
    pub file: Arc<SourceFile>,
}

/// A parameter of a rule.
#[derive(Debug, Clone)]
pub struct Param {
    /// Its name.
    pub name: Box<str>,
    /// Its value: the default, or what the user set.
    pub value: Literal,
}

/// What is said when an assert does not hold: text with `{...}` placeholders.
#[derive(Debug, Clone)]
pub struct Message(pub Box<str>);

/// What must hold.
#[derive(Debug)]
pub struct Assert {
    /// The condition.
    pub clause: Clause,
    /// What to say when it does not hold.
    pub message: Message,
}

/// Which property makes the edge of a relation.
#[derive(Debug, Clone)]
pub enum Via {
    /// A property of the partner refers to the selected resource.
    Partner(Path),
    /// A property of the selected resource refers to the partner.
    Selected(Path),
    /// What a field means leads to the partner.
    Derived(Derived),
}

/// A relation to other resources.
#[derive(Debug)]
pub struct Related {
    /// Its name in the rule.
    pub name: Box<str>,
    /// The partner's types; empty for any.
    pub types: Vec<Box<str>>,
    /// The edge.
    pub via: Via,
    /// The relation that this one starts at; the selected resource when `None`.
    pub from: Option<usize>,
    /// Which partners count.
    pub conditions: Vec<Clause>,
    /// Properties that have the same values in a partner, which is another resource than the selected one.
    pub same: Vec<Path>,
    /// Whether there are no others than those of the input.
    pub ignores_unseen: bool,
}

impl Severity {
    /// As reports write it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

impl Rule {
    /// The value of an operand under the current parameters.
    #[must_use]
    pub fn operand<'a>(&'a self, operand: &'a Operand) -> &'a Literal {
        match operand {
            Operand::Literal(literal) => literal,
            Operand::Param(index) => &self.params[*index].value,
        }
    }
}
