//! The question `scp`.

use serde_json::{Value, json};

use super::iam::context;
use super::operator::texts;
use crate::json_schema::{exactly_one, meanings, table, with, yes};
use crate::rule::load::scp::{ATTACHED, keys_of, questions};

pub(super) fn question() -> Value {
    let about = "Subject: a question about what the policies of an organisation guarantee.";
    let names = questions();
    with(table(about, &names, &[], key), exactly_one(&names))
}

fn key(key: &str) -> Value {
    match key {
        "denies_by_region" => yes("A statement denies under a condition on `aws:RequestedRegion`."),
        "locks_regions" => asked(key, "No regional action can be used outside the regions."),
        "keeps_global_services" => asked(key, "What denies by the region denies none of these global services."),
        "protects_root" => yes("The root user can do nothing."),
        "protects" => asked(key, "Nobody can use any of the actions."),
        "attached" => meanings(
            "Where the policy is attached.",
            ATTACHED
                .map(|(word, everywhere)| (word, if everywhere { "Above every account." } else { "It has a target." })),
        ),
        "valid" => yes("The policy is not too long for its type and has no element that AWS refuses."),
        "enforces_tags" => texts("The tag policy has values and `enforced_for` for these keys."),
        "opts_out_of_ai" => yes("The opt-out policy opts out by default."),
        _ => json!({}),
    }
}

fn asked(question: &str, about: &str) -> Value {
    let required: Vec<&str> =
        keys_of(question).iter().copied().filter(|key| !matches!(*key, "break_glass" | "context")).collect();
    table(about, keys_of(question), &required, |key| match key {
        "regions" => texts("Regions: `[\"eu-central-1\"]`."),
        "break_glass" => texts("Patterns of principals that may."),
        "services" => texts("Prefixes of services: `[\"iam\"]`."),
        "actions" => texts("Names of actions, without wildcards."),
        "context" => context(),
        _ => json!({}),
    })
}
