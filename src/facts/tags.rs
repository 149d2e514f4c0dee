//! Tags: a list of key and value, a map, or what the stack puts on everything.

use std::borrow::Cow;

use crate::inventory::Inventory;
use crate::value::{Cause, Kind, Read, ResourceId, ValueId, View};

/// The properties in which types keep their tags, in the order in which they are looked for.
const PROPERTIES: [&str; 4] = ["Tags", "HostedZoneTags", "FileSystemTags", "UserPoolTags"];

/// Which of `wanted` are not on the resource; the causes for which nobody can tell.
///
/// # Errors
/// The causes for which it is not known.
pub fn missing(
    inventory: &Inventory,
    view: &View<'_>,
    resource: ResourceId,
    wanted: &[&str],
) -> Result<Vec<String>, Vec<Cause>> {
    let mut keys: Vec<String> = inventory.stack(resource).tags.iter().map(|(key, _)| key.to_string()).collect();
    let mut open = Vec::new();
    for property in PROPERTIES {
        let id = inventory.property(view, resource, &[property]);
        match view.deep(id) {
            (_, Kind::Map(range)) => {
                keys.extend(view.values.entries(range).iter().map(|entry| inventory.names.text(entry.key).to_owned()));
            }
            (_, Kind::Unknown(cause)) => open.push(view.values.cause(cause).clone()),
            (id, Kind::List(_)) => {
                let Read::Known(items) = view.written(id) else { continue };
                for (_, item) in items {
                    // A tag that can be none of the wanted ones decides nothing.
                    let is_other = |case| match tag_key(inventory, view, case) {
                        Read::Known(key) => !wanted.contains(&&*key),
                        Read::Absent => true,
                        Read::Unknown(_) => false,
                    };
                    if view.world.needs(|| view.cases(item).into_iter().all(is_other)).0 {
                        continue;
                    }
                    match tag_key(inventory, view, item) {
                        Read::Known(key) => keys.push(key.into_owned()),
                        Read::Unknown(cause) => open.push(view.values.cause(cause).clone()),
                        Read::Absent => {}
                    }
                }
            }
            _ => {}
        }
    }
    let missing: Vec<String> =
        wanted.iter().filter(|tag| !keys.iter().any(|key| key == **tag)).map(|tag| (*tag).to_owned()).collect();
    if missing.is_empty() || open.is_empty() { Ok(missing) } else { Err(open) }
}

/// A tag of a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tag {
    /// The value that is written in the resource.
    Written(ValueId),
    /// The value that the deployment puts on every resource of the stack.
    OfStack(String),
}

/// The tag of this key; `None` when there is none.
///
/// # Errors
/// Why it is not known whether there is one.
pub fn value(inventory: &Inventory, view: &View<'_>, resource: ResourceId, key: &str) -> Result<Option<Tag>, Cause> {
    let mut open = None;
    for property in PROPERTIES {
        let id = inventory.property(view, resource, &[property]);
        match view.deep(id) {
            (_, Kind::Map(range)) => {
                let mut entries = view.values.entries(range).iter();
                if let Some(entry) = entries.find(|entry| inventory.names.text(entry.key) == key) {
                    return Ok(Some(Tag::Written(entry.value)));
                }
            }
            (_, Kind::Unknown(cause)) => open = Some(cause),
            (id, Kind::List(_)) => {
                let Read::Known(items) = view.written(id) else { continue };
                for (_, item) in items {
                    let is_other = |case| match tag_key(inventory, view, case) {
                        Read::Known(other) => other != key,
                        Read::Absent => true,
                        Read::Unknown(_) => false,
                    };
                    if view.world.needs(|| view.cases(item).into_iter().all(is_other)).0 {
                        continue;
                    }
                    match tag_key(inventory, view, item) {
                        Read::Known(_) => return Ok(Some(Tag::Written(inventory.get(view, item, &["Value"])))),
                        Read::Unknown(cause) => open = Some(cause),
                        Read::Absent => {}
                    }
                }
            }
            _ => {}
        }
    }
    if let Some(cause) = open {
        return Err(view.values.cause(cause).clone());
    }
    let of_stack = inventory.stack(resource).tags.iter().find(|(name, _)| **name == *key);
    Ok(of_stack.map(|(_, value)| Tag::OfStack(value.to_string())))
}

/// The key of an element of a list of tags.
fn tag_key<'a>(inventory: &Inventory, view: &View<'a>, tag: ValueId) -> Read<Cow<'a, str>> {
    match view.member(tag, inventory.names.find("Key")) {
        Read::Known(entry) => view.text(entry.value),
        Read::Absent => Read::Absent,
        Read::Unknown(cause) => Read::Unknown(cause),
    }
}
