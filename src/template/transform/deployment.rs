//! What is known of a deployment when its transforms run.

use std::borrow::Cow;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::source::Tree;
use crate::template::parameters::is_ssm;
use crate::template::unit::{Environment, Template};
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

impl<'a> Deployment<'a> {
    /// What is known of a template by itself: the parameters that are given, and the defaults of the others.
    pub(super) fn by_default(template: &'a Template, given: &'a [(Box<str>, Box<str>)]) -> Self {
        let tree = &template.tree;
        let section = tree.get(tree.root(), "Parameters");
        let members = section.map_or(&[][..], |section| tree.members(section)).iter();
        let parameters = members.map(|member| {
            let name = tree.key(member);
            let written = given.iter().find(|(known, _)| **known == *name).map(|(_, value)| &**value);
            let default = || tree.get(member.value, "Default").and_then(|default| tree.scalar(default));
            let kind = tree.get(member.value, "Type").and_then(|kind| tree.string(kind));
            let value = match written.or_else(default) {
                _ if kind.is_some_and(is_ssm) => Parameter::Open(Cause::SsmParameter { name: name.into() }),
                Some(text) => Parameter::Text(text.into()),
                None => Parameter::Open(Cause::ParameterWithoutDefault { name: name.into() }),
            };
            (name, value)
        });
        let environment = Environment::default();
        Self { parameters: parameters.collect(), environment, stack_name: None, included: &template.included }
    }
}
