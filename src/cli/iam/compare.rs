//! `fasscan iam compare`: whether a policy allows anything that another one does not.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use super::super::{Color, Problem, write};
use super::load::{Document, KindOption, Loaded, load};
use super::output::{self, Output};
use crate::iam::Policy;
use crate::iam::catalogue::catalogue;
use crate::iam::prove::{Caller, Proof, Prover, Reason, Witness};
use crate::report::text::{TextOptions, clean, diagnostics};
use crate::scan::Status;
use crate::source::Level;
use crate::value::Cause;

/// What the caller says already.
const OF_CALLER: [&str; 4] =
    ["aws:principalaccount", "aws:principalarn", "aws:principalisawsservice", "aws:principaltype"];

/// Arguments of `iam compare`.
#[derive(Debug, Args)]
pub(super) struct Compare {
    /// The policy as it was: JSON or YAML, or a template with policies.
    #[arg(value_name = "OLD")]
    old: PathBuf,
    /// The policy as it is to be; of a template, each policy is compared with the one in the same place.
    #[arg(value_name = "NEW")]
    new: PathBuf,
    /// Also look for what the old policy allows and the new one does not.
    #[arg(long)]
    both: bool,
    /// What the policies are attached to [default: guessed from where they are and what they say].
    #[arg(long, value_enum, value_name = "KIND")]
    kind: Option<KindOption>,
    /// How to write the answer.
    #[arg(long, short, value_enum, default_value_t = Output::Text, value_name = "FORMAT")]
    output: Output,
}

/// A question about two policies, with its answer.
struct Compared<'d> {
    /// What may allow more. None: there is no such policy any more.
    wide: &'d Document,
    /// What it is compared with. None: there was no such policy, and everything is more.
    narrow: Option<&'d Document>,
    /// Whether the wide one is the new one.
    forward: bool,
    proof: Proof,
}

pub(super) fn run(compare: &Compare, color: Color) -> Result<u8, Problem> {
    let read = |path: &PathBuf| load(std::slice::from_ref(path), compare.kind.map(Into::into));
    let (old, new) = (read(&compare.old)?, read(&compare.new)?);
    let complete = readable(&old, color) & readable(&new, color);
    let mut compared = all(&old.documents, &new.documents, true);
    if compare.both {
        compared.extend(all(&new.documents, &old.documents, false));
    }
    write::stdout(&match compare.output {
        Output::Text => compared.iter().map(|one| text(one, color)).collect(),
        Output::Json => {
            let answers: Vec<Value> = compared.iter().map(as_json).collect();
            let problems: Vec<_> = old.problems.iter().chain(&new.problems).collect();
            output::json(&json!({"version": output::VERSION, "answers": answers, "diagnostics": problems}))
        }
    })?;
    let any = |test: fn(&Proof) -> bool| compared.iter().any(|one| test(&one.proof));
    let status = if !complete {
        Status::Incomplete
    } else if compared.is_empty() {
        Status::NothingToScan
    } else if any(|proof| matches!(proof, Proof::Yes(_))) {
        Status::GateFailed
    } else if any(|proof| matches!(proof, Proof::Unknown(_))) {
        Status::Incomplete
    } else {
        Status::GatePassed
    };
    Ok(status.code())
}

/// Writes what is wrong with the documents; whether everything could be read.
fn readable(loaded: &Loaded, color: Color) -> bool {
    output::problems(&loaded.problems, color);
    for document in &loaded.documents {
        let problem = |problem: &crate::iam::document::Problem| {
            document.problem(Level::Warning, problem.place, &problem.message, problem.help.clone())
        };
        output::problems(&document.policy.problems.iter().map(problem).collect::<Vec<_>>(), color);
    }
    output::is_complete(&loaded.problems)
}

/// Whether each document of `wide` allows more than its partner: the only other one, or that in the same place.
fn all<'d>(narrow: &'d [Document], wide: &'d [Document], forward: bool) -> Vec<Compared<'d>> {
    let partner = |index: usize| {
        let document = &wide[index];
        if let ([only], 1) = (narrow, wide.len()) {
            return Some(only);
        }
        // Cases of one place are in the order in which they are written.
        let before = wide[..index].iter().filter(|other| other.within == document.within).count();
        narrow.iter().filter(|other| other.within == document.within).nth(before)
    };
    let compared = wide.iter().enumerate().map(|(index, document)| {
        let narrow = partner(index);
        let others: Vec<&Policy> = narrow.iter().map(|document| &document.policy).collect();
        let proof = more(&document.policy, &others);
        Compared { wide: document, narrow, forward, proof }
    });
    compared.collect()
}

/// Whether a policy allows more than others: first by actions that AWS has, whose requests people know, then also by those that a
/// pattern would take in when AWS adds them.
fn more<'p>(policy: &'p Policy, others: &[&'p Policy]) -> Proof {
    Prover::default()
        .of_known_actions()
        .included(&[policy], others)
        .or_else(|| Prover::default().typed().included(&[policy], others))
}

/// The places of the statements that allow a request.
fn statements<'d>(one: &'d Compared<'_>, witness: &Witness) -> Vec<&'d crate::iam::Statement> {
    let numbers = witness.by.iter().flatten().map(|(_, statement)| *statement);
    numbers.filter_map(|number| one.wide.policy.statements.get(number)).collect()
}

fn text(one: &Compared<'_>, color: Color) -> String {
    let options = TextOptions { color: color.on(&std::io::stdout()), ..TextOptions::default() };
    let wide = one.wide.name();
    let than = one.narrow.map(Document::name);
    match &one.proof {
        Proof::No => {
            let than = than.map_or_else(String::new, |than| format!(" that {than} does not"));
            clean(&format!("{wide} allows nothing{than}: proved for all requests")) + "\n"
        }
        Proof::Unknown(reasons) => {
            let than = than.map_or_else(String::new, |than| format!(" than {than}"));
            let mut text = clean(&format!("{wide} may allow more{than}: this is not decided")) + "\n";
            for reason in reasons {
                text += &format!("  {}\n", clean(&because(reason)));
            }
            text
        }
        Proof::Yes(witness) => {
            let than = than.map_or_else(String::new, |than| format!(", which {than} does not"));
            let message = format!("{wide} allows `{}`{than}", witness.action);
            let mut shown = Vec::new();
            for statement in statements(one, witness) {
                shown.push(one.wide.problem(Level::Error, statement.place, &message, None));
            }
            let mut text = diagnostics(&shown, &options);
            let mut line = |name: &str, value: &str| text += &format!("  {name:9}{}\n", clean(value));
            let action = &witness.action;
            line(
                "action",
                &match catalogue().action(action) {
                    Some(_) => action.clone(),
                    None => format!("{action}, as AWS may name one later"),
                },
            );
            line("resource", &Shown(&witness.resource).to_string());
            line("caller", &caller(&witness.principal));
            for (key, values) in witness.context.iter().filter(|(key, _)| !OF_CALLER.contains(&key.as_str())) {
                line("with", &format!("{key} = {}", values.join(", ")));
            }
            text + "\n"
        }
    }
}

/// A text with its tokens as people write them.
struct Shown<'t>(&'t str);

impl std::fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&crate::iam::document::shown(self.0))
    }
}

fn caller(caller: &Caller) -> String {
    match caller {
        Caller::Account { arn, session: None } => Shown(arn).to_string(),
        Caller::Account { arn, session: Some(session) } => format!("{}, session {session}", Shown(arn)),
        Caller::Service(name) => format!("the service {name}"),
        Caller::Federated(provider) => format!("someone signed in with {}", Shown(provider)),
        Caller::Canonical(id) => format!("the account with canonical user id {id}"),
        Caller::Anonymous => "anyone, without signing in".to_owned(),
    }
}

fn because(reason: &Reason) -> String {
    match reason {
        Reason::Unknown(Cause::Invalid) => "a part of the policy is none that AWS takes".to_owned(),
        Reason::Unknown(cause) => cause.to_string(),
        Reason::Variable(key) => format!("it depends on the value of the policy variable `{key}` inside a text"),
        Reason::SeveralValues(key) => {
            format!("`{key}` can have several values, and AWS does not define how one operator compares them")
        }
        Reason::CanonicalUser => "it depends on which account has a canonical user id".to_owned(),
        Reason::Limit => "the search was given up at its limit".to_owned(),
        Reason::Replay => "a request was found that the statements do not surely allow".to_owned(),
    }
}

fn as_json(one: &Compared<'_>) -> Value {
    let mut answer = json!({
        "wide": one.wide.name(),
        "narrow": one.narrow.map(Document::name),
        "direction": if one.forward { "new" } else { "old" },
    });
    let fields = match &one.proof {
        Proof::No => json!({"answer": "no"}),
        Proof::Unknown(reasons) => {
            json!({"answer": "unknown", "reasons": reasons.iter().map(because).collect::<Vec<_>>()})
        }
        Proof::Yes(witness) => {
            let places: Vec<Value> = statements(one, witness)
                .into_iter()
                .map(|statement| {
                    let file = one.wide.files.get(statement.place.file);
                    let at = file.position(statement.place.span.start);
                    json!({"statement": statement.index, "sid": statement.sid, "file": file.path(), "line": at.line, "column": at.column})
                })
                .collect();
            json!({
                "answer": "yes",
                "request": {
                    "action": witness.action,
                    "resource": Shown(&witness.resource).to_string(),
                    "caller": caller(&witness.principal),
                    "context": witness.context,
                },
                "statements": places,
            })
        }
    };
    if let (Some(answer), Value::Object(fields)) = (answer.as_object_mut(), fields) {
        answer.extend(fields);
    }
    answer
}
