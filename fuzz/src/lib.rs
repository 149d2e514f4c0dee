//! Fuzz targets: plain functions of bytes that panic when fasscan does something that it must not do.
//!
//! Two drivers run them: libFuzzer for long runs (`./run`), and `smoke`, which continuous integration runs. What a target
//! asserts holds of every input; time, memory and stack are watched by the drivers.

#![forbid(unsafe_code)]

mod gadgets;
pub mod mutate;
pub mod seeds;
pub mod targets;

/// A target: its name, which is also that of its folders, and what it does.
pub type Target = (&'static str, fn(&[u8]));

/// All targets.
pub const TARGETS: [Target; 6] = [
    ("assembly", targets::assembly),
    ("json", targets::json),
    ("policy", targets::policy),
    ("template", targets::template),
    ("toml_rules", targets::toml_rules),
    ("yaml", targets::yaml),
];
