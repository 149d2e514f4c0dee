//! What becomes of requests that a rule describes.

use crate::eval::scope::Scope;
use crate::facts::naming::arn_text;
use crate::iam::Requests;
use crate::rule::IamRequest;

impl<'a> Scope<'a> {
    /// The requests, with the ARN of the selected resource put in.
    pub(super) fn requests(&self, request: &'a IamRequest) -> Requests<'a> {
        let arn = arn_text(self.context.inventory, &self.view, self.selected).unwrap_or_default();
        Requests {
            principal: &request.principal,
            actions: self.texts(&request.actions).into_iter().map(str::to_owned).collect(),
            resources: request.resources.iter().map(|text| text.replace("{self.arn}", &arn)).collect(),
            context: request.context.iter().map(|(key, value)| (key.to_string(), value.to_string())).collect(),
        }
    }
}
