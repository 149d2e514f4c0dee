//! `fasscan iam`: questions about policy documents, one file for each command. The files are read in [`load`].

mod check;
mod compare;
mod escalations;
mod find;
mod load;
mod output;
mod simulate;
mod suggest;

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
    /// Say whether a policy allows anything that another one does not.
    Compare(compare::Compare),
    /// Show which principals can become administrators, and how.
    Escalations(escalations::Arguments),
    /// Suggest identity policies that name the resources of their template where they have wildcards.
    Suggest(suggest::Suggest),
    /// Decide one request as AWS would: allowed, denied or not known, and by which statements.
    Simulate(Box<simulate::Simulate>),
}

pub(super) fn run(iam: &Iam, color: Color) -> Result<u8, Problem> {
    match &iam.command {
        Command::Check(check) => check::run(check, color),
        Command::Compare(compare) => compare::run(compare, color),
        Command::Escalations(arguments) => escalations::run(arguments, color),
        Command::Suggest(suggest) => suggest::run(suggest, color),
        Command::Simulate(simulate) => simulate::run(simulate, color),
    }
}
