//! Clauses: what is asked of a resource.

use super::{IamQuestion, Operand, Pattern, ScpQuestion};
use crate::facts::network::SubnetClass;
use crate::source::Symbol;

/// A step of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Segment {
    /// A key, interned in [`RuleSet::names`](super::RuleSet::names).
    Key(Symbol),
    /// Every element of a list.
    Elements,
    /// Every value of a map.
    Values,
}

/// A path to a property.
#[derive(Debug, Clone)]
pub struct Path {
    /// As written.
    pub text: Box<str>,
    /// The steps; empty for `.`, the element itself.
    pub segments: Vec<Segment>,
}

/// What a test looks at.
#[derive(Debug, Clone)]
pub enum Subject {
    /// A property, relative to `Properties` or to the element of a quantifier.
    Property(Path),
    /// An attribute beside `Properties`.
    Attribute(Path),
    /// The key of the map value that a quantifier stands at.
    Key,
}

/// What holds when a value is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Absent {
    /// The clause does not hold.
    Fail,
    /// The clause holds, by AWS's default; `--strict` asks for more.
    Pass,
    /// The clause holds: that nothing is there is right in itself.
    Harmless,
    /// Nobody can tell.
    Unknown,
}

/// What holds when a test finds nothing.
#[derive(Debug, Clone)]
pub enum Fallback {
    /// This, whatever is asked.
    Holds(Absent),
    /// What the operator says of this value, which AWS takes instead; when that holds, it does by default.
    Value(Operand),
}

/// What is asked of a scalar, list or text.
#[derive(Debug)]
pub enum Operator {
    /// Equal, or not.
    Equals(Operand, bool),
    /// One of, or none of.
    OneOf(Operand, bool),
    /// Matches, or does not.
    Matches(Pattern, bool),
    /// Starts with.
    StartsWith(Operand),
    /// Ends with.
    EndsWith(Operand),
    /// Contains, or does not.
    Contains(Operand, bool),
    /// At least.
    AtLeast(Operand),
    /// At most.
    AtMost(Operand),
    /// Is there (`true`) or not (`false`).
    Exists(bool),
    /// Lies inside one of these blocks.
    CidrWithin(Operand),
    /// The date that the table gives for the value is not after today.
    BeforeToday(Operand),
    /// The date lies more than so many days before today, or not.
    OlderThanDays(Operand, bool),
    /// The date lies at most so many days after today, or not: it may have passed.
    ExpiresWithinDays(Operand, bool),
}

/// How many elements or partners must match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantifier {
    /// All of them.
    Each,
    /// At least one.
    Some,
    /// No one.
    None,
}

/// How many of something there may be.
#[derive(Debug, Clone)]
pub enum Bound {
    /// So many or more.
    AtLeast(Operand),
    /// So many or fewer.
    AtMost(Operand),
}

impl Bound {
    /// The key in a rule, and the number.
    #[must_use]
    pub fn parts(&self) -> (&'static str, &Operand) {
        match self {
            Self::AtLeast(operand) => ("at_least", operand),
            Self::AtMost(operand) => ("at_most", operand),
        }
    }
}

/// Ports that a network question asks about.
#[derive(Debug, Clone)]
pub enum Ports {
    /// Any port at all.
    All,
    /// Any of these.
    AnyOf(Operand),
    /// Any but these.
    AllBut(Operand),
    /// The port that a property of the selected resource has.
    OfSelected {
        /// The property.
        path: Path,
        /// Any of these where it is not set; unknown when `None`.
        absent: Option<Operand>,
    },
}

/// `ingress_open` or `egress_open`.
#[derive(Debug, Clone)]
pub struct CidrQuestion {
    /// Address blocks, all of whose addresses are let in.
    pub cidrs: Operand,
    /// To which ports.
    pub ports: Ports,
}

/// `ingress_wider`.
#[derive(Debug, Clone)]
pub struct WiderQuestion {
    /// Blocks of IPv4 with fewer bits than this are too wide.
    pub prefix: Operand,
    /// The same of IPv6.
    pub prefix6: Operand,
    /// At which ports.
    pub ports: Ports,
}

/// A question about networks.
#[derive(Debug, Clone)]
pub enum NetworkQuestion {
    /// Of a security group: who may connect.
    IngressOpen(CidrQuestion),
    /// Of a security group: where it may connect to.
    EgressOpen(CidrQuestion),
    /// Of a security group: who may connect from a block that is too wide.
    IngressWider(WiderQuestion),
    /// Of a network ACL: who may connect.
    AclOpen(CidrQuestion),
    /// Of a subnet: whether its default route leads to an internet gateway.
    SubnetInternetRouted,
    /// Of a subnet: whether it is of one of these classes.
    SubnetClass(Vec<SubnetClass>),
}

impl NetworkQuestion {
    /// The ports that it is about.
    #[must_use]
    pub fn ports(&self) -> Option<&Ports> {
        match self {
            Self::IngressOpen(question) | Self::EgressOpen(question) | Self::AclOpen(question) => Some(&question.ports),
            Self::IngressWider(question) => Some(&question.ports),
            _ => None,
        }
    }

    /// The same, to be changed.
    pub fn ports_mut(&mut self) -> Option<&mut Ports> {
        match self {
            Self::IngressOpen(question) | Self::EgressOpen(question) | Self::AclOpen(question) => {
                Some(&mut question.ports)
            }
            Self::IngressWider(question) => Some(&mut question.ports),
            _ => None,
        }
    }
}

/// A question for secrets in clear text.
#[derive(Debug)]
pub struct SecretQuestion {
    /// The value: a text, a map of texts, or pairs.
    pub path: Path,
    /// Where a pair has its name and its value, when pairs stand at the path: a list of them, or one.
    pub pair: Option<Pair>,
    /// Names of secrets.
    pub keys: Option<Pattern>,
    /// What makes a text a secret.
    pub text: SecretText,
}

/// The members of a pair, by paths from it.
#[derive(Debug)]
pub struct Pair {
    /// The name.
    pub key: Path,
    /// The value.
    pub value: Path,
}

/// What makes a text a secret in clear text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretText {
    /// Any literal text.
    Any,
    /// Members of JSON or `key=value` lines whose name is that of a secret.
    Members,
}

/// A condition.
#[derive(Debug)]
pub enum Clause {
    /// One operator on one subject.
    Test {
        /// What it looks at.
        subject: Subject,
        /// What it asks.
        operator: Operator,
        /// What holds when nothing is there; `None` for required properties and `exists`.
        absent: Option<Fallback>,
        /// Whether texts are compared without case.
        ignore_case: bool,
    },
    /// All hold.
    All(Vec<Clause>),
    /// One holds.
    Any(Vec<Clause>),
    /// It does not hold.
    Not(Box<Clause>),
    /// So many elements match.
    Quantified {
        /// How many.
        quantifier: Quantifier,
        /// Elements of a list or values of a map.
        over: Path,
        /// What matches, relative to the element.
        matches: Vec<Clause>,
        /// What holds when the list is not there; `None`: as for an empty list.
        absent: Option<Absent>,
    },
    /// So many partners match.
    On {
        /// Index into [`Rule::related`](super::Rule::related).
        related: usize,
        /// How many.
        quantifier: Quantifier,
        /// What matches, relative to the partner.
        matches: Vec<Clause>,
        /// What holds without a partner.
        missing: Absent,
    },
    /// So many partners are there.
    Count {
        /// Index into [`Rule::related`](super::Rule::related).
        related: usize,
        /// How many.
        bound: Bound,
    },
    /// So many different values are there.
    Distinct {
        /// The partners that have them; the resource itself when `None`.
        related: Option<usize>,
        /// Which partners count.
        matches: Vec<Clause>,
        /// Where they are: the elements of a list, or a single value.
        path: Path,
        /// How many.
        bound: Bound,
    },
    /// All of a list occur among the values of the partners together.
    Includes {
        /// Index into [`Rule::related`](super::Rule::related).
        related: usize,
        /// The values of each partner.
        path: Path,
        /// What must occur.
        wanted: Operand,
        /// What holds without a partner.
        missing: Absent,
    },
    /// A question about policy documents.
    Iam {
        /// The property that holds the document; all of the type when `None`.
        within: Option<Path>,
        /// The question.
        question: IamQuestion,
    },
    /// A question about networks.
    Network(NetworkQuestion),
    /// A question about the policies of organisations.
    Scp(ScpQuestion),
    /// Whether a value shows a secret in clear text.
    Secret(SecretQuestion),
    /// Whether the value names a KMS key that the customer manages.
    CustomerKey {
        /// The value.
        path: Path,
        /// What holds when nothing is there; `None` for required properties.
        absent: Option<Absent>,
    },
    /// It holds by AWS's default, for this reason: no property says so.
    ByDefault(Box<str>),
    /// Whether all these tags are there.
    TagsPresent(Operand),
    /// Whether the resource carries the tags of the declared scope, or does not.
    InScope(bool),
    /// One operator on the value of a tag.
    TagValue {
        /// The tag's key.
        key: Operand,
        /// What it asks.
        operator: Operator,
        /// What holds without the tag; `None` for `exists`.
        absent: Option<Absent>,
        /// Whether texts are compared without case.
        ignore_case: bool,
    },
}
