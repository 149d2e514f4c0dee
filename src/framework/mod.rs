//! Frameworks: catalogues of the controls that an auditor asks about.
//!
//! Rules point to controls, never the reverse; a framework knows neither rules nor verdicts.

use std::sync::{Arc, OnceLock};

use crate::source::{Diagnostic, Kind, Level, Limits, NodeId, SourceFile, Span, Tree, json, toml};

/// A catalogue of controls, such as PCI DSS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Framework {
    /// Such as `pci-dss-4.0.1`; equal to the file name.
    pub id: Box<str>,
    /// Such as `PCI DSS`.
    pub title: Box<str>,
    /// Such as `4.0.1`.
    pub version: Box<str>,
    /// In the order of the framework.
    pub controls: Vec<Control>,
}

/// One requirement of a framework.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Control {
    /// Such as `3.5.1`.
    pub id: Box<str>,
    /// What it asks, in own words.
    pub title: Box<str>,
    /// How far a scan can answer it.
    pub automation: Automation,
}

/// How far a scan of configuration can answer a control.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Automation {
    /// Fully.
    Direct,
    /// In part; people answer the rest.
    Partial,
    /// Not at all, as AWS keeps it for its customers.
    Inherited,
    /// Not at all.
    None,
}

const AUTOMATIONS: [Automation; 4] = [Automation::Direct, Automation::Partial, Automation::Inherited, Automation::None];

impl Automation {
    /// As files and reports write it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Direct => "direct",
            Self::Partial => "partial",
            Self::Inherited => "inherited",
            Self::None => "none",
        }
    }
}

impl Framework {
    /// The control of this id.
    #[must_use]
    pub fn control(&self, id: &str) -> Option<&Control> {
        self.controls.iter().find(|control| &*control.id == id)
    }
}

/// The frameworks that the program carries, sorted by id; read when first asked for.
pub fn builtin() -> &'static [Framework] {
    static FRAMEWORKS: OnceLock<Vec<Framework>> = OnceLock::new();
    FRAMEWORKS.get_or_init(|| {
        let text = include_str!(concat!(env!("OUT_DIR"), "/frameworks.json"));
        let file = Arc::new(SourceFile::new("rules/frameworks", text));
        // The tests see that there is no error in it.
        let Ok(tree) = json::parse(&file, Limits::default()) else { return Vec::new() };
        tree.items(tree.root()).iter().filter_map(|item| read(&tree, *item).ok()).collect()
    })
}

/// Reads the file of a framework.
///
/// # Errors
/// Everything that is wrong with it, in the order of the file.
pub fn load(file: &Arc<SourceFile>) -> Result<Framework, Vec<Diagnostic>> {
    let tree = toml::parse(file, Limits::default())?;
    let framework = read(&tree, tree.root())?;
    let name = file.path().rsplit('/').next().unwrap_or_default();
    let stem = name.strip_suffix(".toml").unwrap_or(name);
    if *stem != *framework.id {
        let span = tree.get(tree.root(), "id").map_or(Span::default(), |id| tree.span(id));
        let message = format!("the id `{}` is not the file name `{stem}`", framework.id);
        return Err(vec![Diagnostic::at(Level::Error, file, span, message)]);
    }
    Ok(framework)
}

fn read(tree: &Tree, root: NodeId) -> Result<Framework, Vec<Diagnostic>> {
    let mut reader = Reader { tree, problems: Vec::new() };
    let framework = reader.framework(root);
    let mut problems = reader.problems;
    problems.sort_by_key(|problem| problem.span);
    framework.filter(|_| problems.is_empty()).ok_or(problems)
}

struct Reader<'a> {
    tree: &'a Tree,
    problems: Vec<Diagnostic>,
}

impl Reader<'_> {
    fn error(&mut self, span: Span, message: String) {
        self.problems.push(Diagnostic::at(Level::Error, self.tree.file(), span, message));
    }

    fn place(&self, table: NodeId) -> Span {
        if table == self.tree.root() { Span::default() } else { self.tree.span(table) }
    }

    fn keys(&mut self, table: NodeId, known: &[&str]) {
        let tree = self.tree;
        for member in tree.members(table) {
            let key = tree.key(member);
            if !known.contains(&key) {
                let message = format!("unknown key `{key}`");
                let problem = Diagnostic::at(Level::Error, tree.file(), member.key_span, message);
                self.problems.push(problem.with_help(format!("known are `{}`", known.join("`, `"))));
            }
        }
    }

    fn text(&mut self, table: NodeId, key: &str) -> Option<Box<str>> {
        let tree = self.tree;
        let Some(node) = tree.get(table, key) else {
            self.error(self.place(table), format!("`{key}` is missing"));
            return None;
        };
        let text = tree.string(node).filter(|text| !text.trim().is_empty());
        if text.is_none() {
            self.error(tree.span(node), format!("`{key}` is to be a text"));
        }
        text.map(Into::into)
    }

    fn framework(&mut self, root: NodeId) -> Option<Framework> {
        let tree = self.tree;
        self.keys(root, &["id", "title", "version", "control"]);
        let (id, title, version) = (self.text(root, "id"), self.text(root, "title"), self.text(root, "version"));
        let list = tree.get(root, "control").filter(|list| matches!(tree.kind(*list), Kind::List { .. }));
        let items = list.map_or(&[][..], |list| tree.items(list));
        if items.is_empty() {
            self.error(self.place(root), "`control` is missing".to_owned());
        }
        let mut controls: Vec<Control> = Vec::with_capacity(items.len());
        for item in items {
            let Some(control) = self.control(*item) else { continue };
            if controls.iter().any(|other| other.id == control.id) {
                let span = tree.get(*item, "id").map_or(tree.span(*item), |id| tree.span(id));
                self.error(span, format!("control `{}` stands here twice", control.id));
            }
            controls.push(control);
        }
        Some(Framework { id: id?, title: title?, version: version?, controls })
    }

    fn control(&mut self, id: NodeId) -> Option<Control> {
        self.keys(id, &["id", "title", "automation"]);
        let (name, title, word) = (self.text(id, "id"), self.text(id, "title"), self.text(id, "automation"));
        let word = word?;
        let automation = AUTOMATIONS.into_iter().find(|automation| automation.as_str() == &*word);
        if automation.is_none() {
            let span = self.tree.get(id, "automation").map_or(self.tree.span(id), |node| self.tree.span(node));
            self.error(span, format!("`automation` is to be `direct`, `partial`, `inherited` or `none`, not `{word}`"));
        }
        Some(Control { id: name?, title: title?, automation: automation? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> Arc<SourceFile> {
        Arc::new(SourceFile::new("frameworks/own.toml", text))
    }

    #[test]
    fn the_frameworks_that_are_carried_are_there_with_all_controls() {
        let ids: Vec<&str> = builtin().iter().map(|framework| &*framework.id).collect();
        assert_eq!(ids, ["pci-dss-4.0.1", "soc2-2017"]);
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/frameworks");
        for framework in builtin() {
            let path = folder.join(format!("{}.toml", framework.id));
            let text = std::fs::read_to_string(&path).expect("framework");
            let read = load(&Arc::new(SourceFile::new(path.to_string_lossy(), text))).expect("no error");
            assert_eq!(read, *framework);
        }
        let control = builtin()[0].control("3.5.1").expect("3.5.1");
        assert!(!control.title.is_empty());
        assert_eq!(builtin()[0].control("3.5"), None);
    }

    #[test]
    fn every_error_of_a_framework_is_told_at_its_place() {
        let text = "id = \"own\"\ntitel = \"x\"\nversion = 1\n[[control]]\nid = \"1\"\ntitle = \"One\"\nautomation = \"full\"\n\
            [[control]]\nid = \"2\"\n";
        let problems = load(&file(text)).expect_err("errors");
        let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
        assert_eq!(
            told,
            [
                "frameworks/own.toml:1:1: `title` is missing",
                "frameworks/own.toml:2:1: unknown key `titel`",
                "frameworks/own.toml:3:11: `version` is to be a text",
                "frameworks/own.toml:7:14: `automation` is to be `direct`, `partial`, `inherited` or `none`, not `full`",
                "frameworks/own.toml:8:1: `title` is missing",
                "frameworks/own.toml:8:1: `automation` is missing",
            ]
        );
    }

    #[test]
    fn a_control_twice_and_a_wrong_file_name_are_errors() {
        let control = "[[control]]\nid = \"1\"\ntitle = \"One\"\nautomation = \"none\"\n";
        let head = "id = \"own\"\ntitle = \"Own\"\nversion = \"1\"\n";
        assert!(load(&file(&format!("{head}{control}"))).is_ok());
        let twice = load(&file(&format!("{head}{control}{control}"))).expect_err("twice");
        assert_eq!(twice[0].to_string(), "frameworks/own.toml:9:6: control `1` stands here twice");
        let other = load(&Arc::new(SourceFile::new("other.toml", format!("{head}{control}")))).expect_err("name");
        assert_eq!(other[0].to_string(), "other.toml:1:6: the id `own` is not the file name `other`");
    }
}
