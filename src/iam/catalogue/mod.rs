//! What AWS has told about its actions: access levels, resource types, condition keys, dependent actions, endpoints; and the
//! documents of the AWS managed policies. The data are part of the program and have a date, [`Catalogue::date`]. A name that they do
//! not know is unknown to the data of that date, never invalid: AWS adds some dozens of actions a week.
//!
//! A service is decompressed, with its neighbours, when it is first asked for, and stays in memory. Nothing here reads a file or fails: data that were
//! damaged are as if they were not there. How the data are made: `refresh/run.sh` and `docs/iam.md`.

mod format;
mod keys;
mod managed;
mod matching;
mod service;
mod set;
mod suggest;
#[cfg(test)]
mod tests;

use std::fmt;
use std::ops::Range;
use std::sync::{LazyLock, OnceLock};

use format::{Packed, size, split};

pub use keys::{ConditionKey, KeyType};
pub use managed::{ManagedPolicy, managed_policies_date, managed_policy, managed_policy_names};
pub use service::{AccessLevel, Action, ResourceType, ResourceUse, Scope, Service};
pub use set::ActionSet;

/// The catalogue that is part of the program.
#[must_use]
pub fn catalogue() -> &'static Catalogue {
    static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::read(include_bytes!("data/actions.bin")));
    &CATALOGUE
}

/// The number of an action, from 0 to [`Catalogue::action_count`] without gaps: in the order of the prefixes of the services, and in
/// a service in the order of the names without regard to case. Only valid with the data it came from; never stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ActionId(pub(super) u32);

impl ActionId {
    /// The number, as an index.
    #[must_use]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// An action with its service. As text it is its name: `s3:GetObject`.
#[derive(Clone, Copy)]
pub struct ActionRef {
    /// Its number.
    pub id: ActionId,
    /// The service of its prefix.
    pub service: &'static Service,
    /// What is known about it.
    pub action: &'static Action,
}

impl fmt::Display for ActionRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.service.prefix, self.action.name)
    }
}

impl fmt::Debug for ActionRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self} ({:?})", self.action.access)
    }
}

/// All services and their actions, as of one date.
pub struct Catalogue {
    date: &'static str,
    /// By prefix.
    services: Vec<Entry>,
    globals: Vec<ConditionKey>,
    /// Prefixes of condition keys that are no service (`saml`, `token.actions.githubusercontent.com`), with the services that have them.
    vendors: Vec<(&'static str, Vec<&'static str>)>,
    blocks: Vec<Block>,
    packed: Packed,
}

/// Some services, packed together.
struct Block {
    range: Range<usize>,
    size: usize,
    text: OnceLock<&'static str>,
}

/// A service as the index has it.
struct Entry {
    prefix: &'static str,
    name: &'static str,
    ids: Range<u32>,
    /// The number of its block, and its part of the text there.
    block: usize,
    part: Range<usize>,
    supports_rcp: bool,
    scope: Scope,
    decoded: OnceLock<Service>,
}

impl Catalogue {
    /// A catalogue of other data, in the format of `data/actions.bin`. What is damaged is left out.
    #[must_use]
    pub fn read(bytes: &'static [u8]) -> Self {
        let packed = Packed::read(bytes, *b"FSA1").unwrap_or_default();
        let lines = split(packed.head, b'\n');
        let mut catalogue = Self {
            date: "",
            services: Vec::new(),
            globals: Vec::new(),
            vendors: Vec::new(),
            blocks: Vec::new(),
            packed,
        };
        for line in lines {
            let Some((kind, rest)) = line.split_at_checked(1) else { continue };
            let mut fields = split(rest, b'\t');
            let mut field = || fields.next().unwrap_or_default();
            match kind {
                "D" => catalogue.date = rest,
                "B" => catalogue.add_block(size(field()), size(field())),
                "S" => catalogue.add_service(field),
                "V" => catalogue.vendors.push((field(), field().split(' ').collect())),
                "G" => catalogue.globals.extend(ConditionKey::read(rest)),
                _ => {}
            }
        }
        catalogue
    }

    fn add_block(&mut self, length: usize, size: usize) {
        let start = self.blocks.last().map_or(0, |block| block.range.end);
        self.blocks.push(Block { range: start..start.saturating_add(length), size, text: OnceLock::new() });
    }

    fn add_service(&mut self, mut field: impl FnMut() -> &'static str) {
        let last = self.services.last();
        let id = last.map_or(0, |last| last.ids.end);
        let block = self.blocks.len().saturating_sub(1);
        let start = last.filter(|last| last.block == block).map_or(0, |last| last.part.end);
        let (prefix, name) = (field(), field());
        // Bounded, so that damaged data make no numbers that overflow.
        let count = (size(field()) as u32).min(0xFFFF).min(u32::MAX / 2 - id);
        self.services.push(Entry {
            prefix,
            name,
            ids: id..id + count,
            block,
            part: start..start.saturating_add(size(field())),
            supports_rcp: field() == "r",
            scope: Scope::read(field()).unwrap_or(Scope::Regional),
            decoded: OnceLock::new(),
        });
    }

    /// The day of the data about actions: `2026-10-27`.
    #[must_use]
    pub fn date(&self) -> &'static str {
        self.date
    }

    /// The prefixes of the services, in order: `a4b`, ..., `xray`.
    pub fn prefixes(&self) -> impl ExactSizeIterator<Item = &'static str> + '_ {
        self.services.iter().map(|entry| entry.prefix)
    }

    /// How many actions there are.
    #[must_use]
    pub fn action_count(&self) -> usize {
        self.services.last().map_or(0, |entry| entry.ids.end as usize)
    }

    /// The service of a prefix, in any case: `s3`.
    #[must_use]
    pub fn service(&self, prefix: &str) -> Option<&Service> {
        self.entry(prefix).map(|entry| self.decoded(entry))
    }

    /// The numbers of the actions of a service; nothing is decompressed.
    #[must_use]
    pub fn ids_of(&self, prefix: &str) -> Option<impl ExactSizeIterator<Item = ActionId> + use<>> {
        self.entry(prefix).map(|entry| entry.ids.clone().map(ActionId))
    }

    /// Whether resource control policies apply to the service; nothing is decompressed.
    #[must_use]
    pub fn supports_rcp(&self, prefix: &str) -> bool {
        self.entry(prefix).is_some_and(|entry| entry.supports_rcp)
    }

    /// The action of a name in any case: `s3:GetObject`. Wildcards are not expanded: see [`Self::ids_matching`].
    #[must_use]
    pub fn action(&'static self, name: &str) -> Option<ActionRef> {
        let (prefix, name) = name.split_once(':')?;
        let service = self.service(prefix)?;
        let at = service.position(name)?;
        service.get(at)
    }

    /// The action of a number.
    #[must_use]
    pub fn by_id(&'static self, id: ActionId) -> Option<ActionRef> {
        let at = self.services.partition_point(|entry| entry.ids.end <= id.0);
        let entry = self.services.get(at)?;
        self.decoded(entry).get(id.0.checked_sub(entry.ids.start)? as usize)
    }

    /// All actions, in the order of their numbers. Decompresses everything, which takes some milliseconds.
    pub fn actions(&'static self) -> impl Iterator<Item = ActionRef> {
        self.services.iter().flat_map(|entry| {
            let service = self.decoded(entry);
            (0..service.actions.len()).filter_map(|at| service.get(at))
        })
    }

    /// The actions of a set, in the order of their numbers: quicker than [`Self::by_id`] of each.
    pub fn actions_of<'s>(&'static self, set: &'s ActionSet) -> impl Iterator<Item = ActionRef> + use<'s> {
        let mut rest = self.services.iter().peekable();
        set.iter().filter_map(move |id| {
            while rest.next_if(|entry| entry.ids.end <= id.0).is_some() {}
            let entry = rest.peek()?;
            self.decoded(entry).get(id.0.checked_sub(entry.ids.start)? as usize)
        })
    }

    fn entry(&self, prefix: &str) -> Option<&Entry> {
        let at = self.services.binary_search_by(|entry| cmp_ignoring_case(entry.prefix, prefix)).ok()?;
        self.services.get(at)
    }

    fn decoded<'a>(&'a self, entry: &'a Entry) -> &'a Service {
        entry.decoded.get_or_init(|| Service::read(entry, self.text(entry).unwrap_or_default()))
    }

    fn text(&self, entry: &Entry) -> Option<&'static str> {
        let block = self.blocks.get(entry.block)?;
        let text = block.text.get_or_init(|| self.packed.text(block.range.clone(), block.size).unwrap_or_default());
        text.get(entry.part.clone())
    }
}

/// The order of two texts without regard to the case of ASCII letters, which is the order of the data.
fn cmp_ignoring_case(a: &str, b: &str) -> std::cmp::Ordering {
    a.bytes().map(|byte| byte.to_ascii_lowercase()).cmp(b.bytes().map(|byte| byte.to_ascii_lowercase()))
}
