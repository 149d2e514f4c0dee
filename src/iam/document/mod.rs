//! Policy documents: read from values into typed policies, every part with its place.
//!
//! What is not known stays in the policy as unknown: an element that is `open`, a text with an unknown part, a statement
//! without a known effect. What AWS would refuse is a [`Problem`], and unknown as well. Nothing is dropped.
//!
//! Source: "IAM JSON policy elements reference" and "Grammar of the IAM JSON policy language" in the IAM User Guide.

mod condition;
mod forms;
mod kind;
mod operator;
mod policy;
mod principal;
mod read;
mod size;
mod statement;
#[cfg(test)]
mod tests;
mod text;

pub use kind::PolicyKind;
pub use operator::{Operator, Quantifier, Test};
pub use policy::{
    Condition, Effect, Element, Policy, Principal, PrincipalKind, Principals, Problem, Statement, Version,
};
pub use read::{Reader, References, Setting};
pub use size::Size;
pub use text::{ACCOUNT, Part, REGION, Text, UNKNOWN, parts, shown};
