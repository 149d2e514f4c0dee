//! Values that are built: what a generated resource says, before it stands in the tree.

use std::borrow::Cow;

use crate::source::{Member, NodeId, Span};
use crate::template::transform::Draft;

/// A value of a generated resource. It stands where the resource stands, but for the nodes that it takes from the
/// source and for what is put elsewhere with [`Value::at`].
#[derive(Debug, Clone)]
pub(super) enum Value {
    /// A node of the tree, shared.
    Node(NodeId),
    Text(Cow<'static, str>),
    Number(i64),
    Bool(bool),
    List(Vec<Value>),
    Map(Vec<Entry>),
    /// A value at a place of its own.
    At(Span, Box<Value>),
}

/// A key of a map with its value.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) key: Cow<'static, str>,
    /// Where the key stands, when it was taken from the source.
    pub(super) key_span: Option<Span>,
    pub(super) value: Value,
}

impl Entry {
    pub(super) fn new(key: impl Into<Cow<'static, str>>, value: impl Into<Value>) -> Self {
        Self { key: key.into(), key_span: None, value: value.into() }
    }

    /// A member of the source as it is.
    pub(super) fn of(draft: &Draft<'_>, member: Member) -> Self {
        let key = draft.tree.key(&member).to_owned().into();
        Self { key, key_span: Some(member.key_span), value: member.value.into() }
    }

    /// A member of the source under the name `key`.
    pub(super) fn copied(key: &'static str, member: Member) -> Self {
        Self { key: key.into(), key_span: Some(member.key_span), value: member.value.into() }
    }
}

impl Value {
    /// The same value, standing at `span`.
    pub(super) fn at(self, span: Span) -> Self {
        Self::At(span, Box::new(self))
    }

    /// A map like that of the source, with its members at their places.
    pub(super) fn copied(draft: &Draft<'_>, map: NodeId) -> Self {
        Self::Map(draft.tree.members(map).iter().map(|member| Entry::of(draft, *member)).collect())
    }

    /// A map with those members of a map of the source that are there, each under its second name.
    pub(super) fn renamed(draft: &Draft<'_>, map: NodeId, names: &[(&str, &'static str)]) -> Self {
        let entries = names.iter().filter_map(|(from, to)| Some(Entry::copied(to, draft.present(map, from)?)));
        Self::Map(entries.collect())
    }

    /// Sets a member of a map that is built here; of anything else, nothing.
    pub(super) fn insert(&mut self, key: impl Into<Cow<'static, str>>, value: impl Into<Value>) {
        let Self::Map(entries) = self else { return };
        let entry = Entry::new(key, value);
        match entries.iter_mut().find(|own| own.key == entry.key) {
            Some(own) => *own = entry,
            None => entries.push(entry),
        }
    }

    /// Puts the value into the tree; it stands at `at`.
    pub(super) fn build(&self, draft: &mut Draft<'_>, at: Span) -> NodeId {
        match self {
            Self::Node(node) => *node,
            Self::Text(text) => draft.text(at, text),
            Self::Number(number) => draft.number(at, &number.to_string()),
            Self::Bool(truth) => draft.boolean(at, *truth),
            Self::List(items) => {
                let items: Vec<NodeId> = items.iter().map(|item| item.build(draft, at)).collect();
                draft.list(at, &items)
            }
            Self::Map(entries) => build_map(entries, draft, at),
            Self::At(span, value) => value.build(draft, *span),
        }
    }
}

/// Puts a map with these entries into the tree; it stands at `at`.
pub(super) fn build_map(entries: &[Entry], draft: &mut Draft<'_>, at: Span) -> NodeId {
    let members: Vec<Member> = entries
        .iter()
        .map(|entry| {
            let value = entry.value.build(draft, at);
            draft.member(&entry.key, entry.key_span.unwrap_or(at), value)
        })
        .collect();
    draft.tree.push_map(at, &members)
}

impl From<NodeId> for Value {
    fn from(node: NodeId) -> Self {
        Self::Node(node)
    }
}

impl From<&'static str> for Value {
    fn from(text: &'static str) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

impl From<bool> for Value {
    fn from(truth: bool) -> Self {
        Self::Bool(truth)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<Vec<Value>> for Value {
    fn from(items: Vec<Value>) -> Self {
        Self::List(items)
    }
}

impl From<Vec<Entry>> for Value {
    fn from(entries: Vec<Entry>) -> Self {
        Self::Map(entries)
    }
}

/// `map! { "Effect" => "Allow", "Resource" => arn }`
macro_rules! map {
    ($($key:expr => $value:expr),* $(,)?) => {
        $crate::template::transform::serverless::value::Value::Map(vec![
            $($crate::template::transform::serverless::value::Entry::new($key, $value)),*
        ])
    };
}

/// `list!["sts:AssumeRole", arn]`
macro_rules! list {
    ($($value:expr),* $(,)?) => {
        $crate::template::transform::serverless::value::Value::List(vec![
            $($crate::template::transform::serverless::value::Value::from($value)),*
        ])
    };
}

pub(super) use {list, map};

/// `{"Ref": name}`
pub(super) fn reference(name: impl Into<Cow<'static, str>>) -> Value {
    map! { "Ref" => Value::Text(name.into()) }
}

/// `{"Fn::GetAtt": [resource, attribute]}`
pub(super) fn get_att(resource: impl Into<Cow<'static, str>>, attribute: &'static str) -> Value {
    map! { "Fn::GetAtt" => list![Value::Text(resource.into()), attribute] }
}

/// `{"Fn::Sub": text}`
pub(super) fn sub(text: impl Into<Cow<'static, str>>) -> Value {
    map! { "Fn::Sub" => Value::Text(text.into()) }
}

/// `{"Fn::Sub": [text, variables]}`
pub(super) fn sub_with(text: impl Into<Cow<'static, str>>, variables: Vec<Entry>) -> Value {
    map! { "Fn::Sub" => list![Value::Text(text.into()), variables] }
}

/// `{"Fn::Join": [delimiter, parts]}`
pub(super) fn join(delimiter: &'static str, parts: Vec<Value>) -> Value {
    map! { "Fn::Join" => list![delimiter, parts] }
}

/// `{"Fn::If": [condition, then, otherwise]}`
pub(super) fn conditional(condition: Value, then: impl Into<Value>, otherwise: impl Into<Value>) -> Value {
    map! { "Fn::If" => list![condition, then.into(), otherwise.into()] }
}

/// `{"Ref": "AWS::NoValue"}`
pub(super) fn no_value() -> Value {
    reference("AWS::NoValue")
}
