//! Derived relations: partners that are found by what a field means, not by one property that refers.
//!
//! Names, ARNs, dimensions, tags and whole documents lead from one resource to another. Every answer is of one world and
//! three-valued: a partner that may be the one is possible, with the cause for which nobody can tell. Nothing here judges.

mod alarm;
mod backup;
mod glob;
mod log_group;
mod neighbour;
mod subscription;
mod text;
mod user;
mod web_acl;

use std::sync::OnceLock;

use super::Facts;
use crate::value::{Cause, ResourceId, ValueId, View};

/// A kind of derived relation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Derived {
    /// The log group that a resource writes to.
    LogGroup,
    /// Alarms on metrics of the resource.
    Alarm,
    /// Subscriptions of a topic.
    Subscription,
    /// Backup selections that take the resource.
    BackupSelection,
    /// The web ACL that is associated with the resource.
    WebAcl,
    /// Resources that use the resource.
    User,
    /// Resources in the same account and region.
    Neighbour,
}

/// What a derived relation leads to.
#[derive(Debug, Default)]
pub struct Found {
    /// Partners that are there, each with the value that stands for its properties where that is a part of another resource.
    pub sure: Vec<(ResourceId, Option<ValueId>)>,
    /// Those of which nobody can tell; `None` for one that is not in sight.
    pub possible: Vec<(Option<ResourceId>, Cause)>,
    /// Why a partner that is there is not in sight.
    pub hidden: Vec<Cause>,
}

/// What is computed once for all questions.
#[derive(Debug, Default)]
pub struct Cache {
    alarms: OnceLock<alarm::Index>,
    groups: OnceLock<text::Index>,
    users: OnceLock<user::Users>,
}

impl Derived {
    /// Every kind, by its name in rules.
    pub const ALL: [(&'static str, Self); 7] = [
        ("log-group", Self::LogGroup),
        ("alarm", Self::Alarm),
        ("subscription", Self::Subscription),
        ("backup-selection", Self::BackupSelection),
        ("web-acl", Self::WebAcl),
        ("user", Self::User),
        ("neighbour", Self::Neighbour),
    ];

    /// As rules write it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(_, kind)| *kind == self).map_or("", |(name, _)| name)
    }

    /// The types of the partners; empty when they may be any, or those that the rule names.
    #[must_use]
    pub fn types(self) -> &'static [&'static str] {
        match self {
            Self::LogGroup => &["AWS::Logs::LogGroup"],
            Self::Alarm => &["AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm"],
            Self::Subscription => &["AWS::SNS::Subscription"],
            Self::BackupSelection => &["AWS::Backup::BackupSelection"],
            Self::WebAcl => &["AWS::WAFv2::WebACL"],
            Self::User | Self::Neighbour => &[],
        }
    }

    /// Whether resources of a type have such partners.
    #[must_use]
    pub fn is_of(self, type_name: &str) -> bool {
        match self {
            Self::LogGroup => log_group::writes(type_name),
            Self::Subscription => type_name == "AWS::SNS::Topic",
            Self::WebAcl => web_acl::is_protected(type_name),
            Self::Alarm | Self::BackupSelection | Self::User | Self::Neighbour => true,
        }
    }
}

impl<'a> Facts<'a> {
    /// The partners of `start` in this world. Of [`Derived::User`] and [`Derived::Neighbour`] those of these types, or of any
    /// when there are none.
    #[must_use]
    pub fn derived(&self, view: &View<'a>, kind: Derived, types: &[&str], start: ResourceId) -> Found {
        let mut found = Found::default();
        match kind {
            Derived::LogGroup => self.log_groups(view, start, &mut found),
            Derived::Alarm => self.alarms(view, start, types, &mut found),
            Derived::Subscription => self.subscriptions(view, start, &mut found),
            Derived::BackupSelection => self.backup_selections(view, start, &mut found),
            Derived::WebAcl => self.web_acls(view, start, &mut found),
            Derived::User => self.users(view, start, types, &mut found),
            Derived::Neighbour => self.neighbours(view, start, types, &mut found),
        }
        found
    }

    /// Adds a partner, as it is there in this world.
    fn add_partner(&self, view: &View<'a>, partner: ResourceId, related: Result<bool, Cause>, found: &mut Found) {
        match (related, self.inventory.exists(view, partner)) {
            (Ok(false), _) | (_, Some(false)) => {}
            (Ok(true), Some(true)) => {
                if !found.sure.iter().any(|(known, _)| *known == partner) {
                    found.sure.push((partner, None));
                }
            }
            (Ok(true), None) => found.possible.push((Some(partner), Cause::Undecided)),
            (Err(cause), _) => found.possible.push((Some(partner), cause)),
        }
    }
}
