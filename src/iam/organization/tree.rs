//! The tree: a root, units, accounts, and what is attached to each.

use crate::iam::document::{Policy, Statement};
use crate::value::{Cause, Place, ResourceId};

/// Index of a node in [`Organization::nodes`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub usize);

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NodeKind {
    /// The root.
    Root,
    /// An organisational unit.
    Unit,
    /// An account.
    Account,
}

/// Where a node hangs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Parent {
    /// It is the root.
    None,
    /// Below this node.
    Node(NodeId),
    /// Nobody can tell.
    Unknown(Vec<Cause>),
}

/// A root, unit or account.
#[derive(Debug, Clone)]
pub struct Node {
    /// What it is.
    pub kind: NodeKind,
    /// Its name for people.
    pub name: Box<str>,
    /// Twelve digits, of an account where they are known.
    pub account: Option<Box<str>>,
    /// What it hangs below.
    pub parent: Parent,
    /// Whether it is the management account, which no service control policy restricts.
    pub management: bool,
    /// Whether AWS's own policy that allows everything is attached; unless it was detached it is.
    pub full_access: bool,
    /// Where it is written.
    pub place: Option<Place>,
    /// The resource that makes it.
    pub resource: Option<ResourceId>,
}

/// What a policy restricts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ControlKind {
    /// A service control policy: the principals of the accounts.
    Service,
    /// A resource control policy: their resources.
    Resource,
}

/// A control policy with the places where it is attached.
#[derive(Debug, Clone)]
pub struct ControlPolicy {
    /// Its name for people.
    pub name: Box<str>,
    /// What it restricts.
    pub kind: ControlKind,
    /// The document.
    pub document: Policy,
    /// Where it is attached.
    pub targets: Vec<NodeId>,
    /// Why it may be attached elsewhere too.
    pub open: Vec<Cause>,
    /// The resource that makes it.
    pub resource: Option<ResourceId>,
}

/// An organisation, or as much of it as is known.
#[derive(Debug, Clone, Default)]
pub struct Organization {
    /// Root, units and accounts; parents need not stand before their children.
    pub nodes: Vec<Node>,
    /// The policies.
    pub policies: Vec<ControlPolicy>,
    /// Why there may be further policies.
    pub open: Vec<Cause>,
}

/// One level of a chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Level {
    /// The node.
    pub node: NodeId,
    /// Whether AWS's own policy that allows everything is attached.
    pub full_access: bool,
    /// The service control policies that are attached, as indexes into [`Organization::policies`].
    pub policies: Vec<usize>,
}

/// The levels from the root to an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain {
    /// The account.
    pub account: NodeId,
    /// From the root down.
    pub levels: Vec<Level>,
    /// Policies that may be attached somewhere on the way.
    pub maybe: Vec<usize>,
    /// Why there may be other levels or policies.
    pub open: Vec<Cause>,
}

impl Policy {
    /// Whether a text of it has the twelve digits of an account.
    fn names_account(&self) -> bool {
        let has = |text: &str| text.split(|c: char| !c.is_ascii_digit()).any(|digits| digits.len() == 12);
        let statement = |statement: &Statement| {
            let conditions = statement.conditions.iter().flat_map(|condition| &condition.values);
            let resources = statement.resources.iter().flat_map(|resources| &resources.texts);
            conditions.chain(resources).any(|text| has(&text.text))
        };
        self.statements.iter().any(statement)
    }
}

impl Organization {
    /// The node of this id.
    #[must_use]
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0]
    }

    /// Adds a node.
    pub fn push(&mut self, node: Node) -> NodeId {
        self.nodes.push(node);
        NodeId(self.nodes.len() - 1)
    }

    /// Every account, in the order of the nodes.
    pub fn accounts(&self) -> impl Iterator<Item = NodeId> + '_ {
        let accounts = self.nodes.iter().enumerate().filter(|(_, node)| node.kind == NodeKind::Account);
        accounts.map(|(index, _)| NodeId(index))
    }

    /// The nodes from the root to this one, and why there may be others on the way.
    #[must_use]
    pub fn path(&self, id: NodeId) -> (Vec<NodeId>, Vec<Cause>) {
        let (mut path, mut open, mut at) = (Vec::new(), Vec::new(), Some(id));
        while let Some(id) = at {
            // A unit below itself is an error of the input; what is above it cannot be known.
            if path.contains(&id) {
                open.push(Cause::Invalid);
                break;
            }
            path.push(id);
            at = match &self.node(id).parent {
                Parent::None => None,
                Parent::Node(parent) => Some(*parent),
                Parent::Unknown(causes) => {
                    open.extend(causes.iter().cloned());
                    None
                }
            };
        }
        path.reverse();
        (path, open)
    }

    /// The levels above and at a node, with their service control policies.
    #[must_use]
    pub fn chain(&self, account: NodeId) -> Chain {
        let (path, mut open) = self.path(account);
        open.extend(self.open.iter().cloned());
        let service = |policy: &&(usize, &ControlPolicy)| policy.1.kind == ControlKind::Service;
        let policies: Vec<(usize, &ControlPolicy)> = self.policies.iter().enumerate().collect();
        let level = |node: &NodeId| Level {
            node: *node,
            full_access: self.node(*node).full_access,
            policies: policies
                .iter()
                .filter(service)
                .filter(|(_, policy)| policy.targets.contains(node))
                .map(|(index, _)| *index)
                .collect(),
        };
        let levels: Vec<Level> = path.iter().map(level).collect();
        let attached = |index: usize| levels.iter().any(|level| level.policies.contains(&index));
        let maybe = policies
            .iter()
            .filter(service)
            .filter(|(index, policy)| !attached(*index) && (!policy.open.is_empty() || !open.is_empty()))
            // Where the way up is not known, a policy of any other node may be above.
            .filter(|(_, policy)| {
                !policy.open.is_empty()
                    || policy.targets.iter().any(|target| self.node(*target).kind != NodeKind::Account)
            })
            .map(|(index, _)| *index)
            .collect();
        Chain { account, levels, maybe, open }
    }

    /// Whether a node is this one or below it; `None` when nobody can tell.
    #[must_use]
    pub fn is_below(&self, node: NodeId, above: NodeId) -> Option<bool> {
        let (path, open) = self.path(node);
        match path.contains(&above) {
            true => Some(true),
            false if open.is_empty() => Some(false),
            false => None,
        }
    }

    /// Accounts in groups that the policies cannot tell apart. In the order of their first accounts.
    #[must_use]
    pub fn groups(&self, accounts: &[NodeId]) -> Vec<Vec<NodeId>> {
        let mut groups: Vec<(ChainKey, Vec<NodeId>)> = Vec::new();
        for account in accounts {
            let key = self.key(&self.chain(*account));
            match groups.iter_mut().find(|(other, _)| *other == key) {
                Some((_, group)) => group.push(*account),
                None => groups.push((key, vec![*account])),
            }
        }
        groups.into_iter().map(|(_, group)| group).collect()
    }

    /// What the answers for an account depend on: equal keys have equal answers, but for the account in witnesses.
    #[must_use]
    pub fn key(&self, chain: &Chain) -> ChainKey {
        // Levels at which nothing but AWS's own policy is attached change nothing.
        let levels = chain.levels.iter().filter(|level| !level.full_access || !level.policies.is_empty());
        let levels = levels.map(|level| (level.full_access, level.policies.clone())).collect();
        let account = self.node(chain.account).account.clone();
        let named = self.policies.iter().any(|policy| policy.document.names_account());
        ChainKey {
            levels,
            maybe: chain.maybe.clone(),
            open: chain.open.clone(),
            known: account.is_some(),
            account: account.filter(|_| named),
        }
    }
}

/// See [`Organization::key`].
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ChainKey {
    levels: Vec<(bool, Vec<usize>)>,
    maybe: Vec<usize>,
    open: Vec<Cause>,
    known: bool,
    /// Where a policy names an account.
    account: Option<Box<str>>,
}
