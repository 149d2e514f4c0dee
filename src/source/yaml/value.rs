//! From the event of a scalar to its node.

use granit_parser::ScalarStyle;

use super::build::{Builder, Built, Done, Tagged};
use super::scalar::{self, Plain};
use super::tags::{self, Core, Tag};
use crate::source::tree::Text;
use crate::source::{Diagnostic, Kind, Level, Span};

impl Builder<'_> {
    /// Takes a scalar, as a key where one is due.
    pub(super) fn scalar(
        &mut self,
        value: &str,
        style: ScalarStyle,
        span: Span,
        anchor: usize,
        tag: Option<Tagged>,
    ) -> Built<()> {
        let (value, span) = match style {
            // The library says `~` for a value that is not there.
            ScalarStyle::Plain if span.start == span.end => ("", span),
            ScalarStyle::Literal | ScalarStyle::Folded => (value, self.block_span(span)),
            _ => (value, span),
        };
        if self.expects_key() {
            return self.key(value, style, span, anchor, tag);
        }
        self.end = span.end.max(self.end);
        let inner = match style {
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => Span::new(span.start + 1, span.end - 1),
            _ => span,
        };
        let function = tag.as_ref().and_then(|tagged| tagged.tag.key());
        if let Some((tags::GET_ATT, (resource, attribute))) = function.zip(value.split_once('.')) {
            return self.get_att(resource, attribute, inner, span, anchor, tag);
        }
        let kind = self.scalar_kind(value, style == ScalarStyle::Plain, inner, tag.as_ref());
        let id = self.tree.push(span, kind);
        self.complete(Done { id, place: span, size: 1, height: 0 }, anchor, tag)
    }

    fn scalar_kind(&mut self, value: &str, plain: bool, inner: Span, tag: Option<&Tagged>) -> Kind {
        let (wanted, resolved) = match tag.map(|tagged| &tagged.tag) {
            None if plain => {
                self.warn_of_zeros(value, inner);
                (None, scalar::resolve(value))
            }
            None | Some(Tag::Function(_) | Tag::Unknown(_) | Tag::Core(Core::Str | Core::Merge)) => {
                (None, Plain::String)
            }
            Some(Tag::Core(Core::Map | Core::Seq)) => (Some("a list or map"), Plain::String),
            Some(Tag::Core(Core::Int)) => {
                (Some("a whole number"), scalar::integer(value).map_or(Plain::String, Plain::Number))
            }
            Some(Tag::Core(core)) => match (core, scalar::resolve(value)) {
                (Core::Float, number @ Plain::Number(_)) => (None, number),
                (Core::Bool, bool @ Plain::Bool(_)) => (None, bool),
                (Core::Null, null @ Plain::Null) => (None, null),
                (Core::Float, _) => (Some("a number"), Plain::String),
                (Core::Bool, _) => (Some("a boolean"), Plain::String),
                _ => (Some("null"), Plain::String),
            },
        };
        if let (Some(wanted), Plain::String, Some(tagged)) = (wanted, &resolved, tag) {
            let message = format!("`{}` wants {wanted}, which this is not", tagged.span.slice(self.text));
            self.problem(tagged.span.cover(inner), message);
        }
        match resolved {
            Plain::Null => Kind::Null,
            Plain::Bool(value) => Kind::Bool(value),
            Plain::Number(number) => Kind::Number(self.text_of(&number, inner)),
            Plain::String => Kind::String(self.text_of(value, inner)),
        }
    }

    /// `A.B.C` under `!GetAtt` is the list of `A` and `B.C`.
    fn get_att(
        &mut self,
        resource: &str,
        attribute: &str,
        inner: Span,
        span: Span,
        anchor: usize,
        tag: Option<Tagged>,
    ) -> Built<()> {
        let verbatim = (inner.end - inner.start) as usize == resource.len() + 1 + attribute.len();
        let (first, second) = match inner.start + resource.len() as u32 {
            dot if verbatim => (Span::new(inner.start, dot), Span::new(dot + 1, inner.end)),
            _ => (span, span),
        };
        let parts = [(resource, first), (attribute, second)].map(|(part, span)| {
            let text = self.text_of(part, span);
            self.tree.push(span, Kind::String(text))
        });
        let id = self.tree.push_list(span, &parts);
        self.complete(Done { id, place: span, size: 3, height: 1 }, anchor, tag)
    }

    fn warn_of_zeros(&mut self, value: &str, span: Span) {
        // Octal numbers are meant as such in file modes, but not when they have the length of an account id.
        let octal = value.starts_with('0') && value.bytes().all(|byte| matches!(byte, b'0'..=b'7'));
        if !octal || value.len() != 12 {
            return;
        }
        let message = "unquoted number with a leading zero is read as octal";
        let warning = Diagnostic::at(Level::Warning, self.file, span, message);
        self.warnings.push(warning.with_help(format!("put `{value}` in quotes to keep every digit")));
    }

    /// The text, borrowed from the file when it stands there as it is.
    pub(super) fn text_of(&mut self, text: &str, place: Span) -> Text {
        match place.slice(self.text) == text {
            true => self.tree.borrowed(place),
            false => self.tree.owned(text),
        }
    }

    /// The span of a literal or folded block without the blank lines after its content.
    fn block_span(&self, span: Span) -> Span {
        let mut content = span.slice(self.text);
        while let Some((head, tail)) = content.rsplit_once('\n') {
            if !tail.trim().is_empty() {
                break;
            }
            content = head.strip_suffix('\r').unwrap_or(head);
        }
        match content.trim().is_empty() {
            // The library puts it at the next token, which belongs to something else.
            true => Span::new(self.end, self.end),
            false => Span::new(span.start, span.start + content.len() as u32),
        }
    }
}
