//! What is scanned, and the catalogue of what it may look like.

pub mod schema;
