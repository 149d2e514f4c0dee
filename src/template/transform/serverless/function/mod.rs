//! `AWS::Serverless::Function`: a function with its role, its versions and what calls it.

pub(super) mod deployment;
mod events;

use super::resource::{Generated, Resource};
use super::sam::{Done, Sam};

/// What the resource stands for.
pub(super) fn expand(_sam: &mut Sam<'_, '_>, resource: &Resource) -> Done<Vec<Generated>> {
    Err(super::not_expanded(resource))
}
