//! `fasscan check`: templates and assemblies.

use std::path::PathBuf;

use clap::Args;

use super::choice::Choice;
use super::reporting::Reporting;
use super::scanning::{Deployed, Scanning};
use super::{Color, Problem};

/// Arguments of `check`.
#[derive(Debug, Args)]
pub(super) struct Check {
    /// Templates, cloud assemblies (`cdk.out`), folders with any of them, snapshots of accounts, or `-` for standard input.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    choice: Choice,
    #[command(flatten)]
    reporting: Reporting,
    #[command(flatten)]
    scanning: Scanning,
    #[command(flatten)]
    deployed: Deployed,
}

/// Scans, writes the reports and gives the exit code.
pub(super) fn run(check: &Check, color: Color) -> Result<u8, Problem> {
    check.reporting.refuse_conflicts()?;
    let settled = check.choice.settle(color)?;
    let request = check.deployed.request(&check.paths, color)?;
    let report = check.scanning.run(request, settled, check.reporting.fail_on());
    Ok(check.reporting.write(&report, check.scanning.allow_incomplete, color))
}
