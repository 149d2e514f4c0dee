//! The compiled form of a rule.

use std::sync::{Arc, OnceLock};

use regex_automata::meta::Regex;

use crate::source::{Interner, SourceFile, Span, Symbol};

/// The loaded rules and the names that their paths use.
#[derive(Debug, Default)]
pub struct RuleSet {
    /// The rules, sorted by id.
    pub rules: Vec<Rule>,
    /// The keys of all paths; [`Segment::Key`] indexes into it. `eval` maps it once to the names of an inventory.
    pub names: Interner,
}

/// How bad it is when the rule fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing.
    Low,
    /// To be fixed in time.
    Medium,
    /// To be fixed soon.
    High,
    /// To be fixed now.
    Critical,
}

/// How far the rule is trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    /// May change or go.
    Preview,
    /// Kept.
    Stable,
    /// Replaced; still there for those who name it.
    Deprecated,
}

/// How far passing a rule goes towards a control.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Strength {
    /// The rule tests what the control asks.
    Direct,
    /// The rule tests something that helps.
    Supports,
}

/// A control that a rule bears on.
#[derive(Debug, Clone)]
pub struct ControlReference {
    /// Such as `pci-dss-4.0.1`.
    pub framework: Box<str>,
    /// Such as `3.5.1`.
    pub ids: Vec<Box<str>>,
    /// How far.
    pub strength: Strength,
    /// Why.
    pub rationale: Box<str>,
}

/// A change of one property that makes the rule pass.
#[derive(Debug, Clone)]
pub struct Fix {
    /// The property.
    pub set: Box<str>,
    /// Its value.
    pub value: Literal,
    /// Whether it can be applied without a person looking.
    pub safe: bool,
    /// Why it is not safe.
    pub why: Option<Box<str>>,
}

/// A rule.
#[derive(Debug)]
pub struct Rule {
    /// Its id, equal to its file name.
    pub id: Box<str>,
    /// What is wrong when it fails.
    pub title: Box<str>,
    /// How bad that is.
    pub severity: Severity,
    /// How far it is trusted.
    pub status: Status,
    /// `YYYY-MM-DD`, the last check against the AWS documentation.
    pub reviewed: Box<str>,
    /// Earlier ids.
    pub aliases: Vec<Box<str>>,
    /// The same control elsewhere: scanner and id there.
    pub peers: Vec<(Box<str>, Box<str>)>,
    /// Why it matters.
    pub description: Box<str>,
    /// Where the facts come from.
    pub references: Vec<Box<str>>,
    /// Parameters with their values.
    pub params: Vec<Param>,
    /// The resource types that it judges.
    pub types: Vec<Box<str>>,
    /// Where one of these is false the rule is not applicable.
    pub conditions: Vec<Clause>,
    /// Relations to other resources.
    pub related: Vec<Related>,
    /// What must hold.
    pub asserts: Vec<Assert>,
    /// The controls that it bears on.
    pub controls: Vec<ControlReference>,
    /// What to do.
    pub remediation: Box<str>,
    /// A change that makes it pass.
    pub fix: Option<Fix>,
    /// Its tests; empty for rules that were loaded without.
    pub tests: Vec<RuleTest>,
    /// The file that it was read from; built-in rules have the path inside the project.
    pub file: Arc<SourceFile>,
}

/// A parameter of a rule.
#[derive(Debug, Clone)]
pub struct Param {
    /// Its name.
    pub name: Box<str>,
    /// Its value: the default, or what the user set.
    pub value: Literal,
}

/// A value written in a rule.
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    /// A boolean.
    Bool(bool),
    /// A number, with its text as written.
    Number(f64, Box<str>),
    /// A text; dates too.
    Text(Box<str>),
    /// A list.
    List(Vec<Literal>),
    /// A table.
    Table(Vec<(Box<str>, Literal)>),
}

/// A value in a clause: written there, or a parameter.
#[derive(Debug, Clone)]
pub enum Operand {
    /// Written there.
    Literal(Literal),
    /// Index into [`Rule::params`].
    Param(usize),
}

/// A step of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Segment {
    /// A key, interned in [`RuleSet::names`].
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

/// A regular expression, compiled when first used.
#[derive(Debug)]
pub struct Pattern {
    /// One or several expressions, any of which may match.
    pub source: Operand,
    /// Whether case does not matter.
    pub ignore_case: bool,
    /// The compiled expression for the current parameter values.
    pub compiled: OnceLock<Option<Regex>>,
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

/// Ports that a network question asks about.
#[derive(Debug, Clone)]
pub enum Ports {
    /// Any port at all.
    All,
    /// Any of these.
    AnyOf(Operand),
    /// Any but these.
    AllBut(Operand),
}

/// `ingress_open` or `egress_open`.
#[derive(Debug, Clone)]
pub struct CidrQuestion {
    /// Address blocks, all of whose addresses are let in.
    pub cidrs: Operand,
    /// To which ports.
    pub ports: Ports,
}

/// A question about networks.
#[derive(Debug, Clone)]
pub enum NetworkQuestion {
    /// Of a security group: who may connect.
    IngressOpen(CidrQuestion),
    /// Of a security group: where it may connect to.
    EgressOpen(CidrQuestion),
    /// Of a subnet: whether its default route leads to an internet gateway.
    SubnetInternetRouted,
}

/// A request that `denies` asks about.
#[derive(Debug, Clone)]
pub struct IamRequest {
    /// The principal, `*` for anyone.
    pub principal: Box<str>,
    /// The action.
    pub action: Box<str>,
    /// The resource, with `{self.arn}` for the selected resource.
    pub resource: Box<str>,
    /// Context keys with their values.
    pub context: Vec<(Box<str>, Box<str>)>,
}

/// A question about policy documents.
#[derive(Debug, Clone)]
pub enum IamQuestion {
    /// Every such request is denied by an explicit statement.
    Denies(IamRequest),
    /// A statement allows everything on everything.
    GrantsAdministrator,
    /// A statement allows `service:*` on everything.
    GrantsServiceWildcard,
    /// A statement lets anyone use one of these actions.
    GrantsPublic(Operand),
    /// An AWS managed policy of one of these names is attached.
    ManagedPolicy(Operand),
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
        absent: Option<Absent>,
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
        /// Index into [`Rule::related`].
        related: usize,
        /// How many.
        quantifier: Quantifier,
        /// What matches, relative to the partner.
        matches: Vec<Clause>,
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
    /// Whether a value shows a secret in clear text.
    Secret {
        /// The value.
        path: Path,
        /// Names of secrets.
        keys: Option<Pattern>,
        /// What makes a text a secret.
        text: SecretText,
    },
    /// Whether all these tags are there.
    TagsPresent(Operand),
}

/// What is said when an assert does not hold: text with `{...}` placeholders.
#[derive(Debug, Clone)]
pub struct Message(pub Box<str>);

/// What must hold.
#[derive(Debug)]
pub struct Assert {
    /// The condition.
    pub clause: Clause,
    /// What to say when it does not hold.
    pub message: Message,
}

/// Which property makes the edge of a relation.
#[derive(Debug, Clone)]
pub enum Via {
    /// A property of the partner refers to the selected resource.
    Partner(Path),
    /// A property of the selected resource refers to the partner.
    Selected(Path),
}

/// A relation to other resources.
#[derive(Debug)]
pub struct Related {
    /// Its name in the rule.
    pub name: Box<str>,
    /// The partner's types.
    pub types: Vec<Box<str>>,
    /// The edge.
    pub via: Via,
    /// The relation that this one starts at; the selected resource when `None`.
    pub from: Option<usize>,
    /// Which partners count.
    pub conditions: Vec<Clause>,
}

/// Name of an outcome in tests and reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OutcomeName {
    /// It holds.
    Pass,
    /// It does not.
    Fail,
    /// Nobody can tell from the input.
    Unknown,
    /// The rule does not concern the resource.
    NotApplicable,
}

impl OutcomeName {
    /// As reports write it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Unknown => "unknown",
            Self::NotApplicable => "not-applicable",
        }
    }
}

/// What a test expects of one resource.
#[derive(Debug, Clone)]
pub struct Expectation {
    /// Logical id.
    pub resource: Box<str>,
    /// The outcome.
    pub outcome: OutcomeName,
    /// 1-based line of the first finding in the test's template.
    pub line: Option<u32>,
    /// The case in which it fails: parameter or condition, and its value.
    pub when: Vec<(Box<str>, Box<str>)>,
    /// Identifier of the cause of an unknown.
    pub cause: Option<Box<str>>,
    /// Whether a pass rests on AWS's default only.
    pub by_default: Option<bool>,
    /// Where the expectation is written.
    pub span: Span,
}

/// An inline test.
#[derive(Debug, Clone)]
pub struct RuleTest {
    /// What it shows.
    pub name: Box<str>,
    /// YAML or JSON.
    pub template: Box<str>,
    /// Rule parameters.
    pub params: Vec<(Box<str>, Literal)>,
    /// Whether a pass by default is a fail.
    pub strict: bool,
    /// Account of the stack.
    pub account: Option<Box<str>>,
    /// Region of the stack.
    pub region: Option<Box<str>>,
    /// What is expected.
    pub expect: Vec<Expectation>,
    /// Where the test is written.
    pub span: Span,
}

impl Severity {
    /// As reports write it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

impl Rule {
    /// The value of an operand under the current parameters.
    #[must_use]
    pub fn operand<'a>(&'a self, operand: &'a Operand) -> &'a Literal {
        match operand {
            Operand::Literal(literal) => literal,
            Operand::Param(index) => &self.params[*index].value,
        }
    }
}

impl Literal {
    /// The elements of a list; a scalar is a list of itself.
    #[must_use]
    pub fn list(&self) -> &[Literal] {
        match self {
            Self::List(items) => items,
            other => std::slice::from_ref(other),
        }
    }

    /// The text of a scalar as CloudFormation writes it.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) | Self::Number(_, text) => Some(text),
            Self::Bool(true) => Some("true"),
            Self::Bool(false) => Some("false"),
            Self::List(_) | Self::Table(_) => None,
        }
    }

    /// The number of a scalar.
    #[must_use]
    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Number(number, _) => Some(*number),
            Self::Text(text) => text.parse().ok(),
            _ => None,
        }
    }
}

impl std::fmt::Display for Literal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::List(items) => {
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        f.write_str(", ")?;
                    }
                    write!(f, "{item}")?;
                }
                Ok(())
            }
            Self::Table(members) => {
                for (index, (key, value)) in members.iter().enumerate() {
                    if index > 0 {
                        f.write_str(", ")?;
                    }
                    write!(f, "{key} = {value}")?;
                }
                Ok(())
            }
            scalar => f.write_str(scalar.text().unwrap_or_default()),
        }
    }
}

impl Pattern {
    /// A pattern over `source`.
    #[must_use]
    pub fn new(source: Operand) -> Self {
        Self { source, ignore_case: false, compiled: OnceLock::new() }
    }

    /// A pattern over `source` for which case does not matter.
    #[must_use]
    pub fn ignoring_case(source: Operand) -> Self {
        Self { ignore_case: true, ..Self::new(source) }
    }

    /// Whether one of the expressions matches; an expression that does not compile (which loading refuses) matches nothing.
    #[must_use]
    pub fn is_match(&self, rule: &Rule, text: &str) -> bool {
        let compiled = self.compiled.get_or_init(|| {
            let sources: Vec<&str> = rule.operand(&self.source).list().iter().filter_map(Literal::text).collect();
            let syntax = regex_automata::util::syntax::Config::new().case_insensitive(self.ignore_case);
            // Texts are short: an engine that is built quickly beats one that matches quickly.
            let config = Regex::config().auto_prefilter(false).hybrid(false);
            Regex::builder().syntax(syntax).configure(config).build_many(&sources).ok()
        });
        compiled.as_ref().is_some_and(|regex| regex.is_match(text))
    }
}
