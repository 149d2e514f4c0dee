//! `AWS::Serverless::Connector`.

use super::resource::{Generated, Resource};
use super::sam::{Done, Sam};

/// What the resource stands for.
pub(super) fn expand(_sam: &mut Sam<'_, '_>, resource: &Resource) -> Done<Vec<Generated>> {
    Err(super::not_expanded(resource))
}

/// Adds the connectors that stand in the `Connectors` of other resources.
pub(super) fn imply(_sam: &mut Sam<'_, '_>) {}
