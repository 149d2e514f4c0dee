//! `fasscan iam simulate`: whether AWS would allow one request, and which statements decide it.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;
use serde_json::{Value, json};

use super::super::{Color, ERROR, Problem, write};
use super::load::{Document, load};
use super::output::{self, Output};
use crate::iam::catalogue::catalogue;
use crate::iam::decide::{
    Context, Decision, Finding, Layer, Miss, Outcome, Policies, Principal, Request, Values, Verdict, decide,
};
use crate::iam::document::{PolicyKind, Statement};
use crate::iam::{Effect, Policy};
use crate::report::text::clean;
use crate::scan::Status;

/// Arguments of `iam simulate`.
#[derive(Debug, Args)]
pub(super) struct Simulate {
    /// Who asks: the ARN of a user, role, session, federated user or root user, a service such as `lambda.amazonaws.com`, or
    /// `anonymous`.
    #[arg(long, value_name = "ARN", value_parser = principal)]
    principal: Principal,
    /// For what, such as `s3:GetObject`.
    #[arg(long, value_parser = action)]
    action: String,
    /// On what: an ARN, or `*` for an action that has no resource.
    #[arg(long, value_name = "ARN")]
    resource: String,
    /// The account that the resource is in, where its ARN does not say it.
    #[arg(long, value_name = "ID", value_parser = super::super::scanning::account)]
    resource_account: Option<Box<str>>,
    /// A key of the request; given again, it has several values.
    #[arg(long = "context", value_name = "KEY=VALUE")]
    context: Vec<Pair>,
    /// Policies of the principal.
    #[arg(long = "policy", value_name = "FILE")]
    identity: Vec<PathBuf>,
    /// Its permissions boundary.
    #[arg(long, value_name = "FILE")]
    boundary: Vec<PathBuf>,
    /// Policies of its session.
    #[arg(long = "session", value_name = "FILE")]
    session: Vec<PathBuf>,
    /// The policy of the resource; of a role, its trust policy.
    #[arg(long = "resource-policy", value_name = "FILE")]
    resource_policy: Vec<PathBuf>,
    /// A service control policy, and the level that it is attached to; levels are given from the root of the organisation to the
    /// account, and a file without a level is one of its own.
    #[arg(long = "scp", value_name = "[LEVEL=]FILE")]
    scps: Vec<Attached>,
    /// A resource control policy, likewise.
    #[arg(long = "rcp", value_name = "[LEVEL=]FILE")]
    rcps: Vec<Attached>,
    /// The policy of the VPC endpoint that the request comes through.
    #[arg(long = "endpoint-policy", value_name = "FILE")]
    endpoint: Vec<PathBuf>,
    /// The management account of the organisation, which SCPs and RCPs do not apply to.
    #[arg(long, value_name = "ID", value_parser = super::super::scanning::account)]
    management_account: Option<Box<str>>,
    /// How to write the decision.
    #[arg(long, short, value_enum, default_value_t = Output::Text, value_name = "FORMAT")]
    output: Output,
}

fn principal(text: &str) -> Result<Principal, String> {
    Principal::parse(text).ok_or_else(|| {
        "a principal is the ARN of an identity or session, an account, a service or `anonymous`".to_owned()
    })
}

fn action(text: &str) -> Result<String, String> {
    let parts = text.split_once(':').filter(|(service, name)| !service.is_empty() && !name.is_empty());
    match parts {
        Some(_) if !text.contains(['*', '?', ' ']) => Ok(text.to_owned()),
        _ => Err("an action is a service and a name, such as `s3:GetObject`".to_owned()),
    }
}

/// `KEY=VALUE`.
#[derive(Debug, Clone)]
struct Pair {
    key: String,
    value: Box<str>,
}

impl FromStr for Pair {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once('=') {
            Some((key, value)) if !key.is_empty() => Ok(Self { key: key.to_owned(), value: value.into() }),
            _ => Err("a key of the request is of the form `aws:SourceIp=203.0.113.7`"),
        }
    }
}

/// `FILE` or `LEVEL=FILE`.
#[derive(Debug, Clone)]
struct Attached {
    level: Option<String>,
    path: PathBuf,
}

impl FromStr for Attached {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once('=') {
            // The name of a level is no path.
            Some((level, path)) if !level.contains(['/', '\\', '.']) => match level.is_empty() || path.is_empty() {
                true => Err("a level and its file are of the form `root=scp.json`"),
                false => Ok(Self { level: Some(level.to_owned()), path: path.into() }),
            },
            _ => Ok(Self { level: None, path: text.into() }),
        }
    }
}

/// The documents of one layer.
type Documents = Vec<Document>;

/// The documents of all layers; levels have a name for people.
struct Loaded {
    identity: Documents,
    boundary: Option<Documents>,
    session: Option<Documents>,
    resource: Option<Documents>,
    endpoint: Option<Documents>,
    scps: Option<Vec<(String, Documents)>>,
    rcps: Option<Vec<(String, Documents)>>,
}

/// Decides, writes the decision and gives the exit code.
pub(super) fn run(simulate: &Simulate, color: Color) -> Result<u8, Problem> {
    let (loaded, complete) = simulate.load(color)?;
    if !complete {
        return Ok(ERROR);
    }
    let request = simulate.request();
    let policies = loaded.policies(simulate.management_account.as_deref());
    let decision = decide(&policies, &request);
    let shown = Shown { loaded: &loaded, request: &request, decision: &decision };
    write::stdout(&match simulate.output {
        Output::Text => shown.text(),
        Output::Json => output::json(&shown.json()),
    })?;
    Ok(match decision.verdict {
        Verdict::Allowed => Status::GatePassed.code(),
        Verdict::Denied(_) => Status::GateFailed.code(),
        Verdict::Unknown(_) => ERROR,
    })
}

impl Simulate {
    fn request(&self) -> Request {
        let mut context = Context::new();
        for pair in &self.context {
            let values = match context.get(&pair.key) {
                Some(Values::One(first)) => Values::Many(vec![first.clone(), pair.value.clone()]),
                Some(Values::Many(all)) => Values::Many(all.iter().chain([&pair.value]).cloned().collect()),
                _ if catalogue().condition_key(&pair.key).is_some_and(|key| key.multivalued) => {
                    Values::Many(vec![pair.value.clone()])
                }
                _ => Values::One(pair.value.clone()),
            };
            context.set(&pair.key, values);
        }
        Request::new(self.principal.clone(), &self.action, &self.resource, self.resource_account.as_deref(), context)
    }

    /// Reads all files, and says whether all could be read.
    fn load(&self, color: Color) -> Result<(Loaded, bool), Problem> {
        let mut complete = true;
        let mut read = |paths: &[PathBuf], kind: Option<PolicyKind>| -> Result<Documents, Problem> {
            let loaded = load(paths, kind)?;
            output::problems(&loaded.problems, color);
            complete &= output::is_complete(&loaded.problems);
            Ok(loaded.documents)
        };
        let trust = self.action.to_ascii_lowercase().starts_with("sts:");
        let resource = if trust { PolicyKind::Trust } else { PolicyKind::Resource };
        let mut levels = |attached: &[Attached], kind| -> Result<Option<Vec<(String, Documents)>>, Problem> {
            let mut found: Vec<(String, Documents)> = Vec::new();
            for entry in attached {
                let documents = read(std::slice::from_ref(&entry.path), Some(kind))?;
                let same = |(name, _): &&mut (String, Documents)| entry.level.as_ref() == Some(name);
                match found.iter_mut().find(same) {
                    Some((_, all)) => all.extend(documents),
                    None => {
                        let name = entry.level.clone().unwrap_or_else(|| format!("{}", found.len() + 1));
                        found.push((name, documents));
                    }
                }
            }
            Ok((!found.is_empty()).then_some(found))
        };
        let (scps, rcps) = (levels(&self.scps, PolicyKind::Scp)?, levels(&self.rcps, PolicyKind::Rcp)?);
        let mut layer = |paths: &[PathBuf], kind| -> Result<Option<Documents>, Problem> {
            if paths.is_empty() { Ok(None) } else { read(paths, Some(kind)).map(Some) }
        };
        let loaded = Loaded {
            identity: layer(&self.identity, PolicyKind::Identity)?.unwrap_or_default(),
            boundary: layer(&self.boundary, PolicyKind::Boundary)?,
            session: layer(&self.session, PolicyKind::Session)?,
            resource: layer(&self.resource_policy, resource)?,
            endpoint: layer(&self.endpoint, PolicyKind::Resource)?,
            scps,
            rcps,
        };
        Ok((loaded, complete))
    }
}

impl Loaded {
    fn policies<'p>(&'p self, management: Option<&'p str>) -> Policies<'p> {
        fn all(documents: &Documents) -> Vec<&Policy> {
            documents.iter().map(|document| &document.policy).collect()
        }
        let levels = |levels: &'p Option<Vec<(String, Documents)>>| {
            levels.as_ref().map(|levels| levels.iter().map(|(_, documents)| all(documents)).collect())
        };
        Policies {
            identity: all(&self.identity),
            boundary: self.boundary.as_ref().map(all),
            session: self.session.as_ref().map(all),
            resource: self.resource.as_ref().map(all),
            scps: levels(&self.scps),
            rcps: levels(&self.rcps),
            endpoint: self.endpoint.as_ref().map(all),
            management,
        }
    }

    fn documents(&self, layer: Layer) -> Option<&Documents> {
        match layer {
            Layer::Scp(index) => self.scps.as_ref()?.get(index).map(|(_, all)| all),
            Layer::Rcp(index) => self.rcps.as_ref()?.get(index).map(|(_, all)| all),
            Layer::Endpoint => self.endpoint.as_ref(),
            Layer::Resource => self.resource.as_ref(),
            Layer::Identity => Some(&self.identity),
            Layer::Boundary => self.boundary.as_ref(),
            Layer::Session => self.session.as_ref(),
        }
    }

    /// The layer for people.
    fn name(&self, layer: Layer) -> String {
        let level = |levels: &Option<Vec<(String, Documents)>>, index: usize| {
            let name = levels.as_ref().and_then(|levels| levels.get(index)).map(|(name, _)| name.as_str());
            name.unwrap_or_default().to_owned()
        };
        match layer {
            Layer::Scp(index) => format!("service control policies of level `{}`", level(&self.scps, index)),
            Layer::Rcp(index) => format!("resource control policies of level `{}`", level(&self.rcps, index)),
            Layer::Endpoint => "policy of the endpoint".to_owned(),
            Layer::Resource => "policy of the resource".to_owned(),
            Layer::Identity => "policies of the principal".to_owned(),
            Layer::Boundary => "permissions boundary".to_owned(),
            Layer::Session => "policies of the session".to_owned(),
        }
    }
}

/// A decision to write.
struct Shown<'a> {
    loaded: &'a Loaded,
    request: &'a Request,
    decision: &'a Decision,
}

impl Shown<'_> {
    fn statement(&self, finding: &Finding) -> Option<(&Document, &Statement)> {
        let document = self.loaded.documents(finding.layer)?.get(finding.policy)?;
        Some((document, document.policy.statements.get(finding.statement)?))
    }

    fn text(&self) -> String {
        let mut text = String::new();
        let request = self.request;
        let who = match request.principal() {
            Principal::Service { name } => name,
            Principal::Provider { id } => id,
            other => other.arn().unwrap_or("anonymous"),
        };
        // Writing to a text cannot fail.
        let _ = writeln!(text, "{}: {} on {} by {}", self.word(), request.action(), request.resource(), clean(who));
        match &self.decision.verdict {
            Verdict::Allowed => {}
            Verdict::Denied(denial) => {
                for layer in &denial.layers {
                    let what = if denial.explicit { "denied by" } else { "not allowed by" };
                    let _ = writeln!(text, "  {what} the {}", self.loaded.name(*layer));
                }
            }
            Verdict::Unknown(causes) => {
                for cause in causes {
                    let _ = writeln!(text, "  because {}", clean(&cause.to_string()));
                }
            }
        }
        self.section(&mut text, "statements that apply", |outcome| *outcome == Outcome::Applies);
        self.section(&mut text, "statements that may apply", |outcome| matches!(outcome, Outcome::Undecided(_)));
        if self.decision.verdict != Verdict::Allowed {
            self.section(&mut text, "statements that almost apply", |outcome| matches!(outcome, Outcome::Misses(_)));
        }
        text
    }

    fn word(&self) -> &'static str {
        match &self.decision.verdict {
            Verdict::Allowed => "allowed",
            Verdict::Denied(denial) if denial.explicit => "denied by a statement",
            Verdict::Denied(_) => "denied, for nothing allows it",
            Verdict::Unknown(_) => "not known",
        }
    }

    fn section(&self, text: &mut String, title: &str, wanted: impl Fn(&Outcome) -> bool) {
        let mut found = self.decision.statements.iter().filter(|finding| wanted(&finding.outcome)).peekable();
        if found.peek().is_none() {
            return;
        }
        let _ = writeln!(text, "\n{title}:");
        for finding in found {
            let Some((document, statement)) = self.statement(finding) else { continue };
            let file = document.files.get(statement.place.file);
            let at = file.position(statement.place.span.start);
            let does = match finding.effect {
                Some(Effect::Allow) => "allows",
                Some(Effect::Deny) => "denies",
                None => "allows or denies",
            };
            let name = clean(&statement.name());
            let _ = writeln!(
                text,
                "  {}:{}:{}: {name} {does}, in the {}",
                file.path(),
                at.line,
                at.column,
                self.loaded.name(finding.layer)
            );
            match &finding.outcome {
                Outcome::Applies => {}
                Outcome::Undecided(doubts) => {
                    for doubt in doubts {
                        let _ = writeln!(text, "    {}", clean(&doubt.to_string()));
                    }
                }
                Outcome::Misses(miss) => {
                    let _ = writeln!(text, "    {}", clean(&self.miss(*miss, statement)));
                }
            }
        }
    }

    /// Why a statement does not apply.
    fn miss(&self, miss: Miss, statement: &Statement) -> String {
        let not = |negated: bool, name: &str| match negated {
            true => format!("`Not{name}` excludes it"),
            false => format!("`{name}` does not match"),
        };
        match miss {
            Miss::Action => not(statement.actions.negated, "Action"),
            Miss::Resource => not(statement.resources.as_ref().is_some_and(|element| element.negated), "Resource"),
            Miss::Principal => not(statement.principals.as_ref().is_some_and(|element| element.negated), "Principal"),
            Miss::Condition(index) => {
                let Some(condition) = statement.conditions.get(index) else {
                    return "a condition does not hold".to_owned();
                };
                let found = match self.request.context().get(&condition.key) {
                    None => "the request has no such key".to_owned(),
                    Some(Values::One(value)) => format!("the request has `{value}`"),
                    Some(Values::Many(all)) => format!("the request has `{}`", all.join("`, `")),
                    Some(Values::Unknown) => "its value is not known".to_owned(),
                };
                format!("condition `{}` on `{}` does not hold: {found}", condition.operator, condition.key)
            }
        }
    }

    fn json(&self) -> Value {
        let (decision, explicit, layers, causes) = match &self.decision.verdict {
            Verdict::Allowed => ("allowed", None, Vec::new(), Vec::new()),
            Verdict::Denied(denial) => ("denied", Some(denial.explicit), denial.layers.clone(), Vec::new()),
            Verdict::Unknown(causes) => ("unknown", None, Vec::new(), causes.clone()),
        };
        let context: serde_json::Map<String, Value> = self
            .request
            .context()
            .iter()
            .map(|(key, values)| {
                let value = match values {
                    Values::One(value) => json!(value),
                    Values::Many(all) => json!(all),
                    Values::Unknown => Value::Null,
                };
                (key.to_owned(), value)
            })
            .collect();
        let causes: Vec<Value> =
            causes.iter().map(|cause| json!({"id": cause.id(), "message": cause.to_string()})).collect();
        json!({
            "version": output::VERSION,
            "decision": decision,
            "explicit": explicit,
            "layers": layers.iter().map(|layer| self.layer(*layer)).collect::<Vec<_>>(),
            "causes": causes,
            "context": context,
            "resource_account": self.request.resource_account(),
            "statements": self.decision.statements.iter().map(|finding| self.finding(finding)).collect::<Vec<_>>(),
        })
    }

    fn layer(&self, layer: Layer) -> Value {
        let named = |levels: &Option<Vec<(String, Documents)>>, index: usize| {
            levels.as_ref().and_then(|levels| levels.get(index)).map(|(name, _)| name.clone())
        };
        let (kind, level) = match layer {
            Layer::Scp(index) => ("scp", named(&self.loaded.scps, index)),
            Layer::Rcp(index) => ("rcp", named(&self.loaded.rcps, index)),
            Layer::Endpoint => ("endpoint", None),
            Layer::Resource => ("resource", None),
            Layer::Identity => ("identity", None),
            Layer::Boundary => ("boundary", None),
            Layer::Session => ("session", None),
        };
        json!({"kind": kind, "level": level})
    }

    fn finding(&self, finding: &Finding) -> Value {
        let Some((document, statement)) = self.statement(finding) else { return Value::Null };
        let file = document.files.get(statement.place.file);
        let at = file.position(statement.place.span.start);
        let (outcome, why) = match &finding.outcome {
            Outcome::Applies => ("applies", None),
            Outcome::Undecided(doubts) => {
                let all: Vec<String> = doubts.iter().map(ToString::to_string).collect();
                ("undecided", Some(all.join("; ")))
            }
            Outcome::Misses(miss) => ("misses", Some(self.miss(*miss, statement))),
        };
        json!({
            "layer": self.layer(finding.layer),
            "file": file.path(),
            "line": at.line,
            "column": at.column,
            "statement": statement.index,
            "sid": statement.sid,
            "effect": finding.effect.map(|effect| if effect == Effect::Allow { "Allow" } else { "Deny" }),
            "outcome": outcome,
            "why": why,
        })
    }
}
