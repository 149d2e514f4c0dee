//! `fasscan iam`: what a user sees of policies.

mod check;
mod compare;
