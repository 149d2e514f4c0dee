//! What the accounts of an organisation are to be kept from, with the reasons.

/// Actions that nobody but a break-glass principal may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Group {
    /// A name for commands and reports: `cloudtrail`.
    pub id: &'static str,
    /// What the group is, to follow "nobody can".
    pub title: &'static str,
    /// Why.
    pub reason: &'static str,
    /// Names of actions.
    pub actions: &'static [&'static str],
}

/// The groups, by the order of reports.
///
/// Sources: "Example service control policies", AWS Organizations User Guide; the mandatory and strongly recommended controls of
/// the AWS Control Tower Controls Reference; the Service Authorization Reference for the names.
const GROUPS: [Group; 11] = [
    Group {
        id: "cloudtrail",
        title: "stop or change the trails of CloudTrail",
        reason: "without the trail nobody sees what was done",
        actions: &[
            "cloudtrail:StopLogging",
            "cloudtrail:DeleteTrail",
            "cloudtrail:UpdateTrail",
            "cloudtrail:PutEventSelectors",
            "cloudtrail:StopEventDataStoreIngestion",
            "cloudtrail:DeleteEventDataStore",
        ],
    },
    Group {
        id: "config",
        title: "stop or delete the recorder of AWS Config",
        reason: "changes of resources go unrecorded",
        actions: &[
            "config:StopConfigurationRecorder",
            "config:DeleteConfigurationRecorder",
            "config:DeleteDeliveryChannel",
            "config:DeleteConfigRule",
        ],
    },
    Group {
        id: "guardduty",
        title: "switch GuardDuty off",
        reason: "attacks go undetected",
        actions: &[
            "guardduty:DeleteDetector",
            "guardduty:UpdateDetector",
            "guardduty:DisassociateFromAdministratorAccount",
            "guardduty:DisassociateFromMasterAccount",
        ],
    },
    Group {
        id: "securityhub",
        title: "switch Security Hub off",
        reason: "findings reach nobody",
        actions: &[
            "securityhub:DisableSecurityHub",
            "securityhub:DisassociateFromAdministratorAccount",
            "securityhub:DisassociateFromMasterAccount",
        ],
    },
    Group {
        id: "flow-logs",
        title: "delete flow logs",
        reason: "network traffic goes unrecorded",
        actions: &["ec2:DeleteFlowLogs"],
    },
    Group {
        id: "log-groups",
        title: "delete logs in CloudWatch Logs",
        reason: "what was recorded is gone",
        actions: &["logs:DeleteLogGroup", "logs:DeleteLogStream"],
    },
    Group {
        id: "kms-deletion",
        title: "schedule the deletion of KMS keys",
        reason: "everything that a key encrypts is lost with it",
        actions: &["kms:ScheduleKeyDeletion"],
    },
    Group {
        id: "leave-organization",
        title: "take the account out of the organisation",
        reason: "outside the organisation no policy of it applies",
        actions: &["organizations:LeaveOrganization"],
    },
    Group {
        id: "s3-public-access-block",
        title: "change the account's S3 public access block",
        reason: "buckets could be opened to everyone",
        actions: &["s3:PutAccountPublicAccessBlock"],
    },
    Group {
        id: "regions",
        title: "enable or disable regions",
        reason: "regions that nobody watches could be used",
        actions: &["account:EnableRegion", "account:DisableRegion"],
    },
    Group {
        id: "access-analyzer",
        title: "delete access analyzers",
        reason: "access from outside goes unnoticed",
        actions: &["access-analyzer:DeleteAnalyzer"],
    },
];

/// All groups.
#[must_use]
pub fn guardrails() -> &'static [Group] {
    &GROUPS
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::iam::catalogue::catalogue;

    #[test]
    fn every_protected_action_is_one() {
        for name in guardrails().iter().flat_map(|group| group.actions) {
            assert!(catalogue().action(name).is_some_and(|action| !action.action.retired), "{name}");
        }
    }
}
