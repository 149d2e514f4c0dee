//! `fasscan iam suggest`: tighter policies, made of the resources that a template has.

use std::path::PathBuf;

use clap::Args;

use super::super::{Color, Problem, write};
use super::load::load;
use super::output;
use crate::iam::document::PolicyKind;
use crate::iam::least::suggest;
use crate::report::text::clean;
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
    output::problems(&loaded.problems, color);
    let (mut text, mut found, mut asked) = (String::new(), 0, 0);
    for document in loaded.documents.iter().filter(|document| document.kind == PolicyKind::Identity) {
        asked += 1;
        let Some(suggestion) = suggest(&document.policy, &document.resources) else { continue };
        found += 1;
        let proof = match suggestion.proved {
            true => "proved for all requests to allow nothing new",
            false => "not proved to allow nothing new: compare it before you use it",
        };
        let file = document.files.get(document.policy.place.file);
        let line = file.position(document.policy.place.span.start).line;
        text.push_str(&clean(&format!("{} (line {line})", document.name())));
        text.push('\n');
        for line in output::json(&suggestion.document).lines() {
            text.push_str(&clean(line));
            text.push('\n');
        }
        text.push_str(&format!("  {proof}\n"));
        for note in &suggestion.notes {
            text.push_str(&clean(&format!("  as before: {note}")));
            text.push('\n');
        }
        text.push('\n');
    }
    let policies = output::count(asked, "identity policy", "identity policies");
    text.push_str(&format!("{policies}, {found} with a tighter suggestion\n"));
    write::stdout(&text)?;
    let status = match (output::is_complete(&loaded.problems), asked) {
        (false, _) => Status::Incomplete,
        (_, 0) => Status::NothingToScan,
        _ => Status::GatePassed,
    };
    Ok(status.code())
}
