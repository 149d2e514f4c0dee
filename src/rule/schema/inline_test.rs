//! The tests of a rule.

use serde_json::{Value, json};

use crate::json_schema::{boolean, cases, date, is, list, map, meanings, no_others, table, text, with, words};
use crate::rule::ast::OutcomeName;
use crate::rule::load::inline_test::{CAUSES, EXPECT_KEYS, GO_WITH, KEYS, OUTCOMES};

pub(super) fn test() -> Value {
    let about = "A template, and what the rule says of it.";
    table(about, &KEYS, &["name", "template", "expect"], |key| match key {
        "name" => text("What the test shows; no two tests of a rule have the same name."),
        "template" => text("The template, YAML or JSON. Line 1 is the first line after the opening quotes."),
        "params" => map(
            "Parameters of the rule that the test sets.",
            None,
            json!({ "description": "The value, of the same kind as the default." }),
        ),
        "strict" => boolean("Whether a pass by AWS's default is a fail."),
        "scope" => map("Tags of the declared scope.", None, text("The value of the tag.")),
        "region" => text("The region of the stack."),
        "account" => text("The account of the stack."),
        "today" => date("The day on which the test runs, as YYYY-MM-DD."),
        "expect" => with(list("What is expected.", expectation()), json!({ "minItems": 1 })),
        _ => json!({}),
    })
}

fn expectation() -> Value {
    let about = "What is expected of one resource.";
    let expectation = table(about, &EXPECT_KEYS, &["resource", "outcome"], |key| match key {
        "resource" => text("Its logical id."),
        "outcome" => meanings("The outcome.", OUTCOMES.map(|(word, outcome)| (word, meaning(outcome)))),
        "line" => json!({
            "description": "With `fail` or `unknown`: the line of the template that the first finding stands at.",
            "type": "integer",
            "minimum": 1,
        }),
        "when" => map(
            "With `fail`: the case in which it fails, from parameter or condition to its value.",
            None,
            json!({ "description": "The value.", "type": ["string", "number", "boolean"] }),
        ),
        "cause" => words("With `unknown`: why nobody can tell.", CAUSES),
        "by_default" => boolean("With `pass`: whether it rests on AWS's default only."),
        _ => json!({}),
    });
    let case = |(word, outcome): (&'static str, OutcomeName)| {
        let excluded = |key: &str| GO_WITH.iter().any(|(other, goes)| *other == key && !goes.contains(&outcome));
        let keys: Vec<&str> = EXPECT_KEYS.into_iter().filter(|key| !excluded(key)).collect();
        (is("outcome", word), no_others(&keys))
    };
    with(expectation, cases(OUTCOMES.map(case).to_vec(), json!({})))
}

fn meaning(outcome: OutcomeName) -> &'static str {
    match outcome {
        OutcomeName::Pass => "It holds.",
        OutcomeName::Fail => "It does not hold.",
        OutcomeName::Unknown => "Nobody can tell from the input.",
        OutcomeName::NotApplicable => "The rule does not concern the resource.",
    }
}
