//! `fasscan rules`: which rules there are, and whether they are sound.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};

use super::rule_files::{RuleFolders, check_frameworks, files};
use super::{Color, Problem, write};
use crate::report::text::{TextOptions, diagnostics};
use crate::rule::{self, Checks, Conventions, RuleSet, builtin_files, load_checked, load_user};
use crate::scan::{Status, plain_diagnostic};
use crate::source::paths::io_reason;
use crate::source::{Diagnostic, Level};
use crate::{config, framework, profile, rule_tests};

/// Arguments of `rules`.
#[derive(Debug, Args)]
pub(super) struct Rules {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List the rules.
    List {
        #[command(flatten)]
        folders: RuleFolders,
        /// Only rules that bear on this framework; may be given more than once.
        #[arg(long = "framework", value_name = "ID")]
        frameworks: Vec<String>,
        /// A table, or everything about each rule but its conditions and tests.
        #[arg(long, value_name = "FORMAT", default_value = "text")]
        format: ListFormat,
    },
    /// Show everything about a rule.
    Show {
        /// The id of the rule, or what another scanner calls it (`CKV_AWS_16`, `RDS.3`, `RDS_STORAGE_ENCRYPTED`).
        id: String,
        #[command(flatten)]
        folders: RuleFolders,
    },
    /// Write a page of Markdown for each rule, and indexes.
    Docs {
        /// The folder to write them into.
        dir: PathBuf,
        /// Rule files, or folders with rules [default: the built-in rules].
        paths: Vec<PathBuf>,
    },
    /// Run the tests that stand in the rules.
    Test {
        /// Rule files, or folders with rules [default: the built-in rules].
        paths: Vec<PathBuf>,
        /// What rules compare dates with [default: the current day, UTC].
        #[arg(long, value_name = "DATE", value_parser = super::scanning::date)]
        today: Option<Box<str>>,
    },
    /// Print the JSON Schema of rule files, or of others, for editors.
    Schema {
        /// The files that it is of; `config` is `fasscan.toml`.
        #[arg(long, value_name = "FILES", default_value = "rule")]
        of: SchemaOf,
    },
    /// Say what is wrong with rules.
    Lint {
        /// Rule files, or folders with rules [default: the built-in rules].
        paths: Vec<PathBuf>,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum SchemaOf {
    Rule,
    Framework,
    Profile,
    Config,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum ListFormat {
    Text,
    Json,
}

pub(super) fn run(rules: &Rules, color: Color) -> Result<u8, Problem> {
    match &rules.command {
        Command::List { folders, frameworks, format } => {
            let mut rules = folders.load(color)?;
            check_frameworks(frameworks)?;
            let bears = |rule: &rule::Rule, id: &String| rule.controls.iter().any(|one| *one.framework == **id);
            rules.rules.retain(|rule| frameworks.is_empty() || frameworks.iter().any(|id| bears(rule, id)));
            write::stdout(&match format {
                ListFormat::Text => rule::list(&rules),
                ListFormat::Json => rule::list_json(&rules),
            })?;
            Ok(Status::GatePassed.code())
        }
        Command::Show { id, folders } => {
            let rules = folders.load(color)?;
            let found = rules.named(id);
            if found.is_empty() {
                let help = rules.suggest(id).map(|id| format!("did you mean `{id}`"));
                return Err(Problem::new(format!("there is no rule `{id}`")).with_help(help));
            }
            write::stdout(&found.into_iter().map(rule::show).collect::<Vec<_>>().join("\n"))?;
            Ok(Status::GatePassed.code())
        }
        Command::Docs { dir, paths } => docs(dir, paths),
        Command::Test { paths, today } => test(paths, today.clone().unwrap_or_else(super::scanning::today), color),
        Command::Schema { of } => {
            write::stdout(&match of {
                SchemaOf::Rule => rule::schema(framework::builtin()),
                SchemaOf::Framework => framework::schema(),
                SchemaOf::Profile => profile::schema(),
                SchemaOf::Config => config::schema(),
            })?;
            Ok(Status::GatePassed.code())
        }
        Command::Lint { paths } => lint(paths, color),
    }
}

/// The rules of the paths, or the built-in ones, with their tests.
fn with_tests(paths: &[PathBuf]) -> Result<RuleSet, Problem> {
    let (rules, problems) = match paths {
        [] => {
            let schema = crate::inventory::schema::Schema::embedded();
            let checks = Checks { schema, frameworks: framework::builtin(), conventions: Conventions::Project };
            load_checked(&builtin_files(), &checks, RuleSet::default())
        }
        paths => load_user(&files(paths)?, framework::builtin(), RuleSet::default()),
    };
    let wrong = problems.iter().any(|problem| problem.level == Level::Error);
    if wrong { Err(problems.into()) } else { Ok(rules) }
}

fn docs(dir: &Path, paths: &[PathBuf]) -> Result<u8, Problem> {
    let rules = with_tests(paths)?;
    let refuse = |error| Problem::of_path(dir, format!("cannot make the folder: {}", io_reason(&error)));
    std::fs::create_dir_all(dir).map_err(refuse)?;
    for page in rule::docs::pages(&rules, framework::builtin()) {
        write::file(&dir.join(&page.path), &page.text)?;
    }
    Ok(Status::GatePassed.code())
}

fn test(paths: &[PathBuf], today: Box<str>, color: Color) -> Result<u8, Problem> {
    let mut rules = with_tests(paths)?;
    if rules.rules.is_empty() {
        Problem::new("there is no rule to test").print(color);
        return Ok(Status::NothingToScan.code());
    }
    let summary = rule_tests::run(&mut rules, &today);
    write::stdout(&shown(summary.failures, color))?;
    write::stdout(&format!("{} passed, {} failed\n", summary.passed, summary.failed))?;
    Ok(if summary.failed == 0 { Status::GatePassed } else { Status::GateFailed }.code())
}

fn lint(paths: &[PathBuf], color: Color) -> Result<u8, Problem> {
    let problems = match paths {
        [] => rule::lint_builtin(),
        paths => {
            let files = files(paths)?;
            if files.is_empty() {
                Problem::new("there is no rule to check").print(color);
                return Ok(Status::NothingToScan.code());
            }
            rule::lint(&files, framework::builtin())
        }
    };
    let wrong = problems.iter().any(|problem| problem.level == Level::Error);
    write::stdout(&shown(problems, color))?;
    Ok(if wrong { Status::GateFailed } else { Status::GatePassed }.code())
}

/// Problems as data: what these commands were asked for.
fn shown(problems: Vec<Diagnostic>, color: Color) -> String {
    let options = TextOptions { color: color.on(&std::io::stdout()), ..TextOptions::default() };
    diagnostics(&problems.into_iter().map(plain_diagnostic).collect::<Vec<_>>(), &options)
}
