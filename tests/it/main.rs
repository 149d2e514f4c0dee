//! What a user notices: the real program in a scrubbed environment, whole reports, and what holds of every input.

#![allow(clippy::unwrap_used, reason = "a test may panic, its helpers too")]

mod accounts;
mod architecture;
mod broken;
mod commands;
mod common;
mod controls;
mod environments;
mod escalations;
mod file_schemas;
mod findings;
mod generated;
mod hostile;
mod iam;
mod iam_documented;
mod iam_simulate;
mod least;
mod metamorphic;
mod outputs;
mod profiles;
mod properties;
mod public_policies;
mod readme;
mod redaction;
mod report_json;
mod report_text;
mod rules;
mod run;
mod sarif_validators;
mod scp;
mod systems;
mod transforms;
mod traps;
mod worlds;
