//! The catalogue of methods.

use std::fmt::Write as _;
use std::sync::OnceLock;

use rustc_hash::FxHashMap;
use serde::Deserialize;

use crate::value::OPAQUE;

/// What kind of method it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Category {
    /// The principal changes its own permissions.
    SelfEscalation,
    /// It becomes another principal.
    PrincipalAccess,
    /// It passes a role to something new.
    NewPassrole,
    /// It uses something that runs with a role.
    ExistingPassrole,
    /// It reads credentials of something else.
    CredentialAccess,
}

impl Category {
    /// Its name in data and output.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::SelfEscalation => "self-escalation",
            Self::PrincipalAccess => "principal-access",
            Self::NewPassrole => "new-passrole",
            Self::ExistingPassrole => "existing-passrole",
            Self::CredentialAccess => "credential-access",
        }
    }
}

/// Which resource an action must reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum On {
    /// The user itself.
    OwnUser,
    /// The role itself.
    OwnRole,
    /// A group that the user is in.
    OwnGroup,
    /// A customer managed policy that the principal has, itself or by a group.
    OwnPolicy,
    /// The target, a user.
    User,
    /// The target, a role.
    Role,
    /// The target, a group to join.
    Group,
    /// A customer managed policy of the target user.
    UserPolicy,
    /// A customer managed policy of the target role.
    RolePolicy,
    /// An identity provider that the target role trusts.
    Provider,
    /// The target, a role that is passed.
    PassedRole,
    /// A workload that runs as the target.
    Workload,
    /// A user that is made for the purpose.
    NewUser,
    /// A role that is made for the purpose.
    NewRole,
    /// Whichever resource is allowed.
    Any,
}

/// What a method gains.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Gains {
    /// What the target may do.
    Target,
    /// Everything.
    Administrator,
    /// What the own policies allow without the permissions boundary.
    Unbounded,
    /// What the own policies allow without their Deny statements.
    Undenied,
    /// Something else than a principal of the account.
    Credentials,
}

/// An action that a method needs.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Needed {
    /// Such as `iam:PassRole`.
    pub action: String,
    /// What it must reach.
    pub on: On,
    /// Its number among the actions of all methods.
    #[serde(skip)]
    pub(super) id: usize,
}

/// A method.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Method {
    /// A stable name.
    pub id: String,
    /// A name for people.
    pub name: String,
    /// Its kind.
    pub category: Category,
    /// The actions, all of which it needs.
    pub actions: Vec<Needed>,
    /// What it gains, where data say so: see [`Self::gain`].
    gains: Option<Gains>,
    /// Service principals, one of which the passed role must trust.
    #[serde(default)]
    pub services: Vec<String>,
    /// The kind of the workload that runs as the target.
    pub workload: Option<String>,
    /// What the ARN of the identity provider contains that the target trusts.
    pub federated: Option<String>,
    /// What must be there besides and no input shows.
    pub assumes: Option<String>,
    /// What happens, in one sentence.
    pub text: String,
    /// Where it is documented.
    pub sources: Vec<String>,
    /// The actions as a set.
    #[serde(skip)]
    pub(super) bits: Bits,
}

impl Method {
    /// What it gains.
    #[must_use]
    pub fn gain(&self) -> Gains {
        self.gains.unwrap_or(if self.target().is_some() { Gains::Target } else { Gains::Administrator })
    }

    /// What role the target has among the resources, if the method has a target.
    #[must_use]
    pub fn target(&self) -> Option<On> {
        let is_target =
            |on: &On| matches!(on, On::User | On::Role | On::Group | On::PassedRole | On::Provider | On::Workload);
        let workload = self.workload.as_ref().map(|_| On::Workload);
        workload.or_else(|| self.actions.iter().map(|needed| needed.on).find(is_target))
    }

    /// The actions, joined by ` + `.
    #[must_use]
    pub fn summary(&self) -> String {
        self.actions.iter().map(|needed| needed.action.as_str()).collect::<Vec<_>>().join(" + ")
    }
}

/// A set of the actions of all methods.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Bits([u64; 4]);

impl Bits {
    /// How many actions fit.
    #[cfg(test)]
    pub(super) const CAPACITY: usize = 256;

    pub(super) fn insert(&mut self, id: usize) {
        if let Some(word) = self.0.get_mut(id / 64) {
            *word |= 1 << (id % 64);
        }
    }

    pub(super) fn contains(self, id: usize) -> bool {
        self.0.get(id / 64).is_some_and(|word| word & (1 << (id % 64)) != 0)
    }

    pub(super) fn union(self, other: Self) -> Self {
        Self(std::array::from_fn(|at| self.0[at] | other.0[at]))
    }

    pub(super) fn without(self, other: Self) -> Self {
        Self(std::array::from_fn(|at| self.0[at] & !other.0[at]))
    }

    pub(super) fn is_subset(self, other: Self) -> bool {
        (0..self.0.len()).all(|at| self.0[at] & !other.0[at] == 0)
    }
}

/// The methods with the actions that they need.
#[derive(Debug, Default)]
pub(super) struct Catalogue {
    pub(super) methods: Vec<Method>,
    /// All actions, in lower case.
    pub(super) actions: Vec<String>,
    /// The same as they are written.
    written: Vec<String>,
    ids: FxHashMap<String, usize>,
    /// The numbers in the order of the names.
    sorted: Vec<usize>,
}

impl Catalogue {
    /// All actions.
    pub(super) fn all(&self) -> Bits {
        let mut all = Bits::default();
        (0..self.actions.len()).for_each(|id| all.insert(id));
        all
    }

    /// The actions that begin like a pattern in lower case, up to its first wildcard or unknown part.
    pub(super) fn beginning_like(&self, pattern: &str) -> &[usize] {
        let fixed = pattern.split(['*', '?', OPAQUE]).next().unwrap_or_default();
        let from = self.sorted.partition_point(|id| *self.actions[*id] < *fixed);
        let rest = self.sorted.get(from..).unwrap_or_default();
        let length = rest.iter().take_while(|id| self.actions[**id].starts_with(fixed)).count();
        rest.get(..length).unwrap_or_default()
    }

    /// The number of an action that a method needs.
    pub(super) fn id(&self, action: &str) -> Option<usize> {
        self.id_in_lower_case(&action.to_ascii_lowercase())
    }

    /// The same where the action is in lower case.
    pub(super) fn id_in_lower_case(&self, action: &str) -> Option<usize> {
        self.ids.get(action).copied()
    }

    /// An action as it is written.
    pub(super) fn written(&self, id: usize) -> Option<&String> {
        self.written.get(id)
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    method: Vec<Method>,
}

/// The catalogue; empty when its file is not well-formed, which a test rules out.
pub(super) fn catalogue() -> &'static Catalogue {
    static CATALOGUE: OnceLock<Catalogue> = OnceLock::new();
    CATALOGUE.get_or_init(|| {
        let mut catalogue = Catalogue::default();
        let Ok(file) = toml::from_str::<File>(include_str!("methods.toml")) else { return catalogue };
        catalogue.methods = file.method;
        for method in &mut catalogue.methods {
            for needed in &mut method.actions {
                let action = needed.action.to_ascii_lowercase();
                let next = catalogue.ids.len();
                needed.id = *catalogue.ids.entry(action.clone()).or_insert(next);
                if needed.id == next {
                    catalogue.actions.push(action);
                    catalogue.written.push(needed.action.clone());
                }
                method.bits.insert(needed.id);
            }
        }
        catalogue.sorted = (0..catalogue.actions.len()).collect();
        catalogue.sorted.sort_unstable_by(|a, b| catalogue.actions[*a].cmp(&catalogue.actions[*b]));
        catalogue
    })
}

/// Every method, in the order of the catalogue.
#[must_use]
pub fn methods() -> &'static [Method] {
    &catalogue().methods
}

/// The methods as a table in Markdown, for the documentation.
#[must_use]
pub fn table() -> String {
    let mut table = String::from("| method | needs | gains |\n|---|---|---|\n");
    let mut category = None;
    for method in methods() {
        if category.replace(method.category) != Some(method.category) {
            let _ = writeln!(table, "| **{}** | | |", method.category.name());
        }
        let needs: Vec<String> = method.actions.iter().map(|needed| format!("`{}`", needed.action)).collect();
        let mut gains = method.text.clone();
        if let Some(assumes) = &method.assumes {
            let _ = write!(gains, " Possible where there is {assumes}.");
        }
        let _ = writeln!(table, "| `{}` | {} | {gains} |", method.id, needs.join(", "));
    }
    table.truncate(table.trim_end().len());
    table
}
