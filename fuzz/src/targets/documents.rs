//! The parsers, and rule files.

use std::sync::Arc;

use fasscan::rule::{RuleSet, load_user};
use fasscan::source::{Diagnostic, Limits, SourceFile, Tree, decode, json as json_parser, yaml as yaml_parser};
use fasscan::{framework, rule_tests};

use super::{TODAY, check};

/// Bytes of a tree that is read again.
const AGAIN: usize = 1 << 20;

fn file(name: &str, data: &[u8]) -> Option<Arc<SourceFile>> {
    match decode(name, data.to_vec()) {
        Ok(file) => Some(Arc::new(file)),
        Err(problem) => {
            check::diagnostics(&[problem]);
            None
        }
    }
}

/// YAML is read without a panic; every place lies in the file; the tree written as JSON is the same tree again.
pub fn yaml(data: &[u8]) {
    let Some(file) = file("t.yaml", data) else { return };
    let documents = match yaml_parser::parse(&file, Limits::default()) {
        Ok(documents) => documents,
        Err(problems) => {
            assert!(!problems.is_empty(), "refused without a reason");
            return check::diagnostics(&problems);
        }
    };
    check::diagnostics(&documents.warnings);
    for tree in &documents.trees {
        check::tree(tree);
        let Some(text) = check::as_json(tree, AGAIN) else { continue };
        again(&text);
    }
}

/// Reads JSON as JSON and as YAML, which give that JSON again.
fn again(text: &str) {
    let file = Arc::new(SourceFile::new("again", text));
    // Levels of the short tags count in the one as in the other.
    let limits = Limits { depth: Limits::MAX_DEPTH, ..Limits::default() };
    let same = |what: &str, tree: Result<Tree, Vec<Diagnostic>>| {
        let tree = tree.unwrap_or_else(|problems| panic!("{what}: {}", problems[0]));
        assert!(check::as_json(&tree, usize::MAX).is_some_and(|read| read == text), "{what} is not the same again");
    };
    same("JSON", json_parser::parse(&file, limits));
    // YAML takes no other characters as they are, and JSON no escapes of serde_json's for them.
    let printable = |c: char| {
        c == '\u{85}' || c == '\u{a0}' || !c.is_control() && c != '\u{feff}' && c < '\u{fffe}' || c > '\u{ffff}'
    };
    // Nor does it take longer keys.
    if text.chars().all(printable) && !text.split('"').any(|word| word.len() > 900) {
        let read = yaml_parser::parse(&file, limits);
        same("YAML", read.map(|mut documents| documents.trees.swap_remove(0)));
    }
}

/// JSON is read as serde_json reads it, apart from duplicate keys and limits, which are errors here.
pub fn json(data: &[u8]) {
    let Some(file) = file("t.json", data) else { return };
    let theirs: Result<serde_json::Value, _> = serde_json::from_str(file.text().trim_start_matches('\u{feff}'));
    match (json_parser::parse(&file, Limits::default()), theirs) {
        (Ok(tree), theirs) => {
            check::tree(&tree);
            let text = check::as_json(&tree, usize::MAX).unwrap_or_default();
            match (theirs, serde_json::from_str::<serde_json::Value>(&text)) {
                (Ok(theirs), Ok(ours)) => assert_eq!(ours, theirs),
                (Err(error), _) if limit(&error) => {}
                (Err(_), _) if file.text().starts_with("\u{feff}\u{feff}") => {}
                (theirs, ours) => panic!("accepted, and not by serde_json: {theirs:?} {ours:?}"),
            }
        }
        (Err(problems), theirs) => {
            assert!(!problems.is_empty(), "refused without a reason");
            check::diagnostics(&problems);
            let own = ["duplicate key", "nesting is deeper", "more values than", "U+FEFF", "found `\u{feff}`"];
            if let Ok(theirs) = theirs {
                let expected = problems.iter().any(|problem| own.iter().any(|text| problem.message.contains(text)));
                assert!(expected, "refused, and not by serde_json: {} of {theirs}", problems[0]);
            }
        }
    }
}

fn limit(error: &serde_json::Error) -> bool {
    let said = error.to_string();
    said.contains("recursion limit") || said.contains("number out of range")
}

/// A rule file is loaded, and its own tests run.
pub fn toml_rules(data: &[u8]) {
    let Some(file) = file("rule.toml", data) else { return };
    let (mut rules, problems) = load_user(&[file], framework::builtin(), RuleSet::default());
    check::diagnostics(&problems);
    check::diagnostics(&rule_tests::run(&mut rules, TODAY).failures);
}
