//! What is known of a deployment when its transforms run.

use std::borrow::Cow;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::source::Tree;
use crate::template::unit::Environment;
use crate::value::Cause;

/// The value of a parameter, as a transform sees it: lists are still one text with commas.
#[derive(Debug, Clone)]
pub(in crate::template) enum Parameter<'a> {
    /// Known.
    Text(Cow<'a, str>),
    /// Not known, and why.
    Open(Cause),
}

/// What transforms may look at besides the template.
#[derive(Debug)]
pub(in crate::template) struct Deployment<'a> {
    /// Every parameter of the template, by name.
    pub(in crate::template) parameters: FxHashMap<&'a str, Parameter<'a>>,
    /// Where the stack is deployed to.
    pub(in crate::template) environment: Environment,
    /// The stack name, when known.
    pub(in crate::template) stack_name: Option<Box<str>>,
    /// The files that `AWS::Include` names and that are at hand, by location as it is written.
    pub(in crate::template) included: &'a FxHashMap<Box<str>, Arc<Tree>>,
}
