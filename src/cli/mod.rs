//! The command line: one file for each command.
//!
//! Here, and nowhere else, are the arguments, the clock, the terminal and the exit code. Data goes to standard output and
//! everything else to standard error. A flag acts or is refused.

mod audit;
mod check;
mod choice;
mod controls;
mod deployments;
mod iam;
mod problem;
mod reporting;
mod rule_files;
mod rules;
mod scanning;
mod scp;
mod write;

use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};

use self::problem::Problem;

/// The exit code of everything that could not be done: the same as of an incomplete scan.
const ERROR: u8 = crate::scan::Status::Incomplete.code();

#[derive(Debug, Parser)]
#[command(name = "fasscan", version, about, propagate_version = true, max_term_width = 100)]
#[command(after_help = "Exit codes: 0 gate passed, 1 gate failed, 2 error or incomplete, 3 nothing to scan.")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
    /// When to use colours.
    #[arg(long, value_enum, default_value_t = Color::Auto, global = true, value_name = "WHEN")]
    color: Color,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Judge accounts.
    Audit(Box<audit::Audit>),
    /// Check CloudFormation templates and CDK assemblies.
    Check(Box<check::Check>),
    /// List the requirements of frameworks: which rules answer for them, or what a scan says of each.
    Controls(Box<controls::Controls>),
    /// Check, compare and try IAM policies.
    Iam(iam::Iam),
    /// Look at, test and check rules.
    Rules(rules::Rules),
    /// Ask what the policies of an organisation guarantee.
    Scp(scp::Scp),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Color {
    /// On a terminal, unless NO_COLOR is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl Color {
    /// Whether what is written to `stream` has colours.
    fn on(self, stream: &impl anstream::stream::RawStream) -> bool {
        match self {
            Self::Auto => !matches!(anstream::AutoStream::choice(stream), anstream::ColorChoice::Never),
            Self::Always => true,
            Self::Never => false,
        }
    }
}

/// Runs the program with the arguments of the process.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version are written as well; a closed pipe is nothing to speak of.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { ERROR } else { 0 });
        }
    };
    let color = arguments.color;
    let done = match arguments.command {
        Command::Audit(audit) => audit::run(&audit, color),
        Command::Check(check) => check::run(&check, color),
        Command::Controls(controls) => controls::run(&controls, color),
        Command::Iam(iam) => iam::run(&iam, color),
        Command::Rules(rules) => rules::run(&rules, color),
        Command::Scp(scp) => scp::run(&scp, color),
    };
    match done {
        Ok(code) => ExitCode::from(code),
        Err(problem) => {
            problem.print(color);
            ExitCode::from(ERROR)
        }
    }
}
