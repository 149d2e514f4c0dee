//! The subscriptions of a topic: those that stand by themselves, and those in the topic's own property.

use super::text::{any, arns, names, text};
use super::{Facts, Found};
use crate::value::{Read, ResourceId, View};

impl<'a> Facts<'a> {
    pub(super) fn subscriptions(&self, view: &View<'a>, topic: ResourceId, found: &mut Found) {
        let inventory = self.inventory;
        let own: Vec<_> = [arns(inventory, view, topic), names(inventory, view, topic)].concat();
        for partner in inventory.of_type("AWS::SNS::Subscription") {
            let value = inventory.property(view, *partner, &["TopicArn"]);
            let mut references = Vec::new();
            view.references(value, &mut references);
            let is = match references.is_empty() {
                false => Ok(references.iter().any(|(id, _)| *id == topic)),
                true => match text(inventory, view, inventory.resource(*partner).stack, value) {
                    Some(arn) => any(own.iter().map(|own| own.is(&arn))),
                    None => Ok(false),
                },
            };
            self.add_partner(view, *partner, is, found);
        }
        match view.list(inventory.property(view, topic, &["Subscription"])) {
            Read::Known((items, open)) => {
                found.sure.extend(items.into_iter().map(|item| (topic, Some(item))));
                found.possible.extend(open.map(|cause| (None, view.values.cause(cause).clone())));
            }
            Read::Unknown(cause) => found.possible.push((None, view.values.cause(cause).clone())),
            Read::Absent => {}
        }
    }
}
