//! A policy document as typed statements with places.

use super::pattern::could_be;
use crate::source::Interner;
use crate::value::{Cause, Kind, OPAQUE, Place, Read, ValueId, View};

/// What a statement does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// `Allow`.
    Allow,
    /// `Deny`.
    Deny,
}

/// The texts of an element; references are opaque tokens in them (see [`View::symbolic`]).
#[derive(Debug, Clone, Default)]
pub struct Texts {
    /// Each text.
    pub texts: Vec<String>,
    /// Whether the element is the `Not` form.
    pub negated: bool,
    /// Whether some of it is not known.
    pub open: bool,
}

/// Who a statement is about.
#[derive(Debug, Clone, Default)]
pub struct Principals {
    /// Whether anyone is meant: `*`, or `AWS: *`.
    pub anyone: bool,
    /// Whether the element is `NotPrincipal`.
    pub negated: bool,
    /// Whether there is such an element at all; identity policies have none.
    pub present: bool,
    /// Whether some of it is not known.
    pub open: bool,
}

/// One key of one condition operator.
#[derive(Debug, Clone)]
pub struct ConditionEntry {
    /// Such as `StringEquals` or `ForAnyValue:StringLike`.
    pub operator: String,
    /// The key, lower case.
    pub key: String,
    /// The values; unknown ones are opaque tokens.
    pub values: Vec<String>,
}

/// A statement.
#[derive(Debug, Clone)]
pub struct Statement {
    /// Where it is written.
    pub place: Place,
    /// Its position in the document.
    pub index: usize,
    /// What it does; `None` when unknown.
    pub effect: Option<Effect>,
    /// Who.
    pub principals: Principals,
    /// What.
    pub actions: Texts,
    /// On what.
    pub resources: Texts,
    /// When.
    pub conditions: Vec<ConditionEntry>,
    /// Whether a part of the conditions is not known.
    pub conditions_open: bool,
    /// Why parts of the statement are not known.
    pub causes: Vec<Cause>,
}

/// A policy document in one world.
#[derive(Debug, Clone, Default)]
pub struct PolicyDocument {
    /// Its statements.
    pub statements: Vec<Statement>,
    /// Why the document, or a statement of it, is not known.
    pub open: Vec<Cause>,
}

impl PolicyDocument {
    /// Reads a document. What is not known is kept as unknown, never dropped.
    #[must_use]
    pub fn read(view: &View<'_>, names: &Interner, id: ValueId) -> Self {
        let mut document = Self::default();
        let statements = match view.member(id, names.find("Statement")) {
            Read::Known(entry) => entry.value,
            Read::Unknown(cause) => {
                document.open.push(view.values.cause(cause).clone());
                return document;
            }
            Read::Absent => return document,
        };
        match view.elements(statements) {
            Read::Known((items, open)) => {
                if let Some(cause) = open {
                    document.open.push(view.values.cause(cause).clone());
                }
                for (index, item) in items {
                    match view.head(item).1 {
                        Kind::Map(_) => document.statements.push(statement(view, names, item, index)),
                        _ => document.open.extend(view.open(item).map(|cause| view.values.cause(cause).clone())),
                    }
                }
            }
            Read::Unknown(cause) => document.open.push(view.values.cause(cause).clone()),
            Read::Absent => {}
        }
        document
    }
}

fn statement(view: &View<'_>, names: &Interner, id: ValueId, index: usize) -> Statement {
    let member = |name: &str| match view.member(id, names.find(name)) {
        Read::Known(entry) => Some(entry.value),
        _ => None,
    };
    let effect = match member("Effect").map(|effect| view.text(effect)) {
        Some(Read::Known(text)) if text == "Allow" => Some(Effect::Allow),
        Some(Read::Known(text)) if text == "Deny" => Some(Effect::Deny),
        _ => None,
    };
    let either = |name: &str, not: &str| match (member(name), member(not)) {
        (Some(value), _) => texts(view, value, false),
        (None, Some(value)) => texts(view, value, true),
        (None, None) => Texts::default(),
    };
    let mut statement = Statement {
        place: view.place(id),
        index,
        effect,
        principals: principals(view, member("Principal"), member("NotPrincipal")),
        actions: either("Action", "NotAction"),
        resources: either("Resource", "NotResource"),
        conditions: Vec::new(),
        conditions_open: false,
        causes: Vec::new(),
    };
    unknown_parts(view, id, &mut statement.causes);
    if let Some(conditions) = member("Condition") {
        read_conditions(view, names, conditions, &mut statement);
    }
    statement
}

fn texts(view: &View<'_>, id: ValueId, negated: bool) -> Texts {
    let mut found = Texts { negated, ..Texts::default() };
    match view.list(id) {
        Read::Known((items, open)) => {
            found.open = open.is_some();
            for item in items {
                match view.symbolic(item) {
                    Some(text) => found.texts.push(text.into_owned()),
                    None => found.open = true,
                }
            }
        }
        // Something stands here: a text of which nothing is known.
        Read::Unknown(_) => {
            found.open = true;
            found.texts.push(format!("{OPAQUE}?{OPAQUE}"));
        }
        Read::Absent => {}
    }
    found
}

fn principals(view: &View<'_>, principal: Option<ValueId>, not: Option<ValueId>) -> Principals {
    let mut found = Principals { negated: principal.is_none() && not.is_some(), ..Principals::default() };
    let Some(id) = principal.or(not) else { return found };
    found.present = true;
    match view.head(id).1 {
        Kind::Map(range) => {
            for entry in view.values.entries(range) {
                // Only `AWS` has the wildcard that means anyone; a service or federated provider is named.
                let texts = texts(view, entry.value, false);
                found.open |= texts.open;
                found.anyone |= texts.texts.iter().any(|text| text == "*");
                found.open |= texts.texts.iter().any(|text| could_be(text, |text| text == "*"));
            }
        }
        _ => {
            let texts = texts(view, id, false);
            found.open |= texts.open || texts.texts.iter().any(|text| could_be(text, |text| text == "*"));
            found.anyone |= texts.texts.iter().any(|text| text == "*");
        }
    }
    found
}

fn read_conditions(view: &View<'_>, names: &Interner, id: ValueId, statement: &mut Statement) {
    let operators = match view.entries(id) {
        Read::Known(operators) => operators,
        Read::Unknown(_) => {
            statement.conditions_open = true;
            return;
        }
        Read::Absent => return,
    };
    for operator in operators {
        match view.entries(operator.value) {
            Read::Known(keys) => {
                for key in keys {
                    let values = texts(view, key.value, false);
                    statement.conditions_open |= values.open;
                    statement.conditions.push(ConditionEntry {
                        operator: names.text(operator.key).to_owned(),
                        key: names.text(key.key).to_ascii_lowercase(),
                        values: values.texts,
                    });
                }
            }
            Read::Unknown(_) => statement.conditions_open = true,
            Read::Absent => {}
        }
    }
}

/// The causes of all unknown parts of a statement; what only deployment decides is a name, not a gap.
fn unknown_parts(view: &View<'_>, id: ValueId, causes: &mut Vec<Cause>) {
    match view.head(id).1 {
        Kind::Unknown(cause) => {
            let cause = view.values.cause(cause);
            if !causes.contains(cause) {
                causes.push(cause.clone());
            }
        }
        Kind::List(range) | Kind::Concat(range) => {
            for part in view.values.items(range) {
                unknown_parts(view, *part, causes);
            }
        }
        Kind::Map(range) => {
            for entry in view.values.entries(range) {
                unknown_parts(view, entry.value, causes);
            }
        }
        _ => {}
    }
}
