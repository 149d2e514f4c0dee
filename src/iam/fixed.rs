//! What a policy fixes about who asks: the accounts, organisations, networks and sources that it names without wildcards.
//!
//! A stranger is someone who has none of these. Identifiers that AWS hands out cannot be chosen by who asks, so a policy that
//! demands one of them keeps strangers out; what anyone may set by himself, such as a tag, a role's name or a user agent, does
//! not. A value with a wildcard fixes nothing: some stranger fits it.
//!
//! Source: "AWS global condition context keys" in the IAM User Guide.

use super::document::{Condition, Effect, Element, Operator, Policy, Principal, PrincipalKind, Principals};
use super::document::{Quantifier, Statement, Test, Text, Version};
use super::s3_public::is_broad;
use crate::value::Place;
use std::collections::BTreeSet;

/// Keys whose values AWS hands out or that are agreed secrets, compared as they are.
const PLAIN: [&str; 17] = [
    "aws:ec2instancesourcevpc",
    "aws:principalorgid",
    "aws:sourceaccount",
    "aws:sourceorgid",
    "aws:sourceowner",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:vpceaccount",
    "aws:vpceorgid",
    "kms:calleraccount",
    "lambda:eventsourcetoken",
    "s3:dataaccesspointaccount",
    "s3express:dataaccesspointaccount",
    "sts:externalid",
    "cognito-identity.amazonaws.com:aud",
    "graph.facebook.com:app_id",
    "www.amazon.com:app_id",
];
/// Keys whose values are ARNs with the account of who or what asks.
const ARNS: [&str; 8] = [
    "aws:federatedprovider",
    "aws:sourcearn",
    "aws:sourcevpcarn",
    "ec2:sourceinstancearn",
    "elasticfilesystem:accesspointarn",
    "lambda:sourcefunctionarn",
    "s3:dataaccesspointarn",
    "vpc-lattice:sourcevpcownerarn",
];
/// Keys whose values are paths that begin with an organisation.
const PATHS: [&str; 3] = ["aws:principalorgpaths", "aws:sourceorgpaths", "aws:vpceorgpaths"];
/// Providers of tokens for programs of many customers: everyone chooses the audience.
const SHARED: [&str; 6] = [
    "agent.buildkite.com",
    "app.terraform.io",
    "gitlab.com",
    "oidc.codefresh.io",
    "scalr.io",
    "token.actions.githubusercontent.com",
];

/// Everything that a policy fixes.
#[derive(Debug, Default)]
pub(super) struct Fixed {
    /// Accounts of principals: ids, or tokens that stand for one.
    pub(super) accounts: BTreeSet<String>,
    /// ARNs of single principals.
    pub(super) principals: BTreeSet<String>,
    /// Services that are principals.
    pub(super) services: BTreeSet<String>,
    /// Conditions, each of which is true of someone who is no stranger.
    pub(super) conditions: Vec<Condition>,
    /// Keys that are compared as sets somewhere.
    several: BTreeSet<String>,
    /// Keys that are used anywhere, in conditions or as variables, in lower case.
    pub(super) keys: BTreeSet<String>,
}

/// The account of an `AWS` principal, where the text fixes it.
pub(super) fn account_of(text: &str) -> Option<&str> {
    let account = match text.splitn(6, ':').collect::<Vec<_>>().as_slice() {
        [_, _, _, _, account, _] => *account,
        [account] => account,
        _ => return None,
    };
    Some(account).filter(|account| is_fixed(account))
}

/// Whether the text has neither wildcards, variables nor unknown parts.
pub(super) fn is_fixed(text: &str) -> bool {
    !text.is_empty() && !text.contains(['*', '?']) && !text.contains("${")
}

impl Fixed {
    pub(super) fn of(policy: &Policy) -> Self {
        let mut fixed = Self::default();
        for statement in &policy.statements {
            for principal in statement.principals.iter().flat_map(|principals| &principals.list) {
                fixed.principal(principal);
            }
            let sets = statement.conditions.iter().filter(|condition| condition.operator.quantifier.is_some());
            fixed.several.extend(sets.map(|condition| condition.key.to_ascii_lowercase()));
        }
        for condition in policy.statements.iter().flat_map(|statement| &statement.conditions) {
            fixed.condition(condition);
        }
        fixed
    }

    fn principal(&mut self, principal: &Principal) {
        let text = &principal.text;
        match principal.kind {
            PrincipalKind::Aws if text.is_known() => self.arn_of_principal(&text.text),
            PrincipalKind::Service if is_fixed(&text.text) => {
                self.services.insert(text.text.to_string());
            }
            _ => {}
        }
    }

    fn arn_of_principal(&mut self, text: &str) {
        self.accounts.extend(account_of(text).map(str::to_owned));
        if is_fixed(text) && text.splitn(6, ':').nth(5).is_some_and(|rest| rest != "root") {
            self.principals.insert(text.to_owned());
        }
    }

    fn condition(&mut self, condition: &Condition) {
        let key = condition.key.to_ascii_lowercase();
        let mut used = |text: &str| {
            for part in text.split("${").skip(1) {
                let name = part.split(['}', ',']).next().unwrap_or_default();
                self.keys.insert(name.trim().to_ascii_lowercase());
            }
        };
        condition.values.iter().for_each(|value| used(&value.text));
        self.keys.insert(key.clone());
        for value in condition.values.iter().filter(|value| value.is_known()) {
            self.value(&key, &condition.key, value);
        }
    }

    fn value(&mut self, key: &str, written: &str, value: &Text) {
        let text = &*value.text;
        match key {
            "aws:principalaccount" if is_fixed(text) => {
                self.accounts.insert(text.to_owned());
            }
            "aws:principalservicename" => {
                self.services.insert(text.to_owned());
            }
            "aws:principalarn" => self.arn_of_principal(text),
            "aws:sourceip" => {
                if !is_broad(text) {
                    self.add(written, Test::IpAddress, value, text);
                }
            }
            // The id of a role goes before the name of a session, which anyone may choose.
            "aws:userid" => {
                let id = text.split(':').next().unwrap_or_default();
                if is_fixed(id) {
                    self.add(written, Test::StringLike, value, id);
                    self.add(written, Test::StringLike, value, &format!("{id}:*"));
                }
            }
            // Only clients in the VPC of the file system come through its mount targets.
            "elasticfilesystem:accessedviamounttarget" => self.add(written, Test::Bool, value, "true"),
            key if PATHS.contains(&key) => {
                let organisation = text.split('/').next().unwrap_or_default();
                if is_fixed(organisation) {
                    self.add(written, Test::StringLike, value, &format!("{organisation}/*"));
                }
            }
            key if ARNS.contains(&key) => match text.splitn(6, ':').collect::<Vec<_>>().as_slice() {
                [_, _, _, _, account, _] if is_fixed(account) => {
                    self.add(written, Test::ArnLike, value, &format!("arn:*:*:*:{account}:*"));
                }
                _ if is_fixed(text) => self.add(written, Test::StringEquals, value, text),
                _ => {}
            },
            key if PLAIN.contains(&key) => {
                if is_fixed(text) {
                    self.add(written, Test::StringEqualsIgnoreCase, value, text);
                }
            }
            key => self.claim(key, written, value),
        }
    }

    /// A claim of a token, `issuer:claim`; what programs of one customer have in common is the beginning of the subject.
    fn claim(&mut self, key: &str, written: &str, value: &Text) {
        let Some((issuer, claim)) = key.rsplit_once(':') else { return };
        let shared = SHARED.contains(&issuer);
        // Whether a user of an identity pool is signed in says nothing about whose pool it is.
        let anyones = claim == "amr" || claim == "aud" && (shared || issuer.starts_with("oidc.eks."));
        if anyones || !(issuer.contains('.') || issuer == "saml") {
            return;
        }
        let text = &*value.text;
        let start = text.split(['*', '?']).next().unwrap_or_default();
        // `repo:octo-org/` names a tenant, `repo:octo` does not.
        let tenant = start.split_once(':').and_then(|(kind, rest)| {
            let end = rest.find(['/', ':'])?;
            start.get(..kind.len() + 1 + end + 1)
        });
        match tenant {
            Some(tenant) if claim == "sub" && is_fixed(tenant) => {
                self.add(written, Test::StringLike, value, &format!("{tenant}*"));
            }
            _ if is_fixed(text) => self.add(written, Test::StringEqualsIgnoreCase, value, text),
            _ if claim == "sub" && !shared && is_fixed(start) => {
                self.add(written, Test::StringLike, value, &format!("{start}*"));
            }
            _ => {}
        }
    }

    fn add(&mut self, key: &str, test: Test, like: &Text, value: &str) {
        let several = PATHS.contains(&&*key.to_ascii_lowercase()) || self.several.contains(&key.to_ascii_lowercase());
        let operator = Operator { quantifier: several.then_some(Quantifier::Any), test, if_exists: false };
        let values = vec![Text { text: value.into(), place: like.place }];
        let condition = Condition { operator, key: key.into(), values, open: Vec::new(), place: like.place };
        if !self.conditions.iter().any(|known| {
            known.key == condition.key
                && known.operator == condition.operator
                && known.values[0].text == condition.values[0].text
        }) {
            self.conditions.push(condition);
        }
    }

    /// A policy that allows just the requests of those who are no strangers.
    pub(super) fn acquaintances(&self, place: Place, more: impl IntoIterator<Item = Condition>) -> Policy {
        let conditions = self.conditions.iter().cloned().chain(more);
        Policy {
            place,
            version: Version::V2008,
            statements: conditions.enumerate().map(|(index, condition)| allow(place, index, Some(condition))).collect(),
            open: Vec::new(),
            problems: Vec::new(),
        }
    }
}

/// A policy that allows everything to everyone that a policy can speak of: one without principals speaks of those it is
/// attached to.
pub(super) fn allow_all(policy: &Policy) -> Policy {
    let place = policy.place;
    let mut all = allow(place, 0, None);
    if policy.statements.iter().all(|statement| statement.principals.is_none()) {
        all.principals = None;
    }
    let statements = vec![all];
    Policy { place, version: Version::V2008, statements, open: Vec::new(), problems: Vec::new() }
}

/// A statement that allows everything to everyone, under a condition.
fn allow(place: Place, index: usize, condition: Option<Condition>) -> Statement {
    let all = || Text { text: "*".into(), place };
    let element = || Element { negated: false, texts: vec![all()], open: Vec::new(), place };
    Statement {
        place,
        index,
        sid: None,
        effect: Some(Effect::Allow),
        principals: Some(Principals {
            negated: false,
            list: vec![Principal { kind: PrincipalKind::Anyone, text: all() }],
            open: Vec::new(),
            place,
        }),
        actions: element(),
        resources: Some(element()),
        conditions: condition.into_iter().collect(),
        conditions_open: Vec::new(),
        causes: Vec::new(),
    }
}
