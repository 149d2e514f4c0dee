//! `fasscan iam check`: what is wrong with policies, and what they grant.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::super::{Color, Problem, write};
use super::load::{Document, KindOption, Loaded, load};
use super::output::{self, Output};
use crate::iam::Evidence;
use crate::iam::catalogue::catalogue;
use crate::iam::lint::{Finding, Overview, Severity, Subject, lint, overview};
use crate::report::text::{TextOptions, clean, diagnostics};
use crate::scan::Status;
use crate::source::Level;

/// Services that the text names; the others are counted.
const SERVICES: usize = 8;

/// Arguments of `iam check`.
#[derive(Debug, Args)]
pub(super) struct Check {
    /// Policies in JSON or YAML, templates, cloud assemblies, folders with any of them, or `-` for standard input.
    #[arg(required = true, value_name = "FILE")]
    paths: Vec<PathBuf>,
    /// What the policies are attached to [default: guessed from where they are and what they say].
    #[arg(long, value_enum, value_name = "KIND")]
    kind: Option<KindOption>,
    /// From which on what is found makes the command fail.
    #[arg(long, value_enum, default_value_t = FailOn::Warning, value_name = "SEVERITY")]
    fail_on: FailOn,
    /// How to write what is found.
    #[arg(long, short, value_enum, default_value_t = Output::Text, value_name = "FORMAT")]
    output: Output,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FailOn {
    /// What AWS refuses.
    Error,
    /// What cannot mean what it seems to.
    Warning,
    /// What can be written better.
    Suggestion,
    /// Nothing that is found makes the command fail.
    None,
}

impl FailOn {
    fn fails(self, finding: &Finding) -> bool {
        match self {
            Self::Error => finding.severity >= Severity::Error,
            Self::Warning => finding.severity >= Severity::Warning,
            Self::Suggestion => true,
            Self::None => false,
        }
    }
}

/// A document with what was found in it.
struct Checked {
    document: Document,
    findings: Vec<Finding>,
    overview: Overview,
}

pub(super) fn run(check: &Check, color: Color) -> Result<u8, Problem> {
    let Loaded { documents, problems } = load(&check.paths, check.kind.map(Into::into))?;
    output::problems(&problems, color);
    let checked: Vec<Checked> = documents
        .into_iter()
        .map(|document| {
            let subject = Subject { kind: document.kind, holder: document.holder, size: document.size };
            let (findings, overview) = (lint(&document.policy, &subject), overview(&document.policy));
            Checked { document, findings, overview }
        })
        .collect();
    write::stdout(&match check.output {
        Output::Text => text(&checked, color),
        Output::Json => json(&checked, &problems),
    })?;
    let fails = checked.iter().flat_map(|checked| &checked.findings).any(|finding| check.fail_on.fails(finding));
    let status = match (output::is_complete(&problems), checked.is_empty(), fails) {
        (false, ..) => Status::Incomplete,
        (_, true, _) => Status::NothingToScan,
        (.., true) => Status::GateFailed,
        _ => Status::GatePassed,
    };
    Ok(status.code())
}

fn text(all: &[Checked], color: Color) -> String {
    let options = TextOptions { color: color.on(&std::io::stdout()), ..TextOptions::default() };
    let mut text = String::new();
    for Checked { document, findings, overview } in all {
        let shown: Vec<_> = findings
            .iter()
            .map(|finding| {
                let level = match finding.severity {
                    Severity::Error => Level::Error,
                    Severity::Warning => Level::Warning,
                    Severity::Suggestion => Level::Note,
                };
                let mut problem = document.problem(level, finding.place, &finding.message, finding.help.clone());
                problem.level = finding.severity.as_str().to_owned();
                problem
            })
            .collect();
        text += &diagnostics(&shown, &options);
        text += &clean(&heading(document));
        text += "\n";
        for (name, line) in lines(document, findings, overview) {
            text += &format!("  {name:14}{}\n", clean(&line));
        }
        text += "\n";
    }
    if all.len() > 1 {
        let found = counted(all.iter().flat_map(|checked| &checked.findings));
        text += &format!("{} policies: {found}\n", all.len());
    }
    text
}

fn heading(document: &Document) -> String {
    let guessed = if document.guessed { ", as it seems" } else { "" };
    format!("{}: {}{guessed}", document.name(), document.kind.described())
}

/// The summary of a policy: names with what there is.
fn lines(document: &Document, findings: &[Finding], overview: &Overview) -> Vec<(&'static str, String)> {
    let mut statements = vec![output::count(overview.allows, "allows", "allow")];
    statements.push(output::count(overview.denies, "denies", "deny"));
    if overview.unknown > 0 {
        statements.push(format!("{} of unknown effect", overview.unknown));
    }
    let total = overview.allows + overview.denies + overview.unknown;
    let mut lines = vec![("statements", format!("{total}: {}", statements.join(", ")))];
    lines.push(("allows", granted(overview)));
    if overview.allows > 0 {
        let every = if overview.every_resource { ", on every resource" } else { "" };
        let patterns = output::count(overview.wildcards, "pattern of actions", "patterns of actions");
        lines.push(("wildcards", format!("{patterns}{every}")));
        let administrator = match &overview.administrator {
            Evidence::Yes(_) => "yes: everything on every resource",
            Evidence::No => "no",
            Evidence::Unknown(_) => "not known",
        };
        lines.push(("administrator", administrator.to_owned()));
    }
    let least = if document.size.is_least { "at least " } else { "" };
    lines.push(("characters", format!("{least}{} without white space", document.size.without_blanks())));
    lines.push(("found", counted(findings)));
    lines
}

/// Services and access levels of what is allowed.
fn granted(overview: &Overview) -> String {
    let total: usize = overview.levels.values().sum();
    let mut parts: Vec<String> = overview
        .services
        .iter()
        .take(SERVICES)
        .map(|service| match service.allowed == service.all {
            true => format!("{} (all {})", service.prefix, service.all),
            false => format!("{} ({} of {})", service.prefix, service.allowed, service.all),
        })
        .collect();
    if let Some(more) = overview.services.len().checked_sub(SERVICES).filter(|more| *more > 0) {
        parts.push(output::count(more, "other service", "other services"));
    }
    if overview.open {
        parts.push("actions that are not known".to_owned());
    }
    let levels: Vec<String> =
        overview.levels.iter().map(|(level, count)| format!("{count} {}", level.as_str().to_lowercase())).collect();
    match total {
        0 if parts.is_empty() => "nothing".to_owned(),
        0 => parts.join(", "),
        _ => format!("{total} actions: {}; {}", levels.join(", "), parts.join(", ")),
    }
}

/// `1 error, 2 warnings`.
fn counted<'f>(findings: impl IntoIterator<Item = &'f Finding>) -> String {
    let mut counts = [0; 3];
    for finding in findings {
        counts[finding.severity as usize] += 1;
    }
    let [suggestions, warnings, errors] = counts;
    let parts: Vec<String> = [(errors, "error"), (warnings, "warning"), (suggestions, "suggestion")]
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, name)| output::count(count, name, &format!("{name}s")))
        .collect();
    if parts.is_empty() { "nothing".to_owned() } else { parts.join(", ") }
}

fn json(all: &[Checked], problems: &[crate::report::document::Diagnostic]) -> String {
    let policies: Vec<serde_json::Value> = all.iter().map(policy_json).collect();
    output::json(&serde_json::json!({
        "version": output::VERSION,
        "data": catalogue().date(),
        "policies": policies,
        "diagnostics": problems,
    }))
}

fn policy_json(checked: &Checked) -> serde_json::Value {
    let Checked { document, findings, overview } = checked;
    let findings: Vec<serde_json::Value> = findings
        .iter()
        .map(|finding| {
            let file = document.files.get(finding.place.file);
            let at = file.position(finding.place.span.start);
            serde_json::json!({
                "id": finding.id,
                "severity": finding.severity.as_str(),
                "message": finding.message,
                "help": finding.help,
                "statement": finding.statement,
                "file": file.path(),
                "line": at.line,
                "column": at.column,
            })
        })
        .collect();
    let administrator = match &overview.administrator {
        Evidence::Yes(_) => Some(true),
        Evidence::No => Some(false),
        Evidence::Unknown(_) => None,
    };
    let levels: serde_json::Map<String, serde_json::Value> =
        overview.levels.iter().map(|(level, count)| (level.as_str().to_owned(), (*count).into())).collect();
    let services: Vec<serde_json::Value> = overview
        .services
        .iter()
        .map(|service| serde_json::json!({"service": service.prefix, "allowed": service.allowed, "all": service.all}))
        .collect();
    serde_json::json!({
        "path": document.path,
        "within": document.within,
        "kind": document.kind.as_str(),
        "guessed": document.guessed,
        "characters": document.size.without_blanks(),
        "characters_known": !document.size.is_least,
        "allows": overview.allows,
        "denies": overview.denies,
        "unknown": overview.unknown,
        "levels": levels,
        "services": services,
        "wildcards": overview.wildcards,
        "every_resource": overview.every_resource,
        "open": overview.open,
        "administrator": administrator,
        "findings": findings,
    })
}
