//! Frameworks: catalogues of the controls that an auditor asks about, and what a scan says of each.
//!
//! Rules point to controls, never the reverse; a framework knows neither rules nor resources. [`status`] turns counts into a
//! word, and is the only place that does.

mod load;
mod schema;
mod status;

use std::sync::{Arc, OnceLock};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::source::{Limits, SourceFile, json};

pub use load::load;
pub use schema::schema;
pub use status::{Status, Tally, status};

/// A catalogue of controls, such as PCI DSS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Framework {
    /// Such as `pci-dss-4.0.1`; equal to the file name.
    pub id: Box<str>,
    /// Such as `PCI DSS`.
    pub title: Box<str>,
    /// Such as `4.0.1`.
    pub version: Box<str>,
    /// In the order of the framework.
    pub controls: Vec<Control>,
}

/// One requirement of a framework.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Control {
    /// Such as `3.5.1`.
    pub id: Box<str>,
    /// What it asks, in own words.
    pub title: Box<str>,
    /// How far a scan can answer it.
    pub automation: Automation,
    /// Whom it concerns.
    pub applies_to: AppliesTo,
    /// The part of the framework that it belongs to, where that is a choice of the audited: `availability`.
    pub category: Option<Box<str>>,
    /// The control that has taken its place.
    pub superseded_by: Option<Box<str>>,
    /// What a person must show for what no scan can attest; there unless the scan can answer it fully.
    pub evidence: Option<Box<str>>,
}

/// How far a scan of configuration can answer a control.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Automation {
    /// Fully.
    Direct,
    /// In part; people answer the rest.
    Partial,
    /// Not at all, as AWS keeps it for its customers.
    Inherited,
    /// Not at all.
    None,
}

/// Whom a control concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AppliesTo {
    /// Everyone.
    All,
    /// Service providers.
    ServiceProviders,
    /// Service providers whose customers share systems.
    MultiTenantProviders,
    /// Issuers of cards, and those who work for them.
    Issuers,
    /// Those whom a payment brand or an acquirer has designated.
    DesignatedEntities,
    /// Those with card readers that speak SSL or early TLS.
    EarlyTlsTerminals,
}

impl Automation {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Direct, Self::Partial, Self::Inherited, Self::None];

    /// As files and reports write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Direct => "direct",
            Self::Partial => "partial",
            Self::Inherited => "inherited",
            Self::None => "none",
        }
    }
}

impl AppliesTo {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::All,
        Self::ServiceProviders,
        Self::MultiTenantProviders,
        Self::Issuers,
        Self::DesignatedEntities,
        Self::EarlyTlsTerminals,
    ];

    /// As files and reports write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::ServiceProviders => "service-providers",
            Self::MultiTenantProviders => "multi-tenant-providers",
            Self::Issuers => "issuers",
            Self::DesignatedEntities => "designated-entities",
            Self::EarlyTlsTerminals => "early-tls-terminals",
        }
    }
}

impl Framework {
    /// The control of this id.
    #[must_use]
    pub fn control(&self, id: &str) -> Option<&Control> {
        self.controls.iter().find(|control| &*control.id == id)
    }
}

/// The frameworks that the program carries, sorted by id; read when first asked for.
pub fn builtin() -> &'static [Framework] {
    static FRAMEWORKS: OnceLock<Vec<Framework>> = OnceLock::new();
    FRAMEWORKS.get_or_init(|| {
        let text = include_str!(concat!(env!("OUT_DIR"), "/frameworks.json"));
        let file = Arc::new(SourceFile::new("rules/frameworks", text));
        // The tests see that there is no error in it.
        let Ok(tree) = json::parse(&file, Limits::default()) else { return Vec::new() };
        tree.items(tree.root()).iter().filter_map(|item| load::read(&tree, *item).ok()).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_frameworks_that_are_carried_are_there_with_all_controls() {
        let ids: Vec<&str> = builtin().iter().map(|framework| &*framework.id).collect();
        assert_eq!(ids, ["pci-dss-4.0.1", "soc2-2017"]);
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/frameworks");
        for framework in builtin() {
            let path = folder.join(format!("{}.toml", framework.id));
            let text = std::fs::read_to_string(&path).expect("framework");
            let read = load(&Arc::new(SourceFile::new(path.to_string_lossy(), text))).expect("no error");
            assert_eq!(read, *framework);
        }
        let control = builtin()[0].control("3.5.1").expect("3.5.1");
        assert!(!control.title.is_empty());
        assert_eq!(builtin()[0].control("3.5"), None);
    }

    #[test]
    fn what_a_scan_cannot_answer_has_a_sentence_of_its_own_about_what_a_person_shows() {
        let mut sentences: Vec<&str> = Vec::new();
        for control in builtin().iter().flat_map(|framework| &framework.controls) {
            assert_eq!(control.evidence.is_some(), control.automation != Automation::Direct, "{}", control.id);
            sentences.extend(control.evidence.as_deref());
        }
        let all = sentences.len();
        sentences.sort_unstable();
        sentences.dedup();
        assert_eq!(sentences.len(), all, "no boilerplate");
        assert!(sentences.iter().all(|sentence| (30..=180).contains(&sentence.len())));
    }

    #[test]
    fn documents_people_and_premises_are_never_answered_by_a_scan_alone() {
        let pci = &builtin()[0];
        let class = |id: &str| pci.control(id).expect(id).automation;
        for chapter in 1..=11 {
            for id in [format!("{chapter}.1.1"), format!("{chapter}.1.2")] {
                assert_eq!(class(&id), Automation::None, "{id}");
            }
        }
        for control in pci.controls.iter().filter(|control| control.automation == Automation::Direct) {
            let id = &control.id;
            assert!(!id.starts_with("9.") && !id.starts_with("12.") && !id.starts_with('A'), "{id}");
            for word in ["procedures", "inventor", "approval", "reviewed", "training", "documented", "assigned"] {
                assert!(!control.title.contains(word), "{id}: {}", control.title);
            }
        }
        assert_eq!(class("9.2.1"), Automation::Inherited);
    }
}
