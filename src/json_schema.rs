//! The pieces of JSON Schemas (draft 2020-12) of TOML files, for editors. It knows nothing of what is in the files.
//!
//! Editors of TOML complete from `properties` and `enum` and show the `description` beside them; what stands beside `$ref` or
//! in `allOf` some of them do not see. So a table is one object with all its keys, and which keys go together is said by
//! `oneOf` and `if`, which only judge.

use serde_json::{Map, Value, json};

/// The whole schema as text, with a line feed at the end.
#[must_use]
pub fn document(title: &str, root: Value, definitions: Vec<(String, Value)>) -> String {
    let head = json!({ "$schema": "https://json-schema.org/draft/2020-12/schema", "title": title });
    let definitions: Map<String, Value> = definitions.into_iter().collect();
    let mut whole = with(head, root);
    if !definitions.is_empty() {
        whole = with(whole, json!({ "$defs": definitions }));
    }
    let mut text = serde_json::to_string_pretty(&whole).unwrap_or_default();
    text.push('\n');
    text
}

/// The schema with more said of it.
#[must_use]
pub fn with(mut schema: Value, more: Value) -> Value {
    if let (Value::Object(schema), Value::Object(more)) = (&mut schema, more) {
        schema.extend(more);
    }
    schema
}

/// A table of these keys and no others.
#[must_use]
pub fn table(about: &str, keys: &[&str], required: &[&str], shape: impl Fn(&str) -> Value) -> Value {
    let properties: Map<String, Value> = keys.iter().map(|key| ((*key).to_owned(), shape(key))).collect();
    let schema = json!({
        "description": about, "type": "object", "properties": properties, "additionalProperties": false,
    });
    if required.is_empty() { schema } else { with(schema, json!({ "required": required })) }
}

/// A table whose keys are names of this form, all with values of one shape.
#[must_use]
pub fn map(about: &str, names: Option<&str>, value: Value) -> Value {
    let schema = json!({ "description": about, "type": "object", "additionalProperties": value });
    match names {
        Some(names) => with(schema, json!({ "propertyNames": { "pattern": names } })),
        None => schema,
    }
}

/// A list.
#[must_use]
pub fn list(about: &str, items: Value) -> Value {
    json!({ "description": about, "type": "array", "items": items })
}

/// A text that is not empty.
#[must_use]
pub fn text(about: &str) -> Value {
    json!({ "description": about, "type": "string", "minLength": 1 })
}

/// A text of this form.
#[must_use]
pub fn formed(about: &str, pattern: &str) -> Value {
    json!({ "description": about, "type": "string", "pattern": pattern })
}

/// A day.
#[must_use]
pub fn date(about: &str) -> Value {
    json!({ "description": about, "type": "string", "format": "date", "pattern": DATE })
}

/// How a day is written.
pub const DATE: &str = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$";
/// Lower-case words joined by hyphens.
pub const KEBAB_CASE: &str = "^[a-z0-9]+(-[a-z0-9]+)*$";
/// A name of letters, digits, hyphens and underscores.
pub const NAME: &str = "^[A-Za-z0-9_-]+$";

/// `true` or `false`.
#[must_use]
pub fn boolean(about: &str) -> Value {
    json!({ "description": about, "type": "boolean" })
}

/// `true`.
#[must_use]
pub fn yes(about: &str) -> Value {
    json!({ "description": about, "type": "boolean", "enum": [true] })
}

/// One of these words.
#[must_use]
pub fn words<'a>(about: &str, words: impl IntoIterator<Item = &'a str>) -> Value {
    json!({ "description": about, "type": "string", "enum": words.into_iter().collect::<Vec<_>>() })
}

/// One of these words, each with its meaning, which Taplo shows beside it.
#[must_use]
pub fn meanings<'a>(about: &str, words: impl IntoIterator<Item = (&'a str, &'a str)>) -> Value {
    let (names, meanings): (Vec<&str>, Vec<&str>) = words.into_iter().unzip();
    with(self::words(about, names), json!({ "x-taplo": { "docs": { "enumValues": meanings } } }))
}

/// One of these words, or another text of this form.
#[must_use]
pub fn words_or<'a>(about: &str, known: impl IntoIterator<Item = &'a str>, pattern: &str) -> Value {
    json!({ "description": about, "anyOf": [words(about, known), formed(about, pattern)] })
}

/// What a definition says.
#[must_use]
pub fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/$defs/{name}") })
}

/// What a definition says, with a description of its own, which not all editors see.
#[must_use]
pub fn referred(about: &str, name: &str) -> Value {
    with(json!({ "description": about }), reference(name))
}

/// A condition: one of these keys is there.
#[must_use]
pub fn has_any(keys: &[&str]) -> Value {
    json!({ "anyOf": keys.iter().map(|key| json!({ "required": [key] })).collect::<Vec<_>>() })
}

/// A demand: exactly one of these keys is there.
#[must_use]
pub fn exactly_one(keys: &[&str]) -> Value {
    json!({ "oneOf": keys.iter().map(|key| json!({ "required": [key] })).collect::<Vec<_>>() })
}

/// A demand: there are no other keys than these.
#[must_use]
pub fn no_others(keys: &[&str]) -> Value {
    json!({ "propertyNames": { "enum": keys } })
}

/// A condition: the key has this value.
#[must_use]
pub fn is(key: &str, value: &str) -> Value {
    json!({ "properties": { key: { "const": value } }, "required": [key] })
}

/// The demand of the first condition that holds, else the last one.
#[must_use]
pub fn cases(cases: Vec<(Value, Value)>, otherwise: Value) -> Value {
    cases.into_iter().rev().fold(otherwise, |rest, (condition, demand)| {
        let rest_says_nothing = rest.as_object().is_some_and(Map::is_empty);
        match rest_says_nothing {
            true => json!({ "if": condition, "then": demand }),
            false => json!({ "if": condition, "then": demand, "else": rest }),
        }
    })
}
