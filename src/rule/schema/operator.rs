//! The operators of `path`, `attribute` and tags, with their operands.
//!
//! An operand is a value or `{ param = "NAME" }`. Both stand in one schema, which an editor shows as one: keywords about
//! tables, lists and texts do not mind each other.

use serde_json::{Value, json};

use crate::json_schema::{DATE, boolean, cases, table, text, with};

/// A value of these types, of which more is said, or a parameter.
pub(super) fn operand(about: &str, types: &[&str], more: Value) -> Value {
    let types: Vec<&str> = types.iter().copied().chain(["object"]).collect();
    let param = table(about, &["param"], &["param"], |_| text("The name of a parameter of the rule."));
    with(with(param, json!({ "type": types })), more)
}

/// Any value.
pub(super) fn any_operand(about: &str) -> Value {
    let with_param = json!({ "required": ["param"] });
    let alone = json!({ "properties": { "param": { "type": "string" } }, "maxProperties": 1 });
    with(json!({ "description": about }), cases(vec![(with_param, alone)], json!({})))
}

/// A single value.
fn scalar(about: &str) -> Value {
    operand(about, &["string", "number", "boolean"], json!({}))
}

/// A list of single values.
fn scalars(about: &str) -> Value {
    operand(about, &["array"], json!({ "items": { "type": ["string", "number", "boolean"] }, "minItems": 1 }))
}

/// A text, or a list of texts.
pub(super) fn texts(about: &str) -> Value {
    operand(about, &["string", "array"], json!({ "items": { "type": "string" }, "minItems": 1 }))
}

/// A text.
pub(super) fn one_text(about: &str) -> Value {
    operand(about, &["string"], json!({}))
}

fn number(about: &str) -> Value {
    operand(about, &["number"], json!({}))
}

/// A whole number.
pub(super) fn whole_number(about: &str) -> Value {
    operand(about, &["integer"], json!({ "minimum": 0 }))
}

/// A table from value to date.
fn dates(about: &str) -> Value {
    let day = json!({ "description": "The day, as YYYY-MM-DD.", "type": "string", "format": "date", "pattern": DATE });
    let param = json!({ "description": "The name of a parameter of the rule.", "type": "string" });
    let dates = json!({
        "description": about, "type": "object", "properties": { "param": param }, "additionalProperties": day,
    });
    with(dates, cases(vec![(json!({ "required": ["param"] }), json!({ "maxProperties": 1 }))], json!({})))
}

/// The operand of an operator.
pub(super) fn operator(key: &str) -> Value {
    match key {
        "equals" => {
            scalar("The value is this. Booleans and numbers count as CloudFormation reads them: `'true'`, `'22'`.")
        }
        "not_equals" => scalar("The value is not this."),
        "one_of" => scalars("The value is one of these."),
        "not_one_of" => scalars("The value is none of these."),
        "matches" => texts("The text matches this regular expression, or one of these; anywhere in it."),
        "not_matches" => texts("The text matches none of these regular expressions."),
        "starts_with" => one_text("The text starts with this."),
        "ends_with" => one_text("The text ends with this."),
        "contains" => scalar("The list has this element; the text has this part."),
        "not_contains" => scalar("The list does not have this element; the text does not have this part."),
        "at_least" => number("The number is at least this."),
        "at_most" => number("The number is at most this."),
        "exists" => boolean("`true`: there is a value; `false`: there is none."),
        "cidr_within" => texts("The address block lies inside one of these."),
        "before_today" => dates(
            "The date that this table has for the value is not after today; a value without a date does not hold.",
        ),
        "older_than_days" => whole_number("The date lies more than so many days before today."),
        "not_older_than_days" => whole_number("The date lies at most so many days before today, or in the future."),
        "expires_within_days" => whole_number("The date has passed or comes within so many days from today."),
        "not_expires_within_days" => whole_number("The date comes later than so many days from today."),
        _ => json!({}),
    }
}
