//! What becomes of requests that a rule describes.

use super::Evidence;
use super::grants::statements;
use crate::eval::scope::Scope;
use crate::facts::naming::arn_text;
use crate::iam::{self, Policy};
use crate::rule::IamRequest;

impl Scope<'_> {
    pub(super) fn denies(&self, request: &IamRequest, policy: &Policy) -> Evidence {
        let arn = arn_text(self.context.inventory, &self.view, self.selected).unwrap_or_default();
        let resources = [request.resource.replace("{self.arn}", &arn)];
        statements(iam::denies(
            policy,
            &iam::Request {
                principal: &request.principal,
                action: &request.action,
                resources: &resources,
                context: &request.context,
            },
        ))
    }
}
