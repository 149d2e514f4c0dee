//! Policies made ready for many questions: which actions of the methods each statement is about, and whether it is about a
//! resource.

use super::methods::{Bits, Catalogue};
use crate::iam::document::{Effect, Element, Policy, Principals, Statement, UNKNOWN, Version};
use crate::iam::pattern::matches_resource;
use crate::iam::{Match, matches};
use crate::value::OPAQUE;

/// A statement with the actions of methods that it is about.
#[derive(Debug)]
pub(super) struct Clause<'a> {
    pub(super) statement: &'a Statement,
    /// The policy, by its index in the account.
    pub(super) policy: u32,
    /// `None`: the effect is not known.
    pub(super) effect: Option<Effect>,
    /// The statement as a policy of its own, without who it is for.
    pub(super) part: &'a Policy,
    /// Whether `${...}` are policy variables.
    variables: bool,
    /// Whether there are some.
    pub(super) has_variables: bool,
    /// Whether the answer may depend on who asks.
    pub(super) personal: bool,
    yes: Bits,
    maybe: Bits,
    /// Whether it is about every action.
    pub(super) all: bool,
}

impl Clause<'_> {
    /// Whether the statement is about an action of a method.
    pub(super) fn action(&self, id: usize) -> Match {
        match (self.yes.contains(id), self.maybe.contains(id)) {
            (true, _) => Match::Yes,
            (false, true) => Match::Unknown,
            (false, false) => Match::No,
        }
    }

    /// Whether it is about a resource; `expand` fills in the policy variables of a text, `None` where one has no value.
    pub(super) fn resource(&self, resource: &str, expand: &dyn Fn(&str) -> Option<String>) -> Match {
        let Some(element) = &self.statement.resources else { return Match::No };
        element_matches(element, |text| {
            let text = if self.variables && text.contains("${") {
                match expand(text) {
                    Some(text) => std::borrow::Cow::Owned(text),
                    None => return Match::No,
                }
            } else {
                std::borrow::Cow::Borrowed(text)
            };
            if text.contains(UNKNOWN) {
                return pattern_matches(&text, resource);
            }
            if matches_resource(&text, resource) { Match::Yes } else { Match::No }
        })
    }
}

/// Whether a pattern with unknown parts matches. The partition of an ARN is the same everywhere in an account: where it is not
/// known, it is the right one.
pub(super) fn pattern_matches(pattern: &str, text: &str) -> Match {
    if !pattern.contains(UNKNOWN) {
        return if matches(pattern, text) { Match::Yes } else { Match::No };
    }
    let partition = format!("arn:{UNKNOWN}:");
    let pattern = pattern.replacen(&partition, "arn:*:", usize::from(pattern.starts_with(&partition)));
    if !pattern.contains(UNKNOWN) {
        return if matches(&pattern, text) { Match::Yes } else { Match::No };
    }
    if matches(&pattern.replace(UNKNOWN, "*"), text) { Match::Unknown } else { Match::No }
}

/// Whether an element matches: any of its texts, or none of them in the `Not` form.
fn element_matches(element: &Element, test: impl Fn(&str) -> Match) -> Match {
    let mut found = if element.open.is_empty() { Match::No } else { Match::Unknown };
    for text in &element.texts {
        match test(&text.text) {
            Match::Yes => {
                found = Match::Yes;
                break;
            }
            Match::Unknown => found = Match::Unknown,
            Match::No => {}
        }
    }
    match (element.negated, found) {
        (false, found) => found,
        (true, Match::Yes) => Match::No,
        (true, Match::No) => Match::Yes,
        (true, Match::Unknown) => Match::Unknown,
    }
}

/// A policy with its clauses.
#[derive(Debug)]
pub(super) struct Compiled<'a> {
    pub(super) policy: &'a Policy,
    pub(super) clauses: Vec<Clause<'a>>,
    /// The actions that some statement allows, or may allow.
    pub(super) allows: Bits,
    /// The actions that some statement denies, or may deny.
    pub(super) denies: Bits,
}

impl<'a> Compiled<'a> {
    /// `parts` are the statements as policies of their own: see [`parts_of`].
    pub(super) fn new(policy: &'a Policy, parts: &'a [Policy], index: u32, catalogue: &Catalogue) -> Self {
        let mut compiled = Self { policy, clauses: Vec::new(), allows: Bits::default(), denies: Bits::default() };
        for (statement, part) in policy.statements.iter().zip(parts) {
            let clause = clause(statement, part, index, policy.version == Version::V2012, catalogue);
            let either = clause.yes.union(clause.maybe);
            if clause.effect != Some(Effect::Deny) {
                compiled.allows = compiled.allows.union(either);
            }
            if clause.effect != Some(Effect::Allow) {
                compiled.denies = compiled.denies.union(either);
            }
            compiled.clauses.push(clause);
        }
        compiled
    }
}

/// The statements of a policy as policies of their own, without who they are for, and in the partition of the account.
pub(super) fn parts_of(policy: &Policy, partition: &str) -> Vec<Policy> {
    let (unknown, own) = (format!("arn:{UNKNOWN}:"), format!("arn:{partition}:"));
    let part = |statement: &Statement| {
        let mut statement = Statement { principals: None, ..statement.clone() };
        for text in statement.resources.iter_mut().flat_map(|element| &mut element.texts) {
            if text.text.starts_with(&unknown) {
                text.text = text.text.replacen(&unknown, &own, 1).into();
            }
        }
        let statements = vec![statement];
        Policy { place: policy.place, version: policy.version, statements, open: Vec::new(), problems: Vec::new() }
    };
    policy.statements.iter().map(part).collect()
}

fn clause<'a>(
    statement: &'a Statement,
    part: &'a Policy,
    policy: u32,
    variables: bool,
    catalogue: &Catalogue,
) -> Clause<'a> {
    let (yes, maybe) = about(&statement.actions, catalogue);
    let all =
        !statement.actions.negated && statement.actions.texts.iter().any(|text| matches!(&*text.text, "*" | "*:*"));
    let has_variables = variables && has_variables(statement);
    let personal = has_variables || is_personal(statement);
    Clause { statement, policy, effect: statement.effect, part, variables, has_variables, personal, yes, maybe, all }
}

/// The actions of methods that an element surely means, and those that it may mean.
fn about(element: &Element, catalogue: &Catalogue) -> (Bits, Bits) {
    let (mut named, mut maybe) = (Bits::default(), Bits::default());
    for text in &element.texts {
        let pattern = text.text.to_ascii_lowercase();
        if !pattern.contains(['*', '?', OPAQUE]) {
            catalogue.id_in_lower_case(&pattern).into_iter().for_each(|id| named.insert(id));
            continue;
        }
        for id in catalogue.beginning_like(&pattern) {
            match pattern_matches(&pattern, &catalogue.actions[*id]) {
                Match::Yes => named.insert(*id),
                Match::Unknown => maybe.insert(*id),
                Match::No => {}
            }
        }
    }
    let all = catalogue.all();
    if !element.open.is_empty() {
        maybe = all;
    }
    let maybe = maybe.without(named);
    match element.negated {
        true => (all.without(named.union(maybe)), maybe),
        false => (named, maybe),
    }
}

fn is_personal(statement: &Statement) -> bool {
    let about_principal = |key: &str| {
        let key = key.to_ascii_lowercase();
        key.starts_with("aws:principal") || key == "aws:username" || key == "aws:userid"
    };
    statement.conditions.iter().any(|condition| about_principal(&condition.key))
}

fn has_variables(statement: &Statement) -> bool {
    let resources = statement.resources.iter().flat_map(|element| &element.texts);
    let values = statement.conditions.iter().flat_map(|condition| &condition.values);
    resources.chain(values).any(|text| text.text.contains("${"))
}

/// Who a statement of a trust policy admits.
pub(super) fn principals(statement: &Statement) -> Option<&Principals> {
    statement.principals.as_ref()
}
