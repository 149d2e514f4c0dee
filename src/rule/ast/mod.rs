//! The compiled form of a rule.

mod clause;
mod iam;
mod literal;
mod partial;
mod rule;
mod scp;
mod test;

pub use clause::{
    Absent, Bound, CidrQuestion, Clause, Fallback, NetworkQuestion, Operator, Pair, Path, Ports, Quantifier,
    SecretQuestion, SecretText, Segment, Subject, WiderQuestion,
};
pub use iam::{IamQuestion, IamRequest, LeastQuestion};
pub use literal::{Literal, Operand, Pattern};
pub use partial::TextPart;
pub use rule::{
    Assert, ControlReference, Fix, Message, Param, Related, Rule, RuleSet, Severity, Status, Strength, Via,
};
pub use scp::{BreakGlass, ScpQuestion};
pub use test::{Expectation, OutcomeName, RuleTest};
