//! How many there are: partners of a relation, or different values.

use crate::rule::ast::{Absent, Bound, Clause, Quantifier};
use crate::source::NodeId;

use super::clause::Spoken;
use super::operator::whole_number_problem;
use super::path::Scope;
use super::reader::Reader;

pub(in crate::rule) const RELATION_KEYS: [&str; 4] = ["name", "exists", "at_least", "at_most"];
pub(in crate::rule) const DISTINCT_KEYS: [&str; 5] = ["path", "on", "match", "at_least", "at_most"];

impl Reader<'_> {
    /// `relation = { name = "NAME", exists = true }`, or how many partners there are.
    pub(super) fn partner_count(&mut self, id: NodeId, spoken: &mut Spoken) -> Option<Clause> {
        spoken.partners = true;
        if !self.is_table(id, "relation") {
            return None;
        }
        let tree = self.tree;
        self.keys(id, &RELATION_KEYS);
        let related = self.require(id, "name").and_then(|name| self.relation(name, "name"));
        if tree.get(id, "at_least").is_some() || tree.get(id, "at_most").is_some() {
            if let Some(member) = tree.member(id, "exists") {
                self.error(member.key_span, "`exists` does not go with `at_least` or `at_most`");
            }
            let bound = self.bound(id, "relation");
            return Some(Clause::Count { related: related?, bound: bound? });
        }
        let exists = self.require(id, "exists").and_then(|exists| self.boolean(exists, "exists"));
        let (quantifier, missing) =
            if exists? { (Quantifier::Some, Absent::Fail) } else { (Quantifier::None, Absent::Pass) };
        Some(Clause::On { related: related?, quantifier, matches: Vec::new(), missing })
    }

    /// `distinct = { path = "A", at_least = 2 }`, of the resource itself or, with `on`, of partners.
    pub(super) fn distinct(&mut self, id: NodeId, scope: &Scope, spoken: &mut Spoken) -> Option<Clause> {
        if !self.is_table(id, "distinct") {
            return None;
        }
        let tree = self.tree;
        self.keys(id, &DISTINCT_KEYS);
        let related = match tree.get(id, "on") {
            Some(name) => Some(self.relation(name, "relation")?),
            None => None,
        };
        let partners = related.and_then(|related| self.relations.get(related)).map(|partner| partner.value.clone());
        let at = partners.as_ref().unwrap_or(scope);
        let path = self.require(id, "path").and_then(|path| self.path(path, "path", at));
        let matches = match (tree.member(id, "match"), &partners) {
            (Some(member), Some(partners)) => self.clauses(member.value, "match", partners, spoken),
            (Some(member), None) => {
                self.error(member.key_span, "`match` goes with `on`, whose partners it chooses");
                Vec::new()
            }
            (None, _) => Vec::new(),
        };
        let bound = self.bound(id, "distinct");
        Some(Clause::Distinct { related, matches, path: path?.path, bound: bound? })
    }

    /// `at_least` or `at_most`.
    fn bound(&mut self, id: NodeId, what: &str) -> Option<Bound> {
        let tree = self.tree;
        let member = match (tree.member(id, "at_least"), tree.member(id, "at_most")) {
            (Some(only), None) | (None, Some(only)) => *only,
            (Some(_), Some(second)) => {
                self.error(second.key_span, format!("`{what}` asks two questions in one clause"));
                return None;
            }
            (None, None) => {
                let help = "write `at_least` or `at_most`".to_owned();
                self.error_help(self.place(id), format!("`{what}` does not say how many"), help);
                return None;
            }
        };
        let operand = self.operand(member.value)?;
        if let Some(problem) = whole_number_problem(tree.key(&member), self.value_of(&operand)) {
            self.error(tree.span(member.value), problem);
            return None;
        }
        Some(if tree.key(&member) == "at_least" { Bound::AtLeast(operand) } else { Bound::AtMost(operand) })
    }
}
