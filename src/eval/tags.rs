//! The question for tags.

use super::answer::Answer;
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
                let tags = self.context.inventory.names.find("Tags");
                let (head, absent) = match self.view.member(cursor.value, tags) {
                    Read::Known(entry) => (Place { file: cursor.head.file, span: entry.key_span }, false),
                    _ => (cursor.head, true),
                };
                let mut blame = self.absent_blame(head, format!("{}.Tags", cursor.trail.text(self)), cursor);
                blame.absent = absent;
                let quoted: Vec<String> = missing.iter().map(|tag| format!("`{tag}`")).collect();
                blame.bindings = vec![("missing", quoted.join(", "))];
                Answer::of(false).with(if wanted == Wanted::False { vec![blame] } else { Vec::new() })
            }
        }
    }
}
