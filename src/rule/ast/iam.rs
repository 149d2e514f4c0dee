//! Questions about policies.
//!
//! A new question is a variant here with its operands, a line and a function in `load/iam.rs`, a line in `words/iam.rs`, and a
//! line in `eval/iam/mod.rs` with its answer in a file there.

use super::Operand;
use crate::facts::policies::PolicyKind;
use crate::iam::least::Risk;

/// Requests that `allows` and `denies` ask about.
#[derive(Debug, Clone)]
pub struct IamRequest {
    /// The principal, `*` for anyone.
    pub principal: Box<str>,
    /// Patterns of actions, any of which may fit.
    pub actions: Operand,
    /// Patterns of resources, with `{self.arn}` for the selected resource; every resource when there are none.
    pub resources: Vec<Box<str>>,
    /// Context keys with their values.
    pub context: Vec<(Box<str>, Box<str>)>,
}

/// A question about what wildcards open: `crate::iam::least`.
#[derive(Debug, Clone)]
pub enum LeastQuestion {
    /// Wildcards in `Action` give more than they speak of, on resources that are named.
    WildcardActions,
    /// Wildcards in `Resource` open resources that could be named, to actions without these risks.
    WildcardResources(Vec<Risk>),
    /// Actions of this risk are allowed on every resource.
    Risk(Risk),
    /// Actions of this risk are allowed by allowing a service as a whole.
    ServiceWildcardRisk(Risk),
    /// Every role may be passed.
    PassRoleUnscoped,
    /// An Allow lists what it does not allow.
    InvertedAllow,
    /// Nothing limits the regions to these.
    RegionUnrestricted(Operand),
}

/// A question about the policies of a resource.
#[derive(Debug, Clone)]
pub enum IamQuestion {
    /// Every such request is denied by explicit statements.
    Denies(IamRequest),
    /// Some such request is allowed and not denied.
    Allows(IamRequest),
    /// A statement allows everything on everything.
    GrantsAdministrator,
    /// A statement allows `service:*` on everything.
    GrantsServiceWildcard,
    /// A stranger may use one of these actions.
    GrantsPublic(Operand),
    /// Another account that the policy names may.
    GrantsOutside {
        /// The actions.
        actions: Operand,
        /// Accounts that may.
        trusted: Operand,
        /// Whether grants to single principals of such an account do not count.
        whole: bool,
    },
    /// A service may that acts for a stranger.
    GrantsService {
        /// The actions.
        actions: Operand,
        /// The services.
        services: Operand,
    },
    /// A stranger may who is signed in with a provider that the policy names.
    GrantsFederated(Operand),
    /// S3 classifies the policy as public.
    S3Public,
    /// A statement allows everyone but some.
    GrantsAllBut,
    /// One principal that the policy names may do the one and the other.
    SamePrincipalMay {
        /// Actions of the one kind.
        one: Operand,
        /// Actions of the other kind.
        other: Operand,
        /// Context keys of the requests with their values.
        context: Vec<(Box<str>, Box<str>)>,
    },
    /// The principal is no administrator and can become one.
    Escalates,
    /// Wildcards open too much.
    Least(LeastQuestion),
    /// An AWS managed policy of one of these names is attached.
    ManagedPolicy(Operand),
}

impl IamQuestion {
    /// The values that a parameter may stand for.
    #[must_use]
    pub fn operands(&self) -> Vec<&Operand> {
        match self {
            Self::Denies(request) | Self::Allows(request) => vec![&request.actions],
            Self::GrantsPublic(actions) | Self::GrantsFederated(actions) | Self::ManagedPolicy(actions) => {
                vec![actions]
            }
            Self::GrantsOutside { actions: one, trusted: other, .. }
            | Self::GrantsService { actions: one, services: other }
            | Self::SamePrincipalMay { one, other, .. } => vec![one, other],
            Self::Least(LeastQuestion::RegionUnrestricted(regions)) => vec![regions],
            Self::GrantsAdministrator
            | Self::GrantsServiceWildcard
            | Self::S3Public
            | Self::GrantsAllBut
            | Self::Escalates
            | Self::Least(_) => Vec::new(),
        }
    }

    /// Whether what it finds are wildcards, of which a message can speak.
    #[must_use]
    pub fn is_about_wildcards(&self) -> bool {
        matches!(self, Self::GrantsAdministrator | Self::GrantsServiceWildcard | Self::Least(_))
    }

    /// Whether a finding has a request to show.
    #[must_use]
    pub fn has_witness(&self) -> bool {
        matches!(
            self,
            Self::GrantsPublic(_)
                | Self::GrantsOutside { .. }
                | Self::GrantsService { .. }
                | Self::GrantsFederated(_)
                | Self::Escalates
        )
    }

    /// Whether the question is asked of policies of this kind, where `in` names none.
    #[must_use]
    pub fn reads(&self, kind: PolicyKind) -> bool {
        match self {
            Self::Denies(_) | Self::Allows(_) => true,
            // What they are about is written in policies of resources, too.
            Self::Least(LeastQuestion::WildcardActions | LeastQuestion::InvertedAllow) => {
                matches!(kind, PolicyKind::Identity | PolicyKind::Resource)
            }
            Self::GrantsAdministrator | Self::GrantsServiceWildcard | Self::Least(_) => kind == PolicyKind::Identity,
            Self::GrantsPublic(_)
            | Self::GrantsOutside { .. }
            | Self::GrantsService { .. }
            | Self::GrantsFederated(_)
            | Self::GrantsAllBut
            | Self::SamePrincipalMay { .. } => matches!(kind, PolicyKind::Resource | PolicyKind::Trust),
            Self::S3Public => kind == PolicyKind::Resource,
            // They read more, or less, than the documents of the resource.
            Self::ManagedPolicy(_) | Self::Escalates => false,
        }
    }
}
