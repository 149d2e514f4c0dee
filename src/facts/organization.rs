//! The organisation that an inventory makes: units, accounts, and the control policies that are attached to them.
//!
//! Sources: AWS::Organizations::Organization, OrganizationalUnit, Account and Policy in the CloudFormation template reference.

use std::sync::{Arc, Mutex, OnceLock};

use rustc_hash::FxHashMap;

use super::Facts;
use super::naming::reference_text;
use crate::iam::document::{PolicyKind, Reader, Setting};
use crate::iam::organization::{
    ChainKey, ControlKind, ControlPolicy, Node, NodeId, NodeKind, Options, Organization, Parent, Protection,
    RegionLock, RootUser, protection, region_lock, root_user,
};
use crate::inventory::Inventory;
use crate::value::{Cause, Kind, Place, Read, ResourceId, ValueId, View};

/// The type of control policies, and of other policies of an organisation.
pub const POLICY: &str = "AWS::Organizations::Policy";
const ORGANIZATION: &str = "AWS::Organizations::Organization";
const UNIT: &str = "AWS::Organizations::OrganizationalUnit";
const ACCOUNT: &str = "AWS::Organizations::Account";

/// Whether an inventory has anything of an organisation.
#[must_use]
pub fn has_organization(inventory: &Inventory) -> bool {
    [POLICY, ORGANIZATION, UNIT, ACCOUNT].iter().any(|type_name| !inventory.of_type(type_name).is_empty())
}

/// The organisation of an inventory where no world changes it, with the answers so far.
#[derive(Debug, Default)]
pub(super) struct Cache {
    organization: OnceLock<Arc<Organization>>,
    answers: Mutex<FxHashMap<(ChainKey, Question), Solved>>,
    /// Answers about single policies.
    alone: Mutex<FxHashMap<(ResourceId, Question), Arc<RegionLock>>>,
}

/// What can be asked about an account.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Question {
    Lock(Vec<String>, Options),
    Root(Options),
    Protection(Vec<String>, Options),
}

#[derive(Debug, Clone)]
enum Solved {
    Lock(Arc<RegionLock>),
    Root(Arc<RootUser>),
    Protection(Arc<Protection>),
}

impl<'a> Facts<'a> {
    /// The organisation in one world. Equal references are equal places: a parameter that is the parent of a unit and the target
    /// of a policy is one place, whatever its value. An organisation has one root.
    #[must_use]
    pub fn organization(&self, view: &View<'a>) -> Arc<Organization> {
        if let Some(known) = self.organizations.organization.get() {
            return Arc::clone(known);
        }
        let (organization, needed) = view.world.needs(|| {
            let mut builder = Builder::new(self.inventory, view);
            builder.build();
            let mut organization = builder.organization;
            organization.open.extend(self.unseen().resource(self.inventory, &[POLICY]).cloned());
            Arc::new(organization)
        });
        match needed {
            Some((variable, trigger)) => view.world.need(variable, trigger),
            None if view.world.assigned().is_empty() => {
                return Arc::clone(self.organizations.organization.get_or_init(|| organization));
            }
            None => {}
        }
        organization
    }

    /// An organisation of nothing but a root with this policy.
    #[must_use]
    pub fn policy_alone(&self, view: &View<'a>, policy: ResourceId) -> Organization {
        let mut builder = Builder::new(self.inventory, view);
        let root = builder.root();
        builder.policy(policy);
        let mut organization = builder.organization;
        organization.nodes.truncate(root.0 + 1);
        for policy in &mut organization.policies {
            (policy.targets, policy.open) = (vec![root], Vec::new());
        }
        organization
    }

    /// [`region_lock`] of the organisation that [`Self::policy_alone`] gives for a policy in this world.
    #[must_use]
    pub fn region_lock_alone(
        &self,
        view: &View<'a>,
        (policy, organization): (ResourceId, &Organization),
        regions: &[&str],
        options: &Options,
    ) -> Arc<RegionLock> {
        let solve = || Arc::new(region_lock(organization, &organization.chain(NodeId(0)), regions, options));
        let open = view.world.assigned().is_empty();
        let Some(mut answers) = self.organizations.alone.lock().ok().filter(|_| open) else { return solve() };
        let question = Question::Lock(regions.iter().map(|region| (*region).to_owned()).collect(), options.clone());
        Arc::clone(answers.entry((policy, question)).or_insert_with(solve))
    }

    /// [`region_lock`] of the account at a node.
    #[must_use]
    pub fn region_lock(
        &self,
        organization: &Arc<Organization>,
        at: NodeId,
        regions: &[&str],
        options: &Options,
    ) -> Arc<RegionLock> {
        let question = Question::Lock(regions.iter().map(|region| (*region).to_owned()).collect(), options.clone());
        let solve = || Solved::Lock(Arc::new(region_lock(organization, &organization.chain(at), regions, options)));
        match self.solved(organization, at, question, solve) {
            Solved::Lock(found) => found,
            _ => Arc::new(region_lock(organization, &organization.chain(at), regions, options)),
        }
    }

    /// [`root_user`] of the account at a node.
    #[must_use]
    pub fn root_user(&self, organization: &Arc<Organization>, at: NodeId, options: &Options) -> Arc<RootUser> {
        let solve = || Solved::Root(Arc::new(root_user(organization, &organization.chain(at), options)));
        match self.solved(organization, at, Question::Root(options.clone()), solve) {
            Solved::Root(found) => found,
            _ => Arc::new(root_user(organization, &organization.chain(at), options)),
        }
    }

    /// [`protection`] of the account at a node.
    #[must_use]
    pub fn protection(
        &self,
        organization: &Arc<Organization>,
        at: NodeId,
        actions: &[&str],
        options: &Options,
    ) -> Arc<Protection> {
        let question = Question::Protection(actions.iter().map(|name| (*name).to_owned()).collect(), options.clone());
        let solve =
            || Solved::Protection(Arc::new(protection(organization, &organization.chain(at), actions, options)));
        match self.solved(organization, at, question, solve) {
            Solved::Protection(found) => found,
            _ => Arc::new(protection(organization, &organization.chain(at), actions, options)),
        }
    }

    /// An answer, worked out once for all accounts that the policies cannot tell apart.
    fn solved(
        &self,
        organization: &Arc<Organization>,
        at: NodeId,
        question: Question,
        solve: impl FnOnce() -> Solved,
    ) -> Solved {
        let cached = self.organizations.organization.get().is_some_and(|known| Arc::ptr_eq(known, organization));
        let Some(mut answers) = self.organizations.answers.lock().ok().filter(|_| cached) else { return solve() };
        let key = (organization.key(&organization.chain(at)), question);
        answers.entry(key).or_insert_with(solve).clone()
    }
}

/// A place in the organisation, as a template names it.
enum Named {
    Node(NodeId),
    Unknown(Vec<Cause>),
}

struct Builder<'v, 'a> {
    inventory: &'a Inventory,
    view: &'v View<'a>,
    organization: Organization,
    root: Option<NodeId>,
    resources: FxHashMap<ResourceId, NodeId>,
    /// Places that a text or a parameter names and no resource makes.
    outside: FxHashMap<String, NodeId>,
}

impl<'v, 'a> Builder<'v, 'a> {
    fn new(inventory: &'a Inventory, view: &'v View<'a>) -> Self {
        Self {
            inventory,
            view,
            organization: Organization::default(),
            root: None,
            resources: FxHashMap::default(),
            outside: FxHashMap::default(),
        }
    }

    fn build(&mut self) {
        let inventory = self.inventory;
        for id in inventory.of_type(ORGANIZATION) {
            if inventory.exists(self.view, *id) != Some(false) {
                let root = self.root();
                self.organization.nodes[root.0].resource = Some(*id);
                self.organization.nodes[root.0].place = Some(self.place_of(*id));
                self.resources.insert(*id, root);
            }
        }
        let mut own = Vec::new();
        for (type_name, kind, name) in [(UNIT, NodeKind::Unit, "Name"), (ACCOUNT, NodeKind::Account, "AccountName")] {
            for id in inventory.of_type(type_name) {
                if inventory.exists(self.view, *id) == Some(false) {
                    continue;
                }
                let name = self.view.text(inventory.property(self.view, *id, &[name])).known();
                let name = name.map_or_else(|| inventory.resource(*id).logical_id.clone(), |name| name.as_ref().into());
                let mut node = node(kind, name, Parent::None);
                node.place = Some(self.place_of(*id));
                node.resource = Some(*id);
                let node = self.organization.push(node);
                self.resources.insert(*id, node);
                own.push((*id, node, kind));
            }
        }
        for (id, node, kind) in own {
            let property = if kind == NodeKind::Unit { "ParentId" } else { "ParentIds" };
            self.organization.nodes[node.0].parent = self.parent(id, property, kind);
        }
        for id in inventory.of_type(POLICY) {
            self.policy(*id);
        }
    }

    fn root(&mut self) -> NodeId {
        if let Some(root) = self.root {
            return root;
        }
        let root = self.organization.push(node(NodeKind::Root, "root".into(), Parent::None));
        *self.root.insert(root)
    }

    fn place_of(&self, id: ResourceId) -> Place {
        let resource = self.inventory.resource(id);
        Place { file: resource.place.file, span: resource.key_span }
    }

    fn parent(&mut self, id: ResourceId, property: &str, kind: NodeKind) -> Parent {
        let value = self.inventory.property(self.view, id, &[property]);
        let items = match self.view.list(value) {
            Read::Known((items, None)) => items,
            Read::Known((_, Some(cause))) | Read::Unknown(cause) => {
                return match self.named(value, true) {
                    Some(Named::Node(node)) => Parent::Node(node),
                    _ => Parent::Unknown(vec![self.view.values.cause(cause).clone()]),
                };
            }
            Read::Absent => Vec::new(),
        };
        match items.first().and_then(|item| self.named(*item, true)) {
            Some(Named::Node(node)) => Parent::Node(node),
            Some(Named::Unknown(causes)) => Parent::Unknown(causes),
            // "If you don't specify this parameter, the ParentId defaults to the root ID": AWS::Organizations::Account.
            None if kind == NodeKind::Account => Parent::Node(self.root()),
            None => Parent::Unknown(vec![Cause::Invalid]),
        }
    }

    /// The place that a value names. `as_parent`: units or accounts hang below it.
    fn named(&mut self, id: ValueId, as_parent: bool) -> Option<Named> {
        let (head, kind) = self.view.deep(id);
        match kind {
            Kind::Absent => None,
            Kind::Reference { resource, .. } => match self.resources.get(&resource) {
                Some(node) => Some(Named::Node(*node)),
                None => Some(Named::Unknown(self.causes(head))),
            },
            Kind::Unknown(cause) => {
                let cause = self.view.values.cause(cause).clone();
                match &cause {
                    Cause::ParameterWithoutDefault { name }
                    | Cause::SsmParameter { name }
                    | Cause::ImportValue { name }
                        if !name.is_empty() =>
                    {
                        let name = name.clone();
                        Some(self.unnamed(&name, cause, as_parent))
                    }
                    _ => Some(Named::Unknown(vec![cause])),
                }
            }
            _ => match self.view.text(head) {
                Read::Known(text) => Some(Named::Node(self.literal(&text))),
                Read::Unknown(cause) => Some(Named::Unknown(vec![self.view.values.cause(cause).clone()])),
                Read::Absent => Some(Named::Unknown(vec![Cause::Invalid])),
            },
        }
    }

    fn causes(&self, id: ValueId) -> Vec<Cause> {
        self.view.open(id).map(|cause| self.view.values.cause(cause).clone()).into_iter().collect()
    }

    /// `r-ab12`, `ou-ab12-11111111` or an account.
    fn literal(&mut self, text: &str) -> NodeId {
        if text.starts_with("r-") {
            let root = self.root();
            self.organization.nodes[root.0].name = format!("root {text}").into();
            return root;
        }
        let is_account = text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
        let above = || vec![Cause::NotInInput { what: format!("what `{text}` hangs below").into() }];
        let organization = &mut self.organization;
        *self.outside.entry(text.to_owned()).or_insert_with(|| {
            let kind = if is_account { NodeKind::Account } else { NodeKind::Unit };
            let mut node = node(kind, text.into(), Parent::Unknown(above()));
            node.account = is_account.then(|| text.into());
            organization.push(node)
        })
    }

    /// A place that only a parameter names. The root is one that is called so and has units or accounts below it.
    fn unnamed(&mut self, name: &str, cause: Cause, as_parent: bool) -> Named {
        if name.to_ascii_lowercase().contains("root") {
            let root = self.root();
            return Named::Node(root);
        }
        let organization = &mut self.organization;
        match self.outside.get(name) {
            Some(node) => Named::Node(*node),
            // Nothing says what it is.
            None if !as_parent => Named::Unknown(vec![cause]),
            None => {
                let made = organization.push(node(NodeKind::Unit, name.into(), Parent::Unknown(vec![cause])));
                self.outside.insert(name.to_owned(), made);
                Named::Node(made)
            }
        }
    }

    fn policy(&mut self, id: ResourceId) {
        let inventory = self.inventory;
        let property = |name: &str| inventory.property(self.view, id, &[name]);
        let kind = match self.view.text(property("Type")) {
            Read::Known(text) if text == "SERVICE_CONTROL_POLICY" => ControlKind::Service,
            Read::Known(text) if text == "RESOURCE_CONTROL_POLICY" => ControlKind::Resource,
            Read::Unknown(cause) => {
                self.organization.open.push(self.view.values.cause(cause).clone());
                return;
            }
            _ => return,
        };
        match inventory.exists(self.view, id) {
            Some(true) => {}
            Some(false) => return,
            None => return self.organization.open.push(Cause::Undecided),
        }
        let name = self.view.text(property("Name")).known();
        let name = name.map_or_else(|| inventory.resource(id).logical_id.clone(), |name| name.as_ref().into());
        let references = |resource, attribute| reference_text(inventory, self.view, resource, attribute);
        let reader = Reader { view: *self.view, names: &inventory.names, references: &references };
        let setting = Setting {
            kind: Some(if kind == ControlKind::Service { PolicyKind::Scp } else { PolicyKind::Rcp }),
            files: Some(&inventory.files),
        };
        let document = reader.policy_in(property("Content"), setting);
        let targets = property("TargetIds");
        let mut policy =
            ControlPolicy { name, kind, document, targets: Vec::new(), open: Vec::new(), resource: Some(id) };
        match self.view.elements(targets) {
            Read::Known((items, more)) => {
                policy.open.extend(more.map(|cause| self.view.values.cause(cause).clone()));
                for (_, item) in items {
                    match self.named(item, false) {
                        Some(Named::Node(node)) if !policy.targets.contains(&node) => policy.targets.push(node),
                        Some(Named::Unknown(causes)) => policy.open.extend(causes),
                        _ => {}
                    }
                }
            }
            Read::Unknown(_) => match self.named(targets, false) {
                Some(Named::Node(node)) => policy.targets.push(node),
                Some(Named::Unknown(causes)) => policy.open.extend(causes),
                None => {}
            },
            Read::Absent => {}
        }
        self.organization.policies.push(policy);
    }
}

fn node(kind: NodeKind, name: Box<str>, parent: Parent) -> Node {
    Node { kind, name, account: None, parent, management: false, full_access: true, place: None, resource: None }
}
