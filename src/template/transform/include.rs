//! `AWS::Include`: a local file in place of the transform that names it.
//!
//! Source: "AWS::Include transform" in the CloudFormation template reference.

use super::Draft;

/// Puts the files that are at hand in place of the includes that name them.
pub(super) fn expand(_draft: &mut Draft<'_>) {}
