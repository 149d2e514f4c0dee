//! What a tag means: the short forms of CloudFormation's functions, and the tags of YAML itself.

use granit_parser::Tag as Written;

/// The short tags and the keys they stand for.
const FUNCTIONS: [(&str, &str); 28] = [
    ("Ref", "Ref"),
    ("Condition", "Condition"),
    ("GetAtt", GET_ATT),
    ("Sub", "Fn::Sub"),
    ("Join", "Fn::Join"),
    ("If", "Fn::If"),
    ("Equals", "Fn::Equals"),
    ("Select", "Fn::Select"),
    ("FindInMap", "Fn::FindInMap"),
    ("Not", "Fn::Not"),
    ("And", "Fn::And"),
    ("Or", "Fn::Or"),
    ("Split", "Fn::Split"),
    ("ImportValue", "Fn::ImportValue"),
    ("Base64", "Fn::Base64"),
    ("Cidr", "Fn::Cidr"),
    ("GetAZs", "Fn::GetAZs"),
    ("Transform", "Fn::Transform"),
    ("GetStackOutput", "Fn::GetStackOutput"),
    ("Length", "Fn::Length"),
    ("ToJsonString", "Fn::ToJsonString"),
    ("ForEach", "Fn::ForEach"),
    ("ValueOf", "Fn::ValueOf"),
    ("ValueOfAll", "Fn::ValueOfAll"),
    ("RefAll", "Fn::RefAll"),
    ("EachMemberEquals", "Fn::EachMemberEquals"),
    ("EachMemberIn", "Fn::EachMemberIn"),
    ("Contains", "Fn::Contains"),
];

/// The key of the one function whose text is split into a list.
pub(super) const GET_ATT: &str = "Fn::GetAtt";

/// A tag's meaning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Tag {
    /// A function of CloudFormation, by its long form.
    Function(&'static str),
    /// A tag that is nobody's here, as written; kept as a map of this one key.
    Unknown(String),
    /// A tag of YAML itself.
    Core(Core),
}

/// The tags of YAML itself, as far as they differ in what this program does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Core {
    /// Also `!` alone, `!!timestamp` and `!!binary`, whose text is kept as it stands.
    Str,
    Int,
    Float,
    Bool,
    Null,
    Merge,
    Map,
    Seq,
}

impl Tag {
    /// The meaning of a tag that is written as `source` in the file.
    pub(super) fn of(tag: &Written, source: &str) -> Self {
        if let Some(name) = tag.suffix_in_namespace("tag:yaml.org,2002:") {
            return match name.as_ref() {
                "str" | "timestamp" | "binary" => Self::Core(Core::Str),
                "int" => Self::Core(Core::Int),
                "float" => Self::Core(Core::Float),
                "bool" => Self::Core(Core::Bool),
                "null" => Self::Core(Core::Null),
                "merge" => Self::Core(Core::Merge),
                "map" | "set" => Self::Core(Core::Map),
                "seq" | "omap" | "pairs" => Self::Core(Core::Seq),
                _ => Self::Unknown(source.to_owned()),
            };
        }
        let local = match (tag.handle(), tag.suffix()) {
            ("!", name) => name,
            ("", name) => name.strip_prefix('!').unwrap_or_default(),
            _ => return Self::Unknown(source.to_owned()),
        };
        match FUNCTIONS.iter().find(|(short, _)| *short == local) {
            Some((_, key)) => Self::Function(key),
            None if matches!(source, "!" | "!<!>") => Self::Core(Core::Str),
            None => Self::Unknown(if local.is_empty() { source.to_owned() } else { format!("!{local}") }),
        }
    }

    /// The key that the value is put under, for a tag that stands for a map.
    pub(super) fn key(&self) -> Option<&str> {
        match self {
            Self::Function(key) => Some(key),
            Self::Unknown(key) => Some(key),
            Self::Core(_) => None,
        }
    }
}

/// The function whose short tag is `unknown` but for the case of its letters.
pub(super) fn similar(unknown: &str) -> Option<&'static str> {
    let name = unknown.strip_prefix('!')?;
    FUNCTIONS.iter().map(|(short, _)| *short).find(|short| short.eq_ignore_ascii_case(name))
}
