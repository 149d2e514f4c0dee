//! `fasscan iam`: questions about policy documents, one file for each command. The files are read in [`load`].

mod check;
mod find;
mod load;
mod output;
mod simulate;

use clap::{Args, Subcommand};

use super::{Color, Problem};

/// Arguments of `iam`.
#[derive(Debug, Args)]
pub(super) struct Iam {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Say what is wrong with policies, and what they grant.
    Check(check::Check),
    /// Decide one request as AWS would: allowed, denied or not known, and by which statements.
    Simulate(Box<simulate::Simulate>),
}

pub(super) fn run(iam: &Iam, color: Color) -> Result<u8, Problem> {
    match &iam.command {
        Command::Check(check) => check::run(check, color),
        Command::Simulate(simulate) => simulate::run(simulate, color),
    }
}
