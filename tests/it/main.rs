//! What a user of the program sees: the real binary, in a scrubbed environment.

mod broken;
mod commands;
mod hostile;
mod outputs;
mod redaction;
mod run;
