//! Documents that are a text of another document, such as the template in a stack set's `TemplateBody`.
//!
//! The tree of such a document stands in the file that holds it: every span is where the text is written, escapes and
//! indentation included, so that a finding in it points at the byte to change.

use std::sync::Arc;

use super::load::parse_text;
use super::{Diagnostic, Limits, NodeId, SourceFile, Span, Tree, json};

/// Parses `text`, JSON or YAML, which is what the node of `tree` amounts to. Where the node is not that text itself (a
/// function makes it), everything in it stands at the node.
///
/// # Errors
/// Everything that is wrong with it, at its place in the file of the node.
pub fn parse(tree: &Tree, node: NodeId, text: &str, limits: Limits) -> Result<Tree, Vec<Diagnostic>> {
    let Some(file) = tree.files().nth(tree.file_of(node)) else { return Err(Vec::new()) };
    let span = tree.span(node);
    let offsets = match tree.string(node) {
        Some(written) if written == text => Offsets::of(span.slice(file.text()), text),
        _ => None,
    };
    let place = |inner: Span| match &offsets {
        Some(offsets) => offsets.place(span, inner),
        None => span,
    };
    let inner = Arc::new(SourceFile::new(file.path(), text));
    let documents = parse_text(&inner, limits).map_err(|problems| {
        let moved = problems.into_iter().map(|problem| moved(problem, file, &place));
        moved.collect::<Vec<Diagnostic>>()
    })?;
    match documents.trees.into_iter().next() {
        Some(tree) => Ok(tree.moved(file, place)),
        None => Ok(Tree::new(Arc::clone(file))),
    }
}

/// Parses `text`, JSON that stands at `span` of `file`. Where what is written there is not that text (a function makes it, or a
/// style of YAML folds it), everything in it stands at the span.
///
/// # Errors
/// Everything that is wrong with it, at its place in the file.
pub fn parse_json(file: &Arc<SourceFile>, span: Span, text: &str, limits: Limits) -> Result<Tree, Vec<Diagnostic>> {
    let offsets = Offsets::of(file.text().get(span.start as usize..span.end as usize).unwrap_or_default(), text);
    let place = |inner: Span| match &offsets {
        Some(offsets) => offsets.place(span, inner),
        None => span,
    };
    let inner = Arc::new(SourceFile::new(file.path(), text));
    match json::parse(&inner, limits) {
        Ok(tree) => Ok(tree.moved(file, place)),
        Err(problems) => Err(problems.into_iter().map(|problem| moved(problem, file, &place)).collect()),
    }
}

fn moved(mut problem: Diagnostic, file: &Arc<SourceFile>, place: &impl Fn(Span) -> Span) -> Diagnostic {
    problem.file = Some(Arc::clone(file));
    problem.span = Some(place(problem.span.unwrap_or_default()));
    for note in &mut problem.notes {
        note.span = place(note.span);
    }
    problem
}

/// From bytes of a text to bytes of how it is written: sorted starts of runs that are the same in both.
struct Offsets {
    runs: Vec<(u32, u32)>,
}

impl Offsets {
    /// `None` for styles of YAML that fold lines.
    fn of(written: &str, text: &str) -> Option<Self> {
        Self::of_escaped(written, text).or_else(|| Self::of_block(written, text)).or_else(|| {
            let start = written.find(text)?;
            Some(Self { runs: vec![(0, u32::try_from(start).ok()?)] })
        })
    }

    /// A literal block, from its first line on: every line of the text is the end of a line as it is written.
    fn of_block(written: &str, text: &str) -> Option<Self> {
        let mut runs = Vec::new();
        let (mut outer, mut inner) = (0, 0);
        for line in text.split_inclusive('\n') {
            let rest = written.get(outer..)?;
            let whole = rest.split_inclusive('\n').next().unwrap_or(rest);
            let bare = line.trim_end_matches('\n');
            let indent = whole.trim_end_matches(['\n', '\r']).strip_suffix(bare)?.len();
            runs.push((u32::try_from(inner).ok()?, u32::try_from(outer + indent).ok()?));
            inner += line.len();
            outer += whole.len();
        }
        Some(Self { runs })
    }

    /// A text in double quotes on one line, as JSON has it and YAML may.
    fn of_escaped(written: &str, text: &str) -> Option<Self> {
        let mut runs = vec![(0, 1)];
        let bytes = written.strip_prefix('"').map(|_| written.as_bytes())?;
        let (mut outer, mut inner) = (1, 0);
        while inner < text.len() {
            let width = text.get(inner..)?.chars().next()?.len_utf8();
            let taken = match *bytes.get(outer)? {
                b'\n' => return None,
                b'\\' => match *bytes.get(outer + 1)? {
                    // Beyond the first plane JSON takes two escapes.
                    b'u' if width == 4 => 12,
                    b'u' => 6,
                    b'x' => 4,
                    b'U' => 10,
                    b'\n' | b'\r' => return None,
                    _ => 2,
                },
                _ if bytes.get(outer..outer + width) != text.as_bytes().get(inner..inner + width) => return None,
                _ => width,
            };
            inner += width;
            outer += taken;
            if taken != width {
                runs.push((u32::try_from(inner).ok()?, u32::try_from(outer).ok()?));
            }
        }
        (bytes.get(outer) == Some(&b'"')).then_some(Self { runs })
    }

    /// Where a part of a text is written that stands at `outer`.
    fn place(&self, outer: Span, inner: Span) -> Span {
        let (start, end) = (self.outer(inner.start), self.outer(inner.end));
        Span::new(outer.start + start, outer.start + end.max(start))
    }

    fn outer(&self, inner: u32) -> u32 {
        let after = self.runs.partition_point(|(start, _)| *start <= inner);
        match self.runs[..after].last() {
            Some((start, outer)) => outer + (inner - start),
            None => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::load::parse_text;

    fn outer(name: &str, text: &str) -> (Tree, NodeId) {
        let file = Arc::new(SourceFile::new(name, text));
        let tree = parse_text(&file, Limits::default()).expect("parses").trees.swap_remove(0);
        let node = tree.get(tree.root(), "Body").expect("a body");
        (tree, node)
    }

    /// What stands where the inner tree says that the value and the key of `B` stand.
    fn written(name: &str, text: &str) -> (String, String) {
        let (tree, node) = outer(name, text);
        let inner = parse(&tree, node, tree.string(node).expect("a text"), Limits::default()).expect("parses");
        let member = *inner.member(inner.get(inner.root(), "A").expect("A"), "B").expect("B");
        assert_eq!(inner.string(member.value), Some("x\ny"));
        let slice = |span: Span| span.slice(tree.file().text()).to_owned();
        (slice(member.key_span), slice(inner.span(member.value)))
    }

    #[test]
    fn a_document_in_a_block_stands_where_its_lines_stand() {
        let (key, value) = written("t.yaml", "Other: 1\nBody: |\n    A:\n\n      B: \"x\\ny\"\n");
        assert_eq!((key.as_str(), value.as_str()), ("B", "\"x\\ny\""));
        let (key, value) = written("t.yaml", "Body: |-\n  {\"A\": {\"B\":\n    \"x\\ny\"}}\nOther: 1\n");
        assert_eq!((key.as_str(), value.as_str()), ("\"B\"", "\"x\\ny\""));
    }

    #[test]
    fn a_document_in_quotes_stands_behind_the_escapes_before_it() {
        let (key, value) = written("t.json", r#"{"Body": "{\"\u00e9\ud83d\ude00\": 1,\n \"A\": {\"B\": \"x\\ny\"}}"}"#);
        assert_eq!((key.as_str(), value.as_str()), (r#"\"B\""#, r#"\"x\\ny\""#));
        let (key, value) = written("t.yaml", "Body: '{\"A\": {\"B\": \"x\\ny\"}}'");
        assert_eq!((key.as_str(), value.as_str()), ("\"B\"", "\"x\\ny\""));
    }

    #[test]
    fn of_a_folded_document_the_whole_text_is_the_place() {
        let (key, value) = written("t.yaml", "Body: >\n  {\"A\":\n  {\"B\": \"x\\ny\"}}\n");
        assert_eq!(key, value);
        assert!(key.starts_with("{\"A\":\n"), "{key}");
    }

    #[test]
    fn what_is_wrong_in_a_document_is_said_at_its_place() {
        let (tree, node) = outer("t.yaml", "Body: |\n  A: 1\n  A: [\n");
        let problems = parse(&tree, node, tree.string(node).expect("a text"), Limits::default()).unwrap_err();
        assert!(problems[0].to_string().starts_with("t.yaml:3:"), "{}", problems[0]);
    }
}
