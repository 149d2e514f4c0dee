//! Inline tests and what they expect.

use super::Literal;
use crate::facts::scope::Scope;
use crate::source::Span;

/// Name of an outcome in tests and reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OutcomeName {
    /// It holds.
    Pass,
    /// It does not.
    Fail,
    /// Nobody can tell from the input.
    Unknown,
    /// The rule does not concern the resource.
    NotApplicable,
}

impl OutcomeName {
    /// As reports write it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Unknown => "unknown",
            Self::NotApplicable => "not-applicable",
        }
    }
}

/// What a test expects of one resource.
#[derive(Debug, Clone)]
pub struct Expectation {
    /// Logical id.
    pub resource: Box<str>,
    /// The outcome.
    pub outcome: OutcomeName,
    /// 1-based line of the first finding in the test's template.
    pub line: Option<u32>,
    /// The case in which it fails: parameter or condition, and its value.
    pub when: Vec<(Box<str>, Box<str>)>,
    /// Identifier of the cause of an unknown.
    pub cause: Option<Box<str>>,
    /// Whether a pass rests on AWS's default only.
    pub by_default: Option<bool>,
    /// Where the expectation is written.
    pub span: Span,
}

/// An inline test.
#[derive(Debug, Clone)]
pub struct RuleTest {
    /// What it shows.
    pub name: Box<str>,
    /// YAML or JSON.
    pub template: Box<str>,
    /// Rule parameters.
    pub params: Vec<(Box<str>, Literal)>,
    /// Whether a pass by default is a fail.
    pub strict: bool,
    /// Which tags make a resource part of the scope.
    pub scope: Scope,
    /// Account of the stack.
    pub account: Option<Box<str>>,
    /// Region of the stack.
    pub region: Option<Box<str>>,
    /// The day on which it runs, `YYYY-MM-DD`; that of the run when `None`.
    pub today: Option<Box<str>>,
    /// What is expected.
    pub expect: Vec<Expectation>,
    /// Where the test is written.
    pub span: Span,
}
