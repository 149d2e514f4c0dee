//! The questions: which wildcards open too much.

use rustc_hash::FxHashMap;

use crate::iam::Match;
use crate::iam::catalogue::{AccessLevel, ActionRef, ActionSet, catalogue};
use crate::iam::document::{Statement, Text};

use super::allows::{Acts, Allows, whole};
use super::answer::{Answer, Finding, whole as whole_element};
use super::reach::{touches, wildcard_of};
use super::risk::{Risk, manages, narrowing, wide_by_nature};

/// A pattern of this many changing actions is no verb any more, but a service's whole surface.
const MANY: usize = 20;

/// Statements that allow (nearly) every action on every resource. A condition takes a statement out, unless every ordinary
/// request meets it, in some region or over TLS; so do denials of the same policy that leave less than half of the actions.
#[must_use]
pub fn administrator(allows: &Allows<'_>) -> Answer {
    let mut answer = allows.answer();
    let (denied, maybe_denied) = allows.denied_everywhere();
    for acts in &allows.allows {
        let Some(resources) = &acts.statement.resources else { continue };
        let every = |set: &ActionSet, denied: &ActionSet| {
            let mut left = set.clone();
            left.subtract(denied);
            set.complement().is_empty() && left.len() * 2 > catalogue().action_count()
        };
        let every = match (every(&acts.sure, &maybe_denied), every(&acts.maybe, &denied)) {
            (true, _) => Match::Yes,
            (_, true) => Match::Unknown,
            _ => Match::No,
        };
        // In the policy of an endpoint, the account or organisation of what passes is the point.
        let restricted = match acts.statement.principals.is_some() && !acts.statement.conditions.is_empty() {
            true => Match::No,
            false => unconditional(acts.statement),
        };
        match [whole(resources), restricted].into_iter().fold(every, Match::and) {
            Match::Yes if !acts.statement.actions.negated => {
                let texts = &acts.statement.actions.texts;
                let at = texts.iter().find(|text| matches!(&*text.text, "*" | "*:*")).or(texts.first());
                let at = at.cloned().unwrap_or_else(|| whole_element(acts.statement));
                answer.findings.push(Finding::new(acts.index, &at, Vec::new()));
            }
            Match::Unknown => allows.open(&mut answer, acts.statement),
            _ => {}
        }
    }
    answer
}

/// Whether every ordinary request of the caller meets the conditions of a statement.
fn unconditional(statement: &Statement) -> Match {
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
pub fn service_wildcards(allows: &Allows<'_>) -> Answer {
    let mut answer = allows.answer();
    for acts in &allows.allows {
        let services = whole_services(allows, acts);
        answer.found(acts.index, services.found.into_iter().map(|service| (service.text, service.open)).collect());
        if !services.unknown.is_empty() || may_be_service(allows, acts) {
            allows.open(&mut answer, acts.statement);
        }
    }
    answer
}

/// The services that a statement gives as a whole, on everything.
#[derive(Default)]
struct WholeServices<'a> {
    found: Vec<WholeService<'a>>,
    /// The actions of those that may be others.
    unknown: Vec<ActionRef>,
}

struct WholeService<'a> {
    text: &'a Text,
    actions: Vec<ActionRef>,
    /// Those that change something or have a risk, and are open.
    open: Vec<ActionRef>,
    /// Those of which that is not known.
    maybe: Vec<ActionRef>,
}

fn whole_services<'a>(allows: &Allows<'_>, acts: &'a Acts<'_>) -> WholeServices<'a> {
    let mut services = WholeServices::default();
    let restricted = unconditional(acts.statement);
    if acts.statement.principals.is_some() || restricted == Match::No {
        return services;
    }
    let open = |action: &ActionRef| open_anywhere(allows, acts, action);
    for (text, actions) in service_texts(acts) {
        let changing: Vec<(&ActionRef, Match)> =
            actions.iter().filter(|action| changes(action)).map(|action| (action, open(action))).collect();
        let of = |open: Match| -> Vec<ActionRef> {
            changing.iter().filter(|(_, one)| *one == open).map(|(action, _)| **action).collect()
        };
        let (mut sure, mut maybe) = (of(Match::Yes), of(Match::Unknown));
        let most = |count: usize| count * 2 > changing.len();
        if most(sure.len()) && restricted == Match::Yes && text.is_known() {
            // Those that only read are no reason, but what comes first where they hand out secrets or data.
            for action in actions.iter().filter(|action| !changes(action) && Risk::of(action).is_some()) {
                match open(action) {
                    Match::Yes => sure.push(*action),
                    Match::Unknown => maybe.push(*action),
                    Match::No => {}
                }
            }
            services.found.push(WholeService { text, actions, open: sure, maybe });
        } else if most(sure.len() + maybe.len()) || !(sure.is_empty() && maybe.is_empty()) && !sure_only(text, acts) {
            services.unknown.extend(actions);
        }
    }
    services
}

/// Whether a statement leaves open which resource an action is used on: what has no resource types is open on `*`.
fn open_anywhere(allows: &Allows<'_>, acts: &Acts<'_>, action: &ActionRef) -> Match {
    if !action.action.resource_types.is_empty() {
        return allows.unscoped(acts, action);
    }
    let sure = if acts.sure.contains(action.id) { Match::Yes } else { Match::Unknown };
    let everywhere = acts.statement.resources.as_ref().map_or(Match::No, whole);
    [everywhere, Match::negated(allows.taken(action))].into_iter().fold(sure, Match::and)
}

/// Whether nothing of the statement that decides is unknown.
fn sure_only(text: &Text, acts: &Acts<'_>) -> bool {
    text.is_known() && acts.statement.causes.is_empty()
}

/// Whether an action of which nothing is known may be a service as a whole, on every resource.
fn may_be_service(allows: &Allows<'_>, acts: &Acts<'_>) -> bool {
    let actions = &acts.statement.actions;
    // `?:*` as well: any service.
    let nothing_known = |text: &Text| {
        let all = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte == b'*');
        !text.is_known() && text.widened().split(':').all(all)
    };
    let may = !actions.open.is_empty() || actions.texts.iter().any(nothing_known);
    let mut maybe = acts.maybe.iter().filter_map(|id| catalogue().by_id(id));
    let open = |action: ActionRef| changes(&action) && open_anywhere(allows, acts, &action) != Match::No;
    !actions.negated && may && unconditional(acts.statement) != Match::No && maybe.any(open)
}

/// The texts of a statement that mean (or may mean) a service as a whole, with its actions.
fn service_texts<'a>(acts: &'a Acts<'_>) -> Vec<(&'a Text, Vec<ActionRef>)> {
    if acts.statement.actions.negated {
        return Vec::new();
    }
    let one = |text: &'a Text| {
        let wide = text.widened();
        let (prefix, name) = wide.split_once(':')?;
        let star = !name.is_empty() && name.bytes().all(|byte| byte == b'*');
        let ids = catalogue().ids_matching(&wide);
        let of_service = ids.first().and_then(|id| catalogue().by_id(*id)).map(|action| action.service.ids().len());
        let all =
            star && !prefix.contains(['*', '?']) || of_service.is_some_and(|count| count == ids.len() && count > 1);
        all.then(|| (text, ids.into_iter().filter_map(|id| catalogue().by_id(id)).collect()))
    };
    acts.statement.actions.texts.iter().filter_map(one).collect()
}

fn changes(action: &ActionRef) -> bool {
    action.action.access >= AccessLevel::Tagging
}

/// Wildcards in `Action` that stand for actions nobody meant to give: a whole service, ways to manage permissions, or very many that
/// change something; on resources that are named, or in the policy of a resource. `s3:GetObject*` or `kms:ReEncrypt*` are none.
/// Where resources are open as well, [`wildcard_resources`], [`service_wildcards`] and [`risk`] speak.
#[must_use]
pub fn wildcard_actions(allows: &Allows<'_>) -> Answer {
    let mut answer = allows.answer();
    for acts in allows.allows.iter().filter(|acts| !acts.statement.actions.negated) {
        let mut found = Vec::new();
        let mut touched = Touched::default();
        let mut open = !acts.statement.actions.open.is_empty();
        for text in acts.statement.actions.texts.iter().filter(|text| text.widened().contains(['*', '?'])) {
            let ids = catalogue().ids_matching(&text.widened());
            let candidates: Vec<(ActionRef, Match)> = ids
                .into_iter()
                .filter_map(|id| catalogue().by_id(id))
                .filter(changes)
                .map(|action| (action, applies(acts, &action, &mut touched)))
                .filter(|(_, applies)| *applies != Match::No)
                .map(|(action, applies)| {
                    let elsewhere = Match::or(allows.unscoped(acts, &action), allows.taken(&action));
                    (action, Match::and(applies, elsewhere.negated()))
                })
                .collect();
            let given = |is: fn(Match) -> bool| -> Vec<ActionRef> {
                candidates.iter().filter(|(_, given)| is(*given)).map(|(action, _)| *action).collect()
            };
            let (sure, maybe) = (given(|is| is == Match::Yes), given(|is| is != Match::No));
            if acts.statement.effect.is_some() && text.is_known() && gives_too_much(text, &sure) {
                found.push((text, sure));
            } else if gives_too_much(text, &maybe) {
                open = true;
            }
        }
        let none = found.is_empty();
        answer.found(acts.index, found);
        if open && none {
            allows.open(&mut answer, acts.statement);
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
fn applies(acts: &Acts<'_>, action: &ActionRef, touched: &mut Touched) -> Match {
    let Some(resources) = &acts.statement.resources else { return Match::No };
    let formats = action.action.resource_types;
    // An action without resource types is for `*` only, about which others speak; whatever the resources may turn out to be.
    if resources.negated || formats.is_empty() {
        return Match::from(!formats.is_empty());
    }
    let mut means = |format: &'static str| {
        let open = if resources.open.is_empty() { Match::No } else { Match::Unknown };
        let any = || resources.texts.iter().map(|text| touches(text, format)).fold(open, Match::or);
        *touched.entry(format).or_insert_with(any)
    };
    formats.iter().map(|used| means(used.resource.arn)).fold(Match::No, Match::or)
}

/// Which ARN formats the resources of a statement can mean: thousands of actions share hundreds of formats.
type Touched = FxHashMap<&'static str, Match>;

/// Wildcards in `Resource` that open every resource of a type to actions that change something or hand out data, where the
/// resource could be named. `besides` are risks that another question asks for; [`service_wildcards`] and [`pass_role_unscoped`] are left out, too.
#[must_use]
pub fn wildcard_resources(allows: &Allows<'_>, besides: &[Risk]) -> Answer {
    let mut left_out = wide_by_nature().clone();
    left_out.union_with(&catalogue().set_matching(["iam:PassRole"]));
    besides.iter().for_each(|risk| left_out.union_with(risk.actions()));
    open_resources(allows, |acts| {
        let every = acts.sure.complement().is_empty();
        if every || acts.statement.actions.negated || acts.statement.resources.as_ref().is_none_or(|list| list.negated)
        {
            return Asked::nothing();
        }
        let mut set = acts.maybe.clone();
        set.subtract(&left_out);
        Asked::besides_services(keep(&set, |action| changes(action) || Risk::of(action).is_some()), allows, acts)
    })
}

/// What is asked about a statement.
struct Asked {
    actions: ActionSet,
    /// Those about which another question may speak instead.
    maybe_elsewhere: ActionSet,
}

impl Asked {
    fn about(actions: ActionSet) -> Self {
        Self { actions, maybe_elsewhere: ActionSet::new(catalogue()) }
    }

    fn nothing() -> Self {
        Self::about(ActionSet::new(catalogue()))
    }

    /// Without what a statement gives by giving services as a whole.
    fn besides_services(actions: ActionSet, allows: &Allows<'_>, acts: &Acts<'_>) -> Self {
        let mut asked = Self::about(actions);
        if asked.actions.is_empty() {
            return asked;
        }
        let services = whole_services(allows, acts);
        let mut given = ActionSet::new(catalogue());
        services.found.iter().flat_map(|service| &service.actions).for_each(|action| given.insert(action.id));
        asked.actions.subtract(&given);
        services.unknown.iter().for_each(|action| asked.maybe_elsewhere.insert(action.id));
        asked
    }
}

fn keep(set: &ActionSet, test: impl Fn(&ActionRef) -> bool) -> ActionSet {
    let mut kept = ActionSet::new(catalogue());
    set.iter().filter_map(|id| catalogue().by_id(id)).filter(test).for_each(|action| kept.insert(action.id));
    kept
}

/// Statements that allow actions of a risk on every resource of their types. What [`service_wildcards`] give is left out: see
/// [`service_wildcard_risk`].
#[must_use]
pub fn risk(allows: &Allows<'_>, risk: Risk) -> Answer {
    open_resources(allows, |acts| Asked::besides_services(of_risk(&acts.maybe, risk), allows, acts))
}

/// Statements that allow actions of a risk by allowing a service as a whole.
#[must_use]
pub fn service_wildcard_risk(allows: &Allows<'_>, risk: Risk) -> Answer {
    let mut answer = service_wildcards(allows);
    for finding in std::mem::take(&mut answer.findings) {
        let acts = allows.allows.iter().find(|acts| acts.index == finding.statement);
        let found = acts.map(|acts| whole_services(allows, acts).found).unwrap_or_default();
        let has = |actions: &[ActionRef]| actions.iter().any(|action| risk.actions().contains(action.id));
        if found.iter().any(|service| has(&service.open)) {
            answer.findings.push(finding);
        } else if let Some(acts) = acts.filter(|_| found.iter().any(|service| has(&service.maybe))) {
            allows.open(&mut answer, acts.statement);
        }
    }
    answer
}

fn of_risk(set: &ActionSet, risk: Risk) -> ActionSet {
    let mut set = set.clone();
    set.intersect_with(risk.actions());
    set.subtract(wide_by_nature());
    set
}

/// Statements that let their holder pass every role of the account. Naming the service that a role is passed to
/// (`iam:PassedToService`) leaves every role of that service open.
#[must_use]
pub fn pass_role_unscoped(allows: &Allows<'_>) -> Answer {
    let passes = catalogue().set_matching(["iam:PassRole"]);
    open_resources(allows, |acts| {
        let mut set = acts.maybe.clone();
        set.intersect_with(&passes);
        Asked::about(set)
    })
}

/// One finding for each statement that leaves the resources of some of these actions open.
fn open_resources(allows: &Allows<'_>, asked: impl Fn(&Acts<'_>) -> Asked) -> Answer {
    let mut answer = allows.answer();
    for acts in &allows.allows {
        let (mut found, mut open) = (Vec::new(), Match::No);
        let asked = asked(acts);
        for action in asked.actions.iter().filter_map(|id| catalogue().by_id(id)) {
            match allows.unscoped(acts, &action) {
                Match::Yes if !asked.maybe_elsewhere.contains(action.id) => found.push(action),
                Match::No => {}
                _ => open = Match::Unknown,
            }
        }
        if let Some(first) = found.first() {
            let resources = acts.statement.resources.as_ref().filter(|resources| !resources.negated);
            let at = resources.and_then(|resources| wildcard_of(resources, first)).cloned();
            let at = at.unwrap_or_else(|| whole_element(acts.statement));
            answer.findings.push(Finding::new(acts.index, &at, found));
        } else if open == Match::Unknown {
            allows.open(&mut answer, acts.statement);
        }
    }
    answer
}

/// Statements that allow all but some actions, or on all but some resources: what AWS adds tomorrow is allowed, too.
#[must_use]
pub fn inverted_allow(allows: &Allows<'_>) -> Answer {
    let mut answer = allows.answer();
    for acts in &allows.allows {
        let statement = acts.statement;
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
