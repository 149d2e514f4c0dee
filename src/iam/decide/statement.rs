//! One statement against one request.

use super::condition;
use super::context::Context;
use super::doubt::{Doubt, Doubts};
use super::naming::{Named, named};
use super::variable::{Expanded, expand, is_special};
use super::{Request, Side};
use crate::iam::document::{Element, Statement, Text, Version};
use crate::iam::pattern::{
    Match, Token, arn_head, begins_otherwise, ends_part, matches, matches_ignoring_case, matches_resource,
    matches_tokens,
};
use crate::value::Cause;

/// Why a statement does not apply: the first part of it that does not match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Miss {
    /// `Action` or `NotAction`.
    Action,
    /// `Resource` or `NotResource`.
    Resource,
    /// `Principal` or `NotPrincipal`.
    Principal,
    /// The condition at this index.
    Condition(usize),
}

/// What a statement is looked at with, and the doubts that come up.
pub(super) struct Scope<'a> {
    pub(super) version: Version,
    pub(super) context: &'a Context,
    /// Why parts of the statement are not known.
    pub(super) causes: &'a [Cause],
    /// Whether the principal has a permissions boundary.
    pub(super) bounded: bool,
    pub(super) doubts: Doubts,
}

impl Scope<'_> {
    /// A part of the statement that is not known decides.
    pub(super) fn unknown_part(&mut self) -> Match {
        self.doubts.extend(self.causes.iter().cloned().map(Doubt::Policy));
        if self.causes.is_empty() {
            self.doubts.push(Doubt::Policy(Cause::NotInInput { what: "a part of the policy".into() }));
        }
        Match::Unknown
    }
}

/// How a statement bears on a request.
pub(super) struct Looked {
    /// In which ways it applies; attached policies have [`Named::direct`] only.
    pub(super) applies: Named,
    /// Why it does not apply.
    pub(super) miss: Option<Miss>,
    /// Why it is not known whether it applies.
    pub(super) doubts: Doubts,
}

impl Looked {
    const fn miss(miss: Miss) -> Self {
        Self { applies: Named::NO, miss: Some(miss), doubts: Doubts::new() }
    }
}

/// Looks at a statement of a policy of this version.
pub(super) fn look(statement: &Statement, version: Version, side: Side, request: &Request, bounded: bool) -> Looked {
    let context = &request.context;
    let mut scope = Scope { version, context, causes: &statement.causes, bounded, doubts: Doubts::new() };
    let actions = action(&statement.actions, &request.action, &mut scope);
    if actions == Match::No {
        return Looked::miss(Miss::Action);
    }
    let resources = resource(statement, side, request, &mut scope);
    if resources == Match::No {
        return Looked::miss(Miss::Resource);
    }
    let principals = principal(statement, side, request, &mut scope);
    if principals == Named::NO {
        return Looked::miss(Miss::Principal);
    }
    let mut rest = actions.and(resources);
    for (index, entry) in statement.conditions.iter().enumerate() {
        let holds = condition::holds(entry, &mut scope);
        if holds == Match::No {
            return Looked::miss(Miss::Condition(index));
        }
        rest = rest.and(holds);
    }
    if !statement.conditions_open.is_empty() {
        scope.doubts.extend(statement.conditions_open.iter().cloned().map(Doubt::Policy));
        rest = Match::Unknown;
    }
    if statement.effect.is_none() {
        rest = rest.and(scope.unknown_part());
    }
    Looked { applies: principals.and(rest), miss: None, doubts: scope.doubts }
}

fn action(element: &Element, asked: &str, scope: &mut Scope<'_>) -> Match {
    let mut found = Match::No;
    for text in &element.texts {
        found = found.or(one_action(text, asked, scope));
        if found == Match::Yes {
            break;
        }
    }
    or_others(found, element, scope)
}

fn one_action(text: &Text, asked: &str, scope: &mut Scope<'_>) -> Match {
    if begins_otherwise(&text.text, asked) {
        return Match::No;
    }
    if !text.is_known() {
        return if matches_ignoring_case(&text.widened(), asked) { scope.unknown_part() } else { Match::No };
    }
    if !matches_ignoring_case(&text.text, asked) {
        return Match::No;
    }
    // A service, a colon and an action; only a lone star needs no service.
    match text.text.split_once(':') {
        None if &*text.text != "*" => {
            scope.doubts.push(Doubt::Refused("an action without its service"));
            Match::Unknown
        }
        Some((service, _)) if service.contains(['*', '?']) && &*text.text != "*:*" => {
            scope.doubts.push(Doubt::Refused("wildcards in the service of an action"));
            Match::Unknown
        }
        _ => Match::Yes,
    }
}

/// What the texts of an element say, with those that are not in sight, and with the `Not` form turned round.
fn or_others(found: Match, element: &Element, scope: &mut Scope<'_>) -> Match {
    let found = if found == Match::Yes || element.open.is_empty() {
        found
    } else {
        scope.doubts.extend(element.open.iter().cloned().map(Doubt::Policy));
        Match::Unknown
    };
    if element.negated { found.negated() } else { found }
}

fn resource(statement: &Statement, side: Side, request: &Request, scope: &mut Scope<'_>) -> Match {
    let Some(element) = &statement.resources else {
        // A trust policy is about its role.
        if side == Side::Resource && request.is_of_trust() {
            return Match::Yes;
        }
        scope.doubts.push(Doubt::Refused("a statement without `Resource`"));
        return Match::Unknown;
    };
    let mut found = Match::No;
    for text in &element.texts {
        found = found.or(one_resource(text, &request.resource, element.negated, scope));
        if found == Match::Yes {
            break;
        }
    }
    or_others(found, element, scope)
}

fn one_resource(text: &Text, asked: &str, negated: bool, scope: &mut Scope<'_>) -> Match {
    if !negated && begins_otherwise(&text.text, asked) {
        return Match::No;
    }
    if !is_special(&text.text, scope.version) {
        if matches_resource(&text.text, asked) {
            return Match::Yes;
        }
        return short(&text.text, asked, scope);
    }
    match expand(&text.text, scope.version, true, scope.context) {
        // "If a variable that has no value [...] is used as part of the `Resource` or `NotResource` element of a policy, the
        // resource [...] will not match any resource." Whether `NotResource` then means everything or nothing is left open.
        Expanded::Null if negated => {
            scope.doubts.push(Doubt::Undocumented("`NotResource` with a policy variable that has no value"));
            Match::Unknown
        }
        Expanded::Null => Match::No,
        Expanded::Unknown(doubt) => {
            scope.doubts.push(doubt);
            Match::Unknown
        }
        Expanded::Tokens { tokens, open: true, .. } => match matches_tokens(&tokens, asked) {
            true => scope.unknown_part(),
            false => Match::No,
        },
        Expanded::Tokens { mut tokens, first_variable, .. } => {
            let head = stop_at_colons(&mut tokens);
            if !matches_tokens(&tokens, asked) {
                return Match::No;
            }
            // "You can't use a variable to replace parts of the ARN before the fifth colon."
            if first_variable.is_some_and(|at| at < head) {
                scope.doubts.push(Doubt::Undocumented("policy variables before the fifth colon of an ARN"));
                return Match::Unknown;
            }
            Match::Yes
        }
    }
}

/// Makes the wildcards of the first five parts stop at colons, as [`matches_resource`] has it; returns where these parts end.
fn stop_at_colons(tokens: &mut [Token]) -> usize {
    // Only where wildcards and colons are counts.
    let shape: Vec<u8> = tokens
        .iter()
        .map(|token| match token {
            Token::Byte(b'*' | b'?') => b'_',
            Token::Byte(byte) => *byte,
            Token::Many | Token::ManyInside => b'*',
            Token::One | Token::OneInside => b'?',
        })
        .collect();
    let Some(head) = arn_head(&shape) else { return 0 };
    for (at, token) in tokens.iter_mut().enumerate().take(head) {
        *token = match *token {
            Token::Many if !ends_part(&shape, at) => Token::ManyInside,
            Token::One => Token::OneInside,
            other => other,
        };
    }
    head
}

/// An ARN of fewer than six parts, which may stand for everything that begins with them.
fn short(pattern: &str, asked: &str, scope: &mut Scope<'_>) -> Match {
    let head = arn_head(pattern.as_bytes());
    if head == Some(pattern.len()) && matches(&format!("{pattern}:*"), asked) {
        scope.doubts.push(Doubt::Undocumented("what an ARN of fewer than six parts matches"));
        return Match::Unknown;
    }
    Match::No
}

fn principal(statement: &Statement, side: Side, request: &Request, scope: &mut Scope<'_>) -> Named {
    let refused = |what, scope: &mut Scope<'_>| {
        scope.doubts.push(Doubt::Refused(what));
        Named::UNKNOWN
    };
    match (&statement.principals, side) {
        (None, Side::Attached) => Named::direct(Match::Yes),
        (Some(_), Side::Attached) => refused("`Principal` in a policy of an identity", scope),
        (None, _) => refused("a resource policy without `Principal`", scope),
        (Some(element), Side::Resource) => named(element, &request.principal, statement.effect, scope),
        (Some(element), Side::Endpoint) => {
            let found = named(element, &request.principal, statement.effect, scope);
            let anyone = element.list.iter().any(|entry| entry.kind == crate::iam::document::PrincipalKind::Anyone);
            if found == Named::NO || anyone {
                return found;
            }
            // Gateway endpoints take an account for its root user, and no others than `*` are described for the rest.
            scope.doubts.push(Doubt::Undocumented("principals other than `*` in endpoint policies"));
            Named::UNKNOWN
        }
    }
}
