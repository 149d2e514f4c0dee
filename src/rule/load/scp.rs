//! The question `scp`: what the policies of an organisation guarantee.

use crate::iam::catalogue::catalogue;
use crate::iam::organization::is_region;
use crate::rule::ast::{Clause, Operand, ScpQuestion};
use crate::source::{Member, NodeId};

use super::path::Scope;
use super::reader::Reader;

/// Reads what stands at the key of a question.
type Read = fn(&mut Reader<'_>, &Member) -> Option<ScpQuestion>;

/// Every question by its key.
const QUESTIONS: [(&str, Read); 9] = [
    ("denies_by_region", |reader, member| reader.asked(member).map(|()| ScpQuestion::DeniesByRegion)),
    ("locks_regions", |reader, member| reader.locks_regions(member)),
    ("keeps_global_services", |reader, member| reader.keeps_global_services(member)),
    ("protects_root", |reader, member| reader.asked(member).map(|()| ScpQuestion::ProtectsRoot)),
    ("protects", |reader, member| reader.protects(member)),
    ("attached", |reader, member| {
        reader.word(member.value, "attached", &ATTACHED).map(|everywhere| ScpQuestion::Attached { everywhere })
    }),
    ("valid", |reader, member| reader.asked(member).map(|()| ScpQuestion::Valid)),
    ("enforces_tags", |reader, member| {
        reader.texts_operand(member.value, "enforces_tags", |_| None).map(ScpQuestion::EnforcesTags)
    }),
    ("opts_out_of_ai", |reader, member| reader.asked(member).map(|()| ScpQuestion::OptsOutOfAi)),
];

/// The words of `attached`, and whether they mean every account.
pub(in crate::rule) const ATTACHED: [(&str, bool); 2] = [("anywhere", false), ("everywhere", true)];

/// The names of the questions.
pub(in crate::rule) fn questions() -> [&'static str; 9] {
    QUESTIONS.map(|(name, _)| name)
}

/// The keys of the table that a question is asked with; none where it is asked with something else.
pub(in crate::rule) fn keys_of(question: &str) -> &'static [&'static str] {
    match question {
        "locks_regions" => &["regions", "break_glass"],
        "keeps_global_services" => &["regions", "services"],
        "protects" => &["actions", "break_glass", "context"],
        _ => &[],
    }
}

impl Reader<'_> {
    pub(super) fn scp(&mut self, id: NodeId, scope: &Scope) -> Option<Clause> {
        let member = self.question(id, "scp", &questions(), &[])?;
        let key = self.tree.key(&member);
        let (_, read) = QUESTIONS.iter().find(|(name, _)| *name == key)?;
        let question = read(self, &member)?;
        for resource in scope.resource_types() {
            if !question.is_for(resource.name()) {
                let message = format!("`{key}` is no question to `{}`", resource.name());
                self.error(member.key_span, message);
            }
        }
        Some(Clause::Scp(question))
    }

    fn locks_regions(&mut self, member: &Member) -> Option<ScpQuestion> {
        if !self.is_table(member.value, "locks_regions") {
            return None;
        }
        self.keys(member.value, keys_of("locks_regions"));
        let regions = self.require(member.value, "regions")?;
        let regions = self.texts_operand(regions, "regions", region_problem)?;
        let break_glass = self.break_glass(member.value)?;
        Some(ScpQuestion::LocksRegions { regions, break_glass })
    }

    fn keeps_global_services(&mut self, member: &Member) -> Option<ScpQuestion> {
        if !self.is_table(member.value, "keeps_global_services") {
            return None;
        }
        self.keys(member.value, keys_of("keeps_global_services"));
        let regions = self.require(member.value, "regions")?;
        let regions = self.texts_operand(regions, "regions", region_problem)?;
        let services = self.require(member.value, "services")?;
        let services = self.texts_operand(services, "services", |name| {
            let known = catalogue().service(name).is_some();
            (!known).then(|| format!("there is no service `{name}`"))
        })?;
        Some(ScpQuestion::KeepsGlobalServices { regions, services })
    }

    fn protects(&mut self, member: &Member) -> Option<ScpQuestion> {
        if !self.is_table(member.value, "protects") {
            return None;
        }
        self.keys(member.value, keys_of("protects"));
        let actions = self.require(member.value, "actions")?;
        let actions = self.texts_operand(actions, "actions", action_problem)?;
        let break_glass = self.break_glass(member.value)?;
        let mut context = Vec::new();
        if let Some(table) = self.tree.get(member.value, "context").filter(|table| self.is_table(*table, "context")) {
            for member in self.tree.members(table) {
                let Some(value) = self.string(member.value, "context") else { continue };
                context.push((self.tree.key(member).into(), value.into()));
            }
        }
        Some(ScpQuestion::Protects { actions, break_glass, context })
    }

    /// `Some(None)` where none is named.
    fn break_glass(&mut self, table: NodeId) -> Option<Option<Operand>> {
        match self.tree.get(table, "break_glass") {
            Some(value) => self.texts_operand(value, "break_glass", |_| None).map(Some),
            None => Some(None),
        }
    }
}

fn region_problem(text: &str) -> Option<String> {
    (!is_region(text)).then(|| format!("`{text}` is not a region"))
}

fn action_problem(name: &str) -> Option<String> {
    let known = catalogue().action(name).is_some();
    (!known).then(|| format!("`{name}` is no action of the catalogue of {}", catalogue().date()))
}
