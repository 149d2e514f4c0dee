//! `AWS::Serverless-2016-10-31`: the resources that the serverless types stand for.
//!
//! Source: the SAM specification and the translator's documented behaviour, as `docs/` cites them.

use super::Draft;

/// Expands every serverless resource of the template.
pub(super) fn expand(_draft: &mut Draft<'_>) {}
