//! What every command that scans is told: deployment, day, strictness.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::str::FromStr as _;

use clap::Args;

use super::deployments::Deployments;
use super::{Color, Problem};
use crate::config::Settled;
use crate::eval;
use crate::report::Report;
use crate::report::document::Severity;
use crate::scan::{Assessment, Request, scan};
use crate::source::Limits;
use crate::source::paths::io_reason;
use crate::template::unit::Environment;

/// How to scan.
#[derive(Debug, Args)]
pub(super) struct Scanning {
    /// Fail what passes by a default of AWS only.
    #[arg(long)]
    strict: bool,
    /// Do not fail when something could not be read or examined.
    #[arg(long)]
    pub(super) allow_incomplete: bool,
    /// What rules compare dates with [default: the current day, UTC].
    #[arg(long, value_name = "DATE", value_parser = date)]
    today: Option<Box<str>>,
    /// How many inputs are worked on at the same time [default: the number of processors].
    #[arg(long, value_name = "N")]
    jobs: Option<NonZeroUsize>,
}

/// How templates are deployed.
#[derive(Debug, Args)]
pub(super) struct Deployed {
    #[command(flatten)]
    deployments: Deployments,
    /// The account that templates are deployed to which do not say it themselves.
    #[arg(long, value_name = "ID", value_parser = account)]
    account: Option<Box<str>>,
    /// The region that templates are deployed to which do not say it themselves.
    #[arg(long, value_name = "REGION", value_parser = region)]
    region: Option<Box<str>>,
}

impl Deployed {
    /// A flag that was given.
    pub(super) fn given(&self) -> Option<&'static str> {
        let flags = [
            (!self.deployments.is_empty(), "--param`, `--parameters` or `--env"),
            (self.account.is_some(), "--account"),
            (self.region.is_some(), "--region"),
        ];
        flags.into_iter().find_map(|(given, flag)| given.then_some(flag))
    }

    /// What to scan of these paths.
    pub(super) fn request(&self, paths: &[PathBuf], color: Color) -> Result<Request, Problem> {
        Ok(Request {
            environment: Environment { account: self.account.clone(), region: self.region.clone() },
            deployments: self.deployments.load(color)?,
            ..request(paths)?
        })
    }
}

/// What to scan of these paths, where no template among them needs to be told where it is deployed.
pub(super) fn request(paths: &[PathBuf]) -> Result<Request, Problem> {
    Ok(Request {
        paths: paths.to_vec(),
        snapshots: Vec::new(),
        cwd: current_dir()?,
        environment: Environment::default(),
        deployments: Vec::new(),
        options: eval::Options::default(),
        fail_on: None,
        assessment: Assessment::default(),
        jobs: None,
        limits: Limits::default(),
    })
}

impl Scanning {
    /// The day that "today" means.
    pub(super) fn today(&self) -> Box<str> {
        self.today.clone().unwrap_or_else(today)
    }

    /// A flag that was given and that only a scan obeys.
    pub(super) fn given(&self) -> Option<&'static str> {
        let flags =
            [(self.strict, "--strict"), (self.allow_incomplete, "--allow-incomplete"), (self.jobs.is_some(), "--jobs")];
        flags.into_iter().find_map(|(given, flag)| given.then_some(flag))
    }

    /// Scans what is requested by what was settled.
    pub(super) fn run(&self, request: Request, settled: Settled, fail_on: Option<Severity>) -> Report {
        let Settled { rules, scope, assessment } = settled;
        let options = eval::Options { today: self.today(), strict: self.strict, scope };
        scan(&Request { options, fail_on, assessment, jobs: self.jobs, ..request }, &rules)
    }
}

/// The width of the terminal, as the shell says it.
pub(super) fn columns() -> Option<usize> {
    std::env::var("COLUMNS").ok()?.parse().ok()
}

/// The current directory.
pub(super) fn current_dir() -> Result<PathBuf, Problem> {
    std::env::current_dir()
        .map_err(|error| Problem::new(format!("cannot read the current directory: {}", io_reason(&error))))
}

/// The current day, UTC.
pub(super) fn today() -> Box<str> {
    jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date().to_string().into()
}

pub(super) fn date(text: &str) -> Result<Box<str>, String> {
    match jiff::civil::Date::from_str(text) {
        Ok(date) if date.to_string() == text => Ok(text.into()),
        _ => Err("a date is of the form `2026-01-31`".to_owned()),
    }
}

pub(super) fn account(text: &str) -> Result<Box<str>, String> {
    match text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        true => Ok(text.into()),
        false => Err("an account has twelve digits".to_owned()),
    }
}

fn region(text: &str) -> Result<Box<str>, String> {
    let parts: Vec<&str> = text.split('-').collect();
    let words =
        |parts: &[&str]| parts.iter().all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase()));
    match parts.split_last() {
        Some((last, head)) if head.len() >= 2 && words(head) && last.parse::<u8>().is_ok() => Ok(text.into()),
        _ => Err("a region is of the form `us-east-1`".to_owned()),
    }
}
