//! Values written in a rule, and regular expressions made of them.

use std::sync::OnceLock;

use regex_automata::hybrid::dfa::DFA;
use regex_automata::meta::Regex;

use super::Rule;
use super::partial::{self, TextPart};
use crate::source::{Kind, NodeId, Tree};

/// A value written in a rule.
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    /// A boolean.
    Bool(bool),
    /// A number, with its text as written.
    Number(f64, Box<str>),
    /// A text; dates too.
    Text(Box<str>),
    /// A list.
    List(Vec<Literal>),
    /// A table.
    Table(Vec<(Box<str>, Literal)>),
}

/// A value in a clause: written there, or a parameter.
#[derive(Debug, Clone)]
pub enum Operand {
    /// Written there.
    Literal(Literal),
    /// Index into [`Rule::params`].
    Param(usize),
}

/// A regular expression, compiled when first used.
#[derive(Debug)]
pub struct Pattern {
    /// One or several expressions, any of which may match.
    pub source: Operand,
    /// Whether case does not matter.
    pub ignore_case: bool,
    /// The compiled expression for the current parameter values.
    pub compiled: OnceLock<Option<Regex>>,
    /// The same as an automaton, for texts of which parts are not known.
    pub automaton: OnceLock<Option<Box<DFA>>>,
}

impl Literal {
    /// The value at a node of a file; `None` for `null`.
    #[must_use]
    pub fn of(tree: &Tree, id: NodeId) -> Option<Self> {
        Some(match tree.kind(id) {
            Kind::Null => return None,
            Kind::Bool(value) => Self::Bool(value),
            Kind::Number(text) => {
                let text = tree.text(text);
                Self::Number(text.parse().unwrap_or(f64::NAN), text.into())
            }
            Kind::String(text) => Self::Text(tree.text(text).into()),
            Kind::List { .. } => Self::List(tree.items(id).iter().filter_map(|item| Self::of(tree, *item)).collect()),
            Kind::Map { .. } => {
                let members = tree.members(id).iter();
                Self::Table(members.filter_map(|m| Some((tree.key(m).into(), Self::of(tree, m.value)?))).collect())
            }
        })
    }

    /// The elements of a list; a scalar is a list of itself.
    #[must_use]
    pub fn list(&self) -> &[Literal] {
        match self {
            Self::List(items) => items,
            other => std::slice::from_ref(other),
        }
    }

    /// The text of a scalar as CloudFormation writes it.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) | Self::Number(_, text) => Some(text),
            Self::Bool(true) => Some("true"),
            Self::Bool(false) => Some("false"),
            Self::List(_) | Self::Table(_) => None,
        }
    }

    /// The number of a scalar.
    #[must_use]
    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Number(number, _) => Some(*number),
            Self::Text(text) => text.parse().ok(),
            _ => None,
        }
    }
}

impl std::fmt::Display for Literal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::List(items) => {
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        f.write_str(", ")?;
                    }
                    write!(f, "{item}")?;
                }
                Ok(())
            }
            Self::Table(members) => {
                for (index, (key, value)) in members.iter().enumerate() {
                    if index > 0 {
                        f.write_str(", ")?;
                    }
                    write!(f, "{key} = {value}")?;
                }
                Ok(())
            }
            scalar => f.write_str(scalar.text().unwrap_or_default()),
        }
    }
}

impl Pattern {
    /// A pattern over `source`.
    #[must_use]
    pub fn new(source: Operand) -> Self {
        Self { source, ignore_case: false, compiled: OnceLock::new(), automaton: OnceLock::new() }
    }

    /// A pattern over `source` for which case does not matter.
    #[must_use]
    pub fn ignoring_case(source: Operand) -> Self {
        Self { ignore_case: true, ..Self::new(source) }
    }

    fn sources<'r>(&'r self, rule: &'r Rule) -> Vec<&'r str> {
        rule.operand(&self.source).list().iter().filter_map(Literal::text).collect()
    }

    /// Whether one of the expressions matches every text of these parts (`Some(true)`), or none matches any (`Some(false)`).
    #[must_use]
    pub fn matches_partly(&self, rule: &Rule, parts: &[TextPart<'_>]) -> Option<bool> {
        let automaton =
            self.automaton.get_or_init(|| partial::automaton(&self.sources(rule), self.ignore_case).map(Box::new));
        partial::matches(automaton.as_ref()?, parts)
    }

    /// Whether one of the expressions matches; an expression that does not compile (which loading refuses) matches nothing.
    #[must_use]
    pub fn is_match(&self, rule: &Rule, text: &str) -> bool {
        let compiled = self.compiled.get_or_init(|| {
            let sources = self.sources(rule);
            let syntax = regex_automata::util::syntax::Config::new().case_insensitive(self.ignore_case);
            // Texts are short: an engine that is built quickly beats one that matches quickly.
            let config = Regex::config().auto_prefilter(false).hybrid(false);
            Regex::builder().syntax(syntax).configure(config).build_many(&sources).ok()
        });
        compiled.as_ref().is_some_and(|regex| regex.is_match(text))
    }
}
