//! Why a value is not known.

/// Index of a [`Cause`] in its arena.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CauseId(pub u32);

impl CauseId {
    /// The cause of every value that a world has not decided yet.
    pub const UNDECIDED: Self = Self(0);
}

/// Why a value is not known. Every unknown verdict names at least one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cause {
    /// The value depends on a condition or parameter that this world leaves open.
    Undecided,
    /// A template parameter without a default, for which no value was given.
    ParameterWithoutDefault {
        /// Name of the parameter.
        name: Box<str>,
    },
    /// A parameter whose value lives in the SSM parameter store: its default is a name, not a value.
    SsmParameter {
        /// Name of the template parameter.
        name: Box<str>,
    },
    /// `Fn::ImportValue` or `Fn::GetStackOutput` of a stack that is not part of the scan.
    ImportValue {
        /// The export, or `stack.output`; empty when the name itself is not known.
        name: Box<str>,
    },
    /// A `{{resolve:...}}` reference, which CloudFormation resolves at deployment.
    DynamicReference {
        /// What it is resolved from: `ssm`, `ssm-secure` or `secretsmanager`; empty when that is not known.
        service: Box<str>,
    },
    /// A macro, module or include, whose result only AWS knows.
    Macro {
        /// Name of the transform or module.
        name: Box<str>,
    },
    /// A nested stack whose template is not at hand.
    RemoteNestedStack,
    /// An attribute that exists only once the resource does.
    RuntimeAttribute {
        /// `LogicalId.Attribute`.
        name: Box<str>,
    },
    /// The account or region that the stack is deployed to is not known.
    Environment {
        /// The pseudo parameter, such as `AWS::Region`.
        name: Box<str>,
    },
    /// A function or reference that is written wrongly; a diagnostic says where.
    Invalid,
    /// A live API call was denied.
    AccessDenied {
        /// The IAM action that was missing.
        action: Box<str>,
    },
    /// A live API call was throttled until the collector gave up.
    Throttled {
        /// The IAM action of the call; empty when there is none to name, as with the next ones.
        action: Box<str>,
    },
    /// The endpoint of a live API call did not answer.
    Unreachable {
        /// The IAM action of the call.
        action: Box<str>,
    },
    /// A live API call does not exist in that region.
    Unsupported {
        /// The IAM action of the call.
        action: Box<str>,
    },
    /// A live API call failed in another way.
    CallFailed {
        /// The IAM action of the call.
        action: Box<str>,
    },
    /// The time for the audit was over before a live API call was made.
    Deadline {
        /// The IAM action of the call.
        action: Box<str>,
    },
    /// The live collector does not read this.
    NotCollected,
    /// A bound of the analysis was reached (worlds, expansion).
    Limit,
    /// A fact that the input cannot show at all.
    NotInInput {
        /// What is missing, as a noun phrase.
        what: Box<str>,
    },
}

impl Cause {
    /// The stable identifier that reports use.
    #[must_use]
    pub fn id(&self) -> &'static str {
        match self {
            Self::Undecided => "undecided",
            Self::ParameterWithoutDefault { .. } => "parameter-without-default",
            Self::SsmParameter { .. } => "ssm-parameter",
            Self::ImportValue { .. } => "import-value",
            Self::DynamicReference { .. } => "dynamic-reference",
            Self::Macro { .. } => "macro",
            Self::RemoteNestedStack => "remote-nested-stack",
            Self::RuntimeAttribute { .. } => "runtime-attribute",
            Self::Environment { .. } => "environment",
            Self::Invalid => "invalid",
            Self::AccessDenied { .. } => "access-denied",
            Self::Throttled { .. } => "throttled",
            Self::Unreachable { .. } => "unreachable",
            Self::Unsupported { .. } => "unsupported",
            Self::CallFailed { .. } => "call-failed",
            Self::Deadline { .. } => "deadline",
            Self::NotCollected => "not-collected",
            Self::Limit => "limit",
            Self::NotInInput { .. } => "not-in-input",
        }
    }
}

impl std::fmt::Display for Cause {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Undecided => f.write_str("an undecided condition"),
            Self::ParameterWithoutDefault { name } => write!(f, "parameter `{name}` has no default"),
            Self::SsmParameter { name } => write!(f, "parameter `{name}` is read from SSM at deployment"),
            Self::ImportValue { name } if name.is_empty() => f.write_str("it is imported from another stack"),
            Self::ImportValue { name } => write!(f, "`{name}` is imported from a stack outside this scan"),
            Self::DynamicReference { .. } => f.write_str("it is a dynamic reference, resolved at deployment"),
            Self::Macro { name } => write!(f, "`{name}` is expanded by AWS only"),
            Self::RemoteNestedStack => f.write_str("the template of the nested stack is not at hand"),
            Self::RuntimeAttribute { name } => write!(f, "`{name}` is known only after deployment"),
            Self::Environment { name } => write!(f, "`{name}` is not known"),
            Self::Invalid => f.write_str("it is not valid CloudFormation"),
            Self::AccessDenied { action } => write!(f, "{} was denied", Call(action)),
            Self::Throttled { action } => write!(f, "{} was throttled by AWS until the end", Call(action)),
            Self::Unreachable { action } => write!(f, "{} got no answer", Call(action)),
            Self::Unsupported { action } => write!(f, "{} does not exist in this region", Call(action)),
            Self::CallFailed { action } => write!(f, "{} failed", Call(action)),
            Self::Deadline { action } => write!(f, "{} was not made before the deadline", Call(action)),
            Self::NotCollected => f.write_str("it was not collected"),
            Self::Limit => f.write_str("a bound of the analysis was reached"),
            Self::NotInInput { what } => write!(f, "the input does not show {what}"),
        }
    }
}

/// A call of an API, by its action where there is one.
struct Call<'a>(&'a str);

impl std::fmt::Display for Call<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            "" => f.write_str("a call of the API"),
            action => write!(f, "`{action}`"),
        }
    }
}
