//! The definition of a state machine as the one text that the service takes.

use std::fmt::Write;

use crate::source::{Kind, NodeId, Tree};

/// Bytes that the definitions of a template may have together as texts: well above the 1 MB that Step Functions takes of
/// one, it bounds what aliases of YAML multiply to.
pub(super) const BYTES: usize = 64 << 20;

/// A definition, and the values that only a deployment knows: `${definition_substitution_1}` stands for the first.
#[derive(Debug, Default)]
pub(super) struct Definition {
    pub(super) text: String,
    pub(super) substitutions: Vec<NodeId>,
    limit: usize,
}

/// The name of the value at this index of [`Definition::substitutions`].
pub(super) fn substitution(index: usize) -> String {
    format!("definition_substitution_{}", index + 1)
}

/// Writes the definition as JSON, its keys sorted, four spaces a level; nothing when it has more bytes than `limit`.
pub(super) fn render(tree: &Tree, node: NodeId, limit: usize) -> Option<Definition> {
    let mut definition = Definition { limit, ..Definition::default() };
    definition.node(tree, node, 0)?;
    (definition.text.len() <= limit).then_some(definition)
}

impl Definition {
    fn node(&mut self, tree: &Tree, node: NodeId, level: usize) -> Option<()> {
        if self.text.len() > self.limit {
            return None;
        }
        match tree.kind(node) {
            Kind::Null => self.text.push_str("null"),
            Kind::Bool(truth) => self.text.push_str(if truth { "true" } else { "false" }),
            Kind::Number(text) => self.number(tree.text(text)),
            Kind::String(text) => self.string(tree.text(text)),
            Kind::List { len: 0, .. } => self.text.push_str("[]"),
            Kind::Map { len: 0, .. } => self.text.push_str("{}"),
            Kind::List { .. } => {
                self.text.push('[');
                for (index, item) in tree.items(node).iter().enumerate() {
                    self.next(index, level);
                    self.child(tree, *item, level)?;
                }
                self.end(level, ']');
            }
            Kind::Map { .. } => {
                self.text.push('{');
                let mut members: Vec<(&str, NodeId)> =
                    tree.members(node).iter().map(|member| (tree.key(member), member.value)).collect();
                members.sort_by_key(|(key, _)| *key);
                for (index, (key, value)) in members.into_iter().enumerate() {
                    self.next(index, level);
                    self.string(key);
                    self.text.push_str(": ");
                    self.child(tree, value, level)?;
                }
                self.end(level, '}');
            }
        }
        Some(())
    }

    /// A value inside of the definition: one that is not known here is named in its place.
    fn child(&mut self, tree: &Tree, node: NodeId, level: usize) -> Option<()> {
        if !is_open(tree, node) {
            return self.node(tree, node, level + 1);
        }
        let name = substitution(self.substitutions.len());
        self.substitutions.push(node);
        self.string(&format!("${{{name}}}"));
        Some(())
    }

    fn next(&mut self, index: usize, level: usize) {
        if index > 0 {
            self.text.push(',');
        }
        self.line(level + 1);
    }

    fn end(&mut self, level: usize, bracket: char) {
        self.line(level);
        self.text.push(bracket);
    }

    fn line(&mut self, level: usize) {
        self.text.push('\n');
        self.text.extend(std::iter::repeat_n("    ", level));
    }

    fn number(&mut self, text: &str) {
        match text.parse::<f64>() {
            Ok(number) if !text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') => {
                // Writing to a text cannot fail.
                let _ = write!(self.text, "{number:?}");
            }
            _ => self.text.push_str(text),
        }
    }

    fn string(&mut self, text: &str) {
        self.text.push('"');
        for letter in text.chars() {
            match letter {
                '"' => self.text.push_str("\\\""),
                '\\' => self.text.push_str("\\\\"),
                '\n' => self.text.push_str("\\n"),
                '\r' => self.text.push_str("\\r"),
                '\t' => self.text.push_str("\\t"),
                '\u{8}' => self.text.push_str("\\b"),
                '\u{c}' => self.text.push_str("\\f"),
                ' '..='~' => self.text.push(letter),
                _ => {
                    for unit in letter.encode_utf16(&mut [0; 2]) {
                        let _ = write!(self.text, "\\u{unit:04x}");
                    }
                }
            }
        }
        self.text.push('"');
    }
}

/// Whether the value is an intrinsic function or a dynamic reference.
fn is_open(tree: &Tree, node: NodeId) -> bool {
    let function = match tree.members(node) {
        [single] => matches!(tree.key(single), "Ref" | "Condition") || tree.key(single).starts_with("Fn::"),
        _ => false,
    };
    function || tree.string(node).is_some_and(is_dynamic_reference)
}

fn is_dynamic_reference(text: &str) -> bool {
    let inner = text.strip_prefix("{{resolve:").and_then(|text| text.strip_suffix("}}"));
    let parts = inner.and_then(|inner| inner.split_once(':'));
    let letter = |byte: u8| byte.is_ascii_lowercase() || byte == b'-';
    parts.is_some_and(|(service, key)| !service.is_empty() && !key.is_empty() && service.bytes().all(letter))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::source::{Limits, Loader, SourceFile};

    fn tree(text: &str) -> Tree {
        let file = Arc::new(SourceFile::new("t", text));
        Loader::new(".", Limits::default()).parse(&file).unwrap().trees.remove(0)
    }

    fn rendered(text: &str) -> (String, usize) {
        let tree = tree(text);
        let definition = render(&tree, tree.root(), BYTES).unwrap();
        (definition.text, definition.substitutions.len())
    }

    #[test]
    fn keys_are_sorted_and_texts_are_plain_ascii() {
        let (text, _) = rendered(r#"{"b": [1, -2.50, true, null, {}, []], "a": "é\"\\\n😀\u0001"}"#);
        insta::assert_snapshot!(text, @r#"
        {
            "a": "\u00e9\"\\\n\ud83d\ude00\u0001",
            "b": [
                1,
                -2.5,
                true,
                null,
                {},
                []
            ]
        }
        "#);
    }

    #[test]
    fn what_a_deployment_decides_is_named_in_its_place() {
        let text =
            "z: !Ref A\na: {m: !GetAtt [B, C], k: '{{resolve:ssm:/a}}', l: 'x {{resolve:ssm:/a}}'}\nf: {Fn: 1}\n";
        let tree = tree(text);
        let definition = render(&tree, tree.root(), BYTES).unwrap();
        insta::assert_snapshot!(definition.text, @r#"
        {
            "a": {
                "k": "${definition_substitution_1}",
                "l": "x {{resolve:ssm:/a}}",
                "m": "${definition_substitution_2}"
            },
            "f": {
                "Fn": 1
            },
            "z": "${definition_substitution_3}"
        }
        "#);
        let places: Vec<&str> =
            definition.substitutions.iter().map(|node| tree.span(*node).slice(tree.file().text())).collect();
        assert_eq!(places, ["'{{resolve:ssm:/a}}'", "!GetAtt [B, C]", "!Ref A"]);
    }

    #[test]
    fn a_definition_past_the_limit_is_refused() {
        let tree = tree(r#"{"a": [1, 2]}"#);
        let length = render(&tree, tree.root(), BYTES).unwrap().text.len();
        assert!(render(&tree, tree.root(), length).is_some());
        assert!(render(&tree, tree.root(), length - 1).is_none());
    }

    #[test]
    fn a_root_that_is_a_function_is_written_as_it_stands() {
        assert_eq!(rendered(r#"{"Ref": "A"}"#), ("{\n    \"Ref\": \"A\"\n}".to_owned(), 0));
    }
}
