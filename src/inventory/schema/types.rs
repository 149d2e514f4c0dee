//! What is accepted in one place of a resource.
//!
//! The head word of a type: bits 0 to 5 say what is accepted (string, integer, number, boolean, list, object), bits 8 to 13
//! are the flags below, bits 16 to 31 count the members.

use std::hash::{Hash, Hasher};

use super::{HIGH_BIT, Schema, search};

const STRING: u32 = 1;
const INTEGER: u32 = 1 << 1;
const NUMBER: u32 = 1 << 2;
const BOOLEAN: u32 = 1 << 3;
const LIST: u32 = 1 << 4;
const OBJECT: u32 = 1 << 5;
const HAS_ITEM: u32 = 1 << 8;
const HAS_VALUE: u32 = 1 << 9;
const HAS_ENUM: u32 = 1 << 10;
const ENUM_IGNORES_CASE: u32 = 1 << 11;
const CLOSED: u32 = 1 << 12;
const OPEN: u32 = 1 << 13;
const MEMBERS_SHIFT: u32 = 16;

/// What is accepted in one place. Types form a graph that may be cyclic; two types of one catalogue are equal exactly when
/// they accept the same.
#[derive(Clone, Copy)]
pub struct Type {
    schema: Schema,
    place: u32,
}

impl PartialEq for Type {
    fn eq(&self, other: &Self) -> bool {
        self.place == other.place && std::ptr::eq(self.schema.bytes, other.schema.bytes)
    }
}

impl Eq for Type {}

impl Hash for Type {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.place.hash(state);
    }
}

impl std::fmt::Debug for Type {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Type({}, {})", self.place, self.describe())
    }
}

/// The chief kind of a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A string; also where a string or another scalar is accepted.
    String,
    /// A whole number.
    Integer,
    /// Any number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// A list of elements of one type.
    List(Type),
    /// An object with free keys and values of one type.
    Map(Type),
    /// An object with known members; it may be empty.
    Object(Members),
    /// Free-form JSON.
    Any,
}

/// One member of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Member {
    /// Its name, as templates write it.
    pub name: &'static str,
    /// What it accepts.
    pub ty: Type,
    /// Whether CloudFormation refuses the object without it, whatever else the object has.
    pub required: bool,
}

impl Type {
    pub(super) fn new(schema: Schema, place: u32) -> Self {
        Self { schema, place }
    }

    /// The chief kind. Where several are accepted, members come before list elements, those before map values, and all of
    /// these before scalars; [`Type::accepts_scalar`] tells of the others.
    #[must_use]
    pub fn kind(self) -> Kind {
        let head = self.head();
        let has = |bits| head & bits != 0;
        if self.members().len() > 0 {
            Kind::Object(self.members())
        } else if let Some(item) = self.item() {
            Kind::List(item)
        } else if let Some(value) = self.value() {
            Kind::Map(value)
        } else if has(OBJECT) && has(CLOSED) {
            Kind::Object(self.members())
        } else if has(LIST | OBJECT) || !has(STRING | INTEGER | NUMBER | BOOLEAN) {
            Kind::Any
        } else if has(STRING) || (has(BOOLEAN) && has(INTEGER | NUMBER)) {
            Kind::String
        } else if has(BOOLEAN) {
            Kind::Boolean
        } else if has(NUMBER) {
            Kind::Number
        } else {
            Kind::Integer
        }
    }

    /// Whether a string, number or boolean may stand here, possibly besides objects or lists.
    #[must_use]
    pub fn accepts_scalar(self) -> bool {
        self.head() & (STRING | INTEGER | NUMBER | BOOLEAN) != 0 || self.kind() == Kind::Any
    }

    /// The kind as a noun with its article, for messages: `a list`.
    #[must_use]
    pub fn describe(self) -> &'static str {
        match self.kind() {
            Kind::String => "a string",
            Kind::Integer => "an integer",
            Kind::Number => "a number",
            Kind::Boolean => "a boolean",
            Kind::List(_) => "a list",
            Kind::Map(_) => "a map",
            Kind::Object(_) => "an object",
            Kind::Any => "free-form JSON",
        }
    }

    /// The only values allowed, as text, sorted (numbers by size); empty when any value is.
    #[must_use]
    pub fn enum_values(self) -> Values {
        let head = self.head();
        let at = self.place.saturating_add(1 + flag(head, HAS_ITEM) + flag(head, HAS_VALUE));
        match self.schema.word(at) {
            Some(list) if head & HAS_ENUM != 0 => self.schema.list(list),
            _ => Values { schema: self.schema, next: 0, end: 0 },
        }
    }

    /// Whether the enum values stand for every spelling in upper and lower case.
    #[must_use]
    pub fn enum_ignores_case(self) -> bool {
        self.head() & ENUM_IGNORES_CASE != 0
    }

    /// The members of the object, sorted by name; none for other kinds.
    #[must_use]
    pub fn members(self) -> Members {
        let head = self.head();
        let before = 1 + flag(head, HAS_ITEM) + flag(head, HAS_VALUE) + flag(head, HAS_ENUM);
        Members { schema: self.schema, first: self.place.saturating_add(before), next: 0, count: head >> MEMBERS_SHIFT }
    }

    /// The type of a member by its exact name.
    #[must_use]
    pub fn member(self, name: &str) -> Option<Type> {
        let members = self.members();
        let compare = |index| Some(self.schema.text_bytes(members.word(index, 0)?).cmp(name.as_bytes()));
        members.get(search(members.count, compare)?).map(|member| member.ty)
    }

    /// The names of the members that CloudFormation insists on.
    pub fn required(self) -> impl Iterator<Item = &'static str> {
        self.members().filter(|member| member.required).map(|member| member.name)
    }

    /// The type of an element, where a list is accepted and its elements are described.
    #[must_use]
    pub fn item(self) -> Option<Type> {
        (self.head() & HAS_ITEM != 0).then(|| self.child(1))?
    }

    /// The type of a value under a free key, where a map is accepted and its values are described. An object may have
    /// members and free keys.
    #[must_use]
    pub fn value(self) -> Option<Type> {
        let head = self.head();
        (head & HAS_VALUE != 0).then(|| self.child(1 + flag(head, HAS_ITEM)))?
    }

    /// Whether keys beside the members are accepted without being described.
    #[must_use]
    pub fn is_open(self) -> bool {
        self.head() & OPEN != 0
    }

    /// A type that accepts everything.
    pub(super) fn free_form(self) -> Type {
        Self::new(self.schema, u32::MAX)
    }

    fn child(self, after: u32) -> Option<Type> {
        self.schema.word(self.place.saturating_add(after)).map(|place| Self::new(self.schema, place))
    }

    fn head(self) -> u32 {
        self.schema.word(self.place).unwrap_or(0)
    }
}

fn flag(head: u32, bit: u32) -> u32 {
    u32::from(head & bit != 0)
}

/// The members of an object, sorted by name.
#[derive(Clone, Copy)]
pub struct Members {
    schema: Schema,
    first: u32,
    next: u32,
    count: u32,
}

impl Members {
    fn word(&self, index: u32, word: u32) -> Option<u32> {
        self.schema.word(self.first.checked_add(index.checked_mul(2)?)?.checked_add(word)?)
    }

    fn get(&self, index: u32) -> Option<Member> {
        let (name, place) = (self.word(index, 0)?, self.word(index, 1)?);
        let ty = Type::new(self.schema, place);
        Some(Member { name: self.schema.text(name), ty, required: name & HIGH_BIT != 0 })
    }
}

impl PartialEq for Members {
    fn eq(&self, other: &Self) -> bool {
        (self.first, self.next, self.count) == (other.first, other.next, other.count)
            && std::ptr::eq(self.schema.bytes, other.schema.bytes)
    }
}

impl Eq for Members {}

impl std::fmt::Debug for Members {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.map(|member| member.name)).finish()
    }
}

impl Iterator for Members {
    type Item = Member;

    fn next(&mut self) -> Option<Member> {
        let member = (self.next < self.count).then(|| self.get(self.next))?;
        self.next += 1;
        member
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.count.saturating_sub(self.next) as usize;
        (left, Some(left))
    }
}

impl ExactSizeIterator for Members {}

/// A list of texts.
#[derive(Clone, Copy)]
pub struct Values {
    pub(super) schema: Schema,
    pub(super) next: u32,
    pub(super) end: u32,
}

impl Values {
    /// The numbers of the texts, with their flag.
    pub(super) fn numbers(self) -> impl Iterator<Item = u32> {
        (self.next..self.end).map_while(move |index| self.schema.word(index))
    }
}

impl std::fmt::Debug for Values {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(*self).finish()
    }
}

impl Iterator for Values {
    type Item = &'static str;

    fn next(&mut self) -> Option<&'static str> {
        let number = (self.next < self.end).then(|| self.schema.word(self.next))??;
        self.next += 1;
        Some(self.schema.text(number))
    }
}
