//! Reading values under a world.

use std::borrow::Cow;

use super::{CauseId, Entry, Kind, Place, ResourceId, Trigger, ValueId, Values, World, base64};
use crate::source::{Span, Symbol};

/// Marks the ends of a reference inside a symbolic text; no template can contain it unescaped.
pub const OPAQUE: char = '\u{1}';

/// How deep references may stand for references.
const DEPTH: u8 = 16;

/// An element of a list, with its position among all that are written.
pub type Element = (usize, ValueId);

/// What reading gives: a value, nothing, or an unknown with its cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Read<T> {
    /// Known.
    Known(T),
    /// Not there.
    Absent,
    /// Not known.
    Unknown(CauseId),
}

impl<T> Read<T> {
    /// The known value with `f` applied.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Read<U> {
        match self {
            Self::Known(value) => Read::Known(f(value)),
            Self::Absent => Read::Absent,
            Self::Unknown(cause) => Read::Unknown(cause),
        }
    }

    /// The known value.
    pub fn known(self) -> Option<T> {
        match self {
            Self::Known(value) => Some(value),
            _ => None,
        }
    }
}

/// The arena as it looks in one world.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// The arena.
    pub values: &'a Values,
    /// The world.
    pub world: &'a World,
}

impl<'a> View<'a> {
    /// A view of `values` under `world`.
    #[must_use]
    pub fn new(values: &'a Values, world: &'a World) -> Self {
        Self { values, world }
    }

    /// Follows conditions and choices to the value of this world. What the world leaves open is
    /// [`CauseId::UNDECIDED`], and recorded in the world.
    #[must_use]
    pub fn head(&self, mut id: ValueId) -> (ValueId, Kind) {
        loop {
            match self.values.kind(id) {
                Kind::If { condition, then, otherwise } => {
                    match self.world.condition(&self.values.conditions, condition) {
                        Some(true) => id = then,
                        Some(false) => id = otherwise,
                        None => return (id, Kind::Unknown(CauseId::UNDECIDED)),
                    }
                }
                Kind::Choice { variable, arms } => {
                    let arms = self.values.items(arms);
                    id = match self.world.case(variable) {
                        Some(case) => arms[usize::from(case).min(arms.len() - 1)],
                        None => {
                            let open = arms[arms.len() - 1];
                            if let Kind::Unknown(_) = self.values.kind(open) {
                                self.world.need(variable, Trigger::Value);
                            }
                            open
                        }
                    };
                }
                kind => return (id, kind),
            }
        }
    }

    /// The same, with references replaced by what they stand for where the template decides it.
    #[must_use]
    pub fn deep(&self, id: ValueId) -> (ValueId, Kind) {
        let (mut id, mut kind) = self.head(id);
        for _ in 0..DEPTH {
            match (kind, self.values.known(id)) {
                (Kind::Reference { .. }, Some(known)) => (id, kind) = self.head(known),
                _ => break,
            }
        }
        (id, kind)
    }

    /// Whether the value is there.
    #[must_use]
    pub fn exists(&self, id: ValueId) -> Read<()> {
        match self.head(id).1 {
            Kind::Absent => Read::Absent,
            Kind::Unknown(cause) => Read::Unknown(cause),
            _ => Read::Known(()),
        }
    }

    /// The value of a key; absent when the value is no map or has no such key.
    #[must_use]
    pub fn member(&self, id: ValueId, key: Symbol) -> Read<&'a Entry> {
        match self.head(id).1 {
            Kind::Map(range) => match self.values.entries(range).iter().find(|entry| entry.key == key) {
                Some(entry) => Read::Known(entry),
                None => Read::Absent,
            },
            _ => self.open(id).map_or(Read::Absent, Read::Unknown),
        }
    }

    /// Why nobody knows whether the value is a map or a list: an unknown, or an attribute that only deployment shows.
    #[must_use]
    pub fn open(&self, id: ValueId) -> Option<CauseId> {
        let (id, kind) = self.deep(id);
        match kind {
            Kind::Unknown(cause) => Some(cause),
            Kind::Reference { .. } => Some(self.runtime_cause(id)),
            _ => None,
        }
    }

    /// The entries of a map in document order; absent when the value is no map.
    #[must_use]
    pub fn entries(&self, id: ValueId) -> Read<&'a [Entry]> {
        match self.head(id).1 {
            Kind::Map(range) => Read::Known(self.values.entries(range)),
            _ => self.open(id).map_or(Read::Absent, Read::Unknown),
        }
    }

    /// The elements of a list that are there in this world (a scalar or map is a list of itself, as CloudFormation
    /// takes it), and the cause of the first element of which that is not known.
    #[must_use]
    pub fn list(&self, id: ValueId) -> Read<(Vec<ValueId>, Option<CauseId>)> {
        self.elements(id).map(|(items, open)| (items.into_iter().map(|(_, item)| item).collect(), open))
    }

    /// The same, each element with its position, which is the same in every world.
    #[must_use]
    pub fn elements(&self, id: ValueId) -> Read<(Vec<Element>, Option<CauseId>)> {
        self.written(id).map(|items| {
            let (mut present, mut open) = (Vec::new(), None);
            for (index, item) in items {
                match self.head(item) {
                    (_, Kind::Absent) => {}
                    (_, Kind::Unknown(CauseId::UNDECIDED)) => open = open.or(Some(CauseId::UNDECIDED)),
                    // A conditional element may itself be a list, which CloudFormation does not flatten.
                    (head, _) => present.push((index, head)),
                }
            }
            (present, open)
        })
    }

    /// The elements of a list as they are written, with their positions: whether one is there in this world is not read.
    #[must_use]
    pub fn written(&self, id: ValueId) -> Read<Vec<Element>> {
        let (id, kind) = self.deep(id);
        match kind {
            Kind::Absent => Read::Absent,
            Kind::Unknown(cause) => Read::Unknown(cause),
            Kind::List(range) => Read::Known(self.values.items(range).iter().copied().enumerate().collect()),
            _ => Read::Known(vec![(0, id)]),
        }
    }

    /// Everything that a value may be in the worlds below this one, each once or more.
    #[must_use]
    pub fn cases(&self, id: ValueId) -> Vec<ValueId> {
        let (mut found, mut open) = (Vec::new(), vec![id]);
        while let Some(id) = open.pop() {
            match self.values.kind(id) {
                Kind::If { condition, then, otherwise } => {
                    match self.world.needs(|| self.world.condition(&self.values.conditions, condition)).0 {
                        Some(true) => open.push(then),
                        Some(false) => open.push(otherwise),
                        None => open.extend([otherwise, then]),
                    }
                }
                Kind::Choice { variable, arms } => {
                    let arms = self.values.items(arms);
                    match self.world.case(variable) {
                        Some(case) => open.push(arms[usize::from(case).min(arms.len() - 1)]),
                        None => open.extend(arms.iter().rev().skip(1)),
                    }
                }
                _ => found.push(id),
            }
        }
        found
    }

    /// The text of a scalar as CloudFormation passes it on: booleans and numbers as they are written.
    #[must_use]
    pub fn text(&self, id: ValueId) -> Read<Cow<'a, str>> {
        let (id, kind) = self.deep(id);
        match kind {
            Kind::Text(text) | Kind::Number(text) => Read::Known(Cow::Borrowed(self.values.str(text))),
            Kind::Bool(true) => Read::Known(Cow::Borrowed("true")),
            Kind::Bool(false) => Read::Known(Cow::Borrowed("false")),
            Kind::Concat(range) => {
                let mut whole = String::new();
                for part in self.values.items(range) {
                    match self.text(*part) {
                        Read::Known(text) => whole.push_str(&text),
                        Read::Absent => {}
                        Read::Unknown(cause) => return Read::Unknown(cause),
                    }
                }
                Read::Known(Cow::Owned(whole))
            }
            Kind::Base64(inner) => self.text(inner).map(|text| Cow::Owned(base64::encoded(text.as_bytes()))),
            Kind::Reference { .. } => Read::Unknown(self.runtime_cause(id)),
            Kind::Unknown(cause) => Read::Unknown(cause),
            Kind::Absent | Kind::List(_) | Kind::Map(_) | Kind::If { .. } | Kind::Choice { .. } => Read::Absent,
        }
    }

    /// The text with every reference that the template does not decide as an opaque token, so that two texts over
    /// the same reference can be compared. Unknown parts are [`OPAQUE`]`?`[`OPAQUE`]; `None` for lists, maps and nothing.
    #[must_use]
    pub fn symbolic(&self, id: ValueId) -> Option<Cow<'a, str>> {
        let (_, kind) = self.deep(id);
        match kind {
            Kind::Text(text) | Kind::Number(text) => Some(Cow::Borrowed(self.values.str(text))),
            Kind::Bool(truth) => Some(Cow::Borrowed(if truth { "true" } else { "false" })),
            Kind::Concat(range) => {
                Some(Cow::Owned(self.values.items(range).iter().filter_map(|part| self.symbolic(*part)).collect()))
            }
            Kind::Reference { resource, attribute } => {
                Some(Cow::Owned(format!("{OPAQUE}{}.{}{OPAQUE}", resource.0, attribute.0)))
            }
            Kind::Base64(_) => Some(match self.text(id) {
                Read::Known(text) => text,
                _ => Cow::Owned(format!("{OPAQUE}?{OPAQUE}")),
            }),
            Kind::Unknown(_) => Some(Cow::Owned(format!("{OPAQUE}?{OPAQUE}"))),
            _ => None,
        }
    }

    /// A boolean; CloudFormation also takes the texts `true` and `false` in any case.
    #[must_use]
    pub fn boolean(&self, id: ValueId) -> Read<Option<bool>> {
        self.text(id).map(|text| match text {
            text if text.eq_ignore_ascii_case("true") => Some(true),
            text if text.eq_ignore_ascii_case("false") => Some(false),
            _ => None,
        })
    }

    /// A number; `None` inside for a text that is none.
    #[must_use]
    pub fn number(&self, id: ValueId) -> Read<Option<f64>> {
        self.text(id).map(|text| text.trim().parse().ok().filter(|number: &f64| number.is_finite()))
    }

    /// The resources that the value refers to in this world: directly, inside a text, or as elements of a list.
    pub fn references(&self, id: ValueId, found: &mut Vec<(ResourceId, Symbol)>) {
        match self.head(id).1 {
            Kind::Reference { resource, attribute } => found.push((resource, attribute)),
            Kind::Base64(inner) => self.references(inner, found),
            Kind::Concat(range) | Kind::List(range) => {
                for part in self.values.items(range) {
                    self.references(*part, found);
                }
            }
            _ => {}
        }
    }

    /// Where the value is written.
    #[must_use]
    pub fn place(&self, id: ValueId) -> Place {
        self.values.place(id)
    }

    /// The span of the value.
    #[must_use]
    pub fn span(&self, id: ValueId) -> Span {
        self.values.place(id).span
    }

    /// The cause of a reference that only deployment decides. Arenas store it beside the reference.
    fn runtime_cause(&self, reference: ValueId) -> CauseId {
        self.values.runtime_cause(reference)
    }
}
