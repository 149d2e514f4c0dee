//! The typed policy.

use super::operator::Operator;
use super::text::Text;
use crate::value::{Cause, Place};

/// What a statement does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// `Allow`.
    Allow,
    /// `Deny`.
    Deny,
}

/// The version of the policy language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Version {
    /// `2008-10-17`, which is also the default: `${...}` is plain text.
    #[default]
    V2008,
    /// `2012-10-17`: with policy variables.
    V2012,
}

/// Something that AWS refuses, or that cannot mean what it seems to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where.
    pub place: Place,
    /// One sentence, lower case, no full stop.
    pub message: String,
    /// What to write instead.
    pub help: Option<String>,
}

/// `Action`, `NotAction`, `Resource` or `NotResource`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Element {
    /// Whether it is the `Not` form.
    pub negated: bool,
    /// The texts that are there.
    pub texts: Vec<Text>,
    /// Why there may be other texts, or others than these.
    pub open: Vec<Cause>,
    /// Where its value is written.
    pub place: Place,
}

/// What kind of principal a text names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PrincipalKind {
    /// Everyone, anonymous users too: `"*"` or `{"AWS": "*"}`. The text is `*`.
    Anyone,
    /// An account id, the ARN of an account, role, user or session, or a unique id.
    Aws,
    /// A service, such as `lambda.amazonaws.com`.
    Service,
    /// An identity provider.
    Federated,
    /// A canonical user id of S3.
    CanonicalUser,
}

/// One principal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// What its text names.
    pub kind: PrincipalKind,
    /// The text.
    pub text: Text,
}

/// `Principal` or `NotPrincipal`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principals {
    /// Whether it is the `Not` form.
    pub negated: bool,
    /// The principals that are there.
    pub list: Vec<Principal>,
    /// Why there may be others; also when the kind of one is not known.
    pub open: Vec<Cause>,
    /// Where its value is written.
    pub place: Place,
}

/// One key of one operator in `Condition`. All conditions of a statement must hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// How the key is compared.
    pub operator: Operator,
    /// The key as it is written; compared without regard to case.
    pub key: Box<str>,
    /// The values, any of which may match (none of which, where the operator is negated).
    pub values: Vec<Text>,
    /// Why there may be other values.
    pub open: Vec<Cause>,
    /// Where the values are written.
    pub place: Place,
}

/// A statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Where it is written.
    pub place: Place,
    /// Its position in the document.
    pub index: usize,
    /// Its `Sid`, where known.
    pub sid: Option<Box<str>>,
    /// What it does; `None` when that is not known.
    pub effect: Option<Effect>,
    /// Who; identity policies, boundaries and SCPs have no such element.
    pub principals: Option<Principals>,
    /// What.
    pub actions: Element,
    /// On what; trust policies have no such element.
    pub resources: Option<Element>,
    /// When: all of them.
    pub conditions: Vec<Condition>,
    /// Why there may be further conditions.
    pub conditions_open: Vec<Cause>,
    /// Why parts of the statement are not known: everything that is open in it, and the effect.
    pub causes: Vec<Cause>,
}

/// A policy document in one world.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Where it is written.
    pub place: Place,
    /// The version of the language.
    pub version: Version,
    /// Its statements.
    pub statements: Vec<Statement>,
    /// Why there may be further statements.
    pub open: Vec<Cause>,
    /// What AWS would refuse.
    pub problems: Vec<Problem>,
}

impl Statement {
    /// A name for people: its `Sid`, or its position counted from one.
    #[must_use]
    pub fn name(&self) -> String {
        match &self.sid {
            Some(sid) if !sid.is_empty() => format!("statement `{sid}`"),
            _ => format!("statement {}", self.index + 1),
        }
    }
}
