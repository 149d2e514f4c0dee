//! Gzip (RFC 1952): a file is a row of members, each of which stands for itself.
//!
//! What was cut off while it was written therefore loses its last member and keeps the others. Only what snapshots need is
//! here: whole texts in memory, bounded by a limit.

use miniz_oxide::inflate::stream::{InflateState, inflate};
use miniz_oxide::{DataFormat, MZError, MZFlush, MZStatus};

/// What every member starts with.
const MAGIC: [u8; 2] = [0x1f, 0x8b];
/// The one method of compression there is.
const DEFLATE: u8 = 8;
/// Length of a header without optional fields.
const HEADER: usize = 10;
/// How much is unpacked at a time.
const CHUNK: usize = 32 << 10;
/// Of ten levels, the one from which on more time saves little.
const LEVEL: u8 = 6;

/// What kept a file from being unpacked to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The last member is not whole.
    Truncated,
    /// Something is no gzip, or does not have the checksum that it says.
    Damaged,
    /// There is more than the limit.
    TooLong,
}

/// The whole members of a file.
#[derive(Debug, Default)]
pub struct Unpacked {
    /// What they hold, one after the other.
    pub bytes: Vec<u8>,
    /// How many bytes of the file they are.
    pub whole: usize,
    /// Why they are not all of it.
    pub fault: Option<Fault>,
}

/// Whether the bytes begin as gzip does.
#[must_use]
pub fn is_gzip(bytes: &[u8]) -> bool {
    bytes.starts_with(&MAGIC)
}

/// Unpacks the members of a file, up to `limit` bytes. Of a member that is not whole nothing is kept.
#[must_use]
pub fn unpack(file: &[u8], limit: usize) -> Unpacked {
    let mut unpacked = Unpacked::default();
    while unpacked.whole < file.len() {
        let before = unpacked.bytes.len();
        match member(&file[unpacked.whole..], limit, &mut unpacked.bytes) {
            Ok(len) => unpacked.whole += len,
            Err(fault) => {
                unpacked.bytes.truncate(before);
                unpacked.fault = Some(fault);
                break;
            }
        }
    }
    unpacked
}

/// About the first `len` bytes that a file holds, to tell what it is.
#[must_use]
pub fn beginning(file: &[u8], len: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    // Whatever is wrong with it is told when it is read.
    let _ = member(file, len, &mut bytes);
    bytes
}

/// One member that holds `bytes`.
#[must_use]
pub fn pack(bytes: &[u8]) -> Vec<u8> {
    // No name, no time and an unknown system: the same bytes always make the same member.
    let mut member = vec![MAGIC[0], MAGIC[1], DEFLATE, 0, 0, 0, 0, 0, 0, 255];
    member.extend(miniz_oxide::deflate::compress_to_vec(bytes, LEVEL));
    member.extend(crc32(bytes).to_le_bytes());
    member.extend((bytes.len() as u32).to_le_bytes());
    member
}

/// Unpacks the member that `file` begins with; gives its length.
fn member(file: &[u8], limit: usize, out: &mut Vec<u8>) -> Result<usize, Fault> {
    let mut at = header(file)?;
    let start = out.len();
    let mut state = InflateState::new_boxed(DataFormat::Raw);
    let mut chunk = vec![0; CHUNK];
    loop {
        let result = inflate(&mut state, &file[at..], &mut chunk, MZFlush::None);
        at += result.bytes_consumed;
        out.extend_from_slice(&chunk[..result.bytes_written]);
        if out.len() > limit {
            return Err(Fault::TooLong);
        }
        match result.status {
            Ok(MZStatus::StreamEnd) => break,
            Ok(_) if result.bytes_consumed + result.bytes_written > 0 => {}
            Ok(_) | Err(MZError::Buf) => return Err(Fault::Truncated),
            Err(_) => return Err(Fault::Damaged),
        }
    }
    let trailer: &[u8; 8] = file[at..].first_chunk().ok_or(Fault::Truncated)?;
    let bytes = &out[start..];
    let expected = [crc32(bytes).to_le_bytes(), (bytes.len() as u32).to_le_bytes()].concat();
    if *trailer != *expected {
        return Err(Fault::Damaged);
    }
    Ok(at + trailer.len())
}

/// The length of a member's header.
fn header(file: &[u8]) -> Result<usize, Fault> {
    let fixed: &[u8; HEADER] = match file.first_chunk() {
        Some(fixed) => fixed,
        None if MAGIC.starts_with(&file[..file.len().min(2)]) => return Err(Fault::Truncated),
        None => return Err(Fault::Damaged),
    };
    if !is_gzip(fixed) || fixed[2] != DEFLATE {
        return Err(Fault::Damaged);
    }
    let flags = fixed[3];
    let mut at = HEADER;
    if flags & 4 != 0 {
        let len: &[u8; 2] = file[at..].first_chunk().ok_or(Fault::Truncated)?;
        at += 2 + usize::from(u16::from_le_bytes(*len));
    }
    for flag in [8, 16] {
        if flags & flag != 0 {
            let text = file.get(at..).ok_or(Fault::Truncated)?;
            at += memchr::memchr(0, text).ok_or(Fault::Truncated)? + 1;
        }
    }
    if flags & 2 != 0 {
        at += 2;
    }
    if at > file.len() { Err(Fault::Truncated) } else { Ok(at) }
}

const TABLE: [u32; 256] = table();

const fn table() -> [u32; 256] {
    let mut table = [0; 256];
    let mut index = 0;
    while index < 256 {
        let mut crc = index as u32;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 };
            bit += 1;
        }
        table[index] = crc;
        index += 1;
    }
    table
}

/// The checksum of RFC 1952, section 8.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, byte| crc >> 8 ^ TABLE[usize::from(crc as u8 ^ byte)])
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: usize = 1 << 20;

    #[test]
    fn members_are_read_one_after_the_other() {
        let file = [pack(b"one\n"), pack(b""), pack(&b"two\n".repeat(50_000))].concat();
        let unpacked = unpack(&file, LIMIT);
        assert_eq!((unpacked.bytes.len(), unpacked.whole, unpacked.fault), (200_004, file.len(), None));
        assert!(unpacked.bytes.starts_with(b"one\ntwo\n"));
        assert!(file.len() < 2_000, "{}", file.len());
    }

    #[test]
    fn a_member_of_another_program_is_read() {
        // printf hello | gzip -n, and gzip -N with a name.
        let plain = b"\x1f\x8b\x08\0\0\0\0\0\0\x03\xcbH\xcd\xc9\xc9\x07\0\x86\xa6\x106\x05\0\0\0";
        assert_eq!(unpack(plain, LIMIT).bytes, b"hello");
        let named = [&plain[..3], b"\x08", &plain[4..10], b"a.txt\0", &plain[10..]].concat();
        assert_eq!(unpack(&named, LIMIT).bytes, b"hello");
        assert_eq!(beginning(&named, 3), b"hello");
    }

    #[test]
    fn wherever_a_file_is_cut_its_whole_members_are_kept() {
        let (first, second) = (pack(b"first"), pack(b"second"));
        let file = [first.clone(), second].concat();
        for cut in 0..file.len() {
            let unpacked = unpack(&file[..cut], LIMIT);
            let expected: (&[u8], usize) = if cut < first.len() { (b"", 0) } else { (b"first", first.len()) };
            assert_eq!((unpacked.bytes.as_slice(), unpacked.whole), expected, "{cut}");
            let fault = if cut == 0 || cut == first.len() { None } else { Some(Fault::Truncated) };
            assert_eq!(unpacked.fault, fault, "{cut}");
        }
    }

    #[test]
    fn what_is_damaged_or_too_long_is_refused() {
        let mut file = pack(b"hello");
        let last = file.len() - 6;
        file[last] ^= 1;
        assert_eq!(unpack(&file, LIMIT).fault, Some(Fault::Damaged));
        assert_eq!(unpack(b"PK\x03\x04 and so on", LIMIT).fault, Some(Fault::Damaged));
        let bomb = pack(&vec![b' '; 10 << 20]);
        assert!(bomb.len() < 20_000);
        let unpacked = unpack(&bomb, LIMIT);
        assert!(unpacked.fault == Some(Fault::TooLong) && unpacked.bytes.is_empty());
        for byte in 0..=255 {
            let header = [0x1f, 0x8b, 8, byte, 0, 0, 0, 0, 0, 0, byte, byte];
            assert!(unpack(&header, LIMIT).fault.is_some(), "{byte}");
        }
    }
}
