//! `fasscan iam check`: what is wrong with policies, and what they grant.

use std::path::PathBuf;

use clap::Args;

use super::super::{Color, Problem, write};
use super::load::{KindOption, load};
use crate::report::text::{TextOptions, diagnostics};
use crate::scan::Status;
use crate::source::Level;

/// Arguments of `iam check`.
#[derive(Debug, Args)]
pub(super) struct Check {
    /// Policies in JSON or YAML, templates, cloud assemblies, folders with any of them, or `-` for standard input.
    #[arg(required = true, value_name = "FILE")]
    paths: Vec<PathBuf>,
    /// What the policies are attached to [default: guessed from what they say].
    #[arg(long, value_enum, value_name = "KIND")]
    kind: Option<KindOption>,
}

pub(super) fn run(check: &Check, color: Color) -> Result<u8, Problem> {
    let loaded = load(&check.paths, check.kind.map(Into::into))?;
    let options = TextOptions { color: color.on(&std::io::stdout()), ..TextOptions::default() };
    write::stderr(&diagnostics(&loaded.problems, &options));
    let mut shown = Vec::new();
    for document in &loaded.documents {
        for problem in &document.policy.problems {
            shown.push(document.problem(Level::Error, problem.place, &problem.message, problem.help.clone()));
        }
    }
    write::stdout(&diagnostics(&shown, &options))?;
    let status = match (loaded.is_complete(), loaded.documents.is_empty(), shown.is_empty()) {
        (false, ..) => Status::Incomplete,
        (_, true, _) => Status::NothingToScan,
        (.., false) => Status::GateFailed,
        _ => Status::GatePassed,
    };
    Ok(status.code())
}
