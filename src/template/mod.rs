//! CloudFormation templates and where they come from.
//!
//! This module reads templates and the cloud assemblies that hold them, and makes an inventory of them. It knows
//! nothing of rules and of live accounts, and it opens no file outside the directories that were named for the scan.

pub mod assembly;
