//! Source files: path, text, and line and column of a byte.

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use super::{Diagnostic, Level, Span};

/// Index of a file in [`Files`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

/// One source file: its path as reports show it (relative, forward slashes) and its text.
///
/// The text is kept as it stands on disk, a byte order mark included, so that every [`Span`] is an offset into the file.
#[derive(Debug)]
pub struct SourceFile {
    path: Box<str>,
    text: Cow<'static, str>,
    lines: OnceLock<Box<[u32]>>,
}

/// A place for people: 1-based line, and 1-based column in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// 1-based line.
    pub line: u32,
    /// 1-based column, counted in Unicode scalar values.
    pub column: u32,
}

impl SourceFile {
    /// A file of this path and text.
    pub fn new(path: impl Into<Box<str>>, text: impl Into<String>) -> Self {
        Self { path: path.into(), text: Cow::Owned(text.into()), lines: OnceLock::new() }
    }

    /// A file that is part of the program; its text is not copied.
    pub fn embedded(path: &'static str, text: &'static str) -> Self {
        Self { path: path.into(), text: Cow::Borrowed(text), lines: OnceLock::new() }
    }

    /// The path as reports show it.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The whole text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The offsets at which lines start; lines end at `\n` (a `\r` before it belongs to the line end).
    fn line_starts(&self) -> &[u32] {
        self.lines.get_or_init(|| {
            std::iter::once(0).chain(memchr::memchr_iter(b'\n', self.text.as_bytes()).map(|at| at as u32 + 1)).collect()
        })
    }

    /// Line and column of the byte at `offset`; past the end, those of the end.
    #[must_use]
    pub fn position(&self, offset: u32) -> Position {
        let starts = self.line_starts();
        let line = starts.partition_point(|start| *start <= offset).max(1);
        let start = starts[line - 1] as usize;
        let end = (offset as usize).clamp(start, self.text.len());
        let head = self.text.get(start..end).unwrap_or("").trim_start_matches('\u{feff}');
        Position { line: line as u32, column: head.chars().count() as u32 + 1 }
    }

    /// The text of a 1-based line, without its line end and without a byte order mark.
    #[must_use]
    pub fn line(&self, line: u32) -> &str {
        let starts = self.line_starts();
        let index = (line as usize).saturating_sub(1);
        let Some(start) = starts.get(index).map(|start| *start as usize) else { return "" };
        let end = starts.get(index + 1).map_or(self.text.len(), |end| *end as usize);
        self.text.get(start..end).unwrap_or("").trim_end_matches(['\n', '\r']).trim_start_matches('\u{feff}')
    }

    /// First and last position of a span.
    #[must_use]
    pub fn positions(&self, span: Span) -> (Position, Position) {
        (self.position(span.start), self.position(span.end))
    }
}

/// Reads the bytes of a file as text.
///
/// # Errors
/// When they are not UTF-8 (a byte order mark is fine) or hold a NUL byte. Other encodings are named and refused, not
/// converted: every place in a report is an offset into the file as it is.
pub fn decode(path: &str, bytes: Vec<u8>) -> Result<SourceFile, Diagnostic> {
    let refuse = |message: String| Diagnostic::of_path(Level::Error, path, message);
    let encoding = match bytes.as_slice() {
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => Some("UTF-32"),
        [0xff, 0xfe, ..] => Some("UTF-16 LE"),
        [0xfe, 0xff, ..] => Some("UTF-16 BE"),
        _ => None,
    };
    if let Some(encoding) = encoding {
        return Err(refuse(format!("the file is encoded in {encoding}")).with_help("save it as UTF-8"));
    }
    if let Some(at) = memchr::memchr(0, &bytes) {
        return Err(refuse(format!("binary or not UTF-8: NUL byte at offset {at}")));
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(SourceFile::new(path, text)),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            Err(refuse(format!("binary or not UTF-8: invalid byte at offset {at}")))
        }
    }
}

/// The files of one scan unit; a [`FileId`] is an index into it.
#[derive(Debug, Default, Clone)]
pub struct Files {
    files: Vec<Arc<SourceFile>>,
}

impl Files {
    /// Adds a file and returns its id.
    pub fn add(&mut self, file: Arc<SourceFile>) -> FileId {
        self.files.push(file);
        FileId(self.files.len() as u32 - 1)
    }

    /// The file of this id.
    ///
    /// # Panics
    /// When the id is of another table, which is a defect of the program.
    #[must_use]
    pub fn get(&self, id: FileId) -> &Arc<SourceFile> {
        &self.files[id.0 as usize]
    }

    /// Every file with its id.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &Arc<SourceFile>)> {
        self.files.iter().enumerate().map(|(index, file)| (FileId(index as u32), file))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(bytes: &[u8]) -> String {
        decode("t.json", bytes.to_vec()).expect_err("refused").to_string()
    }

    #[test]
    fn utf8_is_kept_with_its_byte_order_mark() {
        let file = decode("t.json", b"\xef\xbb\xbf{\"\xc3\xa9\": 1}".to_vec()).expect("text");
        assert_eq!(file.text(), "\u{feff}{\"é\": 1}");
        assert_eq!(file.position(3), Position { line: 1, column: 1 });
    }

    #[test]
    fn other_encodings_are_named() {
        assert_eq!(refusal(b"\xff\xfe{\0}\0"), "t.json: the file is encoded in UTF-16 LE");
        assert_eq!(refusal(b"\xfe\xff\0{\0}"), "t.json: the file is encoded in UTF-16 BE");
        assert_eq!(refusal(b"\xff\xfe\0\0{\0\0\0"), "t.json: the file is encoded in UTF-32");
    }

    #[test]
    fn binary_files_are_refused_at_the_offending_byte() {
        assert_eq!(refusal(b"ab\0c"), "t.json: binary or not UTF-8: NUL byte at offset 2");
        assert_eq!(refusal(b"abc\xc3("), "t.json: binary or not UTF-8: invalid byte at offset 3");
    }
}
