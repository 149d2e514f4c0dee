//! The question for tags.

use super::answer::Answer;
use super::cursor::{Cursor, Leaf};
use super::scope::{Scope, Wanted};
use crate::facts::tags::{self, Tag};
use crate::rule::{Absent, Fallback, Operand, Operator};
use crate::value::{Cause, Place, Read};

impl Scope<'_> {
    /// An operator on the value of one tag.
    pub(super) fn tag_value(
        &self,
        key: &Operand,
        operator: &Operator,
        absent: Absent,
        ignore_case: bool,
        cursor: &Cursor,
        wanted: Wanted,
    ) -> Answer {
        let inventory = self.context.inventory;
        let key = self.rule.operand(key).text().unwrap_or_default();
        let cursor = &self.at_resource(cursor.resource);
        match tags::find(inventory, &self.view, cursor.resource, key) {
            Tag::Written { value, property, index } => {
                let name = |name: &str| inventory.names.find(name);
                let tags = cursor.trail.entry(name(property));
                let trail = match index {
                    Some(index) => tags.index(index).entry(name("Value")),
                    None => tags.entry(name(key)),
                };
                let (head, _) = self.tags_head(cursor);
                let leaf = Leaf::Value { written: value, trail, head };
                self.test_leaf(leaf, operator, Some(&Fallback::Holds(absent)), ignore_case, cursor, wanted)
            }
            Tag::OfStack(value) => {
                let answer = Answer::of(self.compare_text(value, operator, ignore_case));
                self.of_tags(answer, Some(value), cursor, wanted)
            }
            Tag::Absent => {
                let answer = match (operator, absent) {
                    (Operator::Exists(there), _) => Answer::of(!there),
                    (_, Absent::Unknown) => {
                        return Answer::unknown(vec![Cause::NotInInput { what: format!("the tag `{key}`").into() }]);
                    }
                    _ => self.fallback(Some(absent), &cursor.trail, wanted),
                };
                self.of_tags(answer, None, cursor, wanted)
            }
            Tag::Unknown(cause) => Answer::unknown(vec![self.cause(cause)]),
        }
    }

    /// The answer that the tags as a whole give, with their place as its reason.
    fn of_tags(&self, answer: Answer, found: Option<&str>, cursor: &Cursor, wanted: Wanted) -> Answer {
        if !wanted.wants(answer.holds()) {
            return answer;
        }
        let (head, there) = self.tags_head(cursor);
        let mut blame = self.absent_blame(head, format!("{}.Tags", cursor.trail.text(self)), cursor);
        (blame.absent, blame.found) = (!there && found.is_none(), found.map(str::to_owned));
        answer.with(vec![blame])
    }

    /// Where tags are written, and whether they are; the properties of the resource when not.
    fn tags_head(&self, cursor: &Cursor) -> (Place, bool) {
        match self.view.member(cursor.value, self.context.inventory.names.find("Tags")) {
            Read::Known(entry) => (Place { file: cursor.head.file, span: entry.key_span }, true),
            _ => (cursor.head, false),
        }
    }

    pub(super) fn tags_present(&self, wanted_tags: &Operand, cursor: &Cursor, wanted: Wanted) -> Answer {
        let names: Vec<&str> = self.rule.operand(wanted_tags).list().iter().filter_map(|tag| tag.text()).collect();
        match tags::missing(self.context.inventory, &self.view, cursor.resource, &names) {
            Err(causes) => Answer::unknown(causes),
            Ok(missing) if missing.is_empty() => Answer::of(true),
            Ok(missing) => {
                let quoted: Vec<String> = missing.iter().map(|tag| format!("`{tag}`")).collect();
                let mut answer = self.of_tags(Answer::of(false), None, cursor, wanted);
                for blame in &mut answer.blames {
                    blame.bindings = vec![("missing", quoted.join(", "))];
                }
                answer
            }
        }
    }

    /// Whether the resource is (not) in the declared scope.
    pub(super) fn in_scope(&self, inside: bool, cursor: &Cursor, wanted: Wanted) -> Answer {
        match self.context.options.scope.carried(self.context.inventory, &self.view, cursor.resource) {
            Err(causes) => Answer::unknown(causes),
            Ok(carried) => self.of_tags(Answer::of(carried == inside), None, cursor, wanted),
        }
    }
}
