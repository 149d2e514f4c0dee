//! Tests of proofs.

mod brute;
mod cases;
mod confirmed;
mod naive;

use crate::iam::document::{Policy, Reader};
use crate::source::{Files, Limits, SourceFile, json};
use crate::value::{Values, View, World};
use serde_json::Value as Json;
use std::sync::Arc;

/// A policy from JSON.
fn policy(document: &Json) -> Policy {
    let mut files = Files::default();
    let file = Arc::new(SourceFile::new("", document.to_string()));
    let tree = json::parse(&file, Limits::default()).unwrap();
    let mut values = Values::default();
    let root = values.push_tree(&tree, tree.root(), files.add(Arc::clone(&file)));
    let world = World::open();
    Reader::new(View::new(&values, &world), &tree.keys).policy(root)
}
