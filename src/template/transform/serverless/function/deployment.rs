//! `DeploymentPreference`: gradual deployments with CodeDeploy.

use crate::template::transform::serverless::sam::Sam;

/// Adds what the gradual deployments of all functions share.
pub(in crate::template::transform::serverless) fn finish(_sam: &mut Sam<'_, '_>) {}
