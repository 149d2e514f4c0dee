//! Equal keys in one map, found in linear time whatever the size of the map.

use std::sync::Arc;

use super::limits::Collected;
use super::{Diagnostic, Level, Member, SourceFile, Tree};

/// For each symbol, the last map it was seen in and its place there: one table serves every map of a tree.
#[derive(Default)]
pub(super) struct Duplicates {
    seen: Vec<(u32, u32)>,
    maps: u32,
}

impl Duplicates {
    /// Looks at the members of one map, all of whose keys are interned in `tree`.
    pub(super) fn check(&mut self, file: &Arc<SourceFile>, tree: &Tree, members: &[Member], problems: &mut Collected) {
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
            let message = format!("duplicate key `{}`", tree.key(member));
            let problem = Diagnostic::at(Level::Error, file, member.key_span, message);
            problems.push(problem.with_note(members[seen.1 as usize].key_span, "first given here"));
        }
    }
}
