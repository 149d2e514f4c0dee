//! What a deployment makes of a unit: the values that its stacks get, and those that CloudFormation would refuse.

use std::collections::BTreeSet;

use rustc_hash::FxHashSet;

use crate::deployment::{Deployment, Given};
use crate::inventory::schema::did_you_mean;
use crate::source::{Diagnostic, Level, NodeId, Tree};
use crate::template::constraints::Constraint;
use crate::template::unit::{Root, Unit};

/// The stacks of `unit` as they are deployed. What the assembly says of one is lowest, but for its region.
pub(super) fn roots(unit: &Unit, roots: &[Root], deployment: &Deployment) -> Vec<Root> {
    let values = &deployment.values;
    let deployed = roots.iter().cloned().map(|mut root| {
        let tree = &unit.templates[root.template].tree;
        for given in values.parameters.iter().filter(|given| parameter(tree, &given.name).is_some()) {
            set(&mut root.parameters, &given.name, &given.value);
        }
        for (key, value) in &values.tags {
            set(&mut root.tags, key, value);
        }
        root.environment.region = root.environment.region.or_else(|| values.region.clone());
        root
    });
    deployed.collect()
}

fn set(pairs: &mut Vec<(Box<str>, Box<str>)>, name: &str, value: &str) {
    match pairs.iter_mut().find(|(known, _)| **known == *name) {
        Some(known) => known.1 = value.into(),
        None => pairs.push((name.into(), value.into())),
    }
}

/// The declaration of a parameter of a template.
fn parameter(tree: &Tree, name: &str) -> Option<NodeId> {
    tree.at(tree.root(), &["Parameters", name])
}

/// The parameters of the templates that are deployed by themselves.
pub(super) fn declared<'a>(unit: &'a Unit, roots: &'a [Root]) -> impl Iterator<Item = &'a str> {
    let names = |tree: &'a Tree| {
        let section = tree.get(tree.root(), "Parameters");
        section.into_iter().flat_map(move |section| tree.members(section)).map(move |member| tree.key(member))
    };
    roots.iter().flat_map(move |root| names(&unit.templates[root.template].tree))
}

/// Errors about the values that a template does not take; of a secret, the value is not said.
pub(super) fn refused(unit: &Unit, deployment: &Deployment, is_secret: impl Fn(&str) -> bool) -> Vec<Diagnostic> {
    let mut templates: Vec<usize> = unit.roots.iter().map(|root| root.template).collect();
    templates.sort_unstable();
    templates.dedup();
    let mut problems = Vec::new();
    for template in templates {
        let tree = &unit.templates[template].tree;
        for given in &deployment.values.parameters {
            let Some(definition) = parameter(tree, &given.name) else { continue };
            let secret = is_secret(&given.name);
            let constraint = Constraint::read(tree, definition);
            let Some(refusal) = constraint.refusal(&given.value) else { continue };
            let reason = refusal.sentence(secret);
            let value = if secret { "the value".to_owned() } else { format!("the value `{}`", given.value) };
            let (name, path) = (&given.name, tree.file().path());
            let message = format!("`{path}` does not take {value} of parameter `{name}`: it {reason}");
            let mut problem = at(given, Level::Error, message);
            let described = tree.get(definition, "ConstraintDescription").and_then(|node| tree.string(node));
            problem.help = described.map(str::to_owned);
            problems.push(problem);
        }
    }
    problems
}

/// Warnings about given parameters that no template has.
pub(super) fn undeclared(deployments: &[Deployment], declared: &BTreeSet<Box<str>>) -> Vec<Diagnostic> {
    let mut said = FxHashSet::default();
    let mut problems = Vec::new();
    for given in deployments.iter().flat_map(|deployment| &deployment.values.parameters) {
        let place = given.origin.as_ref().map(|origin| (origin.file.path(), origin.span));
        if declared.contains(&given.name) || !said.insert((&given.name, place)) {
            continue;
        }
        let message = format!("no template that is deployed here has a parameter `{}`", given.name);
        let mut problem = at(given, Level::Warning, message);
        let meant = did_you_mean(&given.name, declared.iter().map(AsRef::as_ref));
        problem.help = meant.map(|name| format!("did you mean `{name}`"));
        problems.push(problem);
    }
    problems
}

fn at(given: &Given, level: Level, message: String) -> Diagnostic {
    match &given.origin {
        Some(origin) => Diagnostic::at(level, &origin.file, origin.span, message),
        None => Diagnostic::of_path(level, "", message),
    }
}
