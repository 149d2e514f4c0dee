//! Stable digests of values: suffixes of logical ids that change when the value does.

use rustc_hash::FxHashMap;
use sha2::{Digest as _, Sha256};

use super::value::{Entry, Value};
use crate::source::{Kind, NodeId};
use crate::template::transform::Draft;

type Bytes = [u8; 32];

/// The digests of what was asked for so far: globals stand in many resources and are read once.
///
/// The order of the keys of a map does not matter to AWS, but it does here: digests are compared within a scan only.
#[derive(Debug, Default)]
pub(super) struct Digests(FxHashMap<NodeId, Bytes>);

impl Digests {
    /// The digest of a value: ten hexadecimal digits.
    pub(super) fn of(&mut self, draft: &Draft<'_>, value: &Value) -> String {
        let bytes = self.value(draft, value);
        bytes.iter().take(5).map(|byte| format!("{byte:02x}")).collect()
    }

    fn value(&mut self, draft: &Draft<'_>, value: &Value) -> Bytes {
        match value {
            Value::Node(node) => self.node(draft, *node),
            Value::Text(text) => leaf(b's', text),
            Value::Number(number) => leaf(b'n', &number.to_string()),
            Value::Bool(truth) => leaf(b'b', if *truth { "true" } else { "false" }),
            Value::List(items) => branch(b'l', items.iter().map(|item| ("", self.value(draft, item)))),
            Value::Map(entries) => {
                let entry = |entry: &'_ Entry| self.value(draft, &entry.value);
                let digests: Vec<Bytes> = entries.iter().map(entry).collect();
                branch(b'm', entries.iter().map(|entry| entry.key.as_ref()).zip(digests))
            }
            Value::At(_, value) => self.value(draft, value),
        }
    }

    fn node(&mut self, draft: &Draft<'_>, node: NodeId) -> Bytes {
        if let Some(known) = self.0.get(&node) {
            return *known;
        }
        let tree = &draft.tree;
        let digest = match tree.kind(node) {
            Kind::Null => leaf(b'0', ""),
            Kind::Bool(truth) => leaf(b'b', if truth { "true" } else { "false" }),
            Kind::Number(text) => leaf(b'n', tree.text(text)),
            Kind::String(text) => leaf(b's', tree.text(text)),
            Kind::List { .. } => branch(b'l', tree.items(node).iter().map(|item| ("", self.node(draft, *item)))),
            Kind::Map { .. } => {
                let members = tree.members(node).iter();
                branch(b'm', members.map(|member| (tree.key(member), self.node(draft, member.value))))
            }
        };
        self.0.insert(node, digest);
        digest
    }
}

fn leaf(kind: u8, text: &str) -> Bytes {
    let mut hash = Sha256::new();
    hash.update([kind]);
    hash.update(text);
    hash.finalize().into()
}

/// Of a list, with empty keys, or of a map.
fn branch<'k>(kind: u8, children: impl Iterator<Item = (&'k str, Bytes)>) -> Bytes {
    let mut hash = Sha256::new();
    hash.update([kind]);
    for (key, digest) in children {
        hash.update((key.len() as u64).to_le_bytes());
        hash.update(key);
        hash.update(digest);
    }
    hash.finalize().into()
}
