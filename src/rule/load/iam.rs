//! The question `iam`: what the policies of a resource say.

use crate::facts::policies::policy_properties;
use crate::iam::least::Risk;
use crate::rule::ast::{Clause, IamQuestion, IamRequest, LeastQuestion, Literal, Operand};
use crate::source::{Member, NodeId};

use super::clause::Spoken;
use super::path::{Scope, Within};
use super::reader::Reader;

/// Reads what stands at the key of a question.
type Read = fn(&mut Reader<'_>, &Member) -> Option<IamQuestion>;

/// Every question by its key.
const QUESTIONS: [(&str, Read); 20] = [
    ("denies", |reader, member| reader.iam_request(member, true).map(IamQuestion::Denies)),
    ("allows", |reader, member| reader.iam_request(member, false).map(IamQuestion::Allows)),
    ("grants_administrator", |reader, member| reader.asked(member).map(|()| IamQuestion::GrantsAdministrator)),
    ("grants_service_wildcard", |reader, member| reader.asked(member).map(|()| IamQuestion::GrantsServiceWildcard)),
    ("grants_public", |reader, member| {
        reader.lists(member, ["actions"]).map(|[actions]| IamQuestion::GrantsPublic(actions))
    }),
    ("grants_outside", |reader, member| reader.grants_outside(member)),
    ("grants_service", |reader, member| {
        let [actions, services] = reader.lists(member, ["actions", "services"])?;
        Some(IamQuestion::GrantsService { actions, services })
    }),
    ("grants_federated", |reader, member| {
        reader.lists(member, ["actions"]).map(|[actions]| IamQuestion::GrantsFederated(actions))
    }),
    ("s3_public", |reader, member| reader.asked(member).map(|()| IamQuestion::S3Public)),
    ("grants_all_but", |reader, member| reader.asked(member).map(|()| IamQuestion::GrantsAllBut)),
    ("same_principal_may", |reader, member| reader.same_principal_may(member)),
    ("escalates", |reader, member| reader.asked(member).map(|()| IamQuestion::Escalates)),
    ("managed_policy", |reader, member| {
        reader.texts_operand(member.value, "managed_policy", |_| None).map(IamQuestion::ManagedPolicy)
    }),
    ("wildcard_actions", |reader, member| reader.asked(member).map(|()| least(LeastQuestion::WildcardActions))),
    ("wildcard_resources", |reader, member| reader.wildcard_resources(member)),
    ("risk", |reader, member| reader.risk(member.value, "risk").map(LeastQuestion::Risk).map(least)),
    ("service_wildcard_risk", |reader, member| {
        reader.risk(member.value, "service_wildcard_risk").map(LeastQuestion::ServiceWildcardRisk).map(least)
    }),
    ("pass_role_unscoped", |reader, member| reader.asked(member).map(|()| least(LeastQuestion::PassRoleUnscoped))),
    ("inverted_allow", |reader, member| reader.asked(member).map(|()| least(LeastQuestion::InvertedAllow))),
    ("region_unrestricted", |reader, member| reader.region_unrestricted(member)),
];

/// The names of the questions.
pub(in crate::rule) fn questions() -> [&'static str; 20] {
    QUESTIONS.map(|(name, _)| name)
}

/// The keys of the table that a question is asked with; none where it is asked with something else.
pub(in crate::rule) fn keys_of(question: &str) -> &'static [&'static str] {
    match question {
        "denies" | "allows" => &["principal", "action", "resource", "context"],
        "grants_public" | "grants_federated" => &["actions"],
        "grants_outside" => &["actions", "trusted", "whole_accounts"],
        "grants_service" => &["actions", "services"],
        "same_principal_may" => &["one", "other", "context"],
        "wildcard_resources" => &["besides"],
        "region_unrestricted" => &["regions"],
        _ => &[],
    }
}

fn least(question: LeastQuestion) -> IamQuestion {
    IamQuestion::Least(question)
}

impl Reader<'_> {
    pub(super) fn iam(&mut self, id: NodeId, scope: &Scope, spoken: &mut Spoken) -> Option<Clause> {
        spoken.statements = true;
        let member = self.question(id, "iam", &questions(), &["in"])?;
        let key = self.tree.key(&member);
        let within = match self.tree.get(id, "in") {
            Some(path) => Some(self.path(path, "in", scope)?.path),
            None => None,
        };
        let (_, read) = QUESTIONS.iter().find(|(name, _)| *name == key)?;
        let question = read(self, &member)?;
        spoken.witnesses |= question.has_witness();
        spoken.wildcards |= question.is_about_wildcards();
        match &question {
            _ if within.is_some() => {}
            IamQuestion::ManagedPolicy(_) => self.check_has(scope, member.key_span, "ManagedPolicyArns"),
            IamQuestion::Escalates => self.check_principals(&member, scope),
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

    /// Reports resource types that are no principals.
    fn check_principals(&mut self, member: &Member, scope: &Scope) {
        let is_principal = |name: &str| matches!(name, "AWS::IAM::User" | "AWS::IAM::Role" | "AWS::IAM::Group");
        if scope.within != Within::Resource || scope.resource_types().any(|resource| !is_principal(resource.name())) {
            let message = format!("`{}` asks about users, roles and groups", self.tree.key(member));
            let help = "select `AWS::IAM::User`, `AWS::IAM::Role` and `AWS::IAM::Group`".to_owned();
            self.error_help(member.key_span, message, help);
        }
    }

    /// A table of mandatory lists of texts.
    fn lists<const N: usize>(&mut self, member: &Member, names: [&'static str; N]) -> Option<[Operand; N]> {
        let key = self.tree.key(member);
        if !self.is_table(member.value, key) {
            return None;
        }
        self.keys(member.value, keys_of(key));
        self.lists_of(member.value, names)
    }

    fn risk(&mut self, id: NodeId, what: &str) -> Option<Risk> {
        let words = Risk::ALL.map(|risk| (risk.name(), risk));
        self.word(id, what, &words)
    }

    fn wildcard_resources(&mut self, member: &Member) -> Option<IamQuestion> {
        if !self.is_table(member.value, "wildcard_resources") {
            return None;
        }
        self.keys(member.value, keys_of("wildcard_resources"));
        let mut besides = Vec::new();
        if let Some(list) = self.tree.get(member.value, "besides") {
            for item in self.list(list, "besides")?.to_vec() {
                besides.push(self.risk(item, "besides")?);
            }
        }
        Some(least(LeastQuestion::WildcardResources(besides)))
    }

    fn region_unrestricted(&mut self, member: &Member) -> Option<IamQuestion> {
        if !self.is_table(member.value, "region_unrestricted") {
            return None;
        }
        self.keys(member.value, keys_of("region_unrestricted"));
        let [regions] = self.lists_of(member.value, ["regions"])?;
        Some(least(LeastQuestion::RegionUnrestricted(regions)))
    }

    fn lists_of<const N: usize>(&mut self, table: NodeId, names: [&'static str; N]) -> Option<[Operand; N]> {
        let read = names.map(|name| {
            let list = self.require(table, name)?;
            self.texts_operand(list, name, |_| None)
        });
        let found: Vec<Operand> = read.into_iter().flatten().collect();
        found.try_into().ok()
    }

    fn grants_outside(&mut self, member: &Member) -> Option<IamQuestion> {
        if !self.is_table(member.value, "grants_outside") {
            return None;
        }
        self.keys(member.value, keys_of("grants_outside"));
        let whole = match self.tree.get(member.value, "whole_accounts") {
            Some(whole) => self.boolean(whole, "whole_accounts"),
            None => Some(false),
        };
        let [actions, trusted] = self.lists_of(member.value, ["actions", "trusted"])?;
        Some(IamQuestion::GrantsOutside { actions, trusted, whole: whole? })
    }

    fn same_principal_may(&mut self, member: &Member) -> Option<IamQuestion> {
        if !self.is_table(member.value, "same_principal_may") {
            return None;
        }
        self.keys(member.value, keys_of("same_principal_may"));
        let context = self.context(member.value);
        let [one, other] = self.lists_of(member.value, ["one", "other"])?;
        Some(IamQuestion::SamePrincipalMay { one, other, context })
    }

    /// The context keys of requests, with their values.
    fn context(&mut self, id: NodeId) -> Vec<(Box<str>, Box<str>)> {
        let mut context = Vec::new();
        if let Some(table) = self.tree.get(id, "context").filter(|table| self.is_table(*table, "context")) {
            for member in self.tree.members(table) {
                let Some(value) = self.string(member.value, "context") else { continue };
                context.push((self.tree.key(member).into(), value.into()));
            }
        }
        context
    }

    /// `resource` is mandatory where all such requests are meant.
    fn iam_request(&mut self, member: &Member, all: bool) -> Option<IamRequest> {
        let (id, key) = (member.value, self.tree.key(member));
        if !self.is_table(id, key) {
            return None;
        }
        self.keys(id, keys_of(key));
        let principal = if all || self.tree.get(id, "principal").is_some() {
            self.required_text(id, "principal")
        } else {
            Some("*")
        };
        let actions = self.lists_of(id, ["action"]);
        let resources = match self.tree.get(id, "resource") {
            Some(resource) => self.texts_operand(resource, "resource", |_| None),
            None if all => self.require(id, "resource").and(None),
            None => Some(Operand::Literal(Literal::List(Vec::new()))),
        };
        let context = self.context(id);
        let resources = self.value_of(&resources?).list().iter().filter_map(Literal::text).map(Into::into).collect();
        let [actions] = actions?;
        Some(IamRequest { principal: principal?.into(), actions, resources, context })
    }
}
