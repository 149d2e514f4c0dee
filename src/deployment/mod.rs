//! Deployments: the values that the parameters and tags of stacks get, read from the files that AWS's tools take.
//!
//! This module knows the formats of these files and nothing of templates: whether a parameter is there, and takes its
//! value, is not asked here. A value may be a secret, so no problem of a file shows one: neither its message nor a line.

mod file;
mod pairs;
mod samconfig;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use crate::source::{SourceFile, Span};

pub use file::read;

/// The value of a parameter.
#[derive(Debug, Clone)]
pub struct Given {
    /// The parameter.
    pub name: Box<str>,
    /// As CloudFormation gets it: text, the items of a list joined by commas.
    pub value: Box<str>,
    /// Where it is written; none: on the command line.
    pub origin: Option<Origin>,
}

/// A place in a file of parameters.
#[derive(Debug, Clone)]
pub struct Origin {
    /// The file.
    pub file: Arc<SourceFile>,
    /// The value.
    pub span: Span,
}

/// What a file, or several together, say of a deployment.
#[derive(Debug, Clone, Default)]
pub struct Values {
    /// Each parameter once.
    pub parameters: Vec<Given>,
    /// The tags of the stack, each key once.
    pub tags: Vec<(Box<str>, Box<str>)>,
    /// Where it is deployed to.
    pub region: Option<Box<str>>,
}

impl Values {
    /// Adds what comes later and wins.
    pub fn merge(&mut self, later: Self) {
        later.parameters.into_iter().for_each(|given| self.set(given));
        for (key, value) in later.tags {
            match self.tags.iter_mut().find(|(known, _)| *known == key) {
                Some(known) => known.1 = value,
                None => self.tags.push((key, value)),
            }
        }
        self.region = later.region.or(self.region.take());
    }

    /// Gives a parameter its value, whatever it had before.
    pub fn set(&mut self, given: Given) {
        match self.parameters.iter_mut().find(|known| known.name == given.name) {
            Some(known) => *known = given,
            None => self.parameters.push(given),
        }
    }
}

/// An environment that templates are deployed to.
#[derive(Debug, Clone, Default)]
pub struct Deployment {
    /// What it is called; none where there is only one, and nobody named it.
    pub name: Option<Box<str>>,
    /// The files that its values come from, as reports show them, in the order in which they win.
    pub files: Vec<String>,
    /// The values.
    pub values: Values,
}
