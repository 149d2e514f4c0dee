//! Every CloudFormation resource type with its properties, embedded in the binary.
//!
//! A second, small catalogue has types of fasscan's own, for what CloudFormation has no resource type: `own.json`.
//!
//! The catalogue is a flat file that is read in place: nothing is decoded at start, a lookup is a few binary searches. It
//! answers what may stand where; it knows nothing of templates, values or rules. What is wrong with the file makes an
//! answer empty, never a panic. `docs/schema.md` says where the data comes from and how it is refreshed.
//!
//! # Layout
//! All numbers are `u32`, little endian. After eight bytes of magic come ten header words: the source text; offset of the
//! string index and number of strings; offset and length of the text; offset and length of the pool in words; offset and
//! length of the resource table; the list of regions. A *text* is a number into the string index, which is sorted by text. A
//! *list* is a place in the pool: a count and so many texts. A *type* is a place in the pool too: a head word, see
//! `types`, the item type, the value type, the list of enum values, each when the head says so, and for each member its
//! name (highest bit: required) and type. A resource is eight words: name; type; the lists of read-only, write-only and
//! create-only paths (highest bit: inside a list or map) and of the primary identifier; two words of region bits.

mod path;
mod resource;
mod types;

#[cfg(test)]
#[path = "../../../examples/pack_schema/pack/mod.rs"]
mod pack;
#[cfg(test)]
mod tests;

pub use crate::value::did_you_mean;
pub use path::{PathError, PathErrorKind, steps, unquoted};
pub use resource::ResourceType;
pub use types::{Kind, Member, Members, Type, Values};

use std::cmp::Ordering;

static EMBEDDED: &[u8] = include_bytes!("cfn-schema.bin");
/// The types of fasscan's own, packed from `own.json`.
static OWN: &[u8] = include_bytes!("own-schema.bin");
/// What the names of fasscan's own types start with.
const OWN_PREFIX: &str = "Fasscan::";

const MAGIC: &[u8] = b"fascfn\x00\x01";
const RESOURCE_WORDS: u32 = 8;
/// Marks a required member, and a path through an element.
const HIGH_BIT: u32 = 1 << 31;

/// The type that stands for every `Custom::…` resource.
const CUSTOM_RESOURCE: &str = "AWS::CloudFormation::CustomResource";

/// The words of the header, by what they hold.
#[derive(Clone, Copy)]
enum Header {
    Source,
    StringIndex,
    StringCount,
    Text,
    TextLen,
    Pool,
    PoolLen,
    Resources,
    ResourceCount,
    Regions,
}

/// A handle to a catalogue of resource types; copying it costs nothing.
#[derive(Clone, Copy)]
pub struct Schema {
    bytes: &'static [u8],
}

impl std::fmt::Debug for Schema {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Schema").field("source", &self.source()).finish_non_exhaustive()
    }
}

impl Schema {
    /// The catalogue that the binary carries.
    #[must_use]
    pub fn embedded() -> Self {
        Self::open(EMBEDDED)
    }

    /// A catalogue in memory. Bytes that are none make an empty catalogue.
    #[must_use]
    pub fn open(bytes: &'static [u8]) -> Self {
        Self { bytes: if bytes.starts_with(MAGIC) { bytes } else { &[] } }
    }

    /// Name, version, licence and date of the data, such as
    /// `cfn-lint 1.58.0 (MIT-0), CloudFormation registry schemas of 2026-10-20`.
    #[must_use]
    pub fn source(self) -> &'static str {
        self.text(self.header(Header::Source))
    }

    /// What rules may select beside the resource types of CloudFormation: declarations of a template's sections
    /// (`Fasscan::Template::…`), and what only a live account has, with the property names of the API that answers.
    #[must_use]
    pub fn own() -> Self {
        Self::open(OWN)
    }

    /// The names of all resource types, sorted; without fasscan's own.
    pub fn types(self) -> impl Iterator<Item = &'static str> {
        (0..self.count()).map_while(move |index| self.resource_word(index, 0)).map(move |name| self.text(name))
    }

    /// The resource type of that exact name, be it one of fasscan's own. Every `Custom::…` name is answered with `AWS::CloudFormation::CustomResource`.
    #[must_use]
    pub fn resource(self, name: &str) -> Option<ResourceType> {
        if name.starts_with(OWN_PREFIX) && !std::ptr::eq(self.bytes, OWN) {
            return Self::own().resource(name);
        }
        let name = if name.starts_with("Custom::") { CUSTOM_RESOURCE } else { name };
        let compare = |index| Some(self.text_bytes(self.resource_word(index, 0)?).cmp(name.as_bytes()));
        search(self.count(), compare).map(|index| ResourceType { schema: self, index })
    }

    /// The resource type whose name is nearest to a name that is none, when one is near enough to be meant.
    #[must_use]
    pub fn suggest_type(self, name: &str) -> Option<&'static str> {
        did_you_mean(name, self.types().chain(Self::own().types()))
    }

    /// The regions of which the source has data, sorted.
    pub fn regions(self) -> Values {
        self.list(self.header(Header::Regions))
    }

    fn count(self) -> u32 {
        self.header(Header::ResourceCount).min(u32::try_from(self.bytes.len()).unwrap_or(u32::MAX))
    }

    /// The `u32` that is `index` words after the byte `base`.
    fn at(self, base: u32, index: u32) -> Option<u32> {
        let start = usize::try_from(u64::from(base) + 4 * u64::from(index)).ok()?;
        let bytes = self.bytes.get(start..start.checked_add(4)?)?;
        Some(u32::from_le_bytes(bytes.try_into().ok()?))
    }

    fn header(self, word: Header) -> u32 {
        self.at(8, word as u32).unwrap_or(0)
    }

    /// A word of the pool.
    fn word(self, index: u32) -> Option<u32> {
        (index < self.header(Header::PoolLen)).then(|| self.at(self.header(Header::Pool), index)).flatten()
    }

    fn resource_word(self, resource: u32, word: u32) -> Option<u32> {
        self.at(self.header(Header::Resources), resource.checked_mul(RESOURCE_WORDS)?.checked_add(word)?)
    }

    fn list(self, place: u32) -> Values {
        let len = self.word(place).unwrap_or(0).min(self.header(Header::PoolLen));
        Values { schema: self, next: place.saturating_add(1), end: place.saturating_add(1).saturating_add(len) }
    }

    /// A text by its number, ignoring the flag in the highest bit.
    fn text(self, number: u32) -> &'static str {
        std::str::from_utf8(self.text_bytes(number)).unwrap_or("")
    }

    fn text_bytes(self, number: u32) -> &'static [u8] {
        self.try_text(number & !HIGH_BIT).unwrap_or(&[])
    }

    fn try_text(self, number: u32) -> Option<&'static [u8]> {
        let index = self.header(Header::StringIndex);
        if number >= self.header(Header::StringCount) {
            return None;
        }
        let (start, end) = (self.at(index, number)?, self.at(index, number.checked_add(1)?)?);
        let base = usize::try_from(self.header(Header::Text)).ok()?;
        let text = self.bytes.get(base..base.checked_add(usize::try_from(self.header(Header::TextLen)).ok()?)?)?;
        text.get(usize::try_from(start).ok()?..usize::try_from(end).ok()?)
    }
}

/// Binary search over `0..count`; `None` from `compare` ends it.
fn search(count: u32, compare: impl Fn(u32) -> Option<Ordering>) -> Option<u32> {
    let (mut low, mut high) = (0, count);
    while low < high {
        let middle = low + (high - low) / 2;
        match compare(middle)? {
            Ordering::Less => low = middle + 1,
            Ordering::Equal => return Some(middle),
            Ordering::Greater => high = middle,
        }
    }
    None
}
