//! One request against all policies that apply to it: AWS's evaluation, three-valued, with what decided it.
//!
//! What AWS's documentation leaves open is unknown, with a [`Doubt`] that says so, wherever it decides. Nothing here reads files,
//! asks AWS or knows an organisation: who asks gives the policies. Outside the policy language, and not looked at: grants of
//! KMS, access control lists, RAM, Lake Formation, S3 Block Public Access and checks that services do themselves.
//!
//! Source: "Policy evaluation logic" and "Cross-account policy evaluation logic" in the IAM User Guide, "Service control
//! policies" and "Resource control policies" in the AWS Organizations User Guide, read 2026-11-21.

mod combine;
mod condition;
mod context;
mod doubt;
mod naming;
mod principal;
#[cfg(test)]
mod properties;
mod request;
mod scalar;
mod statement;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod variable;

pub use combine::{decide, explain};
pub use context::{Context, Values};
pub use doubt::Doubt;
pub use principal::Principal;
pub use request::Request;
pub use statement::Miss;

use super::document::{Effect, Policy};

/// The policies that apply to a request, by what they are attached to.
#[derive(Debug, Clone, Default)]
pub struct Policies<'p> {
    /// Those of the principal: inline, managed, and those of its groups. A root user needs none.
    pub identity: Vec<&'p Policy>,
    /// Its permissions boundary; `None`: there is none.
    pub boundary: Option<Vec<&'p Policy>>,
    /// The policies that its session was made with; `None`: there are none.
    pub session: Option<Vec<&'p Policy>>,
    /// Those of the resource: bucket policy, key policy, trust policy. `None`: there is none, or for keys and roles, which
    /// always have one, nobody says what it is.
    pub resource: Option<Vec<&'p Policy>>,
    /// Service control policies of the principal's account, from the root of the organisation to the account; every level must
    /// allow. `None`: none apply.
    pub scps: Option<Vec<Vec<&'p Policy>>>,
    /// Resource control policies of the resource's account, likewise; `RCPFullAWSAccess` is always among them.
    pub rcps: Option<Vec<Vec<&'p Policy>>>,
    /// The policy of the VPC endpoint that the request comes through; `None`: it comes through none, or one without a policy.
    pub endpoint: Option<Vec<&'p Policy>>,
    /// The management account of the organisation, to whose principals and resources SCPs and RCPs do not apply.
    pub management: Option<&'p str>,
}

/// What a policy is attached to. The order is that in which results name layers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Layer {
    /// A level of service control policies, counted from the root.
    Scp(usize),
    /// A level of resource control policies, counted from the root.
    Rcp(usize),
    /// A VPC endpoint.
    Endpoint,
    /// The resource.
    Resource,
    /// The principal.
    Identity,
    /// The permissions boundary.
    Boundary,
    /// The session.
    Session,
}

/// What is looked at in the statements of a layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    /// Policies without principals.
    Attached,
    /// Policies with principals.
    Resource,
    /// Policies of endpoints.
    Endpoint,
}

/// What AWS answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The request is allowed.
    Allowed,
    /// It is denied.
    Denied(Denial),
    /// It depends on what is not known.
    Unknown(Vec<Doubt>),
}

/// Why a request is denied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Denial {
    /// Whether a statement denies it; otherwise nothing allows it.
    pub explicit: bool,
    /// Where it is denied, or where an allowing statement is missing.
    pub layers: Vec<Layer>,
}

/// What becomes of one statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It applies.
    Applies,
    /// It is not known whether it applies.
    Undecided(Vec<Doubt>),
    /// It does not apply.
    Misses(Miss),
}

/// One statement, and what it had to do with the decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Where its policy is attached.
    pub layer: Layer,
    /// Which policy of that layer.
    pub policy: usize,
    /// Which of its statements: an index into [`Policy::statements`].
    pub statement: usize,
    /// What it does, where known.
    pub effect: Option<Effect>,
    /// Whether it applies.
    pub outcome: Outcome,
}

/// The decision about a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Allowed, denied or not known.
    pub verdict: Verdict,
    /// The statements that apply, may apply, or are about the action and miss by something else.
    pub statements: Vec<Finding>,
}
