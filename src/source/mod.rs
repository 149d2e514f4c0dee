//! Bytes with places: files, spans, and one spanned tree for JSON, YAML and TOML.
//!
//! This module knows nothing of CloudFormation semantics beyond the short tags of its YAML form, and
//! nothing of rules. It reads, it says where things are, and it says what it could not read and why.

pub mod diagnostic;
pub mod discover;
mod duplicates;
pub mod embedded;
pub mod file;
pub mod gzip;
pub mod intern;
pub mod json;
pub mod limits;
pub mod load;
pub mod paths;
pub mod span;
#[cfg(test)]
mod testing;
pub mod toml;
pub mod tree;
pub mod yaml;

pub use diagnostic::{Diagnostic, Level, Note};
pub use file::{FileId, Files, Position, SourceFile, decode};
pub use intern::{Interner, Symbol};
pub use limits::Limits;
pub use load::Loader;
pub use span::Span;
pub use tree::{Kind, Member, Node, NodeId, Tree};
