//! What the declaration of a parameter allows as its value.
//!
//! Source: "Parameters" in the CloudFormation template reference: an `AllowedPattern` is a regular expression of Java that
//! the whole value must match, or each item of a `CommaDelimitedList`.

use regex_automata::meta::Regex;

use crate::source::{NodeId, Tree};

/// Bytes that a compiled pattern may take; a bigger one constrains nothing.
const PATTERN_SIZE: usize = 1 << 20;

/// The beginnings of the ids that AWS-specific types stand for.
const IDS: [(&str, &str); 7] = [
    ("AWS::EC2::Image::Id", "ami-"),
    ("AWS::EC2::Instance::Id", "i-"),
    ("AWS::EC2::SecurityGroup::Id", "sg-"),
    ("AWS::EC2::Subnet::Id", "subnet-"),
    ("AWS::EC2::Volume::Id", "vol-"),
    ("AWS::EC2::VPC::Id", "vpc-"),
    ("AWS::Route53::HostedZone::Id", "Z"),
];

/// The constraints of a parameter. What of it is not understood constrains nothing.
#[derive(Debug)]
pub(super) struct Constraint<'t> {
    /// The type of the value, or of each item of a list.
    kind: &'t str,
    list: bool,
    /// Texts that are allowed, as `AllowedValues` or the alternatives of a plain pattern; empty: any.
    pub(super) texts: Vec<(&'t str, Option<NodeId>)>,
    pattern: Option<Regex>,
    length: [Option<f64>; 2],
    value: [Option<f64>; 2],
}

impl<'t> Constraint<'t> {
    pub(super) fn read(tree: &'t Tree, node: NodeId, kind: &'t str) -> Self {
        let item = kind.strip_prefix("List<").and_then(|kind| kind.strip_suffix('>'));
        let list = item.is_some() || kind == "CommaDelimitedList";
        let scalar = |name: &str| tree.get(node, name).and_then(|value| tree.scalar(value));
        let number = |name: &str| scalar(name).and_then(|text| text.trim().parse::<f64>().ok());
        let source = scalar("AllowedPattern");
        let mut texts: Vec<(&str, Option<NodeId>)> = tree
            .get(node, "AllowedValues")
            .map(|list| tree.items(list).iter().filter_map(|item| Some((tree.scalar(*item)?, Some(*item)))).collect())
            .unwrap_or_default();
        if texts.is_empty() {
            texts = source.map(alternatives).unwrap_or_default().into_iter().map(|text| (text, None)).collect();
        }
        let mut this = Self {
            kind: item.unwrap_or(kind),
            list,
            texts: Vec::new(),
            pattern: source.and_then(whole_match),
            length: [number("MinLength"), number("MaxLength")],
            value: [number("MinValue"), number("MaxValue")],
        };
        // A list may have any of the allowed texts as items.
        if list {
            this.texts = texts;
        } else {
            let allowed: Vec<_> = texts.iter().copied().filter(|(text, _)| this.allows(text)).collect();
            this.texts = if allowed.is_empty() { texts } else { allowed };
        }
        this
    }

    /// Whether the texts are all that the whole value may be.
    pub(super) fn is_finite(&self) -> bool {
        !self.list && !self.texts.is_empty()
    }

    /// Whether whoever deploys may give this value.
    pub(super) fn allows(&self, text: &str) -> bool {
        if !self.list {
            return self.allows_item(text) && within(text.chars().count() as f64, self.length);
        }
        if text.trim().is_empty() {
            return self.kind == "CommaDelimitedList";
        }
        text.split(',').all(|item| self.allows_item(item.trim()))
    }

    fn allows_item(&self, text: &str) -> bool {
        let typed = match self.kind {
            "Number" => text.trim().parse::<f64>().is_ok_and(|number| within(number, self.value)),
            kind if kind.starts_with("AWS::") => {
                let beginning = IDS.iter().find(|(name, _)| *name == kind).map_or("", |(_, beginning)| *beginning);
                !text.is_empty() && text.starts_with(beginning)
            }
            _ => true,
        };
        typed
            && (self.texts.is_empty() || self.texts.iter().any(|(allowed, _)| *allowed == text))
            && self.pattern.as_ref().is_none_or(|pattern| pattern.is_match(text))
    }
}

fn within(number: f64, [least, most]: [Option<f64>; 2]) -> bool {
    least.is_none_or(|least| number >= least) && most.is_none_or(|most| number <= most)
}

/// A pattern that matches what Java's `matches` does; `None` for one that is written otherwise than is understood here.
fn whole_match(source: &str) -> Option<Regex> {
    let config = Regex::config().auto_prefilter(false).hybrid(false).nfa_size_limit(Some(PATTERN_SIZE));
    Regex::builder().configure(config).build(&format!(r"\A(?:{source})\z")).ok()
}

/// The texts of a pattern that is nothing but alternatives, such as `^(true|false)$`.
fn alternatives(source: &str) -> Vec<&str> {
    let source = source.strip_prefix('^').unwrap_or(source);
    let source = source.strip_suffix('$').unwrap_or(source);
    let inner = source.strip_prefix("(?:").or_else(|| source.strip_prefix('(')).and_then(|rest| rest.strip_suffix(')'));
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '|');
    match inner.unwrap_or(source) {
        // An anchor in front of one alternative only would be another pattern.
        body if body.chars().all(plain) && (inner.is_some() || !body.contains('|')) && !body.is_empty() => {
            body.split('|').collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::{alternatives, whole_match};

    #[test]
    fn a_pattern_matches_the_whole_value_or_not_at_all() {
        let matches = |pattern: &str, text: &str| whole_match(pattern).map(|regex| regex.is_match(text));
        assert_eq!(matches("[a-z]+", "prod1"), Some(false));
        assert_eq!(matches("a|b", "ab"), Some(false));
        assert_eq!(matches("^$|.+", ""), Some(true));
        assert_eq!(matches("(?!prod).*", "prod"), None, "look-ahead is not understood");
    }

    #[test]
    fn only_patterns_of_plain_alternatives_have_texts() {
        assert_eq!(alternatives("^(true|false)$"), ["true", "false"]);
        assert_eq!(alternatives("(?:a|b-c)"), ["a", "b-c"]);
        assert_eq!(alternatives("^prod$"), ["prod"]);
        assert_eq!(alternatives("^a|b$"), [""; 0]);
        assert_eq!(alternatives("(a|b)(c|d)"), [""; 0]);
        assert_eq!(alternatives("(a.c|b)"), [""; 0]);
        assert_eq!(alternatives(""), [""; 0]);
    }
}
