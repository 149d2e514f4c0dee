//! `CorsConfiguration` of an HTTP API, as its definition has it.

use super::super::edit::is_filled;
use super::super::sam::{Done, Stop};
use super::super::value::{Entry, Value, list};
use crate::source::{Kind, Member, NodeId, Tree};
use crate::template::transform::Draft;

const CORS: &str = "x-amazon-apigateway-cors";

/// The keys, and what they are called in a definition.
const KEYS: [(&str, &str); 6] = [
    ("AllowOrigins", "allowOrigins"),
    ("AllowHeaders", "allowHeaders"),
    ("AllowMethods", "allowMethods"),
    ("ExposeHeaders", "exposeHeaders"),
    ("MaxAge", "maxAge"),
    ("AllowCredentials", "allowCredentials"),
];

/// Adds the configuration to a definition.
pub(super) fn add(draft: &Draft<'_>, body: &mut Value, node: NodeId) -> Done<()> {
    let tree = &draft.tree;
    let at = tree.span(node);
    let entries = if matches!(tree.kind(node), Kind::Bool(_)) || tree.string(node) == Some("true") {
        vec![Entry::new("allowOrigins", list!["*"])]
    } else if draft.is_function(node) {
        renamed_members(tree, node)
    } else if draft.is_map(node) {
        entries(draft, node)?
    } else {
        return Err(Stop::error(node, "`CorsConfiguration` must be `true` or a map"));
    };
    if let Some(cors) = body.map_at(tree, CORS, at) {
        for entry in entries {
            cors.set(tree, &entry.key, entry.key_span.unwrap_or(at), entry.value);
        }
    }
    Ok(())
}

fn entries(draft: &Draft<'_>, node: NodeId) -> Done<Vec<Entry>> {
    let tree = &draft.tree;
    let known = |member: &&Member| !KEYS.iter().any(|(name, _)| *name == tree.key(member));
    if let Some(other) = tree.members(node).iter().find(known) {
        return Err(Stop::error(other.value, format!("`CorsConfiguration` has no key `{}`", tree.key(other))));
    }
    let is_true = |node: NodeId| matches!(tree.kind(node), Kind::Bool(true));
    let is_wildcard = |node: NodeId| matches!(tree.items(node), [only] if tree.string(*only) == Some("*"));
    let given = |name: &str| draft.present(node, name).map(|member| member.value);
    if given("AllowCredentials").is_some_and(is_true) && given("AllowOrigins").is_some_and(is_wildcard) {
        return Err(Stop::error(node, "`AllowCredentials` needs `AllowOrigins` other than `*`"));
    }
    // A function in the place of the origins may give everything.
    if let Some(origins) = given("AllowOrigins").filter(|origins| draft.is_function(*origins)) {
        return Ok(renamed_members(tree, origins));
    }
    let entry = |(name, new): &(&'static str, &'static str)| {
        let member = draft.present(node, name)?;
        let is_said = match *name {
            "MaxAge" => true,
            "AllowCredentials" => is_true(member.value),
            _ => is_filled(tree, member.value),
        };
        is_said.then(|| Entry::copied(new, member))
    };
    Ok(KEYS.iter().filter_map(entry).collect())
}

/// The members of a map with the names of a definition, however deep they stand.
fn renamed_members(tree: &Tree, node: NodeId) -> Vec<Entry> {
    let entry = |member: &Member| {
        let key = tree.key(member);
        let key = KEYS.iter().find(|(name, _)| *name == key).map_or(key, |(_, new)| *new);
        Entry { key: key.to_owned().into(), key_span: Some(member.key_span), value: renamed(tree, member.value) }
    };
    tree.members(node).iter().map(entry).collect()
}

fn renamed(tree: &Tree, node: NodeId) -> Value {
    match tree.kind(node) {
        Kind::Map { .. } => Value::Map(renamed_members(tree, node)).at(tree.span(node)),
        Kind::List { .. } => {
            Value::List(tree.items(node).iter().map(|item| renamed(tree, *item)).collect()).at(tree.span(node))
        }
        _ => node.into(),
    }
}
