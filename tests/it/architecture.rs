//! The modules use each other as `docs/architecture.md` allows, and not otherwise.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

type Table = BTreeMap<String, BTreeSet<String>>;

/// What the table of the page lets each module use, everything that those may use included.
fn allowed(page: &str) -> Table {
    let names = |cell: &str| -> BTreeSet<String> { cell.split('`').skip(1).step_by(2).map(str::to_owned).collect() };
    let rows: Vec<(String, &str)> = page
        .lines()
        .skip_while(|line| *line != "| module | may use | what it is |")
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .filter_map(|line| {
            let cells: Vec<&str> = line.split('|').collect();
            Some((names(cells[1]).into_iter().next()?, cells[2].trim()))
        })
        .collect();
    let all: BTreeSet<String> = rows.iter().map(|(module, _)| module.clone()).collect();
    let mut table: Table = rows
        .into_iter()
        .map(|(module, cell)| {
            let uses = match cell {
                "nothing" => BTreeSet::new(),
                "everything" => all.clone(),
                cell => names(cell),
            };
            (module, uses)
        })
        .collect();
    loop {
        let before = table.clone();
        for uses in table.values_mut() {
            let further: Vec<String> = uses.iter().filter_map(|used| before.get(used)).flatten().cloned().collect();
            uses.extend(further);
        }
        if before == table {
            return table;
        }
    }
}

/// The members of `use crate::{a::{b, c}, d}`, of which `list` is what follows the first brace: `a::{b, c}` and `d`.
fn members(list: &str) -> Vec<&str> {
    let (mut members, mut depth, mut start) = (Vec::new(), 0, 0);
    for (at, c) in list.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            '}' => {
                members.push(list[start..at].trim());
                break;
            }
            ',' if depth == 0 => {
                members.push(list[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    members
}

/// The modules of the crate that a source text names, in `use` lines and paths; comments and documentation do not count.
fn used(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let code: String = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        let heads = match rest.strip_prefix('{') {
            Some(list) => members(list),
            None => vec![rest],
        };
        for head in heads {
            let name: String = head.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            found.insert(name);
        }
    }
    found
}

fn sources(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => sources(&path, found),
            false if path.extension().is_some_and(|ending| ending == "rs") => found.push(path),
            false => {}
        }
    }
}

/// The top-level module that a file of `src/` belongs to; `None` for the programs and the root of the library.
fn module_of(path: &Path) -> Option<String> {
    let first = path.strip_prefix("src").unwrap().components().next()?.as_os_str().to_str()?.to_owned();
    let module = first.strip_suffix(".rs").unwrap_or(&first).to_owned();
    (!matches!(module.as_str(), "main" | "lib" | "bin")).then_some(module)
}

#[test]
fn every_use_of_a_module_is_in_the_table() {
    let table = allowed(&std::fs::read_to_string("docs/architecture.md").unwrap());
    let mut files = Vec::new();
    sources(Path::new("src"), &mut files);
    files.sort();
    let mut modules = BTreeSet::new();
    let mut wrong = Vec::new();
    for path in files {
        let Some(module) = module_of(&path) else { continue };
        modules.insert(module.clone());
        let Some(may) = table.get(&module) else {
            wrong.push(format!("{}: the table has no module `{module}`", path.display()));
            continue;
        };
        for other in used(&std::fs::read_to_string(&path).unwrap()) {
            if other != module && table.contains_key(&other) && !may.contains(&other) {
                wrong.push(format!("{}: `{module}` may not use `{other}`", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(modules.len() > 10, "{modules:?}");
}

#[test]
fn uses_are_seen_in_every_form() {
    let names = |text: &str| used(text).into_iter().collect::<Vec<_>>();
    assert_eq!(names("use crate::a::{b, c};"), ["a"]);
    assert_eq!(names("use crate::{a::{b, c}, d};\nfn f() { crate::e::g() }"), ["a", "d", "e"]);
    assert_eq!(names("//! see crate::x\n// crate::y"), Vec::<String>::new());
}

#[test]
fn the_table_is_transitive_and_has_no_way_back() {
    let table = allowed(&std::fs::read_to_string("docs/architecture.md").unwrap());
    assert!(table["eval"].contains("source"), "through `rule`");
    assert!(!table["source"].contains("value"));
    for (module, uses) in &table {
        if !matches!(module.as_str(), "cli" | "config") {
            assert!(!uses.contains("cli"), "{module}");
        }
    }
}
