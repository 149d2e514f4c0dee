//! What the declaration of a parameter allows as its value, and why it refuses another: CloudFormation does not deploy that.
//!
//! What of a declaration is not understood refuses nothing. Source: "Parameters" in the CloudFormation template reference:
//! an `AllowedPattern` is a regular expression of Java that the whole value must match, or each item of a
//! `CommaDelimitedList`. A value of an AWS-specific type must exist in the account, so it is never empty.

use regex_automata::meta::Regex;

use super::parameters::{is_list, is_ssm};
use crate::source::{NodeId, Tree};

/// Bytes that a compiled pattern may take; a bigger one refuses nothing.
const PATTERN_SIZE: usize = 1 << 20;
/// Allowed values that a sentence names.
const NAMED: usize = 10;

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

/// A text that is allowed, and where that is written if it is written by itself.
type Allowed<'t> = (&'t str, Option<NodeId>);

/// The constraints of a parameter, read once.
#[derive(Debug)]
pub struct Constraint<'t> {
    kind: Kind,
    list: bool,
    /// Texts that are allowed, as `AllowedValues` or the alternatives of a plain pattern; empty: any.
    texts: Vec<Allowed<'t>>,
    pattern: Option<(&'t str, Regex)>,
    length: [Option<f64>; 2],
    value: [Option<f64>; 2],
}

/// What a value is or, of a list, each of its items.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    String,
    Number,
    /// Something that exists in the account, whose id begins so.
    Aws(&'static str),
    /// A name in the parameter store: what it stands for is not known.
    Ssm,
}

/// The first reason for which a value is not allowed.
#[derive(Debug)]
pub struct Refusal<'c> {
    /// Whether it is an item of a list that is not allowed.
    of_item: bool,
    reason: Reason<'c>,
}

#[derive(Debug)]
enum Reason<'c> {
    Empty,
    NoNumber,
    Beginning(&'static str),
    NoneOf(&'c [Allowed<'c>]),
    Pattern(&'c str),
    Shorter(f64),
    Longer(f64),
    Less(f64),
    More(f64),
}

impl Refusal<'_> {
    /// The reason, to stand after "it". Of a `secret` nothing is said that may be one: no allowed value, no pattern.
    #[must_use]
    pub fn sentence(&self, secret: bool) -> String {
        let reason = match self.reason {
            Reason::Empty => "is empty".to_owned(),
            Reason::NoNumber => "is not a number".to_owned(),
            Reason::Beginning(beginning) => format!("does not begin with `{beginning}`"),
            Reason::NoneOf(texts) if secret || texts.len() > NAMED => "is not one of the allowed values".to_owned(),
            Reason::NoneOf(texts) => {
                let texts: Vec<&str> = texts.iter().map(|(text, _)| *text).collect();
                format!("is not one of `{}`", texts.join("`, `"))
            }
            Reason::Pattern(_) if secret => "does not match the allowed pattern".to_owned(),
            Reason::Pattern(pattern) => format!("does not match `{pattern}`"),
            Reason::Shorter(least) => format!("is shorter than {least} characters"),
            Reason::Longer(most) => format!("is longer than {most} characters"),
            Reason::Less(least) => format!("is less than {least}"),
            Reason::More(most) => format!("is more than {most}"),
        };
        if self.of_item { format!("has an item that {reason}") } else { reason }
    }
}

impl<'t> Constraint<'t> {
    /// The constraints of the parameter that `node` declares.
    #[must_use]
    pub fn read(tree: &'t Tree, node: NodeId) -> Self {
        let scalar = |name: &str| tree.get(node, name).and_then(|value| tree.scalar(value));
        let limit = |name: &str| scalar(name).and_then(number);
        let declared = scalar("Type").unwrap_or("String");
        let source = scalar("AllowedPattern");
        let mut texts: Vec<Allowed<'t>> = tree
            .get(node, "AllowedValues")
            .map(|list| tree.items(list).iter().filter_map(|item| Some((tree.scalar(*item)?, Some(*item)))).collect())
            .unwrap_or_default();
        if texts.is_empty() {
            texts = source.map(alternatives).unwrap_or_default().into_iter().map(|text| (text, None)).collect();
        }
        Self {
            kind: Kind::of(declared),
            list: is_list(declared),
            texts,
            pattern: source.and_then(|source| Some((source, whole_match(source)?))),
            length: [limit("MinLength"), limit("MaxLength")],
            value: [limit("MinValue"), limit("MaxValue")],
        }
    }

    /// The texts that the value may be or, of a list, each of its items; empty where they are not listed.
    pub(super) fn cases(&self) -> Vec<Allowed<'t>> {
        let allowed = |(text, _): &Allowed<'t>| self.item_refusal(text).is_none();
        let cases: Vec<Allowed<'t>> = self.texts.iter().copied().filter(allowed).collect();
        // A declaration that contradicts itself is not understood.
        if cases.is_empty() { self.texts.clone() } else { cases }
    }

    /// Whether the cases are all that the whole value may be.
    pub(super) fn is_finite(&self) -> bool {
        !self.list && !self.texts.is_empty()
    }

    /// Whether whoever deploys may give this value.
    pub(super) fn allows(&self, text: &str) -> bool {
        self.refusal(text).is_none()
    }

    /// Whether two texts are the same value: `2.0` is an allowed `2`.
    pub(super) fn same(&self, one: &str, other: &str) -> bool {
        one == other || (self.kind == Kind::Number && number(one).is_some_and(|one| number(other) == Some(one)))
    }

    /// Why whoever deploys may not give this value; none when they may, or when that cannot be told.
    #[must_use]
    pub fn refusal(&self, text: &str) -> Option<Refusal<'_>> {
        if !self.list {
            return self.item_refusal(text).map(|reason| Refusal { of_item: false, reason });
        }
        if text.trim().is_empty() {
            // Nobody says whether an empty list of anything else has an item.
            let is_refused = matches!(self.kind, Kind::Aws(_));
            return is_refused.then_some(Refusal { of_item: false, reason: Reason::Empty });
        }
        let reason = text.split(',').find_map(|item| self.item_refusal(item.trim()))?;
        Some(Refusal { of_item: true, reason })
    }

    fn item_refusal(&self, text: &str) -> Option<Reason<'_>> {
        let number = number(text);
        match self.kind {
            Kind::Ssm => return None,
            Kind::Number if number.is_none() => return Some(Reason::NoNumber),
            Kind::Aws(_) if text.is_empty() => return Some(Reason::Empty),
            Kind::Aws(beginning) if !text.starts_with(beginning) => return Some(Reason::Beginning(beginning)),
            _ => {}
        }
        if !self.texts.is_empty() && !self.texts.iter().any(|(allowed, _)| self.same(allowed, text)) {
            return Some(Reason::NoneOf(&self.texts));
        }
        if let Some((source, pattern)) = &self.pattern
            && !pattern.is_match(text)
        {
            return Some(Reason::Pattern(source));
        }
        match (self.kind, number) {
            (Kind::Number, Some(number)) => outside(number, self.value, Reason::Less, Reason::More),
            (Kind::String, _) if !self.list => {
                outside(text.chars().count() as f64, self.length, Reason::Shorter, Reason::Longer)
            }
            _ => None,
        }
    }
}

impl Kind {
    fn of(declared: &str) -> Self {
        let item = declared.strip_prefix("List<").and_then(|kind| kind.strip_suffix('>')).unwrap_or(declared);
        match item {
            "Number" => Self::Number,
            kind if is_ssm(kind) => Self::Ssm,
            kind if kind.starts_with("AWS::") => {
                Self::Aws(IDS.iter().find(|(name, _)| *name == kind).map_or("", |(_, beginning)| *beginning))
            }
            _ => Self::String,
        }
    }
}

type Outside = fn(f64) -> Reason<'static>;

fn outside(number: f64, [least, most]: [Option<f64>; 2], below: Outside, above: Outside) -> Option<Reason<'static>> {
    let below = least.filter(|least| number < *least).map(below);
    below.or_else(|| most.filter(|most| number > *most).map(above))
}

fn number(text: &str) -> Option<f64> {
    // The standard library also takes `inf` and `nan`.
    let digits = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.' | b'e' | b'E');
    let text = text.trim();
    text.bytes().all(digits).then(|| text.parse().ok()).flatten()
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
    use std::sync::Arc;

    use super::*;
    use crate::source::{Limits, SourceFile, yaml};

    fn of(definition: &str, value: &str) -> Option<String> {
        let text = format!("Parameters: {{P: {{{definition}}}}}\nResources: {{}}\n");
        let file = Arc::new(SourceFile::new("t.yaml", text));
        let tree = yaml::parse(&file, Limits::default()).unwrap().trees.remove(0);
        let node = tree.at(tree.root(), &["Parameters", "P"]).unwrap();
        Constraint::read(&tree, node).refusal(value).map(|why| why.sentence(definition.contains("NoEcho")))
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

    #[test]
    fn what_must_exist_in_the_account_has_the_id_of_its_kind() {
        takes("Type: 'AWS::EC2::VPC::Id'", &["vpc-1"]);
        takes("Type: 'AWS::EC2::KeyPair::KeyName'", &["any"]);
        takes("Type: 'List<AWS::EC2::Subnet::Id>'", &["subnet-1, subnet-2"]);
        refuses("Type: 'AWS::EC2::VPC::Id'", "none", "does not begin with `vpc-`");
        refuses("Type: 'AWS::EC2::KeyPair::KeyName'", "", "is empty");
        refuses("Type: 'List<AWS::EC2::Subnet::Id>'", "", "is empty");
        refuses("Type: 'List<AWS::EC2::Subnet::Id>'", "subnet-1,", "has an item that is empty");
        refuses(
            "Type: 'List<AWS::EC2::Subnet::Id>'",
            "subnet-1,vpc-1",
            "has an item that does not begin with `subnet-`",
        );
    }

    #[test]
    fn a_pattern_of_alternatives_is_a_list_of_values_and_no_secret_is_named_in_one() {
        refuses("Type: String, AllowedPattern: '^(on|off)$'", "x", "is not one of `on`, `off`");
        refuses("Type: String, NoEcho: true, AllowedPattern: '^(on|off)$'", "x", "is not one of the allowed values");
        refuses("Type: String, NoEcho: true, AllowedPattern: 'on|off'", "x", "does not match the allowed pattern");
    }

    #[test]
    fn each_number_of_a_list_has_the_limits() {
        takes("Type: List<Number>, MinValue: 1", &["1, 2", ""]);
        refuses("Type: List<Number>, MinValue: 1", "1,0", "has an item that is less than 1");
    }

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
