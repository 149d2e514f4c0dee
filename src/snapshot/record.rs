//! The lines of a snapshot, as types: what a collector writes and what a resumed audit reads back.
//!
//! The format is described in `docs/snapshot.md`. Members that a version does not know are passed over, so that a member may
//! be added without a new [`VERSION`]; a line of a kind that it does not know is an error.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What stands for the region of a resource that belongs to none, such as a role of IAM.
pub use crate::inventory::GLOBAL;
use crate::value::Cause;

/// The version of the format that this program writes, and the only one that it reads.
pub const VERSION: u32 = 1;

/// What a collector writes in place of a secret: that a literal stands there is kept, and what it says is not.
pub const REDACTED: &str = "****";

/// One line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Record {
    /// The first line: what the snapshot is of.
    Snapshot(Header),
    /// Begins a part; what follows up to the next one belongs to it.
    Part(Part),
    /// A resource.
    Resource(Resource),
    /// Something that could not be listed.
    Gap(Gap),
    /// The last line of a finished snapshot.
    End(End),
}

/// What a snapshot is of.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// [`VERSION`] of who wrote it.
    pub version: u32,
    /// Name and version of the program that wrote it.
    pub tool: String,
    /// The account: twelve digits.
    pub account: String,
    /// `aws`, `aws-cn` or `aws-us-gov`.
    pub partition: String,
    /// What the account is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alias: Option<String>,
    /// When the collection began: RFC 3339, UTC.
    pub taken_at: String,
    /// The regions that were looked at, without [`GLOBAL`].
    pub regions: Vec<String>,
    /// A digest of what was planned: parts of one snapshot can be completed only by the same plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rules: Option<String>,
}

/// What one collector found in one region.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// The name of the collector, such as `s3`.
    pub collector: String,
    /// The account: twelve digits.
    pub account: String,
    /// The region, or [`GLOBAL`].
    pub region: String,
    /// The resource types that were listed. Of these, and only of these, a snapshot knows that there are no more than it
    /// has; a [`Gap`] takes a type back.
    pub types: Vec<String>,
    /// By resource type: the paths of the properties that the collector never reads.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub unread: BTreeMap<String, Vec<String>>,
    /// By resource type: the paths of write-only properties of the schema that the collector works out from other answers, so
    /// that they are not there where it has not written them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub derived: BTreeMap<String, Vec<String>>,
    /// How many calls it took.
    #[serde(default)]
    pub calls: u64,
}

/// A resource, with the property names and shapes of its CloudFormation type.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Resource {
    /// Such as `AWS::S3::Bucket`, or a type of fasscan's own, such as `Fasscan::IAM::PasswordPolicy`.
    #[serde(rename = "type")]
    pub type_name: String,
    /// The physical id: what `Ref` returns of it.
    pub id: String,
    /// Its ARN, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arn: Option<String>,
    /// Other texts by which resources refer to it: what its attributes return, such as the domain name of a bucket.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<String>,
    /// The account: twelve digits.
    pub account: String,
    /// The region, or [`GLOBAL`].
    pub region: String,
    /// The properties. What is not there AWS does not have, or it stands in `unknown` or in [`Part::unread`].
    pub properties: Map<String, Value>,
    /// What could not be read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unknown: Vec<Unknown>,
    /// The actions of IAM whose answers this is made of, such as `s3:GetBucketEncryption`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub api: Vec<String>,
    /// When it was seen: RFC 3339, UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen_at: Option<String>,
}

/// Something of a resource that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unknown {
    /// A chain of property names, such as `BucketEncryption` or `Configuration.Logging`; empty: all of the resource.
    pub path: String,
    /// Why.
    pub cause: Failure,
    /// The action of IAM that would have answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
}

/// A list that could not be read: there may be resources of these types that nobody saw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// The types; none: of any type.
    pub types: Vec<String>,
    /// Why.
    pub cause: Failure,
    /// The action of IAM that would have answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
    /// The account: twelve digits.
    pub account: String,
    /// The region, or [`GLOBAL`].
    pub region: String,
    /// What AWS said, short and without secrets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// The end of a finished snapshot.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct End {
    /// How many parts there are.
    pub parts: u64,
}

/// Why a call has no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Failure {
    /// The caller may not do it.
    Denied,
    /// AWS refused for a too high rate until the collector gave up.
    Throttled,
    /// The endpoint did not answer.
    Unreachable,
    /// The service, or the call, is not there in this region.
    Unsupported,
    /// Any other error of the call.
    Failed,
    /// The time for the audit was over.
    Deadline,
    /// The collector does not read it.
    NotCollected,
}

impl Failure {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Denied,
        Self::Throttled,
        Self::Unreachable,
        Self::Unsupported,
        Self::Failed,
        Self::Deadline,
        Self::NotCollected,
    ];

    /// Its name in a snapshot.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Denied => "denied",
            Self::Throttled => "throttled",
            Self::Unreachable => "unreachable",
            Self::Unsupported => "unsupported",
            Self::Failed => "failed",
            Self::Deadline => "deadline",
            Self::NotCollected => "not-collected",
        }
    }

    /// Why a value is not known that this call would have told.
    #[must_use]
    pub fn cause(self, action: Option<&str>) -> Cause {
        let action = action.unwrap_or_default().into();
        match self {
            Self::Denied => Cause::AccessDenied { action },
            Self::Throttled => Cause::Throttled { action },
            Self::Unreachable => Cause::Unreachable { action },
            Self::Unsupported => Cause::Unsupported { action },
            Self::Failed => Cause::CallFailed { action },
            Self::Deadline => Cause::Deadline { action },
            Self::NotCollected => Cause::NotCollected,
        }
    }
}
