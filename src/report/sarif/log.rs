//! The outer parts of a log, which hold lists of any length.
//!
//! The types of `serde-sarif` are large and hold lists as vectors. With those of this file the results and rules are made
//! one after another while they are written, and none of them outlives its own text.

use serde::{Serialize, Serializer};
use serde_json::Value;
use serde_sarif::sarif::{
    ArtifactLocation, Invocation, PropertyBag, ReportingDescriptor, RunAutomationDetails, ToolComponent,
    ToolComponentReference,
};
use std::collections::BTreeMap;

/// A list that is made while it is written.
pub(super) struct Each<F>(pub(super) F);

impl<F: Fn() -> I, I: IntoIterator<Item: Serialize>> Serialize for Each<F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq((self.0)())
    }
}

#[derive(Serialize)]
pub(super) struct Log<Run> {
    #[serde(rename = "$schema")]
    pub(super) schema: &'static str,
    pub(super) runs: [Run; 1],
    pub(super) version: Value,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Run<Results, Rules> {
    pub(super) automation_details: RunAutomationDetails,
    pub(super) column_kind: Value,
    pub(super) invocations: [Invocation; 1],
    pub(super) original_uri_base_ids: BTreeMap<&'static str, ArtifactLocation>,
    pub(super) properties: PropertyBag,
    pub(super) results: Results,
    pub(super) taxonomies: Vec<ToolComponent>,
    pub(super) tool: Tool<Rules>,
}

#[derive(Serialize)]
pub(super) struct Tool<Rules> {
    pub(super) driver: Driver<Rules>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Driver<Rules> {
    pub(super) information_uri: &'static str,
    pub(super) name: String,
    pub(super) notifications: Vec<ReportingDescriptor>,
    pub(super) organization: &'static str,
    pub(super) rules: Rules,
    pub(super) semantic_version: String,
    pub(super) supported_taxonomies: Vec<ToolComponentReference>,
    pub(super) version: String,
}
