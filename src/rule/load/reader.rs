//! Typed access to the tree of a rule file: what is missing, misspelt or of the wrong type is noted and reading goes on.

use crate::inventory::schema::did_you_mean;
use crate::rule::ast::{Literal, Operand};
use crate::rule::builtin::Prose;
use crate::source::{Diagnostic, Interner, Kind, Level, NodeId, Span, Tree};

use super::Checks;

/// A parameter or relation that the rule declares, and whether something uses it.
#[derive(Debug)]
pub(super) struct Declared<T> {
    pub(super) name: Box<str>,
    pub(super) span: Span,
    pub(super) value: T,
    pub(super) used: bool,
}

/// One rule being read.
pub(super) struct Reader<'a> {
    pub(super) tree: &'a Tree,
    pub(super) names: &'a mut Interner,
    /// What to check beyond the shape; `None` for rules that were checked when they were built in.
    pub(super) checks: Option<&'a Checks<'a>>,
    /// What a built-in rule says that stands apart from the tree.
    pub(super) prose: Option<&'static Prose>,
    pub(super) problems: Vec<Diagnostic>,
    pub(super) params: Vec<Declared<Literal>>,
    /// The selected resource types.
    pub(super) selected: super::path::Scope,
    /// The resource types at the other end of each relation.
    pub(super) relations: Vec<Declared<super::path::Scope>>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(tree: &'a Tree, names: &'a mut Interner, checks: Option<&'a Checks<'a>>) -> Self {
        Self {
            tree,
            names,
            checks,
            prose: None,
            problems: Vec::new(),
            params: Vec::new(),
            selected: super::path::Scope::default(),
            relations: Vec::new(),
        }
    }

    pub(super) fn diagnostic(&self, level: Level, span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic::at(level, self.tree.file(), span, message)
    }

    pub(super) fn error(&mut self, span: Span, message: impl Into<String>) {
        self.problems.push(self.diagnostic(Level::Error, span, message));
    }

    pub(super) fn error_help(&mut self, span: Span, message: impl Into<String>, help: impl Into<Option<String>>) {
        let mut problem = self.diagnostic(Level::Error, span, message);
        problem.help = help.into();
        self.problems.push(problem);
    }

    /// Whether a problem noted since `before` problems makes the rule unusable.
    pub(super) fn failed_since(&self, before: usize) -> bool {
        self.problems.iter().skip(before).any(|problem| problem.level == Level::Error)
    }

    /// A name that is none of `known`.
    pub(super) fn unknown(&mut self, span: Span, what: &str, name: &str, known: &[&str]) {
        let help = match did_you_mean(name, known.iter().copied()) {
            Some(meant) => Some(format!("did you mean `{meant}`")),
            None if known.is_empty() => None,
            None if known.len() <= 20 => Some(format!("known are {}", quoted(known))),
            None => None,
        };
        self.error_help(span, format!("unknown {what} `{name}`"), help);
    }

    /// Where to report what a table lacks: its header or braces, and the start of the file for the file itself.
    pub(super) fn place(&self, table: NodeId) -> Span {
        if table == self.tree.root() { Span::new(0, 0) } else { self.tree.span(table) }
    }

    /// Reports the keys of a table that are none of `known`; those of rules that were checked before are.
    pub(super) fn keys(&mut self, table: NodeId, known: &[&str]) {
        let tree = self.tree;
        let unchecked = if self.checks.is_some() { tree.members(table) } else { &[] };
        for member in unchecked {
            let key = tree.key(member);
            if !known.contains(&key) {
                self.unknown(member.key_span, "key", key, known);
            }
        }
    }

    /// The value of a key that must be there.
    pub(super) fn require(&mut self, table: NodeId, key: &str) -> Option<NodeId> {
        let value = self.tree.get(table, key);
        if value.is_none() {
            self.error(self.place(table), format!("`{key}` is missing"));
        }
        value
    }

    /// Reports that a value is of the wrong type.
    pub(super) fn wrong_type(&mut self, id: NodeId, what: &str, wanted: &str) {
        let found = describe(self.tree.kind(id));
        self.error(self.tree.span(id), format!("`{what}` is to be {wanted}, not {found}"));
    }

    pub(super) fn string(&mut self, id: NodeId, what: &str) -> Option<&'a str> {
        let text = self.tree.string(id);
        if text.is_none() {
            self.wrong_type(id, what, "a text");
        }
        text
    }

    /// A text that is not empty.
    pub(super) fn text(&mut self, id: NodeId, what: &str) -> Option<&'a str> {
        let text = self.string(id, what)?;
        if text.trim().is_empty() {
            self.error(self.tree.span(id), format!("`{what}` is empty"));
            return None;
        }
        Some(text)
    }

    /// The text of a key that must be there.
    pub(super) fn required_text(&mut self, table: NodeId, key: &str) -> Option<&'a str> {
        let id = self.require(table, key)?;
        self.text(id, key)
    }

    /// The text of a key that may be missing.
    pub(super) fn optional_text(&mut self, table: NodeId, key: &str) -> Option<&'a str> {
        let id = self.tree.get(table, key)?;
        self.text(id, key)
    }

    pub(super) fn boolean(&mut self, id: NodeId, what: &str) -> Option<bool> {
        if let Kind::Bool(value) = self.tree.kind(id) {
            return Some(value);
        }
        self.wrong_type(id, what, "`true` or `false`");
        None
    }

    pub(super) fn optional_bool(&mut self, table: NodeId, key: &str) -> Option<bool> {
        let id = self.tree.get(table, key)?;
        self.boolean(id, key)
    }

    pub(super) fn list(&mut self, id: NodeId, what: &str) -> Option<&'a [NodeId]> {
        if matches!(self.tree.kind(id), Kind::List { .. }) {
            return Some(self.tree.items(id));
        }
        self.wrong_type(id, what, "a list");
        None
    }

    /// Whether the node is a table, which is reported when it is not.
    pub(super) fn is_table(&mut self, id: NodeId, what: &str) -> bool {
        let is = matches!(self.tree.kind(id), Kind::Map { .. });
        if !is {
            self.wrong_type(id, what, "a table");
        }
        is
    }

    /// The texts of a list, each with its place; duplicates are reported.
    pub(super) fn texts(&mut self, id: NodeId, what: &str) -> Vec<(&'a str, Span)> {
        let mut texts: Vec<(&str, Span)> = Vec::new();
        for item in self.list(id, what).unwrap_or_default() {
            let Some(text) = self.text(*item, what) else { continue };
            let span = self.tree.span(*item);
            match texts.iter().find(|(other, _)| *other == text) {
                None => texts.push((text, span)),
                Some((_, first)) => {
                    let problem = self.diagnostic(Level::Error, span, format!("`{text}` is listed twice"));
                    self.problems.push(problem.with_note(*first, "first here"));
                }
            }
        }
        texts
    }

    /// One of a few words.
    pub(super) fn word<T: Copy>(&mut self, id: NodeId, what: &str, words: &[(&str, T)]) -> Option<T> {
        let text = self.text(id, what)?;
        let found = words.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
        if found.is_none() {
            let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            self.unknown(self.tree.span(id), what, text, &known);
        }
        found
    }

    /// Any value as a literal.
    pub(super) fn literal(&mut self, id: NodeId) -> Option<Literal> {
        let literal = Literal::of(self.tree, id);
        if literal.is_none() {
            self.error(self.tree.span(id), "`null` is no value here");
        }
        literal
    }

    /// A value, or the name of a parameter: `{ param = "NAME" }`.
    pub(super) fn operand(&mut self, id: NodeId) -> Option<Operand> {
        let tree = self.tree;
        let Some(param) = tree.get(id, "param") else { return self.literal(id).map(Operand::Literal) };
        self.keys(id, &["param"]);
        let name = self.text(param, "param")?;
        self.param(tree.span(param), name).map(Operand::Param)
    }

    /// The index of a declared parameter, which is used by this.
    pub(super) fn param(&mut self, span: Span, name: &str) -> Option<usize> {
        let found = self.params.iter().position(|param| &*param.name == name);
        match found {
            Some(index) => self.params[index].used = true,
            None => {
                let known: Vec<Box<str>> = self.params.iter().map(|param| param.name.clone()).collect();
                let known: Vec<&str> = known.iter().map(|name| &**name).collect();
                self.unknown(span, "parameter", name, &known);
            }
        }
        found
    }

    /// The index of a declared relation, which is used by this.
    pub(super) fn relation(&mut self, id: NodeId, what: &str) -> Option<usize> {
        let name = self.text(id, what)?;
        let found = self.relations.iter().position(|relation| &*relation.name == name);
        match found {
            Some(index) => self.relations[index].used = true,
            None => {
                let known: Vec<Box<str>> = self.relations.iter().map(|relation| relation.name.clone()).collect();
                let known: Vec<&str> = known.iter().map(|name| &**name).collect();
                self.unknown(self.tree.span(id), "relation", name, &known);
            }
        }
        found
    }

    /// The value that an operand has when no parameter is overridden.
    pub(super) fn value_of<'s>(&'s self, operand: &'s Operand) -> &'s Literal {
        match operand {
            Operand::Literal(literal) => literal,
            Operand::Param(index) => &self.params[*index].value,
        }
    }
}

/// What a node is, as a noun with its article.
pub(super) fn describe(kind: Kind) -> &'static str {
    match kind {
        Kind::Null => "null",
        Kind::Bool(_) => "a boolean",
        Kind::Number(_) => "a number",
        Kind::String(_) => "a text",
        Kind::List { .. } => "a list",
        Kind::Map { .. } => "a table",
    }
}

/// Names in backticks, separated by commas.
pub(super) fn quoted(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
