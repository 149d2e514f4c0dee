//! From the verdicts of a unit to the parts of the report: places become lines, secrets become masks.

use std::path::PathBuf;

use super::excerpt::excerpt;
use super::fingerprint::{Fingerprints, identity};
use super::redact::{MASK, Secrets, unparsed_spans};
use super::{level_name, rules};
use crate::eval::{self, Violation, When};
use crate::inventory::{Inventory, Origin, Resource};
use crate::report::Report;
use crate::report::document::{self as doc, Severity};
use crate::rule::RuleSet;
use crate::source::{Diagnostic, Level, Position, SourceFile, Span};
use crate::template::load::LoadedUnit;
use crate::value::{Place, ResourceId};

/// Findings of one input that are shown: many resources may share one long list, each element of which is wrong.
const FINDINGS: usize = 50_000;

/// Characters of a found value that a report shows.
const FOUND: usize = 200;

/// What comes of one input; indices into `resources` count from its own first one.
#[derive(Debug, Default)]
pub(super) struct Part {
    /// The files of nested stacks, sorted.
    pub(super) nested: Vec<PathBuf>,
    resources: Vec<doc::ResourceInfo>,
    verdicts: Vec<doc::Verdict>,
    /// The fingerprint of each is still its identity.
    findings: Vec<doc::Finding>,
    gaps: Vec<doc::Gap>,
    pub(super) diagnostics: Vec<doc::Diagnostic>,
}

impl Part {
    /// A part without anything in it but the files of nested stacks.
    pub(super) fn new(nested: Vec<PathBuf>) -> Self {
        Self { nested, ..Self::default() }
    }

    /// Adds the part to the report.
    pub(super) fn join(self, report: &mut Report) {
        let base = report.resources.len();
        report.resources.extend(self.resources);
        report.verdicts.extend(self.verdicts.into_iter().map(|mut verdict| {
            verdict.resource += base;
            verdict
        }));
        report.findings.extend(self.findings.into_iter().map(|mut finding| {
            finding.resource += base;
            finding
        }));
        report.gaps.extend(self.gaps);
        report.diagnostics.extend(self.diagnostics);
    }
}

/// A report about nothing.
pub(super) fn empty(rules: &RuleSet, today: &str) -> Report {
    Report {
        version: doc::VERSION.to_owned(),
        tool: doc::Tool { name: env!("CARGO_PKG_NAME").to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() },
        date: today.to_owned(),
        rules: rules.rules.iter().map(rules::info).collect(),
        ..Report::default()
    }
}

/// By rule: whether its violations show secrets.
pub(super) fn secret_rules(rules: &RuleSet) -> Vec<bool> {
    rules.rules.iter().map(rules::is_about_secrets).collect()
}

/// Gives the findings their fingerprints and their order, and counts.
pub(super) fn finish(report: &mut Report, fail_on: Option<Severity>) {
    let mut fingerprints = Fingerprints::default();
    for finding in &mut report.findings {
        finding.fingerprint = fingerprints.next(&finding.fingerprint);
    }
    let rules = &report.rules;
    report.findings.sort_by(|a, b| {
        let place = |finding: &doc::Finding| finding.location.bytes;
        (b.severity.cmp(&a.severity))
            .then_with(|| a.location.file.cmp(&b.location.file))
            .then_with(|| place(a).cmp(&place(b)))
            .then_with(|| rules[a.rule].id.cmp(&rules[b.rule].id))
    });
    report.summary = summary(report, fail_on);
}

fn summary(report: &Report, fail_on: Option<Severity>) -> doc::Summary {
    let mut summary = doc::Summary { skipped: report.skipped.len(), ..doc::Summary::default() };
    for verdict in &report.verdicts {
        match verdict.outcome {
            doc::Outcome::Pass => {
                summary.pass += 1;
                summary.pass_by_default += usize::from(verdict.by_default);
            }
            doc::Outcome::Fail => {
                summary.fail += 1;
                summary.fail_conditionally += usize::from(!verdict.when.is_empty());
            }
            doc::Outcome::Unknown => summary.unknown += 1,
            doc::Outcome::NotApplicable => summary.not_applicable += 1,
        }
    }
    for finding in &report.findings {
        *match finding.severity {
            Severity::Critical => &mut summary.findings.critical,
            Severity::High => &mut summary.findings.high,
            Severity::Medium => &mut summary.findings.medium,
            Severity::Low => &mut summary.findings.low,
        } += 1;
    }
    let fails = |finding: &&doc::Finding| fail_on.is_some_and(|least| finding.severity >= least);
    let failing = report.findings.iter().filter(fails).count();
    summary.gate = doc::Gate { fail_on, passed: failing == 0, failing };
    let unread = report.diagnostics.iter().any(|problem| problem.level == level_name(Level::Error));
    summary.complete = !unread && report.gaps.is_empty();
    summary
}

/// One unit with its verdicts.
pub(super) struct Scope<'a> {
    loaded: &'a LoadedUnit,
    inventory: &'a Inventory,
    rules: &'a RuleSet,
    secret_rules: &'a [bool],
    secrets: std::cell::OnceCell<Secrets>,
    /// Where rules about secrets found fault.
    shown: Vec<Place>,
}

impl<'a> Scope<'a> {
    pub(super) fn new(
        loaded: &'a LoadedUnit,
        inventory: &'a Inventory,
        rules: &'a RuleSet,
        secret_rules: &'a [bool],
        verdicts: &[eval::Verdict],
    ) -> Self {
        let of_secrets = verdicts.iter().filter(|verdict| secret_rules.get(verdict.rule).copied().unwrap_or(true));
        let shown = of_secrets.flat_map(violations).map(|violation| violation.place).collect();
        Self { loaded, inventory, rules, secret_rules, secrets: std::cell::OnceCell::new(), shown }
    }

    /// The secrets of the unit, looked for when something of it is shown.
    fn secrets(&self) -> &Secrets {
        self.secrets.get_or_init(|| Secrets::of(&self.loaded.unit, self.inventory, &self.shown))
    }

    /// Adds resources, verdicts, findings and gaps to the part.
    pub(super) fn collect(&self, verdicts: &[eval::Verdict], part: &mut Part) {
        let (base, mut more) = (part.resources.len(), 0);
        part.resources.extend(self.inventory.resources().map(|(id, _)| self.resource(id)));
        for verdict in verdicts {
            let resource = base + verdict.resource.0 as usize;
            part.verdicts.push(self.verdict(verdict, resource));
            for violation in violations(verdict) {
                match part.findings.len() < FINDINGS {
                    true => part.findings.push(self.finding(verdict, violation, resource)),
                    false => more += 1,
                }
            }
        }
        if more > 0 {
            let message = format!("there are more than {FINDINGS} findings, and {more} further ones are not shown");
            let name = self.inventory.stacks.first().map_or("", |stack| self.inventory.files.get(stack.file).path());
            part.diagnostics.push(bare_diagnostic(Diagnostic::of_path(Level::Error, name, message)));
        }
        part.gaps.extend(self.inventory.gaps.iter().map(|gap| doc::Gap {
            what: gap.what.to_string(),
            cause: cause(&gap.cause),
            location: self.location(gap.place),
        }));
    }

    fn resource(&self, id: ResourceId) -> doc::ResourceInfo {
        let (resource, stack) = (self.inventory.resource(id), self.inventory.stack(id));
        let file = self.inventory.files.get(resource.place.file);
        doc::ResourceInfo {
            type_name: self.inventory.type_name(id).to_owned(),
            logical_id: resource.logical_id.to_string(),
            stack: stack.name.to_string(),
            account: stack.account.as_deref().map(str::to_owned),
            region: stack.region.as_deref().map(str::to_owned),
            cdk_path: cdk_path(resource).map(str::to_owned),
            file: file.path().to_owned(),
            line: file.position(resource.key_span.start).line,
        }
    }

    fn verdict(&self, verdict: &eval::Verdict, resource: usize) -> doc::Verdict {
        let mut out = doc::Verdict {
            rule: verdict.rule,
            resource,
            outcome: doc::Outcome::Pass,
            by_default: false,
            reason: None,
            causes: Vec::new(),
            when: Vec::new(),
        };
        match &verdict.outcome {
            eval::Outcome::Pass { by_default } => out.by_default = *by_default,
            eval::Outcome::Fail { when, .. } => {
                out.outcome = doc::Outcome::Fail;
                out.when = self.cases(when.as_ref());
            }
            eval::Outcome::Unknown { causes, when } => {
                out.outcome = doc::Outcome::Unknown;
                out.causes = causes.iter().map(cause).collect();
                out.when = self.cases(when.as_ref());
            }
            eval::Outcome::NotApplicable { reason } => {
                out.outcome = doc::Outcome::NotApplicable;
                out.reason = Some((*reason).to_owned());
            }
        }
        out
    }

    /// The parameters of a case; its conditions only where no parameter explains it.
    fn cases(&self, when: Option<&When>) -> Vec<doc::Case> {
        let Some(when) = when else { return Vec::new() };
        if when.parameters.is_empty() {
            let case =
                |(name, truth): &(Box<str>, bool)| doc::Case { name: name.to_string(), value: truth.to_string() };
            return when.conditions.iter().map(case).collect();
        }
        let secrets = self.secrets();
        let case = |(name, value): &(Box<str>, Box<str>)| doc::Case {
            name: name.to_string(),
            value: secrets.parameter_value(name, value),
        };
        when.parameters.iter().map(case).collect()
    }

    fn finding(&self, verdict: &eval::Verdict, violation: &Violation, resource: usize) -> doc::Finding {
        let rule = &self.rules.rules[verdict.rule];
        let owner = self.inventory.resource(violation.owner);
        let (message, found) = self.shown(verdict.rule, violation);
        doc::Finding {
            rule: verdict.rule,
            resource,
            severity: rules::severity(rule.severity),
            message,
            path: violation.path.clone(),
            found,
            absent: violation.absent,
            location: self.location(violation.place),
            excerpt: self.excerpt(violation.place),
            source: self.source(owner, &violation.path),
            related: self.related(verdict.resource, violation),
            when: match &verdict.outcome {
                eval::Outcome::Fail { when, .. } => self.cases(when.as_ref()),
                _ => Vec::new(),
            },
            fingerprint: identity(
                &rule.id,
                &self.identity_of(verdict.resource),
                &self.identity_of(violation.owner),
                &violation.path,
            ),
        }
    }

    /// Message and found value without secrets.
    fn shown(&self, rule: usize, violation: &Violation) -> (String, Option<String>) {
        let secrets = self.secrets();
        let hidden = secrets.covers(violation.place) || self.secret_rules.get(rule).copied().unwrap_or(true);
        let mut message = violation.message.clone();
        if let Some(found) = violation.found.as_deref().filter(|found| hidden && !found.is_empty()) {
            message = message.replace(found, MASK);
        }
        let found = violation.found.as_deref().map(|found| match hidden {
            true => MASK.to_owned(),
            false => shortened(secrets.mask(found)),
        });
        (secrets.mask(&message), found)
    }

    /// What a resource is called over time: its construct path, or file and logical id.
    fn identity_of(&self, id: ResourceId) -> String {
        let resource = self.inventory.resource(id);
        match cdk_path(resource) {
            Some(path) => path.to_owned(),
            None => format!("{}#{}", self.inventory.files.get(resource.place.file).path(), resource.logical_id),
        }
    }

    /// The line of the app that set the property, or that made the resource.
    fn source(&self, owner: &Resource, path: &str) -> Option<doc::SourceFrame> {
        let construct = cdk_path(owner)?;
        let root = self.inventory.root_stack(owner.stack);
        let property = path.strip_prefix("Properties.").and_then(|path| path.split(['.', '[']).next());
        let constructs = &self.loaded.constructs;
        let line = property
            .and_then(|property| constructs.property_frame(root, construct, property))
            .or_else(|| constructs.frame(root, construct))?;
        Some(doc::SourceFrame { file: line.path, line: line.line, column: line.column, exists: line.exists })
    }

    /// The judged resource, when the finding stands in another one.
    fn related(&self, judged: ResourceId, violation: &Violation) -> Vec<doc::RelatedLocation> {
        let resource = self.inventory.resource(judged);
        let own = violation.owner == judged && violation.place.file == resource.place.file;
        let mut related = Vec::new();
        if !own {
            let place = Place { file: resource.place.file, span: resource.key_span };
            let message = format!("`{}` ({}) is judged", resource.logical_id, self.inventory.type_name(judged));
            related.push(doc::RelatedLocation { location: self.location(place), message });
        }
        related
    }

    fn location(&self, place: Place) -> doc::Location {
        let file = self.inventory.files.get(place.file);
        let (start, end) = file.positions(place.span);
        doc::Location {
            file: file.path().to_owned(),
            start: position(start),
            end: position(end),
            bytes: [place.span.start, place.span.end],
        }
    }

    fn excerpt(&self, place: Place) -> doc::Excerpt {
        let file = self.inventory.files.get(place.file);
        self.excerpt_of(file, place.span)
    }

    fn excerpt_of(&self, file: &SourceFile, span: Span) -> doc::Excerpt {
        match self.secrets().of_file(&self.loaded.unit, file) {
            Some(secrets) => excerpt(file, span, |start, end| within(secrets, start, end)),
            None => excerpt(file, span, |start, end| unparsed_spans(file.text(), start, end)),
        }
    }

    /// Whether a problem is of a file of this unit.
    pub(super) fn owns(&self, problem: &Diagnostic) -> bool {
        let templates = &self.loaded.unit.templates;
        let is = |file: &SourceFile| templates.iter().any(|template| std::ptr::eq(template.tree.file().as_ref(), file));
        problem.file.as_deref().is_some_and(is)
    }

    /// A problem of this unit.
    pub(super) fn diagnostic(&self, problem: Diagnostic) -> doc::Diagnostic {
        let mask = |text: &str| self.secrets().mask(text);
        diagnostic(problem, mask, |file, span| self.excerpt_of(file, span))
    }
}

/// A problem of a file that holds no secrets, such as a rule, as reports have it.
#[must_use]
pub fn plain_diagnostic(problem: Diagnostic) -> doc::Diagnostic {
    diagnostic(problem, str::to_owned, |file, span| excerpt(file, span, |_, _| Vec::new()))
}

/// A problem of a file that is not part of a unit, most often because it could not be parsed.
pub(super) fn bare_diagnostic(problem: Diagnostic) -> doc::Diagnostic {
    diagnostic(problem, str::to_owned, |file, span| {
        excerpt(file, span, |start, end| unparsed_spans(file.text(), start, end))
    })
}

fn diagnostic(
    problem: Diagnostic,
    mask: impl Fn(&str) -> String,
    excerpt: impl Fn(&SourceFile, Span) -> doc::Excerpt,
) -> doc::Diagnostic {
    let file = problem.file.as_deref();
    let note = |note: &crate::source::Note| {
        Some(doc::DiagnosticNote { position: position(file?.position(note.span.start)), message: mask(&note.message) })
    };
    doc::Diagnostic {
        level: level_name(problem.level).to_owned(),
        message: mask(&problem.message),
        path: problem.path.to_string(),
        position: problem.position().map(position),
        excerpt: file.zip(problem.span).map(|(file, span)| excerpt(file, span)),
        notes: problem.notes.iter().filter_map(note).collect(),
        help: problem.help.as_deref().map(mask),
    }
}

/// The spans of a line; `secrets` are sorted and disjoint.
fn within(secrets: &[Span], start: usize, end: usize) -> Vec<Span> {
    let first = secrets.partition_point(|span| (span.end as usize) <= start);
    secrets[first..].iter().take_while(|span| (span.start as usize) < end).copied().collect()
}

fn violations(verdict: &eval::Verdict) -> &[Violation] {
    match &verdict.outcome {
        eval::Outcome::Fail { violations, .. } => violations,
        _ => &[],
    }
}

fn cdk_path(resource: &Resource) -> Option<&str> {
    match &resource.origin {
        Origin::Template { cdk_path } => cdk_path.as_deref(),
    }
}

fn cause(cause: &crate::value::Cause) -> doc::Cause {
    doc::Cause { id: cause.id().to_owned(), text: cause.to_string() }
}

const fn position(position: Position) -> doc::Position {
    doc::Position { line: position.line, column: position.column }
}

fn shortened(text: String) -> String {
    match text.char_indices().nth(FOUND) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
