//! The question for tags.

use super::answer::{Answer, Blame};
use super::cursor::Cursor;
use super::scope::{Scope, Wanted};
use crate::facts::tags;
use crate::rule::Operand;
use crate::value::{Place, Read};

impl Scope<'_> {
    pub(super) fn tags_present(&self, wanted_tags: &Operand, cursor: &Cursor, wanted: Wanted) -> Answer {
        let names: Vec<&str> = self.rule.operand(wanted_tags).list().iter().filter_map(|tag| tag.text()).collect();
        match tags::missing(self.context.inventory, &self.view, cursor.resource, &names) {
            Err(causes) => Answer::unknown(causes),
            Ok(missing) if missing.is_empty() => Answer::of(true),
            Ok(missing) => {
                let mut blame = self.tags_blame(cursor);
                let quoted: Vec<String> = missing.iter().map(|tag| format!("`{tag}`")).collect();
                blame.bindings = vec![("missing", quoted.join(", "))];
                Answer::of(false).with(if wanted == Wanted::False { vec![blame] } else { Vec::new() })
            }
        }
    }

    /// Whether the resource is (not) in the declared scope.
    pub(super) fn in_scope(&self, inside: bool, cursor: &Cursor, wanted: Wanted) -> Answer {
        match self.context.options.scope.carried(self.context.inventory, &self.view, cursor.resource) {
            Err(causes) => Answer::unknown(causes),
            Ok(carried) => {
                let holds = carried == inside;
                let blamed = !holds && wanted == Wanted::False;
                Answer::of(holds).with(if blamed { vec![self.tags_blame(cursor)] } else { Vec::new() })
            }
        }
    }

    /// The place of the tags, or where they would stand.
    fn tags_blame(&self, cursor: &Cursor) -> Blame {
        let tags = self.context.inventory.names.find("Tags");
        let (head, absent) = match self.view.member(cursor.value, tags) {
            Read::Known(entry) => (Place { file: cursor.head.file, span: entry.key_span }, false),
            _ => (cursor.head, true),
        };
        let mut blame = self.absent_blame(head, format!("{}.Tags", cursor.trail.text(self)), cursor);
        blame.absent = absent;
        blame
    }
}
