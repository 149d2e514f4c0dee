//! IAM: policy documents, and what they allow. Pure: no file, network, clock or environment.
//!
//! Source: "IAM JSON policy elements reference" and "Policy evaluation logic" in the IAM User Guide.

mod at_once;
pub mod catalogue;
pub mod decide;
pub mod document;
pub mod escalation;
mod evidence;
mod fixed;
pub mod least;
pub mod lint;
mod named_actions;
pub mod organization;
mod pattern;
pub mod prove;
mod question;
mod s3_public;
mod stranger;
mod theory;

use named_actions::named_actions;

pub use document::{Effect, Policy, Statement};
pub use evidence::Evidence;
pub use pattern::{Match, covers, matches, matches_ignoring_case, matches_resource};
pub use question::{
    Requests, allows, allows_all_but, denies, grants_administrator, grants_service_wildcard, same_principal_may,
};
pub use s3_public::s3_public;
pub use stranger::{Entry, Outsider, lets_in};
