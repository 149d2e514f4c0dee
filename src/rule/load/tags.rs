//! The question for tags: which are there, or the value of one.

use crate::rule::ast::{Clause, Literal, Operator};
use crate::source::NodeId;

use super::clause::ABSENT;
use super::operator::{OPERATORS, Subject};
use super::path::Scope;
use super::reader::Reader;

/// The keys of the questions for tags, without the value of one.
pub(in crate::rule) const KEYS: [&str; 3] = ["present", "key", "in_scope"];
/// What may stand beside the operator on the value of a tag.
pub(in crate::rule) const VALUE_KEYS: [&str; 3] = ["key", "absent", "case"];

impl Reader<'_> {
    /// `tags = { present = ... }`, `tags = { in_scope = ... }` or `tags = { key = ..., OPERATOR, absent = ... }`.
    pub(super) fn tags(&mut self, id: NodeId, scope: &Scope) -> Option<Clause> {
        let tree = self.tree;
        if !self.is_table(id, "tags") {
            return None;
        }
        for resource in scope.resource_types() {
            let tagged = resource.properties().members().any(|member| member.name.to_ascii_lowercase().contains("tag"));
            if !tagged {
                self.error(tree.span(id), format!("`{}` has no tags", resource.name()));
            }
        }
        if tree.get(id, "key").is_some() {
            return self.tag_value(id);
        }
        self.keys(id, &KEYS);
        if let Some(inside) = tree.get(id, "in_scope") {
            if let Some(present) = tree.get(id, "present") {
                self.error(tree.span(present), "`present` and `in_scope` are two questions");
            }
            return self.boolean(inside, "in_scope").map(Clause::InScope);
        }
        let present = self.require(id, "present")?;
        self.texts_operand(present, "present", |_| None).map(Clause::TagsPresent)
    }

    /// The value of one tag, by an operator of `path`.
    fn tag_value(&mut self, id: NodeId) -> Option<Clause> {
        let tree = self.tree;
        let before = self.problems.len();
        self.keys(id, &[&VALUE_KEYS[..], &OPERATORS].concat());
        let subject = *tree.member(id, "key")?;
        let key = self.operand(subject.value)?;
        if !matches!(self.value_of(&key), Literal::Text(text) if !text.is_empty()) {
            let found = self.value_of(&key).describe();
            self.error(tree.span(subject.value), format!("`key` is to be the key of a tag, not {found}"));
        }
        let ignore_case = match tree.get(id, "case") {
            Some(case) => self.word(case, "case", &[("ignore", true)])?,
            None => false,
        };
        let absent = tree.get(id, "absent").and_then(|absent| self.word(absent, "absent", &ABSENT));
        let (Some(member), false) = (self.the_operator(id, &subject), self.failed_since(before)) else { return None };
        let looks = Subject { text: "the tag", types: &[], values: None, ignore_case };
        let operator = self.operator(&member, &looks)?;
        match (tree.member(id, "absent"), &operator) {
            (Some(member), Operator::Exists(_)) => {
                self.error(member.key_span, "`absent` does not go with `exists`, which asks for just that");
            }
            (None, operator) if !matches!(operator, Operator::Exists(_)) => {
                self.error_help(
                    member.key_span,
                    "`absent` is missing: it says what holds without the tag",
                    "write `absent = \"fail\"`, `\"harmless\"` or `\"unknown\"`".to_owned(),
                );
            }
            _ => {}
        }
        Some(Clause::TagValue { key, operator, absent, ignore_case })
    }
}
