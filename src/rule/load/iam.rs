//! The question `iam`: what the policies of a resource say.

use crate::facts::policies::policy_properties;
use crate::rule::ast::{Clause, IamQuestion, IamRequest};
use crate::source::{Member, NodeId};

use super::path::{Scope, Within};
use super::reader::Reader;

/// Reads what stands at the key of a question.
type Read = fn(&mut Reader<'_>, &Member) -> Option<IamQuestion>;

/// Every question by its key.
const QUESTIONS: [(&str, Read); 5] = [
    ("denies", |reader, member| reader.iam_request(member.value).map(IamQuestion::Denies)),
    ("grants_administrator", |reader, member| reader.asked(member).map(|()| IamQuestion::GrantsAdministrator)),
    ("grants_service_wildcard", |reader, member| reader.asked(member).map(|()| IamQuestion::GrantsServiceWildcard)),
    ("grants_public", |reader, member| reader.grants_public(member)),
    ("managed_policy", |reader, member| {
        reader.texts_operand(member.value, "managed_policy", |_| None).map(IamQuestion::ManagedPolicy)
    }),
];

impl Reader<'_> {
    pub(super) fn iam(&mut self, id: NodeId, scope: &Scope) -> Option<Clause> {
        let names = QUESTIONS.map(|(name, _)| name);
        let member = self.question(id, "iam", &names, &["in"])?;
        let key = self.tree.key(&member);
        let within = match self.tree.get(id, "in") {
            Some(path) => Some(self.path(path, "in", scope)?.path),
            None => None,
        };
        let (_, read) = QUESTIONS.iter().find(|(name, _)| *name == key)?;
        let question = read(self, &member)?;
        match &question {
            _ if within.is_some() => {}
            IamQuestion::ManagedPolicy(_) => self.check_has(scope, member.key_span, "ManagedPolicyArns"),
            question => self.check_policies(&member, question, scope),
        }
        Some(Clause::Iam { within, question })
    }

    /// Reports resource types that have no policies of which the question asks.
    fn check_policies(&mut self, member: &Member, question: &IamQuestion, scope: &Scope) {
        if scope.within != Within::Resource {
            let help = "name the property that holds the policy with `in`".to_owned();
            self.error_help(member.key_span, "an element has no policies that are found by themselves", help);
        }
        for resource in scope.resource_types() {
            if !policy_properties(resource.name()).iter().any(|property| question.reads(property.kind)) {
                let message =
                    format!("`{}` has no policies that `{}` asks about", resource.name(), self.tree.key(member));
                let help = "name the property that holds the policy with `in`".to_owned();
                self.error_help(member.key_span, message, help);
            }
        }
    }

    fn grants_public(&mut self, member: &Member) -> Option<IamQuestion> {
        if !self.is_table(member.value, "grants_public") {
            return None;
        }
        self.keys(member.value, &["actions"]);
        let actions = self.require(member.value, "actions")?;
        self.texts_operand(actions, "actions", |_| None).map(IamQuestion::GrantsPublic)
    }

    fn iam_request(&mut self, id: NodeId) -> Option<IamRequest> {
        if !self.is_table(id, "denies") {
            return None;
        }
        self.keys(id, &["principal", "action", "resource", "context"]);
        let principal = self.required_text(id, "principal");
        let action = self.required_text(id, "action");
        let resource = self.required_text(id, "resource");
        let mut context = Vec::new();
        if let Some(table) = self.tree.get(id, "context").filter(|table| self.is_table(*table, "context")) {
            for member in self.tree.members(table) {
                let Some(value) = self.string(member.value, "context") else { continue };
                context.push((self.tree.key(member).into(), value.into()));
            }
        }
        Some(IamRequest { principal: principal?.into(), action: action?.into(), resource: resource?.into(), context })
    }
}
