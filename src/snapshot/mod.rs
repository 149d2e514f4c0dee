//! Snapshots: what an account holds at a point in time, as a file that can be judged again.
//!
//! A live scan is "collect a snapshot, then scan the snapshot". This module knows the format, which `docs/snapshot.md`
//! describes, and makes an inventory of it; it calls no API, reads no file and no clock, and knows no rule. What stands in a
//! snapshot is not trusted.

mod build;
mod lines;
mod link;
pub mod record;
mod values;
mod write;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::inventory::Inventory;
use crate::source::{Diagnostic, Level, Limits, SourceFile, Tree, json};

pub use write::{Resumed, pack, resume, text};

/// How much a snapshot may hold: half a gigabyte of text, twenty million values.
pub const LIMITS: Limits = Limits { depth: 128, bytes: 512 << 20, nodes: 20_000_000 };

/// What a file holds.
#[derive(Debug)]
pub struct Loaded {
    /// Its lines, the items of the root.
    pub tree: Arc<Tree>,
    /// Each snapshot in it; a file may hold those of several accounts, one after the other.
    pub accounts: Vec<Account>,
    /// What could not be read.
    pub diagnostics: Vec<Diagnostic>,
}

/// One account at a time.
#[derive(Debug)]
pub struct Account {
    /// Its resources.
    pub inventory: Inventory,
    /// The resource types that were listed in at least one region: of others it is not known whether there are any.
    pub listed: BTreeSet<Box<str>>,
}

/// The snapshots of a file. `whole` is false when the file was cut off in a part that is left out.
#[must_use]
pub fn load(file: &Arc<SourceFile>, whole: bool) -> Loaded {
    let (tree, mut diagnostics) = json::parse_lines(file, LIMITS);
    if !whole {
        let message = "the file ends in the middle of a part, which is left out";
        diagnostics.push(Diagnostic::of_path(Level::Warning, file.path(), message));
    }
    let (snapshots, problems) = lines::read(&tree);
    diagnostics.extend(problems);
    let accounts = snapshots.iter().map(|snapshot| {
        let types = snapshot.parts.iter().flat_map(|part| &part.types);
        let listed = types.map(|name| Box::from(*name)).collect();
        Account { inventory: build::inventory(snapshot, &tree), listed }
    });
    let accounts = accounts.collect();
    Loaded { tree: Arc::new(tree), accounts, diagnostics }
}
