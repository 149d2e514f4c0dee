//! Values for the parameters of templates: from the command line, from files, and by environment.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::Args;

use super::{Color, Problem};
use crate::deployment::{Deployment, Given, read};
use crate::source::{Diagnostic, Limits, Loader};

/// Which values the parameters get.
#[derive(Debug, Args)]
pub(super) struct Deployments {
    /// Set a parameter of the templates; wins over every file; may be given more than once.
    // No value parser: what it refuses, it shows, and this may be a secret.
    #[arg(long = "param", value_name = "KEY=VALUE")]
    params: Vec<String>,
    /// Take the parameters of the templates from a file, in any format that AWS's tools take; may be given more than once,
    /// and later files win.
    #[arg(long = "parameters", value_name = "FILE")]
    files: Vec<PathBuf>,
    /// An environment that the templates are deployed to, with a file like those of `--parameters`, which it wins over; give
    /// several to see them side by side.
    #[arg(long = "env", value_name = "NAME=FILE")]
    environments: Vec<Environment>,
}

/// `NAME=FILE`.
#[derive(Debug, Clone)]
struct Environment {
    name: String,
    file: PathBuf,
}

impl FromStr for Environment {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, file) = text.split_once('=').ok_or("it is not of the form `NAME=FILE`")?;
        let fits = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
        if name.is_empty() || !name.chars().all(fits) {
            return Err("a name has letters, digits, `-`, `_` and `.`");
        }
        if file.is_empty() {
            return Err("the file name is missing");
        }
        Ok(Self { name: name.to_owned(), file: file.into() })
    }
}

impl Deployments {
    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.params.is_empty() && self.files.is_empty() && self.environments.is_empty()
    }

    /// Reads the files: one deployment for each environment, or one without a name. Warnings are written to standard error.
    pub(super) fn load(&self, color: Color) -> Result<Vec<Deployment>, Problem> {
        let params = self.params.iter().map(|text| param(text)).collect::<Result<Vec<_>, _>>()?;
        let loader = Loader::new(super::scanning::current_dir()?, Limits::default());
        let mut files = Files { loader: &loader, problems: Vec::new(), warnings: Vec::new() };
        let mut shared = Deployment::default();
        for file in &self.files {
            files.add(&mut shared, file);
        }
        let mut all: Vec<Deployment> = Vec::new();
        for Environment { name, file } in &self.environments {
            let index = all.iter().position(|known| known.name.as_deref() == Some(name)).unwrap_or_else(|| {
                all.push(Deployment { name: Some(name.as_str().into()), ..shared.clone() });
                all.len() - 1
            });
            files.add(&mut all[index], file);
        }
        if !files.problems.is_empty() {
            return Err(Problem::of_parameters(files.problems));
        }
        if all.is_empty() {
            all.push(shared);
        }
        for deployment in &mut all {
            params.iter().for_each(|given| deployment.values.set(given.clone()));
        }
        Problem::of_parameters(files.warnings).print(color);
        Ok(all)
    }
}

/// Reads files, and keeps what is wrong with them.
struct Files<'a> {
    loader: &'a Loader,
    problems: Vec<Diagnostic>,
    warnings: Vec<Diagnostic>,
}

impl Files<'_> {
    fn add(&mut self, deployment: &mut Deployment, file: &Path) {
        // The AWS CLI wants it so, and whoever is used to that may write it here.
        let path = file.to_str().and_then(|text| text.strip_prefix("file://")).map_or(file, Path::new);
        deployment.files.push(self.loader.display(path));
        match read(path, self.loader, deployment.name.as_deref()) {
            Ok((values, warnings)) => {
                deployment.values.merge(values);
                self.warnings.extend(warnings);
            }
            Err(problems) => self.problems.extend(problems),
        }
    }
}

/// `KEY=VALUE`; what is wrong with it does not show the value.
fn param(text: &str) -> Result<Given, Problem> {
    let Some((name, value)) = text.split_once('=').filter(|(name, _)| !name.is_empty()) else {
        return Err(Problem::new("the value of `--param` is not of the form `KEY=VALUE`"));
    };
    if name.contains('.') {
        let help = format!("a parameter of a rule is set by `--rule-param {name}=VALUE`");
        return Err(Problem::new(format!("`{name}` is no name of a template's parameter")).with_help(Some(help)));
    }
    Ok(Given { name: name.into(), value: value.into(), origin: None })
}
