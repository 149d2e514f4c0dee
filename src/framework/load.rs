//! The file of a framework, with every error and its place.

use std::sync::Arc;

use super::{AppliesTo, Automation, Control, Framework};
use crate::source::{Diagnostic, Kind, Level, Limits, NodeId, SourceFile, Span, Tree, toml};

pub(super) const KEYS: [&str; 4] = ["id", "title", "version", "control"];
pub(super) const CONTROL_KEYS: [&str; 7] =
    ["id", "title", "automation", "applies_to", "category", "superseded_by", "evidence"];

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

pub(super) fn read(tree: &Tree, root: NodeId) -> Result<Framework, Vec<Diagnostic>> {
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
        self.keys(root, &KEYS);
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
        for (control, item) in controls.iter().zip(items).filter(|_| controls.len() == items.len()) {
            let Some(successor) = &control.superseded_by else { continue };
            if !controls.iter().any(|other| other.id == *successor) {
                let span = tree.get(*item, "superseded_by").map_or(tree.span(*item), |node| tree.span(node));
                self.error(span, format!("there is no control `{successor}`"));
            }
        }
        Some(Framework { id: id?, title: title?, version: version?, controls })
    }

    /// A text that may be missing.
    fn optional(&mut self, table: NodeId, key: &str) -> Option<Box<str>> {
        self.tree.get(table, key)?;
        self.text(table, key)
    }

    /// One of a few words; `None` when it is missing or none of them.
    fn word<T: Copy>(&mut self, table: NodeId, key: &str, words: &[T], name: fn(T) -> &'static str) -> Option<T> {
        let found = self.text(table, key)?;
        let value = words.iter().copied().find(|word| name(*word) == &*found);
        if value.is_none() {
            let mut known: Vec<String> = words.iter().map(|word| format!("`{}`", name(*word))).collect();
            let last = known.pop().unwrap_or_default();
            let span = self.tree.get(table, key).map_or(self.tree.span(table), |node| self.tree.span(node));
            self.error(span, format!("`{key}` is to be {} or {last}, not `{found}`", known.join(", ")));
        }
        value
    }

    fn control(&mut self, id: NodeId) -> Option<Control> {
        self.keys(id, &CONTROL_KEYS);
        let (name, title) = (self.text(id, "id"), self.text(id, "title"));
        let automation = self.word(id, "automation", &Automation::ALL, Automation::as_str);
        let applies_to = match self.tree.get(id, "applies_to") {
            Some(_) => self.word(id, "applies_to", &AppliesTo::ALL, AppliesTo::as_str),
            None => Some(AppliesTo::All),
        };
        let (category, superseded_by) = (self.optional(id, "category"), self.optional(id, "superseded_by"));
        let evidence = self.optional(id, "evidence");
        match (&evidence, automation) {
            (Some(text), _) if !text.ends_with('.') || !text.starts_with(char::is_uppercase) => {
                let span = self.tree.get(id, "evidence").map_or(self.tree.span(id), |node| self.tree.span(node));
                self.error(span, "`evidence` is to be a sentence".to_owned());
            }
            (None, Some(automation)) if automation != Automation::Direct => {
                self.error(self.place(id), "`evidence` is missing: no scan answers all of this control".to_owned());
            }
            _ => {}
        }
        let (id, title, automation) = (name?, title?, automation?);
        Some(Control { id, title, automation, applies_to: applies_to?, category, superseded_by, evidence })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> Arc<SourceFile> {
        Arc::new(SourceFile::new("frameworks/own.toml", text))
    }

    #[test]
    fn every_error_of_a_framework_is_told_at_its_place() {
        let text = "id = \"own\"\ntitel = \"x\"\nversion = 1\n[[control]]\nid = \"1\"\ntitle = \"One\"\nautomation = \"full\"\n\
            [[control]]\nid = \"2\"\n[[control]]\nid = \"3\"\ntitle = \"Three\"\nautomation = \"none\"\n\
            applies_to = \"some\"\nsuperseded_by = \"4\"\n[[control]]\nid = \"5\"\ntitle = \"Five\"\nautomation = \"partial\"\n\
            evidence = \"show\"\n";
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
                "frameworks/own.toml:10:1: `evidence` is missing: no scan answers all of this control",
                "frameworks/own.toml:14:14: `applies_to` is to be `all`, `service-providers`, `multi-tenant-providers`, `issuers`, `designated-entities` or `early-tls-terminals`, not `some`",
                "frameworks/own.toml:20:12: `evidence` is to be a sentence",
            ]
        );
    }

    #[test]
    fn a_control_twice_and_a_wrong_file_name_are_errors() {
        let control = "[[control]]\nid = \"1\"\ntitle = \"One\"\nautomation = \"none\"\nevidence = \"Show it.\"\n";
        let head = "id = \"own\"\ntitle = \"Own\"\nversion = \"1\"\n";
        assert!(load(&file(&format!("{head}{control}"))).is_ok());
        let twice = load(&file(&format!("{head}{control}{control}"))).expect_err("twice");
        assert_eq!(twice[0].to_string(), "frameworks/own.toml:10:6: control `1` stands here twice");
        let other = load(&Arc::new(SourceFile::new("other.toml", format!("{head}{control}")))).expect_err("name");
        assert_eq!(other[0].to_string(), "other.toml:1:6: the id `own` is not the file name `other`");
    }
}
