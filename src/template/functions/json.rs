//! `Fn::ToJsonString`: a value as JSON text, in which what is not known stays in its place.
//!
//! Source: "Fn::ToJsonString" in the CloudFormation template reference. Members keep their order, and there are no blanks.

use super::text::Parts;
use crate::source::NodeId;
use crate::template::resolver::Resolver;
use crate::value::{Cause, Kind, Place, ValueId};

impl<'u> Resolver<'u> {
    pub(super) fn fn_to_json_string(&mut self, stack: usize, node: NodeId, place: Place) -> ValueId {
        if !self.extended(stack, "`Fn::ToJsonString`", place) {
            return self.unknown(Cause::Invalid, place);
        }
        let value = self.value(stack, node);
        self.each_case(value, place, &mut |resolver, value| match resolver.inventory.values.kind(value) {
            Kind::List(_) | Kind::Map(_) => resolver.json(value, place),
            _ => resolver.pass_unknown(value, place),
        })
    }

    /// The JSON text of a value.
    fn json(&mut self, id: ValueId, place: Place) -> ValueId {
        let text = |resolver: &mut Self, text: &str| resolver.inventory.values.push_text(text, place);
        match self.inventory.values.kind(id) {
            Kind::Absent => text(self, "null"),
            Kind::Bool(truth) => text(self, if truth { "true" } else { "false" }),
            Kind::Number(number) => {
                let number = self.inventory.values.str(number).to_owned();
                text(self, &number)
            }
            Kind::If { .. } | Kind::Choice { .. } => {
                self.each_case(id, place, &mut |resolver, chosen| resolver.json(chosen, place))
            }
            Kind::List(range) => {
                let items = self.inventory.values.items(range).to_vec();
                let items = items.into_iter().map(|item| (None, item)).collect();
                self.json_container(items, ['[', ']'], place)
            }
            Kind::Map(range) => {
                let entries = self.inventory.values.entries(range).to_vec();
                let key = |key| self.inventory.names.text(key).to_owned();
                let items = entries.into_iter().map(|entry| (Some(key(entry.key)), entry.value)).collect();
                self.json_container(items, ['{', '}'], place)
            }
            _ => {
                let mut parts = Parts::default();
                parts.text("\"");
                for part in self.parts_of(id) {
                    match self.constant_text(part).map(str::to_owned) {
                        Some(text) => parts.text(&escaped(&text)),
                        None => parts.value(self, part),
                    }
                }
                parts.text("\"");
                parts.finish(self, place)
            }
        }
    }

    fn parts_of(&self, id: ValueId) -> Vec<ValueId> {
        match self.inventory.values.kind(id) {
            Kind::Concat(range) => self.inventory.values.items(range).to_vec(),
            _ => vec![id],
        }
    }

    /// A list or map; what is there only in some cases takes its comma with it.
    fn json_container(&mut self, items: Vec<(Option<String>, ValueId)>, around: [char; 2], place: Place) -> ValueId {
        if let Some(position) = items.iter().position(|(_, item)| self.may_be_absent(*item)) {
            return self.each_case(items[position].1, place, &mut |resolver, chosen| {
                let mut items = items.clone();
                match resolver.is_absent(chosen) {
                    true => drop(items.remove(position)),
                    false => items[position].1 = chosen,
                }
                resolver.json_container(items, around, place)
            });
        }
        let mut parts = Parts::default();
        parts.text(around[0].encode_utf8(&mut [0; 4]));
        for (index, (key, item)) in items.into_iter().enumerate() {
            if index > 0 {
                parts.text(",");
            }
            if let Some(key) = key {
                parts.text(&format!("\"{}\":", escaped(&key)));
            }
            let item = self.deeper(|resolver| resolver.json(item, place));
            let item = item.unwrap_or_else(|| self.unknown(Cause::Limit, place));
            parts.value(self, item);
        }
        parts.text(around[1].encode_utf8(&mut [0; 4]));
        parts.finish(self, place)
    }
}

/// The text as it stands between the quotes of JSON.
fn escaped(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}
