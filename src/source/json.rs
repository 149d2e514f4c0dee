//! JSON (RFC 8259, nothing looser), read in one pass into the spanned tree.

use std::sync::Arc;

use super::duplicates::Duplicates;
use super::limits::Collected;
use super::tree::Text;
use super::{Diagnostic, Kind, Level, Limits, Member, NodeId, SourceFile, Span, Tree};

/// Reads a JSON file; a byte order mark before it is skipped.
///
/// Strings and keys span their quotes, lists and maps their brackets, and numbers keep their text.
///
/// # Errors
/// The first error of syntax, and with it every duplicate key up to there.
pub fn parse(file: &Arc<SourceFile>, limits: Limits) -> Result<Tree, Vec<Diagnostic>> {
    let limits = limits.effective();
    limits.check_bytes(file).map_err(|problem| vec![problem])?;
    let mut parser = Parser::new(file, limits);
    let document = parser.document();
    if let Ok(root) = document
        && parser.problems.is_empty()
    {
        parser.tree.set_root(root);
        return Ok(parser.tree);
    }
    let mut problems = parser.problems.into_vec(file);
    problems.extend(document.err().map(|problem| *problem));
    Err(problems)
}

/// Reads JSON lines: a row of values, which become the items of the tree's root; empty lines are passed over.
///
/// The first error of syntax ends the reading, and what stands before it is kept.
#[must_use]
pub fn parse_lines(file: &Arc<SourceFile>, limits: Limits) -> (Tree, Vec<Diagnostic>) {
    let limits = limits.effective();
    if let Err(problem) = limits.check_bytes(file) {
        let mut tree = Tree::new(Arc::clone(file));
        let root = tree.push_list(Span::default(), &[]);
        tree.set_root(root);
        return (tree, vec![problem]);
    }
    let mut parser = Parser::new(file, limits);
    if parser.text.starts_with('\u{feff}') {
        parser.at = '\u{feff}'.len_utf8();
    }
    let (mut lines, mut error) = (Vec::new(), None);
    while error.is_none() {
        parser.skip_space();
        if parser.at == parser.bytes.len() {
            break;
        }
        match parser.value(0) {
            Ok(line) => lines.push(line),
            Err(problem) => error = Some(*problem),
        }
    }
    let span = parser.span_from(0);
    let root = parser.tree.push_list(span, &lines);
    parser.tree.set_root(root);
    let mut problems = parser.problems.into_vec(file);
    problems.extend(error);
    (parser.tree, problems)
}

type Parsed<T> = Result<T, Box<Diagnostic>>;

struct Parser<'a> {
    file: &'a Arc<SourceFile>,
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    limits: Limits,
    tree: Tree,
    /// Items of the lists that are open, the innermost last; a closed list moves its own to the tree.
    items: Vec<NodeId>,
    /// The same for the members of maps.
    members: Vec<Member>,
    duplicates: Duplicates,
    problems: Collected,
    /// Where a string with escapes is decoded.
    decoded: String,
}

impl<'a> Parser<'a> {
    fn new(file: &'a Arc<SourceFile>, limits: Limits) -> Self {
        let text = file.text();
        let mut tree = Tree::new(Arc::clone(file));
        tree.reserve_for(text.len());
        Self {
            file,
            text,
            bytes: text.as_bytes(),
            at: 0,
            limits,
            tree,
            items: Vec::new(),
            members: Vec::new(),
            duplicates: Duplicates::default(),
            problems: Collected::new(Level::Error),
            decoded: String::new(),
        }
    }

    fn document(&mut self) -> Parsed<NodeId> {
        if self.text.starts_with('\u{feff}') {
            self.at = '\u{feff}'.len_utf8();
        }
        self.skip_space();
        let root = self.value(0)?;
        self.skip_space();
        if self.at < self.bytes.len() {
            return Err(self.unexpected("the end of the file").into());
        }
        Ok(root)
    }

    fn value(&mut self, depth: u32) -> Parsed<NodeId> {
        let start = self.at;
        let kind = match self.peek() {
            Some(b'"') => Kind::String(self.string()?),
            Some(b'{') => return self.map(depth + 1),
            Some(b'[') => return self.list(depth + 1),
            Some(b'-' | b'0'..=b'9') => Kind::Number(self.number()?),
            Some(b't') if self.word("true") => Kind::Bool(true),
            Some(b'f') if self.word("false") => Kind::Bool(false),
            Some(b'n') if self.word("null") => Kind::Null,
            _ => return Err(self.not_a_value().into()),
        };
        self.check_nodes(start)?;
        Ok(self.tree.push(self.span_from(start), kind))
    }

    fn list(&mut self, depth: u32) -> Parsed<NodeId> {
        let start = self.open(depth)?;
        let base = self.items.len();
        if self.peek() != Some(b']') {
            loop {
                let item = self.value(depth)?;
                self.items.push(item);
                if !self.comma(b']', "`,` or `]` after an item")? {
                    break;
                }
            }
        }
        self.at += 1;
        self.check_nodes(start)?;
        let span = self.span_from(start);
        let list = self.tree.push_list(span, &self.items[base..]);
        self.items.truncate(base);
        Ok(list)
    }

    fn map(&mut self, depth: u32) -> Parsed<NodeId> {
        let start = self.open(depth)?;
        let base = self.members.len();
        if self.peek() != Some(b'}') {
            loop {
                let member = self.member(depth)?;
                self.members.push(member);
                if !self.comma(b'}', "`,` or `}` after a member")? {
                    break;
                }
            }
        }
        self.at += 1;
        self.check_nodes(start)?;
        let span = self.span_from(start);
        let members = &self.members[base..];
        self.duplicates.check(self.file, &self.tree, members, &mut self.problems);
        let map = self.tree.push_map(span, members);
        self.members.truncate(base);
        Ok(map)
    }

    fn member(&mut self, depth: u32) -> Parsed<Member> {
        let start = self.at;
        if self.peek() != Some(b'"') {
            let problem = self.unexpected("a key in double quotes");
            let single = self.peek() == Some(b'\'');
            return Err(if single { in_double_quotes(problem) } else { problem }.into());
        }
        let key = match self.string_body()? {
            Some(inner) => self.tree.keys.intern(inner.slice(self.text)),
            None => self.tree.keys.intern(&self.decoded),
        };
        let key_span = self.span_from(start);
        self.skip_space();
        if self.peek() != Some(b':') {
            return Err(self.unexpected("`:` after a key").into());
        }
        self.at += 1;
        self.skip_space();
        let value = self.value(depth)?;
        Ok(Member { key, key_span, value })
    }

    /// Steps over an opening bracket and the space after it; returns where the bracket is.
    fn open(&mut self, depth: u32) -> Parsed<usize> {
        let start = self.at;
        self.at += 1;
        if depth > self.limits.depth {
            return Err(self.limits.too_deep(self.file, self.span_from(start)).into());
        }
        self.skip_space();
        Ok(start)
    }

    /// After an item or a member: true when another one follows, false at the closing bracket.
    fn comma(&mut self, close: u8, expected: &str) -> Parsed<bool> {
        self.skip_space();
        let start = self.at;
        match self.peek() {
            Some(b',') => {
                self.at += 1;
                let comma = self.span_from(start);
                self.skip_space();
                if self.peek() == Some(close) {
                    let message = format!("trailing comma before `{}`", close as char);
                    return Err(self.error(comma, message).with_help("remove the comma").into());
                }
                Ok(true)
            }
            Some(byte) if byte == close => Ok(false),
            _ => Err(self.unexpected(expected).into()),
        }
    }

    fn string(&mut self) -> Parsed<Text> {
        Ok(match self.string_body()? {
            Some(inner) => self.tree.borrowed(inner),
            None => self.tree.owned(&self.decoded),
        })
    }

    /// Reads a string: the place of its text, or `None` when it had escapes and is in `decoded`.
    fn string_body(&mut self) -> Parsed<Option<Span>> {
        let open = self.at;
        self.at += 1;
        let mut copied = self.at;
        let mut escaped = false;
        loop {
            self.at += plain_len(&self.bytes[self.at..]);
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => {
                    if !escaped {
                        self.decoded.clear();
                        escaped = true;
                    }
                    // Both ends are next to ASCII bytes, hence on character boundaries.
                    self.decoded.push_str(&self.text[copied..self.at]);
                    let character = self.escape()?;
                    self.decoded.push(character);
                    copied = self.at;
                }
                Some(control) => return Err(self.control_character(control)),
                None => {
                    let quote = Span::new(open as u32, open as u32 + 1);
                    return Err(self.error(quote, "this string is not closed").into());
                }
            }
        }
        let end = self.at;
        self.at += 1;
        if !escaped {
            return Ok(Some(Span::new(open as u32 + 1, end as u32)));
        }
        self.decoded.push_str(&self.text[copied..end]);
        Ok(None)
    }

    /// Reads an escape from its backslash on.
    fn escape(&mut self) -> Parsed<char> {
        let start = self.at;
        self.at += 1;
        let character = match self.peek() {
            Some(byte @ (b'"' | b'\\' | b'/')) => byte as char,
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                self.at += 1;
                return self.unicode_escape(start);
            }
            _ => return Err(self.bad_escape(start, "unknown escape")),
        };
        self.at += 1;
        Ok(character)
    }

    /// Reads the digits of a `\u` escape, and the second half of a surrogate pair.
    fn unicode_escape(&mut self, start: usize) -> Parsed<char> {
        let unit = self.hex4(start)?;
        let code = match unit {
            0xd800..=0xdbff if self.bytes[self.at..].starts_with(b"\\u") => {
                self.at += 2;
                let low = self.hex4(start)?;
                let paired = (0xdc00..=0xdfff).contains(&low);
                if paired { 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00) } else { unit }
            }
            _ => unit,
        };
        char::from_u32(code).ok_or_else(|| {
            let half = Span::new(start as u32, start as u32 + 6);
            let message = format!("lone surrogate `{}` in a string", half.slice(self.text));
            self.error(half, message).into()
        })
    }

    fn hex4(&mut self, start: usize) -> Parsed<u32> {
        let digits = self.bytes.get(self.at..self.at + 4).filter(|digits| digits.iter().all(u8::is_ascii_hexdigit));
        let Some(digits) = digits else {
            return Err(self.bad_escape(start, "four hexadecimal digits are missing in the escape"));
        };
        self.at += 4;
        Ok(digits.iter().fold(0, |code, digit| code * 16 + (*digit as char).to_digit(16).unwrap_or(0)))
    }

    fn number(&mut self) -> Parsed<Text> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        let zero = self.peek() == Some(b'0');
        let whole = self.digits();
        let mut valid = whole == 1 || whole > 1 && !zero;
        if self.peek() == Some(b'.') {
            self.at += 1;
            valid &= self.digits() > 0;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            valid &= self.digits() > 0;
        }
        if valid && !matches!(self.peek(), Some(b'.' | b'+' | b'-' | b'_' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z')) {
            return Ok(self.tree.borrowed(self.span_from(start)));
        }
        let span = self.token(start);
        let problem = self.error(span, format!("`{}` is not a JSON number", excerpt(span.slice(self.text))));
        Err(match zero && whole > 1 {
            true => problem.with_help("write it without the leading zero, or as a string in double quotes"),
            false => problem,
        }
        .into())
    }

    fn digits(&mut self) -> usize {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        self.at - start
    }

    fn word(&mut self, word: &str) -> bool {
        let found = self.token(self.at).slice(self.text) == word;
        if found {
            self.at += word.len();
        }
        found
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn skip_space(&mut self) {
        const EIGHT_SPACES: [u8; 8] = [b' '; 8];
        loop {
            match self.peek() {
                // Pretty-printed files are mostly indentation.
                Some(b'\n') => {
                    self.at += 1;
                    while self.bytes[self.at..].first_chunk() == Some(&EIGHT_SPACES) {
                        self.at += 8;
                    }
                }
                Some(b' ' | b'\t' | b'\r') => self.at += 1,
                _ => return,
            }
        }
    }

    fn check_nodes(&self, start: usize) -> Parsed<()> {
        if self.tree.len() < self.limits.nodes {
            return Ok(());
        }
        Err(self.limits.too_many(self.file, self.span_from(start)).into())
    }

    fn span_from(&self, start: usize) -> Span {
        Span::new(start as u32, self.at as u32)
    }
}

/// The errors.
impl Parser<'_> {
    fn error(&self, span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic::at(Level::Error, self.file, span, message)
    }

    /// The word, or else the one character, from `start` on.
    fn token(&self, start: usize) -> Span {
        let rest = &self.text[start..];
        let word = rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || b"+-._".contains(byte)).count();
        let len = if word > 0 { word } else { rest.chars().next().map_or(0, char::len_utf8) };
        Span::new(start as u32, (start + len) as u32)
    }

    fn unexpected(&self, expected: &str) -> Diagnostic {
        let token = self.token(self.at);
        let message = match token.slice(self.text) {
            "" if self.text.trim_start_matches('\u{feff}').trim().is_empty() => "the file is empty".to_owned(),
            "" => format!("expected {expected}, found the end of the file"),
            found => format!("expected {expected}, found `{}`", excerpt(found)),
        };
        self.error(token, message)
    }

    fn not_a_value(&self) -> Diagnostic {
        let problem = self.unexpected("a value");
        match self.peek() {
            Some(b'\'') => in_double_quotes(problem),
            Some(b'/' | b'#') => problem.with_help("JSON has no comments"),
            Some(b'T' | b'F' | b'N' | b'n') => {
                problem.with_help("the only words of JSON are `true`, `false` and `null`")
            }
            _ => problem,
        }
    }

    fn control_character(&self, control: u8) -> Box<Diagnostic> {
        let help = match control {
            b'\n' => "close the string on its line, or write `\\n` for a line break".to_owned(),
            b'\t' => "write `\\t`".to_owned(),
            _ => format!("write `\\u{control:04x}`"),
        };
        let span = Span::new(self.at as u32, self.at as u32 + 1);
        self.error(span, format!("control character U+{control:04X} in a string")).with_help(help).into()
    }

    fn bad_escape(&self, start: usize, what: &str) -> Box<Diagnostic> {
        let next = self.text[start + 1..].chars().next().filter(|next| !next.is_control()).map_or(0, char::len_utf8);
        let span = Span::new(start as u32, (start + 1 + next) as u32);
        self.error(span, format!("{what} `{}`", span.slice(self.text))).into()
    }
}

fn in_double_quotes(problem: Diagnostic) -> Diagnostic {
    problem.with_help("strings of JSON stand in double quotes")
}

/// The start of user input, fit to stand in a message.
fn excerpt(text: &str) -> String {
    const LEN: usize = 40;
    let mut shown: String =
        text.chars().take(LEN).map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect();
    if text.chars().nth(LEN).is_some() {
        shown.push('…');
    }
    shown
}

/// How many bytes from the start are neither a quote, nor a backslash, nor a control character.
fn plain_len(bytes: &[u8]) -> usize {
    const ONES: u64 = u64::from_ne_bytes([0x01; 8]);
    const HIGHS: u64 = ONES << 7;
    let mut at = 0;
    // Eight bytes at a time: the lowest high bit set is exactly the first byte sought.
    while let Some(chunk) = bytes[at..].first_chunk::<8>() {
        let word = u64::from_le_bytes(*chunk);
        let quote = word ^ (ONES * b'"' as u64);
        let backslash = word ^ (ONES * b'\\' as u64);
        let found = (quote.wrapping_sub(ONES) & !quote)
            | (backslash.wrapping_sub(ONES) & !backslash)
            | (word.wrapping_sub(ONES * 0x20) & !word);
        if found & HIGHS != 0 {
            return at + ((found & HIGHS).trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    at + bytes[at..].iter().take_while(|byte| !matches!(byte, b'"' | b'\\' | 0..0x20)).count()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;
    use crate::source::testing::{check_spans, config, file, json_value, key_slice, root, slice, told};

    fn read(text: &str) -> Tree {
        parse(&file(text), Limits::default()).unwrap_or_else(|problems| panic!("{}", told(&problems)))
    }

    #[test]
    fn lines_are_read_up_to_the_first_that_is_broken() {
        let lines = |text: &str| {
            let (tree, problems) = parse_lines(&file(text), Limits::default());
            let numbers = tree.items(tree.root()).iter().map(|item| tree.scalar(*item).unwrap_or("?").to_owned());
            (numbers.collect::<Vec<_>>().join(" "), told(&problems))
        };
        assert_eq!(lines("\u{feff}1\n\n\"two\"\r\n 3 "), ("1 two 3".to_owned(), String::new()));
        assert_eq!(lines(""), (String::new(), String::new()));
        let (read, told) = lines("1\n{\"a\": [2\n");
        assert_eq!(read, "1");
        assert!(told.contains("found the end of the file"), "{told}");
    }

    fn refused(text: &str) -> String {
        told(&parse(&file(text), Limits::default()).expect_err("refused"))
    }

    #[test]
    fn values_and_keys_span_quotes_and_brackets() {
        let tree = read("\u{feff} { \"A\" : { \"é\\n\": [1, -2.50e+3 ,true],\"n\":null } }\r\n");
        assert_eq!(root(&tree), json!({"A": {"é\n": [1, -2500.0, true], "n": null}}));
        assert_eq!(slice(&tree, &[]), "{ \"A\" : { \"é\\n\": [1, -2.50e+3 ,true],\"n\":null } }");
        assert_eq!(key_slice(&tree, &["A"]), "\"A\"");
        assert_eq!(key_slice(&tree, &["A", "é\n"]), "\"é\\n\"");
        assert_eq!(slice(&tree, &["A", "é\n"]), "[1, -2.50e+3 ,true]");
        assert_eq!(slice(&tree, &["A", "é\n", "1"]), "-2.50e+3");
        assert_eq!(slice(&tree, &["A", "n"]), "null");
    }

    #[test]
    fn numbers_keep_their_text() {
        let tree = read("[1.10, 123456789012345678901234567890, -0]");
        let texts: Vec<_> = tree.items(tree.root()).iter().map(|id| tree.scalar(*id)).collect();
        assert_eq!(texts, [Some("1.10"), Some("123456789012345678901234567890"), Some("-0")]);
    }

    #[test]
    fn escapes_are_decoded() {
        let tree = read(r#"["\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00 plain text after\u0000"]"#);
        assert_eq!(root(&tree), json!(["\"\\/\u{8}\u{c}\n\r\té😀 plain text after\0"]));
    }

    #[test]
    fn nothing_looser_than_the_standard_is_read() {
        for text in [
            "01",
            "1.",
            ".5",
            "1.e5",
            "+1",
            "1e",
            "-",
            "0x10",
            "1_000",
            "NaN",
            "Infinity",
            "'a'",
            "[1,]",
            "{\"a\":1,}",
            "{a:1}",
            "{\"a\" 1}",
            "[1 2]",
            "\"\t\"",
            "\"\n\"",
            "\"\\x\"",
            "\"\\u12\"",
            "\"\\ud800\"",
            "\"\\udc00\"",
            "\"\\ud800\\u0041\"",
            "\"a",
            "[",
            "{",
            "{\"a\":",
            "nul",
            "truex",
            "[] []",
            "",
            " ",
            "//",
            "[\u{a0}1]",
        ] {
            assert!(parse(&file(text), Limits::default()).is_err(), "{text:?} was read");
        }
    }

    #[test]
    fn errors_say_what_was_expected_where_and_what_to_do() {
        let cases = [
            ("{\"a\": 1 \"b\": 2}", "t:1:9: expected `,` or `}` after a member, found `\"` @ \"\\\"\"\n"),
            ("[1\n2]", "t:2:1: expected `,` or `]` after an item, found `2` @ \"2\"\n"),
            ("[1,\n]", "t:1:3: trailing comma before `]` @ \",\" | help: remove the comma\n"),
            ("{\"a\": 1", "t:1:8: expected `,` or `}` after a member, found the end of the file @ \"\"\n"),
            (
                "[01]",
                "t:1:2: `01` is not a JSON number @ \"01\" | help: write it without the leading zero, or as a string in double quotes\n",
            ),
            (
                "[True]",
                "t:1:2: expected a value, found `True` @ \"True\" | help: the only words of JSON are `true`, `false` and `null`\n",
            ),
            (
                "{'a': 1}",
                "t:1:2: expected a key in double quotes, found `'` @ \"'\" | help: strings of JSON stand in double quotes\n",
            ),
            (
                "[\"a\nb\"]",
                "t:1:4: control character U+000A in a string @ \"\\n\" | help: close the string on its line, or write `\\n` for a line break\n",
            ),
            ("[\"\\ud800x\"]", "t:1:3: lone surrogate `\\ud800` in a string @ \"\\\\ud800\"\n"),
            ("[\"\\qx\"]", "t:1:3: unknown escape `\\q` @ \"\\\\q\"\n"),
            ("[\"abc]", "t:1:2: this string is not closed @ \"\\\"\"\n"),
            ("{} x", "t:1:4: expected the end of the file, found `x` @ \"x\"\n"),
            (" ", "t:1:2: the file is empty @ \"\"\n"),
        ];
        for (text, expected) in cases {
            assert_eq!(refused(text), expected);
        }
    }

    #[test]
    fn all_duplicate_keys_of_the_file_are_told_with_both_places() {
        assert_eq!(
            refused("{\"a\": {\"x\": 1, \"y\": 2, \"\\u0078\": 3},\n \"b\": 1, \"a\": 2, \"a\": 3}"),
            "t:1:24: duplicate key `x` @ \"\\\"\\\\u0078\\\"\" | first given here @ \"\\\"x\\\"\" 7\n\
             t:2:10: duplicate key `a` @ \"\\\"a\\\"\" | first given here @ \"\\\"a\\\"\" 1\n\
             t:2:18: duplicate key `a` @ \"\\\"a\\\"\" | first given here @ \"\\\"a\\\"\" 1\n"
        );
        assert_eq!(root(&read("[{\"a\": 1}, {\"a\": {\"a\": 2}}]")), json!([{"a": 1}, {"a": {"a": 2}}]));
    }

    #[test]
    fn thousands_of_duplicates_are_counted_not_listed() {
        let text = format!("{{{}\"a\": 1}}", "\"a\": 1,".repeat(5000));
        let problems = parse(&file(&text), Limits::default()).expect_err("duplicates");
        let last = problems.last().expect("a count").to_string();
        assert_eq!(last, "t: 4800 further errors of this file are not shown");
    }

    #[test]
    fn limits_are_errors_that_say_the_limit() {
        let limits = Limits { depth: 2, bytes: 20, nodes: 4 };
        let refused = |text: &str| told(&parse(&file(text), limits).expect_err("refused"));
        assert!(parse(&file("[[1, 2]]"), limits).is_ok());
        assert_eq!(refused("[[[]]]"), "t:1:3: nesting is deeper than the limit of 2 levels @ \"[\"\n");
        assert_eq!(refused("[[1, 2, 3]]"), "t:1:1: there are more values than the limit of 4 @ \"[[1, 2, 3]]\"\n");
        assert_eq!(refused(&" ".repeat(21)), "t: the file has 21 bytes, more than the limit of 20 bytes\n");
    }

    #[test]
    fn ten_thousand_levels_are_an_error_not_a_crash() {
        for text in ["[".repeat(10_000), "{\"a\":".repeat(10_000)] {
            assert!(refused(&text).contains("nesting is deeper than the limit of 128 levels"));
            let deepest = Limits { depth: u32::MAX, ..Limits::default() };
            assert!(told(&parse(&file(&text), deepest).expect_err("too deep")).contains("the limit of 500 levels"));
        }
    }

    fn same_as_serde(text: &str) -> Result<(), TestCaseError> {
        match (parse(&file(text), Limits::default()), serde_json::from_str::<Value>(text)) {
            (Ok(tree), Ok(value)) => {
                prop_assert_eq!(root(&tree), value);
                check_spans(&tree, true);
            }
            (Ok(_), Err(error)) => {
                prop_assert!(error.to_string().contains("number out of range"), "{} in {:?}", error, text);
            }
            (Err(problems), Ok(_)) => {
                let duplicates = problems.iter().all(|problem| problem.message.starts_with("duplicate key"));
                prop_assert!(duplicates, "{} in {:?}", told(&problems), text);
            }
            (Err(_), Err(_)) => {}
        }
        Ok(())
    }

    proptest! {
        #![proptest_config(config())]

        #[test]
        fn reads_every_value_as_serde_does(value in json_value(), pretty: bool) {
            let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) };
            let text = text.unwrap();
            let tree = parse(&file(&text), Limits::default());
            prop_assert!(tree.is_ok(), "{:?}", tree);
            same_as_serde(&text)?;
        }

        #[test]
        fn refuses_what_serde_refuses_in_almost_json(
            value in json_value(),
            at: prop::sample::Index,
            cut in 0..3usize,
            put in "[\\[\\]{}:,\"\\\\0-9eEu+. \n\u{1}\u{a0}-]{0,2}",
        ) {
            let mut chars: Vec<char> = value.to_string().chars().collect();
            let at = at.index(chars.len());
            chars.splice(at..(at + cut).min(chars.len()), put.chars());
            same_as_serde(&chars.into_iter().collect::<String>())?;
        }

        #[test]
        fn refuses_what_serde_refuses_in_tokens(text in "([\\[\\]{}:, \n]|\"[a\\\\u0dD9]{0,9}\"|[0-9eE+.-]{1,5}|true|null){0,12}") {
            same_as_serde(&text)?;
        }

        #[test]
        fn never_panics(text in any::<String>()) {
            same_as_serde(&text)?;
        }
    }
}
