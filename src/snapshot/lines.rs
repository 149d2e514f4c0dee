//! The lines of a snapshot with their places: what each says, and what is wrong with it.
//!
//! Nothing that stands in a snapshot is trusted: a line that lacks something is an error with its place, and is left out.

use std::collections::BTreeSet;

use super::record::{Failure, VERSION};
use crate::source::{Diagnostic, Kind, Level, NodeId, Span, Tree};

/// One account at a time.
#[derive(Debug)]
pub(super) struct Snapshot<'a> {
    pub(super) header: Header<'a>,
    pub(super) parts: Vec<Part<'a>>,
    pub(super) resources: Vec<Resource<'a>>,
    pub(super) gaps: Vec<Gap<'a>>,
    /// Whether its last line says so.
    pub(super) finished: bool,
}

#[derive(Debug)]
pub(super) struct Header<'a> {
    pub(super) account: &'a str,
    pub(super) regions: Vec<&'a str>,
    pub(super) span: Span,
}

#[derive(Debug)]
pub(super) struct Part<'a> {
    pub(super) region: &'a str,
    pub(super) types: Vec<&'a str>,
    /// Types with the paths that are not read.
    pub(super) unread: Vec<(&'a str, Vec<&'a str>)>,
    /// Types with the write-only paths that are worked out.
    pub(super) derived: Vec<(&'a str, Vec<&'a str>)>,
}

#[derive(Debug)]
pub(super) struct Resource<'a> {
    pub(super) type_name: &'a str,
    pub(super) id: &'a str,
    pub(super) arn: Option<&'a str>,
    pub(super) names: Vec<&'a str>,
    pub(super) region: &'a str,
    pub(super) seen_at: Option<&'a str>,
    pub(super) properties: NodeId,
    /// The key of the properties.
    pub(super) head: Span,
    pub(super) id_span: Span,
    pub(super) span: Span,
    pub(super) unknown: Vec<Unknown<'a>>,
    /// The part that it belongs to.
    pub(super) part: Option<usize>,
}

#[derive(Debug)]
pub(super) struct Unknown<'a> {
    pub(super) path: &'a str,
    pub(super) failure: Failure,
    pub(super) action: Option<&'a str>,
    pub(super) span: Span,
}

#[derive(Debug)]
pub(super) struct Gap<'a> {
    pub(super) types: Vec<&'a str>,
    pub(super) failure: Failure,
    pub(super) action: Option<&'a str>,
    pub(super) message: Option<&'a str>,
    pub(super) region: &'a str,
    pub(super) span: Span,
}

/// The snapshots of a file, which may hold several accounts one after the other.
pub(super) fn read(tree: &Tree) -> (Vec<Snapshot<'_>>, Vec<Diagnostic>) {
    let mut reader = Reader { tree, snapshots: Vec::new(), regions: BTreeSet::new(), problems: Vec::new(), more: 0 };
    for (index, line) in tree.items(tree.root()).iter().enumerate() {
        if reader.line(*line).is_none() && index == 0 && reader.snapshots.is_empty() {
            // What follows would be said of every line.
            break;
        }
    }
    if reader.snapshots.is_empty() && reader.problems.is_empty() {
        let message = "the snapshot is empty";
        reader.problems.push(Diagnostic::of_path(Level::Error, tree.file().path(), message));
    }
    if reader.more > 0 {
        let message = format!("{} further errors of this snapshot are not shown", reader.more);
        reader.problems.push(Diagnostic::of_path(Level::Error, tree.file().path(), message));
    }
    (reader.snapshots, reader.problems)
}

/// Errors that are shown of one file.
const ERRORS: usize = 20;
/// Regions of a snapshot: three times as many as AWS has.
const REGIONS: usize = 128;
/// Gaps of a snapshot.
const GAPS: usize = 10_000;
/// Unknown properties of a resource, and paths that are listed of a type.
const PATHS: usize = 1_000;

struct Reader<'a> {
    tree: &'a Tree,
    snapshots: Vec<Snapshot<'a>>,
    /// Of the last snapshot.
    regions: BTreeSet<&'a str>,
    problems: Vec<Diagnostic>,
    more: usize,
}

impl<'a> Reader<'a> {
    /// Reads a line; `None` when something is wrong with it.
    fn line(&mut self, line: NodeId) -> Option<()> {
        if !matches!(self.tree.kind(line), Kind::Map { .. }) {
            return self.error(line, "a line of a snapshot is a map");
        }
        let kind = self.text(line, "kind")?;
        if kind == "snapshot" {
            return self.header(line);
        }
        if self.snapshots.is_empty() {
            return self.error(line, "the first line of a snapshot is of kind `snapshot`");
        }
        if self.snapshots.last().is_some_and(|snapshot| snapshot.finished) {
            return self.error(line, "this line stands behind the end of the snapshot");
        }
        match kind {
            "part" => self.part(line),
            "resource" => self.resource(line),
            "gap" => self.gap(line),
            "end" => self.end(line),
            other => {
                let message = format!("there is no line of kind `{other}` in version {VERSION} of the format");
                let node = self.tree.get(line, "kind").unwrap_or(line);
                self.error(node, message)
            }
        }
    }

    fn header(&mut self, line: NodeId) -> Option<()> {
        let version = self.tree.get(line, "version");
        let written = version.and_then(|node| self.tree.scalar(node)).unwrap_or_default();
        if written != VERSION.to_string() {
            let help = "write it anew with this version of fasscan, or read it with the one that wrote it";
            let message = format!("the snapshot is of version `{written}`, and this program reads version {VERSION}");
            self.push(self.at(version.unwrap_or(line), message).with_help(help));
            return None;
        }
        let account = self.text(line, "account")?;
        if account.len() != 12 || !account.bytes().all(|byte| byte.is_ascii_digit()) {
            let node = self.tree.get(line, "account").unwrap_or(line);
            return self.error(node, format!("`{account}` is no account: it has twelve digits"));
        }
        let regions = self.texts(line, "regions")?;
        self.regions = regions.iter().copied().collect();
        if self.regions.len() > REGIONS {
            return self.error(line, format!("the snapshot is of more than {REGIONS} regions"));
        }
        let header = Header { account, regions, span: self.tree.span(line) };
        let (parts, resources, gaps) = (Vec::new(), Vec::new(), Vec::new());
        self.snapshots.push(Snapshot { header, parts, resources, gaps, finished: false });
        Some(())
    }

    fn part(&mut self, line: NodeId) -> Option<()> {
        let tree = self.tree;
        let (region, types) = (self.region(line)?, self.texts(line, "types")?);
        let mut paths = [Vec::new(), Vec::new()];
        for (key, paths) in ["unread", "derived"].into_iter().zip(&mut paths) {
            for member in tree.get(line, key).into_iter().flat_map(|map| tree.members(map)) {
                paths.push((tree.key(member), self.all_texts(member.value)?));
                self.few(member.value, PATHS)?;
            }
        }
        let [unread, derived] = paths;
        self.last()?.parts.push(Part { region, types, unread, derived });
        Some(())
    }

    fn resource(&mut self, line: NodeId) -> Option<()> {
        let tree = self.tree;
        let (type_name, id, region) = (self.text(line, "type")?, self.text(line, "id")?, self.region(line)?);
        self.same_account(line)?;
        let Some(properties) = tree.member(line, "properties") else {
            return self.error(line, "a resource has `properties`");
        };
        if !matches!(tree.kind(properties.value), Kind::Map { .. }) {
            return self.error(properties.value, "`properties` is not a map");
        }
        let mut unknown = Vec::new();
        if let Some(list) = tree.get(line, "unknown") {
            self.few(list, PATHS)?;
        }
        for item in tree.get(line, "unknown").into_iter().flat_map(|list| tree.items(list)) {
            let path = self.text(*item, "path")?;
            let (failure, action) = (self.failure(*item)?, self.optional(*item, "action"));
            unknown.push(Unknown { path, failure, action, span: tree.span(*item) });
        }
        let id_span = tree.get(line, "id").map_or(tree.span(line), |node| tree.span(node));
        let (arn, seen_at) = (self.optional(line, "arn"), self.optional(line, "seen_at"));
        let names = if tree.get(line, "names").is_some() { self.texts(line, "names")? } else { Vec::new() };
        let (head, properties, span) = (properties.key_span, properties.value, tree.span(line));
        let snapshot = self.last()?;
        let part = snapshot.parts.len().checked_sub(1);
        snapshot.resources.push(Resource {
            type_name,
            id,
            arn,
            names,
            region,
            seen_at,
            properties,
            head,
            id_span,
            span,
            unknown,
            part,
        });
        Some(())
    }

    fn gap(&mut self, line: NodeId) -> Option<()> {
        let (types, failure, region) = (self.texts(line, "types")?, self.failure(line)?, self.region(line)?);
        self.same_account(line)?;
        let (action, message) = (self.optional(line, "action"), self.optional(line, "message"));
        let span = self.tree.span(line);
        if self.last()?.gaps.len() == GAPS {
            return self.error(line, format!("the snapshot has more than {GAPS} gaps"));
        }
        self.last()?.gaps.push(Gap { types, failure, action, message, region, span });
        Some(())
    }

    fn end(&mut self, line: NodeId) -> Option<()> {
        let node = self.tree.get(line, "parts");
        let said = node.and_then(|node| self.tree.scalar(node)).unwrap_or_default();
        let parts = self.last()?.parts.len();
        if said != parts.to_string() {
            let message = format!("the snapshot has {parts} parts, and its end says `{said}`");
            return self.error(node.unwrap_or(line), message);
        }
        self.last()?.finished = true;
        Some(())
    }

    /// The region of a line, which may be `global`.
    fn region(&mut self, line: NodeId) -> Option<&'a str> {
        let region = self.text(line, "region")?;
        let valid = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if region.is_empty() || !region.bytes().all(valid) {
            let node = self.tree.get(line, "region").unwrap_or(line);
            return self.error(node, format!("`{region}` is no region"));
        }
        self.regions.insert(region);
        if self.regions.len() > REGIONS {
            return self.error(line, format!("the snapshot is of more than {REGIONS} regions"));
        }
        Some(region)
    }

    fn same_account(&mut self, line: NodeId) -> Option<()> {
        let account = self.text(line, "account")?;
        let own = self.last()?.header.account;
        if account != own {
            let node = self.tree.get(line, "account").unwrap_or(line);
            return self.error(node, format!("this is of the account `{account}`, and the snapshot of `{own}`"));
        }
        Some(())
    }

    fn failure(&mut self, map: NodeId) -> Option<Failure> {
        let name = self.text(map, "cause")?;
        let known = Failure::ALL.into_iter().find(|failure| failure.name() == name);
        if known.is_none() {
            let node = self.tree.get(map, "cause").unwrap_or(map);
            return self.error(node, format!("there is no cause `{name}`"));
        }
        known
    }

    fn text(&mut self, map: NodeId, key: &str) -> Option<&'a str> {
        match self.tree.get(map, key) {
            Some(node) => match self.tree.string(node) {
                Some(text) => Some(text),
                None => self.error(node, format!("`{key}` is not a text")),
            },
            None => self.error(map, format!("`{key}` is missing")),
        }
    }

    /// A text that may be missing.
    fn optional(&self, map: NodeId, key: &str) -> Option<&'a str> {
        self.tree.get(map, key).and_then(|node| self.tree.string(node))
    }

    fn texts(&mut self, map: NodeId, key: &str) -> Option<Vec<&'a str>> {
        match self.tree.get(map, key) {
            Some(node) => self.all_texts(node),
            None => self.error(map, format!("`{key}` is missing")),
        }
    }

    fn all_texts(&mut self, list: NodeId) -> Option<Vec<&'a str>> {
        let tree = self.tree;
        let texts: Option<Vec<&str>> = tree.items(list).iter().map(|item| tree.string(*item)).collect();
        match texts {
            Some(texts) if matches!(tree.kind(list), Kind::List { .. }) => Some(texts),
            _ => self.error(list, "this is not a list of texts"),
        }
    }

    fn few(&mut self, list: NodeId, most: usize) -> Option<()> {
        match self.tree.items(list).len() <= most {
            true => Some(()),
            false => self.error(list, format!("there are more than {most} of these")),
        }
    }

    fn last(&mut self) -> Option<&mut Snapshot<'a>> {
        self.snapshots.last_mut()
    }

    fn at(&self, node: NodeId, message: impl Into<String>) -> Diagnostic {
        Diagnostic::at(Level::Error, self.tree.file(), self.tree.span(node), message)
    }

    fn error<T>(&mut self, node: NodeId, message: impl Into<String>) -> Option<T> {
        self.push(self.at(node, message));
        None
    }

    fn push(&mut self, problem: Diagnostic) {
        match self.problems.len() < ERRORS {
            true => self.problems.push(problem),
            false => self.more += 1,
        }
    }
}
