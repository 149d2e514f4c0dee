//! Logical ids that tell what they are made of: a prefix and a digest of data.
//!
//! The digests are those of the translator, so that templates may refer to what it generates. SHA-1 serves as a name
//! here and protects nothing.

use std::fmt::Write as _;

use crate::source::{Kind, NodeId, Tree};

/// What stands behind a prefix for this data: ten hexadecimal digits; nothing for no data.
pub(super) fn suffix(data: &str) -> String {
    if data.is_empty() { String::new() } else { hex(data)[..10].to_owned() }
}

/// The digest of a text: forty hexadecimal digits.
pub(super) fn hex(data: &str) -> String {
    sha1(data.as_bytes()).iter().fold(String::with_capacity(40), |mut text, word| {
        let _ = write!(text, "{word:08x}");
        text
    })
}

/// A value as the data of a logical id: a text as it is, anything else as compact JSON with sorted keys.
pub(super) fn data_of(tree: &Tree, node: NodeId) -> String {
    match tree.string(node) {
        Some(text) => text.to_owned(),
        None => {
            let mut text = String::new();
            write_json(tree, node, &mut text);
            text
        }
    }
}

/// Several values as the data of a logical id.
pub(super) fn data_of_all(parts: &[String]) -> String {
    format!("[{}]", parts.join(","))
}

/// A value as compact JSON with sorted keys.
pub(super) fn json_of(tree: &Tree, node: NodeId) -> String {
    let mut text = String::new();
    write_json(tree, node, &mut text);
    text
}

/// A text as JSON writes it.
pub(super) fn json_text(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    write_text(text, &mut quoted);
    quoted
}

fn write_json(tree: &Tree, node: NodeId, out: &mut String) {
    match tree.kind(node) {
        Kind::Null => out.push_str("null"),
        Kind::Bool(truth) => out.push_str(if truth { "true" } else { "false" }),
        Kind::Number(text) => out.push_str(tree.text(text)),
        Kind::String(text) => write_text(tree.text(text), out),
        Kind::List { .. } => {
            out.push('[');
            for (index, item) in tree.items(node).iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_json(tree, *item, out);
            }
            out.push(']');
        }
        Kind::Map { .. } => {
            let mut members: Vec<_> =
                tree.members(node).iter().map(|member| (tree.key(member), member.value)).collect();
            members.sort_by_key(|(key, _)| *key);
            out.push('{');
            for (index, (key, value)) in members.into_iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_text(key, out);
                out.push(':');
                write_json(tree, value, out);
            }
            out.push('}');
        }
    }
}

/// Everything but ASCII is escaped.
fn write_text(text: &str, out: &mut String) {
    out.push('"');
    for unit in text.encode_utf16() {
        match u8::try_from(unit).map(char::from) {
            Ok('"') => out.push_str("\\\""),
            Ok('\\') => out.push_str("\\\\"),
            Ok('\n') => out.push_str("\\n"),
            Ok('\r') => out.push_str("\\r"),
            Ok('\t') => out.push_str("\\t"),
            Ok('\u{8}') => out.push_str("\\b"),
            Ok('\u{c}') => out.push_str("\\f"),
            Ok(letter @ ' '..='\u{7f}') => out.push(letter),
            _ => {
                let _ = write!(out, "\\u{unit:04x}");
            }
        }
    }
    out.push('"');
}

/// Source: RFC 3174.
fn sha1(data: &[u8]) -> [u32; 5] {
    let mut state = [0x6745_2301_u32, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0];
    let mut padded = data.to_vec();
    padded.push(0x80);
    padded.resize(padded.len().next_multiple_of(64), 0);
    if padded.len() - data.len() < 9 {
        padded.resize(padded.len() + 64, 0);
    }
    let length = padded.len();
    padded[length - 8..].copy_from_slice(&(data.len() as u64 * 8).to_be_bytes());
    for block in padded.as_chunks::<64>().0 {
        add_block(&mut state, block);
    }
    state
}

fn add_block(state: &mut [u32; 5], block: &[u8; 64]) {
    let mut words = [0_u32; 80];
    for (word, bytes) in words.iter_mut().zip(block.as_chunks::<4>().0) {
        *word = u32::from_be_bytes(*bytes);
    }
    for at in 16..80 {
        words[at] = (words[at - 3] ^ words[at - 8] ^ words[at - 14] ^ words[at - 16]).rotate_left(1);
    }
    let [mut a, mut b, mut c, mut d, mut e] = *state;
    for (at, word) in words.iter().enumerate() {
        let (mixed, constant) = match at {
            0..20 => ((b & c) | (!b & d), 0x5a82_7999_u32),
            20..40 => (b ^ c ^ d, 0x6ed9_eba1),
            40..60 => ((b & c) | (b & d) | (c & d), 0x8f1b_bcdc),
            _ => (b ^ c ^ d, 0xca62_c1d6),
        };
        let next = a.rotate_left(5).wrapping_add(mixed).wrapping_add(e).wrapping_add(*word).wrapping_add(constant);
        (a, b, c, d, e) = (next, a, b.rotate_left(30), c, d);
    }
    for (own, new) in state.iter_mut().zip([a, b, c, d, e]) {
        *own = own.wrapping_add(new);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_that_of_the_standard() {
        assert_eq!(hex("abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
        assert_eq!(
            hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "84983e441c3bd26ebaae4aa1f95129e5e54670f1"
        );
        assert_eq!(hex(&"0123456701234567".repeat(40)), "dea356a2cddd90c7a7ecedc5ebb563934f460452");
        assert_eq!(suffix("admin.example.com"), hex("admin.example.com")[..10]);
        assert_eq!(suffix(""), "");
    }
}
