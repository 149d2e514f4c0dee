//! One file of parameters, in any of the formats that AWS's tools take, told apart by content.
//!
//! - the list of `aws cloudformation create-stack --parameters file://`: `[{"ParameterKey": .., "ParameterValue": ..}]`
//! - the list of `aws cloudformation deploy --parameter-overrides file://`: `["Key=Value"]`
//! - the template configuration of CodePipeline: `{"Parameters": {..}, "Tags": {..}, "StackPolicy": {..}}`, and the input of
//!   `aws cloudformation create-stack --cli-input-json`, which has lists there
//! - the configuration file of the SAM CLI
//! - a flat map of names to values
//!
//! Sources: AWS CLI command reference; "AWS CloudFormation artifacts" in the CloudFormation user guide.

use std::path::Path;

use rustc_hash::FxHashMap;

use super::{Given, Origin, Values, pairs, samconfig};
use crate::source::{Diagnostic, Kind, Level, Loader, NodeId, Span, Tree, toml};

const ITEM_KEYS: [&str; 4] = ["ParameterKey", "ParameterValue", "UsePreviousValue", "ResolvedValue"];
const CONFIGURATION_KEYS: [&str; 3] = ["Parameters", "Tags", "StackPolicy"];

/// Reads a file of parameters, and gives warnings about it. Where the file has several environments, it is the one of this
/// name, or else `default`.
///
/// # Errors
/// Everything that is wrong with it.
pub fn read(
    path: &Path,
    loader: &Loader,
    environment: Option<&str>,
) -> Result<(Values, Vec<Diagnostic>), Vec<Diagnostic>> {
    let hushed = |problems: Vec<Diagnostic>| problems.into_iter().map(without_values).collect::<Vec<_>>();
    let (tree, warnings) = parse(path, loader).map_err(hushed)?;
    let mut reader = Reader::new(&tree, hushed(warnings));
    reader.file(environment);
    if reader.problems.is_empty() { Ok((reader.values, reader.warnings)) } else { Err(reader.problems) }
}

fn parse(path: &Path, loader: &Loader) -> Result<(Tree, Vec<Diagnostic>), Vec<Diagnostic>> {
    let file = loader.read(path).map_err(|problem| vec![problem])?;
    if path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("toml")) {
        return Ok((toml::parse(&file, loader.limits())?, Vec::new()));
    }
    let documents = loader.parse(&file)?;
    let mut trees = documents.trees.into_iter();
    let first = trees.next().filter(|tree| !tree.is_empty() && !matches!(tree.kind(tree.root()), Kind::Null));
    let Some(tree) = first else {
        return Err(vec![Diagnostic::of_path(Level::Error, file.path(), "the file of parameters is empty")]);
    };
    if let Some(second) = trees.next() {
        let message = "a file of parameters has one document, and this is another one";
        return Err(vec![Diagnostic::at(Level::Error, &file, second.span(second.root()), message)]);
    }
    Ok((tree, documents.warnings))
}

/// A parser's problem without what it quotes of the file, unless that is a key or no longer than punctuation.
fn without_values(mut problem: Diagnostic) -> Diagnostic {
    let hush = |text: &str| {
        let parts = text.split('`').enumerate().map(|(index, part)| match index % 2 == 1 && part.len() > 3 {
            true => "****",
            false => part,
        });
        parts.collect::<Vec<_>>().join("`")
    };
    if !problem.message.starts_with("duplicate key") {
        problem.message = hush(&problem.message);
    }
    problem.help = problem.help.as_deref().map(hush);
    problem
}

/// What is read of a file.
pub(super) struct Reader<'a> {
    pub(super) tree: &'a Tree,
    pub(super) values: Values,
    pub(super) warnings: Vec<Diagnostic>,
    problems: Vec<Diagnostic>,
    /// Where each parameter is named first.
    seen: FxHashMap<Box<str>, Span>,
}

impl<'a> Reader<'a> {
    fn new(tree: &'a Tree, warnings: Vec<Diagnostic>) -> Self {
        Self { tree, values: Values::default(), warnings, problems: Vec::new(), seen: FxHashMap::default() }
    }

    fn file(&mut self, environment: Option<&str>) {
        let (tree, root) = (self.tree, self.tree.root());
        let holds = |key: &str| tree.get(root, key).is_some_and(|node| is_map(tree, node) || is_list(tree, node));
        let known = tree.members(root).iter().all(|member| CONFIGURATION_KEYS.contains(&tree.key(member)));
        match tree.kind(root) {
            Kind::List { .. } => self.list(root),
            Kind::Map { .. } if tree.get(root, "Resources").is_some_and(|node| is_map(tree, node)) => {
                self.problem(tree.span(root), "this is a template, and no file of parameters");
            }
            Kind::Map { .. } if holds("Parameters") || (known && holds("Tags")) => self.configuration(root),
            Kind::Map { .. } if samconfig::is_one(tree) => samconfig::read(self, environment),
            Kind::Map { .. } => self.map(root),
            _ => {
                let message = "a file of parameters is a map or a list";
                let help =
                    "as in `{\"Key\": \"Value\"}` or `[{\"ParameterKey\": \"Key\", \"ParameterValue\": \"Value\"}]`";
                self.problem_with_help(tree.span(root), message, help.to_owned());
            }
        }
    }

    /// Names and values.
    pub(super) fn map(&mut self, map: NodeId) {
        let tree = self.tree;
        for member in tree.members(map) {
            let name = tree.key(member);
            if let Some(value) = self.value(name, member.value, member.key_span) {
                self.add(name, Some(value), member.key_span, tree.span(member.value));
            }
        }
    }

    fn configuration(&mut self, root: NodeId) {
        let tree = self.tree;
        // The input of the AWS CLI has further keys, all of which it knows itself.
        let of_cli = tree.get(root, "Parameters").is_some_and(|node| is_list(tree, node));
        for member in tree.members(root) {
            match tree.key(member) {
                "Parameters" if of_cli => self.list(member.value),
                "Parameters" => self.map(member.value),
                "Tags" => self.tags(member.value),
                "StackPolicy" => {}
                _ if of_cli => {}
                key => {
                    let message = format!("a template configuration has no `{key}`");
                    let help = "it has `Parameters`, `Tags` and `StackPolicy`".to_owned();
                    self.problem_with_help(member.key_span, message, help);
                }
            }
        }
    }

    fn list(&mut self, list: NodeId) {
        let tree = self.tree;
        for item in tree.items(list) {
            let span = tree.span(*item);
            match tree.kind(*item) {
                Kind::Map { .. } => self.item(*item),
                Kind::String(text) => match pairs::one(tree.text(text)) {
                    Ok((name, value)) => self.add(&name, value, span, span),
                    Err(message) => self.problem(span, message),
                },
                _ => {
                    let message =
                        "a parameter is a map with `ParameterKey` and `ParameterValue`, or a text `Key=Value`";
                    self.problem(span, message);
                }
            }
        }
    }

    /// `{"ParameterKey": .., "ParameterValue": ..}`.
    fn item(&mut self, item: NodeId) {
        let tree = self.tree;
        for member in tree.members(item).iter().filter(|member| !ITEM_KEYS.contains(&tree.key(member))) {
            let message = format!("a parameter has no `{}`", tree.key(member));
            let help = "it has `ParameterKey`, and `ParameterValue` or `UsePreviousValue`".to_owned();
            self.problem_with_help(member.key_span, message, help);
        }
        let Some(key) = tree.get(item, "ParameterKey") else {
            return self.problem(tree.span(item), "this parameter has no `ParameterKey`");
        };
        let Some(name) = tree.scalar(key) else {
            return self.problem(tree.span(key), "the name of a parameter is a text");
        };
        let keeps = tree.get(item, "UsePreviousValue").and_then(|node| tree.scalar(node)) == Some("true");
        match tree.member(item, "ParameterValue") {
            Some(member) if keeps => {
                let message = format!("parameter `{name}` has both a value and `UsePreviousValue`");
                self.problem(member.key_span, message);
            }
            Some(member) => {
                if let Some(value) = self.value(name, member.value, member.key_span) {
                    self.add(name, Some(value), tree.span(key), tree.span(member.value));
                }
            }
            None if keeps => self.add(name, None, tree.span(key), tree.span(key)),
            None => self.problem(tree.span(key), format!("parameter `{name}` has no value")),
        }
    }

    /// The text of a value; `key` is the place of what names it.
    fn value(&mut self, name: &str, node: NodeId, key: Span) -> Option<String> {
        let tree = self.tree;
        let help = || "a value is a text, a number, a boolean or a list of these".to_owned();
        match tree.kind(node) {
            Kind::Null => self.problem(key, format!("parameter `{name}` has no value")),
            Kind::Map { .. } => {
                self.problem_with_help(tree.span(node), format!("the value of parameter `{name}` is a map"), help());
            }
            Kind::List { .. } => {
                let items = tree.items(node).iter().map(|item| tree.scalar(*item)).collect::<Option<Vec<_>>>();
                if let Some(items) = items {
                    return Some(items.join(","));
                }
                let message = format!("the list of parameter `{name}` has an item that is no simple value");
                self.problem_with_help(tree.span(node), message, help());
            }
            _ => return tree.scalar(node).map(str::to_owned),
        }
        None
    }

    /// A map, or a list of `{"Key": .., "Value": ..}`.
    pub(super) fn tags(&mut self, node: NodeId) {
        let tree = self.tree;
        let expected = "tags are a map of texts, or a list of maps with `Key` and `Value`";
        if !is_map(tree, node) && !is_list(tree, node) {
            return self.problem(tree.span(node), expected);
        }
        for member in tree.members(node) {
            match tree.scalar(member.value) {
                Some(value) => self.tag(tree.key(member), value.to_owned()),
                None => self.problem(tree.span(member.value), expected),
            }
        }
        for item in tree.items(node) {
            let text = |key: &str| tree.get(*item, key).and_then(|node| tree.scalar(node));
            match (text("Key"), text("Value")) {
                (Some(key), Some(value)) => self.tag(key, value.to_owned()),
                _ => self.problem(tree.span(*item), expected),
            }
        }
    }

    pub(super) fn tag(&mut self, key: &str, value: String) {
        let tags = vec![(key.into(), value.into())];
        self.values.merge(Values { tags, ..Values::default() });
    }

    /// Takes a parameter, once; without a value it keeps the one that it has.
    pub(super) fn add(&mut self, name: &str, value: Option<String>, key: Span, span: Span) {
        if let Some(first) = self.seen.get(name).copied() {
            let problem =
                Diagnostic::at(Level::Error, self.tree.file(), key, format!("parameter `{name}` is given twice"));
            self.problems.push(problem.with_note(first, "first given here"));
            return;
        }
        self.seen.insert(name.into(), key);
        if let Some(value) = value {
            let origin = Some(Origin { file: self.tree.file().clone(), span });
            self.values.parameters.push(Given { name: name.into(), value: value.into(), origin });
        }
    }

    pub(super) fn problem(&mut self, span: Span, message: impl Into<String>) {
        self.problems.push(Diagnostic::at(Level::Error, self.tree.file(), span, message));
    }

    pub(super) fn problem_with_help(&mut self, span: Span, message: impl Into<String>, help: String) {
        self.problems.push(Diagnostic::at(Level::Error, self.tree.file(), span, message).with_help(help));
    }
}

fn is_map(tree: &Tree, node: NodeId) -> bool {
    matches!(tree.kind(node), Kind::Map { .. })
}

fn is_list(tree: &Tree, node: NodeId) -> bool {
    matches!(tree.kind(node), Kind::List { .. })
}
