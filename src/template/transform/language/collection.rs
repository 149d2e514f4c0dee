//! What a loop runs over: a list that is known before anything is deployed.
//!
//! Functions are worked out here for texts and lists of texts alone, from what the deployment knows. What depends on a
//! resource cannot be a collection, and is an error as it is for AWS.

use super::Walk;
use super::identifier::LONGEST;
use crate::inventory::partition;
use crate::source::{Kind, NodeId};
use crate::template::functions::sub_names;
use crate::template::parameters::{is_list, is_ssm};
use crate::template::transform::Parameter;
use crate::value::Cause;

/// The values of the identifiers, by iteration.
pub(super) type Collection = Vec<Vec<String>>;

/// Why a loop stays as it is.
#[derive(Debug)]
pub(super) enum Left {
    /// Something is not known.
    Open(Cause),
    /// Something is written wrongly there.
    Wrong(NodeId, String),
}

/// What a function makes before deployment.
#[derive(Debug, Clone)]
enum Known {
    Text(String),
    List(Vec<Known>),
    /// `AWS::NoValue`, or `null`.
    Nothing,
}

type Result<T> = std::result::Result<T, Left>;

fn wrong<T>(node: NodeId, message: impl Into<String>) -> Result<T> {
    Err(Left::Wrong(node, message.into()))
}

impl Walk<'_, '_> {
    /// The collection of a loop; `width` is how many identifiers take the items of lists, if they do.
    pub(super) fn collection(&self, node: NodeId, key: &str, width: Option<usize>) -> Result<Collection> {
        let Known::List(items) = self.known(node)? else {
            return wrong(node, format!("the collection of `{key}` is a list"));
        };
        let mut rows = Vec::with_capacity(items.len());
        for item in items {
            let row = match (item, width) {
                (Known::Text(text), None) => Some(vec![text]),
                (Known::List(texts), Some(width)) if texts.len() == width => texts.into_iter().map(text_of).collect(),
                _ => None,
            };
            match (row, width) {
                (Some(row), _) => rows.push(row),
                (None, None) => return wrong(node, format!("the collection of `{key}` is a list of texts")),
                (None, Some(width)) => {
                    return wrong(node, format!("the collection of `{key}` is a list of lists of {width} texts"));
                }
            }
        }
        Ok(rows)
    }

    fn known(&self, node: NodeId) -> Result<Known> {
        let tree = &self.draft.tree;
        match tree.kind(node) {
            Kind::Null => Ok(Known::Nothing),
            Kind::List { .. } => {
                let items = tree.items(node).iter().map(|item| self.known(*item));
                let mut items = items.collect::<Result<Vec<_>>>()?;
                items.retain(|item| !matches!(item, Known::Nothing));
                Ok(Known::List(items))
            }
            Kind::Map { .. } => match tree.members(node) {
                [member] => self.function(tree.key(member), member.value, node),
                _ => wrong(node, "a collection has texts and functions only"),
            },
            _ => match tree.scalar(node).unwrap_or_default() {
                text if text.contains("{{resolve:") => Err(Left::Open(Cause::DynamicReference { service: "".into() })),
                text => Ok(Known::Text(self.substituted(text))),
            },
        }
    }

    fn substituted(&self, text: &str) -> String {
        self.bindings.substituted(text).unwrap_or_else(|| text.to_owned())
    }

    fn function(&self, name: &str, node: NodeId, whole: NodeId) -> Result<Known> {
        let tree = &self.draft.tree;
        let items = tree.items(node);
        match (name, items) {
            ("Ref", _) => self.named(&self.text(node)?, whole),
            ("Fn::Split", [delimiter, text]) => {
                let (delimiter, text) = (self.text(*delimiter)?, self.text(*text)?);
                let parts = if delimiter.is_empty() { vec![text.as_str()] } else { text.split(&*delimiter).collect() };
                Ok(Known::List(parts.into_iter().map(|part| Known::Text(part.to_owned())).collect()))
            }
            ("Fn::Join", [delimiter, list]) => {
                let (delimiter, list) = (self.text(*delimiter)?, self.items(*list)?);
                let texts: Option<Vec<String>> = list.into_iter().map(text_of).collect();
                match texts {
                    Some(texts) if delimiter.len().saturating_mul(texts.len()) > LONGEST => {
                        Err(Left::Open(Cause::Limit))
                    }
                    Some(texts) => Ok(Known::Text(texts.join(&delimiter))),
                    None => wrong(whole, "`Fn::Join` takes a list of texts"),
                }
            }
            ("Fn::Select", [index, list]) => {
                let (index, list) = (self.text(*index)?, self.items(*list)?);
                match index.parse().ok().and_then(|index: usize| list.get(index)) {
                    Some(item) => Ok(item.clone()),
                    None => wrong(whole, format!("`Fn::Select` asks for element {index} of {}", list.len())),
                }
            }
            ("Fn::Sub", _) => self.sub(node, whole),
            ("Fn::FindInMap", [map, first, second, options @ ..]) if options.len() < 2 => {
                self.find_in_map([*map, *first, *second], options.first().copied(), whole)
            }
            ("Fn::Length", _) => Ok(Known::Text(self.items(node)?.len().to_string())),
            // The parameters that a condition asks may be others than the defaults.
            ("Fn::If", _) => Err(Left::Open(Cause::Undecided)),
            ("Fn::Transform", _) => Err(Left::Open(Cause::Macro { name: name.into() })),
            _ => wrong(whole, format!("`{name}` is not known before deployment, as a collection must be")),
        }
    }

    fn text(&self, node: NodeId) -> Result<String> {
        match self.known(node)? {
            Known::Text(text) => Ok(text),
            _ => wrong(node, "a text is needed here"),
        }
    }

    fn items(&self, node: NodeId) -> Result<Vec<Known>> {
        match self.known(node)? {
            Known::List(items) => Ok(items),
            _ => wrong(node, "a list is needed here"),
        }
    }

    fn named(&self, name: &str, node: NodeId) -> Result<Known> {
        if let Some(value) = self.bindings.value(name) {
            return Ok(Known::Text(value.to_owned()));
        }
        if name.starts_with("AWS::") {
            return self.pseudo_parameter(name, node);
        }
        match (self.draft.deployment.parameters.get(name), self.types.get(name)) {
            (Some(Parameter::Text(text)), Some(kind)) if is_list(kind) => {
                Ok(Known::List(text.split(',').map(|item| Known::Text(item.trim().to_owned())).collect()))
            }
            (Some(Parameter::Text(text)), _) if text.contains("{{resolve:") => {
                Err(Left::Open(Cause::DynamicReference { service: "".into() }))
            }
            (Some(Parameter::Text(text)), _) => Ok(Known::Text(text.to_string())),
            (Some(Parameter::Open(cause)), _) => Err(Left::Open(cause.clone())),
            (None, Some(kind)) if is_ssm(kind) => Err(Left::Open(Cause::SsmParameter { name: name.into() })),
            (None, Some(_)) => Err(Left::Open(Cause::ParameterWithoutDefault { name: name.into() })),
            (None, None) => wrong(node, format!("there is no parameter `{name}`, as a collection may refer to")),
        }
    }

    fn pseudo_parameter(&self, name: &str, node: NodeId) -> Result<Known> {
        let deployment = self.draft.deployment;
        let region = deployment.environment.region.as_deref();
        let text = match name {
            "AWS::NoValue" => return Ok(Known::Nothing),
            "AWS::AccountId" => deployment.environment.account.as_deref(),
            "AWS::Region" => region,
            "AWS::Partition" => region.map(partition),
            "AWS::URLSuffix" => {
                region.map(|region| if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" })
            }
            "AWS::StackName" => deployment.stack_name.as_deref(),
            "AWS::StackId" | "AWS::NotificationARNs" => None,
            _ => return wrong(node, format!("there is no pseudo parameter `{name}`")),
        };
        let unknown = || Left::Open(Cause::Environment { name: name.into() });
        text.map(|text| Known::Text(text.to_owned())).ok_or_else(unknown)
    }

    fn sub(&self, node: NodeId, whole: NodeId) -> Result<Known> {
        let tree = &self.draft.tree;
        let (text, variables) = match tree.items(node) {
            [text, variables] => (*text, Some(*variables)),
            _ => (node, None),
        };
        let mut text = self.text(text)?;
        let names: Vec<String> = sub_names(&text).into_iter().map(str::to_owned).collect();
        for name in names {
            let own = variables.and_then(|variables| tree.get(variables, &name));
            let value = match own {
                Some(own) => self.known(own)?,
                None => self.named(&name, whole)?,
            };
            let Known::Text(value) = value else { return wrong(whole, format!("`{name}` is not a text")) };
            let name = format!("${{{name}}}");
            if text.matches(&*name).count().saturating_mul(value.len()) > LONGEST {
                return Err(Left::Open(Cause::Limit));
            }
            text = text.replace(&name, &value);
        }
        Ok(Known::Text(text.replace("${!", "${")))
    }

    fn find_in_map(&self, keys: [NodeId; 3], options: Option<NodeId>, whole: NodeId) -> Result<Known> {
        let tree = &self.draft.tree;
        let [map, first, second] = [self.text(keys[0])?, self.text(keys[1])?, self.text(keys[2])?];
        let mut at = tree.get(tree.root(), "Mappings");
        for key in [&map, &first, &second] {
            let Some(node) = at else { break };
            if tree.get(node, "Fn::Transform").is_some() {
                return Err(Left::Open(Cause::Macro { name: "Fn::Transform".into() }));
            }
            at = tree.get(node, key);
        }
        match (at, options.and_then(|options| tree.get(options, "DefaultValue"))) {
            (Some(node), _) | (None, Some(node)) => self.known(node),
            (None, None) => wrong(whole, format!("mapping `{map}` has no value for `{first}`, `{second}`")),
        }
    }
}

fn text_of(known: Known) -> Option<String> {
    match known {
        Known::Text(text) => Some(text),
        _ => None,
    }
}
