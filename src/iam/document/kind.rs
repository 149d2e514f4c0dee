//! What a policy is attached to, which decides what it may say.

use super::policy::{Policy, Statement};

/// A kind of policy document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PolicyKind {
    /// Attached to a user, group or role.
    Identity,
    /// Attached to a resource, such as a bucket or a key.
    Resource,
    /// The trust policy of a role.
    Trust,
    /// A service control policy of an organisation.
    Scp,
    /// A resource control policy of an organisation.
    Rcp,
    /// A permissions boundary.
    Boundary,
    /// Passed when a role is assumed.
    Session,
}

impl PolicyKind {
    /// The word for it in options and reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Resource => "resource",
            Self::Trust => "trust",
            Self::Scp => "scp",
            Self::Rcp => "rcp",
            Self::Boundary => "boundary",
            Self::Session => "session",
        }
    }

    /// Its name in a sentence, with the article.
    #[must_use]
    pub const fn described(self) -> &'static str {
        match self {
            Self::Identity => "an identity policy",
            Self::Resource => "a resource policy",
            Self::Trust => "a trust policy",
            Self::Scp => "a service control policy",
            Self::Rcp => "a resource control policy",
            Self::Boundary => "a permissions boundary",
            Self::Session => "a session policy",
        }
    }

    /// Whether its statements say who: those of the others apply to whom they are attached to.
    #[must_use]
    pub const fn has_principals(self) -> bool {
        matches!(self, Self::Resource | Self::Trust | Self::Rcp)
    }

    /// What a document most likely is: a trust policy when it names principals and actions that assume a role, else a resource
    /// policy when it names principals, else an identity policy. An SCP, a boundary and a session policy look like the last, and a
    /// resource control policy like a resource policy: nothing in the document tells them apart.
    #[must_use]
    pub fn guess(policy: &Policy) -> Self {
        let assumes = |text: &str| text.get(..14).is_some_and(|action| action.eq_ignore_ascii_case("sts:AssumeRole"));
        let trusts = |statement: &Statement| statement.actions.texts.iter().any(|action| assumes(&action.text));
        if !policy.statements.iter().any(|statement| statement.principals.is_some()) {
            return Self::Identity;
        }
        if policy.statements.iter().any(trusts) { Self::Trust } else { Self::Resource }
    }
}
