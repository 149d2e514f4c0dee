//! The statements that hold for an account, and whether a request gets past them.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use super::condition::{Given, Holds, Keys, holds, substituted};
use super::principal::{ACCOUNT, Principal, is_principal_arn, principals};
use super::representative::representatives;
use super::{Chain, NodeId, Options, Organization};
use crate::iam::catalogue::{ActionRef, ActionSet, Scope, catalogue};
use crate::iam::document::{Condition, Effect, Element, Statement, Test};
use crate::iam::{covers, matches, named_actions};
use crate::value::Cause;

/// Combinations of free keys and resources that are tried for one request.
const COMBINATIONS: usize = 4_096;

/// More classes than these are of no use.
const CLASSES: usize = 256;

/// A statement of an organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StatementRef {
    /// Index into [`Organization::policies`].
    pub policy: usize,
    /// Index into the statements of its document.
    pub statement: usize,
}

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

/// An action that is asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'a> {
    /// Its name.
    pub(super) name: &'a str,
    /// What is known about it; none for one that does not exist yet.
    pub(super) known: Option<ActionRef>,
}

/// Stands for an action that AWS adds later.
pub(super) const LATER: Asked<'static> = Asked { name: "service-added-later:NewAction", known: None };

/// A statement with the actions that it is about.
pub(super) struct Clause<'a> {
    pub(super) at: StatementRef,
    pub(super) statement: &'a Statement,
    /// The level at which it is attached; none: perhaps at one.
    level: Option<usize>,
    /// The actions that it is about for certain, and those that it may be about.
    narrow: ActionSet,
    wide: ActionSet,
    /// Whether it is about every resource.
    any_resource: bool,
}

/// How an action stands to a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Member {
    No,
    Maybe,
    Yes,
}

/// All statements of the service control policies above an account.
pub(super) struct Law<'a> {
    pub(super) chain: &'a Chain,
    pub(super) clauses: Vec<Clause<'a>>,
    /// Its principals, without those that may do everything.
    pub(super) principals: Vec<Principal>,
    /// The id of the account, or what stands for it.
    account: &'a str,
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
                let (narrow, wide) = named_actions(&statement.actions);
                let at = StatementRef { policy: index, statement: position };
                let any_resource = is_any(statement.resources.as_ref());
                clauses.push(Clause { at, statement, level, narrow, wide, any_resource });
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
    fn class(&self, asked: Asked<'_>) -> Option<Vec<u8>> {
        let one = |clause: &Clause<'_>| match clause.member(asked) {
            Member::No => Some(Member::No as u8),
            member => clause.any_resource.then_some(member as u8),
        };
        self.clauses.iter().map(one).collect()
    }

    /// Known actions in classes of which each has one answer in a region: no statement tells them apart, and none that is about
    /// them names resources. Actions without a class are left out.
    pub(super) fn classes(&self, actions: &ActionSet) -> Vec<ActionSet> {
        let mut rest = actions.clone();
        let (any, named): (Vec<_>, Vec<_>) = self.clauses.iter().partition(|clause| clause.any_resource);
        named.iter().for_each(|clause| rest.subtract(&clause.wide));
        let mut classes = vec![rest];
        for set in any.iter().flat_map(|clause| [&clause.narrow, &clause.wide]) {
            if classes.len() > CLASSES {
                return Vec::new();
            }
            let split = |class: ActionSet| {
                let (mut inside, mut outside) = (class.clone(), class);
                inside.intersect_with(set);
                outside.subtract(set);
                [inside, outside].into_iter().filter(|part| !part.is_empty())
            };
            classes = classes.into_iter().flat_map(split).collect();
        }
        classes
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

    /// The resources that a request for the action names, each with one text for each way in which statements tell it apart.
    fn resources(&self, asked: Asked<'_>, relevant: &[(&Clause<'a>, Member)], region: &str) -> Vec<Named> {
        let uses = asked.known.map_or(&[][..], |known| known.action.resource_types);
        let mut limited = relevant.iter().filter(|(clause, _)| !clause.any_resource).peekable();
        if limited.peek().is_none() || uses.is_empty() {
            let text = if limited.peek().is_none() { self.example(asked, region) } else { "*".to_owned() };
            return vec![Named { required: false, texts: vec![text] }];
        }
        let patterns: Vec<&str> = limited
            .filter_map(|(clause, _)| clause.statement.resources.as_ref())
            .flat_map(|resources| resources.texts.iter().map(|text| &*text.text))
            .collect();
        let required = uses.iter().any(|used| used.required);
        let uses = uses.iter().filter(|used| used.required || !required);
        uses.map(|used| {
            let (start, whole) = self.filled(used.resource.arn, region);
            let mut all = patterns.clone();
            all.push(&whole);
            let texts = match start == whole {
                true => vec![whole.clone()],
                false => representatives(&start, &all).unwrap_or_default(),
            };
            let texts = texts.into_iter().filter(|text| matches(&whole, text)).collect();
            Named { required, texts }
        })
        .collect()
    }

    /// The ARN of a resource type up to its first name that is not known, and the whole with `*` for every such name.
    fn filled(&self, template: &str, region: &str) -> (String, String) {
        let (mut start, mut whole, mut rest) = (None, String::new(), template);
        while let Some((head, tail)) = rest.split_once("${") {
            whole.push_str(head);
            let Some((name, tail)) = tail.split_once('}') else { break };
            match name {
                "Partition" => whole.push_str("aws"),
                "Region" => whole.push_str(region),
                "Account" => whole.push_str(self.account),
                _ => {
                    start = start.or_else(|| Some(whole.clone()));
                    whole.push('*');
                }
            }
            rest = tail;
        }
        whole.push_str(rest);
        (start.unwrap_or_else(|| whole.clone()), whole)
    }

    /// A resource for people: an ARN with a made-up name, or `*`.
    fn example(&self, asked: Asked<'_>, region: &str) -> String {
        let uses = asked.known.map_or(&[][..], |known| known.action.resource_types);
        match uses.iter().find(|used| used.required).or(uses.first()) {
            Some(used) => self.filled(used.resource.arn, region).1.replace('*', "example"),
            None => "*".to_owned(),
        }
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
            let by_key = texts.iter().map(|text| covers(&text.to_lowercase(), region) != crate::iam::Match::No);
            let told: Vec<bool> = by_key.chain(resources.iter().map(|text| names(text, region))).collect();
            match groups.iter_mut().find(|(other, ..)| *other == told) {
                Some((_, _, all)) => all.push(region),
                None => groups.push((told, region, vec![region])),
            }
        }
        groups.into_iter().map(|(_, first, all)| (first, all)).collect()
    }
}

/// Whether a condition key is the region that is asked.
pub(super) fn is_region_key(key: &str) -> bool {
    key.eq_ignore_ascii_case("aws:RequestedRegion")
}

/// A resource of a request with the texts that stand for it.
struct Named {
    required: bool,
    texts: Vec<String>,
}

/// What becomes of one request.
enum Point {
    Denied(Option<StatementRef>),
    Open,
    Unknown(Vec<Cause>),
}

impl Clause<'_> {
    fn member(&self, asked: Asked<'_>) -> Member {
        match asked.known.map(|known| known.id) {
            Some(id) if self.narrow.contains(id) => Member::Yes,
            Some(id) if self.wide.contains(id) => Member::Maybe,
            Some(_) => Member::No,
            None => {
                let actions = &self.statement.actions;
                let name = asked.name.to_ascii_lowercase();
                let named = |text: &str| covers(&text.to_ascii_lowercase(), &name);
                let mut found = Member::No;
                for text in &actions.texts {
                    match named(&text.text) {
                        crate::iam::Match::Yes => found = Member::Yes,
                        crate::iam::Match::Unknown if found == Member::No => found = Member::Maybe,
                        _ => {}
                    }
                }
                if found == Member::No && !actions.open.is_empty() {
                    found = Member::Maybe;
                }
                match (actions.negated, found) {
                    (true, Member::Yes) => Member::No,
                    (true, Member::No) => Member::Yes,
                    (_, found) => found,
                }
            }
        }
    }

    /// Whether the statement is certainly about this action.
    pub(super) fn is_about(&self, asked: Asked<'_>) -> bool {
        self.member(asked) == Member::Yes
    }

    fn holds(&self, member: Member, resource: &str, keys: &Keys, account_known: bool) -> Holds {
        let mut found = match (member, self.level, self.statement.effect) {
            (Member::No, ..) => return Holds::No,
            (Member::Yes, Some(_), Some(_)) => Holds::Yes,
            _ => Holds::Unknown,
        };
        found = found.and(self.resource(resource));
        for condition in &self.statement.conditions {
            let mut one = holds(condition, keys);
            if !account_known && names_account(condition) && one != Holds::Free {
                one = Holds::Unknown;
            }
            found = found.and(one);
        }
        if !self.statement.conditions_open.is_empty() {
            found = found.and(Holds::Unknown);
        }
        found
    }

    fn resource(&self, resource: &str) -> Holds {
        let Some(element) = self.statement.resources.as_ref().filter(|_| !self.any_resource) else { return Holds::Yes };
        let mut found = if element.open.is_empty() { Holds::No } else { Holds::Unknown };
        for text in &element.texts {
            match covers(&text.text, resource) {
                crate::iam::Match::Yes => {
                    found = Holds::Yes;
                    break;
                }
                crate::iam::Match::Unknown => found = Holds::Unknown,
                crate::iam::Match::No => {}
            }
        }
        match (element.negated, found) {
            (true, Holds::Yes) => Holds::No,
            (true, Holds::No) => Holds::Yes,
            (_, found) => found,
        }
    }

    /// Why nobody can tell whether it matches.
    fn causes(&self) -> Vec<Cause> {
        match self.statement.causes.as_slice() {
            [] => vec![Cause::NotInInput {
                what: "everything that a condition of a service control policy asks for".into(),
            }],
            causes => causes.to_vec(),
        }
    }
}

/// Whether a condition on the principal names an account.
fn names_account(condition: &Condition) -> bool {
    let has =
        |text: &str| text.split(|c: char| !c.is_ascii_digit()).any(|digits| digits.len() == 12 && digits != ACCOUNT);
    is_principal_arn(&condition.key) && condition.values.iter().any(|value| has(&value.text))
}

fn is_any(element: Option<&Element>) -> bool {
    element.is_none_or(|element| !element.negated && element.texts.iter().any(|text| &*text.text == "*"))
}

/// Values for the keys that are free.
struct Assignments {
    all: Vec<Vec<(String, Option<String>)>>,
    /// Whether every other assignment is like one of these.
    exact: bool,
}

/// All ways in which the conditions of the statements tell the values of free keys apart; `None` when there are too many.
fn assignments(relevant: &[(&Clause<'_>, Member)], keys: &Keys) -> Option<Assignments> {
    let mut free: Vec<(String, Vec<&Condition>)> = Vec::new();
    for condition in relevant.iter().flat_map(|(clause, _)| &clause.statement.conditions) {
        if keys.get(&condition.key).is_some() {
            continue;
        }
        match free.iter_mut().find(|(key, _)| key.eq_ignore_ascii_case(&condition.key)) {
            Some((_, conditions)) => conditions.push(condition),
            None => free.push((condition.key.to_string(), vec![condition])),
        }
    }
    let mut found = Assignments { all: vec![Vec::new()], exact: true };
    for (key, conditions) in free {
        let (values, exact) = values_of(&conditions, keys)?;
        found.exact &= exact;
        if found.all.len() * values.len() > COMBINATIONS {
            return None;
        }
        found.all = values
            .iter()
            .flat_map(|value| {
                let key = &key;
                found.all.iter().map(move |so_far| {
                    let mut next = so_far.clone();
                    next.push((key.clone(), value.clone()));
                    next
                })
            })
            .collect();
    }
    Some(found)
}

/// The values of a key that its conditions tell apart, missing first, and whether all others are like one of them.
fn values_of(conditions: &[&Condition], keys: &Keys) -> Option<(Vec<Option<String>>, bool)> {
    let mut exact = conditions.iter().all(|condition| condition.operator.quantifier.is_none());
    let (mut patterns, mut values): (Vec<String>, Vec<Option<String>>) = (Vec::new(), vec![None]);
    let mut truths = false;
    for condition in conditions {
        match condition.operator.test {
            Test::Null => {}
            Test::Bool => truths = true,
            test if test.name().starts_with("String") || test.name().starts_with("Arn") => {
                let known = condition.values.iter().filter(|value| value.is_known());
                patterns.extend(known.filter_map(|value| substituted(&value.text, keys)));
            }
            // Numbers, dates, addresses: only that the key is missing is tried.
            _ => exact = false,
        }
    }
    if truths {
        values.extend([Some("true".to_owned()), Some("false".to_owned())]);
    }
    patterns.sort_unstable();
    patterns.dedup();
    let patterns: Vec<&str> = patterns.iter().map(String::as_str).collect();
    if !truths || !patterns.is_empty() {
        values.extend(representatives("", &patterns)?.into_iter().map(Some));
    }
    Some((values, exact))
}

/// Every action that can be asked for today: those of regional endpoints, and of each single region those that have no other.
pub(super) struct Today {
    pub(super) regional: ActionSet,
    pub(super) global: BTreeMap<&'static str, ActionSet>,
}

/// See [`Today`].
pub(super) fn today() -> &'static Today {
    static TODAY: LazyLock<Today> = LazyLock::new(|| {
        let none = || ActionSet::new(catalogue());
        let mut today = Today { regional: none(), global: BTreeMap::new() };
        for action in catalogue().actions().filter(|action| !action.action.retired) {
            match action.action.scope {
                Scope::Global(region) => today.global.entry(region).or_insert_with(none).insert(action.id),
                _ => today.regional.insert(action.id),
            }
        }
        today
    });
    &TODAY
}

/// An action by its name.
pub(super) fn action(name: &str) -> Asked<'_> {
    Asked { name, known: catalogue().action(name) }
}

impl Clause<'_> {
    /// Whether the conditions on the region hold in this one.
    pub(super) fn denies_region(&self, region: &str) -> bool {
        let conditions = self.statement.conditions.iter().filter(|condition| is_region_key(&condition.key));
        denies_region(&conditions.collect::<Vec<_>>(), region)
    }
}

/// Whether all conditions on the region hold in this one.
pub(super) fn denies_region(conditions: &[&Condition], region: &str) -> bool {
    let mut keys = Keys::default();
    keys.set("aws:RequestedRegion", Given::Is(region.to_owned()));
    conditions.iter().all(|condition| holds(condition, &keys) == Holds::Yes)
}
