//! How long a policy of an organisation may be.

/// How many characters a policy may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// The type, as CloudFormation has it.
    pub kind: &'static str,
    /// Characters, without white space between the parts.
    pub characters: usize,
}

/// "Quotas and service limits for AWS Organizations", AWS Organizations User Guide. Service control policies had half as much until
/// 15 May 2026 ("AWS Organizations now supports higher quotas for service control policies", What's New).
const LIMITS: [Limit; 8] = [
    Limit { kind: "SERVICE_CONTROL_POLICY", characters: 10_240 },
    Limit { kind: "RESOURCE_CONTROL_POLICY", characters: 5_120 },
    Limit { kind: "DECLARATIVE_POLICY_EC2", characters: 10_000 },
    Limit { kind: "BACKUP_POLICY", characters: 10_000 },
    Limit { kind: "TAG_POLICY", characters: 10_000 },
    Limit { kind: "CHATBOT_POLICY", characters: 10_000 },
    Limit { kind: "AISERVICES_OPT_OUT_POLICY", characters: 2_500 },
    Limit { kind: "SECURITYHUB_POLICY", characters: 10_000 },
];

/// The limit of a type of policy, where it is known.
#[must_use]
pub fn limit(kind: &str) -> Option<Limit> {
    LIMITS.into_iter().find(|limit| limit.kind == kind)
}
