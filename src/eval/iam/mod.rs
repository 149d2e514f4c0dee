//! Questions about policies: which documents a resource has, what each question finds in one, and what a finding points at.
//!
//! Each family of questions has a file here that turns a [`Policy`] into [`Evidence`]; worlds and places are dealt with in this
//! one. What a policy means is `crate::iam`'s matter.

mod attached;
mod escalates;
mod grants;
mod least;
mod requests;

use std::sync::Arc;

use super::answer::{Answer, Blame, Truth};
use super::cursor::{Cursor, Leaf};
use super::focus::element_step;
use super::scope::{Scope, Wanted};
use crate::facts::policies::{Form, PolicyValue, Prepared, policy_values};
use crate::iam;
use crate::rule::{IamQuestion, Path};
use crate::value::{Cause, Kind, Place};
use grants::statements;

/// What a question finds in one policy.
enum Evidence {
    /// It holds, because of each of these.
    Yes(Vec<Charge>),
    /// It does not hold.
    No,
    /// Nobody can tell, because of these causes.
    Unknown(Vec<Cause>),
}

/// A statement that makes a question hold.
struct Charge {
    /// Index into [`Policy::statements`]; `None` for the document as a whole.
    statement: Option<usize>,
    /// The text in it that is at fault, where there is one.
    place: Option<Place>,
    /// Placeholders for messages, besides `{statement}`.
    bindings: Vec<(&'static str, String)>,
}

/// A policy with its place in the resource.
struct Found {
    ready: Arc<Prepared>,
    /// From `Properties` on.
    path: String,
    form: Form,
}

impl<'a> Scope<'a> {
    pub(super) fn iam(
        &self,
        within: Option<&Path>,
        question: &'a IamQuestion,
        cursor: &Cursor,
        wanted: Wanted,
    ) -> Answer {
        let mut answer = match (question, within) {
            (IamQuestion::ManagedPolicy(names), _) => {
                return self.undecided_is_open(wanted, || self.managed_policy(names, cursor, wanted));
            }
            (IamQuestion::Escalates, _) => return self.escalates(cursor, wanted),
            (_, Some(path)) => self.policies_at(path, question, cursor, wanted),
            (_, None) => self.policies(question, cursor, wanted),
        };
        if answer.truth == Truth::False && wanted == Wanted::False {
            answer.blames = vec![self.absent_blame(cursor.head, cursor.trail.text(self), cursor)];
        }
        answer
    }

    /// What the question finds in one policy: a line for each question.
    fn evidence(&self, question: &'a IamQuestion, ready: &Prepared) -> Evidence {
        let policy = &*ready.policy;
        match question {
            IamQuestion::Denies(request) => statements(iam::denies(policy, &self.requests(request))),
            IamQuestion::Allows(request) => statements(iam::allows(policy, &self.requests(request))),
            IamQuestion::GrantsAdministrator => least::administrator(ready.allows()),
            IamQuestion::GrantsServiceWildcard => least::service_wildcard(ready.allows()),
            IamQuestion::Least(question) => self.least(question, ready.allows()),
            IamQuestion::GrantsPublic(_)
            | IamQuestion::GrantsOutside { .. }
            | IamQuestion::GrantsService { .. }
            | IamQuestion::GrantsFederated(_) => self.lets_in(question, policy),
            IamQuestion::S3Public => statements(iam::s3_public(policy)),
            IamQuestion::GrantsAllBut => statements(iam::allows_all_but(policy)),
            IamQuestion::SamePrincipalMay { one, other, context } => {
                self.same_principal_may(one, other, context, policy)
            }
            IamQuestion::ManagedPolicy(_) | IamQuestion::Escalates => Evidence::No,
        }
    }

    /// The question to every policy of the resource. Each is a conjunct of its own where it is a fault.
    fn policies(&self, question: &'a IamQuestion, cursor: &Cursor, wanted: Wanted) -> Answer {
        let inventory = self.context.inventory;
        let (values, open) = policy_values(inventory, &self.view, cursor.resource);
        let mut answer = if open.is_empty() { Answer::of(false) } else { Answer::unknown(open) };
        for value in values.iter().filter(|value| question.reads(value.property.kind)) {
            let one = || self.policy_value(value, question, cursor, wanted);
            let (list, index) = value.step;
            // Every policy that says yes is a fault of its own.
            answer = answer.or_each(match wanted {
                Wanted::True => self.conjunct(element_step(list, index), false, one),
                _ => one(),
            });
        }
        answer
    }

    fn policy_value(&self, value: &PolicyValue, question: &'a IamQuestion, cursor: &Cursor, wanted: Wanted) -> Answer {
        match self.context.facts.policy(value, &self.view) {
            Ok(None) => Answer::of(false),
            Err(cause) => Answer::unknown(vec![cause]),
            Ok(Some(ready)) => {
                let found = Found { ready, path: format!("Properties.{}", value.path()), form: value.property.form };
                self.answered(self.evidence(question, &found.ready), &found, cursor, wanted)
            }
        }
    }

    /// The question to the policies at a path.
    fn policies_at(&self, path: &Path, question: &'a IamQuestion, cursor: &Cursor, wanted: Wanted) -> Answer {
        let mut answer = Answer::of(false);
        for leaf in self.leaves(cursor, path) {
            let one = match leaf {
                Leaf::Value { written, trail, .. } => match self.view.head(written).1 {
                    Kind::Absent => Answer::of(false),
                    Kind::Unknown(cause) => Answer::unknown(vec![self.cause(cause)]),
                    _ => {
                        let ready = self.context.facts.policy_at(cursor.resource, written, &self.view);
                        let found = Found { ready, path: trail.text(self), form: Form::Document };
                        self.answered(self.evidence(question, &found.ready), &found, cursor, wanted)
                    }
                },
                Leaf::Unknown { cause, .. } => Answer::unknown(vec![self.cause(cause)]),
                Leaf::Absent { .. } => Answer::of(false),
            };
            answer = answer.or_each(one);
        }
        answer
    }

    fn answered(&self, evidence: Evidence, found: &Found, cursor: &Cursor, wanted: Wanted) -> Answer {
        match evidence {
            Evidence::No => Answer::of(false),
            Evidence::Unknown(causes) => Answer::unknown(causes),
            Evidence::Yes(charges) if wanted == Wanted::True => {
                Answer::of(true).with(charges.into_iter().map(|charge| blame(charge, found, cursor)).collect())
            }
            Evidence::Yes(_) => Answer::of(true),
        }
    }
}

fn blame(charge: Charge, found: &Found, cursor: &Cursor) -> Blame {
    let statement = charge.statement.and_then(|index| found.ready.policy.statements.get(index));
    let mut bindings = charge.bindings;
    let name = match (statement, found.form) {
        (None, _) => "the policy".to_owned(),
        (_, Form::Properties) => "the permission".to_owned(),
        (Some(statement), _) => statement.name(),
    };
    bindings.push(("statement", name));
    Blame {
        place: charge.place.or(Some(statement.map_or(found.ready.policy.place, |statement| statement.place))),
        owner: Some(cursor.resource),
        path: match (statement, found.form) {
            (Some(statement), Form::Document) => format!("{}.Statement[{}]", found.path, statement.index),
            _ => found.path.clone(),
        },
        element: cursor.element,
        bindings,
        ..Blame::default()
    }
}
