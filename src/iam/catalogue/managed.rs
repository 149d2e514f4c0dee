//! The AWS managed policies.

use std::ops::Range;
use std::sync::LazyLock;

use super::format::{Packed, size};
use crate::value::OPAQUE;

/// An AWS managed policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManagedPolicy {
    /// `ReadOnlyAccess`.
    pub name: String,
    /// `arn:aws:iam::aws:policy/ReadOnlyAccess`.
    pub arn: String,
    /// The default version: `v190`.
    pub version: String,
    /// The day of that version: `2026-09-24`.
    pub date: String,
    /// The policy document, as JSON.
    pub document: String,
}

/// The index of the file.
struct Index {
    packed: Packed,
    date: &'static str,
    blocks: Vec<Block>,
}

struct Block {
    range: Range<usize>,
    size: usize,
    names: &'static str,
}

static INDEX: LazyLock<Index> = LazyLock::new(|| Index::read(include_bytes!("data/managed-policies.bin")));

impl Index {
    fn read(bytes: &'static [u8]) -> Self {
        let packed = Packed::read(bytes, *b"FSP1").unwrap_or_default();
        let (mut date, mut blocks, mut at) = ("", Vec::new(), 0_usize);
        for line in packed.head.lines() {
            let Some((kind, rest)) = line.split_at_checked(1) else { continue };
            let mut fields = rest.split('\t');
            let mut field = || fields.next().unwrap_or_default();
            match kind {
                "D" => date = field(),
                "B" => {
                    let (length, size) = (size(field()), size(field()));
                    let end = at.saturating_add(length);
                    blocks.push(Block { range: at..end, size, names: field() });
                    at = end;
                }
                _ => {}
            }
        }
        Self { packed, date, blocks }
    }

    fn find(&self, name: &str) -> Option<ManagedPolicy> {
        let place = |block: &Block| block.names.split(' ').position(|known| known == name);
        let (block, place) = self.blocks.iter().find_map(|block| Some((block, place(block)?)))?;
        let bytes = self.packed.unpack(block.range.clone(), block.size)?;
        let line = std::str::from_utf8(&bytes).ok()?.lines().nth(place)?;
        let mut fields = line.split('\t').map(str::to_owned);
        Some(ManagedPolicy {
            arn: format!("arn:aws:iam::aws:policy{}{name}", fields.next()?),
            name: name.to_owned(),
            version: fields.next()?,
            date: fields.next()?,
            document: fields.next()?,
        })
    }
}

/// The AWS managed policy of an ARN (`arn:aws:iam::aws:policy/service-role/AWSLambdaRole`), of a path with name
/// (`service-role/AWSLambdaRole`) or of a name alone. Names are compared with their case. The documents are those of the partition
/// `aws`: an ARN of another one has none, one whose partition is not known before deployment has this one's. `None` says that the data
/// of [`managed_policies_date`] do not know it.
#[must_use]
pub fn managed_policy(arn_or_name: &str) -> Option<ManagedPolicy> {
    let written = match arn_or_name.strip_prefix("arn:") {
        Some(rest) => {
            let (partition, resource) = rest.split_once(":iam::aws:policy/")?;
            if partition != "aws" && !partition.starts_with(OPAQUE) {
                return None;
            }
            resource
        }
        None => arn_or_name,
    };
    let policy = INDEX.find(written.rsplit('/').next()?)?;
    let whole = policy.arn.strip_prefix("arn:aws:iam::aws:policy/") == Some(written);
    let bare = !arn_or_name.contains([':', '/']);
    (whole || bare).then_some(policy)
}

/// The day of the newest of the AWS managed policies in the data.
#[must_use]
pub fn managed_policies_date() -> &'static str {
    INDEX.date
}

/// The names of all AWS managed policies in the data.
pub fn managed_policy_names() -> impl Iterator<Item = &'static str> {
    INDEX.blocks.iter().flat_map(|block| block.names.split(' '))
}
