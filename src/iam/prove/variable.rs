//! Policy variables.
//!
//! Source: "IAM policy elements: Variables and tags" in the IAM User Guide.

use super::super::theory::{Glob, Scope, Tok};
use super::Reason;
use super::arena::Dim;
use super::compile::{Bound, Compiler};
use std::collections::BTreeMap;

/// Keys whose values are fixed, for what variables stand for; `None` for keys that are absent.
pub(super) type Pinned = BTreeMap<Box<str>, Option<String>>;

/// A part of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part<'t> {
    /// As it is written, wildcards included.
    Plain(&'t str),
    /// A character that would be a wildcard: `${*}`, `${?}`, `${$}`.
    Escaped(char),
    /// A key in lower case, and what stands for it when it is absent.
    Key(String, Option<&'t str>),
}

/// The parts of a text of a policy of version 2012.
pub(super) fn parts(text: &str) -> Vec<Part<'_>> {
    let (mut found, mut rest) = (Vec::new(), text);
    while let Some(at) = rest.find("${") {
        let Some(length) = rest[at..].find('}') else { break };
        if at > 0 {
            found.push(Part::Plain(&rest[..at]));
        }
        let name = &rest[at + 2..at + length];
        match name {
            "*" | "?" | "$" => found.extend(name.chars().map(Part::Escaped)),
            _ => {
                let (key, default) = match name.split_once(',') {
                    Some((key, default)) => (key, Some(default.trim().trim_matches('\''))),
                    None => (name, None),
                };
                found.push(Part::Key(key.trim().to_ascii_lowercase(), default));
            }
        }
        rest = &rest[at + length + 1..];
    }
    if !rest.is_empty() {
        found.push(Part::Plain(rest));
    }
    found
}

/// The key, when the text is one variable and nothing else.
pub(super) fn whole(text: &str) -> Option<String> {
    match &*parts(text) {
        [Part::Key(key, None)] => Some(key.clone()),
        _ => None,
    }
}

/// What stands for a variable in a pattern.
pub(super) enum Filling {
    /// This text, without wildcards.
    Text(String),
    /// Any text.
    Any,
    /// Nothing: the pattern matches nothing.
    Never,
}

/// The pattern of a text with variables: with values put in, or in a bound. Nothing when it can match nothing.
pub(super) fn pattern(
    compiler: &mut Compiler<'_>,
    text: &str,
    bound: Bound,
    glob: &impl Fn(&str) -> Glob,
) -> Option<Glob> {
    filled(text, glob, |key, default| match compiler.pinned.get(key) {
        Some(value) => value.clone().or(default.map(str::to_owned)).map_or(Filling::Never, Filling::Text),
        None => {
            let dim = compiler.arena.dim(key);
            note(compiler, dim, key);
            if bound == Bound::Wide { Filling::Any } else { Filling::Never }
        }
    })
}

/// The pattern of a text, with what `fill` says for each variable and its default.
pub(super) fn filled(
    text: &str,
    glob: impl Fn(&str) -> Glob,
    mut fill: impl FnMut(&str, Option<&str>) -> Filling,
) -> Option<Glob> {
    // Holes are opaque, so that colons and wildcards in values are plain text to the reader of the pattern.
    const HOLE: &str = "\u{1}hole\u{1}";
    let (mut written, mut values) = (String::new(), Vec::new());
    for part in parts(text) {
        let filling = match part {
            Part::Plain(plain) => {
                written.push_str(plain);
                continue;
            }
            Part::Escaped(c) => Filling::Text(c.to_string()),
            Part::Key(key, default) => fill(&key, default),
        };
        written.push_str(HOLE);
        values.push(match filling {
            Filling::Text(value) => Some(value),
            Filling::Any => None,
            Filling::Never => return None,
        });
    }
    let shape = glob(&written);
    let (hole, mut toks, mut at) = (HOLE.chars().map(Tok::Lit).collect::<Vec<_>>(), Vec::new(), 0);
    let mut values = values.into_iter();
    while at < shape.toks().len() {
        if shape.toks()[at..].starts_with(&hole) {
            at += hole.len();
            match values.next().flatten() {
                Some(value) => toks.extend(value.chars().map(Tok::Lit)),
                None => toks.push(Tok::Star(Scope::All)),
            }
        } else {
            toks.push(shape.toks()[at]);
            at += 1;
        }
    }
    Some(Glob::new(toks, shape.fold()))
}

/// Notes that a variable was approximated.
fn note(compiler: &mut Compiler<'_>, dim: Dim, key: &str) {
    compiler.out.inexact = true;
    if !compiler.out.variables.contains(&dim) {
        compiler.out.variables.push(dim);
        compiler.out.reasons.push(Reason::Variable(key.into()));
    }
}
