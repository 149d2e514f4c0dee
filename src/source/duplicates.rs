//! Equal keys in one map, found in linear time whatever the size of the map.

use std::sync::Arc;

use super::{Diagnostic, Level, Member, SourceFile, Tree};

/// The most duplicates that are told apart; the rest are counted.
const SHOWN: usize = 100;

/// For each symbol, the last map it was seen in and its place there: one table serves every map of a tree.
#[derive(Default)]
pub(super) struct Duplicates {
    seen: Vec<(u32, u32)>,
    maps: u32,
    found: Vec<Diagnostic>,
    more: usize,
}

impl Duplicates {
    /// Looks at the members of one map, all of whose keys are interned in `tree`.
    pub(super) fn check(&mut self, file: &Arc<SourceFile>, tree: &Tree, members: &[Member]) {
        if members.len() < 2 {
            return;
        }
        self.maps += 1;
        if self.seen.len() < tree.keys.len() {
            self.seen.resize(tree.keys.len().next_power_of_two(), (0, 0));
        }
        for (index, member) in members.iter().enumerate() {
            let seen = &mut self.seen[member.key.0 as usize];
            if seen.0 != self.maps {
                *seen = (self.maps, index as u32);
                continue;
            }
            let first = &members[seen.1 as usize];
            if self.found.len() == SHOWN {
                self.more += 1;
                continue;
            }
            let message = format!("duplicate key `{}`", tree.key(member));
            self.found.push(
                Diagnostic::at(Level::Error, file, member.key_span, message)
                    .with_note(first.key_span, "first given here"),
            );
        }
    }

    /// What was found, in document order of the maps' ends.
    pub(super) fn into_diagnostics(self, file: &SourceFile) -> Vec<Diagnostic> {
        let mut found = self.found;
        if self.more > 0 {
            let message = format!("{} further duplicate keys are not shown", self.more);
            found.push(Diagnostic::of_path(Level::Error, file.path(), message));
        }
        found
    }
}
