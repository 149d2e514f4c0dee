//! Writing snapshots, and reading what a broken-off audit has left.

use super::LIMITS;
use super::record::{Header, Part, Record};
use crate::source::gzip::{self, Fault};

/// The lines of records.
#[must_use]
pub fn text(records: &[Record]) -> String {
    let mut text = String::new();
    for record in records {
        // Texts, numbers, lists and maps with keys of text are always representable.
        text.push_str(&serde_json::to_string(record).unwrap_or_default());
        text.push('\n');
    }
    text
}

/// Records as one member of the file: it is lost or kept as a whole. The header is one, each part is one, and so is the end.
#[must_use]
pub fn pack(records: &[Record]) -> Vec<u8> {
    gzip::pack(text(records).as_bytes())
}

/// What a broken-off audit has left.
#[derive(Debug, Clone, PartialEq)]
pub struct Resumed {
    /// What it was about.
    pub header: Header,
    /// What it has finished.
    pub parts: Vec<Part>,
    /// Whether nothing is left to do.
    pub finished: bool,
    /// How many bytes of the file are whole; what follows them is to be cut off.
    pub whole: usize,
}

/// Reads a packed snapshot to go on with it.
///
/// # Errors
/// One sentence, when the file is not one that can be gone on with.
pub fn resume(file: &[u8]) -> Result<Resumed, String> {
    if !gzip::is_gzip(file) {
        return Err("only a snapshot that is packed by gzip can be resumed".to_owned());
    }
    let unpacked = gzip::unpack(file, LIMITS.bytes);
    match unpacked.fault {
        Some(Fault::Damaged) => return Err(format!("the gzip data are damaged after byte {}", unpacked.whole)),
        Some(Fault::TooLong) => return Err(format!("it holds more than the limit of {} bytes", LIMITS.bytes)),
        Some(Fault::Truncated) | None => {}
    }
    let text = std::str::from_utf8(&unpacked.bytes).map_err(|_| "it is not UTF-8".to_owned())?;
    let (mut header, mut parts, mut finished) = (None, Vec::new(), false);
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let record: Record = serde_json::from_str(line).map_err(|error| format!("line {}: {error}", index + 1))?;
        match record {
            Record::Snapshot(_) if header.is_some() => return Err("it holds several snapshots".to_owned()),
            Record::Snapshot(first) => header = Some(first),
            _ if header.is_none() => return Err("its first line is not of kind `snapshot`".to_owned()),
            Record::Part(part) => parts.push(part),
            Record::End(_) => finished = true,
            Record::Resource(_) | Record::Gap(_) => {}
        }
    }
    let header = header.ok_or_else(|| "it holds nothing yet".to_owned())?;
    Ok(Resumed { header, parts, finished, whole: unpacked.whole })
}
