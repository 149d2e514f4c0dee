//! Which reports a scan writes, and what fails its gate: the same for every command that reports a scan.

use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, ValueEnum};

use super::scanning::columns;
use super::{Color, ERROR, Problem, write};
use crate::report::document::Severity;
use crate::report::text::{Detail, TextOptions};
use crate::report::{Report, json, sarif, text};
use crate::scan::Status;

/// What is reported, and where.
#[derive(Debug, Args)]
pub(super) struct Reporting {
    /// The severity from which on a finding fails the gate.
    #[arg(long, value_enum, default_value_t = FailOn::Low, value_name = "SEVERITY")]
    fail_on: FailOn,
    /// Write a report: `text`, `json` or `sarif`, to standard output or to a file; may be given more than once.
    #[arg(long = "output", short, value_name = "FORMAT[=FILE]", default_value = "text")]
    outputs: Vec<Output>,
    /// Show everything in the text report.
    #[arg(long, short, conflicts_with = "quiet")]
    verbose: bool,
    /// Show one line for each finding in the text report.
    #[arg(long, short)]
    quiet: bool,
    /// Write every verdict into SARIF: also passes, unknowns and rules that do not concern a resource.
    #[arg(long)]
    all_results: bool,
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

impl Reporting {
    /// The severity from which on a finding fails the gate.
    pub(super) const fn fail_on(&self) -> Option<Severity> {
        self.fail_on.severity()
    }

    /// Writes the reports and gives the exit code.
    pub(super) fn write(&self, report: &Report, allow_incomplete: bool, color: Color) -> u8 {
        let mut code = Status::of(report, allow_incomplete).code();
        for output in &self.outputs {
            let text = self.render(report, output, color);
            let written = match &output.file {
                Some(path) => write::file(path, &text),
                None => write::stdout(&text),
            };
            if let Err(problem) = written {
                problem.print(color);
                code = ERROR;
            }
        }
        code
    }

    /// Refuses what would be lost or ignored.
    pub(super) fn refuse_conflicts(&self) -> Result<(), Problem> {
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
        if self.all_results && !self.outputs.iter().any(|output| output.format == Format::Sarif) {
            return Err(Problem::new("`--all-results` is about the SARIF report, and none is written"));
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
            Format::Sarif => sarif::render(report, &sarif::SarifOptions { all: self.all_results }),
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
