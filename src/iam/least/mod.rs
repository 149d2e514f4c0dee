//! Least privilege: what the wildcards of an identity policy really open, judged by what AWS says about each action.
//!
//! A `*` is no problem in itself. It is one where it stands for actions that change something or hand out data, on resources that
//! could have been named, without a condition that names them in another way, and where no denial of the same policy takes it
//! back. Everything here answers about one policy and is pure; what is not known stays open in the answer.
//!
//! Sources: the Service Authorization Reference ([`crate::iam::catalogue`]); "Apply least-privilege permissions" in "Security best
//! practices in IAM", IAM User Guide. The selections of actions that these do not decide are [`Risk`] and `narrowing.toml`.

mod allows;
mod answer;
mod conditions;
mod reach;
mod region;
mod risk;
mod services;
mod suggest;
mod summary;
mod wildcards;

#[cfg(test)]
mod tests;

pub use allows::Allows;
pub use answer::{Answer, Concern, Finding};
pub use reach::arn_formats;
pub use region::region_unrestricted;
pub use risk::{Risk, RiskClass};
pub use suggest::{Candidate, Suggestion, suggest};
pub use summary::{ServiceAccess, services};
pub use wildcards::{
    administrator, inverted_allow, pass_role_unscoped, risk, service_wildcard_risk, service_wildcards,
    wildcard_actions, wildcard_resources,
};
