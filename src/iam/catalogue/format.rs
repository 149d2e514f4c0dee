//! The files of data: how they are packed, and how parts of them are unpacked.
//!
//! A file is four bytes of magic; four 32-bit little-endian numbers (the size of the packed index, that of the index, of the packed
//! dictionary, of the dictionary); the packed index; the packed dictionary; and the blocks. Everything packed is raw DEFLATE
//! (RFC 1951); a block is packed as if the dictionary stood before it. Index and blocks are lines of fields between tabs; the first
//! letter of a line says what it is. In the index of `actions.bin`:
//!
//! - `D` date
//! - `B` a block: its size packed and unpacked; the services that follow are in it, one after the other
//! - `S` prefix, name, number of actions, size in the block, `r` if it supports RCPs, scope
//! - `V` vendor of condition keys that is no service, and the services that have its keys, between spaces
//! - `G` type and name of a global condition key
//!
//! In the part of a service, where lists are numbers between spaces and index the lines of their kind, in order:
//!
//! - `K` type (in upper case: several values) and name of a condition key
//! - `L` a list of condition keys; list 0 is the empty one and has no line
//! - `R` resource type: name, ARN, list of keys
//! - `A` action: name, level and flags (`x` retired, `!` risk), list of keys, resource types (`3!.4`: type 3, required, list of keys
//!   4), dependent actions between spaces, scope where it is not that of the service
//!
//! In `managed-policies.bin`: `D` date; `B` size of a block packed and unpacked, and the names of its policies between spaces; and in
//! a block, for each of them in this order, a line with path, version, date and JSON.

use std::ops::Range;

use memchr::memchr;
use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::inflate_flags::TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
use miniz_oxide::inflate::core::{DecompressorOxide, decompress};

/// More than any part has; what damaged data claim beyond that is not believed.
const MAX: usize = 1 << 24;

/// An opened file of data. The texts live as long as the program: each part is unpacked at most once.
#[derive(Default)]
pub(super) struct Packed {
    pub(super) head: &'static str,
    dictionary: Vec<u8>,
    blocks: &'static [u8],
}

impl Packed {
    pub(super) fn read(bytes: &'static [u8], magic: [u8; 4]) -> Option<Self> {
        let rest = bytes.strip_prefix(&magic)?;
        let (sizes, rest) = rest.split_at_checked(16)?;
        let mut sizes = sizes.chunks_exact(4).map(|size| size.try_into().map(u32::from_le_bytes).unwrap_or(0) as usize);
        let mut size = || sizes.next().unwrap_or(0);
        let (head, head_size, dictionary, dictionary_size) = (size(), size(), size(), size());
        let (head, rest) = rest.split_at_checked(head)?;
        let (dictionary, blocks) = rest.split_at_checked(dictionary)?;
        Some(Self {
            head: text(inflate(head, head_size, &[])?)?,
            dictionary: inflate(dictionary, dictionary_size, &[])?,
            blocks,
        })
    }

    /// The text of a block, for as long as the program lives.
    pub(super) fn text(&self, range: Range<usize>, size: usize) -> Option<&'static str> {
        text(self.unpack(range, size)?)
    }

    /// The bytes of a block, which the caller may drop again.
    pub(super) fn unpack(&self, range: Range<usize>, size: usize) -> Option<Vec<u8>> {
        inflate(self.blocks.get(range)?, size, &self.dictionary)
    }
}

fn text(bytes: Vec<u8>) -> Option<&'static str> {
    Some(String::from_utf8(bytes).ok()?.leak())
}

/// Unpacks exactly `size` bytes, with `before` standing before them.
fn inflate(packed: &[u8], size: usize, before: &[u8]) -> Option<Vec<u8>> {
    if size > MAX {
        return None;
    }
    let mut output = Vec::with_capacity(before.len() + size);
    output.extend_from_slice(before);
    output.resize(before.len() + size, 0);
    let mut state = Box::<DecompressorOxide>::default();
    let (status, _, written) =
        decompress(&mut state, packed, &mut output, before.len(), TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF);
    output.drain(..before.len());
    (status == TINFLStatus::Done && written == size).then_some(output)
}

/// A size, count or index; what is no number is 0.
pub(super) fn size(text: &str) -> usize {
    text.parse().unwrap_or(0)
}

/// The parts of a text between separators: of an empty text one, which is empty. Quicker on short parts than `str::split`.
pub(super) fn split(text: &'static str, separator: u8) -> impl Iterator<Item = &'static str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let (part, after) = match memchr(separator, text.as_bytes()) {
            Some(end) => (text.get(..end), text.get(end + 1..)),
            None => (Some(text), None),
        };
        rest = after;
        part
    })
}

/// A list that lives as long as the program.
pub(super) fn leak<T>(list: Vec<T>) -> &'static [T] {
    if list.is_empty() { &[] } else { Box::leak(list.into_boxed_slice()) }
}
