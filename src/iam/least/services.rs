//! Services that a statement gives as a whole.

use crate::iam::Match;
use crate::iam::catalogue::{ActionId, ActionRef, catalogue};
use crate::iam::document::{Statement, Text};

use super::allows::{Acts, Allows, whole};
use super::reach::Covered;
use super::risk::Risk;
use super::wildcards::{changes, unconditional};

/// The services that a statement gives as a whole, on everything.
#[derive(Debug, Default)]
pub(super) struct WholeServices {
    pub(super) found: Vec<WholeService>,
    /// The actions of those that may be others, in order.
    pub(super) unknown: Vec<ActionId>,
}

impl WholeServices {
    /// Whether an action is one of theirs.
    pub(super) fn give(&self, action: &ActionRef) -> Match {
        let has = |service: &WholeService| service.actions.binary_search_by_key(&action.id, |own| own.id).is_ok();
        match self.found.iter().any(has) {
            true => Match::Yes,
            false if self.unknown.binary_search(&action.id).is_ok() => Match::Unknown,
            false => Match::No,
        }
    }
}

/// A service that is given as a whole.
#[derive(Debug)]
pub(super) struct WholeService {
    /// The text that gives it, by its position in the element.
    pub(super) text: usize,
    /// Its actions, in order.
    pub(super) actions: Vec<ActionRef>,
    /// Those that change something or have a risk, and are open.
    pub(super) open: Vec<ActionRef>,
    /// Those of which that is not known.
    pub(super) maybe: Vec<ActionRef>,
}

/// See [`Acts::services`].
pub(super) fn whole_services(allows: &Allows, acts: &Acts) -> WholeServices {
    let mut services = WholeServices::default();
    let statement = acts.statement();
    let restricted = unconditional(statement);
    if statement.principals.is_some() || restricted == Match::No {
        return services;
    }
    let mut covered = acts.covered();
    let mut open = |action: &ActionRef| open_anywhere(allows, acts, action, &mut covered);
    for (at, actions) in service_texts(statement) {
        let text = &statement.actions.texts[at];
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
            services.found.push(WholeService { text: at, actions, open: sure, maybe });
        } else if most(sure.len() + maybe.len()) || !(sure_only(text, statement) || sure.is_empty() && maybe.is_empty())
        {
            services.unknown.extend(actions.iter().map(|action| action.id));
        }
    }
    services.unknown.sort_unstable();
    services
}

/// Whether a statement leaves open which resource an action is used on: what has no resource types is open on `*`.
fn open_anywhere(allows: &Allows, acts: &Acts, action: &ActionRef, covered: &mut Covered<'_>) -> Match {
    if !action.action.resource_types.is_empty() {
        return acts.unscoped(allows, action, covered);
    }
    let sure = if acts.sure.contains(action.id) { Match::Yes } else { Match::Unknown };
    let everywhere = acts.statement().resources.as_ref().map_or(Match::No, whole);
    sure.and(everywhere).and(allows.taken(action).negated())
}

/// Whether nothing of the statement that decides is unknown.
fn sure_only(text: &Text, statement: &Statement) -> bool {
    text.is_known() && statement.causes.is_empty()
}

/// Whether an action of which nothing is known may be a service as a whole, on every resource.
pub(super) fn may_be_service(allows: &Allows, acts: &Acts) -> bool {
    let statement = acts.statement();
    let actions = &statement.actions;
    // `?:*` as well: any service.
    let nothing_known = |text: &Text| {
        let all = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte == b'*');
        !text.is_known() && text.widened().split(':').all(all)
    };
    let may = !actions.open.is_empty() || actions.texts.iter().any(nothing_known);
    let mut maybe = catalogue().actions_of(&acts.maybe);
    let mut covered = acts.covered();
    let open = |action: ActionRef| changes(&action) && open_anywhere(allows, acts, &action, &mut covered) != Match::No;
    !actions.negated && may && unconditional(statement) != Match::No && maybe.any(open)
}

/// The texts of a statement that mean (or may mean) a service as a whole, with its actions.
fn service_texts(statement: &Statement) -> Vec<(usize, Vec<ActionRef>)> {
    if statement.actions.negated {
        return Vec::new();
    }
    let one = |(at, text): (usize, &Text)| {
        // Only a wildcard stands for several.
        if text.is_known() && !text.text.contains(['*', '?']) {
            return None;
        }
        let wide = text.widened();
        let (prefix, name) = wide.split_once(':')?;
        let star = !name.is_empty() && name.bytes().all(|byte| byte == b'*');
        let ids = catalogue().ids_matching(&wide);
        let of_service = ids.first().and_then(|id| catalogue().by_id(*id)).map(|action| action.service.ids().len());
        let all =
            star && !prefix.contains(['*', '?']) || of_service.is_some_and(|count| count == ids.len() && count > 1);
        all.then(|| (at, ids.into_iter().filter_map(|id| catalogue().by_id(id)).collect()))
    };
    statement.actions.texts.iter().enumerate().filter_map(one).collect()
}
