//! Services, their actions and resource types.

use rustc_hash::FxHashMap;

use super::format::{leak, size, split};
use super::{ActionId, ActionRef, ConditionKey, Entry, cmp_ignoring_case};

/// What an action does, as AWS classifies it ("access level" in the Service Authorization Reference).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AccessLevel {
    /// Names resources, without what is in them.
    List,
    /// Reads what is in a resource.
    Read,
    /// Changes only tags.
    Tagging,
    /// Creates, changes or deletes resources.
    Write,
    /// Grants or changes permissions.
    PermissionsManagement,
}

impl AccessLevel {
    /// As AWS writes it: `Permissions management`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::List => "List",
            Self::Read => "Read",
            Self::Tagging => "Tagging",
            Self::Write => "Write",
            Self::PermissionsManagement => "Permissions management",
        }
    }
}

/// Which regions the requests of an action go to, in the partition `aws`: the values that `aws:RequestedRegion` can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// The region that the caller chose.
    Regional,
    /// This region, whichever the caller works in.
    Global(&'static str),
    /// The region that the caller chose, or this one through the global endpoint.
    Both(&'static str),
}

impl Scope {
    pub(super) fn read(text: &'static str) -> Option<Self> {
        match text.split_once(' ')? {
            ("global", region) => Some(Self::Global(region)),
            ("both", region) => Some(Self::Both(region)),
            _ => None,
        }
    }
}

/// A service: what stands before the colon of an action.
#[derive(Debug)]
pub struct Service {
    /// `s3`.
    pub prefix: &'static str,
    /// `Amazon S3`. Several services can share a prefix; then it is the name of one of them.
    pub name: &'static str,
    /// The number of its first action.
    pub first: ActionId,
    /// By name, without regard to case.
    pub actions: &'static [Action],
    /// By name.
    pub resource_types: &'static [ResourceType],
    /// All condition keys of its actions and resource types, other than the global ones that every service has. By name.
    pub condition_keys: &'static [ConditionKey],
    /// That of most of its actions.
    pub scope: Scope,
    /// Whether resource control policies apply to it.
    pub supports_rcp: bool,
}

/// What is known about an action.
#[derive(Debug)]
pub struct Action {
    /// Without the prefix: `GetObject`.
    pub name: &'static str,
    /// What it does, as AWS says.
    pub access: AccessLevel,
    /// AWS calls it less, and policy-sentry calls it permissions management, because it hands out or changes access: `s3:PutBucketAcl`.
    pub permissions_risk: bool,
    /// An older edition of the data has it and this one has not: the service has ended, or the action was renamed.
    pub retired: bool,
    /// The kinds of resources that it can be allowed for. When there are none, only `*` is a legal resource.
    pub resource_types: &'static [ResourceUse],
    /// The condition keys that hold for all its resources. Those of [`ResourceUse`] and [`ResourceType`] come in addition.
    pub condition_keys: &'static [&'static ConditionKey],
    /// Other actions that its caller must be allowed too, at least in some cases: `iam:PassRole`. Full names, by name. From an older
    /// edition than the rest: AWS does not publish them any more.
    pub dependent_actions: &'static [&'static str],
    /// Where its requests go.
    pub scope: Scope,
}

impl Action {
    /// Whether it can hand out or change access, by AWS or by policy-sentry.
    #[must_use]
    pub fn manages_permissions(&self) -> bool {
        self.access == AccessLevel::PermissionsManagement || self.permissions_risk
    }
}

/// A kind of resource that an action is used on.
#[derive(Debug, Clone, Copy)]
pub struct ResourceUse {
    /// The kind.
    pub resource: &'static ResourceType,
    /// Whether a request must name one of this kind; otherwise it may.
    pub required: bool,
    /// The condition keys of the action for this kind.
    pub condition_keys: &'static [&'static ConditionKey],
}

/// A kind of resource.
#[derive(Debug, Clone, Copy)]
pub struct ResourceType {
    /// `object`.
    pub name: &'static str,
    /// `arn:${Partition}:s3:::${BucketName}/${ObjectName}`.
    pub arn: &'static str,
    /// The condition keys of every action on it.
    pub condition_keys: &'static [&'static ConditionKey],
}

impl Service {
    /// The action of a name without prefix, in any case.
    #[must_use]
    pub fn action(&self, name: &str) -> Option<&'static Action> {
        self.actions.get(self.position(name)?)
    }

    /// The resource type of a name.
    #[must_use]
    pub fn resource_type(&self, name: &str) -> Option<&'static ResourceType> {
        self.resource_types.iter().find(|resource| resource.name.eq_ignore_ascii_case(name))
    }

    /// The numbers of its actions.
    pub fn ids(&self) -> impl ExactSizeIterator<Item = ActionId> + use<> {
        (self.first.0..self.first.0 + self.actions.len() as u32).map(ActionId)
    }

    pub(super) fn position(&self, name: &str) -> Option<usize> {
        self.actions.binary_search_by(|action| cmp_ignoring_case(action.name, name)).ok()
    }

    pub(super) fn get(&'static self, at: usize) -> Option<ActionRef> {
        Some(ActionRef { id: ActionId(self.first.0 + at as u32), service: self, action: self.actions.get(at)? })
    }

    /// From the lines of its block; a service without actions when they are not as many as the index says.
    pub(super) fn read(entry: &Entry, text: &'static str) -> Self {
        let mut service = Self {
            prefix: entry.prefix,
            name: entry.name,
            first: ActionId(entry.ids.start),
            actions: &[],
            resource_types: &[],
            condition_keys: &[],
            scope: entry.scope,
            supports_rcp: entry.supports_rcp,
        };
        // The kinds of lines come in this order.
        let mut lines = split(text, b'\n').peekable();
        let mut section = |kind: char| -> Vec<&'static str> {
            std::iter::from_fn(|| lines.next_if(|line| line.starts_with(kind)))
                .filter_map(|line| line.get(1..))
                .collect()
        };
        service.condition_keys = leak(section('K').into_iter().filter_map(ConditionKey::read).collect());
        let mut lists: Vec<&'static [&'static ConditionKey]> = vec![&[]];
        lists.extend(
            section('L')
                .into_iter()
                .map(|line| leak(split(line, b' ').filter_map(|at| service.condition_keys.get(size(at))).collect())),
        );
        service.resource_types = leak(section('R').into_iter().map(|line| resource_type(line, &lists)).collect());
        let mut reader =
            Actions { service: &service, lists: &lists, uses: FxHashMap::default(), depends: FxHashMap::default() };
        let actions: Vec<Action> = section('A').into_iter().map(|line| reader.action(line)).collect();
        if actions.len() == entry.ids.len() {
            service.actions = leak(actions);
        }
        service
    }
}

fn keys_of(lists: &[&'static [&'static ConditionKey]], text: &str) -> &'static [&'static ConditionKey] {
    lists.get(size(text)).copied().unwrap_or_default()
}

fn resource_type(line: &'static str, lists: &[&'static [&'static ConditionKey]]) -> ResourceType {
    let mut fields = split(line, b'\t');
    let mut field = || fields.next().unwrap_or_default();
    ResourceType { name: field(), arn: field(), condition_keys: keys_of(lists, field()) }
}

/// Reads the actions of a service. Equal lists are kept once.
struct Actions<'a> {
    service: &'a Service,
    lists: &'a [&'static [&'static ConditionKey]],
    uses: FxHashMap<&'static str, &'static [ResourceUse]>,
    depends: FxHashMap<&'static str, &'static [&'static str]>,
}

impl Actions<'_> {
    fn action(&mut self, line: &'static str) -> Action {
        let mut fields = split(line, b'\t');
        let mut field = || fields.next().unwrap_or_default();
        let (name, flags) = (field(), field());
        let (keys, uses, depends, scope) = (field(), field(), field(), field());
        let access = match flags.bytes().next() {
            Some(b'l') => AccessLevel::List,
            Some(b'r') => AccessLevel::Read,
            Some(b't') => AccessLevel::Tagging,
            Some(b'p') => AccessLevel::PermissionsManagement,
            _ => AccessLevel::Write,
        };
        let (resources, lists) = (self.service.resource_types, self.lists);
        let read_use = |text: &'static str| {
            let (kind, keys) = text.split_once('.').unwrap_or((text, ""));
            let (at, required) = kind.strip_suffix('!').map_or((kind, false), |kind| (kind, true));
            let resource = resources.get(size(at))?;
            Some(ResourceUse { resource, required, condition_keys: keys_of(lists, keys) })
        };
        let words = |text: &'static str| split(text, b' ').filter(|word| !word.is_empty());
        Action {
            name,
            access,
            permissions_risk: flags.contains('!'),
            retired: flags.contains('x'),
            resource_types: self.uses.entry(uses).or_insert_with(|| leak(words(uses).filter_map(read_use).collect())),
            condition_keys: keys_of(lists, keys),
            dependent_actions: self.depends.entry(depends).or_insert_with(|| leak(words(depends).collect())),
            scope: Scope::read(scope).unwrap_or(self.service.scope),
        }
    }
}
