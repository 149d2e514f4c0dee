//! Rules: TOML read, checked against the resource schema, and compiled to a tree that `eval` walks.
//!
//! Everything that can be wrong with a rule is said when it is loaded, all at once and with its place. This module
//! judges nothing.

pub mod ast;
mod builtin;
mod describe;
pub mod docs;
mod find;
mod json;
mod lint;
pub mod load;
mod params;
mod schema;
mod words;

pub use ast::{
    Absent, Assert, Bound, CidrQuestion, Clause, ControlReference, Expectation, Fallback, Fix, IamQuestion, IamRequest,
    LeastQuestion, Literal, Message, NetworkQuestion, Operand, Operator, OutcomeName, Pair, Param, Path, Pattern,
    Ports, Quantifier, Related, Rule, RuleSet, RuleTest, ScpQuestion, SecretQuestion, SecretText, Segment, Severity,
    Status, Strength, Subject, TextPart, Via, WiderQuestion,
};
pub use builtin::{Builtin, builtin_files, builtin_profiles};
pub use describe::{list, show};
pub use json::list_json;
pub use lint::{lint, lint_builtin};
pub use load::{Checks, Conventions, load_checked, load_user};
pub use params::ParamError;
pub use schema::schema;
