//! What is deployed to the same account and region.

use super::{Facts, Found};
use crate::inventory::Inventory;
use crate::value::{Cause, ResourceId, View};

/// Services whose resources belong to the account as a whole.
const GLOBAL: [&str; 10] = [
    "AWS::Account::",
    "AWS::Budgets::",
    "AWS::CE::",
    "AWS::CloudFront::",
    "AWS::GlobalAccelerator::",
    "AWS::IAM::",
    "AWS::Organizations::",
    "AWS::Route53::",
    "Fasscan::Account::Contact",
    "Fasscan::IAM::",
];

impl<'a> Facts<'a> {
    pub(super) fn neighbours(&self, view: &View<'a>, start: ResourceId, types: &[&str], found: &mut Found) {
        let inventory = self.inventory;
        for type_name in types {
            for partner in inventory.of_type(type_name).iter().filter(|partner| **partner != start) {
                self.add_partner(view, *partner, is_beside(inventory, start, *partner), found);
            }
        }
    }
}

/// Whether two resources are in the same account and region. Where neither template says where it goes, they go to the same.
fn is_beside(inventory: &Inventory, a: ResourceId, b: ResourceId) -> Result<bool, Cause> {
    let global = [a, b].iter().any(|id| GLOBAL.iter().any(|service| inventory.type_name(*id).starts_with(service)));
    let (a, b) = (inventory.stack(a), inventory.stack(b));
    let global = global || [a, b].iter().any(|stack| stack.region.as_deref() == Some(crate::inventory::GLOBAL));
    let same = |a: &Option<Box<str>>, b: &Option<Box<str>>, name: &str| match (a, b) {
        (Some(a), Some(b)) => Ok(a == b),
        (None, None) => Ok(true),
        _ => Err(Cause::Environment { name: name.into() }),
    };
    let account = same(&a.account, &b.account, "AWS::AccountId");
    let region = if global { Ok(true) } else { same(&a.region, &b.region, "AWS::Region") };
    match (account, region) {
        (Ok(false), _) | (_, Ok(false)) => Ok(false),
        (Err(cause), _) | (_, Err(cause)) => Err(cause),
        _ => Ok(true),
    }
}
