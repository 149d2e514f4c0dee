//! IAM: policy documents, and what they allow. Pure: no file, network, clock or environment.
//!
//! Source: "IAM JSON policy elements reference" and "Policy evaluation logic" in the IAM User Guide.

pub mod document;
pub mod escalation;
mod pattern;
mod question;

pub use document::{Effect, Policy, Statement};
pub use pattern::{Match, covers, matches};
pub use question::{Evidence, Request, denies, grants_administrator, grants_public, grants_service_wildcard};
