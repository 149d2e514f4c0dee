//! Where resources keep policies, and the policies read.

mod prepared;
mod statement;
mod table;

use super::naming::reference_text;
use crate::iam::Policy;
use crate::iam::document::Reader;
use crate::inventory::Inventory;
use crate::value::{Cause, Kind, Read, ResourceId, ValueId, View};
use table::TABLE;

pub(super) use prepared::Cache;
pub use prepared::Prepared;

/// What a policy document is for, which decides who it speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PolicyKind {
    /// What those may do that it is attached to or that use it: no principals.
    Identity,
    /// Who may do what with the resource.
    Resource,
    /// Who may become the role: no resources.
    Trust,
    /// What may pass a VPC endpoint.
    Endpoint,
    /// What nobody in an account may exceed: service and resource control policies.
    Control,
}

/// How a property holds its policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Form {
    /// A document: a map, or a text that is JSON.
    Document,
    /// One statement.
    Statement,
    /// The resource's properties are the statement; the path is that of the principal.
    Properties,
}

/// A property that holds a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PolicyProperty {
    /// The resource type.
    pub type_name: &'static str,
    /// The path below `Properties`; `[]` stands for each element of a list.
    pub path: &'static str,
    /// What the policy is for.
    pub kind: PolicyKind,
    /// How it is written.
    pub form: Form,
}

/// The properties of a resource type that hold policies.
#[must_use]
pub fn policy_properties(type_name: &str) -> &'static [PolicyProperty] {
    let start = TABLE.partition_point(|row| row.type_name < type_name);
    let length = TABLE[start..].partition_point(|row| row.type_name == type_name);
    &TABLE[start..start + length]
}

/// A policy as it is written in a resource; nothing of it is read yet.
#[derive(Debug, Clone)]
pub struct PolicyValue {
    /// The property that it stands in.
    pub property: &'static PolicyProperty,
    /// The resource.
    pub resource: ResourceId,
    /// Numbers that tell the policies of a resource apart, the same in every world.
    pub step: (usize, usize),
    /// Where the keys start.
    from: ValueId,
    /// The keys from there to the policy.
    keys: &'static str,
}

impl PolicyValue {
    /// The path below `Properties`, with positions in lists.
    #[must_use]
    pub fn path(&self) -> String {
        match self.property.path.split_once("[].") {
            Some((list, keys)) => format!("{list}[{}].{keys}", self.step.1),
            None => self.property.path.to_owned(),
        }
    }

    /// Whether it is a document that means what it says.
    fn is_plain(&self) -> bool {
        self.property.form == Form::Document && !self.property.type_name.starts_with("AWS::ApiGateway::")
    }

    /// What is written in its place.
    #[must_use]
    pub fn value(&self, inventory: &Inventory, view: &View<'_>) -> ValueId {
        let keys: Vec<&str> = self.keys.split('.').collect();
        inventory.get(view, self.from, &keys)
    }

    /// The policy in this world; `None` when there is none.
    ///
    /// # Errors
    /// Why nobody can tell whether there is one, or what stands in its place.
    pub fn read(&self, inventory: &Inventory, view: &View<'_>) -> Result<Option<Policy>, Cause> {
        let value = self.value(inventory, view);
        match view.head(value).1 {
            Kind::Absent => return Ok(None),
            Kind::Unknown(cause) if self.property.form != Form::Properties => {
                return Err(view.values.cause(cause).clone());
            }
            _ => {}
        }
        Ok(Some(match self.property.form {
            Form::Document if self.is_plain() => read_policy(inventory, view, value),
            Form::Document => with_full_arns(read_policy(inventory, view, value)),
            Form::Statement => with_reader(inventory, view, |reader| reader.lone_statement(value)),
            Form::Properties => statement::of_properties(inventory, view, self.resource),
        }))
    }
}

/// API Gateway completes resources of the form `execute-api:/stage/method/path`.
///
/// Source: "API Gateway resource policy examples" in the API Gateway Developer Guide.
fn with_full_arns(mut policy: Policy) -> Policy {
    for text in policy.statements.iter_mut().filter_map(|one| one.resources.as_mut()).flat_map(|one| &mut one.texts) {
        if let Some(path) = text.text.strip_prefix("execute-api:/") {
            text.text = format!("arn:*:execute-api:*:*:*/{path}").into();
        }
    }
    policy
}

/// Reads the document at a value, with the ARNs and names that references stand for.
#[must_use]
pub fn read_policy(inventory: &Inventory, view: &View<'_>, value: ValueId) -> Policy {
    with_reader(inventory, view, |reader| reader.policy(value))
}

fn with_reader<T>(inventory: &Inventory, view: &View<'_>, read: impl FnOnce(Reader<'_>) -> T) -> T {
    let references = |resource, attribute| reference_text(inventory, view, resource, attribute);
    read(Reader { view: *view, names: &inventory.names, references: &references })
}

/// The policies that are written in a resource, and why there may be others.
#[must_use]
pub fn policy_values(inventory: &Inventory, view: &View<'_>, resource: ResourceId) -> (Vec<PolicyValue>, Vec<Cause>) {
    let (mut found, mut open) = (Vec::new(), Vec::new());
    let properties = inventory.resource(resource).properties;
    for (row, property) in policy_properties(inventory.type_name(resource)).iter().enumerate() {
        let Some((list, keys)) = property.path.split_once("[].") else {
            found.push(PolicyValue { property, resource, step: (row, 0), from: properties, keys: property.path });
            continue;
        };
        match view.written(inventory.get(view, properties, &[list])) {
            Read::Known(items) => found.extend(items.into_iter().map(|(index, from)| PolicyValue {
                property,
                resource,
                step: (row, index),
                from,
                keys,
            })),
            Read::Unknown(cause) => open.push(view.values.cause(cause).clone()),
            Read::Absent => {}
        }
    }
    (found, open)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::schema::Schema;

    #[test]
    fn every_property_of_the_table_is_in_the_schema_and_each_type_is_found() {
        for row in TABLE {
            let resource = Schema::embedded().resource(row.type_name).expect(row.type_name);
            assert!(resource.resolve(row.path).is_ok(), "{} {}", row.type_name, row.path);
            assert!(policy_properties(row.type_name).contains(row), "{}", row.type_name);
        }
        assert!(TABLE.is_sorted_by_key(|row| (row.type_name, row.path)));
        assert!(policy_properties("AWS::S3::Bucket").is_empty());
    }
}
