//! The JSON Schema of profile files, for editors, and of the settings that `fasscan.toml` shares with them.

use serde_json::{Map, Value, json};

use super::KEYS;
use super::reader::SCOPE_KEYS;
use crate::framework;
use crate::json_schema::{boolean, document, list, map, meanings, table, text, with, words_or};
use crate::rule::{Builtin, Literal, Param, RuleSet};

/// The JSON Schema (draft 2020-12) of profile files.
#[must_use]
pub fn schema() -> String {
    let root = table("A named set of what to judge by.", &KEYS, &["id", "title", "description"], |key| match key {
        "id" => text("The name of the profile; the same as the file name."),
        "title" => text("What it is for, in a few words."),
        "description" => text("What it is for."),
        "own_only" => boolean("Whether only rules count that belong to this profile."),
        "leave_out" => list(
            "Rules that are left out, by id.",
            words_or("The id of a rule.", Builtin::all().iter().map(|rule| rule.id), "\\S"),
        ),
        key => setting(key),
    });
    document("Profile of fasscan", root, Vec::new())
}

/// A setting that profiles and `fasscan.toml` have in common.
pub(crate) fn setting(key: &str) -> Value {
    match key {
        "frameworks" => list(
            "Only rules that bear on one of these frameworks; on any when it is not said.",
            meanings(
                "The id of a framework.",
                framework::builtin().iter().map(|framework| (&*framework.id, &*framework.title)),
            ),
        ),
        "params" => params(),
        "scope" => table("Which resources are in the scope.", &SCOPE_KEYS, &[], |_| {
            let value = json!({
                "description": "The value of the tag, or a list of which one is enough.",
                "type": ["string", "array"],
                "minLength": 1,
                "items": text("A value of the tag."),
                "minItems": 1,
            });
            map("All of these tags make a resource part of the scope.", None, value)
        }),
        _ => json!({}),
    }
}

/// The parameters of the built-in rules by name; of other rules nothing is known.
fn params() -> Value {
    let (rules, _) = RuleSet::builtin();
    let with_params = rules.rules.iter().filter(|rule| !rule.params.is_empty());
    let known: Map<String, Value> = with_params
        .map(|rule| {
            let names: Vec<&str> = rule.params.iter().map(|param| &*param.name).collect();
            let about = format!("Parameters of this rule: {}.", rule.title);
            let table = table(&about, &names, &[], |name| {
                rule.params.iter().find(|param| &*param.name == name).map_or_else(|| json!({}), param)
            });
            (rule.id.to_string(), table)
        })
        .collect();
    let own = map("Parameters of a rule.", None, json!({ "description": "The value of the parameter." }));
    with(map("Parameters of rules: `[params.\"RULE\"]`.", None, own), json!({ "properties": known }))
}

fn param(param: &Param) -> Value {
    let kind = match &param.value {
        Literal::Bool(_) => "boolean",
        Literal::Number(..) => "number",
        Literal::Text(_) => "string",
        Literal::List(_) => "array",
        Literal::Table(_) => "object",
    };
    let default = match param.value.to_string() {
        nothing if nothing.is_empty() => "empty".to_owned(),
        value => format!("`{value}`"),
    };
    json!({ "description": format!("By default {default}."), "type": kind })
}
