//! The documentation of rules as Markdown: a page for each rule, and indexes by service, framework and other scanners' ids.
//!
//! Everything stands in the rules themselves; the examples are their tests.

mod index;
mod page;

use super::ast::RuleSet;
use crate::framework::Framework;

/// A file of the documentation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Relative to the folder of the documentation: `rds-storage-unencrypted.md`.
    pub path: String,
    /// Markdown.
    pub text: String,
}

/// All pages, for rules that were loaded with their tests: `README.md` (by service), `frameworks.md`, `peers.md` and one
/// for each rule.
#[must_use]
pub fn pages(rules: &RuleSet, frameworks: &[Framework]) -> Vec<Page> {
    let page = |path: &str, text: String| Page { path: path.to_owned(), text };
    let indexes = [
        page("README.md", index::by_service(rules)),
        page("frameworks.md", index::by_framework(rules, frameworks)),
        page("peers.md", index::by_peer(rules)),
    ];
    let of_rules = rules.rules.iter().map(|rule| page(&format!("{}.md", rule.id), page::page(rule, frameworks)));
    indexes.into_iter().chain(of_rules).collect()
}

/// A text as a cell of a table.
fn cell(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
}

/// The other scanners, by the keys of `peers`, with the names that they go by.
const SCANNERS: [(&str, &str); 7] = [
    ("aws-config", "AWS Config"),
    ("security-hub", "AWS Security Hub"),
    ("cdk-nag", "cdk-nag"),
    ("checkov", "Checkov"),
    ("guard", "CloudFormation Guard"),
    ("prowler", "Prowler"),
    ("trivy", "Trivy"),
];

fn scanner(key: &str) -> &str {
    SCANNERS.iter().find(|(known, _)| *known == key).map_or(key, |(_, name)| name)
}
