//! Relations: `[related.NAME]`.

use serde_json::{Value, json};

use super::clause::clauses;
use super::resource_types;
use crate::facts::derived::Derived;
use crate::json_schema::{cases, exactly_one, is, list, meanings, referred, table, text, with};
use crate::rule::load::related::{KEYS, UNSEEN};

pub(super) fn relation() -> Value {
    let about = "A relation from the selected resource to its partners.";
    let relation = table(about, &KEYS, &[], |key| match key {
        "type" => referred("The resource type of the partners.", "resource-type"),
        "types" => resource_types("Instead of `type`: several resource types."),
        "via" => text("The property of the partner that refers to the selected resource."),
        "to" => text("Instead of `via`: the property of the selected resource that refers to the partner."),
        "derived" => meanings(
            "Instead of `via` and `to`: what leads to the partners where nothing refers to anything.",
            Derived::ALL.map(|(word, kind)| (word, derived(kind))),
        ),
        "from" => text("The relation whose partners this one starts at; the selected resource when it is not said."),
        "where" => clauses("Only partners that satisfy all of these."),
        "same" => with(
            list("Only other resources in which these properties have the same values.", text("A property of both.")),
            json!({ "minItems": 1 }),
        ),
        "unseen" => meanings(
            "What a partner is that may be there and is not in the input; `unknown` when it is not said.",
            UNSEEN.map(|(word, ignored)| {
                (word, if ignored { "It does not count." } else { "It leaves the question open." })
            }),
        ),
        _ => json!({}),
    });
    let types = exactly_one(&["type", "types"]);
    let untyped = cases(
        vec![(is("derived", Derived::Neighbour.as_str()), types.clone())],
        json!({
            "not": { "required": ["type", "types"] },
        }),
    );
    let derived = json!({ "required": ["derived"] });
    let from_partner = json!([{ "required": ["via"] }, is("derived", Derived::User.as_str()), is("derived", Derived::Neighbour.as_str())]);
    let relation = with(relation, json!({ "dependentSchemas": { "unseen": { "anyOf": from_partner } } }));
    with(with(relation, exactly_one(&["via", "to", "derived"])), cases(vec![(derived, untyped)], types))
}

fn derived(kind: Derived) -> &'static str {
    match kind {
        Derived::LogGroup => "The log group that the resource writes to.",
        Derived::Alarm => "CloudWatch alarms on metrics of the resource.",
        Derived::Subscription => "Subscriptions of the topic.",
        Derived::BackupSelection => "Backup selections that take the resource.",
        Derived::WebAcl => "The web ACL that is associated with the resource.",
        Derived::User => "Resources that use the resource.",
        Derived::Neighbour => "Resources of the type in the same account and region.",
    }
}
