//! Property paths, and what is wrong with one.

use std::fmt;
use std::ops::Range;

use super::{Kind, Type, did_you_mean};

/// What is wrong with a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathErrorKind {
    /// An empty segment, or brackets other than `[]` and `[*]`.
    Malformed,
    /// The object has no such member.
    Unknown,
    /// A name after a list: the step to its elements is missing.
    IsAList,
    /// A step to elements of something that is no list.
    NotAList,
    /// A name after a value that has no members.
    NotAnObject,
}

/// Why a path does not resolve. As text it is the problem; [`PathError::help`] is the advice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathError {
    /// What is wrong.
    pub kind: PathErrorKind,
    /// Where in the path the wrong segment is, in bytes.
    pub range: Range<usize>,
    /// The wrong segment, as written.
    pub segment: Box<str>,
    /// The path before the segment; empty at the start.
    pub parent: Box<str>,
    /// What is found there, as a noun with its article: `a list`.
    pub found: &'static str,
    /// The resource type, when the path starts at one.
    pub resource: Option<&'static str>,
    /// What to write in place of the segment.
    pub suggestion: Option<Box<str>>,
}

impl PathError {
    pub(super) fn of(self, resource: &'static str) -> Self {
        Self { resource: Some(resource), ..self }
    }

    /// The advice that goes with the message, when there is one.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        let suggestion = self.suggestion.as_ref()?;
        Some(match self.kind {
            PathErrorKind::Unknown => format!("did you mean `{suggestion}`"),
            _ => format!("write `{suggestion}`"),
        })
    }
}

impl fmt::Display for PathError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (segment, found) = (&self.segment, self.found);
        match self.kind {
            PathErrorKind::Malformed if segment.is_empty() => f.write_str("the path has an empty segment"),
            PathErrorKind::Malformed => write!(f, "`{segment}` is not a path segment"),
            PathErrorKind::Unknown => match (&*self.parent, self.resource) {
                ("", None) => write!(f, "`{segment}` is not a property here"),
                ("", Some(resource)) => write!(f, "`{segment}` is not a property of `{resource}`"),
                (parent, None) => write!(f, "`{segment}` is not a property of `{parent}`"),
                (parent, Some(resource)) => write!(f, "`{segment}` is not a property of `{parent}` in `{resource}`"),
            },
            PathErrorKind::IsAList => write!(f, "`{segment}` is {found}, and a path enters its elements with `[]`"),
            PathErrorKind::NotAList => write!(f, "`{segment}` steps to elements, but it is {found}"),
            PathErrorKind::NotAnObject => {
                write!(f, "`{segment}` cannot be looked up in `{}`, which is {found}", self.parent)
            }
        }
    }
}

impl std::error::Error for PathError {}

/// A segment of a path: a name, and the number of steps to elements after it.
struct Segment<'p> {
    text: &'p str,
    start: usize,
    name: &'p str,
    steps: usize,
}

/// The steps of a path, between its dots, each with its place in bytes. A dot inside of double quotes is part of a name.
pub fn steps(path: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut start = 0;
    let mut quoted = false;
    let separates = move |char| {
        quoted ^= char == '"';
        char == '.' && !quoted
    };
    path.split(separates).map(move |text| {
        let at = start;
        start += text.len() + 1;
        (at, text)
    })
}

/// The name that is written in double quotes; any other name is itself.
#[must_use]
pub fn unquoted(name: &str) -> &str {
    name.strip_prefix('"').and_then(|name| name.strip_suffix('"')).unwrap_or(name)
}

fn segments(path: &str) -> impl Iterator<Item = Segment<'_>> {
    steps(path).map(|(start, text)| {
        let (mut name, mut steps) = (text, 0);
        while let Some(rest) = name.strip_suffix("[]").or_else(|| name.strip_suffix("[*]")) {
            (name, steps) = (rest, steps + 1);
        }
        Segment { text, start, name, steps }
    })
}

/// The names of a path, without the steps to elements and map values.
pub(super) fn names(path: &str) -> impl Iterator<Item = &str> {
    let name = |segment: &'_ str| segment.find('[').unwrap_or(segment.len());
    path.split('.').map(move |segment| segment.get(..name(segment)).unwrap_or(segment)).filter(|name| *name != "*")
}

impl Type {
    /// What stands at a path from here. Names are joined by dots; `Name[]` or `Name[*]` steps to any element of a list, `.*`
    /// to any value of a map, where a key does too; a key with a dot stands in double quotes. A path from an element of a list of lists may start with `[]`. Free-form
    /// JSON accepts every path.
    ///
    /// # Errors
    /// Which segment of the path does not exist, and what may have been meant.
    pub fn resolve(self, path: &str) -> Result<Type, PathError> {
        let mut here = self;
        let mut before: Option<Segment<'_>> = None;
        for segment in segments(path) {
            let fail = |kind, at: &Segment<'_>, ty: Type, suggestion: Option<String>| PathError {
                kind,
                range: at.start..at.start + at.text.len(),
                segment: at.text.into(),
                parent: path.get(..at.start.saturating_sub(1)).unwrap_or("").into(),
                found: ty.describe(),
                resource: None,
                suggestion: suggestion.map(String::into_boxed_str),
            };
            let starts_with_step = before.is_none() && segment.steps > 0;
            let name = unquoted(segment.name);
            let quoted = name.len() < segment.name.len();
            let odd = if quoted { name.is_empty() || name.contains('"') } else { name.contains(['[', ']', '"']) };
            if (name.is_empty() && !starts_with_step) || odd {
                return Err(fail(PathErrorKind::Malformed, &segment, here, None));
            }
            if !name.is_empty() {
                here = here.enter(name).map_err(|kind| match (kind, &before) {
                    (PathErrorKind::IsAList, Some(list)) => fail(kind, list, here, Some(format!("{}[]", list.text))),
                    (PathErrorKind::Unknown, _) => {
                        let name = did_you_mean(segment.name, here.members().map(|member| member.name));
                        fail(kind, &segment, here, name.map(|name| segment.text.replacen(segment.name, name, 1)))
                    }
                    _ => fail(kind, &segment, here, None),
                })?;
            }
            for step in 0..segment.steps {
                here = here.element().ok_or_else(|| {
                    let fewer = format!("{}{}", segment.name, "[]".repeat(step));
                    fail(PathErrorKind::NotAList, &segment, here, (!fewer.is_empty()).then_some(fewer))
                })?;
            }
            before = Some(segment);
        }
        Ok(here)
    }

    fn enter(self, name: &str) -> Result<Type, PathErrorKind> {
        if name != "*"
            && let Some(member) = self.member(name)
        {
            return Ok(member);
        }
        match self.kind() {
            Kind::Any => Ok(self),
            Kind::Map(value) => Ok(value),
            // An undescribed value has no type of its own in the catalogue; the place past its end reads as free-form.
            Kind::Object(_) if self.is_open() => Ok(self.free_form()),
            Kind::Object(_) => self.value().ok_or(PathErrorKind::Unknown),
            Kind::List(_) => self.value().ok_or(PathErrorKind::IsAList),
            _ => Err(PathErrorKind::NotAnObject),
        }
    }

    fn element(self) -> Option<Type> {
        self.item().or((self.kind() == Kind::Any).then_some(self))
    }
}
