//! Whether an identity can work in regions that nobody approved.

use crate::iam::catalogue::{AccessLevel, ActionRef, Scope, catalogue};
use crate::iam::document::{Condition, Element, REGION, Statement, Test, Text, UNKNOWN};
use crate::iam::{Match, matches as matches_text};
use crate::value::OPAQUE;

use super::allows::{Acts, Allows, whole};
use super::answer::{Answer, Finding, whole as whole_element};
use super::risk::Risk;

/// Statements that allow actions of regional services that change something or hand out data in any region: their resources name
/// no region, no condition does (`aws:RequestedRegion`), and no statement of the policy denies the others. `regions` are the
/// approved ones; wildcards may stand in them, and `*` approves all. The region of the stack is approved: who deploys it decides.
#[must_use]
pub fn region_unrestricted(allows: &Allows, regions: &[&str]) -> Answer {
    if regions.contains(&"*") {
        return Answer::default();
    }
    let mut answer = allows.answer();
    let denied = outside_denied(allows, regions);
    if denied == Match::Yes {
        return answer;
    }
    for acts in allows.allows.iter().filter(|acts| acts.statement().principals.is_none()) {
        let statement = acts.statement();
        let Some(resources) = &statement.resources else { continue };
        let (here, at) = in_regions(resources, regions);
        let condition =
            statement.conditions.iter().map(|condition| requires(condition, regions)).fold(Match::No, Match::or);
        let open = if statement.conditions_open.is_empty() { Match::No } else { Match::Unknown };
        let limited = here.or(condition).or(open).or(denied);
        if limited == Match::Yes {
            continue;
        }
        let regional = acts.maybe.iter().filter_map(|id| catalogue().by_id(id)).filter(matters);
        let left: Vec<(ActionRef, Match)> =
            regional.map(|action| (action, allows.taken(&action))).filter(|(_, taken)| *taken != Match::Yes).collect();
        if left.is_empty() {
            continue;
        }
        let sure = left.iter().filter(|(action, taken)| *taken == Match::No && acts.sure.contains(action.id));
        let sure: Vec<ActionRef> = sure.map(|(action, _)| *action).collect();
        match limited {
            Match::No if !sure.is_empty() => {
                let at = at.cloned().unwrap_or_else(|| whole_element(statement));
                answer.findings.push(Finding::new(acts.index, &at, sure));
            }
            _ => allows.open(&mut answer, statement),
        }
    }
    answer
}

fn matters(action: &ActionRef) -> bool {
    let regional = !matches!(action.action.scope, Scope::Global(_));
    // Without resource types there is nothing that lies in a region but the service's own.
    let changes = action.action.access >= AccessLevel::Tagging && !action.action.resource_types.is_empty();
    regional && (changes || Risk::of(action).is_some())
}

/// Whether all resources lie in approved regions, and the text that may not.
fn in_regions<'p>(resources: &'p Element, regions: &[&str]) -> (Match, Option<&'p Text>) {
    if resources.negated {
        return (Match::No, None);
    }
    let mut all = if resources.open.is_empty() { Match::Yes } else { Match::Unknown };
    let mut at = None;
    for text in &resources.texts {
        let one = text_in_regions(text, regions);
        all = Match::and(all, one);
        if one == Match::No {
            at = at.or(Some(text));
        }
    }
    (all, at)
}

fn text_in_regions(text: &Text, regions: &[&str]) -> Match {
    let yes = |is: bool| if is { Match::Yes } else { Match::No };
    let parts: Vec<&str> = text.text.splitn(6, ':').collect();
    let [_, _, _, region, _, name] = parts.as_slice() else {
        // A token for the ARN of a resource of the template; anything else has no region.
        return match text.is_known() {
            true => yes(text.text.starts_with(OPAQUE)),
            false => Match::Unknown,
        };
    };
    match *region {
        REGION => Match::Yes,
        // A resource that is named lies where it lies.
        "" => yes(!name.split(['/', ':']).next().unwrap_or_default().contains('*')),
        region if region.contains(UNKNOWN) => Match::Unknown,
        region if region.contains(['*', '?']) => Match::No,
        region => yes(is_approved(region, regions)),
    }
}

fn is_approved(region: &str, regions: &[&str]) -> bool {
    regions.iter().any(|approved| matches_text(approved, region))
}

fn region_key(condition: &Condition) -> bool {
    condition.key.eq_ignore_ascii_case("aws:RequestedRegion") && condition.operator.quantifier.is_none()
}

/// Whether all values are approved regions.
fn approved(condition: &Condition, regions: &[&str]) -> Match {
    let one = |value: &Text| match &*value.text {
        REGION => Match::Yes,
        _ if !value.is_known() => Match::Unknown,
        text if text.contains(['*', '?']) => Match::No,
        text if is_approved(text, regions) => Match::Yes,
        _ => Match::No,
    };
    let open = if condition.open.is_empty() { Match::Yes } else { Match::Unknown };
    condition.values.iter().map(one).fold(open, Match::and)
}

/// Whether a condition of an Allow lets requests to approved regions through only. The key is in every request.
fn requires(condition: &Condition, regions: &[&str]) -> Match {
    let positive =
        matches!(condition.operator.test, Test::StringEquals | Test::StringEqualsIgnoreCase | Test::StringLike);
    if region_key(condition) && positive { approved(condition, regions) } else { Match::No }
}

/// Whether a statement denies everything in other regions than these; exceptions for global services are usual, and the
/// approved actions are those of regional services.
fn outside_denied(allows: &Allows, regions: &[&str]) -> Match {
    let one = |acts: &Acts| {
        let statement: &Statement = acts.statement();
        let negative = |condition: &Condition| {
            matches!(
                condition.operator.test,
                Test::StringNotEquals | Test::StringNotEqualsIgnoreCase | Test::StringNotLike
            )
        };
        let open = if statement.conditions_open.is_empty() { Match::Yes } else { Match::Unknown };
        let condition = match statement.conditions.as_slice() {
            [only] if region_key(only) && negative(only) => Match::and(approved(only, regions), open),
            // One that is not known may be it.
            [] => Match::negated(open),
            _ => Match::No,
        };
        let actions = match statement.actions.negated {
            true => Match::Yes,
            false => whole(&statement.actions),
        };
        let resources = statement.resources.as_ref().map_or(Match::No, whole);
        let effect = if statement.effect.is_some() { Match::Yes } else { Match::Unknown };
        [actions, resources, effect].into_iter().fold(condition, Match::and)
    };
    allows.denies.iter().map(one).fold(allows.unseen_denials(), Match::or)
}
