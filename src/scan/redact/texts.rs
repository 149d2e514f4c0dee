//! Secret texts, and how they are taken out of messages.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::facts::secret::{is_secret_name, members};

/// What stands for a secret.
pub(in crate::scan) const MASK: &str = "****";

/// Shorter texts are masked by their place only: taking every `abc` out of a message would leave nothing of it.
const LEAST: usize = 4;

/// Shorter texts may stand in many words without being meant.
const LEAST_INSIDE: usize = 6;

/// Texts that no message may say.
#[derive(Debug, Default)]
pub(super) struct Texts {
    /// By text: whether it is weak, and is masked only where it stands alone.
    all: FxHashMap<Box<str>, bool>,
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
        let is_secret = |(name, value): &(String, String)| is_secret_name(name) || super::looks_like_credential(value);
        let mut named = if text.contains(['=', '{']) { members(&text) } else { Vec::new() };
        // Where names tell which parts of a script are secret, the others are not.
        let telling = named.iter().any(is_secret);
        for piece in literal_pieces(&text) {
            if !(telling && piece.contains('\n')) {
                self.add_part(piece);
            }
            if piece.contains('\n') {
                let shows = |line: &&str| !telling || members(line).iter().any(is_secret);
                piece.lines().filter(shows).for_each(|line| self.add_part(line));
            }
        }
        named.retain(|member| !telling || is_secret(member));
        named.iter().for_each(|(_, value)| self.add_part(value));
    }

    fn add_part(&mut self, text: &str) {
        let text = text.trim();
        let letters = text.bytes().all(|byte| byte.is_ascii_alphabetic());
        let least = if letters { LEAST_INSIDE } else { LEAST };
        if text.len() >= least && !matches!(text, "true" | "false") && !super::is_dynamic(text) {
            self.all.insert(text.into(), text.len() < LEAST_INSIDE || is_plain_word(text));
        }
    }

    /// To be called once, after everything was added. A weak text that is said elsewhere too gives nothing away there.
    pub(super) fn finish(&mut self, is_said: impl Fn(&str) -> bool) {
        self.all.retain(|text, weak| !(*weak && is_said(text)));
        let lengths: FxHashSet<usize> = self.all.keys().map(|text| text.len()).collect();
        self.lengths = lengths.into_iter().collect();
        self.lengths.sort_unstable_by(|a, b| b.cmp(a));
        self.first = self.all.keys().filter_map(|text| text.bytes().next()).collect();
    }

    /// The text with every secret, and everything that looks like a credential, masked: never less than the whole word that
    /// a secret stands in.
    pub(super) fn mask(&self, text: &str) -> String {
        let found = (0..text.len()).filter(|at| self.first.contains(&text.as_bytes()[*at])).filter_map(|at| {
            self.lengths.iter().find_map(|length| {
                let weak = *self.all.get(text.get(at..at + length)?)?;
                let (start, end) = whole_words(text, at, at + length);
                (!weak || (start, end) == (at, at + length)).then_some((start, end))
            })
        });
        credentials_masked(masked(text, found))
    }
}

/// The text with one secret masked: where it stands alone, or else in every word that it is part of.
pub(in crate::scan) fn without(text: &str, secret: &str) -> String {
    let all: Vec<(usize, usize)> =
        text.match_indices(secret).map(|(at, _)| (at, at + secret.len())).filter(|(start, end)| start < end).collect();
    let whole = |(start, end): (usize, usize)| whole_words(text, start, end);
    let alone: Vec<(usize, usize)> = all.iter().copied().filter(|place| whole(*place) == *place).collect();
    match alone.is_empty() || secret.len() >= LEAST_INSIDE {
        true => masked(text, all.into_iter().map(whole)),
        false => masked(text, alone.into_iter()),
    }
}

/// Whether the text says a word, alone.
pub(in crate::scan) fn says(text: &str, word: &str) -> bool {
    memchr::memmem::find_iter(text.as_bytes(), word.as_bytes())
        .any(|at| whole_words(text, at, at + word.len()) == (at, at + word.len()))
}

/// The text with a mask for each of these parts of it, which come in the order of their starts and may overlap.
fn masked(text: &str, parts: impl Iterator<Item = (usize, usize)>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for (start, end) in parts {
        if start >= at {
            out.push_str(&text[at..start]);
            out.push_str(MASK);
        }
        at = at.max(end);
    }
    out.push_str(&text[at..]);
    out
}

/// A part of a text, extended to whole words.
fn whole_words(text: &str, start: usize, end: usize) -> (usize, usize) {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let (before, part, after) = (&text[..start], &text[start..end], &text[end..]);
    let start = if part.starts_with(is_part) { before.trim_end_matches(is_part).len() } else { start };
    let end = if part.ends_with(is_part) { text.len() - after.trim_start_matches(is_part).len() } else { end };
    (start, end)
}

/// Whether a text is nothing but letters, in the case of a word: as likely a word that is said elsewhere.
fn is_plain_word(text: &str) -> bool {
    let letters = |text: &str, is: fn(&u8) -> bool| text.bytes().all(|byte| is(&byte));
    let rest = text.get(1..).unwrap_or_default();
    letters(text, u8::is_ascii_alphabetic)
        && (letters(rest, u8::is_ascii_lowercase) || letters(text, u8::is_ascii_uppercase))
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
        masked_beside(secrets, "", text)
    }

    /// Masked, where the rest of the template is `beside`.
    fn masked_beside(secrets: &[&str], beside: &str, text: &str) -> String {
        let mut texts = Texts::default();
        secrets.iter().for_each(|secret| texts.add(secret));
        texts.finish(|word| says(beside, word));
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
    fn a_word_is_masked_as_a_whole() {
        assert_eq!(masked(&["hunter2"], "is nodejs_hunter2x-äh"), "is ****-äh");
        assert_eq!(masked(&["hunter2", "2x-other9"], "is hunter2x-other9!"), "is ****!");
        assert_eq!(masked(&["äöü-hunter2"], "is xäöü-hunter2"), "is ****");
    }

    #[test]
    fn a_word_that_only_begins_like_a_secret_stays() {
        assert_eq!(masked(&["postgres"], "PostgreSQL is to export postgresql"), "PostgreSQL is to export postgresql");
        assert_eq!(masked(&["postgres"], "it is `postgres`"), "it is `****`");
        assert_eq!(masked(&["x1z9"], "x1z9 is no x1z9x"), "**** is no x1z9x");
    }

    #[test]
    fn a_word_that_stands_elsewhere_too_stays() {
        let beside = "Engine: postgres\nPort: 5432\n";
        assert_eq!(masked_beside(&["postgres", "5432"], beside, "engine postgres at 5432"), "engine postgres at 5432");
        assert_eq!(masked_beside(&["postgres1"], "a: postgres1\n", "it is postgres1"), "it is ****");
        assert_eq!(masked(&["root", "user"], "user `root` is root"), "user `root` is root");
    }

    #[test]
    fn of_a_script_only_what_is_secret_is_taken_out() {
        let script = "#!/bin/bash\nexport ENGINE=mysql8\nexport DB_PASSWORD=hunter2\nstart --port=3306\n";
        assert_eq!(masked(&[script], "mysql8 by `start --port=3306`, hunter2"), "mysql8 by `start --port=3306`, ****");
        assert_eq!(masked(&["first line\nsecond line\n"], "it is `second line`"), "it is `****`");
    }

    #[test]
    fn at_its_own_place_a_secret_is_masked_however_short_it_is() {
        assert_eq!(without("a container runs as a", "a"), "**** container runs as ****");
        assert_eq!(without("it is x12", "12"), "it is ****");
        assert_eq!(without("size 12 is 123", "12"), "size **** is 123");
        assert_eq!(without("as is", ""), "as is");
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
