//! IAM: policy documents, and what they allow. Pure: no file, network, clock or environment.
//!
//! Source: "IAM JSON policy elements reference" and "Policy evaluation logic" in the IAM User Guide.

pub mod catalogue;
pub mod document;
pub mod escalation;
mod evidence;
mod pattern;
pub mod prove;
mod question;
mod s3_public;
mod theory;

pub use document::{Effect, Policy, Statement};
pub use evidence::Evidence;
pub use pattern::{Match, covers, matches, matches_ignoring_case};
pub use question::{Request, denies, grants_administrator, grants_public, grants_service_wildcard};
pub use s3_public::s3_public;
