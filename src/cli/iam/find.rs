//! Where policy documents are in a file or template.

use crate::iam::document::{PolicyKind, Reader};
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
    let mut search = Search { reader, found, kind_of: &kind_by_key };
    search.value(root, String::new(), "");
}

/// The documents of a resource of a template.
pub(super) fn in_resource(inventory: &Inventory, reader: &Reader<'_>, id: ResourceId, found: &mut Vec<Found>) {
    let resource = inventory.resource(id);
    let type_name = inventory.type_name(id);
    let text = |key| {
        let value = inventory.property(&reader.view, id, &[key]);
        reader.view.text(value).known().map(std::borrow::Cow::into_owned).unwrap_or_default()
    };
    let kind_of = |key: &str| match (type_name, key) {
        (_, "AssumeRolePolicyDocument") => Some(PolicyKind::Trust),
        ("AWS::Organizations::Policy", _) => match text("Type").as_str() {
            "SERVICE_CONTROL_POLICY" => Some(PolicyKind::Scp),
            "RESOURCE_CONTROL_POLICY" => Some(PolicyKind::Rcp),
            _ => None,
        },
        ("AWS::SSO::PermissionSet" | "AWS::IoT::Policy", _) => Some(PolicyKind::Identity),
        (name, _) if name.starts_with("AWS::IAM::") => Some(PolicyKind::Identity),
        _ => Some(PolicyKind::Resource),
    };
    let mut search = Search { reader, found, kind_of: &kind_of };
    search.value(resource.properties, resource.logical_id.to_string(), "");
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
    kind_of: &'a dyn Fn(&str) -> Option<PolicyKind>,
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
                self.found.push(Found { id, within: within.clone(), kind: (self.kind_of)(key) });
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
