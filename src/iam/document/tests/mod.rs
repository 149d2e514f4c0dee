//! Documents as a reader sees them: what is refused, where, and what it leaves unknown.

mod grammar;
mod kinds;
mod properties;
mod texts;

use std::sync::Arc;

use super::{Policy, PolicyKind, Reader, Setting, Size};
use crate::source::load::Loader;
use crate::source::{Files, Limits, SourceFile};
use crate::value::{Values, View, World};

/// A policy that is a file, JSON or YAML by content.
fn read(text: &str, kind: Option<PolicyKind>) -> (Policy, Size, Arc<SourceFile>) {
    let file = Arc::new(SourceFile::new("p.yaml", text));
    let tree = Loader::new("/", Limits::default()).parse(&file).expect("parses").trees.swap_remove(0);
    let (mut files, mut values) = (Files::default(), Values::default());
    let root = values.push_tree(&tree, tree.root(), files.add(Arc::clone(&file)));
    let world = World::open();
    let reader = Reader::new(View::new(&values, &world), &tree.keys);
    (reader.policy_in(root, Setting { kind, files: Some(&files) }), reader.size(root), file)
}

fn policy(text: &str) -> Policy {
    read(text, None).0
}

/// The problems of a policy: `line:column what is there: message | help`.
fn problems_of(text: &str, kind: Option<PolicyKind>) -> Vec<String> {
    let (policy, _, file) = read(text, kind);
    let line = |problem: &super::Problem| {
        let at = file.position(problem.place.span.start);
        let there: String = problem.place.span.slice(file.text()).chars().take(24).collect();
        let help = problem.help.as_ref().map(|help| format!(" | {help}")).unwrap_or_default();
        format!("{}:{} {}: {}{help}", at.line, at.column, there.trim_end(), problem.message)
    };
    policy.problems.iter().map(line).collect()
}

fn problems(text: &str) -> Vec<String> {
    problems_of(text, None)
}

/// The problems of a policy with one statement, which has these elements besides those that it must have.
fn in_statement(elements: &str) -> Vec<String> {
    let mut whole = String::from("{\"Statement\": {");
    for (name, element) in [("Effect", r#""Effect": "Deny""#), ("Action", r#""Action": "*""#)] {
        if !elements.contains(&format!("{name}\"")) {
            whole += &format!("{element}, ");
        }
    }
    let problems = problems(&format!("{whole}\n{elements}}}}}"));
    problems
        .iter()
        .map(|problem| problem.trim_start_matches(|c: char| c.is_ascii_digit() || c == ':').trim_start().to_owned())
        .collect()
}
