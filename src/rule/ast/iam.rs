//! Questions about policies.
//!
//! A new question is a variant here with its operands, a line and a function in `load/iam.rs`, a line in `words/iam.rs`, and a
//! line in `eval/iam/mod.rs` with its answer in a file there.

use super::Operand;
use crate::facts::policies::PolicyKind;

/// A request that `denies` asks about.
#[derive(Debug, Clone)]
pub struct IamRequest {
    /// The principal, `*` for anyone.
    pub principal: Box<str>,
    /// The action.
    pub action: Box<str>,
    /// The resource, with `{self.arn}` for the selected resource.
    pub resource: Box<str>,
    /// Context keys with their values.
    pub context: Vec<(Box<str>, Box<str>)>,
}

/// A question about the policies of a resource.
#[derive(Debug, Clone)]
pub enum IamQuestion {
    /// Every such request is denied by an explicit statement.
    Denies(IamRequest),
    /// A statement allows everything on everything.
    GrantsAdministrator,
    /// A statement allows `service:*` on everything.
    GrantsServiceWildcard,
    /// Someone who is neither of the account nor of an AWS service may use one of these actions.
    GrantsPublic(Operand),
    /// An AWS managed policy of one of these names is attached.
    ManagedPolicy(Operand),
}

impl IamQuestion {
    /// The values that a parameter may stand for.
    #[must_use]
    pub fn operands(&self) -> Vec<&Operand> {
        match self {
            Self::GrantsPublic(operand) | Self::ManagedPolicy(operand) => vec![operand],
            Self::Denies(_) | Self::GrantsAdministrator | Self::GrantsServiceWildcard => Vec::new(),
        }
    }

    /// Whether the question is asked of policies of this kind, where `in` names none.
    #[must_use]
    pub fn reads(&self, kind: PolicyKind) -> bool {
        match self {
            Self::Denies(_) => true,
            Self::GrantsAdministrator | Self::GrantsServiceWildcard => kind == PolicyKind::Identity,
            Self::GrantsPublic(_) => matches!(kind, PolicyKind::Resource | PolicyKind::Trust),
            // It reads no documents.
            Self::ManagedPolicy(_) => false,
        }
    }
}
