//! Texts: `Fn::Sub`, `Fn::Join`, `Fn::Split`, `Fn::Base64`, and dynamic references.

use rustc_hash::FxHashMap;

use crate::source::NodeId;
use crate::template::resolver::Resolver;
use crate::value::{Cause, Kind, Place, ValueId};

const DYNAMIC: &str = "{{resolve:";

/// Bytes of a text that functions make: as much as a whole template may have. It bounds what doubling a text again and
/// again comes to.
const LENGTH: usize = 1 << 20;
/// Bytes that a part counts which is no text.
const PART: usize = 32;

/// A text under construction: known text and values that are not.
#[derive(Default)]
pub(super) struct Parts {
    parts: Vec<Part>,
    /// Bytes; past [`LENGTH`] nothing is added any more.
    length: usize,
}

enum Part {
    Text(String),
    Value(ValueId),
}

impl Parts {
    /// Makes room for a part, unless the text gets too long.
    fn grows(&mut self, by: usize) -> bool {
        self.length = self.length.saturating_add(by);
        self.length <= LENGTH
    }

    pub(super) fn text(&mut self, text: &str) {
        if !self.grows(text.len()) {
            return;
        }
        match self.parts.last_mut() {
            Some(Part::Text(last)) => last.push_str(text),
            _ => self.parts.push(Part::Text(text.to_owned())),
        }
    }

    pub(super) fn value(&mut self, resolver: &Resolver<'_>, id: ValueId) {
        let values = &resolver.inventory.values;
        match values.kind(id) {
            _ if self.length > LENGTH => {}
            Kind::Concat(range) => {
                for part in values.items(range) {
                    self.value(resolver, *part);
                }
            }
            Kind::Absent => {}
            _ => match resolver.constant_text(id) {
                Some(text) => self.text(text),
                None if self.grows(PART) => self.parts.push(Part::Value(id)),
                None => {}
            },
        }
    }

    /// Replaces every `{{resolve:...}}`, also one that only the whole text shows, by an unknown.
    fn without_dynamic_references(self, resolver: &mut Resolver<'_>, place: Place) -> Self {
        let closes = |part: &Part| matches!(part, Part::Text(text) if text.contains("}}"));
        let last_close = self.parts.iter().rposition(closes);
        let mut clean = Self::default();
        let mut inside = false;
        for (index, part) in self.parts.into_iter().enumerate() {
            let Part::Text(text) = part else {
                if !inside {
                    clean.parts.push(part);
                }
                continue;
            };
            let mut rest = text.as_str();
            while !rest.is_empty() {
                if inside {
                    let end = rest.find("}}").map(|end| end + 2);
                    inside = end.is_none();
                    rest = &rest[end.unwrap_or(rest.len())..];
                    continue;
                }
                // What is never closed is text; it may be the beginning of a longer text.
                let closed = |start: &usize| last_close > Some(index) || rest[*start..].contains("}}");
                let Some(start) = rest.find(DYNAMIC).filter(closed) else {
                    clean.text(rest);
                    break;
                };
                if start > 0 {
                    clean.text(&rest[..start]);
                }
                rest = &rest[start + DYNAMIC.len()..];
                let service = rest.split_once(':').map_or("", |(service, _)| service);
                let cause = Cause::DynamicReference { service: service.into() };
                clean.parts.push(Part::Value(resolver.unknown(cause, place)));
                inside = true;
            }
        }
        clean
    }

    pub(super) fn finish(self, resolver: &mut Resolver<'_>, place: Place) -> ValueId {
        if self.length > LENGTH {
            return resolver.unknown(Cause::Limit, place);
        }
        let has_dynamic = self.parts.iter().any(|part| matches!(part, Part::Text(text) if text.contains(DYNAMIC)));
        let this = if has_dynamic { self.without_dynamic_references(resolver, place) } else { self };
        match this.parts.as_slice() {
            [] => resolver.inventory.values.push_text("", place),
            [Part::Text(text)] => resolver.inventory.values.push_text(text, place),
            [Part::Value(id)] => resolver.at(*id, place),
            parts => {
                let ids: Vec<ValueId> = parts
                    .iter()
                    .map(|part| match part {
                        Part::Text(text) => resolver.inventory.values.push_text(text, place),
                        Part::Value(id) => *id,
                    })
                    .collect();
                let range = resolver.inventory.values.store_items(&ids);
                resolver.inventory.values.push(Kind::Concat(range), place)
            }
        }
    }
}

/// The pieces of a `Fn::Sub` text: literal text, and the names between `${` and `}`.
enum Piece<'a> {
    Text(&'a str),
    Name(&'a str),
}

fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find("${") {
        let Some(length) = rest[start + 2..].find('}') else { break };
        let name = &rest[start + 2..start + 2 + length];
        let end = start + 2 + length + 1;
        if let Some(literal) = name.strip_prefix('!') {
            // `${!Literal}` stands for `${Literal}`.
            pieces.push(Piece::Text(&rest[..start + 2]));
            let from = start + 3;
            pieces.push(Piece::Text(&rest[from..from + literal.len() + 1]));
        } else {
            if start > 0 {
                pieces.push(Piece::Text(&rest[..start]));
            }
            pieces.push(Piece::Name(name.trim()));
        }
        rest = &rest[end..];
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest));
    }
    pieces
}

/// The names that a `Fn::Sub` text refers to.
pub(in crate::template) fn sub_names(text: &str) -> Vec<&str> {
    pieces(text)
        .into_iter()
        .filter_map(|piece| match piece {
            Piece::Name(name) => Some(name),
            Piece::Text(_) => None,
        })
        .collect()
}

impl<'u> Resolver<'u> {
    /// A text as it is written; dynamic references in it are unknown.
    pub(in crate::template) fn literal(&mut self, text: &str, place: Place) -> ValueId {
        // One that is not closed here may be a part of a `Fn::Join` that closes it.
        let closed = text.find(DYNAMIC).is_some_and(|start| text[start..].contains("}}"));
        if !closed {
            return self.inventory.values.push_text(text, place);
        }
        let mut parts = Parts::default();
        parts.text(text);
        parts.finish(self, place)
    }

    pub(super) fn fn_sub(&mut self, stack: usize, node: NodeId, place: Place) -> ValueId {
        let tree = self.stacks[stack].tree;
        let (text, variables) = match (tree.string(node), tree.items(node)) {
            (Some(text), _) => (text, None),
            (None, [text, variables]) => match tree.string(*text) {
                Some(text) => (text, Some(*variables)),
                None => return self.invalid(place, "the first argument of `Fn::Sub` is a text"),
            },
            _ => return self.invalid(place, "`Fn::Sub` takes a text, or a text and a map"),
        };
        let mut parts = Parts::default();
        // Each is worked out once, however often the text names it: one inside the other, that would double at each level.
        let mut known: FxHashMap<&str, ValueId> = FxHashMap::default();
        for piece in pieces(text) {
            match piece {
                Piece::Text(text) => parts.text(text),
                Piece::Name(name) => {
                    let own = variables.and_then(|variables| tree.get(variables, name));
                    let value = match (own, name.split_once('.')) {
                        (Some(node), _) => match known.get(name) {
                            Some(value) => *value,
                            None => *known.entry(name).insert_entry(self.value(stack, node)).get(),
                        },
                        (None, Some((resource, attribute))) => self.attribute(stack, resource, attribute, place),
                        (None, None) => self.reference(stack, name, place),
                    };
                    parts.value(self, value);
                }
            }
        }
        parts.finish(self, place)
    }

    pub(super) fn fn_join(&mut self, stack: usize, node: NodeId, place: Place) -> ValueId {
        let Some([delimiter, list]) =
            self.arguments(stack, node, place, "Fn::Join", 2).map(|items| [items[0], items[1]])
        else {
            return self.unknown(Cause::Invalid, place);
        };
        let Some(delimiter) = self.stacks[stack].tree.scalar(delimiter) else {
            return self.invalid(place, "the first argument of `Fn::Join` is a text");
        };
        let list = self.value(stack, list);
        self.each_case(list, place, &mut |resolver, list| resolver.join(delimiter, list, place))
    }

    fn join(&mut self, delimiter: &str, list: ValueId, place: Place) -> ValueId {
        let Kind::List(range) = self.inventory.values.kind(list) else { return self.pass_unknown(list, place) };
        let items = self.inventory.values.items(range).to_vec();
        // An element that is there only in some worlds takes its delimiter with it.
        let Some(anchor) = items.iter().position(|item| !self.may_be_absent(*item)) else {
            return match items.split_first() {
                None => self.inventory.values.push_text("", place),
                Some((first, rest)) => self.each_case(*first, place, &mut |resolver, first| {
                    let absent = resolver.is_absent(first);
                    let items: Vec<ValueId> =
                        (!absent).then_some(first).into_iter().chain(rest.iter().copied()).collect();
                    let list = resolver.inventory.values.push_list(&items, place);
                    resolver.join(delimiter, list, place)
                }),
            };
        };
        let glue = self.inventory.values.push_text(delimiter, place);
        let mut parts = Parts::default();
        for (index, item) in items.into_iter().enumerate() {
            let optional = self.may_be_absent(item);
            if index > anchor && !optional {
                parts.text(delimiter);
            }
            let value = match optional {
                false => item,
                true => self.each_case(item, place, &mut |resolver, chosen| match resolver.is_absent(chosen) {
                    true => ValueId::ABSENT,
                    false if index < anchor => resolver.concat(&[chosen, glue], place),
                    false => resolver.concat(&[glue, chosen], place),
                }),
            };
            parts.value(self, value);
        }
        parts.finish(self, place)
    }

    /// The text that these values make one after the other.
    pub(in crate::template) fn concat(&mut self, values: &[ValueId], place: Place) -> ValueId {
        let mut parts = Parts::default();
        for value in values {
            parts.value(self, *value);
        }
        parts.finish(self, place)
    }

    /// Whether some case of the value is nothing.
    pub(in crate::template) fn may_be_absent(&self, id: ValueId) -> bool {
        match self.inventory.values.kind(id) {
            Kind::If { then, otherwise, .. } => {
                [then, otherwise].iter().any(|arm| self.is_absent(*arm) || self.may_be_absent(*arm))
            }
            _ => false,
        }
    }

    pub(super) fn fn_split(&mut self, stack: usize, node: NodeId, place: Place) -> ValueId {
        let Some(items) = self.arguments(stack, node, place, "Fn::Split", 2) else {
            return self.unknown(Cause::Invalid, place);
        };
        let Some(delimiter) = self.stacks[stack].tree.scalar(items[0]) else {
            return self.invalid(place, "the first argument of `Fn::Split` is a text");
        };
        let text = self.value(stack, items[1]);
        self.split_text(text, delimiter, false, place)
    }

    /// The list that a text is split into. Names and ids that only deployment shows hold no comma; anything else that is
    /// not known may be split in any way.
    pub(in crate::template) fn split_text(
        &mut self,
        text: ValueId,
        delimiter: &str,
        trim: bool,
        place: Place,
    ) -> ValueId {
        self.each_case(text, place, &mut |resolver, text| {
            let values = &resolver.inventory.values;
            let parts = match values.kind(text) {
                Kind::Concat(range) => values.items(range).to_vec(),
                _ => vec![text],
            };
            let atomic = |part: &ValueId| {
                resolver.constant_text(*part).is_some()
                    || delimiter == "," && matches!(values.kind(*part), Kind::Reference { .. })
            };
            if !parts.iter().all(atomic) {
                return resolver.pass_unknown(text, place);
            }
            let mut items: Vec<ValueId> = Vec::new();
            let mut open = Parts::default();
            for part in parts {
                let Some(known) = resolver.constant_text(part).map(str::to_owned) else {
                    open.value(resolver, part);
                    continue;
                };
                let mut pieces: Vec<&str> =
                    if delimiter.is_empty() { vec![known.as_str()] } else { known.split(delimiter).collect() };
                let last = pieces.pop().unwrap_or_default();
                for piece in pieces {
                    open.text(if trim { piece.trim() } else { piece });
                    items.push(std::mem::take(&mut open).finish(resolver, place));
                }
                let last = if trim { last.trim() } else { last };
                if !last.is_empty() {
                    open.text(last);
                }
            }
            items.push(open.finish(resolver, place));
            resolver.inventory.values.push_list(&items, place)
        })
    }

    pub(super) fn fn_base64(&mut self, stack: usize, node: NodeId, place: Place) -> ValueId {
        let text = self.value(stack, node);
        self.inventory.values.push(Kind::Base64(text), place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sub_keeps_escaped_names_and_an_unclosed_brace_as_text() {
        let text: String = pieces("keep ${!Literal} ${Env} ${open")
            .iter()
            .map(|piece| match piece {
                Piece::Text(text) => (*text).to_owned(),
                Piece::Name(name) => format!("<{name}>"),
            })
            .collect();
        assert_eq!(text, "keep ${Literal} <Env> ${open");
    }
}
