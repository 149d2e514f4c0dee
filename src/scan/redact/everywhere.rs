//! Secrets that are given to one template and named by another, which does not know them as such.

use std::collections::BTreeSet;

use super::texts::{MASK, Texts};
use crate::report::Report;
use crate::report::document::Case;

/// Masks the values that a parameter of some template hides wherever the report says them; `is_said` tells which words are in
/// the report anyway.
pub(in crate::scan) fn mask_everywhere(
    report: &mut Report,
    hidden: &BTreeSet<Box<str>>,
    is_said: impl Fn(&str) -> bool,
) {
    if hidden.is_empty() {
        return;
    }
    let mut texts = Texts::default();
    hidden.iter().for_each(|text| texts.add(text));
    texts.finish(is_said);
    let mask = |text: &mut String| match hidden.contains(text.as_str()) {
        true => MASK.clone_into(text),
        false => *text = texts.mask(text),
    };
    let cases = |cases: &mut Vec<Case>| cases.iter_mut().for_each(|case| mask(&mut case.value));
    for finding in &mut report.findings {
        mask(&mut finding.message);
        finding.found.iter_mut().for_each(mask);
        cases(&mut finding.when);
    }
    for verdict in &mut report.verdicts {
        verdict.causes.iter_mut().for_each(|cause| mask(&mut cause.text));
        cases(&mut verdict.when);
    }
    for gap in &mut report.gaps {
        mask(&mut gap.what);
        mask(&mut gap.cause.text);
    }
    for problem in &mut report.diagnostics {
        mask(&mut problem.message);
        problem.help.iter_mut().for_each(mask);
        problem.notes.iter_mut().for_each(|note| mask(&mut note.message));
    }
}
