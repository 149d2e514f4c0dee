//! The statements that hold for an account, and whether a request gets past them.

use rustc_hash::FxHashMap;

use super::assignments::assignments;
use super::clause::{Asked, Clause, Member, StatementRef, is_region_key};
use super::condition::{Given, Holds, Keys};
use super::principal::{ACCOUNT, Principal, is_principal_arn, principals};
use super::{Chain, NodeId, Options, Organization};
use crate::iam::document::Effect;
use crate::iam::{Match, covers, matches};
use crate::value::Cause;

/// A request that gets past all service control policies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witness {
    /// `kms:Decrypt`.
    pub action: String,
    /// An ARN, or `*`.
    pub resource: String,
    /// The ARN of the principal.
    pub principal: String,
    /// The region that is asked.
    pub region: String,
    /// The context keys that matter, with their values; none: the key is missing.
    pub keys: Vec<(String, Option<String>)>,
}

/// What becomes of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reach {
    /// It is denied whatever the rest of the request is: by a statement, or because a level allows nothing.
    Denied(Option<StatementRef>),
    /// It gets past.
    Open(Box<Witness>),
    /// Nobody can tell.
    Unknown(Vec<Cause>),
}

/// All statements of the service control policies above an account.
pub(super) struct Law<'a> {
    pub(super) chain: &'a Chain,
    pub(super) clauses: Vec<Clause<'a>>,
    /// Its principals, without those that may do everything.
    pub(super) principals: Vec<Principal>,
    /// The id of the account, or what stands for it.
    pub(super) account: &'a str,
    account_known: bool,
    /// By level: whether AWS's own policy allows everything there.
    full_access: Vec<bool>,
    /// Why there may be statements that are not here.
    pub(super) open: Vec<Cause>,
    /// Whether the principals are too many to be told apart.
    too_many: bool,
    /// What every request has.
    context: Vec<(Box<str>, Box<str>)>,
}

/// Answers that hold for all actions of a class.
pub(super) type Memo = FxHashMap<(Vec<u8>, usize, Box<str>), Reach>;

impl<'a> Law<'a> {
    pub(super) fn new(organization: &'a Organization, chain: &'a Chain, options: &Options) -> Self {
        let mut clauses = Vec::new();
        let mut open = chain.open.clone();
        let levels = chain.levels.iter().enumerate();
        let attached =
            levels.flat_map(|(index, level)| level.policies.iter().map(move |policy| (Some(index), *policy)));
        for (level, index) in attached.chain(chain.maybe.iter().map(|policy| (None, *policy))) {
            let policy = &organization.policies[index];
            open.extend(policy.document.open.iter().cloned());
            for (position, statement) in policy.document.statements.iter().enumerate() {
                let at = StatementRef { policy: index, statement: position };
                clauses.push(Clause::new(at, statement, level));
            }
        }
        // Statements about certain principals come first: where several deny a request, theirs is the reason.
        let named = |clause: &Clause<'_>| {
            let mut conditions = clause.statement.conditions.iter();
            conditions.any(|condition| is_principal_arn(&condition.key) && !condition.operator.test.is_negated())
        };
        clauses.sort_by_key(|clause| !named(clause));
        let id = organization.node(chain.account).account.as_deref();
        let account = id.unwrap_or(ACCOUNT);
        let found = principals(account, clauses.iter().map(|clause| clause.statement), &options.break_glass);
        Self {
            chain,
            clauses,
            too_many: found.is_none(),
            context: options.context.clone(),
            principals: found.unwrap_or_default(),
            account,
            account_known: id.is_some(),
            full_access: chain.levels.iter().map(|level| level.full_access).collect(),
            open,
        }
    }

    /// The level that allows nothing at all, if there is one.
    pub(super) fn level_without_allow(&self) -> Option<NodeId> {
        let allows = |level: usize| {
            let here =
                |clause: &Clause<'_>| clause.level == Some(level) && clause.statement.effect != Some(Effect::Deny);
            self.full_access[level] || self.clauses.iter().any(here)
        };
        (0..self.full_access.len()).find(|level| !allows(*level)).map(|level| self.chain.levels[level].node)
    }

    /// What becomes of requests for an action by a principal in a region, over all resources and other context keys.
    pub(super) fn reach(&self, asked: Asked<'_>, who: usize, region: &str, memo: &mut Memo) -> Reach {
        let members: Vec<Member> = self.clauses.iter().map(|clause| clause.member(asked)).collect();
        let Some(class) = self.class(asked) else { return self.decide(asked, &members, who, region) };
        let key = (class, who, region.into());
        let answer = memo.entry(key).or_insert_with(|| self.decide(asked, &members, who, region));
        match answer {
            Reach::Open(witness) => {
                let mut witness = witness.clone();
                asked.name.clone_into(&mut witness.action);
                witness.resource = self.example(asked, &witness.region);
                Reach::Open(witness)
            }
            other => other.clone(),
        }
    }

    /// What the statements say of an action, where that is all that its answer depends on: none of them names resources.
    pub(super) fn class(&self, asked: Asked<'_>) -> Option<Vec<u8>> {
        let mut class = Vec::with_capacity(self.clauses.len());
        self.put_class(asked, &mut class).then_some(class)
    }

    /// [`Self::class`], into a buffer: it is asked for thousands of actions.
    pub(super) fn put_class(&self, asked: Asked<'_>, class: &mut Vec<u8>) -> bool {
        class.clear();
        self.clauses.iter().all(|clause| {
            let member = clause.member(asked);
            class.push(member as u8);
            member == Member::No || clause.any_resource
        })
    }

    fn decide(&self, asked: Asked<'_>, members: &[Member], who: usize, region: &str) -> Reach {
        let Some(principal) = self.principals.get(who).filter(|_| !self.too_many) else {
            return Reach::Unknown(vec![Cause::Limit]);
        };
        let keys = self.keys(principal, region);
        let relevant: Vec<(&Clause<'a>, Member)> = self
            .clauses
            .iter()
            .zip(members)
            .map(|(clause, member)| (clause, *member))
            .filter(|(_, m)| *m != Member::No)
            .collect();
        let mut open = None;
        let mut denied = None;
        // Of the resources that a request must name each one is to get past.
        for resource in self.resources(asked, &relevant, region) {
            match self.over_resources(asked, &relevant, &resource.texts, &keys) {
                Reach::Denied(by) if resource.required => return Reach::Denied(by),
                Reach::Denied(by) => denied = denied.or(Some(by)),
                Reach::Unknown(causes) => return Reach::Unknown(causes),
                Reach::Open(witness) => open = open.or(Some(witness)),
            }
        }
        match (open, denied) {
            (Some(mut witness), _) => {
                witness.principal.clone_from(&principal.arn);
                region.clone_into(&mut witness.region);
                match self.open.as_slice() {
                    [] => Reach::Open(witness),
                    // A statement that is not in sight may deny it.
                    causes => Reach::Unknown(causes.to_vec()),
                }
            }
            (None, Some(by)) => Reach::Denied(by),
            (None, None) => Reach::Unknown(vec![Cause::Limit]),
        }
    }

    /// One answer over all texts of a resource and all values of free keys.
    fn over_resources(
        &self,
        asked: Asked<'_>,
        relevant: &[(&Clause<'a>, Member)],
        resources: &[String],
        keys: &Keys,
    ) -> Reach {
        let Some(assignments) = assignments(relevant, keys) else { return Reach::Unknown(vec![Cause::Limit]) };
        let (mut denied, mut causes) = (None, Vec::new());
        for resource in resources {
            for assignment in &assignments.all {
                let mut keys = keys.clone();
                for (key, value) in assignment {
                    keys.set(key, value.clone().map_or(Given::Absent, Given::Is));
                }
                match self.point(relevant, resource, &keys) {
                    Point::Denied(by) => denied = denied.or(Some(by)),
                    Point::Open => {
                        let keys = assignment.clone();
                        let (action, resource) = (asked.name.to_owned(), resource.clone());
                        let witness =
                            Witness { action, resource, principal: String::new(), region: String::new(), keys };
                        return Reach::Open(Box::new(witness));
                    }
                    Point::Unknown(more) => causes.extend(more),
                }
            }
        }
        causes.sort();
        causes.dedup();
        match denied {
            Some(by) if causes.is_empty() && assignments.exact => Reach::Denied(by),
            _ if causes.is_empty() => Reach::Unknown(vec![Cause::NotInInput {
                what: "which values the context keys of the conditions have".into(),
            }]),
            _ => Reach::Unknown(causes),
        }
    }

    /// One request, all of whose keys are settled.
    fn point(&self, relevant: &[(&Clause<'a>, Member)], resource: &str, keys: &Keys) -> Point {
        let mut causes: Vec<Cause> = Vec::new();
        let mut allowed = self.full_access.clone();
        let mut maybe_allowed = allowed.clone();
        for (clause, member) in relevant {
            let holds = clause.holds(*member, resource, keys, self.account_known);
            match (clause.statement.effect, holds) {
                (_, Holds::No) => {}
                (Some(Effect::Deny), Holds::Yes) => return Point::Denied(Some(clause.at)),
                (Some(Effect::Allow), holds) => {
                    let Some(level) = clause.level else { continue };
                    maybe_allowed[level] = true;
                    allowed[level] |= holds == Holds::Yes;
                    if holds != Holds::Yes {
                        causes.extend(clause.causes());
                    }
                }
                // A statement that may deny it.
                _ => {
                    causes.extend(clause.causes());
                }
            }
        }
        if maybe_allowed.contains(&false) {
            return Point::Denied(None);
        }
        let undecided = |(clause, member): &(&Clause<'a>, Member)| {
            clause.statement.effect != Some(Effect::Allow)
                && clause.holds(*member, resource, keys, self.account_known) != Holds::No
        };
        match !allowed.contains(&false) && !relevant.iter().any(undecided) {
            true => Point::Open,
            false => Point::Unknown(causes),
        }
    }

    /// The keys that a principal and a region settle.
    fn keys(&self, principal: &Principal, region: &str) -> Keys {
        let mut keys = Keys::default();
        let mut is = |key: &str, value: &str| keys.set(key, Given::Is(value.to_owned()));
        is("aws:PrincipalArn", &principal.arn);
        is("aws:PrincipalIsAWSService", "false");
        match self.account_known {
            true => is("aws:PrincipalAccount", self.account),
            false => keys.set("aws:PrincipalAccount", Given::Hidden("the id of the account")),
        }
        let kind = match principal.root {
            true => "Account",
            false if principal.arn.contains(":user/") => "User",
            false => "AssumedRole",
        };
        keys.set("aws:PrincipalType", Given::Is(kind.to_owned()));
        keys.set("aws:RequestedRegion", Given::Is(region.to_owned()));
        // Where no condition asks for it by a text of its own, any text does.
        let asked = |clause: &Clause<'_>| {
            clause.statement.conditions.iter().any(|condition| condition.key.eq_ignore_ascii_case("aws:PrincipalOrgID"))
        };
        let organization = match self.clauses.iter().any(asked) {
            true => Given::Hidden("the id of the organisation"),
            false => Given::Is("o-exampleorgid".to_owned()),
        };
        keys.set("aws:PrincipalOrgID", organization);
        keys.set("aws:PrincipalOrgPaths", Given::Hidden("the id of the organisation"));
        // A session of `sts:AssumeRoot` is asked about by itself.
        keys.set("aws:AssumedRoot", Given::Absent);
        keys.set("aws:PrincipalServiceName", Given::Absent);
        keys.set("aws:PrincipalServiceNamesList", Given::Absent);
        for (key, value) in &self.context {
            keys.set(key, Given::Is(value.to_string()));
        }
        keys
    }

    /// The regions in groups that no condition tells apart, each by its first one.
    pub(super) fn region_groups(&self, regions: &[&'static str]) -> Vec<(&'static str, Vec<&'static str>)> {
        let texts: Vec<&str> = self
            .clauses
            .iter()
            .flat_map(|clause| &clause.statement.conditions)
            .filter(|condition| is_region_key(&condition.key))
            .flat_map(|condition| condition.values.iter().map(|text| &*text.text))
            .collect();
        // A resource tells regions apart by the fourth part of its ARN, or by a name of one in a text that is no whole ARN.
        let limited = self.clauses.iter().filter(|clause| !clause.any_resource);
        let resources: Vec<&str> = limited
            .filter_map(|clause| clause.statement.resources.as_ref())
            .flat_map(|resources| resources.texts.iter().map(|text| &*text.text))
            .collect();
        let names = |text: &str, region: &str| match text.split(':').collect::<Vec<_>>().as_slice() {
            [_, _, _, part, _, _, ..] => matches(part, region),
            _ => text.contains(region),
        };
        let mut groups: Vec<(Vec<bool>, &'static str, Vec<&'static str>)> = Vec::new();
        for region in regions {
            let by_key = texts.iter().map(|text| covers(&text.to_lowercase(), region) != Match::No);
            let told: Vec<bool> = by_key.chain(resources.iter().map(|text| names(text, region))).collect();
            match groups.iter_mut().find(|(other, ..)| *other == told) {
                Some((_, _, all)) => all.push(region),
                None => groups.push((told, region, vec![region])),
            }
        }
        groups.into_iter().map(|(_, first, all)| (first, all)).collect()
    }
}

/// What becomes of one request.
enum Point {
    Denied(Option<StatementRef>),
    Open,
    Unknown(Vec<Cause>),
}
