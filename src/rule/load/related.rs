//! Relations to other resources: `[related.NAME]`.

use crate::facts::derived::Derived;
use crate::rule::ast::{Path, Related, Via};
use crate::source::{Member, NodeId, Span};

use super::clause::Spoken;
use super::format::is_name;
use super::path::Scope;
use super::reader::{Declared, Reader, quoted};

/// The keys of a relation.
pub(in crate::rule) const KEYS: [&str; 9] =
    ["type", "types", "via", "to", "derived", "from", "where", "same", "unseen"];

/// What a partner is that may be there and is not in the input; whether it does not count.
pub(in crate::rule) const UNSEEN: [(&str, bool); 2] = [("unknown", false), ("ignore", true)];

impl Reader<'_> {
    /// Reads the names and partner types of all relations, so that clauses and relations can name them in any order.
    pub(super) fn declare_relations(&mut self, root: NodeId) {
        let tree = self.tree;
        let Some(table) = tree.get(root, "related").filter(|id| self.is_table(*id, "related")) else { return };
        for member in tree.members(table) {
            let name = tree.key(member);
            if !is_name(name) {
                self.error(member.key_span, format!("`{name}` is not a name of letters, digits, `-` and `_`"));
            }
            let mut scope = Scope::default();
            if self.is_table(member.value, name) {
                self.keys(member.value, &KEYS);
                scope = self.partner_scope(member.value);
            }
            self.relations.push(Declared { name: name.into(), span: member.key_span, value: scope, used: false });
        }
    }

    fn partner_scope(&mut self, table: NodeId) -> Scope {
        let tree = self.tree;
        match (tree.get(table, "type"), tree.member(table, "types")) {
            (Some(one), None) => {
                let name = self.text(one, "type").map(|name| (name, tree.span(one)));
                self.scope_of(name.as_slice())
            }
            (None, Some(many)) => {
                let names = self.texts(many.value, "types");
                if names.is_empty() && tree.items(many.value).is_empty() {
                    self.error(tree.span(many.value), "`types` has no resource types");
                }
                self.scope_of(&names)
            }
            (Some(_), Some(many)) => {
                self.error(many.key_span, "`type` and `types` do not go together");
                Scope::default()
            }
            (None, None) => match self.derived(table) {
                Some(derived) if derived != Derived::Neighbour => {
                    let types: Vec<_> = derived.types().iter().map(|name| (*name, Span::default())).collect();
                    if types.is_empty() { Scope::default() } else { self.scope_of(&types) }
                }
                // A word that is none is told where it is read.
                None if tree.get(table, "derived").is_some() => Scope::default(),
                _ => {
                    self.error(self.place(table), "`type` is missing");
                    Scope::default()
                }
            },
        }
    }

    /// The kind of a derived relation, where the word is one.
    fn derived(&self, table: NodeId) -> Option<Derived> {
        let word = self.tree.get(table, "derived").and_then(|word| self.tree.string(word))?;
        Derived::ALL.iter().find(|(name, _)| *name == word).map(|(_, kind)| *kind)
    }

    /// A derived relation, and what is wrong with where it starts and which partners it names.
    fn derived_via(&mut self, table: NodeId, start: &Scope) -> Option<Via> {
        let tree = self.tree;
        let member = tree.member(table, "derived")?;
        let kind = self.word(member.value, "derived", &Derived::ALL)?;
        for resource in start.resource_types() {
            if !kind.is_of(resource.name()) {
                let message = format!("`{}` is not known of `{}`", kind.as_str(), resource.name());
                self.error(tree.span(member.value), message);
            }
        }
        for name in self.type_names(table) {
            if !kind.types().is_empty() && !kind.types().contains(&&*name) {
                let message = format!("`{}` leads to {}, not to `{name}`", kind.as_str(), quoted(kind.types()));
                self.error(tree.span(member.value), message);
            }
        }
        for key in ["via", "to"] {
            if let Some(other) = tree.member(table, key) {
                self.error(other.key_span, format!("`{key}` and `derived` do not go together"));
            }
        }
        Some(Via::Derived(kind))
    }

    /// The relations, in the order of their declaration.
    pub(super) fn related(&mut self, root: NodeId, selected: &Scope) -> Vec<Related> {
        let tree = self.tree;
        let Some(table) = tree.get(root, "related") else { return Vec::new() };
        let members = tree.members(table).iter().enumerate();
        let related: Vec<Option<Related>> = members.map(|(index, member)| self.one(index, member, selected)).collect();
        let starts: Vec<Option<usize>> =
            related.iter().map(|relation| relation.as_ref().and_then(|relation| relation.from)).collect();
        for (index, member) in tree.members(table).iter().enumerate() {
            // As many steps as there are relations lead to the selected resource, or round in a circle.
            let end = (0..starts.len()).try_fold(index, |at, _| starts.get(at).copied().flatten());
            if end.is_some() {
                self.error(
                    member.key_span,
                    format!("relation `{}` never starts at the selected resource", tree.key(member)),
                );
            }
        }
        related.into_iter().flatten().collect()
    }

    fn one(&mut self, index: usize, member: &Member, selected: &Scope) -> Option<Related> {
        let tree = self.tree;
        let table = member.value;
        let partner = self.relations.get(index)?.value.clone();
        let from = match tree.get(table, "from") {
            Some(from) => Some(self.relation(from, "from")?),
            None => None,
        };
        let start = match from {
            Some(from) => self.relations.get(from)?.value.clone(),
            None => selected.clone(),
        };
        let via = match (tree.get(table, "via"), tree.member(table, "to")) {
            _ if tree.get(table, "derived").is_some() => self.derived_via(table, &start),
            (Some(via), None) => self.path(via, "via", &partner).map(|path| Via::Partner(path.path)),
            (None, Some(to)) => self.path(to.value, "to", &start).map(|path| Via::Selected(path.path)),
            (Some(_), Some(to)) => {
                self.error(to.key_span, "`via` and `to` do not go together");
                None
            }
            (None, None) => {
                self.error_help(
                    self.place(table),
                    "the relation does not say which property makes it",
                    "write `via` with a property of the partner, `to` with one of the selected resource, or `derived`"
                        .to_owned(),
                );
                None
            }
        };
        let conditions = match tree.get(table, "where") {
            Some(conditions) => self.clauses(conditions, "where", &partner, &mut Spoken::default()),
            None => Vec::new(),
        };
        let same = self.same(table, selected, &partner);
        let mut types = self.type_names(table);
        if let (Some(Via::Derived(kind)), true) = (&via, types.is_empty()) {
            types = kind.types().iter().map(|name| (*name).into()).collect();
        }
        let via = via?;
        let ignores_unseen = self.unseen(table, &via);
        Some(Related { name: tree.key(member).into(), types, via, from, conditions, same, ignores_unseen })
    }

    /// The properties that are the same in a partner: they are those of both types.
    fn same(&mut self, table: NodeId, selected: &Scope, partner: &Scope) -> Vec<Path> {
        let tree = self.tree;
        let Some(list) = tree.get(table, "same") else { return Vec::new() };
        if self.texts(list, "same").is_empty() && tree.items(list).is_empty() {
            self.error(tree.span(list), "`same` has no properties");
        }
        let mut paths = Vec::new();
        for item in tree.items(list) {
            let (Some(path), Some(_)) = (self.path(*item, "same", partner), self.path(*item, "same", selected)) else {
                continue;
            };
            for ty in path.types.iter().filter(|ty| !ty.accepts_scalar()) {
                let message = format!("`same` does not fit `{}`, which is {}", path.path.text, ty.describe());
                self.error(tree.span(*item), message);
            }
            paths.push(path.path);
        }
        paths
    }

    /// Whether partners do not count that are not in the input. Of other ways to partners, what is not in sight is what a property
    /// says, and nobody may ignore that.
    fn unseen(&mut self, table: NodeId, via: &Via) -> bool {
        let Some(member) = self.tree.member(table, "unseen") else { return false };
        if !matches!(via, Via::Partner(_) | Via::Derived(Derived::User | Derived::Neighbour)) {
            self.error(member.key_span, "`unseen` goes with `via`, `user` and `neighbour` only");
        }
        self.word(member.value, "unseen", &UNSEEN).unwrap_or_default()
    }

    fn type_names(&self, table: NodeId) -> Vec<Box<str>> {
        let tree = self.tree;
        let one = tree.get(table, "type").into_iter();
        let many = tree.get(table, "types").map_or(&[][..], |many| tree.items(many)).iter().copied();
        one.chain(many).filter_map(|id| tree.string(id).map(Into::into)).collect()
    }
}
