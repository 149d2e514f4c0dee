//! References to what a serverless resource generates: `!Ref MyFunction.Alias`, and logical ids that change.

use std::borrow::Cow;

use rustc_hash::FxHashMap;

use super::resource::Generated;
use crate::source::{Kind, Member, NodeId};
use crate::template::transform::Draft;

/// Names of generated resources, by the type of the serverless resource, and the type that each name stands for.
const NAMES: [(&str, &[(&str, &str)]); 4] = [
    (
        "AWS::Serverless::Function",
        &[
            ("Alias", "AWS::Lambda::Alias"),
            ("Version", "AWS::Lambda::Version"),
            ("DestinationTopic", "AWS::SNS::Topic"),
            ("DestinationQueue", "AWS::SQS::Queue"),
        ],
    ),
    (
        "AWS::Serverless::Api",
        &[
            ("Stage", "AWS::ApiGateway::Stage"),
            ("Deployment", "AWS::ApiGateway::Deployment"),
            ("DomainName", "AWS::ApiGateway::DomainName"),
            ("DomainNameV2", "AWS::ApiGateway::DomainNameV2"),
            ("UsagePlan", "AWS::ApiGateway::UsagePlan"),
            ("UsagePlanKey", "AWS::ApiGateway::UsagePlanKey"),
            ("ApiKey", "AWS::ApiGateway::ApiKey"),
        ],
    ),
    (
        "AWS::Serverless::HttpApi",
        &[("Stage", "AWS::ApiGatewayV2::Stage"), ("DomainName", "AWS::ApiGatewayV2::DomainName")],
    ),
    (
        "AWS::Serverless::WebSocketApi",
        &[("Stage", "AWS::ApiGatewayV2::Stage"), ("DomainName", "AWS::ApiGatewayV2::DomainName")],
    ),
];

/// Names that the dependencies of a template may gain together where resources became several: far above what a stack
/// may have, it bounds what connectors with many destinations multiply to.
const GAINED: usize = 1_000_000;

/// What names stand for.
#[derive(Debug, Default)]
pub(super) struct References {
    /// `MyFunction.Alias` to the logical id of the alias.
    generated: FxHashMap<String, String>,
    /// Old logical ids to new ones.
    renamed: FxHashMap<String, String>,
    /// Logical ids to those of the several resources that took their place; only `DependsOn` names them.
    split: FxHashMap<String, Vec<String>>,
}

impl References {
    /// Takes note of the names that a serverless resource gives to what it generates.
    pub(super) fn note(&mut self, id: &str, kind: &str, generated: &[Generated]) {
        let names = NAMES.iter().find(|(of, _)| *of == kind).map_or(&[][..], |(_, names)| names);
        for (name, kind) in names {
            if let Some(target) = generated.iter().rev().find(|resource| resource.kind == *kind) {
                self.generated.insert(format!("{id}.{name}"), target.id.clone());
            }
        }
    }

    /// From now on the resource `from` is called `to`.
    pub(super) fn rename(&mut self, from: &str, to: &str) {
        self.renamed.insert(from.to_owned(), to.to_owned());
    }

    /// In the place of the resource `from` there are now all of these.
    pub(super) fn split(&mut self, from: &str, to: Vec<String>) {
        self.split.insert(from.to_owned(), to);
    }

    /// Replaces the names in the whole template.
    pub(super) fn resolve(&self, draft: &mut Draft<'_>) {
        if self.generated.is_empty() && self.renamed.is_empty() && self.split.is_empty() {
            return;
        }
        let root = draft.tree.root();
        let done = vec![None; draft.tree.len()];
        let root = Rewrite { references: self, draft, gained: 0, done }.node(root);
        draft.tree.stand_in(0);
        draft.tree.set_root(root);
    }

    /// What `name`, the argument of a `Ref`, becomes.
    fn name(&self, name: &str) -> Option<&str> {
        self.generated.get(name).or_else(|| self.renamed.get(name)).map(String::as_str)
    }

    /// What `name.attribute`, the parts of a `Fn::GetAtt` or a placeholder, becomes.
    fn path(&self, path: &str) -> Option<String> {
        let mut dots = path.match_indices('.').map(|(at, _)| at);
        let first = dots.next();
        if let Some(id) = self.renamed.get(&path[..first.unwrap_or(path.len())]) {
            return Some(format!("{id}{}", &path[first.unwrap_or(path.len())..]));
        }
        first?;
        let second = dots.next().unwrap_or(path.len());
        self.generated.get(&path[..second]).map(|id| format!("{id}{}", &path[second..]))
    }

    /// The same text with other names in its placeholders.
    fn placeholders<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let mut result = String::new();
        let mut rest = text;
        while let Some(start) = rest.find("${") {
            let Some(end) = rest[start..].find('}').map(|end| start + end) else { break };
            let inner = &rest[start + 2..end];
            result.push_str(&rest[..start + 2]);
            result.push_str(self.path(inner).as_deref().unwrap_or(inner));
            result.push('}');
            rest = &rest[end + 1..];
        }
        if result.is_empty() {
            return text.into();
        }
        result.push_str(rest);
        if result == text { text.into() } else { result.into() }
    }
}

/// A walk over the tree that shares what stays as it is.
struct Rewrite<'r, 'd, 'a> {
    references: &'r References,
    draft: &'d mut Draft<'a>,
    /// Names that dependencies gained so far.
    gained: usize,
    /// What was rewritten already: an alias of YAML has several parents.
    done: Vec<Option<NodeId>>,
}

impl Rewrite<'_, '_, '_> {
    fn node(&mut self, node: NodeId) -> NodeId {
        let kind = self.draft.tree.kind(node);
        if !matches!(kind, Kind::List { .. } | Kind::Map { .. }) {
            return node;
        }
        if let Some(Some(done)) = self.done.get(node.0 as usize) {
            return *done;
        }
        let new = match kind {
            Kind::List { .. } => self.list(node),
            _ => self.function(node).unwrap_or_else(|| self.map(node)),
        };
        if let Some(done) = self.done.get_mut(node.0 as usize) {
            *done = Some(new);
        }
        new
    }

    fn list(&mut self, node: NodeId) -> NodeId {
        let mut changed: Option<Vec<NodeId>> = None;
        for index in 0..self.draft.tree.items(node).len() {
            let item = self.draft.tree.items(node)[index];
            let new = self.node(item);
            if new != item {
                changed.get_or_insert_with(|| self.draft.tree.items(node).to_vec())[index] = new;
            }
        }
        match changed {
            Some(items) => self.list_at(node, &items),
            None => node,
        }
    }

    fn map(&mut self, node: NodeId) -> NodeId {
        let mut changed: Option<Vec<Member>> = None;
        for index in 0..self.draft.tree.members(node).len() {
            let member = self.draft.tree.members(node)[index];
            let value = match self.draft.tree.key(&member) {
                "DependsOn" => self.depends_on(member.value),
                _ => self.node(member.value),
            };
            if value != member.value {
                let members = changed.get_or_insert_with(|| self.draft.tree.members(node).to_vec());
                members[index] = Member { value, ..member };
            }
        }
        match changed {
            Some(members) => self.map_at(node, &members),
            None => node,
        }
    }

    /// Another list in the place of `node`.
    fn list_at(&mut self, node: NodeId, items: &[NodeId]) -> NodeId {
        self.draft.tree.stand_with(node);
        self.draft.list(self.draft.tree.span(node), items)
    }

    /// Another map in the place of `node`.
    fn map_at(&mut self, node: NodeId, members: &[Member]) -> NodeId {
        self.draft.tree.stand_with(node);
        self.draft.with_members(node, members)
    }

    /// Another text in the place of `node`.
    fn text_at(&mut self, node: NodeId, text: &str) -> NodeId {
        self.draft.tree.stand_with(node);
        self.draft.text(self.draft.tree.span(node), text)
    }

    /// A logical id or a list of them; those of several resources stand last.
    fn depends_on(&mut self, node: NodeId) -> NodeId {
        let own = match self.draft.tree.string(node) {
            Some(_) => vec![node],
            None => self.draft.tree.items(node).to_vec(),
        };
        let (mut new, mut last): (Vec<NodeId>, Vec<NodeId>) = (Vec::new(), Vec::new());
        for item in &own {
            let references = self.references;
            match self.draft.tree.string(*item).and_then(|text| references.split.get(text)) {
                Some(several) if self.gained <= GAINED => {
                    self.gained += several.len();
                    last.extend(several.iter().map(|id| self.text_at(*item, id)));
                }
                _ => new.push(self.text(*item, |references, text| references.renamed.get(text).cloned())),
            }
        }
        new.extend(last);
        match new.as_slice() {
            _ if new == own => node,
            [one] if own == [node] => *one,
            _ => self.list_at(node, &new),
        }
    }

    /// A function that names resources; none for any other map.
    fn function(&mut self, node: NodeId) -> Option<NodeId> {
        let (name, argument) = self.draft.function_of(node)?;
        let new = match name {
            "Ref" => self.text(argument, |references, text| references.name(text).map(str::to_owned)),
            "Fn::GetAtt" => self.get_att(argument),
            "Fn::Sub" => self.sub(argument),
            _ => return None,
        };
        if new == argument {
            return Some(node);
        }
        let member = self.draft.tree.members(node).first().copied()?;
        Some(self.map_at(node, &[Member { value: new, ..member }]))
    }

    fn text(&mut self, node: NodeId, change: impl Fn(&References, &str) -> Option<String>) -> NodeId {
        let new = self.draft.tree.string(node).and_then(|text| change(self.references, text));
        match new {
            Some(text) => self.text_at(node, &text),
            None => node,
        }
    }

    fn get_att(&mut self, node: NodeId) -> NodeId {
        if self.draft.tree.string(node).is_some() {
            return self.text(node, |references, text| references.path(text));
        }
        let tree = &self.draft.tree;
        let parts: Option<Vec<&str>> = tree.items(node).iter().map(|item| tree.string(*item)).collect();
        let Some(path) = parts.and_then(|parts| self.references.path(&parts.join("."))) else { return node };
        let (resource, attribute) = path.split_once('.').unwrap_or((&path, ""));
        let items = [self.text_at(node, resource), self.text_at(node, attribute)];
        self.list_at(node, &items)
    }

    fn sub(&mut self, node: NodeId) -> NodeId {
        let changed = |references: &References, text: &str| match references.placeholders(text) {
            Cow::Borrowed(_) => None,
            Cow::Owned(text) => Some(text),
        };
        let items = self.draft.tree.items(node).to_vec();
        let [text, rest @ ..] = items.as_slice() else { return self.text(node, changed) };
        let mut new = vec![self.text(*text, changed)];
        new.extend(rest.iter().map(|item| self.node(*item)));
        if new == items { node } else { self.list_at(node, &new) }
    }
}
