//! The JSON Schema of framework files, for editors.

use serde_json::{Value, json};

use super::load::{CONTROL_KEYS, KEYS};
use super::{AppliesTo, Automation};
use crate::json_schema::{cases, document, formed, list, meanings, table, text, with, words};

/// The JSON Schema (draft 2020-12) of framework files.
#[must_use]
pub fn schema() -> String {
    let root = table("A catalogue of controls.", &KEYS, &KEYS, |key| match key {
        "id" => text("Such as `pci-dss-4.0.1`; the same as the file name."),
        "title" => text("Such as `PCI DSS`."),
        "version" => text("Such as `4.0.1`."),
        "control" => with(list("The controls, in the order of the framework.", control()), json!({ "minItems": 1 })),
        _ => json!({}),
    });
    document("Framework of fasscan", root, Vec::new())
}

fn control() -> Value {
    let about = "One requirement.";
    let control = table(about, &CONTROL_KEYS, &["id", "title", "automation"], |key| match key {
        "id" => text("Such as `3.5.1`."),
        "title" => text("What it asks, in own words."),
        "automation" => meanings(
            "How far a scan of configuration can answer it.",
            Automation::ALL.map(|automation| (automation.as_str(), extent(automation))),
        ),
        "applies_to" => words("Whom it concerns; `all` when it is not said.", AppliesTo::ALL.map(AppliesTo::as_str)),
        "category" => text("The part of the framework that it belongs to, where that is a choice of the audited."),
        "superseded_by" => text("The control that has taken its place."),
        "evidence" => formed(
            "A sentence: what a person must show for what no scan can attest. Mandatory unless `automation` is `direct`.",
            "\\.$",
        ),
        _ => json!({}),
    });
    let direct = json!({ "properties": { "automation": { "const": Automation::Direct.as_str() } } });
    with(control, cases(vec![(direct, json!({}))], json!({ "required": ["evidence"] })))
}

fn extent(automation: Automation) -> &'static str {
    match automation {
        Automation::Direct => "Fully.",
        Automation::Partial => "In part; people answer the rest.",
        Automation::Inherited => "Not at all, as AWS keeps it for its customers.",
        Automation::None => "Not at all.",
    }
}
