//! What fasscan makes of templates against what implementations by others make of them; see README.md.

#![allow(clippy::unwrap_used, reason = "a test may panic, its helpers too")]

mod differences;
mod dump;
mod iam;
mod loops;
mod oracle;
mod reading;
mod resolving;
mod serverless;
