//! TOML, read into the spanned tree, with all errors of the file at once.

use std::ops::Range;
use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::limits::Collected;
use super::tree::Text;
use super::{Diagnostic, Kind, Level, Limits, Member, NodeId, SourceFile, Span, Tree};

/// Reads a TOML file.
///
/// Dates and times become strings as written, and so do `inf` and `nan`; numbers their canonical decimal text. Keys
/// and values span their quotes, and inline tables and arrays their brackets; a table with a header spans its header,
/// a table that only a dotted key or a longer header implies spans its part of that key, and the root spans the file.
///
/// # Errors
/// Every error of the file.
pub fn parse(file: &Arc<SourceFile>, limits: Limits) -> Result<Tree, Vec<Diagnostic>> {
    let limits = limits.effective();
    limits.check_bytes(file).map_err(|problem| vec![problem])?;
    let (document, errors) = DeTable::parse_recoverable(file.text());
    if !errors.is_empty() {
        let mut problems = Collected::new(Level::Error);
        let mut errors: Vec<Diagnostic> = errors.iter().map(|error| syntax_error(file, error)).collect();
        errors.sort_by_key(|error| error.span);
        errors.into_iter().for_each(|error| problems.push(error));
        return Err(problems.into_vec(file));
    }
    let mut builder = Builder { file, limits, tree: Tree::new(Arc::clone(file)) };
    let whole = Span::new(0, file.text().len() as u32);
    let root = builder.table(document.get_ref(), whole, 1).map_err(|problem| vec![*problem])?;
    builder.tree.set_root(root);
    Ok(builder.tree)
}

fn syntax_error(file: &Arc<SourceFile>, error: &toml::de::Error) -> Diagnostic {
    let span = error.span().map_or(Span::new(0, 0), to_span);
    let message = match (error.message(), span.slice(file.text())) {
        ("duplicate key", key) => format!("duplicate key `{}`", key.trim_matches(['"', '\''])),
        (message, _) => message.trim_end_matches('.').to_owned(),
    };
    Diagnostic::at(Level::Error, file, span, message)
}

struct Builder<'a> {
    file: &'a Arc<SourceFile>,
    limits: Limits,
    tree: Tree,
}

impl Builder<'_> {
    fn table(&mut self, table: &DeTable<'_>, span: Span, depth: u32) -> Result<NodeId, Box<Diagnostic>> {
        self.check_depth(span, depth)?;
        let mut members = Vec::with_capacity(table.len());
        for (key, value) in table {
            let value = self.value(value, depth)?;
            let key_span = to_span(key.span());
            members.push(Member { key: self.tree.keys.intern(key.get_ref()), key_span, value });
        }
        // The library sorts by name.
        members.sort_by_key(|member| member.key_span.start);
        self.check_nodes(span)?;
        Ok(self.tree.push_map(span, &members))
    }

    fn value(&mut self, value: &Spanned<DeValue<'_>>, depth: u32) -> Result<NodeId, Box<Diagnostic>> {
        let span = to_span(value.span());
        let kind = match value.get_ref() {
            DeValue::Table(table) => return self.table(table, span, depth + 1),
            DeValue::Array(array) => {
                self.check_depth(span, depth + 1)?;
                let items: Vec<NodeId> =
                    array.iter().map(|item| self.value(item, depth + 1)).collect::<Result<_, _>>()?;
                self.check_nodes(span)?;
                return Ok(self.tree.push_list(span, &items));
            }
            DeValue::Boolean(value) => Kind::Bool(*value),
            DeValue::String(text) => Kind::String(self.text(text, span)),
            DeValue::Datetime(_) => Kind::String(self.tree.borrowed(span)),
            DeValue::Integer(integer) => {
                let Ok(number) = i128::from_str_radix(integer.as_str(), integer.radix()) else {
                    let message = format!("`{}` is too large a number", span.slice(self.file.text()));
                    return Err(Diagnostic::at(Level::Error, self.file, span, message).into());
                };
                Kind::Number(self.text(&number.to_string(), span))
            }
            DeValue::Float(float) if float.as_str().ends_with(['f', 'n']) => Kind::String(self.tree.borrowed(span)),
            DeValue::Float(float) => {
                let number = float.as_str();
                Kind::Number(self.text(number.strip_prefix('+').unwrap_or(number), span))
            }
        };
        self.check_nodes(span)?;
        Ok(self.tree.push(span, kind))
    }

    /// The text, borrowed from the file when it stands there as it is, with or without quotes.
    fn text(&mut self, text: &str, span: Span) -> Text {
        for quote in [0, 1, 3] {
            let inner = Span::new(span.start + quote, span.end.saturating_sub(quote));
            if inner.start <= inner.end && inner.slice(self.file.text()) == text {
                return self.tree.borrowed(inner);
            }
        }
        self.tree.owned(text)
    }

    fn check_depth(&self, span: Span, depth: u32) -> Result<(), Box<Diagnostic>> {
        if depth <= self.limits.depth { Ok(()) } else { Err(self.limits.too_deep(self.file, span).into()) }
    }

    fn check_nodes(&self, span: Span) -> Result<(), Box<Diagnostic>> {
        if self.tree.len() < self.limits.nodes { Ok(()) } else { Err(self.limits.too_many(self.file, span).into()) }
    }
}

fn to_span(range: Range<usize>) -> Span {
    Span::new(range.start as u32, range.end as u32)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::source::testing::{check_spans, config, file, key_slice, root, slice, told};

    fn read(text: &str) -> Tree {
        let tree = parse(&file(text), Limits::default()).unwrap_or_else(|problems| panic!("{}", told(&problems)));
        check_spans(&tree, false);
        tree
    }

    const SAMPLE: &str = "\u{feff}# rules\nname = \"é\"\n'lit' = '''\na\nb'''\nzeta.inner = 1_000\n\n[[rule]]\nid = \"A\\n\"\n\
        when = { b = [1, 0x1F, +5], a = true }\n\n[[rule]]\nid = 'B'\nsince = 2024-01-31\n[limits.deep]\nf = +1.50\nx = inf\n";

    #[test]
    fn values_have_json_meaning_and_dates_are_text() {
        assert_eq!(
            root(&read(SAMPLE)),
            json!({
                "name": "é", "lit": "a\nb", "zeta": {"inner": 1000},
                "rule": [{"id": "A\n", "when": {"b": [1, 31, 5], "a": true}}, {"id": "B", "since": "2024-01-31"}],
                "limits": {"deep": {"f": 1.5, "x": "inf"}},
            })
        );
    }

    #[test]
    fn places_are_exact() {
        let tree = read(SAMPLE);
        assert_eq!(slice(&tree, &[]), SAMPLE);
        assert_eq!(slice(&tree, &["name"]), "\"é\"");
        assert_eq!(key_slice(&tree, &["lit"]), "'lit'");
        assert_eq!(slice(&tree, &["lit"]), "'''\na\nb'''");
        assert_eq!(key_slice(&tree, &["zeta", "inner"]), "inner");
        assert_eq!(slice(&tree, &["rule", "0"]), "[[rule]]");
        assert_eq!(slice(&tree, &["rule", "0", "when"]), "{ b = [1, 0x1F, +5], a = true }");
        assert_eq!(slice(&tree, &["rule", "0", "when", "b"]), "[1, 0x1F, +5]");
        assert_eq!(slice(&tree, &["rule", "0", "when", "b", "1"]), "0x1F");
        assert_eq!(slice(&tree, &["limits", "deep"]), "[limits.deep]");
        assert_eq!(key_slice(&tree, &["limits", "deep", "f"]), "f");
    }

    #[test]
    fn members_stand_in_document_order() {
        let tree = read("z = 1\na = 2\n[m]\nq = 1\nb = 2\n");
        let keys = |id| tree.members(id).iter().map(|member| tree.key(member)).collect::<Vec<_>>();
        assert_eq!(keys(tree.root()), ["z", "a", "m"]);
        assert_eq!(keys(tree.get(tree.root(), "m").expect("m")), ["q", "b"]);
    }

    #[test]
    fn all_errors_of_the_file_are_told() {
        let problems = parse(&file("a = \nb = 1\nb = 2\nc = [1,,2]\n"), Limits::default()).expect_err("errors");
        let lines: Vec<u32> = problems.iter().filter_map(|problem| Some(problem.position()?.line)).collect();
        assert_eq!(lines, [1, 3, 4], "{}", told(&problems));
        assert!(told(&problems).contains("t:3:1: duplicate key `b` @ \"b\"\n"), "{}", told(&problems));
    }

    #[test]
    fn deep_and_large_input_is_refused_without_a_crash() {
        for text in [
            format!("a = {}", "[".repeat(10_000)),
            format!("a = {}", "{b=".repeat(10_000)),
            format!("{}a = 1", "a.".repeat(10_000)),
            format!("[{}a]", "a.".repeat(10_000)),
        ] {
            assert!(parse(&file(&text), Limits::default()).is_err());
        }
        let limits = Limits { nodes: 3, ..Limits::default() };
        assert!(parse(&file("a = [1]"), limits).is_ok());
        assert!(parse(&file("a = [1, 2]"), limits).is_err());
        assert!(parse(&file("a = 99999999999999999999999999999999999999999"), Limits::default()).is_err());
    }

    proptest! {
        #![proptest_config(config())]

        #[test]
        fn never_panics(text in any::<String>()) {
            let _ = parse(&file(&text), Limits::default());
        }

        #[test]
        fn never_panics_on_almost_toml(text in "(\\[{1,2}|\\]{1,2}|[ab.\"']{1,3}|=|[0-9:TZ_.+xe-]{1,6}|\"\"\"|'''|[{},#]|\n|\r\n|é| ){0,20}") {
            if let Ok(tree) = parse(&file(&text), Limits::default()) {
                check_spans(&tree, false);
            }
        }
    }
}
