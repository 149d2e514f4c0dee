//! The JSON Schema of rule files, for editors: what the loader takes, as far as keys, words and shapes say it.
//!
//! Keys and words are those of the loader, so that there is one list of each; only what they mean to a reader stands here. What
//! depends on the selected resource types (paths, whether `absent` is needed) the loader alone knows.

mod clause;
mod iam;
mod inline_test;
mod network;
mod operator;
mod question;
mod related;
mod scp;

use serde_json::{Value, json};

use crate::framework::Framework;
use crate::inventory::schema::Schema;
use crate::json_schema::{
    KEBAB_CASE, NAME, boolean, cases, date, document, exactly_one, formed, is, list, map, meanings, reference, table,
    text, with, words, words_or,
};

use super::builtin_profiles;
use super::load::metadata::{
    CONTROL_KEYS, FIX_KEYS, KEYS, REMEDIATION_KEYS, SCANNERS, SECTIONS, SELECT_KEYS, SEVERITIES, STATUSES, STRENGTHS,
};

/// What the root of a rule must have.
const REQUIRED: [&str; 9] =
    ["id", "title", "severity", "status", "reviewed", "description", "select", "assert", "remediation"];

/// The JSON Schema (draft 2020-12) of rule files about the controls of these frameworks.
#[must_use]
pub fn schema(frameworks: &[Framework]) -> String {
    let about =
        "A rule of fasscan: what it is about, the condition, the controls that it answers for, what to do, and tests.";
    let root = table(about, &KEYS, &REQUIRED, |key| root_key(key, frameworks));
    let mut definitions = clause::definitions();
    definitions.push(("resource-type".to_owned(), resource_type()));
    definitions.extend(frameworks.iter().map(|framework| {
        let controls = framework.controls.iter().map(|control| (&*control.id, &*control.title));
        (controls_of(framework), meanings(&format!("A control of {}.", framework.title), controls))
    }));
    document("Rule of fasscan", root, definitions)
}

fn root_key(key: &str, frameworks: &[Framework]) -> Value {
    match key {
        "id" => formed(
            "The name of the problem, in lower-case words joined by hyphens, the service first; the same as the file name. It reads as \"allow <id>\".",
            KEBAB_CASE,
        ),
        "title" => text("What is wrong when the rule fails: one sentence without a full stop."),
        "severity" => words("How bad a failure is.", SEVERITIES.map(|(word, _)| word)),
        "status" => words("How far the rule is trusted.", STATUSES.map(|(word, _)| word)),
        "reviewed" => date("The day when its facts were last checked against the AWS documentation, as YYYY-MM-DD."),
        "aliases" => {
            let ids = list("Earlier ids of the rule.", formed("An earlier id.", KEBAB_CASE));
            with(ids, json!({ "uniqueItems": true }))
        }
        "peers" => peers(),
        "profile" => words_or(
            "The profile that the rule belongs to. Such a rule counts for no control and has no `[[control]]`.",
            builtin_profiles().iter().copied(),
            KEBAB_CASE,
        ),
        "description" => text("Why it matters: one or two sentences."),
        "references" => {
            let pages = list("Where the facts come from.", formed("An https address.", "^https://\\S*$"));
            with(pages, json!({ "uniqueItems": true }))
        }
        "params" => map(
            "Values that a user may override. A clause uses one as `{ param = \"NAME\" }`, a message as `{param.NAME}`.",
            Some(NAME),
            json!({ "description": "The default: a single value, a list or a table." }),
        ),
        "select" => select(),
        "related" => map(
            "Relations to other resources, by name. A clause asks about the partners with `on` or `relation`.",
            Some(NAME),
            related::relation(),
        ),
        "assert" => {
            let about = "What must hold. Each assert that does not is a finding of its own.";
            list(about, clause::clause(&["message"]))
        }
        "control" => list("Controls that the rule answers for.", control(frameworks)),
        "remediation" => remediation(),
        "test" => list("Tests: at least a pass, a fail with its line, and an unknown.", inline_test::test()),
        _ => json!({}),
    }
}

fn peers() -> Value {
    let id = json!({
        "description": "The id there, or a list of ids.",
        "type": ["string", "array"],
        "minLength": 1,
        "items": text("An id."),
        "uniqueItems": true,
    });
    let known = table("The ids of the same problem elsewhere.", &SCANNERS, &[], |_| id.clone());
    with(known, json!({ "additionalProperties": id, "propertyNames": { "pattern": KEBAB_CASE } }))
}

/// A resource type, those of fasscan's own included.
fn resource_type() -> Value {
    let own: Vec<&str> = Schema::own().types().collect();
    let names = Schema::embedded().types().chain(own);
    words_or("A resource type.", names, "^Custom::")
}

/// One or more resource types.
fn resource_types(about: &str) -> Value {
    with(list(about, reference("resource-type")), json!({ "minItems": 1, "uniqueItems": true }))
}

fn select() -> Value {
    let select = table("What the rule judges.", &SELECT_KEYS, &[], |key| match key {
        "types" => resource_types("The resource types that the rule judges."),
        "section" => words(
            "Instead of `types`: the section of a template whose declarations the rule judges.",
            SECTIONS.map(|(word, _)| word),
        ),
        "where" => clause::clauses("Where one of these is false the rule is not applicable."),
        _ => json!({}),
    });
    with(select, exactly_one(&["types", "section"]))
}

/// The name of the definition that has the controls of a framework.
fn controls_of(framework: &Framework) -> String {
    format!("control-{}", framework.id)
}

fn control(frameworks: &[Framework]) -> Value {
    let all: Vec<Value> = frameworks.iter().map(|framework| reference(&controls_of(framework))).collect();
    let about = "Controls of one framework.";
    let control = table(about, &CONTROL_KEYS, &CONTROL_KEYS, |key| match key {
        "framework" => {
            meanings("The framework.", frameworks.iter().map(|framework| (&*framework.id, &*framework.title)))
        }
        "ids" => with(
            list("Ids of its controls.", json!({ "description": "The id of a control.", "anyOf": all })),
            json!({ "minItems": 1, "uniqueItems": true }),
        ),
        "strength" => meanings(
            "How much a pass says of the control.",
            STRENGTHS.map(|(word, _)| {
                let meaning = match word {
                    "direct" => "The setting itself satisfies what is tested for the control.",
                    _ => "It is a part of what the control asks, or evidence for it.",
                };
                (word, meaning)
            }),
        ),
        "rationale" => text("One sentence: what the rule shows of the control, and what not."),
        _ => json!({}),
    });
    let ids = |framework: &Framework| {
        let items = json!({ "properties": { "ids": { "items": reference(&controls_of(framework)) } } });
        (is("framework", &framework.id), items)
    };
    with(control, cases(frameworks.iter().map(ids).collect(), json!({})))
}

fn remediation() -> Value {
    table("What to do.", &REMEDIATION_KEYS, &["text"], |key| match key {
        "text" => text("What to do, in one to three sentences."),
        "fix" => fix(),
        _ => json!({}),
    })
}

fn fix() -> Value {
    let about = "The change of one property that makes the rule pass.";
    let fix = table(about, &FIX_KEYS, &["set", "value", "safe"], |key| match key {
        "set" => text("The path of the property, below `Properties`."),
        "value" => operator::any_operand("What it is set to: a value, or `{ param = \"NAME\" }`."),
        "safe" => boolean("Whether the change neither replaces nor interrupts the resource nor can break a client."),
        "why" => text("Why the change is not safe: `replaces the instance`."),
        _ => json!({}),
    });
    let unsafe_fix = json!({ "properties": { "safe": { "const": false } }, "required": ["safe"] });
    with(fix, cases(vec![(unsafe_fix, json!({ "required": ["why"] }))], json!({})))
}
