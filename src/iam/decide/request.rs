//! The request.

use super::context::{Context, Values};
use super::principal::Principal;

/// A request to AWS: one action on one resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    pub(super) principal: Principal,
    pub(super) action: Box<str>,
    pub(super) resource: Box<str>,
    pub(super) account: Option<Box<str>>,
    pub(super) context: Context,
}

impl Request {
    /// A request for `action`, such as `s3:GetObject`, on `resource`: an ARN, or `*` for an action that has no resource.
    ///
    /// `account` is the account of the resource. Without it that of the ARN is taken; where the ARN has none (S3) it is not
    /// known whose the resource is, and `*` belongs to the principal's account. The context is completed by the keys that
    /// follow from the principal and the resource, which win where what was given contradicts them.
    #[must_use]
    pub fn new(
        principal: Principal,
        action: &str,
        resource: &str,
        account: Option<&str>,
        mut context: Context,
    ) -> Self {
        let own = || principal.account().filter(|_| resource == "*");
        let written = || resource.split(':').nth(4).filter(|account| !account.is_empty());
        let account: Option<Box<str>> = account.or_else(written).or_else(own).map(Into::into);
        principal.derive(&mut context);
        match &account {
            Some(account) if resource != "*" => context.set("aws:ResourceAccount", Values::One(account.clone())),
            _ if context.get("aws:ResourceAccount").is_none() => context.set("aws:ResourceAccount", Values::Unknown),
            _ => {}
        }
        Self { principal, action: action.into(), resource: resource.into(), account, context }
    }

    /// Who asks.
    #[must_use]
    pub fn principal(&self) -> &Principal {
        &self.principal
    }

    /// For what, as it was given.
    #[must_use]
    pub fn action(&self) -> &str {
        &self.action
    }

    /// On what.
    #[must_use]
    pub fn resource(&self) -> &str {
        &self.resource
    }

    /// The account that the resource belongs to, where known.
    #[must_use]
    pub fn resource_account(&self) -> Option<&str> {
        self.account.as_deref()
    }

    /// All keys, those that follow from the rest included.
    #[must_use]
    pub fn context(&self) -> &Context {
        &self.context
    }

    pub(super) fn is_action(&self, action: &str) -> bool {
        self.action.eq_ignore_ascii_case(action)
    }

    pub(super) fn is_of_service(&self, service: &str) -> bool {
        self.action.split_once(':').is_some_and(|(found, _)| found.eq_ignore_ascii_case(service))
    }

    /// The service and the last part of the resource's ARN.
    fn resource_parts(&self) -> Option<(&str, &str)> {
        let mut parts = self.resource.splitn(6, ':');
        Some((parts.nth(2)?, parts.nth(2)?))
    }

    /// Whether it is about becoming a role: its resource policy is a trust policy.
    pub(super) fn is_of_trust(&self) -> bool {
        let role =
            || self.resource_parts().is_some_and(|(service, rest)| service == "iam" && rest.starts_with("role/"));
        self.is_of_service("sts") && role()
    }

    /// Whether it is about a KMS key, which has a key policy.
    pub(super) fn is_of_key(&self) -> bool {
        let key = || self.resource_parts().is_some_and(|(service, rest)| service == "kms" && rest.starts_with("key/"));
        self.is_of_service("kms") && key()
    }
}
