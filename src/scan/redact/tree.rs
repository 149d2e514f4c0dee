//! Secrets as they are written: literals under names of secrets, and literals that look like credentials.

use rustc_hash::FxHashSet;

use super::texts::Texts;
use super::{is_dynamic, is_pair_value, is_secret_key, names_a_secret, shows_secret, touches};
use crate::source::{Kind, Member, NodeId, Span, Symbol, Tree};
use crate::template::unit::Template;

/// Fewer digits say how long a password is rather than what it is.
const LEAST_DIGITS: usize = 4;

/// One walk over a template.
pub(super) struct Walk<'a, 't> {
    tree: &'a Tree,
    /// By key symbol: whether it is the name of a secret.
    secret_keys: Vec<bool>,
    /// Places whose literals are secrets whatever their names, sorted and disjoint.
    known: Vec<Span>,
    /// Texts that are templates, of which another walk knows the secrets.
    embedded: Vec<Span>,
    texts: &'t mut Texts,
    /// Where secrets stand.
    pub(super) spans: Vec<Span>,
    /// Parameters whose value is a secret.
    pub(super) parameters: FxHashSet<&'a str>,
    /// Mappings that secrets are taken from.
    mappings: FxHashSet<&'a str>,
}

impl<'a, 't> Walk<'a, 't> {
    /// The secrets of a template; every literal at one of the `known` places is one, and so are these `parameters`.
    pub(super) fn of(
        tree: &'a Tree,
        known: Vec<Span>,
        embedded: Vec<Span>,
        parameters: &FxHashSet<&'a str>,
        texts: &'t mut Texts,
    ) -> Self {
        let secret_keys =
            (0..tree.keys.len()).map(|index| is_secret_key(tree.keys.text(Symbol(index as u32)))).collect();
        let mut walk = Self {
            tree,
            secret_keys,
            known,
            embedded,
            texts,
            spans: Vec::new(),
            parameters: parameters.clone(),
            mappings: FxHashSet::default(),
        };
        walk.template();
        walk
    }

    fn template(&mut self) {
        let tree = self.tree;
        // The lines of a snapshot; a template is a map.
        tree.items(tree.root()).iter().for_each(|line| self.value(*line, false));
        // Parameters and mappings come last: whether one is a secret depends on where it is used.
        for section in tree.members(tree.root()) {
            match tree.key(section) {
                "Parameters" | "Mappings" => {}
                // The names of resources and outputs say nothing of every text in them.
                "Resources" => tree.members(section.value).iter().for_each(|member| self.value(member.value, false)),
                "Outputs" => {
                    for output in tree.members(section.value) {
                        let secret = self.is_secret(output);
                        for member in tree.members(output.value) {
                            self.value(member.value, secret && tree.key(member) == "Value");
                        }
                    }
                }
                _ => self.member(section, false),
            }
        }
        for mapping in tree.get(tree.root(), "Mappings").into_iter().flat_map(|section| tree.members(section)) {
            self.value(mapping.value, self.is_secret(mapping) || self.mappings.contains(tree.key(mapping)));
        }
        for parameter in tree.get(tree.root(), "Parameters").into_iter().flat_map(|section| tree.members(section)) {
            self.parameter(parameter);
        }
    }

    fn parameter(&mut self, parameter: &Member) {
        let tree = self.tree;
        let (name, definition) = (tree.key(parameter), parameter.value);
        let no_echo = tree.get(definition, "NoEcho").and_then(|node| tree.scalar(node));
        let default = tree.get(definition, "Default");
        let secret = no_echo.is_some_and(|text| text.eq_ignore_ascii_case("true"))
            || self.is_secret(parameter)
            || self.parameters.contains(name)
            || touches(&self.known, tree.span(definition));
        // The default of a parameter that is read from SSM is a name.
        let kind = tree.get(definition, "Type").and_then(|node| tree.string(node)).unwrap_or_default();
        let secret = secret && !kind.starts_with("AWS::SSM::Parameter::Value");
        if secret {
            self.parameters.insert(name);
        }
        for member in tree.members(definition) {
            let value = Some(member.value) == default || tree.key(member) == "AllowedValues";
            self.definition(member.value, secret && value);
        }
    }

    /// A part of a parameter's definition: of the description nothing is hidden but what looks like a credential.
    fn definition(&mut self, node: NodeId, secret: bool) {
        let known = std::mem::take(&mut self.known);
        self.value(node, secret);
        self.known = known;
    }

    fn is_secret(&self, member: &Member) -> bool {
        self.secret_keys.get(member.key.0 as usize).copied().unwrap_or(true)
    }

    fn member(&mut self, member: &Member, secret: bool) {
        let key = self.tree.key(member);
        if shows_secret(key) {
            self.hide(member.key_span, key);
        }
        let secret = (secret || self.is_secret(member)) && key != "GenerateSecretString";
        self.value(member.value, secret);
    }

    fn value(&mut self, node: NodeId, secret: bool) {
        let tree = self.tree;
        match tree.kind(node) {
            Kind::String(text) => self.text(node, tree.text(text), secret),
            Kind::Number(text) => {
                let text = tree.text(text);
                if (secret && text.len() >= LEAST_DIGITS) || touches(&self.known, tree.span(node)) {
                    self.hide(tree.span(node), text);
                }
            }
            Kind::List { .. } => tree.items(node).iter().for_each(|item| self.value(*item, secret)),
            Kind::Map { .. } => match tree.members(node) {
                [member] if self.function(member, secret) => {}
                members => self.map(members, secret),
            },
            Kind::Null | Kind::Bool(_) => {}
        }
    }

    fn map(&mut self, members: &'a [Member], secret: bool) {
        let tree = self.tree;
        let named = members
            .iter()
            .any(|member| tree.string(member.value).is_some_and(|name| names_a_secret(tree.key(member), name)));
        for member in members {
            self.member(member, secret || (named && is_pair_value(tree.key(member))));
        }
    }

    fn text(&mut self, node: NodeId, text: &str, secret: bool) {
        let span = self.tree.span(node);
        if self.embedded.contains(&span) {
            return;
        }
        let secret = (secret && !text.is_empty() && !matches!(text, "true" | "false") && !is_dynamic(text))
            || touches(&self.known, span)
            || shows_secret(text);
        if secret {
            self.hide(span, text);
        }
    }

    fn hide(&mut self, span: Span, text: &str) {
        self.spans.push(span);
        self.texts.add(text);
    }

    /// An intrinsic function: names of parameters, resources and conditions are not secrets, but what they stand for is.
    /// Gives `false` when the map is none.
    fn function(&mut self, member: &Member, secret: bool) -> bool {
        let tree = self.tree;
        let items = tree.items(member.value);
        match tree.key(member) {
            "Ref" => {
                if secret && let Some(name) = tree.string(member.value) {
                    self.parameters.insert(name);
                }
            }
            "Fn::GetAtt" | "Condition" | "Fn::ImportValue" => self.value(member.value, false),
            "Fn::FindInMap" => {
                if secret && let Some(name) = items.first().and_then(|name| tree.string(*name)) {
                    self.mappings.insert(name);
                }
                items.iter().for_each(|item| self.value(*item, false));
            }
            "Fn::If" if items.len() == 3 => items[1..].iter().for_each(|item| self.value(*item, secret)),
            "Fn::Join" | "Fn::Split" if items.len() == 2 => {
                let dynamic = tree.key(member) == "Fn::Join" && self.is_dynamic_join(items[1]);
                self.value(items[1], secret && !dynamic);
            }
            "Fn::Sub" => self.sub(member.value, secret),
            _ => return false,
        }
        true
    }

    /// `{{resolve:...}}` in parts, as CDK writes it.
    fn is_dynamic_join(&self, parts: NodeId) -> bool {
        let items = self.tree.items(parts);
        let text = |item: Option<&NodeId>| item.and_then(|item| self.tree.string(*item)).unwrap_or_default();
        text(items.first()).starts_with("{{resolve:") && text(items.last()).ends_with("}}")
    }

    fn sub(&mut self, argument: NodeId, secret: bool) {
        let tree = self.tree;
        let items = tree.items(argument);
        let text = items.first().copied().unwrap_or(argument);
        self.value(text, secret);
        if let Some(template) = tree.string(text).filter(|template| secret && !is_dynamic(template)) {
            self.parameters.extend(sub_names(template));
        }
        if let Some(variables) = items.get(1) {
            tree.members(*variables).iter().for_each(|variable| self.member(variable, secret));
        }
    }
}

/// The parameters of a template whose values its nested stacks get for parameters that are secret.
pub(super) fn passed_on(template: &Template, is_secret: impl Fn(&str) -> bool) -> Vec<Box<str>> {
    let tree = &template.tree;
    let mut found = Vec::new();
    for logical_id in template.nested.keys() {
        let given = tree.at(tree.root(), &["Resources", logical_id, "Properties", "Parameters"]);
        for member in given.into_iter().flat_map(|given| tree.members(given)) {
            if is_secret(tree.key(member)) {
                references(tree, member.value, &mut found);
            }
        }
    }
    found
}

/// The names that a value refers to.
fn references(tree: &Tree, node: NodeId, found: &mut Vec<Box<str>>) {
    for member in tree.members(node) {
        let text = tree.string(member.value);
        match (tree.key(member), text) {
            ("Ref", Some(name)) => found.push(name.into()),
            ("Fn::Sub", Some(text)) => found.extend(sub_names(text).map(Box::from)),
            _ => {
                let first = tree.items(member.value).first().and_then(|item| tree.string(*item));
                if tree.key(member) == "Fn::Sub" {
                    found.extend(first.into_iter().flat_map(sub_names).map(Box::from));
                }
                references(tree, member.value, found);
            }
        }
    }
    tree.items(node).iter().for_each(|item| references(tree, *item, found));
}

/// What stands in the `${...}` of a text.
fn sub_names(text: &str) -> impl Iterator<Item = &str> {
    text.split("${").skip(1).filter_map(|part| part.split_once('}')).map(|(name, _)| name)
}
