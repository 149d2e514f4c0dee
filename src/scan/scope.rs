//! What is outside the declared scope: it stays in the report, and counts for nothing.

use crate::eval::Scope;
use crate::report::Report;
use crate::report::document::Diagnostic;
use crate::source::{Diagnostic as Problem, Level};

/// Marks the findings outside the scope. Where nothing of the whole input has a tag of the scope, nobody has drawn its border,
/// and everything is inside: an untagged input is not a clean one.
pub(super) fn mark(report: &mut Report, scope: &Scope, tagged: bool) {
    if scope.is_declared() && !tagged && !report.resources.is_empty() {
        report.resources.iter_mut().for_each(|resource| resource.out_of_scope = false);
        report.diagnostics.push(nothing_tagged(scope));
    }
    for finding in &mut report.findings {
        finding.out_of_scope = report.resources[finding.resource].out_of_scope;
    }
}

fn nothing_tagged(scope: &Scope) -> Diagnostic {
    let mut keys: Vec<String> = scope.alternatives().iter().flatten().map(|(key, _)| format!("`{key}`")).collect();
    keys.sort();
    keys.dedup();
    let message = format!("nothing of the input has a tag {}, so everything counts as in scope", keys.join(" or "));
    super::bare_diagnostic(Problem::of_path(Level::Warning, "", message))
}
