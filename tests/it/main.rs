//! What a user of the program sees: the real binary, in a scrubbed environment.

#![allow(clippy::unwrap_used, reason = "a test may panic, its helpers too")]

mod broken;
mod commands;
mod hostile;
mod outputs;
mod redaction;
mod run;
