//! Statements that say the same.

use std::fmt::Write as _;

use rustc_hash::FxHashMap;

use super::Lint;
use crate::iam::document::{Element, Statement, Text};

impl Lint<'_> {
    pub(super) fn repeated_statements(&mut self) {
        let policy = self.policy;
        let mut seen: FxHashMap<String, &Statement> = FxHashMap::default();
        // What is not known may differ.
        for statement in policy.statements.iter().filter(|statement| statement.causes.is_empty()) {
            let Some(first) = seen.get(&content(statement)) else {
                seen.insert(content(statement), statement);
                continue;
            };
            let message = format!("the statement says what {} says", first.name());
            self.statement = Some(statement.index);
            self.suggest("redundant", statement.place, message, Some("leave it out".to_owned()));
        }
    }
}

/// What a statement says, apart from its `Sid` and the order of its texts.
fn content(statement: &Statement) -> String {
    let mut content = format!("{:?}", statement.effect);
    let mut add = |name: &str, mut texts: Vec<&str>| {
        texts.sort_unstable();
        // Writing to a string cannot fail.
        let _ = write!(content, "\n{name} {texts:?}");
    };
    let texts = |texts: &[Text]| -> Vec<String> { texts.iter().map(|text| text.text.to_string()).collect() };
    if let Some(principals) = &statement.principals {
        let listed: Vec<String> =
            principals.list.iter().map(|principal| format!("{:?} {}", principal.kind, principal.text.text)).collect();
        add(&format!("principals {}", principals.negated), listed.iter().map(String::as_str).collect());
    }
    let mut element = |name: &str, element: &Element| {
        let all: Vec<String> = texts(&element.texts)
            .iter()
            .map(|text| if name == "actions" { text.to_lowercase() } else { text.clone() })
            .collect();
        add(&format!("{name} {}", element.negated), all.iter().map(String::as_str).collect());
    };
    element("actions", &statement.actions);
    if let Some(resources) = &statement.resources {
        element("resources", resources);
    }
    let mut conditions: Vec<String> = statement
        .conditions
        .iter()
        .map(|condition| {
            let mut values = texts(&condition.values);
            values.sort_unstable();
            format!("{} {} {values:?}", condition.operator, condition.key.to_lowercase())
        })
        .collect();
    conditions.sort_unstable();
    add("conditions", conditions.iter().map(String::as_str).collect());
    content
}
