//! Stable digests of values: suffixes of logical ids that change when the value does.

use rustc_hash::FxHashMap;
use sha2::{Digest as _, Sha256};

use super::value::Value;
use crate::source::{Kind, NodeId};
use crate::template::transform::Draft;

type Bytes = [u8; 32];

const LIST: u8 = b'l';
const MAP: u8 = b'm';
const KEY: u8 = b'k';

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
        let mut hash = Sha256::new();
        match value {
            Value::Node(node) => return self.node(draft, *node),
            Value::At(_, value) => return self.value(draft, value),
            Value::List(items) => {
                hash.update([LIST]);
                items.iter().for_each(|item| self.feed(&mut hash, draft, item));
            }
            Value::Map(entries) => {
                hash.update([MAP]);
                for entry in entries {
                    scalar(&mut hash, KEY, &entry.key);
                    self.feed(&mut hash, draft, &entry.value);
                }
            }
            other => self.feed(&mut hash, draft, other),
        }
        hash.finalize().into()
    }

    fn node(&mut self, draft: &Draft<'_>, node: NodeId) -> Bytes {
        if let Some(known) = self.0.get(&node) {
            return *known;
        }
        let tree = &draft.tree;
        let mut hash = Sha256::new();
        match tree.kind(node) {
            Kind::List { .. } => {
                hash.update([LIST]);
                tree.items(node).iter().for_each(|item| self.feed_node(&mut hash, draft, *item));
            }
            Kind::Map { .. } => {
                hash.update([MAP]);
                for member in tree.members(node) {
                    scalar(&mut hash, KEY, tree.key(member));
                    self.feed_node(&mut hash, draft, member.value);
                }
            }
            _ => self.feed_node(&mut hash, draft, node),
        }
        let digest = hash.finalize().into();
        self.0.insert(node, digest);
        digest
    }

    /// Scalars go into the digest of what they stand in, lists and maps with a digest of their own.
    fn feed(&mut self, hash: &mut Sha256, draft: &Draft<'_>, value: &Value) {
        match value {
            Value::Node(node) => self.feed_node(hash, draft, *node),
            Value::Text(text) => scalar(hash, b's', text),
            Value::Number(number) => scalar(hash, b'n', &number.to_string()),
            Value::Bool(truth) => scalar(hash, b'b', if *truth { "true" } else { "false" }),
            Value::At(_, value) => self.feed(hash, draft, value),
            Value::List(_) | Value::Map(_) => hash.update(self.value(draft, value)),
        }
    }

    fn feed_node(&mut self, hash: &mut Sha256, draft: &Draft<'_>, node: NodeId) {
        let tree = &draft.tree;
        match tree.kind(node) {
            Kind::Null => scalar(hash, b'0', ""),
            Kind::Bool(truth) => scalar(hash, b'b', if truth { "true" } else { "false" }),
            Kind::Number(text) => scalar(hash, b'n', tree.text(text)),
            Kind::String(text) => scalar(hash, b's', tree.text(text)),
            Kind::List { .. } | Kind::Map { .. } => hash.update(self.node(draft, node)),
        }
    }
}

fn scalar(hash: &mut Sha256, kind: u8, text: &str) {
    hash.update([kind]);
    hash.update((text.len() as u64).to_le_bytes());
    hash.update(text);
}
