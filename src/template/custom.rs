//! Custom resources of the CDK that stand for something that rules look at.
//!
//! What a custom resource does is up to its function; of the CDK's own it is known. Those that change another resource
//! (`Custom::VpcRestrictDefaultSG`, `Custom::S3AutoDeleteObjects`) are partners that rules ask for by type.
//! Source: aws-cdk-lib, `aws-logs/lib/log-retention.ts`.

use super::resolver::Resolver;
use crate::inventory::Resource;
use crate::value::ResourceId;

const LOG_RETENTION: &str = "Custom::LogRetention";
const LOG_GROUP: &str = "AWS::Logs::LogGroup";

impl Resolver<'_> {
    /// Adds what a custom resource creates: a log group with the properties of one, under the custom resource's own id.
    pub(super) fn recognize_custom(&mut self, id: ResourceId) {
        if self.inventory.type_name(id) != LOG_RETENTION {
            return;
        }
        let type_name = self.inventory.names.intern(LOG_GROUP);
        let group = Resource { type_name, ..self.inventory.resource(id).clone() };
        self.inventory.push(group);
    }
}
