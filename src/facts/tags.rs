//! Tags: a list of key and value, a map, or what the stack puts on everything.

use std::borrow::Cow;

use crate::inventory::Inventory;
use crate::value::{Cause, CauseId, Entry, Kind, Read, ResourceId, ValueId, View};

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
                    if is_other(inventory, view, item, wanted) {
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
pub enum Tag<'a> {
    /// Its value as it is written, under this property; in a list, at this position.
    Written {
        /// The value.
        value: ValueId,
        /// The property that holds the tags.
        property: &'static str,
        /// The position in the list; `None` in a map.
        index: Option<usize>,
    },
    /// The value that the stack's deployment gives it.
    OfStack(&'a str),
    /// There is none.
    Absent,
    /// Nobody can tell whether there is one.
    Unknown(CauseId),
}

/// The tag of this key. One that is written on the resource goes before that of its stack.
///
/// Source: "Resource tag" in the CloudFormation template reference.
#[must_use]
pub fn find<'a>(inventory: &'a Inventory, view: &View<'_>, resource: ResourceId, key: &str) -> Tag<'a> {
    let mut open = None;
    for property in PROPERTIES {
        match view.deep(inventory.property(view, resource, &[property])) {
            (_, Kind::Map(range)) => {
                let named = |entry: &&Entry| inventory.names.text(entry.key) == key;
                if let Some(entry) = view.values.entries(range).iter().find(named) {
                    return Tag::Written { value: entry.value, property, index: None };
                }
            }
            (_, Kind::Unknown(cause)) => open = open.or(Some(cause)),
            (id, Kind::List(_)) => {
                let Read::Known(items) = view.written(id) else { continue };
                for (index, item) in items {
                    if is_other(inventory, view, item, &[key]) {
                        continue;
                    }
                    match tag_key(inventory, view, item) {
                        Read::Known(found) if found == key => {
                            let value = inventory.get(view, item, &["Value"]);
                            return Tag::Written { value, property, index: Some(index) };
                        }
                        Read::Unknown(cause) => open = open.or(Some(cause)),
                        Read::Known(_) | Read::Absent => {}
                    }
                }
            }
            _ => {}
        }
    }
    let of_stack = || inventory.stack(resource).tags.iter().find(|(name, _)| **name == *key);
    match (open, of_stack()) {
        (Some(cause), _) => Tag::Unknown(cause),
        (None, Some((_, value))) => Tag::OfStack(value),
        (None, None) => Tag::Absent,
    }
}

/// Whether an element of a list of tags can be none of the wanted ones: then it decides nothing, whatever is open about it.
fn is_other(inventory: &Inventory, view: &View<'_>, item: ValueId, wanted: &[&str]) -> bool {
    let other = |case| match tag_key(inventory, view, case) {
        Read::Known(key) => !wanted.contains(&&*key),
        Read::Absent => true,
        Read::Unknown(_) => false,
    };
    view.world.needs(|| view.cases(item).into_iter().all(other)).0
}

/// The key of an element of a list of tags.
fn tag_key<'a>(inventory: &Inventory, view: &View<'a>, tag: ValueId) -> Read<Cow<'a, str>> {
    match view.member(tag, inventory.names.find("Key")) {
        Read::Known(entry) => view.text(entry.value),
        Read::Absent => Read::Absent,
        Read::Unknown(cause) => Read::Unknown(cause),
    }
}
