//! The table of known differences, and what is found that it does not explain.

use std::collections::BTreeMap;
use std::io::Write as _;

use serde_json::Value;

use crate::oracle::ROOT;

/// A place where fasscan and another implementation do not agree.
#[derive(Debug)]
pub(crate) struct Difference {
    /// The path of the template.
    pub(crate) template: String,
    /// Where in it, keys and indexes with `/` between.
    pub(crate) path: String,
    /// What fasscan says.
    pub(crate) ours: String,
    /// What the other one says.
    pub(crate) theirs: String,
}

/// Everything that a comparison found.
#[derive(Debug, Default)]
pub(crate) struct Comparison {
    /// Agreements and such, counted by what they are.
    counts: BTreeMap<&'static str, usize>,
    found: Vec<Difference>,
}

/// One entry of the table.
struct Known {
    template: String,
    path: String,
    verdict: String,
    used: usize,
}

/// Whether a text is of a pattern in which `*` stands for any characters.
fn matches(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((head, rest)) => text.strip_prefix(head).is_some_and(|tail| {
            tail.char_indices().map(|(at, _)| at).chain([tail.len()]).any(|at| matches(rest, &tail[at..]))
        }),
    }
}

fn table(oracle: &str) -> Vec<Known> {
    let text = std::fs::read_to_string(format!("{ROOT}/tests/differential/differences.toml")).unwrap();
    let table: toml::Table = text.parse().unwrap();
    let entries = table.get("difference").and_then(toml::Value::as_array).cloned().unwrap_or_default();
    let read = |entry: &toml::Value| {
        let text = |key: &str| entry[key].as_str().unwrap().to_owned();
        assert!(matches!(&*text("verdict"), "theirs" | "undefined"), "{}: {}", text("template"), text("verdict"));
        assert!(!text("reason").is_empty());
        let known = Known { template: text("template"), path: text("path"), verdict: text("verdict"), used: 0 };
        (text("oracle"), known)
    };
    entries.iter().map(read).filter(|(of, _)| of == oracle).map(|(_, known)| known).collect()
}

/// A value, short enough to be read in a list.
fn short(value: &Value) -> String {
    let mut text = value.to_string();
    if text.len() > 300 {
        let end = (0..=300).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        text.truncate(end);
        text.push('…');
    }
    text
}

/// Whether two leaves are the same; a number is, however it is written.
pub(crate) fn equal(ours: &Value, theirs: &Value) -> bool {
    match (ours, theirs) {
        (Value::Number(ours), Value::Number(theirs)) => ours == theirs || ours.as_f64() == theirs.as_f64(),
        _ => ours == theirs,
    }
}

impl Comparison {
    /// Counts something that is as it should be.
    pub(crate) fn count(&mut self, what: &'static str) {
        *self.counts.entry(what).or_default() += 1;
    }

    /// Records a difference.
    pub(crate) fn differ(&mut self, template: &str, path: &str, ours: &Value, theirs: &Value) {
        let (ours, theirs) = (short(ours), short(theirs));
        self.found.push(Difference { template: template.into(), path: path.into(), ours, theirs });
    }

    /// Compares two values that must be the same to the last leaf.
    pub(crate) fn same(&mut self, template: &str, path: &str, ours: &Value, theirs: &Value) {
        match (ours, theirs) {
            (Value::Object(ours), Value::Object(theirs)) => {
                let keys: std::collections::BTreeSet<&String> = ours.keys().chain(theirs.keys()).collect();
                for key in keys {
                    let path = format!("{path}/{key}");
                    match (ours.get(key), theirs.get(key)) {
                        (Some(ours), Some(theirs)) => self.same(template, &path, ours, theirs),
                        (ours, theirs) => {
                            let shown = |value: Option<&Value>| value.cloned().unwrap_or("(not there)".into());
                            self.differ(template, &path, &shown(ours), &shown(theirs));
                        }
                    }
                }
            }
            (Value::Array(ours), Value::Array(theirs)) if ours.len() == theirs.len() => {
                for (index, (ours, theirs)) in ours.iter().zip(theirs).enumerate() {
                    self.same(template, &format!("{path}/{index}"), ours, theirs);
                }
            }
            _ if equal(ours, theirs) => self.count("equal values"),
            _ => self.differ(template, path, ours, theirs),
        }
    }

    /// Fails on a difference that the table does not have, and on an entry of the table that is no difference any more.
    pub(crate) fn finish(mut self, oracle: &str) {
        let mut known = table(oracle);
        let mut unexplained = Vec::new();
        for found in self.found {
            let entry = known
                .iter_mut()
                .find(|known| matches(&known.template, &found.template) && matches(&known.path, &found.path));
            match entry {
                Some(entry) => entry.used += 1,
                None => unexplained.push(found),
            }
        }
        self.counts.insert("unexplained differences", unexplained.len());
        for entry in &known {
            let verdict = if entry.verdict == "theirs" { "differences by them" } else { "differences undefined" };
            *self.counts.entry(verdict).or_default() += entry.used;
        }
        let counts: Vec<String> = self.counts.iter().map(|(what, count)| format!("{what}: {count}")).collect();
        // Not through the macros, whose output the harness keeps to itself when a test passes.
        let mut terminal = std::io::stderr();
        writeln!(terminal, "{oracle}: {}", counts.join(", ")).unwrap();
        let stale: Vec<String> = known
            .iter()
            .filter(|known| known.used == 0)
            .map(|known| format!("{}: {}: listed, and no difference any more", known.template, known.path))
            .collect();
        let shown: Vec<String> = unexplained
            .iter()
            .map(|found| {
                format!("{}: {}\n  ours:   {}\n  theirs: {}", found.template, found.path, found.ours, found.theirs)
            })
            .collect();
        assert!(shown.is_empty() && stale.is_empty(), "{}\n{}", shown.join("\n"), stale.join("\n"));
    }
}

#[test]
fn a_star_stands_for_any_characters() {
    assert!(matches("a/*/b", "a/x/y/b") && matches("*", "") && matches("a*", "a") && matches("*.yaml", "x/y.yaml"));
    assert!(!matches("a/*/b", "a/b") && !matches("a", "ab") && !matches("", "a"));
}
