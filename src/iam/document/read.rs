//! Values to typed policies: the document. Statements, principals and conditions have files of their own.

use rustc_hash::FxHashMap;

use super::kind::PolicyKind;
use super::policy::{Policy, Problem, Version};
use super::text::Text;
use crate::source::{Files, Interner, Limits, SourceFile, Span, Symbol, embedded, json};
use crate::value::{Cause, Entry, Kind, OPAQUE, Place, Read, ResourceId, ValueId, Values, View, World, did_you_mean};

/// What references to resources stand for in texts.
pub type References<'r> = &'r dyn Fn(ResourceId, Symbol) -> String;

/// What is known of a document besides what it says.
#[derive(Debug, Clone, Copy, Default)]
pub struct Setting<'r> {
    /// What it is attached to: some elements are only for some kinds.
    pub kind: Option<PolicyKind>,
    /// The files of the places: with them, what is written in a document that is a text has a place of its own.
    pub files: Option<&'r Files>,
}

/// Reads policy documents.
#[derive(Clone, Copy)]
pub struct Reader<'r> {
    /// Where values are read, in one world.
    pub view: View<'r>,
    /// The names of keys and attributes.
    pub names: &'r Interner,
    /// What references stand for.
    pub references: References<'r>,
}

/// A token for a reference.
fn opaque(resource: ResourceId, attribute: Symbol) -> String {
    format!("{OPAQUE}{}.{}{OPAQUE}", resource.0, attribute.0)
}

impl<'r> Reader<'r> {
    /// A reader that leaves references as opaque tokens.
    #[must_use]
    pub fn new(view: View<'r>, names: &'r Interner) -> Self {
        Self { view, names, references: &opaque }
    }

    /// Reads the document at `id`: a map, or a text that is JSON. What only some kinds of policies may say is not judged.
    #[must_use]
    pub fn policy(&self, id: ValueId) -> Policy {
        self.policy_in(id, Setting::default())
    }

    /// The same of a document of which it is known what it is attached to, or where its text is.
    #[must_use]
    pub fn policy_in(&self, id: ValueId, setting: Setting<'_>) -> Policy {
        let mut reading = self.reading(setting);
        let mut policy = reading.policy(id);
        policy.problems = reading.problems;
        policy
    }

    /// Reads the one statement at `id`, which stands for a document.
    #[must_use]
    pub fn lone_statement(&self, id: ValueId) -> Policy {
        let mut reading = self.reading(Setting::default());
        let mut policy = Policy::nothing(self.view.place(id));
        policy.version = Version::V2012;
        match self.view.deep(id).1 {
            Kind::Map(_) => policy.statements.push(reading.statement(id, 0)),
            Kind::Absent => {}
            Kind::Unknown(_) | Kind::Reference { .. } => policy.open.extend(reading.cause(id)),
            _ => policy.open.push(reading.refuse(policy.place, "a statement is an object", None)),
        }
        policy.problems = reading.problems;
        policy
    }

    /// A text with tokens for what the template does not decide; `None` for lists, maps and nothing.
    #[must_use]
    pub fn text(&self, id: ValueId) -> Option<Text> {
        self.reading(Setting::default()).text(id)
    }

    fn reading<'s>(&self, setting: Setting<'s>) -> Reading<'s>
    where
        'r: 's,
    {
        Reading { view: self.view, names: self.names, references: self.references, setting, problems: Vec::new() }
    }
}

/// The reading of one document.
pub(super) struct Reading<'r> {
    pub(super) view: View<'r>,
    pub(super) names: &'r Interner,
    pub(super) references: References<'r>,
    pub(super) setting: Setting<'r>,
    pub(super) problems: Vec<Problem>,
}

impl<'r> Reading<'r> {
    fn policy(&mut self, id: ValueId) -> Policy {
        let place = self.view.place(id);
        let mut policy = Policy::nothing(place);
        match self.view.deep(id).1 {
            Kind::Map(_) => self.document(id, &mut policy),
            Kind::Absent => {}
            Kind::Text(_) | Kind::Concat(_) => match self.text(id) {
                Some(text) => self.json(&text, &mut policy),
                None => policy.open.push(self.refuse(place, "a policy document is an object", None)),
            },
            Kind::Unknown(_) | Kind::Reference { .. } => policy.open.extend(self.cause(id)),
            _ => policy.open.push(self.refuse(place, "a policy document is an object", None)),
        }
        policy
    }

    /// Notes what AWS refuses; gives the cause of what is unknown for it.
    pub(super) fn refuse(&mut self, place: Place, message: impl Into<String>, help: Option<String>) -> Cause {
        self.problems.push(Problem { place, message: message.into(), help });
        Cause::Invalid
    }

    /// A document that is a text. Where its characters are not those that are written, everything in it stands at the text.
    fn json(&mut self, text: &Text, policy: &mut Policy) {
        // JSON has no such characters; references inside its texts stay what they are.
        let escaped = text.text.replace(OPAQUE, "\\u0001");
        let Place { file, span } = text.place;
        let parsed = match self.setting.files {
            Some(files) => embedded::parse_json(files.get(file), span, &escaped, Limits::default()),
            None => json::parse(&std::sync::Arc::new(SourceFile::new("", escaped)), Limits::default()),
        };
        let tree = match parsed {
            Ok(tree) => tree,
            Err(_) if !text.is_known() => {
                return policy.open.push(Cause::NotInInput { what: "a part of the policy".into() });
            }
            Err(problems) => {
                let exact = problems.first().filter(|_| self.setting.files.is_some());
                let place = Place { file, span: exact.and_then(|problem| problem.span).unwrap_or(span) };
                let reason = problems.first().map(|problem| format!(": {}", problem.message)).unwrap_or_default();
                let message = format!("the policy document is not valid JSON{reason}");
                let help = problems.first().and_then(|problem| problem.help.clone());
                return policy.open.push(self.refuse(place, message, help));
            }
        };
        let mut values = Values::default();
        let root = values.push_tree(&tree, tree.root(), file);
        let world = World::open();
        let mut inner = Reading {
            view: View::new(&values, &world),
            names: &tree.keys,
            references: self.references,
            setting: self.setting,
            problems: Vec::new(),
        };
        *policy = match values.kind(root) {
            // A text in the text would go on for ever.
            Kind::Map(_) => inner.policy(root),
            _ => {
                let cause = inner.refuse(text.place, "a policy document is an object", None);
                Policy { open: vec![cause], ..policy.clone() }
            }
        };
        policy.problems = inner.problems;
        if self.setting.files.is_none() {
            policy.stand_at(text.place);
        }
        self.problems.append(&mut policy.problems);
    }

    fn document(&mut self, id: ValueId, policy: &mut Policy) {
        if self.has_unknown_elements(id, &["Version", "Id", "Statement"], "policy") {
            policy.open.push(Cause::Invalid);
        }
        policy.version = self.version(id, policy.place);
        if let Some(entry) = self.present(id, "Id")
            && matches!(self.view.deep(entry.value).1, Kind::List(_) | Kind::Map(_))
        {
            self.refuse(self.view.place(entry.value), "`Id` is a text", None);
        }
        let statements = match self.view.member(id, self.names.find("Statement")) {
            Read::Known(entry) if self.present(id, "Statement").is_some() => entry.value,
            Read::Unknown(cause) => return policy.open.push(self.view.values.cause(cause).clone()),
            _ => return policy.open.push(self.refuse(policy.place, "the policy has no `Statement`", None)),
        };
        match self.view.elements(statements) {
            Read::Known((items, open)) => {
                if items.is_empty() && open.is_none() {
                    let place = self.view.place(statements);
                    policy.open.push(self.refuse(place, "`Statement` is empty", None));
                }
                policy.open.extend(open.map(|cause| self.view.values.cause(cause).clone()));
                for (index, item) in items {
                    match self.view.deep(item).1 {
                        Kind::Map(_) => policy.statements.push(self.statement(item, index)),
                        _ => match self.cause(item) {
                            Some(cause) => policy.open.push(cause),
                            None => {
                                let place = self.view.place(item);
                                policy.open.push(self.refuse(place, "a statement is an object", None));
                            }
                        },
                    }
                }
                self.repeated_sids(id, policy);
            }
            Read::Unknown(cause) => policy.open.push(self.view.values.cause(cause).clone()),
            Read::Absent => {}
        }
    }

    fn version(&mut self, id: ValueId, place: Place) -> Version {
        let latest = || Some("write `\"Version\": \"2012-10-17\"`".to_owned());
        let organisation = self.setting.kind.filter(|kind| matches!(kind, PolicyKind::Scp | PolicyKind::Rcp));
        let Some(entry) = self.present(id, "Version") else {
            // "SCP syntax" and "RCP syntax" in the AWS Organizations User Guide.
            if let Some(kind) = organisation {
                self.refuse(place, format!("the policy has no `Version`, which {} needs", kind.described()), latest());
            }
            return Version::default();
        };
        let place = self.view.place(entry.value);
        match self.view.text(entry.value) {
            Read::Known(text) if text == "2012-10-17" => return Version::V2012,
            Read::Known(text) if text == "2008-10-17" => {
                if let Some(kind) = organisation {
                    self.refuse(place, format!("{} is of version `2012-10-17`", kind.described()), None);
                }
            }
            Read::Known(text) => {
                let message = format!("there is no version `{text}` of the policy language");
                self.refuse(place, message, latest());
            }
            Read::Absent => drop(self.refuse(place, "`Version` is a text", latest())),
            Read::Unknown(_) => {}
        }
        Version::default()
    }

    /// "The Sid value must be unique within a JSON policy": "IAM JSON policy elements: Sid".
    fn repeated_sids(&mut self, id: ValueId, policy: &Policy) {
        let Some(list) = self.present(id, "Statement") else { return };
        let Read::Known((items, _)) = self.view.elements(list.value) else { return };
        let mut seen: FxHashMap<&str, usize> = FxHashMap::default();
        for statement in &policy.statements {
            let Some(sid) = statement.sid.as_deref().filter(|sid| !sid.is_empty()) else { continue };
            let Some(first) = seen.get(sid).copied() else {
                seen.insert(sid, statement.index);
                continue;
            };
            let written = items.iter().find(|(index, _)| *index == statement.index);
            let place = written.and_then(|(_, item)| self.present(*item, "Sid")).map(|sid| self.view.place(sid.value));
            let message = format!("statement {} has the `Sid` `{sid}` already", first + 1);
            self.refuse(place.unwrap_or(statement.place), message, Some("give each statement its own".to_owned()));
        }
    }

    /// The name that was probably meant. Looked for in the first problems only: who makes thousands did not mistype.
    pub(super) fn meant<'c>(&self, name: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
        const SUGGESTED: usize = 100;
        if self.problems.len() < SUGGESTED { did_you_mean(name, candidates) } else { None }
    }

    /// Whether a map has elements that the language does not know; each is a problem.
    pub(super) fn has_unknown_elements(&mut self, id: ValueId, known: &[&str], what: &str) -> bool {
        let Read::Known(entries) = self.view.entries(id) else { return false };
        let before = self.problems.len();
        for entry in entries {
            let name = self.names.text(entry.key);
            if known.contains(&name) {
                continue;
            }
            let help = match self.meant(name, known.iter().copied()) {
                // Names of elements are taken as they are written: IAM refuses `effect`.
                Some(meant) => format!("did you mean `{meant}`"),
                None => format!("the elements of a {what} are {}", listed(known)),
            };
            let message = format!("a {what} has no element `{name}`");
            self.refuse(self.key_place(id, entry.key_span), message, Some(help));
        }
        self.problems.len() > before
    }

    /// Where a key of a map is written.
    pub(super) fn key_place(&self, map: ValueId, span: Span) -> Place {
        Place { file: self.view.place(self.view.deep(map).0).file, span }
    }

    /// The entry of a key, unless its value is nothing.
    pub(super) fn present(&self, id: ValueId, name: &str) -> Option<&'r Entry> {
        let entry = self.view.member(id, self.names.find(name)).known()?;
        (self.view.deep(entry.value).1 != Kind::Absent).then_some(entry)
    }

    /// Why nobody knows what stands there.
    pub(super) fn cause(&self, id: ValueId) -> Option<Cause> {
        self.view.open(id).map(|cause| self.view.values.cause(cause).clone())
    }
}

/// Names for a sentence: `a`, `b` and `c`.
pub(super) fn listed(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => quoted.concat(),
    }
}

impl Policy {
    /// A policy that says nothing.
    fn nothing(place: Place) -> Self {
        Self { place, version: Version::default(), statements: Vec::new(), open: Vec::new(), problems: Vec::new() }
    }

    /// Moves everything to one place: that of the text that the document is.
    fn stand_at(&mut self, place: Place) {
        self.place = place;
        self.problems.iter_mut().for_each(|problem| problem.place = place);
        for statement in &mut self.statements {
            statement.place = place;
            let elements = std::iter::once(&mut statement.actions).chain(&mut statement.resources);
            for element in elements {
                element.place = place;
                element.texts.iter_mut().for_each(|text| text.place = place);
            }
            if let Some(principals) = &mut statement.principals {
                principals.place = place;
                principals.list.iter_mut().for_each(|principal| principal.text.place = place);
            }
            for condition in &mut statement.conditions {
                condition.place = place;
                condition.values.iter_mut().for_each(|value| value.place = place);
            }
        }
    }
}
