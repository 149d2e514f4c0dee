//! `fasscan scp`: what the policies of an organisation guarantee for its accounts.

mod answer;
mod folder;
mod json;
mod text;

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use self::answer::Report;
use super::scanning::current_dir;
use super::{Color, Problem, write};
use crate::facts::Facts;
use crate::facts::organization::has_organization;
use crate::iam::organization::{Node, NodeId, NodeKind, Options, Organization, Parent, guardrails, is_region};
use crate::scan::Status;
use crate::source::discover::{DiscoverOptions, Input, discover};
use crate::source::{Diagnostic, Files, Level, Limits, Loader};
use crate::template::load::load;
use crate::template::unit::Environment;
use crate::value::{View, World};

/// Arguments of `scp`.
#[derive(Debug, Args)]
pub(super) struct Scp {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Say for each guardrail whether the policies of an organisation prove it, with a request where they do not.
    Check(Check),
}

/// Arguments of `scp check`.
#[derive(Debug, Args)]
struct Check {
    /// Policy files, folders of policy files, templates or cloud assemblies (`cdk.out`).
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// The regions that may be used [default: those that the policies let pass].
    #[arg(long, value_name = "REGION", value_delimiter = ',', value_parser = region)]
    regions: Vec<Box<str>>,
    /// A pattern of the ARNs of roles or users that may do everything; may be given more than once.
    #[arg(long, value_name = "PATTERN", value_parser = principal)]
    break_glass: Vec<Box<str>>,
    /// Only this account, by its id or name; may be given more than once.
    #[arg(long = "account", value_name = "ID")]
    accounts: Vec<Box<str>>,
    /// Only this guardrail; may be given more than once.
    #[arg(long = "guardrail", value_name = "ID", value_parser = guardrail)]
    guardrails: Vec<Box<str>>,
    /// How to write the answers.
    #[arg(long, short, value_enum, default_value_t = Format::Text, value_name = "FORMAT")]
    output: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
}

/// An organisation with the files that its places point into.
struct Loaded {
    name: String,
    organization: Organization,
    files: Files,
    /// Whether its accounts were made up, because the input has none.
    made_up: bool,
}

pub(super) fn run(scp: &Scp, color: Color) -> Result<u8, Problem> {
    match &scp.command {
        Command::Check(check) => check.run(color),
    }
}

impl Check {
    fn run(&self, color: Color) -> Result<u8, Problem> {
        let loader = Loader::new(current_dir()?, Limits::default());
        let mut problems = Vec::new();
        let mut found = self.load(&loader, &mut problems);
        let failed = problems.iter().any(|problem| problem.level == Level::Error);
        if !problems.is_empty() {
            Problem::from(problems).print(color);
        }
        if found.is_empty() {
            return Ok(if failed { super::ERROR } else { Status::NothingToScan.code() });
        }
        let options = Options { break_glass: self.break_glass.clone(), ..Options::default() };
        let regions: Vec<&str> = self.regions.iter().map(|region| &**region).collect();
        let mut reports = Vec::new();
        for loaded in &mut found {
            let accounts = self.accounts_of(loaded)?;
            let asked = |id: &str| self.guardrails.is_empty() || self.guardrails.iter().any(|asked| **asked == *id);
            reports.push(Report::new(loaded, &accounts, &regions, &options, &asked));
        }
        let text = match self.output {
            Format::Text => text::render(&found, &reports),
            Format::Json => json::render(&found, &reports),
        };
        write::stdout(&text)?;
        let status = reports.iter().map(Report::status).max().unwrap_or(0);
        Ok(if failed { super::ERROR } else { status })
    }

    fn load(&self, loader: &Loader, problems: &mut Vec<Diagnostic>) -> Vec<Loaded> {
        let (mut found, mut plain, mut templates) = (Vec::new(), Vec::new(), Vec::new());
        for path in &self.paths {
            let path = crate::source::paths::absolute(path, loader.cwd());
            if path.is_dir() && folder::is_folder(&path) {
                found.extend(folder::read(&path, loader, problems));
            } else if path.is_file() && folder::is_policy(&path, loader) {
                plain.push(path);
            } else {
                templates.push(path);
            }
        }
        found.extend(folder::at_root(&plain, loader, problems));
        if !templates.is_empty() {
            let options = DiscoverOptions { cwd: loader.cwd().to_path_buf(), max_bytes: loader.limits().bytes as u64 };
            let discovered = discover(&templates, &options);
            problems.extend(discovered.diagnostics);
            for input in &discovered.inputs {
                found.extend(template(input, loader, problems));
            }
        }
        found
    }

    /// The accounts that are asked about. Where the input has none, one is made up at every place that could hold one.
    fn accounts_of(&self, loaded: &mut Loaded) -> Result<Vec<NodeId>, Problem> {
        let organization = &mut loaded.organization;
        if organization.accounts().next().is_none() {
            loaded.made_up = true;
            make_up(organization, &self.accounts);
            return Ok(organization.accounts().collect());
        }
        let is = |node: &Node, asked: &str| {
            node.account.as_deref() == Some(asked)
                || *node.name == *asked
                || node.account.is_none() && node.name.contains(asked)
        };
        for asked in &self.accounts {
            if !organization.accounts().any(|id| is(organization.node(id), asked)) {
                let names: Vec<String> =
                    organization.accounts().map(|id| format!("`{}`", organization.node(id).name)).collect();
                let help = format!("there are {}", names.join(", "));
                return Err(Problem::new(format!("there is no account `{asked}`")).with_help(Some(help)));
            }
        }
        let asked = |id: &NodeId| {
            self.accounts.is_empty() || self.accounts.iter().any(|asked| is(organization.node(*id), asked))
        };
        Ok(organization.accounts().filter(asked).collect())
    }
}

/// Accounts for the units that have no unit below them, or for the root.
fn make_up(organization: &mut Organization, ids: &[Box<str>]) {
    let leaves: Vec<usize> = (0..organization.nodes.len())
        .filter(|index| {
            let below = |node: &Node| matches!(&node.parent, Parent::Node(parent) if parent.0 == *index);
            !organization.nodes.iter().any(below)
        })
        .collect();
    let ids: Vec<Option<Box<str>>> =
        if ids.is_empty() { vec![None] } else { ids.iter().map(|id| Some(id.clone())).collect() };
    for leaf in leaves {
        for id in &ids {
            let above = &organization.nodes[leaf].name;
            let name = id.clone().unwrap_or_else(|| format!("any account in {above}").into());
            organization.push(Node {
                kind: NodeKind::Account,
                name,
                account: id.clone(),
                parent: Parent::Node(NodeId(leaf)),
                management: false,
                full_access: true,
                place: None,
                resource: None,
            });
        }
    }
}

fn template(input: &Input, loader: &Loader, problems: &mut Vec<Diagnostic>) -> Vec<Loaded> {
    let loaded = load(input, loader, &Environment::default());
    problems.extend(loaded.diagnostics);
    let name = match input {
        Input::Stdin => "<stdin>".to_owned(),
        Input::Assembly { dir: path } | Input::Template { path } | Input::Snapshot { path } => loader.display(path),
    };
    let mut found = Vec::new();
    for unit in &loaded.units {
        let (inventory, _) = unit.resolve();
        if !has_organization(&inventory) {
            continue;
        }
        let world = World::open();
        let organization = Facts::new(&inventory).organization(&View::new(&inventory.values, &world));
        let organization = organization.as_ref().clone();
        found.push(Loaded { name: name.clone(), organization, files: inventory.files.clone(), made_up: false });
    }
    found
}

fn region(text: &str) -> Result<Box<str>, String> {
    match is_region(text) {
        true => Ok(text.into()),
        false => Err("a region is of the form `us-east-1`".to_owned()),
    }
}

fn principal(text: &str) -> Result<Box<str>, String> {
    match text.starts_with("arn:") && text.splitn(6, ':').count() == 6 {
        true => Ok(text.into()),
        false => Err("it is a pattern of ARNs, as `arn:aws:iam::*:role/BreakGlass`".to_owned()),
    }
}

fn guardrail(text: &str) -> Result<Box<str>, String> {
    let all: Vec<&str> =
        [answer::REGION_LOCK, answer::ROOT_USER].into_iter().chain(guardrails().iter().map(|group| group.id)).collect();
    match all.contains(&text) {
        true => Ok(text.into()),
        false => {
            let names: Vec<String> = all.iter().map(|id| format!("`{id}`")).collect();
            Err(format!("there are {}", names.join(", ")))
        }
    }
}
