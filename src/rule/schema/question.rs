//! The questions `secret`, `key`, `tags`, `relation` and `distinct`.

use serde_json::{Value, json};

use super::clause::{absent_word, clauses, one_operator};
use super::operator::{one_text, operator, texts, whole_number};
use crate::json_schema::{
    boolean, cases, exactly_one, has_any, is, meanings, no_others, table, text, with, words, yes,
};
use crate::rule::load::count::{DISTINCT_KEYS, RELATION_KEYS};
use crate::rule::load::operator::OPERATORS;
use crate::rule::load::question::{KEY_KEYS, SECRET_KEYS, SECRET_TEXTS};
use crate::rule::load::tags;

pub(super) fn secret() -> Value {
    let about = "Subject: the value at the path shows a secret in clear text.";
    let secret = table(about, &SECRET_KEYS, &["path"], |key| match key {
        "path" => text("The path of the value: a text, a map of texts, or pairs."),
        "key" => text("Where a pair has its name, by a path from it: pairs stand at `path`, a list of them or one."),
        "value" => text("Where a pair has its value, by a path from it."),
        "keys" => {
            texts("Regular expressions of names of secrets, without case. Mandatory for maps, pairs and members.")
        }
        "text" => meanings(
            "What makes a text a secret.",
            SECRET_TEXTS.map(|(word, _)| {
                let meaning = match word {
                    "members" => "Members of JSON or `key=value` lines whose name is that of a secret.",
                    _ => "Any literal that is not empty.",
                };
                (word, meaning)
            }),
        ),
        _ => json!({}),
    });
    let pairs = json!({ "required": ["key", "value", "keys"], "properties": { "text": false } });
    let members = (is("text", "members"), json!({ "required": ["keys"] }));
    with(secret, cases(vec![(has_any(&["key", "value"]), pairs), members], json!({})))
}

pub(super) fn customer_key() -> Value {
    let about = "Subject: the value at the path names a KMS key that the customer manages.";
    table(about, &KEY_KEYS, &KEY_KEYS, |key| match key {
        "path" => text("The path of the value."),
        "customer" => yes("`true`; write `not` for the opposite."),
        _ => json!({}),
    })
}

pub(super) fn tags() -> Value {
    let about = "Subject: the tags of the resource, those that a deployment puts on everything included.";
    let mut keys = tags::KEYS.to_vec();
    keys.extend(tags::VALUE_KEYS.iter().chain(&OPERATORS).copied().filter(|key| !tags::KEYS.contains(key)));
    let tags = table(about, &keys, &[], |key| match key {
        "present" => texts("Every tag of these keys is there."),
        "in_scope" => boolean("Whether the resource has the tags of the declared scope, or does not."),
        "key" => one_text("The key of the tag whose value is asked, by an operator."),
        "absent" => absent_word("What holds without the tag. Mandatory but with `exists`."),
        "case" => words("How texts are compared: without case.", ["ignore"]),
        key => operator(key),
    });
    let value = [&tags::VALUE_KEYS[..], &OPERATORS].concat();
    let asked = with(no_others(&value), one_operator(&OPERATORS));
    let others: Vec<&str> = tags::KEYS.iter().copied().filter(|key| *key != "key").collect();
    let rest = with(no_others(&others), exactly_one(&others));
    with(tags, cases(vec![(json!({ "required": ["key"] }), asked)], rest))
}

pub(super) fn relation() -> Value {
    let about = "Subject: how many partners a relation has.";
    let relation = table(about, &RELATION_KEYS, &["name"], |key| match key {
        "name" => text("The name of the relation."),
        "exists" => boolean("`true`: there is a partner; `false`: there is none."),
        "at_least" => whole_number("There are at least so many partners."),
        "at_most" => whole_number("There are at most so many partners."),
        _ => json!({}),
    });
    with(relation, exactly_one(&["exists", "at_least", "at_most"]))
}

pub(super) fn distinct() -> Value {
    let about = "Subject: how many different values there are.";
    let distinct = table(about, &DISTINCT_KEYS, &["path"], |key| match key {
        "path" => text("The path of the values."),
        "on" => text("The name of a relation: the values of its partners."),
        "match" => clauses("With `on`: only partners that satisfy all of these."),
        "at_least" => whole_number("There are at least so many different values."),
        "at_most" => whole_number("There are at most so many different values."),
        _ => json!({}),
    });
    let matched = cases(vec![(json!({ "required": ["match"] }), json!({ "required": ["on"] }))], json!({}));
    with(with(distinct, exactly_one(&["at_least", "at_most"])), matched)
}
