//! How long policies may be.

use super::{Lint, Severity, Subject};
use crate::iam::document::PolicyKind;

/// What holds an identity policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Holder {
    /// It is a managed policy.
    Managed,
    /// It is one of the inline policies of a role, of all of which this is the quota.
    Role,
    /// It is one of the inline policies of a user.
    User,
    /// It is one of the inline policies of a group.
    Group,
    /// Something that IAM has no quota for, such as a permission set.
    Other,
}

/// Characters that IAM takes, white space not counted: "IAM and AWS STS quotas" in the IAM User Guide. All inline policies of a user,
/// group or role share one quota.
const MANAGED: usize = 6_144;
const ROLE: usize = 10_240;
const GROUP: usize = 5_120;
const USER: usize = 2_048;
/// The quota of trust policies can be raised, up to twice of it.
const TRUST: usize = 2_048;
/// Characters of a session policy that is passed as a text: `AssumeRole` in the AWS STS API Reference.
const SESSION: usize = 2_048;
/// "Quotas and service limits for AWS Organizations". SCPs had 5,120 before.
const SCP: usize = 10_240;
const RCP: usize = 5_120;

impl Lint<'_> {
    pub(super) fn size(&mut self, subject: &Subject) {
        let size = subject.size;
        let iam = size.without_blanks();
        let (count, limit, what) = match (subject.kind, subject.holder) {
            (PolicyKind::Identity, Some(Holder::Other)) | (PolicyKind::Resource, _) => return,
            (PolicyKind::Identity, Some(Holder::Managed)) => (iam, MANAGED, "a managed policy"),
            (PolicyKind::Identity, Some(Holder::User)) => (iam, USER, "the inline policies of a user together"),
            (PolicyKind::Identity, Some(Holder::Group)) => (iam, GROUP, "the inline policies of a group together"),
            (PolicyKind::Identity, Some(Holder::Role)) => (iam, ROLE, "the inline policies of a role together"),
            (PolicyKind::Identity, None) if iam > ROLE => (iam, ROLE, "the longest identity policy"),
            (PolicyKind::Identity, None) => return self.long_for_managed(iam),
            (PolicyKind::Boundary, _) => (iam, MANAGED, "a managed policy"),
            (PolicyKind::Trust, _) if iam > 2 * TRUST => (iam, 2 * TRUST, "a trust policy, with the quota raised,"),
            (PolicyKind::Trust, _) => (iam, TRUST, "a trust policy, unless the quota is raised,"),
            (PolicyKind::Session, _) => (size.characters, SESSION, "a session policy"),
            (PolicyKind::Scp, _) => (size.characters, SCP, "a service control policy"),
            (PolicyKind::Rcp, _) => (size.characters, RCP, "a resource control policy"),
        };
        if count > limit {
            let least = if size.is_least { "at least " } else { "" };
            let message =
                format!("the policy has {least}{} characters, and {what} may have {}", grouped(count), grouped(limit));
            let help = "shorten it with wildcards, or divide it".to_owned();
            self.find(Severity::Error, "too-long", self.policy.place, message, Some(help));
        }
    }

    fn long_for_managed(&mut self, count: usize) {
        if count > MANAGED {
            let message = format!(
                "the policy has {} characters: too long for a managed policy ({}), it fits only a role as an inline policy",
                grouped(count),
                grouped(MANAGED)
            );
            self.warn(
                "too-long",
                self.policy.place,
                message,
                Some("shorten it with wildcards, or divide it".to_owned()),
            );
        }
    }
}

/// A number with its thousands apart.
fn grouped(number: usize) -> String {
    match number / 1000 {
        0 => number.to_string(),
        thousands => format!("{},{:03}", grouped(thousands), number % 1000),
    }
}
