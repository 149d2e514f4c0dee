//! `samconfig.toml` and `samconfig.yaml`: options of the SAM CLI by environment and command.
//!
//! An option of the command `deploy` wins over one of `global`; one environment takes nothing from another.
//! Source: "AWS SAM CLI configuration file" in the SAM developer guide.

use super::file::Reader;
use crate::source::{Diagnostic, Kind, Level, NodeId, Tree};

/// The environment where none is named.
const DEFAULT: &str = "default";

/// Whether a map has the shape environment, command, `parameters`.
pub(super) fn is_one(tree: &Tree) -> bool {
    let has_parameters = |command: NodeId| tree.get(command, "parameters").is_some_and(|node| is_map(tree, node));
    environments(tree).any(|(_, node)| tree.members(node).iter().any(|command| has_parameters(command.value)))
}

/// The values of the environment of this name, or else of `default`.
pub(super) fn read(reader: &mut Reader<'_>, wanted: Option<&str>) {
    let tree = reader.tree;
    let find = |name: &str| environments(tree).find(|(known, _)| *known == name);
    let Some((name, environment)) = wanted.and_then(find).or_else(|| find(DEFAULT)) else {
        let known: Vec<String> = environments(tree).map(|(name, _)| format!("`{name}`")).collect();
        let message = match wanted {
            Some(wanted) => format!("the file has neither the environment `{wanted}` nor `{DEFAULT}`"),
            None => format!("the file has no environment `{DEFAULT}`"),
        };
        let help = format!("it has {}: name the one that is meant, as in `--env NAME=FILE`", known.join(", "));
        return reader.problem_with_help(tree.span(tree.root()), message, help);
    };
    let option = |name: &str| {
        ["deploy", "global"].iter().find_map(|command| tree.at(environment, &[command, "parameters", name]))
    };
    let (overrides, tags, region) = (option("parameter_overrides"), option("tags"), option("region"));
    if overrides.is_none() && tags.is_none() && region.is_none() {
        let message = format!("the environment `{name}` gives no parameter a value");
        let help = "a value stands in `parameter_overrides` of `deploy.parameters` or `global.parameters`";
        let at = tree.member(tree.root(), name).map_or(tree.span(environment), |member| member.key_span);
        let warning = Diagnostic::at(Level::Warning, tree.file(), at, message);
        reader.warnings.push(warning.with_help(help));
    }
    if let Some(node) = overrides {
        read_overrides(reader, node);
    }
    if let Some(node) = tags {
        read_tags(reader, node);
    }
    match region.map(|node| (tree.string(node), node)) {
        Some((Some(region), _)) => reader.values.region = Some(region.into()),
        Some((None, node)) => reader.problem(tree.span(node), "a region is expected here, as a text"),
        None => {}
    }
}

fn environments(tree: &Tree) -> impl Iterator<Item = (&str, NodeId)> {
    let members = tree.members(tree.root()).iter();
    members.filter(|member| is_map(tree, member.value)).map(|member| (tree.key(member), member.value))
}

fn is_map(tree: &Tree, node: NodeId) -> bool {
    matches!(tree.kind(node), Kind::Map { .. })
}

fn read_overrides(reader: &mut Reader<'_>, node: NodeId) {
    let tree = reader.tree;
    match tree.kind(node) {
        Kind::String(_) => text(reader, node),
        Kind::List { .. } => tree.items(node).iter().for_each(|item| text(reader, *item)),
        Kind::Map { .. } => reader.map(node),
        _ => reader.problem(tree.span(node), "`parameter_overrides` is a text, a list of texts or a map"),
    }
}

/// One or several pairs in a text.
fn text(reader: &mut Reader<'_>, node: NodeId) {
    let (tree, span) = (reader.tree, reader.tree.span(node));
    let Some(text) = tree.string(node) else {
        return reader.problem(span, "a parameter is expected here, of the form `Key=Value`");
    };
    if text.trim_start().starts_with("file://") {
        let message = "the values stand in another file, which is not followed";
        return reader.problem_with_help(span, message, "give that file as well".to_owned());
    }
    match super::pairs::all(text) {
        Ok(pairs) => {
            for (name, value) in pairs {
                reader.add(&name, value, span, span);
            }
        }
        Err(message) => reader.problem(span, message),
    }
}

/// Tags have the form of parameters.
fn read_tags(reader: &mut Reader<'_>, node: NodeId) {
    let tree = reader.tree;
    let texts = match tree.kind(node) {
        Kind::String(_) => vec![node],
        Kind::List { .. } => tree.items(node).to_vec(),
        _ => return reader.tags(node),
    };
    for node in texts {
        match tree.string(node).map(super::pairs::all) {
            Some(Ok(pairs)) => {
                for (key, value) in pairs {
                    reader.tag(&key, value.unwrap_or_default());
                }
            }
            _ => reader.problem(tree.span(node), "tags are expected here, of the form `Key=Value`"),
        }
    }
}
