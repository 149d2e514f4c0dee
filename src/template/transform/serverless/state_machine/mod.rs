//! `AWS::Serverless::StateMachine`.

use super::resource::{Generated, Resource};
use super::sam::{Done, Sam};

/// What the resource stands for.
pub(super) fn expand(_sam: &mut Sam<'_, '_>, resource: &Resource) -> Done<Vec<Generated>> {
    Err(super::not_expanded(resource))
}
