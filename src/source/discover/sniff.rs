//! What a file is, told from its top-level keys by a scan of its bytes that builds nothing.
//!
//! A broken file is told as well as a whole one, so that a template with a syntax error is an error and not skipped.

use std::borrow::Cow;

use memchr::{memchr2, memmem};

use crate::source::gzip;

/// More bytes than the first line of a snapshot has up to its version.
const SNAPSHOT_HEADER: usize = 4 << 10;

/// Whether the text looks like a CloudFormation template, JSON or YAML.
#[must_use]
pub(super) fn is_template(text: &[u8]) -> bool {
    any_key(&narrow(text), |key, value| match key {
        b"AWSTemplateFormatVersion" => true,
        b"Transform" => memmem::find(first_bytes(value), b"AWS::").is_some(),
        b"Resources" => is_resources(value),
        _ => false,
    })
}

/// Whether the text looks like the `manifest.json` of a CDK cloud assembly.
#[must_use]
pub(super) fn is_manifest(text: &[u8]) -> bool {
    let (mut version, mut artifacts) = (false, false);
    any_key(text, |key, value| {
        version |= key == b"version";
        artifacts |= key == b"artifacts" && value.starts_with(b"{");
        version && artifacts
    })
}

/// Whether a text, packed or not, begins as a snapshot of an account does; its first line says it.
#[must_use]
pub(super) fn is_snapshot(text: &[u8]) -> bool {
    if gzip::is_gzip(text) {
        return is_snapshot_line(&gzip::beginning(text, SNAPSHOT_HEADER));
    }
    is_snapshot_line(text)
}

fn is_snapshot_line(text: &[u8]) -> bool {
    let first = text.split(|byte| *byte == b'\n').find(|line| !line.trim_ascii().is_empty()).unwrap_or_default();
    let (mut kind, mut version) = (false, false);
    any_key(first, |key, value| {
        kind |= key == b"kind" && value.starts_with(b"\"snapshot\"");
        version |= key == b"version";
        kind && version
    })
}

/// The text as bytes of ASCII when it is UTF-16: such a template is refused with its reason, not passed over.
fn narrow(text: &[u8]) -> Cow<'_, [u8]> {
    match text {
        [0xff, 0xfe, rest @ ..] | [0xfe, 0xff, rest @ ..] => rest.iter().copied().filter(|byte| *byte != 0).collect(),
        _ => Cow::Borrowed(text),
    }
}

/// A map of resources: every entry has a type or a function's name with `::` in it.
fn is_resources(value: &[u8]) -> bool {
    let rest_of_line = value.split(|byte| *byte == b'\n').next().unwrap_or_default().trim_ascii();
    let opens = rest_of_line.is_empty() || matches!(rest_of_line[0], b'{' | b'#' | b'&');
    let empty = value.strip_prefix(b"{").is_some_and(|rest| rest.trim_ascii_start().starts_with(b"}"));
    opens && (empty || memmem::find(value, b"::").is_some())
}

/// Enough of a value to see the start of a short list or string.
fn first_bytes(value: &[u8]) -> &[u8] {
    &value[..value.len().min(256)]
}

/// Whether `accept` takes one of the top-level keys with the text that follows its colon.
fn any_key(text: &[u8], accept: impl FnMut(&[u8], &[u8]) -> bool) -> bool {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    match first_content(text) {
        Some(at) if text[at] == b'{' => any_flow_key(&text[at..], accept),
        Some(at) if text[at] != b'[' => any_block_key(text, accept),
        _ => false,
    }
}

/// The offset of the first byte that is neither blank nor in a comment, directive or document marker.
fn first_content(text: &[u8]) -> Option<usize> {
    let mut at = 0;
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        if !is_blank(line) {
            return Some(at + line.iter().position(|byte| !byte.is_ascii_whitespace())?);
        }
        at += line.len();
    }
    None
}

fn is_blank(line: &[u8]) -> bool {
    let trimmed = line.trim_ascii();
    trimmed.is_empty() || trimmed.starts_with(b"#") || line.starts_with(b"%") || is_marker(line)
}

fn is_marker(line: &[u8]) -> bool {
    matches!(line.trim_ascii_end(), b"---" | b"...") || line.starts_with(b"--- #")
}

/// The keys of the outermost `{...}`, quoted or (YAML flow style) plain.
fn any_flow_key(text: &[u8], mut accept: impl FnMut(&[u8], &[u8]) -> bool) -> bool {
    let (mut at, mut depth, mut key_next) = (0, 0_usize, false);
    while let Some(&byte) = text.get(at) {
        at += 1;
        match byte {
            b'{' | b'[' => {
                depth += 1;
                key_next = depth == 1;
            }
            b'}' | b']' if depth <= 1 => return false,
            b'}' | b']' => depth -= 1,
            b',' => key_next = depth == 1,
            b'"' | b'\'' if byte == b'"' || key_next => {
                let end = string_end(text, at, byte);
                let key = &text[at..end];
                at = (end + 1).min(text.len());
                if std::mem::take(&mut key_next) && value_after(text, at).is_some_and(|value| accept(key, value)) {
                    return true;
                }
            }
            _ if key_next && !byte.is_ascii_whitespace() => {
                key_next = false;
                let end = memchr2(b':', b'\n', &text[at..]).map_or(text.len(), |found| at + found);
                if value_after(text, end).is_some_and(|value| accept(text[at - 1..end].trim_ascii(), value)) {
                    return true;
                }
            }
            _ => {}
        }
    }
    false
}

/// The text after the colon that follows at `at`.
fn value_after(text: &[u8], at: usize) -> Option<&[u8]> {
    Some(text[at..].trim_ascii_start().strip_prefix(b":")?.trim_ascii_start())
}

/// The offset of the quote that ends the string whose text starts at `at`; the end of the text when there is none.
fn string_end(text: &[u8], mut at: usize, quote: u8) -> usize {
    while let Some(found) = text.get(at..).and_then(|rest| memchr2(quote, b'\\', rest)) {
        at += found;
        if text[at] == quote {
            return at;
        }
        at += 2;
    }
    text.len()
}

/// The keys at the outermost indentation of each YAML document.
fn any_block_key(text: &[u8], mut accept: impl FnMut(&[u8], &[u8]) -> bool) -> bool {
    let (mut at, mut base) = (0, None);
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        at += line.len();
        if is_marker(line) {
            base = None;
        }
        if is_blank(line) {
            continue;
        }
        let indent = line.iter().take_while(|byte| **byte == b' ').count();
        if indent != *base.get_or_insert(indent) {
            continue;
        }
        let Some(colon) = line.iter().position(|byte| *byte == b':') else { continue };
        let key = line[indent..colon].trim_ascii();
        let key = [b'"', b'\''].iter().find_map(|q| key.strip_prefix(&[*q])?.strip_suffix(&[*q])).unwrap_or(key);
        let value =
            text[at - line.len() + colon + 1..].strip_prefix(b" ").unwrap_or(&text[at - line.len() + colon + 1..]);
        if accept(key, value) {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_are_known_by_their_top_level_keys() {
        for text in [
            "AWSTemplateFormatVersion: '2010-09-09'\n",
            "\u{feff}# note\n---\nParameters: {}\nResources:\n  A:\n    Type: AWS::S3::Bucket\n",
            "Transform: AWS::Serverless-2016-10-31\n",
            "Transform:\n  - AWS::LanguageExtensions\n",
            "  Resources:\n    A: {Type: 'Custom::Thing'}\n",
            "\"Resources\":\r\n  A:\r\n    Type: AWS::S3::Bucket\r\n",
            r#"{"Description": "a \"{\" in a text", "Resources": {"A": {"Type": "AWS::SNS::Topic"}}}"#,
            r#"{"Resources": { }}"#,
            "{Resources: {A: {Type: AWS::SNS::Topic}}}",
            "{'Outputs': {}, 'Resources': {A: {Type: AWS::SNS::Topic}}}",
            r#"{"Resources": {"A": {"Type": "AWS::SNS::Topic""#,
        ] {
            assert!(is_template(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn a_template_in_another_encoding_is_known_so_that_it_can_be_refused() {
        let text = "\u{feff}Resources:\n  A:\n    Type: AWS::S3::Bucket\n";
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert!(is_template(&little) && is_template(&big));
    }

    #[test]
    fn other_json_and_yaml_files_are_no_templates() {
        for text in [
            "",
            "\n",
            "[]",
            "- Resources:\n    A: AWS::B\n",
            r#"{"name": "x", "dependencies": {"Resources": {"a": "AWS::S3"}}}"#,
            r#"{"version": "55.0.0", "files": {}}"#,
            r#"{"compilerOptions": {"target": "ES2022"}} "Resources": {"x": "a::b"}"#,
            "apiVersion: v1\nkind: ConfigMap\ndata:\n  Resources:\n    A: {Type: AWS::S3::Bucket}\n",
            "service: x\nresources:\n  Resources:\n    A:\n      Type: AWS::S3::Bucket\n",
            "text: |\n  Resources:\n   A: AWS::S3::Bucket\n",
            "Resources: 3 of them\nwhat: a::b\n",
            "Transform: upper-case\n",
            "Resources:\n  en: strings of a program\n",
        ] {
            assert!(!is_template(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn an_assembly_manifest_has_a_version_and_artifacts() {
        assert!(is_manifest(br#"{"version": "36.0.0", "artifacts": {"#));
        assert!(!is_manifest(br#"{"manifest_version": 3, "version": "1.0", "icons": {"artifacts": {}}}"#));
        assert!(!is_manifest(br#"{"version": "1", "artifacts": []}"#));
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_told_without_a_panic(text in proptest::collection::vec(proptest::sample::select(b"{}[]\"'\\:, \nR#-\xff\xfe".to_vec()), 0..60)) {
            let _ = is_template(&text);
            let _ = is_manifest(&text);
        }
    }
}
