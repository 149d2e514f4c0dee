//! `fasscan check`: templates and assemblies.

use std::io::IsTerminal as _;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, ValueEnum};

use super::choice::Choice;
use super::deployments::Deployments;
use super::{Color, ERROR, Problem, write};
use crate::config::Settled;
use crate::eval;
use crate::report::document::Severity;
use crate::report::text::{Detail, TextOptions};
use crate::report::{Report, json, sarif, text};
use crate::scan::{Request, Status, scan};
use crate::source::Limits;
use crate::source::paths::io_reason;
use crate::template::unit::Environment;

/// Arguments of `check`.
#[derive(Debug, Args)]
pub(super) struct Check {
    /// Templates, cloud assemblies (`cdk.out`), folders with any of them, or `-` for standard input.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    choice: Choice,
    /// The severity from which on a finding fails the gate.
    #[arg(long, value_enum, default_value_t = FailOn::Low, value_name = "SEVERITY")]
    fail_on: FailOn,
    /// Fail what passes by a default of AWS only.
    #[arg(long)]
    strict: bool,
    /// Do not fail when something could not be read or examined.
    #[arg(long)]
    allow_incomplete: bool,
    /// Write a report: `text`, `json` or `sarif`, to standard output or to a file; may be given more than once.
    #[arg(long = "output", short, value_name = "FORMAT[=FILE]", default_value = "text")]
    outputs: Vec<Output>,
    #[command(flatten)]
    deployments: Deployments,
    /// The account that templates are deployed to which do not say it themselves.
    #[arg(long, value_name = "ID", value_parser = account)]
    account: Option<Box<str>>,
    /// The region that templates are deployed to which do not say it themselves.
    #[arg(long, value_name = "REGION", value_parser = region)]
    region: Option<Box<str>>,
    /// What rules compare dates with [default: the current day, UTC].
    #[arg(long, value_name = "DATE", value_parser = date)]
    today: Option<Box<str>>,
    /// Show everything in the text report.
    #[arg(long, short, conflicts_with = "quiet")]
    verbose: bool,
    /// Show one line for each finding in the text report.
    #[arg(long, short)]
    quiet: bool,
    /// How many inputs are worked on at the same time [default: the number of processors].
    #[arg(long, value_name = "N")]
    jobs: Option<NonZeroUsize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FailOn {
    Critical,
    High,
    Medium,
    Low,
    /// No finding fails the gate.
    None,
}

impl FailOn {
    const fn severity(self) -> Option<Severity> {
        match self {
            Self::Critical => Some(Severity::Critical),
            Self::High => Some(Severity::High),
            Self::Medium => Some(Severity::Medium),
            Self::Low => Some(Severity::Low),
            Self::None => None,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Text,
    Json,
    Sarif,
}

/// A report to write; without a file, to standard output.
#[derive(Debug, Clone)]
struct Output {
    format: Format,
    file: Option<PathBuf>,
}

impl FromStr for Output {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (format, file) = match text.split_once('=') {
            Some((_, "")) => return Err("the file name is missing".to_owned()),
            Some((format, file)) => (format, Some(file)),
            None => (text, None),
        };
        let format = match format {
            "text" => Format::Text,
            "json" => Format::Json,
            "sarif" => Format::Sarif,
            other => return Err(format!("there is no format `{other}`; there are `text`, `json` and `sarif`")),
        };
        Ok(Self { format, file: file.filter(|file| *file != "-").map(PathBuf::from) })
    }
}

/// Scans, writes the reports and gives the exit code.
pub(super) fn run(check: &Check, color: Color) -> Result<u8, Problem> {
    check.refuse_conflicts()?;
    let Settled { rules, scope, assessment } = check.choice.settle(color)?;
    let request = Request {
        paths: check.paths.clone(),
        cwd: current_dir()?,
        environment: Environment { account: check.account.clone(), region: check.region.clone() },
        deployments: check.deployments.load(color)?,
        options: eval::Options { today: check.today.clone().unwrap_or_else(today), strict: check.strict, scope },
        fail_on: check.fail_on.severity(),
        assessment,
        jobs: check.jobs,
        limits: Limits::default(),
    };
    let report = scan(&request, &rules);
    let mut code = Status::of(&report, check.allow_incomplete).code();
    for output in &check.outputs {
        let text = check.render(&report, output, color);
        let written = match &output.file {
            Some(path) => write::file(path, &text),
            None => write::stdout(&text),
        };
        if let Err(problem) = written {
            problem.print(color);
            code = ERROR;
        }
    }
    Ok(code)
}

impl Check {
    /// Refuses what would be lost or ignored.
    fn refuse_conflicts(&self) -> Result<(), Problem> {
        if self.outputs.iter().filter(|output| output.file.is_none()).count() > 1 {
            let help = "give all but one of them a file, as in `--output sarif=report.sarif`".to_owned();
            return Err(Problem::new("two reports cannot both go to standard output").with_help(Some(help)));
        }
        for (index, output) in self.outputs.iter().enumerate() {
            let same = |other: &Output| output.file.is_some() && other.file == output.file;
            if let Some(path) = output.file.as_ref().filter(|_| self.outputs[..index].iter().any(same)) {
                return Err(Problem::new(format!("two reports cannot both go to `{}`", path.display())));
            }
        }
        if (self.verbose || self.quiet) && !self.outputs.iter().any(|output| output.format == Format::Text) {
            let flag = if self.verbose { "--verbose" } else { "--quiet" };
            return Err(Problem::new(format!("`{flag}` is about the text report, and none is written")));
        }
        Ok(())
    }

    fn render(&self, report: &Report, output: &Output, color: Color) -> String {
        match output.format {
            Format::Json => json::render(report),
            Format::Sarif => sarif::render(report, &sarif::SarifOptions::default()),
            Format::Text => {
                let detail = match (self.verbose, self.quiet) {
                    (true, _) => Detail::Verbose,
                    (_, true) => Detail::Quiet,
                    _ => Detail::Normal,
                };
                let screen = std::io::stdout();
                // A file is no terminal: it gets colours only when they are asked for.
                let colored = match output.file {
                    Some(_) => color == Color::Always,
                    None => color.on(&screen),
                };
                let width = (output.file.is_none() && screen.is_terminal()).then(columns).flatten();
                text::render(report, &TextOptions { color: colored, width, detail })
            }
        }
    }
}

/// The width of the terminal, as the shell says it.
fn columns() -> Option<usize> {
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
