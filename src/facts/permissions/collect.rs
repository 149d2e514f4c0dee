//! The principals of an inventory, without what others attach to them.

use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use rustc_hash::FxHashMap;

use super::Principals;
use super::attach::attach;
use super::workload::workloads;
use crate::facts::Facts;
use crate::facts::naming::{arn_text, reference_text};
use crate::facts::organization::has_organization;
use crate::facts::policies::{PolicyKind, policy_values};
use crate::iam::Policy;
use crate::iam::catalogue::managed_policy;
use crate::iam::document::{ACCOUNT, Reader, UNKNOWN};
use crate::iam::escalation::{Account, Attached, Link, Principal, PrincipalKind};
use crate::iam::organization::NodeId;
use crate::inventory::{Inventory, partition};
use crate::source::{Files, Limits, SourceFile, json};
use crate::value::{Cause, Kind, Read, ResourceId, ValueId, Values, View, World};

/// The principals of IAM: their types, and what they are.
pub(super) const TYPES: [(&str, PrincipalKind); 3] = [
    ("AWS::IAM::User", PrincipalKind::User),
    ("AWS::IAM::Role", PrincipalKind::Role),
    ("AWS::IAM::Group", PrincipalKind::Group),
];

/// The accounts of an inventory, while they are made.
pub(super) struct Collector<'c, 'a> {
    pub(super) facts: &'c Facts<'a>,
    pub(super) inventory: &'a Inventory,
    pub(super) view: View<'a>,
    pub(super) accounts: Vec<Principals>,
    /// The principals by kind and name, and by ARN: account and index.
    by_name: FxHashMap<(PrincipalKind, String), Vec<(usize, usize)>>,
    by_arn: FxHashMap<String, (usize, usize)>,
    /// The customer managed policies of the inventory by ARN: their resources.
    managed: FxHashMap<String, ResourceId>,
    /// Managed policies that were read, for each account: by ARN.
    read: FxHashMap<(usize, String), u32>,
}

/// The principals of all accounts.
pub(super) fn principals<'a>(facts: &Facts<'a>, view: &View<'a>) -> Vec<Principals> {
    let inventory = facts.inventory;
    let mut collector = Collector {
        facts,
        inventory,
        view: *view,
        accounts: Vec::new(),
        by_name: FxHashMap::default(),
        by_arn: FxHashMap::default(),
        managed: FxHashMap::default(),
        read: FxHashMap::default(),
    };
    for id in inventory.of_type("AWS::IAM::ManagedPolicy") {
        if let Some(arn) = arn_text(inventory, view, *id).filter(|_| inventory.exists(view, *id) != Some(false)) {
            collector.managed.insert(arn, *id);
        }
    }
    for (type_name, kind) in TYPES {
        for id in inventory.of_type(type_name) {
            collector.principal(*id, kind);
        }
    }
    attach(&mut collector);
    control(&mut collector);
    workloads(&mut collector);
    collector.accounts
}

impl<'a> Collector<'_, 'a> {
    fn principal(&mut self, id: ResourceId, kind: PrincipalKind) {
        let (inventory, view) = (self.inventory, self.view);
        let exists = inventory.exists(&view, id);
        if exists == Some(false) {
            return;
        }
        let account = self.account_of(id);
        let text = reference_text(inventory, &view, id, inventory.names.find("Ref"));
        let arn = arn_text(inventory, &view, id).unwrap_or_default();
        let resource = inventory.resource(id);
        let shown = if text.contains(crate::value::OPAQUE) { resource.logical_id.to_string() } else { text.clone() };
        let mut principal = Principal::new(kind, shown, arn.clone());
        principal.uncertain = exists.is_none().then_some(Cause::Undecided).into_iter().collect();
        let at = self.accounts[account].account.principals.len();
        let (policies, open) = policy_values(inventory, &view, id);
        principal.open = open;
        for value in policies {
            let policy = match self.facts.policy(&value, &view) {
                Ok(Some(ready)) => Arc::clone(&ready.policy),
                Ok(None) => continue,
                Err(cause) if value.property.kind == PolicyKind::Trust => {
                    Arc::new(unknown_policy(view.place(value.value(inventory, &view)), cause))
                }
                Err(cause) => {
                    principal.open.push(cause);
                    continue;
                }
            };
            let name = format!("{} of {}", value.path(), principal.shown());
            let attached = written(policy, name, id, format!("Properties.{}", value.path()));
            let policy = self.accounts[account].account.add(attached);
            if value.property.kind == PolicyKind::Trust {
                principal.trust = Some(policy);
            } else {
                principal.links.push(Link::inline(policy));
            }
        }
        let account_facts = &mut self.accounts[account];
        account_facts.account.principals.push(principal);
        account_facts.resources.push(id);
        self.by_name.entry((kind, text)).or_default().push((account, at));
        self.by_arn.insert(arn, (account, at));
    }

    /// The account of a resource, by its index.
    pub(super) fn account_of(&mut self, id: ResourceId) -> usize {
        let stack = self.inventory.stack(id);
        let number = stack.account.as_deref().unwrap_or(ACCOUNT);
        if let Some(known) = self.accounts.iter().position(|principals| principals.account.id == number) {
            return known;
        }
        let partition = stack.region.as_deref().map_or("aws", partition).to_owned();
        let account = Account { id: number.to_owned(), partition, ..Account::default() };
        self.accounts.push(Principals { account, ..Principals::default() });
        self.accounts.len() - 1
    }

    /// The text of a value, with what references stand for.
    pub(super) fn text(&self, id: ValueId) -> Option<String> {
        let references = |resource, attribute| reference_text(self.inventory, &self.view, resource, attribute);
        let reader = Reader { view: self.view, names: &self.inventory.names, references: &references };
        reader.text(id).map(|text| text.text.into())
    }

    /// Why a value is not known.
    pub(super) fn cause(&self, id: ValueId) -> Cause {
        match self.view.text(id) {
            Read::Unknown(cause) => self.view.values.cause(cause).clone(),
            _ => Cause::NotInInput { what: "a name".into() },
        }
    }

    /// The principals that a name or an ARN means, seen from a resource: those of its account, and in other accounts none.
    pub(super) fn find(&self, kind: PrincipalKind, text: &str, account: usize) -> Option<usize> {
        if let Some((found, at)) = self.by_arn.get(text) {
            return (*found == account).then_some(*at);
        }
        // A role may be named with its path.
        let name = if text.starts_with("arn:") { return None } else { text };
        let known = self.by_name.get(&(kind, name.to_owned()))?;
        known.iter().find(|(found, _)| *found == account).map(|(_, at)| *at)
    }

    /// The managed policy of an ARN, read once.
    ///
    /// # Errors
    /// Why nobody knows what it says.
    pub(super) fn managed(&mut self, arn: &str, account: usize) -> Result<u32, Cause> {
        if let Some(known) = self.read.get(&(account, arn.to_owned())) {
            return Ok(*known);
        }
        let attached = if let Some(id) = self.managed.get(arn) {
            self.customer_managed(arn, *id)?
        } else if arn.contains(":iam::aws:policy/") && !arn.ends_with(UNKNOWN) {
            let Some(found) = of_aws(arn) else {
                let name = arn.rsplit('/').next().unwrap_or_default();
                return Err(Cause::NotInInput {
                    what: format!("the document of the AWS managed policy `{name}`").into(),
                });
            };
            (*found).clone()
        } else {
            let name = arn.rsplit('/').next().unwrap_or_default().replace(crate::value::OPAQUE, "");
            return Err(Cause::NotInInput { what: format!("the document of the policy `{name}`").into() });
        };
        let policy = self.accounts[account].account.add(attached);
        self.read.insert((account, arn.to_owned()), policy);
        Ok(policy)
    }

    fn customer_managed(&self, arn: &str, id: ResourceId) -> Result<Attached, Cause> {
        let value = self.inventory.property(&self.view, id, &["PolicyDocument"]);
        if let Kind::Unknown(cause) = self.view.head(value).1 {
            return Err(self.view.values.cause(cause).clone());
        }
        if self.inventory.exists(&self.view, id).is_none() {
            return Err(Cause::Undecided);
        }
        let policy = Arc::clone(&self.facts.policy_at(id, value, &self.view).policy);
        let name = format!("managed policy `{}`", self.inventory.resource(id).logical_id);
        let mut attached = written(policy, name, id, "Properties.PolicyDocument".to_owned());
        attached.arn = Some(arn.to_owned());
        Ok(attached)
    }
}

/// A policy that is written in a resource.
pub(super) fn written(policy: Arc<Policy>, name: String, owner: ResourceId, path: String) -> Attached {
    Attached { name, owner: Some(owner), path, ..Attached::of(policy) }
}

/// A policy of which nothing is known.
fn unknown_policy(place: crate::value::Place, cause: Cause) -> Policy {
    Policy {
        place,
        version: crate::iam::document::Version::default(),
        statements: Vec::new(),
        open: vec![cause],
        problems: Vec::new(),
    }
}

/// An AWS managed policy. They are the same in all inputs: each is read once.
fn of_aws(arn: &str) -> Option<Arc<Attached>> {
    static READ: LazyLock<Mutex<FxHashMap<String, Arc<Attached>>>> = LazyLock::new(Mutex::default);
    let read = || READ.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = read().get(arn) {
        return Some(Arc::clone(known));
    }
    let found = managed_policy(arn)?;
    let attached = Arc::new(Attached {
        name: format!("AWS managed policy `{}`", found.name),
        arn: Some(found.arn),
        aws: true,
        ..Attached::of(parsed(&found.document)?)
    });
    let mut read = read();
    if read.len() >= OF_AWS {
        read.clear();
    }
    read.insert(arn.to_owned(), Arc::clone(&attached));
    Some(attached)
}

/// How many AWS managed policies are kept.
const OF_AWS: usize = 64;

/// The document of a text.
fn parsed(document: &str) -> Option<Policy> {
    let file = std::sync::Arc::new(SourceFile::new("", document));
    let tree = json::parse(&file, Limits::default()).ok()?;
    let (mut files, mut values) = (Files::default(), Values::default());
    let root = values.push_tree(&tree, tree.root(), files.add(std::sync::Arc::clone(&file)));
    let world = World::open();
    Some(Reader::new(View::new(&values, &world), &tree.keys).policy(root))
}

/// Adds the service control policies of accounts that an organisation of the inventory holds. Those that may apply and are not
/// known to do not limit.
fn control(collector: &mut Collector<'_, '_>) {
    if !has_organization(collector.inventory) {
        return;
    }
    let organization = collector.facts.organization(&collector.view);
    for account in 0..collector.accounts.len() {
        let number = collector.accounts[account].account.id.clone();
        let is_it = |id: &NodeId| organization.node(*id).account.as_deref() == Some(&*number);
        let Some(node) = organization.accounts().find(is_it).filter(|id| !organization.node(*id).management) else {
            continue;
        };
        let mut levels = Vec::new();
        for level in organization.chain(node).levels {
            let mut policies: Vec<u32> = Vec::new();
            if level.full_access {
                policies.extend(collector.managed(FULL_ACCESS, account));
            }
            for policy in level.policies.iter().filter_map(|policy| organization.policies.get(*policy)) {
                let attached = Attached {
                    name: policy.name.to_string(),
                    owner: policy.resource,
                    ..Attached::of(policy.document.clone())
                };
                policies.push(collector.accounts[account].account.add(attached));
            }
            levels.push(policies);
        }
        for principal in &mut collector.accounts[account].account.principals {
            principal.scps.clone_from(&levels);
        }
    }
}

/// A policy that allows everything, as `FullAWSAccess` does.
const FULL_ACCESS: &str = "arn:aws:iam::aws:policy/AdministratorAccess";
