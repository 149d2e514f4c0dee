//! Where policy documents are in a file or template.

use crate::facts::policies::{self as properties, policy_properties, policy_values};
use crate::iam::document::{PolicyKind, Reader};
use crate::iam::lint::Holder;
use crate::inventory::Inventory;
use crate::source::{self, Tree};
use crate::value::{Kind, Read, ResourceId, ValueId};

/// A policy document.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) id: ValueId,
    /// Where it is, such as `Role.Policies[0].PolicyDocument`; empty for the whole file.
    pub(super) within: String,
    /// What it is attached to, where that can be told from where it is.
    pub(super) kind: Option<PolicyKind>,
    /// What holds it, where that can be told too.
    pub(super) holder: Option<Holder>,
}

/// Whether nothing is written there.
pub(super) fn is_empty(tree: &Tree) -> bool {
    tree.is_empty() || matches!(tree.kind(tree.root()), source::Kind::Null)
}

/// Whether it is a CloudFormation template.
pub(super) fn is_template(tree: &Tree) -> bool {
    let root = tree.root();
    tree.get(root, "Statement").is_none()
        && (tree.get(root, "AWSTemplateFormatVersion").is_some()
            || tree.get(root, "Resources").is_some_and(|node| matches!(tree.kind(node), source::Kind::Map { .. })))
}

/// The documents of a file that is no template: the file itself, or those in what the AWS CLI writes.
pub(super) fn in_file(reader: &Reader<'_>, root: ValueId, found: &mut Vec<Found>) {
    let mut search = Search { reader, found };
    search.value(root, String::new(), "");
}

/// The documents of a resource of a template: those of the table of properties, and of types that it does not have, what looks like
/// one.
pub(super) fn in_resource(inventory: &Inventory, reader: &Reader<'_>, id: ResourceId, found: &mut Vec<Found>) {
    let (resource, type_name) = (inventory.resource(id), inventory.type_name(id));
    if policy_properties(type_name).is_empty() {
        let mut search = Search { reader, found };
        return search.value(resource.properties, resource.logical_id.to_string(), "");
    }
    let property = |key: &str| inventory.property(&reader.view, id, &[key]);
    let holder = holder(type_name, &|key| reader.view.deep(property(key)).1 != Kind::Absent);
    for value in policy_values(inventory, &reader.view, id).0 {
        let kind = match value.property.kind {
            properties::PolicyKind::Identity => PolicyKind::Identity,
            properties::PolicyKind::Trust => PolicyKind::Trust,
            properties::PolicyKind::Resource | properties::PolicyKind::Endpoint => PolicyKind::Resource,
            properties::PolicyKind::Control => match reader.view.text(property("Type")) {
                Read::Known(text) if text == "SERVICE_CONTROL_POLICY" => PolicyKind::Scp,
                Read::Known(text) if text == "RESOURCE_CONTROL_POLICY" => PolicyKind::Rcp,
                // Tag policies and their kin are of another language.
                _ => continue,
            },
        };
        if value.property.form != properties::Form::Document {
            continue;
        }
        for id in reader.view.cases(value.value(inventory, &reader.view)) {
            if !matches!(reader.view.deep(id).1, Kind::Absent | Kind::Unknown(_) | Kind::Reference { .. }) {
                let within = format!("{}.{}", resource.logical_id, value.path());
                found.push(Found { id, within, kind: Some(kind), holder });
            }
        }
    }
}

/// What holds the identity policies of a resource; `has`: whether it has a property.
fn holder(type_name: &str, has: &dyn Fn(&str) -> bool) -> Option<Holder> {
    Some(match type_name {
        "AWS::IAM::ManagedPolicy" => Holder::Managed,
        "AWS::IAM::Role" | "AWS::IAM::RolePolicy" => Holder::Role,
        "AWS::IAM::User" | "AWS::IAM::UserPolicy" => Holder::User,
        "AWS::IAM::Group" | "AWS::IAM::GroupPolicy" => Holder::Group,
        // It becomes an inline policy of each of them; the smallest quota counts.
        "AWS::IAM::Policy" if has("Users") => Holder::User,
        "AWS::IAM::Policy" if has("Groups") => Holder::Group,
        "AWS::IAM::Policy" => Holder::Role,
        _ => Holder::Other,
    })
}

/// What the keys of the IAM API say about the documents under them.
fn kind_by_key(key: &str) -> Option<PolicyKind> {
    match key {
        "AssumeRolePolicyDocument" => Some(PolicyKind::Trust),
        _ => None,
    }
}

/// Keys whose value is a policy document, whatever is in it.
const DOCUMENTS: [&str; 3] = ["PolicyDocument", "AssumeRolePolicyDocument", "KeyPolicy"];

struct Search<'a> {
    reader: &'a Reader<'a>,
    found: &'a mut Vec<Found>,
}

impl Search<'_> {
    /// `key` is that of the innermost map around the value.
    fn value(&mut self, id: ValueId, within: String, key: &str) {
        let cases = self.reader.view.cases(id);
        for id in cases {
            let is_document = match self.reader.view.deep(id).1 {
                Kind::Map(_) => DOCUMENTS.contains(&key) || self.is_document(id, key),
                Kind::Text(_) | Kind::Concat(_) => {
                    let text = self.reader.view.symbolic(id).unwrap_or_default();
                    text.trim_start().starts_with('{') && text.contains("\"Statement\"")
                }
                _ => false,
            };
            if is_document {
                self.found.push(Found { id, within: within.clone(), kind: kind_by_key(key), holder: None });
                continue;
            }
            match self.reader.view.deep(id).1 {
                Kind::Map(range) => {
                    for entry in self.reader.view.values.entries(range) {
                        let name = self.reader.names.text(entry.key);
                        let inner = if within.is_empty() { name.to_owned() } else { format!("{within}.{name}") };
                        self.value(entry.value, inner, name);
                    }
                }
                Kind::List(range) => {
                    for (index, item) in self.reader.view.values.items(range).iter().enumerate() {
                        self.value(*item, format!("{within}[{index}]"), key);
                    }
                }
                _ => {}
            }
        }
    }

    /// Whether a map is a policy document: it has statements, and is named as one, has nothing else, or one of its statements has an
    /// effect. Rules of a web ACL have a `Statement` too.
    fn is_document(&self, id: ValueId, key: &str) -> bool {
        let (view, names) = (&self.reader.view, self.reader.names);
        let Read::Known(statement) = view.member(id, names.find("Statement")) else { return false };
        let named = ["Document", "Policy", "PolicyText", "Policies"].iter().any(|ending| key.ends_with(ending));
        let Read::Known(entries) = view.entries(id) else { return false };
        let only = entries.iter().all(|entry| matches!(names.text(entry.key), "Version" | "Id" | "Statement"));
        let effect = |id: ValueId| matches!(view.member(id, names.find("Effect")), Read::Known(_));
        let Read::Known((statements, _)) = view.elements(statement.value) else { return named || only };
        named || only || statements.iter().any(|(_, statement)| effect(*statement))
    }
}
