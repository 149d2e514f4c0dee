//! Whether there is a request that every layer of policies allows and none denies.
//!
//! This is the one place where requests are decided: at a point where nothing depends on the request's keys, and by the prover
//! ([`crate::iam::prove`]) everywhere else, so that a no is a no for all requests and a yes has one as its witness.

use super::account::{PrincipalKind, other_name, shown};
use super::ask::{Extra, Index};
use super::context::Context;
use super::permit::Clause;
use crate::iam::Match;
use crate::iam::document::{Effect, Element, Policy, Text};
use crate::iam::pattern::matches_resource;
use crate::iam::prove::{self, Constraint, Proof, Prover, Question, Reason, Space, Who};
use crate::value::Cause;

/// A request that is allowed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Witness {
    /// The action.
    pub action: String,
    /// The resource, for people.
    pub resource: String,
    /// What else must be so, such as `aws:MultiFactorAuthPresent = true`.
    pub given: Vec<String>,
    /// The statement that allows it: the policy by its index in the account, and the statement by its position there.
    pub allowed_by: Option<(u32, usize)>,
    /// The ARN of the resource.
    pub(super) arn: String,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Possible {
    Yes(Witness),
    No,
    Unknown(Vec<Cause>),
}

/// Where an action is to be allowed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Place {
    /// On this resource.
    At(String),
    /// On any resource of these patterns; and whether those that are in the input count.
    Within(Vec<String>, bool),
}

/// A statement, how sure it is that it is about action and resource, and whether it surely names who asks.
pub(super) type Part<'i, 'a> = (&'i Clause<'a>, Match, bool);

/// A layer: some statement of it must allow the request.
#[derive(Debug, Default)]
pub(super) struct Layer<'i, 'a> {
    /// Statements that allow where their conditions hold.
    pub(super) allows: Vec<Part<'i, 'a>>,
    /// Why there may be further statements.
    pub(super) open: Vec<Cause>,
}

/// What is to be decided.
#[derive(Debug, Default)]
pub(super) struct Problem<'i, 'a> {
    pub(super) layers: Vec<Layer<'i, 'a>>,
    /// Statements that deny where their conditions hold.
    pub(super) denies: Vec<Part<'i, 'a>>,
}

/// What decides an answer: the action, the place, the keys, the statements, and who asks where they depend on it.
pub(super) type Known = (usize, Place, Vec<Extra>, Vec<(u32, usize, bool)>, usize);

/// Keys that follow from the ARN of who asks.
const DERIVED: [&str; 5] =
    ["aws:principalarn", "aws:principalaccount", "aws:username", "aws:principaltype", "aws:principalisawsservice"];

impl<'i, 'a> Problem<'i, 'a> {
    /// All statements.
    fn parts(&self) -> impl Iterator<Item = &Part<'i, 'a>> + '_ {
        self.layers.iter().flat_map(|layer| &layer.allows).chain(&self.denies)
    }

    fn clauses(&self) -> impl Iterator<Item = &'i Clause<'a>> + '_ {
        self.parts().map(|(clause, _, _)| *clause)
    }

    /// Whether the answer depends on keys of the request.
    pub(super) fn has_conditions(&self) -> bool {
        self.clauses()
            .any(|clause| !(clause.statement.conditions.is_empty() && clause.statement.conditions_open.is_empty()))
    }

    /// Whether the answer depends on who asks.
    fn is_personal(&self) -> bool {
        self.clauses().any(|clause| clause.personal)
    }

    fn identity(&self) -> Vec<(u32, usize, bool)> {
        let mut list = Vec::new();
        let part = |(clause, _, sure): &Part<'i, 'a>| (clause.policy, clause.statement.index, *sure);
        for layer in &self.layers {
            list.push((u32::MAX, usize::from(layer.open.is_empty()), true));
            list.extend(layer.allows.iter().map(part));
        }
        list.push((u32::MAX, usize::MAX, true));
        list.extend(self.denies.iter().map(part));
        list
    }

    /// The answer at one resource where no statement has conditions; `None` where that does not tell.
    fn at_once(&self, action: &str, resource: &str) -> Option<Possible> {
        let unconditional = |(clause, about, sure): &&Part<'i, 'a>| {
            *sure
                && *about == Match::Yes
                && clause.effect.is_some()
                && clause.statement.conditions.is_empty()
                && clause.statement.conditions_open.is_empty()
        };
        if self.denies.iter().any(|part| unconditional(&part)) {
            return Some(Possible::No);
        }
        if !self.denies.is_empty() {
            return None;
        }
        let mut by = None;
        for (at, layer) in self.layers.iter().enumerate() {
            let (clause, _, _) = layer.allows.iter().find(unconditional)?;
            if at == 0 {
                by = Some((clause.policy, clause.statement.index));
            }
        }
        Some(Possible::Yes(Witness {
            action: action.to_owned(),
            resource: shown(resource),
            given: Vec::new(),
            allowed_by: by,
            arn: resource.to_owned(),
        }))
    }

    /// The question to the prover: with all that may be, or only with what surely is.
    fn question(&self, wide: bool, space: &Space) -> Question<'a> {
        let layers = self.layers.iter().filter(|layer| !wide || layer.open.is_empty());
        let some = |parts: &[Part<'i, 'a>], all: bool| -> Vec<&'a Policy> {
            parts.iter().filter(|(_, _, sure)| all || *sure).map(|(clause, _, _)| clause.part).collect()
        };
        // Of a statement without a known effect, both its allows and its denies count: it is among the denies then.
        Question {
            groups: layers.map(|layer| some(&layer.allows, wide)).collect(),
            denies: some(&self.denies, !wide),
            space: space.clone(),
            except: Vec::new(),
        }
    }

    fn is_sure(&self) -> bool {
        self.layers.iter().all(|layer| layer.open.is_empty()) && self.parts().all(|(_, _, sure)| *sure)
    }

    fn causes(&self, reasons: Vec<Reason>) -> Vec<Cause> {
        let mut causes: Vec<Cause> = self.layers.iter().flat_map(|layer| layer.open.iter().cloned()).collect();
        causes.extend(self.clauses().flat_map(|clause| clause.statement.causes.iter().cloned()));
        let written = !causes.is_empty();
        for reason in reasons {
            match reason {
                Reason::Limit => causes.push(Cause::Limit),
                Reason::Unknown(cause) if !written => causes.push(cause),
                Reason::Variable(text) if !written => {
                    causes.push(Cause::NotInInput { what: format!("the value of `{text}`").into() });
                }
                _ => {}
            }
        }
        causes.sort();
        causes.dedup();
        if causes.is_empty() {
            causes.push(Cause::NotInInput { what: "a part of a policy".into() });
        }
        causes
    }
}

impl<'a> Index<'a> {
    /// Whether there is such a request of a principal, with one of these sets of keys.
    pub(super) fn solve(
        &self,
        at: usize,
        id: usize,
        place: &Place,
        extras: &[Vec<Extra>],
        problem: &Problem<'_, 'a>,
    ) -> Possible {
        if problem.layers.iter().any(|layer| layer.allows.is_empty() && layer.open.is_empty()) {
            return Possible::No;
        }
        if let Place::At(resource) = place
            && let Some(answer) = problem.at_once(self.written(id), resource)
        {
            return answer;
        }
        let none = [Vec::new()];
        let mut best = Possible::No;
        for extra in if extras.is_empty() || !problem.has_conditions() { &none } else { extras } {
            match self.solve_with(at, id, place, extra, problem) {
                yes @ Possible::Yes(_) => return yes,
                unknown @ Possible::Unknown(_) => best = unknown,
                Possible::No => {}
            }
        }
        best
    }

    fn solve_with(&self, at: usize, id: usize, place: &Place, extra: &[Extra], problem: &Problem<'_, 'a>) -> Possible {
        let who = if problem.is_personal() { at } else { usize::MAX };
        let key: Known = (id, place.clone(), extra.to_vec(), problem.identity(), who);
        if let Some(known) = self.known.borrow().get(&key) {
            return known.clone();
        }
        let answer = self.prove(at, id, place, extra, problem);
        self.known.borrow_mut().insert(key, answer.clone());
        answer
    }

    fn prove(&self, at: usize, id: usize, place: &Place, extra: &[Extra], problem: &Problem<'_, 'a>) -> Possible {
        let mut context = self.people[at].context.clone();
        if self.catalogue.actions[id].starts_with("iam:") {
            // IAM has one endpoint for each partition.
            context.set("aws:RequestedRegion", Some(super::account::iam_region(&self.account.partition)));
        }
        extra.iter().for_each(|(key, value)| context.set(key, value.as_deref()));
        let space = Space {
            actions: vec![self.written(id).to_owned()],
            resources: match place {
                Place::At(resource) => vec![resource.clone()],
                Place::Within(patterns, _) => patterns.clone(),
            },
            who: self.who(at, problem),
            keys: keys(&context, problem),
            ..Space::default()
        };
        let wide = problem.question(true, &space);
        let proof = match self.outside(place, problem, &wide) {
            Proof::Yes(_) | Proof::Unknown(_) if !problem.is_sure() => {
                match self.outside(place, problem, &problem.question(false, &space)) {
                    Proof::Yes(found) => Proof::Yes(found),
                    Proof::No => Proof::Unknown(Vec::new()),
                    unknown @ Proof::Unknown(_) => unknown,
                }
            }
            proof => proof,
        };
        match proof {
            Proof::No => Possible::No,
            Proof::Yes(found) => Possible::Yes(self.witness(id, &found, &context, problem)),
            Proof::Unknown(reasons) => Possible::Unknown(problem.causes(reasons)),
        }
    }

    /// The answer without the resources that do not count.
    fn outside(&self, place: &Place, problem: &Problem<'_, 'a>, question: &Question<'a>) -> Proof {
        let proof = self.prover.borrow_mut().ask(question);
        match (&proof, place) {
            (Proof::No, _) | (_, Place::At(_) | Place::Within(_, true)) => return proof,
            (Proof::Yes(found), Place::Within(patterns, _)) if !self.is_excluded(&found.resource, patterns) => {
                return proof;
            }
            _ => {}
        }
        // Only what a statement of the first layer reaches has to be kept out.
        let first = problem.layers.first().map(|layer| layer.allows.as_slice()).unwrap_or_default();
        let open = |_: &str| Some("*".to_owned());
        let service = |arn: &str| arn.split(':').nth(2).map(str::to_owned);
        let wanted = match place {
            Place::Within(patterns, _) => patterns.first().and_then(|pattern| service(pattern)),
            Place::At(_) => None,
        };
        let reached = |arn: &&String| {
            // In any region or account.
            let any = arn.starts_with("arn:*:");
            service(arn) == wanted && (any || first.iter().any(|(clause, ..)| clause.resource(arn, &open) != Match::No))
        };
        let mut texts: Vec<String> = self.taken.iter().filter(reached).cloned().collect();
        texts.push(SERVICE_LINKED.to_owned());
        if let Place::Within(patterns, _) = place {
            texts.extend(colons(patterns));
        }
        let Some(except) = first.first().map(|(clause, ..)| everything(clause.part, Some(texts))) else { return proof };
        let mut prover: Prover<'_> = Prover::default();
        prover.ask(&Question { except: vec![&except], ..question.clone() })
    }

    /// Whether a resource is in the input, or nobody can use it.
    fn is_excluded(&self, arn: &str, patterns: &[String]) -> bool {
        let strange = colons(patterns).any(|pattern| matches_resource(&pattern, arn));
        strange || arn.contains(":role/aws-service-role/") || self.is_known(arn)
    }

    /// Resources of these patterns that may fit all of these layers at once, conditions aside: a no is one whatever they say.
    pub(super) fn in_common(&self, patterns: &[String], problems: &[Problem<'_, 'a>]) -> Proof {
        let shape = |(clause, _, _): &Part<'_, 'a>| {
            let mut part = everything(clause.part, None);
            part.statements.iter_mut().for_each(|statement| statement.effect = Some(Effect::Allow));
            part
        };
        let groups: Vec<Vec<Policy>> = problems
            .iter()
            .flat_map(|problem| &problem.layers)
            .filter(|layer| layer.open.is_empty())
            .map(|layer| layer.allows.iter().map(shape).collect())
            .collect();
        let space = Space { resources: patterns.to_vec(), ..Space::default() };
        let first = problems.iter().flat_map(|problem| problem.parts()).next();
        let except = first.map(|(clause, ..)| everything(clause.part, Some(colons(patterns).collect())));
        let groups = groups.iter().map(|group| group.iter().collect()).collect();
        prove::ask(&Question { groups, space, except: except.iter().collect(), ..Question::default() })
    }

    fn who(&self, at: usize, problem: &Problem<'_, 'a>) -> Who {
        let principal = &self.account.principals[at];
        let any = |noun: &str| format!("arn:*:iam::*:{noun}/*");
        let arn = match principal.kind {
            PrincipalKind::Someone => "arn:*:*:*:*:*".to_owned(),
            // Whoever is in it; itself is the member of the other texts.
            PrincipalKind::Group if problem.clauses().any(|clause| clause.has_variables) => {
                self.account.iam_arn("user", &other_name())
            }
            PrincipalKind::Group => self.account.iam_arn("user", "*"),
            PrincipalKind::User if principal.arn.is_empty() => any("user"),
            PrincipalKind::Role if principal.arn.is_empty() => any("role"),
            _ => principal.arn.clone(),
        };
        Who::Arns(vec![arn])
    }

    fn witness(&self, id: usize, found: &prove::Witness, context: &Context, problem: &Problem<'_, 'a>) -> Witness {
        let conditions = || problem.clauses().flat_map(|clause| &clause.statement.conditions);
        let given = found.context.iter().filter_map(|(key, values)| {
            let condition = conditions().find(|condition| condition.key.eq_ignore_ascii_case(key));
            if context.get(key).is_some() || DERIVED.contains(&key.as_str()) {
                return None;
            }
            let values: Vec<String> = values.iter().map(|value| shown(value)).collect();
            Some(format!("{} = {}", condition.map_or(key.as_str(), |condition| &condition.key), values.join(", ")))
        });
        // The layers that may be anything are not asked about; the first one never is.
        let first = problem.layers.first().map(|layer| layer.allows.as_slice()).unwrap_or_default();
        let sure: Vec<&Part<'_, 'a>> = first.iter().filter(|(_, _, sure)| problem.is_sure() || *sure).collect();
        let by = found.by.first().and_then(|list| list.first()).and_then(|(policy, _)| sure.get(*policy));
        Witness {
            action: self.written(id).to_owned(),
            resource: shown(&found.resource),
            given: given.collect(),
            allowed_by: by.map(|(clause, _, _)| (clause.policy, clause.statement.index)),
            arn: found.resource.clone(),
        }
    }
}

/// Roles that only AWS services use.
const SERVICE_LINKED: &str = "arn:*:iam::*:role/aws-service-role/*";

/// ARNs with a further colon, which names have not, though a star of a pattern may reach beyond one.
fn colons(patterns: &[String]) -> impl Iterator<Item = String> + '_ {
    patterns.iter().filter(|pattern| !pattern.contains(":stackset/")).map(|pattern| format!("{pattern}:*"))
}

/// What is known of the keys that the statements ask about.
fn keys(context: &Context, problem: &Problem<'_, '_>) -> Vec<(String, Constraint)> {
    let variables = problem.clauses().any(|clause| clause.has_variables);
    let used = |key: &str| {
        let mut conditions = problem.clauses().flat_map(|clause| &clause.statement.conditions);
        variables || conditions.any(|condition| condition.key.eq_ignore_ascii_case(key))
    };
    let mut keys: Vec<(String, Constraint)> = context
        .iter()
        .filter(|(key, _)| !DERIVED.contains(key) && used(key))
        .map(|(key, value)| {
            let constraint = value.map_or(Constraint::Absent, |value| Constraint::In(vec![value.to_owned()]));
            (key.to_owned(), constraint)
        })
        .collect();
    keys.sort_by(|a, b| a.0.cmp(&b.0));
    keys
}

/// The statements of a policy for every action and without conditions; on these resources, if given.
fn everything(policy: &Policy, resources: Option<Vec<String>>) -> Policy {
    let mut policy = policy.clone();
    for statement in &mut policy.statements {
        let place = statement.place;
        let element = |texts: Vec<String>| Element {
            negated: false,
            texts: texts.into_iter().map(|text| Text { text: text.into(), place }).collect(),
            open: Vec::new(),
            place,
        };
        statement.effect = Some(Effect::Allow);
        statement.actions = element(vec!["*".to_owned()]);
        statement.conditions.clear();
        statement.conditions_open.clear();
        if let Some(texts) = &resources {
            statement.resources = Some(element(texts.clone()));
        }
    }
    policy
}

/// Whether the conditions of a statement can hold for a request that a principal makes itself.
pub(super) fn is_possible(part: &Policy) -> bool {
    let mut part = part.clone();
    for statement in &mut part.statements {
        statement.effect = Some(Effect::Allow);
    }
    let keys = super::context::COMMON.map(|(key, value)| {
        (key.to_owned(), value.map_or(Constraint::Absent, |value| Constraint::In(vec![value.to_owned()])))
    });
    let who = Who::Arns(vec!["arn:*:*:*:*:*".to_owned()]);
    let space = Space { who, keys: keys.to_vec(), ..Space::default() };
    prove::ask(&Question { groups: vec![vec![&part]], space, ..Question::default() }) != Proof::No
}
