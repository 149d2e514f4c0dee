//! The questions that have the semantics of their field: `secret`, `key`; the others have files of their own.

use crate::inventory::schema::{Kind as SchemaKind, Type};
use crate::rule::ast::{Clause, Operand, Pair, Pattern, SecretQuestion, SecretText};
use crate::source::{Member, NodeId, Span};

use super::clause::ABSENT;
use super::format::regex_problem;
use super::operator::texts;
use super::path::{Resolved, Root, Scope, Within};
use super::reader::{Reader, quoted};

pub(in crate::rule) const SECRET_KEYS: [&str; 5] = ["path", "key", "value", "keys", "text"];
pub(in crate::rule) const SECRET_TEXTS: [(&str, SecretText); 2] =
    [("any", SecretText::Any), ("members", SecretText::Members)];
pub(in crate::rule) const KEY_KEYS: [&str; 2] = ["path", "customer"];

impl Reader<'_> {
    /// The one member of a table that is a question; `beside` may stand there too.
    pub(super) fn question(&mut self, id: NodeId, what: &str, questions: &[&str], beside: &[&str]) -> Option<Member> {
        if !self.is_table(id, what) {
            return None;
        }
        let tree = self.tree;
        let known = [questions, beside].concat();
        let before = self.problems.len();
        self.keys(id, &known);
        let mut found = tree.members(id).iter().filter(|member| questions.contains(&tree.key(member)));
        match (found.next(), found.next()) {
            (Some(only), None) => Some(*only),
            (Some(_), Some(second)) => {
                self.error(second.key_span, format!("`{what}` asks two questions in one clause"));
                None
            }
            (None, _) => {
                if self.problems.len() == before {
                    let help = format!("write one of {}", quoted(questions));
                    self.error_help(tree.span(id), format!("`{what}` asks nothing"), help);
                }
                None
            }
        }
    }

    /// A question that is asked by writing `true`.
    pub(super) fn asked(&mut self, member: &Member) -> Option<()> {
        let key = self.tree.key(member);
        if self.boolean(member.value, key)? {
            return Some(());
        }
        let help = format!("write `not = {{ ... = {{ {key} = true }} }}` for the opposite");
        self.error_help(self.tree.span(member.value), format!("`{key}` is to be `true`"), help);
        None
    }

    pub(super) fn secret(&mut self, id: NodeId, scope: &Scope) -> Option<Clause> {
        if !self.is_table(id, "secret") {
            return None;
        }
        self.keys(id, &SECRET_KEYS);
        let path = self.require(id, "path").and_then(|path| self.path(path, "path", scope));
        let keys = match self.tree.get(id, "keys") {
            Some(keys) => Some(Pattern::ignoring_case(self.texts_operand(keys, "keys", regex_problem)?)),
            None => None,
        };
        let text = match self.tree.member(id, "text") {
            Some(member) => {
                let text = self.word(member.value, "text", &SECRET_TEXTS)?;
                if text == SecretText::Members && keys.is_none() {
                    self.error(self.tree.span(member.value), "`text = \"members\"` needs `keys`, the names of secrets");
                }
                text
            }
            None => SecretText::Any,
        };
        let path = path?;
        let pair = self.pair(id, &path)?;
        let map = path.types.iter().any(|ty| matches!(ty.kind(), SchemaKind::Map(_)));
        if let (None, true, None) = (&pair, map, &keys) {
            let message = format!("`keys` is missing: `{}` is a map, whose keys name the secrets", path.path.text);
            self.error(self.tree.span(id), message);
        }
        if let (Some(_), None) = (&pair, &keys) {
            self.error(self.tree.span(id), "`keys` is missing: the names of secrets among the pairs");
        }
        Some(Clause::Secret(SecretQuestion { path: path.path, pair, keys, text }))
    }

    /// `key` and `value` of a question for secrets among pairs; the inner `None` where it is not about pairs.
    fn pair(&mut self, id: NodeId, path: &Resolved) -> Option<Option<Pair>> {
        let tree = self.tree;
        let (key, value) = match (tree.member(id, "key"), tree.member(id, "value")) {
            (None, None) => return Some(None),
            (Some(key), Some(value)) => (key.value, value.value),
            (Some(_), None) | (None, Some(_)) => {
                let missing = if tree.get(id, "key").is_some() { "value" } else { "key" };
                let message = format!("`{missing}` is missing: a pair has `key`, its name, and `value`");
                self.error(tree.span(id), message);
                return None;
            }
        };
        if let Some(text) = tree.member(id, "text") {
            self.error(text.key_span, "`text` does not go with pairs, whose values are secrets by their name");
        }
        let is_list = path.types.iter().any(|ty| ty.item().is_some());
        let scope = match is_list {
            true => self.elements(path, tree.span(id))?,
            false => {
                let root = |ty: &Type| Root { ty: *ty, resource: None };
                Scope { types: path.types.iter().map(root).collect(), within: Within::Element }
            }
        };
        let (key, value) = (self.path(key, "key", &scope), self.path(value, "value", &scope));
        Some(Some(Pair { key: key?.path, value: value?.path }))
    }

    /// `key = { path = "KmsKeyId", customer = true }`, with `absent` beside it.
    pub(super) fn customer_key(&mut self, clause: NodeId, id: NodeId, scope: &Scope) -> Option<Clause> {
        let tree = self.tree;
        if !self.is_table(id, "key") {
            return None;
        }
        self.keys(id, &KEY_KEYS);
        let path = self.require(id, "path").and_then(|path| self.path(path, "path", scope));
        self.require(id, "customer")?;
        self.asked(tree.member(id, "customer")?)?;
        let path = path?;
        for ty in &path.types {
            if !ty.accepts_scalar() {
                let message = format!("`key` does not fit `{}`, which is {}", path.path.text, ty.describe());
                self.error(tree.span(id), message);
            }
        }
        let absent = match tree.get(clause, "absent") {
            Some(word) => Some(self.word(word, "absent", &ABSENT)?),
            None => {
                if self.checks.is_some() && !path.required && !path.types.is_empty() {
                    self.absent_is_missing(tree.span(id), "key", &path.path.text);
                }
                None
            }
        };
        Some(Clause::CustomerKey { path: path.path, absent })
    }

    /// A text or list of texts, or a parameter that is one.
    pub(super) fn texts_operand(
        &mut self,
        id: NodeId,
        what: &str,
        problem: impl Fn(&str) -> Option<String>,
    ) -> Option<Operand> {
        let operand = self.operand(id)?;
        if self.checks.is_some() {
            let value = self.value_of(&operand);
            // A list that a user fills may be empty by default.
            let empty = matches!(operand, Operand::Param(_)) && value.list().is_empty();
            if let Some(problem) = texts(what, value, problem).filter(|_| !empty) {
                self.error(self.tree.span(id), problem);
                return None;
            }
        }
        Some(operand)
    }

    /// Reports resource types that do not have this property.
    pub(super) fn check_has(&mut self, scope: &Scope, span: Span, property: &str) {
        for resource in scope.resource_types() {
            if resource.properties().member(property).is_none() {
                self.error(span, format!("`{}` has no `{property}`", resource.name()));
            }
        }
    }
}
