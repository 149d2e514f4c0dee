//! Whether all of a list occur among the values of partners.

use super::answer::{Answer, Blame};
use super::cursor::{Cursor, Leaf};
use super::scope::{Scope, Wanted};
use crate::rule::{Absent, Operand, Path};
use crate::value::{Cause, Read};

impl Scope<'_> {
    /// All of a list occur among the values of the partners together.
    pub(super) fn includes(
        &self,
        related: usize,
        path: &Path,
        list: &Operand,
        missing: Absent,
        cursor: &Cursor,
        wanted: Wanted,
    ) -> Answer {
        let partners = self.partners_at(related, cursor);
        if partners.is_empty() {
            let mut answer = self.missing(missing, related, cursor, wanted);
            answer.blames.iter_mut().for_each(|blame| blame.bindings = vec![("missing", quoted(&self.texts(list)))]);
            return answer;
        }
        let (mut left, mut open) = (self.texts(list), Vec::new());
        for at in self.cursors(&partners, related) {
            self.take(&at, path, &mut left, &mut open);
        }
        if left.is_empty() {
            return Answer::of(true);
        }
        for (id, cause) in &partners.possible {
            let mut maybe = left.clone();
            let mut unknown = Vec::new();
            id.iter().for_each(|id| self.take(&self.at_resource(*id), path, &mut maybe, &mut unknown));
            // One that has none of what is missing changes nothing.
            if id.is_none() || maybe.len() < left.len() || !unknown.is_empty() {
                open.push(cause.clone());
            }
        }
        open.extend(partners.hidden.into_iter().chain(partners.elsewhere));
        if !open.is_empty() {
            return Answer::unknown(open);
        }
        let blame = self.absent_blame(cursor.head, cursor.trail.text(self), cursor);
        let blame = Blame { bindings: vec![("missing", quoted(&left))], absent: false, ..blame };
        Answer::of(false).with(if wanted == Wanted::False { vec![blame] } else { Vec::new() })
    }

    /// Takes what a partner has from what is left, and notes what of it is not known.
    fn take(&self, at: &Cursor, path: &Path, left: &mut Vec<&str>, open: &mut Vec<Cause>) {
        for leaf in self.leaves(at, path) {
            let written = match leaf {
                Leaf::Value { written, .. } => written,
                Leaf::Unknown { cause } => {
                    open.push(self.cause(cause));
                    continue;
                }
                Leaf::Absent { .. } => continue,
            };
            match self.view.list(written) {
                Read::Known((items, more)) => {
                    open.extend(more.map(|cause| self.cause(cause)));
                    for item in items {
                        match self.view.text(item) {
                            Read::Known(text) => left.retain(|one| *one != text),
                            Read::Unknown(cause) => open.push(self.cause(cause)),
                            Read::Absent => {}
                        }
                    }
                }
                Read::Unknown(cause) => open.push(self.cause(cause)),
                Read::Absent => {}
            }
        }
    }
}

fn quoted(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
