//! What to judge by: rules, frameworks, profiles, parameters and scope, from flags and from the configuration file.

use std::path::{Path, PathBuf};

use clap::Args;

use super::rule_files::{self, ParamValue, RuleFolders};
use super::scanning::current_dir;
use super::{Color, Problem};
use crate::config::{self, Chosen, Config, Settled};
use crate::facts::scope::Tags;
use crate::scan;
use crate::source::{Limits, Loader};

/// What a command judges by.
#[derive(Debug, Args)]
pub(super) struct Choice {
    #[command(flatten)]
    folders: RuleFolders,
    /// Only rules that bear on this framework; may be given more than once.
    #[arg(long = "framework", value_name = "ID")]
    frameworks: Vec<String>,
    /// Only this rule; may be given more than once.
    #[arg(long = "rule", value_name = "ID")]
    rules: Vec<String>,
    /// Set a parameter of a rule; lists are separated by commas.
    #[arg(long = "rule-param", value_name = "RULE.NAME=VALUE")]
    rule_params: Vec<ParamValue>,
    /// Judge by a profile, or by the profile in a file; may be given more than once.
    #[arg(long = "profile", value_name = "NAME")]
    profiles: Vec<String>,
    /// Count only resources with this tag; may be given more than once.
    #[arg(long = "scope", value_name = "KEY=VALUE", value_parser = tag)]
    scope: Vec<(Box<str>, Box<str>)>,
    /// The configuration file [default: the nearest `fasscan.toml` upwards].
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

impl Choice {
    /// The rules with their parameters, the scope, and what to say of frameworks.
    pub(super) fn settle(&self, color: Color) -> Result<Settled, Problem> {
        let cwd = current_dir()?;
        let loader = Loader::new(&cwd, Limits::default());
        let rules = self.folders.load(color)?;
        let named = rule_files::named(&rules, &self.rules)?;
        rule_files::check_frameworks(&self.frameworks)?;
        let config = self.config(&cwd, &loader)?;
        let chosen = self.chosen(&cwd, &loader, config.as_ref())?;
        let mut settled = config::settle(rules, config.as_ref(), &chosen)?;
        if !named.is_empty() {
            let others = settled.rules.rules.extract_if(.., |rule| !named.contains(&rule.id));
            settled.assessment.leave_out(others.map(|rule| scan::info(&rule)));
        }
        if settled.rules.rules.is_empty() {
            return Err(Problem::new("rules, frameworks and profiles together leave no rule"));
        }
        let params = rule_files::set_params(&mut settled.rules, &self.rule_params)?;
        settled.assessment.settings.set_params(params);
        Ok(settled)
    }

    fn config(&self, cwd: &Path, loader: &Loader) -> Result<Option<Config>, Problem> {
        let Some(path) = self.config.clone().or_else(|| config::discover(cwd)) else { return Ok(None) };
        let file = loader.read(&path)?;
        Ok(Some(config::load(&file)?))
    }

    /// What flags name, or else the file.
    fn chosen(&self, cwd: &Path, loader: &Loader, config: Option<&Config>) -> Result<Chosen, Problem> {
        let mut profiles = Vec::new();
        for name in &self.profiles {
            profiles.push(config::profile(name, cwd, loader)?);
        }
        if let Some(config) = config.filter(|_| self.profiles.is_empty()) {
            profiles = config.load_profiles(loader)?;
        }
        let frameworks = match (self.frameworks.as_slice(), config) {
            ([], Some(config)) => config.frameworks.iter().map(|(id, _)| id.clone()).collect(),
            (ids, _) => ids.iter().map(|id| id.as_str().into()).collect(),
        };
        let settled = self.rule_params.iter().map(ParamValue::target).collect();
        Ok(Chosen { profiles, frameworks, scope: tags(&self.scope), settled })
    }
}

/// `KEY=VALUE`.
fn tag(text: &str) -> Result<(Box<str>, Box<str>), &'static str> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() && !value.is_empty() => Ok((key.into(), value.into())),
        _ => Err("a tag is of the form `KEY=VALUE`"),
    }
}

/// All keys are needed, and of each one of its values.
fn tags(given: &[(Box<str>, Box<str>)]) -> Tags {
    let mut tags = Tags::new();
    for (key, value) in given {
        match tags.iter_mut().find(|(known, _)| known == key) {
            Some((_, values)) => values.push(value.clone()),
            None => tags.push((key.clone(), vec![value.clone()])),
        }
    }
    tags
}
