//! The JSON Schema of `fasscan.toml`, for editors.

use super::KEYS;
use crate::json_schema::{document, list, table, words_or};
use crate::profile::setting;
use crate::rule::builtin_profiles;

/// The JSON Schema (draft 2020-12) of `fasscan.toml`.
#[must_use]
pub fn schema() -> String {
    let root = table("Settings of fasscan.", &KEYS, &[], |key| match key {
        "profiles" => list(
            "Profiles to judge by.",
            words_or("A profile, or the path of its file.", builtin_profiles().iter().copied(), "/|\\.toml$"),
        ),
        key => setting(key),
    });
    document("Configuration of fasscan", root, Vec::new())
}
