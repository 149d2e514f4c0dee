//! Secret texts, and how they are taken out of messages.

use rustc_hash::FxHashSet;

/// What stands for a secret.
pub(in crate::scan) const MASK: &str = "****";

/// Shorter texts are masked by their place only: taking every `abc` out of a message would leave nothing of it.
const LEAST: usize = 4;

/// Texts that no message may say.
#[derive(Debug, Default)]
pub(super) struct Texts {
    all: FxHashSet<Box<str>>,
    /// Lengths in bytes, longest first.
    lengths: Vec<usize>,
    /// The bytes that they begin with.
    first: FxHashSet<u8>,
}

impl Texts {
    /// Adds a secret, and its parts where it is made of several.
    pub(super) fn add(&mut self, text: &str) {
        self.add_part(text);
        let text = without_dynamic(text);
        for piece in literal_pieces(&text) {
            self.add_part(piece);
            if piece.contains('\n') {
                piece.lines().for_each(|line| self.add_part(line));
            }
        }
        if text.contains(['=', '{']) {
            for (_, value) in crate::facts::secret::members(&text) {
                self.add_part(&value);
            }
        }
    }

    fn add_part(&mut self, text: &str) {
        let text = text.trim();
        if text.len() >= LEAST && !matches!(text, "true" | "false") && !super::is_dynamic(text) {
            self.all.insert(text.into());
        }
    }

    /// To be called once, after everything was added.
    pub(super) fn finish(&mut self) {
        let lengths: FxHashSet<usize> = self.all.iter().map(|text| text.len()).collect();
        self.lengths = lengths.into_iter().collect();
        self.lengths.sort_unstable_by(|a, b| b.cmp(a));
        self.first = self.all.iter().filter_map(|text| text.bytes().next()).collect();
    }

    /// The text with every secret, and everything that looks like a credential, masked.
    pub(super) fn mask(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut at = 0;
        while at < text.len() {
            let begins = self.first.contains(&text.as_bytes()[at]);
            let lengths = if begins { self.lengths.as_slice() } else { &[] };
            let fits = lengths
                .iter()
                .find(|length| text.get(at..at + **length).is_some_and(|candidate| self.all.contains(candidate)));
            if let Some(length) = fits {
                out.push_str(MASK);
                at += length;
                continue;
            }
            let next = text[at..].chars().next().map_or(1, char::len_utf8);
            out.push_str(&text[at..at + next]);
            at += next;
        }
        credentials_masked(out)
    }
}

/// Words that look like a credential, masked; the whole text where only all of it together does.
fn credentials_masked(text: String) -> String {
    use super::looks_like_credential;
    if !looks_like_credential(&text) {
        return text;
    }
    let masked: String = text
        .split_inclusive(char::is_whitespace)
        .map(|word| match looks_like_credential(word) {
            true => format!("{MASK}{}", &word[word.trim_end().len()..]),
            false => word.to_owned(),
        })
        .collect();
    if looks_like_credential(&masked) { MASK.to_owned() } else { masked }
}

/// The text without its dynamic references.
fn without_dynamic(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(start) = rest.find("{{resolve:") {
        let Some(length) = rest[start..].find("}}") else { break };
        out.push_str(&rest[..start]);
        out.push_str("${}");
        rest = &rest[start + length + 2..];
    }
    out.push_str(rest);
    out
}

/// What stands between the `${...}` of a text.
fn literal_pieces(text: &str) -> impl Iterator<Item = &str> {
    text.split("${").enumerate().map(|(index, part)| match part.split_once('}') {
        Some((_, rest)) if index > 0 => rest,
        _ => part,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(secrets: &[&str], text: &str) -> String {
        let mut texts = Texts::default();
        secrets.iter().for_each(|secret| texts.add(secret));
        texts.finish();
        texts.mask(text)
    }

    #[test]
    fn secrets_and_their_parts_are_taken_out_of_messages() {
        assert_eq!(masked(&["hunter2"], "it is `hunter2`, äh hunter2"), "it is `****`, äh ****");
        assert_eq!(masked(&["pre-${X}-post"], "pre-anything-post"), "****anything****");
        assert_eq!(masked(&["secret", "secret-longer"], "secret-longer secret"), "**** ****");
        assert_eq!(masked(&[r#"{"password":"hunter2"}"#], "found hunter2"), "found ****");
    }

    #[test]
    fn what_is_no_secret_stays() {
        assert_eq!(masked(&["abc", "true"], "abc is true"), "abc is true");
        assert_eq!(masked(&["{{resolve:ssm:/a/b}}"], "{{resolve:ssm:/a/b}}"), "{{resolve:ssm:/a/b}}");
    }

    #[test]
    fn credentials_are_masked_wherever_they_come_from() {
        assert_eq!(masked(&[], "is `AKIAIOSFODNN7EXAMPLE` here"), "is **** here");
        assert_eq!(masked(&[], "-----BEGIN RSA PRIVATE KEY----- abc"), "****");
    }
}
