//! Secrets as they resolve: what a secret property is worth after all functions, wherever its parts are written.

use rustc_hash::FxHashMap;

use super::texts::Texts;
use super::{is_pair_value, is_secret_key, names_a_secret, shows_secret};
use crate::inventory::Inventory;
use crate::source::Symbol;
use crate::value::{Entry, Kind, Place, ValueId};

/// Adds the places and texts of every literal that a secret property resolves to, or that looks like a credential.
pub(super) fn collect(inventory: &Inventory, places: &mut Vec<Place>, texts: &mut Texts) {
    let values = &inventory.values;
    let mut secret_keys: FxHashMap<Symbol, bool> = FxHashMap::default();
    // Values are shared and may refer to each other: each is visited at most twice, as a secret and as none.
    let mut seen = vec![[false; 2]; values.len()];
    let mut open: Vec<(ValueId, bool)> =
        inventory.resources().map(|(_, resource)| (resource.properties, false)).collect();
    // What stands beside the properties may have secrets too: `AWS::CloudFormation::Init` writes files.
    open.extend(inventory.resources().map(|(_, resource)| (resource.attributes, false)));
    while let Some((id, secret)) = open.pop() {
        let Some(seen) = seen.get_mut(id.0 as usize).map(|seen| &mut seen[usize::from(secret)]) else { continue };
        if std::mem::replace(seen, true) {
            continue;
        }
        match values.kind(id) {
            Kind::Text(text) | Kind::Number(text) => {
                let text = values.str(text);
                let hidden = secret && text.len() > 2 && !matches!(text, "true" | "false") && !super::is_dynamic(text);
                if hidden || shows_secret(text) {
                    places.push(values.place(id));
                    texts.add(text);
                }
            }
            Kind::List(range) | Kind::Concat(range) | Kind::Choice { arms: range, .. } => {
                open.extend(values.items(range).iter().map(|item| (*item, secret)));
            }
            Kind::Base64(inner) => open.push((inner, secret)),
            Kind::If { then, otherwise, .. } => open.extend([(then, secret), (otherwise, secret)]),
            Kind::Map(range) => {
                let entries = values.entries(range);
                let named = entries.iter().any(|entry| is_secret_pair(inventory, entry));
                for entry in entries {
                    let key = inventory.names.text(entry.key);
                    let by_name = *secret_keys.entry(entry.key).or_insert_with(|| is_secret_key(key));
                    let below = (secret || by_name || (named && is_pair_value(key))) && key != "GenerateSecretString";
                    open.push((entry.value, below));
                }
            }
            Kind::Reference { .. } => open.extend(values.known(id).map(|known| (known, secret))),
            Kind::Absent | Kind::Bool(_) | Kind::Unknown(_) => {}
        }
    }
}

fn is_secret_pair(inventory: &Inventory, entry: &Entry) -> bool {
    match inventory.values.kind(entry.value) {
        Kind::Text(text) => names_a_secret(inventory.names.text(entry.key), inventory.values.str(text)),
        _ => false,
    }
}
