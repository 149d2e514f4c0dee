//! The lines of a place, without secrets and no longer than a reader wants.

use super::redact::MASK;
use crate::report::document::Excerpt;
use crate::source::{SourceFile, Span};

/// Lines of a place that are shown.
const LINES: usize = 6;
/// Bytes of a line that are shown, and how many of them before the mark.
const WIDTH: usize = 160;
const BEFORE: usize = 60;
/// What stands for the cut part of a line.
const CUT: char = '…';

/// The first lines of `span`, with everything that `secrets` gives for a line (its start and end in the file) masked.
pub(super) fn excerpt(file: &SourceFile, span: Span, mut secrets: impl FnMut(usize, usize) -> Vec<Span>) -> Excerpt {
    let text = file.text();
    let floor = |at: u32| text.floor_char_boundary((at as usize).min(text.len()));
    let start = floor(span.start);
    // A block of YAML ends where the next begins; the lines in between are not its own.
    let end = start + text[start..floor(span.end).max(start)].trim_end().len();
    let mut at = text[..start].rfind('\n').map_or(0, |newline| newline + 1);
    if at == 0 && text.starts_with('\u{feff}') {
        at = '\u{feff}'.len_utf8();
    }
    let mut out = Lines { text, mark: (start.max(at), end.max(at)), shown: String::new(), marked: [None; 2] };
    for _ in 0..LINES {
        let stop = memchr::memchr(b'\n', &text.as_bytes()[at..]).map_or(text.len(), |newline| at + newline);
        let line = at + text[at..stop].trim_end_matches('\r').len();
        out.line(at, line, &secrets(at, line));
        if stop >= end || stop == text.len() {
            break;
        }
        out.shown.push('\n');
        at = stop + 1;
    }
    let shown = out.shown.trim_end_matches('\n').len();
    out.shown.truncate(shown);
    let mark_start = out.marked[0].unwrap_or(0).min(shown);
    let mark_end = out.marked[1].unwrap_or(shown).clamp(mark_start, shown);
    Excerpt { line: file.position(start as u32).line, text: out.shown, mark: [mark_start, mark_end] }
}

struct Lines<'a> {
    text: &'a str,
    /// In the file.
    mark: (usize, usize),
    shown: String,
    /// In `shown`, as far as it was met.
    marked: [Option<usize>; 2],
}

impl Lines<'_> {
    /// Writes the line `[start, end)` of the file.
    fn line(&mut self, start: usize, end: usize, secrets: &[Span]) {
        let (from, to) = self.window(start, end);
        if from > start {
            self.shown.push(CUT);
        }
        let mut at = from;
        for secret in secrets {
            let (first, last) = ((secret.start as usize).max(start), (secret.end as usize).min(end));
            if last <= at || first >= to {
                continue;
            }
            self.copy(at, first.max(at));
            self.mask(first, last);
            at = last;
        }
        if at < to {
            self.copy(at, to);
        }
        self.note(to.max(at), self.shown.len());
        if to < end {
            self.shown.push(CUT);
        }
    }

    /// The part of a line that is shown.
    fn window(&self, start: usize, end: usize) -> (usize, usize) {
        if end - start <= WIDTH {
            return (start, end);
        }
        let mark = self.mark.0.clamp(start, end);
        let from = if mark - start <= BEFORE { start } else { (mark - BEFORE).min(end - WIDTH) };
        let from = self.text.floor_char_boundary(from);
        (from, self.text.floor_char_boundary((from + WIDTH).min(end)))
    }

    /// Copies `[from, to)` of the file.
    fn copy(&mut self, from: usize, to: usize) {
        let base = self.shown.len();
        for (index, edge) in [self.mark.0, self.mark.1].into_iter().enumerate() {
            if self.marked[index].is_none() && (from..to).contains(&edge) {
                self.marked[index] = Some(base + edge - from);
            }
        }
        self.shown.push_str(self.text.get(from..to).unwrap_or(""));
    }

    /// Writes a mask for `[from, to)` of the file, in its quotes and behind its indentation.
    fn mask(&mut self, from: usize, to: usize) {
        let secret = self.text.get(from..to).unwrap_or("");
        let indentation = &secret[..secret.len() - secret.trim_start().len()];
        self.shown.push_str(indentation);
        let begin = self.shown.len();
        let quote = secret.chars().next().filter(|first| matches!(first, '"' | '\''));
        let closed = quote.filter(|quote| secret.len() > 1 && secret.ends_with(*quote));
        self.shown.extend(quote);
        self.shown.push_str(MASK);
        self.shown.extend(closed);
        if self.marked[0].is_none() && (from..to).contains(&self.mark.0) {
            self.marked[0] = Some(begin);
        }
        if self.marked[1].is_none() && from < self.mark.1 && self.mark.1 <= to {
            self.marked[1] = Some(self.shown.len());
        }
    }

    /// A mark that begins or ends where the shown part of a line does.
    fn note(&mut self, at: usize, shown: usize) {
        for (index, edge) in [self.mark.0, self.mark.1].into_iter().enumerate() {
            if self.marked[index].is_none() && edge == at {
                self.marked[index] = Some(shown);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, marked: &str, secrets: &[&str]) -> (String, String) {
        let file = SourceFile::new("t.yaml", text);
        let span = |part: &str| {
            let start = text.find(part).unwrap();
            Span::new(start as u32, (start + part.len()) as u32)
        };
        let mut spans: Vec<Span> = secrets.iter().map(|secret| span(secret)).collect();
        spans.sort_unstable();
        let excerpt = excerpt(&file, span(marked), |_, _| spans.clone());
        (excerpt.text.clone(), excerpt.text[excerpt.mark[0]..excerpt.mark[1]].to_owned())
    }

    fn pair(text: &str, mark: &str) -> (String, String) {
        (text.to_owned(), mark.to_owned())
    }

    #[test]
    fn the_line_of_a_place_is_shown_with_the_place_marked() {
        assert_eq!(of("a: 1\r\nb: 2\r\nc: 3", "2", &[]), pair("b: 2", "2"));
        assert_eq!(of("\u{feff}a: 1", "a: 1", &[]), pair("a: 1", "a: 1"));
    }

    #[test]
    fn secrets_are_masked_and_the_mark_moves_with_them() {
        let text = r#"a: {p: "hunter2", enc: false}"#;
        assert_eq!(of(text, "false", &["\"hunter2\""]), pair(r#"a: {p: "****", enc: false}"#, "false"));
        assert_eq!(of(text, "\"hunter2\"", &["\"hunter2\""]), pair(r#"a: {p: "****", enc: false}"#, "\"****\""));
        assert_eq!(
            of("p: |\n  one\n  two\nq: 1", "|\n  one\n  two", &["|\n  one\n  two"]).0,
            "p: ****\n  ****\n  ****"
        );
    }

    #[test]
    fn long_places_show_their_first_lines_and_long_lines_what_is_around_the_mark() {
        let text: String = (0..20).map(|line| format!("line{line:02}\n")).collect();
        let (shown, mark) = of(&text, text.trim_end(), &[]);
        assert_eq!(shown.lines().count(), 6);
        assert_eq!(mark, shown);
        let long = format!("{}MARK{}", "ä".repeat(500), "x".repeat(500));
        let (shown, mark) = of(&long, "MARK", &[]);
        assert_eq!(mark, "MARK");
        assert!(shown.chars().count() <= 170 && shown.starts_with('…') && shown.ends_with('…'), "{shown}");
        let secret = "s".repeat(300);
        let line = format!("{}{secret} MARK", "x".repeat(300));
        let (shown, mark) = of(&line, "MARK", &[&secret]);
        assert!(!shown.contains("ss") && mark == "MARK", "{shown}");
    }

    #[test]
    fn a_place_of_no_length_and_one_at_the_end_of_the_file_have_their_line() {
        let file = SourceFile::new("t", "a: 1\nb:");
        let none = |_: usize, _: usize| Vec::new();
        assert_eq!(excerpt(&file, Span::new(7, 7), none).text, "b:");
        assert_eq!(excerpt(&file, Span::new(5, 5), none).mark, [0, 0]);
        assert_eq!(excerpt(&file, Span::new(99, 120), none).line, 2);
        assert_eq!(excerpt(&SourceFile::new("t", ""), Span::new(0, 0), none).text, "");
    }
}
