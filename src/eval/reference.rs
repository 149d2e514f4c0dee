//! What references to resources stand for.

use super::scope::Scope;
use crate::inventory::schema::Schema;
use crate::value::{Kind, ValueId};

impl Scope<'_> {
    /// Whether a value refers to a resource, none of the partners, and can stand for nothing else. An attribute that is also
    /// a property may name a partner, and so may what custom resources and stacks return.
    pub(super) fn is_of_another_type(&self, id: ValueId) -> bool {
        matches!(self.view.head(id).1, Kind::Reference { .. }) && self.is_own(id)
    }

    /// Whether a reference is to something that the resource alone is or has.
    pub(super) fn is_own(&self, id: ValueId) -> bool {
        let Kind::Reference { resource, attribute } = self.view.head(id).1 else { return false };
        let (inventory, schema) = (self.context.inventory, Schema::embedded());
        let (name, attribute) = (inventory.type_name(resource), inventory.names.text(attribute));
        let Some(known) = schema.resource(name).filter(|_| !name.starts_with("AWS::CloudFormation::")) else {
            return false;
        };
        let first = attribute.split('.').next().unwrap_or_default();
        attribute == "Ref"
            || first != "Outputs" && (known.is_read_only(attribute) || known.properties().member(first).is_none())
    }
}
