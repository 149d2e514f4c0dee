//! The document itself as JSON, and the JSON Schema of it.

use super::{Report, pretty_json};
use schemars::generate::SchemaSettings;

/// The document, pretty-printed in the order of its fields, with a line feed at the end.
#[must_use]
pub fn render(report: &Report) -> String {
    pretty_json(report)
}

/// The JSON Schema (draft 2020-12) that every rendered document satisfies.
#[must_use]
pub fn schema() -> String {
    pretty_json(&SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<Report>())
}
