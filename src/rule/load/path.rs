//! Property paths: their steps, and whether the resource schema has them.

use crate::inventory::schema::{Kind, ResourceType, Type, steps, unquoted};
use crate::rule::ast::{Path, Segment};
use crate::source::{NodeId, Span};

use super::reader::Reader;

/// What the paths of a clause are relative to.
#[derive(Debug, Clone, Default)]
pub(super) struct Scope {
    /// The types that may stand there; empty when nothing is known, and then any path is accepted.
    pub(super) types: Vec<Root>,
    pub(super) within: Within,
}

/// One type that may stand where a path starts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Root {
    pub(super) ty: Type,
    /// The resource type whose properties `ty` is.
    pub(super) resource: Option<ResourceType>,
}

/// Where a path starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Within {
    /// At the properties of a resource.
    #[default]
    Resource,
    /// At an element of a list.
    Element,
    /// At a value of a map, at a declaration of a template, or at an element of something of which nothing is known: it may
    /// have a key.
    Keyed,
}

/// A path with what the schema says about it.
#[derive(Debug)]
pub(super) struct Resolved {
    pub(super) path: Path,
    /// What may stand there; empty when that is not known.
    pub(super) types: Vec<Type>,
    /// Whether there always is a value.
    pub(super) required: bool,
}

impl Scope {
    /// The scope of these resource types.
    pub(super) fn resources(types: impl IntoIterator<Item = ResourceType>) -> Self {
        let root = |resource: ResourceType| Root { ty: resource.properties(), resource: Some(resource) };
        Self { types: types.into_iter().map(root).collect(), within: Within::Resource }
    }

    /// The resource types of the scope; none inside of a quantifier.
    pub(super) fn resource_types(&self) -> impl Iterator<Item = ResourceType> {
        self.types.iter().filter_map(|root| root.resource)
    }
}

impl<'a> Reader<'a> {
    /// A path, checked against the scope where it starts.
    pub(super) fn path(&mut self, id: NodeId, what: &str, scope: &Scope) -> Option<Resolved> {
        let text = self.text(id, what)?;
        let span = self.tree.span(id);
        if text == "." {
            if scope.within == Within::Resource {
                self.error_help(
                    span,
                    "`.` stands for an element, and there is none here",
                    "write it in `match` of `each`, `some` or `none`".to_owned(),
                );
                return None;
            }
            let path = Path { text: text.into(), segments: Vec::new() };
            let types = scope.types.iter().map(|root| root.ty).collect();
            return Some(Resolved { path, types, required: true });
        }
        let segments = self.segments(text, span)?;
        let mut types = Vec::with_capacity(scope.types.len());
        for root in &scope.types {
            let resolved = match root.resource {
                Some(resource) => resource.resolve(text),
                None => root.ty.resolve(text),
            };
            match resolved {
                Ok(ty) => types.push(ty),
                Err(error) => {
                    let at = inner(self.tree.file().text(), span, text, error.range.clone());
                    self.error_help(at, error.to_string(), error.help());
                    return None;
                }
            }
        }
        let required = !types.is_empty() && scope.types.iter().all(|root| self.is_required(root.ty, &segments));
        Some(Resolved { path: Path { text: text.into(), segments }, types, required })
    }

    pub(super) fn segments(&mut self, text: &str, span: Span) -> Option<Vec<Segment>> {
        let mut segments = Vec::new();
        for (start, step) in steps(text) {
            let mut name = step;
            let mut lists = 0;
            while let Some(rest) = name.strip_suffix("[]") {
                (name, lists) = (rest, lists + 1);
            }
            let first_element = start == 0 && name.is_empty() && lists > 0;
            let plain = unquoted(name);
            let quoted = plain.len() < name.len();
            let odd =
                if quoted { plain.is_empty() || plain.contains('"') } else { name.contains(['[', ']', ' ', '"']) };
            if (name.is_empty() && !first_element) || odd {
                let at = inner(self.tree.file().text(), span, text, start..start + step.len());
                let message = match step {
                    "" => "the path has an empty step".to_owned(),
                    step => format!("`{step}` is not a step of a path"),
                };
                self.error_help(
                    at,
                    message,
                    "write `A.B`, `A[].B` for every element, `A.*` for every value or `A.\"b.c\"` for a key with a dot"
                        .to_owned(),
                );
                return None;
            }
            match name {
                "" => {}
                "*" => segments.push(Segment::Values),
                _ => segments.push(Segment::Key(self.names.intern(plain))),
            }
            segments.extend(std::iter::repeat_n(Segment::Elements, lists));
        }
        Some(segments)
    }

    /// Whether CloudFormation insists on everything along the path.
    fn is_required(&self, from: Type, segments: &[Segment]) -> bool {
        let mut here = from;
        segments.iter().all(|segment| {
            let Segment::Key(key) = segment else { return false };
            let name = self.names.text(*key);
            let member = here.members().find(|member| member.name == name && member.required);
            member.is_some_and(|member| {
                here = member.ty;
                true
            })
        })
    }

    /// The scope inside of a quantifier over a path, and an error where there is nothing to count.
    pub(super) fn elements(&mut self, over: &Resolved, span: Span) -> Option<Scope> {
        let mut scope = Scope { types: Vec::new(), within: Within::Keyed };
        for ty in &over.types {
            let element = match (ty.item(), ty.value(), ty.kind()) {
                (Some(item), _, _) => {
                    scope.within = Within::Element;
                    item
                }
                (None, Some(value), _) => value,
                // Free-form JSON: its elements are so too.
                (None, None, Kind::Any) => *ty,
                (None, None, _) => {
                    let (text, found) = (&over.path.text, ty.describe());
                    let message = format!("`{text}` has no elements to look at, it is {found}");
                    let help = text.strip_suffix("[]").map(|list| format!("write `{list}`"));
                    self.error_help(span, message, help);
                    return None;
                }
            };
            scope.types.push(Root { ty: element, resource: None });
        }
        Some(scope)
    }
}

/// The part of a text in quotes, when it stands in the file as it is; else the whole text.
pub(super) fn inner(file: &str, span: Span, text: &str, range: std::ops::Range<usize>) -> Span {
    let exact = Span::new(span.start + 1, span.end.saturating_sub(1));
    match exact.start <= exact.end && exact.slice(file) == text {
        true => Span::new(exact.start + range.start as u32, exact.start + range.end as u32),
        false => span,
    }
}
