//! What mutation starts from: the corpus kept here, and the inputs of the project's own tests.

use std::path::{Path, PathBuf};

use fasscan::framework;
use fasscan::rule::{RuleSet, builtin_files, load_user};

/// Bytes of a seed; larger ones are slow and teach nothing new.
const LARGEST: usize = 64 << 10;

/// The project.
#[must_use]
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("/")).to_path_buf()
}

/// An input with its name.
#[derive(Debug, Clone)]
pub struct Seed {
    /// Where it comes from.
    pub name: String,
    /// What it holds.
    pub bytes: Vec<u8>,
}

/// The inputs that once went wrong.
#[must_use]
pub fn regressions(target: &str) -> Vec<Seed> {
    files(&root().join("fuzz/regressions").join(target), &|_| true, usize::MAX)
}

/// The seeds of a target, in the same order everywhere.
#[must_use]
pub fn of(target: &str) -> Vec<Seed> {
    let root = root();
    let under = |folder: &str, endings: &[&str]| {
        files(&root.join(folder), &|path| endings.iter().any(|ending| path.ends_with(ending)), LARGEST)
    };
    let mut seeds = under(&format!("fuzz/corpus/{target}"), &[""]);
    match target {
        "template" | "yaml" => {
            seeds.extend(under("fixtures/traps", &[".yaml", ".json"]));
            seeds.extend(under("fixtures/cloudformation", &[".yaml"]));
            seeds.extend(under("fixtures/transforms", &[".yaml"]));
            seeds.extend(under("fixtures/broken", &[".yaml", ".json"]));
            seeds.extend(inline_tests());
            if target == "yaml" {
                seeds.extend(under("fuzz/corpus/template", &[""]));
            } else {
                seeds.extend(under("fixtures/systems", &[".template.json"]));
            }
        }
        "json" => {
            seeds.extend(under("fixtures/broken/json", &[".json"]));
            seeds.extend(under("fixtures/systems", &[".template.json", "manifest.json"]));
        }
        "toml_rules" => {
            seeds.extend(builtin_files().iter().map(|file| seed(file.path(), file.text().as_bytes())));
            seeds.extend(under("fixtures/broken/rules", &[".toml"]));
        }
        "policy" => {
            let texts: Vec<Seed> = under("fixtures/systems", &[".template.json"]);
            seeds.extend(texts.iter().flat_map(documents).take(60));
        }
        "assembly" => seeds.extend(assemblies(&root)),
        _ => {}
    }
    seeds
}

fn seed(name: &str, bytes: &[u8]) -> Seed {
    Seed { name: name.to_owned(), bytes: bytes.to_vec() }
}

/// The files below a folder whose paths are wanted, sorted.
fn files(folder: &Path, wanted: &dyn Fn(&str) -> bool, largest: usize) -> Vec<Seed> {
    let mut paths: Vec<PathBuf> = folder.read_dir().into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    paths.sort();
    let mut found = Vec::new();
    for path in paths {
        if path.is_dir() {
            found.extend(files(&path, wanted, largest));
        } else if wanted(&path.to_string_lossy())
            && let Ok(bytes) = std::fs::read(&path)
            && bytes.len() <= largest
        {
            found.push(seed(&path.to_string_lossy(), &bytes));
        }
    }
    found
}

/// The templates of the inline tests of the built-in rules.
fn inline_tests() -> Vec<Seed> {
    let (rules, _) = load_user(&builtin_files(), framework::builtin(), RuleSet::default());
    let tests = rules.rules.iter().flat_map(|rule| rule.tests.iter().map(move |test| (rule, test)));
    tests.map(|(rule, test)| seed(&format!("{}: {}", rule.id, test.name), test.template.as_bytes())).collect()
}

/// The policy documents of a template.
fn documents(template: &Seed) -> Vec<Seed> {
    fn collect(value: &serde_json::Value, found: &mut Vec<String>) {
        match value {
            serde_json::Value::Object(map) => {
                if map.contains_key("Statement") {
                    found.push(value.to_string());
                }
                map.values().for_each(|value| collect(value, found));
            }
            serde_json::Value::Array(items) => items.iter().for_each(|value| collect(value, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    if let Ok(value) = serde_json::from_slice(&template.bytes) {
        collect(&value, &mut found);
    }
    found.iter().map(|text| seed(&template.name, text.as_bytes())).collect()
}

/// Assemblies as one map each: the manifest, the templates, nothing else.
fn assemblies(root: &Path) -> Vec<Seed> {
    let mut found = Vec::new();
    for manifest in files(&root.join("fixtures"), &|path| path.ends_with("cdk.out/manifest.json"), LARGEST) {
        let Some(dir) = Path::new(&manifest.name).parent() else { continue };
        let mut map = serde_json::Map::new();
        for file in files(dir, &|path| path.ends_with("manifest.json") || path.ends_with(".template.json"), LARGEST) {
            let name = Path::new(&file.name).file_name().unwrap_or_default().to_string_lossy().into_owned();
            if let Ok(value) = serde_json::from_slice(&file.bytes) {
                map.entry(name).or_insert(value);
            }
        }
        found.push(seed(&manifest.name, serde_json::Value::Object(map).to_string().as_bytes()));
    }
    found
}
