//! What holds of every tree and diagnostic.

use std::fmt::Write as _;

use fasscan::source::{Diagnostic, Kind, NodeId, Span, Tree};

/// Every place lies in the file, on character boundaries.
pub(super) fn tree(tree: &Tree) {
    let text = tree.file().text();
    for index in 0..tree.len() {
        let id = NodeId(index as u32);
        inside(text, tree.span(id));
        for member in tree.members(id) {
            inside(text, member.key_span);
            assert!(!tree.key(member).contains('\0') || text.contains('0'), "a key from nowhere");
        }
    }
}

/// The same for diagnostics, which can also be shown.
pub(super) fn diagnostics(problems: &[Diagnostic]) {
    for problem in problems {
        assert!(!problem.message.is_empty());
        let _ = problem.to_string();
        let Some(file) = &problem.file else { continue };
        for span in problem.span.into_iter().chain(problem.notes.iter().map(|note| note.span)) {
            inside(file.text(), span);
            let (start, end) = (file.position(span.start), file.position(span.end));
            assert!((start.line, start.column) <= (end.line, end.column), "{problem}");
        }
    }
}

pub(super) fn inside(text: &str, span: Span) {
    assert!(text.get(span.start as usize..span.end as usize).is_some(), "{span:?} of {} bytes", text.len());
}

/// The tree as JSON, numbers as the tree has them; `None` when aliases make more than `limit` bytes of it.
pub(super) fn as_json(tree: &Tree, limit: usize) -> Option<String> {
    let mut out = String::new();
    write(tree, tree.root(), limit, &mut out).then_some(out)
}

fn write(tree: &Tree, id: NodeId, limit: usize, out: &mut String) -> bool {
    if out.len() > limit {
        return false;
    }
    match tree.kind(id) {
        Kind::Null => out.push_str("null"),
        Kind::Bool(truth) => drop(write!(out, "{truth}")),
        Kind::Number(text) => out.push_str(tree.text(text)),
        Kind::String(text) => drop(write!(out, "{}", serde_json::Value::from(tree.text(text)))),
        Kind::List { .. } => {
            out.push('[');
            for (index, item) in tree.items(id).iter().enumerate() {
                out.push_str(if index > 0 { ", " } else { "" });
                if !write(tree, *item, limit, out) {
                    return false;
                }
            }
            out.push(']');
        }
        Kind::Map { .. } => {
            out.push('{');
            for (index, member) in tree.members(id).iter().enumerate() {
                let comma = if index > 0 { ", " } else { "" };
                let _ = write!(out, "{comma}{}: ", serde_json::Value::from(tree.key(member)));
                if !write(tree, member.value, limit, out) {
                    return false;
                }
            }
            out.push('}');
        }
    }
    true
}
