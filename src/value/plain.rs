//! Values of a file that is no template: everything in it is known.

use super::{Entry, Kind, Place, ValueId, Values};
use crate::source::{FileId, NodeId, Tree, tree};

impl Values {
    /// Adds the values of a tree below `node`, which all stand in `file`. Keys are symbols of [`Tree::keys`].
    pub fn push_tree(&mut self, tree: &Tree, node: NodeId, file: FileId) -> ValueId {
        let place = Place { file, span: tree.span(node) };
        match tree.kind(node) {
            tree::Kind::Null => ValueId::ABSENT,
            tree::Kind::Bool(truth) => self.push(Kind::Bool(truth), place),
            tree::Kind::Number(text) => {
                let text = self.store(tree.text(text));
                self.push(Kind::Number(text), place)
            }
            tree::Kind::String(text) => self.push_text(tree.text(text), place),
            tree::Kind::List { .. } => {
                let items: Vec<ValueId> =
                    tree.items(node).iter().map(|item| self.push_tree(tree, *item, file)).collect();
                self.push_list(&items, place)
            }
            tree::Kind::Map { .. } => {
                let entries: Vec<Entry> = tree
                    .members(node)
                    .iter()
                    .map(|member| Entry {
                        key: member.key,
                        key_span: member.key_span,
                        value: self.push_tree(tree, member.value, file),
                    })
                    .collect();
                self.push_map(&entries, place)
            }
        }
    }
}
