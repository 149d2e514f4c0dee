//! Clauses: exactly one subject each, and what is asked of it.

use crate::inventory::schema::did_you_mean;
use crate::rule::ast::{Absent, Clause, Fallback, Literal, Operator, Path, Quantifier, Segment, Subject};
use crate::source::{Kind, Member, NodeId, Span};

use super::operator::{ATTRIBUTES, OPERATORS, Subject as OperatorSubject};
use super::path::{Resolved, Scope, Within};
use super::reader::{Reader, describe, quoted};

/// Every subject of a clause.
pub(in crate::rule) const SUBJECTS: [&str; 18] = [
    "path",
    "attribute",
    "all",
    "any",
    "not",
    "each",
    "some",
    "none",
    "on",
    "iam",
    "network",
    "scp",
    "secret",
    "key",
    "tags",
    "relation",
    "distinct",
    "by_default",
];
/// What may be said beside the subject and is no operator.
pub(in crate::rule) const MODIFIERS: [&str; 6] = ["absent", "case", "match", "quantifier", "missing", "message"];

pub(in crate::rule) const ABSENT: [(&str, Absent); 4] =
    [("fail", Absent::Fail), ("pass", Absent::Pass), ("harmless", Absent::Harmless), ("unknown", Absent::Unknown)];
pub(in crate::rule) const QUANTIFIERS: [(&str, Quantifier); 3] =
    [("each", Quantifier::Each), ("some", Quantifier::Some), ("none", Quantifier::None)];

/// The keys of `absent` where it is a table.
pub(in crate::rule) const DEFAULT_KEYS: [&str; 1] = ["value"];

/// What may stand beside a subject: operators, and other keys.
pub(in crate::rule) fn beside(subject: &str) -> (&'static [&'static str], &'static [&'static str]) {
    match subject {
        "path" | "attribute" => (&OPERATORS, &["absent", "case"]),
        "each" | "some" | "none" => (&[], &["match", "absent"]),
        "on" => (&[], &["match", "quantifier", "missing"]),
        "key" => (&[], &["absent"]),
        _ => (&[], &[]),
    }
}

/// What the clauses of an assert speak of, so that its message can.
#[derive(Debug, Default)]
pub(super) struct Spoken {
    /// The elements of its quantifiers.
    pub(super) elements: Vec<Scope>,
    pub(super) network: bool,
    pub(super) guardrails: bool,
    pub(super) tags: bool,
    pub(super) statements: bool,
    pub(super) witnesses: bool,
    /// Whether one asks what wildcards open.
    pub(super) wildcards: bool,
    pub(super) partners: bool,
}

impl Reader<'_> {
    /// The clauses of a list.
    pub(super) fn clauses(&mut self, id: NodeId, what: &str, scope: &Scope, spoken: &mut Spoken) -> Vec<Clause> {
        let Some(items) = self.list(id, what) else { return Vec::new() };
        if items.is_empty() {
            self.error(self.tree.span(id), format!("`{what}` has no clauses"));
        }
        items.iter().filter_map(|item| self.clause(*item, scope, spoken, &[])).collect()
    }

    /// One clause; `extra` are the keys that its table has beside it.
    pub(super) fn clause(&mut self, id: NodeId, scope: &Scope, spoken: &mut Spoken, extra: &[&str]) -> Option<Clause> {
        if !matches!(self.tree.kind(id), Kind::Map { .. }) {
            let found = describe(self.tree.kind(id));
            self.error(self.tree.span(id), format!("a clause is a table, not {found}"));
            return None;
        }
        let subject = self.subject(id, extra)?;
        let value = subject.value;
        let before = self.problems.len();
        let key = self.tree.key(&subject);
        let (operators, others) = beside(key);
        self.clause_keys(id, key, operators, &[others, extra].concat());
        let clause = match key {
            "path" | "attribute" => self.test(id, &subject, scope),
            "each" | "some" | "none" => self.quantified(id, &subject, scope, spoken),
            "on" => self.on(id, value, spoken),
            "key" => self.customer_key(id, value, scope),
            "all" => Some(Clause::All(self.clauses(value, key, scope, spoken))),
            "any" => Some(Clause::Any(self.clauses(value, key, scope, spoken))),
            "not" => self.clause(value, scope, spoken, &[]).map(|clause| Clause::Not(Box::new(clause))),
            "iam" => self.iam(value, scope, spoken),
            "network" => {
                spoken.network = true;
                self.network(value, scope)
            }
            "scp" => {
                spoken.guardrails = true;
                self.scp(value, scope)
            }
            "secret" => self.secret(value, scope),
            "distinct" => self.distinct(value, scope, spoken),
            "tags" => {
                spoken.tags = true;
                self.tags(value, scope)
            }
            "by_default" => self.text(value, key).map(|reason| Clause::ByDefault(reason.into())),
            _ => self.partner_count(value, spoken),
        }?;
        (!self.failed_since(before)).then_some(clause)
    }

    /// The one subject of a clause.
    fn subject(&mut self, id: NodeId, extra: &[&str]) -> Option<Member> {
        let tree = self.tree;
        let mut found: Option<Member> = None;
        for member in tree.members(id) {
            let key = tree.key(member);
            if !SUBJECTS.contains(&key) {
                continue;
            }
            if let Some(first) = found {
                let message = format!("`{}` and `{key}` are two subjects in one clause", tree.key(&first));
                let problem = self.diagnostic(crate::source::Level::Error, member.key_span, message);
                let problem = problem.with_note(first.key_span, "the first");
                self.problems.push(problem.with_help("write two clauses, in `all` or `any`"));
                return None;
            }
            found = Some(*member);
        }
        if found.is_some() {
            return found;
        }
        let known = [&SUBJECTS[..], &OPERATORS, &MODIFIERS[..5], extra].concat();
        let before = self.problems.len();
        for member in tree.members(id) {
            let key = tree.key(member);
            if !known.contains(&key) {
                let meant = did_you_mean(key, SUBJECTS).or_else(|| did_you_mean(key, known.iter().copied()));
                let help = meant.map(|meant| format!("did you mean `{meant}`"));
                self.error_help(member.key_span, format!("unknown key `{key}`"), help);
            }
        }
        if self.problems.len() == before {
            let help = format!("write one of {}", quoted(&SUBJECTS));
            self.error_help(self.place(id), "the clause does not say what it looks at", help);
        }
        None
    }

    /// Reports the keys of a clause that its subject does not take.
    fn clause_keys(&mut self, id: NodeId, subject: &str, operators: &[&str], others: &[&str]) {
        let tree = self.tree;
        for member in tree.members(id) {
            let key = tree.key(member);
            if key == subject || operators.contains(&key) || others.contains(&key) {
                continue;
            }
            if OPERATORS.contains(&key) || MODIFIERS.contains(&key) {
                self.error(member.key_span, format!("`{key}` does not go with `{subject}`"));
            } else {
                let what = if operators.is_empty() { "key" } else { "operator" };
                let known = [operators, others].concat();
                match did_you_mean(key, known.iter().copied()) {
                    Some(_) => self.unknown(member.key_span, what, key, &known),
                    None if operators.is_empty() => self.unknown(member.key_span, what, key, others),
                    None => self.unknown(member.key_span, what, key, operators),
                }
            }
        }
    }

    /// The one operator of a `path` or `attribute`.
    pub(super) fn the_operator(&mut self, id: NodeId, subject: &Member) -> Option<Member> {
        let tree = self.tree;
        let mut found: Option<Member> = None;
        for member in tree.members(id) {
            let key = tree.key(member);
            if !OPERATORS.contains(&key) {
                continue;
            }
            if let Some(first) = found {
                let message = format!("`{}` and `{key}` are two operators in one clause", tree.key(&first));
                let problem = self.diagnostic(crate::source::Level::Error, member.key_span, message);
                let problem = problem.with_note(first.key_span, "the first");
                self.problems.push(problem.with_help("write two clauses, in `all` or `any`"));
                return None;
            }
            found = Some(*member);
        }
        let others = ["path", "attribute", "key", "absent", "case", "message"];
        if found.is_none() && tree.members(id).iter().all(|member| others.contains(&tree.key(member))) {
            let help = format!("write one of {}", quoted(&OPERATORS));
            let message = format!("nothing is asked of this `{}`", tree.key(subject));
            self.error_help(subject.key_span, message, help);
        }
        found
    }

    /// An operator on a property, an attribute or a key.
    fn test(&mut self, id: NodeId, subject: &Member, scope: &Scope) -> Option<Clause> {
        let tree = self.tree;
        let before = self.problems.len();
        let ignore_case = match tree.get(id, "case") {
            Some(case) => self.word(case, "case", &[("ignore", true)])?,
            None => false,
        };
        let absent = tree.get(id, "absent").and_then(|absent| self.default(absent));
        let operator = self.the_operator(id, subject);
        let looked_at = self.looked_at(subject, scope);
        let (subject, resolved) = looked_at?;
        let (Some(operator), false) = (operator, self.failed_since(before)) else { return None };
        let values = match subject {
            Subject::Attribute(_) => {
                ATTRIBUTES.iter().find(|(name, _)| **name == *resolved.path.text).map(|(_, values)| *values)
            }
            _ => None,
        };
        let looks = OperatorSubject { text: &resolved.path.text, types: &resolved.types, values, ignore_case };
        let test = self.operator(&operator, &looks)?;
        if let (Some(Fallback::Value(value)), Some(node)) = (&absent, tree.get(id, "absent")) {
            let value = self.value_of(value).clone();
            self.check_default(tree.key(&operator), &value, &looks, tree.span(node));
        }
        let known = values.is_some() || !resolved.types.is_empty();
        self.check_absent(id, &operator, &test, absent.is_some(), &resolved, known);
        Some(Clause::Test { subject, operator: test, absent, ignore_case })
    }

    /// What holds when nothing is there: a word, or `{ value = ... }` with what AWS takes instead.
    fn default(&mut self, id: NodeId) -> Option<Fallback> {
        if !matches!(self.tree.kind(id), Kind::Map { .. }) {
            return self.word(id, "absent", &ABSENT).map(Fallback::Holds);
        }
        self.keys(id, &DEFAULT_KEYS);
        let value = self.require(id, "value")?;
        let operand = self.operand(value)?;
        if let Literal::Table(_) = self.value_of(&operand) {
            self.wrong_type(value, "value", "a single value or a list");
            return None;
        }
        Some(Fallback::Value(operand))
    }

    /// The property, attribute or key that a test looks at.
    fn looked_at(&mut self, subject: &Member, scope: &Scope) -> Option<(Subject, Resolved)> {
        let tree = self.tree;
        if tree.key(subject) == "attribute" {
            let text = self.text(subject.value, "attribute")?;
            // What stands in `Metadata` is up to whoever reads it.
            let segments = match text.starts_with("Metadata.") {
                true => self.segments(text, tree.span(subject.value))?,
                false => {
                    let known = ATTRIBUTES.map(|(name, _)| (name, name)).into_iter().chain([("Metadata", "Metadata")]);
                    let name = self.word(subject.value, "attribute", &known.collect::<Vec<_>>())?;
                    vec![Segment::Key(self.names.intern(name))]
                }
            };
            let path = Path { text: text.into(), segments };
            let resolved = Resolved { path: path.clone(), types: Vec::new(), required: false };
            return Some((Subject::Attribute(path), resolved));
        }
        if tree.string(subject.value) != Some("@key") {
            let resolved = self.path(subject.value, "path", scope)?;
            return Some((Subject::Property(resolved.path.clone()), resolved));
        }
        if scope.within != Within::Keyed {
            self.error_help(
                tree.span(subject.value),
                "`@key` stands for the key of a map's value, and there is none here",
                "write it in `match` of `each`, `some` or `none` over a map".to_owned(),
            );
            return None;
        }
        let path = Path { text: "@key".into(), segments: Vec::new() };
        Some((Subject::Key, Resolved { path, types: Vec::new(), required: true }))
    }

    /// Whether `absent` is there exactly when it means something.
    fn check_absent(
        &mut self,
        id: NodeId,
        key: &Member,
        operator: &Operator,
        absent: bool,
        resolved: &Resolved,
        known: bool,
    ) {
        let tree = self.tree;
        let (key_text, text) = (tree.key(key), &resolved.path.text);
        if let Operator::Exists(_) = operator {
            if let Some(member) = tree.member(id, "absent") {
                self.error(member.key_span, "`absent` does not go with `exists`, which asks for just that");
            }
        } else if self.checks.is_some() && !absent && tree.get(id, "absent").is_none() && !resolved.required && known {
            self.absent_is_missing(key.key_span, key_text, text);
        }
    }

    pub(super) fn absent_is_missing(&mut self, at: Span, asks: &str, path: &str) {
        let message =
            format!("`absent` is missing: `{path}` is optional, and `{asks}` does not say what holds without it");
        let words = "write `absent = \"fail\"`, `\"pass\"` or `\"unknown\"`, as AWS's default is";
        self.error_help(at, message, words.to_owned());
    }

    /// A quantifier over the elements at a path.
    fn quantified(&mut self, id: NodeId, subject: &Member, scope: &Scope, spoken: &mut Spoken) -> Option<Clause> {
        let tree = self.tree;
        let key = tree.key(subject);
        let quantifier = QUANTIFIERS.iter().find(|(name, _)| *name == key)?.1;
        let absent = tree.get(id, "absent").and_then(|absent| self.word(absent, "absent", &ABSENT));
        let over = self.path(subject.value, key, scope);
        let matches = self.require(id, "match");
        let over = over?;
        let inside = self.elements(&over, tree.span(subject.value))?;
        let matches = self.clauses(matches?, "match", &inside, spoken);
        spoken.elements.push(inside);
        Some(Clause::Quantified { quantifier, over: over.path, matches, absent })
    }

    /// A question to the partners of a relation.
    fn on(&mut self, id: NodeId, name: NodeId, spoken: &mut Spoken) -> Option<Clause> {
        let tree = self.tree;
        spoken.partners = true;
        let related = self.relation(name, "relation");
        let quantifier = match tree.get(id, "quantifier") {
            Some(word) => self.word(word, "quantifier", &QUANTIFIERS)?,
            None => Quantifier::Some,
        };
        let missing = match tree.get(id, "missing") {
            Some(word) => self.word(word, "missing", &ABSENT),
            None => {
                let help =
                    "write `missing = \"fail\"`, `\"pass\"` or `\"unknown\"`: what holds without a partner".to_owned();
                self.error_help(self.place(id), "`missing` is missing", help);
                None
            }
        };
        let matches = self.require(id, "match");
        let scope = self.relations[related?].value.clone();
        // That there is a partner may be all that is asked.
        let matches = match self.tree.items(matches?) {
            [] if matches!(tree.kind(matches?), Kind::List { .. }) => Vec::new(),
            _ => self.clauses(matches?, "match", &scope, spoken),
        };
        Some(Clause::On { related: related?, quantifier, matches, missing: missing? })
    }
}
