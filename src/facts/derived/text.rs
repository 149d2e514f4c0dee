//! Names and ARNs as one text each, however a template writes them, and whether two of them are the same.
//!
//! A reference is what it stands for, or a token of its resource. What is not known is a token that starts with `?`: of one
//! parameter in one stack it is the same token everywhere, and equal tokens are equal values.

use rustc_hash::FxHashMap;

use crate::facts::naming;
use crate::iam::document::{ACCOUNT, REGION, UNKNOWN};
use crate::inventory::{Inventory, StackId};
use crate::value::{Cause, CauseId, Kind, OPAQUE, ResourceId, ValueId, View};

/// What opens a token of something that is not known.
const OPEN: &str = "\u{1}?";

/// A text as it is compared.
#[derive(Debug, Clone)]
pub(super) struct Text {
    pub(super) text: String,
    /// Why a part of it is not known.
    pub(super) cause: Option<Cause>,
}

impl Text {
    pub(super) fn known(text: impl Into<String>) -> Self {
        Self { text: text.into(), cause: None }
    }

    /// Whether it is the same text as another one.
    pub(super) fn is(&self, other: &Self) -> Result<bool, Cause> {
        if self.text == other.text && !self.text.contains(UNKNOWN) {
            return Ok(true);
        }
        match (&self.cause, &other.cause) {
            (None, None) => Ok(false),
            (Some(cause), _) | (_, Some(cause)) if may_be(&self.text, &other.text) => Err(cause.clone()),
            _ => Ok(false),
        }
    }

    /// The rest after a beginning.
    pub(super) fn after(&self, start: &str) -> Option<Self> {
        let rest = self.text.strip_prefix(start)?;
        Some(Self { text: rest.to_owned(), cause: self.cause.clone() })
    }
}

/// Whether two texts could be the same: what is known of their beginnings and ends does not differ.
fn may_be(a: &str, b: &str) -> bool {
    let head = |text: &str| text.split(OPEN).next().unwrap_or_default().to_owned();
    let tail = |text: &str| match text.rfind(OPEN) {
        Some(at) => text[at + 1..].split_once(OPAQUE).map_or(String::new(), |(_, tail)| tail.to_owned()),
        None => text.to_owned(),
    };
    let (a_head, b_head, a_tail, b_tail) = (head(a), head(b), tail(a), tail(b));
    (a_head.starts_with(&b_head) || b_head.starts_with(&a_head))
        && (a_tail.ends_with(&b_tail) || b_tail.ends_with(&a_tail))
}

/// One of several answers: yes if one is, else why one may be.
pub(super) fn any(answers: impl IntoIterator<Item = Result<bool, Cause>>) -> Result<bool, Cause> {
    let mut open = None;
    for answer in answers {
        match answer {
            Ok(true) => return Ok(true),
            Ok(false) => {}
            Err(cause) => open = open.or(Some(cause)),
        }
    }
    open.map_or(Ok(false), Err)
}

/// The text of a value; `None` for what is no text, or not there.
pub(super) fn text(inventory: &Inventory, view: &View<'_>, stack: StackId, id: ValueId) -> Option<Text> {
    let mut found = Text::known("");
    write(inventory, view, stack, id, &mut found).then_some(found)
}

fn write(inventory: &Inventory, view: &View<'_>, stack: StackId, id: ValueId, out: &mut Text) -> bool {
    let (id, kind) = view.deep(id);
    match kind {
        Kind::Text(text) | Kind::Number(text) => out.text.push_str(view.values.str(text)),
        Kind::Bool(truth) => out.text.push_str(if truth { "true" } else { "false" }),
        Kind::Concat(range) => {
            for part in view.values.items(range) {
                write(inventory, view, stack, *part, out);
            }
        }
        Kind::Reference { resource, attribute } => {
            out.text.push_str(&naming::reference_text(inventory, view, resource, attribute));
        }
        Kind::Unknown(cause) => unknown(view.values.cause(cause), cause, stack, out),
        Kind::Base64(_) => unknown(&Cause::NotCollected, CauseId::UNDECIDED, stack, out),
        Kind::Absent | Kind::List(_) | Kind::Map(_) | Kind::If { .. } | Kind::Choice { .. } => {
            let _ = id;
            return false;
        }
    }
    true
}

fn unknown(cause: &Cause, id: CauseId, stack: StackId, out: &mut Text) {
    match cause {
        Cause::Environment { name } if &**name == "AWS::Region" => return out.text.push_str(REGION),
        Cause::Environment { name } if &**name == "AWS::AccountId" => return out.text.push_str(ACCOUNT),
        Cause::Environment { name } if &**name == "AWS::Partition" => return out.text.push_str("aws"),
        Cause::ParameterWithoutDefault { .. } | Cause::SsmParameter { .. } | Cause::Environment { .. } => {
            out.text.push_str(&format!("{OPEN}{}@{}{OPAQUE}", id.0, stack.0));
        }
        Cause::ImportValue { name } if !name.is_empty() => out.text.push_str(&format!("{OPEN}import {name}{OPAQUE}")),
        _ => out.text.push_str(UNKNOWN),
    }
    out.cause.get_or_insert_with(|| cause.clone());
}

/// The texts that a resource's physical name is written as: what a reference to it stands for, and its name property.
pub(super) fn names(inventory: &Inventory, view: &View<'_>, resource: ResourceId) -> Vec<Text> {
    let mut names = vec![Text::known(naming::name_text(inventory, view, resource))];
    let stack = inventory.resource(resource).stack;
    if let Some(property) = naming::name_property(inventory.type_name(resource))
        && let Some(name) = text(inventory, view, stack, inventory.property(view, resource, &[property]))
        && name.text != names[0].text
    {
        names.push(name);
    }
    names
}

/// The same for its ARN; empty for types of which nothing is known.
pub(super) fn arns(inventory: &Inventory, view: &View<'_>, resource: ResourceId) -> Vec<Text> {
    let Some(arn) = naming::arn_text(inventory, view, resource) else { return Vec::new() };
    let names = names(inventory, view, resource);
    let mut arns = vec![Text::known(arn.clone())];
    if let [own, named, ..] = names.as_slice()
        && arn.contains(&own.text)
    {
        arns.push(Text { text: arn.replace(&own.text, &named.text), cause: named.cause.clone() });
    }
    arns
}

/// Resources by the texts of their names: those that no world changes by their text, the others one by one.
#[derive(Debug, Default)]
pub(super) struct Index {
    exact: FxHashMap<String, Vec<ResourceId>>,
    loose: Vec<ResourceId>,
    all: Vec<ResourceId>,
}

impl Index {
    pub(super) fn of(inventory: &Inventory, resources: &[ResourceId]) -> Self {
        let world = crate::value::World::open();
        let view = View::new(&inventory.values, &world);
        let mut index = Self { all: resources.to_vec(), ..Self::default() };
        for id in resources {
            let property = naming::name_property(inventory.type_name(*id)).unwrap_or_default();
            let value = inventory.property(&view, *id, &[property]);
            let names = names(inventory, &view, *id);
            if !is_fixed(inventory, value) || names.iter().any(|name| name.cause.is_some()) {
                index.loose.push(*id);
                continue;
            }
            for name in names {
                index.exact.entry(name.text).or_default().push(*id);
            }
        }
        index
    }

    /// Those whose name may be this text.
    pub(super) fn candidates(&self, name: &Text) -> Vec<ResourceId> {
        if name.cause.is_some() {
            return self.all.clone();
        }
        self.exact.get(&name.text).into_iter().flatten().chain(&self.loose).copied().collect()
    }
}

/// Whether a value is the same in every world.
fn is_fixed(inventory: &Inventory, id: ValueId) -> bool {
    let values = &inventory.values;
    match values.kind(id) {
        Kind::If { .. } | Kind::Choice { .. } | Kind::Reference { .. } => false,
        Kind::Concat(range) => values.items(range).iter().all(|part| match values.kind(*part) {
            Kind::Reference { resource, .. } => {
                let world = crate::value::World::open();
                let view = View::new(values, &world);
                let name = naming::name_property(inventory.type_name(resource)).unwrap_or_default();
                let name = inventory.property(&view, resource, &[name]);
                matches!(values.kind(name), Kind::Absent | Kind::Text(_))
            }
            _ => is_fixed(inventory, *part),
        }),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(text: &str) -> Text {
        Text { text: text.into(), cause: Some(Cause::Undecided) }
    }

    #[test]
    fn equal_tokens_are_equal_and_unknown_parts_may_be_anything() {
        let function = Text::known("/aws/lambda/\u{1}3.F\u{1}");
        assert_eq!(function.is(&function.clone()), Ok(true));
        assert_eq!(function.is(&Text::known("/aws/lambda/other")), Ok(false));
        let parameter = open("/aws/lambda/\u{1}?7@0\u{1}");
        assert_eq!(parameter.is(&parameter.clone()), Ok(true));
        assert_eq!(parameter.is(&function), Err(Cause::Undecided));
        assert_eq!(parameter.is(&Text::known("/aws/codebuild/x")), Ok(false));
        let unknown = open("a\u{1}?\u{1}z");
        assert_eq!(unknown.is(&unknown.clone()), Err(Cause::Undecided));
        assert_eq!(unknown.is(&Text::known("a to y")), Ok(false));
    }
}
