//! Questions about the policies of organisations.

use super::Operand;

/// Principals that may do everything.
pub type BreakGlass = Option<Operand>;

/// A question to a policy of an organisation, to an account, or to an organisation.
#[derive(Debug, Clone)]
pub enum ScpQuestion {
    /// A statement denies requests by their region.
    DeniesByRegion,
    /// No regional action can be used outside these regions.
    LocksRegions {
        /// The regions.
        regions: Operand,
        /// Patterns of ARNs.
        break_glass: BreakGlass,
    },
    /// What denies by the region leaves these global services usable.
    KeepsGlobalServices {
        /// The regions that the policy lets pass.
        regions: Operand,
        /// Prefixes of services.
        services: Operand,
    },
    /// The root users of accounts can do nothing.
    ProtectsRoot,
    /// Nobody can use these actions.
    Protects {
        /// Names of actions.
        actions: Operand,
        /// Patterns of ARNs.
        break_glass: BreakGlass,
        /// Context keys with their values.
        context: Vec<(Box<str>, Box<str>)>,
    },
    /// The policy is attached: somewhere, or above every account.
    Attached {
        /// Above every account.
        everywhere: bool,
    },
    /// AWS accepts the policy: its size and its elements.
    Valid,
    /// A tag policy prescribes values for these keys and enforces them.
    EnforcesTags(Operand),
    /// An opt-out policy covers every AI service.
    OptsOutOfAi,
}

impl ScpQuestion {
    /// The values that a parameter may stand for.
    #[must_use]
    pub fn operands(&self) -> Vec<&Operand> {
        match self {
            Self::LocksRegions { regions, break_glass } => std::iter::once(regions).chain(break_glass).collect(),
            Self::KeepsGlobalServices { regions, services } => vec![regions, services],
            Self::Protects { actions, break_glass, .. } => std::iter::once(actions).chain(break_glass).collect(),
            Self::EnforcesTags(keys) => vec![keys],
            Self::DeniesByRegion | Self::ProtectsRoot | Self::Attached { .. } | Self::Valid | Self::OptsOutOfAi => {
                Vec::new()
            }
        }
    }

    /// Whether the question can be asked of resources of this type.
    #[must_use]
    pub fn is_for(&self, type_name: &str) -> bool {
        let policy = type_name == "AWS::Organizations::Policy";
        let account = matches!(type_name, "AWS::Organizations::Account" | "AWS::Organizations::Organization");
        match self {
            Self::DeniesByRegion | Self::LocksRegions { .. } => policy || account,
            Self::ProtectsRoot | Self::Protects { .. } => account,
            Self::KeepsGlobalServices { .. }
            | Self::Attached { .. }
            | Self::Valid
            | Self::EnforcesTags(_)
            | Self::OptsOutOfAi => policy,
        }
    }
}
