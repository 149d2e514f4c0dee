//! What can go wrong with an action: our own selection, in `risks.toml`, and how far an action can be narrowed, in `narrowing.toml`.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::iam::catalogue::{ActionRef, ActionSet, catalogue};
use crate::iam::matches_ignoring_case;

/// What an action can be misused for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Risk {
    /// To get more rights.
    PrivilegeEscalation,
    /// To get hold of secrets.
    CredentialsExposure,
    /// To read what any key protects.
    Decryption,
    /// To copy data out of the account.
    DataExfiltration,
    /// To open resources to others.
    ResourceExposure,
    /// To destroy, replace or blind what runs.
    InfrastructureModification,
}

impl Risk {
    /// All of them, the gravest first. An action has the first that fits.
    pub const ALL: [Self; 6] = [
        Self::PrivilegeEscalation,
        Self::CredentialsExposure,
        Self::Decryption,
        Self::DataExfiltration,
        Self::ResourceExposure,
        Self::InfrastructureModification,
    ];

    /// As rules and reports write it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::PrivilegeEscalation => "privilege-escalation",
            Self::CredentialsExposure => "credentials-exposure",
            Self::Decryption => "decryption",
            Self::DataExfiltration => "data-exfiltration",
            Self::ResourceExposure => "resource-exposure",
            Self::InfrastructureModification => "infrastructure-modification",
        }
    }

    /// The risk of a name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|risk| risk.name() == name)
    }

    /// The risk of an action, if any.
    #[must_use]
    pub fn of(action: &ActionRef) -> Option<Self> {
        Self::ALL.into_iter().find(|risk| risk.actions().contains(action.id))
    }

    /// The actions that have this risk and no graver one.
    #[must_use]
    pub fn actions(self) -> &'static ActionSet {
        static SETS: LazyLock<Vec<(Risk, ActionSet)>> = LazyLock::new(|| sets(&classes().class));
        static NONE: LazyLock<ActionSet> = LazyLock::new(|| ActionSet::new(catalogue()));
        SETS.iter().find(|(risk, _)| *risk == self).map_or(&NONE, |(_, set)| set)
    }
}

fn sets(classes: &[RiskClass]) -> Vec<(Risk, ActionSet)> {
    let (mut sets, mut taken) = (Vec::new(), ActionSet::new(catalogue()));
    for class in classes {
        let mut set = catalogue().set_matching(class.entry.iter().flat_map(|entry| &entry.actions).map(|name| &**name));
        if class.permissions_management {
            catalogue()
                .actions()
                .filter(|action| action.action.manages_permissions())
                .for_each(|action| set.insert(action.id));
        }
        set.subtract(&taken);
        taken.union_with(&set);
        sets.push((class.risk, set));
    }
    sets
}

/// A class of `risks.toml`.
#[derive(Debug, Deserialize)]
pub struct RiskClass {
    /// Which.
    pub risk: Risk,
    /// Whether every action that manages permissions is in it.
    #[serde(default)]
    pub permissions_management: bool,
    /// The actions, with reasons.
    pub entry: Vec<Reasoned>,
}

/// Actions with the reason why they are listed.
#[derive(Debug, Deserialize)]
pub struct Reasoned {
    /// Why.
    pub why: Box<str>,
    /// Names of actions.
    pub actions: Vec<Box<str>>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Classes {
    pub(super) class: Vec<RiskClass>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Narrowing {
    keys: Vec<Box<str>>,
    other_keys: Vec<Box<str>>,
    pub(super) wide: Vec<Reasoned>,
}

impl Narrowing {
    pub(super) fn is_narrowing_key(&self, key: &str) -> bool {
        self.keys.iter().any(|pattern| matches_ignoring_case(pattern, key))
    }

    pub(super) fn is_other_key(&self, key: &str) -> bool {
        self.other_keys.iter().any(|pattern| matches_ignoring_case(pattern, key))
    }
}

pub(super) fn classes() -> &'static Classes {
    // A test reads the file; damaged data are as if they were not there.
    static CLASSES: LazyLock<Classes> =
        LazyLock::new(|| toml::from_str(include_str!("risks.toml")).unwrap_or_default());
    &CLASSES
}

pub(super) fn narrowing() -> &'static Narrowing {
    static NARROWING: LazyLock<Narrowing> =
        LazyLock::new(|| toml::from_str(include_str!("narrowing.toml")).unwrap_or_default());
    &NARROWING
}

/// The actions for which `*` is what one writes.
pub(super) fn wide_by_nature() -> &'static ActionSet {
    static WIDE: LazyLock<ActionSet> = LazyLock::new(|| {
        catalogue().set_matching(narrowing().wide.iter().flat_map(|entry| &entry.actions).map(|name| &**name))
    });
    &WIDE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_selections_are_read_and_every_action_is_one_of_the_catalogue() {
        let classes: Classes = toml::from_str(include_str!("risks.toml")).expect("risks.toml");
        let narrowing: Narrowing = toml::from_str(include_str!("narrowing.toml")).expect("narrowing.toml");
        assert_eq!(classes.class.iter().map(|class| class.risk).collect::<Vec<_>>(), Risk::ALL);
        let entries = classes.class.iter().flat_map(|class| &class.entry).chain(&narrowing.wide);
        let mut unknown = Vec::new();
        for entry in entries {
            assert!(!entry.why.is_empty());
            unknown.extend(entry.actions.iter().filter(|name| catalogue().action(name).is_none()));
        }
        assert!(unknown.is_empty(), "{unknown:?}");
    }

    #[test]
    fn no_action_is_listed_twice() {
        let mut seen = std::collections::BTreeSet::new();
        for entry in classes().class.iter().flat_map(|class| &class.entry) {
            for action in &entry.actions {
                assert!(seen.insert(action), "{action}");
            }
        }
    }

    #[test]
    fn an_action_has_its_gravest_risk_only() {
        let risk = |name: &str| Risk::of(&catalogue().action(name).expect(name));
        assert_eq!(risk("iam:PutRolePolicy"), Some(Risk::PrivilegeEscalation));
        assert_eq!(risk("iam:CreateAccessKey"), Some(Risk::CredentialsExposure));
        assert_eq!(risk("s3:PutBucketPolicy"), Some(Risk::ResourceExposure));
        assert_eq!(risk("s3:ListBucket"), None);
        assert_eq!(Risk::ALL.map(|risk| Risk::parse(risk.name())), Risk::ALL.map(Some));
    }
}
