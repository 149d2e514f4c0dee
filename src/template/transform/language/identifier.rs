//! Identifiers of loops: their values, and where texts hold them.

use std::cell::Cell;

/// Bytes that a text may have after its identifiers are replaced: as many as AWS takes for a whole template.
pub(super) const LONGEST: usize = 1 << 20;

/// The identifiers of the loops around, innermost last.
#[derive(Debug, Default)]
pub(super) struct Bindings {
    all: Vec<Binding>,
    /// Whether a text became too long.
    too_long: Cell<bool>,
}

#[derive(Debug)]
struct Binding {
    name: Box<str>,
    value: Box<str>,
}

impl Bindings {
    pub(super) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// How many there are, to go back to.
    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    pub(super) fn push(&mut self, name: &str, value: &str) {
        self.all.push(Binding { name: name.into(), value: value.into() });
    }

    pub(super) fn truncate(&mut self, len: usize) {
        self.all.truncate(len);
    }

    /// Whether a text became too long, and was cut.
    pub(super) fn too_long(&self) -> bool {
        self.too_long.get()
    }

    /// What the identifier stands for.
    pub(super) fn value(&self, name: &str) -> Option<&str> {
        self.all.iter().find(|binding| *binding.name == *name).map(|binding| &*binding.value)
    }

    /// The text with every `${Identifier}`, and every `&{Identifier}` for its letters and digits alone, replaced; `None`
    /// where there is none.
    pub(super) fn substituted(&self, text: &str) -> Option<String> {
        let bytes = text.as_bytes();
        let mut out: Option<String> = None;
        let mut copied = 0;
        for brace in memchr::memchr_iter(b'{', bytes) {
            let Some(at) = brace.checked_sub(1).filter(|at| *at >= copied && matches!(bytes[*at], b'$' | b'&')) else {
                continue;
            };
            let Some(length) = memchr::memchr(b'}', &bytes[brace..]) else { break };
            let Some(value) = self.value(&text[brace + 1..brace + length]) else { continue };
            let out = out.get_or_insert_default();
            out.push_str(&text[copied..at]);
            match bytes[at] {
                b'$' => out.push_str(value),
                _ => out.extend(value.chars().filter(char::is_ascii_alphanumeric)),
            }
            copied = brace + length + 1;
            if out.len() > LONGEST {
                self.too_long.set(true);
                break;
            }
        }
        let mut out = out?;
        out.push_str(&text[copied..]);
        Some(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_replaced_wherever_a_text_holds_them() {
        let mut bindings = Bindings::default();
        bindings.push("Id", "a.b-1");
        bindings.push("Äö", "é");
        let substituted = |text: &str| bindings.substituted(text);
        assert_eq!(substituted("x${Id}y&{Id}${Id}"), Some("xa.b-1yab1a.b-1".into()));
        assert_eq!(substituted("ü${Äö}ü"), Some("üéü".into()));
        assert_eq!(substituted("${${Id}}"), Some("${a.b-1}".into()));
        for text in ["", "$", "{Id}", "${!Id}", "${Id", "${Other}", "&{}", "Id"] {
            assert_eq!(substituted(text), None, "{text}");
        }
    }
}
