//! What is known before deployment: texts, parameters, entries of mappings.

use super::sam::{Done, Sam, Stop};
use crate::inventory::partition;
use crate::source::{Kind, NodeId};
use crate::template::transform::{Draft, Parameter};
use crate::value::Cause;

/// How many functions may stand inside each other where a literal is needed.
const DEPTH: usize = 16;

/// What stands where a literal is needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Literal {
    /// A scalar, or a parameter of which the value is known.
    Text(String),
    /// A parameter of which the value is not known.
    Open(Cause),
    /// A list, a map, or a function that is decided at deployment.
    Other,
}

impl Draft<'_> {
    /// What a node is worth before deployment.
    pub(super) fn literal(&self, node: NodeId) -> Literal {
        self.literal_at(node, 0)
    }

    fn literal_at(&self, node: NodeId, depth: usize) -> Literal {
        if let Some(text) = self.tree.scalar(node) {
            return Literal::Text(text.to_owned());
        }
        match self.function_of(node) {
            Some(("Ref", argument)) => self.tree.string(argument).map_or(Literal::Other, |name| self.parameter(name)),
            Some(("Fn::FindInMap", argument)) if depth < DEPTH => self.entry_of_mapping(argument, depth + 1),
            _ => Literal::Other,
        }
    }

    /// What a parameter, or a name such as `AWS::Region`, is worth before deployment.
    pub(super) fn parameter(&self, name: &str) -> Literal {
        match self.deployment.parameters.get(name) {
            Some(Parameter::Text(text)) => Literal::Text(text.to_string()),
            Some(Parameter::Open(cause)) => Literal::Open(cause.clone()),
            None => match (name, self.deployment.environment.region.as_deref()) {
                ("AWS::Region", Some(region)) => Literal::Text(region.to_owned()),
                ("AWS::Region", None) => Literal::Open(Cause::Environment { name: name.into() }),
                ("AWS::Partition", _) => Literal::Text(self.partition().to_owned()),
                _ => Literal::Other,
            },
        }
    }

    fn entry_of_mapping(&self, argument: NodeId, depth: usize) -> Literal {
        let [mapping, first, second] = self.tree.items(argument) else { return Literal::Other };
        let mut found = self.tree.get(self.tree.root(), "Mappings");
        for key in [mapping, first, second] {
            match self.literal_at(*key, depth) {
                Literal::Text(key) => found = found.and_then(|node| self.tree.get(node, &key)),
                other => return other,
            }
        }
        found.and_then(|node| self.tree.scalar(node)).map_or(Literal::Other, |text| Literal::Text(text.to_owned()))
    }

    /// The partition of the deployment; the public one where no region is known.
    pub(super) fn partition(&self) -> &'static str {
        self.deployment.environment.region.as_deref().map_or("aws", partition)
    }

    /// The name and argument of a function.
    pub(super) fn function_of(&self, node: NodeId) -> Option<(&str, NodeId)> {
        let [member] = self.tree.members(node) else { return None };
        let name = self.tree.key(member);
        (matches!(name, "Ref" | "Condition") || name.starts_with("Fn::")).then_some((name, member.value))
    }

    /// Whether the node is a function.
    pub(super) fn is_function(&self, node: NodeId) -> bool {
        self.function_of(node).is_some()
    }

    /// The condition and the two arms of an `Fn::If`.
    pub(super) fn arms(&self, node: NodeId) -> Option<[NodeId; 3]> {
        match self.function_of(node)? {
            ("Fn::If", argument) => self.tree.items(argument).try_into().ok(),
            _ => None,
        }
    }

    /// Whether the node is an `Fn::If`, well formed or not.
    pub(super) fn is_if(&self, node: NodeId) -> bool {
        matches!(self.function_of(node), Some(("Fn::If", _)))
    }

    /// Whether the node is `{"Ref": "AWS::NoValue"}`.
    pub(super) fn is_no_value(&self, node: NodeId) -> bool {
        matches!(self.function_of(node), Some(("Ref", name)) if self.tree.string(name) == Some("AWS::NoValue"))
    }

    /// Whether the node is a map, functions included.
    pub(super) fn is_map(&self, node: NodeId) -> bool {
        matches!(self.tree.kind(node), Kind::Map { .. })
    }

    /// Whether the node is a list.
    pub(super) fn is_list(&self, node: NodeId) -> bool {
        matches!(self.tree.kind(node), Kind::List { .. })
    }

    /// The logical id that a `Ref` or `Fn::GetAtt` names.
    pub(super) fn referred(&self, node: NodeId) -> Option<&str> {
        match self.function_of(node)? {
            ("Ref", name) => self.tree.string(name),
            ("Fn::GetAtt", target) => match self.tree.items(target) {
                [resource, _] => self.tree.string(*resource),
                _ => self.tree.string(target)?.split_once('.').map(|(resource, _)| resource),
            },
            _ => None,
        }
    }
}

impl Sam<'_, '_> {
    /// The text of a property that must be known before deployment; `what` names it in messages.
    pub(super) fn text_of(&self, node: NodeId, what: &str) -> Done<String> {
        match self.draft.literal(node) {
            Literal::Text(text) => Ok(text),
            Literal::Open(cause) => Err(Stop::gap(node, format!("what depends on `{what}` is not expanded"), cause)),
            Literal::Other => Err(Stop::error(node, format!("`{what}` must be a text or a reference to a parameter"))),
        }
    }
}
