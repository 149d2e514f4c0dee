//! `fasscan controls`: the requirements of frameworks, which rules answer for them, and what a scan says of each.

use std::io::IsTerminal as _;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::choice::Choice;
use super::scanning::{Deployed, Scanning, columns};
use super::{Color, Problem, write};
use crate::report::Report;
use crate::report::controls::{self, Content};
use crate::scan::{Status, coverage};

/// Arguments of `controls`.
#[derive(Debug, Args)]
pub(super) struct Controls {
    /// What to scan for the status of each requirement; without a path, the coverage: which rules answer for what.
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// The form of the list.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    #[command(flatten)]
    choice: Choice,
    #[command(flatten)]
    scanning: Scanning,
    #[command(flatten)]
    deployed: Deployed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A table for people.
    Text,
    /// One document for programs.
    Json,
    /// One line for each requirement, for spreadsheets.
    Csv,
}

/// Lists the requirements. A requirement that fails gives the exit code of a gate that failed.
pub(super) fn run(controls: &Controls, color: Color) -> Result<u8, Problem> {
    let settled = controls.choice.settle(color)?;
    if settled.assessment.frameworks.is_empty() {
        return Err(Problem::new("the profiles are about no framework"));
    }
    if controls.paths.is_empty() {
        if let Some(flag) = controls.scanning.given().or_else(|| controls.deployed.given()) {
            let help = "name what to scan, as in `fasscan controls cdk.out`".to_owned();
            return Err(Problem::new(format!("`{flag}` is about a scan, and there is no path")).with_help(Some(help)));
        }
        let report = coverage(&settled.rules, &settled.assessment, &controls.scanning.today());
        controls.write(&report, Content::Coverage)?;
        return Ok(Status::GatePassed.code());
    }
    let request = controls.deployed.request(&controls.paths, color)?;
    let report = controls.scanning.run(request, settled, None);
    if !report.diagnostics.is_empty() {
        Problem::told(&report.diagnostics).print(color);
    }
    controls.write(&report, Content::Statuses)?;
    let failing = report.frameworks.iter().any(|framework| framework.summary.fail > 0);
    Ok(match Status::of(&report, controls.scanning.allow_incomplete) {
        Status::GatePassed if failing => Status::GateFailed,
        status => status,
    }
    .code())
}

impl Controls {
    fn write(&self, report: &Report, content: Content) -> Result<(), Problem> {
        let width = std::io::stdout().is_terminal().then(columns).flatten();
        write::stdout(&match self.format {
            Format::Text => controls::text(report, content, width),
            Format::Json => controls::json(report, content),
            Format::Csv => controls::csv(report, content),
        })
    }
}
