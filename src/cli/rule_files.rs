//! Rules of the command line: which files, which of them are chosen, and their parameters.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;

use super::{Color, Problem};
use crate::framework;
use crate::report::assessment::Param;
use crate::rule::{Literal, RuleSet, load_user};
use crate::source::paths::io_reason;
use crate::source::{Diagnostic, Level, Limits, Loader, SourceFile};

/// Directories below each other that are searched for rules.
const DEPTH: usize = 32;

/// Which rules a command works with.
#[derive(Debug, Args)]
pub(super) struct RuleFolders {
    /// Add the rules of a folder (all `.toml` files in and below it) or of a file.
    #[arg(long = "rules", value_name = "DIR")]
    folders: Vec<PathBuf>,
}

impl RuleFolders {
    /// The built-in rules and those of the folders. Warnings about them are written to standard error.
    pub(super) fn load(&self, color: Color) -> Result<RuleSet, Problem> {
        let (rules, problems) = RuleSet::builtin();
        if !problems.is_empty() {
            return Err(problems.into());
        }
        if self.folders.is_empty() {
            return Ok(rules);
        }
        let files = files(&self.folders)?;
        if files.is_empty() {
            return Err(Problem::new("the folders of `--rules` have no `.toml` file"));
        }
        let (rules, problems) = load_user(&files, framework::builtin(), rules);
        let wrong = problems.iter().any(|problem| problem.level == Level::Error);
        let problems = Problem::from(problems);
        if wrong {
            return Err(problems);
        }
        problems.print(color);
        Ok(rules)
    }
}

/// The rule files that paths mean, sorted.
pub(super) fn files(paths: &[PathBuf]) -> Result<Vec<Arc<SourceFile>>, Problem> {
    let mut found = Vec::new();
    for path in paths {
        match fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => below(path, 0, &mut found)?,
            Ok(_) => found.push(path.clone()),
            Err(error) => return Err(Problem::of_path(path, format!("cannot read it: {}", io_reason(&error)))),
        }
    }
    found.sort();
    found.dedup();
    let loader = Loader::new(super::scanning::current_dir()?, Limits::default());
    let mut problems: Vec<Diagnostic> = Vec::new();
    let mut files = Vec::new();
    for path in found {
        match loader.read(&path) {
            Ok(file) => files.push(file),
            Err(problem) => problems.push(problem),
        }
    }
    if problems.is_empty() { Ok(files) } else { Err(problems.into()) }
}

fn below(dir: &Path, depth: usize, found: &mut Vec<PathBuf>) -> Result<(), Problem> {
    let refuse = |error: std::io::Error| Problem::of_path(dir, format!("cannot read it: {}", io_reason(&error)));
    if depth > DEPTH {
        return Err(Problem::of_path(dir, format!("the folder lies more than {DEPTH} levels deep")));
    }
    for entry in fs::read_dir(dir).map_err(refuse)? {
        let entry = entry.map_err(refuse)?;
        let (path, kind) = (entry.path(), entry.file_type().map_err(refuse)?);
        if entry.file_name().to_string_lossy().starts_with('.') {
            continue;
        }
        if kind.is_dir() {
            below(&path, depth + 1, found)?;
        } else if path.extension().is_some_and(|ending| ending == "toml") {
            found.push(path);
        }
    }
    Ok(())
}

/// The ids of the rules that are named, by their ids or those of other scanners.
pub(super) fn named(rules: &RuleSet, names: &[String]) -> Result<Vec<Box<str>>, Problem> {
    let mut ids = Vec::new();
    for name in names {
        let found = rules.named(name);
        if found.is_empty() {
            let help = rules.suggest(name).map(|id| format!("did you mean `{id}`"));
            return Err(Problem::new(format!("there is no rule `{name}`")).with_help(help));
        }
        ids.extend(found.into_iter().map(|rule| rule.id.clone()));
    }
    Ok(ids)
}

/// Refuses frameworks that there are not.
pub(super) fn check_frameworks(ids: &[String]) -> Result<(), Problem> {
    let known = framework::builtin();
    let Some(id) = ids.iter().find(|id| !known.iter().any(|framework| *framework.id == ***id)) else { return Ok(()) };
    let known: Vec<String> = known.iter().map(|framework| format!("`{}`", framework.id)).collect();
    let help = format!("the frameworks are {}", known.join(", "));
    Err(Problem::new(format!("there is no framework `{id}`")).with_help(Some(help)))
}

/// `RULE.NAME=VALUE`.
#[derive(Debug, Clone)]
pub(super) struct ParamValue {
    rule: String,
    name: String,
    value: String,
}

impl ParamValue {
    /// The rule and the parameter, as they are written.
    pub(super) fn target(&self) -> (Box<str>, Box<str>) {
        (self.rule.as_str().into(), self.name.as_str().into())
    }
}

impl std::str::FromStr for ParamValue {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (target, value) = text.split_once('=').ok_or("it is not of the form `RULE.NAME=VALUE`")?;
        let (rule, name) = target.split_once('.').ok_or("it is not of the form `RULE.NAME=VALUE`")?;
        Ok(Self { rule: rule.to_owned(), name: name.to_owned(), value: value.to_owned() })
    }
}

/// Sets parameters of the chosen rules, and gives what was set.
pub(super) fn set_params(rules: &mut RuleSet, params: &[ParamValue]) -> Result<Vec<Param>, Problem> {
    let mut set = Vec::new();
    for ParamValue { rule, name, value } in params {
        let found = rules.find(rule).and_then(|rule| rule.params.iter().find(|param| *param.name == **name));
        let literal = found.map_or_else(|| Literal::Text(value.as_str().into()), |param| like(&param.value, value));
        let value = literal.to_string();
        rules
            .set_param(rule, name, literal)
            .map_err(|error| Problem::new(error.to_string()).with_help(error.help()))?;
        let rule = rules.find(rule).map_or_else(|| rule.clone(), |rule| rule.id.to_string());
        set.push(Param { rule, name: name.clone(), value, set_by: "--rule-param".to_owned() });
    }
    Ok(set)
}

/// The text as a value of the same kind as `model`; lists are separated by commas. What is of no such kind stays a text,
/// which setting it refuses.
fn like(model: &Literal, text: &str) -> Literal {
    match model {
        Literal::Bool(_) => text.parse().map_or_else(|_| Literal::Text(text.into()), Literal::Bool),
        Literal::Number(..) => {
            text.parse().map_or_else(|_| Literal::Text(text.into()), |number| Literal::Number(number, text.into()))
        }
        Literal::List(items) => {
            let model = items.first().cloned().unwrap_or(Literal::Text("".into()));
            Literal::List(text.split(',').map(|item| like(&model, item.trim())).collect())
        }
        Literal::Text(_) | Literal::Table(_) => Literal::Text(text.into()),
    }
}
