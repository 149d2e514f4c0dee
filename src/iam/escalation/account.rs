//! An account as the analysis sees it: principals with their policies, and workloads that run as roles.

use std::sync::Arc;

use crate::iam::document::{Policy, Text};
use crate::value::{Cause, OPAQUE, ResourceId};

/// What a principal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PrincipalKind {
    /// A user.
    User,
    /// A role.
    Role,
    /// A group: whoever is in it.
    Group,
    /// Whoever holds some policies: nothing else is known.
    Someone,
}

impl PrincipalKind {
    /// A noun.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Role => "role",
            Self::Group => "group",
            Self::Someone => "holder",
        }
    }
}

/// A policy with where it is written.
#[derive(Debug, Clone)]
pub struct Attached {
    /// The policy.
    pub policy: Arc<Policy>,
    /// A name for people.
    pub name: String,
    /// The ARN of a managed policy.
    pub arn: Option<String>,
    /// Whether it is one of AWS, which nobody can change.
    pub aws: bool,
    /// The resource that it is written in.
    pub owner: Option<ResourceId>,
    /// The path of the document in that resource.
    pub path: String,
}

impl Attached {
    /// A policy of which nothing else is known.
    #[must_use]
    pub fn of(policy: impl Into<Arc<Policy>>) -> Self {
        Self {
            policy: policy.into(),
            name: "the policy".to_owned(),
            arn: None,
            aws: false,
            owner: None,
            path: String::new(),
        }
    }
}

/// How a policy came to a principal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Held {
    /// It is a part of the principal.
    Inline,
    /// It is attached.
    Managed,
}

/// A policy of a principal, by its index in [`Account::policies`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Link {
    /// The index.
    pub policy: u32,
    /// How.
    pub held: Held,
}

impl Link {
    /// An attached policy.
    #[must_use]
    pub const fn managed(policy: u32) -> Self {
        Self { policy, held: Held::Managed }
    }

    /// An inline policy.
    #[must_use]
    pub const fn inline(policy: u32) -> Self {
        Self { policy, held: Held::Inline }
    }
}

/// A principal.
#[derive(Debug, Clone)]
pub struct Principal {
    /// What it is.
    pub kind: PrincipalKind,
    /// A name for people.
    pub name: String,
    /// Its ARN, with tokens for what AWS makes up; empty where there is none.
    pub arn: String,
    /// The policies of its own.
    pub links: Vec<Link>,
    /// The groups that a user is in, by their index in [`Account::principals`].
    pub groups: Vec<u32>,
    /// Its permissions boundary.
    pub boundary: Option<u32>,
    /// Why nobody knows its permissions boundary.
    pub boundary_open: Vec<Cause>,
    /// Service control policies: the levels from the root to the account, of each the policies.
    pub scps: Vec<Vec<u32>>,
    /// The trust policy of a role.
    pub trust: Option<u32>,
    /// Why it may have further policies.
    pub open: Vec<Cause>,
    /// Why nobody knows whether it is there.
    pub uncertain: Vec<Cause>,
}

impl Principal {
    /// A principal without policies.
    #[must_use]
    pub fn new(kind: PrincipalKind, name: impl Into<String>, arn: impl Into<String>) -> Self {
        Self {
            kind,
            name: name.into(),
            arn: arn.into(),
            links: Vec::new(),
            groups: Vec::new(),
            boundary: None,
            boundary_open: Vec::new(),
            scps: Vec::new(),
            trust: None,
            open: Vec::new(),
            uncertain: Vec::new(),
        }
    }

    /// `role ``Name`` `, for people.
    #[must_use]
    pub fn shown(&self) -> String {
        match self.kind {
            PrincipalKind::Someone => self.name.clone(),
            kind => format!("{} `{}`", kind.name(), self.name),
        }
    }

    /// The name without the path: what follows the last slash of the ARN.
    pub(super) fn short_name(&self) -> &str {
        self.arn.rsplit('/').next().unwrap_or_default()
    }
}

/// Something that runs as a role.
#[derive(Debug, Clone)]
pub struct Workload {
    /// Its kind, as methods name it: `lambda-function`.
    pub kind: &'static str,
    /// A name for people.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// The role, by its index in [`Account::principals`]; none: one that is not in the input.
    pub role: Option<u32>,
}

/// An account.
#[derive(Debug, Clone)]
pub struct Account {
    /// Its number, or a token for it.
    pub id: String,
    /// Its partition: `aws`.
    pub partition: String,
    /// All policies, each once.
    pub policies: Vec<Attached>,
    /// The principals.
    pub principals: Vec<Principal>,
    /// What runs as roles.
    pub workloads: Vec<Workload>,
}

impl Default for Account {
    fn default() -> Self {
        Self {
            id: crate::iam::document::ACCOUNT.to_owned(),
            partition: "aws".to_owned(),
            policies: Vec::new(),
            principals: Vec::new(),
            workloads: Vec::new(),
        }
    }
}

impl Account {
    /// Adds a policy, and gives its index.
    pub fn add(&mut self, policy: Attached) -> u32 {
        self.policies.push(policy);
        self.policies.len() as u32 - 1
    }

    /// The ARN of a resource of IAM in this account.
    pub(super) fn iam_arn(&self, kind: &str, name: &str) -> String {
        format!("arn:{}:iam::{}:{kind}/{name}", self.partition, self.id)
    }
}

/// A name that no literal text has, so that only wildcards reach it.
pub(super) fn other_name() -> String {
    format!("{OPAQUE}other{OPAQUE}")
}

/// A text for people, with its tokens as `${...}`.
pub(super) fn shown(text: &str) -> String {
    let place = crate::value::Place { file: crate::source::FileId(0), span: crate::source::Span::default() };
    Text { text: text.into(), place }.shown()
}

/// The region of the endpoint of IAM.
pub(super) fn iam_region(partition: &str) -> &'static str {
    match partition {
        "aws-cn" => "cn-north-1",
        "aws-us-gov" => "us-gov-west-1",
        _ => "us-east-1",
    }
}
