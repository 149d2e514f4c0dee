//! `fasscan audit`: accounts.

use std::path::PathBuf;

use clap::Args;

use super::choice::Choice;
use super::reporting::Reporting;
use super::scanning::{Scanning, current_dir, request};
use super::{Color, Problem};
use crate::source::discover::{DiscoverOptions, Input, discover};

/// Arguments of `audit`.
#[derive(Debug, Args)]
pub(super) struct Audit {
    /// Judge a saved snapshot of an account; may be given more than once.
    #[arg(long = "snapshot", value_name = "FILE", required = true)]
    snapshots: Vec<PathBuf>,
    #[command(flatten)]
    choice: Choice,
    #[command(flatten)]
    reporting: Reporting,
    #[command(flatten)]
    scanning: Scanning,
}

/// Scans, writes the reports and gives the exit code.
pub(super) fn run(audit: &Audit, color: Color) -> Result<u8, Problem> {
    audit.reporting.refuse_conflicts()?;
    let request = request(&audit.snapshots)?;
    for path in &audit.snapshots {
        refuse_others(path, request.limits.bytes as u64)?;
    }
    let settled = audit.choice.settle(color)?;
    let report = audit.scanning.run(request, settled, audit.reporting.fail_on());
    Ok(audit.reporting.write(&report, audit.scanning.allow_incomplete, color))
}

/// Refuses what is there and is no snapshot; what cannot be read the scan reports.
fn refuse_others(path: &PathBuf, max_bytes: u64) -> Result<(), Problem> {
    let found = discover(std::slice::from_ref(path), &DiscoverOptions { cwd: current_dir()?, max_bytes });
    let is_snapshot = |input: &Input| matches!(input, Input::Snapshot { .. });
    if found.inputs.iter().all(is_snapshot) && (!found.inputs.is_empty() || !path.is_file()) && !path.is_dir() {
        return Ok(());
    }
    let help = "templates and assemblies are for `fasscan check`".to_owned();
    Err(Problem::of_path(path, "this is no snapshot of an account".to_owned()).with_help(Some(help)))
}
