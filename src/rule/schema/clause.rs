//! Clauses: one table with all keys, and which of them go together.

use serde_json::{Value, json};

use super::operator::{any_operand, operator};
use super::{iam, network, question, scp};
use crate::json_schema::{
    cases, exactly_one, has_any, list, meanings, no_others, reference, referred, table, text, with, words, words_or,
};
use crate::rule::load::clause::{ABSENT, DEFAULT_KEYS, MODIFIERS, QUANTIFIERS, SUBJECTS, beside};
use crate::rule::load::message::PLACEHOLDERS;
use crate::rule::load::operator::{ATTRIBUTES, OPERATORS};

/// A key, and the schema of what stands there.
type Keyed = (&'static str, fn() -> Value);

/// Questions that are large enough to stand in the schema once.
const QUESTIONS: [Keyed; 7] = [
    ("iam", iam::question),
    ("network", network::question),
    ("scp", scp::question),
    ("secret", question::secret),
    ("tags", question::tags),
    ("relation", question::relation),
    ("distinct", question::distinct),
];

/// What clauses refer to, themselves included.
pub(super) fn definitions() -> Vec<(String, Value)> {
    let questions = QUESTIONS.iter().map(|(name, question)| ((*name).to_owned(), question()));
    [("clause".to_owned(), clause(&[]))].into_iter().chain(questions).collect()
}

/// A list of clauses.
pub(super) fn clauses(about: &str) -> Value {
    with(list(about, reference("clause")), json!({ "minItems": 1 }))
}

/// A clause that has these keys beside it, which are mandatory.
pub(super) fn clause(extra: &[&str]) -> Value {
    let modifiers = MODIFIERS.iter().copied().filter(|key| extra.contains(key) || *key != "message");
    let keys: Vec<&str> = SUBJECTS.iter().chain(&OPERATORS).copied().chain(modifiers).collect();
    let about = "A condition: exactly one subject, and what is asked of it.";
    let clause = with(table(about, &keys, extra, key), exactly_one(&SUBJECTS));
    with(clause, cases(alone(extra), json!({})))
}

/// Which keys go with which subjects, for all subjects that something may stand beside, and last for the others.
fn alone(extra: &[&str]) -> Vec<(Value, Value)> {
    let mut groups: Vec<Vec<&str>> = Vec::new();
    for subject in SUBJECTS {
        match groups.iter_mut().find(|group| group.first().is_some_and(|first| beside(first) == beside(subject))) {
            Some(group) => group.push(subject),
            None => groups.push(vec![subject]),
        }
    }
    let case = |group: Vec<&str>| {
        let (operators, others) = group.first().map_or((&[][..], &[][..]), |first| beside(first));
        let keys = [&group[..], operators, others, extra].concat();
        let mandatory = |key: &&str| *key == "missing" || *key == "match" && !others.contains(&"include");
        let required: Vec<&str> = others.iter().copied().filter(mandatory).collect();
        let mut demand = with(no_others(&keys), json!({ "required": required }));
        if others.contains(&"include") {
            demand = with(demand, match_or_include());
        } else if !operators.is_empty() {
            demand = with(demand, one_operator(operators));
        } else if others.contains(&"absent") {
            let some = json!({ "absent": { "type": "string" }, "match": { "minItems": 1 } });
            demand = with(demand, json!({ "properties": some }));
        }
        (has_any(&group), demand)
    };
    groups.into_iter().map(case).collect()
}

/// Partners satisfy `match`, or their `values` include some.
fn match_or_include() -> Value {
    let include = json!({ "required": ["values", "include"], "not": has_any(&["match", "quantifier"]) });
    cases(vec![(has_any(&["values", "include"]), include)], json!({ "required": ["match"] }))
}

/// Exactly one operator; `exists` asks for just what `absent` says.
pub(super) fn one_operator(operators: &[&str]) -> Value {
    let exists = json!({ "required": ["exists"] });
    with(exactly_one(operators), cases(vec![(exists, json!({ "not": { "required": ["absent"] } }))], json!({})))
}

fn key(key: &str) -> Value {
    match key {
        "path" => text(
            "Subject: the property at this path below `Properties`, or below the element in `match`. `A.B`, `A[].B` for all elements, `A.*` for all values, `A.\"b.c\"` for a key with a dot, `.` for the element, `@key` for its key.",
        ),
        "attribute" => words_or(
            "Subject: an attribute beside `Properties`, or what stands in `Metadata`.",
            ATTRIBUTES.map(|(name, _)| name).into_iter().chain(["Metadata"]),
            "^Metadata\\.",
        ),
        "all" => clauses("Subject: all of these hold."),
        "any" => clauses("Subject: one of these holds."),
        "not" => referred("Subject: this does not hold.", "clause"),
        "each" => text("Subject: all elements of the list, or values of the map, at this path satisfy `match`."),
        "some" => text("Subject: an element of the list, or value of the map, at this path satisfies `match`."),
        "none" => text("Subject: no element of the list, or value of the map, at this path satisfies `match`."),
        "on" => text(
            "Subject: the partners of the relation of this name, of which one satisfies `match` (or see `quantifier`).",
        ),
        "key" => question::customer_key(),
        key if QUESTIONS.iter().any(|(name, _)| *name == key) => reference(key),
        "by_default" => text(
            "Subject: nothing is asked; it holds by AWS's default, for this reason, and `--strict` makes it fail. For the last alternative of an `any`.",
        ),
        "absent" => absent_or_value(),
        "case" => words("How texts are compared: without case.", ["ignore"]),
        "match" => {
            list("What an element or partner satisfies: all of these. Paths are relative to it.", reference("clause"))
        }
        "quantifier" => {
            words("How many partners satisfy `match`; `some` when it is not said.", QUANTIFIERS.map(|(word, _)| word))
        }
        "values" => text("The property of the partners whose values must have all of `include`."),
        "include" => any_operand("The texts that must occur, over all partners: a list, or a parameter that is one."),
        "missing" => absent_word("What holds when there is no partner."),
        "message" => text(&format!(
            "What is said of a finding: one sentence without a full stop, with {}.",
            PLACEHOLDERS.map(|name| format!("`{{{name}}}`")).join(", ")
        )),
        key => operator(key),
    }
}

/// What holds when nothing is there.
pub(super) fn absent_word(about: &str) -> Value {
    let meaning = |word| match word {
        "fail" => "It does not hold.",
        "pass" => "It holds by AWS's default; `--strict` makes it fail.",
        "harmless" => "It holds: that nothing is there is right in itself.",
        _ => "Nobody can tell.",
    };
    meanings(about, ABSENT.map(|(word, _)| (word, meaning(word))))
}

/// The same, or the value that AWS takes instead.
fn absent_or_value() -> Value {
    let about = "What holds when the property is not there: AWS's default, as a word or as `{ value = ... }`. Mandatory but with `exists` and on required properties.";
    let value = table(about, &DEFAULT_KEYS, &["value"], |_| {
        any_operand("The value that AWS takes; the operator is asked of it as if it were written.")
    });
    json!({ "description": about, "anyOf": [absent_word(about), value] })
}
