//! Whether a parameter takes the value that a deployment gives it: CloudFormation refuses the deployment if not.
//!
//! Source: "Parameters" in the CloudFormation template reference.

use regex_automata::meta::{Config, Regex};

use crate::source::{NodeId, Tree};

/// Bytes of a compiled pattern; a pattern that needs more is not tried.
const PATTERN: usize = 1 << 20;
/// Allowed values that a message names.
const NAMED: usize = 10;

/// The definition of a parameter of a template.
#[must_use]
pub fn parameter(tree: &Tree, name: &str) -> Option<NodeId> {
    tree.at(tree.root(), &["Parameters", name])
}

/// Why the parameter does not take `value`, to stand after "it"; none when it does, or when that cannot be told: what a
/// value from the parameter store is worth, or a pattern that Java alone understands. Of a `secret` no allowed value is named.
#[must_use]
pub fn refusal(tree: &Tree, parameter: NodeId, value: &str, secret: bool) -> Option<String> {
    let text = |key: &str| tree.get(parameter, key).and_then(|node| tree.scalar(node));
    let kind = text("Type").unwrap_or("String");
    if kind.starts_with("AWS::SSM::Parameter") {
        return None;
    }
    let is_list = kind == "CommaDelimitedList" || kind.starts_with("List<");
    let parts: Vec<&str> = match is_list {
        // Nobody says whether an empty list has an item.
        true if value.is_empty() => return None,
        true => value.split(',').map(str::trim).collect(),
        false => vec![value],
    };
    let an_item = if is_list { "has an item that " } else { "" };
    if matches!(kind, "Number" | "List<Number>") && parts.iter().any(|part| number(part).is_none()) {
        return Some(format!("{an_item}is not a number"));
    }
    if let Some(node) = tree.get(parameter, "AllowedValues") {
        let allowed: Vec<&str> = tree.items(node).iter().filter_map(|item| tree.scalar(*item)).collect();
        let is_allowed = |part: &&str| allowed.iter().any(|one| equal(kind, one, part));
        if !allowed.is_empty() && !parts.iter().all(is_allowed) {
            return Some(match secret || allowed.len() > NAMED {
                true => format!("{an_item}is not one of the allowed values"),
                false => format!("{an_item}is not one of `{}`", allowed.join("`, `")),
            });
        }
    }
    if let Some(pattern) = text("AllowedPattern")
        && let Some(regex) = whole(pattern)
        && !parts.iter().all(|part| regex.is_match(part))
    {
        return Some(format!("{an_item}does not match `{pattern}`"));
    }
    let limit = |key: &str| text(key).and_then(number).map(|limit| (limit, text(key).unwrap_or_default()));
    match kind {
        "String" => length(value, limit("MinLength"), limit("MaxLength")),
        "Number" => size(number(value)?, limit("MinValue"), limit("MaxValue")),
        _ => None,
    }
}

type Limit<'a> = Option<(f64, &'a str)>;

fn length(value: &str, least: Limit<'_>, most: Limit<'_>) -> Option<String> {
    let length = value.chars().count() as f64;
    match (least, most) {
        (Some((least, text)), _) if length < least => Some(format!("is shorter than {text} characters")),
        (_, Some((most, text))) if length > most => Some(format!("is longer than {text} characters")),
        _ => None,
    }
}

fn size(number: f64, least: Limit<'_>, most: Limit<'_>) -> Option<String> {
    match (least, most) {
        (Some((least, text)), _) if number < least => Some(format!("is less than {text}")),
        (_, Some((most, text))) if number > most => Some(format!("is more than {text}")),
        _ => None,
    }
}

fn equal(kind: &str, allowed: &str, given: &str) -> bool {
    allowed == given || (kind.contains("Number") && number(allowed).is_some_and(|one| number(given) == Some(one)))
}

fn number(text: &str) -> Option<f64> {
    // The standard library also takes `inf` and `nan`.
    let digits = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.' | b'e' | b'E');
    text.bytes().all(digits).then(|| text.parse().ok()).flatten()
}

/// The pattern for a whole value.
fn whole(pattern: &str) -> Option<Regex> {
    let config = Config::new().nfa_size_limit(Some(PATTERN));
    Regex::builder().configure(config).build(&format!(r"\A(?:{pattern})\z")).ok()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::source::{Limits, SourceFile, yaml};

    fn of(definition: &str, value: &str) -> Option<String> {
        let text = format!("Parameters: {{P: {{{definition}}}}}\nResources: {{}}\n");
        let file = Arc::new(SourceFile::new("t.yaml", text));
        let tree = yaml::parse(&file, Limits::default()).unwrap().trees.remove(0);
        refusal(&tree, parameter(&tree, "P").unwrap(), value, definition.contains("NoEcho"))
    }

    fn takes(definition: &str, values: &[&str]) {
        for value in values {
            assert_eq!(of(definition, value), None, "{definition} {value}");
        }
    }

    #[track_caller]
    fn refuses(definition: &str, value: &str, reason: &str) {
        assert_eq!(of(definition, value).as_deref(), Some(reason), "{definition} {value}");
    }

    #[test]
    fn a_number_is_one() {
        takes("Type: Number", &["1", "-1.5", "1e3"]);
        takes("Type: List<Number>", &["1, 2,3", ""]);
        refuses("Type: Number", "inf", "is not a number");
        refuses("Type: Number", "", "is not a number");
        refuses("Type: List<Number>", "1,x", "has an item that is not a number");
    }

    #[test]
    fn allowed_values_are_compared_as_text_and_each_item_of_a_list_by_itself() {
        takes("Type: String, AllowedValues: [dev, prod, true]", &["dev", "true"]);
        takes("Type: Number, AllowedValues: [1, 2]", &["1", "2.0"]);
        takes("Type: CommaDelimitedList, AllowedValues: [a, b]", &["a, b", "b"]);
        refuses("Type: String, AllowedValues: [dev, prod]", "Prod", "is not one of `dev`, `prod`");
        refuses("Type: String, NoEcho: true, AllowedValues: [dev, prod]", "x", "is not one of the allowed values");
        refuses("Type: CommaDelimitedList, AllowedValues: [a, b]", "a,c", "has an item that is not one of `a`, `b`");
        takes("Type: AWS::SSM::Parameter::Value<String>, AllowedValues: [a]", &["/a/b"]);
    }

    #[test]
    fn a_pattern_is_for_the_whole_value() {
        takes("Type: String, AllowedPattern: '[a-z]+'", &["abc"]);
        refuses("Type: String, AllowedPattern: '[a-z]+'", "abc1", "does not match `[a-z]+`");
        refuses("Type: String, AllowedPattern: 'a|b'", "bx", "does not match `a|b`");
        takes("Type: String, AllowedPattern: '(?=.*[0-9]).*'", &["not to be told"]);
    }

    #[test]
    fn lengths_and_sizes_have_limits() {
        takes("Type: String, MinLength: 2, MaxLength: '3'", &["äb", "abc"]);
        refuses("Type: String, MinLength: 2", "ä", "is shorter than 2 characters");
        refuses("Type: String, MaxLength: 3", "abcd", "is longer than 3 characters");
        takes("Type: Number, MinValue: 1, MaxValue: 2.5", &["1", "2.5"]);
        refuses("Type: Number, MinValue: 1", "0.5", "is less than 1");
        refuses("Type: Number, MaxValue: 2", "3", "is more than 2");
    }
}
