//! What the tests of the parsers share.

use std::sync::Arc;

use proptest::prelude::*;
use serde_json::Value;

use super::{Diagnostic, Kind, NodeId, SourceFile, Span, Tree};

pub(super) fn file(text: &str) -> Arc<SourceFile> {
    Arc::new(SourceFile::new("t", text))
}

/// A tree as a plain value; numbers become what their text means.
pub(super) fn plain(tree: &Tree, id: NodeId) -> Value {
    match tree.kind(id) {
        Kind::Null => Value::Null,
        Kind::Bool(value) => Value::Bool(value),
        Kind::Number(text) => {
            serde_json::from_str(tree.text(text)).unwrap_or_else(|_| panic!("number `{}`", tree.text(text)))
        }
        Kind::String(text) => Value::String(tree.text(text).to_owned()),
        Kind::List { .. } => tree.items(id).iter().map(|item| plain(tree, *item)).collect(),
        Kind::Map { .. } => Value::Object(
            tree.members(id).iter().map(|member| (tree.key(member).to_owned(), plain(tree, member.value))).collect(),
        ),
    }
}

pub(super) fn root(tree: &Tree) -> Value {
    plain(tree, tree.root())
}

/// The text of the file at the value of a chain of keys and indices.
pub(super) fn slice<'a>(tree: &'a Tree, path: &[&str]) -> &'a str {
    tree.span(node(tree, path)).slice(tree.file().text())
}

/// The text of the file at the last key of a chain.
pub(super) fn key_slice<'a>(tree: &'a Tree, path: &[&str]) -> &'a str {
    let (key, parents) = path.split_last().expect("a key");
    tree.member(node(tree, parents), key).expect("member").key_span.slice(tree.file().text())
}

pub(super) fn node(tree: &Tree, path: &[&str]) -> NodeId {
    path.iter().fold(tree.root(), |id, step| {
        let item = || tree.items(id).get(step.parse::<usize>().ok()?).copied();
        tree.get(id, step).or_else(item).unwrap_or_else(|| panic!("no `{step}` in {path:?}"))
    })
}

/// Diagnostics as people read them, one a line, with the text that each place covers, its notes and its help.
pub(super) fn told(problems: &[Diagnostic]) -> String {
    let mut out = String::new();
    for problem in problems {
        let text = problem.file.as_ref().map_or("", |file| file.text());
        out += &format!("{problem}");
        if let Some(span) = problem.span {
            out += &format!(" @ {:?}", span.slice(text));
        }
        for note in &problem.notes {
            out += &format!(" | {} @ {:?} {}", note.message, note.span.slice(text), note.span.start);
        }
        if let Some(help) = &problem.help {
            out += &format!(" | help: {help}");
        }
        out.push('\n');
    }
    out
}

/// Every place lies in the file on character boundaries, and children in their parents unless an alias put them there.
pub(super) fn check_spans(tree: &Tree, nested: bool) {
    let text = tree.file().text();
    let inside = |span: Span| text.get(span.start as usize..span.end as usize).is_some();
    for index in 0..tree.len() {
        let id = NodeId(index as u32);
        let span = tree.span(id);
        assert!(inside(span), "{span:?}");
        for member in tree.members(id) {
            assert!(inside(member.key_span), "{:?}", member.key_span);
        }
        let children = tree.items(id).iter().copied().chain(tree.members(id).iter().map(|member| member.value));
        for child in children.filter(|_| nested) {
            let child = tree.span(child);
            assert!(span.start <= child.start && child.end <= span.end, "{child:?} in {span:?} of {text:?}");
        }
    }
}

pub(super) fn config() -> ProptestConfig {
    ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() }
}

/// Any JSON value, small.
pub(super) fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "[ -~é€😀\n\t\"\\\\/]{0,12}".prop_map(Value::from),
        "(yes|no|on|012|0x1f|~|null|1e5|2012-10-17|<<|- a|a: b|#|!Ref x|&a|\\*a|'|%|@|`|---)".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec(("[ -~é\n\"\\\\]{0,8}|<<|0[0-9]{3}", inner), 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}
