//! The answers as text.

use std::fmt::Write as _;

use super::Loaded;
use super::answer::{Answer, Asked, Report};
use crate::iam::organization::{
    Exempt, Hole, HoleKind, NodeId, NodeKind, Organization, Parent, Protection, RegionLock, RootUser, StatementRef,
    Verdict, Witness,
};
use crate::value::{Cause, Place};

/// How many names of a list are shown.
const SHOWN: usize = 12;

pub(super) fn render(all: &[Loaded], reports: &[Report]) -> String {
    let mut text = String::new();
    for (loaded, report) in all.iter().zip(reports) {
        if !text.is_empty() {
            text.push('\n');
        }
        Renderer { loaded, text: &mut text }.report(report);
    }
    text
}

/// A number with commas.
pub(super) fn number(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn plural(count: usize, one: &str, many: &str) -> String {
    format!("{} {}", number(count), if count == 1 { one } else { many })
}

/// The first names of a list, and how many there are more.
fn some(names: &[String]) -> String {
    match names.len() {
        count if count > SHOWN => format!("{}, and {} more", names[..SHOWN].join(", "), number(count - SHOWN)),
        _ => names.join(", "),
    }
}

fn services(services: &[(&'static str, usize)]) -> String {
    some(&services.iter().map(|(name, count)| format!("{name} ({count})")).collect::<Vec<_>>())
}

/// What a witness is, without its principal.
fn request(witness: &Witness) -> String {
    let mut text = format!("{} on {} in {}", witness.action, witness.resource, witness.region);
    for (key, value) in &witness.keys {
        let _ = match value {
            Some(value) => write!(text, ", {key}={value}"),
            None => write!(text, ", without {key}"),
        };
    }
    text
}

/// The text of a token of a template.
fn shown(text: &str) -> String {
    let place = Place { file: crate::source::FileId(0), span: crate::source::Span { start: 0, end: 0 } };
    crate::iam::document::Text { text: text.into(), place }.shown()
}

/// Where a place is: `file:line`.
pub(super) fn position(loaded: &Loaded, place: Place) -> String {
    let file = loaded.files.get(place.file);
    format!("{}:{}", file.path(), file.position(place.span.start).line)
}

/// A statement for people: the policy with the name of the statement.
pub(super) fn statement(organization: &Organization, at: StatementRef) -> String {
    let policy = &organization.policies[at.policy];
    let name = policy.document.statements.get(at.statement).map(crate::iam::Statement::name).unwrap_or_default();
    format!("{} {name}", policy.name)
}

/// Why a hole is there, for people.
pub(super) fn reason(organization: &Organization, hole: &Hole) -> String {
    let of = |at: Option<StatementRef>| at.map(|at| statement(organization, at)).unwrap_or_default();
    match &hole.kind {
        HoleKind::NoLock => "no statement denies by the region".to_owned(),
        HoleKind::Exempted(text) => format!("{} exempts `{text}`", of(hole.at)),
        HoleKind::NotListed => format!("{} does not list them in `Action`", of(hole.at)),
        HoleKind::Region(region) => format!("{} lets {region} pass", of(hole.at)),
        HoleKind::Condition => format!("another condition or the resource of {}", of(hole.at)),
    }
}

pub(super) fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Proved => "PROVED",
        Verdict::Violated => "VIOLATED",
        Verdict::Unknown => "UNKNOWN",
    }
}

/// What an answer says, in one line.
pub(super) fn headline(answer: &Answer, regions: &[String]) -> String {
    match &answer.asked {
        Asked::Lock(lock) => {
            let outside = format!("outside [{}]", regions.join(", "));
            match lock.verdict {
                Verdict::Proved => format!("none of {} regional actions can be used {outside}", number(lock.regional)),
                Verdict::Violated if lock.open > 0 => {
                    format!("{} of {} regional actions can be used {outside}", number(lock.open), number(lock.regional))
                }
                Verdict::Violated if !lock.exempt.is_empty() => {
                    format!("regional actions can be used {outside} by principals that are left out")
                }
                Verdict::Violated => format!("actions that AWS adds later can be used {outside}"),
                Verdict::Unknown => {
                    format!(
                        "{} of {} regional actions may be used {outside}",
                        number(lock.unknown),
                        number(lock.regional)
                    )
                }
            }
        }
        Asked::Root(root) => match root.verdict {
            Verdict::Proved => "the root user can do nothing".to_owned(),
            Verdict::Violated => format!("the root user can use {}", plural(root.open, "action", "actions")),
            Verdict::Unknown => "the root user may be able to do something".to_owned(),
        },
        Asked::Group(group, protection) => match protection.verdict {
            Verdict::Proved => format!("nobody can {}", group.title),
            Verdict::Violated if protection.open.iter().all(|open| !open.patterns.is_empty()) => {
                format!("some principals can {}", group.title)
            }
            Verdict::Violated => format!("anyone can {}", group.title),
            Verdict::Unknown => format!("somebody may be able to {}", group.title),
        },
    }
}

struct Renderer<'a> {
    loaded: &'a Loaded,
    text: &'a mut String,
}

impl Renderer<'_> {
    fn line(&mut self, label: &str, text: &str) {
        let _ = writeln!(self.text, "  {label:<9} {text}");
    }

    fn report(&mut self, report: &Report) {
        let organization = &self.loaded.organization;
        let count = |kind: NodeKind| organization.nodes.iter().filter(|node| node.kind == kind).count();
        let (units, accounts) = (count(NodeKind::Unit), count(NodeKind::Account));
        let accounts = match self.loaded.made_up {
            true => "no account: one is assumed at every end of the tree".to_owned(),
            false => plural(accounts, "account", "accounts"),
        };
        let name = &self.loaded.name;
        let _ =
            writeln!(self.text, "{name}: {}, {accounts}", plural(units, "organisational unit", "organisational units"));
        self.tree();
        if organization.nodes.iter().all(|node| node.full_access) {
            self.line("assumed", "`FullAWSAccess` is attached at every level");
        }
        self.line(
            "assumed",
            "no other policy is attached; the management account and service-linked roles are restricted by none",
        );
        if report.regions_read && !report.regions.is_empty() {
            self.line("regions", &format!("{} (those that the policies let pass)", report.regions.join(", ")));
        }
        for account in &report.management {
            self.line(
                "note",
                &format!("{} is the management account: no policy restricts it", organization.node(*account).name),
            );
        }
        for warning in &report.warnings {
            self.line("warning", warning);
        }
        for answer in &report.answers {
            let line = headline(answer, &report.regions);
            let _ = writeln!(self.text, "\n{:<9} {}: {line}", verdict(answer.verdict()), answer.id());
            let names: Vec<String> =
                answer.accounts.iter().map(|account| organization.node(*account).name.to_string()).collect();
            self.line("accounts", &some(&names));
            let levels = answer.accounts.first().map(|account| organization.chain(*account).levels).unwrap_or_default();
            for level in levels.iter().filter(|level| !level.full_access) {
                let name = &organization.node(level.node).name;
                self.line("allow-list", &format!("what no policy at {name} allows cannot be used"));
            }
            match &answer.asked {
                Asked::Lock(lock) => self.lock(lock),
                Asked::Root(root) => self.root(root),
                Asked::Group(_, protection) => self.protection(protection),
            }
        }
        self.totals(report);
    }

    fn totals(&mut self, report: &Report) {
        let count = |verdict: Verdict| report.answers.iter().filter(|answer| answer.verdict() == verdict).count();
        let (proved, violated, unknown) = (count(Verdict::Proved), count(Verdict::Violated), count(Verdict::Unknown));
        let _ = writeln!(self.text, "\n{proved} proved, {violated} violated, {unknown} unknown");
    }

    /// The tree with what is attached where.
    fn tree(&mut self) {
        let organization = &self.loaded.organization;
        for (index, node) in organization.nodes.iter().enumerate() {
            if !matches!(node.parent, Parent::Node(_)) {
                self.node(NodeId(index), 1);
            }
        }
    }

    fn node(&mut self, id: NodeId, depth: usize) {
        let organization = &self.loaded.organization;
        if depth > 16 {
            return;
        }
        let node = organization.node(id);
        let attached: Vec<&str> = organization
            .policies
            .iter()
            .filter(|policy| policy.targets.contains(&id))
            .map(|policy| &*policy.name)
            .collect();
        let kind = match node.kind {
            NodeKind::Root => "",
            NodeKind::Unit => "unit ",
            NodeKind::Account => "account ",
        };
        let _ = write!(self.text, "{}{kind}{}", "  ".repeat(depth), node.name);
        if let Some(account) = node.account.as_deref().filter(|account| **account != *node.name) {
            let _ = write!(self.text, " ({account})");
        }
        if !attached.is_empty() {
            let _ = write!(self.text, ": {}", attached.join(", "));
        }
        if !node.full_access {
            self.text.push_str(" [without `FullAWSAccess`]");
        }
        if let Parent::Unknown(causes) = &node.parent {
            let causes: Vec<String> = causes.iter().map(Cause::to_string).collect();
            let _ = write!(self.text, " [above it: unknown, {}]", causes.join("; "));
        }
        self.text.push('\n');
        for (index, child) in organization.nodes.iter().enumerate() {
            if child.parent == Parent::Node(id) && NodeId(index) != id {
                self.node(NodeId(index), depth + 1);
            }
        }
    }

    fn lock(&mut self, lock: &RegionLock) {
        let organization = &self.loaded.organization;
        for at in &lock.locks {
            let place = organization.policies[at.policy].document.statements[at.statement].place;
            let line = format!("{} ({})", statement(organization, *at), position(self.loaded, place));
            self.line("lock", &line);
        }
        self.holes(&lock.holes);
        if lock.open > 0 {
            self.line("services", &services(&lock.services()));
        }
        for exempt in &lock.exempt {
            self.exempt(exempt);
        }
        if !lock.tolerated.is_empty() {
            let line =
                format!("exempted, and no way to make or read anything in a region: {}", services(&lock.tolerated));
            self.line("note", &line);
        }
        if !lock.broken.is_empty() {
            let broken: Vec<String> =
                lock.broken.iter().map(|broken| format!("{} ({})", broken.service, broken.region)).collect();
            let line = format!(
                "global services that are denied too, because their endpoint is in another region: {}",
                some(&broken)
            );
            self.line("warning", &line);
        }
        if lock.verdict != Verdict::Proved && !lock.later && lock.open > 0 {
            self.line("note", "actions that AWS adds later can be used as well");
        }
        if let Some(level) = lock.nothing_allowed_at {
            self.line("warning", &format!("nothing at all is allowed at {}", organization.node(level).name));
        }
        self.causes(&lock.causes);
    }

    /// The reasons: what one statement exempts in one line, with the request of its largest hole.
    fn holes(&mut self, holes: &[Hole]) {
        let is_exempted = |hole: &&Hole| matches!(hole.kind, HoleKind::Exempted(_));
        let mut shown: Vec<Option<StatementRef>> = Vec::new();
        for hole in holes {
            let place = hole.place.map(|place| format!(" ({})", position(self.loaded, place))).unwrap_or_default();
            let HoleKind::Exempted(_) = hole.kind else {
                let count = match hole.actions() {
                    0 => String::new(),
                    count => format!(": {}", plural(count, "action", "actions")),
                };
                self.line("cause", &format!("{}{count}{place}", reason(&self.loaded.organization, hole)));
                self.witness(&hole.witness);
                continue;
            };
            if shown.contains(&hole.at) {
                continue;
            }
            shown.push(hole.at);
            let texts = holes.iter().filter(is_exempted).filter(|other| other.at == hole.at);
            let texts: Vec<String> = texts
                .map(|other| match &other.kind {
                    HoleKind::Exempted(text) => format!("{text} ({})", other.actions()),
                    _ => String::new(),
                })
                .collect();
            let of = hole.at.map(|at| statement(&self.loaded.organization, at)).unwrap_or_default();
            self.line("cause", &format!("{of} exempts {}{place}", some(&texts)));
            self.witness(&hole.witness);
        }
    }

    fn witness(&mut self, witness: &Witness) {
        self.line("witness", &request(witness));
        self.line("", &format!("by {}", shown(&witness.principal)));
    }

    fn exempt(&mut self, exempt: &Exempt) {
        let patterns: Vec<String> = exempt.patterns.iter().map(|pattern| format!("`{}`", shown(pattern))).collect();
        let actions = plural(exempt.actions, "action", "actions");
        self.line("exempt", &format!("principals that match {}: {actions}", patterns.join(" and ")));
        self.witness(&exempt.witness);
        self.line("help", "if they are to pass, name them by `--break-glass`");
    }

    fn root(&mut self, root: &RootUser) {
        if let Some(witness) = &root.witness {
            self.witness(witness);
            self.line("services", &services(&root.services));
        }
        if root.verdict == Verdict::Proved {
            self.by(&root.by, root.verdict);
        }
        if !root.tolerated.is_empty() {
            self.line("note", &format!("except what only it can repair: {}", root.tolerated.join(", ")));
        }
        self.causes(&root.causes);
    }

    fn protection(&mut self, protection: &Protection) {
        let everyone = |open: &&crate::iam::organization::OpenAction| open.patterns.is_empty();
        if let Some(open) = protection.open.iter().find(everyone).or(protection.open.first()) {
            let names: Vec<String> = protection.open.iter().map(|open| open.action.clone()).collect();
            self.line("actions", &some(&names));
            self.witness(&open.witness);
            if !open.patterns.is_empty() {
                let patterns: Vec<String> =
                    open.patterns.iter().map(|pattern| format!("`{}`", shown(pattern))).collect();
                self.line("exempt", &format!("principals that match {}", patterns.join(" and ")));
                self.line("help", "if they are to pass, name them by `--break-glass`");
            }
        }
        self.by(&protection.by, protection.verdict);
        self.causes(&protection.causes);
    }

    fn by(&mut self, by: &[StatementRef], verdict: Verdict) {
        let organization = &self.loaded.organization;
        if verdict == Verdict::Violated {
            if by.is_empty() {
                self.line("cause", "no statement denies it");
            }
            return;
        }
        for at in by {
            let place = organization.policies[at.policy].document.statements[at.statement].place;
            let line = format!("{} ({})", statement(organization, *at), position(self.loaded, place));
            self.line("by", &line);
        }
    }

    fn causes(&mut self, causes: &[Cause]) {
        for cause in causes {
            self.line("unknown", &cause.to_string());
        }
    }
}
