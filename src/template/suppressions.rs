//! Suppressions that stand in `Metadata`, for this scanner and for others: read here, applied by nobody yet.
//!
//! Sources: the documentation of cdk-nag (`rules_to_suppress`), cfn_nag, Checkov (`skip`), cfn-lint (`ignore_checks`) and
//! CloudFormation Guard (`SuppressedRules`).

use super::resolver::Resolver;
use crate::inventory::Suppression;
use crate::source::NodeId;
use crate::value::ResourceId;

/// A tool with the keys below `Metadata` that lead to its list, and those of a rule's id and of the reason in an entry.
const FORMATS: [(&str, &[&str], &str, &str); 6] = [
    ("cdk-nag", &["cdk_nag", "rules_to_suppress"], "id", "reason"),
    ("cfn_nag", &["cfn_nag", "rules_to_suppress"], "id", "reason"),
    ("checkov", &["checkov", "skip"], "id", "comment"),
    ("cfn-lint", &["cfn-lint", "config", "ignore_checks"], "", ""),
    ("cfn-guard", &["guard", "SuppressedRules"], "", ""),
    ("fasscan", &["fasscan", "suppress"], "rule", "reason"),
];

impl Resolver<'_> {
    /// Reads the suppressions of a resource, or with `None` those of the whole template.
    pub(super) fn read_suppressions(&mut self, stack: usize, owner: NodeId, resource: Option<ResourceId>) {
        let tree = self.stacks[stack].tree;
        let Some(metadata) = tree.get(owner, "Metadata") else { return };
        for (tool, keys, id_key, reason_key) in FORMATS {
            let Some(list) = tree.at(metadata, keys) else { continue };
            for entry in tree.items(list) {
                let id = tree.scalar(*entry).or_else(|| tree.get(*entry, id_key).and_then(|id| tree.scalar(id)));
                let Some(id) = id else { continue };
                let reason = tree.get(*entry, reason_key).and_then(|reason| tree.scalar(reason));
                let (place, stack) = (self.place(stack, *entry), self.stacks[stack].id);
                let (id, reason) = (id.into(), reason.map(Into::into));
                self.inventory.suppressions.push(Suppression { stack, resource, tool, id, reason, place });
            }
            // Guard also takes a map from rule to reason.
            for member in tree.members(list) {
                let place = self.key_place(stack, member);
                let (id, reason) = (tree.key(member).into(), tree.scalar(member.value).map(Into::into));
                let stack = self.stacks[stack].id;
                self.inventory.suppressions.push(Suppression { stack, resource, tool, id, reason, place });
            }
        }
    }
}
