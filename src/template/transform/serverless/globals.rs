//! `Globals`: properties for every resource of a type.

use super::sam::Sam;

/// Merges the globals into the properties of the resources that they are for.
pub(super) fn apply(_sam: &mut Sam<'_, '_>) {}
