//! What must not be shown: the places of secrets in the files of a unit, and their texts.
//!
//! Found by one walk over the source trees and one over the resolved values, and only for units of which something is
//! shown. It rather hides too much: a name that sounds like a secret's is enough.

mod everywhere;
mod texts;
mod tree;
mod unparsed;
mod values;

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::deployment::Deployment;
use crate::inventory::Inventory;
use crate::source::{SourceFile, Span};
use crate::template::unit::Unit;
use crate::value::Place;

pub(super) use everywhere::mask_everywhere;
pub(super) use texts::{MASK, says, without};
pub(super) use unparsed::spans as unparsed_spans;

/// The secrets of a unit.
#[derive(Debug, Default)]
pub(super) struct Secrets {
    /// By file: sorted and disjoint.
    files: Vec<(Arc<SourceFile>, Vec<Span>)>,
    /// The index in `files` of every file of the inventory.
    ids: Vec<Option<usize>>,
    /// What messages must not say.
    texts: texts::Texts,
    /// Parameters whose value is one.
    parameters: FxHashSet<Box<str>>,
    /// The values that the deployment gives them, and the items of these: also those too short to be looked for in texts.
    given: FxHashSet<Box<str>>,
}

impl Secrets {
    /// The secrets of `unit`; `shown` are places that a rule about secrets found fault with, and `is_said` tells which words
    /// are in the report anyway.
    pub(super) fn of(
        unit: &Unit,
        inventory: &Inventory,
        shown: &[Place],
        deployments: &[Deployment],
        is_said: impl Fn(&str) -> bool,
    ) -> Self {
        let mut secrets = Self::default();
        let mut places = shown.to_vec();
        values::collect(inventory, &mut places, &mut secrets.texts);
        let mut of_file: FxHashMap<*const SourceFile, Vec<Span>> = FxHashMap::default();
        for place in places {
            of_file.entry(Arc::as_ptr(inventory.files.get(place.file))).or_default().push(place.span);
        }
        for template in &unit.templates {
            // A file that is included may say that a parameter of the template is a secret, so the template comes last.
            let mut parameters: FxHashSet<&str> = FxHashSet::default();
            let trees: Vec<_> = template.trees().collect();
            for tree in trees.into_iter().rev() {
                let known = merged(of_file.get(&Arc::as_ptr(tree.file())).cloned().unwrap_or_default());
                let is_in = |place: &Place| Arc::ptr_eq(inventory.files.get(place.file), tree.file());
                let embedded = || inventory.embedded.iter().filter(|(place, _)| is_in(place));
                let texts = embedded().map(|(place, _)| place.span).collect();
                let found = tree::Walk::of(tree, known.clone(), texts, &parameters, &mut secrets.texts);
                let (mut spans, own) = (found.spans, found.parameters);
                parameters.extend(own);
                for (_, tree) in embedded() {
                    let none = FxHashSet::default();
                    let found = tree::Walk::of(tree, known.clone(), Vec::new(), &none, &mut secrets.texts);
                    spans.extend(found.spans);
                    secrets.parameters.extend(found.parameters.into_iter().map(Box::from));
                }
                secrets.files.push((Arc::clone(tree.file()), merged(spans)));
            }
            secrets.parameters.extend(parameters.into_iter().map(Box::from));
        }
        let index_of = |file: &Arc<SourceFile>| secrets.files.iter().position(|(known, _)| Arc::ptr_eq(known, file));
        secrets.ids = inventory.files.iter().map(|(_, file)| index_of(file)).collect();
        // Values go down: what comes last stands deepest.
        for template in unit.templates.iter().rev() {
            let passed = tree::passed_on(template, |name| secrets.parameters.contains(name));
            secrets.parameters.extend(passed);
        }
        let of_roots = unit.roots.iter().flat_map(|root| &root.parameters).map(|(name, value)| (name, value));
        let given = deployments.iter().flat_map(|deployment| &deployment.values.parameters);
        for (name, value) in of_roots.chain(given.map(|given| (&given.name, &given.value))) {
            if secrets.is_parameter(name) || shows_secret(value) {
                // The items of a list are values of their own.
                for text in value.split(',').map(str::trim).chain([&**value]) {
                    secrets.texts.add(text);
                    secrets.given.extend((!matches!(text, "" | "true" | "false")).then(|| Box::from(text)));
                }
            }
        }
        let files = &secrets.files;
        secrets.texts.finish(|word| is_said(word) || files.iter().any(|(file, spans)| is_beside(file, spans, word)));
        secrets
    }

    /// Whether the value of a parameter is a secret.
    pub(super) fn is_parameter(&self, name: &str) -> bool {
        self.parameters.contains(name)
    }

    /// The places of secrets in the file that `file` is, when it is one of the unit.
    pub(super) fn of_file(&self, file: &SourceFile) -> Option<&[Span]> {
        let known = self.files.iter().find(|(known, _)| std::ptr::eq(known.as_ref(), file));
        known.map(|(_, spans)| spans.as_slice())
    }

    /// Whether a secret stands at this place.
    pub(super) fn covers(&self, place: Place) -> bool {
        let file = self.ids.get(place.file.0 as usize).copied().flatten();
        file.and_then(|index| self.files.get(index)).is_some_and(|(_, spans)| touches(spans, place.span))
    }

    /// The secret values that parameters are given.
    pub(super) fn given(&self) -> impl Iterator<Item = &str> {
        self.given.iter().map(AsRef::as_ref)
    }

    /// Whether a text is nothing but the secret value of a parameter.
    pub(super) fn is_given(&self, text: &str) -> bool {
        self.given.contains(text)
    }

    /// The text with every secret in it masked.
    pub(super) fn mask(&self, text: &str) -> String {
        self.texts.mask(text)
    }

    /// The value of a parameter, masked when it is a secret.
    pub(super) fn parameter_value(&self, name: &str, value: &str) -> String {
        if self.is_parameter(name) { MASK.to_owned() } else { self.mask(value) }
    }
}

/// Whether a word stands in a file, alone, outside of the sorted, disjoint spans.
fn is_beside(file: &SourceFile, spans: &[Span], word: &str) -> bool {
    let mut at = 0;
    let ends = spans.iter().map(|span| (span.start as usize, span.end as usize)).chain([(file.text().len(), 0)]);
    ends.into_iter().any(|(start, end)| {
        let beside = file.text().get(at..start).unwrap_or_default();
        at = at.max(end);
        says(beside, word)
    })
}

/// Sorted spans without overlaps.
fn merged(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_unstable();
    let mut out: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match out.last_mut() {
            Some(last) if span.start < last.end => last.end = last.end.max(span.end),
            _ => out.push(span),
        }
    }
    out
}

/// Whether one of the sorted, disjoint `spans` shares a byte with `span`.
fn touches(spans: &[Span], span: Span) -> bool {
    let first = spans.partition_point(|other| other.end <= span.start);
    spans.get(first).is_some_and(|other| other.start < span.end)
}

/// Whether `entries` are a name with its value and the name is that of a secret: `{Name: DB_PASSWORD, Value: ...}`.
fn names_a_secret(key: &str, value: &str) -> bool {
    const NAMES: [&str; 7] =
        ["Name", "Key", "OptionName", "ParameterKey", "ParameterName", "HeaderName", "EnvironmentVariableName"];
    NAMES.iter().any(|name| key.eq_ignore_ascii_case(name)) && crate::facts::secret::is_secret_name(value)
}

/// Whether the value of a name and value pair stands under this key.
fn is_pair_value(key: &str) -> bool {
    ["Value", "ParameterValue", "HeaderValue", "DefaultValue"].iter().any(|name| key.eq_ignore_ascii_case(name))
}

/// Whether a key says that what is below it is secret: the name sounds so, and it is not one that makes a secret.
fn is_secret_key(key: &str) -> bool {
    key != "GenerateSecretString" && crate::facts::secret::is_secret_name(key)
}

/// Whether a text shows a secret whatever it is called.
fn shows_secret(text: &str) -> bool {
    use crate::facts::secret::{is_secret_name, members};
    if may_be_credential(text.as_bytes()) && looks_like_credential(text) {
        return true;
    }
    // Members of JSON and lines of `key=value`; prose that speaks of a password has neither.
    let structured = text.contains('=') || text.trim_start().starts_with('{');
    structured
        && !is_dynamic(text)
        && members(text).iter().any(|(key, value)| is_secret_name(key) && !value.starts_with(['$', '{']))
}

/// Whether a text looks like a credential; of a URL with a password also when the password is not encoded as it should be.
fn looks_like_credential(text: &str) -> bool {
    crate::facts::secret::looks_like_credential(text)
        || text.match_indices("://").any(|(at, scheme)| {
            let rest = &text[at + scheme.len()..];
            let authority = rest.split(|c: char| c == '/' || c == '"' || c.is_whitespace()).next().unwrap_or_default();
            let login = authority.rsplit_once('@').and_then(|(login, _)| login.split_once(':'));
            login.is_some_and(|(_, password)| !password.is_empty() && !password.starts_with(['$', '{', '<', '\u{1}']))
        })
}

/// Whether a text has something that every credential has: a quick look, as every text is asked.
fn may_be_credential(text: &[u8]) -> bool {
    let has = |at: usize, part: &[u8]| text[at..].starts_with(part);
    text.len() > 6
        && memchr::memchr3_iter(b'I', b':', b'-', text)
            .any(|at| has(at, b"IA") || has(at, b"://") || has(at, b"-----BEGIN"))
}

/// Whether a text is nothing but one dynamic reference, which says where a secret is kept and not the secret.
fn is_dynamic(text: &str) -> bool {
    let text = text.trim();
    text.starts_with("{{resolve:") && text.find("}}") == Some(text.len() - 2)
}
