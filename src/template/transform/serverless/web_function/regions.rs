//! The regions of a web function: names of regions and of groups of them.

use std::collections::BTreeSet;

use crate::source::NodeId;
use crate::template::transform::Draft;
use crate::template::transform::serverless::resource::Resource;
use crate::template::transform::serverless::sam::{Done, Stop};
use crate::template::transform::serverless::value::Value;

/// Groups of regions. `ALL_STANDARD` is all of them.
///
/// Source: `ReplicaRegions` of "AWS::Serverless::WebFunction" in the AWS SAM developer guide.
const GROUPS: [(&str, &[&str]); 6] = [
    ("US", &["us-east-1", "us-east-2", "us-west-1", "us-west-2"]),
    ("AP", &["ap-south-1", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-southeast-1", "ap-southeast-2"]),
    ("CA", &["ca-central-1"]),
    ("EU", &["eu-west-1", "eu-west-2", "eu-west-3", "eu-central-1", "eu-north-1"]),
    ("SA", &["sa-east-1"]),
    (
        "SPARSE_GLOBAL",
        &["us-east-1", "eu-west-1", "eu-central-1", "ap-northeast-1", "ap-southeast-2", "sa-east-1", "ap-southeast-1"],
    ),
];

/// The regions that `ReplicaRegions` means: those that are known sorted, and then the functions.
pub(super) fn of(draft: &Draft<'_>, resource: &Resource) -> Done<Option<Value>> {
    let Some(node) = resource.get(draft, "ReplicaRegions") else { return Ok(None) };
    if draft.is_function(node) {
        return Ok(Some(node.into()));
    }
    if draft.is_list(node) {
        let (names, functions) = parts(draft, node)?;
        return Ok(Some(joined(names, functions).at(draft.tree.span(node))));
    }
    let known = ["IncludeRegions", "ExcludeRegions"];
    if let Some(other) = draft.tree.members(node).iter().find(|member| !known.contains(&draft.tree.key(member))) {
        let message = format!("`ReplicaRegions` has no `{}`", draft.tree.key(other));
        return Err(Stop::error(other.value, message));
    }
    let [included, excluded] = known.map(|name| draft.present(node, name).map(|member| member.value));
    for list in [included, excluded].into_iter().flatten() {
        if !draft.is_list(list) {
            return Err(Stop::error(list, "`IncludeRegions` and `ExcludeRegions` must be lists"));
        }
    }
    let (mut names, functions) = included.map_or_else(|| Ok(Default::default()), |list| parts(draft, list))?;
    if let Some(excluded) = excluded.filter(|list| !draft.tree.items(*list).is_empty()) {
        let (without, unknown) = parts(draft, excluded)?;
        if names.is_empty() && functions.is_empty() {
            return Err(Stop::error(excluded, "`ExcludeRegions` needs `IncludeRegions`"));
        }
        if !unknown.is_empty() || !functions.is_empty() {
            return Err(Stop::error(excluded, "regions can be excluded only where every region is known"));
        }
        names.retain(|name| !without.contains(name));
    }
    Ok(Some(joined(names, functions).at(draft.tree.span(node))))
}

fn joined(names: BTreeSet<String>, functions: Vec<NodeId>) -> Value {
    names.into_iter().map(Value::from).chain(functions.into_iter().map(Value::from)).collect::<Vec<_>>().into()
}

/// The regions of a list, and its functions.
fn parts(draft: &Draft<'_>, list: NodeId) -> Done<(BTreeSet<String>, Vec<NodeId>)> {
    let (mut names, mut functions) = (BTreeSet::new(), Vec::new());
    for item in draft.tree.items(list) {
        let Some(text) = draft.tree.string(*item) else {
            functions.push(*item);
            continue;
        };
        let upper = text.to_ascii_uppercase();
        let group = |(name, _): &&(&str, &[&str])| *name == upper;
        match GROUPS.iter().find(group) {
            Some((_, regions)) => names.extend(regions.iter().map(|region| (*region).to_owned())),
            None if upper == "ALL_STANDARD" => {
                names.extend(GROUPS.iter().flat_map(|(_, regions)| *regions).map(|region| (*region).to_owned()));
            }
            None if text.contains('-') => {
                names.insert(text.to_owned());
            }
            None => return Err(Stop::error(*item, format!("`{text}` is no region and no group of regions"))),
        }
    }
    Ok((names, functions))
}
