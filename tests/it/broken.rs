//! Damaged inputs: said what is wrong and where, and the rest is examined all the same.

use std::path::{Path, PathBuf};

use crate::run::{ROOT, check, database, write};

fn inputs(folder: &str) -> Vec<PathBuf> {
    let dir = Path::new(ROOT).join("fixtures/broken").join(folder);
    let mut paths: Vec<PathBuf> = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(paths.len() > 5);
    paths
}

#[test]
fn no_broken_input_keeps_another_from_being_scanned() {
    let dir = tempfile::tempdir().unwrap();
    let bad = write(dir.path(), "bad.yaml", &database(false));
    for folder in ["yaml", "json", "template", "assemblies"] {
        for path in inputs(folder) {
            let run = check(&[path.to_str().unwrap(), &bad, "--output", "json"]);
            assert!(matches!(run.code(), 1 | 2), "{}: {run:?}", path.display());
            let report = run.json();
            let found = report["findings"].as_array().unwrap().iter();
            let files: Vec<&str> = found.map(|finding| finding["location"]["file"].as_str().unwrap()).collect();
            assert!(files.contains(&bad.as_str()), "{}: {files:?}", path.display());
        }
    }
}

#[test]
fn a_file_that_cannot_be_parsed_is_an_error_with_its_place() {
    let place = |name: &str| {
        let run = check(&[&format!("fixtures/broken/{name}"), "--output", "json"]);
        assert_eq!(run.code(), 2, "{name}");
        let report = run.json();
        let errors: Vec<_> = report["diagnostics"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|problem| problem["level"] == "error")
            .cloned()
            .collect();
        assert!(!errors.is_empty(), "{name}");
        let at = &errors[0]["position"];
        (at["line"].as_u64().unwrap_or(0), at["column"].as_u64().unwrap_or(0))
    };
    assert_eq!(place("yaml/tab-indentation.yaml"), (4, 1));
    assert_eq!(place("yaml/unknown-alias.yaml"), (4, 17));
    assert_eq!(place("json/control-character.json"), (2, 20));
    assert_eq!(place("json/two-values.json"), (9, 1));
    assert_eq!(place("yaml/bad-indentation.yaml").0, 4);
    place("yaml/utf-16-le.yaml");
    place("json/binary.json");
}

#[test]
fn a_path_out_of_an_assembly_is_never_read() {
    for name in ["path-outside", "nested-path-outside"] {
        let run = check(&[&format!("fixtures/broken/assemblies/{name}/cdk.out"), "--output", "json"]);
        assert_eq!(run.code(), 2, "{name}");
        assert!(!run.stdout.contains("Bait"), "{name}");
    }
}
