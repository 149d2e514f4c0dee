//! Resources, stacks and what could not be looked at.

use crate::source::{FileId, Span, Symbol};
use crate::value::{Cause, ConditionId, Place, ResourceId, ValueId};

/// Index of a stack in its inventory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StackId(pub u32);

/// What stands for the region of live resources that belong to none.
pub const GLOBAL: &str = "global";

/// What is missing in an account, in [`Cause::NotInInput`]: what stands beside the properties of a template's resource, and the
/// secrets in them.
pub const TEMPLATE_ONLY: &str = "what only a template says of a resource";

/// What is missing in an account: properties that can be set and not be read back.
pub const WRITE_ONLY: &str = "what AWS does not show of a resource once it is set";

/// One stack of templates, or one account and region of a live scan.
#[derive(Debug, Clone)]
pub struct Stack {
    /// The stack name; for nested stacks the parent's name and the logical id.
    pub name: Box<str>,
    /// The template.
    pub file: FileId,
    /// Twelve digits, when known.
    pub account: Option<Box<str>>,
    /// Such as `us-east-1`, when known; [`GLOBAL`] for what an account has in no region.
    pub region: Option<Box<str>>,
    /// The resource that this stack is nested in.
    pub parent: Option<ResourceId>,
    /// A transform that AWS applies to the whole template and that could not be applied here: nothing of this stack
    /// may be called compliant.
    pub transformed_by: Option<Box<str>>,
    /// What could not be expanded here: each may stand for resources that are not in the inventory.
    pub unexpanded: Vec<Unexpanded>,
    /// Tags that the deployment puts on every taggable resource.
    pub tags: Vec<(Box<str>, Box<str>)>,
    /// The stack's outputs, in document order.
    pub outputs: Vec<Output>,
}

/// An output of a stack.
#[derive(Debug, Clone)]
pub struct Output {
    /// Its key in `Outputs`.
    pub name: Box<str>,
    /// Absent where the output's condition is false.
    pub value: ValueId,
    /// Whether it has an `Export`.
    pub exported: bool,
    /// Whether a stack of the input imports it.
    pub imported: bool,
}

/// Something that may stand for resources that are not in the inventory.
#[derive(Debug, Clone)]
pub struct Unexpanded {
    /// Why it is not expanded.
    pub cause: Cause,
    /// The types of its resources.
    pub types: Types,
}

/// Which types resources may be of that are not in sight.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Types {
    /// Any.
    Any,
    /// One of these.
    Of(Vec<Symbol>),
    /// Any but these.
    But(Vec<Symbol>),
}

/// Where a resource comes from.
#[derive(Debug, Clone)]
pub enum Origin {
    /// A template.
    Template {
        /// The construct path of the CDK app, such as `Stack/Rds/Instance/Resource`.
        cdk_path: Option<Box<str>>,
    },
    /// An account, as a snapshot has it.
    Live(Box<Live>),
}

/// What an account calls a resource.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Live {
    /// Its ARN, where it has one.
    pub arn: Option<Box<str>>,
    /// Other texts by which resources refer to it.
    pub names: Vec<Box<str>>,
    /// When it was seen, as the snapshot says it.
    pub seen_at: Option<Box<str>>,
}

/// One resource.
#[derive(Debug, Clone)]
pub struct Resource {
    /// Its type name, such as `AWS::S3::Bucket`, interned in the inventory.
    pub type_name: Symbol,
    /// Its logical id; of a live resource the physical one, which is what `Ref` returns.
    pub logical_id: Box<str>,
    /// The stack that it is in.
    pub stack: StackId,
    /// The condition under which it exists.
    pub condition: Option<ConditionId>,
    /// The map of its properties, or absent.
    pub properties: ValueId,
    /// The map of what stands beside `Properties`: `DeletionPolicy`, `UpdateReplacePolicy`, `DependsOn`.
    pub attributes: ValueId,
    /// The whole definition.
    pub place: Place,
    /// The key that names it.
    pub key_span: Span,
    /// The key `Properties`; where there is none, the value of `Type`.
    pub head_span: Span,
    /// Where it comes from.
    pub origin: Origin,
}

impl Resource {
    /// The construct path of the CDK app, where a template says it.
    #[must_use]
    pub fn cdk_path(&self) -> Option<&str> {
        match &self.origin {
            Origin::Template { cdk_path } => cdk_path.as_deref(),
            Origin::Live(_) => None,
        }
    }

    /// What an account calls it; `None` for a resource of a template.
    #[must_use]
    pub fn live(&self) -> Option<&Live> {
        match &self.origin {
            Origin::Live(live) => Some(live),
            Origin::Template { .. } => None,
        }
    }
}

/// A rule that the template asks a tool not to apply.
#[derive(Debug, Clone)]
pub struct Suppression {
    /// The stack.
    pub stack: StackId,
    /// The resource; none: the whole template.
    pub resource: Option<ResourceId>,
    /// Such as `cdk-nag`, `checkov` or `fasscan`.
    pub tool: &'static str,
    /// The rule, by its name in that tool.
    pub id: Box<str>,
    /// Why, where a reason is given.
    pub reason: Option<Box<str>>,
    /// Where it is written.
    pub place: Place,
}

/// Something that was there and could not be looked at.
#[derive(Debug, Clone)]
pub struct Gap {
    /// What it is, as a sentence without a full stop.
    pub what: Box<str>,
    /// Why.
    pub cause: Cause,
    /// Where.
    pub place: Place,
}
