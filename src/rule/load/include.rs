//! Whether all of a list occur among the values of partners.

use crate::rule::ast::Clause;
use crate::source::NodeId;

use super::clause::Spoken;
use super::reader::Reader;

impl Reader<'_> {
    /// `on = "NAME", values = "A.B", include = [...], missing = ...`.
    pub(super) fn includes(&mut self, id: NodeId, related: usize, spoken: &mut Spoken) -> Option<Clause> {
        let tree = self.tree;
        spoken.includes = true;
        for key in ["match", "quantifier"] {
            if let Some(member) = tree.member(id, key) {
                self.error(member.key_span, format!("`{key}` does not go with `include`"));
            }
        }
        let partners = self.relations.get(related)?.value.clone();
        let path = self.require(id, "values").and_then(|path| self.path(path, "values", &partners));
        let wanted = self.require(id, "include").and_then(|list| self.texts_operand(list, "include", |_| None));
        let missing = self.missing(id);
        Some(Clause::Includes { related, path: path?.path, wanted: wanted?, missing: missing? })
    }
}
