//! `fasscan iam suggest`: tighter policies, made of the resources that a template has.

use std::path::PathBuf;

use clap::Args;

use super::super::{Color, Problem, write};
use super::load::load;
use crate::iam::document::PolicyKind;
use crate::iam::least::suggest;
use crate::report::text::{TextOptions, diagnostics};
use crate::scan::Status;

/// Arguments of `iam suggest`.
#[derive(Debug, Args)]
pub(super) struct Suggest {
    /// Templates, cloud assemblies, or folders with any of them.
    #[arg(required = true, value_name = "FILE")]
    paths: Vec<PathBuf>,
}

pub(super) fn run(args: &Suggest, color: Color) -> Result<u8, Problem> {
    let loaded = load(&args.paths, None)?;
    let options = TextOptions { color: color.on(&std::io::stdout()), ..TextOptions::default() };
    write::stderr(&diagnostics(&loaded.problems, &options));
    let (mut text, mut found, mut asked) = (String::new(), 0, 0);
    for document in loaded.documents.iter().filter(|document| document.kind == PolicyKind::Identity) {
        asked += 1;
        let Some(suggestion) = suggest(&document.policy, &document.resources) else { continue };
        found += 1;
        let proof = match suggestion.proved {
            true => "proved for all requests to allow nothing new",
            false => "not proved to allow nothing new: compare it before you use it",
        };
        text.push_str(&format!("{} ({})\n", document.name(), document.position(document.policy.place)));
        text.push_str(&serde_json::to_string_pretty(&suggestion.document).unwrap_or_default());
        text.push_str(&format!("\n  {proof}\n"));
        for note in &suggestion.notes {
            text.push_str(&format!("  as before: {note}\n"));
        }
        text.push('\n');
    }
    let policies = if asked == 1 { "policy" } else { "policies" };
    text.push_str(&format!("{asked} identity {policies}, {found} with a tighter suggestion\n"));
    write::stdout(&text)?;
    let status = match (loaded.is_complete(), asked) {
        (false, _) => Status::Incomplete,
        (_, 0) => Status::NothingToScan,
        _ => Status::GatePassed,
    };
    Ok(status.code())
}
