//! Typed access to a TOML file: what is unknown, missing or of the wrong type is noted, and reading goes on.

use super::ParamSetting;
use crate::facts::scope::Tags;
use crate::framework;
use crate::rule::Literal;
use crate::source::{Diagnostic, Kind, Level, NodeId, Span, Tree};
use crate::value::did_you_mean;

pub(super) const SCOPE_KEYS: [&str; 1] = ["tags"];

/// A text and its place.
pub(crate) type Named = (Box<str>, Span);

/// One file being read.
pub(crate) struct Reader<'a> {
    tree: &'a Tree,
    problems: Vec<Diagnostic>,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(tree: &'a Tree) -> Self {
        Self { tree, problems: Vec::new() }
    }

    /// What was wrong, in the order of the file.
    pub(crate) fn problems(mut self) -> Vec<Diagnostic> {
        self.problems.sort_by_key(|problem| problem.span);
        self.problems
    }

    pub(crate) fn error(&mut self, span: Span, message: String) {
        self.problems.push(Diagnostic::at(Level::Error, self.tree.file(), span, message));
    }

    /// A name that is none of `known`.
    fn unknown(&mut self, span: Span, what: &str, name: &str, known: &[&str]) {
        let mut problem = Diagnostic::at(Level::Error, self.tree.file(), span, format!("unknown {what} `{name}`"));
        problem.help = Some(match did_you_mean(name, known.iter().copied()) {
            Some(meant) => format!("did you mean `{meant}`"),
            None => format!("known are `{}`", known.join("`, `")),
        });
        self.problems.push(problem);
    }

    /// Reports the keys of a table that are none of `known`.
    pub(crate) fn keys(&mut self, table: NodeId, known: &[&str]) {
        for member in self.tree.members(table) {
            let key = self.tree.key(member);
            if !known.contains(&key) {
                self.unknown(member.key_span, "key", key, known);
            }
        }
    }

    fn text(&mut self, node: NodeId, what: &str) -> Option<Box<str>> {
        let text = self.tree.string(node).filter(|text| !text.trim().is_empty());
        if text.is_none() {
            self.error(self.tree.span(node), format!("`{what}` is to be a text"));
        }
        text.map(Into::into)
    }

    /// The text of a key that must be there.
    pub(crate) fn required_text(&mut self, table: NodeId, key: &str) -> Option<Box<str>> {
        match self.tree.get(table, key) {
            Some(node) => self.text(node, key),
            None => {
                self.error(Span::default(), format!("`{key}` is missing"));
                None
            }
        }
    }

    /// The truth of a key that may be missing.
    pub(crate) fn boolean(&mut self, table: NodeId, key: &str) -> Option<bool> {
        let node = self.tree.get(table, key)?;
        match self.tree.kind(node) {
            Kind::Bool(value) => Some(value),
            _ => {
                self.error(self.tree.span(node), format!("`{key}` is to be `true` or `false`"));
                None
            }
        }
    }

    /// The texts of a list that may be missing.
    pub(crate) fn texts(&mut self, table: NodeId, key: &str) -> Vec<Named> {
        let Some(node) = self.tree.get(table, key) else { return Vec::new() };
        self.list(node, key)
    }

    fn list(&mut self, node: NodeId, what: &str) -> Vec<Named> {
        if !matches!(self.tree.kind(node), Kind::List { .. }) {
            self.error(self.tree.span(node), format!("`{what}` is to be a list of texts"));
            return Vec::new();
        }
        let tree = self.tree;
        tree.items(node).iter().filter_map(|item| Some((self.text(*item, what)?, tree.span(*item)))).collect()
    }

    /// The `frameworks`, each of which there is.
    pub(crate) fn frameworks(&mut self, table: NodeId) -> Vec<Named> {
        let known: Vec<&str> = framework::builtin().iter().map(|framework| &*framework.id).collect();
        let mut named = self.texts(table, "frameworks");
        named.retain(|(id, span)| {
            let is_known = known.contains(&&**id);
            if !is_known {
                self.unknown(*span, "framework", id, &known);
            }
            is_known
        });
        named
    }

    /// A member that is a table.
    fn table(&mut self, table: NodeId, key: &str) -> Option<NodeId> {
        let node = self.tree.get(table, key)?;
        let is_table = matches!(self.tree.kind(node), Kind::Map { .. });
        if !is_table {
            self.error(self.tree.span(node), format!("`{key}` is to be a table"));
        }
        is_table.then_some(node)
    }

    /// `[params."RULE"] NAME = VALUE`.
    pub(crate) fn params(&mut self, root: NodeId) -> Vec<ParamSetting> {
        let tree = self.tree;
        let mut params = Vec::new();
        let Some(rules) = self.table(root, "params") else { return params };
        for rule in tree.members(rules) {
            let id = tree.key(rule);
            if !matches!(tree.kind(rule.value), Kind::Map { .. }) {
                self.error(rule.key_span, format!("`{id}` is to be a table of parameters, as in `[params.\"{id}\"]`"));
                continue;
            }
            for param in tree.members(rule.value) {
                let Some(value) = Literal::of(tree, param.value) else { continue };
                params.push(ParamSetting {
                    rule: id.into(),
                    name: tree.key(param).into(),
                    value,
                    rule_span: rule.key_span,
                    name_span: param.key_span,
                    value_span: tree.span(param.value),
                });
            }
        }
        params
    }

    /// `[scope] tags = { KEY = "VALUE", OTHER = ["VALUE", "VALUE"] }`.
    pub(crate) fn scope(&mut self, root: NodeId) -> Option<Tags> {
        let tree = self.tree;
        let scope = self.table(root, "scope")?;
        self.keys(scope, &SCOPE_KEYS);
        let tags = self.table(scope, "tags")?;
        let mut found = Tags::new();
        for tag in tree.members(tags) {
            let key = tree.key(tag);
            let values = match tree.kind(tag.value) {
                Kind::List { .. } => self.list(tag.value, key).into_iter().map(|(value, _)| value).collect(),
                _ => self.text(tag.value, key).into_iter().collect::<Vec<_>>(),
            };
            if values.is_empty() && matches!(tree.kind(tag.value), Kind::List { .. }) {
                self.error(tree.span(tag.value), format!("`{key}` has no values"));
            }
            found.push((key.into(), values));
        }
        Some(found)
    }
}
