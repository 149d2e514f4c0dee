//! The targets.

mod check;
mod documents;
mod pipeline;
mod policy;

pub use documents::{json, toml_rules, yaml};
pub use pipeline::{assembly, template};
pub use policy::policy;

/// What rules compare dates with.
const TODAY: &str = "2026-11-21";
