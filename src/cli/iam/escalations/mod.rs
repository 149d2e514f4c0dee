//! `fasscan iam escalations`: which principals of templates can become administrators, and which methods policies open.

mod text;

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use super::super::{Color, Problem, write};
use super::load::{Document, Loaded, Unit, load, position};
use super::output::{self, Output};
use crate::facts::Facts;
use crate::facts::permissions::Principals;
use crate::iam::document::PolicyKind;
use crate::iam::escalation::{Account, Analysis, Level, Standing, Step, Target, Verdict, escalations_of};
use crate::scan::Status;
use crate::value::{View, World};

/// Arguments of `iam escalations`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Templates, cloud assemblies, policies in JSON or YAML, folders with any of them, or `-` for standard input.
    #[arg(required = true, value_name = "FILE")]
    paths: Vec<PathBuf>,
    /// How the answer is written.
    #[arg(long, short, value_enum, default_value_t = Output::Text, value_name = "FORMAT")]
    output: Output,
}

/// The answer for one account of an input, or for one policy.
#[derive(Debug, Serialize)]
struct Answer {
    /// The path of the input.
    input: String,
    /// The number of the account where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<String>,
    /// Where the policy is in the input; for the principals of an account nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    policy: Option<String>,
    /// The principals.
    principals: Vec<Shown>,
}

/// A principal.
#[derive(Debug, Serialize)]
struct Shown {
    name: String,
    kind: &'static str,
    /// Its stack and logical id.
    #[serde(skip_serializing_if = "Option::is_none")]
    resource: Option<String>,
    /// `administrator`, `escalates`, `assumed`, `unknown` or `no`.
    verdict: &'static str,
    /// What makes it an administrator.
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<Allowed>,
    /// The path in one line.
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    /// The steps from this principal, best first.
    steps: Vec<ShownStep>,
    /// Why nobody can tell.
    causes: Vec<String>,
}

/// A step.
#[derive(Debug, Serialize)]
struct ShownStep {
    method: &'static str,
    name: &'static str,
    category: &'static str,
    /// `shown`, `assumed` or `unknown`.
    level: &'static str,
    target: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    assumes: Option<&'static str>,
    /// A request for each action.
    requests: Vec<Request>,
}

/// A request that is allowed.
#[derive(Debug, Serialize)]
struct Request {
    action: String,
    resource: String,
    /// What must hold besides.
    given: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<Allowed>,
}

/// A statement.
#[derive(Debug, Clone, Serialize)]
struct Allowed {
    policy: String,
    statement: String,
    /// `file:line:column`.
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<String>,
}

pub(super) fn run(arguments: &Arguments, color: Color) -> Result<u8, Problem> {
    let loaded = load(&arguments.paths, None)?;
    output::problems(&loaded.problems, color);
    let answers = answers(&loaded);
    match arguments.output {
        Output::Text => write::stdout(&text::render(&answers))?,
        Output::Json => write::stdout(&output::json(&serde_json::json!({
            "version": output::VERSION,
            "answers": answers,
            "diagnostics": loaded.problems,
        })))?,
    }
    let escalates = |shown: &Shown| matches!(shown.verdict, "escalates" | "assumed");
    let status = match (output::is_complete(&loaded.problems), answers.is_empty()) {
        (false, _) => Status::Incomplete,
        (_, true) => Status::NothingToScan,
        _ if answers.iter().flat_map(|answer| &answer.principals).any(escalates) => Status::GateFailed,
        _ => Status::GatePassed,
    };
    Ok(status.code())
}

fn answers(loaded: &Loaded) -> Vec<Answer> {
    let mut answers = Vec::new();
    for unit in &loaded.units {
        of_unit(unit, &mut answers);
    }
    let alone = |document: &&Document| {
        !document.in_template
            && matches!(document.kind, PolicyKind::Identity | PolicyKind::Boundary | PolicyKind::Session)
    };
    answers.extend(loaded.documents.iter().filter(alone).map(of_document));
    answers
}

/// The accounts of templates.
fn of_unit(unit: &Unit, answers: &mut Vec<Answer>) {
    let world = World::open();
    let facts = Facts::new(&unit.inventory);
    let found = facts.escalations(&View::new(&unit.inventory.values, &world));
    for escalations in &found.accounts {
        let principals = &escalations.principals;
        let place = |policy: u32, statement: usize| {
            allowed(&principals.account, policy, statement, |owner, place| owner.map(|_| position(&unit.files, place)))
        };
        let known = principals.account.id.bytes().all(|byte| byte.is_ascii_digit());
        answers.push(Answer {
            input: unit.path.clone(),
            account: known.then(|| principals.account.id.clone()),
            policy: None,
            principals: (0..principals.resources.len())
                .map(|at| shown(unit, principals, &escalations.analysis, at, &place))
                .collect(),
        });
    }
}

fn of_document(document: &Document) -> Answer {
    let standing = escalations_of(std::slice::from_ref(&document.policy));
    let place = |_: u32, statement: usize| {
        let found = document.policy.statements.iter().find(|known| known.index == statement)?;
        let place = Some(document.position(found.place));
        Some(Allowed { policy: document.name(), statement: found.name(), place })
    };
    let account = Account::default();
    let principal = Shown {
        name: "the holder".to_owned(),
        kind: "holder",
        resource: None,
        verdict: verdict(&standing.verdict),
        by: by(&standing.verdict, &place),
        path: None,
        steps: standing.steps.iter().map(|step| shown_step(step, &account, &place)).collect(),
        causes: causes(&standing.verdict),
    };
    Answer {
        input: document.path.clone(),
        account: None,
        policy: Some(document.within.clone()),
        principals: vec![principal],
    }
}

/// Where a statement is.
type Place<'p> = &'p dyn Fn(u32, usize) -> Option<Allowed>;

fn shown(unit: &Unit, principals: &Principals, analysis: &Analysis, at: usize, place: Place<'_>) -> Shown {
    let principal = &principals.account.principals[at];
    let standing: &Standing = &analysis.standings[at];
    let id = principals.resources[at];
    let resource = format!("{}.{}", unit.inventory.stack(id).name, unit.inventory.resource(id).logical_id);
    let path = matches!(standing.verdict, Verdict::Escalates(_));
    Shown {
        name: principal.name.clone(),
        kind: principal.kind.name(),
        resource: Some(resource),
        verdict: verdict(&standing.verdict),
        by: by(&standing.verdict, place),
        path: path.then(|| analysis.shown_path(&principals.account, at)),
        steps: standing.steps.iter().map(|step| shown_step(step, &principals.account, place)).collect(),
        causes: causes(&standing.verdict),
    }
}

fn verdict(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Administrator(..) => "administrator",
        Verdict::Escalates(Level::Shown) => "escalates",
        Verdict::Escalates(_) => "assumed",
        Verdict::Unknown(_) => "unknown",
        Verdict::No => "no",
    }
}

fn by(verdict: &Verdict, place: Place<'_>) -> Option<Allowed> {
    match verdict {
        Verdict::Administrator(policy, statement) => place(*policy, *statement),
        _ => None,
    }
}

fn causes(verdict: &Verdict) -> Vec<String> {
    match verdict {
        Verdict::Unknown(causes) => causes.iter().map(ToString::to_string).collect(),
        _ => Vec::new(),
    }
}

fn shown_step(step: &Step, account: &Account, place: Place<'_>) -> ShownStep {
    let target = match &step.target {
        Target::Administrator => "administrator".to_owned(),
        Target::Principal(at, _) => account.principals.get(*at as usize).map(|found| found.shown()).unwrap_or_default(),
        Target::Any(what) => what.clone(),
        Target::Credentials => "credentials".to_owned(),
    };
    let requests = step.witnesses.iter().map(|witness| Request {
        action: witness.action.clone(),
        resource: witness.resource.clone(),
        given: witness.given.clone(),
        by: witness.allowed_by.and_then(|(policy, statement)| place(policy, statement)),
    });
    ShownStep {
        method: &step.method.id,
        name: &step.method.name,
        category: step.method.category.name(),
        level: match step.level {
            Level::Shown => "shown",
            Level::Assumed => "assumed",
            Level::Unknown => "unknown",
        },
        target,
        assumes: step.method.assumes.as_deref(),
        requests: requests.collect(),
    }
}

/// A statement of an account, with its place.
fn allowed(
    account: &Account,
    policy: u32,
    statement: usize,
    place: impl Fn(Option<crate::value::ResourceId>, crate::value::Place) -> Option<String>,
) -> Option<Allowed> {
    let attached = account.policies.get(policy as usize)?;
    let found = attached.policy.statements.iter().find(|known| known.index == statement)?;
    Some(Allowed { policy: attached.name.clone(), statement: found.name(), place: place(attached.owner, found.place) })
}
