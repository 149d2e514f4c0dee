//! fasscan: a compliance and security policy-as-code scanner for AWS.
//!
//! Data flows one way: `source` reads bytes, `template` makes an `inventory` of them, `rule` loads the rules,
//! `eval` gives verdicts, `report` writes them; `scan` is the whole way, and `cli` the program around it.
//! `docs/architecture.md` has the table of who may use whom.

pub mod cli;
pub mod config;
pub mod deployment;
pub mod eval;
pub mod facts;
pub mod framework;
pub mod iam;
pub mod inventory;
pub mod json_schema;
pub mod profile;
pub mod report;
pub mod rule;
pub mod rule_tests;
pub mod scan;
pub mod snapshot;
pub mod source;
pub mod template;
pub mod value;
