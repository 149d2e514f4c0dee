//! The pipeline: inputs are found, loaded, resolved and judged, and what comes of it is one [`Report`].
//!
//! Everything that a finding shows is decided here: places become lines and columns, and secrets are taken out. This module
//! knows no output format, no command line and no clock. Units are worked on in parallel and put together in the order of
//! the inputs, so that the same input gives the same report, byte for byte.

mod collect;
mod controls;
mod counts;
mod deploy;
mod excerpt;
mod fingerprint;
mod merge;
mod problem;
mod redact;
mod rules;
mod scope;
mod status;

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;

use crate::deployment::Deployment;
use crate::eval;
use crate::inventory::Inventory;
use crate::report::Report;
use crate::report::document::{self, Severity};
use crate::rule::RuleSet;
use crate::snapshot;
use crate::source::discover::{DiscoverOptions, Input, discover};
use crate::source::{Diagnostic, Level, Limits, Loader, Position, SourceFile};
use crate::template::load::{Constructs, LoadedUnit, load};
use crate::template::unit::{Environment, Template, Unit};

use self::collect::Part;

pub use controls::{Assessment, coverage};
pub use problem::{bare_diagnostic, parameter_diagnostic, plain_diagnostic};
pub use rules::info;
pub use status::Status;

/// Stack of a worker, in bytes: as much as the main thread has, for a unit may be worked on by either.
const STACK: usize = 8 << 20;

/// Bytes of templates from which on threads are worth their start.
const PARALLEL_FROM: u64 = 2 << 20;

/// What to scan, and how.
#[derive(Debug, Clone)]
pub struct Request {
    /// Files and directories; `-` is standard input.
    pub paths: Vec<PathBuf>,
    /// Snapshots of accounts that are at hand; they come after the paths.
    pub snapshots: Vec<Arc<SourceFile>>,
    /// The current directory: relative paths start here and reports are relative to it. Absolute.
    pub cwd: PathBuf,
    /// Where templates are deployed that do not say it themselves.
    pub environment: Environment,
    /// The values that parameters are given: once for each environment, all of them named, or once without a name.
    pub deployments: Vec<Deployment>,
    /// What the evaluation depends on.
    pub options: eval::Options,
    /// The severity from which on a finding fails the gate; none: no finding does.
    pub fail_on: Option<Severity>,
    /// What to say of frameworks.
    pub assessment: Assessment,
    /// How many units are worked on at the same time; none: as many as there are processors.
    pub jobs: Option<NonZeroUsize>,
    /// How much a file may hold.
    pub limits: Limits,
}

/// Scans what the request names by `rules`.
#[must_use]
pub fn scan(request: &Request, rules: &RuleSet) -> Report {
    let loader = Loader::new(&request.cwd, request.limits);
    let options = DiscoverOptions { cwd: request.cwd.clone(), max_bytes: request.limits.bytes as u64 };
    let found = discover(&request.paths, &options);
    let judge = Judge { request, rules, loader: &loader, secret_rules: collect::secret_rules(rules) };
    let mut parts = judge.all(&found.inputs);
    let (scanned_as_nested, included) = drop_nested(&found.inputs, &mut parts);

    let mut report = collect::empty(rules, &request.options.today, &request.deployments);
    let (mut all, mut declared) = (Part::default(), None::<BTreeSet<Box<str>>>);
    report.diagnostics = found.diagnostics.into_iter().map(problem::bare_diagnostic).collect();
    report.skipped = found
        .skipped
        .into_iter()
        .map(|skipped| document::Skipped { path: skipped.path, reason: skipped.reason })
        .collect();
    for (index, (input, mut part)) in found.inputs.iter().zip(parts).enumerate() {
        match scanned_as_nested.contains(&index) {
            true => {
                let reason = match included.contains(&index) {
                    true => "scanned as a part of the template that includes it".to_owned(),
                    false => "scanned as the template of a nested stack".to_owned(),
                };
                report.skipped.push(document::Skipped { path: path_of(input, &loader), reason });
            }
            false => {
                report.inputs.push(document::Input { path: path_of(input, &loader), kind: kind_of(input).to_owned() });
                declared = [declared, part.declared.take()].into_iter().flatten().reduce(|a, b| &a | &b);
                all.append(part);
            }
        }
    }
    for file in &request.snapshots {
        report.inputs.push(document::Input { path: file.path().to_owned(), kind: "snapshot".to_owned() });
        all.append(judge.snapshot(file, true));
    }
    // Where nothing was read, nothing is missing in it.
    let undeclared = declared.map(|declared| deploy::undeclared(&request.deployments, &declared)).unwrap_or_default();
    report.diagnostics.extend(undeclared.into_iter().map(parameter_diagnostic));
    let (hidden, tagged, unlisted) = (std::mem::take(&mut all.hidden), all.tagged, std::mem::take(&mut all.unlisted));
    all.join(&mut report);
    redact::mask_everywhere(&mut report, &hidden, |word| rules::say(rules, word));
    report.skipped.sort_by(|a, b| (&a.path, &a.reason).cmp(&(&b.path, &b.reason)));
    scope::mark(&mut report, &request.options.scope, tagged);
    collect::finish(&mut report, request.fail_on);
    report.settings = request.assessment.settings.clone();
    report.frameworks = controls::assess(&report, &request.assessment, &unlisted);
    report
}

/// What every unit is judged by.
struct Judge<'a> {
    request: &'a Request,
    rules: &'a RuleSet,
    loader: &'a Loader,
    /// By rule: whether its violations show secrets.
    secret_rules: Vec<bool>,
}

impl Judge<'_> {
    /// Works on all inputs. Threads are started only here, and only where there is something to do for them: idle ones
    /// cost more than a small input takes.
    fn all(&self, inputs: &[Input]) -> Vec<Part> {
        let jobs = self.request.jobs.map(NonZeroUsize::get);
        if jobs != Some(1) && inputs.iter().map(weight).sum::<u64>() >= PARALLEL_FROM {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(jobs.unwrap_or(0)).stack_size(STACK).build();
            if let Ok(pool) = pool {
                return pool.install(|| inputs.par_iter().map(|input| self.input(input)).collect());
            }
        }
        inputs.iter().map(|input| self.input(input)).collect()
    }

    /// Loads and judges one input. Its trees and values do not outlive the call.
    fn input(&self, input: &Input) -> Part {
        if let Input::Snapshot { path } = input {
            return match self.loader.read_snapshot(path, snapshot::LIMITS) {
                Ok((file, whole)) => self.snapshot(&file, whole),
                Err(problem) => Part { diagnostics: vec![problem::bare_diagnostic(problem)], ..Part::default() },
            };
        }
        let mut loaded = load(input, self.loader, &self.request.environment);
        let mut part = Part::new(std::mem::take(&mut loaded.nested));
        part.included = std::mem::take(&mut loaded.included);
        // What was read of a file that a unit has is shown with that unit's redaction.
        let mut problems = std::mem::take(&mut loaded.diagnostics);
        for mut unit in loaded.units {
            let roots = std::mem::take(&mut unit.unit.roots);
            let declared = part.declared.get_or_insert_default();
            declared.extend(deploy::declared(&unit.unit, &roots).map(Box::from));
            let unnamed = [Deployment::default()];
            let deployments = if self.request.deployments.is_empty() { &unnamed } else { &*self.request.deployments };
            let mut own = Vec::new();
            let mut deployed = |deployment: &Deployment| {
                unit.unit.roots = deploy::roots(&unit.unit, &roots, deployment);
                self.unit(&unit, deployment, &mut problems, &mut own)
            };
            let mut parts: Vec<Part> = deployments.iter().map(&mut deployed).collect();
            part.diagnostics.append(&mut own);
            let names: Vec<&str> = deployments.iter().filter_map(|deployment| deployment.name.as_deref()).collect();
            part.append(match names.as_slice() {
                [] => parts.swap_remove(0),
                names => merge::merged(parts, names),
            });
        }
        part.diagnostics.splice(0..0, problems.into_iter().map(problem::bare_diagnostic));
        part
    }

    /// Judges a unit as one deployment makes it. What is known to be wrong with its files is moved to `own`.
    fn unit(
        &self,
        unit: &LoadedUnit,
        deployment: &Deployment,
        problems: &mut Vec<Diagnostic>,
        own: &mut Vec<document::Diagnostic>,
    ) -> Part {
        let (inventory, found) = unit.resolve();
        let (scope, mut part) = self.judged(unit, &inventory);
        own.extend(problems.extract_if(.., |problem| scope.owns(problem)).map(|problem| scope.diagnostic(problem)));
        part.hidden.extend(scope.hidden());
        let refused = deploy::refused(&unit.unit, deployment, |name| scope.hides(name));
        part.diagnostics.extend(refused.into_iter().map(|problem| scope.given_diagnostic(problem)));
        let found = found.into_iter().chain(unit.constructs.diagnostics());
        part.diagnostics.extend(found.map(|problem| scope.diagnostic(problem)));
        part
    }

    /// Judges the accounts of a snapshot, each by itself.
    fn snapshot(&self, file: &Arc<SourceFile>, whole: bool) -> Part {
        let snapshot::Loaded { tree, accounts, mut diagnostics } = snapshot::load(file, whole);
        // Its lines are looked through for secrets as a template is.
        let unit = Unit { templates: vec![Template::new(tree)], roots: Vec::new() };
        let unit = LoadedUnit { unit, constructs: Constructs::default() };
        let mut part = Part::default();
        for account in accounts {
            let (scope, mut judged) = self.judged(&unit, &account.inventory);
            judged.hidden.extend(scope.hidden());
            judged.diagnostics.extend(diagnostics.drain(..).map(|problem| scope.diagnostic(problem)));
            judged.unlisted = self.unlisted(&account.listed);
            judged.diagnostics.extend(self.unlisted_note(file.path(), &judged.unlisted, &account.listed));
            part.append(judged);
        }
        part.diagnostics.extend(diagnostics.into_iter().map(problem::bare_diagnostic));
        part
    }

    /// The rules that judge a type that was not listed.
    fn unlisted(&self, listed: &BTreeSet<Box<str>>) -> BTreeSet<usize> {
        let is_open = |name: &str| !listed.contains(name) && !is_of_templates(name);
        let rules = self.rules.rules.iter().enumerate();
        rules.filter(|(_, rule)| rule.types.iter().any(|name| is_open(name))).map(|(index, _)| index).collect()
    }

    fn unlisted_note(
        &self,
        path: &str,
        rules: &BTreeSet<usize>,
        listed: &BTreeSet<Box<str>>,
    ) -> Option<document::Diagnostic> {
        let types = rules.iter().flat_map(|rule| &self.rules.rules[*rule].types);
        let types: BTreeSet<&str> =
            types.filter(|name| !listed.contains(*name) && !is_of_templates(name)).map(AsRef::as_ref).collect();
        if types.is_empty() {
            return None;
        }
        let (rules, number) = (rules.len(), types.len());
        let message = format!(
            "the snapshot lists no resources of {number} types that {rules} rules are about: of these it shows nothing"
        );
        let shown: Vec<String> = types.iter().take(NAMED_TYPES).map(|name| format!("`{name}`")).collect();
        let more = if number > NAMED_TYPES { format!(" and {} more", number - NAMED_TYPES) } else { String::new() };
        let note = Diagnostic::of_path(Level::Note, path, message).with_help(shown.join(", ") + &more);
        Some(problem::bare_diagnostic(note))
    }

    /// Judges what an inventory holds.
    fn judged<'s>(&'s self, unit: &'s LoadedUnit, inventory: &'s Inventory) -> (collect::Scope<'s>, Part) {
        let verdicts = eval::evaluate(inventory, self.rules, &self.request.options);
        let (secret_rules, deployments) = (&self.secret_rules, &self.request.deployments);
        let scope = collect::Scope::new(unit, inventory, self.rules, secret_rules, deployments, &verdicts);
        let mut part = Part::default();
        scope.collect(&verdicts, &mut part);
        let members = self.request.options.scope.members(inventory);
        part.tagged = members.tagged;
        for (info, inside) in part.resources.iter_mut().zip(members.inside) {
            info.out_of_scope = !inside;
        }
        (scope, part)
    }
}

/// Resource types that are named of those that a snapshot does not list.
const NAMED_TYPES: usize = 5;

/// What only templates have: sections of their own, and the resources of CloudFormation itself.
fn is_of_templates(type_name: &str) -> bool {
    type_name.starts_with("Fasscan::Template::") || type_name.starts_with("AWS::Serverless::")
}

/// About how many bytes of templates an input has; what cannot be looked at counts nothing.
fn weight(input: &Input) -> u64 {
    match input {
        Input::Stdin => 0,
        Input::Template { path } => path.metadata().map_or(0, |metadata| metadata.len()),
        Input::Assembly { dir } => templates_in(dir, true),
        // Mostly packed, and a tenth then.
        Input::Snapshot { path } => path.metadata().map_or(0, |metadata| metadata.len().saturating_mul(10)),
    }
}

/// The bytes of the templates in a directory, and in those of the assemblies nested in it.
fn templates_in(dir: &Path, nested: bool) -> u64 {
    let bytes = |entry: std::fs::DirEntry| {
        let name = entry.file_name();
        match name.to_string_lossy() {
            name if name.ends_with(".template.json") => entry.metadata().map_or(0, |metadata| metadata.len()),
            name if nested && name.starts_with("assembly-") => templates_in(&entry.path(), false),
            _ => 0,
        }
    };
    dir.read_dir().into_iter().flatten().flatten().map(bytes).sum()
}

/// The inputs that another one has as the template of a nested stack, or includes: they are scanned there, with their
/// parameters, and not a second time by themselves. And which of them are included.
fn drop_nested(inputs: &[Input], parts: &mut [Part]) -> (BTreeSet<usize>, BTreeSet<usize>) {
    let (mut dropped, mut included) = (BTreeSet::new(), BTreeSet::new());
    for (index, part) in parts.iter_mut().enumerate() {
        let (nested, parts_of) = (std::mem::take(&mut part.nested), std::mem::take(&mut part.included));
        if nested.is_empty() && parts_of.is_empty() || dropped.contains(&index) {
            continue;
        }
        for (other, input) in inputs.iter().enumerate() {
            let Input::Template { path } = input else { continue };
            if other != index && nested.binary_search(path).is_ok() {
                dropped.insert(other);
            } else if other != index && parts_of.binary_search(path).is_ok() {
                dropped.insert(other);
                included.insert(other);
            }
        }
    }
    (dropped, included)
}

fn path_of(input: &Input, loader: &Loader) -> String {
    match input {
        Input::Stdin => "<stdin>".to_owned(),
        Input::Assembly { dir: path } | Input::Template { path } | Input::Snapshot { path } => {
            loader.display(Path::new(path))
        }
    }
}

const fn kind_of(input: &Input) -> &'static str {
    match input {
        Input::Stdin => "stdin",
        Input::Assembly { .. } => "assembly",
        Input::Template { .. } => "template",
        Input::Snapshot { .. } => "snapshot",
    }
}

/// A place in a file, as reports have it.
const fn position(position: Position) -> document::Position {
    document::Position { line: position.line, column: position.column }
}

/// The word for a level, as reports write it.
const fn level_name(level: Level) -> &'static str {
    match level {
        Level::Note => "note",
        Level::Warning => "warning",
        Level::Error => "error",
    }
}
