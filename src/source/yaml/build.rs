//! From the events of one document to its tree.

use std::borrow::Cow;
use std::sync::Arc;

use granit_parser::{Event, ScalarStyle};
use rustc_hash::{FxHashMap, FxHashSet};

use super::tags::{self, Core, Tag};
use crate::source::duplicates::Duplicates;
use crate::source::limits::Collected;
use crate::source::{Diagnostic, Kind, Level, Limits, Member, NodeId, SourceFile, Span, Symbol, Tree};

pub(super) type Built<T> = Result<T, Box<Diagnostic>>;

/// A node that is complete, where it stands (for an alias, the alias), and what it amounts to with every alias in it
/// expanded.
#[derive(Clone, Copy)]
pub(super) struct Done {
    pub(super) id: NodeId,
    pub(super) place: Span,
    pub(super) size: usize,
    pub(super) height: u32,
}

pub(super) struct Tagged {
    pub(super) tag: Tag,
    pub(super) span: Span,
}

struct Key {
    symbol: Symbol,
    span: Span,
    merge: bool,
}

/// A list or map that is open.
struct Frame {
    is_map: bool,
    tag: Option<Tagged>,
    anchor: usize,
    /// From its first byte to the end of its last child so far.
    span: Span,
    /// Levels from the root down to this one, that of its tag included.
    depth: u32,
    size: usize,
    height: u32,
    /// Where its own items or members start in those of all open lists or maps.
    base: usize,
    /// Of a map: the key whose value comes next.
    key: Option<Key>,
    /// Of a map: the values of its `<<`.
    merges: Vec<Done>,
}

/// Builds one tree after the other.
pub(super) struct Builder<'a> {
    pub(super) file: &'a Arc<SourceFile>,
    pub(super) text: &'a str,
    limits: Limits,
    pub(super) tree: Tree,
    open: Vec<Frame>,
    items: Vec<NodeId>,
    members: Vec<Member>,
    anchors: FxHashMap<usize, Done>,
    /// Where the anchors are written.
    anchor_spans: FxHashMap<usize, Span>,
    duplicates: Duplicates,
    /// Nodes of all documents so far, aliases expanded.
    size: usize,
    /// End of the last token.
    pub(super) end: u32,
    pub(super) problems: Collected,
    pub(super) warnings: Collected,
}

impl<'a> Builder<'a> {
    /// Over the whole stream; the documents come one by one.
    pub(super) fn new(file: &'a Arc<SourceFile>, limits: Limits) -> Self {
        Self {
            file,
            text: file.text(),
            limits,
            tree: Tree::new(Arc::clone(file)),
            open: Vec::new(),
            items: Vec::new(),
            members: Vec::new(),
            anchors: FxHashMap::default(),
            anchor_spans: FxHashMap::default(),
            duplicates: Duplicates::default(),
            size: 0,
            end: 0,
            problems: Collected::new(Level::Error),
            warnings: Collected::new(Level::Warning),
        }
    }

    /// Hands out the tree of the document that has ended, and starts the next.
    pub(super) fn end_document(&mut self) -> Tree {
        self.anchors.clear();
        self.anchor_spans.clear();
        self.duplicates = Duplicates::default();
        std::mem::replace(&mut self.tree, Tree::new(Arc::clone(self.file)))
    }

    /// Takes the next event.
    ///
    /// # Errors
    /// Only when reading further would make no sense; lesser problems are kept for the end.
    pub(super) fn event(&mut self, event: Event<'_>, at: granit_parser::Span) -> Built<()> {
        let span = byte_span(at);
        match event {
            Event::Scalar(value, style, anchor, tag) => {
                let tag = self.tagged(tag, at);
                self.scalar(&value, style, span, anchor, tag)
            }
            Event::SequenceStart(_, anchor, tag) => {
                let tag = self.tagged(tag, at);
                self.open(false, span, anchor, tag)
            }
            Event::MappingStart(_, anchor, tag) => {
                let tag = self.tagged(tag, at);
                self.open(true, span, anchor, tag)
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(span),
            Event::Alias(anchor) => self.alias(anchor, span),
            Event::UnresolvedAlias(name) => {
                self.problem(span, format!("alias `*{name}` has no anchor `&{name}` before it"));
                self.stand_in(span)
            }
            Event::Anchor(anchor, _) => {
                self.anchor_spans.insert(anchor, span);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn tagged(&mut self, tag: Option<Cow<'_, granit_parser::Tag>>, at: granit_parser::Span) -> Option<Tagged> {
        let tag = tag?;
        let span = at.tag_span().map_or(byte_span(at), byte_span);
        let tag = Tag::of(&tag, span.slice(self.text));
        if let Tag::Unknown(key) = &tag {
            let warning = Diagnostic::at(Level::Warning, self.file, span, format!("unknown tag `{key}`"));
            self.warnings.push(match tags::similar(key) {
                Some(name) => warning.with_help(format!("did you mean `!{name}`")),
                None => warning,
            });
        }
        self.end = span.end;
        Some(Tagged { tag, span })
    }

    // Keys and aliases.

    pub(super) fn expects_key(&self) -> bool {
        self.open.last().is_some_and(|frame| frame.is_map && frame.key.is_none())
    }

    pub(super) fn key(
        &mut self,
        value: &str,
        style: ScalarStyle,
        span: Span,
        anchor: usize,
        tag: Option<Tagged>,
    ) -> Built<()> {
        let merge = match tag.as_ref().map(|tagged| &tagged.tag) {
            None => style == ScalarStyle::Plain && value == "<<",
            Some(tag) => *tag == Tag::Core(Core::Merge),
        };
        if let Some(tagged) = tag.filter(|tagged| tagged.tag.key().is_some()) {
            let message = format!("a key cannot have the tag `{}`", tagged.span.slice(self.text));
            self.problem(tagged.span, message);
        }
        if anchor != 0 {
            let text = self.text_of(value, span);
            let id = self.tree.push(span, Kind::String(text));
            self.anchors.insert(anchor, Done { id, place: span, size: 1, height: 0 });
        }
        self.set_key(value, span, merge);
        Ok(())
    }

    fn set_key(&mut self, text: &str, span: Span, merge: bool) {
        let symbol = self.tree.keys.intern(text);
        self.end = span.end;
        if let Some(frame) = self.open.last_mut() {
            frame.span.end = frame.span.end.max(span.end);
            frame.key = Some(Key { symbol, span, merge });
        }
    }

    fn alias(&mut self, anchor: usize, span: Span) -> Built<()> {
        let Some(target) = self.anchors.get(&anchor).copied() else {
            let message = format!("alias `{}` stands inside of what it refers to", span.slice(self.text));
            let mut problem = Diagnostic::at(Level::Error, self.file, span, message);
            if let Some(anchor) = self.anchor_spans.get(&anchor) {
                problem = problem.with_note(*anchor, "the anchor");
            }
            self.problems.push(problem);
            return self.stand_in(span);
        };
        if self.expects_key() {
            let Some(text) = self.tree.scalar(target.id).map(str::to_owned) else {
                return Err(self.not_a_key(span));
            };
            self.set_key(&text, span, false);
            return Ok(());
        }
        self.complete(Done { place: span, ..target }, 0, None)
    }

    /// Stands in for an alias that cannot be followed, so that reading goes on.
    fn stand_in(&mut self, span: Span) -> Built<()> {
        if self.expects_key() {
            self.set_key(span.slice(self.text), span, false);
            return Ok(());
        }
        let id = self.tree.push(span, Kind::Null);
        self.complete(Done { id, place: span, size: 1, height: 0 }, 0, None)
    }

    // Lists and maps.

    fn open(&mut self, is_map: bool, span: Span, anchor: usize, tag: Option<Tagged>) -> Built<()> {
        if self.expects_key() {
            return Err(self.not_a_key(span));
        }
        if let Some(Tagged { tag: Tag::Core(core), span }) = &tag
            && !matches!((core, is_map), (Core::Map, true) | (Core::Seq, false))
            // `!` alone asks for nothing on a list or map.
            && span.slice(self.text) != "!"
        {
            let message = format!("`{}` stands before a {}", span.slice(self.text), name(is_map));
            self.problem(*span, message);
        }
        let levels = 1 + u32::from(tag.as_ref().is_some_and(|tagged| tagged.tag.key().is_some()));
        let depth = self.depth() + levels;
        if depth > self.limits.depth {
            return Err(self.limits.too_deep(self.file, span).into());
        }
        self.end = span.end;
        self.open.push(Frame {
            is_map,
            tag,
            anchor,
            span,
            depth,
            size: 1,
            height: 1,
            base: if is_map { self.members.len() } else { self.items.len() },
            key: None,
            merges: Vec::new(),
        });
        Ok(())
    }

    /// Closes the innermost list or map; `bracket` is empty when it has none.
    fn close(&mut self, bracket: Span) -> Built<()> {
        let Some(frame) = self.open.pop() else { return Ok(()) };
        let mut place = frame.span;
        if bracket.start < bracket.end {
            place.end = bracket.end;
        }
        self.end = place.end;
        let id = match frame.is_map {
            false => {
                let list = self.tree.push_list(place, &self.items[frame.base..]);
                self.items.truncate(frame.base);
                list
            }
            true => {
                let members = &self.members[frame.base..];
                self.duplicates.check(self.file, &self.tree, members, &mut self.problems);
                self.merge(&frame);
                let map = self.tree.push_map(place, &self.members[frame.base..]);
                self.members.truncate(frame.base);
                map
            }
        };
        // The nodes inside are counted already.
        self.size -= frame.size - 1;
        self.complete(Done { id, place, size: frame.size, height: frame.height }, frame.anchor, frame.tag)
    }

    /// Adds what `<<` brings to the members of the innermost map: keys of its own win, then those of the earlier map.
    fn merge(&mut self, frame: &Frame) {
        if frame.merges.is_empty() {
            return;
        }
        let mut present: FxHashSet<Symbol> = self.members[frame.base..].iter().map(|member| member.key).collect();
        for merge in &frame.merges {
            let one = [merge.id];
            let sources = match self.tree.kind(merge.id) {
                Kind::List { .. } => self.tree.items(merge.id),
                _ => &one,
            };
            let maps = sources.iter().all(|source| matches!(self.tree.kind(*source), Kind::Map { .. }));
            for member in sources.iter().flat_map(|source| self.tree.members(*source)) {
                if present.insert(member.key) {
                    self.members.push(*member);
                }
            }
            // An alias that could not be followed is a problem already.
            if !maps && !merge.place.slice(self.text).starts_with('*') {
                self.problem(merge.place, "`<<` takes a map or a list of maps");
            }
        }
    }

    /// Puts a node under its tag, remembers it for its anchor, and hands it to the list or map it stands in.
    pub(super) fn complete(&mut self, mut done: Done, anchor: usize, tag: Option<Tagged>) -> Built<()> {
        if let Some(Tagged { tag, span }) = tag
            && let Some(key) = tag.key()
        {
            let key = self.tree.keys.intern(key);
            done.place = done.place.cover(span);
            done.id = self.tree.push_map(done.place, &[Member { key, key_span: span, value: done.id }]);
            done.size += 1;
            done.height += 1;
        }
        if self.depth() + done.height > self.limits.depth {
            return Err(self.limits.too_deep(self.file, done.place).into());
        }
        self.size += done.size;
        if self.size > self.limits.nodes {
            return Err(self.limits.too_many(self.file, done.place).into());
        }
        if anchor != 0 {
            self.anchors.insert(anchor, done);
        }
        self.end = self.end.max(done.place.end);
        let Some(frame) = self.open.last_mut() else {
            self.tree.set_root(done.id);
            return Ok(());
        };
        frame.span.end = frame.span.end.max(done.place.end);
        frame.size += done.size;
        frame.height = frame.height.max(done.height + 1);
        match frame.key.take() {
            None => self.items.push(done.id),
            Some(key) if key.merge => frame.merges.push(done),
            Some(key) => self.members.push(Member { key: key.symbol, key_span: key.span, value: done.id }),
        }
        Ok(())
    }

    fn depth(&self) -> u32 {
        self.open.last().map_or(0, |frame| frame.depth)
    }

    pub(super) fn problem(&mut self, span: Span, message: impl Into<String>) {
        self.problems.push(Diagnostic::at(Level::Error, self.file, span, message));
    }

    fn not_a_key(&self, span: Span) -> Box<Diagnostic> {
        let problem = Diagnostic::at(Level::Error, self.file, span, "a key is neither a list nor a map");
        match span.slice(self.text) {
            "{" => problem.with_help("put the value in quotes if `{{` belongs to a template language"),
            _ => problem,
        }
        .into()
    }
}

fn name(is_map: bool) -> &'static str {
    if is_map { "map" } else { "list" }
}

pub(super) fn byte_span(span: granit_parser::Span) -> Span {
    let range = span.byte_range().unwrap_or_default();
    Span::new(range.start as u32, range.end.max(range.start) as u32)
}
