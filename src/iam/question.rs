//! Questions about one policy, answered for all requests.

use super::Evidence;
use super::at_once::{denies_all, may_be_about};
use super::document::{ACCOUNT, Effect, Policy, PrincipalKind, Statement};
use super::fixed::{Fixed, allow_all};
use super::prove::{Constraint, Proof, Prover, Question, Space, Who};
use super::stranger::causes;
use crate::value::Cause;

/// Requests: patterns, any of which may fit.
#[derive(Debug, Clone, Default)]
pub struct Requests<'a> {
    /// Who asks: `*` for anyone, else the ARN of a principal.
    pub principal: &'a str,
    /// Patterns of actions.
    pub actions: Vec<String>,
    /// Patterns of resources; every resource when there are none.
    pub resources: Vec<String>,
    /// Context keys (any case) with their values.
    pub context: Vec<(String, String)>,
}

impl Requests<'_> {
    fn space(&self) -> Space {
        let keys = self.context.iter().map(|(key, value)| (key.clone(), Constraint::In(vec![value.clone()])));
        Space {
            actions: self.actions.clone(),
            resources: self.resources.clone(),
            who: if self.principal == "*" { Who::Anyone } else { Who::Arns(vec![self.principal.to_owned()]) },
            keys: keys.collect(),
            ..Space::default()
        }
    }
}

/// Whether a statement allows every request: all actions on all resources, whatever the conditions.
#[must_use]
pub fn grants_administrator(policy: &Policy) -> Evidence {
    Evidence::of(policy, |statement| {
        if statement.effect == Some(Effect::Deny) {
            return Some(false);
        }
        // Most statements name an action; only those that could mean all of them are worth a proof.
        if !statement.actions.negated
            && !statement.actions.texts.iter().any(|text| text.widened().starts_with(['*', '?']))
        {
            return if statement.actions.open.is_empty() { Some(false) } else { None };
        }
        let all = allow_all(policy);
        let alone = Policy { statements: vec![statement.clone()], open: Vec::new(), ..policy.clone() };
        let question = Question { groups: vec![vec![&all]], except: vec![&alone], ..Question::default() };
        match Prover::default().ask(&question) {
            Proof::No => Some(true),
            Proof::Yes(_) => Some(false),
            Proof::Unknown(_) => None,
        }
    })
}

/// Whether a statement allows all actions of a service on every resource without a condition.
#[must_use]
pub fn grants_service_wildcard(policy: &Policy) -> Evidence {
    Evidence::of(policy, |statement| {
        let service = |action: &str| {
            action.strip_suffix(":*").is_some_and(|name| !name.is_empty() && !name.contains(['*', '?', ':']))
        };
        let actions = &statement.actions;
        let actions = if actions.negated { Some(false) } else { some(actions, service) };
        let resources = match &statement.resources {
            Some(resources) if !resources.negated => some(resources, |resource| resource == "*"),
            _ => Some(false),
        };
        let unconditional = match (statement.conditions.is_empty(), statement.conditions_open.is_empty()) {
            (false, _) => Some(false),
            (true, true) => Some(true),
            (true, false) => None,
        };
        let allows = statement.effect.map(|effect| effect == Effect::Allow);
        let parts = [allows, actions, resources, unconditional];
        if parts.contains(&Some(false)) { Some(false) } else { parts.iter().all(Option::is_some).then_some(true) }
    })
}

/// Whether one of the texts passes; `None` when that depends on unknown parts.
fn some(element: &super::document::Element, test: impl Fn(&str) -> bool) -> Option<bool> {
    if element.texts.iter().any(|text| test(&text.text)) {
        return Some(true);
    }
    let could = element.texts.iter().any(|text| super::pattern::could_be(&text.text, &test));
    if could || !element.open.is_empty() { None } else { Some(false) }
}

/// Whether every such request is denied by explicit statements, one or several together.
#[must_use]
pub fn denies(policy: &Policy, requests: &Requests<'_>) -> Evidence {
    let denying = |effect: Option<Effect>| effect != Some(Effect::Allow);
    let statements = policy.statements.iter().enumerate().filter(|(_, statement)| denying(statement.effect));
    let proof = if denies_all(policy, requests) { Proof::No } else { one_not_denied(policy, requests) };
    match proof {
        Proof::No => Evidence::Yes(statements.map(|(index, _)| index).collect()),
        Proof::Yes(_) => Evidence::No,
        Proof::Unknown(reasons) => Evidence::Unknown(causes(reasons, policy.statements.iter().map(why))),
    }
}

/// Whether such a request is not denied.
pub(super) fn one_not_denied(policy: &Policy, requests: &Requests<'_>) -> Proof {
    let all = allow_all(policy);
    let (groups, denies, space) = (vec![vec![&all]], vec![policy], requests.space());
    Prover::default().ask(&Question { groups, denies, space, ..Question::default() })
}

/// Whether some such request is allowed and not denied, by which statements.
#[must_use]
pub fn allows(policy: &Policy, requests: &Requests<'_>) -> Evidence {
    let actions = requests.actions.iter().map(String::as_str);
    let about = |statement: &Statement| {
        statement.effect != Some(Effect::Deny)
            && (requests.actions.is_empty() || may_be_about(&statement.actions, actions.clone()))
    };
    if policy.open.is_empty() && !policy.statements.iter().any(about) {
        return Evidence::No;
    }
    let question = Question { groups: vec![vec![policy]], space: requests.space(), ..Question::default() };
    match Prover::default().ask(&question) {
        Proof::No => Evidence::No,
        Proof::Yes(witness) => Evidence::Yes(indexes(policy, witness.by.iter().flatten().map(|(_, at)| *at))),
        Proof::Unknown(reasons) => Evidence::Unknown(causes(reasons, policy.statements.iter().map(why))),
    }
}

/// Whether one principal that the policy names may do one thing and another one, in requests with these context keys, by which
/// statements the first. What a statement leaves to the identity policies of an account it allows to nobody by itself.
#[must_use]
pub fn same_principal_may(policy: &Policy, one: &[&str], other: &[&str], context: &[(String, String)]) -> Evidence {
    let owned = |actions: &[&str]| actions.iter().map(|action| (*action).to_owned()).collect();
    let named = &without_delegation(policy);
    let (mut yes, mut unknown) = (Vec::new(), Vec::new());
    for principal in Fixed::of(policy).principals {
        let ask = |actions: &[&str]| {
            let context = context.to_vec();
            allows(named, &Requests { principal: &principal, actions: owned(actions), context, ..Requests::default() })
        };
        match (ask(one), ask(other)) {
            (Evidence::No, _) | (_, Evidence::No) => {}
            (Evidence::Yes(statements), Evidence::Yes(_)) => yes.extend(statements),
            (Evidence::Unknown(causes), _) | (_, Evidence::Unknown(causes)) => unknown.extend(causes),
        }
    }
    let open = |statement: &Statement| {
        let principals = statement.principals.as_ref();
        let open =
            principals.is_some_and(|found| !found.open.is_empty() || found.list.iter().any(|one| !one.text.is_known()));
        if open { statement.why_unknown() } else { Vec::new() }
    };
    unknown.extend(policy.open.iter().cloned().chain(policy.statements.iter().flat_map(open)));
    yes.sort_unstable();
    yes.dedup();
    match (yes.is_empty(), unknown.is_empty()) {
        (false, _) => Evidence::Yes(yes),
        (true, true) => Evidence::No,
        (true, false) => Evidence::Unknown(unknown),
    }
}

/// The policy without Allows for a whole account.
fn without_delegation(policy: &Policy) -> Policy {
    let mut policy = policy.clone();
    let digits = |text: &str| text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_account = |text: &str| text.ends_with(":root") || text == ACCOUNT || digits(text);
    for statement in policy.statements.iter_mut().filter(|statement| statement.effect != Some(Effect::Deny)) {
        if let Some(principals) = statement.principals.as_mut().filter(|principals| !principals.negated) {
            principals.list.retain(|one| one.kind != PrincipalKind::Aws || !is_account(&one.text.text));
        }
    }
    policy
}

/// Whether a statement allows something to everyone but some.
#[must_use]
pub fn allows_all_but(policy: &Policy) -> Evidence {
    Evidence::of(policy, |statement| match (&statement.principals, statement.effect) {
        (Some(principals), effect) if principals.negated => effect.map(|effect| effect == Effect::Allow),
        _ => Some(false),
    })
}

fn why(statement: &Statement) -> &[Cause] {
    &statement.causes
}

/// Positions in the document as positions in the list.
fn indexes(policy: &Policy, at: impl Iterator<Item = usize>) -> Vec<usize> {
    let at: Vec<usize> = at.collect();
    let statements = policy.statements.iter().enumerate();
    statements.filter(|(_, statement)| at.contains(&statement.index)).map(|(index, _)| index).collect()
}
