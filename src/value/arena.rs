//! The arena: nodes, texts and tables of one inventory.

use std::collections::hash_map::Entry as Slot;

use rustc_hash::FxHashMap;

use super::{Cause, CauseId, Condition, ConditionId, Constraints, ResourceId, Variable, VariableId};
use crate::source::{FileId, Span, Symbol};

/// Index of a value in its arena.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ValueId(pub u32);

impl ValueId {
    /// The value that every arena has for "nothing there".
    pub const ABSENT: Self = Self(0);
}

/// A place in a file of the inventory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The file.
    pub file: FileId,
    /// The bytes.
    pub span: Span,
}

/// A text of the arena.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Str {
    start: u32,
    len: u32,
}

/// A range of one of the arena's tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// First index.
    pub first: u32,
    /// Number of entries.
    pub len: u32,
}

impl Range {
    fn of<T>(self, table: &[T]) -> &[T] {
        &table[self.first as usize..(self.first + self.len) as usize]
    }
}

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Nothing: `null`, `AWS::NoValue`, or a property that is not there.
    Absent,
    /// A boolean.
    Bool(bool),
    /// A number, as decimal text.
    Number(Str),
    /// A text, wholly known.
    Text(Str),
    /// A list of values.
    List(Range),
    /// A map of entries.
    Map(Range),
    /// An attribute of another resource (`Ref` is the attribute `Ref`); `known` is its value where the template decides it.
    Reference {
        /// The resource.
        resource: ResourceId,
        /// The attribute, interned in the inventory.
        attribute: Symbol,
    },
    /// A text made of parts, at least one of which is not a known text.
    Concat(Range),
    /// The base64 form of a text; what is inside stays readable for facts.
    Base64(ValueId),
    /// One of two values, by a condition.
    If {
        /// The condition.
        condition: ConditionId,
        /// The value when it is true.
        then: ValueId,
        /// The value when it is false.
        otherwise: ValueId,
    },
    /// One value for each case of a variable; the last entry of the range is the value while the variable is undecided.
    Choice {
        /// The variable.
        variable: VariableId,
        /// The arms in the value table: one for each case, then the one for "undecided".
        arms: Range,
    },
    /// Not known.
    Unknown(CauseId),
}

/// A key of a map with its value.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// The key, interned in the inventory.
    pub key: Symbol,
    /// The place of the key in the file of the map.
    pub key_span: Span,
    /// The value.
    pub value: ValueId,
}

/// The arena.
#[derive(Debug)]
pub struct Values {
    kinds: Vec<Kind>,
    places: Vec<Place>,
    /// How many values are nested in each, one in the other.
    heights: Vec<u16>,
    text: String,
    items: Vec<ValueId>,
    entries: Vec<Entry>,
    causes: Vec<Cause>,
    /// What references stand for where the template decides it.
    known: FxHashMap<(ResourceId, Symbol), ValueId>,
    /// Why references are unknown where the template does not decide it.
    runtime: FxHashMap<(ResourceId, Symbol), CauseId>,
    /// Causes that were given already, so that each is kept once.
    by_cause: FxHashMap<Cause, CauseId>,
    /// The variables.
    pub variables: Vec<Variable>,
    /// The conditions.
    pub conditions: Vec<Condition>,
    /// What every world must satisfy.
    pub constraints: Constraints,
}

impl Default for Values {
    fn default() -> Self {
        Self {
            kinds: vec![Kind::Absent],
            places: vec![Place { file: FileId(0), span: Span::default() }],
            heights: vec![0],
            text: String::new(),
            items: Vec::new(),
            entries: Vec::new(),
            causes: vec![Cause::Undecided],
            known: FxHashMap::default(),
            runtime: FxHashMap::default(),
            by_cause: FxHashMap::default(),
            variables: Vec::new(),
            conditions: Vec::new(),
            constraints: Constraints::default(),
        }
    }
}

impl Values {
    /// What the value is, before any world decides.
    #[must_use]
    pub fn kind(&self, id: ValueId) -> Kind {
        self.kinds[id.0 as usize]
    }

    /// Where the value is written.
    #[must_use]
    pub fn place(&self, id: ValueId) -> Place {
        self.places[id.0 as usize]
    }

    /// The characters of a text.
    #[must_use]
    pub fn str(&self, text: Str) -> &str {
        &self.text[text.start as usize..(text.start + text.len) as usize]
    }

    /// The values of a list, the parts of a text, or the arms of a choice.
    #[must_use]
    pub fn items(&self, range: Range) -> &[ValueId] {
        range.of(&self.items)
    }

    /// The entries of a map.
    #[must_use]
    pub fn entries(&self, range: Range) -> &[Entry] {
        range.of(&self.entries)
    }

    /// The cause of an unknown.
    #[must_use]
    pub fn cause(&self, id: CauseId) -> &Cause {
        &self.causes[id.0 as usize]
    }

    /// What a reference value stands for, where the template decides it.
    #[must_use]
    pub fn known(&self, reference: ValueId) -> Option<ValueId> {
        let Kind::Reference { resource, attribute } = self.kind(reference) else { return None };
        self.known.get(&(resource, attribute)).copied()
    }

    /// The text that an attribute of a resource stands for, where it is one that is wholly known.
    #[must_use]
    pub fn known_text(&self, resource: ResourceId, attribute: Symbol) -> Option<&str> {
        match self.kind(*self.known.get(&(resource, attribute))?) {
            Kind::Text(text) => Some(self.str(text)),
            _ => None,
        }
    }

    /// How many values are nested in this one, one in the other: what a walk of it recurses.
    #[must_use]
    pub fn height(&self, id: ValueId) -> u16 {
        self.heights[id.0 as usize]
    }

    /// Number of values.
    #[must_use]
    pub fn len(&self) -> usize {
        self.kinds.len()
    }

    /// Bytes of all texts, lists and maps: what a value adds to the arena besides itself.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.text.len() + size_of_val(self.items.as_slice()) + size_of_val(self.entries.as_slice())
    }

    /// Whether there is no value but the absent one.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.kinds.len() <= 1
    }

    /// Makes room for about this many more values.
    pub fn reserve(&mut self, count: usize) {
        self.kinds.reserve(count);
        self.places.reserve(count);
        self.heights.reserve(count);
    }

    /// Adds a value.
    pub fn push(&mut self, kind: Kind, place: Place) -> ValueId {
        let highest = |ids: &[ValueId]| ids.iter().map(|id| self.height(*id)).max().unwrap_or(0) + 1;
        let height = match kind {
            Kind::List(range) | Kind::Concat(range) | Kind::Choice { arms: range, .. } => highest(self.items(range)),
            Kind::Map(range) => self.entries(range).iter().map(|entry| self.height(entry.value)).max().unwrap_or(0) + 1,
            Kind::Base64(inner) => highest(&[inner]),
            Kind::If { then, otherwise, .. } => highest(&[then, otherwise]),
            _ => 0,
        };
        self.heights.push(height);
        self.kinds.push(kind);
        self.places.push(place);
        ValueId(self.kinds.len() as u32 - 1)
    }

    /// Adds a text.
    pub fn push_text(&mut self, text: &str, place: Place) -> ValueId {
        let text = self.store(text);
        self.push(Kind::Text(text), place)
    }

    /// Stores characters.
    pub fn store(&mut self, text: &str) -> Str {
        let start = self.text.len() as u32;
        self.text.push_str(text);
        Str { start, len: text.len() as u32 }
    }

    /// Stores a run of values for a list, a text or a choice.
    pub fn store_items(&mut self, items: &[ValueId]) -> Range {
        let first = self.items.len() as u32;
        self.items.extend_from_slice(items);
        Range { first, len: items.len() as u32 }
    }

    /// Adds a list.
    pub fn push_list(&mut self, items: &[ValueId], place: Place) -> ValueId {
        let range = self.store_items(items);
        self.push(Kind::List(range), place)
    }

    /// Adds a map.
    pub fn push_map(&mut self, entries: &[Entry], place: Place) -> ValueId {
        let first = self.entries.len() as u32;
        self.entries.extend_from_slice(entries);
        self.push(Kind::Map(Range { first, len: entries.len() as u32 }), place)
    }

    /// Adds an unknown.
    pub fn push_unknown(&mut self, cause: Cause, place: Place) -> ValueId {
        let id = self.store_cause(cause);
        self.push(Kind::Unknown(id), place)
    }

    fn store_cause(&mut self, cause: Cause) -> CauseId {
        let next = CauseId(self.causes.len() as u32);
        match self.by_cause.entry(cause) {
            Slot::Occupied(known) => *known.get(),
            Slot::Vacant(new) => {
                self.causes.push(new.key().clone());
                *new.insert(next)
            }
        }
    }

    /// Adds a reference to an attribute; `name` gives its `LogicalId.Attribute`, and is asked for once.
    pub fn push_reference(
        &mut self,
        resource: ResourceId,
        attribute: Symbol,
        place: Place,
        name: impl FnOnce() -> Box<str>,
    ) -> ValueId {
        if !self.runtime.contains_key(&(resource, attribute)) {
            let cause = self.store_cause(Cause::RuntimeAttribute { name: name() });
            self.runtime.insert((resource, attribute), cause);
        }
        self.push(Kind::Reference { resource, attribute }, place)
    }

    /// Why a reference value is unknown where the template does not decide it.
    #[must_use]
    pub fn runtime_cause(&self, reference: ValueId) -> CauseId {
        let Kind::Reference { resource, attribute } = self.kind(reference) else { return CauseId::UNDECIDED };
        self.runtime.get(&(resource, attribute)).copied().unwrap_or(CauseId::UNDECIDED)
    }

    /// Every attribute of a resource that something refers to.
    pub fn referenced(&self) -> impl Iterator<Item = (ResourceId, Symbol)> {
        self.runtime.keys().copied()
    }

    /// Records what the references to an attribute stand for.
    pub fn set_known(&mut self, resource: ResourceId, attribute: Symbol, value: ValueId) {
        self.known.insert((resource, attribute), value);
    }

    /// Adds a variable.
    pub fn push_variable(&mut self, variable: Variable) -> VariableId {
        self.variables.push(variable);
        VariableId(self.variables.len() as u32 - 1)
    }

    /// Adds a condition.
    pub fn push_condition(&mut self, condition: Condition) -> ConditionId {
        self.conditions.push(condition);
        ConditionId(self.conditions.len() as u32 - 1)
    }
}
