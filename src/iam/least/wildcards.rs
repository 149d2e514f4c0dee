//! The questions: which wildcards open too much.

use crate::iam::Match;
use crate::iam::catalogue::{AccessLevel, ActionRef, ActionSet, catalogue};
use crate::iam::document::{Statement, Text};

use super::allows::{Acts, Allows, whole};
use super::answer::{Answer, Finding, whole as whole_element};
use super::reach::{Formats, touches, wildcard_of};
use super::risk::{Risk, manages, narrowing, wide_by_nature};
use super::services::may_be_service;

/// A pattern of this many changing actions is no verb any more, but a service's whole surface.
const MANY: usize = 20;

/// Statements that allow (nearly) every action on every resource. A condition takes a statement out, unless every ordinary
/// request meets it, in some region or over TLS; so do denials of the same policy that leave less than half of the actions.
#[must_use]
pub fn administrator(allows: &Allows) -> Answer {
    let mut answer = allows.answer();
    let mut denied = None;
    for acts in &allows.allows {
        let statement = acts.statement();
        let Some(resources) = statement.resources.as_ref().filter(|_| acts.maybe.len() == catalogue().action_count())
        else {
            continue;
        };
        let (denied, maybe_denied) = denied.get_or_insert_with(|| allows.denied_everywhere());
        let most = |denied: &ActionSet| denied.len() * 2 < catalogue().action_count();
        let every = match (acts.sure.len() == acts.maybe.len() && most(maybe_denied), most(denied)) {
            (true, _) => Match::Yes,
            (_, true) => Match::Unknown,
            _ => Match::No,
        };
        // In the policy of an endpoint, the account or organisation of what passes is the point.
        let restricted = match statement.principals.is_some() && !statement.conditions.is_empty() {
            true => Match::No,
            false => unconditional(statement),
        };
        match every.and(whole(resources)).and(restricted) {
            Match::Yes if !statement.actions.negated => {
                let texts = &statement.actions.texts;
                let at = texts.iter().find(|text| matches!(&*text.text, "*" | "*:*")).or(texts.first());
                let at = at.cloned().unwrap_or_else(|| whole_element(statement));
                answer.findings.push(Finding::new(acts.index, &at, Vec::new()));
            }
            Match::Unknown => allows.open(&mut answer, statement),
            _ => {}
        }
    }
    answer
}

/// Whether every ordinary request of the caller meets the conditions of a statement.
pub(super) fn unconditional(statement: &Statement) -> Match {
    let narrowing = narrowing();
    if statement.conditions.iter().any(|condition| !narrowing.is_idle_key(&condition.key)) {
        Match::No
    } else if !statement.conditions_open.is_empty() {
        Match::Unknown
    } else {
        Match::Yes
    }
}

/// Actions that mean a service as a whole, with some that change it, on every resource: `s3:*` on `*`, `s3:**` on `arn:aws:s3:::*`.
/// `*` itself is not among them: see [`administrator`].
#[must_use]
pub fn service_wildcards(allows: &Allows) -> Answer {
    let mut answer = allows.answer();
    for acts in &allows.allows {
        find_services(&mut answer, acts, allows);
        if may_give_services(acts, allows) {
            allows.open(&mut answer, acts.statement());
        }
    }
    answer
}

pub(super) fn changes(action: &ActionRef) -> bool {
    action.action.access >= AccessLevel::Tagging
}

/// Wildcards in `Action` that stand for actions nobody meant to give: a whole service, ways to manage permissions, or very many that
/// change something; on resources that are named, or in the policy of a resource. `s3:GetObject*` or `kms:ReEncrypt*` are none.
/// Where resources are open as well, [`wildcard_resources`], [`service_wildcards`] and [`risk`] speak.
#[must_use]
pub fn wildcard_actions(allows: &Allows) -> Answer {
    let mut answer = allows.answer();
    let speaks_of = |acts: &&Acts| !acts.statement().actions.negated && !acts.leaves_all_open(allows);
    for acts in allows.allows.iter().filter(speaks_of) {
        let mut found = Vec::new();
        let (mut touched, mut covered) = (Formats::default(), acts.covered());
        let mut open = !acts.statement().actions.open.is_empty();
        for text in acts.statement().actions.texts.iter().filter(|text| text.widened().contains(['*', '?'])) {
            let actions = catalogue().set_matching([&*text.widened()]);
            let (mut sure, mut maybe) = (Vec::new(), Vec::new());
            for action in catalogue().actions_of(&actions).filter(changes) {
                let unscoped = acts.unscoped(allows, &action, &mut covered);
                let given = match unscoped.or(allows.taken(&action)).negated() {
                    Match::No => continue,
                    given => given.and(applies(acts, &action, &mut touched)),
                };
                sure.extend((given == Match::Yes).then_some(action));
                maybe.extend((given != Match::No).then_some(action));
            }
            if acts.statement().effect.is_some() && text.is_known() && gives_too_much(text, &sure) {
                found.push((text, sure));
            } else if gives_too_much(text, &maybe) {
                open = true;
            }
        }
        let none = found.is_empty();
        answer.found(acts.index, found);
        if open && none {
            allows.open(&mut answer, acts.statement());
        }
    }
    answer
}

/// Whether a wildcard gives more than it speaks of.
fn gives_too_much(text: &Text, actions: &[ActionRef]) -> bool {
    let wide = text.widened();
    let service = wide.ends_with(":*") || wide.bytes().all(|byte| byte == b'*');
    // Permissions that the text gives although it does not speak of them: `s3:Put*`, not `s3:PutBucketPolicy*`.
    let hidden = actions.iter().any(manages) && !actions.iter().all(manages);
    service && !actions.is_empty() || hidden || actions.len() >= MANY
}

/// Whether an action can be used on what a statement names. In the policy of a resource every action of the text is about it.
fn applies(acts: &Acts, action: &ActionRef, touched: &mut Formats) -> Match {
    let Some(resources) = &acts.statement().resources else { return Match::No };
    let formats = action.action.resource_types;
    // An action without resource types is for `*` only, about which others speak; whatever the resources may turn out to be.
    if resources.negated || formats.is_empty() {
        return Match::from(!formats.is_empty());
    }
    let open = if resources.open.is_empty() { Match::No } else { Match::Unknown };
    let means = |format: &'static str| Match::any(resources.texts.iter().map(|text| touches(text, format))).or(open);
    formats.iter().map(|used| touched.of(used, means)).fold(Match::No, Match::or)
}

/// Wildcards in `Resource` that open every resource of a type to actions that change something or hand out data, where the
/// resource could be named. `besides` are risks that another question asks for; [`service_wildcards`] and [`pass_role_unscoped`] are left out, too.
#[must_use]
pub fn wildcard_resources(allows: &Allows, besides: &[Risk]) -> Answer {
    let mut left_out = wide_by_nature().clone();
    left_out.union_with(&catalogue().set_matching(["iam:PassRole"]));
    besides.iter().for_each(|risk| left_out.union_with(risk.actions()));
    open_resources(allows, true, |acts| {
        let statement = acts.statement();
        let inverted = statement.actions.negated || statement.resources.as_ref().is_none_or(|list| list.negated);
        let mut asked = ActionSet::new(catalogue());
        if !inverted && acts.sure.len() < catalogue().action_count() {
            let counts = |action: &ActionRef| changes(action) || Risk::of(action).is_some();
            let counting = catalogue().actions_of(&acts.maybe).filter(counts);
            counting.filter(|action| !left_out.contains(action.id)).for_each(|action| asked.insert(action.id));
        }
        asked
    })
}

/// Statements that allow actions of a risk on every resource of their types. What [`service_wildcards`] give is left out: see
/// [`service_wildcard_risk`].
#[must_use]
pub fn risk(allows: &Allows, risk: Risk) -> Answer {
    open_resources(allows, true, |acts| {
        let mut asked = risk.actions().clone();
        asked.intersect_with(&acts.maybe);
        asked.subtract(wide_by_nature());
        asked
    })
}

/// Statements that allow actions of a risk by allowing a service as a whole.
#[must_use]
pub fn service_wildcard_risk(allows: &Allows, risk: Risk) -> Answer {
    let has = |actions: &[ActionRef]| actions.iter().any(|action| risk.actions().contains(action.id));
    let mut answer = allows.answer();
    for acts in &allows.allows {
        let found = &acts.services(allows).found;
        if found.iter().any(|service| has(&service.open)) {
            find_services(&mut answer, acts, allows);
        } else if found.iter().any(|service| has(&service.maybe)) || may_give_services(acts, allows) {
            allows.open(&mut answer, acts.statement());
        }
    }
    answer
}

/// A finding about the services that a statement gives as a whole.
fn find_services(answer: &mut Answer, acts: &Acts, allows: &Allows) {
    let texts = &acts.statement().actions.texts;
    let found = acts.services(allows).found.iter();
    answer.found(acts.index, found.map(|service| (&texts[service.text], service.open.clone())).collect());
}

/// Whether a statement may give other services as a whole.
fn may_give_services(acts: &Acts, allows: &Allows) -> bool {
    !acts.services(allows).unknown.is_empty() || may_be_service(allows, acts)
}

/// Statements that let their holder pass every role of the account. Naming the service that a role is passed to
/// (`iam:PassedToService`) leaves every role of that service open.
#[must_use]
pub fn pass_role_unscoped(allows: &Allows) -> Answer {
    open_resources(allows, false, |acts| {
        let mut asked = ActionSet::new(catalogue());
        let pass = catalogue().action("iam:PassRole").map(|action| action.id);
        pass.filter(|id| acts.maybe.contains(*id)).into_iter().for_each(|id| asked.insert(id));
        asked
    })
}

/// One finding for each statement that leaves the resources of some actions open, of those that are asked about; what services as
/// a whole give may be left out.
fn open_resources(allows: &Allows, besides_services: bool, asked: impl Fn(&Acts) -> ActionSet) -> Answer {
    let mut answer = allows.answer();
    for acts in allows.allows.iter().filter(|acts| acts.may_be_unscoped) {
        let (mut found, mut open, mut covered) = (Vec::new(), false, acts.covered());
        for action in catalogue().actions_of(&asked(acts)) {
            let unscoped = match acts.unscoped(allows, &action, &mut covered) {
                Match::No => continue,
                unscoped if besides_services => unscoped.and(acts.services(allows).give(&action).negated()),
                unscoped => unscoped,
            };
            match unscoped {
                Match::Yes => found.push(action),
                Match::Unknown => open = true,
                Match::No => {}
            }
        }
        if let Some(first) = found.first() {
            let resources = acts.statement().resources.as_ref().filter(|resources| !resources.negated);
            let at = resources.and_then(|resources| wildcard_of(resources, first)).cloned();
            let at = at.unwrap_or_else(|| whole_element(acts.statement()));
            answer.findings.push(Finding::new(acts.index, &at, found));
        } else if open {
            allows.open(&mut answer, acts.statement());
        }
    }
    answer
}

/// Statements that allow all but some actions, or on all but some resources: what AWS adds tomorrow is allowed, too.
#[must_use]
pub fn inverted_allow(allows: &Allows) -> Answer {
    let mut answer = allows.answer();
    for acts in &allows.allows {
        let statement = acts.statement();
        let resources = statement.resources.as_ref().filter(|resources| resources.negated);
        let (place, text) = match (statement.actions.negated, resources) {
            (true, _) => (statement.actions.place, "NotAction"),
            (_, Some(resources)) => (resources.place, "NotResource"),
            _ => continue,
        };
        if statement.effect.is_some() {
            let at = Text { text: text.into(), place };
            answer.findings.push(Finding::new(acts.index, &at, Vec::new()));
        } else {
            allows.open(&mut answer, statement);
        }
    }
    answer
}
