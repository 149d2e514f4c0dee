//! IAM policy documents: read from values with their places, and questions about them. Pure.
//!
//! Source: "IAM JSON policy elements reference" and "Policy evaluation logic" in the IAM User Guide.

mod document;
mod pattern;
mod question;
mod theory;

pub use document::{ConditionEntry, Effect, PolicyDocument, Principals, Statement, Texts};
pub use pattern::{Match, covers, matches};
pub use question::{Evidence, Request, denies, grants_administrator, grants_public, grants_service_wildcard};
