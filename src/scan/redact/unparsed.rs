//! Secrets in the lines of a file that could not be parsed: by name and indentation alone.

use super::looks_like_credential;
use crate::facts::secret::is_secret_name;
use crate::source::Span;

/// How many lines above are looked at for the name that a line belongs to.
const LINES_ABOVE: usize = 2_000;

/// What to hide of the line `[start, end)` of `text`: what follows the name of a secret, everything below one, and
/// what looks like a credential.
pub(in crate::scan) fn spans(text: &str, start: usize, end: usize) -> Vec<Span> {
    let Some(line) = text.get(start..end) else { return Vec::new() };
    let span = |from: usize, to: usize| Span::new((start + from) as u32, (start + to) as u32);
    let content = line.len() - line.trim_start().len();
    if content < line.len() && below_secret(&text[..start], content) {
        return vec![span(content, line.len())];
    }
    let mut hidden = Vec::new();
    let shown = secret_value(line).unwrap_or(line.len());
    let mut at = 0;
    for word in line[..shown].split_inclusive(char::is_whitespace) {
        let bare = word.trim_end().len();
        if looks_like_credential(word) {
            hidden.push(span(at, at + bare));
        }
        at += word.len();
    }
    if hidden.is_empty() && looks_like_credential(&line[..shown]) {
        return vec![span(content, line.len())];
    }
    if shown < line.len() {
        hidden.push(span(shown, line.len()));
    }
    hidden
}

/// Where the value of the first name of a secret in the line begins.
fn secret_value(line: &str) -> Option<usize> {
    let separators = line.char_indices().filter(|(_, c)| matches!(c, ':' | '=' | ','));
    for (at, _) in separators {
        let before = line[..at].trim_end_matches([' ', '\t', '"', '\'']);
        let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
        let name = &before[before.trim_end_matches(is_part).len()..];
        if is_secret_name(name) {
            let value = line[at + 1..].len() - line[at + 1..].trim_start().len();
            return Some(at + 1 + value).filter(|value| *value < line.len());
        }
    }
    None
}

/// Whether a line that is indented by `indentation` belongs to the name of a secret somewhere above it.
fn below_secret(above: &str, mut indentation: usize) -> bool {
    for line in above.lines().rev().take(LINES_ABOVE) {
        let own = line.len() - line.trim_start().len();
        if own >= indentation || own == line.len() {
            continue;
        }
        if ends_with_secret_name(line) {
            return true;
        }
        indentation = own;
        if indentation == 0 {
            return false;
        }
    }
    false
}

/// Whether the last name that the line gives a value to is that of a secret.
fn ends_with_secret_name(line: &str) -> bool {
    line.match_indices([':', '=']).any(|(at, _)| {
        let before = line[..at].trim_end_matches([' ', '\t', '"', '\'']);
        let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
        is_secret_name(&before[before.trim_end_matches(is_part).len()..])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<String> {
        let mut start = 0;
        let mut out = Vec::new();
        for line in text.lines() {
            let mut masked = line.to_owned();
            for span in spans(text, start, start + line.len()).into_iter().rev() {
                masked.replace_range(span.start as usize - start..span.end as usize - start, "*");
            }
            out.push(masked);
            start += line.len() + 1;
        }
        out
    }

    #[test]
    fn what_follows_the_name_of_a_secret_is_hidden() {
        assert_eq!(shown("a: {Password: x, B: 1\nPort: 1"), ["a: {Password: *", "Port: 1"]);
        assert_eq!(shown(r#"{"AuthToken" : "x"}"#), [r#"{"AuthToken" : *"#]);
    }

    #[test]
    fn what_stands_below_the_name_of_a_secret_is_hidden() {
        assert_eq!(
            shown("SecretString: |\n  one\n\n    two\nOther: 1"),
            ["SecretString: *", "  *", "", "    *", "Other: 1"]
        );
    }

    #[test]
    fn credentials_are_hidden() {
        assert_eq!(shown("Url: postgres://a:b@c/d # x"), ["Url: * # x"]);
    }
}
