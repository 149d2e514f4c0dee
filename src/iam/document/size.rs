//! How long a document is, as the quotas of AWS count it.

use super::read::Reader;
use crate::value::{Kind, OPAQUE, ValueId};

/// The length of a document written as JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Size {
    /// Characters, without white space outside texts.
    pub characters: usize,
    /// How many of them are white space, which IAM does not count.
    pub blanks: usize,
    /// Whether the document is longer by parts of which nobody knows the length.
    pub is_least: bool,
}

impl Size {
    /// What IAM counts: white space is free ("Grammar of the IAM JSON policy language").
    #[must_use]
    pub const fn without_blanks(self) -> usize {
        self.characters - self.blanks
    }

    fn syntax(&mut self, characters: usize) {
        self.characters += characters;
    }

    /// A text with its quotes.
    fn text(&mut self, text: &str) {
        self.syntax(2);
        for (index, part) in text.split(OPAQUE).enumerate() {
            if index % 2 == 1 {
                // A token: what stands there has some length.
                self.is_least = true;
                continue;
            }
            for c in part.chars() {
                self.blanks += usize::from(c.is_whitespace() && !matches!(c, '\n' | '\r' | '\t'));
                self.characters += match c {
                    '"' | '\\' | '\n' | '\r' | '\t' | '\u{8}' | '\u{c}' => 2,
                    c if c < ' ' => 6,
                    _ => 1,
                };
            }
        }
    }
}

impl Reader<'_> {
    /// How long the document at `id` is.
    #[must_use]
    pub fn size(&self, id: ValueId) -> Size {
        let mut size = Size::default();
        match self.view.deep(id).1 {
            // A document that is a text is stored as it is.
            Kind::Text(_) | Kind::Concat(_) => {
                let text = self.view.symbolic(id).unwrap_or_default();
                let (mut quoted, mut escaped) = (false, false);
                for (index, part) in text.split(OPAQUE).enumerate() {
                    size.is_least |= index % 2 == 1;
                    for c in part.chars().filter(|_| index % 2 == 0) {
                        (quoted, escaped) = (quoted ^ (c == '"' && !escaped), c == '\\' && !escaped);
                        let blank = c.is_whitespace();
                        size.characters += usize::from(quoted || !blank);
                        size.blanks += usize::from(quoted && blank);
                    }
                }
            }
            _ => self.add_size(id, &mut size),
        }
        size
    }

    fn add_size(&self, id: ValueId, size: &mut Size) {
        match self.view.deep(id).1 {
            Kind::Map(range) => {
                let entries = self.view.values.entries(range);
                size.syntax(2 + entries.len().saturating_sub(1));
                for entry in entries {
                    size.text(self.names.text(entry.key));
                    size.syntax(1);
                    self.add_size(entry.value, size);
                }
            }
            Kind::List(range) => {
                let items = self.view.values.items(range);
                size.syntax(2 + items.len().saturating_sub(1));
                for item in items {
                    self.add_size(*item, size);
                }
            }
            Kind::Absent => size.syntax(4),
            Kind::Bool(truth) => size.syntax(if truth { 4 } else { 5 }),
            Kind::Number(text) => size.syntax(self.view.values.str(text).len()),
            Kind::If { .. } | Kind::Choice { .. } => size.is_least = true,
            _ => match self.view.symbolic(id) {
                Some(text) => size.text(&text),
                None => size.is_least = true,
            },
        }
    }
}
