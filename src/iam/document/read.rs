//! Values to typed policies.

use super::kind::PolicyKind;
use super::operator::Operator;
use super::policy::{
    Condition, Effect, Element, Policy, Principal, PrincipalKind, Principals, Problem, Statement, Version,
};
use super::text::{ACCOUNT, REGION, Text, UNKNOWN};
use crate::source::{Files, Interner, Limits, SourceFile, Symbol, json};
use crate::value::{Cause, Entry, Kind, OPAQUE, Place, Read, ResourceId, ValueId, Values, View, World};

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

    /// Reads the document at `id`, of which it is known what it is attached to or where its text is.
    #[must_use]
    pub fn policy_in(&self, id: ValueId, _setting: Setting<'_>) -> Policy {
        self.policy(id)
    }

    /// Reads the document at `id`: a map, or a text that is JSON.
    #[must_use]
    pub fn policy(&self, id: ValueId) -> Policy {
        let place = self.view.place(id);
        let mut policy = Policy {
            place,
            version: Version::default(),
            statements: Vec::new(),
            open: Vec::new(),
            problems: Vec::new(),
        };
        match self.view.deep(id).1 {
            Kind::Map(_) => self.document(id, &mut policy),
            Kind::Absent => {}
            Kind::Text(_) | Kind::Concat(_) => match self.text(id) {
                Some(text) => self.json(&text, &mut policy),
                None => self.refuse(&mut policy, place, "a policy document is an object"),
            },
            Kind::Unknown(_) | Kind::Reference { .. } => policy.open.extend(self.cause(id)),
            _ => self.refuse(&mut policy, place, "a policy document is an object"),
        }
        policy
    }

    /// Reads the one statement at `id`, which stands for a document.
    #[must_use]
    pub fn lone_statement(&self, id: ValueId) -> Policy {
        let place = self.view.place(id);
        let mut policy =
            Policy { place, version: Version::V2012, statements: Vec::new(), open: Vec::new(), problems: Vec::new() };
        match self.view.deep(id).1 {
            Kind::Map(_) => policy.statements.push(self.statement(id, 0)),
            Kind::Absent => {}
            Kind::Unknown(_) | Kind::Reference { .. } => policy.open.extend(self.cause(id)),
            _ => self.refuse(&mut policy, place, "a statement is an object"),
        }
        policy
    }

    fn refuse(&self, policy: &mut Policy, place: Place, message: &str) {
        policy.problems.push(Problem { place, message: message.to_owned(), help: None });
        policy.open.push(Cause::Invalid);
    }

    /// A document that is a text. Everything in it stands at the text.
    fn json(&self, text: &Text, policy: &mut Policy) {
        let mut files = Files::default();
        // JSON has no such characters; references inside its texts stay what they are.
        let escaped = text.text.replace(OPAQUE, "\\u0001");
        let file = std::sync::Arc::new(SourceFile::new("", escaped));
        let Ok(tree) = json::parse(&file, Limits::default()) else {
            match text.is_known() {
                true => self.refuse(policy, text.place, "the policy document is not valid JSON"),
                false => policy.open.push(Cause::NotInInput { what: "a part of the policy".into() }),
            }
            return;
        };
        let mut values = Values::default();
        let root = values.push_tree(&tree, tree.root(), files.add(std::sync::Arc::clone(&file)));
        let world = World::open();
        let inner = Reader { view: View::new(&values, &world), names: &tree.keys, references: self.references };
        *policy = inner.policy(root);
        policy.stand_at(text.place);
    }

    fn document(&self, id: ValueId, policy: &mut Policy) {
        if let Some(version) = self.member(id, "Version") {
            match self.view.text(version.value) {
                Read::Known(text) if text == "2012-10-17" => policy.version = Version::V2012,
                _ => {}
            }
        }
        let statements = match self.view.member(id, self.names.find("Statement")) {
            Read::Known(entry) => entry.value,
            Read::Unknown(cause) => {
                policy.open.push(self.view.values.cause(cause).clone());
                return;
            }
            Read::Absent => return,
        };
        match self.view.elements(statements) {
            Read::Known((items, open)) => {
                policy.open.extend(open.map(|cause| self.view.values.cause(cause).clone()));
                for (index, item) in items {
                    match self.view.deep(item).1 {
                        Kind::Map(_) => policy.statements.push(self.statement(item, index)),
                        _ => policy.open.extend(self.cause(item)),
                    }
                }
            }
            Read::Unknown(cause) => policy.open.push(self.view.values.cause(cause).clone()),
            Read::Absent => {}
        }
    }

    fn statement(&self, id: ValueId, index: usize) -> Statement {
        let effect = match self.member(id, "Effect").map(|effect| self.view.text(effect.value)) {
            Some(Read::Known(text)) if text == "Allow" => Some(Effect::Allow),
            Some(Read::Known(text)) if text == "Deny" => Some(Effect::Deny),
            _ => None,
        };
        let place = self.view.place(id);
        let none = Element { negated: false, texts: Vec::new(), open: Vec::new(), place };
        let sid = self.member(id, "Sid").and_then(|sid| self.view.text(sid.value).known().map(|sid| sid.into()));
        let mut statement = Statement {
            place,
            index,
            sid,
            effect,
            principals: self.principals(id),
            actions: self.element(id, "Action", "NotAction").unwrap_or(none),
            resources: self.element(id, "Resource", "NotResource"),
            conditions: Vec::new(),
            conditions_open: Vec::new(),
            causes: Vec::new(),
        };
        self.unknown_parts(id, &mut statement.causes);
        if let Some(conditions) = self.member(id, "Condition") {
            self.conditions(conditions.value, &mut statement);
        }
        statement
    }

    fn element(&self, id: ValueId, name: &str, not: &str) -> Option<Element> {
        let (entry, negated) = match (self.member(id, name), self.member(id, not)) {
            (Some(entry), _) => (entry, false),
            (None, Some(entry)) => (entry, true),
            (None, None) => return None,
        };
        let (texts, open) = self.texts(entry.value);
        Some(Element { negated, texts, open, place: self.view.place(entry.value) })
    }

    fn texts(&self, id: ValueId) -> (Vec<Text>, Vec<Cause>) {
        let (mut texts, mut open) = (Vec::new(), Vec::new());
        match self.view.elements(id) {
            Read::Known((items, more)) => {
                open.extend(more.map(|cause| self.view.values.cause(cause).clone()));
                for (_, item) in items {
                    match self.text(item) {
                        Some(text) => texts.push(text),
                        None => open.extend(self.cause(item).or(Some(Cause::Invalid))),
                    }
                }
            }
            // Something stands here: texts of which nothing is known.
            Read::Unknown(cause) => {
                open.push(self.view.values.cause(cause).clone());
                texts.push(Text { text: UNKNOWN.into(), place: self.view.place(id) });
            }
            Read::Absent => {}
        }
        (texts, open)
    }

    /// A text with tokens for what the template does not decide; `None` for lists, maps and nothing.
    #[must_use]
    pub fn text(&self, id: ValueId) -> Option<Text> {
        let mut text = String::new();
        self.push_text(id, &mut text)?;
        Some(Text { text: text.into(), place: self.view.place(id) })
    }

    fn push_text(&self, id: ValueId, text: &mut String) -> Option<()> {
        let (id, kind) = self.view.deep(id);
        match kind {
            Kind::Concat(range) => {
                for part in self.view.values.items(range) {
                    // What is no text is left out, as `View::symbolic` does.
                    let _ = self.push_text(*part, text);
                }
            }
            Kind::Reference { resource, attribute } => text.push_str(&(self.references)(resource, attribute)),
            Kind::Unknown(cause) => match self.view.values.cause(cause) {
                Cause::Environment { name } if &**name == "AWS::AccountId" => text.push_str(ACCOUNT),
                Cause::Environment { name } if &**name == "AWS::Region" => text.push_str(REGION),
                _ => text.push_str(UNKNOWN),
            },
            _ => text.push_str(&self.view.symbolic(id)?),
        }
        Some(())
    }

    fn principals(&self, id: ValueId) -> Option<Principals> {
        let (entry, negated) = match (self.member(id, "Principal"), self.member(id, "NotPrincipal")) {
            (Some(entry), _) => (entry, false),
            (None, Some(entry)) => (entry, true),
            (None, None) => return None,
        };
        let value = entry.value;
        let mut found = Principals { negated, list: Vec::new(), open: Vec::new(), place: self.view.place(value) };
        match self.view.deep(value).1 {
            Kind::Map(range) => {
                for entry in self.view.values.entries(range) {
                    let kind = match self.names.text(entry.key) {
                        "AWS" => Some(PrincipalKind::Aws),
                        "Service" => Some(PrincipalKind::Service),
                        "Federated" => Some(PrincipalKind::Federated),
                        "CanonicalUser" => Some(PrincipalKind::CanonicalUser),
                        _ => None,
                    };
                    match kind {
                        Some(kind) => self.add_principals(entry.value, kind, &mut found),
                        None => found.open.push(Cause::Invalid),
                    }
                }
            }
            _ => self.add_principals(value, PrincipalKind::Aws, &mut found),
        }
        Some(found)
    }

    fn add_principals(&self, id: ValueId, kind: PrincipalKind, found: &mut Principals) {
        let (texts, open) = self.texts(id);
        found.open.extend(open);
        for text in texts {
            // Only `AWS` has the wildcard that means anyone.
            let anyone = kind == PrincipalKind::Aws && &*text.text == "*";
            found.list.push(Principal { kind: if anyone { PrincipalKind::Anyone } else { kind }, text });
        }
    }

    fn conditions(&self, id: ValueId, statement: &mut Statement) {
        let operators = match self.view.entries(id) {
            Read::Known(operators) => operators,
            Read::Unknown(cause) => {
                statement.conditions_open.push(self.view.values.cause(cause).clone());
                return;
            }
            Read::Absent => return,
        };
        for entry in operators {
            let Some(operator) = Operator::parse(self.names.text(entry.key)) else {
                statement.conditions_open.push(Cause::Invalid);
                continue;
            };
            match self.view.entries(entry.value) {
                Read::Known(keys) => {
                    for key in keys {
                        let (values, open) = self.texts(key.value);
                        statement.conditions.push(Condition {
                            operator,
                            key: self.names.text(key.key).into(),
                            values,
                            open,
                            place: self.view.place(key.value),
                        });
                    }
                }
                Read::Unknown(cause) => statement.conditions_open.push(self.view.values.cause(cause).clone()),
                Read::Absent => {}
            }
        }
    }

    /// The causes of all unknown parts of a statement; what only deployment decides is a name, not a gap.
    fn unknown_parts(&self, id: ValueId, causes: &mut Vec<Cause>) {
        match self.view.head(id).1 {
            Kind::Unknown(cause) => {
                let cause = self.view.values.cause(cause);
                if !causes.contains(cause) && !matches!(cause, Cause::Environment { .. }) {
                    causes.push(cause.clone());
                }
            }
            Kind::List(range) | Kind::Concat(range) => {
                for part in self.view.values.items(range) {
                    self.unknown_parts(*part, causes);
                }
            }
            Kind::Map(range) => {
                for entry in self.view.values.entries(range) {
                    self.unknown_parts(entry.value, causes);
                }
            }
            _ => {}
        }
    }

    fn member(&self, id: ValueId, name: &str) -> Option<&'r Entry> {
        self.view.member(id, self.names.find(name)).known()
    }

    /// Why nobody knows what stands there.
    fn cause(&self, id: ValueId) -> Option<Cause> {
        self.view.open(id).map(|cause| self.view.values.cause(cause).clone())
    }
}

impl Policy {
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
