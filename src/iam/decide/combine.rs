//! What the layers say, put together.

use super::doubt::{Doubt, Doubts};
use super::naming::Named;
use super::principal::Principal;
use super::request::Request;
use super::statement::{Miss, look};
use super::{Decision, Denial, Finding, Layer, Outcome, Policies, Side, Verdict};
use crate::iam::catalogue::catalogue;
use crate::iam::document::{Effect, Policy};
use crate::iam::pattern::Match;
use crate::value::OPAQUE;

/// Decides a request. The statements of the decision are those that apply or may apply, and those about the action that miss
/// by something else.
#[must_use]
pub fn decide(policies: &Policies<'_>, request: &Request) -> Decision {
    Evaluation::new(policies, request, false).decide()
}

/// The same with every statement that was looked at.
#[must_use]
pub fn explain(policies: &Policies<'_>, request: &Request) -> Decision {
    Evaluation::new(policies, request, true).decide()
}

/// What the statements of one layer say.
#[derive(Debug, Clone, Copy)]
struct Said {
    layer: Layer,
    allow: Named,
    deny: Match,
}

impl Said {
    fn allows(&self) -> Match {
        self.allow.any()
    }
}

/// The decision in the making.
struct Evaluation<'a> {
    policies: &'a Policies<'a>,
    request: &'a Request,
    /// Whether to record statements about other actions.
    all: bool,
    statements: Vec<Finding>,
    said: Vec<Said>,
    /// Doubts that are of no statement, with the layer that they are about.
    doubts: Vec<(Option<Layer>, Doubt)>,
}

impl<'a> Evaluation<'a> {
    fn new(policies: &'a Policies<'a>, request: &'a Request, all: bool) -> Self {
        Self { policies, request, all, statements: Vec::new(), said: Vec::new(), doubts: Vec::new() }
    }

    fn decide(mut self) -> Decision {
        // "No permissions are required to perform this operation. If an administrator attaches a policy to your identity that
        // explicitly denies access to the sts:GetCallerIdentity action, you can still perform this operation." (AWS STS API
        // Reference, GetCallerIdentity)
        if self.request.is_action("sts:GetCallerIdentity") && self.request.principal.account().is_some() {
            return Decision { verdict: Verdict::Allowed, statements: Vec::new() };
        }
        self.organisation();
        let endpoint = self.optional(Layer::Endpoint, self.policies.endpoint.as_deref());
        let resource = self.resource();
        let own = self.own();
        let granted = self.granted(resource, own);
        let gates = self.said.iter().filter(|said| matches!(said.layer, Layer::Scp(_)));
        let gates = gates.fold(endpoint, |all, said| all.and(said.allows()));
        let denied = Match::any(self.said.iter().map(|said| said.deny));
        let allowed = granted.and(gates).and(denied.negated());
        let verdict = match allowed {
            Match::Yes => Verdict::Allowed,
            Match::No => Verdict::Denied(self.denial(denied, resource, own)),
            Match::Unknown => Verdict::Unknown(self.causes()),
        };
        Decision { verdict, statements: self.statements }
    }

    /// The policies of the organisation.
    fn organisation(&mut self) {
        let (request, policies) = (self.request, self.policies);
        let linked = request.principal.is_service_linked(&request.context);
        let managed = |account: Option<&str>| policies.management.is_some() && account == policies.management;
        // "SCPs don't affect users or roles in the management account", nor service-linked roles, nor who has no account.
        let account = request.principal.account();
        let scps = policies.scps.as_ref().filter(|_| account.is_some() && !linked && !managed(account));
        for (index, level) in scps.into_iter().flatten().enumerate() {
            self.layer(Layer::Scp(index), level, Side::Attached);
        }
        // "You can't use an RCP to restrict calls to service-linked roles"; "RCPs don't affect resources in the management
        // account"; "RCPs do not impact the `kms:RetireGrant` permission".
        let Some(levels) = &policies.rcps else { return };
        if linked || managed(request.resource_account()) || request.is_action("kms:RetireGrant") {
            return;
        }
        for (index, level) in levels.iter().enumerate() {
            let mut said = self.look(Layer::Rcp(index), level, Side::Resource);
            // `RCPFullAWSAccess` is attached everywhere and allows everything.
            said.allow = Named::direct(Match::Yes);
            if said.deny == Match::Yes && !has_rcps(request) {
                said.deny = Match::Unknown;
                self.doubts
                    .push((Some(said.layer), Doubt::NotGiven("whether the service has resource control policies")));
            }
            self.said.push(said);
        }
    }

    /// What the policies of the resource say.
    fn resource(&mut self) -> Named {
        let required = self.request.is_of_key() || self.request.is_of_trust();
        let Some(policies) = self.policies.resource.as_deref() else {
            if required {
                let what = if self.request.is_of_key() { "the key policy" } else { "the trust policy of the role" };
                self.doubts.push((Some(Layer::Resource), Doubt::NotGiven(what)));
                self.said.push(Said { layer: Layer::Resource, allow: Named::UNKNOWN, deny: Match::Unknown });
                return Named::UNKNOWN;
            }
            return Named::NO;
        };
        let mut said = self.look(Layer::Resource, policies, Side::Resource);
        if self.is_unlocked() {
            said.deny = Match::No;
        }
        self.said.push(said);
        said.allow
    }

    /// "The root principal in a bucket owner's AWS account can perform the `GetBucketPolicy`, `PutBucketPolicy`, and
    /// `DeleteBucketPolicy` API actions, even if their bucket policy explicitly denies the root principal's access." (Amazon S3
    /// API Reference, PutBucketPolicy)
    fn is_unlocked(&self) -> bool {
        let request = self.request;
        matches!(request.principal, Principal::Root { .. })
            && self.same_account() == Match::Yes
            && ["s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy"]
                .iter()
                .any(|action| request.is_action(action))
    }

    /// What the policies of the principal say: the identity, and the boundary and session together.
    fn own(&mut self) -> (Match, Match) {
        let policies = self.policies;
        match self.request.principal {
            // "By default, all requests are implicitly denied with the exception of the AWS account root user, which has full
            // access."
            Principal::Root { .. } => return (Match::Yes, Match::Yes),
            Principal::Service { .. } | Principal::Provider { .. } | Principal::Anonymous => {
                return (Match::No, Match::No);
            }
            _ => {}
        }
        let identity = self.layer(Layer::Identity, &policies.identity, Side::Attached);
        let boundary = self.optional(Layer::Boundary, policies.boundary.as_deref());
        let session = self.optional(Layer::Session, policies.session.as_deref());
        // "If you do not pass a policy, the resulting federated user session has no permissions." (AWS STS API Reference,
        // GetFederationToken)
        let without = matches!(self.request.principal, Principal::FederatedUser { .. }) && policies.session.is_none();
        if without {
            self.said.push(Said { layer: Layer::Session, allow: Named::NO, deny: Match::No });
        }
        (identity, boundary.and(if without { Match::No } else { session }))
    }

    /// Whether identity and resource together allow the request.
    fn granted(&mut self, resource: Named, (identity, inner): (Match, Match)) -> Match {
        if self.request.principal.account().is_none() {
            return resource.any();
        }
        let both = identity.and(inner);
        let required = self.request.is_of_key() || self.request.is_of_trust();
        let across = resource.any().and(both);
        let base = if required { across } else { both };
        // An allow for the principal itself is not limited by implicit denies of its own policies; one for its role is not
        // limited by that of the identity.
        let within = base.or(resource.direct).or(resource.role.and(inner));
        match self.same_account() {
            Match::Yes => within,
            Match::No => across,
            Match::Unknown if within == across => within,
            Match::Unknown => {
                self.doubts.push((None, Doubt::NotGiven("whose account the resource is in")));
                Match::Unknown
            }
        }
    }

    fn same_account(&self) -> Match {
        match (self.request.principal.account(), self.request.resource_account()) {
            (Some(principal), Some(resource)) if principal == resource => Match::Yes,
            // An account that only deployment decides could be any.
            (Some(principal), Some(resource)) if [principal, resource].iter().any(|id| id.contains(OPAQUE)) => {
                Match::Unknown
            }
            (Some(_), None) => Match::Unknown,
            _ => Match::No,
        }
    }

    /// A layer that limits only where it is.
    fn optional(&mut self, layer: Layer, policies: Option<&[&Policy]>) -> Match {
        let side = if layer == Layer::Endpoint { Side::Endpoint } else { Side::Attached };
        policies.map_or(Match::Yes, |policies| self.layer(layer, policies, side))
    }

    fn layer(&mut self, layer: Layer, policies: &[&Policy], side: Side) -> Match {
        let said = self.look(layer, policies, side);
        self.said.push(said);
        said.allows()
    }

    /// Looks at all statements of a layer.
    fn look(&mut self, layer: Layer, policies: &[&Policy], side: Side) -> Said {
        let mut said = Said { layer, allow: Named::NO, deny: Match::No };
        let bounded = self.policies.boundary.is_some();
        for (index, policy) in policies.iter().enumerate() {
            for (position, statement) in policy.statements.iter().enumerate() {
                let mut looked = look(statement, policy.version, side, self.request, bounded);
                let outcome = match (looked.miss, looked.applies.any()) {
                    (Some(Miss::Action), _) if !self.all => continue,
                    (Some(miss), _) => Outcome::Misses(miss),
                    (None, Match::Yes) => Outcome::Applies,
                    (None, _) => Outcome::Undecided(std::mem::take(&mut looked.doubts)),
                };
                if outcome == Outcome::Applies {
                    // It applies in one way for sure, and perhaps in another.
                    self.doubts.extend(looked.doubts.into_iter().map(|doubt| (Some(layer), doubt)));
                }
                let finding = Finding { layer, policy: index, statement: position, effect: statement.effect, outcome };
                self.statements.push(finding);
                if statement.effect != Some(Effect::Deny) {
                    said.allow = said.allow.or(looked.applies);
                }
                if statement.effect != Some(Effect::Allow) {
                    said.deny = said.deny.or(looked.applies.any());
                }
            }
            if !policy.open.is_empty() {
                said.allow = said.allow.or(Named::UNKNOWN);
                said.deny = said.deny.or(Match::Unknown);
                self.doubts.extend(policy.open.iter().map(|cause| (Some(layer), Doubt::Policy(cause.clone()))));
            }
        }
        said
    }

    /// Why the request is denied.
    fn denial(&self, denied: Match, resource: Named, (identity, inner): (Match, Match)) -> Denial {
        if denied == Match::Yes {
            let layers = self.said.iter().filter(|said| said.deny == Match::Yes).map(|said| said.layer).collect();
            return Denial { explicit: true, layers };
        }
        let principal = &self.request.principal;
        let mut layers: Vec<Layer> = self
            .said
            .iter()
            .filter(|said| said.layer != Layer::Resource && !matches!(said.layer, Layer::Rcp(_)))
            .filter(|said| said.allows() == Match::No)
            .map(|said| said.layer)
            .collect();
        let apart = self.same_account() == Match::No;
        let required = self.request.is_of_key() || self.request.is_of_trust();
        // Inside an account a policy of the resource is one of two ways, where there is one.
        let own = identity.and(inner) == Match::Yes || self.policies.resource.is_none();
        let nothing = principal.account().is_none() || apart || required || !own;
        if nothing && resource.any() == Match::No {
            layers.push(Layer::Resource);
        }
        layers.sort_unstable();
        layers.dedup();
        Denial { explicit: false, layers }
    }

    /// What would have to be known, of the layers that say nothing for sure.
    fn causes(&self) -> Doubts {
        let open = |layer: Layer, effect: Option<Effect>| {
            self.said.iter().filter(|said| said.layer == layer).any(|said| {
                let allow = [said.allow.account, said.allow.role, said.allow.direct].contains(&Match::Unknown);
                match effect {
                    Some(Effect::Allow) => allow,
                    Some(Effect::Deny) => said.deny == Match::Unknown,
                    None => allow || said.deny == Match::Unknown,
                }
            })
        };
        let mut causes = Doubts::new();
        for finding in &self.statements {
            if let Outcome::Undecided(doubts) = &finding.outcome
                && open(finding.layer, finding.effect)
            {
                causes.extend(doubts.iter().cloned());
            }
        }
        let rest = self.doubts.iter().filter(|(layer, _)| layer.is_none_or(|layer| open(layer, None)));
        causes.extend(rest.map(|(_, doubt)| doubt.clone()));
        causes.sort_unstable();
        causes.dedup();
        causes
    }
}

/// Whether resource control policies apply to the service, by the data of the catalogue's date.
fn has_rcps(request: &Request) -> bool {
    let service = request.action.split(':').next().unwrap_or_default();
    catalogue().supports_rcp(&service.to_ascii_lowercase())
}
