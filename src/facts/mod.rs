//! What many rules need to know of an inventory, computed once, each fact named after what it is.
//!
//! Facts combine resources; they judge nothing. Every fact is read in a world and is three-valued.

pub mod acl;
pub mod cidr;
pub mod derived;
pub mod naming;
pub mod network;
pub mod openness;
pub mod organization;
pub mod permissions;
pub mod policies;
pub mod scope;
pub mod secret;
pub mod tags;

use std::sync::OnceLock;

use crate::inventory::{Inventory, Relations, Unseen};

/// The facts of one inventory. Relations are made when first asked for.
#[derive(Debug)]
pub struct Facts<'a> {
    /// The inventory.
    pub inventory: &'a Inventory,
    ingress: OnceLock<Relations>,
    egress: OnceLock<Relations>,
    associations: OnceLock<Relations>,
    routes: OnceLock<Relations>,
    acl_entries: OnceLock<Relations>,
    unseen: OnceLock<Unseen>,
    organizations: organization::Cache,
    escalations: permissions::Cache,
    derived: derived::Cache,
    policies: policies::Cache,
}

impl<'a> Facts<'a> {
    /// The facts of `inventory`; nothing is computed yet.
    #[must_use]
    pub fn new(inventory: &'a Inventory) -> Self {
        Self {
            inventory,
            ingress: OnceLock::new(),
            egress: OnceLock::new(),
            associations: OnceLock::new(),
            routes: OnceLock::new(),
            acl_entries: OnceLock::new(),
            unseen: OnceLock::new(),
            organizations: organization::Cache::default(),
            escalations: permissions::Cache::default(),
            derived: derived::Cache::default(),
            policies: policies::Cache::default(),
        }
    }

    /// The resources that are there and not in the inventory.
    #[must_use]
    pub fn unseen(&self) -> &Unseen {
        self.unseen.get_or_init(|| Unseen::of(self.inventory))
    }
}
